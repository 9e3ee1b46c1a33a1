"""The inner loop of the sky: how many satellites each place sees in each slot.

The day is cut into chunks. For each chunk one propagation at its middle tells which satellites can
come into view of the places at all; only those are propagated at the knots and looked at slot by
slot. Memory stays the same however long the day is.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.constants import EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S
from leohub.sky.compiled import compiled
from leohub.sky.constellation import Constellation
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.motion.moments import Times
from leohub.sky.motion.propagation import KNOT_S, interpolate, propagate_itrf, to_satrecs
from leohub.sky.visibility.arc import is_near_arc, visible_arcs
from leohub.sky.visibility.geometry import coverage_angle_rad

Floats = NDArray[np.float64]
Counts = NDArray[np.int32]

_CHUNK_S = 600.0
_THREADS = 2
_POLAR_RADIUS_KM = 6_356.75
_PLUMB_DEG = 0.2  # geodetic and geocentric up differ by at most 0.1924°
_RATE_MARGIN = 1.05  # J2 makes a satellite slightly faster than its mean elements say
_CAP_MARGIN_RAD = np.radians(0.5)


@dataclass(frozen=True)
class Chunk:
    """What `count_by_slot` found in consecutive slots.

    Attributes
    ----------
    first : int
        Position of its first slot in the day.
    in_view, usable : ndarray of int32, shape (places, slots, groups)
        Satellites above the minimum elevation; of those, outside the avoided band.
    lost : int
        Satellites that SGP4 could not propagate.
    """

    first: int
    in_view: Counts
    usable: Counts
    lost: int


def count_by_slot(
    constellation: Constellation,
    group: NDArray[np.intp],
    lat_deg: Floats,
    lon_deg: Floats,
    height_km: Floats,
    *,
    times: Times,
    min_elevation_deg: float,
    arc_avoidance_deg: float,
) -> Iterator[Chunk]:
    """Count satellites in view and usable, chunk by chunk in the order of time.

    Parameters
    ----------
    constellation : Constellation
    group : ndarray of int, shape (n,)
        Which count each satellite adds to, from 0.
    lat_deg, lon_deg, height_km : ndarray, shape (places,)
    times : ndarray of datetime64, shape (slots,)
        Evenly spaced beginnings of slots.
    min_elevation_deg, arc_avoidance_deg : float

    Yields
    ------
    Chunk
    """
    position = geodetic_to_itrf(lat_deg, lon_deg, height_km)
    up = local_axes(lat_deg, lon_deg)[2]
    region = _Region.around(position)
    reach = _reach_rad(constellation, min_elevation_deg) + region.radius_rad + _CAP_MARGIN_RAD
    rate = _fastest_rad_s(constellation)
    satrecs = to_satrecs(constellation)
    arcs = visible_arcs(position, up)
    groups = int(group.max(initial=0)) + 1
    step_s = float((times[1] - times[0]) / np.timedelta64(1, "s")) if len(times) > 1 else KNOT_S
    length = max(1, int(_CHUNK_S // step_s))

    def count(first: int) -> Chunk:
        slots = times[first : first + length]
        span_s = (len(slots) - 1) * step_s
        middle = slots[:1] + np.timedelta64(round(span_s * 5e5), "us")
        there = propagate_itrf(satrecs, middle)[0][:, 0]
        near = region.angle_rad(there) <= reach + rate * span_s / 2
        in_view = np.zeros((len(position), len(slots), groups), dtype=np.int32)
        usable = np.zeros_like(in_view)
        if near.any():
            knots = slots[0] + np.round(
                np.arange(max(2, int(np.ceil(span_s / KNOT_S)) + 1)) * KNOT_S * 1e6
            ).astype("timedelta64[us]")
            _count(
                *propagate_itrf([satrecs[k] for k in np.flatnonzero(near)], knots),
                KNOT_S,
                step_s,
                group[near],
                np.cos(np.minimum(reach[near], np.pi)),
                region.centre,
                position,
                up,
                arcs,
                np.radians(min_elevation_deg),
                np.radians(arc_avoidance_deg),
                in_view,
                usable,
            )
        return Chunk(first, in_view, usable, int(np.isnan(there[:, 0]).sum()))

    pool = ThreadPoolExecutor(_THREADS)
    try:
        yield from pool.map(count, range(0, len(times), length))
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class _Region:
    """The smallest handy cap of the Earth, seen from its centre, that holds all places."""

    centre: Floats
    radius_rad: float

    @classmethod
    def around(cls, position: Floats) -> _Region:
        directions = position / np.linalg.norm(position, axis=1, keepdims=True)
        middle = directions.mean(axis=0)
        length = np.linalg.norm(middle)
        centre = middle / length if length > 1e-9 else np.array([0.0, 0.0, 1.0])
        return cls(centre, float(np.arccos(np.clip(directions @ centre, -1, 1)).max()))

    def angle_rad(self, position: Floats) -> Floats:
        cos = position @ self.centre / np.linalg.norm(position, axis=1)
        return np.asarray(np.arccos(np.clip(cos, -1, 1)))


def _reach_rad(constellation: Constellation, min_elevation_deg: float) -> Floats:
    """Return how far from a satellite's foot it can still be seen, at its apogee [rad]."""
    axis_km, _ = _orbits(constellation)
    apogee_km = axis_km * (1 + constellation.eccentricity)
    return coverage_angle_rad(apogee_km, min_elevation_deg - _PLUMB_DEG, _POLAR_RADIUS_KM)


