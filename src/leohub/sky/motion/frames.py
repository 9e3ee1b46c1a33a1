"""Frames: from where SGP4 puts a satellite to what stands still on the ground.

SGP4 answers in TEME (true equator, mean equinox). Turned by Greenwich mean sidereal time it is
Earth-fixed (ITRF), but for the motion of the pole. Without a bulletin UT1 is taken as UTC and the
pole as fixed: `docs/sky.md` says what that neglects.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import WGS84_A_KM, WGS84_E2
from leohub.sky.compiled import in_lanes
from leohub.sky.motion.moments import Times, julian_date
from leohub.sky.motion.orientation import EarthOrientation
from leohub.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]

_J2000_JD = 2_451_545.0
_DAYS_PER_CENTURY = 36_525.0


def gmst82_rad(day_jd: Floats, fraction: Floats) -> Floats:
    """Return Greenwich mean sidereal time, IAU 1982.

    Parameters
    ----------
    day_jd, fraction : ndarray, shape (n,)
        Julian date in two parts, UT1 [days].

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


def earth_turn(times: Times, orientation: EarthOrientation | None) -> Floats:
    """Return how the Earth stands at moments: what `teme_to_itrf` turns by.

    Parameters
    ----------
    times : ndarray of datetime64, shape (k,)
        UTC.
    orientation : EarthOrientation, optional
        Without it UT1 is taken as UTC and the pole as fixed.

    Returns
    -------
    ndarray, shape (k, 4)
        Cosine and sine of Greenwich mean sidereal time; the pole's coordinates [rad].
    """
    turn = np.zeros((len(times), 4))
    day_jd, fraction = julian_date(times)
    if orientation is not None:
        ut1_utc_s, turn[:, 2], turn[:, 3] = orientation.at(times)
        fraction = fraction + ut1_utc_s / SECONDS_PER_DAY
    gmst_rad = gmst82_rad(day_jd, fraction)
    turn[:, 0], turn[:, 1] = np.cos(gmst_rad), np.sin(gmst_rad)
    return turn


@in_lanes
def teme_to_itrf(position: Floats, turn: Floats) -> None:
    """Turn positions from TEME to Earth-fixed axes, in place.

    Parameters
    ----------
    position : ndarray, shape (k, 3, n)
        [km]
    turn : ndarray, shape (k, 4)
        From `earth_turn`.

    Notes
    -----
    Vallado 2013, Fundamentals of Astrodynamics, section 3.7.3: sidereal time, then the motion of
    the pole, whose coordinates are so small (2e-6) that their squares are neglected (0.03 mm).
    """
    for k in range(position.shape[0]):
        cos, sin, xp, yp = turn[k]
        x, y, z = position[k, 0], position[k, 1], position[k, 2]
        for s in range(position.shape[2]):
            east = cos * x[s] + sin * y[s]
            north = cos * y[s] - sin * x[s]
            up = z[s]
            x[s] = east + xp * up
            y[s] = north - yp * up
            z[s] = up - xp * east + yp * north


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
