"""Prices and the bound that they prove, against the linear relaxation of another model."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array

from leohub.people.coverage import Coverage
from leohub.plan.bounds.bound import Prices, bounds_by_number, lagrangian
from leohub.plan.bounds.prices import Bound, find_bound
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_least, at_most, hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task
from tests.rule_oracle import coverages, every_plan, keeps, masks, reached_people

# --- How the parts are called: the only lines that know ------------------------------------------


def instance_of(coverage: Coverage, rules: Rules) -> Instance:
    return Instance.of(Task.of(coverage, rules))


def bound_of(instance: Instance, groups: np.ndarray, rows: np.ndarray) -> float:
    return lagrangian(instance, Prices(groups, rows))


def search(instance: Instance, **options: object) -> Bound:
    defaults = {"tolerance": 1e-6, "iterations": 20_000, "time_is_up": lambda: False}
    return find_bound(instance, **{**defaults, **options})


# --- The oracle ----------------------------------------------------------------------------------


def relaxation(coverage: Coverage, rules: Rules) -> float | None:
    """What fractional plans reach at most, by a solver; None if there is none.

    Columns: x for each site, then y for each pair, the part of the cell's people who are counted at
    the site: y ≤ x, and the y of a cell sum to 1 at most. That is the model by assignment; the
    product's, by layers, has the same relaxation (Cornuéjols, Nemhauser & Wolsey 1980).
    """
    pairs = coverage.shares.tocoo()
    site, cell = pairs.coords
    sites, cells = coverage.shares.shape
    people = coverage.need_people[cell] * pairs.data
    number, ones = np.arange(len(site)), np.ones(len(site))
    to_site = csr_array((ones, (number, site)), shape=(len(site), sites))
    to_cell = csr_array((ones, (cell, number)), shape=(cells, len(site)))
    counted = csr_array(rules.reach_rows[:, cell].multiply(people[np.newaxis, :]))
    matrix = block_array(
        [[rules.rows, -counted], [-to_site, eye_array(len(site))], [None, to_cell]], format="csr"
    )
    answer = linprog(
        np.concatenate([np.zeros(sites), -people]),
        A_ub=matrix,
        b_ub=np.concatenate([rules.limits, np.zeros(len(site)), np.ones(cells)]),
        bounds=(0, 1),
        method="highs",
    )
    if answer.status == 2:
        return None
    assert answer.status == 0, answer.message
    return -float(answer.fun)


def fields(seed: int, sites: int, cells: int, reach: float, parts: int = 1) -> Coverage:
    """Sites and cells at random in a unit square, served wholly or in so many steps."""
    random = np.random.default_rng(seed)
    site, cell = random.random((sites, 2)), random.random((cells, 2))
    away = np.linalg.norm(site[:, None] - cell[None], axis=2) / reach
    shares = np.clip(np.ceil(parts * (1 - away)) / parts, 0, 1)
    return Coverage(csr_array(shares), random.integers(1, 900, cells).astype(float))


def ruled(coverage: Coverage, seed: int) -> Rules:
    """A budget, a minimum of hubs and one of people in the first half, and a maximum of hubs."""
    random = np.random.default_rng(seed)
    sites, cells = coverage.shares.shape
    cost = random.integers(50, 150, sites).astype(float)
    half = np.arange(sites) < sites // 2
    part = (np.arange(cells) < cells // 2).astype(float)
    people = 0.25 * float(coverage.need_people @ part)
    return Rules.of(
        [
            budget("money", cost, 1_000.0),
            at_least("half", half, 4),
            at_most("other half", ~half, 5),
            at_least_reached("people", part, people, sites),
        ],
        sites,
        cells,
    )


# --- The bound comes down to the relaxation ------------------------------------------------------


@pytest.mark.parametrize(
    ("seed", "sites", "hubs", "reach", "parts"),
    [(1, 60, 6, 0.20, 1), (2, 120, 20, 0.12, 1), (3, 80, 8, 0.25, 3), (4, 80, 40, 0.08, 2)],
)
def test_the_bound_comes_down_to_the_linear_relaxation(seed, sites, hubs, reach, parts):
    coverage = fields(seed, sites, 300, reach, parts)
    rules = hubs_at_most(hubs, coverage)
    exact = relaxation(coverage, rules)
    bound = search(instance_of(coverage, rules), tolerance=1e-5)
    assert exact * (1 - 1e-8) <= bound.people <= exact * (1 + 1.1e-5)
    assert exact * (1 - 1.1e-5) <= bound.fractional_people <= exact * (1 + 1e-8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_so_it_does_under_rules(seed):
    coverage = fields(seed, 50, 250, 0.2)
    rules = ruled(coverage, seed)
    exact = relaxation(coverage, rules)
    bound = search(instance_of(coverage, rules), tolerance=1e-5)
    assert exact * (1 - 1e-8) <= bound.people <= exact * (1 + 2e-3)
    assert np.all(bound.prices.rows >= 0)


def test_what_is_found_is_what_its_prices_prove():
    for seed in (5, 6):
        coverage = fields(seed, 80, 400, 0.15, parts=2)
        for rules in (hubs_at_most(10, coverage), ruled(coverage, seed)):
            instance = instance_of(coverage, rules)
            bound = search(instance, iterations=400)
            again = bound_of(instance, bound.prices.groups, bound.prices.rows)
            assert bound.people == pytest.approx(again, rel=1e-11)
            assert bound.prices.groups.shape == instance.need_people.shape


def test_where_there_is_room_for_all_everybody_can_be_reached():
    coverage = fields(7, 20, 100, 0.2)
    bound = search(instance_of(coverage, hubs_at_most(20, coverage)))
    everybody = coverage.need_people[coverage.shares.sum(axis=0) > 0].sum()
    assert bound.people == pytest.approx(everybody, rel=1e-9)


# --- When it stops, and where it starts ----------------------------------------------------------


@pytest.fixture(scope="module")
def instance() -> Instance:
    coverage = fields(8, 150, 1_000, 0.1)
    return instance_of(coverage, hubs_at_most(20, coverage))


@pytest.mark.parametrize("tolerance", [0.1, 0.01, 0.001])
def test_it_stops_when_the_gap_of_the_relaxation_is_small_enough(instance, tolerance):
    bound = search(instance, tolerance=tolerance)
    assert bound.fractional_people >= bound.people * (1 - tolerance)
    finer = search(instance, tolerance=tolerance / 5)
    assert finer.people <= bound.people
    assert finer.iterations >= bound.iterations


def test_it_stops_when_it_is_told_to_and_its_bound_holds(instance):
    looks = []
    bound = search(instance, tolerance=0.0, time_is_up=lambda: looks.append(1) or len(looks) == 2)
    best = search(instance, tolerance=1e-6)
    assert len(looks) == 2
    assert 0 < bound.iterations < 1_000
    assert best.fractional_people <= bound.people <= instance.reachable_people * (1 + 1e-9)


def test_it_tells_how_far_it_is(instance):
    shares = []
    search(instance, tolerance=0.0, iterations=400, tick=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_it_arrives_wherever_it_starts(instance, share):
    usual = search(instance, tolerance=1e-4)
    start = Prices(share * instance.need_people, np.empty(0))
    bound = search(instance, tolerance=1e-4, start=start)
    assert usual.fractional_people <= bound.people <= usual.people * (1 + 1e-4)


def test_the_same_problem_has_the_same_prices(instance):
    first, second = (search(instance, iterations=800) for _ in range(2))
    assert first.people == second.people
    assert np.array_equal(first.prices.groups, second.prices.groups)


# --- Any prices prove a bound --------------------------------------------------------------------


@st.composite
def rules_over(draw: st.DrawFn, coverage: Coverage) -> Rules:
    """A number or a budget, and up to two further rules, which no plan may be able to keep."""
    sites, cells = coverage.shares.shape
    cost = np.array(draw(st.lists(st.integers(1, 9), min_size=sites, max_size=sites)), float)
    every = np.ones(sites, dtype=bool)
    part = np.array(draw(st.lists(st.sampled_from([0, 0.5, 1]), min_size=cells, max_size=cells)))
    size = draw(
        st.sampled_from(
            [at_most("number", every, draw(st.integers(1, sites))), budget("budget", cost, 11)]
        )
    )
    further = st.sampled_from(
        [
            at_most("at most", draw(masks(sites)), 1),
            at_least("at least", draw(masks(sites)), 1),
            cost_per_person("ceiling", cost, 0.5, cells),
            at_least_reached("people", part, draw(st.integers(0, 60)), sites),
        ]
    )
    return Rules.of([size, *draw(st.lists(further, max_size=2))], sites, cells)


@given(coverages(), st.data())
@settings(max_examples=60)
def test_any_prices_prove_a_bound_on_fractional_plans(coverage, data):
    rules = data.draw(rules_over(coverage))
    instance = instance_of(coverage, rules)
    exact = relaxation(coverage, rules)
    for spread in (0.0, 0.5, 2.0):
        random = np.random.default_rng(data.draw(st.integers(0, 9)))
        groups = spread * random.random(len(instance.need_people)) * instance.need_people
        rows = spread * random.random(len(rules.limits) - 1)
        bound = bound_of(instance, groups, rows)
        if exact is not None:
            assert bound >= exact * (1 - 1e-7) - 1e-6


@given(coverages(), st.data())
@settings(max_examples=40)
def test_what_is_found_is_never_below_the_best_plan(coverage, data):
    rules = data.draw(rules_over(coverage))
    instance = instance_of(coverage, rules)
    assume(instance.pairs)
    bound = search(instance, iterations=data.draw(st.sampled_from([40, 400])))
    for plan in every_plan(coverage.shares.shape[0]):
        if keeps(rules, coverage, plan):
            assert reached_people(coverage, plan).sum() <= bound.people * (1 + 1e-9) + 1e-6


@given(coverages(sites=(2, 7)), st.integers(0, 9))
@settings(max_examples=40)
def test_one_set_of_prices_proves_a_bound_for_every_number_of_hubs(coverage, seed):
    sites = coverage.shares.shape[0]
    instance = instance_of(coverage, hubs_at_most(1, coverage))
    prices = np.random.default_rng(seed).random(len(instance.need_people)) * instance.need_people
    numbers = np.arange(sites + 1)
    bounds = bounds_by_number(instance, prices, numbers)
    best = np.zeros(sites + 1)
    for plan in every_plan(sites):
        best[plan.sum()] = max(best[plan.sum()], reached_people(coverage, plan).sum())
    assert np.all(bounds >= best - 1e-6)
    assert np.all(np.diff(bounds) >= -1e-9)
    one = bound_of(instance, prices, np.empty(0))
    assert bounds[1] == pytest.approx(min(one, instance.reachable_people), rel=1e-9, abs=1e-9)


def test_prices_below_nothing_prove_nothing():
    with pytest.raises(ValueError, match="must not be negative"):
        Prices(np.array([1.0, -1e-9]), np.empty(0))
    with pytest.raises(ValueError, match="must not be negative"):
        Prices(np.ones(2), np.array([-1.0]))
