"""`Step`: one link of the chain of a hub, and how numbers are said."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.quantities import nominal
from leohub.study.service.estimate import Estimate

Floats = NDArray[np.float64]

WAYS: Final = {"down": "download", "up": "upload"}


@dataclass(frozen=True)
class Step:
    """One link of the chain of a hub.

    Attributes
    ----------
    what : str
        What the number is.
    value : float
        Infinite or NaN where it is not defined: a price by nobody, a way that is not there.
    unit : str
    how : str
        How it is worked out, with the numbers that go into it.
    source : str
        Recommendation, paper or fit that says so.
    inputs : tuple of str
        Names in `Estimate.quantities` of the numbers that it rests on directly.
    """

    what: str
    value: float
    unit: str
    how: str
    source: str
    inputs: tuple[str, ...]


class Hub:
    """One hub of an estimate: its numbers, and how they are said."""

    def __init__(self, estimate: Estimate, hub: int) -> None:
        self.estimate, self.chain, self.hub = estimate, estimate.chain, hub
        self.values = nominal(estimate.quantities)
        self.situation = estimate.situation.select(slice(hub, hub + 1))

    def of(self, values: Floats) -> float:
        """Return the hub's number of an array of the chain, shape (1, hubs) or (1, 1)."""
        return float(np.broadcast_to(values, (1, len(self.estimate.situation)))[0, self.hub])

    def say(self, name: str) -> str:
        """Return the value of a quantity with its unit."""
        unit = self.estimate.quantities[name].unit
        return f"{number(self.values[name])}{'' if unit == '°' else ' '}{unit}".rstrip()

    def named(self, *beginnings: str) -> tuple[str, ...]:
        """Return the names of the quantities that begin so."""
        return tuple(name for name in self.estimate.quantities if name.startswith(beginnings))

    def mean(self, values: ArrayLike) -> float:
        """Return the mean over the places of the serving satellite, values of shape (classes,)."""
        return float(self.situation.aspect.share[0] @ np.asarray(values))


def number(value: float) -> str:
    """Write a number with three digits or more: 0.0123, 9.2, 146.8, 23,000."""
    if not math.isfinite(value):
        return "none" if math.isnan(value) else "no end"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"
