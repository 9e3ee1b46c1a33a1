"""The Poisson distribution far into its lower tail, where plain functions give zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc, gammaln

from leohub.validity import Floats

SMALLEST = 1e-280
"""Below this chance the logarithm comes from the continued fraction."""

TERMS = 40
"""Of the continued fraction: the logarithm is then right to 2e-11 for counts up to 10,000."""


def log_chance_below(count: ArrayLike, mean: ArrayLike) -> Floats:
    """Return the logarithm of the chance that a Poisson number is below a count.

    That is the regularised upper incomplete gamma function Q(count, mean), which also says what
    lies between whole counts (NIST DLMF 8.4.10). In the far tail it is taken from Legendre's
    continued fraction (DLMF 8.9.2).

    Parameters
    ----------
    count : array_like
        People; the chance is zero at 0 and below.
    mean : array_like
        Of the Poisson number, greater than 0.

    Returns
    -------
    ndarray
        Natural logarithm of the chance, -inf where it is zero. Broadcast shape.
    """
    count, mean = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(mean, np.float64))
    above_zero = np.where(count <= 0, 1.0, count)
    chance = gammaincc(above_zero, mean)
    far = chance < SMALLEST
    log_chance = np.array(np.log(np.where(far, 1.0, chance)))
    log_chance[far] = _log_far_tail(above_zero[far], mean[far])
    return np.where(count <= 0, -np.inf, log_chance)


def _log_far_tail(count: Floats, mean: Floats) -> Floats:
    """Return log Q(count, mean) for a mean far above the count, shape (n,)."""
    fraction = np.zeros_like(mean)
    for k in range(TERMS, 0, -1):
        fraction = k * (count - k) / (mean - count + 2 * k + 1 + fraction)
    inverse = mean - count + 1 + fraction
    return np.asarray(count * np.log(mean) - mean - gammaln(count) - np.log(inverse))
