"""The geostationary arc as a place sees it, and how near to it a satellite stands.

Operators of low orbits share their spectrum with geostationary satellites and must not disturb
them: a satellite too near to the line between a terminal and the arc is not used. How near is the
operator's parameter; here is the geometry. The arc hangs at a finite distance, so it is not quite
a great circle in the sky, and it ends where it meets the horizon.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from leohub.constants import GEOSTATIONARY_RADIUS_KM
from leohub.sky.compiled import compiled
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.visibility.geometry import look_at

Floats = NDArray[np.float64]

NO_ARC = -1.0
"""Half-length of the arc where none of it is above the horizon."""

_NEWTON_STEPS = 5
_FAR = 1.001
"""How much nearer than its own meridian's point a direction's nearest point of the arc can be."""


def visible_arcs(position: Floats, up: Floats) -> Floats:
    """Return which part of the arc is above each place's horizon.

    Parameters
    ----------
    position : ndarray, shape (p, 3)
        Places in ITRF [km].
    up : ndarray, shape (p, 3)
        Their geodetic up.

    Returns
    -------
    ndarray, shape (p, 4)
        Longitude of the arc's highest point; half its length in longitude, or `NO_ARC`; lowest and
        highest declination (angle to the equator's plane) at which it is seen from there [rad].
    """
    lon = np.arctan2(up[:, 1], up[:, 0])
    horizontal = GEOSTATIONARY_RADIUS_KM * np.hypot(up[:, 0], up[:, 1])
    cos_half = np.einsum("ij,ij->i", up, position) / horizontal
    half = np.where(cos_half < 1, np.arccos(np.minimum(cos_half, 1)), NO_ARC)
    axis_km = np.hypot(position[:, 0], position[:, 1])
    across = [
        np.sqrt(
            axis_km**2
            + GEOSTATIONARY_RADIUS_KM**2
            - 2 * axis_km * GEOSTATIONARY_RADIUS_KM * np.cos(angle)
        )
        for angle in (np.zeros_like(half), np.maximum(half, 0.0))
    ]
    near, far = (np.arctan2(-position[:, 2], distance) for distance in across)
    return np.stack([lon, half, np.minimum(near, far), np.maximum(near, far)], axis=-1)


@compiled
def _angle_to(
    lon: float, px: float, py: float, pz: float, dx: float, dy: float, dz: float
) -> float:
    gx = GEOSTATIONARY_RADIUS_KM * math.cos(lon) - px
    gy = GEOSTATIONARY_RADIUS_KM * math.sin(lon) - py
    gz = -pz
    dot = gx * dx + gy * dy + gz * dz
    cx, cy, cz = gy * dz - gz * dy, gz * dx - gx * dz, gx * dy - gy * dx
    return math.atan2(math.sqrt(cx * cx + cy * cy + cz * cz), dot)


@compiled
def smallest_angle_rad(
    px: float, py: float, pz: float, dx: float, dy: float, dz: float, lon: float, half: float
) -> float:
    """Return the angle between a direction and the nearest point of the visible arc [rad].

    The nearest point is at an end of the arc, or Newton's method finds it from the point in the
    direction's own meridian.

    Parameters
    ----------
    px, py, pz : float
        The place in ITRF [km].
    dx, dy, dz : float
        Unit vector of the direction in ITRF.
    lon, half : float
        The visible arc, from `visible_arcs` [rad].
    """
    ends = min(
        _angle_to(lon - half, px, py, pz, dx, dy, dz), _angle_to(lon + half, px, py, pz, dx, dy, dz)
    )
    level2, along = dx * dx + dy * dy, px * dx + py * dy
    if level2 == 0:
        return min(ends, _angle_to(lon, px, py, pz, dx, dy, dz))
    inside_km2 = GEOSTATIONARY_RADIUS_KM**2 - px * px - py * py
    reach = (math.sqrt(along * along + level2 * inside_km2) - along) / level2
    # Longitude from the middle of the arc, so that it does not jump at 180°.
    gx, gy = px + reach * dx, py + reach * dy
    cos_lon, sin_lon = math.cos(lon), math.sin(lon)
    offset = math.atan2(gy * cos_lon - gx * sin_lon, gx * cos_lon + gy * sin_lon)
    offset = min(max(offset, -half), half)
    for _ in range(_NEWTON_STEPS):
        step = _newton_step(lon + offset, px, py, pz, dx, dy, dz)
        offset = min(max(offset + step, -half), half)
    return min(ends, _angle_to(lon + offset, px, py, pz, dx, dy, dz))


@compiled
def _newton_step(
    lon: float, px: float, py: float, pz: float, dx: float, dy: float, dz: float
) -> float:
    """Return how much further along the arc the cosine of the angle to a direction is largest.

    Zero where the cosine is not curved downwards: there the largest is at an end of the arc.
    """
    sin, cos = GEOSTATIONARY_RADIUS_KM * math.sin(lon), GEOSTATIONARY_RADIUS_KM * math.cos(lon)
    gx, gy = cos - px, sin - py
    squared = gx * gx + gy * gy + pz * pz
    dot, slope, curve = gx * dx + gy * dy - pz * dz, cos * dy - sin * dx, -cos * dx - sin * dy
    # Half of the first and second derivatives of the squared distance.
    first = cos * gy - sin * gx
    second = cos * px + sin * py
    # Of dot / sqrt(squared), times the root.
    rise = slope - dot * first / squared
    bend = curve - (2 * slope * first + dot * second) / squared + 3 * dot * (first / squared) ** 2
    return -rise / bend if bend < 0 else 0.0


def arc_limits(position: Floats, up: Floats, avoid_rad: float) -> Floats:
    """Return what `is_near_arc` needs to know of each place, shape (p, 12).

    Parameters
    ----------
    position, up : ndarray, shape (p, 3)
        As for `visible_arcs`.
    avoid_rad : float
        Angle around the arc that is not used [rad].
    """
    lon, half, lowest, highest = visible_arcs(position, up).T
    seen = (half > 0) & (avoid_rad > 0)
    # The angle between two directions is at least the difference of their declinations.
    return np.stack(
        [
            lon,
            np.where(seen, half, NO_ARC),
            np.cos(lon),
            np.sin(lon),
            np.hypot(position[:, 0], position[:, 1]),
            GEOSTATIONARY_RADIUS_KM * np.cos(half),
            np.sin(np.maximum(lowest - avoid_rad, -np.pi / 2)),
            np.sin(np.minimum(highest + avoid_rad, np.pi / 2)),
            position[:, 2],
            np.full(len(position), avoid_rad),
            np.full(len(position), np.cos(avoid_rad)),
            np.full(len(position), np.cos(avoid_rad * _FAR)),
        ],
        axis=-1,
    )


@compiled
def is_near_arc(
    lon: float,
    half: float,
    cos_lon: float,
    sin_lon: float,
    axis_km: float,
    edge_km: float,
    low: float,
    high: float,
    pz: float,
    avoid_rad: float,
    near: float,
    far: float,
    px: float,
    py: float,
    dx: float,
    dy: float,
    dz: float,
) -> bool:
    """Return whether a direction is too near to the visible arc.

    The point of the arc in the same vertical plane through the Earth's axis is nearly the nearest:
    the arc runs so nearly along the equator that no point is nearer by more than half a thousandth.
    Only where that, or the end of the arc at the horizon, matters is the nearest point searched.

    Parameters
    ----------
    lon, half, cos_lon, sin_lon, axis_km, edge_km, low, high, pz, avoid_rad, near, far : float
        Of the place, from `arc_limits`.
    px, py : float
        The place in ITRF [km].
    dx, dy, dz : float
        Unit vector of the direction in ITRF.
    """
    if half < 0 or dz < low or dz > high:
        return False
    towards, across = dx * cos_lon + dy * sin_lon, dy * cos_lon - dx * sin_lon
    level = math.sqrt(towards * towards + across * across)
    if level > 0:
        cos, sin = towards / level, across / level
        reach = math.sqrt(GEOSTATIONARY_RADIUS_KM**2 - (axis_km * sin) ** 2) - axis_km * cos
        cosine = (level * reach - dz * pz) / math.sqrt(reach * reach + pz * pz)
        if cosine < far:
            return False
        if cosine > near and axis_km + reach * cos >= edge_km:
            return True
    return smallest_angle_rad(px, py, pz, dx, dy, dz, lon, half) < avoid_rad


@compiled
def _angles(position: Floats, direction: Floats, lon: float, half: float, found: Floats) -> None:
    for row in range(direction.shape[0]):
        dx, dy, dz = direction[row]
        found[row] = smallest_angle_rad(
            position[0], position[1], position[2], dx, dy, dz, lon, half
        )


def arc_angle_deg(
    direction: Floats, lat_deg: float, lon_deg: float, height_km: float = 0.0
) -> Floats:
    """Return the angle between directions and the part of the arc above the horizon.

    Parameters
    ----------
    direction : ndarray, shape (n, 3)
        Unit vectors in ITRF, seen from the place.
    lat_deg, lon_deg : float
        The place, geodetic WGS 84 [°].
    height_km : float
        Above the ellipsoid [km].

    Returns
    -------
    ndarray, shape (n,)
        [°]; NaN where no part of the arc is above the horizon (beyond about 81° of latitude).
    """
    place = geodetic_to_itrf(lat_deg, lon_deg, height_km)
    lon, half = visible_arcs(place[None, :], local_axes(lat_deg, lon_deg)[2][None, :])[0, :2]
    if half == NO_ARC:
        return np.full(len(direction), np.nan)
    found = np.empty(len(direction))
    _angles(place, np.ascontiguousarray(direction, dtype=np.float64), lon, half, found)
    return np.degrees(found)


def trace_arc(
    lat_deg: float, lon_deg: float, height_km: float = 0.0, points: int = 181
) -> tuple[Floats, Floats]:
    """Return azimuth and elevation [°] along the visible arc; empty where there is none."""
    place = geodetic_to_itrf(lat_deg, lon_deg, height_km)
    lon, half = visible_arcs(place[None, :], local_axes(lat_deg, lon_deg)[2][None, :])[0, :2]
    if half == NO_ARC:
        return np.empty(0), np.empty(0)
    along = lon + np.linspace(-half, half, points)
    arc = GEOSTATIONARY_RADIUS_KM * np.stack([np.cos(along), np.sin(along), 0 * along], axis=-1)
    look = look_at(arc, lat_deg, lon_deg, height_km)
    return look.azimuth_deg, look.elevation_deg
