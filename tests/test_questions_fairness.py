"""Fair plans are the fairest of all plans there are, and what is proven of them holds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import revalue, with_rules
from leohub.plan.questions.balance import Effort
from leohub.plan.questions.fairness import Regions, find_largest_floor, find_most_even, gini
from leohub.plan.questions.frontier import even_floors, find_frontier, with_floor
from leohub.plan.questions.weightings import LeastOf, Lorenz, WorstPart
from leohub.plan.rules.numbers import at_least, hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from tests.every_plan import (
    EveryPlan,
    choose_badly,
    choose_best,
    is_impossible,
    plan_of,
    problems,
    really_choose,
    regions_of,
    shares_of_all,
)
from tests.rule_oracle import best_by_milp

FEW = settings(max_examples=25, deadline=None)
THOROUGH = Effort(rounds=12, steps=20, tolerance=1e-5)

shares_and_people = st.lists(
    st.tuples(st.floats(0, 1), st.integers(1, 1000)), min_size=1, max_size=8
).map(lambda pairs: np.array(pairs, dtype=float).T)


def gini_by_pairs(shares, people):
    part, mean = people / people.sum(), np.average(shares, weights=people)
    if mean == 0:
        return 0.0
    return sum(
        p * q * abs(a - b) / (2 * mean)
        for p, a in zip(part, shares, strict=True)
        for q, b in zip(part, shares, strict=True)
    )


@given(shares_and_people)
def test_the_gini_coefficient_is_the_mean_difference_of_all_pairs(drawn):
    assert gini(*drawn) == pytest.approx(gini_by_pairs(*drawn), abs=1e-9)


def test_the_gini_coefficient_at_its_ends():
    assert gini(np.array([0.3, 0.3]), np.array([5.0, 900.0])) == pytest.approx(0)
    assert gini(np.array([0.0, 1.0]), np.array([99.0, 1.0])) == pytest.approx(0.99)
    assert gini(np.zeros(3), np.ones(3)) == 0


@given(st.data(), shares_and_people)
def test_no_weighting_is_harsher_than_the_harshest(data, drawn):
    shares, people = drawn
    others = np.array(data.draw(st.permutations(shares.tolist())))
    for kind in (
        LeastOf(len(shares)),
        Lorenz(people / people.sum()),
        WorstPart(len(shares), 0.3),
    ):
        harshest = kind.harshest(shares)
        assert harshest.sum() == pytest.approx(1)
        leaning = kind.lean(kind.lean(kind.start(), others, 0), shares, 1)
        for potential in (kind.start(), leaning):
            other = kind.weights(potential)
            assert other.sum() == pytest.approx(1)
            assert other.min() >= 0
            assert harshest @ shares <= other @ shares + 1e-9
        assert harshest @ shares <= kind.harshest(others) @ shares + 1e-9


def test_weightings_lean_towards_those_who_fared_worse():
    shares, people = np.array([0.1, 0.3, 0.2]), np.array([1.0, 1.0, 2.0])
    for kind in (LeastOf(3), Lorenz(people / people.sum()), WorstPart(3, 0.5)):
        start = kind.start()
        before = kind.weights(start)
        after = kind.weights(kind.lean(start, shares, 0))
        assert after[0] > before[0]
        assert after[1] < before[1]
        assert after @ shares < before @ shares


@given(st.data(), problems())
@FEW
def test_revalued_people_keep_to_the_same_rules(data, problem):
    coverage, rules = problem
    sites, cells = coverage.shares.shape
    demand = at_least_reached("some", np.ones(cells), data.draw(st.integers(1, 40)), sites)
    rules = with_rules(rules, [demand])
    worth = np.array(
        data.draw(st.lists(st.sampled_from([0, 0.2, 1, 7]), min_size=cells, max_size=cells)), float
    )
    if coverage.need_people @ worth == 0:
        with pytest.raises(ValueError, match="worth anything"):
            revalue(coverage, rules, worth)
        return
    asked = revalue(coverage, rules, worth)
    before, after = EveryPlan(coverage), EveryPlan(asked.coverage)
    assert asked.coverage.need_people.sum() >= coverage.need_people.sum() * (1 - 1e-9)
    np.testing.assert_array_equal(before.keep(rules), after.keep(asked.rules))
    worth_of_plans = before.reached @ worth
    told = after.people * asked.scale
    assert np.all(told >= worth_of_plans * (1 - 1e-9))
    assert np.all(told <= worth_of_plans + 1.001e-3 * worth @ coverage.need_people)


def test_people_are_never_worth_less_than_nothing():
    coverage = Coverage(csr_array(np.ones((1, 1))), np.ones(1))
    with pytest.raises(ValueError, match="less than nothing"):
        revalue(coverage, hubs_at_most(1, coverage), -np.ones(1))


def values_of_all(every: EveryPlan, regions: Regions, kept: np.ndarray, even: bool) -> np.ndarray:
    shares = shares_of_all(every, regions)[:, kept]
    if not even:
        return shares.min(axis=1)
    people = regions.unserved_people[kept]
    mean = shares @ people / people.sum()
    return mean * np.array([1 - gini_by_pairs(row, people) for row in shares])


@pytest.mark.parametrize("even", [False, True])
@given(data=st.data(), problem=problems())
@FEW
def test_no_plan_is_fairer(even, data, problem):
    coverage, rules = problem
    regions = data.draw(regions_of(coverage, 3))
    question = find_most_even if even else find_largest_floor
    every = EveryPlan(coverage)
    shares = shares_of_all(every, regions)
    possible = shares.max(axis=0) > shares[0]
    found = question(coverage, rules, regions, choose_best, effort=THOROUGH, refutes=is_impossible)
    if not possible.any():
        assert found is None
        return
    assert set(found.left_out) == {
        name for name, can in zip(regions.names, possible, strict=True) if not can
    }
    values = np.where(every.keep(rules), values_of_all(every, regions, possible, even), -np.inf)
    assert found.plan.value == pytest.approx(values.max(), abs=2e-5)
    assert values.max() <= found.plan.ceiling + 1e-9
    assert found.plan.ceiling <= found.plan.value + 2e-5
    if not even:
        as_fair = values >= found.plan.value - 1e-9
        assert found.plan.reached_people == pytest.approx(every.people[as_fair].max())


@pytest.mark.parametrize("even", [False, True])
@given(data=st.data(), problem=problems())
@FEW
def test_a_ceiling_holds_however_bad_the_choice_is(even, data, problem):
    coverage, rules = problem
    regions = data.draw(regions_of(coverage, 2))
    question = find_most_even if even else find_largest_floor
    found = question(coverage, rules, regions, choose_badly, effort=Effort(4, 3, 1e-4))
    if found is None:
        return
    every = EveryPlan(coverage)
    kept = np.isin(regions.names, found.regions.names)
    values = np.where(every.keep(rules), values_of_all(every, regions, kept, even), -np.inf)
    assert found.plan.value <= values.max() + 1e-9
    assert values.max() <= found.plan.ceiling + 1e-9
    assert every.keep(rules)[(1 << found.plan.hubs).sum()]


def test_a_demand_that_no_plan_meets_has_no_fair_plan():
    coverage = Coverage(csr_array(np.ones((2, 2))), np.ones(2))
    rules = with_rules(hubs_at_most(1, coverage), [at_least("two", np.ones(2, bool), 2)])
    regions = Regions(("all",), csr_array(np.ones((1, 2))), np.array([4.0]), np.zeros(1))
    assert find_largest_floor(coverage, rules, regions, choose_best) is None


@given(st.data(), problems())
@FEW
def test_the_frontier_is_the_best_plan_at_every_floor(data, problem):
    coverage, rules = problem
    regions = data.draw(regions_of(coverage, 2))
    every, floors = EveryPlan(coverage), even_floors(0.8, 4)
    points = {
        point.floor_share: point
        for point in find_frontier(coverage, rules, regions, choose_best, floors)
    }
    shares = shares_of_all(every, regions)
    for floor in floors.tolist():
        fair = every.keep(rules) & np.all(shares >= floor - 1e-9, axis=1)
        assert fair.any() == (floor in points)
        if floor in points:
            point = points[floor]
            assert point.reached_people == pytest.approx(every.people[fair].max())
            assert point.bound_people == pytest.approx(point.reached_people)
            assert point.least_share >= floor - 1e-9
            assert point.gini == pytest.approx(gini_by_pairs(point.shares, regions.unserved_people))


@given(st.data(), problems())
@FEW
def test_a_frontier_of_bad_choices_still_only_falls(data, problem):
    coverage, rules = problem
    regions = data.draw(regions_of(coverage, 2))
    every, floors = EveryPlan(coverage), even_floors(0.6, 6)
    points = find_frontier(coverage, rules, regions, choose_badly, floors)
    shares = shares_of_all(every, regions)
    for before, after in pairwise(points):
        assert after.reached_people <= before.reached_people
        assert after.bound_people <= before.bound_people
    for point in points:
        fair = every.keep(rules) & np.all(shares >= point.floor_share - 1e-9, axis=1)
        assert fair[(1 << point.hubs).sum()]
        assert point.reached_people <= every.people[fair].max() <= point.bound_people + 1e-9


def test_known_plans_take_part_in_the_frontier():
    coverage = Coverage(csr_array(np.eye(3)), np.array([9.0, 5.0, 4.0]))
    rules = hubs_at_most(2, coverage)
    home = csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    regions = Regions(("a", "b"), home, np.array([20.0, 10.0]), np.zeros(2))

    def choose_without_floors(asked: Coverage, rules: Rules):
        return None if rules.reach_rows.nnz else choose_best(asked, rules)

    def frontier(known):
        floors = [0.0, 0.3, 0.4, 0.5]
        return find_frontier(coverage, rules, regions, choose_without_floors, floors, known=known)

    assert [point.floor_share for point in frontier([])] == [0.0]
    points = frontier([np.array([0, 2]), np.array([1, 2])])
    assert [point.floor_share for point in points] == [0.0, 0.3, 0.4]
    assert [point.reached_people for point in points] == [14, 13, 13]
    assert [point.bound_people for point in points] == [14, 14, 14]


def test_a_floor_of_nothing_asks_for_nothing():
    coverage = Coverage(csr_array(np.ones((2, 2))), np.ones(2))
    rules = hubs_at_most(1, coverage)
    regions = Regions(("here", "there"), csr_array(np.eye(2)), np.array([4.0, 2.0]), np.zeros(2))
    assert with_floor(rules, regions, 0.0) is rules
    assert with_floor(rules, regions, 0.125).names[1:] == (
        "at least 12.5 % of the unserved people of here reached",
        "at least 12.5 % of the unserved people of there reached",
    )
    standing = replace(regions, reached_already_people=np.array([0.5, 0.1]))
    asked = with_floor(rules, standing, 0.125)
    assert asked.names[1:] == ("at least 12.5 % of the unserved people of there reached",)
    assert asked.limits[1:] == pytest.approx([-0.15])


def test_regions_are_told_apart_from_mistakes():
    with pytest.raises(ValueError, match="without unserved people"):
        Regions(("nobody",), csr_array((1, 2)), np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match="a name"):
        Regions((), csr_array((1, 2)), np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="at least one round"):
        Effort(rounds=0)
    with pytest.raises(ValueError, match="share of bad outcomes"):
        WorstPart(3, 0.0)


def counties(sites: int, cells: int) -> tuple[Coverage, Regions]:
    """A square with villages and four counties, of which some have few places."""
    random = np.random.default_rng(3)
    place, home = random.random((sites, 2)) ** [1.5, 1], random.random((cells, 2))
    near = np.linalg.norm(place[:, None] - home[None], axis=2) < 0.12
    need = random.integers(1, 60, cells).astype(float)
    part = csr_array(((home[:, 0] * 4).astype(int) == np.arange(4)[:, None]).astype(float))
    coverage = Coverage(csr_array(near.astype(float)), need)
    return coverage, Regions(("a", "b", "c", "d"), part, part @ need, np.zeros(4))


def largest_floor_by_milp(coverage: Coverage, regions: Regions, hubs: int) -> float:
    """The largest floor, from one program with the floor as a variable; whole coverage only."""
    (sites, cells), count = coverage.shares.shape, len(regions.names)
    serving = coverage.shares.T
    shares = regions.part * coverage.need_people / regions.unserved_people[:, None]
    matrix = block_array(
        [
            [np.ones((1, sites)), None, None],
            [-serving, eye_array(cells), None],
            [None, -shares, np.ones((count, 1))],
        ],
        format="csr",
    )
    answer = milp(
        -(np.arange(sites + cells + 1) == sites + cells).astype(float),
        integrality=(np.arange(sites + cells + 1) < sites).astype(int),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=np.append(float(hubs), np.zeros(cells + count))),
    )
    assert answer.status == 0
    return -answer.fun


def test_the_largest_floor_of_many_places_is_that_of_one_large_program():
    coverage, regions = counties(24, 80)

    def choose(asked: Coverage, rules: Rules):
        best = best_by_milp(rules, asked)
        return best and plan_of(np.flatnonzero(best[1]), best[0], best[0] * (1 + 1e-6))

    found = find_largest_floor(
        coverage,
        hubs_at_most(7, coverage),
        regions,
        choose,
        effort=Effort(rounds=6, steps=12, tolerance=1e-3),
        refutes=lambda asked, rules: best_by_milp(rules, asked) is None,
    )
    floor = largest_floor_by_milp(coverage, regions, 7)
    assert found.plan.value <= floor + 1e-6
    assert floor <= found.plan.ceiling + 1e-6
    assert found.plan.ceiling - found.plan.value < 2e-3


def test_the_real_choice_finds_the_largest_floor():
    coverage, regions = counties(40, 200)
    rules = hubs_at_most(10, coverage)
    found = find_largest_floor(
        coverage, rules, regions, really_choose, effort=Effort(rounds=3, steps=4, tolerance=1e-2)
    )
    plain = really_choose(coverage, rules)
    worst = regions.shares(coverage, np.isin(np.arange(40), plain.hubs)).min()
    floor = largest_floor_by_milp(coverage, regions, 10)
    assert worst < found.plan.value <= floor + 1e-6
    assert floor <= found.plan.ceiling + 1e-6
    assert found.plan.value >= 0.9 * floor
    (point,) = find_frontier(coverage, rules, regions, really_choose, [found.plan.value * 0.999])
    assert point.least_share >= found.plan.value * 0.998
    assert point.reached_people <= plain.bound_people
