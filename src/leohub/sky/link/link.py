"""`Link`: from where a satellite stands and what the air takes to the rate of a channel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.sky.link.budget import (
    MEDIUM_K,
    carrier_to_noise_db,
    combine_db,
    flux_carrier_to_noise_db,
    free_space_loss_db,
    noise_rise_db,
    scan_loss_db,
    to_db,
    to_ratio,
)
from leohub.sky.link.modcod import Modcods
from leohub.validity import at_most, not_negative, positive

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Link(ABC):
    """One channel between a terminal and a satellite, either way.

    The terminal is a flat array that lies level: it looks ``90° − elevation`` away from its
    boresight. All numbers may be arrays: they broadcast with each other and with the arguments of
    the methods.

    Attributes
    ----------
    frequency_ghz : array_like
        [GHz]
    channel_mhz : array_like
        Symbol rate of the channel [MHz].
    gt_db_per_k : array_like
        Gain over noise temperature of the receiver, on boresight and in clear air [dB/K].
    system_temperature_k : array_like
        Noise temperature that `gt_db_per_k` holds; infinite where rain adds no noise, as at a
        satellite [K].
    scan_exponent : array_like
        Of `leohub.sky.link.budget.scan_loss_db`: what the terminal loses away from boresight.
    interference_db : array_like
        Carrier to interference; rain takes from both alike [dB].
    implementation_loss_db : array_like
        By which real modems need more than the thresholds of `modcods` [dB].
    overhead : array_like
        Share of the bits that is left for users after framing, pilots and signalling.
    modcods : Modcods

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    frequency_ghz: ArrayLike
    channel_mhz: ArrayLike
    gt_db_per_k: ArrayLike
    system_temperature_k: ArrayLike
    scan_exponent: ArrayLike
    interference_db: ArrayLike
    implementation_loss_db: ArrayLike
    overhead: ArrayLike
    modcods: Modcods

    def __post_init__(self) -> None:
        positive(
            frequency_ghz=self.frequency_ghz,
            channel_mhz=self.channel_mhz,
            system_temperature_k=self.system_temperature_k,
            overhead=self.overhead,
        )
        not_negative(
            scan_exponent=self.scan_exponent, implementation_loss_db=self.implementation_loss_db
        )
        at_most(1, overhead=self.overhead)

    def esn0_db(
        self, elevation_deg: ArrayLike, range_km: ArrayLike, attenuation_db: ArrayLike
    ) -> Floats:
        """Return the signal-to-noise ratio that the MODCODs are chosen by [dB].

        Parameters
        ----------
        elevation_deg : array_like
            Of the satellite, above 0 to 90 [°]. NaN where there is none gives NaN.
        range_km : array_like
            To the satellite [km].
        attenuation_db : array_like
            By rain, cloud, gases and scintillation [dB].

        Raises
        ------
        ValueError
            If an argument is out of range.
        """
        warm_noise = noise_rise_db(attenuation_db, self.system_temperature_k)
        clear = self._clear_db(elevation_deg, range_km)
        faded = clear - np.asarray(attenuation_db) - warm_noise
        esn0_db = combine_db(faded, self.interference_db) - np.asarray(self.implementation_loss_db)
        return np.asarray(esn0_db)

    def rate_mbps(
        self, elevation_deg: ArrayLike, range_km: ArrayLike, attenuation_db: ArrayLike
    ) -> Floats:
        """Return what the whole channel carries for users: all terminals that share it [Mbps].

        The arguments are those of `esn0_db`. 0 where not even the lowest MODCOD holds.
        """
        bits = self.modcods.efficiency_at(self.esn0_db(elevation_deg, range_km, attenuation_db))
        return np.asarray(np.multiply(self.channel_mhz, self.overhead) * bits)

    def tolerated_attenuation_db(self, elevation_deg: ArrayLike, range_km: ArrayLike) -> Floats:
        """Return the largest attenuation at which the lowest MODCOD holds [dB].

        With the attenuation A as a ratio L = 10^(A/10), the margin of clear air m and the medium's
        share of the noise τ = T_medium / T_system, signal and noise meet at L + τ(L − 1) = m.

        Parameters
        ----------
        elevation_deg, range_km : array_like
            As for `esn0_db`.

        Returns
        -------
        ndarray
            −infinity where the link fails even in clear air: every attenuation is above it.
        """
        needed = self.modcods.lowest_db + np.asarray(self.implementation_loss_db)
        # Share of all noise that interference leaves to the receiver; none if it alone is too much.
        share_left = np.maximum(1 - to_ratio(needed - np.asarray(self.interference_db)), 0.0)
        margin = to_ratio(self._clear_db(elevation_deg, range_km) - needed) * share_left
        medium = MEDIUM_K / np.asarray(self.system_temperature_k)
        largest = np.maximum((margin + medium) / (1 + medium), 1.0)
        return np.where(margin < 1, -np.inf, to_db(largest))

    def _clear_db(self, elevation_deg: ArrayLike, range_km: ArrayLike) -> Floats:
        """Return the carrier-to-noise ratio in clear air at a terminal that looks up [dB]."""
        off_boresight = 90 - np.asarray(elevation_deg, dtype=np.float64)
        if np.any((off_boresight < 0) | (off_boresight >= 90)):
            raise ValueError("the elevation in degrees lies above 0 and not above 90")
        return self._boresight_db(range_km) - scan_loss_db(off_boresight, self.scan_exponent)

    @abstractmethod
    def _boresight_db(self, range_km: ArrayLike) -> Floats:
        """Return the carrier-to-noise ratio in clear air on the terminal's boresight [dB]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FluxLink(Link):
    """A satellite that keeps the power-flux density on the ground constant, near or far.

    Attributes
    ----------
    flux_dbw_m2_4khz : array_like
        In clear air [dB(W/m²) in 4 kHz].
    """

    flux_dbw_m2_4khz: ArrayLike

    def _boresight_db(self, range_km: ArrayLike) -> Floats:
        positive(range_km=range_km)
        return flux_carrier_to_noise_db(self.flux_dbw_m2_4khz, self.frequency_ghz, self.gt_db_per_k)


@dataclass(frozen=True, eq=False, kw_only=True)
class EirpLink(Link):
    """A transmitter of constant power: the farther away, the weaker.

    Attributes
    ----------
    eirp_dbw : array_like
        In the whole channel; of a terminal on its boresight [dBW].
    """

    eirp_dbw: ArrayLike

    def _boresight_db(self, range_km: ArrayLike) -> Floats:
        loss = free_space_loss_db(range_km, self.frequency_ghz)
        return carrier_to_noise_db(self.eirp_dbw, loss, self.gt_db_per_k, self.channel_mhz)
