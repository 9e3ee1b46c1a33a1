"""Sites that a best plan can do without, parts that do not touch, and cells that are alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.problem.alike import group_alike
from leohub.plan.problem.instance import Instance
from leohub.plan.problem.reduce import dominated
from leohub.plan.rules.money import budget
from leohub.plan.rules.numbers import at_least, at_most, hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rule, Rules
from leohub.plan.task import Task
from tests.rule_oracle import best_by_trying, coverages


def rules_of(coverage: Coverage, rules: list[Rule], forbidden: np.ndarray | None = None) -> Rules:
    return Rules.of(rules, *coverage.shares.shape, forbidden=forbidden)


def best_people(coverage: Coverage, rules: Rules) -> float | None:
    found = best_by_trying(rules, coverage)
    return None if found is None else found[0]


def dropped(coverage: Coverage, rules: Rules) -> np.ndarray:
    """Which rows of the coverage are dominated, or serve nobody."""
    instance = Instance.of(Task.of(coverage, rules))
    gone = np.zeros(coverage.shares.shape[0], dtype=bool)
    gone[instance.sites[dominated(instance)]] = True
    return gone


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[Coverage, list[Rule]]:
    coverage = draw(coverages(shares=(0.0, 0.0, 0.5, 1.0, 1.0)))
    sites, cells = coverage.shares.shape
    numbers = st.lists(st.integers(1, 3), min_size=sites, max_size=sites)
    if draw(st.booleans()):
        size = budget("money", np.array(draw(numbers), float), draw(st.integers(1, 8)))
    else:
        size = at_most("hubs", np.ones(sites, dtype=bool), draw(st.integers(1, sites)))
    others = []
    for kind in draw(st.lists(st.sampled_from(["most", "least", "reach"]), max_size=2)):
        some = np.array(draw(numbers)) > 1
        if kind == "most":
            others.append(at_most(kind, some, draw(st.integers(0, 3))))
        elif kind == "least":
            others.append(at_least(kind, some, draw(st.integers(0, 2))))
        else:
            part = np.array(draw(st.lists(st.floats(0, 1), min_size=cells, max_size=cells)))
            others.append(at_least_reached(kind, part, draw(st.integers(0, 30)), sites))
    return coverage, [size, *others]


@given(rule_sets())
@settings(max_examples=150, deadline=None)
def test_a_best_plan_does_without_the_sites_that_are_dropped(drawn):
    coverage, rules = drawn
    all_sites = rules_of(coverage, rules)
    gone = dropped(coverage, all_sites)
    left = rules_of(coverage, rules, forbidden=gone)
    assert best_people(coverage, left) == pytest.approx(best_people(coverage, all_sites))


@given(coverages(sites=(1, 8), cells=(1, 8), shares=(0.0, 1.0)))
@settings(max_examples=150, deadline=None)
def test_what_is_dropped_is_what_the_definition_says(coverage):
    instance = Instance.of(Task.of(coverage, hubs_at_most(1, coverage)))
    cells = [set(instance.cells_of(site)) for site in range(len(instance.sites))]
    expected = [
        any(
            own < other or (own == other and number < site)
            for number, other in enumerate(cells)
            if number != site
        )
        for site, own in enumerate(cells)
    ]
    assert dominated(instance).tolist() == expected
    always = dominated(instance, lambda by, site: np.ones(len(by), dtype=bool))
    assert always.tolist() == expected, "asked pair by pair"
    assert not dominated(instance, lambda by, site: np.zeros(len(by), dtype=bool)).any()
    assert not dominated(instance.only(~dominated(instance))).any(), "one pass finds all"


def test_a_cheaper_place_is_not_dropped_for_a_dearer_one():
    coverage = Coverage(csr_array(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 0]])), np.ones(3))
    money = rules_of(coverage, [budget("money", np.array([1.0, 2.0, 3.0]), 4.0)])
    assert dropped(coverage, money).tolist() == [False, False, True]


def test_a_place_that_a_minimum_counts_is_not_dropped():
    coverage = Coverage(csr_array(np.array([[1.0, 1], [1, 0]])), np.ones(2))
    both = np.ones(2, dtype=bool)
    few = at_most("hubs", both, 2)
    assert dropped(coverage, rules_of(coverage, [few])).tolist() == [False, True]
    least = at_least("in the north", np.array([False, True]), 1)
    assert not dropped(coverage, rules_of(coverage, [few, least])).any()


def test_many_alike_sites_are_told_apart_by_rules():
    sites = 3_000
    coverage = Coverage(csr_array(np.ones((sites, 1))), np.ones(1))
    instance = Instance.of(Task.of(coverage, hubs_at_most(1, coverage)))
    colour = np.arange(sites) % 3
    left = ~dominated(instance, lambda by, site: colour[by] == colour[site])
    assert np.flatnonzero(left).tolist() == [0, 1, 2]


@given(
    st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=8),
    st.lists(st.booleans(), min_size=12, max_size=12),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_cells_are_grouped_by_the_sites_that_serve_them(rows, counts, data):
    asked = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1))))
    start = np.cumsum([0, *map(len, rows)])
    cells = np.array([cell for row in rows for cell in sorted(row)], dtype=np.int32)
    alike = group_alike(start, cells, np.array(counts), np.array(asked, dtype=np.intp))
    serving = {
        cell: tuple(place for place, row in enumerate(asked) if cell in rows[row])
        for cell in range(12)
        if counts[cell]
    }
    served = [cell for cell, sites in serving.items() if sites]
    assert alike.cells.tolist() == served
    groups = list(dict.fromkeys(serving[cell] for cell in served))
    assert [groups[number] for number in alike.group] == [serving[cell] for cell in served]
    by_group = np.split(alike.group_sites, alike.group_start[1:-1]) if groups else []
    assert [tuple(sites) for sites in by_group] == groups
    for place in range(len(asked)):
        own = alike.site_groups[alike.site_start[place] : alike.site_start[place + 1]]
        assert own.tolist() == [number for number, sites in enumerate(groups) if place in sites]


def test_groups_are_told_apart_where_their_signatures_are_not(monkeypatch):
    real = np.random.default_rng

    class Loaded:
        def integers(self, low, high, size, dtype):
            return np.ones(size, dtype=dtype)

    def draw(seed):
        return Loaded() if seed == 0 else real(seed)

    monkeypatch.setattr(np.random, "default_rng", draw)
    every = np.ones(3, dtype=bool)
    alike = group_alike(np.array([0, 2, 3]), np.array([0, 2, 1], np.int32), every)
    assert alike.group.tolist() == [0, 1, 0]


def test_more_groups_than_the_table_begins_with():
    cells = np.arange(20_000, dtype=np.int32)
    site_of = cells // 2
    start = np.searchsorted(site_of, np.arange(10_001))
    alike = group_alike(start, cells, np.ones(len(cells), dtype=bool))
    assert np.array_equal(alike.group, site_of)
