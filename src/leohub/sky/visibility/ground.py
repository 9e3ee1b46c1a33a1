"""Places made ready to be looked from: in tiles, with what limits their view."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.sky.constellation import Constellation
from leohub.sky.visibility.arc import arc_limits
from leohub.sky.visibility.culling import farthest_km
from leohub.sky.visibility.flight import Ground
from leohub.sky.visibility.geometry import PLUMB_DEG, coverage_angle_rad
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.tiles import bins_in_reach, tile_places

Floats = NDArray[np.float64]


def to_ground(
    constellation: Constellation,
    places: Places,
    min_elevation_deg: ArrayLike,
    arc_avoidance_deg: float = 0.0,
) -> Ground:
    """Return places as the inner loop wants them.

    Parameters
    ----------
    constellation : Constellation
        Those that will be looked at.
    places : Places
    min_elevation_deg : array_like, shape () or (places,)
        [°]
    arc_avoidance_deg : float
        [°]
    """
    tiles = tile_places(places)
    elevation_deg = np.broadcast_to(np.asarray(min_elevation_deg, dtype=np.float64), len(places))
    lowest_deg = float(elevation_deg.min())
    radius_km = float(np.linalg.norm(tiles.position, axis=1).min())
    reach_rad = coverage_angle_rad(
        farthest_km(constellation).max(initial=radius_km), lowest_deg - PLUMB_DEG, radius_km
    )
    horizon_deg = np.empty((0, 0)) if places.horizon_deg is None else places.horizon_deg
    return Ground(
        tiles,
        *bins_in_reach(tiles, float(reach_rad)),
        min_sine=np.sin(np.radians(elevation_deg))[tiles.order],
        arcs=arc_limits(tiles.position, tiles.up, np.radians(arc_avoidance_deg)),
        horizon_deg=np.ascontiguousarray(horizon_deg[tiles.order])
        if len(horizon_deg)
        else horizon_deg,
        lowest_deg=lowest_deg,
        radius_km=radius_km,
    )
