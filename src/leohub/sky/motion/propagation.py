"""`Orbits`: where the satellites of a constellation are, whatever is known of them.

Near-circular low orbits go through our own SGP4, the others through python-sgp4, and satellites
whose positions their operator publishes are where it says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec, SatrecArray

from leohub.sky.constellation import Constellation
from leohub.sky.motion import sgp4
from leohub.sky.motion.frames import earth_turn, teme_to_itrf
from leohub.sky.motion.moments import Times, julian_date
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.published import published_itrf
from leohub.units import MINUTES_PER_DAY

Floats = NDArray[np.float64]
Chosen = NDArray[np.intp]

_SGP4_EPOCH = np.datetime64("1949-12-31T00:00:00", "us")
_US_PER_DAY = 86_400e6
_US_PER_MIN = 60e6
_LARGEST_DRAG = 0.03
"""Eccentricity that drag may add before Kepler's equation needs more steps than ours takes."""
_LARGEST_DRAG_RAD = 300.0
"""How far drag may move a satellite along its orbit before rounding shows."""


class Orbits:
    """Positions of a constellation.

    Parameters
    ----------
    constellation : Constellation
    orientation : EarthOrientation, optional
        How the Earth stands; without it UT1 = UTC and the pole is fixed.

    Raises
    ------
    ValueError
        If there are no satellites.
    """

    def __init__(
        self, constellation: Constellation, orientation: EarthOrientation | None = None
    ) -> None:
        if not len(constellation):
            raise ValueError("there are no satellites")
        self.constellation = constellation
        self.orientation = orientation
        # Minutes from a moment near all epochs keep the microseconds.
        self._reference = constellation.epoch[0]
        self._epoch_min = _minutes(constellation.epoch, self._reference)
        with np.errstate(all="ignore"):  # orbits that are not ours may come out as anything
            self._coefficients = sgp4.prepare(constellation)
            period_min = 2 * np.pi / sgp4.brouwer_mean_motion_rad_min(constellation)
        self._near_circular = (constellation.eccentricity < sgp4.MAX_ECCENTRICITY) & (
            period_min < sgp4.DEEP_SPACE_MIN
        )

    def __len__(self) -> int:
        return len(self.constellation)

    def itrf(self, times: Times, chosen: Chosen | None = None) -> Floats:
        """Return positions in ITRF.

        Parameters
        ----------
        times : ndarray of datetime64, shape (k,)
            UTC.
        chosen : ndarray of int, shape (n,), optional
            Which satellites; all when not given.

        Returns
        -------
        ndarray, shape (n, k, 3)
            [km]; NaN where a satellite has decayed or its operator published nothing.
        """
        return self.columns(times, chosen).transpose(2, 0, 1)

    def columns(self, times: Times, chosen: Chosen | None = None) -> Floats:
        """Return what `itrf` returns with the satellites last, shape (k, 3, n), contiguous."""
        published = self.constellation.published
        if published is not None:
            found = published_itrf(published, times, chosen)
            return np.ascontiguousarray(found.transpose(1, 2, 0))
        found = self.teme(times, chosen)
        teme_to_itrf(found, earth_turn(times, self.orientation))
        return found

    def teme(self, times: Times, chosen: Chosen | None = None) -> Floats:
        """Return positions in TEME by SGP4, shape (k, 3, n) [km]; NaN for decayed orbits."""
        which = slice(None) if chosen is None else chosen
        coefficients, epoch_min = self._coefficients[which], self._epoch_min[which]
        time_min = _minutes(times, self._reference)
        found = np.empty((len(times), 3, len(epoch_min)))
        sgp4.propagate(coefficients, epoch_min, time_min, found)
        others = np.flatnonzero(~self._ours(which, coefficients, epoch_min, time_min))
        if len(others):
            rows = others if chosen is None else chosen[others]
            found[:, :, others] = _by_python_sgp4(self.constellation.select(rows), times)
        return found

    def _ours(
        self, which: slice | Chosen, coefficients: Floats, epoch_min: Floats, time_min: Floats
    ) -> NDArray[np.bool_]:
        """Return which satellites our own SGP4 is right for at these moments."""
        away_min = np.maximum(
            np.abs(time_min.max() - epoch_min), np.abs(time_min.min() - epoch_min)
        )
        with np.errstate(all="ignore"):
            rounder = sgp4.drag_of_eccentricity(coefficients, away_min) < _LARGEST_DRAG
            steady = sgp4.drag_of_anomaly_rad(coefficients, away_min) < _LARGEST_DRAG_RAD
        return np.asarray(self._near_circular[which] & rounder & steady)


def _minutes(times: Times, since: np.datetime64) -> Floats:
    elapsed = np.asarray(times).astype("datetime64[us]") - since.astype("datetime64[us]")
    return np.asarray(elapsed.astype(np.int64) / _US_PER_MIN)


def _by_python_sgp4(constellation: Constellation, times: Times) -> Floats:
    error, position, _ = SatrecArray(to_satrecs(constellation)).sgp4(*julian_date(times))
    position[error != 0] = np.nan
    return np.asarray(position.transpose(1, 2, 0))


def to_satrecs(constellation: Constellation) -> list[Satrec]:
    """Prepare every satellite for python-sgp4 (WGS 72 constants, improved mode).

    Catalogue numbers play no part in the physics and python-sgp4 refuses those above 339,999, so a
    running number stands in for them.
    """
    epoch_days = (constellation.epoch - _SGP4_EPOCH).astype("timedelta64[us]").astype(np.int64)
    columns = np.column_stack(
        [
            epoch_days / _US_PER_DAY,
            constellation.bstar,
            constellation.eccentricity,
            np.radians(constellation.arg_perigee_deg),
            np.radians(constellation.inclination_deg),
            np.radians(constellation.mean_anomaly_deg),
            constellation.mean_motion_rev_day * (2 * np.pi / MINUTES_PER_DAY),
            np.radians(constellation.raan_deg),
        ]
    )
    satrecs = []
    for number, (epoch, bstar, *orbit) in enumerate(columns.tolist()):
        satrec = Satrec()
        satrec.sgp4init(WGS72, "i", number % 100_000, epoch, bstar, 0.0, 0.0, *orbit)
        satrecs.append(satrec)
    return satrecs
