"""Lists of points of presence: where an operator's network meets the internet."""

from __future__ import annotations

import numpy as np

from leohub.io.columns import texts
from leohub.io.ground.fields import (
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
from leohub.sky.gateways import PointsOfPresence

_TYPES = {"pop", "netfac"}
"""``netfac`` is what PeeringDB calls a building where networks meet."""

_FIELDS = {
    "code": Field("the code", ("code", "pop", "pop_code"), required=False),
    "city": Field("the city", ("city", "town", "name"), required=False),
    "lat": LATITUDE,
    "lon": LONGITUDE,
    "type": TYPE,
    "status": STATUS,
}


def read_pops(file: InputFile) -> tuple[PointsOfPresence, Source]:
    """Read a list of points of presence.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `code`, `city` (or
        `name`), `lat` and `lon` (or points), and optionally `type` and `status`. Without codes
        the cities take their place. Rows of a type other than pop or netfac, or of a status other
        than operational, are left out and counted.

    Returns
    -------
    pops : PointsOfPresence
    source : Source
        Totals: rows, points of presence.

    Raises
    ------
    InputError
        With every problem of the list, as in `leohub.io.ground.gateways.read_gateways`.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    code = columns.get("code", columns.get("city"))
    if code is None:
        problems.add("", "there is no column for the code or the city", "Name it 'code' or 'city'")
        problems.raise_if_any()
    problems.raise_if_any()
    rows = len(table)
    table, notes = rows_in_use(table, columns, _TYPES, problems)
    problems.raise_if_any()

    remedy = "Give every point of presence a code of its own"
    codes = named(table, str(code), "the code", problems, remedy=remedy)
    places = located(file, table, columns, "the point of presence", problems)
    problems.raise_if_any()
    pops = PointsOfPresence(
        code=to_strings(codes),
        city=to_strings(texts(table[columns.get("city", str(code))])),
        lat_deg=places["lat_deg"].to_numpy(dtype=np.float64),
        lon_deg=places["lon_deg"].to_numpy(dtype=np.float64),
    )
    totals = {"rows": float(rows), "points_of_presence": float(len(pops))}
    return pops, file.source("points of presence", totals=totals, notes=notes)
