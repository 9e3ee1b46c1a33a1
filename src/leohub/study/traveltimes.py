"""How long people travel to each candidate place: over a friction surface, or by road."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.io.catchment.friction import (
    FASTEST_KM_H,
    FrictionSurface,
    Stops,
    group_places,
    opened_friction,
)
from leohub.io.catchment.roads import RoadLines, read_roads
from leohub.io.provenance import Source
from leohub.people.catchment.barriers import Barriers, Ways
from leohub.people.catchment.friction import travel_minutes
from leohub.people.catchment.roads import Access, Roads, road_minutes
from leohub.study.desk import Desk
from leohub.study.settings.catchment import Catchment

Floats = NDArray[np.float64]

FARTHEST_RADII = 3.0
"""Ways that lead further from a place than this many of its radii are not looked for: people who
need so long a detour to a place so near do not come."""

TILE_KM = 50.0
"""Places of one piece of a friction surface lie in a square of this side [km]."""

_BORDER_PIXELS = 2
"""Added around the ways of a place: it stands somewhere in its pixel."""

_BATCH_SITES = 2048
"""Places whose ways along roads are found between two reports of progress."""


@dataclass(frozen=True)
class Trips:
    """The trips that are looked at: from every place to the cells within its service radius.

    Attributes
    ----------
    sites, cells : DataFrame
    distance_km : csr_array, shape (n_sites, n_cells)
        As the crow flies; its stored values, row by row, are the pairs.
    minutes : float
        Longest time one way [min]; inf where it does not matter.
    progress : callable
        Told the share of the work done [0..1].
    """

    sites: pd.DataFrame
    cells: pd.DataFrame
    distance_km: csr_array
    minutes: float
    progress: Callable[[float], None]

    @property
    def radius_km(self) -> Floats:
        """Service radius of each place [km]."""
        return self.sites["radius_km"].to_numpy(dtype=np.float64)

    @property
    def site(self) -> NDArray[np.intp]:
        """Which place each pair starts from, shape (n_pairs,)."""
        return np.repeat(np.arange(len(self.sites)), np.diff(self.distance_km.indptr))

    @property
    def cell(self) -> NDArray[np.int32]:
        """Which cell each pair leads to, shape (n_pairs,)."""
        return np.asarray(self.distance_km.indices)

    @property
    def between_regions(self) -> NDArray[np.bool_]:
        """Which pairs lead from one region into another, shape (n_pairs,)."""
        home = self.sites["region_code"].to_numpy()[self.site]
        return np.asarray(home != self.cells["region_code"].to_numpy()[self.cell])

    def away_km(self, fastest_km_h: float) -> Floats:
        """Return how far from each place its ways may lead, shape (n_sites,) [km].

        Whoever goes further cannot be at a cell within the radius in time.
        """
        in_time_km = fastest_km_h * self.minutes / 60
        return np.minimum((in_time_km + self.radius_km) / 2, FARTHEST_RADII * self.radius_km)

    def of(self, places: NDArray[np.intp]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the pairs of each of some places begin among them, and which they are."""
        begin = self.distance_km.indptr[places].astype(np.int64)
        counts = self.distance_km.indptr[places + 1] - begin
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return first, np.arange(first[-1]) + np.repeat(begin - first[:-1], counts)


def minutes_over_friction(
    desk: Desk, given: Catchment, trips: Trips, regions: gpd.GeoSeries, water: gpd.GeoSeries | None
) -> Floats | None:
    """Return how long each trip takes over a friction surface.

    Parameters
    ----------
    desk : Desk
    given : Catchment
    trips : Trips
    regions : GeoSeries
        Whose borders are not crossed, where the study says so.
    water : GeoSeries, optional
        Areas that nobody crosses.

    Returns
    -------
    ndarray or None, shape (n_pairs,)
        [min]; inf where there is no way. None where the surface cannot be used.
    """
    assert given.file is not None
    name = given.file
    country = None if given.borders == "open" else regions
    stops = Stops(water, country, given.borders == "regions")

    def work() -> tuple[Floats, Source]:
        file = desk.input_file(name, given, "[service.catchment] file")
        with opened_friction(file, given.mode) as surface:
            minutes = _over_friction(desk, surface, stops, trips)
            return minutes, file.source("friction surface", totals=surface.totals())

    return desk.read(work)


