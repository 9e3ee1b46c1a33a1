"""Maps of the load: how many terminals are busy at once in an operator's cells."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leohub.io.columns import numbers
from leohub.io.ground.fields import LATITUDE, LONGITUDE, Field, find_columns, located, note_repeated
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.sky.cells.grouping import service_cells

_FIELDS = {
    "lat": LATITUDE,
    "lon": LONGITUDE,
    "busy": Field("the busy terminals", ("busy_terminals",)),
}

_MOST = 1e6


def read_load_map(file: InputFile, resolution: int) -> tuple[pd.Series[float], Source]:
    """Read a map of the load.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `lat` and `lon` (or
        points) and `busy_terminals`: terminals of others that are busy at once in the busiest hour.
    resolution : int
        Of the H3 cells that stand for the operator's.

    Returns
    -------
    busy : Series
        By H3 id (uint64).
    source : Source
        Totals: cells, busy terminals.

    Raises
    ------
    InputError
        With every problem of the map: coordinates missing, swapped or not on Earth, two rows in
        one cell, numbers that are none or negative.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    places = located(file, table, columns, "the cell", problems)
    busy = numbers(table, columns["busy"], problems, low=0, high=_MOST)
    problems.raise_if_any()
    cells = service_cells(places["lat_deg"], places["lon_deg"], resolution)
    note_repeated(
        pd.Series([f"{cell:x}" for cell in cells], index=table.index),
        "the H3 cell",
        problems,
        remedy=f"Give one row for each cell of resolution {resolution}",
    )
    problems.raise_if_any()
    load = pd.Series(busy.to_numpy(dtype=np.float64), index=cells)
    totals = {"cells": float(len(load)), "busy_terminals": float(load.sum())}
    return load, file.source("load", totals=totals)
