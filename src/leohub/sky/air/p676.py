"""Attenuation by oxygen and water vapour: ITU-R P.676-12.

Version 12 (2019) is followed because an independent implementation of it exists to check against;
version 13 differs in the equivalent heights.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "gas attenuation by ITU-R P.676-12"
_HIGHEST_WITH_CAP_GHZ = 70.0

_OXYGEN_LINES = (
    (50.474214, 0.975, 9.651, 6.69, 2.566, 6.85),
    (50.987745, 2.529, 8.653, 7.17, 2.246, 6.8),
    (51.50336, 6.193, 7.709, 7.64, 1.947, 6.729),
    (52.021429, 14.32, 6.819, 8.11, 1.667, 6.64),
    (52.542418, 31.24, 5.983, 8.58, 1.388, 6.526),
    (53.066934, 64.29, 5.201, 9.06, 1.349, 6.206),
    (53.595775, 124.6, 4.474, 9.55, 2.227, 5.085),
    (54.130025, 227.3, 3.8, 9.96, 3.17, 3.75),
    (54.67118, 389.7, 3.182, 10.37, 3.558, 2.654),
    (55.221384, 627.1, 2.618, 10.89, 2.56, 2.952),
    (55.783815, 945.3, 2.109, 11.34, -1.172, 6.135),
    (56.264774, 543.4, 0.014, 17.03, 3.525, -0.978),
    (56.363399, 1331.8, 1.654, 11.89, -2.378, 6.547),
    (56.968211, 1746.6, 1.255, 12.23, -3.545, 6.451),
    (57.612486, 2120.1, 0.91, 12.62, -5.416, 6.056),
    (58.323877, 2363.7, 0.621, 12.95, -1.932, 0.436),
    (58.446588, 1442.1, 0.083, 14.91, 6.768, -1.273),
    (59.164204, 2379.9, 0.387, 13.53, -6.561, 2.309),
    (59.590983, 2090.7, 0.207, 14.08, 6.957, -0.776),
    (60.306056, 2103.4, 0.207, 14.15, -6.395, 0.699),
    (60.434778, 2438.0, 0.386, 13.39, 6.342, -2.825),
    (61.150562, 2479.5, 0.621, 12.92, 1.014, -0.584),
    (61.800158, 2275.9, 0.91, 12.63, 5.014, -6.619),
    (62.41122, 1915.4, 1.255, 12.17, 3.029, -6.759),
    (62.486253, 1503.0, 0.083, 15.13, -4.499, 0.844),
    (62.997984, 1490.2, 1.654, 11.74, 1.856, -6.675),
    (63.568526, 1078.0, 2.108, 11.34, 0.658, -6.139),
    (64.127775, 728.7, 2.617, 10.88, -3.036, -2.895),
    (64.67891, 461.3, 3.181, 10.38, -3.968, -2.59),
    (65.224078, 274.0, 3.8, 9.96, -3.528, -3.68),
    (65.764779, 153.0, 4.473, 9.55, -2.548, -5.002),
    (66.302096, 80.4, 5.2, 9.06, -1.66, -6.091),
    (66.836834, 39.8, 5.982, 8.58, -1.68, -6.393),
    (67.369601, 18.56, 6.818, 8.11, -1.956, -6.475),
    (67.900868, 8.172, 7.708, 7.64, -2.216, -6.545),
    (68.431006, 3.397, 8.652, 7.17, -2.492, -6.6),
    (68.960312, 1.334, 9.65, 6.69, -2.773, -6.65),
    (118.750334, 940.3, 0.01, 16.64, -0.439, 0.079),
    (368.498246, 67.4, 0.048, 16.4, 0.0, 0.0),
    (424.76302, 637.7, 0.044, 16.4, 0.0, 0.0),
    (487.249273, 237.4, 0.049, 16.0, 0.0, 0.0),
    (715.392902, 98.1, 0.145, 16.0, 0.0, 0.0),
    (773.83949, 572.3, 0.141, 16.2, 0.0, 0.0),
    (834.145546, 183.1, 0.145, 14.7, 0.0, 0.0),
)
"""Frequency [GHz] and coefficients a1, a2, a3, a5, a6 of table 1; a4 is 0 in every line."""

_WATER_LINES = (
    (22.23508, 0.1079, 2.144, 26.38, 0.76, 5.087, 1.0),
    (67.80396, 0.0011, 8.732, 28.58, 0.69, 4.93, 0.82),
    (119.99594, 0.0007, 8.353, 29.48, 0.7, 4.78, 0.79),
    (183.310087, 2.273, 0.668, 29.06, 0.77, 5.022, 0.85),
    (321.22563, 0.047, 6.179, 24.04, 0.67, 4.398, 0.54),
    (325.152888, 1.514, 1.541, 28.23, 0.64, 4.893, 0.74),
    (336.227764, 0.001, 9.825, 26.93, 0.69, 4.74, 0.61),
    (380.197353, 11.67, 1.048, 28.11, 0.54, 5.063, 0.89),
    (390.134508, 0.0045, 7.347, 21.52, 0.63, 4.81, 0.55),
    (437.346667, 0.0632, 5.048, 18.45, 0.6, 4.23, 0.48),
    (439.150807, 0.9098, 3.595, 20.07, 0.63, 4.483, 0.52),
    (443.018343, 0.192, 5.048, 15.55, 0.6, 5.083, 0.5),
    (448.001085, 10.41, 1.405, 25.64, 0.66, 5.028, 0.67),
    (470.888999, 0.3254, 3.597, 21.34, 0.66, 4.506, 0.65),
    (474.689092, 1.26, 2.379, 23.2, 0.65, 4.804, 0.64),
    (488.490108, 0.2529, 2.852, 25.86, 0.69, 5.201, 0.72),
    (503.568532, 0.0372, 6.731, 16.12, 0.61, 3.98, 0.43),
    (504.482692, 0.0124, 6.731, 16.12, 0.61, 4.01, 0.45),
    (547.67644, 0.9785, 0.158, 26.0, 0.7, 4.5, 1.0),
    (552.02096, 0.184, 0.158, 26.0, 0.7, 4.5, 1.0),
    (556.935985, 497.0, 0.159, 30.86, 0.69, 4.552, 1.0),
    (620.700807, 5.015, 2.391, 24.38, 0.71, 4.856, 0.68),
    (645.766085, 0.0067, 8.633, 18.0, 0.6, 4.0, 0.5),
    (658.00528, 0.2732, 7.816, 32.1, 0.69, 4.14, 1.0),
    (752.033113, 243.4, 0.396, 30.86, 0.68, 4.352, 0.84),
    (841.051732, 0.0134, 8.177, 15.9, 0.33, 5.76, 0.45),
    (859.965698, 0.1325, 8.055, 30.6, 0.68, 4.09, 0.84),
    (899.303175, 0.0547, 7.914, 29.85, 0.68, 4.53, 0.9),
    (902.611085, 0.0386, 8.429, 28.65, 0.7, 5.1, 0.95),
    (906.205957, 0.1836, 5.11, 24.08, 0.7, 4.7, 0.53),
    (916.171582, 8.4, 1.441, 26.73, 0.7, 5.15, 0.78),
    (923.112692, 0.0079, 10.293, 29.0, 0.7, 5.0, 0.8),
    (970.315022, 9.009, 1.919, 25.5, 0.64, 4.94, 0.67),
    (987.926764, 134.6, 0.257, 29.85, 0.68, 4.55, 0.9),
    (1780.0, 17506.0, 0.952, 196.3, 2.0, 24.15, 5.0),
)
"""Frequency [GHz] and coefficients b1 to b6 of table 2."""

_OXYGEN_HEIGHT_LINES = (
    (118.750334, 0.1597),
    (368.498246, 0.1066),
    (424.76302, 0.1325),
    (487.249273, 0.1242),
    (715.392902, 0.0938),
    (773.83949, 0.1448),
    (834.145546, 0.1374),
)
"""Frequency [GHz] and coefficient c of table 3."""

_WATER_HEIGHT_LINES = (
    (22.23508, 1.52, 2.56),
    (183.310087, 7.62, 10.2),
    (325.152888, 1.56, 2.7),
    (380.197353, 4.15, 5.7),
    (439.150807, 0.2, 0.91),
    (448.001085, 1.63, 2.46),
    (474.689092, 0.76, 2.22),
    (488.490108, 0.26, 2.49),
    (556.935985, 7.81, 10.0),
    (620.70087, 1.25, 2.35),
    (752.033113, 16.2, 20.0),
    (916.171582, 1.47, 2.58),
    (970.315022, 1.36, 2.44),
    (987.926764, 1.6, 1.86),
)
"""Frequency [GHz] and coefficients a and b of table 4."""


def p676_slant_gas_attenuation_db(
    frequency_ghz: ArrayLike,
    elevation_deg: ArrayLike,
    pressure_hpa: ArrayLike,
    vapour_density_g_m3: ArrayLike,
    temperature_k: ArrayLike,
) -> Floats:
    """Return what oxygen and water vapour take from a path through the whole air.

    The approximate method: what a kilometre at the ground takes, times an equivalent height, over
    the sine of the elevation. All arguments broadcast against each other.

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 350 [GHz].
    elevation_deg : array_like
        5 to 90 [°].
    pressure_hpa : array_like
        Of the dry air at the ground, without the water vapour [hPa].
    vapour_density_g_m3 : array_like
        Water vapour at the ground [g/m³].
    temperature_k : array_like
        At the ground [K].

    Returns
    -------
    ndarray, shape of the arguments broadcast
        [dB]

    Raises
    ------
    ValueError
        If a value is missing or outside.

    Notes
    -----
    Source: Recommendation ITU-R P.676-12 (08/2019), annex 2, section 2.2.
    """
    frequency = within(frequency_ghz, 1.0, 350.0, name="frequency_ghz", model=MODEL)
    elevation = within(elevation_deg, 5.0, 90.0, name="elevation_deg", model=MODEL)
    # What air at the ground can be: other values are of another unit.
    pressure = within(pressure_hpa, 200.0, 1100.0, name="pressure_hpa", model=MODEL)
    vapour = within(vapour_density_g_m3, 0.0, 50.0, name="vapour_density_g_m3", model=MODEL)
    temperature = within(temperature_k, 200.0, 340.0, name="temperature_k", model=MODEL)
    air = (frequency, pressure, vapour, temperature)
    oxygen_db = p676_oxygen_specific_attenuation_db_km(*air) * p676_oxygen_height_km(*air)
    vapour_db = p676_vapour_specific_attenuation_db_km(*air) * p676_vapour_height_km(*air)
    return np.asarray((oxygen_db + vapour_db) / np.sin(np.radians(elevation)))


def p676_oxygen_specific_attenuation_db_km(
    frequency_ghz: Floats, pressure_hpa: Floats, vapour_density_g_m3: Floats, temperature_k: Floats
) -> Floats:
    """Return what dry air takes in a kilometre: its lines and its continuum [dB/km].

    Arguments as in `p676_slant_gas_attenuation_db`. Source: P.676-12, annex 1, equations 1 to 9.
    """
    theta = 300.0 / temperature_k
    vapour_hpa = _vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    total_hpa = pressure_hpa + vapour_hpa
    broadening = pressure_hpa * theta**0.8 + 1.1 * vapour_hpa * theta
    interference = total_hpa * theta**0.8
    lines: Floats | float = 0.0
    for centre_ghz, a1, a2, a3, a5, a6 in _OXYGEN_LINES:
        strength = a1 * 1e-7 * pressure_hpa * theta**3 * np.exp(a2 * (1.0 - theta))
        # The constant under the root is the Zeeman splitting of the lines.
        width = np.hypot(a3 * 1e-4 * broadening, 1.5e-3)
        overlap = (a5 + a6 * theta) * 1e-4 * interference
        lines = lines + strength * _line_shape(frequency_ghz, centre_ghz, width, overlap)
    debye_width = 5.6e-4 * total_hpa * theta**0.8
    debye = 6.14e-5 / (debye_width * (1.0 + (frequency_ghz / debye_width) ** 2))
    nitrogen = 1.4e-12 * pressure_hpa * theta**1.5 / (1.0 + 1.9e-5 * frequency_ghz**1.5)
    continuum = frequency_ghz * pressure_hpa * theta**2 * (debye + nitrogen)
    return np.asarray(0.182 * frequency_ghz * (lines + continuum))


def p676_vapour_specific_attenuation_db_km(
    frequency_ghz: Floats, pressure_hpa: Floats, vapour_density_g_m3: Floats, temperature_k: Floats
) -> Floats:
    """Return what water vapour takes in a kilometre [dB/km].

    Arguments as in `p676_slant_gas_attenuation_db`. Source: P.676-12, annex 1, equations 1 to 7.
    """
    theta = 300.0 / temperature_k
    vapour_hpa = _vapour_pressure_hpa(vapour_density_g_m3, temperature_k)
    lines: Floats | float = 0.0
    for centre_ghz, b1, b2, b3, b4, b5, b6 in _WATER_LINES:
        strength = b1 * 0.1 * vapour_hpa * theta**3.5 * np.exp(b2 * (1.0 - theta))
        pressure_width = b3 * 1e-4 * (pressure_hpa * theta**b4 + b5 * vapour_hpa * theta**b6)
        doppler = 2.1316e-12 * centre_ghz**2 / theta
        width = 0.535 * pressure_width + np.sqrt(0.217 * pressure_width**2 + doppler)
        lines = lines + strength * _line_shape(frequency_ghz, centre_ghz, width, 0.0)
    return np.asarray(0.182 * frequency_ghz * lines)


def p676_oxygen_height_km(
    frequency_ghz: Floats, pressure_hpa: Floats, vapour_density_g_m3: Floats, temperature_k: Floats
) -> Floats:
    """Return the height of air as at the ground that takes as much as all dry air above [km].

    Arguments as in `p676_slant_gas_attenuation_db`. Source: P.676-12, annex 2, equations 30 to 34.
    """
    ratio = _pressure_ratio(pressure_hpa, vapour_density_g_m3, temperature_k)
    spread = 2.87 + 12.4 * np.exp(-7.9 * ratio)
    band_60 = (
        5.104 / (1.0 + 0.066 * ratio**-2.3) * np.exp(-(((frequency_ghz - 59.7) / spread) ** 2))
    )
    lines: Floats | float = 0.0
    for centre_ghz, c in _OXYGEN_HEIGHT_LINES:
        lines = lines + c * np.exp(2.12 * ratio) / (
            (frequency_ghz - centre_ghz) ** 2 + 0.025 * np.exp(2.2 * ratio)
        )
    wings = (
        0.0114
        * frequency_ghz
        / (1.0 + 0.14 * ratio**-2.6)
        * (15.02 * frequency_ghz**2 - 1353.0 * frequency_ghz + 5.333e4)
        / (frequency_ghz**3 - 151.3 * frequency_ghz**2 + 9629.0 * frequency_ghz - 6803.0)
    )
    warmth = 0.7832 + 0.00709 * (temperature_k - 273.15)
    height_km = 6.1 * warmth / (1.0 + 0.17 * ratio**-1.1) * (1.0 + band_60 + lines + wings)
    capped_km = np.minimum(height_km, 10.7 * ratio**0.3)
    return np.where(frequency_ghz < _HIGHEST_WITH_CAP_GHZ, capped_km, height_km)


def p676_vapour_height_km(
    frequency_ghz: Floats, pressure_hpa: Floats, vapour_density_g_m3: Floats, temperature_k: Floats
) -> Floats:
    """Return the height of air as at the ground that takes as much as all vapour above [km].

    Arguments as in `p676_slant_gas_attenuation_db`. Source: P.676-12, annex 2, equations 35 to 38.
    """
    ratio = _pressure_ratio(pressure_hpa, vapour_density_g_m3, temperature_k)
    warmth_c = temperature_k - 273.15
    between = 1.9298 - 0.04166 * warmth_c + 0.0517 * vapour_density_g_m3
    at_lines = 1.1674 - 0.00622 * warmth_c + 0.0063 * vapour_density_g_m3
    weight = 1.013 / (1.0 + np.exp(-8.6 * (ratio - 0.57)))
    lines: Floats | float = 0.0
    for centre_ghz, a, b in _WATER_HEIGHT_LINES:
        lines = lines + a * weight / ((frequency_ghz - centre_ghz) ** 2 + b * weight)
    return np.asarray(between + at_lines * lines)


def _line_shape(
    frequency_ghz: Floats, centre_ghz: float, width_ghz: Floats, overlap: Floats | float
) -> Floats:
    """Return the shape of a line about its centre and about its mirror image (equation 5)."""
    below, above = centre_ghz - frequency_ghz, centre_ghz + frequency_ghz
    return np.asarray(
        (frequency_ghz / centre_ghz)
        * (
            (width_ghz - overlap * below) / (below**2 + width_ghz**2)
            + (width_ghz - overlap * above) / (above**2 + width_ghz**2)
        )
    )


def _vapour_pressure_hpa(vapour_density_g_m3: Floats, temperature_k: Floats) -> Floats:
    """Return the partial pressure of water vapour [hPa] (equation 4)."""
    return vapour_density_g_m3 * temperature_k / 216.7


def _pressure_ratio(
    pressure_hpa: Floats, vapour_density_g_m3: Floats, temperature_k: Floats
) -> Floats:
    """Return the pressure of the air with its vapour over that of the standard atmosphere."""
    return (pressure_hpa + _vapour_pressure_hpa(vapour_density_g_m3, temperature_k)) / 1013.25
