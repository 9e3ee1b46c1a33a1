"""From the throughput of a hub to its people: whom it serves well, and what that costs."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.hub.crowd import present_per_person
from leohub.hub.lifecycle import cost_per_person_month
from leohub.hub.sharing import share_among_present
from leohub.hub.terminals import people_served, present_served
from leohub.study.service.situation import Situation
from leohub.study.service.values import Values

Floats = NDArray[np.float64]

BESIDE: Final = 1e-9
"""How near to a jump it is looked, by the place of the jump [-]."""

KNOT_RATIO: Final = 1.05
"""Between the throughputs at which it is worked out how many people they serve."""

FEW: Final = 5_000
"""Draws times hubs for which it is worked out for each of them [-]."""

LEAST_MBPS: Final = 1e-3
"""Throughput that is as good as none [Mbps]."""


class Crowd(NamedTuple):
    """What the people of a hub make of its throughput, and what that costs."""

    present_people: Floats
    active_mbps: Floats
    threshold_chance_pct: Floats
    served_well_people: Floats
    monthly_usd: Floats
    """Of each hub, building it spread over its life; shape (draws, 1) where all cost the same."""
    cost_per_person_month_usd: Floats
    cost_per_served_month_usd: Floats


def share_out(values: Values, capacity_mbps: Floats, situation: Situation) -> Crowd:
    """Follow the chain from the throughput of a hub [Mbps] to its people and their costs."""
    each = _present_per_person(values)
    present = situation.people * each
    person = share_among_present(present, capacity_mbps, **_manner(values))
    served = np.minimum(people_served_well(values, capacity_mbps), situation.people)
    monthly_usd = monthly_usd_of(values, situation)
    return Crowd(
        present_people=present,
        active_mbps=person.mean_mbps,
        threshold_chance_pct=person.threshold_chance_pct,
        served_well_people=served,
        monthly_usd=monthly_usd,
        cost_per_person_month_usd=cost_per_person_month(monthly_usd, situation.people),
        cost_per_served_month_usd=cost_per_person_month(monthly_usd, served),
    )


def monthly_usd_of(values: Values, situation: Situation) -> Floats:
    """Return what each hub costs a month [USD]: `Crowd.monthly_usd`.

    Second terminals have their usual price in every draw.
    """
    cost, second = situation.cost, situation.second_cost
    one = cost.at(values).per_month / cost.currency_per_usd
    if second is None:
        return one
    return np.asarray(one + second.per_month_usd * (situation.terminals - 1))


def people_served_well(values: Values, capacity_mbps: Floats) -> Floats:
    """Return how many people a hub of such throughput serves well, however many live around it.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (draws, 1)
    capacity_mbps : ndarray, shape (draws, hubs)
        Of the hub in the busiest hour.

    Returns
    -------
    ndarray, shape (draws, hubs)
        People; inf where nobody ever comes.
    """
    return people_served(_present_served(values, capacity_mbps), _present_per_person(values))


def _present_per_person(values: Values) -> Floats:
    return present_per_person(
        month_users_pct=values["use.month_users_pct"],
        visits_per_month=values["use.visits_per_month"],
        minutes_per_visit=values["use.minutes_per_visit"],
        open_days_per_month=values["use.open_days_per_month"],
        opening_h_per_day=values["use.opening_h_per_day"],
        busy_hour_share_pct=values["use.busy_hour_share_pct"],
    )


def _manner(values: Values) -> dict[str, Floats]:
    """Return how people use the hub, and what serves them well."""
    return {
        name: values[f"use.{name}"]
        for name in ("object_mb", "think_s", "user_max_mbps", "threshold_mbps")
    }


def _present_served(values: Values, capacity_mbps: Floats) -> Floats:
    """Return how many may be present and be served well, shape (draws, hubs).

    For many draws it is worked out at throughputs that are the same whatever hubs are asked about,
    and interpolated between them.
    """
    chance_pct, manner = values["use.threshold_chance_pct"], _manner(values)
    if capacity_mbps.size <= FEW:
        return present_served(capacity_mbps, threshold_chance_pct=chance_pct, **manner)
    knots = _knots(capacity_mbps, values["use.threshold_mbps"])
    known = present_served(knots, threshold_chance_pct=chance_pct, **manner)
    return np.array(
        [
            np.interp(row, at, served)
            for row, at, served in zip(capacity_mbps, knots, known, strict=True)
        ]
    )


def _knots(capacity_mbps: Floats, threshold_mbps: Floats) -> Floats:
    """Return throughputs to interpolate between, shape (draws, knots), rising.

    How many are served well jumps at every multiple of the threshold, as one more fetch gets it,
    and rises smoothly in between.
    """
    steps = np.log(np.maximum(capacity_mbps, LEAST_MBPS)) / np.log(KNOT_RATIO)
    smooth = KNOT_RATIO ** np.arange(np.floor(steps.min()), np.ceil(steps.max()) + 2)
    multiples = np.arange(1, np.ceil((capacity_mbps / threshold_mbps).max()) + 1) * threshold_mbps
    rows = np.broadcast_to(smooth, (len(multiples), len(smooth)))
    return np.sort(np.concatenate([rows, multiples * (1 - BESIDE), multiples], axis=1), axis=1)
