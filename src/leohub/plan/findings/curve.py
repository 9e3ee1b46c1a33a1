"""The curve of people reached against the number of hubs, with a proven bound above it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import Prices, bounds_by_number
from leohub.plan.bounds.prices import find_bound
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.problem.rows import Rows

Floats = NDArray[np.float64]

REACHES = 2.0
"""The curve goes on to this multiple of the plan's number of hubs."""

SUPPORTS = (0.1, 0.25, 0.5, 2.0)
"""Shares of the plan's number of hubs for which the bound is sought anew."""

ITERATIONS = 400
TOLERANCE = 2e-3


def bound_curve(instance: Instance, prices: Floats, hubs: int, most: int, clock: Clock) -> Floats:
    """Return what 1 … `most` hubs can reach at most, whatever the rows say [people], shape (most,).

    Any prices prove a bound for every number of hubs: each is tight near the one it is for.

    Parameters
    ----------
    instance : Instance
    prices : ndarray, shape (m,)
        Those for `hubs` hubs [people].
    hubs, most : int
    clock : Clock
        Where the time is up, fewer prices are sought, and that decides nothing.
    """
    found = [instance.need_people, prices]
    for share in SUPPORTS if instance.rows.is_number else (*SUPPORTS, 1.0):
        support = int(share * hubs)
        if 0 < support <= most and not clock.part(1.0).is_up():
            found.append(_prices(instance, prices, support, clock))
    numbers = np.arange(1, most + 1)
    return np.asarray(np.min([bounds_by_number(instance, each, numbers) for each in found], axis=0))


def _prices(instance: Instance, prices: Floats, hubs: int, clock: Clock) -> Floats:
    """Return prices for so many hubs and no other rows."""
    sites, groups = len(instance.sites), len(instance.need_people)
    bound = find_bound(
        replace(instance, rows=Rows.number(float(hubs), sites, groups)),
        tolerance=TOLERANCE,
        iterations=ITERATIONS,
        time_is_up=clock.part(1.0).is_up,
        start=Prices(np.minimum(prices, instance.need_people), np.empty(0)),
    )
    return bound.prices.groups
