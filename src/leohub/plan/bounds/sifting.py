r"""Prices for many sites by way of few: sifting.

Hardly any site matters to the prices: of 30,000 the best fractional plan opens a few thousand at
most, the others are too poor at any good prices. So prices are sought for the sites that look good
(a problem whose groups are also fewer, because cells that the same good sites serve are alike),
carried over to the problem of all, and proven there; sites that turn out to be worth more than a
hub must bring in are added, until none is. The bound is that of `leohub.plan.bounds.bound` over all
sites: it holds whatever sites were left out on the way.

Source: R. E. Bixby et al., "Very large-scale linear programming: a case study in combining interior
point and simplex methods", Operations Research 40 (1992), doi:10.1287/opre.40.5.885.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import Prices, fill, lagrangian, value_people, worth_people
from leohub.plan.bounds.point import Point
from leohub.plan.bounds.prices import Bound, find_bound
from leohub.plan.problem.instance import Instance

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ROUNDS = 12
"""Most times that sites are added."""

CLOSE = 0.05
"""A site looks good if its income is at most this share below what a hub must bring in."""

INNER = 0.5
"""Share of the tolerance that the prices of the good sites may leave open."""

NOTHING = 1e-9
"""Rounding of what a site is worth, as a share of what a hub must bring in."""


def sift(
    instance: Instance,
    start: Point,
    *,
    tolerance: float,
    iterations: int,
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None] = lambda share: None,
) -> Bound:
    """Search for prices that prove a small bound, from prices that are roughly right.

    Parameters
    ----------
    instance : Instance
    start : Point
        Where a first search ended.
    tolerance, iterations, time_is_up, tick
        As for `leohub.plan.bounds.prices.find_bound`; iterations over the good sites.
    """
    at, done = start, 0
    best, prices = np.inf, Prices.none(instance)
    now = Prices(at.groups, at.rows)
    good = _worth_a_hub(instance, now, -CLOSE) | (at.x > 0)
    fractional = 0.0
    for number in range(ROUNDS):
        part = instance.only(good)
        few = find_bound(
            part,
            tolerance=INNER * tolerance,
            iterations=iterations - done,
            time_is_up=time_is_up,
            start=_narrowed(at, instance, part),
        )
        done += few.iterations
        now = _widened(few.prices, instance, part)
        proven = lagrangian(instance, now)
        fractional = max(fractional, few.fractional_people)
        if proven < best:
            best, prices = proven, now
            at = _at_all(few.end, now, instance, part)
        more = _worth_a_hub(instance, now, NOTHING) & ~good
        tick((number + 1) / ROUNDS)
        enough = best <= fractional * (1 + tolerance)
        if enough or not more.any() or done >= iterations or time_is_up():
            break
        good |= more
    return Bound(best, prices, fractional, done, at)


def _worth_a_hub(instance: Instance, prices: Prices, beyond: float) -> Bools:
    """Return the sites that bring in what a hub must bring in, and so much more [share]."""
    value, rows = value_people(instance, prices), instance.rows
    return value > (1 + beyond) * fill(value, rows).high * rows.cost


def _narrowed(at: Point, instance: Instance, part: Instance) -> Point:
    """Return a point for a part of the sites."""
    groups = len(part.need_people)
    of_groups = np.bincount(part.group, at.groups[part.cells], groups).astype(np.float64)
    z = at.z
    if len(at.rows):
        z = np.bincount(part.group, z[part.cells], groups) / np.bincount(part.group, None, groups)
    return replace(at, x=at.x[part.sites], z=z, groups=of_groups)


def _widened(prices: Prices, instance: Instance, part: Instance) -> Prices:
    """Return prices for all groups; those that only left out sites serve cost what they are worth.

    They are reached by none of the good sites, and a lower price would grant them for nothing.
    """
    of_all = Prices(instance.need_people, prices.rows)
    groups = np.maximum(worth_people(instance, of_all), 0.0)
    groups[part.cells] = part.layer_prices(prices.groups, prices.rows)
    return Prices(groups, prices.rows)


def _at_all(end: Point | None, prices: Prices, instance: Instance, part: Instance) -> Point:
    """Return the point for all sites."""
    assert end is not None
    x = np.zeros(len(instance.sites))
    x[part.sites] = end.x
    z = np.empty(0)
    if len(prices.rows):
        z = np.zeros(len(instance.need_people))
        z[part.cells] = end.z[part.group]
    return replace(end, x=x, z=z, groups=prices.groups.copy(), rows=prices.rows.copy())
