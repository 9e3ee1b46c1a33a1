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

_SAMPLES = 24
_GOLDEN = (math.sqrt(5) - 1) / 2
_GOLDEN_STEPS = 34


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

    The nearest of evenly spread points brackets the minimum; golden sections close in on it.

    Parameters
    ----------
    px, py, pz : float
        The place in ITRF [km].
    dx, dy, dz : float
        Unit vector of the direction in ITRF.
    lon, half : float
        The visible arc, from `visible_arcs` [rad].
    """
    step = 2 * half / _SAMPLES
    best, best_angle = 0, 10.0
    for sample in range(_SAMPLES + 1):
        angle = _angle_to(lon - half + sample * step, px, py, pz, dx, dy, dz)
        if angle < best_angle:
            best, best_angle = sample, angle
    low = lon - half + max(best - 1, 0) * step
    high = lon - half + min(best + 1, _SAMPLES) * step
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    left_angle = _angle_to(left, px, py, pz, dx, dy, dz)
    right_angle = _angle_to(right, px, py, pz, dx, dy, dz)
    for _ in range(_GOLDEN_STEPS):
        if left_angle < right_angle:
            high, right, right_angle = right, left, left_angle
            left = high - _GOLDEN * (high - low)
            left_angle = _angle_to(left, px, py, pz, dx, dy, dz)
        else:
            low, left, left_angle = left, right, right_angle
            right = low + _GOLDEN * (high - low)
            right_angle = _angle_to(right, px, py, pz, dx, dy, dz)
    return min(best_angle, left_angle, right_angle)


@compiled
def is_near_arc(
    px: float,
    py: float,
    pz: float,
    dx: float,
    dy: float,
    dz: float,
    lon: float,
    half: float,
    avoid_rad: float,
) -> bool:
    """Return whether a direction is less than `avoid_rad` from the visible arc.

    The point of the arc that lies in the direction's own meridian is a good guess of the nearest
    one: where it is near enough, nothing more needs to be found. Parameters as in
    `smallest_angle_rad`.
    """
    # Where the line of sight, projected on the equator's plane, meets the geostationary circle.
    across = dx * dx + dy * dy
    along = px * dx + py * dy
    if across > 0:
        rest = px * px + py * py - GEOSTATIONARY_RADIUS_KM * GEOSTATIONARY_RADIUS_KM
        reach = (math.sqrt(along * along - across * rest) - along) / across
        gx, gy = px + reach * dx, py + reach * dy
        if gx * math.cos(lon) + gy * math.sin(lon) >= GEOSTATIONARY_RADIUS_KM * math.cos(half):
            ux, uy, uz = gx - px, gy - py, -pz
            dot = ux * dx + uy * dy + uz * dz
            if dot > math.cos(avoid_rad) * math.sqrt(ux * ux + uy * uy + uz * uz):
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
