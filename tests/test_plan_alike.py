"""Cells that are alike, against comparing all of them; and that merging them changes no plan."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.alike import group_alike
from leohub.plan.instance import Instance
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.task import Task
from tests.rule_oracle import coverages, every_plan, reached_people

# --- How the parts are called: the only lines that know ------------------------------------------


def instance_of(coverage: Coverage) -> Instance:
    return Instance.of(Task.of(coverage, hubs_at_most(1, coverage)))


# -------------------------------------------------------------------------------------------------


def listed(served_by: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    """The sites of each cell, as `group_alike` wants them."""
    start = np.cumsum([0, *map(len, served_by)]).astype(np.int32)
    return start, np.array([site for some in served_by for site in sorted(some)], dtype=np.int32)


def first_alike(served_by: list[set[int]]) -> list[int]:
    """The first cell with the same sites, by looking."""
    return [served_by.index(some) for some in served_by]


some_sites = st.sets(st.integers(0, 7), min_size=1)


@given(st.lists(some_sites, max_size=40))
def test_each_cell_is_told_the_first_that_is_alike(served_by):
    assert group_alike(*listed(served_by), 8).tolist() == first_alike(served_by)


@given(st.lists(some_sites, min_size=1, max_size=25), st.permutations(range(8)))
@settings(max_examples=50)
def test_the_names_of_sites_do_not_matter(served_by, names):
    renamed = [{names[site] for site in some} for some in served_by]
    first, second = (group_alike(*listed(cells), 8) for cells in (served_by, renamed))
    assert np.array_equal(first, second)


@given(st.lists(some_sites, min_size=1, max_size=12), st.integers(2, 4))
@settings(max_examples=50)
def test_copies_of_cells_join_those_that_are_there(served_by, times):
    once = group_alike(*listed(served_by), 8)
    often = group_alike(*listed(served_by * times), 8)
    assert np.array_equal(often, np.tile(once, times))


def test_among_many_cells_as_among_few():
    random = np.random.default_rng(3)
    sites = random.integers(0, 300, (500, 4))
    served_by = [set(sites[one].tolist()) for one in random.integers(0, 500, 5_000)]
    assert group_alike(*listed(served_by), 300).tolist() == first_alike(served_by)


@pytest.mark.parametrize("same", ["all", "by size"])
@given(st.lists(some_sites, min_size=1, max_size=15))
def test_signatures_that_collide_merge_nothing_that_differs(same, served_by):
    """With numbers drawn so badly that sums say little or nothing."""

    class Loaded:
        def integers(self, low, high, size, dtype):
            return np.full(size, 0 if same == "all" else 1, dtype=dtype)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np.random, "default_rng", lambda seed: Loaded())
        found = group_alike(*listed(served_by), 8).tolist()
    for cell, twin in enumerate(found):
        assert twin <= cell
        assert served_by[cell] == served_by[twin]


def test_no_cells_have_no_groups():
    assert group_alike(np.zeros(1, np.int32), np.empty(0, np.int32), 3).tolist() == []


# --- What merging is for -------------------------------------------------------------------------


@given(coverages(sites=(1, 6), cells=(1, 8), shares=(0.0, 0.0, 0.25, 0.5, 1.0)))
@settings(max_examples=40)
def test_every_plan_reaches_the_same_before_and_after(coverage):
    instance = instance_of(coverage)
    for plan in every_plan(coverage.shares.shape[0]):
        expected = reached_people(coverage, plan).sum()
        assert instance.people_reached(plan[instance.sites]) == pytest.approx(expected)


@given(coverages(sites=(1, 6), cells=(1, 8), shares=(0.0, 0.5, 1.0)))
@settings(max_examples=40)
def test_no_two_groups_are_alike(coverage):
    instance = instance_of(coverage)
    sites_of = [
        frozenset(instance.cell_sites[start:end].tolist())
        for start, end in zip(instance.cell_start, instance.cell_start[1:], strict=False)
    ]
    assert len(set(sites_of)) == len(sites_of)
    assert all(sites_of)


def test_merging_brings_a_split_country_back_to_its_size():
    random = np.random.default_rng(4)
    shares = (random.random((30, 200)) < 0.1).astype(float)
    whole = Coverage(csr_array(shares), random.integers(1, 90, 200).astype(float))
    split = Coverage(csr_array(np.tile(shares, 9)), np.tile(whole.need_people / 9, 9))
    first, second = instance_of(whole), instance_of(split)
    assert second.pairs == first.pairs
    assert np.allclose(np.sort(second.need_people), np.sort(first.need_people))
