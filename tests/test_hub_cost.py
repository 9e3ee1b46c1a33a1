"""What one hub costs: units, sums, monotony and what a budget pays for."""

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.hub.cost import BUDGET_TOLERANCE, HubCost, PriceLine, assumed_lines, hubs_within

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


def exact_decimals(cost):
    """What a planner reckons by hand: the whole life of a hub in exact decimal fractions."""
    total = {"once": Fraction(0), "monthly": Fraction(0)}
    for item in cost.lines:
        total[item.charged] += Fraction(repr(item.amount)) * Fraction(repr(item.quantity))
    upkeep = total["once"] * Fraction(repr(cost.upkeep_pct_per_year)) / 1200
    return total["once"] + (total["monthly"] + upkeep) * Fraction(repr(cost.lifetime_years)) * 12


cents = st.integers(1, 10**8).map(lambda amount: amount / 100)
priced = st.builds(
    HubCost,
    lines=st.lists(
        st.builds(line, cents, st.sampled_from(["once", "monthly"]), st.integers(1, 50)),
        min_size=1,
        max_size=6,
    ).map(tuple),
    currency=st.just("KES"),
    currency_per_usd=st.just(129),
    lifetime_years=st.sampled_from([0.5, 1, 3, 5, 7.5, 10]),
    upkeep_pct_per_year=st.sampled_from([0, 2.5, 7, 10, 33.3]),
)


@given(priced, st.integers(0, 100_000))
def test_a_budget_of_exactly_so_many_hubs_pays_for_all_of_them(cost, hubs):
    assert hubs_within(cost.whole_life * hubs, cost) == hubs
    assert hubs_within(float(exact_decimals(cost) * hubs), cost) == hubs


@given(priced, st.integers(1, 100_000))
def test_a_budget_short_by_a_thousandth_of_a_hub_pays_for_one_less(cost, hubs):
    assert hubs_within(cost.whole_life * (hubs - 0.001), cost) == hubs - 1


def test_a_budget_that_rounding_once_made_a_hub_short():
    cost = dataclasses.replace(HUB, lines=(line(59_636, "once"), line(999.99, "monthly")))
    assert exact_decimals(cost) * 7 == Fraction("1046173.80")
    assert hubs_within(1_046_173.80, cost) == 7
    assert hubs_within(1_046_173.79, cost) == 6


@given(costs, st.floats(0, 1e9))
def test_no_budget_is_overspent_beyond_the_tolerance(cost, budget):
    hubs = hubs_within(budget, cost)
    assert hubs * cost.whole_life <= budget * (1 + 1.001 * BUDGET_TOLERANCE)
    assert (hubs + 1) * cost.whole_life > budget


def test_a_hub_that_costs_nothing_has_no_number_for_a_budget():
    free = dataclasses.replace(HUB, lines=(line(0, "once"),))
    with pytest.raises(ValueError, match="costs nothing"):
        hubs_within(1_000, free)
