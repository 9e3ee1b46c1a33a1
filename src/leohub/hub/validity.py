"""Refuses numbers that mean nothing: a hub has no negative people and no capacity below zero."""

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
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
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
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    for name, array in arrays.items():
        if np.any(array < 0):
            raise ValueError(f"{name} must not be negative, not {np.nanmin(array):g}")
    return list(arrays.values())


def percentages(**values: ArrayLike) -> list[Floats]:
    """Return the values as arrays, all from 0 to 100 %; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is not.
    """
    arrays = not_negative(**values)
    for name, array in zip(values, arrays, strict=True):
        if np.any(array > 100):
            raise ValueError(f"{name} must be 100 at most, not {np.nanmax(array):g}")
    return arrays
