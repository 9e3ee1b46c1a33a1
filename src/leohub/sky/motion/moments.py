"""Moments in UTC, as the sky counts them."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from leohub.units import SECONDS_PER_DAY

Times = NDArray[np.datetime64]

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


def slot_times(start: np.datetime64, hours: float, step_s: float) -> Times:
    """Return the beginnings of the slots of `step_s` that fill `hours` from `start`.

    Returns
    -------
    ndarray of datetime64[us], shape (slots,)
        The first is `start`; at least one.
    """
    count = max(1, round(hours * 3600 / step_s))
    offsets_us = np.round(np.arange(count) * step_s * 1e6).astype(np.int64)
    return np.asarray(start.astype("datetime64[us]") + offsets_us.astype("timedelta64[us]"))