def _fastest_rad_s(constellation: Constellation) -> Floats:
    """Return how fast each satellite can move across the turning Earth, at its perigee [rad/s]."""
    _, mean_motion = _orbits(constellation)
    e = constellation.eccentricity
    fastest = mean_motion * (1 + e) ** 2 / (1 - e**2) ** 1.5
    return np.asarray(fastest * _RATE_MARGIN + EARTH_ROTATION_RAD_S)


def _orbits(constellation: Constellation) -> tuple[Floats, Floats]:
    mean_motion = constellation.mean_motion_rev_day * (2 * np.pi / 86_400)
    return np.cbrt(EARTH_MU_KM3_S2 / mean_motion**2), mean_motion


@compiled
def _count(
    knot_position: Floats,
    knot_velocity: Floats,
    knot_s: float,
    step_s: float,
    group: NDArray[np.intp],
    cos_reach: Floats,
    centre: Floats,
    position: Floats,
    up: Floats,
    arcs: Floats,
    min_elevation_rad: float,
    avoid_rad: float,
    in_view: Counts,
    usable: Counts,
) -> None:
    sin_squared = np.sin(min_elevation_rad) ** 2
    satellites = np.empty((knot_position.shape[0], 3))
    near = np.empty(knot_position.shape[0], dtype=np.int64)
    for slot in range(in_view.shape[1]):
        interpolate(knot_position, knot_velocity, knot_s, slot * step_s, satellites)
        count = 0
        for s in range(satellites.shape[0]):
            x, y, z = satellites[s, 0], satellites[s, 1], satellites[s, 2]
            towards = x * centre[0] + y * centre[1] + z * centre[2]
            if towards >= cos_reach[s] * np.sqrt(x * x + y * y + z * z):
                near[count] = s
                count += 1
        for place in range(position.shape[0]):
            px, py, pz = position[place, 0], position[place, 1], position[place, 2]
            ux, uy, uz = up[place, 0], up[place, 1], up[place, 2]
            lon, half = arcs[place, 0], arcs[place, 1]
            # Nearer than this to the equator's plane, or the arc can not be near: the angle
            # between two directions is at least the difference of their declinations.
            low = np.sin(max(arcs[place, 2] - avoid_rad, -np.pi / 2))
            high = np.sin(min(arcs[place, 3] + avoid_rad, np.pi / 2))
            for candidate in range(count):
                s = near[candidate]
                dx = satellites[s, 0] - px
                dy = satellites[s, 1] - py
                dz = satellites[s, 2] - pz
                height = ux * dx + uy * dy + uz * dz
                squared = dx * dx + dy * dy + dz * dz
                if height < 0 or height * height < sin_squared * squared:
                    continue
                in_view[place, slot, group[s]] += 1
                distance = np.sqrt(squared)
                if half > 0 and low * distance <= dz <= high * distance:
                    dx, dy, dz = dx / distance, dy / distance, dz / distance
                    if is_near_arc(px, py, pz, dx, dy, dz, lon, half, avoid_rad):
                        continue
                usable[place, slot, group[s]] += 1
