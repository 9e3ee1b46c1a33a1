"""How many people are at a hub at its busiest hour, and what they move."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from leohub.validity import Floats, at_most, not_negative, percentages, positive

MINUTES_PER_HOUR = 60.0
SECONDS_PER_MINUTE = 60.0
MB_PER_GB = 1000.0


def present_per_person(
    *,
    month_users_pct: ArrayLike,
    visits_per_month: ArrayLike,
    minutes_per_visit: ArrayLike,
    open_days_per_month: ArrayLike,
    opening_h_per_day: ArrayLike,
    busy_hour_share_pct: ArrayLike,
) -> Floats:
    """Return how many are present and active in the busy hour, per person of the catchment.

    The time that visits of a day take, and the share of it that falls into the busiest hour. A hub
    that is open for H hours has at least 1 / H of its use in that hour, even if it is used evenly;
    and nobody is present for more than the whole of it. The number is a mean: where people come
    independently of each other, how many are there at a moment is a Poisson number with this mean.

    Parameters
    ----------
    month_users_pct : array_like
        Share of the people who come at least once a month [%].
    visits_per_month : array_like
        Of each who comes.
    minutes_per_visit : array_like
        Time that a visitor is active online [min].
    open_days_per_month : array_like
        Days on which the hub is open [days].
    opening_h_per_day : array_like
        Hours it is open on such a day [h].
    busy_hour_share_pct : array_like
        Share of a day's use that falls into its busiest hour [%].

    Returns
    -------
    ndarray
        People present per person [-], broadcast shape.

    Raises
    ------
    ValueError
        When a percentage lies outside 0 to 100, a day has more than 24 opening hours or a month
        more than 31 days, a visit lasts longer than a day's opening hours, or a number is negative.
    """
    users_pct, busy_pct = percentages(
        month_users_pct=month_users_pct, busy_hour_share_pct=busy_hour_share_pct
    )
    visits, minutes = not_negative(
        visits_per_month=visits_per_month, minutes_per_visit=minutes_per_visit
    )
    days, open_h = positive(
        open_days_per_month=open_days_per_month, opening_h_per_day=opening_h_per_day
    )
    at_most(24, opening_h_per_day=open_h)
    at_most(31, open_days_per_month=days)
    if np.any(minutes > MINUTES_PER_HOUR * open_h):
        raise ValueError("minutes_per_visit must not exceed the opening hours of a day")
    busy_share = np.maximum(busy_pct / 100, 1 / open_h)
    busy_hours = np.minimum(minutes / MINUTES_PER_HOUR * busy_share, 1.0)
    return np.asarray(users_pct / 100 * visits / days * busy_hours)


def gb_per_user_month(
    *,
    visits_per_month: ArrayLike,
    minutes_per_visit: ArrayLike,
    object_mb: ArrayLike,
    think_s: ArrayLike,
    object_s: ArrayLike,
) -> Floats:
    """Return what a user moves in a month if she thinks and fetches in turn while she visits [GB].

    To be held against published traffic: the rest of this module knows only people and minutes.

    Parameters
    ----------
    visits_per_month, minutes_per_visit : array_like
        See `present_per_person`.
    object_mb, think_s : array_like
        See `leohub.hub.sharing.share_among_present`.
    object_s : array_like
        Mean time of a fetch [s]: `leohub.hub.sharing.Experience.object_s`.

    Raises
    ------
    ValueError
        When a number is negative, or the size or the think time is 0.
    """
    visits, minutes, fetch_s = not_negative(
        visits_per_month=visits_per_month, minutes_per_visit=minutes_per_visit, object_s=object_s
    )
    size_mb, think = positive(object_mb=object_mb, think_s=think_s)
    seconds = visits * minutes * SECONDS_PER_MINUTE
    return np.asarray(seconds / (think + fetch_s) * size_mb / MB_PER_GB)
