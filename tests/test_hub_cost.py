"""What one hub costs: units, sums, monotony and what a budget pays for."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.hub.cost import HubCost, PriceLine, assumed_lines, hubs_within

amounts = st.floats(0.01, 1e6)
lines = st.builds(
    PriceLine,
    item=st.text(min_size=1, max_size=8),
    amount=amounts,
    charged=st.sampled_from(["once", "monthly"]),
    quantity=st.floats(0.1, 1000),
    basis=st.sampled_from(["published", "assumed"]),
    origin=st.just(""),
    date=st.just(""),
)
costs = st.builds(
    HubCost,
    lines=st.lists(lines, min_size=1, max_size=6).map(tuple),
    currency=st.just("KES"),
    currency_per_usd=st.floats(0.01, 5000),
    lifetime_years=st.floats(0.5, 30),
    upkeep_pct_per_year=st.floats(0, 100),
)


def line(amount, charged, quantity=1.0, basis="published"):
    return PriceLine(f"{charged} {amount}", amount, charged, quantity, basis, "list", "2025")


HUB = HubCost(
    lines=(line(60_000, "once"), line(100, "once", 600, "assumed"), line(6_500, "monthly")),
    currency="KES",
    currency_per_usd=130,
    lifetime_years=5,
    upkeep_pct_per_year=10,
)


def test_worked_example():
    assert HUB.capital == 120_000
    assert HUB.monthly == 6_500 + 1_000  # a tenth of the capital a year is 1,000 a month
    assert HUB.lifetime_months == 60
    assert HUB.whole_life == 120_000 + 60 * 7_500
    assert HUB.capital_usd == pytest.approx(923.08, abs=0.01)
    assert HUB.monthly_usd == pytest.approx(57.69, abs=0.01)
    assert HUB.per_month_usd == pytest.approx((2_000 + 7_500) / 130)
    assert assumed_lines(HUB.lines) == ("once 100",)


@given(costs)
def test_months_add_up_to_the_whole_life(cost):
    assert cost.per_month_usd * cost.lifetime_months == pytest.approx(cost.whole_life_usd)
    assert cost.whole_life_usd * cost.currency_per_usd == pytest.approx(cost.whole_life)
    spread = cost.capital_usd / cost.lifetime_months + cost.monthly_usd
    assert cost.per_month_usd == pytest.approx(spread)


@given(costs, lines)
def test_one_more_line_costs_more(cost, extra):
    dearer = dataclasses.replace(cost, lines=(*cost.lines, extra))
    assert dearer.whole_life > cost.whole_life
    assert dearer.capital >= cost.capital
    assert dearer.monthly >= cost.monthly


@given(costs, st.floats(1.01, 10))
def test_currency_changes_usd_in_proportion_and_nothing_else(cost, factor):
    weaker = dataclasses.replace(cost, currency_per_usd=cost.currency_per_usd * factor)
    assert weaker.whole_life == cost.whole_life
    assert weaker.per_month_usd * factor == pytest.approx(cost.per_month_usd)


@given(costs, st.integers(0, 500))
def test_budget_pays_for_whole_hubs(cost, hubs):
    assert hubs_within(cost.whole_life * (hubs + 0.5), cost) == hubs


@given(costs, st.floats(0, 1e9))
def test_no_budget_is_overspent(cost, budget):
    hubs = hubs_within(budget, cost)
    assert hubs * cost.whole_life <= budget * (1 + 1e-12)
    assert (hubs + 1) * cost.whole_life > budget * (1 - 1e-12)


def test_a_hub_that_costs_nothing_has_no_number_for_a_budget():
    free = dataclasses.replace(HUB, lines=(line(0, "once"),))
    with pytest.raises(ValueError, match="costs nothing"):
        hubs_within(1_000, free)
