"""How many people one terminal serves well, and when a second one pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize.elementwise import find_root

from leohub.hub.lifecycle import cost_per_person_month
from leohub.hub.sharing import MBIT_PER_MB, share_among_present
from leohub.validity import Floats, not_negative, percentages, positive

PEOPLE_TOLERANCE = 0.01
"""How exactly the number of people present is found [people]."""

RATE_TOLERANCE = 1e-9
"""Share by which a mean rate may miss the threshold: the rounding of a ceiling equal to it [-]."""


def present_served(
    capacity_mbps: ArrayLike,
    *,
    object_mb: ArrayLike,
    think_s: ArrayLike,
    user_max_mbps: ArrayLike,
    threshold_mbps: ArrayLike,
    threshold_chance_pct: ArrayLike,
) -> Floats:
    """Return how many people may be present and active at once and all be served well.

    Served well: the mean rate of a fetch is at least the threshold, and a fetch gets the threshold
    as it begins with at least the stated chance. Both fall with every person more, so that there
    is one largest number.

    Parameters
    ----------
    capacity_mbps, object_mb, think_s, user_max_mbps, threshold_mbps : array_like
        See `leohub.hub.sharing.share_among_present`.
    threshold_chance_pct : array_like
        Chance to get the threshold, below 100 [%].

    Returns
    -------
    ndarray
        People, to `PEOPLE_TOLERANCE`, broadcast shape. 0 where a person alone is not served well;
        NaN where the capacity is NaN.

    Raises
    ------
    ValueError
        When a number is out of its range, see `leohub.hub.sharing.share_among_present`; when the
        chance is 100 %, which no number of people ever gets for certain.
    """
    (capacity,) = not_negative(capacity_mbps=capacity_mbps)
    size_mb, think, ceiling, threshold = positive(
        object_mb=object_mb,
        think_s=think_s,
        user_max_mbps=user_max_mbps,
        threshold_mbps=threshold_mbps,
    )
    (chance_pct,) = percentages(threshold_chance_pct=threshold_chance_pct)
    if np.any(chance_pct == 100):
        raise ValueError("threshold_chance_pct must be below 100: no rate is certain when shared")
    given = np.broadcast_arrays(capacity, size_mb, think, ceiling, threshold, chance_pct)
    alone = np.minimum(given[0], given[3]) >= given[4]
    served = np.where(np.isnan(sum(given)), np.nan, 0.0)
    served[alone] = _most_served(*(values[alone] for values in given))
    return served


def _most_served(
    capacity: Floats,
    size_mb: Floats,
    think: Floats,
    ceiling: Floats,
    threshold: Floats,
    chance_pct: Floats,
) -> Floats:
    """Return the most people present who are served well where one is, shape (n,)."""

    def margin(
        people: Floats, room: Floats, size: Floats, pause: Floats, most: Floats, least: Floats,
        wanted_pct: Floats,
    ) -> Floats:  # fmt: skip
        got = share_among_present(
            people,
            room,
            object_mb=size,
            think_s=pause,
            user_max_mbps=most,
            threshold_mbps=least,
        )
        by_rate = got.mean_mbps / least - 1 + RATE_TOLERANCE
        return np.minimum(by_rate, (got.threshold_chance_pct - wanted_pct) / 100)

    # No more leave per second than the capacity carries, so that with so many people a fetch takes
    # longer than the threshold allows.
    too_many = capacity / threshold + capacity * think / (MBIT_PER_MB * size_mb) + 2
    found = find_root(
        margin,
        (np.ones_like(capacity), too_many),
        args=(capacity, size_mb, think, ceiling, threshold, chance_pct),
        tolerances={"xatol": PEOPLE_TOLERANCE},
    )
    return np.asarray(found.x, dtype=np.float64)


def people_served(present: ArrayLike, present_per_person: ArrayLike) -> Floats:
    """Return how many people of the catchment so many present at the busiest hour stand for.

    Parameters
    ----------
    present : array_like
        People who may be present and all be served well: `present_served`.
    present_per_person : array_like
        Of the catchment: `leohub.hub.crowd.present_per_person`.

    Returns
    -------
    ndarray
        People, broadcast shape: as many as may live around the hub and all be served well when
        they come. inf where nobody ever comes.

    Raises
    ------
    ValueError
        When a number is negative.
    """
    present, each = not_negative(present=present, present_per_person=present_per_person)
    nobody = each == 0
    return np.where(nobody, np.inf, present / np.where(nobody, 1.0, each))


@dataclass(frozen=True)
class SecondTerminal:
    """One terminal against two; all arrays have one shape.

    Attributes
    ----------
    served_by_one, served_by_two : ndarray
        People of the catchment served well.
    per_served_by_one, per_served_by_two : ndarray
        Cost per person served well [currency/month]; inf where nobody is.
    pays : ndarray of bool
        Whether those whom the second one serves in addition are worth what it costs.
    pays_above : ndarray
        People of the catchment above which it does; inf where it never does. Times
        `leohub.hub.crowd.present_per_person`: people present.
    """

    served_by_one: Floats
    served_by_two: Floats
    per_served_by_one: Floats
    per_served_by_two: Floats
    pays: NDArray[np.bool_]
    pays_above: Floats


def weigh_second_terminal(
    people: ArrayLike,
    most_by_one: ArrayLike,
    most_by_two: ArrayLike,
    *,
    monthly_cost: ArrayLike,
    extra_monthly_cost: ArrayLike,
    value_per_person_month: ArrayLike,
) -> SecondTerminal:
    """Say whom a second terminal serves in addition, at what cost, and whether that pays.

    Two terminals are taken as one with the throughput of both, which the router spreads fetches
    over. Where more people come than are served well, all are served worse: as served well count
    as many as would be if the others stayed away.

    Parameters
    ----------
    people : array_like
        People of the catchment.
    most_by_one, most_by_two : array_like
        How many people one terminal and both serve well (`people_served`), the latter from the
        throughput that both have together: twice that of one, or less where the cell is full.
    monthly_cost, extra_monthly_cost : array_like
        Cost of a hub with one terminal, and what the second one adds to it [currency/month].
    value_per_person_month : array_like
        What it is worth that a person is served well [currency/month]. To ask that the second
        terminal serve people as cheaply as the first does, give ``monthly_cost / most_by_one``.

    Returns
    -------
    SecondTerminal

    Raises
    ------
    ValueError
        When a number is negative, or two terminals serve fewer than one.
    """
    people, one, two, cost, extra, value = not_negative(
        people=people,
        most_by_one=most_by_one,
        most_by_two=most_by_two,
        monthly_cost=monthly_cost,
        extra_monthly_cost=extra_monthly_cost,
        value_per_person_month=value_per_person_month,
    )
    if np.any(two < one - PEOPLE_TOLERANCE * np.maximum(one, 1)):
        raise ValueError("most_by_two must not be below most_by_one")
    by_one, by_two = np.minimum(people, one), np.minimum(people, two)
    worthless = value == 0
    needed = one + np.where(worthless, np.inf, extra / np.where(worthless, 1.0, value))
    pays_above = np.where(needed <= two, needed, np.inf)
    return SecondTerminal(
        *np.broadcast_arrays(
            by_one,
            by_two,
            cost_per_person_month(cost, by_one),
            cost_per_person_month(cost + extra, by_two),
            people > pays_above,
            pays_above,
        )
    )
