"""What a kilometre of rain takes from a link: Recommendation ITU-R P.838-3."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "rain by ITU-R P.838-3"

# Tables 1 to 4: a sum of bells in lg f, of height a, middle b and width c, and a straight line.
K_H = np.array(
    [
        [-5.33980, -0.10008, 1.13098],
        [-0.35351, 1.26970, 0.45400],
        [-0.23789, 0.86036, 0.15354],
        [-0.94158, 0.64552, 0.16817],
    ]
)
K_H_LINE = (-0.18961, 0.71147)
K_V = np.array(
    [
        [-3.80595, 0.56934, 0.81061],
        [-3.44965, -0.22911, 0.51059],
        [-0.39902, 0.73042, 0.11899],
        [0.50167, 1.07319, 0.27195],
    ]
)
K_V_LINE = (-0.16398, 0.63297)
ALPHA_H = np.array(
    [
        [-0.14318, 1.82442, -0.55187],
        [0.29591, 0.77564, 0.19822],
        [0.32177, 0.63773, 0.13164],
        [-5.37610, -0.96230, 1.47828],
        [16.1721, -3.29980, 3.43990],
    ]
)
ALPHA_H_LINE = (0.67849, -1.95537)
ALPHA_V = np.array(
    [
        [-0.07771, 2.33840, -0.76284],
        [0.56727, 0.95545, 0.54039],
        [-0.20238, 1.14520, 0.26809],
        [-48.2991, 0.791669, 0.116226],
        [48.5833, 0.791459, 0.116479],
    ]
)
ALPHA_V_LINE = (-0.053739, 0.83433)


def p838_coefficients(
    frequency_ghz: ArrayLike, elevation_deg: ArrayLike, tilt_deg: ArrayLike = 45.0
) -> tuple[Floats, Floats]:
    """Return k and alpha of the specific attenuation of rain, k R^alpha.

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 1000 [GHz].
    elevation_deg : array_like
        Of the path [°].
    tilt_deg : array_like
        Of the polarisation from the horizontal; 45 stands for circular polarisation [°].

    Returns
    -------
    k, alpha : ndarray
        Of the shape that the arguments broadcast to; k for dB/km and rain in mm/h.

    Raises
    ------
    ValueError
        If a value is missing or outside.

    Notes
    -----
    Recommendation ITU-R P.838-3 (03/2005), equations (2) to (5) and tables 1 to 4.
    """
    elevation = within(elevation_deg, 0.0, 90.0, name="elevation_deg", model=MODEL)
    return coefficients_along(frequency_ghz, np.cos(np.radians(elevation)) ** 2, tilt_deg)


def p838_specific_attenuation_db_km(
    rain_rate_mm_h: ArrayLike,
    frequency_ghz: ArrayLike,
    elevation_deg: ArrayLike,
    tilt_deg: ArrayLike = 45.0,
) -> Floats:
    """Return what one kilometre of rain takes [dB/km].

    Parameters
    ----------
    rain_rate_mm_h : array_like
        [mm/h], not negative.
    frequency_ghz, elevation_deg, tilt_deg : array_like
        As `p838_coefficients` takes them.

    Raises
    ------
    ValueError
        If a value is missing or outside.

    Notes
    -----
    Recommendation ITU-R P.838-3, equation (1).
    """
    rain = within(rain_rate_mm_h, 0.0, np.inf, name="rain_rate_mm_h", model=MODEL)
    k, alpha = p838_coefficients(frequency_ghz, elevation_deg, tilt_deg)
    return np.asarray(k * rain**alpha)


def coefficients_along(
    frequency_ghz: ArrayLike, cosine_squared: Floats, tilt_deg: ArrayLike
) -> tuple[Floats, Floats]:
    """Do as `p838_coefficients`, from the squared cosine of an elevation that has been checked."""
    log_f = np.log10(within(frequency_ghz, 1.0, 1000.0, name="frequency_ghz", model=MODEL))
    tilt = np.radians(within(tilt_deg, -180.0, 180.0, name="tilt_deg", model=MODEL))
    k_h, k_v = 10.0 ** _curve(log_f, K_H, K_H_LINE), 10.0 ** _curve(log_f, K_V, K_V_LINE)
    slope_h = k_h * _curve(log_f, ALPHA_H, ALPHA_H_LINE)
    slope_v = k_v * _curve(log_f, ALPHA_V, ALPHA_V_LINE)
    horizontal = cosine_squared * np.cos(2.0 * tilt)
    k = (k_h + k_v) / 2.0 + (k_h - k_v) / 2.0 * horizontal
    return k, ((slope_h + slope_v) / 2.0 + (slope_h - slope_v) / 2.0 * horizontal) / k


def _curve(log_f: Floats, bells: Floats, line: tuple[float, float]) -> Floats:
    height, middle, width = bells.T
    bent = height * np.exp(-(((log_f[..., None] - middle) / width) ** 2))
    return np.asarray(bent.sum(axis=-1) + line[0] * log_f + line[1])
