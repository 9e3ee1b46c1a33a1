"""All that the air takes from a link over an average year, and how often it takes that much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.sky.air.climate import Climate
from leohub.sky.air.p618 import p618_rain_attenuation_db
from leohub.sky.air.p676 import p676_slant_gas_attenuation_db
from leohub.sky.air.p840 import p840_cloud_attenuation_db
from leohub.sky.air.scintillation import p618_scintillation_db
from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "total attenuation by ITU-R P.618-14"
RAINY_PCT = 5.0
"""The recommendation has rain up to this percentage of the year [%]."""
UNKNOWN_EFFICIENCY = 0.5
"""Of an antenna of which no more is known, as P.618-14 advises."""


@dataclass(frozen=True)
class Attenuation:
    """What the air takes, all of one shape [dB].

    Attributes
    ----------
    gas_db, cloud_db, rain_db, scintillation_db : ndarray
        The parts, each as it enters the total.
    total_db : ndarray
        The parts together; less than their sum.
    """

    gas_db: Floats
    cloud_db: Floats
    rain_db: Floats
    scintillation_db: Floats
    total_db: Floats


def total_attenuation(
    climate: Climate,
    *,
    lat_deg: ArrayLike,
    height_km: ArrayLike,
    elevation_deg: ArrayLike,
    frequency_ghz: ArrayLike,
    tilt_deg: ArrayLike,
    diameter_m: ArrayLike,
    exceeded_pct: ArrayLike,
    efficiency: ArrayLike = UNKNOWN_EFFICIENCY,
) -> Attenuation:
    """Return the attenuation that is exceeded for a percentage of an average year.

    Parameters
    ----------
    climate : Climate
        Of the places; its arrays broadcast with the other arguments.
    lat_deg, height_km : array_like
        Of the terminal [°], above mean sea level [km].
    elevation_deg : array_like
        Of the satellite, 5 to 90 [°].
    frequency_ghz : array_like
        4 to 55 [GHz].
    tilt_deg : array_like
        Of the polarisation from the horizontal; 45 stands for circular polarisation [°].
    diameter_m, efficiency : array_like
        Of the terminal's antenna [m] [0 to 1].
    exceeded_pct : array_like
        Percentage of an average year, 0.001 to 50 [%].

    Raises
    ------
    ValueError
        If a value is missing or outside.

    Notes
    -----
    Recommendation ITU-R P.618-14 (08/2023), annex 1, section 2.5, equations (65) to (68). For less
    than 5 % of the year clouds are those of 5 %, as the measurements behind the rain model hold
    the clouds of rainy hours already. Gases are their mean over the year, which the recommendation
    takes where vapour is not known at each percentage. Above 5 % the year is assumed dry.
    """
    pct = within(exceeded_pct, 0.001, 50.0, name="exceeded_pct", model=MODEL)
    within(frequency_ghz, 4.0, 55.0, name="frequency_ghz", model=MODEL)
    within(elevation_deg, 5.0, 90.0, name="elevation_deg", model=MODEL)
    gas_db = p676_slant_gas_attenuation_db(
        frequency_ghz,
        elevation_deg,
        climate.pressure_hpa,
        climate.vapour_density_g_m3,
        climate.temperature_k,
    )
    cloud_db = p840_cloud_attenuation_db(
        frequency_ghz,
        elevation_deg,
        np.maximum(pct, RAINY_PCT),
        climate.cloud_liquid_kg_m2,
    )
    rain_db = p618_rain_attenuation_db(
        lat_deg=lat_deg,
        height_km=height_km,
        elevation_deg=elevation_deg,
        frequency_ghz=frequency_ghz,
        tilt_deg=tilt_deg,
        rain_rate_001_mm_h=climate.rain_rate_001_mm_h,
        rain_height_km=climate.rain_height_km,
        exceeded_pct=np.minimum(pct, RAINY_PCT),
    )
    scintillation_db = p618_scintillation_db(
        elevation_deg=elevation_deg,
        frequency_ghz=frequency_ghz,
        wet_refractivity=climate.wet_refractivity,
        diameter_m=diameter_m,
        efficiency=efficiency,
        exceeded_pct=pct,
    )
    parts = (gas_db, cloud_db, np.where(pct <= RAINY_PCT, rain_db, 0.0), scintillation_db)
    return Attenuation(*np.broadcast_arrays(*parts, p618_total_db(*parts)))


def p618_total_db(
    gas_db: ArrayLike, cloud_db: ArrayLike, rain_db: ArrayLike, scintillation_db: ArrayLike
) -> Floats:
    """Return what gases, clouds, rain and scintillation take together [dB].

    Notes
    -----
    Recommendation ITU-R P.618-14, section 2.5, equations (65) and (66).
    """
    return np.asarray(np.add(gas_db, np.hypot(np.add(cloud_db, rain_db), scintillation_db)))


def exceedance_pct(attenuation_db: ArrayLike, table_pct: ArrayLike, table_db: ArrayLike) -> Floats:
    """Return the percentage of the year in which an attenuation is exceeded [%].

    Parameters
    ----------
    attenuation_db : array_like, shape (...)
        What the link can bear [dB]; broadcasts with the leading axes of `table_db`.
    table_pct : array_like, shape (n,)
        Rising percentages of the year [%].
    table_db : array_like, shape (..., n)
        Attenuation exceeded for each of them [dB]. Where it does not fall, the larger percentage
        counts.

    Returns
    -------
    ndarray, shape (...)
        Interpolated in the logarithm of the percentage. 0 for more than the table's first value:
        rarer than the table can tell. 100 for less than its last value: the link can not bear even
        the air of an ordinary hour.

    Raises
    ------
    ValueError
        If the percentages do not rise, are not positive, or are not as many as the attenuations, or
        if an attenuation is missing (NaN).
    """
    pct, table = np.asarray(table_pct, np.float64), np.asarray(table_db, np.float64)
    bearable = np.asarray(attenuation_db, np.float64)
    if pct.ndim != 1 or pct.size < 2 or pct[0] <= 0.0 or np.any(np.diff(pct) <= 0.0):
        raise ValueError("the percentages of a table are two or more, positive, and rise")
    if table.shape[-1:] != pct.shape:
        raise ValueError(f"{table.shape[-1:]} attenuations for {pct.size} percentages")
    if np.isnan(bearable).any() or np.isnan(table).any():
        raise ValueError("some attenuations are missing")
    falling = np.maximum.accumulate(table[..., ::-1], axis=-1)[..., ::-1]
    reached = np.count_nonzero(falling >= bearable[..., None], axis=-1)
    inside = np.exp(_log_pct_between(bearable, np.log(pct), table, reached))
    often = np.where(bearable < table[..., -1], 100.0, pct[-1])
    return np.asarray(np.select([reached == 0, reached == pct.size], [0.0, often], inside))


def _log_pct_between(
    bearable_db: Floats, log_pct: Floats, table_db: Floats, reached: NDArray[np.intp]
) -> Floats:
    """Interpolate between the last value that is reached and the next, which is not."""
    after = np.clip(reached, 1, log_pct.size - 1)
    table_db = np.broadcast_to(table_db, (*after.shape, log_pct.size))
    before_db = np.take_along_axis(table_db, after[..., None] - 1, axis=-1)[..., 0]
    drop_db = before_db - np.take_along_axis(table_db, after[..., None], axis=-1)[..., 0]
    share = (before_db - bearable_db) / np.where(drop_db > 0.0, drop_db, 1.0)
    step = log_pct[after] - log_pct[after - 1]
    return np.asarray(log_pct[after - 1] + np.clip(share, 0.0, 1.0) * step)
