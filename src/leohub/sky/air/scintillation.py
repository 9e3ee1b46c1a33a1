"""Fading in turbulent air on the path to a satellite: Recommendation ITU-R P.618-14."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "scintillation by ITU-R P.618-14"
TURBULENT_LAYER_M = 1000.0
"""Height of the turbulent air that the recommendation takes [m]."""


def p618_scintillation_db(
    *,
    elevation_deg: ArrayLike,
    frequency_ghz: ArrayLike,
    wet_refractivity: ArrayLike,
    diameter_m: ArrayLike,
    efficiency: ArrayLike,
    exceeded_pct: ArrayLike,
) -> Floats:
    """Return the scintillation fade that is exceeded for a percentage of an average year [dB].

    Parameters
    ----------
    elevation_deg : array_like
        Of the satellite, 5 to 90 [°].
    frequency_ghz : array_like
        4 to 55 [GHz].
    wet_refractivity : array_like
        Median of the wet term of the surface refractivity, as ITU-R P.453 gives it [N-units].
    diameter_m, efficiency : array_like
        Of the terminal's antenna [m] [0 to 1]; wide antennas average the fades away.
    exceeded_pct : array_like
        Percentage of an average year, 0.001 to 50 [%].

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
    Recommendation ITU-R P.618-14 (08/2023), annex 1, section 2.4.1, steps 3 to 9. The time factor
    was fitted from 0.01 % on; as the total attenuation of section 2.5 needs it from 0.001 % on, and
    the published validation rows evaluate it there, so does this.
    """
    pct = within(exceeded_pct, 0.001, 50.0, name="exceeded_pct", model=MODEL)
    log_pct = np.log10(pct)
    factor = -0.061 * log_pct**3 + 0.072 * log_pct**2 - 1.71 * log_pct + 3.0
    return np.asarray(
        factor
        * _deviation_db(elevation_deg, frequency_ghz, wet_refractivity, diameter_m, efficiency)
    )


def _deviation_db(
    elevation_deg: ArrayLike,
    frequency_ghz: ArrayLike,
    wet_refractivity: ArrayLike,
    diameter_m: ArrayLike,
    efficiency: ArrayLike,
) -> Floats:
    """Return the standard deviation of the signal: steps 3 to 7 [dB]."""
    elevation = within(elevation_deg, 5.0, 90.0, name="elevation_deg", model=MODEL)
    frequency = within(frequency_ghz, 4.0, 55.0, name="frequency_ghz", model=MODEL)
    wet = within(wet_refractivity, 0.0, np.inf, name="wet_refractivity", model=MODEL)
    diameter = within(diameter_m, 0.0, np.inf, name="diameter_m", model=MODEL)
    share = within(efficiency, 0.0, 1.0, name="efficiency", model=MODEL)
    sine = np.sin(np.radians(elevation))
    length_m = 2.0 * TURBULENT_LAYER_M / (np.sqrt(sine**2 + 2.35e-4) + sine)
    x = 1.22 * share * diameter**2 * frequency / length_m
    reference_db = 3.6e-3 + 1e-4 * wet
    return np.asarray(reference_db * frequency ** (7.0 / 12.0) * _averaging(x) / sine**1.2)


def _averaging(x: Floats) -> Floats:
    """Return what is left of fades averaged over an antenna; none from x = 7 on: equation (46)."""
    wave = 3.86 * (x**2 + 1.0) ** (11.0 / 12.0) * np.sin(11.0 / 6.0 * np.arctan2(1.0, x))
    left = np.sqrt(np.maximum(wave - 7.08 * x ** (5.0 / 6.0), 0.0))
    return np.asarray(np.where(x < 7.0, left, 0.0))
