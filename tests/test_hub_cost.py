"""What one hub costs: units, sums, monotony, ranges and what a budget pays for."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.hub.cost import BUDGET_TOLERANCE, HubCost, PriceLine, assumed_lines, hubs_within
from leohub.hub.lifecycle import annuity_months, cost_per_person_month
from leohub.hub.tornado import tornado
from leohub.quantities import Quantity, draws


def known(value, unit="%"):
    return Quantity(value, unit, "assumed", "the study", value, value)


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
    lasts_years=st.none() | st.floats(0.5, 40),
)
costs = st.builds(
    HubCost,
    lines=st.lists(lines, min_size=1, max_size=6).map(tuple),
    currency=st.just("KES"),
    currency_per_usd=st.floats(0.01, 5000),
    lifetime_years=st.floats(0.5, 30),
    discount_pct_per_year=st.floats(0, 30).map(known),
    upkeep_pct_per_year=st.floats(0, 100).map(known),
    residual_pct=st.floats(0, 100).map(known),
)


def line(amount, charged, quantity=1.0, basis="published"):
    return PriceLine(f"{charged} {amount}", amount, charged, quantity, basis, "list", "2025")


HUB = HubCost(
    lines=(line(60_000, "once"), line(100, "once", 600, "assumed"), line(6_500, "monthly")),
    currency="KES",
    currency_per_usd=130,
    lifetime_years=5,
    discount_pct_per_year=known(0),
    upkeep_pct_per_year=known(10),
    residual_pct=known(0),
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


def test_interest_and_renewal_in_a_worked_example():
    kit = dataclasses.replace(HUB.lines[0], lasts_years=2)
    cost = dataclasses.replace(
        HUB, lines=(kit, *HUB.lines[1:]), discount_pct_per_year=known(8), residual_pct=known(50)
    )
    assert cost.capital == HUB.capital
    assert cost.monthly == HUB.monthly
    assert cost.replacement == 120_000  # after 2 and 4 years
    assert cost.whole_life == HUB.whole_life + 120_000
    # The third kit has half of its life left, and half of that counts.
    kits = 60_000 * (1 + 1.08**-2 + 1.08**-4 - 0.5 * 0.5 * 1.08**-5)
    assert cost.per_month == pytest.approx((kits + 60_000) / annuity_months(5, 8) + 7_500)
    assert cost.per_month_usd * 130 == pytest.approx(cost.per_month)
    assert dict(cost.per_month_by_item()) == pytest.approx(
        {
            "once 60000": kits / annuity_months(5, 8),
            "once 100": 60_000 / annuity_months(5, 8),
            "monthly 6500": 6_500,
            "upkeep": 1_000,
        }
    )


@given(costs)
def test_months_add_up_to_the_whole_life(cost):
    assert cost.whole_life_usd * cost.currency_per_usd == pytest.approx(cost.whole_life)
    paid = cost.capital + cost.replacement + cost.monthly * cost.lifetime_months
    assert cost.whole_life == pytest.approx(paid)
    assert sum(amount for _, amount in cost.per_month_by_item()) == pytest.approx(cost.per_month)
    plain = dataclasses.replace(cost, discount_pct_per_year=known(0), residual_pct=known(0))
    assert plain.per_month * plain.lifetime_months == pytest.approx(cost.whole_life)


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
    upkeep = total["once"] * Fraction(repr(cost.upkeep_pct_per_year.value)) / 1200
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
    discount_pct_per_year=st.sampled_from([0, 8]).map(known),
    upkeep_pct_per_year=st.sampled_from([0, 2.5, 7, 10, 33.3]).map(known),
    residual_pct=st.just(known(0)),
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


RANGED = HubCost(
    lines=(
        PriceLine(
            "dish", 400, "once", 1, "published", "shop", "2025", 300, 500, 4, lasts_low_years=3
        ),
        PriceLine("mast", 100, "once", 2, "assumed", "", "", high=150),
        PriceLine("staff", 60, "monthly", 0.5, "assumed", "guess", "", 20, 90),
        PriceLine("staff", 10, "monthly", 1, "published", "list", ""),
    ),
    currency="USD",
    currency_per_usd=1,
    lifetime_years=5,
    discount_pct_per_year=Quantity(8, "%/year", "assumed", "", 3, 15),
    upkeep_pct_per_year=known(5),
    residual_pct=Quantity(0, "%", "assumed", "", 0, 100),
)


def test_every_uncertain_number_has_a_name_a_range_and_a_source():
    found = RANGED.quantities
    assert list(found) == [
        "cost.discount_pct_per_year",
        "cost.upkeep_pct_per_year",
        "cost.residual_pct",
        "cost.price.dish",
        "cost.lasts_years.dish",
        "cost.price.mast",
        "cost.price.staff",
        "cost.price.staff (2)",
    ]
    dish, life = found["cost.price.dish"], found["cost.lasts_years.dish"]
    assert (dish.low, dish.value, dish.high, dish.unit) == (300, 400, 500, "USD")
    assert (dish.basis, dish.source) == ("measured", "shop, 2025")
    assert (life.low, life.value, life.high, life.unit) == (3, 4, 4, "years")
    assert found["cost.price.mast"].low == 100
    assert found["cost.price.staff (2)"].known


def test_draws_lie_around_what_a_hub_costs_and_are_what_each_of_them_costs_alone():
    values = draws(RANGED.quantities, 4_000, seed=1)
    found = RANGED.at(values | {"link.something_db": np.zeros(4_000)})
    assert found.per_month.shape == (4_000,)
    assert found.per_month.min() < RANGED.per_month < found.per_month.max()
    for draw in range(0, 4_000, 500):
        alone = {name: known(value[draw]) for name, value in values.items()}
        lines = (
            dataclasses.replace(
                RANGED.lines[0],
                **dict.fromkeys(("amount", "low", "high"), values["cost.price.dish"][draw]),
                **dict.fromkeys(
                    ("lasts_years", "lasts_low_years"), values["cost.lasts_years.dish"][draw]
                ),
            ),
            dataclasses.replace(RANGED.lines[1], amount=values["cost.price.mast"][draw], high=None),
            dataclasses.replace(
                RANGED.lines[2], amount=values["cost.price.staff"][draw], low=None, high=None
            ),
            RANGED.lines[3],
        )
        one = dataclasses.replace(
            RANGED,
            lines=lines,
            discount_pct_per_year=alone["cost.discount_pct_per_year"],
            residual_pct=alone["cost.residual_pct"],
        )
        assert found.per_month[draw] == pytest.approx(one.per_month)
        assert found.whole_life[draw] == pytest.approx(one.whole_life)


def test_draws_stand_against_people_who_differ_by_hub():
    drawn = {name: values[:, None] for name, values in draws(RANGED.quantities, 50, 1).items()}
    people = np.array([10.0, 20.0, 0.0])
    each = cost_per_person_month(RANGED.at(drawn).per_month, people)
    assert each.shape == (50, 3)
    assert each[:, 0] == pytest.approx(2 * each[:, 1])
    assert np.isinf(each[:, 2]).all()


def test_a_tornado_says_what_drives_the_cost():
    table = tornado(lambda values: RANGED.at(values).per_month / 50, RANGED.quantities)
    assert table["quantity"][0] == "cost.price.staff"
    staff = table.iloc[0]
    assert staff["swing"] == pytest.approx((90 - 20) * 0.5 / 50)
    assert staff["result_at_low"] < RANGED.per_month / 50 < staff["result_at_high"]
    assert "cost.upkeep_pct_per_year" not in set(table["quantity"])


def test_a_hub_without_parts_has_running_cost_only():
    rented = dataclasses.replace(RANGED, lines=RANGED.lines[2:])
    assert rented.capital == 0
    assert rented.per_month == pytest.approx(40)


def test_a_range_that_does_not_hold_its_price_is_refused():
    wrong = dataclasses.replace(RANGED.lines[0], low=450)
    with pytest.raises(ValueError, match="400 does not lie from 450 to 500"):
        _ = dataclasses.replace(RANGED, lines=(wrong,)).capital
