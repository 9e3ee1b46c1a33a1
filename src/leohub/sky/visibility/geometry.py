"""What a satellite looks like from a place: how high, which way, how far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import WGS84_A_KM
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes

Floats = NDArray[np.float64]


PLUMB_DEG = 0.2
"""More than geodetic and geocentric up ever differ by: 0.1924° [°]."""


@dataclass(frozen=True)
class Look:
    """Directions from one place to `n` satellites.

    Attributes
    ----------
    elevation_deg : ndarray, shape (n,)
        Above the plane of the geodetic horizon, without refraction [°].
    azimuth_deg : ndarray, shape (n,)
        From north through east, in [0, 360) [°].
    range_km : ndarray, shape (n,)
        Straight line [km].
    direction : ndarray, shape (n, 3)
        Unit vectors in ITRF.
    """

    elevation_deg: Floats
    azimuth_deg: Floats
    range_km: Floats
    direction: Floats


def look_at(position: Floats, lat_deg: float, lon_deg: float, height_km: float) -> Look:
    """Return how satellites are seen from a place.

    Parameters
    ----------
    position : ndarray, shape (n, 3)
        Satellites in ITRF [km].
    lat_deg, lon_deg : float
        The place, geodetic WGS 84 [°].
    height_km : float
        Above the ellipsoid [km].
    """
    line = position - geodetic_to_itrf(lat_deg, lon_deg, height_km)
    range_km = np.linalg.norm(line, axis=-1)
    direction = line / range_km[..., None]
    east, north, up = (direction @ axis for axis in local_axes(lat_deg, lon_deg))
    return Look(
        elevation_deg=np.degrees(np.arctan2(up, np.hypot(east, north))),
        azimuth_deg=np.degrees(np.arctan2(east, north)) % 360.0,
        range_km=range_km,
        direction=direction,
    )


def direction_of(
    elevation_deg: ArrayLike, azimuth_deg: ArrayLike, lat_deg: float, lon_deg: float
) -> Floats:
    """Return the unit vectors in ITRF, shape (..., 3), of directions seen from a place."""
    elevation, azimuth = np.radians(elevation_deg), np.radians(azimuth_deg)
    east, north, up = local_axes(lat_deg, lon_deg)
    return np.asarray(
        (np.cos(elevation) * np.sin(azimuth))[..., None] * east
        + (np.cos(elevation) * np.cos(azimuth))[..., None] * north
        + np.sin(elevation)[..., None] * up
    )


def coverage_angle_rad(
    orbit_km: ArrayLike, elevation_deg: float, radius_km: float = WGS84_A_KM
) -> Floats:
    """Return the angle at the Earth's centre between a place and a satellite at an elevation.

    Parameters
    ----------
    orbit_km : array_like
        Distance of the satellite from the Earth's centre [km].
    elevation_deg : float
        [°]
    radius_km : float
        Of the sphere that the place stands on [km].

    Returns
    -------
    ndarray
        [rad]; times the radius it is the length of the arc on the ground.
    """
    elevation = np.radians(elevation_deg)
    sunk = np.minimum(radius_km * np.cos(elevation) / np.asarray(orbit_km), 1.0)
    return np.asarray(np.arccos(sunk) - elevation)
