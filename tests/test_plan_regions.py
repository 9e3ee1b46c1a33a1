"""Regions against their definition, on dense arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from leohub.people.coverage import Coverage
from leohub.plan.problem.instance import Instance
from leohub.plan.regions.regions import STRAY, find_regions
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.task import Task

# --- How the parts are called: the only lines that know ------------------------------------------


def instance_of(coverage: Coverage) -> Instance:
    return Instance.of(Task.of(coverage, hubs_at_most(1, coverage)))


# --- The definition ------------------------------------------------------------------------------


def served(instance: Instance) -> np.ndarray:
    """Whether a hub at each site would serve each group."""
    dense = np.zeros((len(instance.sites), len(instance.need_people)), dtype=bool)
    for site in range(len(instance.sites)):
        dense[site, instance.cells_of(site)] = True
    return dense


def shared_people(instance: Instance, rows: np.ndarray) -> np.ndarray:
    """People that each pair of sets of groups has in common."""
    return (rows * instance.need_people) @ rows.T.astype(float)


@st.composite
def divided(draw: st.DrawFn) -> tuple[Instance, np.ndarray, float]:
    """A problem of up to 14 sites, hubs among them, and how many of these a region may hold."""
    sites, cells = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    one = st.sets(st.integers(0, cells - 1), min_size=1, max_size=3)
    rows = draw(st.lists(one, min_size=sites, max_size=sites))
    dense = np.zeros((sites, cells))
    for site, some in enumerate(rows):
        dense[site, sorted(some)] = 1.0
    need = draw(st.lists(st.integers(1, 50), min_size=cells, max_size=cells))
    instance = instance_of(Coverage(csr_array(dense), np.array(need, dtype=float)))
    count = len(instance.sites)
    hubs = draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=count))
    is_hub = np.isin(np.arange(count), sorted(hubs))
    return instance, is_hub, draw(st.sampled_from([1.0, 2.0, 3.5, 12.0]))


@given(divided())
@settings(max_examples=50)
def test_every_site_is_in_one_region_and_numbers_have_no_gaps(case):
    instance, is_hub, hubs_each = case
    region = find_regions(instance, is_hub, hubs_each)
    assert region.shape == is_hub.shape
    assert np.array_equal(np.unique(region), np.arange(region.max() + 1))


@given(divided())
@settings(max_examples=50)
def test_no_region_holds_more_hubs_than_it_may(case):
    instance, is_hub, hubs_each = case
    region = find_regions(instance, is_hub, hubs_each)
    assert np.bincount(region, is_hub).max() <= hubs_each


@given(divided())
@settings(max_examples=50)
def test_a_site_is_where_a_hub_is_that_it_shares_most_people_with(case):
    instance, is_hub, hubs_each = case
    region = find_regions(instance, is_hub, hubs_each)
    shared = shared_people(instance, served(instance))[:, is_hub]
    for site in np.flatnonzero(~is_hub & (shared.max(axis=1) > 0)):
        closest = np.flatnonzero(is_hub)[shared[site] == shared[site].max()]
        assert region[site] in region[closest]


@given(divided())
@settings(max_examples=50)
def test_a_region_hangs_together(case):
    instance, is_hub, hubs_each = case
    region = find_regions(instance, is_hub, hubs_each)
    touch = shared_people(instance, served(instance)) > 0
    for number in range(region.max() + 1):
        inside = np.flatnonzero(region == number)
        parts, _ = connected_components(csr_array(touch[np.ix_(inside, inside)]))
        assert parts == 1


@given(divided())
@settings(max_examples=50)
def test_regions_that_share_people_are_too_large_to_be_one(case):
    instance, is_hub, hubs_each = case
    region = find_regions(instance, is_hub, hubs_each)
    dense = served(instance)
    stray = ~is_hub & (shared_people(instance, dense)[:, is_hub].max(axis=1) == 0)
    size = np.bincount(region, is_hub + STRAY * stray)
    together = np.array([dense[region == number].any(axis=0) for number in range(len(size))])
    shared = shared_people(instance, together)
    np.fill_diagonal(shared, 0)
    for one, other in np.argwhere(shared > 0):
        assert size[one] + size[other] > hubs_each - 1e-9


@given(divided())
@settings(max_examples=20)
def test_the_same_problem_has_the_same_regions(case):
    instance, is_hub, hubs_each = case
    first, second = (find_regions(instance, is_hub, hubs_each) for _ in range(2))
    assert np.array_equal(first, second)


# --- By hand -------------------------------------------------------------------------------------


def linked(sites: int, shared: dict[tuple[int, int], float]) -> Instance:
    """Sites that share so many people, pair by pair, and have 5 of their own."""
    dense = np.zeros((sites, sites + len(shared)))
    dense[np.arange(sites), np.arange(sites)] = 1
    for cell, pair in enumerate(shared, sites):
        dense[list(pair), cell] = 1
    return instance_of(Coverage(csr_array(dense), np.array([5.0] * sites + [*shared.values()])))


def chain(shared: list[float]) -> Instance:
    """Sites in a row, each of which shares so many people with the next."""
    links = {(site, site + 1): people for site, people in enumerate(shared)}
    return linked(len(shared) + 1, links)


@pytest.mark.parametrize(
    ("hubs_each", "regions"),
    [(1, [0, 1, 2, 3]), (2, [0, 1, 1, 2]), (3, [0, 1, 1, 1]), (4, [0, 0, 0, 0])],
)
def test_the_closest_are_merged_first(hubs_each, regions):
    found = find_regions(chain([2.0, 9.0, 4.0]), np.ones(4, dtype=bool), hubs_each)
    assert found.tolist() == regions


def test_large_regions_have_to_share_more_to_be_close():
    # The pair in the middle shares 8 for 2 × 1 hubs, the pair at the end 5 for 1 × 1.
    found = find_regions(chain([20.0, 8.0, 5.0]), np.ones(4, dtype=bool), 3)
    assert found.tolist() == [0, 0, 1, 1]


def test_what_parts_of_a_region_share_with_another_adds_up():
    # The pair shares 6 + 6 with the third, for 2 × 1 hubs; the third 5 with the last, for 1 × 1.
    instance = linked(4, {(0, 1): 20.0, (0, 2): 6.0, (1, 2): 6.0, (2, 3): 5.0})
    assert find_regions(instance, np.ones(4, dtype=bool), 3).tolist() == [0, 0, 0, 1]


def test_a_site_follows_the_hub_it_shares_more_with():
    instance = chain([2.0, 9.0])
    is_hub = np.array([True, False, True])
    assert find_regions(instance, is_hub, 1).tolist() == [0, 1, 1]


def test_sites_far_from_every_hub_hang_on_to_those_that_share_with_them():
    instance = chain([1.0, 1.0, 1.0, 1.0])
    is_hub = np.array([True, False, False, False, False])
    assert find_regions(instance, is_hub, 2).tolist() == [0] * 5
