"""Lists of candidate places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from leohub.errors import Problems
from leohub.io.columns import optional_numbers, require_columns, suggest, texts
from leohub.io.provenance import InputFile, Source
from leohub.io.sites.coordinates import HEIGHTS, HIGHEST_M, LOWEST_M, read_coordinates
from leohub.io.tables import read_table


def read_sites(
    file: InputFile,
    *,
    kind: str,
    radius_km: float,
    id: str | None = None,
    name: str | None = None,
    lat: str = "lat",
    lon: str = "lon",
    height: str | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    skip_without_place: bool = False,
) -> tuple[pd.DataFrame, Source]:
    """Read one list of candidate places.

    Parameters
    ----------
    file : InputFile
        CSV, XLSX or Parquet with coordinates in columns, or GeoJSON, GeoPackage or GeoParquet
        with points in any projection.
    kind : str
        What these places are.
    radius_km : float
        Service radius of hubs at these places [km].
    id : str, optional
        Column with a unique id. Default, and where it is blank: the row number.
    name : str, optional
        Column with the name. Default: the kind and the id.
    lat, lon : str
        Columns with latitude and longitude [°, WGS 84]; not used in files with points.
    height : str, optional
        Column with the height above the ellipsoid [m]. Default, and where it is blank: 0.
    where : mapping, optional
        Keep only rows whose column has one of these values.
    skip_without_place : bool
        Leave out, and count, rows without coordinates. Otherwise they are errors.

    Returns
    -------
    places : DataFrame
        Indexed by `site_id` (``"{kind}:{id}"``, unique): `name`, `kind`, `lat_deg`, `lon_deg`,
        `height_m`, `radius_km`, and `row`, the row in the file.
    source : Source
        Totals: rows, places.

    Raises
    ------
    InputError
        When the list cannot be used: columns missing, ids repeated, coordinates missing, not
        numbers or not on Earth, or no row left.
    """
    table = read_table(file)
    problems = file.problems()
    wanted = {"id": id, "name": name, "height": height} | {
        f"where.{column}": column for column in where or {}
    }
    if not isinstance(table, gpd.GeoDataFrame):
        wanted |= {"lat": lat, "lon": lon}
    require_columns(table, wanted, problems)
    problems.raise_if_any()
    rows = len(table)
    table = _chosen(table, where or {}, problems)
    problems.raise_if_any()
    kept = len(table)

    places = read_coordinates(file, table, lat, lon, problems)
    if skip_without_place:
        table, places = table[places["placed"]], places[places["placed"]]
    else:
        problems.add_rows(
            [(row, "the place has no coordinates") for row in places.index[~places["placed"]]],
            "Fill them in, or set skip_without_place = true to leave such rows out",
        )
    if places.empty:
        problems.add(
            "",
            f"none of the {kept:,} rows has coordinates",
            "Give at least one place with coordinates",
        )
        problems.raise_if_any()
    ids = _ids(table, id, problems)
    height_m = optional_numbers(
        table, height, problems, low=LOWEST_M, high=HIGHEST_M, remedy=HEIGHTS
    )
    problems.raise_if_any()

    names = texts(table[name]) if name else pd.Series("", index=table.index)
    sites = pd.DataFrame(
        {
            "name": names.where(names != "", kind + " " + ids),
            "kind": kind,
            "lat_deg": places["lat_deg"],
            "lon_deg": places["lon_deg"],
            "height_m": height_m.fillna(0.0),
            "radius_km": float(radius_km),
            "row": table.index,
        }
    ).set_index(pd.Index(f"{kind}:" + ids, name="site_id"))
    notes: list[str] = []
    if height is not None and (unknown := int(height_m.isna().sum())):
        notes.append(f"{unknown:,} places without a height are taken to be at 0 m")
    if id is not None and (unnamed := int((texts(table[id]) == "").sum())):
        notes.append(f"{unnamed:,} rows without an id are known by their row number")
    if kept < rows:
        notes.append(f"{rows - kept:,} rows that the study does not ask for were left out")
    if len(sites) < kept:
        notes.append(f"{kept - len(sites):,} rows without coordinates were left out")
    totals = {"rows": float(rows), "places": float(len(sites))}
    return sites, file.source("sites", totals=totals, notes=tuple(notes))


def _chosen(
    table: pd.DataFrame, where: Mapping[str, Sequence[str]], problems: Problems
) -> pd.DataFrame:
    """Return the rows that have one of the values asked for in every column named."""
    keep = pd.Series(True, index=table.index)
    for column, values in where.items():
        given = texts(table[column])
        keep &= given.isin(list(values))
        there = given.drop_duplicates().tolist()
        for value in sorted(set(values) - set(there)):
            problems.add(
                f"column {column!r}",
                f"no row has the value {value!r} that the study asks for",
                suggest(value, there, "The closest is {}", "Correct `where` in the study file"),
            )
    if not problems.found and not keep.any():
        problems.add("", "no row has all the values that `where` asks for", "Ask for fewer")
    return table[keep]


def _ids(table: pd.DataFrame, column: str | None, problems: Problems) -> pd.Series:
    """Return the id of each row, its number where it has none; note those that are repeated."""
    if column is None:
        return pd.Series([str(row) for row in table.index], index=table.index, dtype=str)
    ids = texts(table[column])
    ids = ids.where(ids != "", "row " + table.index.to_series().map(str))
    first_row: dict[str, int] = {}
    repeated: list[tuple[int, str]] = []
    for row, value in zip(ids.index.tolist(), ids.tolist(), strict=True):
        first = first_row.setdefault(value, row)
        if first != row:
            repeated.append((row, f"column {column!r}: id {value!r} is already in row {first}"))
    problems.add_rows(
        repeated, "Give every place an id of its own, or name no id column to use row numbers"
    )
    return ids
