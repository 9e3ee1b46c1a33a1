"""Moments in UTC, as the sky counts them."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from leohub.units import SECONDS_PER_DAY

Times = NDArray[np.datetime64]

SLOT_S = 15.0
"""Starlink re-schedules its terminals this often [s]."""

_UNIX_EPOCH_JD = 2_440_587.5
_US_PER_DAY = round(SECONDS_PER_DAY * 1e6)


def to_datetime64(moment: dt.datetime) -> np.datetime64:
    """Return a moment as UTC to the microsecond; one without a time zone is taken as UTC."""
    # Subtracted by numpy, because Python has no moments before year 1 or after year 9999.
    since = moment.utcoffset() or dt.timedelta()
    local = np.datetime64(moment.replace(tzinfo=None), "us")
    return np.datetime64(local - np.timedelta64(since, "us"))


def julian_date(times: Times) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the Julian date of midnight and the fraction of the day since.

    Two numbers keep the microseconds that one would lose.

    Parameters
    ----------
    times : ndarray of datetime64, shape (n,)

    Returns
    -------
    day_jd, fraction : ndarray of float64, shape (n,)
        [days]
    """
    microseconds = np.atleast_1d(times).astype("datetime64[us]").astype(np.int64)
    days, rest = np.divmod(microseconds, _US_PER_DAY)
    return days + _UNIX_EPOCH_JD, rest / _US_PER_DAY


def slot_times(start: np.datetime64, hours: float, step_s: float, phase_s: float = 0.0) -> Times:
    """Return the beginnings of the slots of `step_s` that fill `hours` from `start`.

    Parameters
    ----------
    start : datetime64
        UTC.
    hours, step_s : float
        [h], [s]
    phase_s : float
        When a slot begins, counted from midnight: with 12 s and slots of 15 s, at :12, :27, :42
        and :57 of every minute [s]. The first slot is the one that `start` lies in. With 0, slots
        begin at `start` itself.

    Returns
    -------
    ndarray of datetime64[us], shape (slots,)
        At least one.
    """
    first = start.astype("datetime64[us]")
    if phase_s:
        slot_us = round(step_s * 1e6)
        since = int((first - first.astype("datetime64[D]")).astype("timedelta64[us]").astype(int))
        first = first - np.timedelta64((since - round(phase_s * 1e6)) % slot_us, "us")
    count = max(1, round(hours * 3600 / step_s))
    offsets_us = np.round(np.arange(count) * step_s * 1e6).astype(np.int64)
    return np.asarray(first + offsets_us.astype("timedelta64[us]"))


def seconds_between(times: Times) -> float:
    """Return the time between evenly spaced moments; of one moment alone, a slot of 15 s."""
    if len(times) < 2:
        return SLOT_S
    return float((times[1] - times[0]) / np.timedelta64(1, "s"))
