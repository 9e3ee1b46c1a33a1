"""A changed plan is the best of all with so few changes, and the fewest changes are the fewest."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.questions.continuing import GONE, continue_plan
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.rules.rules import Rules
from tests.every_plan import (
    EveryPlan,
    choose_badly,
    choose_best,
    problems,
    really_choose,
)

FEW = settings(max_examples=40, deadline=None)


@st.composite
def changed_worlds(draw):
    """A problem, an old plan of which some places are gone, and what is built and refused."""
    coverage, rules = draw(problems(sites=(3, 8)))
    sites = coverage.shares.shape[0]
    hubs = int(rules.limits[0])
    old = draw(st.lists(st.integers(0, sites - 1), max_size=hubs, unique=True))
    fate = [draw(st.sampled_from(["built", "refused", "open"])) for _ in old]
    gone = draw(st.integers(0, 2))
    mask = np.zeros((2, sites), bool)
    for site, what in zip(old, fate, strict=True):
        if what != "open":
            mask[int(what == "refused"), site] = True
    now = replace(rules, required=mask[0], forbidden=mask[1])
    return coverage, now, [*old, *[GONE] * gone], int(mask[1].sum()) + gone


def best_with_changes(every: EveryPlan, rules: Rules, possible: np.ndarray, changes: int) -> float:
    kept = every.masks[:, possible].sum(axis=1) >= len(possible) - changes
    return every.people[every.keep(rules) & kept].max()


@given(changed_worlds())
@FEW
def test_each_plan_is_the_best_with_so_few_changes(world):
    coverage, rules, old, lost = world
    found = continue_plan(coverage, rules, old, choose_best, within_share=0.1)
    every = EveryPlan(coverage)
    assert found.lost == lost
    for point in found.curve:
        best = best_with_changes(every, rules, found.possible, point.allowed_changes)
        assert abs(point.reached_people - best) < 1e-6
        assert abs(point.bound_people - best) < 1e-6
        assert len(point.given_up) <= point.allowed_changes
        assert sorted([*point.kept, *point.given_up]) == found.possible.tolist()
        assert sorted([*point.kept, *point.new]) == point.hubs.tolist()
        assert not set(point.new) & set(old)
    assert found.curve[-1].allowed_changes == len(found.possible)


@given(changed_worlds(), st.sampled_from([0.0, 0.01, 0.1, 0.3]))
@FEW
def test_no_fewer_changes_are_enough(world, within):
    coverage, rules, old, _ = world
    steps = (0, 2)
    found = continue_plan(coverage, rules, old, choose_best, within_share=within, steps=steps)
    every = EveryPlan(coverage)
    free = every.people[every.keep(rules)].max()
    enough = [
        changes
        for changes in range(len(found.possible) + 1)
        if best_with_changes(every, rules, found.possible, changes) >= (1 - within) * free - 1e-9
    ]
    assert found.enough.allowed_changes == min(enough)
    assert found.enough.reached_people >= (1 - within) * free - 1e-9
    assert found.least_changes <= min(enough)


@given(changed_worlds())
@FEW
def test_bounds_hold_however_bad_the_choice_is(world):
    coverage, rules, old, _ = world
    found = continue_plan(coverage, rules, old, choose_badly, within_share=0.1)
    every = EveryPlan(coverage)
    reached = -1.0
    for point in found.curve:
        best = best_with_changes(every, rules, found.possible, point.allowed_changes)
        assert point.reached_people <= best + 1e-6
        assert best <= point.bound_people + 1e-6
        assert point.reached_people >= reached
        reached = point.reached_people


def test_a_hub_that_was_refused_is_replaced_without_a_change():
    shares = csr_array(np.eye(4))
    coverage = Coverage(shares, np.array([9.0, 5.0, 4.0, 3.0]))
    refused = np.array([True, False, False, False])
    rules = replace(hubs_at_most(2, coverage), forbidden=refused)
    found = continue_plan(coverage, rules, [0, 3], choose_best, within_share=0.0)
    assert found.lost == 1
    none, one = found.curve
    assert none.hubs.tolist() == [1, 3]
    assert none.given_up.tolist() == []
    assert one.hubs.tolist() == [1, 2]
    assert one.given_up.tolist() == [3]
    assert found.enough.allowed_changes == found.least_changes == 1


def test_where_nothing_is_possible_there_is_no_plan():
    coverage = Coverage(csr_array(np.eye(2)), np.ones(2))
    required = np.array([True, True])
    rules = replace(hubs_at_most(1, coverage), required=required)
    assert continue_plan(coverage, rules, [0], choose_best) is None


def test_the_real_choice_continues_a_plan():
    random = np.random.default_rng(4)
    place, home = random.random((60, 2)), random.random((300, 2))
    near = np.linalg.norm(place[:, None] - home[None], axis=2) < 0.12
    coverage = Coverage(csr_array(near.astype(float)), random.integers(1, 60, 300).astype(float))
    rules = hubs_at_most(12, coverage)
    old = really_choose(coverage, rules).hubs
    refused = np.isin(np.arange(60), old[:3])
    now = replace(rules, forbidden=refused, required=np.isin(np.arange(60), old[3:6]))
    found = continue_plan(coverage, now, old, really_choose, steps=(0, 2))
    assert found.lost == 3
    assert found.curve[0].given_up.tolist() == []
    assert len(found.curve[0].new) == 3
    for point in found.curve:
        assert len(point.given_up) <= point.allowed_changes
        assert point.reached_people <= point.bound_people
    assert found.enough.reached_people >= 0.99 * found.curve[-1].reached_people
