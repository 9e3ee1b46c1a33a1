"""`Quantity`: a number that a model rests on, with its unit, its range and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Basis = Literal["measured", "filed", "fitted", "assumed"]
"""Measured or published by those who sell it; stated to a regulator; fitted here to published
figures; or assumed."""


@dataclass(frozen=True)
class Quantity:
    """One number of a model.

    Attributes
    ----------
    value : float
        The one that is used where no draws are made.
    unit : str
        As a reader writes it: ``"dB/K"``. Empty for a bare number.
    basis : {"measured", "filed", "fitted", "assumed"}
    source : str
        Who says so, or what an assumption rests on.
    low, high : float
        Ends of the range that is thought possible; both equal to the value where it is taken as
        known.
    """

    value: float
    unit: str
    basis: Basis
    source: str
    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a range that does not hold the value."""
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value:g} does not lie from {self.low:g} to {self.high:g}")

    @property
    def known(self) -> bool:
        """Whether no range is given."""
        return self.low == self.high

    def at(self, value: float) -> Quantity:
        """Return the same quantity with another value, taken as known."""
        return replace(self, value=value, low=value, high=value)


Quantities = Mapping[str, Quantity]
"""By name: ``"down.gt_db_per_k"``."""


def nominal(quantities: Quantities) -> dict[str, float]:
    """Return the value of each quantity."""
    return {name: quantity.value for name, quantity in quantities.items()}


def draws(quantities: Quantities, count: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Draw each quantity from its range, independently of the others.

    Triangular between the ends of the range with its peak at the value, one draw from each of
    `count` equally likely strata (a Latin hypercube: McKay, Beckman & Conover 1979). Every name has
    its own stream of random numbers, so that one more quantity leaves the draws of the others as
    they were.

    Parameters
    ----------
    quantities : mapping of str to Quantity
    count : int
        How many draws.
    seed : int

    Returns
    -------
    dict of str to ndarray, shape (count,)
        In the units of the quantities; constant where the value is known.
    """
    import numpy as np

    drawn = {}
    for name, quantity in quantities.items():
        random = np.random.default_rng([seed, crc32(name.encode())])
        share = (random.permutation(count) + random.random(count)) / count
        drawn[name] = _from_triangle(quantity, share)
    return drawn


def _from_triangle(quantity: Quantity, share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the values below which shares of a triangular distribution lie."""
    import numpy as np

    low, peak, high = quantity.low, quantity.value, quantity.high
    if quantity.known:
        return np.full(share.shape, peak)
    turn = (peak - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (peak - low))
    falling = high - np.sqrt((1 - share) * (high - low) * (high - peak))
    return np.where(share < turn, rising, falling)
