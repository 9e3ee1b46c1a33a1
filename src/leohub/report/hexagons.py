"""The people's cells gathered into larger H3 hexagons, few enough for a map to carry."""

from __future__ import annotations

from typing import Final

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.people.cells import areas_km2
from leohub.people.lineage import parents

MOST_HEXAGONS: Final = 20_000
"""Hexagons that a map carries at most: Kenya at resolution 6 has about 16,000."""

COARSEST: Final = 3
"""Resolution that is never undercut, however large the country."""

SUMMED: Final = ("people", "unserved_people", "need_people", "reached_people")


def hexagons(cells: pd.DataFrame, reached_people: NDArray[np.float64]) -> pd.DataFrame:
    """Sum the cells up to the finest resolution that a map can carry.

    The sums over all hexagons equal those over all cells.

    Parameters
    ----------
    cells : DataFrame
        As `leohub.study.results.Results` holds them.
    reached_people : ndarray, shape (n_cells,)
        Unserved people newly reached in each cell.

    Returns
    -------
    DataFrame
        Index `h3` (uint64), sorted. Columns `region_code` (of the cell with the most people),
        `people`, `unserved_people`, `need_people`, `reached_people` (sums of the cells),
        `density_per_km2` (people by the area of the whole hexagon).
    """
    ids = cells.index.to_numpy(np.uint64)
    frame = cells.reset_index(drop=True)[["region_code", *SUMMED[:-1]]]
    frame["reached_people"] = reached_people
    frame["h3"] = parents(ids, map_resolution(ids))
    sums = frame.groupby("h3", sort=True)[list(SUMMED)].sum()
    sums["density_per_km2"] = sums["people"] / areas_km2(sums.index.to_numpy(np.uint64))
    most = frame.sort_values(["h3", "people"], kind="stable").groupby("h3")["region_code"].last()
    sums.insert(0, "region_code", most)
    return sums


def map_resolution(ids: NDArray[np.uint64]) -> int:
    """Return the finest H3 resolution at which the cells make few enough hexagons."""
    resolution: int = h3.get_resolution(int(ids[0]))
    while resolution > COARSEST and len(np.unique(parents(ids, resolution))) > MOST_HEXAGONS:
        resolution -= 1
    return resolution


def rings(ids: NDArray[np.uint64]) -> list[NDArray[np.float64]]:
    """Return the corners (lon, lat) of hexagons [°]: arrays of shape (corners, 2), not closed."""
    return [np.array(h3.cell_to_boundary(cell), dtype=np.float64)[:, ::-1] for cell in ids.tolist()]
