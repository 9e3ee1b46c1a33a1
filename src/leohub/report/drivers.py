"""What the answer hangs on: shares of what it varies by, and the tornado of the cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.hub.lifecycle import cost_per_person_month
from leohub.hub.tornado import Values, tornado
from leohub.quantities import Quantity
from leohub.report.numerals import exact, usd
from leohub.report.quantitywords import span, title, with_unit
from leohub.report.servicewords import MEASURE
from leohub.study.results import Results
from leohub.study.secondterminal import cost_of_seconds
from leohub.study.service.estimate import Estimate

SHOWN: Final = (
    "served_well_people",
    "terminal_mbps",
    "latency_server_ms",
    "rain_out_h_per_year",
    "cost_per_served_month_usd",
)
"""Outputs whose drivers are shown."""

MOST_DRIVERS: Final = 4
MOST_BARS: Final = 8
LEAST_SHARE: Final = 0.005
LEAST_SWING: Final = 0.02
"""Smaller drivers, and bars by the result, are not shown."""


@dataclass(frozen=True)
class Driver:
    """One number that an output hangs on.

    Attributes
    ----------
    name, title : str
    value, span, basis : str
        Of the quantity, in words.
    share : float
        Of what the output varies by [0..1].
    """

    name: str
    title: str
    value: str
    span: str
    basis: str
    share: float


@dataclass(frozen=True)
class Drivers:
    """The largest drivers of one output; `others` is the share of all the rest together."""

    title: str
    largest: list[Driver]
    others: float


@dataclass(frozen=True)
class Bar:
    """One bar of the tornado.

    Attributes
    ----------
    name, title, basis : str
    low, high : str
        Ends of the quantity's range, in words.
    at_low, at_high : str
        The result there, in words.
    low_place, high_place : float
        Where these lie on the axis [%].
    """

    name: str
    title: str
    basis: str
    low: str
    high: str
    at_low: str
    at_high: str
    low_place: float
    high_place: float

    @property
    def left(self) -> float:
        """Where the bar begins [%]."""
        return min(self.low_place, self.high_place)

    @property
    def width(self) -> float:
        """How long it is [%]."""
        return abs(self.high_place - self.low_place)


@dataclass(frozen=True)
class Tornado:
    """How far each price alone moves the cost per person reached; `place` is that cost's own."""

    value: str
    place: float
    bars: list[Bar]


def drivers(estimate: Estimate | None) -> list[Drivers]:
    """Return the largest drivers of some outputs; none without an estimate."""
    return [] if estimate is None else [_drivers(estimate, output) for output in SHOWN]


def cost_tornado(results: Results) -> Tornado | None:
    """Return the tornado of the cost per person and month newly reached.

    Returns
    -------
    Tornado or None
        None where nobody is reached, or no price has a range.
    """
    cost, reached = results.cost, float(results.plan.reached_people)
    hubs = len(results.hubs)
    more = cost_of_seconds(results.demands.second, results.hubs["terminals"].to_numpy())
    seconds_usd = float(more.per_month_usd.sum())

    def per_person(values: Values) -> NDArray[np.float64]:
        monthly_usd = cost.at(values).per_month * hubs / cost.currency_per_usd + seconds_usd
        return cost_per_person_month(monthly_usd, reached)

    usual = float(per_person({n: np.asarray(q.value) for n, q in cost.quantities.items()}))
    if not np.isfinite(usual) or usual <= 0:
        return None
    table = tornado(per_person, cost.quantities)
    table = table[table["swing"] > LEAST_SWING * usual].head(MOST_BARS)
    if table.empty:
        return None
    ends = table[["result_at_low", "result_at_high"]].to_numpy()
    least, most = min(ends.min(), usual), max(ends.max(), usual)

    def place(result: float) -> float:
        return float(100 * (result - least) / (most - least))

    return Tornado(
        value=usd(usual),
        place=place(usual),
        bars=[
            _bar(str(row.quantity), cost.quantities[str(row.quantity)], *places, place=place)
            for row, places in zip(table.itertuples(), ends.tolist(), strict=True)
        ],
    )


def _bar(
    name: str, quantity: Quantity, at_low: float, at_high: float, *, place: Callable[[float], float]
) -> Bar:
    return Bar(
        name=name,
        title=title(name),
        basis=quantity.basis,
        low=exact(quantity.low),
        high=with_unit(quantity.high, quantity.unit),
        at_low=usd(at_low),
        at_high=usd(at_high),
        low_place=place(at_low),
        high_place=place(at_high),
    )


def _drivers(estimate: Estimate, output: str) -> Drivers:
    table = estimate.hangs_on[estimate.hangs_on["output"] == output]
    table = table[table["share"] > LEAST_SHARE].head(MOST_DRIVERS)
    largest = [
        _driver(name, estimate.quantities[name], share)
        for name, share in zip(table["quantity"].tolist(), table["share"].tolist(), strict=True)
    ]
    others = 1.0 - sum(driver.share for driver in largest) if largest else 0.0
    return Drivers(MEASURE[output].title, largest, max(0.0, others))


def _driver(name: str, quantity: Quantity, share: float) -> Driver:
    return Driver(
        name=name,
        title=title(name),
        value=with_unit(quantity.value, quantity.unit),
        span=span(quantity),
        basis=quantity.basis,
        share=share,
    )
