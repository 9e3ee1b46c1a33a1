"""`Sightings`: every satellite that a few places have in view, slot by slot.

Where `Sweep` counts, this lists: for one place or a few, for timelines, passes and policies that
look ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from leohub.sky.compiled import in_lanes
from leohub.sky.motion.knots import interpolate
from leohub.sky.visibility.flight import Flight, Ground
from leohub.sky.visibility.kernel import (
    bring_together,
    gather,
    is_avoided,
    is_hidden,
    line_to,
    sine_of,
    to_directions,
)
from leohub.sky.visibility.sweep import Sweep
from leohub.sky.visibility.tiles import BINS, sort_into_bins

Ints = NDArray[np.intp]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Sightings:
    """Satellites in view, in the order of the slots; arrays of shape (n,).

    Attributes
    ----------
    place, slot, satellite : ndarray of int32
        Positions among the places, in the day, and in the constellation.
    elevation_deg, azimuth_deg, range_km : ndarray of float32
    usable : ndarray of bool
    """

    place: NDArray[np.int32]
    slot: NDArray[np.int32]
    satellite: NDArray[np.int32]
    elevation_deg: Singles
    azimuth_deg: Singles
    range_km: Singles
    usable: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.slot)

    def select(self, chosen: NDArray[np.bool_] | Ints) -> Sightings:
        """Return the sightings that a mask or a list of positions picks."""
        return Sightings(*(getattr(self, field.name)[chosen] for field in fields(self)))


def list_sightings(sweep: Sweep, first: int) -> tuple[Sightings, int]:
    """List what is in view in the chunk of a sweep that begins with a slot.

    Returns
    -------
    sightings : Sightings
    lost : int
        Satellites whose position is not known there.
    """
    flight, near, lost = sweep.flight(first)
    slots, ground = len(flight.first_knot), sweep.ground
    most = slots * len(sweep.order) * max(1, len(near))
    room = min(most, _ROOM * slots * len(sweep.order))
    while True:
        numbers = np.empty((3, room), dtype=np.int32)
        usable, lines_km = np.empty(room, dtype=np.bool_), np.empty((3, room))
        count = _list(flight, ground, numbers, usable, lines_km)
        if count <= room:
            break
        room = count
    place, slot, satellite = numbers[:, :count]
    elevation_deg, azimuth_deg, range_km = np.empty((3, count), dtype=np.float32)
    to_directions(np.ascontiguousarray(lines_km[:, :count]), elevation_deg, azimuth_deg, range_km)
    found = Sightings(
        place=sweep.order[place].astype(np.int32),
        slot=slot + np.int32(first),
        satellite=near[satellite].astype(np.int32),
        elevation_deg=elevation_deg,
        azimuth_deg=azimuth_deg,
        range_km=range_km,
        usable=usable[:count],
    )
    return found, lost


_ROOM = 128
"""Satellites in view that are reckoned with at first, for each place and slot."""


@in_lanes
def _list(
    flight: Flight,
    ground: Ground,
    numbers: NDArray[np.int32],
    usable: NDArray[np.bool_],
    lines_km: NDArray[np.float64],
) -> int:
    """Fill in what is in view while there is room; return how much there is."""
    n = flight.knots.shape[2]
    found, overhead = np.empty((3, n)), np.empty((5, n))
    bins, order, start = np.empty(n, np.intp), np.empty(n, np.intp), np.empty(BINS + 1, np.intp)
    near = np.empty(n, np.intp)
    x, y, z = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32)
    tiles = ground.tiles
    all_allowed, no_horizon = flight.allowed.size == 0, ground.horizon_deg.size == 0
    row = 0
    for slot in range(len(flight.first_knot)):
        interpolate(flight.knots, flight.first_knot[slot], flight.weights[slot], found)
        sort_into_bins(found, bins, start, order)
        bring_together(flight, found, order, start[BINS], overhead)
        for tile in range(len(tiles.radius_rad)):
            count = gather(ground, tile, overhead, start, order, near, x, y, z)
            for place in range(tiles.first[tile], tiles.first[tile + 1]):
                for c in range(count):
                    s = near[c]
                    if sine_of(found, tiles.axes, place, s) < ground.min_sine[place]:
                        continue
                    if row < numbers.shape[1]:
                        numbers[0, row], numbers[1, row], numbers[2, row] = place, slot, s
                        usable[row] = (
                            (all_allowed or flight.allowed[slot, s])
                            and (
                                no_horizon
                                or not is_hidden(found, tiles.axes, ground.horizon_deg, place, s)
                            )
                            and not is_avoided(found, tiles.axes, ground.arcs, place, s)
                        )
                        line_to(found, tiles.axes, place, s, row, lines_km)
                    row += 1
    return row


def join_sightings(parts: Sequence[Sightings]) -> Sightings:
    """Return the sightings of several stretches of time, one after the other."""
    names = [field.name for field in fields(Sightings)]
    return Sightings(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
