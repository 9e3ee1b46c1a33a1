"""Lists that name some of the candidate places: those that must be hubs, or that are already."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from leohub.errors import Problems
from leohub.io.columns import numbers, require_columns, texts
from leohub.io.provenance import InputFile, Source
from leohub.io.sites.coordinates import read_coordinates
from leohub.io.tables import read_table

ID = "site_id"
"""Column with the id where the study names none: that of hubs.csv."""


def read_named_places(
    file: InputFile,
    role: str,
    *,
    id: str | None = None,
    lat: str = "lat",
    lon: str = "lon",
    cost: str | None = None,
) -> tuple[pd.DataFrame, Source]:
    """Read a list that names places by id, by coordinates, or some by one and some by the other.

    Parameters
    ----------
    file : InputFile
    role : str
        What the study uses it for: ``"required places"``.
    id : str, optional
        Column with the ids of candidate places. Default: `ID`, if the table has one.
    lat, lon : str
        Columns with latitude and longitude [°, WGS 84]; not used in files with points.
    cost : str, optional
        Column with the cost of a hub at each place.

    Returns
    -------
    places : DataFrame
        Index: the row in the file. `site_id`, empty where the place is given by its coordinates,
        else `lat_deg` and `lon_deg`; and `cost`, if it was asked for.
    source : Source
        Totals: places.

    Raises
    ------
    InputError
        When a column is missing, a row has neither id nor coordinates, or a number cannot be right.
    """
    table = read_table(file)
    problems = file.problems()
    known = id or (ID if ID in table.columns else None)
    wanted: dict[str, str | None] = {"id": id, "cost": cost}
    if known is None and not isinstance(table, gpd.GeoDataFrame):
        wanted |= {"lat": lat, "lon": lon}
    require_columns(table, wanted, problems)
    problems.raise_if_any()
    ids = pd.Series("", index=table.index) if known is None else texts(table[known])
    places = pd.DataFrame({"site_id": ids, "lat_deg": float("nan"), "lon_deg": float("nan")})
    unnamed = table[ids == ""]
    if len(unnamed):
        placed = _coordinates(file, unnamed, lat, lon, problems)
        places.loc[unnamed.index, ["lat_deg", "lon_deg"]] = placed[["lat_deg", "lon_deg"]]
    if cost is not None:
        places["cost"] = numbers(
            table, cost, problems, low=0.0, high=1e15, remedy="Give what a hub costs there"
        )
    problems.raise_if_any()
    return places, file.source(role, totals={"places": float(len(places))})


def _coordinates(
    file: InputFile, unnamed: pd.DataFrame, lat: str, lon: str, problems: Problems
) -> pd.DataFrame:
    """Return where the places without an id are, noting those that are nowhere."""
    points = isinstance(unnamed, gpd.GeoDataFrame)
    if points or {lat, lon} <= set(unnamed.columns):
        placed = read_coordinates(file, unnamed, lat, lon, problems)
    else:
        nowhere = {"lat_deg": float("nan"), "lon_deg": float("nan"), "placed": False}
        placed = pd.DataFrame(nowhere, index=unnamed.index)
    problems.add_rows(
        [
            (row, "the place has neither an id nor coordinates")
            for row in unnamed.index[~placed["placed"]]
        ],
        "Fill in one of them, or take the row out",
    )
    return placed
