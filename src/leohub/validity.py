"""Where models hold: numbers outside are refused, never carried on beyond it.

`positive`, `not_negative`, `at_most` and `percentages` let NaN pass as "not known"; `above`,
`at_least` and `within` refuse it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def positive(**values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, all greater than zero; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is not.
    """
    arrays = _arrays(values)
    for name, array in arrays.items():
        if np.any(array <= 0):
            raise ValueError(f"{name} must be greater than 0, not {np.nanmin(array):g}")
    return list(arrays.values())


def not_negative(**values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, none below zero; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is.
    """
    arrays = _arrays(values)
    for name, array in arrays.items():
        if np.any(array < 0):
            raise ValueError(f"{name} must not be negative, not {np.nanmin(array):g}")
    return list(arrays.values())


def at_most(limit: float, **values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, none above a limit; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is.
    """
    arrays = _arrays(values)
    for name, array in arrays.items():
        if np.any(array > limit):
            raise ValueError(f"{name} must be {limit:.6g} at most, not {np.nanmax(array):g}")
    return list(arrays.values())


def percentages(**values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, all from 0 to 100 %; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is not.
    """
    not_negative(**values)
    return at_most(100, **values)


def above(limit: float, **values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, all of them known and above a limit.

    Raises
    ------
    ValueError
        Naming the first value that is not.
    """
    arrays = _arrays(values)
    for name, array in arrays.items():
        if not np.all(array > limit):
            raise ValueError(f"{name} must be above {limit:.6g}, not {array.min():g}")
    return list(arrays.values())


def at_least(limit: float, **values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, all of them known and none below a limit.

    Raises
    ------
    ValueError
        Naming the first value that is not.
    """
    arrays = _arrays(values)
    for name, array in arrays.items():
        if not np.all(array >= limit):
            raise ValueError(f"{name} must be at least {limit:.6g}, not {array.min():g}")
    return list(arrays.values())


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


def _arrays(values: dict[str, ArrayLike]) -> dict[str, Floats]:
    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
