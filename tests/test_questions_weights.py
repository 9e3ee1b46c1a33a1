"""Where sites have weights, every question finds what is worth most, by all plans tried."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.plan import Plan
from leohub.plan.questions.asking import Choose, with_rules
from leohub.plan.questions.balance import Effort
from leohub.plan.questions.continuing import continue_plan
from leohub.plan.questions.doubt import (
    bad_mean,
    choose_for_average,
    choose_for_bad_part,
    choose_in_each,
    values_across,
)
from leohub.plan.questions.draws import Doubt, Draws, Range, stack
from leohub.plan.questions.frontier import even_floors, find_frontier
from leohub.plan.questions.waves import compare_waves, phase_hubs
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from tests.every_plan import (
    EveryPlan,
    choose_best,
    is_impossible,
    plan_of,
    problems,
    really_choose,
    regions_of,
    shares_of_all,
)
from tests.test_questions_continuing import changed_worlds
from tests.test_questions_doubt import doubtful, with_demand
from tests.test_questions_waves import every_timetable, programmes

FEW = settings(max_examples=25, deadline=None)


def weights(data, coverage: Coverage) -> np.ndarray:
    sites = coverage.shares.shape[0]
    each = st.sampled_from([0.5, 0.8, 1.0])
    return np.array(data.draw(st.lists(each, min_size=sites, max_size=sites)))


def worth_of_all(coverage: Coverage, weight: np.ndarray) -> np.ndarray:
    """What every plan is worth, each person by the weight of the site that counts most for them."""
    each = coverage.shares.toarray() * weight[:, None] * coverage.need_people
    masks = EveryPlan(coverage).masks
    return np.array([each[mask].max(axis=0, initial=0.0).sum() for mask in masks])


def choosing(weight: np.ndarray) -> Choose:
    """A choice by weights that tries all plans; rules count people without them."""

    def choose(coverage: Coverage, rules: Rules) -> Plan | None:
        every, worth = EveryPlan(coverage), worth_of_all(coverage, weight)
        best = every.best(rules, worth)
        if best is None:
            return None
        return plan_of(np.flatnonzero(every.masks[best]), float(worth[best]), float(worth[best]))

    return choose


@given(st.data(), problems())
@FEW
def test_the_frontier_is_worth_most_at_every_floor_of_people(data, problem):
    coverage, rules = problem
    regions, weight = data.draw(regions_of(coverage, 2)), weights(data, coverage)
    every, worth = EveryPlan(coverage), worth_of_all(coverage, weight)
    shares, floors = shares_of_all(every, regions), even_floors(0.8, 4)
    fair = {floor: every.keep(rules) & np.all(shares >= floor - 1e-9, axis=1) for floor in floors}
    points = find_frontier(coverage, rules, regions, choosing(weight), floors, weight=weight)
    assert [point.floor_share for point in points] == [f for f in floors if fair[f].any()]
    for point in points:
        own = (1 << point.hubs).sum()
        assert fair[point.floor_share][own]
        assert point.worth_people == pytest.approx(worth[fair[point.floor_share]].max())
        assert point.worth_people == pytest.approx(worth[own])
        assert point.bound_people == pytest.approx(point.worth_people)
        assert point.reached_people == pytest.approx(every.people[own])
    for before, after in pairwise(points):
        assert after.worth_people <= before.worth_people


@given(st.data(), changed_worlds(), st.sampled_from([0.0, 0.1, 0.3]))
@FEW
def test_a_changed_plan_is_worth_most_with_so_few_changes(data, world, within):
    coverage, rules, old, _ = world
    weight = weights(data, coverage)
    every, worth = EveryPlan(coverage), worth_of_all(coverage, weight)
    found = continue_plan(
        coverage, rules, old, choosing(weight), within_share=within, weight=weight
    )

    def best(changes: int) -> float:
        kept = every.masks[:, found.possible].sum(axis=1) >= len(found.possible) - changes
        return worth[every.keep(rules) & kept].max()

    for point in found.curve:
        assert point.worth_people == pytest.approx(best(point.allowed_changes))
        assert point.bound_people == pytest.approx(best(point.allowed_changes))
        assert point.reached_people == pytest.approx(every.people[(1 << point.hubs).sum()])
    most = len(found.possible)
    enough = [c for c in range(most + 1) if best(c) >= (1 - within) * best(most) - 1e-9]
    assert found.enough.allowed_changes == min(enough)
    assert found.least_changes <= min(enough)


@given(st.data(), programmes())
@FEW
def test_no_timetable_is_worth_more(data, programme):
    coverage, when = programme
    weight = weights(data, coverage)
    hubs = np.arange(coverage.shares.shape[0])
    waves = phase_hubs(coverage, hubs, when, weight=weight)
    worth, people = worth_of_all(coverage, weight), EveryPlan(coverage).people

    def by_period(opens, of_plan) -> np.ndarray:
        return np.array(
            [of_plan[(1 << hubs[np.array(opens) <= period]).sum()] for period in range(3)]
        )

    best = max(
        by_period(opens, worth) @ when.length_years for opens, _ in every_timetable(coverage, when)
    )
    assert waves.person_years == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert waves.bound_person_years == pytest.approx(best, rel=1e-6, abs=1e-6)
    own = np.where(waves.opens < 0, 3, waves.opens)
    np.testing.assert_allclose(waves.worth_people, by_period(own, worth))
    np.testing.assert_allclose(waves.reached_people, by_period(own, people))


@given(st.data(), programmes())
@FEW
def test_waves_are_compared_with_plans_that_are_worth_most(data, programme):
    coverage, when = programme
    weight, hubs = weights(data, coverage), np.arange(coverage.shares.shape[0])
    waves, worth = phase_hubs(coverage, hubs, when, weight=weight), worth_of_all(coverage, weight)
    rules = hubs_at_most(max(1, len(waves.open_by(0))), coverage)
    (found,) = compare_waves(coverage, waves, choosing(weight), {0: rules}, weight=weight)
    assert found.worth_people == pytest.approx(worth[(1 << waves.open_by(0)).sum()])
    assert found.best_people == pytest.approx(worth[EveryPlan(coverage).keep(rules)].max())
    assert found.bound_people == pytest.approx(found.best_people)


def values_of_all(draws: Draws, weight: np.ndarray) -> np.ndarray:
    return np.array([worth_of_all(world, weight) for world in draws.worlds()]).T


@given(st.data(), doubtful(), st.integers(0, 30))
@FEW
def test_worlds_are_counted_by_weights(data, drawn, least):
    draws, rules = drawn
    weight = weights(data, draws.coverage)
    values, every = values_of_all(draws, weight), EveryPlan(draws.coverage)
    numbers = [0, 1, len(values) - 1]
    plans = [np.flatnonzero(every.masks[number]) for number in numbers]
    np.testing.assert_allclose(values_across(draws, plans, weight), values[numbers], atol=1e-9)
    each = choose_in_each(draws, rules, choosing(weight))
    kept = every.keep(rules)
    np.testing.assert_allclose(each.bound_people, values[kept].max(axis=0), atol=1e-6)
    demanding = with_demand(draws, rules, least)
    average = choose_for_average(draws, demanding, choosing(weight))
    kept = EveryPlan(draws.likely()).keep(demanding)
    assert (average is None) == (not kept.any())
    if average is not None:
        best, people = values[kept].mean(axis=1).max(), draws.coverage.need_people.sum()
        assert best - 1e-6 <= average.worth_people <= best + 1e-6 * (1 + people)
        assert kept[(1 << average.hubs).sum()]


@given(st.data(), doubtful(), st.integers(0, 30), st.sampled_from([0.1, 0.5]))
@FEW
def test_no_plan_has_a_better_bad_part_by_weights(data, drawn, least, share):
    draws, rules = drawn
    if draws.coverage.need_people.sum() == 0 or stack(draws).need_people.sum() == 0:
        return
    weight, rules = weights(data, draws.coverage), with_demand(draws, rules, least)
    values, kept = values_of_all(draws, weight), EveryPlan(draws.likely()).keep(rules)
    found = choose_for_bad_part(
        draws,
        rules,
        choose_best,
        share=share,
        weight=weight,
        effort=Effort(10, 25, 1e-4),
        refutes=is_impossible,
    )
    assert (found is None) == (not kept.any())
    if found is None:
        return
    best, own = bad_mean(values[kept], share).max(), (1 << found.hubs).sum()
    assert kept[own]
    assert found.value == pytest.approx(best, abs=1e-3)
    assert best <= found.ceiling + 1e-6
    np.testing.assert_allclose(found.outcomes, values[own], atol=1e-6)


def test_the_real_choice_keeps_a_bad_part_by_weights_to_rules_about_people():
    random = np.random.default_rng(4)
    near = random.random((12, 30)) < 0.2
    coverage = Coverage(csr_array(near.astype(float)), random.integers(1, 60, 30) * 10.0)
    weight = np.where(np.arange(12) % 2, 1.0, 0.5)
    draws = Draws(coverage, Doubt((Range(0.3, 2.0),), Range(0.5, 1.0)), 4, 1)
    every = EveryPlan(coverage)
    part = (np.arange(30) < 10).astype(float)
    least = 0.85 * float(part @ coverage.need_people)
    rules = with_rules(hubs_at_most(4, coverage), [at_least_reached("some", part, least, 12)])
    kept, values = every.keep(rules), values_of_all(draws, weight)
    plain = values[every.keep(hubs_at_most(4, coverage))]
    assert bad_mean(values[kept], 0.25).max() < bad_mean(plain, 0.25).max() - 1
    effort = Effort(rounds=4, steps=4, tolerance=1.0)
    found = choose_for_bad_part(
        draws, rules, really_choose, share=0.25, weight=weight, effort=effort
    )
    own, best = (1 << found.hubs).sum(), bad_mean(values[kept], 0.25).max()
    assert kept[own]
    assert found.value == pytest.approx(bad_mean(values[[own]], 0.25)[0])
    assert found.value <= best + 1e-6 <= found.ceiling + 1e-3
    assert found.value >= 0.9 * best
