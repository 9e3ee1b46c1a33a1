"""The sky the slow way: every satellite from every place in every slot, in double precision.

Written from the definitions, without tiles, bins, culls or single precision, to check what does it
with them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways
from leohub.sky.motion.knots import to_knots
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules

Floats = NDArray[np.float64]

EARTH_A_KM, EARTH_F = 6378.137, 1 / 298.257223563
ARC_KM = 42_164.17


class Plain(NamedTuple):
    """What places see; arrays of shape (slots, places, satellites)."""

    elevation_deg: Floats
    azimuth_deg: Floats
    range_km: Floats
    arc_deg: Floats
    in_view: NDArray[np.bool_]
    usable: NDArray[np.bool_]


def place_itrf(lat_deg: float, lon_deg: float, height_km: float) -> Floats:
    """Return where a place is [km], shape (3,)."""
    lat, lon = np.radians([lat_deg, lon_deg])
    e2 = EARTH_F * (2 - EARTH_F)
    normal = EARTH_A_KM / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    level = (normal + height_km) * np.cos(lat)
    return np.array(
        [level * np.cos(lon), level * np.sin(lon), (normal * (1 - e2) + height_km) * np.sin(lat)]
    )


def place_axes(lat_deg: float, lon_deg: float) -> Floats:
    """Return the rows east, north and up of a place, shape (3, 3)."""
    lat, lon = np.radians([lat_deg, lon_deg])
    up = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    east = [-np.sin(lon), np.cos(lon), 0.0]
    return np.array([east, np.cross(up, east), up])


def plain_arc_deg(direction: Floats, place: Floats, up: Floats) -> Floats:
    """Return the angle from directions, shape (n, 3), to the nearest visible point of the arc.

    Sampled, and sampled again ever finer around the nearest sample; NaN where no point is visible.
    """
    ring = np.linspace(-np.pi, np.pi, 2881)

    def line(longitude: Floats) -> Floats:
        point = np.stack([np.cos(longitude), np.sin(longitude), 0 * longitude], axis=-1)
        found = ARC_KM * point - place
        return found / np.linalg.norm(found, axis=-1, keepdims=True)

    # The middle of the visible part is in the meridian of the place; its end is bisected.
    middle = np.arctan2(up[1], up[0])
    visible = line(middle + ring) @ up >= 0
    if not visible.any():
        return np.full(len(direction), np.nan)
    half = float(ring[visible].max())
    beyond = half + (ring[1] - ring[0])
    for _ in range(50):
        between = (half + beyond) / 2
        seen = float(line(np.array(middle + between)) @ up) >= 0
        half, beyond = (between, beyond) if seen else (half, between)
    nearest, step = np.zeros(len(direction)), half
    samples = np.linspace(-1, 1, 121)
    angle = np.empty(len(direction))
    for _ in range(4):
        offset = np.clip(nearest[:, None] + step * samples, -half, half)
        apart = np.linalg.norm(line(middle + offset) - direction[:, None], axis=-1)
        best = apart.argmin(axis=1)[:, None]
        nearest = np.take_along_axis(offset, best, axis=1)[:, 0]
        angle = 2 * np.arcsin(np.take_along_axis(apart, best, axis=1)[:, 0] / 2)
        step *= 2 * (samples[1] - samples[0])
    return np.degrees(angle)


def exact_positions(orbits: Orbits, times: NDArray[np.datetime64]) -> Floats:
    """Return positions at the very moments, shape (slots, 3, n) [km]."""
    return orbits.columns(times)


def knotted_positions(orbits: Orbits, times: NDArray[np.datetime64]) -> Floats:
    """Return positions between knots, shape (slots, 3, n) [km]."""
    moments, begin, weights = to_knots(times)
    knots = orbits.columns(moments)
    return np.stack(
        [
            np.tensordot(weights[k], knots[begin[k] : begin[k] + 6], axes=1)
            for k in range(len(times))
        ]
    )


def look(position: Floats, places: Places, rules: Rules) -> Plain:
    """Return what places see of satellites at positions of shape (slots, 3, n), without gateways.

    The angle to the arc is only asked of satellites in view.
    """
    shape = (len(position), len(places), position.shape[2])
    elevation, azimuth, distance = np.empty((3, *shape))
    arc, hidden = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for p in range(len(places)):
        at = (places.lat_deg[p], places.lon_deg[p])
        place, axes = place_itrf(*at, places.height_km[p]), place_axes(*at)
        line = position - place[:, None]
        distance[:, p] = np.linalg.norm(line, axis=1)
        east, north, up = np.moveaxis(np.einsum("ij,sjn->sin", axes, line), 1, 0)
        elevation[:, p] = np.degrees(np.arctan2(up, np.hypot(east, north)))
        azimuth[:, p] = np.degrees(np.arctan2(east, north)) % 360
        seen = np.nonzero(elevation[:, p] >= rules.min_elevation_deg)
        direction = line[seen[0], :, seen[1]] / distance[:, p][seen][:, None]
        if rules.arc_avoidance_deg:
            arc[seen[0], p, seen[1]] = plain_arc_deg(direction, place, axes[2])
        if places.horizon_deg is not None:
            around = np.append(places.horizon_deg[p], places.horizon_deg[p, 0])
            limit = np.interp(azimuth[:, p], np.arange(361), around)
            hidden[:, p] = elevation[:, p] < limit
    in_view = elevation >= rules.min_elevation_deg
    usable = in_view & ~hidden & ~(arc < rules.arc_avoidance_deg)
    return Plain(elevation, azimuth, distance, arc, in_view, usable)


def reaching(
    position: Floats,
    constellation: Constellation,
    gateways: Gateways,
    times: NDArray[np.datetime64],
    *,
    lasers: bool,
) -> NDArray[np.bool_]:
    """Return which satellites reach a working gateway, shape (slots, n)."""
    found = np.zeros((len(times), len(constellation)), dtype=bool)
    for g in range(len(gateways)):
        place = Places(
            *(np.array([x[g]]) for x in (gateways.lat_deg, gateways.lon_deg, gateways.height_km))
        )
        seen = look(position, place, Rules(float(gateways.min_elevation_deg[g]))).in_view[:, 0]
        out = np.zeros(len(times), dtype=bool)
        for outage in gateways.outages:
            if outage.gateway == g:
                out |= (times >= outage.begin) & (times < outage.end)
        found |= seen & ~out[:, None]
    if lasers:
        for name in set(constellation.shell) - {"", "other"}:
            linked = constellation.shell == name
            found[:, linked] |= found[:, linked].any(axis=1, keepdims=True)
    return found


def longest_run(flags: NDArray[np.bool_]) -> int:
    """Return how many true flags follow each other at most, counted by letters."""
    return max(map(len, "".join("x" if flag else "." for flag in flags).split(".")))
