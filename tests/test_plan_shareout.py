"""Hubs shared out among regions against their definition: all ways to share, and all plans."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.bounds.bound import Prices
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.regions.regions import find_regions
from leohub.plan.regions.relaxation import Relaxation
from leohub.plan.regions.shareout import SharedOut, share_out
from leohub.plan.regions.shares import Losses, Shares
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.solver.exact import Solver
from leohub.plan.stages.choice import Choice
from leohub.plan.stages.divide import solve_regions
from leohub.plan.stages.prove import prove
from leohub.plan.stages.scope import Scope
from leohub.plan.stages.start import start
from leohub.plan.task import Task
from tests.rule_oracle import coverages, every_plan, reached_people

# --- How the parts are called: the only lines that know ------------------------------------------

WITHIN_PEOPLE = 1e-3


def instance_of(coverage: Coverage, hubs: int) -> Instance:
    return Instance.of(Task.of(coverage, hubs_at_most(hubs, coverage)))


def relax(
    instance: Instance, prices: np.ndarray, is_hub: np.ndarray, hubs_each: float
) -> Relaxation:
    region = find_regions(instance, is_hub, hubs_each)
    return Relaxation(instance, Prices(prices, np.empty(0)), is_hub, region)


def solved(
    relaxation: Relaxation, reached: float, solver: Solver, limit_s: float = 60
) -> SharedOut:
    clock = Clock(limit_s)
    relaxation.solve((300, 20.0), False, solver, clock, lambda share: None)
    return share_out(
        relaxation,
        reached,
        tolerance_people=WITHIN_PEOPLE,
        solver=solver,
        clock=clock,
        tick=lambda share: None,
    )


@pytest.fixture(scope="module")
def solver() -> Iterator[Solver]:
    with Solver() as processes:
        yield processes


# --- Ways to share -------------------------------------------------------------------------------


@st.composite
def sharings(draw: st.DrawFn) -> tuple[list[Losses], int, float]:
    lost = st.one_of(st.just(np.inf), st.integers(0, 30).map(float))
    regions = draw(
        st.lists(st.tuples(st.integers(0, 2), st.lists(lost, min_size=1, max_size=4)), max_size=4)
    )
    losses = [Losses(least, np.array(people)) for least, people in regions]
    return losses, draw(st.integers(0, 9)), float(draw(st.integers(0, 12)))


def all_ways(
    losses: list[Losses], hubs: int, rent: float
) -> Iterator[tuple[tuple[int, ...], float]]:
    """The hubs of each region and what is lost, way by way."""
    for places in product(*(range(len(region.people)) for region in losses)):
        numbers = tuple(r.least + place for r, place in zip(losses, places, strict=True))
        lost = sum(r.people[place] for r, place in zip(losses, places, strict=True))
        if sum(numbers) <= hubs:
            yield numbers, lost + rent * (hubs - sum(numbers))


@given(sharings())
@settings(max_examples=300)
def test_the_best_way_to_share_is_the_best_of_all(case):
    losses, hubs, rent = case
    shares, ways = Shares(losses, hubs, rent), dict(all_ways(losses, hubs, rent))
    assert shares.least_people == min(ways.values(), default=np.inf)
    if shares.least_people < np.inf:
        assert ways[tuple(shares.best())] == shares.least_people


@given(sharings())
@settings(max_examples=200)
def test_what_others_lose_is_the_least_of_all_ways_but_for_the_region(case):
    losses, hubs, rent = case
    for at, others in enumerate(Shares(losses, hubs, rent).others_people()):
        for place, people in enumerate(others):
            alone = Losses(losses[at].least + place, np.zeros(1))
            ways = all_ways([*losses[:at], alone, *losses[at + 1 :]], hubs, rent)
            assert people == min((lost for _, lost in ways), default=np.inf)


# --- All plans -----------------------------------------------------------------------------------


@st.composite
def problems(draw: st.DrawFn) -> tuple[Coverage, int, list[int], np.ndarray, float]:
    """Sites and cells, most hubs, the present ones, shares of a price, hubs of a region."""
    coverage = draw(coverages(sites=(2, 8), cells=(2, 8), shares=(0.0, 0.0, 0.0, 1.0)))
    sites, cells = coverage.shares.shape
    hubs = draw(st.integers(1, sites - 1))
    present = draw(st.permutations(range(sites)))[:hubs]
    share = draw(
        st.lists(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]), min_size=cells, max_size=cells)
    )
    return coverage, hubs, present, np.array(share), draw(st.sampled_from([1.0, 2.0, 4.0]))


@given(problems())
@settings(max_examples=40, deadline=None)
def test_no_better_plan_exceeds_the_bound_or_has_a_site_that_is_shut(solver, case):
    coverage, hubs, present, share, hubs_each = case
    instance = instance_of(coverage, hubs)
    is_hub = np.isin(instance.sites, present)
    if not is_hub.any():
        return
    prices = share[: len(instance.need_people)] * instance.need_people
    relaxation = relax(instance, prices, is_hub, hubs_each)
    if relaxation.rent <= 0:
        return
    reached = instance.people_reached(is_hub)
    before = relaxation.people
    shared = solved(relaxation, reached, solver)
    assert shared.people <= before + 1e-6
    for chosen in every_plan(coverage.shares.shape[0]):
        people = reached_people(coverage, chosen).sum()
        if chosen.sum() <= hubs and people > reached + WITHIN_PEOPLE:
            assert people <= shared.people + 1e-6
            assert not np.any(chosen[instance.sites] & shared.shut)
    if shared.people > reached + WITHIN_PEOPLE:
        assert shared.is_hub.sum() <= hubs


def blocks(draw: st.DrawFn) -> Coverage:
    """Up to three small problems beside each other."""
    parts = [
        draw(coverages(sites=(1, 4), cells=(1, 4), shares=(0.0, 1.0)))
        for _ in range(draw(st.integers(1, 3)))
    ]
    sites, cells = np.array([part.shares.shape for part in parts]).sum(axis=0)
    dense, at = np.zeros((sites, cells)), np.zeros(2, dtype=int)
    for part in parts:
        end = at + part.shares.shape
        dense[at[0] : end[0], at[1] : end[1]] = part.shares.toarray()
        at = end
    return Coverage(csr_array(dense), np.concatenate([part.need_people for part in parts]))


@given(st.composite(blocks)(), st.data())
@settings(max_examples=30, deadline=None)
def test_where_regions_touch_nowhere_the_bound_is_the_best_plan(solver, coverage, data):
    sites = coverage.shares.shape[0]
    hubs = data.draw(st.integers(1, sites))
    instance = instance_of(coverage, hubs)
    worst = data.draw(st.sampled_from(range(max(1, len(instance.sites)))))
    is_hub = np.arange(len(instance.sites)) == worst
    if not is_hub.any():
        return
    relaxation = relax(instance, 0.5 * instance.need_people, is_hub, 12.0)
    if relaxation.rent <= 0:
        return
    shared = solved(relaxation, instance.people_reached(is_hub), solver)
    best = max(
        reached_people(coverage, chosen).sum()
        for chosen in every_plan(sites)
        if chosen.sum() <= hubs
    )
    assert shared.people == pytest.approx(best, abs=1e-2)
    if best > instance.people_reached(is_hub) + WITHIN_PEOPLE:
        assert shared.is_hub.sum() <= hubs
        assert instance.people_reached(shared.is_hub) == pytest.approx(best, abs=1e-6)


# --- By hand -------------------------------------------------------------------------------------


def markets(towns: int) -> Coverage:
    """Towns with three sites: two serve 60 each, a third 70, across both; and one large city.

    With one hub a town gets 70, with two 120: the second is worth 50.
    """
    town = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 1, 1, 0]], dtype=float)
    dense = np.zeros((3 * towns + 1, 4 * towns + 1))
    for number in range(towns):
        dense[3 * number : 3 * number + 3, 4 * number : 4 * number + 4] = town
    dense[-1, -1] = 1
    return Coverage(csr_array(dense), np.array([25.0, 35.0, 35.0, 25.0] * towns + [1e6]))


def test_without_time_nothing_is_asked_and_the_bound_stands(solver):
    instance = instance_of(markets(3), 5)
    is_hub = np.arange(len(instance.sites)) % 3 == 0
    is_hub[-1] = True
    relaxation = relax(instance, 0.5 * instance.need_people, is_hub, 2.0)
    shared = solved(relaxation, 0.0, solver, limit_s=0.0)
    assert shared.questions == 0
    assert shared.people <= relaxation.people
    assert shared.people >= 1e6 + 70 + 70 + 120 - 1e-6


def test_a_round_of_regions_ends_with_the_best_plan_and_its_proof(solver):
    coverage = markets(4)
    scope = Scope.of(Task.of(coverage, hubs_at_most(7, coverage)))
    choice = Choice(scope, Clock(60), 1, 0.0, lambda stage, share: None, 1.0, solver)
    start(choice)
    prove(choice)
    solve_regions(choice, 2.0, choice.clock, if_easy=False)
    assert choice.people() == 1e6 + 2 * 120 + 2 * 70
    assert choice.is_done()
    assert any("how many hubs each region gets" in step.words for step in choice.story)
