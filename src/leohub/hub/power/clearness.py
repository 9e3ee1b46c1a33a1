"""Bright and dull days: a random sequence of daily clearness about the mean of each month."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from leohub.hub.power.months import DAYS, MONTH_OF_DAY
from leohub.validity import Floats

VALID_MEAN: Final = (0.3, 0.75)
"""Monthly mean clearness for which the clearest day is known [-]. Hollands & Huget 1983."""

_STEPS = 50
_FLATTEST = 1e-3  # a smaller exponent loses digits and changes nothing
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


def daily_clearness(mean: ArrayLike, persistence: ArrayLike, years: int, seed: int) -> Floats:
    """Draw the clearness of every day of some years.

    A first-order autoregressive Gaussian series, so that a dull day is likely followed by another,
    mapped to the distribution of daily clearness that belongs to the mean of the month (the method
    of Graham, Hollands & Huget 1988, Solar Energy 40, 83-92). Half of the years mirror the others,
    so that few of them already have the means. All places get the same Gaussian series: what is
    drawn for one does not hang on which others are asked for.

    Parameters
    ----------
    mean : array_like, shape (..., 12)
        Mean clearness of each month [-].
    persistence : array_like, shape (...)
        Correlation of one day's Gaussian value with the next day's, -1 to 1 [-].
    years : int
    seed : int

    Returns
    -------
    ndarray, shape (..., years, 365)
        [-]

    Raises
    ------
    ValueError
        For a mean or a persistence outside its range.
    """
    phi = np.asarray(persistence, dtype=np.float64)[..., None]
    if np.any(np.abs(phi) >= 1):
        raise ValueError("the persistence from day to day lies between -1 and 1")
    half = np.random.default_rng(seed).standard_normal(((years + 1) // 2, DAYS))
    shocks = np.concatenate([half, -half])[:years]
    gaussian = np.empty((*np.broadcast_shapes(phi.shape, (years,)), DAYS))
    gaussian[..., 0] = shocks[:, 0]
    for day in range(1, DAYS):
        gaussian[..., day] = phi * gaussian[..., day - 1] + np.sqrt(1 - phi**2) * shocks[:, day]
    clearest, exponent = (
        values[..., None, MONTH_OF_DAY] for values in _distribution(np.asarray(mean, np.float64))
    )
    return clearest * _quantile(exponent, ndtr(gaussian))


def saunier_quantile(mean: ArrayLike, share: ArrayLike) -> Floats:
    """Return the daily clearness that a share of the days of a month stays below [-].

    With x = clearness / that of the clearest day, the density is x (1 - x) exp(g x), and the
    exponent g is that which gives the mean: Saunier, Reddy & Kumar 1987, Solar Energy 38, 169-177,
    who found it to hold in the tropics and in temperate climates. The clearest day is that of
    Hollands & Huget 1983, Solar Energy 30, 195-209.

    Parameters
    ----------
    mean : array_like
        Mean clearness of the month, 0.3 to 0.75 [-].
    share : array_like
        0 to 1 [-]; broadcasts against the mean.

    Raises
    ------
    ValueError
        For a mean outside the range.
    """
    clearest, exponent = _distribution(np.asarray(mean, dtype=np.float64))
    return clearest * _quantile(exponent, np.asarray(share, dtype=np.float64))


def _distribution(mean: Floats) -> tuple[Floats, Floats]:
    """Return the clearness of the clearest day and the exponent that belong to a mean."""
    low, high = VALID_MEAN
    if not np.all((mean >= low) & (mean <= high)):
        raise ValueError(
            f"a monthly mean clearness from {low:g} to {high:g} is known, not "
            f"{mean.min():.2f} to {mean.max():.2f}: check the monthly radiation"
        )
    clearest = 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8
    wanted = mean / clearest
    lower, upper = np.full(mean.shape, -50.0), np.full(mean.shape, 50.0)
    for _ in range(_STEPS):
        middle = (lower + upper) / 2
        density = _WEIGHTS * _NODES * (1 - _NODES) * np.exp(middle[..., None] * _NODES)
        above = (density * _NODES).sum(axis=-1) / density.sum(axis=-1) > wanted
        lower, upper = np.where(above, lower, middle), np.where(above, middle, upper)
    exponent = (lower + upper) / 2
    flat = np.abs(exponent) < _FLATTEST
    return clearest, np.where(flat, _FLATTEST, exponent)


def _quantile(exponent: Floats, share: Floats) -> Floats:
    """Return where the distribution on 0 to 1 reaches a share, by bisection."""
    start, end = _integral(np.zeros(()), exponent), _integral(np.ones(()), exponent)
    wanted = start + share * (end - start)
    lower, upper = np.zeros(wanted.shape), np.ones(wanted.shape)
    for _ in range(_STEPS):
        middle = (lower + upper) / 2
        above = _integral(middle, exponent) > wanted
        lower, upper = np.where(above, lower, middle), np.where(above, middle, upper)
    return np.asarray((lower + upper) / 2)


def _integral(x: Floats, g: Floats) -> Floats:
    """Return the indefinite integral of x (1 - x) exp(g x)."""
    return np.asarray(np.exp(g * x) * ((x - x**2) / g - (1 - 2 * x) / g**2 - 2 / g**3))
