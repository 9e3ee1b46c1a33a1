"""Where satellites are: SGP4 at knots, and between the knots a cubic through both of them.

The knots are 60 s apart. A cubic that keeps position and velocity at both ends misses SGP4 by less
than half a metre in between on near-circular orbits (two metres at an eccentricity of 0.03, where
SGP4's velocity is not quite the derivative of its position), at a fraction of its cost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec, SatrecArray

from leohub.sky.compiled import compiled
from leohub.sky.constellation import Constellation
from leohub.sky.motion.frames import gmst82_rad, teme_to_itrf
from leohub.sky.motion.moments import Times, julian_date
from leohub.units import MINUTES_PER_DAY

Floats = NDArray[np.float64]

KNOT_S = 60.0
"""Time between two propagated positions [s]."""

_SGP4_EPOCH = np.datetime64("1949-12-31T00:00:00", "us")
_US_PER_DAY = 86_400e6


def to_satrecs(constellation: Constellation) -> list[Satrec]:
    """Prepare every satellite for SGP4 (WGS 72 constants, improved mode, as elements are made).

    Catalogue numbers play no part in the physics and SGP4 refuses those above 339,999, so a running
    number stands in for them.
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


def propagate_teme(satrecs: Sequence[Satrec], times: Times) -> tuple[Floats, Floats]:
    """Return positions and velocities in TEME, straight from SGP4.

    Parameters
    ----------
    satrecs : sequence of Satrec, length n
    times : ndarray of datetime64, shape (k,)
        UTC.

    Returns
    -------
    position, velocity : ndarray, shape (n, k, 3)
        [km, km/s]; NaN where SGP4 reports an error (an orbit that has decayed, for example).

    Notes
    -----
    Vallado, Crawford, Hujsak & Kelso 2006, AIAA 2006-6753, in the implementation of the Python
    package sgp4.
    """
    error, position, velocity = SatrecArray(list(satrecs)).sgp4(*julian_date(times))
    failed = error != 0
    position[failed], velocity[failed] = np.nan, np.nan
    return position, velocity


def propagate_itrf(satrecs: Sequence[Satrec], times: Times) -> tuple[Floats, Floats]:
    """Return positions and velocities in ITRF, shape (n, k, 3); see `propagate_teme`."""
    position, velocity = propagate_teme(satrecs, times)
    return teme_to_itrf(position, velocity, gmst82_rad(*julian_date(times)))


@compiled
def interpolate(
    position: Floats, velocity: Floats, knot_s: float, offset_s: float, found: Floats
) -> None:
    """Find all positions at one moment between the knots, by cubic Hermite interpolation.

    Parameters
    ----------
    position, velocity : ndarray, shape (n, k, 3)
        At the knots [km, km/s].
    knot_s : float
        Time between two knots [s].
    offset_s : float
        The moment, from the first knot [s]; not after the last.
    found : ndarray, shape (n, 3)
        Filled with the positions [km].
    """
    knot = min(int(offset_s / knot_s), position.shape[1] - 2)
    x = offset_s / knot_s - knot
    from_start = (1 + 2 * x) * (1 - x) ** 2
    from_end = x * x * (3 - 2 * x)
    speed_start = knot_s * x * (1 - x) ** 2
    speed_end = knot_s * x * x * (x - 1)
    for satellite in range(position.shape[0]):
        for axis in range(3):
            found[satellite, axis] = (
                from_start * position[satellite, knot, axis]
                + from_end * position[satellite, knot + 1, axis]
                + speed_start * velocity[satellite, knot, axis]
                + speed_end * velocity[satellite, knot + 1, axis]
            )
