"""The sky over one place at one moment, satellite by satellite, and how they came there."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.propagation import Orbits
from leohub.sky.shells import OTHER
from leohub.sky.visibility.arc import arc_angle_deg
from leohub.sky.visibility.geometry import Look, look_at
from leohub.sky.visibility.places import HORIZON_AZIMUTHS, Places
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Sweep

Floats = NDArray[np.float64]

USABLE: Final = "usable"
NEAR_ARC: Final = "near the arc"
NO_GATEWAY: Final = "no gateway"
HIDDEN: Final = "hidden"
LOW: Final = "low"
STATES: Final = (USABLE, NEAR_ARC, NO_GATEWAY, HIDDEN, LOW)
"""What a satellite above the horizon can be; where several hold, the last one is said."""


def sky_at(
    constellation: Constellation,
    place: Places,
    rules: Rules,
    *,
    at: np.datetime64,
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
) -> pd.DataFrame:
    """Return the satellites above the horizon of a place at one moment, the highest first.

    Parameters
    ----------
    constellation : Constellation
    place : Places
        One place.
    rules : Rules
    at : datetime64
        UTC.
    gateways : Gateways, optional
        Only satellites that reach a working one are usable: see `Rules.lasers`.
    orientation : EarthOrientation, optional
        How the Earth stands; without it UT1 = UTC and the pole is fixed.

    Returns
    -------
    DataFrame
        `norad_id`, `object_name`, `shell`, `elevation_deg`, `azimuth_deg`, `range_km`,
        `arc_angle_deg` (NaN where no arc is visible), `state` (one of `STATES`), `in_view` (above
        the minimum elevation), `usable`.
    """
    moment = np.array([at], dtype="datetime64[us]")
    orbits = Orbits(constellation, orientation)
    look = _look_from(place, orbits.itrf(moment)[:, 0])
    up = np.flatnonzero(look.elevation_deg >= 0)
    elevation_deg, azimuth_deg = look.elevation_deg[up], look.azimuth_deg[up]
    arc_deg = arc_angle_deg(look.direction[up], *_coordinates(place))
    state = np.full(len(up), USABLE, dtype=object)
    if gateways is not None:
        reaches = _reaches_gateway(orbits, Sweep(orbits, place, rules, moment, gateways))
        state[~reaches[up]] = NO_GATEWAY
    state[arc_deg < rules.arc_avoidance_deg] = NEAR_ARC
    state[elevation_deg < hidden_below_deg(place, azimuth_deg)] = HIDDEN
    state[elevation_deg < rules.min_elevation_deg] = LOW
    shell = constellation.shell[up]
    table = pd.DataFrame(
        {
            "norad_id": constellation.norad_id[up],
            "object_name": constellation.object_name[up],
            "shell": np.where(shell == "", OTHER, shell),
            "elevation_deg": elevation_deg,
            "azimuth_deg": azimuth_deg,
            "range_km": look.range_km[up],
            "arc_angle_deg": arc_deg,
            "state": state,
            "in_view": state != LOW,
            "usable": state == USABLE,
        }
    )
    return table.sort_values("elevation_deg", ascending=False, ignore_index=True)


def trails(
    constellation: Constellation,
    place: Places,
    norad_id: NDArray[np.int64],
    *,
    until: np.datetime64,
    orientation: EarthOrientation | None = None,
    length_s: float = 120.0,
    step_s: float = 10.0,
) -> tuple[Floats, Floats]:
    """Return where satellites were seen in the last minutes before a moment.

    Parameters
    ----------
    constellation : Constellation
    place : Places
        One place.
    norad_id : ndarray of int64, shape (n,)
        Satellites of the constellation.
    until : datetime64
        The last moment [UTC].
    orientation : EarthOrientation, optional
    length_s, step_s : float
        How far back, and how far apart the moments are [s].

    Returns
    -------
    azimuth_deg, elevation_deg : ndarray, shape (n, moments)
        The oldest first [°]; below the horizon elevations are negative.
    """
    order = np.argsort(constellation.norad_id)
    chosen = order[np.searchsorted(constellation.norad_id, norad_id, sorter=order)]
    back_s = np.arange(length_s, -step_s / 2, -step_s)
    moments = until.astype("datetime64[us]") - np.round(back_s * 1e6).astype("timedelta64[us]")
    position = Orbits(constellation, orientation).itrf(moments, chosen)
    look = _look_from(place, position)
    return look.azimuth_deg, look.elevation_deg


def hidden_below_deg(place: Places, azimuth_deg: Floats) -> Floats:
    """Return up to which elevation a place's horizon hides the sky [°], shape as the azimuths."""
    if place.horizon_deg is None:
        return np.zeros(np.shape(azimuth_deg))
    horizon_deg = place.horizon_deg[0]
    around = np.append(horizon_deg, horizon_deg[0])
    return np.asarray(np.interp(azimuth_deg, np.arange(HORIZON_AZIMUTHS + 1), around))


def _coordinates(place: Places) -> tuple[float, float, float]:
    return float(place.lat_deg[0]), float(place.lon_deg[0]), float(place.height_km[0])


def _look_from(place: Places, position: Floats) -> Look:
    return look_at(position, *_coordinates(place))


def _reaches_gateway(orbits: Orbits, sweep: Sweep) -> NDArray[np.bool_]:
    """Return which satellites reach a working gateway; only of those in view it is asked."""
    flight, near, _ = sweep.flight(0)
    reaches = np.zeros(len(orbits), dtype=bool)
    reaches[near] = flight.allowed[0]
    return reaches
