"""The last hubs of a plan and the next ones beyond it: what the curve says, and what is proven."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.findings.margin import margin
from leohub.plan.plan import Plan
from tests.rule_oracle import reached_people
from tests.sample_results import sample_plan


def best_people(coverage: Coverage, hubs: int) -> float:
    """What the best choice of so many sites reaches, by trying all."""
    sites = coverage.shares.shape[0]
    return max(
        reached_people(coverage, np.isin(np.arange(sites), chosen)).sum()
        for chosen in combinations(range(sites), hubs)
    )


def with_exact_bound(plan: Plan, coverage: Coverage) -> Plan:
    curve = plan.curve.copy()
    curve[:, 2] = [best_people(coverage, int(hubs)) for hubs in curve[:, 0]]
    return replace(plan, curve=curve, bound_people=float(curve[len(plan.hubs) - 1, 2]))


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_what_is_proven_holds_for_the_best_plans(seed, hubs):
    draw = np.random.default_rng(seed)
    shares = csr_array((draw.random((7, 12)) < 0.3).astype(float))
    coverage = Coverage(shares, draw.integers(0, 50, 12).astype(float))
    plan = with_exact_bound(sample_plan(coverage, hubs), coverage)
    found = margin(plan)
    assert found.last_hubs == found.next_hubs == 1
    assert found.last_people == pytest.approx(plan.added_people[-1])
    fewer = best_people(coverage, hubs - 1)
    assert found.last_least_people <= max(0.0, plan.reached_people - fewer) + 1e-9
    assert found.last_least_people <= found.last_people + 1e-9
    assert found.next_most_people >= best_people(coverage, hubs + 1) - plan.reached_people - 1e-9
    assert found.next_most_people >= found.next_people - 1e-9


def straight(hubs: int, points: int) -> Plan:
    """A plan in which each hub adds 10 people under a bound of 11 each."""
    numbers = np.arange(1, points + 1)
    return Plan(
        hubs=np.arange(hubs),
        added_people=np.full(hubs, 10.0),
        reached_people=10.0 * hubs,
        worth_people=10.0 * hubs,
        bound_people=11.0 * hubs,
        certified_people=11.0 * hubs,
        granted_people=np.zeros(1),
        row_prices=np.zeros(1),
        rule_costs_people=np.array([np.nan]),
        curve=np.column_stack([numbers, 10.0 * numbers, 11.0 * numbers]),
        story=(),
        optimal=False,
        stopped_early=False,
    )


@pytest.mark.parametrize(
    ("hubs", "step"), [(450, 50), (200, 50), (199, 20), (40, 10), (20, 5), (8, 2), (7, 1), (1, 1)]
)
def test_as_many_are_looked_at_as_suit_the_plan(hubs, step):
    found = margin(straight(hubs, 2 * hubs))
    assert (found.last_hubs, found.next_hubs) == (step, step)
    assert found.last_people == found.next_people == 10 * step
    assert found.last_least_people == max(0, 10 * hubs - 11 * (hubs - step))
    assert found.next_most_people == 11 * (hubs + step) - 10 * hubs


def test_where_few_places_are_left_fewer_come_next():
    assert margin(straight(450, 462)).next_hubs == 12
    none = margin(straight(450, 450))
    assert (none.next_hubs, none.next_people) == (0, 0)


def test_a_plan_without_hubs_has_no_margin():
    found = margin(straight(0, 0))
    assert (found.last_hubs, found.last_people, found.next_hubs) == (0, 0, 0)
