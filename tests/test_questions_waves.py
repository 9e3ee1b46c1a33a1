"""No order of opening hubs reaches people for longer, and every limit is kept."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.questions.calendar import Calendar, calendar, hubs_per_period, yearly_budgets
from leohub.plan.questions.waves import NEVER, compare_waves, phase_hubs
from leohub.plan.rules.numbers import hubs_at_most
from tests.every_plan import EveryPlan, choose_badly, choose_best, problems

FEW = settings(max_examples=40, deadline=None)
QUARTER_YEARS = np.array([0.25, 0.25, 0.5])


@st.composite
def programmes(draw):
    """Hubs, three periods in two years, budgets, and hands for so many hubs."""
    coverage, _ = draw(problems(sites=(1, 5)))
    sites = coverage.shares.shape[0]
    cost = np.array(draw(st.lists(st.integers(1, 9), min_size=sites, max_size=sites)), float)
    running = cost / 4 if draw(st.booleans()) else None
    budgets = draw(st.lists(st.integers(0, 15), min_size=2, max_size=2))
    money = yearly_budgets(
        QUARTER_YEARS,
        [0, 0, 1],
        budgets,
        cost,
        running_cost_per_year=running,
        carried_over=draw(st.booleans()),
    )
    hands = hubs_per_period(QUARTER_YEARS, draw(st.sampled_from([[1, 1, 2], [9, 9, 9]])), sites)
    return coverage, calendar(QUARTER_YEARS, [money, hands])


def every_timetable(coverage: Coverage, when: Calendar):
    """Each timetable within the limits, as opening periods, with the people reached in each."""
    shares, sites = coverage.shares.toarray(), coverage.shares.shape[0]
    for opens in product(range(when.periods + 1), repeat=sites):
        used = sum(
            (when.counts[:, hub, period] for hub, period in enumerate(opens) if period < 3),
            np.zeros(len(when.most)),
        )
        if np.all(used <= when.most + 1e-9):
            reached = [
                coverage.need_people
                @ (shares * (np.array(opens) <= period)[:, None]).max(axis=0, initial=0)
                for period in range(when.periods)
            ]
            yield opens, np.array(reached)


@given(programmes())
@FEW
def test_no_timetable_reaches_people_for_longer(programme):
    coverage, when = programme
    waves = phase_hubs(coverage, np.arange(coverage.shares.shape[0]), when)
    all_of_them = dict(every_timetable(coverage, when))
    best = max(reached @ when.length_years for reached in all_of_them.values())
    assert waves.person_years == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert waves.bound_person_years == pytest.approx(best, rel=1e-6, abs=1e-6)
    own = tuple(np.where(waves.opens == NEVER, 3, waves.opens).tolist())
    np.testing.assert_allclose(waves.reached_people, all_of_them[own])


@given(programmes())
@FEW
def test_a_quick_timetable_keeps_to_the_limits_and_to_its_bound(programme):
    coverage, when = programme
    quick = phase_hubs(coverage, np.arange(coverage.shares.shape[0]), when, exact_pairs=-1)
    best = max(reached @ when.length_years for _, reached in every_timetable(coverage, when))
    kept = [opens for opens, _ in every_timetable(coverage, when)]
    assert tuple(np.where(quick.opens == NEVER, 3, quick.opens).tolist()) in kept
    assert quick.person_years <= best + 1e-6
    assert best <= quick.bound_person_years + 1e-6
    assert quick.gap >= 0


@given(programmes(), st.data())
@FEW
def test_only_the_hubs_of_the_plan_are_ordered(programme, data):
    coverage, when = programme
    sites = coverage.shares.shape[0]
    hubs = np.array(data.draw(st.lists(st.integers(0, sites - 1), unique=True)), dtype=np.intp)
    waves = phase_hubs(coverage, hubs, when)
    assert waves.hubs.tolist() == hubs.tolist()
    shares = coverage.shares.toarray() * np.isin(np.arange(sites), hubs)[:, None]
    alone = replace(coverage, shares=csr_array(shares))
    best = max(reached @ when.length_years for _, reached in every_timetable(alone, when))
    assert waves.person_years == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert waves.open_by(2).tolist() == hubs[waves.opens != NEVER].tolist()


def test_budgets_count_what_is_opened_and_what_runs():
    length, cost, yearly = np.array([0.5, 0.5, 1.0]), np.array([10.0]), np.array([4.0])
    spent = yearly_budgets(length, [0, 0, 1], [1, 2], cost, running_cost_per_year=yearly)
    np.testing.assert_allclose(spent.counts[:, 0, :], [[14, 12, 0], [4, 4, 14]])
    over = yearly_budgets(
        length, [0, 0, 1], [1, 2], cost, running_cost_per_year=yearly, carried_over=True
    )
    np.testing.assert_allclose(over.counts[:, 0, :], [[14, 12, 0], [18, 16, 14]])
    np.testing.assert_allclose(over.most, [1, 3])
    assert over.names == ("the budget of year 1", "the budget of year 2")


def test_what_was_left_over_buys_a_hub_later():
    coverage = Coverage(csr_array(np.eye(2)), np.array([9.0, 8.0]))
    length, cost = np.ones(2), np.array([6.0, 6.0])
    opened = []
    for carried_over in (False, True):
        money = yearly_budgets(length, [0, 1], [8, 4], cost, carried_over=carried_over)
        opened.append(phase_hubs(coverage, np.arange(2), money).opens.tolist())
    assert opened == [[0, NEVER], [0, 1]]


@pytest.mark.parametrize("choose", [choose_best, choose_badly])
def test_a_wave_is_set_beside_the_best_plan_of_its_size(choose):
    # The middle place is best alone; with two hubs the outer ones are.
    shares = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1.0]]))
    coverage = Coverage(shares, np.array([4.0, 5.0, 5.0, 4.0]))
    when = hubs_per_period(np.ones(2), [1, 1], 3)
    waves = phase_hubs(coverage, np.array([0, 2]), when)
    rules = {period: hubs_at_most(period + 1, coverage) for period in (0, 1)}
    first, last = compare_waves(coverage, waves, choose, rules)
    every = EveryPlan(coverage)
    assert (first.hubs, first.worth_people) == (1, 9)
    assert (last.hubs, last.worth_people) == (2, 18)
    best = [every.people[every.keep(rules[period])].max() for period in (0, 1)]
    for wave, most in zip((first, last), best, strict=True):
        assert wave.worth_people <= wave.best_people <= most <= wave.bound_people
        assert wave.short_people <= most - wave.worth_people <= wave.most_short_people
    if choose is choose_best:
        assert (first.short_people, first.most_short_people) == (1, 1)
        assert (last.short_people, last.most_short_people) == (0, 0)


def test_a_calendar_fits_together():
    with pytest.raises(ValueError, match="a length for each period"):
        Calendar(np.ones(2), ("one",), np.ones((1, 3, 3)), np.ones(1))
    with pytest.raises(ValueError, match="nothing negative"):
        Calendar(np.ones(2), ("one",), -np.ones((1, 3, 2)), np.ones(1))


def test_hubs_that_reach_nobody_never_open():
    coverage = Coverage(csr_array((2, 2)), np.ones(2))
    waves = phase_hubs(coverage, np.arange(2), hubs_per_period(np.ones(1), [5], 2))
    assert waves.opens.tolist() == [NEVER, NEVER]
    assert waves.person_years == waves.bound_person_years == waves.gap == 0
