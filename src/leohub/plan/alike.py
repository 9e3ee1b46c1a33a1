"""Cells that the same sites serve: for the choice they are one cell with the sum of their needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def group_alike(
    cell_start: NDArray[np.int32], cell_sites: NDArray[np.int32], sites: int
) -> NDArray[np.int64]:
    """Group cells that exactly the same sites serve.

    Parameters
    ----------
    cell_start, cell_sites : ndarray of int32
        Sites of cell `j`, ascending: ``cell_sites[cell_start[j]:cell_start[j + 1]]``; at least one.
    sites : int
        Number of sites.

    Returns
    -------
    ndarray of int64, shape (m,)
        For each cell the first cell that is served by the same sites; itself if there is none.
    """
    if len(cell_start) < 2:
        return np.empty(0, dtype=np.int64)
    lot = np.random.default_rng(0).integers(0, 2**63, sites, dtype=np.uint64)
    signature = np.add.reduceat(lot[cell_sites], cell_start[:-1])
    _, first, inverse = np.unique(signature, return_index=True, return_inverse=True)
    twin = first[inverse]
    # Equal sums make equal sets likely, not certain: only sets that are equal may be merged.
    return np.where(_served_alike(cell_start, cell_sites, twin), twin, np.arange(len(twin)))


def _served_alike(
    cell_start: NDArray[np.int32], cell_sites: NDArray[np.int32], twin: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell for each cell whether its twin is served by exactly the same sites."""
    length = np.diff(cell_start)
    alike = length == length[twin]
    cell = np.repeat(np.arange(len(twin)), length)
    place = np.arange(len(cell_sites)) - cell_start[cell]
    comparable = alike[cell]
    theirs = cell_sites[(cell_start[twin[cell]] + place)[comparable]]
    differs = cell[comparable][cell_sites[comparable] != theirs]
    alike[differs] = False
    return np.asarray(alike)
