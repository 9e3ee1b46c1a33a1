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
from leohub.plan.alike import group_alike

PARTS_PER_PERSON = 1_000
"""The search counts thousandths of a person in integers, so that its sums are exact everywhere."""


@dataclass(frozen=True)
class Instance:
    """A problem without the sites and cells that cannot matter, and cells that are alike as one.

    Attributes
    ----------
    sites : ndarray of int, shape (n,)
        Rows of the coverage matrix: the sites that serve at least one cell in need.
    cells : ndarray of int, shape (c,)
        Columns of the coverage matrix: the cells in need that at least one site serves.
    group : ndarray of int, shape (c,)
        The group of each of these cells: those that exactly the same sites serve. What follows
        speaks of groups as of cells.
    need_people : ndarray, shape (m,)
        What reaching each group is worth [people].
    weight : ndarray of int64, shape (m,)
        The same in integers for the search [1/1000 people].
    site_start, site_cells : ndarray of int32
        Groups of site `i` are ``site_cells[site_start[i]:site_start[i + 1]]``.
    cell_start, cell_sites : ndarray of int32
        Sites of group `j`, likewise.
    """

    sites: NDArray[np.intp]
    cells: NDArray[np.intp]
    group: NDArray[np.intp]
    need_people: NDArray[np.float64]
    weight: NDArray[np.int64]
    site_start: NDArray[np.int32]
    site_cells: NDArray[np.int32]
    cell_start: NDArray[np.int32]
    cell_sites: NDArray[np.int32]

    @property
    def pairs(self) -> int:
        """Number of pairs of a site and a group of cells."""
        return len(self.site_cells)

    @property
    def reachable_people(self) -> float:
        """People that all sites together would reach."""
        return float(self.need_people.sum())

    @classmethod
    def from_coverage(cls, coverage: Coverage) -> Instance:
        """Drop what cannot matter, merge what is alike, and lay it out by site and by cell.

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
        in_need = shares[:, cells]
        sites = np.flatnonzero(np.diff(in_need.indptr))
        by_cell = in_need[sites].tocsc()
        by_cell.sort_indices()
        first_alike = group_alike(
            by_cell.indptr.astype(np.int32), by_cell.indices.astype(np.int32), len(sites)
        )
        kept, group = np.unique(first_alike, return_inverse=True)
        by_cell = by_cell[:, kept]
        by_site = by_cell.tocsr()
        need_people = np.bincount(group, coverage.need_people[cells], minlength=len(kept))
        return cls(
            sites=sites,
            cells=cells,
            group=group,
            need_people=need_people.astype(np.float64),
            weight=np.rint(need_people * PARTS_PER_PERSON).astype(np.int64),
            site_start=by_site.indptr.astype(np.int32),
            site_cells=by_site.indices.astype(np.int32),
            cell_start=by_cell.indptr.astype(np.int32),
            cell_sites=by_cell.indices.astype(np.int32),
        )

    def prices_of_cells(
        self, prices: NDArray[np.float64], coverage: Coverage
    ) -> NDArray[np.float64]:
        """Divide the price of each group among its cells by their need.

        Parameters
        ----------
        prices : ndarray, shape (m,)
            Of the groups [people].
        coverage : Coverage
            The one that this instance was made from.

        Returns
        -------
        ndarray, shape (n_cells,)
            Prices that prove the same bound [people]; 0 for cells that cannot matter.
        """
        need = coverage.need_people[self.cells]
        spread = np.zeros(len(coverage.need_people))
        spread[self.cells] = prices[self.group] * need / self.need_people[self.group]
        return spread
