"""People from a table of H3 cells."""

from __future__ import annotations

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problems
from leohub.io.columns import numbers, require_columns, texts
from leohub.io.people.densities import DENSEST_PER_KM2
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.people.cells import areas_km2, centres, smallest_radius_km
from leohub.people.placing import region_at

_LARGEST_ID = 2**63


def read_people_table(
    file: InputFile,
    regions: gpd.GeoDataFrame,
    *,
    cell: str,
    people: str,
    resolution: int,
    snap_km: float,
) -> tuple[pd.DataFrame, Source]:
    """Read a table of H3 cells with people.

    A cell of the table belongs to the region that holds its centre, or else to the nearest one
    within `snap_km`. Cells finer than asked for are gathered into their parents.

    Parameters
    ----------
    file : InputFile
        CSV, XLSX or Parquet (may be .gz) with one row per cell, all of one resolution.
    regions : GeoDataFrame
        As returned by `leohub.io.regions.read_regions`.
    cell, people : str
        Columns with the H3 id (hexadecimal text, or a whole number) and the people.
    resolution : int
        H3 resolution of the cells that are returned.
    snap_km : float
        How far outside every region the centre of a cell may lie [km].

    Returns
    -------
    people : DataFrame
        Columns `h3` (uint64), `region_code`, `people`, as from `leohub.io.grid.read_people_grid`.
    source : Source
        Totals: rows, people_in_file, people_inside, people_snapped, people_left_out, cells.

    Raises
    ------
    InputError
        When columns are missing; ids are invalid, repeated, of several resolutions or coarser
        than asked for; people are negative or impossibly many; or nobody lives in the regions.
    """
    table = read_table(file)
    problems = file.problems()
    require_columns(table, {"people.table_cell": cell, "people.table_people": people}, problems)
    problems.raise_if_any()
    ids = _cell_ids(texts(table[cell]), resolution, problems)
    counts = numbers(table, people, problems, low=0, high=1e10)
    problems.raise_if_any()
    _check_densities(table.index, ids, counts.to_numpy(), problems)
    problems.raise_if_any()

    lat_deg, lon_deg = centres(ids)
    region, snapped = region_at(lat_deg, lon_deg, regions.geometry, snap_km=snap_km)
    counts_array = counts.to_numpy()
    inside = (region >= 0) & (counts_array > 0)
    if not inside.any():
        raise file.error(
            f"none of the {counts_array.sum():,.0f} people in the table live in the regions",
            "Check that it is of this country",
        )
    parts = pd.DataFrame(
        {
            "h3": _parents(ids[inside], resolution),
            "region_code": regions.index.to_numpy()[region[inside]],
            "people": counts_array[inside],
        }
    )
    gathered = parts.groupby(["h3", "region_code"], as_index=False)[["people"]].sum()
    totals = {
        "rows": float(len(ids)),
        "people_in_file": float(counts_array.sum()),
        "people_inside": float(counts_array[inside].sum()),
        "people_snapped": float(counts_array[snapped].sum()),
        "people_left_out": float(counts_array[region < 0].sum()),
        "cells": float(gathered["h3"].nunique()),
    }
    return gathered, file.source("people", totals=totals, notes=_notes(region, snapped, totals))


def _notes(
    region: NDArray[np.int64], snapped: NDArray[np.bool_], totals: dict[str, float]
) -> tuple[str, ...]:
    notes: list[str] = []
    if snapped.any():
        notes.append(
            f"{snapped.sum():,} cells with {totals['people_snapped']:,.0f} people whose centre is "
            "outside every region were counted in the nearest one"
        )
    if (region < 0).any():
        notes.append(
            f"{(region < 0).sum():,} cells with {totals['people_left_out']:,.0f} people further "
            "outside were left out"
        )
    return tuple(notes)


def _cell_ids(given: pd.Series, resolution: int, problems: Problems) -> NDArray[np.uint64]:
    """Return the ids as numbers; note those that are no cells, repeated or too coarse."""
    ids = given.map(_number)
    valid = ids.map(h3.is_valid_cell).astype(bool)
    problems.add_rows(
        [(row, f"{given[row]!r} is not an H3 cell") for row in given.index[~valid]],
        "Give H3 cell ids as 15 hexadecimal digits or as whole numbers",
    )
    first_row: dict[int, int] = {}
    repeated: list[tuple[int, str]] = []
    for row, number in zip(given.index[valid].tolist(), ids[valid].tolist(), strict=True):
        first = first_row.setdefault(number, row)
        if first != row:
            repeated.append((row, f"cell {given[row]!r} is already in row {first}"))
    problems.add_rows(repeated, "Give every cell once")
    resolutions = ids[valid].map(h3.get_resolution)
    if resolutions.nunique() > 1:
        counted = resolutions.value_counts().sort_index()
        problems.add(
            "",
            "the cells have several resolutions: "
            + ", ".join(f"{count:,} of {value}" for value, count in counted.items()),
            "Give cells of one resolution, so that none lies inside another",
        )
    elif len(resolutions) and resolutions.iloc[0] < resolution:
        problems.add(
            "",
            f"the cells have resolution {resolutions.iloc[0]}, coarser than the {resolution} "
            "that is planned with",
            _coarser_remedy(int(resolutions.iloc[0])),
        )
    return np.array(ids.tolist(), dtype=np.uint64)


def _coarser_remedy(resolution: int) -> str:
    radius_km = smallest_radius_km(resolution)
    return (
        f"For service radii of {radius_km:.1f} km or more set `people.resolution` to {resolution}; "
        "for smaller ones give finer cells or a grid"
    )


def _number(text: str) -> int:
    """Return an id as a number, 0 (which is no cell) where it is not one.

    A cell id has 15 hexadecimal or 18 to 19 decimal digits, so the length tells them apart.
    """
    try:
        number = int(text, 10 if len(text) > 16 else 16)
    except ValueError:
        return 0
    return number if 0 <= number < _LARGEST_ID else 0


def _check_densities(
    rows: pd.Index, ids: NDArray[np.uint64], people: NDArray[np.float64], problems: Problems
) -> None:
    density = people / areas_km2(ids)
    problems.add_rows(
        [
            (rows[i], f"{people[i]:,.10g} people is more than can live in this cell")
            for i in np.flatnonzero(density > DENSEST_PER_KM2).tolist()
        ],
        "Correct the number of people",
    )


def _parents(ids: NDArray[np.uint64], resolution: int) -> NDArray[np.uint64]:
    return np.array([h3.cell_to_parent(i, resolution) for i in ids.tolist()], dtype=np.uint64)
