"""Polygons in WGS 84 from files in any projection."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from leohub.io.provenance import InputFile
from leohub.io.tables import read_table

WGS84 = "EPSG:4326"
SET_CRS = "Set the CRS, for example in QGIS, and export it again"
EDGE_DEG = 0.05
"""Edges are cut to pieces of this length before they are moved to another projection, so that a
long straight border stays where it is: the middle of a 5 km edge moves by less than a metre."""


def read_polygons(file: InputFile, *, wanted: str) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a layer of polygons.

    Parameters
    ----------
    file : InputFile
        GeoJSON, GeoPackage or GeoParquet.
    wanted : str
        What to give in place of features that are not polygons: the remedy.

    Returns
    -------
    polygons : GeoDataFrame
        In EPSG:4326 with valid polygons, indexed by `row`, the number of the feature.
    notes : tuple of str
        What was repaired, with counts.

    Raises
    ------
    InputError
        When the file has no geometry, no CRS, features that are not polygons or enclose nothing,
        or coordinates that are not on Earth.
    """
    table = read_table(file)
    if not isinstance(table, gpd.GeoDataFrame):
        raise file.error("the file has no polygons", "Give GeoJSON, GeoPackage or GeoParquet")
    polygons = to_wgs84(file, table)
    if polygons.geometry.name != "geometry":
        polygons = polygons.rename_geometry("geometry")
    problems = file.problems()
    kinds = polygons.geometry.geom_type.mask(polygons.geometry.is_empty, "").fillna("")
    problems.add_rows(
        [
            (row, f"the feature is a {kind}, not a polygon" if kind else "it has no geometry")
            for row, kind in kinds.items()
            if kind not in ("Polygon", "MultiPolygon")
        ],
        wanted,
    )
    problems.raise_if_any()
    notes: tuple[str, ...] = ()
    invalid = ~polygons.geometry.is_valid
    if invalid.any():
        polygons.loc[invalid, "geometry"] = polygons.geometry[invalid].map(_made_valid)
        rows = ", ".join(str(row) for row in polygons.index[invalid][:20])
        notes = (f"{invalid.sum():,} polygons that cross themselves were made valid: rows {rows}",)
    problems.add_rows(
        [
            (row, "the polygon encloses nothing")
            for row in polygons.index[polygons.geometry.is_empty]
        ],
        wanted,
    )
    problems.raise_if_any()
    return polygons, notes


def to_wgs84(file: InputFile, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer in EPSG:4326.

    Raises
    ------
    InputError
        When the layer does not say its CRS, the CRS has no place on Earth, or the coordinates are
        not those of the CRS.
    """
    if table.crs is None:
        raise file.error(
            "the file does not say its coordinate reference system (CRS)",
            SET_CRS,
        )
    moved = table
    if not table.crs.equals(WGS84, ignore_axis_order=True):
        edge = EDGE_DEG if table.crs.is_geographic else EDGE_DEG * 111_000
        moved = table.set_geometry(
            shapely.segmentize(table.geometry.to_numpy(), edge), crs=table.crs
        )
        try:
            moved = moved.to_crs(WGS84)
        except ProjError as error:
            raise file.error(not_on_earth(table.crs, error), SET_CRS) from None
    else:
        moved = table.set_crs(WGS84, allow_override=True)
    lon_lat = np.abs(shapely.get_coordinates(moved.geometry.to_numpy()))
    if not np.all(lon_lat <= [180, 90]):
        raise file.error(
            f"coordinates lie outside ±180° and ±90°, so they are not in the CRS that the file "
            f"states ({table.crs.name})",
            "Set the CRS that the coordinates are in and export it as EPSG:4326",
        )
    return moved


def not_on_earth(crs: CRS, error: ProjError) -> str:
    """Say that coordinates cannot be moved to WGS 84 from a CRS, such as that of a building."""
    reason = " ".join(str(error).split()).rstrip(".")
    return f"its coordinate reference system, {crs.name!r}, has no known place on Earth ({reason})"


def _made_valid(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of the valid form of a geometry, without stray lines and points."""
    parts = shapely.get_parts(shapely.make_valid(geometry))
    parts = np.concatenate([shapely.get_parts(part) for part in parts]) if len(parts) else parts
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
