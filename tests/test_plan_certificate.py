"""What a plan's proof says of itself: the certificate beside the bound, and the story's numbers."""

import numpy as np
import pytest
from hypothesis import assume, given, settings

from leohub.plan.bounds.bound import lagrangian
from leohub.plan.bounds.prices import find_bound
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.plan.rules.money import budget
from leohub.plan.rules.numbers import at_most, hubs_at_most
from leohub.plan.rules.rules import Rules
from tests.stage_oracle import ENOUGH_PEOPLE, Small, small, small_problems
from tests.test_plan_prices import fields, relaxation


def proven_by_prices(plan: Plan) -> float:
    """The smallest bound that the search tells to have proven by prices alone [people]."""
    return min(step.bound_people for step in plan.story if step.stage == "bound")


@pytest.mark.parametrize("hubs", [10, 30])
def test_the_certificate_proves_what_the_prices_prove(hubs):
    # Few cells and many places: most serve parts of what others do.
    coverage = fields(7, sites=400, cells=300, reach=0.08)
    rules = hubs_at_most(hubs, coverage)
    options = {"seed": 1, "time_limit_s": 60.0, "gap": 1e-4, "exact_limit_pairs": 0}
    plan = choose_hubs(coverage, rules, **options)
    assert plan.certified_people <= proven_by_prices(plan) * (1 + 1e-6)


def test_the_relaxation_is_not_said_to_prove_less_than_it_does():
    # One hub, and money for three fifths of the first place: 20.4 people.
    rules = Rules.of(
        [at_most("hubs", np.ones(2, dtype=bool), 1), budget("money", np.array([5.0, 7.0]), 3.0)],
        2,
        2,
    )
    problem = small([{0}, {1}], [34, 6], rules)
    exact = relaxation(problem.coverage, rules)
    assert exact == pytest.approx(20.4)
    for tolerance in (1e-2, 1e-3, 1e-4):
        bound = search(problem, tolerance)
        assert bound.fractional_people <= exact * (1 + tolerance)
        assert bound.fractional_people <= bound.people * (1 + tolerance)
        assert bound.people <= exact * (1 + 3 * tolerance)


def search(problem: Small, tolerance: float):
    options = {"tolerance": tolerance, "iterations": 20_000, "time_is_up": lambda: False}
    return find_bound(problem.instance, **options)


@given(small_problems())
@settings(max_examples=40)
def test_what_is_said_to_be_proven_is_what_the_prices_prove(problem):
    assume(problem.instance.pairs and len(problem.kept))
    bound = search(problem, 1e-3)
    again = lagrangian(problem.instance, bound.prices)
    assert bound.people == pytest.approx(again, abs=ENOUGH_PEOPLE)
    assert problem.fixed_people + bound.people >= problem.best - ENOUGH_PEOPLE
