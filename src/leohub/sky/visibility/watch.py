"""Watch the sky over places through some hours: blocks of what they see, whatever the policy."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import Times, seconds_between
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.culling import longest_pass_s
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.serving import watch_longest
from leohub.sky.visibility.sightings import Sightings, join_sightings, list_sightings
from leohub.sky.visibility.sweep import Block, Sweep

_VALUES_AT_ONCE = 100_000
"""Places × slots whose sightings are in memory at once, about 8 kB each."""


def watch(
    orbits: Orbits, places: Places, rules: Rules, times: Times, gateways: Gateways | None = None
) -> Iterator[tuple[NDArray[np.intp], Iterator[Block]]]:
    """Yield what places see, group by group.

    Parameters
    ----------
    orbits, places, rules, times, gateways
        As for `Sweep`.

    Yields
    ------
    order : ndarray of int
        The places of the group: which stands at each position of its blocks.
    blocks : iterator of Block
        In the order of time. Whoever does not look ahead is in one group.
    """
    if rules.policy != "longest":
        sweep = Sweep(orbits, places, rules, times, gateways)
        yield sweep.order, sweep.blocks()
        return
    ahead_s = longest_pass_s(orbits.constellation, rules.min_elevation_deg)
    at_once = max(1, _VALUES_AT_ONCE // len(times))
    for first in range(0, len(places), at_once):
        group = np.arange(first, min(first + at_once, len(places)))
        sweep = Sweep(orbits, places.select(group), rules, _beyond(times, ahead_s), gateways)
        yield group, _look_ahead(sweep, len(times), len(group))


def _look_ahead(sweep: Sweep, slots: int, places: int) -> Iterator[Block]:
    sightings, lost = all_sightings(sweep)
    yield Block(0, watch_longest(sightings, slots, places), lost)


def all_sightings(sweep: Sweep) -> tuple[Sightings, int]:
    """Return all sightings of a sweep, and how many satellites are lost at most."""
    parts, lost = zip(
        *(list_sightings(sweep, first) for first in range(0, len(sweep.times), sweep.length)),
        strict=True,
    )
    return join_sightings(parts), max(lost)


def _beyond(times: Times, ahead_s: float) -> Times:
    """Return the slots and those of the time that ``"longest"`` looks ahead."""
    step = np.timedelta64(round(seconds_between(times) * 1e6), "us")
    more = int(np.ceil(ahead_s / seconds_between(times)))
    return np.asarray(times[0] + np.arange(len(times) + more) * step)
