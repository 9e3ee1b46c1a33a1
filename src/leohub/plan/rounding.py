"""Rounding outward: numbers that are not below, or not above, the true result of one operation.

IEEE 754 rounds a sum, a difference or a product to the nearest number, so the true one lies between
the two neighbours of the result. What is exact stays as it is: a sum that is 0 (sums and
differences round to 0 only if they are 0), and a product with 0 or with 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def up(number: float) -> float:
    """Return the next larger number; 0 stays 0."""
    return math.nextafter(number, math.inf) if number else number


def down(number: float) -> float:
    """Return the next smaller number; 0 stays 0."""
    return math.nextafter(number, -math.inf) if number else number


def above(numbers: Floats) -> Floats:
    """Return the next larger numbers; 0 stays 0."""
    return np.where(numbers == 0, 0.0, np.nextafter(numbers, np.inf))


def below(numbers: Floats) -> Floats:
    """Return the next smaller numbers; 0 stays 0."""
    return np.where(numbers == 0, 0.0, np.nextafter(numbers, -np.inf))


def product_above(numbers: ArrayLike, factors: ArrayLike) -> Floats:
    """Return products, or a little more."""
    return _product(numbers, factors, np.inf)


def product_below(numbers: ArrayLike, factors: ArrayLike) -> Floats:
    """Return products, or a little less."""
    return _product(numbers, factors, -np.inf)


def _product(numbers: ArrayLike, factors: ArrayLike, towards: float) -> Floats:
    one, other = np.asarray(numbers, dtype=np.float64), np.asarray(factors, dtype=np.float64)
    product = one * other
    exact = (one == 0) | (other == 0) | (one == 1) | (other == 1)
    return np.where(exact, product, np.nextafter(product, towards))
