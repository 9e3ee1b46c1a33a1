"""Columns that are known by their usual names, and rows that are not in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problems
from leohub.io.columns import optional_numbers, texts
from leohub.io.provenance import InputFile
from leohub.io.sites.coordinates import HEIGHTS, HIGHEST_M, LOWEST_M, read_coordinates


@dataclass(frozen=True)
class Field:
    """What a column holds, and what people call it.

    Attributes
    ----------
    meaning : str
        With its article, as messages say it: ``"the latitude"``.
    names : tuple of str
        Lower case, with underscores; the first is the one that messages propose.
    required : bool
    """

    meaning: str
    names: tuple[str, ...]
    required: bool = True


LATITUDE = Field("the latitude", ("lat", "lat_deg", "latitude", "latitude_deg"))
LONGITUDE = Field("the longitude", ("lon", "lon_deg", "lng", "long", "longitude", "longitude_deg"))
HEIGHT = Field("the height", ("height_m", "altitude_m"), required=False)
TYPE = Field("the type", ("type",), required=False)
STATUS = Field("the status", ("status",), required=False)


def find_columns(
    table: pd.DataFrame, fields: Mapping[str, Field], problems: Problems
) -> dict[str, str]:
    """Return which column of a table holds which field; note those that are missing.

    Upper and lower case, spaces and hyphens make no difference. Tables with points need no
    columns for their coordinates.

    Parameters
    ----------
    table : DataFrame
    fields : mapping of str to Field
    problems : Problems

    Returns
    -------
    dict
        Key of the field → column, for the fields that the table has.
    """
    is_points = isinstance(table, gpd.GeoDataFrame)
    columns = [c for c in table.columns if not (is_points and c == table.geometry.name)]
    called = defaultdict(list)
    for column in columns:
        called[column.strip().lower().replace(" ", "_").replace("-", "_")].append(column)
    found: dict[str, str] = {}
    missing: list[Field] = []
    for key, field in fields.items():
        matching = [column for name in field.names for column in called.get(name, [])]
        if len(matching) > 1:
            problems.add(
                f"columns {', '.join(map(repr, matching))}",
                f"each of them could be {field.meaning}",
                "Keep one of them and name the others differently",
            )
        elif matching:
            found[key] = matching[0]
        elif field.required and not (is_points and field in (LATITUDE, LONGITUDE)):
            missing.append(field)
    if missing:
        problems.add(
            "",
            f"there is no column for {' and '.join(field.meaning for field in missing)}; "
            f"the table has {', '.join(map(repr, columns))}",
            "Name it "
            + " and ".join(
                f"{field.names[0]!r}"
                + (f" (or {', '.join(field.names[1:])})" if field.names[1:] else "")
                for field in missing
            ),
        )
    return found


def rows_in_use(
    table: pd.DataFrame, columns: Mapping[str, str], types: Collection[str], problems: Problems
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of some types that are operational, and what was left out.

    Parameters
    ----------
    table : DataFrame
    columns : mapping
        With the keys ``"type"`` and ``"status"`` where the table has these columns.
    types : collection of str
        The types to keep. Rows without a type or a status are kept.
    problems : Problems
        Gets one when nothing is left.

    Returns
    -------
    rows : DataFrame
    notes : tuple of str
        One for each value that rows were left out for, with their number.
    """
    kept = pd.Series(True, index=table.index)
    notes: list[str] = []
    for key, wanted in (("type", {"", *types}), ("status", {"", "operational"})):
        if key not in columns:
            continue
        values = texts(table[columns[key]]).str.lower()
        others = values[kept & ~values.isin(wanted)].value_counts()
        notes += [
            f"{count:,} rows with the {key} {value!r} were left out"
            for value, count in others.items()
        ]
        kept &= values.isin(wanted)
    if not kept.any():
        problems.add(
            "",
            f"no row is in use: {'; '.join(notes)}",
            f"Give rows with the type {' or '.join(sorted(types))} and the status operational, or "
            "take these columns out",
        )
    return table[kept], tuple(notes)


def named(
    table: pd.DataFrame, column: str, meaning: str, problems: Problems, *, remedy: str
) -> pd.Series:
    """Return a column of names, noting rows without one and names that stand twice.

    Parameters
    ----------
    table : DataFrame
    column : str
    meaning : str
        What a name is of, as messages say it: ``"the name"``.
    problems : Problems
    remedy : str
        What to do about names that stand twice.
    """
    names = texts(table[column])
    problems.add_rows(
        [(row, f"column {column!r}: {meaning} is missing") for row in names.index[names == ""]],
        "Fill it in, or take the row out",
    )
    note_repeated(names, f"column {column!r}: {meaning}", problems, remedy=remedy)
    return names


def note_repeated(values: pd.Series, what: str, problems: Problems, *, remedy: str) -> None:
    """Note every value, other than an empty text, that an earlier row has already."""
    again = values.duplicated() & (values != "")
    first = values.drop_duplicates()
    row_of = pd.Series(first.index, index=first)
    problems.add_rows(
        [
            (row, f"{what} {value!r} is already in row {row_of[value]}")
            for row, value in zip(values.index[again], values[again], strict=True)
        ],
        remedy,
    )


def located(
    file: InputFile,
    table: pd.DataFrame,
    columns: Mapping[str, str],
    meaning: str,
    problems: Problems,
) -> pd.DataFrame:
    """Return latitude, longitude and height of every row, noting those that cannot be right.

    Parameters
    ----------
    file : InputFile
        Where the table comes from.
    table : DataFrame
    columns : mapping
        With the keys ``"lat"``, ``"lon"`` and ``"height"`` where the table has these columns.
    meaning : str
        What stands there, as messages say it: ``"the gateway"``.
    problems : Problems

    Returns
    -------
    DataFrame
        Index as the table: `lat_deg`, `lon_deg`, and `height_m`, NaN where none is given.
    """
    places = read_coordinates(file, table, columns.get("lat", ""), columns.get("lon", ""), problems)
    problems.add_rows(
        [(row, f"{meaning} has no coordinates") for row in places.index[~places["placed"]]],
        "Fill in latitude and longitude, or take the row out",
    )
    height_m = optional_numbers(
        table,
        columns.get("height"),
        problems,
        low=LOWEST_M,
        high=HIGHEST_M,
        remedy=HEIGHTS,
    )
    return places[["lat_deg", "lon_deg"]].assign(height_m=height_m)


def to_strings(values: pd.Series) -> NDArray[np.str_]:
    """Return texts as a numpy array of strings."""
    return values.to_numpy(dtype=np.str_)
