"""How the Earth stands: UT1 − UTC and the motion of the pole, from a bulletin; axes of J2000."""

from __future__ import annotations

from dataclasses import dataclass

import erfa
import numpy as np
from numpy.typing import NDArray

from leohub.sky.motion.moments import Times, julian_date
from leohub.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]

_ARCSEC_RAD = np.pi / 648_000.0
_TT_UTC_S = 69.184
"""Terrestrial time − UTC since 2017 [s]. Half a minute more or less moves nothing by a millimetre:
only precession and nutation are counted in it."""
_NUTATION_STEP = np.timedelta64(1, "h")


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


def j2000_to_itrf(times: Times, orientation: EarthOrientation | None = None) -> Floats:
    """Return what turns positions from the mean equator and equinox of J2000 to Earth-fixed axes.

    Parameters
    ----------
    times : ndarray of datetime64, shape (n,)
        UTC, within a few days.
    orientation : EarthOrientation, optional
        Without it UT1 is taken as UTC and the pole as fixed.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        Matrices to multiply columns (x, y, z) with.

    Raises
    ------
    ValueError
        If a moment lies outside the bulletin.

    Notes
    -----
    Precession and nutation IAU 2006/2000A, as IERS Conventions 2010, chapter 5, have them, by the
    library ERFA; the frame bias turns J2000 into the celestial reference system. The celestial pole
    is taken from the series every hour and linear in between, which loses less than 1 mm.
    """
    times = np.atleast_1d(np.asarray(times)).astype("datetime64[us]")
    day_jd, fraction = julian_date(times)
    ut1_utc_s, xp_rad, yp_rad = (0.0, 0.0, 0.0) if orientation is None else orientation.at(times)
    hours = np.arange(times.min(), times.max() + 2 * _NUTATION_STEP, _NUTATION_STEP)
    pole = erfa.xys06a(*_terrestrial(*julian_date(hours)))
    share = (times - hours[0]) / _NUTATION_STEP
    x, y, s = (np.interp(share, np.arange(len(hours)), values) for values in pole)
    terrestrial = _terrestrial(day_jd, fraction)
    polar_motion = erfa.pom00(xp_rad, yp_rad, erfa.sp00(*terrestrial))
    turn_rad = erfa.era00(day_jd, fraction + ut1_utc_s / SECONDS_PER_DAY)
    celestial = erfa.c2tcio(erfa.c2ixys(x, y, s), turn_rad, polar_motion)
    bias, _, _ = erfa.bp06(*(part[0] for part in terrestrial))
    return np.asarray(celestial @ bias.T)


def _terrestrial(day_jd: Floats, fraction: Floats) -> tuple[Floats, Floats]:
    """Return the Julian date in terrestrial time, in two parts [days]."""
    return day_jd, fraction + _TT_UTC_S / SECONDS_PER_DAY
