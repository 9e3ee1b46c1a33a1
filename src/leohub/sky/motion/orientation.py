"""How the Earth stands: UT1 − UTC and the motion of the pole, from a bulletin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.sky.motion.moments import Times

Floats = NDArray[np.float64]

_ARCSEC_RAD = np.pi / 648_000.0


@dataclass(frozen=True)
class EarthOrientation:
    """Earth orientation parameters by moment, as the IERS publishes them.

    Attributes
    ----------
    moment : ndarray of datetime64[us], shape (k,)
        UTC, ascending, usually midnights.
    ut1_utc_s : ndarray, shape (k,)
        UT1 − UTC [s].
    xp_arcsec, yp_arcsec : ndarray, shape (k,)
        Coordinates of the celestial intermediate pole [arc seconds].
    """

    moment: Times
    ut1_utc_s: Floats
    xp_arcsec: Floats
    yp_arcsec: Floats

    def at(self, times: Times) -> tuple[Floats, Floats, Floats]:
        """Return UT1 − UTC [s] and the pole's coordinates [rad] at moments, each of shape (n,).

        Linear between the entries, which loses less than 1 ms; a leap second between two entries
        is stepped over at the later one.

        Raises
        ------
        ValueError
            If a moment lies outside the bulletin.
        """
        times = np.asarray(times)
        if times.min() < self.moment[0] or times.max() > self.moment[-1]:
            raise ValueError(f"the bulletin covers {self.moment[0]} to {self.moment[-1]} only")
        before = np.clip(
            np.searchsorted(self.moment, times, side="right") - 1, 0, len(self.moment) - 2
        )
        span = self.moment[before + 1] - self.moment[before]
        share = (times - self.moment[before]) / span
        step_s = self.ut1_utc_s[before + 1] - self.ut1_utc_s[before]
        step_s = step_s - np.round(step_s)

        def between(values: Floats) -> Floats:
            return np.asarray(values[before] + share * (values[before + 1] - values[before]))

        ut1_utc_s = np.where(
            share < 1, self.ut1_utc_s[before] + share * step_s, self.ut1_utc_s[before + 1]
        )
        return (
            ut1_utc_s,
            between(self.xp_arcsec) * _ARCSEC_RAD,
            between(self.yp_arcsec) * _ARCSEC_RAD,
        )
