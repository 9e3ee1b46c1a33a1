"""Latitudes and longitudes of the rows of a table."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from leohub.errors import Problems
from leohub.io.columns import is_missing, numbers
from leohub.io.provenance import InputFile
from leohub.io.regions.polygons import to_wgs84

LOWEST_M = -500.0
HIGHEST_M = 9_000.0
"""Heights of places on land: from below the shore of the Dead Sea to above Everest [m]."""

HEIGHTS = "Give metres above the WGS-84 ellipsoid; dry land lies between -430 and 8,850 m"
_DEGREES = "Give degrees of WGS 84, latitude from -90 to 90 and longitude from -180 to 180"


def read_coordinates(
    file: InputFile, table: pd.DataFrame, lat: str, lon: str, problems: Problems
) -> pd.DataFrame:
    """Return where each row of a table is, noting every coordinate that cannot be right.

    Parameters
    ----------
    file : InputFile
        Where the table comes from.
    table : DataFrame
        With points where it is a GeoDataFrame, else with the columns `lat` and `lon`.
    lat, lon : str
        Columns with latitude and longitude [°, WGS 84].
    problems : Problems

    Returns
    -------
    DataFrame
        Index as the table: `lat_deg`, `lon_deg`, and `placed`, whether the row has coordinates at
        all. NaN where it has none or they were noted as a problem.
    """
    if isinstance(table, gpd.GeoDataFrame):
        return _from_points(file, table, problems)
    return _from_columns(table, lat, lon, problems)


def _from_columns(table: pd.DataFrame, lat: str, lon: str, problems: Problems) -> pd.DataFrame:
    placed = ~(is_missing(table[lat]) | is_missing(table[lon]))
    rows = table[placed]
    # A latitude may be up to 180 here, so that a swapped pair is told from a wrong number below.
    given_lat, given_lon = (
        numbers(rows, column, problems, low=-180, high=180, remedy=_DEGREES)
        for column in (lat, lon)
    )
    no_latitude = given_lat.abs() > 90
    if no_latitude.sum() > len(rows) / 2 and given_lon.abs().max() <= 90:
        problems.add(
            f"columns {lat!r} and {lon!r}",
            f"{no_latitude.sum():,} of {len(rows):,} latitudes are beyond ±90, the longitudes are "
            "not: latitude and longitude are probably swapped",
            f"Exchange the names of the two columns; a study does so by lat = {lon!r} and "
            f"lon = {lat!r}",
        )
    else:
        problems.add_rows(
            [
                (row, f"column {lat!r}: latitude {given_lat[row]:g} is beyond ±90")
                for row in rows.index[no_latitude]
            ],
            _DEGREES,
        )
    return pd.DataFrame(
        {
            "lat_deg": given_lat.mask(no_latitude).reindex(table.index),
            "lon_deg": given_lon.reindex(table.index),
            "placed": placed,
        }
    )


def _from_points(file: InputFile, table: gpd.GeoDataFrame, problems: Problems) -> pd.DataFrame:
    points = to_wgs84(file, table).geometry
    placed = ~(points.isna() | points.is_empty)
    kinds = points.geom_type.where(placed, "Point")
    problems.add_rows(
        [
            (row, f"the place is a {kind}, not a point")
            for row, kind in kinds.items()
            if kind != "Point"
        ],
        "Give points, for example the centroids (QGIS: Vector > Geometry Tools > Centroids)",
    )
    usable = points.where(placed & (kinds == "Point"))
    return pd.DataFrame({"lat_deg": usable.y, "lon_deg": usable.x, "placed": placed})
