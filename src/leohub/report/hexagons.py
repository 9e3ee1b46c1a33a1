"""The people's cells gathered into larger H3 hexagons, few enough for a map to carry."""

from __future__ import annotations

from typing import Final

import h3
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.report.account import reached_by_cell
from leohub.study.results import Results

MOST_HEXAGONS: Final = 20_000
"""Hexagons that a map carries at most: Kenya at resolution 6 has about 16,000."""

COARSEST: Final = 3
"""Resolution that is never undercut, however large the country."""

SUMMED: Final = ("people", "unserved_people", "need_people", "reached_people")


def hexagons(results: Results) -> pd.DataFrame:
    """Sum the cells up to the finest resolution that a map can carry.

    The sums over all hexagons equal those over all cells.

    Parameters
    ----------
    results : Results

    Returns
    -------
    DataFrame
        Index `h3` (uint64), sorted. Columns `region_code` (of the cell with the most people),
        `people`, `unserved_people`, `need_people`, `reached_people` (sums of the cells),
        `density_per_km2` (people by the area of the whole hexagon).
    """
    cells = results.cells
    ids = cells.index.to_numpy(np.uint64)
    frame = cells.reset_index(drop=True)[["region_code", *SUMMED[:-1]]]
    frame["reached_people"] = reached_by_cell(results.coverage, results.plan.hubs)
    frame["h3"] = parents(ids, map_resolution(ids))
    sums = frame.groupby("h3", sort=True)[list(SUMMED)].sum()
    area_km2 = [h3.cell_area(h3.int_to_str(int(cell)), unit="km^2") for cell in sums.index]
    sums["density_per_km2"] = sums["people"] / area_km2
    most = frame.sort_values(["h3", "people"], kind="stable").groupby("h3")["region_code"].last()
    sums.insert(0, "region_code", most)
    return sums


def map_resolution(ids: NDArray[np.uint64]) -> int:
    """Return the finest H3 resolution at which the cells make few enough hexagons."""
    resolution: int = h3.get_resolution(h3.int_to_str(int(ids[0])))
    while resolution > COARSEST and len(np.unique(parents(ids, resolution))) > MOST_HEXAGONS:
        resolution -= 1
    return resolution


def parents(ids: NDArray[np.uint64], resolution: int) -> NDArray[np.uint64]:
    """Return the ancestors of H3 cells at a resolution not finer than their own.

    An id holds its resolution in bits 52-55 and a digit of three bits for each of 15 resolutions,
    7 where unused (h3geo.org/docs/core-library/h3Indexing).

    Parameters
    ----------
    ids : ndarray of uint64, shape (n,)
    resolution : int

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    unused = np.uint64((1 << (3 * (15 - resolution))) - 1)
    cleared = ids & ~np.uint64(0xF << 52)
    return cleared | np.uint64(resolution << 52) | unused
