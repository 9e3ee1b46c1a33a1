"""Which region a place lies in."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer

_GEOD = Geod(ellps="WGS84")


def region_at(
    lat_deg: NDArray[np.float64],
    lon_deg: NDArray[np.float64],
    regions: gpd.GeoSeries,
    *,
    snap_km: float = 0.0,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find the region that holds each place, or else the nearest one.

    Parameters
    ----------
    lat_deg, lon_deg : ndarray, shape (n,)
        Places [°].
    regions : GeoSeries, shape (m,)
        Polygons in WGS 84. Where they overlap, or a place is on their common border, the first
        one counts.
    snap_km : float
        Places outside every region belong to the nearest one if it is this near [km], geodesic
        on WGS 84.

    Returns
    -------
    region : ndarray of int, shape (n,)
        Position of the region; -1 where the place belongs to none.
    snapped : ndarray of bool, shape (n,)
        Whether the place lies outside and was given to the nearest region.
    """
    region = np.full(len(lat_deg), -1, dtype=np.int64)
    polygon, place = shapely.STRtree(_geometries(shapely.points(lon_deg, lat_deg))).query(
        regions.to_numpy(), predicate="intersects"
    )
    order = np.lexsort((-polygon, place))
    region[place[order]] = polygon[order]
    snapped = np.zeros(len(lat_deg), dtype=np.bool_)
    outside = np.flatnonzero(region < 0)
    if snap_km > 0 and len(outside):
        nearest = _nearest_region(lat_deg[outside], lon_deg[outside], regions, snap_km)
        region[outside] = nearest
        snapped[outside] = nearest >= 0
    return region, snapped


def _nearest_region(
    lat_deg: NDArray[np.float64],
    lon_deg: NDArray[np.float64],
    regions: gpd.GeoSeries,
    snap_km: float,
) -> NDArray[np.int64]:
    """Return the region nearest to each place outside all of them, -1 beyond `snap_km`.

    The search is done on the Mercator map, which is conformal: near a place all directions have
    the same scale, so what is nearest there is nearest on the ground. The distance that decides
    is then measured on the ellipsoid.
    """
    to_map = Transformer.from_crs("EPSG:4326", "EPSG:3395", always_xy=True)
    edges, owner = _edges(regions)
    edges = np.stack(to_map.transform(edges[..., 0], edges[..., 1]), axis=-1)
    tree = shapely.STRtree(_geometries(shapely.linestrings(edges)))
    places = shapely.points(*to_map.transform(lon_deg, lat_deg))
    # Scale of the map at the far side of the search, with some room.
    lat_limit = np.radians(min(np.abs(lat_deg).max() + snap_km / 100, 89.0))
    place, edge = tree.query_nearest(
        places, max_distance=1010 * snap_km / np.cos(lat_limit), all_matches=False
    )
    foot = shapely.get_coordinates(
        shapely.get_point(shapely.shortest_line(places[place], tree.geometries[edge]), 1)
    )
    foot_lon, foot_lat = to_map.transform(foot[:, 0], foot[:, 1], direction="INVERSE")
    _, _, distance_m = _GEOD.inv(lon_deg[place], lat_deg[place], foot_lon, foot_lat)
    near = np.asarray(distance_m) <= 1000 * snap_km
    nearest = np.full(len(lat_deg), -1, dtype=np.int64)
    nearest[place[near]] = owner[edge[near]]
    return nearest


def _edges(regions: gpd.GeoSeries) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return all edges of the polygons, shape (n, 2, 2) in lon, lat, and the polygon of each."""
    parts, part_owner = shapely.get_parts(regions.to_numpy(), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    edges = np.stack((points[:-1][joined], points[1:][joined]), axis=1)
    return edges, part_owner[ring_part[ring[1:][joined]]]


def _geometries(geometries: object) -> NDArray[np.object_]:
    """Return an array, which is what shapely makes of arrays, although its types allow for one."""
    return np.asarray(geometries, dtype=object)