def _over_friction(desk: Desk, surface: FrictionSurface, stops: Stops, trips: Trips) -> Floats:
    site_at, cell_at = (
        surface.position(places["lat_deg"].to_numpy(), places["lon_deg"].to_numpy())
        for places in (trips.sites, trips.cells)
    )
    within = _on_surface(desk, surface, site_at)
    pixel_m = surface.pixel_m(site_at[within])
    km = trips.away_km(FASTEST_KM_H[surface.mode])[within]
    half = np.ceil(1000 * km[:, None] / pixel_m) + _BORDER_PIXELS
    minutes = np.full(trips.distance_km.nnz, np.inf)
    done = 0
    for group in group_places(site_at[within], 1000 * TILE_KM / np.median(pixel_m, axis=0)):
        places, around = within[group], half[group]
        piece = surface.piece(
            (site_at[places] - around).min(axis=0),
            (site_at[places] + around + 1).max(axis=0),
            stops,
        )
        first, chosen = trips.of(places)
        minutes[chosen] = travel_minutes(
            piece.patch,
            site_at[places] - piece.corner,
            around.astype(np.int64),
            trips.minutes,
            first,
            cell_at[trips.cell[chosen]] - piece.corner,
        )
        done += len(places)
        trips.progress(done / len(within))
    surface.raise_if_slow()
    return minutes


def _on_surface(desk: Desk, surface: FrictionSurface, site_at: Floats) -> NDArray[np.intp]:
    """Return the places that lie on the surface; warn of the others."""
    inside = surface.holds(site_at)
    if not inside.any():
        raise surface.file.error(
            "no candidate place lies on the friction surface",
            "Check that its coordinate reference system is right and that it is of this country",
        )
    if not inside.all():
        desk.warn(
            f"{(~inside).sum():,} candidate places lie beyond the friction surface: they "
            "reach nobody."
        )
    return np.flatnonzero(inside)


def minutes_by_road(
    desk: Desk,
    given: Catchment,
    trips: Trips,
    barriers: Barriers | None,
    blocked: NDArray[np.bool_],
) -> Floats | None:
    """Return how long each trip takes along roads or across country, whichever is quicker.

    Roads lead over water, by bridges, but not over borders; ways across country over neither.

    Parameters
    ----------
    desk : Desk
    given : Catchment
    trips : Trips
    barriers : Barriers, optional
    blocked : ndarray of bool, shape (n_pairs,)
        Trips that no straight way makes.

    Returns
    -------
    ndarray or None, shape (n_pairs,)
        [min]; inf where there is no way. None where the roads cannot be used.
    """
    assert given.file is not None
    name = given.file
    lines = desk.read(
        lambda: read_roads(
            desk.input_file(name, given, "[service.catchment] file"),
            class_column=given.road_class,
            speed_column=given.road_speed,
            mode=given.mode,
            walking_km_h=given.walking_km_h,
        )
    )
    if lines is None:
        return None
    by_road = _along_roads(given, trips, lines, barriers)
    across = np.where(blocked, np.inf, 60 * trips.distance_km.data / given.off_road_km_h)
    return np.asarray(np.minimum(by_road, across))


def _along_roads(
    given: Catchment, trips: Trips, lines: RoadLines, barriers: Barriers | None
) -> Floats:
    roads = _network(lines, barriers)
    site, cell = (
        _access(roads, places, barriers, given.off_road_km_h)
        for places in (trips.sites, trips.cells)
    )
    away_km = trips.away_km(float(lines.speed_km_h.max()))
    minutes = np.full(trips.distance_km.nnz, np.inf)
    for begin in range(0, len(trips.sites), _BATCH_SITES):
        places = np.arange(begin, min(begin + _BATCH_SITES, len(trips.sites)))
        first, chosen = trips.of(places)
        minutes[chosen] = road_minutes(
            roads,
            _some(site, places),
            away_km[places],
            trips.minutes,
            first,
            _some(cell, trips.cell[chosen]),
        )
        trips.progress((begin + len(places)) / len(trips.sites))
    return minutes


def _network(lines: RoadLines, barriers: Barriers | None) -> Roads:
    """Return the roads that people can use, without those that lead over a border."""
    open_road = np.ones(len(lines.start), dtype=np.bool_)
    if barriers is not None:
        node = barriers.on_map(lines.lat_deg, lines.lon_deg)
        open_road = ~barriers.crosses_border(Ways(node[lines.start], node[lines.end]))
    minutes = 60 * lines.length_km / lines.speed_km_h
    return Roads.from_edges(
        lines.lat_deg,
        lines.lon_deg,
        lines.start[open_road],
        lines.end[open_road],
        minutes[open_road],
    )


def _access(
    roads: Roads, places: pd.DataFrame, barriers: Barriers | None, off_road_km_h: float
) -> Access:
    """Join places to the nearest point of the roads, across country."""
    lat_deg, lon_deg = places["lat_deg"].to_numpy(), places["lon_deg"].to_numpy()
    node, distance_km = roads.nearest(lat_deg, lon_deg)
    minutes = 60 * distance_km / off_road_km_h
    if barriers is not None:
        place, afloat = barriers.ashore(barriers.on_map(lat_deg, lon_deg))
        end = barriers.on_map(roads.lat_deg[node], roads.lon_deg[node])
        minutes[afloat | barriers.block(Ways(place, end))] = np.inf
    return Access(node, minutes)


def _some(access: Access, which: NDArray[np.integer]) -> Access:
    return Access(access.node[which], access.minutes[which])
