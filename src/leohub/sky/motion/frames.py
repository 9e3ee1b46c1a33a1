"""Frames: from where SGP4 puts a satellite to what stands still on the ground.

SGP4 answers in TEME (true equator, mean equinox). Turned by Greenwich mean sidereal time it is
Earth-fixed (ITRF). UT1 is taken as UTC and the pole as fixed: `docs/sky.md` says what that
neglects.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import EARTH_ROTATION_RAD_S, WGS84_A_KM, WGS84_E2

Floats = NDArray[np.float64]

_J2000_JD = 2_451_545.0
_DAYS_PER_CENTURY = 36_525.0


def gmst82_rad(day_jd: Floats, fraction: Floats) -> Floats:
    """Return Greenwich mean sidereal time, IAU 1982.

    Parameters
    ----------
    day_jd, fraction : ndarray, shape (n,)
        Julian date in two parts, UT1 (here UTC) [days].

    Returns
    -------
    ndarray, shape (n,)
        In [0, 2π) [rad].

    Notes
    -----
    Aoki et al. 1982, as used with SGP4 by Vallado et al. 2006 (AIAA 2006-6753). The 876,600 h per
    century are whole turns plus the time of day, added as such to keep the precision.
    """
    centuries = (day_jd - _J2000_JD + fraction) / _DAYS_PER_CENTURY
    seconds = 67_310.54841 + centuries * (
        8_640_184.812866 + centuries * (0.093104 - centuries * 6.2e-6)
    )
    turns = (day_jd - _J2000_JD) % 1.0 + fraction + seconds / 86_400.0
    return np.asarray(2 * np.pi * (turns % 1.0))


def teme_to_itrf(position: Floats, velocity: Floats, gmst_rad: Floats) -> tuple[Floats, Floats]:
    """Turn positions and velocities from TEME to Earth-fixed axes.

    Parameters
    ----------
    position, velocity : ndarray, shape (..., n, 3)
        In TEME [km, km/s].
    gmst_rad : ndarray, shape (n,)
        Greenwich mean sidereal time of each moment [rad].

    Returns
    -------
    position, velocity : ndarray, shape (..., n, 3)
        [km, km/s]; the velocity is the one seen from the turning Earth (v - ω × r).
    """
    cos, sin = np.cos(gmst_rad), np.sin(gmst_rad)
    turned_position, turned_velocity = np.empty_like(position), np.empty_like(velocity)
    for given, turned in ((position, turned_position), (velocity, turned_velocity)):
        turned[..., 0] = cos * given[..., 0] + sin * given[..., 1]
        turned[..., 1] = cos * given[..., 1] - sin * given[..., 0]
        turned[..., 2] = given[..., 2]
    turned_velocity[..., 0] += EARTH_ROTATION_RAD_S * turned_position[..., 1]
    turned_velocity[..., 1] -= EARTH_ROTATION_RAD_S * turned_position[..., 0]
    return turned_position, turned_velocity


def geodetic_to_itrf(lat_deg: ArrayLike, lon_deg: ArrayLike, height_km: ArrayLike) -> Floats:
    """Return where a place on or above the WGS-84 ellipsoid is.

    Parameters
    ----------
    lat_deg, lon_deg : array_like, shape (...)
        Geodetic [°].
    height_km : array_like, shape (...)
        Above the ellipsoid [km].

    Returns
    -------
    ndarray, shape (..., 3)
        [km]

    Notes
    -----
    NGA.STND.0036 (WGS 84), section 4.
    """
    lat, lon, height = np.broadcast_arrays(
        np.radians(lat_deg), np.radians(lon_deg), np.asarray(height_km, dtype=np.float64)
    )
    normal_km = WGS84_A_KM / np.sqrt(1 - WGS84_E2 * np.sin(lat) ** 2)
    return np.stack(
        [
            (normal_km + height) * np.cos(lat) * np.cos(lon),
            (normal_km + height) * np.cos(lat) * np.sin(lon),
            (normal_km * (1 - WGS84_E2) + height) * np.sin(lat),
        ],
        axis=-1,
    )


def local_axes(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return the unit vectors east, north and (geodetic) up of a place, each of shape (..., 3)."""
    lat, lon = np.broadcast_arrays(np.radians(lat_deg), np.radians(lon_deg))
    zero = np.zeros_like(lat)
    east = np.stack([-np.sin(lon), np.cos(lon), zero], axis=-1)
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    up = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    return east, north, up
