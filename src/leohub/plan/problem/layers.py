r"""Cells that are served in part, as layers that are served whole or not at all.

A cell whose sites offer the shares :math:`0 < a_1 < a_2 < \dots < a_L` of its people is worth
:math:`w \max_{i \in S} a_i` to a plan :math:`S`: a person is reached once, by the hub that serves
the cell best. That is the sum over layers :math:`l` of :math:`w (a_l - a_{l-1})` for each layer
that some hub with a share of at least :math:`a_l` serves. So every problem with partial coverage
is one of whole coverage with more, smaller cells (Berman & Krass 2002, "The generalized maximal
covering location problem", Computers & Operations Research 29; the canonical form of Cornuéjols,
Nemhauser & Wolsey 1980).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

MOST_PAIRS = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Layers:
    """Parts of cells that a site serves whole or not at all.

    Attributes
    ----------
    serving : csr_array of int8, shape (n_layers, n_sites)
        Ones: the sites that serve each layer, ascending. No layer is without a site.
    cell : ndarray of int, shape (n_layers,)
        The column of the coverage that each layer is part of.
    people : ndarray, shape (n_layers,)
        What reaching the layer is worth [people]; positive.
    """

    serving: csr_array
    cell: NDArray[np.intp]
    people: NDArray[np.float64]


def split_into_layers(shares: csr_array, need_people: NDArray[np.float64]) -> Layers:
    """Split the cells in need that a site serves into layers.

    Parameters
    ----------
    shares : csr_array, shape (n_sites, n_cells)
        In (0, 1].
    need_people : ndarray, shape (n_cells,)

    Raises
    ------
    ValueError
        If there are more pairs of a site and a layer than can be numbered, or a share is not in
        (0, 1].
    """
    whole = are_whole(shares)
    by_cell = shares.tocsc()
    by_cell.sort_indices()
    return _whole(by_cell, need_people) if whole else _parts(by_cell, need_people)


def are_whole(shares: csr_array) -> bool:
    """Tell whether every site serves its cells whole.

    Raises
    ------
    ValueError
        If there are more pairs of a site and a cell than can be numbered, or a share is not in
        (0, 1].
    """
    if shares.nnz > MOST_PAIRS:
        raise ValueError(f"{shares.nnz:,} site-cell pairs are too many")
    if shares.nnz and not (shares.data.min() > 0 and shares.data.max() <= 1):
        raise ValueError("every share must be above 0 and at most 1")
    return bool(shares.nnz == 0 or shares.data.min() == 1)


def _whole(by_cell: csc_array, need_people: NDArray[np.float64]) -> Layers:
    length = np.diff(by_cell.indptr)
    cells = np.flatnonzero((length > 0) & (need_people > 0))
    in_need = np.repeat(need_people > 0, length)
    indices = by_cell.indices[in_need].astype(np.int32)
    return Layers(
        _ones(length[cells], indices, by_cell.shape[0]), cells, need_people[cells].astype(float)
    )


def _parts(by_cell: csc_array, need_people: NDArray[np.float64]) -> Layers:
    cell = np.repeat(np.arange(by_cell.shape[1]), np.diff(by_cell.indptr))
    order = np.lexsort((by_cell.data, cell))
    order = order[need_people[cell[order]] > 0]
    cell, share, site = cell[order], by_cell.data[order], by_cell.indices[order]
    # Within a cell shares ascend: a layer begins wherever the share rises.
    new_cell = np.diff(cell, prepend=-1) != 0
    begins = np.flatnonzero(new_cell | (np.diff(share, prepend=0.0) != 0))
    of_cell = cell[begins]
    below = np.where(new_cell[begins], 0.0, share[np.maximum(begins - 1, 0)])
    ends_at = np.searchsorted(cell, of_cell, side="right")
    # A layer is served by its own sites and by all of the cell's sites with larger shares.
    length = ends_at - begins
    if length.sum() > MOST_PAIRS:
        raise ValueError(f"{length.sum():,} pairs of a site and a layer are too many")
    start = np.concatenate([[0], np.cumsum(length)])
    offset = np.arange(start[-1]) - np.repeat(start[:-1], length)
    serving = _ones(length, site[np.repeat(begins, length) + offset], by_cell.shape[0])
    serving.sort_indices()
    return Layers(serving, of_cell, need_people[of_cell] * (share[begins] - below))


def _ones(length: NDArray[np.int64], indices: NDArray[np.int32], sites: int) -> csr_array:
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
    return csr_array(
        (np.ones(len(indices), dtype=np.int8), indices.astype(np.int32), start),
        shape=(len(length), sites),
    )
