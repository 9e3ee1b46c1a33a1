"""What the inner loop of the sky works on: satellites in flight, the ground below, what is seen.

Tuples of arrays, because that is what compiled code takes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.sky.visibility.geometry import PLUMB_DEG, coverage_angle_rad
from leohub.sky.visibility.tiles import Tiles

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

_HEIGHT_MARGIN_KM = 1.0  # an orbit's height changes less between two knots


class Flight(NamedTuple):
    """Satellites over some consecutive slots.

    Attributes
    ----------
    knots : ndarray, shape (k, 3, n)
        Positions at knots [km].
    first_knot : ndarray of int, shape (slots,)
    weights : ndarray, shape (slots, 6)
        How each slot is interpolated: `leohub.sky.motion.knots`.
    cos_reach_km, sin_reach_km : ndarray, shape (n,)
        Cosine and sine of how far from its foot each can be seen, times its least distance from
        the Earth's centre [km].
    allowed : ndarray of bool, shape (slots, n) or (0, 0)
        Which satellites carry traffic; empty when all do.
    name : ndarray of int64, shape (n,)
        A number of its own for each satellite: what ``random`` draws by.
    """

    knots: Floats
    first_knot: Ints
    weights: Floats
    cos_reach_km: Floats
    sin_reach_km: Floats
    allowed: Flags
    name: NDArray[np.int64]


class Ground(NamedTuple):
    """Places in tiles, and what limits their view.

    Attributes
    ----------
    tiles : Tiles
    first_bin, bins : ndarray of int
        Of each tile: `leohub.sky.visibility.tiles.bins_in_reach`.
    min_sine : ndarray, shape (places,)
        Sine of the minimum elevation.
    arcs : ndarray, shape (places, 12)
        `leohub.sky.visibility.arc.arc_limits`.
    horizon_deg : ndarray, shape (places, 360) or (0, 0)
        `leohub.sky.visibility.places.Places`, in the order of the tiles; empty when none.
    lowest_deg : float
        The lowest minimum elevation [°].
    radius_km : float
        From the Earth's centre to the nearest of the places [km].
    """

    tiles: Tiles
    first_bin: Ints
    bins: Ints
    min_sine: Floats
    arcs: Floats
    horizon_deg: Floats
    lowest_deg: float
    radius_km: float


class Seen(NamedTuple):
    """What places see, in the order of their tiles; each array has shape (slots, places).

    Attributes
    ----------
    in_view, usable : ndarray of int32
        Satellites above the minimum elevation; of those, the usable ones.
    serving : ndarray of int32
        Which satellite serves, or -1.
    elevation_deg, azimuth_deg, range_km : ndarray of float32
        Where the serving satellite stands; NaN where there is none.
    """

    in_view: NDArray[np.int32]
    usable: NDArray[np.int32]
    serving: NDArray[np.int32]
    elevation_deg: Singles
    azimuth_deg: Singles
    range_km: Singles


def nothing_seen(slots: int, places: int) -> Seen:
    """Return arrays to be filled by `see`."""
    shape = (slots, places)
    return Seen(
        in_view=np.zeros(shape, np.int32),
        usable=np.zeros(shape, np.int32),
        serving=np.full(shape, -1, np.int32),
        elevation_deg=np.full(shape, np.nan, np.float32),
        azimuth_deg=np.full(shape, np.nan, np.float32),
        range_km=np.full(shape, np.nan, np.float32),
    )


def with_reach(flight: Flight, lowest_deg: float, radius_km: float) -> Flight:
    """Return a flight with how far its satellites can be seen from.

    Parameters
    ----------
    flight : Flight
    lowest_deg : float
        Minimum elevation [°].
    radius_km : float
        From the Earth's centre to the nearest place [km].
    """
    distance_km = np.sqrt((flight.knots**2).sum(axis=1))
    far_km = np.fmax.reduce(distance_km) + _HEIGHT_MARGIN_KM
    near_km = np.fmin.reduce(distance_km) - _HEIGHT_MARGIN_KM
    reach_rad = coverage_angle_rad(far_km, lowest_deg - PLUMB_DEG, radius_km)
    return flight._replace(
        cos_reach_km=near_km * np.cos(reach_rad), sin_reach_km=near_km * np.sin(reach_rad)
    )
