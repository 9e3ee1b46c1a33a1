"""Reduction, prices and walks, each alone against every plan, under all families of rules."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from leohub.plan.bounds.bound import lagrangian
from leohub.plan.problem.instance import PARTS_PER_PERSON, Instance
from leohub.plan.problem.reduce import dominated
from leohub.plan.rules.numbers import at_least, at_most, hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from leohub.plan.walks.anneal import Worth, _Walk, anneal
from leohub.plan.walks.search import HOT
from tests.rule_oracle import coverages
from tests.stage_oracle import (
    ENOUGH_PEOPLE,
    Small,
    any_prices,
    never,
    small,
    small_problems,
    some_start,
)

FEW = settings(max_examples=60)
BETTER_PEOPLE = 1e-3


def random_stream(seed: int) -> np.ndarray:
    return np.array([seed], dtype=np.uint64)


# --- Reduce --------------------------------------------------------------------------------------


def two_of_the_same() -> Small:
    """A minimum that wants both of two sites that serve the same cell."""
    both = np.ones(2, dtype=bool)
    written = [at_most("hubs", both, 2), at_least("two", both, 2)]
    return small([{0}, {0}], [5], Rules.of(written, 2, 1))


@example(two_of_the_same())
@given(small_problems())
@settings(max_examples=150)
def test_a_best_plan_does_without_dominated_sites(problem):
    assume(len(problem.kept))
    stays = ~dominated(problem.instance)
    assert problem.best_among(stays) == pytest.approx(problem.best, abs=ENOUGH_PEOPLE)


@given(small_problems())
@FEW
def test_the_problem_that_is_left_has_the_plans_of_the_whole_one(problem):
    assume(len(problem.kept))
    instance = problem.instance
    for start in problem.starts():
        assert instance.keeps(start)
        reached = problem.fixed_people + instance.people_reached(start)
        assert reached == pytest.approx(problem.people(start), abs=ENOUGH_PEOPLE)


# --- Prices --------------------------------------------------------------------------------------


@given(small_problems(), st.data())
@settings(max_examples=100)
def test_no_plan_exceeds_the_bound_of_prices(problem, data):
    assume(len(problem.kept))
    instance = problem.instance
    found = problem.fixed_people + lagrangian(instance, any_prices(instance, data))
    assert found >= problem.best - ENOUGH_PEOPLE


# --- Walks ---------------------------------------------------------------------------------------


def worth_of(instance: Instance, hub_people: float) -> Worth:
    return Worth(hub_people, np.zeros(len(instance.rows.limits) + 1))


@given(small_problems(), st.data(), st.integers(1, 9))
@settings(max_examples=100)
def test_a_walk_ends_at_a_plan_that_keeps_the_rules(problem, data, seed):
    start = some_start(problem, data)
    found = anneal(
        problem.instance,
        start,
        worth=worth_of(problem.instance, 10.0),
        moves=data.draw(st.sampled_from([1, 50, 3_000]), "moves"),
        hot=HOT[0],
        random=random_stream(seed),
        time_is_up=never,
        tick=lambda share: None,
    )
    assert problem.keeps(found)


@given(coverages(sites=(2, 7)), st.data())
@settings(max_examples=30)
def test_a_long_walk_finds_the_best_number_of_hubs(coverage, data):
    problem = Small(coverage, hubs_at_most(data.draw(st.integers(1, 4)), coverage))
    sites = len(problem.sites)
    full = min(int(problem.instance.rows.room), sites)
    assume(sites)
    start = np.isin(np.arange(sites), data.draw(st.permutations(range(sites)))[:full])
    found = anneal(
        problem.instance,
        start,
        worth=worth_of(problem.instance, 20.0),
        moves=100_000,
        hot=HOT[0],
        random=random_stream(1),
        time_is_up=never,
        tick=lambda share: None,
    )
    assert problem.people(found) == pytest.approx(problem.best, abs=BETTER_PEOPLE)


@given(small_problems(), st.data(), st.integers(1, 9), st.sampled_from([5.0, 500.0]))
@settings(max_examples=150)
def test_a_walk_keeps_the_rules_and_knows_what_every_move_would_change(
    problem, data, seed, heat_people
):
    start = some_start(problem, data)
    instance = problem.instance
    walk = _Walk(instance, start, worth_of(instance, 10.0))
    walk.go(300, (heat_people * PARTS_PER_PERSON, 1.0), 1.0, random_stream(seed))
    assert problem.keeps(walk.best())
    here = instance.people_reached(walk.is_hub)
    for site in range(len(walk.is_hub)):
        other = walk.is_hub.copy()
        other[site] ^= True
        change = abs(instance.people_reached(other) - here) * PARTS_PER_PERSON
        assert walk.change[site] == pytest.approx(change, abs=len(instance.need_people))
    assert sorted(walk.hubs[: walk.count[0]]) == np.flatnonzero(walk.is_hub).tolist()
    gained = (here - instance.people_reached(start)) * PARTS_PER_PERSON
    assert walk.level[0] == pytest.approx(gained, abs=600)


def test_a_walk_does_not_leave_people_whom_a_rule_asks_for():
    every = np.ones(3, dtype=bool)
    first = at_least_reached("cell 0", np.array([1.0, 0, 0]), 10, 3)
    rules = Rules.of([at_most("hubs", every, 1), first], 3, 3)
    problem = small([{0}, {1}, {2}], [10, 50, 60], rules)
    for seed in range(9):
        start = np.array([True, False, False])
        walk = _Walk(problem.instance, start, worth_of(problem.instance, 10.0))
        walk.go(200, (500.0 * PARTS_PER_PERSON, 1.0), 1.0, random_stream(seed))
        assert walk.best().tolist() == [True, False, False]
