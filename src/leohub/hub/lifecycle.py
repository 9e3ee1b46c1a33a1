"""Costs over the life of a hub: constant prices, what comes later brought to the first day.

Constant prices leave inflation out, so the discount rate is a real one: what money earns above
inflation. Everything is an ordinary annuity with compound interest (Fraser & Jewkes 2013,
Engineering Economics, chapters 2-4); the arguments of every function broadcast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.units import MONTHS_PER_YEAR
from leohub.validity import not_negative, percentages, positive

Numbers = NDArray[np.float64]

SAME_MOMENT_LIVES = 1e-9
"""A part due this share of its life before the end is due at the end [-]: more than rounding."""

NO_GROWTH = 1e-15
"""Growth below which money keeps its worth [-]: what it would change is lost in rounding."""


@dataclass(frozen=True)
class LifeCost:
    """What a hub costs, in constant prices. All arrays broadcast against each other.

    Attributes
    ----------
    capital : ndarray
        Parts bought on the first day [currency].
    monthly : ndarray
        Running cost and upkeep [currency/month].
    replacement : ndarray
        Parts bought again, all together, not discounted [currency].
    whole_life : ndarray
        All that has to be paid, not discounted; nothing is sold at the end [currency].
    present : ndarray
        What all payments, less what is left at the end, are worth on the first day [currency].
    per_month : ndarray
        The equal payment at the end of each month that is worth the same [currency/month].
    parts_per_month : ndarray, shape (..., parts)
        What each part has in that, without running cost and upkeep [currency/month].
    """

    capital: Numbers
    monthly: Numbers
    replacement: Numbers
    whole_life: Numbers
    present: Numbers
    per_month: Numbers
    parts_per_month: Numbers


def life_cost(
    part_prices: ArrayLike,
    part_lasts_years: ArrayLike,
    running_per_month: ArrayLike,
    *,
    lifetime_years: ArrayLike,
    discount_pct_per_year: ArrayLike,
    upkeep_pct_per_year: ArrayLike,
    residual_pct: ArrayLike,
) -> LifeCost:
    """Add up what a hub costs over its life.

    Parameters
    ----------
    part_prices : array_like, shape (..., parts)
        Of each part, with its quantity [currency].
    part_lasts_years : array_like, shape (..., parts)
        How long each part lasts [years]; it is bought again whenever that is over, but not at the
        end of the hub's life.
    running_per_month : array_like, shape (...)
        Paid at the end of every month [currency/month].
    lifetime_years : array_like, shape (...)
        Life of the hub [years].
    discount_pct_per_year : array_like, shape (...)
        Real, effective [% a year].
    upkeep_pct_per_year : array_like, shape (...)
        Repair, paid monthly [% of the capital a year].
    residual_pct : array_like, shape (...)
        Share of the straight-line value of used parts that counts at the end [%].

    Raises
    ------
    ValueError
        When a price is negative, a time is not positive, the discount rate is not above -100 %,
        or another percentage lies outside 0 to 100.
    """
    prices, running = not_negative(part_prices=part_prices, running_per_month=running_per_month)
    upkeep_pct, kept_pct = percentages(
        upkeep_pct_per_year=upkeep_pct_per_year, residual_pct=residual_pct
    )
    life, rate_pct = _array(lifetime_years), _array(discount_pct_per_year)
    each_part = (part_lasts_years, life[..., None], rate_pct[..., None])
    left = kept_pct[..., None] / 100 * residual_worth(*each_part)
    months_worth = annuity_months(life, rate_pct)
    parts_present = prices * (1 + replacements_worth(*each_part) - left)
    parts_per_month = parts_present / months_worth[..., None]
    capital = prices.sum(axis=-1)
    monthly = running + capital * upkeep_pct / 100 / MONTHS_PER_YEAR
    replacement = (prices * replacements(part_lasts_years, life[..., None])).sum(axis=-1)
    per_month = parts_per_month.sum(axis=-1) + monthly
    whole_life = capital + replacement + monthly * life * MONTHS_PER_YEAR
    return LifeCost(
        capital,
        monthly,
        replacement,
        whole_life,
        present=per_month * months_worth,
        per_month=per_month,
        parts_per_month=parts_per_month,
    )


def cost_per_person_month(per_month: ArrayLike, people: ArrayLike) -> Numbers:
    """Return what a hub costs each person a month [currency/person/month].

    Parameters
    ----------
    per_month : array_like
        Cost of the hub [currency/month].
    people : array_like
        Those it is shared by: people reached, or people served well.

    Returns
    -------
    ndarray
        Infinite where there is nobody.

    Raises
    ------
    ValueError
        When people are fewer than none.
    """
    (sharing,) = not_negative(people=people)
    nobody = sharing == 0
    return np.where(nobody, np.inf, _array(per_month) / np.where(nobody, 1.0, sharing))


def annuity_months(lifetime_years: ArrayLike, discount_pct_per_year: ArrayLike) -> Numbers:
    """Return what one a month, paid at the end of every month, is worth on the first day [months].

    (1 - (1 + i)^-n) / i for n months at the monthly rate i, with (1 + i)^12 = 1 + the rate of a
    year; n may have a fraction. Without interest it is n.

    Parameters
    ----------
    lifetime_years : array_like
        How long is paid [years].
    discount_pct_per_year : array_like
        Real, effective [% a year].
    """
    (years,) = positive(lifetime_years=lifetime_years)
    growth = _growth(discount_pct_per_year)
    return _payments_worth(growth / MONTHS_PER_YEAR, years * MONTHS_PER_YEAR)


def replacements(lasts_years: ArrayLike, lifetime_years: ArrayLike) -> Numbers:
    """Return how often a part is bought again within a life.

    A part that is due at the very end is not.

    Parameters
    ----------
    lasts_years, lifetime_years : array_like
        Of the part and of the hub [years].
    """
    lasts, years = positive(lasts_years=lasts_years, lifetime_years=lifetime_years)
    bought: Numbers = np.maximum(np.ceil(years / lasts - SAME_MOMENT_LIVES), 1.0)
    return bought - 1


def replacements_worth(
    lasts_years: ArrayLike, lifetime_years: ArrayLike, discount_pct_per_year: ArrayLike
) -> Numbers:
    """Return what all replacements of a part are worth on the first day, by its price [-].

    Parameters
    ----------
    lasts_years, lifetime_years : array_like
        Of the part and of the hub [years].
    discount_pct_per_year : array_like
        Real, effective [% a year].
    """
    bought_again = replacements(lasts_years, lifetime_years)
    between = np.where(bought_again > 0, _array(lasts_years), 1.0)
    return _payments_worth(_growth(discount_pct_per_year) * between, bought_again)


def residual_worth(
    lasts_years: ArrayLike, lifetime_years: ArrayLike, discount_pct_per_year: ArrayLike
) -> Numbers:
    """Return what is left of a part at the end of a life, on the first day, by its price [-].

    Straight line: a part loses the same every year, and is worth nothing when its life is over.

    Parameters
    ----------
    lasts_years, lifetime_years : array_like
        Of the part and of the hub [years].
    discount_pct_per_year : array_like
        Real, effective [% a year].
    """
    lasts, years = _array(lasts_years), _array(lifetime_years)
    bought = 1 + replacements(lasts, years)
    left = np.clip(bought - years / lasts, 0.0, 1.0)
    discounted: Numbers = left * np.exp(-_growth(discount_pct_per_year) * years)
    return discounted


def _payments_worth(growth_between: Numbers, count: Numbers) -> Numbers:
    """Return what payments of one are worth before the first, by the log growth between them."""
    none = np.abs(growth_between) < NO_GROWTH
    growth = np.where(none, 1.0, growth_between)
    return np.where(none, count, -np.expm1(-growth * count) / np.expm1(growth))


def _growth(discount_pct_per_year: ArrayLike) -> Numbers:
    """Return the natural logarithm of the yearly growth of money."""
    rate_pct = _array(discount_pct_per_year)
    if np.any(rate_pct <= -100):
        raise ValueError(f"discount_pct_per_year must be above -100, not {np.nanmin(rate_pct):g}")
    growth: Numbers = np.log1p(rate_pct / 100)
    return growth


def _array(values: ArrayLike) -> Numbers:
    return np.asarray(values, dtype=np.float64)
