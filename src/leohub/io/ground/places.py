"""Lists of places to look at the sky from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leohub.errors import Problems
from leohub.io.columns import texts
from leohub.io.ground.fields import (
    HEIGHT,
    LATITUDE,
    LONGITUDE,
    Field,
    find_columns,
    located,
    note_repeated,
)
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.sky.visibility.places import Places, places_at

_FIELDS = {
    "id": Field("the id", ("id", "place_id", "site_id", "hub_id"), required=False),
    "name": Field("the name", ("name",), required=False),
    "lat": LATITUDE,
    "lon": LONGITUDE,
    "height": HEIGHT,
}


def read_places(file: InputFile) -> tuple[pd.DataFrame, Places, Source]:
    """Read a list of places.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `lat` and `lon` (or
        points), and optionally `id`, `name` and `height_m` (above the ellipsoid; 0 where not
        given).

    Returns
    -------
    table : DataFrame
        Indexed by `place_id` (unique; the row number where the list has no ids): `name`,
        `lat_deg`, `lon_deg`, `height_km`, and `row`, the row in the file.
    places : Places
        The same places in the same order, without horizons.
    source : Source
        Totals: places.

    Raises
    ------
    InputError
        With every problem of the list: coordinates missing, swapped or not on Earth, heights that
        no land has, ids repeated.

    Notes
    -----
    At a pole, where every direction is south, azimuth counts from the direction that is north just
    before the pole on the meridian of the longitude given. Longitudes of -180 and 180 are the same
    meridian.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    located_at = located(file, table, columns, "the place", problems)
    ids = _ids(table, columns.get("id"), problems)
    problems.raise_if_any()
    height_m = located_at["height_m"]
    found = pd.DataFrame(
        {
            "name": texts(table[columns["name"]]) if "name" in columns else "",
            "lat_deg": located_at["lat_deg"],
            "lon_deg": located_at["lon_deg"],
            "height_km": height_m.fillna(0.0) / 1000,
            "row": table.index,
        }
    ).set_index(pd.Index(ids, name="place_id"))
    places = places_at(found["lat_deg"], found["lon_deg"], found["height_km"])
    notes = _notes(places, int(height_m.isna().sum()))
    return found, places, file.source("places", totals={"places": len(places)}, notes=notes)


def _ids(table: pd.DataFrame, column: str | None, problems: Problems) -> pd.Series:
    """Return the id of each place, its row number where it has none."""
    rows = table.index.to_series().map(str)
    if column is None:
        return rows
    ids = texts(table[column])
    ids = ids.where(ids != "", "row " + rows)
    note_repeated(
        ids, f"column {column!r}: id", problems, remedy="Give every place an id of its own"
    )
    return ids


def _notes(places: Places, without_height: int) -> tuple[str, ...]:
    notes: list[str] = []
    if without_height:
        notes.append(f"{without_height:,} places without a height stand on the ellipsoid")
    if poles := int(np.sum(np.abs(places.lat_deg) == 90)):
        notes.append(f"{poles:,} places at a pole: azimuths follow the meridian of the longitude")
    return tuple(notes)
