"""Where the sun stands, and what it sends to the edge of the atmosphere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.validity import Floats

SOLAR_CONSTANT_W_M2: Final = 1361.0
"""Kopp & Lean 2011, Geophys. Res. Lett. 38, L01706 [W/m²]."""

_J2000 = np.datetime64("2000-01-01T12:00:00", "us")
_VALID = (np.datetime64("1950-01-01", "us"), np.datetime64("2051-01-01", "us"))


@dataclass(frozen=True)
class SunPosition:
    """Where the sun stands, seen from a place; without refraction.

    Attributes
    ----------
    zenith_deg : ndarray
        From straight up; above 90 it is below the horizon [°].
    azimuth_deg : ndarray
        From north by east, 0 to 360 [°].
    declination_deg : ndarray
        North of the equator [°].
    hour_angle_deg : ndarray
        From the place's meridian, negative before noon, -180 to 180 [°].
    """

    zenith_deg: Floats
    azimuth_deg: Floats
    declination_deg: Floats
    hour_angle_deg: Floats


def sun_position(
    lat_deg: ArrayLike, lon_deg: ArrayLike, times: NDArray[np.datetime64]
) -> SunPosition:
    """Return where the sun stands, to about 0.01°.

    Source: the low-precision formulas of the Astronomical Almanac, as in Michalsky 1988, Solar
    Energy 40, 227-235.

    Parameters
    ----------
    lat_deg, lon_deg : array_like
        [°]
    times : ndarray of datetime64
        UTC, 1950 to 2050. All three broadcast against each other.

    Raises
    ------
    ValueError
        For times outside these years.
    """
    if np.any((times < _VALID[0]) | (times >= _VALID[1])):
        raise ValueError("the position of the sun is only known for 1950 to 2050")
    days = (times.astype("datetime64[us]") - _J2000) / np.timedelta64(1, "D")
    mean_longitude_deg = 280.460 + 0.9856474 * days
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(
        mean_longitude_deg + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    )
    obliquity = np.radians(23.439 - 4e-7 * days)
    right_ascension_deg = np.degrees(
        np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    )
    declination = np.arcsin(np.sin(obliquity) * np.sin(longitude))
    # Sidereal time at Greenwich [°]: 15° for every hour of the Almanac's 6.697375 h + … + UT.
    greenwich_deg = 280.46062 + 360.985647366 * days
    turn_deg = greenwich_deg + np.asarray(lon_deg, dtype=np.float64) - right_ascension_deg
    hour_angle_deg = (turn_deg + 180) % 360 - 180
    latitude, hour_angle = np.radians(lat_deg), np.radians(hour_angle_deg)
    east = -np.cos(declination) * np.sin(hour_angle)
    north = np.sin(declination) * np.cos(latitude) - np.cos(declination) * np.cos(
        hour_angle
    ) * np.sin(latitude)
    up = np.sin(declination) * np.sin(latitude) + np.cos(declination) * np.cos(hour_angle) * np.cos(
        latitude
    )
    return SunPosition(
        zenith_deg=np.degrees(np.arctan2(np.hypot(east, north), up)),
        azimuth_deg=np.degrees(np.arctan2(east, north)) % 360,
        declination_deg=np.degrees(declination),
        hour_angle_deg=hour_angle_deg,
    )


def extraterrestrial_w_m2(day_of_year: ArrayLike) -> Floats:
    """Return the radiation on a plane that faces the sun, above the atmosphere [W/m²].

    Source: the Fourier series of Spencer 1971, Search 2 (5), 172, for the distance of the sun.

    Parameters
    ----------
    day_of_year : array_like
        1 on 1 January.
    """
    angle = 2 * np.pi * (np.asarray(day_of_year, dtype=np.float64) - 1) / 365
    nearness = (
        1.00011
        + 0.034221 * np.cos(angle)
        + 0.00128 * np.sin(angle)
        + 0.000719 * np.cos(2 * angle)
        + 0.000077 * np.sin(2 * angle)
    )
    return np.asarray(SOLAR_CONSTANT_W_M2 * nearness)


def sunset_deg(lat_deg: ArrayLike, declination_deg: ArrayLike) -> Floats:
    """Return the hour angle at which the sun's centre sets: 0 in polar night, 180 in polar day [°].

    Parameters
    ----------
    lat_deg, declination_deg : array_like
        [°]
    """
    product = -np.tan(np.radians(lat_deg)) * np.tan(np.radians(declination_deg))
    return np.asarray(np.degrees(np.arccos(np.clip(product, -1, 1))))


def extraterrestrial_kwh_m2_day(
    lat_deg: ArrayLike, declination_deg: ArrayLike, day_of_year: ArrayLike
) -> Floats:
    """Return a day's radiation on level ground, were there no atmosphere [kWh/m²/day].

    Source: Duffie & Beckman 2013, Solar Engineering of Thermal Processes, equation 1.10.3.

    Parameters
    ----------
    lat_deg, declination_deg : array_like
        [°]
    day_of_year : array_like
        1 on 1 January.
    """
    sunset = np.radians(sunset_deg(lat_deg, declination_deg))
    latitude, declination = np.radians(lat_deg), np.radians(declination_deg)
    level = np.cos(latitude) * np.cos(declination) * np.sin(sunset) + sunset * np.sin(
        latitude
    ) * np.sin(declination)
    return np.asarray(24 / np.pi * extraterrestrial_w_m2(day_of_year) * level / 1000)
