"""What one hub costs: to build, to run and to renew, in the study's money and in USD."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.hub.lifecycle import LifeCost, life_cost
from leohub.quantities import Quantity, nominal
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
        What is bought: a part, a day of staff, a kilometre of transport.
    amount : float
        Price of one unit [currency]; the currency is that of the `HubCost` the line belongs to.
    charged : {"once", "monthly"}
        "once" is on the first day, and again whenever `lasts_years` are over.
    quantity : float
        Units per hub.
    basis : {"published", "assumed"}
        Whether the price of the unit is published.
    origin, date : str
        Where and when it was published, or why it was assumed. May be empty.
    low, high : float or None
        Ends of the range of the amount that is thought possible [currency]; None for the amount.
    lasts_years : float or None
        How long what is bought once lasts [years]; None for as long as the hub.
    lasts_low_years, lasts_high_years : float or None
        Ends of the range that is thought possible [years]; None for `lasts_years`.
    operator : str
        Whose terminal or plan it is: ``"starlink"``. Empty for what a hub needs under any sky.
    """

    item: str
    amount: float
    charged: Literal["once", "monthly"]
    quantity: float
    basis: Literal["published", "assumed"]
    origin: str
    date: str
    low: float | None = None
    high: float | None = None
    lasts_years: float | None = None
    lasts_low_years: float | None = None
    lasts_high_years: float | None = None
    operator: str = ""

    @property
    def total(self) -> float:
        """Amount times quantity [currency per hub, or per hub and month]."""
        return self.amount * self.quantity

    def price(self, currency: str) -> Quantity:
        """Return the price of one unit with its range."""
        basis: Literal["measured", "assumed"] = "measured"
        if self.basis == "assumed":
            basis = "assumed"
        source = ", ".join(text for text in (self.origin, self.date) if text)
        return _ranged(self.amount, currency, basis, source, self.low, self.high)

    @property
    def life(self) -> Quantity | None:
        """How long it lasts, with its range [years]; None where as long as the hub."""
        if self.lasts_years is None:
            return None
        return _ranged(
            self.lasts_years,
            "years",
            "assumed",
            self.origin,
            self.lasts_low_years,
            self.lasts_high_years,
        )


