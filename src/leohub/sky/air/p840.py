"""Attenuation by clouds: ITU-R P.840-8."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "cloud attenuation by ITU-R P.840-8"
_THETA = 300.0 / 273.15
"""The liquid of the maps is reduced to a temperature of 0 °C."""

CLOUD_PCT = (5.0, 10.0, 20.0, 30.0, 50.0)
"""Percentages of an average year for which the liquid above a place is known [%]: clouds that are
exceeded for less of it are not asked for beside rain."""


def p840_cloud_attenuation_db(
    frequency_ghz: ArrayLike,
    elevation_deg: ArrayLike,
    exceeded_pct: ArrayLike,
    cloud_liquid_kg_m2: ArrayLike,
) -> Floats:
    """Return what clouds take from a path through them, for a share of an average year.

    All arguments broadcast against each other, the liquid by its leading axes.

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 200 [GHz]: droplets are small against the wavelength.
    elevation_deg : array_like
        5 to 90 [°].
    exceeded_pct : array_like
        Share of an average year in which more is taken, 5 to 50 [%].
    cloud_liquid_kg_m2 : array_like, shape (..., 5)
        Liquid above the place, reduced to 0 °C, that is exceeded for each of `CLOUD_PCT` of an
        average year, 0 to 10 [kg/m²].

    Returns
    -------
    ndarray, shape of the arguments broadcast
        [dB]

    Raises
    ------
    ValueError
        If a value is missing or outside, or the liquid is not of all of `CLOUD_PCT`.

    Notes
    -----
    Source: Recommendation ITU-R P.840-8 (08/2019), annex 1, sections 3 and 4. Version 7 has the
    same formulas and maps; version 9 takes liquid that is not reduced to 0 °C.
    """
    elevation = within(elevation_deg, 5.0, 90.0, name="elevation_deg", model=MODEL)
    liquid_kg_m2 = p840_reduced_liquid_kg_m2(exceeded_pct, cloud_liquid_kg_m2)
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


def p840_reduced_liquid_kg_m2(exceeded_pct: ArrayLike, cloud_liquid_kg_m2: ArrayLike) -> Floats:
    """Return the liquid above a place, reduced to 0 °C, that is exceeded for a share of the year.

    Arguments, shape and errors as in `p840_cloud_attenuation_db`; [kg/m²].

    Notes
    -----
    Between the percentages of the maps the liquid is linear in the logarithm of the percentage, as
    P.840-8, annex 1, section 4 has it.
    """
    exceeded = within(exceeded_pct, CLOUD_PCT[0], CLOUD_PCT[-1], name="exceeded_pct", model=MODEL)
    liquid = within(cloud_liquid_kg_m2, 0.0, 10.0, name="cloud_liquid_kg_m2", model=MODEL)
    if liquid.shape[-1:] != (len(CLOUD_PCT),):
        raise ValueError(
            f"cloud_liquid_kg_m2 has the shape {liquid.shape}; its last axis is that of the "
            f"{len(CLOUD_PCT)} percentages of {MODEL}"
        )
    return np.asarray((liquid * _weights(exceeded)).sum(axis=-1))


def _weights(exceeded_pct: Floats) -> Floats:
    """Return how much the liquid of each of `CLOUD_PCT` counts, shape (..., 5)."""
    log_pct, known = np.log(exceeded_pct), np.log(CLOUD_PCT)
    return np.stack([np.interp(log_pct, known, one) for one in np.eye(known.size)], axis=-1)
