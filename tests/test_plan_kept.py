"""No plan breaks a rule, whatever the stage that made it, and all parts agree on what is kept."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.findings.ceilings import find_ceilings
from leohub.plan.plan import Plan
from leohub.plan.rules.money import budget
from leohub.plan.rules.numbers import at_least, at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules, reached_by_cell
from leohub.plan.task import Task
from tests.stage_oracle import Small, small, small_problems


def choose(problem: Small, **options: object) -> Plan:
    defaults = {"seed": 1, "time_limit_s": 60.0, "gap": 0.0, "exact_limit_pairs": 200_000}
    options = {**defaults, "price_rules": False, **options}
    return choose_hubs(problem.coverage, problem.rules, weight=problem.weight, **options)


def broken(problem: Small, plan: Plan) -> tuple[str, ...]:
    """What `leohub verify` would say."""
    chosen = np.zeros(len(problem.rules.required), dtype=bool)
    chosen[plan.hubs] = True
    return problem.rules.broken(chosen, reached_by_cell(problem.coverage, chosen))


# --- Weights and people --------------------------------------------------------------------------


def test_a_hub_that_a_minimum_of_people_needs_stays_though_it_adds_no_worth():
    # Site 0 reaches half of cell 0 and all of cell 1; site 1, of half the worth, all of cell 0.
    coverage = Coverage(csr_array(np.array([[0.5, 1.0], [1.0, 0.0]])), np.array([100.0, 10.0]))
    every, first = np.ones(2, dtype=bool), np.array([1.0, 0.0])
    minimum = at_least_reached("everybody in cell 0", first, 100, 2)
    rules = Rules.of([at_most("hubs", every, 2), minimum], 2, 2)
    problem = Small(coverage, rules, weight=np.array([1.0, 0.5]))
    plan = choose(problem)
    assert broken(problem, plan) == ()
    assert sorted(plan.hubs) == [0, 1]
    assert plan.worth_people == pytest.approx(problem.best)


# --- A start by HiGHS ----------------------------------------------------------------------------


@st.composite
def hard_for_greedy(draw: st.DrawFn) -> Small:
    """Two or three hubs that must reach all they can; many sites serve parts of what others do."""
    cells = st.sets(st.integers(0, 6), min_size=1, max_size=4)
    sets = draw(st.lists(cells, min_size=3, max_size=5))
    parts = [set(draw(st.sets(st.sampled_from(sorted(one)), min_size=1))) for one in 2 * sets]
    need = draw(st.lists(st.integers(5, 100), min_size=7, max_size=7))
    hubs = draw(st.integers(2, 3))
    left = [*parts, *sets]
    sites = len(left)
    best = max(sum(need[cell] for cell in set().union(*some)) for some in combinations(left, hubs))
    # Where greedy reaches fewer it does not keep to this.
    most = at_least_reached("people", np.ones(7), best, sites)
    rules = Rules.of([at_most("hubs", np.ones(sites, dtype=bool), hubs), most], sites, 7)
    return small(left, need, rules)


EIGHTEEN = (
    "1|0457|0146|1|2457|047|0146|034|4|2457|67|167|02457|12567|0146|1|067|0346",
    [47, 84, 50, 5, 91, 55, 35, 53],
)


def eighteen_places() -> Small:
    """Greedy reaches 415; two of 18 places reach 420, and most places serve parts of others."""
    sets = [{int(cell) for cell in one} for one in EIGHTEEN[0].split("|")]
    more = at_least_reached("people", np.ones(8), 416, 18)
    rules = Rules.of([at_most("hubs", np.ones(18, dtype=bool), 2), more], 18, 8)
    return small(sets, EIGHTEEN[1], rules)


@example(eighteen_places())
@given(hard_for_greedy())
@settings(max_examples=25)
def test_a_start_found_by_highs_keeps_the_rules(problem):
    assert broken(problem, choose(problem, time_limit_s=1e-6)) == ()


@given(small_problems())
@settings(max_examples=25)
def test_a_plan_without_time_keeps_the_rules(problem):
    assume(len(problem.kept) and problem.weight is None)
    plan = choose(problem, time_limit_s=1e-6)
    assert broken(problem, plan) == ()
    assert plan.worth_people <= problem.best + 1e-6 <= plan.bound_people + 2e-6


# --- What rounding allows ------------------------------------------------------------------------


def thousands_of_places(beyond_usd: float) -> tuple[Small, np.ndarray]:
    """Places of 12,000 USD and a bit, and a plan of 12 of them that exceeds its budget by 12 bits.

    Every place reaches cells of its own, so that none is left out.
    """
    sites = 3_000
    cost = np.full(sites, 12_000.0 + beyond_usd)
    coverage = Coverage(csr_array(np.eye(sites)), np.ones(sites))
    few = at_most("few", np.arange(sites) < 9, 5)
    rules = Rules.of([budget("budget", cost, 144_000.0), few], sites, sites)
    chosen = np.zeros(sites, dtype=bool)
    chosen[100:112] = True
    return Small(coverage, rules), chosen


def test_the_search_allows_no_more_than_the_rules_do():
    problem, chosen = thousands_of_places(beyond_usd=0.0025)
    reached = reached_by_cell(problem.coverage, chosen)
    assert not problem.rules.holds(chosen, reached)
    assert not problem.instance.keeps(chosen[problem.sites])


@given(small_problems())
@settings(max_examples=40)
def test_search_and_rules_agree_on_what_is_kept(problem):
    assume(problem.weight is None)
    sites = len(problem.sites)
    assume(sites > 0)
    for number in range(2**sites):
        part = (number >> np.arange(sites)) & 1 == 1
        whole = problem.rules.required.copy()
        whole[problem.sites[part]] = True
        assume(not np.any(problem.rules.required & problem.rules.forbidden))
        reached = reached_by_cell(problem.coverage, whole)
        assert problem.instance.keeps(part) == problem.rules.holds(whole, reached)


def test_a_dear_place_does_not_stretch_the_budget():
    cost = np.array([6.0, 5.0, 1e9])
    rules = Rules.of([budget("budget", cost, 10.5)], 3, 3)
    problem = small([{0}, {1}, {2}], [10, 10, 10], rules)
    plan = choose(problem)
    assert broken(problem, plan) == ()
    assert plan.reached_people == 10
    assert plan.certified_people >= plan.worth_people - 1e-6


# --- Nothing left to choose ----------------------------------------------------------------------


def test_a_plan_of_places_that_reach_nobody_has_a_proof():
    # Only the last place may be a hub, a minimum asks for it, and it reaches nobody.
    places = np.arange(4)
    written = [
        at_most("hubs", places >= 0, 1),
        at_least("one of these", np.isin(places, [0, 3]), 1),
        at_most("none of these", places < 3, 0),
    ]
    problem = small([{3}, {0}, {1, 2, 3}, set()], [35, 4, 6, 11], Rules.of(written, 4, 4))
    plan = choose(problem)
    assert plan.hubs.tolist() == [3]
    assert plan.reached_people == 0
    assert plan.bound_people == pytest.approx(0, abs=2e-3)


def test_ceilings_are_numbers_where_required_hubs_take_all_the_room():
    rules = Rules.of(
        [at_most("hubs", np.ones(3, dtype=bool), 1)], 3, 3, required=np.array([True, False, False])
    )
    problem = small([{0}, {1}, {2}], [10, 20, 30], rules)
    task = Task.of(problem.coverage, rules)
    ceilings = find_ceilings(task, np.array([10.0, 20, 30]), np.zeros(1))
    assert np.all(np.isfinite(ceilings.with_people))
    assert ceilings.with_people[0] >= 10
