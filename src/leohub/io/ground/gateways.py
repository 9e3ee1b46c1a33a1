"""Lists of gateways."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leohub.errors import Problems
from leohub.io.columns import optional_numbers, suggest, texts
from leohub.io.ground.fields import (
    HEIGHT,
    LATITUDE,
    LONGITUDE,
    STATUS,
    TYPE,
    Field,
    find_columns,
    located,
    named,
    rows_in_use,
    to_strings,
)
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.sky.gateways import Gateways, PointsOfPresence

MIN_ELEVATION_DEG = 25.0
"""Lowest elevation of a gateway that does not state its own [°]. SpaceX, FCC IBFS
SES-LIC-INTR2019-00877, as others quote it: "as low as 25 degrees", later 40°."""

_FIELDS = {
    "name": Field("the name", ("name", "gateway", "station")),
    "lat": LATITUDE,
    "lon": LONGITUDE,
    "height": HEIGHT,
    "min_elevation": Field(
        "the lowest elevation", ("min_elevation_deg", "min_elevation"), required=False
    ),
    "pop": Field("the point of presence", ("pop", "pop_code"), required=False),
    "type": TYPE,
    "status": STATUS,
}


def read_gateways(
    file: InputFile,
    *,
    min_elevation_deg: float = MIN_ELEVATION_DEG,
    pops: PointsOfPresence | None = None,
) -> tuple[Gateways, Source]:
    """Read a list of gateways.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `name`, `lat` and
        `lon` (or points), and optionally `height_m` (above the ellipsoid; 0 where not given),
        `min_elevation_deg`, `pop`, `type` and `status`. Rows of a type other than gateway, or of a
        status other than operational, are left out and counted.
    min_elevation_deg : float
        For gateways that do not state their own [°].
    pops : PointsOfPresence, optional
        Where given, the codes in `pop` must be among them.

    Returns
    -------
    gateways : Gateways
        Without outages.
    source : Source
        Totals: rows, gateways.

    Raises
    ------
    InputError
        With every problem of the list: no coordinates, coordinates that are swapped or not on
        Earth, names missing or repeated, points of presence that are not known, no gateway left.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    rows = len(table)
    table, notes = rows_in_use(table, columns, {"gateway"}, problems)
    problems.raise_if_any()

    names = named(
        table, columns["name"], "the name", problems, remedy="Give every gateway its own name"
    )
    places = located(file, table, columns, "the gateway", problems)
    lowest = optional_numbers(
        table,
        columns.get("min_elevation"),
        problems,
        low=0,
        high=90,
        remedy="Give degrees above the horizon, 0 to 90",
    )
    codes = _codes(table, columns.get("pop"), pops, problems)
    problems.raise_if_any()
    if unstated := int(lowest.isna().sum()):
        notes += (f"{unstated:,} gateways without a lowest elevation get {min_elevation_deg:g}°",)
    gateways = Gateways(
        name=to_strings(names),
        lat_deg=places["lat_deg"].to_numpy(dtype=np.float64),
        lon_deg=places["lon_deg"].to_numpy(dtype=np.float64),
        height_km=places["height_m"].fillna(0.0).to_numpy(dtype=np.float64) / 1000,
        min_elevation_deg=lowest.fillna(min_elevation_deg).to_numpy(dtype=np.float64),
        pop=to_strings(codes),
    )
    totals = {"rows": float(rows), "gateways": float(len(gateways))}
    return gateways, file.source("gateways", totals=totals, notes=notes)


def _codes(
    table: pd.DataFrame, column: str | None, pops: PointsOfPresence | None, problems: Problems
) -> pd.Series:
    """Return the point of presence of every gateway; note those that are not in the list."""
    if column is None:
        return pd.Series("", index=table.index)
    codes = texts(table[column])
    if pops is not None:
        known = [str(code) for code in pops.code]
        for row, code in codes[(codes != "") & ~codes.isin(known)].items():
            problems.add(
                f"row {row}",
                f"column {column!r}: there is no point of presence {code!r}",
                suggest(str(code), known, "The closest is {}", "Add it to the list of these"),
            )
    return codes
