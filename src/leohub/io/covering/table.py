"""Tables with headings: sites or demand points, in any format that planners have."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problems
from leohub.io.columns import numbers, texts
from leohub.io.covering.points import Points
from leohub.io.covering.text import InstanceText, read_text
from leohub.io.ground.fields import LATITUDE, LONGITUDE, Field, find_columns
from leohub.io.provenance import InputFile
from leohub.io.separated import SEPARATORS, read_csv
from leohub.io.sites.coordinates import read_coordinates
from leohub.io.tables import read_table

_ID = Field("the id", ("id", "name", "number", "node"), required=False)
_DEMAND = Field(
    "the demand",
    ("demand", "people", "population", "pop", "weight", "need_people"),
    required=False,
)
_COST = Field("the cost", ("cost", "fixed_cost", "budget"), required=False)
_X = Field("x", ("x", "x_km", "x_m", "easting"))
_Y = Field("y", ("y", "y_km", "y_m", "northing"))
_MOST = 1e15
"""Beyond this, whole numbers are no longer exact."""


def read_named_points(file: InputFile) -> Points:
    """Read a table with headings.

    Parameters
    ----------
    file : InputFile
        With the columns `x` and `y`, or `lat` and `lon` [°, WGS 84]; and where it has them
        `demand` (or `people`, `population`, `weight`), `cost`, and `id` (or `name`). Any table
        that `leohub.io.tables.read_table` reads, or text with blanks between the columns.

    Raises
    ------
    InputError
        With every problem of the table.
    """
    table = _table(file)
    problems = file.problems()
    geographic = _is_geographic(table)
    places = {"lat": LATITUDE, "lon": LONGITUDE} if geographic else {"x": _X, "y": _Y}
    fields = {**places, "id": _ID, "demand": _DEMAND, "cost": _COST}
    columns = find_columns(table, fields, problems)
    problems.raise_if_any()
    found = Points(
        places=_on_earth(file, table, columns, problems)
        if geographic
        else _in_plane(table, columns, problems),
        metric="geodesic" if geographic else "plane",
        demand=_values(table, columns.get("demand"), problems, "Give 0 or more"),
        cost=_values(table, columns.get("cost"), problems, "Give 0 or more"),
        names=texts(table[columns["id"]]).to_numpy(dtype=np.str_) if "id" in columns else None,
    )
    problems.raise_if_any()
    return found


def _table(file: InputFile) -> pd.DataFrame:
    """Read the table: as its suffix says, or as text whose first line has the headings."""
    if file.suffix not in ("", ".txt", ".dat", ".tsv"):
        return read_table(file)
    text = read_text(file)
    heading = text.content.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace")
    if any(separator in heading.strip() for separator in SEPARATORS):
        with file.unpacked() as path:
            table = read_csv(file, path)
    else:
        table = _between_blanks(text)
    repeated = sorted(set(table.columns[table.columns.duplicated()]))
    if repeated:
        raise file.error(
            f"columns appear twice: {', '.join(map(repr, repeated))}",
            "Give every column its own name",
        )
    return table


def _between_blanks(text: InstanceText) -> pd.DataFrame:
    (_, names), *rows = text.lines()
    problems = text.file.problems()
    problems.add_rows(
        [
            (line, f"{len(fields)} fields, where the headings are {len(names)}")
            for line, fields in rows
            if len(fields) != len(names)
        ],
        "Complete the line, or take it out",
    )
    problems.raise_if_any()
    return pd.DataFrame(
        [fields for _, fields in rows],
        columns=names,
        index=pd.Index([line for line, _ in rows], dtype="int64"),
        dtype=object,
    )


def _is_geographic(table: pd.DataFrame) -> bool:
    names = {str(column).strip().lower() for column in table.columns}
    return "geometry" in names or not names.isdisjoint(LATITUDE.names)


def _in_plane(
    table: pd.DataFrame, columns: dict[str, str], problems: Problems
) -> NDArray[np.float64]:
    return np.column_stack(
        [numbers(table, columns[axis], problems, low=-_MOST, high=_MOST) for axis in ("x", "y")]
    )


def _on_earth(
    file: InputFile, table: pd.DataFrame, columns: dict[str, str], problems: Problems
) -> NDArray[np.float64]:
    found = read_coordinates(file, table, columns.get("lat", ""), columns.get("lon", ""), problems)
    problems.add_rows(
        [(row, "it has no coordinates") for row in found.index[~found["placed"]]],
        "Fill in latitude and longitude, or take the row out",
    )
    places: NDArray[np.float64] = found[["lat_deg", "lon_deg"]].to_numpy(dtype=np.float64)
    return places


def _values(
    table: pd.DataFrame, column: str | None, problems: Problems, remedy: str
) -> NDArray[np.float64] | None:
    if column is None:
        return None
    values = numbers(table, column, problems, low=0, high=_MOST, remedy=remedy)
    found: NDArray[np.float64] = values.to_numpy(dtype=np.float64)
    return found
