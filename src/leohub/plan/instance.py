r"""The maximal covering location problem that a plan solves, as compact arrays.

Given cells :math:`j` with need :math:`w_j` (eligible unserved people), sites :math:`i`, and
:math:`N_j`, the sites whose hub would serve cell :math:`j`, choose :math:`K` sites so that the
people in cells served by at least one hub are as many as possible (Church & ReVelle 1974):

.. math::

    \max \sum_j w_j z_j \quad\text{subject to}\quad
    z_j \le \sum_{i \in N_j} x_i, \qquad
    \sum_i x_i \le K, \qquad
    x_i \in \{0, 1\}, \; 0 \le z_j \le 1.

:math:`x_i` says whether site :math:`i` becomes a hub, :math:`z_j` whether cell :math:`j` is
reached. A person in reach of two hubs counts once, because :math:`z_j` does not exceed 1.

Source: R. Church, C. ReVelle, "The maximal covering location problem", Papers of the Regional
Science Association 32 (1974), 101-118.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage

PARTS_PER_PERSON = 1_000
"""The search counts thousandths of a person in integers, so that its sums are exact everywhere."""


@dataclass(frozen=True)
class Instance:
    """A problem without the sites and cells that cannot matter.

    Attributes
    ----------
    sites : ndarray of int, shape (n,)
        Rows of the coverage matrix: the sites that serve at least one cell in need.
    cells : ndarray of int, shape (m,)
        Columns of the coverage matrix: the cells in need that at least one site serves.
    need_people : ndarray, shape (m,)
        What reaching each cell is worth [people].
    weight : ndarray of int64, shape (m,)
        The same in integers for the search [1/1000 people].
    site_start, site_cells : ndarray of int32
        Cells of site `i` are ``site_cells[site_start[i]:site_start[i + 1]]``.
    cell_start, cell_sites : ndarray of int32
        Sites of cell `j`, likewise.
    """

    sites: NDArray[np.intp]
    cells: NDArray[np.intp]
    need_people: NDArray[np.float64]
    weight: NDArray[np.int64]
    site_start: NDArray[np.int32]
    site_cells: NDArray[np.int32]
    cell_start: NDArray[np.int32]
    cell_sites: NDArray[np.int32]

    @property
    def pairs(self) -> int:
        """Number of site-cell pairs."""
        return len(self.site_cells)

    @property
    def reachable_people(self) -> float:
        """People that all sites together would reach."""
        return float(self.need_people.sum())

    @classmethod
    def from_coverage(cls, coverage: Coverage) -> Instance:
        """Drop what cannot matter and lay the rest out by site and by cell.

        Raises
        ------
        ValueError
            If a cell is served in part: this problem knows only served or not. If there are more
            site-cell pairs than can be numbered.
        """
        shares = coverage.shares
        if shares.nnz > np.iinfo(np.int32).max:
            raise ValueError(f"{shares.nnz:,} site-cell pairs are too many")
        if shares.nnz and not np.all(shares.data == 1.0):
            raise ValueError("every share must be 1: a cell is served whole or not at all")
        cells = np.flatnonzero((shares.sum(axis=0) > 0) & (coverage.need_people > 0))
        need_people = coverage.need_people[cells]
        in_need = shares[:, cells]
        sites = np.flatnonzero(np.diff(in_need.indptr))
        by_site = in_need[sites]
        by_cell = by_site.tocsc()
        return cls(
            sites=sites,
            cells=cells,
            need_people=need_people,
            weight=np.rint(need_people * PARTS_PER_PERSON).astype(np.int64),
            site_start=by_site.indptr.astype(np.int32),
            site_cells=by_site.indices.astype(np.int32),
            cell_start=by_cell.indptr.astype(np.int32),
            cell_sites=by_cell.indices.astype(np.int32),
        )
