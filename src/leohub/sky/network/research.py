"""What published simulators assume, as the parameters of a `Network`.

A simulator is reproduced by telling its parameters: the shell by altitude or by mean motion and the
phase of its planes (`leohub.sky.shells.walker`), the links between satellites
(`leohub.sky.network.lasers.grid_by_number`), and the limits of links (`LinkRules`). Here are the
small formulas that some simulators use for them and that are not physics.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def alternating_phases_deg(planes: int, per_plane: int) -> Floats:
    """Return the phases of planes of which every second one is half a seat ahead, (planes,) [°].

    Notes
    -----
    As Hypatia places satellites: Kassing et al. 2020, "Exploring the Internet from space with
    Hypatia", ACM IMC.
    """
    return np.where(np.arange(planes) % 2 == 1, 180.0 / per_plane, 0.0)


def cone_range_km(altitude_km: float, elevation_deg: float) -> float:
    """Return the slant range at an elevation if the Earth were flat [km].

    Notes
    -----
    Hypatia limits its links to the ground by it, with a cone around each satellite's nadir. On the
    round Earth a satellite at this range is lower than `elevation_deg`, and for small elevations
    below the horizon: from 1,015 km and 10° the limit is 5,845 km, where the horizon is 3,739 km
    away.
    """
    return altitude_km / float(np.sin(np.radians(elevation_deg)))
