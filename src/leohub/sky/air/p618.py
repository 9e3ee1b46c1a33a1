"""Rain on the path to a satellite over an average year: Recommendation ITU-R P.618-14.

The attenuation exceeded for 0.01 % of the year comes from the place and the path alone; every other
percentage is scaled from it. Arguments broadcast, so places of shape (places, 1, 1), elevations
(elevations, 1) and percentages (percentages,) cost little more than the last step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.sky.air.p838 import coefficients_along
from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "rain attenuation by ITU-R P.618-14"
EFFECTIVE_EARTH_KM = 8500.0
"""Radius of an Earth on which refracted rays are straight, as P.618-14 takes it [km]."""
LOWEST_DEG = 0.1
"""The recommendation names no lowest elevation; its lengths only exist above the horizon [°]."""
LOW_DEG = 5.0
"""Below this elevation the path feels that the Earth is round [°]."""
BLOCK = 16384
"""Values that are worked out at once."""
TROPICS_DEG = 36.0
"""Nearer the equator than this the recommendation treats rain otherwise [°]."""


def p618_rain_attenuation_db(
    *,
    lat_deg: ArrayLike,
    height_km: ArrayLike,
    elevation_deg: ArrayLike,
    frequency_ghz: ArrayLike,
    tilt_deg: ArrayLike,
    rain_rate_001_mm_h: ArrayLike,
    rain_height_km: ArrayLike,
    exceeded_pct: ArrayLike,
) -> Floats:
    """Return the attenuation by rain that is exceeded for a percentage of an average year [dB].

    Parameters
    ----------
    lat_deg : array_like
        Of the terminal [°].
    height_km : array_like
        Of the terminal above mean sea level [km].
    elevation_deg : array_like
        Of the satellite, 0.1 to 90 [°].
    frequency_ghz : array_like
        1 to 55 [GHz].
    tilt_deg : array_like
        Of the polarisation from the horizontal; 45 stands for circular polarisation [°].
    rain_rate_001_mm_h : array_like
        Rain rate exceeded for 0.01 % of an average year, as ITU-R P.837 gives it [mm/h].
    rain_height_km : array_like
        Above mean sea level, as ITU-R P.839 gives it [km]; no rain falls on a path above it.
    exceeded_pct : array_like
        Percentage of an average year, 0.001 to 5 [%].

    Returns
    -------
    ndarray
        Of the shape that the arguments broadcast to [dB].

    Raises
    ------
    ValueError
        If a value is missing or outside.

    Notes
    -----
    Recommendation ITU-R P.618-14 (08/2023), annex 1, section 2.2.1.1. Far beyond 50 dB its values
    can fall again from 0.01 % to 0.001 % of the year; they are returned as the formula has them.
    """
    return _in_blocks(
        within(lat_deg, -90.0, 90.0, name="lat_deg", model=MODEL),
        within(height_km, -np.inf, np.inf, name="height_km", model=MODEL),
        within(elevation_deg, LOWEST_DEG, 90.0, name="elevation_deg", model=MODEL),
        within(frequency_ghz, 1.0, 55.0, name="frequency_ghz", model=MODEL),
        within(tilt_deg, -180.0, 180.0, name="tilt_deg", model=MODEL),
        within(rain_rate_001_mm_h, 0.0, np.inf, name="rain_rate_001_mm_h", model=MODEL),
        within(rain_height_km, -np.inf, np.inf, name="rain_height_km", model=MODEL),
        within(exceeded_pct, 0.001, 5.0, name="exceeded_pct", model=MODEL),
    )


def _in_blocks(*given: Floats) -> Floats:
    """Work through the first axis in blocks that the processor's cache holds: it is faster."""
    shape = np.broadcast_shapes(*(array.shape for array in given))
    size = int(np.prod(shape))
    if size <= BLOCK:
        return _attenuation_db(*given)
    out = np.empty(shape)
    rows = max(1, BLOCK * shape[0] // size)
    whole = [array.ndim < len(shape) or len(array) == 1 for array in given]
    for start in range(0, shape[0], rows):
        block = slice(start, start + rows)
        out[block] = _attenuation_db(
            *(array if all_ else array[block] for array, all_ in zip(given, whole, strict=True))
        )
    return out


def _attenuation_db(
    lat_deg: Floats,
    height_km: Floats,
    elevation_deg: Floats,
    frequency_ghz: Floats,
    tilt_deg: Floats,
    rain_rate_mm_h: Floats,
    rain_height_km: Floats,
    pct: Floats,
) -> Floats:
    sine = np.sin(np.radians(elevation_deg))
    cosine_squared = 1.0 - sine**2
    k, alpha = coefficients_along(frequency_ghz, cosine_squared, tilt_deg)
    gamma_db_km = k * rain_rate_mm_h**alpha
    rain_km = np.maximum(rain_height_km - height_km, 0.0)
    straight_km = rain_km / sine
    slant_km = _slant_km(rain_km, straight_km, elevation_deg, sine)
    ground_km = slant_km * np.sqrt(cosine_squared)
    reduced_km = slant_km * _horizontal(ground_km, gamma_db_km / frequency_ghz)
    # Step 7 asks which of two angles is larger; that is which of these two lengths is shorter.
    uncorrected_db = gamma_db_km * np.minimum(reduced_km, straight_km)
    tropical_deg = np.maximum(TROPICS_DEG - np.abs(lat_deg), 0.0)
    vertical = _vertical(uncorrected_db, frequency_ghz, elevation_deg, sine, tropical_deg)
    return _scaled(uncorrected_db * vertical, pct, elevation_deg, sine, tropical_deg)


def _slant_km(rain_km: Floats, straight_km: Floats, elevation_deg: Floats, sine: Floats) -> Floats:
    """Return the length of the path below the rain height: step 2, equations (1) and (2) [km]."""
    low = elevation_deg < LOW_DEG
    if not low.any():
        return straight_km
    bent = np.sqrt(sine**2 + 2.0 * rain_km / EFFECTIVE_EARTH_KM)
    return np.where(low, 2.0 * rain_km / (bent + sine), straight_km)


def _horizontal(ground_km: Floats, gamma_per_ghz: Floats) -> Floats:
    """Return how much of the path's track on the ground is in the rain: step 6, equation (5)."""
    spread = 0.78 * np.sqrt(ground_km * gamma_per_ghz)
    return np.asarray(1.0 / (0.62 + spread + 0.38 * np.exp(-2.0 * ground_km)))


def _vertical(
    uncorrected_db: Floats,
    frequency_ghz: Floats,
    elevation_deg: Floats,
    sine: Floats,
    tropical_deg: Floats,
) -> Floats:
    """Return the vertical adjustment of the path in the rain: the end of step 7."""
    rise = 1.0 - np.exp(elevation_deg / (-1.0 - tropical_deg))
    bend = rise * np.sqrt(uncorrected_db) * (31.0 / frequency_ghz**2) - 0.45
    return np.asarray(1.0 / (1.0 + np.sqrt(sine) * bend))


def _scaled(
    attenuation_001_db: Floats,
    pct: Floats,
    elevation_deg: Floats,
    sine: Floats,
    tropical_deg: Floats,
) -> Floats:
    """Return the attenuation of a percentage from that of 0.01 %: step 10 [dB]."""
    low = (elevation_deg < 25.0) & (tropical_deg > 0.0)
    beta = 0.005 * tropical_deg + np.where(low, 1.8 - 4.25 * sine, 0.0)
    # No rain at all stays none, whatever it is scaled by; the logarithm only has to be finite.
    size = np.log(np.maximum(attenuation_001_db, np.finfo(np.float64).tiny))
    rarer = np.maximum(1.0 - pct, 0.0)
    exponent = 0.045 * size + beta * sine * rarer - (0.655 + 0.033 * np.log(pct))
    return np.asarray(attenuation_001_db * (pct / 0.01) ** exponent)
