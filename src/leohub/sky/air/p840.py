"""Attenuation by clouds: ITU-R P.840-8."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "cloud attenuation by ITU-R P.840-8"
_THETA = 300.0 / 273.15
"""The liquid of the maps is reduced to a temperature of 0 °C."""


def p840_cloud_attenuation_db(
    frequency_ghz: ArrayLike,
    elevation_deg: ArrayLike,
    exceeded_pct: ArrayLike,
    cloud_ln_mean: ArrayLike,
    cloud_ln_sd: ArrayLike,
    cloud_pct: ArrayLike,
) -> Floats:
    """Return what clouds take from a path through them, for a share of an average year.

    The liquid above a place is taken as lognormal while there is any. All arguments broadcast
    against each other.

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 200 [GHz]: droplets are small against the wavelength.
    elevation_deg : array_like
        5 to 90 [°].
    exceeded_pct : array_like
        Share of an average year in which more is taken, 0.1 to 100 [%].
    cloud_ln_mean, cloud_ln_sd : array_like
        Mean and standard deviation of the natural logarithm of the reduced liquid [kg/m²].
    cloud_pct : array_like
        Share of the year in which there is liquid above the place, 0 to 100 [%].

    Returns
    -------
    ndarray, shape of the arguments broadcast
        [dB]; 0 where the share is as long as that with liquid, or longer.

    Raises
    ------
    ValueError
        If a value is missing or outside.

    Notes
    -----
    Source: Recommendation ITU-R P.840-8 (08/2019), annex 1, sections 3 and 4. Version 7 has the
    same formulas; version 9 takes liquid that is not reduced to 0 °C.
    """
    elevation = within(elevation_deg, 5.0, 90.0, name="elevation_deg", model=MODEL)
    liquid_kg_m2 = p840_reduced_liquid_kg_m2(exceeded_pct, cloud_ln_mean, cloud_ln_sd, cloud_pct)
    absorption = p840_mass_absorption_db_m2_kg(frequency_ghz)
    return np.asarray(liquid_kg_m2 * absorption / np.sin(np.radians(elevation)))


def p840_mass_absorption_db_m2_kg(frequency_ghz: ArrayLike) -> Floats:
    """Return what a kilogram of cloud above a square metre takes, at 0 °C.

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 200 [GHz].

    Returns
    -------
    ndarray, shape of the argument
        [dB/(kg/m²)], the same number as [(dB/km)/(g/m³)].

    Raises
    ------
    ValueError
        If a frequency is missing or outside.

    Notes
    -----
    Source: P.840-8, annex 1, equations 2 to 11: absorption after Rayleigh, permittivity of water
    after Debye with two relaxations.
    """
    frequency = within(frequency_ghz, 1.0, 200.0, name="frequency_ghz", model=MODEL)
    static = 77.66 + 103.3 * (_THETA - 1.0)
    middle = 0.0671 * static
    optical = 3.52
    first_ghz = 20.2 - 146.0 * (_THETA - 1.0) + 316.0 * (_THETA - 1.0) ** 2
    second_ghz = 39.8 * first_ghz
    first = (static - middle) / (1.0 + (frequency / first_ghz) ** 2)
    second = (middle - optical) / (1.0 + (frequency / second_ghz) ** 2)
    real = first + second + optical
    imaginary = frequency / first_ghz * first + frequency / second_ghz * second
    eta = (2.0 + real) / imaginary
    return np.asarray(0.819 * frequency / (imaginary * (1.0 + eta**2)))


def p840_reduced_liquid_kg_m2(
    exceeded_pct: ArrayLike,
    cloud_ln_mean: ArrayLike,
    cloud_ln_sd: ArrayLike,
    cloud_pct: ArrayLike,
) -> Floats:
    """Return the liquid above a place, reduced to 0 °C, that is exceeded for a share of the year.

    Arguments, shape and errors as in `p840_cloud_attenuation_db`; [kg/m²].

    Notes
    -----
    Source: P.840-8, annex 1, section 4. Over Kenya this lies within 12 % of the annual maps of the
    same recommendation from 0.1 to 3 % of the year, on average, and above them by a fifth at 5 %
    and by three fifths at 10 %, where there is little liquid.
    """
    exceeded = within(exceeded_pct, 0.1, 100.0, name="exceeded_pct", model=MODEL)
    mean = within(cloud_ln_mean, -20.0, 5.0, name="cloud_ln_mean", model=MODEL)
    deviation = within(cloud_ln_sd, 0.0, 5.0, name="cloud_ln_sd", model=MODEL)
    cloudy = within(cloud_pct, 0.0, 100.0, name="cloud_pct", model=MODEL)
    below, cloudy_pct = np.broadcast_arrays(exceeded, cloudy)
    has_liquid = below < cloudy_pct
    share = np.divide(below, cloudy_pct, where=has_liquid, out=np.full(below.shape, 0.5))
    return np.where(has_liquid, np.exp(mean - deviation * ndtri(share)), 0.0)
