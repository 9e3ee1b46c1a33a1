"""The hours of a day: how traffic spreads over them, and what a cell has in each.

Hours are local, 0 to 23, and always the last axis.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.sky.motion.moments import Times

Floats = NDArray[np.float64]

HOURS: Final = 24
SMALLEST_SHARE_PCT: Final = 100 / HOURS
LARGEST_SHARE_PCT: Final = 50.0
"""Of a day's traffic in its busiest hour: all hours alike; beyond it is no day of many people."""

_SHARPEST = 100.0  # bisected up to here: its busiest hour has more than the largest share
_HALVINGS = 60


def hourly_shares(busy_hour_share_pct: ArrayLike, busiest_hour: ArrayLike) -> Floats:
    """Return the share of a day's traffic that falls into each hour.

    A single smooth wave, the von Mises density at the middle of the hours: proportional to
    exp(κ cos(2π (h - busiest) / 24)), with κ such that the busiest hour has the given share.

    Parameters
    ----------
    busy_hour_share_pct : array_like, shape (...)
        [%], from `SMALLEST_SHARE_PCT` to `LARGEST_SHARE_PCT`.
    busiest_hour : array_like, shape (...)
        Local time that lies in the busiest hour [h], from 0 up to 24.

    Returns
    -------
    ndarray, shape (..., 24)
        Sums to 1.

    Raises
    ------
    ValueError
        Outside these ranges.
    """
    share_pct = np.asarray(busy_hour_share_pct, dtype=np.float64)
    busiest = np.asarray(busiest_hour, dtype=np.float64)
    if not ((share_pct >= SMALLEST_SHARE_PCT - 1e-9) & (share_pct <= LARGEST_SHARE_PCT)).all():
        raise ValueError(
            f"the share of the busiest hour lies from {SMALLEST_SHARE_PCT:.2f} % (all hours alike) "
            f"to {LARGEST_SHARE_PCT:g} %"
        )
    if not ((busiest >= 0) & (busiest < HOURS)).all():
        raise ValueError("the busiest hour lies from 0 up to 24")
    away = np.arange(HOURS) - np.floor(busiest)[..., None]
    wave = np.cos(2 * np.pi * away / HOURS) - 1
    heights = np.exp(_sharpness(share_pct / 100)[..., None] * wave)
    return np.asarray(heights / heights.sum(axis=-1, keepdims=True))


def relative_traffic(shares: ArrayLike) -> Floats:
    """Return the traffic of each hour over that of the busiest, shape (..., 24)."""
    of_day = np.asarray(shares, dtype=np.float64)
    return np.asarray(of_day / of_day.max(axis=-1, keepdims=True))


def solar_offset_h(lon_deg: ArrayLike) -> Floats:
    """Return how far local mean solar time is ahead of UTC [h]; negative in the west."""
    return np.asarray(lon_deg, dtype=np.float64) / 15


def local_hours(times: Times, offset_h: ArrayLike) -> NDArray[np.intp]:
    """Return the local hour that moments lie in.

    Parameters
    ----------
    times : ndarray of datetime64, shape (n,)
        UTC.
    offset_h : array_like, shape (...)
        How far local time is ahead of UTC [h]: `solar_offset_h`, or that of a time zone.

    Returns
    -------
    ndarray of int, shape (..., n)
        0 to 23.
    """
    since_midnight = times - times.astype("datetime64[D]")
    utc_h = np.asarray(since_midnight / np.timedelta64(1, "h"), dtype=np.float64)
    local_h = utc_h + np.asarray(offset_h, dtype=np.float64)[..., None]
    # A time a hair before midnight may round up to 24.
    return np.asarray(np.floor(local_h % HOURS) % HOURS, dtype=np.intp)


def mean_by_hour(values: ArrayLike, hours: NDArray[np.intp]) -> Floats:
    """Return the mean of what happens in each local hour.

    Parameters
    ----------
    values : array_like, shape (..., n)
        At the moments of the hours.
    hours : ndarray of int, shape (..., n)
        From `local_hours`.

    Returns
    -------
    ndarray, shape (..., 24)

    Raises
    ------
    ValueError
        If an hour has no moment.
    """
    value, hour = np.broadcast_arrays(np.asarray(values, dtype=np.float64), hours)
    rows = np.arange(value[..., 0].size).reshape(value.shape[:-1])
    slot = (rows[..., None] * HOURS + hour).ravel()
    counts = np.bincount(slot, minlength=rows.size * HOURS)
    if not counts.all():
        raise ValueError("an hour of the day has no moment: give a whole day")
    sums = np.bincount(slot, weights=value.ravel(), minlength=rows.size * HOURS)
    return np.asarray((sums / counts).reshape(*value.shape[:-1], HOURS))


def _sharpness(share: Floats) -> Floats:
    """Return the κ that gives the busiest hour its share of the day."""
    wave = np.cos(2 * np.pi * np.arange(HOURS) / HOURS) - 1
    low, high = np.zeros(share.shape), np.full(share.shape, _SHARPEST)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        too_flat = 1 / np.exp(middle[..., None] * wave).sum(axis=-1) < share
        low, high = np.where(too_flat, middle, low), np.where(too_flat, high, middle)
    return np.asarray((low + high) / 2)
