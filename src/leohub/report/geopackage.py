"""plan.gpkg: the plan as map layers for QGIS and other GIS software."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from leohub.report.catchments import Shapes
from leohub.report.dictionary import lay_out
from leohub.report.digest import Digest

WGS84: Final = "EPSG:4326"
CIRCLE_CORNERS: Final = 72


def write_geopackage(digest: Digest, path: Path) -> None:
    """Write the layers, uppermost last: hexagons, regions, sites, service_areas, standing, hubs.

    Layers carry the columns of the data dictionary, `service_areas` some of the hubs'. `hexagons`
    are the people's cells gathered as on the report's map; `service_areas` are circles on the
    ellipsoid where a hub serves everyone within its radius, and the cells that it serves elsewhere;
    `standing` is there where hubs stand already.
    """
    results = digest.results
    hubs = lay_out(results.hubs, "hubs")
    regions = lay_out(pd.DataFrame(results.regions.drop(columns="geometry")), "regions")
    layers = {
        "hexagons": _hexagons(digest),
        "regions": gpd.GeoDataFrame(
            regions, geometry=results.regions.geometry.to_numpy(), crs=WGS84
        ),
        "sites": _points(lay_out(results.sites, "sites")),
        "service_areas": _areas(hubs, digest.catchments),
        **({"standing": _points(_standing(digest))} if len(digest.standing) else {}),
        "hubs": _points(hubs),
    }
    # One type for a layer: regions may have islands, and so may the land that a hub serves.
    in_parts = {"regions"} if digest.catchments is None else {"regions", "service_areas"}
    for name, layer in layers.items():
        multi = name in in_parts
        layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", promote_to_multi=multi)


def _standing(digest: Digest) -> pd.DataFrame:
    return lay_out(digest.standing, "sites").assign(region=digest.standing["region"].to_numpy())


def _points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(frame["lon_deg"], frame["lat_deg"])
    return gpd.GeoDataFrame(frame, geometry=points, crs=WGS84)


def _areas(hubs: pd.DataFrame, catchments: Shapes | None) -> gpd.GeoDataFrame:
    frame = hubs[["rank", "site_id", "name", "radius_km", "people_in_radius", "need_in_radius"]]
    shapes = _circles(hubs) if catchments is None else catchments
    return gpd.GeoDataFrame(frame.copy(), geometry=shapes, crs=WGS84)


def _circles(hubs: pd.DataFrame) -> Shapes:
    rings = circle_corners(
        hubs["lat_deg"].to_numpy(), hubs["lon_deg"].to_numpy(), hubs["radius_km"].to_numpy()
    )
    return np.asarray(shapely.polygons(rings), dtype=object)


def circle_corners(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], radius_km: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return geodesic circles as rings of (lon, lat) corners, shape (n, corners, 2) [°]."""
    azimuth = np.linspace(0, 360, CIRCLE_CORNERS, endpoint=False)
    shape = (len(lat_deg), CIRCLE_CORNERS)
    lon, lat, _ = Geod(ellps="WGS84").fwd(
        np.broadcast_to(lon_deg[:, None], shape).ravel(),
        np.broadcast_to(lat_deg[:, None], shape).ravel(),
        np.broadcast_to(azimuth, shape).ravel(),
        np.broadcast_to(radius_km[:, None] * 1000, shape).ravel(),
    )
    return np.stack([np.reshape(lon, shape), np.reshape(lat, shape)], axis=-1)


def _hexagons(digest: Digest) -> gpd.GeoDataFrame:
    frame = lay_out(digest.hexagons, "hexagons")
    corners = [len(ring) for ring in digest.rings]
    rings = shapely.linearrings(
        np.concatenate(digest.rings), indices=np.repeat(np.arange(len(corners)), corners)
    )
    return gpd.GeoDataFrame(frame, geometry=shapely.polygons(rings), crs=WGS84)
