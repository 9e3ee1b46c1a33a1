"""Where a model holds: values outside are refused, never carried on beyond it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def within(values: ArrayLike, low: float, high: float, *, name: str, model: str) -> Floats:
    """Return values as an array if every one of them lies where a model holds.

    Parameters
    ----------
    values : array_like
    low, high : float
        Ends of the range, which belong to it; may be infinite, but infinite values are refused.
    name : str
        What the values are, with the unit: ``"frequency_ghz"``.
    model : str
        What holds from `low` to `high`, for the message.

    Raises
    ------
    ValueError
        If a value is missing (NaN), infinite or outside.
    """
    array = np.asarray(values, dtype=np.float64)
    if not array.size or (low <= array.min() > -np.inf and high >= array.max() < np.inf):
        return array
    wrong = array[~(np.isfinite(array) & (array >= low) & (array <= high))]
    more = f" ({wrong.size:,} of {array.size:,} values)" if array.size > 1 else ""
    raise ValueError(f"{name} {wrong[0]:g} is outside {low:g} to {high:g} of {model}{more}")
