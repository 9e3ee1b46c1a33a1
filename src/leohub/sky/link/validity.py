"""Refuses numbers that no link has: a channel without width, rain that strengthens a signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def positive(values: ArrayLike, name: str) -> Floats:
    """Return values as an array, all above 0; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is not.
    """
    array = np.asarray(values, dtype=np.float64)
    if np.any(array <= 0):
        raise ValueError(f"{name} must be above 0, not {array[array <= 0].flat[0]:g}")
    return array


def not_negative(values: ArrayLike, name: str) -> Floats:
    """Return values as an array, none below 0; NaN passes as "not known".

    Raises
    ------
    ValueError
        Naming the first value that is.
    """
    array = np.asarray(values, dtype=np.float64)
    if np.any(array < 0):
        raise ValueError(f"{name} must not be below 0, not {array[array < 0].flat[0]:g}")
    return array
