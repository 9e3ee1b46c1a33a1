"""Terms of a link budget: losses, carrier to noise, the noise that rain adds."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import LIGHT_KM_S
from leohub.validity import not_negative, positive

Floats = NDArray[np.float64]

BOLTZMANN_DBW_K_HZ: Final = 10 * np.log10(1.380649e-23)
"""Boltzmann constant [dBW/(K·Hz)]. Exact in SI: BIPM, SI Brochure."""

MEDIUM_K: Final = 275.0
"""Effective temperature of the rain and air that a signal passes [K]. ITU-R P.618-14, section 3."""

_FLUX_BANDWIDTH_HZ = 4e3  # in which the Radio Regulations measure power-flux density


def free_space_loss_db(range_km: ArrayLike, frequency_ghz: ArrayLike) -> Floats:
    """Return the loss between isotropic antennas in free space [dB].

    ITU-R P.525-4, equation 4: 20 lg(4π d f / c).

    Parameters
    ----------
    range_km : array_like
        Distance along the straight line [km].
    frequency_ghz : array_like
        [GHz]

    Raises
    ------
    ValueError
        If a distance or a frequency is not above 0.
    """
    distance, frequency = positive(range_km=range_km, frequency_ghz=frequency_ghz)
    return np.asarray(20 * np.log10(4e9 * np.pi * distance * frequency / LIGHT_KM_S))


def isotropic_area_db_m2(frequency_ghz: ArrayLike) -> Floats:
    """Return the area over which an isotropic antenna gathers power, λ²/4π [dB(m²)].

    ITU-R P.525-4, section 2.3.

    Raises
    ------
    ValueError
        If a frequency is not above 0.
    """
    (frequency,) = positive(frequency_ghz=frequency_ghz)
    wavelength_m = LIGHT_KM_S * 1e-6 / frequency
    return np.asarray(10 * np.log10(wavelength_m**2 / (4 * np.pi)))


def carrier_to_noise_db(
    eirp_dbw: ArrayLike, loss_db: ArrayLike, gt_db_per_k: ArrayLike, bandwidth_mhz: ArrayLike
) -> Floats:
    """Return the carrier-to-noise ratio of a transmitter's power over a lossy path [dB].

    C/N = EIRP − L + G/T − k − B: Maral, Bousquet & Sun 2020, Satellite Communications Systems, 5.6.

    Parameters
    ----------
    eirp_dbw : array_like
        In the whole bandwidth [dBW].
    loss_db : array_like
        All losses of the path [dB].
    gt_db_per_k : array_like
        Gain of the receiver over its noise temperature [dB/K].
    bandwidth_mhz : array_like
        Noise bandwidth: the symbol rate [MHz].

    Raises
    ------
    ValueError
        If a bandwidth is not above 0.
    """
    (bandwidth,) = positive(bandwidth_mhz=bandwidth_mhz)
    noise_dbw_k = BOLTZMANN_DBW_K_HZ + 10 * np.log10(bandwidth * 1e6)
    return np.asarray(np.subtract(eirp_dbw, loss_db) + gt_db_per_k - noise_dbw_k)


def flux_carrier_to_noise_db(
    flux_dbw_m2_4khz: ArrayLike, frequency_ghz: ArrayLike, gt_db_per_k: ArrayLike
) -> Floats:
    """Return the carrier-to-noise ratio of a power-flux density at the receiver [dB].

    The flux density times the area of an isotropic antenna is what the antenna's gain multiplies;
    both signal and noise are taken in the same 4 kHz, so the bandwidth does not matter.

    Parameters
    ----------
    flux_dbw_m2_4khz : array_like
        Power-flux density in clear air [dB(W/m²) in 4 kHz].
    frequency_ghz : array_like
        [GHz]
    gt_db_per_k : array_like
        Gain of the receiver over its noise temperature [dB/K].

    Raises
    ------
    ValueError
        If a frequency is not above 0.
    """
    noise_dbw_k = BOLTZMANN_DBW_K_HZ + 10 * np.log10(_FLUX_BANDWIDTH_HZ)
    received = np.add(flux_dbw_m2_4khz, isotropic_area_db_m2(frequency_ghz))
    return np.asarray(received + gt_db_per_k - noise_dbw_k)


def scan_loss_db(off_boresight_deg: ArrayLike, exponent: ArrayLike) -> Floats:
    """Return the gain that a flat array loses when it looks away from its boresight [dB].

    −10 n lg cos θ: the area seen shrinks with the cosine (n = 1), and the elements lose gain on top
    of it: Mailloux 2018, Phased Array Antenna Handbook, 1.2.

    Parameters
    ----------
    off_boresight_deg : array_like
        Angle between the beam and the normal of the array, from 0 to below 90 [°].
    exponent : array_like
        n; 0 for an antenna that is turned towards the satellite.

    Raises
    ------
    ValueError
        If an angle or an exponent is out of range.
    """
    angle = np.asarray(off_boresight_deg, dtype=np.float64)
    if np.any((angle < 0) | (angle >= 90)):
        raise ValueError("the angle from the boresight in degrees lies from 0 to below 90")
    (power,) = not_negative(scan_exponent=exponent)
    return np.asarray(-10 * power * np.log10(np.cos(np.radians(angle))))


def noise_rise_db(
    attenuation_db: ArrayLike, system_temperature_k: ArrayLike, medium_k: ArrayLike = MEDIUM_K
) -> Floats:
    """Return by how much the noise rises because what attenuates the signal also glows [dB].

    ITU-R P.618-14, section 3: an attenuation of A dB is seen as T (1 − 10^(−A/10)) of warmth.

    Parameters
    ----------
    attenuation_db : array_like
        By rain, cloud and gases [dB].
    system_temperature_k : array_like
        Of antenna and receiver without it; infinite where the medium adds nothing, as for a
        satellite, which looks at the warm Earth anyway [K].
    medium_k : array_like
        Effective temperature of the medium [K].

    Raises
    ------
    ValueError
        If an attenuation is negative or a temperature not above 0.
    """
    (attenuation,) = not_negative(attenuation_db=attenuation_db)
    system, medium = positive(system_temperature_k=system_temperature_k, medium_k=medium_k)
    return to_db(1 + medium / system * (1 - to_ratio(-attenuation)))


def combine_db(*ratios_db: ArrayLike) -> Floats:
    """Return the ratio of a carrier to the sum of several noises and interferences [dB].

    Parameters
    ----------
    *ratios_db : array_like
        Carrier to each of them: C/N, C/I … [dB]; infinite where there is none.
    """
    return -to_db(sum(to_ratio(-np.asarray(ratio)) for ratio in ratios_db))


def to_db(ratio: ArrayLike) -> Floats:
    """Return a ratio of powers in decibels [dB]."""
    return np.asarray(10 * np.log10(ratio))


def to_ratio(decibels: ArrayLike) -> Floats:
    """Return the ratio of powers that decibels stand for."""
    return np.asarray(np.exp(np.asarray(decibels) * (np.log(10) / 10)))
