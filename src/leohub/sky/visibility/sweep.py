"""`Sweep`: what many places see in a day, chunk by chunk.

For each chunk of slots one propagation at its middle tells which satellites can come into view of
the places at all; only those are propagated at the knots and looked at slot by slot. Memory stays
the same however long the day is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.sky.gateways import Gateways
from leohub.sky.motion.knots import to_knots
from leohub.sky.motion.moments import Times, seconds_between
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.culling import Region, farthest_km, fastest_rad_s
from leohub.sky.visibility.downlink import Downlink
from leohub.sky.visibility.flight import Flight, Seen, nothing_seen, with_reach
from leohub.sky.visibility.geometry import PLUMB_DEG, coverage_angle_rad
from leohub.sky.visibility.ground import to_ground
from leohub.sky.visibility.kernel import HIGHEST, RANDOM, see
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules

Ints = NDArray[np.intp]

_CHUNK_S = 900.0
_CHUNK_VALUES = 4_000_000
"""Places × slots that one thread holds in memory."""
_THREADS = 2
_SCATTER = 0x9E3779B97F4A7C15
"""2⁶⁴ over the golden ratio: neighbouring seeds end up far apart."""
_CAP_MARGIN_RAD = np.radians(0.5)


@dataclass(frozen=True)
class Block:
    """What all places see in consecutive slots.

    Attributes
    ----------
    first : int
        Position of its first slot in the day.
    seen : Seen
        Arrays of shape (slots, places), with the places in the order of `Sweep.order`; `serving`
        counts in the constellation.
    lost : int
        Satellites whose position is not known there.
    """

    first: int
    seen: Seen
    lost: int


class Sweep:
    """Satellites, places and rules, made ready to be looked at chunk by chunk.

    Parameters
    ----------
    orbits : Orbits
    places : Places
    rules : Rules
        ``"longest"`` is looked at as ``"highest"``: it must look ahead, which is done in
        `leohub.sky.visibility.serving`.
    times : ndarray of datetime64, shape (slots,)
        Evenly spaced beginnings of slots.
    gateways : Gateways, optional
        Where given, only satellites that reach one are usable.

    Attributes
    ----------
    order : ndarray of int, shape (places,)
        Which of the places stands at each position of a block.
    length : int
        Slots in a chunk.
    """

    def __init__(
        self,
        orbits: Orbits,
        places: Places,
        rules: Rules,
        times: Times,
        gateways: Gateways | None = None,
    ) -> None:
        constellation = orbits.constellation
        self.orbits, self.times = orbits, times
        self.policy = RANDOM if rules.policy == "random" else HIGHEST
        self.seed = rules.seed
        self.ground = to_ground(
            constellation, places, rules.min_elevation_deg, rules.arc_avoidance_deg
        )
        self.order = self.ground.tiles.order
        self.downlink = (
            None if gateways is None else Downlink(constellation, gateways, lasers=rules.lasers)
        )
        self.step_s = seconds_between(times)
        most = max(1, _CHUNK_VALUES // max(1, len(places)))
        self.length = int(np.clip(_CHUNK_S // self.step_s, 1, most))
        self._region = Region.around(self.ground.tiles.position)
        self._reach_rad = coverage_angle_rad(
            farthest_km(constellation), self.ground.lowest_deg - PLUMB_DEG, self.ground.radius_km
        )
        self._fastest_rad_s = fastest_rad_s(constellation)

    def blocks(self) -> Iterator[Block]:
        """Yield what is seen, chunk by chunk in the order of time."""
        with ThreadPoolExecutor(_THREADS) as pool:
            ahead: deque[Future[Block]] = deque()
            try:
                for first in range(0, len(self.times), self.length):
                    ahead.append(pool.submit(self.block, first))
                    if len(ahead) > _THREADS:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                pool.shutdown(cancel_futures=True)

    def block(self, first: int) -> Block:
        """Return what is seen in the chunk that begins with a slot."""
        flight, near, lost = self.flight(first)
        slots = self.times[first : first + self.length]
        seen = nothing_seen(len(slots), len(self.order))
        if len(near):
            see(flight, self.ground, self.policy, self._draws(slots), seen)
            served = seen.serving >= 0
            seen.serving[served] = near[seen.serving[served]]
        return Block(first, seen, lost)

    def flight(self, first: int) -> tuple[Flight, Ints, int]:
        """Return the satellites that may be seen in a chunk, which they are, and how many are lost.

        A satellite is lost where its position in the middle of the chunk is not known, or its
        operator publishes none for a part of it.
        """
        slots = self.times[first : first + self.length]
        span_s = (len(slots) - 1) * self.step_s
        middle = slots[:1] + np.timedelta64(round(span_s * 5e5), "us")
        there = self.orbits.columns(middle)[0]
        near = self._near(there, span_s)
        lost = self._lost(there, slots)
        flight = with_reach(
            self._follow(near, slots), self.ground.lowest_deg, self.ground.radius_km
        )
        if self.downlink is not None:
            allowed = self.downlink.allowed(flight, near, slots)
            flight = flight._replace(allowed=allowed)
        return flight, near, lost

    def _lost(self, there: NDArray[np.float64], slots: Times) -> int:
        published = self.orbits.constellation.published
        if published is None:
            return int(np.isnan(there[0]).sum())
        knots, _, _ = to_knots(slots)
        return int((~published.covers(knots[0], knots[-1])).sum())

    def _near(self, there: NDArray[np.float64], span_s: float) -> Ints:
        if self.downlink is not None and self.downlink.lasers:
            return np.arange(len(self.orbits))  # traffic may come down anywhere
        moved_rad = self._fastest_rad_s * span_s / 2 + _CAP_MARGIN_RAD
        reach_rad = self._reach_rad + self._region.radius_rad + moved_rad
        near = self._region.angle_rad(there) <= reach_rad
        if self.orbits.constellation.published is not None:
            near |= np.isnan(there[0])  # published for another part of the chunk, perhaps
        return np.flatnonzero(near)

    def _follow(self, near: Ints, slots: Times) -> Flight:
        knots, first_knot, weights = to_knots(slots)
        return Flight(
            knots=self.orbits.columns(knots, near),
            first_knot=first_knot,
            weights=weights,
            cos_reach_km=np.empty(0),
            sin_reach_km=np.empty(0),
            allowed=np.empty((0, 0), dtype=np.bool_),
            name=self.orbits.constellation.norad_id[near],
        )

    def _draws(self, slots: Times) -> Ints:
        """Return what ``random`` draws by: the moment of each slot, not its place in the day."""
        moments = slots.astype("datetime64[us]").astype(np.int64)
        return np.asarray(moments ^ (self.seed * _SCATTER % 2**63), dtype=np.intp)
