"""Tables of monthly sunshine, and the hours of sunshine that are drawn from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import EARTH_MEAN_RADIUS_KM
from leohub.hub.power.clearness import daily_clearness
from leohub.hub.power.months import DAYS, monthly_means
from leohub.hub.power.radiation import plane_of_array_w_m2, share_of_day
from leohub.hub.power.sun import (
    extraterrestrial_kwh_m2_day,
    extraterrestrial_w_m2,
    sun_position,
)
from leohub.validity import Floats

_YEAR = np.datetime64("2025-01-01", "us")
"""A year without a leap day, in the middle of those that plans are made for."""


@dataclass(frozen=True)
class Sunshine:
    """Monthly means of the daily radiation on level ground at some stations.

    Attributes
    ----------
    name : ndarray of str, shape (n,)
    lat_deg, lon_deg : ndarray, shape (n,)
        [°]
    kwh_m2_day : ndarray, shape (n, 12)
        January to December [kWh/m²/day].
    """

    name: NDArray[np.str_]
    lat_deg: Floats
    lon_deg: Floats
    kwh_m2_day: Floats

    def nearest(
        self, lat_deg: ArrayLike, lon_deg: ArrayLike, max_distance_km: float
    ) -> NDArray[np.intp]:
        """Return which station is nearest to each place.

        Parameters
        ----------
        lat_deg, lon_deg : array_like
            [°]
        max_distance_km : float
            How far a station speaks for the sunshine of a place [km].

        Raises
        ------
        ValueError
            When a place lies farther from every station.
        """
        distance_km = _distance_km(
            np.asarray(lat_deg, dtype=np.float64)[..., None],
            np.asarray(lon_deg, dtype=np.float64)[..., None],
            self.lat_deg,
            self.lon_deg,
        )
        far = distance_km.min(axis=-1) > max_distance_km
        if np.any(far):
            raise ValueError(
                f"{np.count_nonzero(far):,} places lie more than {max_distance_km:g} km from the "
                f"nearest place whose sunshine is known ({distance_km.min(axis=-1).max():,.0f} km "
                "at most): give their monthly sunshine"
            )
        return np.asarray(np.argmin(distance_km, axis=-1))


def monthly_clearness(lat_deg: ArrayLike, kwh_m2_day: ArrayLike) -> Floats:
    """Return the monthly mean clearness: radiation on the ground over that above the atmosphere.

    Parameters
    ----------
    lat_deg : array_like, shape (...)
        [°]
    kwh_m2_day : array_like, shape (..., 12)
        Monthly means of the daily radiation on level ground [kWh/m²/day].

    Returns
    -------
    ndarray, shape (..., 12)
        [-]; NaN in polar night.
    """
    above = _above_kwh_m2_day(np.asarray(lat_deg, dtype=np.float64))
    months = monthly_means(above)
    return np.asarray(
        np.asarray(kwh_m2_day, dtype=np.float64) / np.where(months > 0, months, np.nan)
    )


def sun_years(
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    kwh_m2_day: ArrayLike,
    *,
    tilt_deg: ArrayLike,
    albedo: ArrayLike,
    persistence: ArrayLike,
    years: int,
    seed: int,
) -> Floats:
    """Draw the radiation on panels, hour by hour over some years.

    Bright and dull days are drawn; within a day the light rises and falls smoothly. Panels face
    the equator.

    Parameters
    ----------
    lat_deg, lon_deg : array_like, shape (...)
        [°]
    kwh_m2_day : array_like, shape (..., 12)
        Monthly means of the daily radiation on level ground [kWh/m²/day].
    tilt_deg : array_like, shape (...)
        Of the panels, from level [°].
    albedo : array_like, shape (...)
        Share of light that the ground throws back [-].
    persistence : array_like, shape (...)
        Correlation of one day with the next; see `leohub.hub.power.clearness.daily_clearness` [-].
    years : int
        Of 365 days.
    seed : int

    Returns
    -------
    ndarray, shape (..., years, 8760)
        Mean of each hour [W/m²]. Hours are counted from 1 January, midnight, in local mean solar
        time (noon when the mean sun crosses the place's meridian).

    Raises
    ------
    ValueError
        When the radiation of a month is more or less than such weather makes.
    """
    clearness = daily_clearness(monthly_clearness(lat_deg, kwh_m2_day), persistence, years, seed)
    above = _above_kwh_m2_day(np.asarray(lat_deg, dtype=np.float64))[..., None, :]
    # From here on by place, year, day and hour.
    lat, lon, tilt, ground = (
        np.asarray(values, dtype=np.float64)[..., None, None, None]
        for values in (lat_deg, lon_deg, tilt_deg, albedo)
    )
    minutes = (np.arange(DAYS * 24) * 60 + 30).reshape(DAYS, 24) - lon / 15 * 60
    position = sun_position(lat, lon, _YEAR + (minutes * 60e6).astype("timedelta64[us]"))
    on_level = (clearness * above * 1000)[..., None] * share_of_day(lat, position)
    on_panel = plane_of_array_w_m2(
        on_level,
        extraterrestrial_w_m2(np.arange(1, DAYS + 1))[:, None],
        position,
        tilt,
        np.where(lat < 0, 0.0, 180.0),
        ground,
    )
    return on_panel.reshape(*on_panel.shape[:-2], DAYS * 24)


def _above_kwh_m2_day(lat_deg: Floats) -> Floats:
    """Return the radiation above the atmosphere on each day of a year, shape (..., 365)."""
    day = np.arange(1, DAYS + 1)
    noons = _YEAR + (day - 1) * np.timedelta64(24, "h") + np.timedelta64(12, "h")
    declination_deg = sun_position(0.0, 0.0, noons).declination_deg
    return extraterrestrial_kwh_m2_day(lat_deg[..., None], declination_deg, day)


def _distance_km(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Return the distance along the mean sphere, by the haversine formula."""
    phi_a, phi_b = np.radians(lat_a), np.radians(lat_b)
    half = (
        np.sin((phi_b - phi_a) / 2) ** 2
        + np.cos(phi_a) * np.cos(phi_b) * np.sin(np.radians(lon_b - lon_a) / 2) ** 2
    )
    return np.asarray(2 * EARTH_MEAN_RADIUS_KM * np.arcsin(np.sqrt(half)))
