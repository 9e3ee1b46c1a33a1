"""Costs over the life of a hub: against payments added up one by one, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.hub.lifecycle import (
    annuity_months,
    cost_per_person_month,
    life_cost,
    replacements,
    replacements_worth,
    residual_worth,
)

rates_pct = st.floats(-20, 60)
positive_rates_pct = st.floats(0, 60)
lives_years = st.floats(0.5, 30)
RATES = {"discount_pct_per_year": 8, "upkeep_pct_per_year": 5, "residual_pct": 0}


def worth(amount, year, rate_pct):
    return amount * (1 + rate_pct / 100) ** -year


def test_an_annuity_by_hand():
    # 1 % a month: (1 - 1.01^-60) / 0.01, in every table of annuities.
    effective_pct = 100 * (1.01**12 - 1)
    assert annuity_months(5, effective_pct) == pytest.approx(44.95504, abs=1e-5)
    # A loan of 10,000 over 60 months at 1 % a month is paid off with 222.44 a month.
    assert 10_000 / annuity_months(5, effective_pct) == pytest.approx(222.44, abs=0.005)
    assert annuity_months(5, 0) == 60
    assert annuity_months(2.5, 0) == 30


@given(st.integers(1, 360), rates_pct)
def test_an_annuity_is_all_its_payments(months, rate_pct):
    payments = sum(worth(1, month / 12, rate_pct) for month in range(1, months + 1))
    assert annuity_months(months / 12, rate_pct) == pytest.approx(payments, rel=1e-9)


@given(lives_years, st.sampled_from([1e-300, 1e-14, 1e-12, 1e-9, 1e-7, -1e-12]))
def test_almost_no_interest_is_near_none(years, rate_pct):
    assert annuity_months(years, rate_pct) == pytest.approx(years * 12, rel=1e-7)


def test_parts_are_replaced_when_they_are_worn_out_but_not_at_the_end():
    lasts = [1, 2, 2.4, 2.5, 4.9, 5, 6, 20]
    assert replacements(lasts, 5).tolist() == [4, 2, 2, 1, 1, 0, 0, 0]
    assert replacements([0.1, 1 / 3, 0.7], [3, 5, 4.9]).tolist() == [29, 14, 6]


def test_replacements_by_hand():
    # A battery of 2 years in a hub of 5: bought again after 2 and 4.
    assert replacements_worth(2, 5, 10) == pytest.approx(1.1**-2 + 1.1**-4)
    assert replacements_worth(2, 5, 0) == 2
    assert replacements_worth(5, 5, 10) == 0
    # The one bought after 4 years has half its life left; bought after 5, a fifth was used.
    assert residual_worth(2, 5, 10) == pytest.approx(0.5 * 1.1**-5)
    assert residual_worth(5, 6, 0) == pytest.approx(0.8)
    assert residual_worth([5, 1], 5, 10).tolist() == [0, 0]


@given(st.floats(0.3, 40), lives_years, rates_pct)
def test_replacements_are_worth_all_their_payments(lasts, years, rate_pct):
    days = [lasts * k for k in range(1, 200) if lasts * k < years * (1 - 1e-6)]
    if any(abs(lasts * k - years) < 1e-6 * years for k in range(1, 200)):
        return  # at the end: the test before this one
    assert replacements(lasts, years) == len(days)
    expected = sum(worth(1, day, rate_pct) for day in days)
    assert replacements_worth(lasts, years, rate_pct) == pytest.approx(expected, rel=1e-9)
    left = 1 - (years - ([0.0, *days])[-1]) / lasts
    assert residual_worth(lasts, years, rate_pct) == pytest.approx(
        worth(left, years, rate_pct), rel=1e-6, abs=1e-9
    )


def test_a_hub_by_hand():
    found = life_cost([1000, 600], [3, 1.5], 50, lifetime_years=3, **RATES)
    monthly = 50 + 1600 * 0.05 / 12
    assert found.capital == 1600
    assert found.monthly == pytest.approx(monthly)
    assert found.replacement == 600
    assert found.whole_life == pytest.approx(2200 + 36 * monthly)
    payments = 1600 + worth(600, 1.5, 8) + sum(worth(monthly, m / 12, 8) for m in range(1, 37))
    assert found.present == pytest.approx(payments)
    assert found.per_month == pytest.approx(payments / annuity_months(3, 8))
    assert found.parts_per_month.sum() + monthly == pytest.approx(found.per_month)


prices = st.lists(st.floats(0, 1e6), min_size=1, max_size=5)


@given(prices, st.floats(0, 1e5), lives_years, st.floats(0, 100), st.data())
def test_without_interest_it_is_the_plain_sum(parts, running, years, upkeep_pct, data):
    lasts = [data.draw(st.floats(0.5, 40)) for _ in parts]
    found = life_cost(
        parts,
        lasts,
        running,
        lifetime_years=years,
        discount_pct_per_year=0,
        upkeep_pct_per_year=upkeep_pct,
        residual_pct=0,
    )
    bought = sum(p * (1 + n) for p, n in zip(parts, replacements(lasts, years), strict=True))
    upkeep = sum(parts) * upkeep_pct / 1200
    assert found.whole_life == pytest.approx(bought + (running + upkeep) * 12 * years)
    assert found.present == pytest.approx(found.whole_life)
    assert found.per_month * 12 * years == pytest.approx(found.whole_life)


@given(prices, st.floats(0, 1e5), st.floats(0.5, 40), lives_years, positive_rates_pct)
def test_discounting_never_makes_later_costs_dearer(parts, running, lasts, years, rate_pct):
    def present(pct):
        return life_cost(
            parts, lasts, running, lifetime_years=years, **(RATES | {"discount_pct_per_year": pct})
        )

    now, later = present(rate_pct), present(rate_pct + 1)
    assert later.present <= now.present * (1 + 1e-12)
    assert now.present <= now.whole_life * (1 + 1e-12)
    # Below the smallest normal number nothing is left to compare.
    assert now.present >= now.capital * (1 - 1e-12) - 1e-300
    # But money that is tied up on the first day costs more a month.
    if len(set(parts)) == 1 and lasts >= years:
        assert later.per_month >= now.per_month * (1 - 1e-12)


@given(prices, st.floats(0.5, 40), lives_years, positive_rates_pct, st.floats(0, 99))
def test_what_is_left_at_the_end_lowers_the_cost_but_not_what_is_paid(
    parts, lasts, years, rate_pct, residual_pct
):
    def at(pct):
        rates = {"discount_pct_per_year": rate_pct, "upkeep_pct_per_year": 0, "residual_pct": pct}
        return life_cost(parts, lasts, 0, lifetime_years=years, **rates)

    less, more = at(residual_pct), at(residual_pct + 1)
    assert more.present <= less.present * (1 + 1e-12) + 1e-12
    assert more.whole_life == less.whole_life
    assert more.present >= 0


def test_draws_and_hubs_give_what_one_by_one_gives():
    random = np.random.default_rng(1)
    parts = random.uniform(0, 1e5, (7, 1, 3))  # draws × hubs × parts
    lasts = random.uniform(1, 10, (7, 1, 3))
    running = random.uniform(0, 1e4, (7, 4))
    rate_pct = random.uniform(0, 15, (7, 1))
    rates = {"upkeep_pct_per_year": 5, "residual_pct": 30, "lifetime_years": 6}
    found = life_cost(parts, lasts, running, discount_pct_per_year=rate_pct, **rates)
    assert found.per_month.shape == (7, 4)
    for draw, hub in np.ndindex(7, 4):
        alone = life_cost(
            parts[draw, 0],
            lasts[draw, 0],
            running[draw, hub],
            discount_pct_per_year=rate_pct[draw, 0],
            **rates,
        )
        for name in ("capital", "monthly", "replacement", "whole_life", "present", "per_month"):
            values = np.broadcast_to(getattr(found, name), (7, 4))
            assert values[draw, hub] == pytest.approx(getattr(alone, name))


@given(st.floats(0.01, 1e6), st.floats(1, 1e6), st.floats(1.001, 10))
def test_the_cost_of_a_person_falls_with_people(per_month, people, factor):
    more, fewer = cost_per_person_month(per_month, np.array([people * factor, people]))
    assert more < fewer
    assert more * people * factor == pytest.approx(per_month)


def test_nobody_has_no_finite_cost():
    assert cost_per_person_month([10, 0], [0, 0]).tolist() == [np.inf, np.inf]
    with pytest.raises(ValueError, match="people must not be negative, not -1"):
        cost_per_person_month(10, -1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"discount_pct_per_year": -100}, "discount_pct_per_year must be above -100, not -100"),
        ({"discount_pct_per_year": [8, -150]}, "above -100, not -150"),
        ({"upkeep_pct_per_year": [5, 101]}, "upkeep_pct_per_year must be 100 at most, not 101"),
        ({"residual_pct": -1}, "residual_pct must not be negative, not -1"),
        ({"lifetime_years": 0}, "lifetime_years must be greater than 0, not 0"),
        ({"part_lasts_years": 0}, "lasts_years must be greater than 0, not 0"),
        ({"part_prices": [-5]}, "part_prices must not be negative, not -5"),
        ({"running_per_month": -1}, "running_per_month must not be negative, not -1"),
    ],
)
def test_what_makes_no_sense_is_refused(change, words):
    given = {
        "part_prices": [10],
        "part_lasts_years": [3],
        "running_per_month": 1,
        "lifetime_years": 5,
    }
    with pytest.raises(ValueError, match=words):
        life_cost(**(given | RATES | change))
