"""Whom a hub at each candidate place would serve, as the study draws its catchments."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.io.catchment.barriers import read_barriers
from leohub.people.catchment.barriers import Barriers, Ways, edges_of, outline_of
from leohub.people.catchment.decay import Decay
from leohub.people.coverage import find_distances, find_pairs
from leohub.study.desk import Desk
from leohub.study.settings import Study
from leohub.study.settings.catchment import Catchment
from leohub.study.traveltimes import Trips, minutes_by_road, minutes_over_friction

Floats = NDArray[np.float64]
Progress = Callable[[float], None]


def find_shares(
    desk: Desk,
    study: Study,
    sites: pd.DataFrame | None,
    cells: pd.DataFrame | None,
    regions: gpd.GeoDataFrame | None,
    progress: Progress = lambda share: None,
) -> csr_array | None:
    """Return the shares of a `Coverage`; None where something it needs cannot be used.

    Parameters
    ----------
    desk : Desk
        Collects sources, problems and warnings.
    study : Study
    sites, cells, regions : DataFrame or None
        None where they cannot be used: the files are looked at all the same.
    progress : callable
        Told the share of the work done [0..1].
    """
    given = study.service.catchment
    water = _open_water(desk, given)
    no_water = given.barriers is not None and water is None
    if sites is None or cells is None or regions is None or no_water:
        if given.file is not None:
            desk.look_at(given.file, given, "[service.catchment] file")
        return None
    if given.everyone_within_radius:
        return find_pairs(
            sites["lat_deg"],
            sites["lon_deg"],
            sites["radius_km"],
            cells["lat_deg"],
            cells["lon_deg"],
        )
    _warn_of_radius(desk, given, sites)
    distance_km = find_distances(
        sites["lat_deg"], sites["lon_deg"], sites["radius_km"], cells["lat_deg"], cells["lon_deg"]
    )
    trips = Trips(sites, cells, distance_km, given.minutes or np.inf, progress)
    part = _parts(desk, given, trips, regions, water)
    if part is None:
        return None
    if given.borders == "regions":
        part[trips.between_regions] = np.inf
    decay = Decay(given.decay, given.full_pct / 100, given.half_pct / 100)
    return _kept(distance_km, decay.shares(part))


def _warn_of_radius(desk: Desk, given: Catchment, sites: pd.DataFrame) -> None:
    """Warn where the service radius cuts off what people could walk in the time given."""
    if given.minutes is None or given.mode != "walking":
        return
    walk_km = given.walking_km_h * given.minutes / 60
    short = int((sites["radius_km"] < walk_km).sum())
    if short:
        desk.warn(
            f"At {short:,} candidate places radius_km ends the catchment before a walk of "
            f"{given.minutes:g} minutes ({walk_km:g} km) does."
        )


def _open_water(desk: Desk, given: Catchment) -> gpd.GeoSeries | None:
    barriers = given.barriers
    if barriers is None:
        return None
    return desk.read(
        lambda: read_barriers(
            desk.input_file(barriers.file, barriers, "[service.catchment.barriers] file")
        )
    )


def _parts(
    desk: Desk,
    given: Catchment,
    trips: Trips,
    regions: gpd.GeoDataFrame,
    water: gpd.GeoSeries | None,
) -> Floats | None:
    """Return how far each pair is apart, as a part of its reach; inf where there is no way."""
    if given.by == "friction":
        minutes = minutes_over_friction(desk, given, trips, regions.geometry, water)
        return None if minutes is None else minutes / trips.minutes
    barriers = _barriers(given, regions, water)
    blocked = _blocked(desk, given, barriers, trips)
    if given.by == "roads":
        minutes = minutes_by_road(desk, given, trips, barriers, blocked)
        return None if minutes is None else minutes / trips.minutes
    # What rounding adds to a pair on the very edge must not put it beyond.
    part = np.minimum(trips.distance_km.data / trips.radius_km[trips.site], 1.0)
    return np.where(blocked, np.inf, part)


def _barriers(
    given: Catchment, regions: gpd.GeoDataFrame, water: gpd.GeoSeries | None
) -> Barriers | None:
    """Return what stops people, or None where nothing does."""
    if water is None and given.borders == "open":
        return None
    shapes = regions.geometry.to_numpy()
    borders = np.empty((0, 2, 2))
    if given.borders != "open":
        borders = outline_of(shapes) if given.borders == "country" else edges_of(shapes)
    _, south_deg, _, north_deg = regions.total_bounds
    lakes = [] if water is None else list(water)
    return Barriers(lakes, borders, lat_deg=(south_deg + north_deg) / 2)


def _blocked(
    desk: Desk, given: Catchment, barriers: Barriers | None, trips: Trips
) -> NDArray[np.bool_]:
    """Return which pairs no straight way joins."""
    blocked = np.zeros(trips.distance_km.nnz, dtype=np.bool_)
    if barriers is None:
        return blocked
    site, cell = trips.site, trips.cell
    from_place, site_afloat = barriers.ashore(_on_map(barriers, trips.sites))
    to_place, cell_afloat = barriers.ashore(_on_map(barriers, trips.cells))
    tested = np.flatnonzero(barriers.near(from_place, trips.radius_km)[site])
    blocked[tested] = barriers.block(Ways(from_place[site[tested]], to_place[cell[tested]]))
    blocked |= site_afloat[site] | cell_afloat[cell]
    _warn_afloat(desk, site_afloat, cell_afloat, trips.cells)
    return blocked


def _on_map(barriers: Barriers, places: pd.DataFrame) -> Floats:
    return barriers.on_map(places["lat_deg"].to_numpy(), places["lon_deg"].to_numpy())


def _warn_afloat(
    desk: Desk,
    site_afloat: NDArray[np.bool_],
    cell_afloat: NDArray[np.bool_],
    cells: pd.DataFrame,
) -> None:
    if site_afloat.any():
        desk.warn(
            f"{site_afloat.sum():,} candidate places stand in the water of the barriers, far from "
            "its shore, and reach nobody."
        )
    people = float(cells["people"].to_numpy()[cell_afloat].sum())
    if people >= 1:
        desk.warn(
            f"{people:,.0f} people live in cells in the middle of the water of the barriers, and "
            "no hub reaches them: islands are land only where the barriers leave them out."
        )


def _kept(pairs: csr_array, share: Floats) -> csr_array:
    """Return the pairs with a share, as the shares of a `Coverage`."""
    kept = share > 0
    before = np.concatenate([[0], np.cumsum(kept)])
    starts = before[pairs.indptr].astype(np.int32)
    return csr_array((share[kept], pairs.indices[kept], starts), shape=pairs.shape)