@dataclass(frozen=True)
class HubCost:
    """Cost of one hub over its life, in constant prices.

    The properties are what it costs by the values of `quantities`; `at` is what it costs by others.

    Attributes
    ----------
    lines : tuple of PriceLine
    currency : str
        ISO 4217.
    currency_per_usd : float
    lifetime_years : float
        How long the hub runs.
    discount_pct_per_year : Quantity
        Real: above inflation [% a year].
    upkeep_pct_per_year : Quantity
        Repair [% of capital per year], part of the monthly cost. What wears out is bought again by
        `PriceLine.lasts_years`.
    residual_pct : Quantity
        Share of the straight-line value of used parts that counts at the end [%].
    """

    lines: tuple[PriceLine, ...]
    currency: str
    currency_per_usd: float
    lifetime_years: float
    discount_pct_per_year: Quantity
    upkeep_pct_per_year: Quantity
    residual_pct: Quantity

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Everything uncertain the cost rests on, by name.

        ``"cost.discount_pct_per_year"``, ``"cost.upkeep_pct_per_year"``, ``"cost.residual_pct"``
        and, for each line, ``"cost.price.<item>"`` [currency] and ``"cost.lasts_years.<item>"``.
        """
        found = {
            "cost.discount_pct_per_year": self.discount_pct_per_year,
            "cost.upkeep_pct_per_year": self.upkeep_pct_per_year,
            "cost.residual_pct": self.residual_pct,
        }
        for name, line in self._named_lines:
            found[f"cost.price.{name}"] = line.price(self.currency)
            if line.life is not None:
                found[f"cost.lasts_years.{name}"] = line.life
        return found

    def at(self, values: Mapping[str, ArrayLike]) -> LifeCost:
        """Return what a hub costs by other values of the quantities [currency].

        Parameters
        ----------
        values : mapping of str to array_like
            One for each name of `quantities`, as `leohub.quantities.draws` gives them; they
            broadcast against each other. Further names do not matter.

        Returns
        -------
        LifeCost
            Parts in the order of the lines that are charged once.

        Raises
        ------
        ValueError
            When a value lies outside what `leohub.hub.lifecycle.life_cost` takes.
        """
        prices, lasts = [], []
        running: NDArray[np.float64] = np.zeros(())
        for name, line in self._named_lines:
            price = np.asarray(values[f"cost.price.{name}"], dtype=np.float64) * line.quantity
            if line.charged == "monthly":
                running = running + price
                continue
            prices.append(price)
            lasts.append(
                self.lifetime_years if line.life is None else values[f"cost.lasts_years.{name}"]
            )
        return life_cost(
            _last_axis(prices),
            _last_axis(lasts),
            running,
            lifetime_years=self.lifetime_years,
            discount_pct_per_year=values["cost.discount_pct_per_year"],
            upkeep_pct_per_year=values["cost.upkeep_pct_per_year"],
            residual_pct=values["cost.residual_pct"],
        )

    @property
    def capital(self) -> float:
        """Cost of building one hub [currency]."""
        return float(self._nominal.capital)

    @property
    def monthly(self) -> float:
        """Running cost of one hub, upkeep included [currency/month]."""
        return float(self._nominal.monthly)

    @property
    def upkeep(self) -> float:
        """Repair of one hub [currency/month]."""
        return self.capital * self.upkeep_pct_per_year.value / 100 / MONTHS_PER_YEAR

    @property
    def replacement(self) -> float:
        """Cost of buying worn-out parts again over the life of one hub [currency]."""
        return float(self._nominal.replacement)

    @property
    def whole_life(self) -> float:
        """All that has to be paid for one hub over its life, not discounted [currency]."""
        return float(self._nominal.whole_life)

    @property
    def per_month(self) -> float:
        """Equal monthly payment that is worth what one hub costs [currency/month]."""
        return float(self._nominal.per_month)

    @property
    def capital_usd(self) -> float:
        """Cost of building one hub [USD]."""
        return self.capital / self.currency_per_usd

    @property
    def monthly_usd(self) -> float:
        """Running cost of one hub, upkeep included [USD/month]."""
        return self.monthly / self.currency_per_usd

    @property
    def replacement_usd(self) -> float:
        """Cost of buying worn-out parts again over the life of one hub [USD]."""
        return self.replacement / self.currency_per_usd

    @property
    def whole_life_usd(self) -> float:
        """All that has to be paid for one hub over its life, not discounted [USD]."""
        return self.whole_life / self.currency_per_usd

    @property
    def per_month_usd(self) -> float:
        """Equal monthly payment that is worth what one hub costs [USD/month]."""
        return self.per_month / self.currency_per_usd

    @property
    def lifetime_months(self) -> float:
        """Lifetime [months]."""
        return self.lifetime_years * MONTHS_PER_YEAR

    def per_month_by_item(self) -> list[tuple[str, float]]:
        """Return what each line, and upkeep, has in `per_month` [currency/month]."""
        parts = iter(self._nominal.parts_per_month.tolist())
        lines = [
            (line.item, next(parts) if line.charged == "once" else line.total)
            for line in self.lines
        ]
        return [*lines, ("upkeep", self.upkeep)]

    def of_terminal(self) -> HubCost | None:
        """Return what one more terminal and its plan cost: the lines that name their operator.

        None where no line does. That it takes more power is left out.
        """
        lines = tuple(line for line in self.lines if line.operator)
        return replace(self, lines=lines) if lines else None

    @cached_property
    def _nominal(self) -> LifeCost:
        return self.at(nominal(self.quantities))

    @cached_property
    def _named_lines(self) -> list[tuple[str, PriceLine]]:
        """Every line with a name of its own: its item, numbered from the second alike on."""
        named: dict[str, PriceLine] = {}
        for line in self.lines:
            name, number = line.item, 1
            while name in named:
                number += 1
                name = f"{line.item} ({number})"
            named[name] = line
        return list(named.items())


def hubs_within(budget: float, cost: HubCost) -> int:
    """Return how many hubs a budget pays for over their lifetime [hubs].

    It has to pay for all of `HubCost.whole_life`, in constant prices: it earns no interest, and
    nothing is sold at the end.

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


def _ranged(
    value: float,
    unit: str,
    basis: Literal["measured", "assumed"],
    source: str,
    low: float | None,
    high: float | None,
) -> Quantity:
    """Return a quantity whose range ends at the value where no end is given."""
    return Quantity(
        value,
        unit,
        basis,
        source,
        low=value if low is None else low,
        high=value if high is None else high,
    )


def _last_axis(values: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Put arrays that broadcast side by side, along a new last axis."""
    if not values:
        return np.zeros(0)
    return np.stack(np.broadcast_arrays(*values), axis=-1).astype(np.float64, copy=False)
