"""Calibration: the load at which the model gives a published median, and what countries share.

A median tells only the ratio of load to capacity. The load that is fitted here is therefore tied to
the satellites, beams and channels that it was fitted with: with twice as many of them it would come
out twice as large, and the throughput would be the same. What countries share is taken to be the
load of a cell, so that one with more satellites above it is expected to be faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from leohub.sky.cells.hours import relative_traffic
from leohub.sky.cells.load import busy_terminals, terminal_mbps
from leohub.validity import above

Floats = NDArray[np.float64]

INTERVAL_PCT = 80.0
"""Of the interval that a prediction is given with."""

_GREATEST_LOAD = 1e6
_HALVINGS = 80


class CellDay(NamedTuple):
    """A day of a cell without its load; hours are the last axis."""

    beams: Floats
    """Of the cell, shape (..., 24)."""
    channel_mbps: Floats
    """Rate of a channel [Mbps], shape (..., 24)."""
    shares: Floats
    """Share of the day's traffic in each hour, shape (..., 24): `hourly_shares`."""
    max_mbps: Floats
    """What a terminal can take [Mbps], shape (...)."""


def median_mbps(day: CellDay, load: ArrayLike) -> Floats:
    """Return the median of speed tests that are as frequent as the traffic of the hours.

    Parameters
    ----------
    day : CellDay
    load : array_like, shape (...)
        Busy terminals in the cell in the busiest hour, the tested one among them.

    Returns
    -------
    ndarray, shape (...)
        [Mbps]
    """
    others = busy_terminals(load)
    traffic = relative_traffic(day.shares)
    by_hour = terminal_mbps(day.beams, day.channel_mbps, traffic, others, max_mbps=day.max_mbps)
    return weighted_median(by_hour, day.shares)


def weighted_median(values: ArrayLike, weights: ArrayLike) -> Floats:
    """Return the smallest value that has half of the weight at or below it, along the last axis."""
    value, weight = np.broadcast_arrays(values, weights)
    order = np.argsort(value, axis=-1)
    upto = np.take_along_axis(weight, order, axis=-1).cumsum(axis=-1)
    half = np.argmax(upto >= upto[..., -1:] / 2, axis=-1)[..., None]
    chosen = np.take_along_axis(order, half, axis=-1)
    return np.asarray(np.take_along_axis(value, chosen, axis=-1)[..., 0], dtype=np.float64)


def fit_load(published_mbps: ArrayLike, day: CellDay) -> Floats:
    """Return the load at which tests in the cell have a published median.

    Parameters
    ----------
    published_mbps : array_like, shape (...)
        Median of tests [Mbps], positive.
    day : CellDay

    Returns
    -------
    ndarray, shape (...)
        Busy terminals in the cell in the busiest hour, the tested one among them.

    Raises
    ------
    ValueError
        If a median is not positive, or more than a terminal gets that is alone in its cell.
    """
    (published,) = above(0, published_mbps=published_mbps)
    alone = median_mbps(day, np.zeros(published.shape))
    if not (published <= alone).all():
        raise ValueError(
            f"a published median of {published[~(published <= alone)].max():g} Mbps is more than a "
            f"terminal gets alone in its cell: at least {alone.min():.0f} Mbps"
        )
    log_low = np.full(np.broadcast_shapes(published.shape, alone.shape), -np.log(_GREATEST_LOAD))
    log_high = -log_low
    for _ in range(_HALVINGS):
        middle = (log_low + log_high) / 2
        too_light = median_mbps(day, np.exp(middle)) > published
        log_low = np.where(too_light, middle, log_low)
        log_high = np.where(too_light, log_high, middle)
    return np.asarray(np.exp((log_low + log_high) / 2))


@dataclass(frozen=True)
class Pool:
    """What the loads of some countries have in common: their logarithm is taken as normal.

    Attributes
    ----------
    mean_log : float
        Of the natural logarithms of `count` loads.
    count : int
        Countries.
    sd_log : float
        The sample's standard deviation of the logarithms.
    freedom : int
        Degrees of freedom of `sd_log`.
    """

    mean_log: float
    count: int
    sd_log: float
    freedom: int

    @property
    def load(self) -> float:
        """The geometric mean: half of the countries are expected above."""
        return float(np.exp(self.mean_log))

    def interval(self, level_pct: float) -> tuple[float, float]:
        """Return the ends between which the load of one more country is expected.

        Student's t, because mean and deviation are estimated from a few countries.
        """
        beyond = stats.t.ppf(0.5 + level_pct / 200, self.freedom)
        reach = float(beyond * self.sd_log * np.sqrt(1 + 1 / self.count))
        return float(np.exp(self.mean_log - reach)), float(np.exp(self.mean_log + reach))


def pool(loads: ArrayLike, spread: Pool | None = None) -> Pool:
    """Return what fitted loads have in common.

    Parameters
    ----------
    loads : array_like, shape (countries,)
        Of the same publisher and period: others measure other things.
    spread : Pool, optional
        Of more countries, whose standard deviation is taken where these are too few to have one.

    Raises
    ------
    ValueError
        If there are fewer than two, or none with a `spread`, or one is not positive.
    """
    (each,) = above(0, loads=loads)
    needed = 2 if spread is None else 1
    if each.size < needed:
        raise ValueError(f"too few loads to pool: {each.size}, needed: {needed}")
    logs = np.log(each)
    if spread is not None:
        return Pool(float(logs.mean()), each.size, spread.sd_log, spread.freedom)
    return Pool(float(logs.mean()), each.size, float(logs.std(ddof=1)), each.size - 1)


class HeldOut(NamedTuple):
    """A country predicted from the others."""

    predicted_mbps: float
    low_mbps: float
    """Ends of the interval of `INTERVAL_PCT`."""
    high_mbps: float
    error_pct: float
    """Of the prediction: positive where it is too fast."""
    inside: bool
    """Whether the interval holds the published median."""


def leave_one_out(published_mbps: Floats, days: CellDay) -> list[HeldOut]:
    """Predict the median of each country from the loads of all others.

    Parameters
    ----------
    published_mbps : ndarray, shape (countries,)
        [Mbps]
    days : CellDay
        Of the countries, shape (countries, 24).

    Returns
    -------
    list of HeldOut
        In the order of the countries.

    Raises
    ------
    ValueError
        If there are fewer than three.
    """
    if published_mbps.size < 3:
        raise ValueError("to hold one country out, at least three are needed")
    loads = fit_load(published_mbps, days)
    held_out = []
    for place, truth in enumerate(published_mbps.tolist()):
        others = pool(np.delete(loads, place))
        day = CellDay(*(values[place] for values in days))
        light, heavy = others.interval(INTERVAL_PCT)
        middle, high, low = (float(median_mbps(day, load)) for load in (others.load, light, heavy))
        error_pct = 100 * (middle / truth - 1)
        held_out.append(HeldOut(middle, low, high, error_pct, low <= truth <= high))
    return held_out
