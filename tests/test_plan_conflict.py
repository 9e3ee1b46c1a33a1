"""Demands that no plan can meet are found, and exactly those that are to blame are named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.conflict import feasible
from leohub.plan.conflict.alone import find_single_conflicts
from leohub.plan.conflict.conflict import Conflict
from leohub.plan.conflict.feasible import find_any_plan
from leohub.plan.conflict.smallest import find_conflict
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_least, at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from tests.rule_oracle import coverages, every_plan, keeps, masks

FEW = settings(max_examples=60, deadline=None)
NOBODY = Coverage(csr_array((4, 1)), np.zeros(1))


@st.composite
def demands(draw):
    """Rules that often conflict."""
    coverage = draw(coverages(sites=(2, 6)))
    sites, cells = coverage.shares.shape
    cost = np.array(draw(st.lists(st.integers(1, 9), min_size=sites, max_size=sites)), float)
    people = coverage.need_people.sum()
    drawn = [
        at_most("size", np.ones(sites, bool), draw(st.integers(0, 3))),
        budget("budget", cost, draw(st.integers(0, 20))),
        cost_per_person("ceiling", cost, draw(st.integers(0, 2)), cells),
        at_least("least here", draw(masks(sites)), draw(st.integers(0, 3))),
        at_least("least there", draw(masks(sites)), draw(st.integers(0, 3))),
        at_most("most here", draw(masks(sites)), draw(st.integers(0, 3))),
        at_least_reached(
            "reach", np.ones(cells), people * draw(st.sampled_from([0.3, 0.6, 0.9])), sites
        ),
    ]
    return coverage, Rules.of(
        draw(st.lists(st.sampled_from(drawn), unique_by=id, min_size=1)),
        sites,
        cells,
        required=draw(masks(sites)) & draw(masks(sites)),
        forbidden=draw(masks(sites)) & draw(masks(sites)),
    )


def can_be_met(coverage: Coverage, rules: Rules) -> bool:
    return any(keeps(rules, coverage, x) for x in every_plan(coverage.shares.shape[0]))


def asked(rules: Rules, which: list[int], sites: list[int], forbid: bool) -> Rules:
    some = rules.only(which)
    required = np.isin(np.arange(len(rules.required)), sites)
    parts = {name: getattr(some, name) for name in Rules.__dataclass_fields__}
    none = np.zeros(len(required), bool)
    parts |= {"required": required, "forbidden": rules.forbidden if forbid else none}
    return Rules(**parts)


def parts_of(found: Conflict):
    """The conflict's demands with each one of them left out."""
    rules, sites, forbid = list(found.rules), list(found.sites), found.forbidden
    for rule in rules:
        yield [other for other in rules if other != rule], sites, forbid
    for site in sites:
        yield rules, [other for other in sites if other != site], forbid
    if forbid:
        yield rules, sites, False


@given(demands())
@FEW
def test_a_conflict_is_one_and_every_part_of_it_can_be_met(problem):
    coverage, rules = problem
    found = find_conflict(rules, coverage)
    assert (found is None) == can_be_met(coverage, rules)
    if found is None:
        return
    assert found.smallest
    whole = list(found.rules), list(found.sites), found.forbidden
    assert not can_be_met(coverage, asked(rules, *whole))
    for part in parts_of(found):
        assert can_be_met(coverage, asked(rules, *part))


@given(demands())
@FEW
def test_without_exact_arithmetic_no_conflict_is_made_up(problem):
    coverage, rules = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feasible, "EXACT_PAIRS", -1)
        found = find_conflict(rules, coverage)
    if found is not None:
        whole = list(found.rules), list(found.sites), found.forbidden
        assert not can_be_met(coverage, asked(rules, *whole))


@given(demands())
@FEW
def test_what_cannot_be_met_alone_is_told_alone(problem):
    coverage, rules = problem
    for found in find_single_conflicts(rules, coverage):
        assert len(found.rules) + len(found.sites) >= 1
        assert len(found.rules) <= 1
        assert found.reason
        whole = rules.only(found.rules)
        assert not can_be_met(coverage, whole)


@given(demands())
@FEW
def test_any_plan_keeps_to_the_rules(problem):
    coverage, rules = problem
    plan = find_any_plan(rules, coverage)
    assert (plan is not None) == can_be_met(coverage, rules)
    if plan is not None:
        assert keeps(rules, coverage, plan)


def test_three_minimums_and_a_size_are_named_and_nothing_else():
    everywhere = np.ones(4, bool)
    rules = Rules.of(
        [
            at_most("at most 2 hubs in all", everywhere, 2),
            at_least("at least 1 hub in A", np.array([1, 0, 0, 0], bool), 1),
            at_most("at most 3 hubs of P", everywhere, 3),
            at_least("at least 1 hub in B", np.array([0, 1, 0, 0], bool), 1),
        ],
        4,
        1,
        required=np.array([0, 0, 0, 1], bool),
    )
    found = find_conflict(rules, NOBODY)
    assert found is not None
    assert found.words(rules, ["a", "b", "c", "d"]) == (
        "at most 2 hubs in all",
        "at least 1 hub in A",
        "at least 1 hub in B",
        "d must be a hub",
    )


def test_forbidden_places_and_standing_hubs_are_named():
    here = np.array([1, 1, 0, 0], bool)
    rules = Rules.of(
        [at_least("at least 2 hubs here", here, 2), at_most("at most 1 hub there", ~here, 1)],
        4,
        1,
        forbidden=np.array([1, 0, 0, 0], bool),
        existing=~here,
    )
    least, most = find_single_conflicts(rules, NOBODY)
    assert least.words(rules, list("abcd")) == (
        "at least 2 hubs here",
        "1 places must not be hubs",
    )
    assert "only 2 candidate places count for it, and 1 of them must not be hubs" in least.reason
    assert most.words(rules, list("abcd"))[1:] == ("c is a hub already", "d is a hub already")


def test_a_place_in_both_lists_is_told():
    both = np.array([0, 1, 0, 0], bool)
    rules = Rules.of([], 4, 1, required=both, forbidden=both)
    assert find_single_conflicts(rules, NOBODY)[0].sites == (1,)


def test_without_time_nothing_is_claimed():
    everywhere = np.ones(4, bool)
    rules = Rules.of([at_most("most", everywhere, 1), at_least("least", everywhere, 2)], 4, 1)
    assert find_conflict(rules, NOBODY, time_limit_s=0.0) is None
    assert find_conflict(rules, NOBODY) == Conflict((0, 1))
