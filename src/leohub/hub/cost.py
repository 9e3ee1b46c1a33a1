"""What one hub costs: capital once, running cost every month, in the study's money and in USD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leohub.units import MONTHS_PER_YEAR

BUDGET_TOLERANCE = 1e-9
"""Share by which the hubs that a budget pays for may exceed it [-]: far more than the rounding of
floating-point sums of prices, and one unit of currency in a budget of a thousand million."""


@dataclass(frozen=True)
class PriceLine:
    """One line of the price table of a hub.

    Attributes
    ----------
    item : str
        What is bought.
    amount : float
        Price of one unit [currency]; the currency is that of the `HubCost` the line belongs to.
    charged : {"once", "monthly"}
    quantity : float
        Units per hub.
    basis : {"published", "assumed"}
        Whether the price of the unit is published.
    origin, date : str
        Where and when it was published, or why it was assumed. May be empty.
    """

    item: str
    amount: float
    charged: Literal["once", "monthly"]
    quantity: float
    basis: Literal["published", "assumed"]
    origin: str
    date: str

    @property
    def total(self) -> float:
        """Amount times quantity [currency per hub, or per hub and month]."""
        return self.amount * self.quantity


@dataclass(frozen=True)
class HubCost:
    """Cost of one hub.

    Attributes
    ----------
    lines : tuple of PriceLine
    currency : str
        ISO 4217.
    currency_per_usd : float
    lifetime_years : float
        Capital is spread evenly over this time, without interest.
    upkeep_pct_per_year : float
        Repair and replacement [% of capital per year]; part of the monthly cost.
    """

    lines: tuple[PriceLine, ...]
    currency: str
    currency_per_usd: float
    lifetime_years: float
    upkeep_pct_per_year: float

    @property
    def capital(self) -> float:
        """Cost of building one hub [currency]."""
        return sum(line.total for line in self.lines if line.charged == "once")

    @property
    def monthly(self) -> float:
        """Running cost of one hub, upkeep included [currency/month]."""
        running = sum(line.total for line in self.lines if line.charged == "monthly")
        return running + self.capital * self.upkeep_pct_per_year / 100 / MONTHS_PER_YEAR

    @property
    def capital_usd(self) -> float:
        """Cost of building one hub [USD]."""
        return self.capital / self.currency_per_usd

    @property
    def monthly_usd(self) -> float:
        """Running cost of one hub, upkeep included [USD/month]."""
        return self.monthly / self.currency_per_usd

    @property
    def lifetime_months(self) -> float:
        """Lifetime [months]."""
        return self.lifetime_years * MONTHS_PER_YEAR

    @property
    def whole_life(self) -> float:
        """Capital plus running cost over the lifetime of one hub [currency]."""
        return self.capital + self.monthly * self.lifetime_months

    @property
    def whole_life_usd(self) -> float:
        """Capital plus running cost over the lifetime of one hub [USD]."""
        return self.whole_life / self.currency_per_usd

    @property
    def per_month_usd(self) -> float:
        """Whole-life cost of one hub spread evenly over its months [USD/month]."""
        return self.whole_life_usd / self.lifetime_months


def hubs_within(budget: float, cost: HubCost) -> int:
    """Return how many hubs a budget pays for over their lifetime [hubs].

    A budget of exactly so many hubs pays for all of them: it is taken as larger by the share
    `BUDGET_TOLERANCE`, or the rounding of the prices' sum could cost a hub.

    Parameters
    ----------
    budget : float
        In the currency of `cost`, finite.
    cost : HubCost

    Raises
    ------
    ValueError
        When a hub costs nothing: no budget limits how many there are.
    """
    if cost.whole_life <= 0:
        raise ValueError("a hub costs nothing: a budget does not limit the number of hubs")
    return int(budget * (1 + BUDGET_TOLERANCE) // cost.whole_life)


def assumed_lines(lines: Sequence[PriceLine]) -> tuple[str, ...]:
    """Return the items whose price is assumed, not published."""
    return tuple(line.item for line in lines if line.basis == "assumed")
