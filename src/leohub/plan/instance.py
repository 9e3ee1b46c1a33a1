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
reached. A person in reach of two hubs counts once, because :math:`z_j` does not exceed 1. A cell
that is served in part stands for several: `leohub.plan.layers`.

Source: R. Church, C. ReVelle, "The maximal covering location problem", Papers of the Regional
Science Association 32 (1974), 101-118.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.alike import group_alike
from leohub.plan.layers import split_into_layers

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
        Columns of the coverage matrix: the cells in need that at least one site serves, once for
        each of their layers.
    layer_people : ndarray, shape (c,)
        What reaching each of these layers is worth [people].
    group : ndarray of int, shape (c,)
        The group of each of these layers: those that exactly the same sites serve. What follows
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
    layer_people: NDArray[np.float64]
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

    def cells_of(self, site: int) -> NDArray[np.int32]:
        """Return the groups that a site serves."""
        return self.site_cells[self.site_start[site] : self.site_start[site + 1]]

    def hubs_serving(self, is_hub: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of the hubs serve each group, shape (m,)."""
        served = [self.cells_of(int(hub)) for hub in np.flatnonzero(is_hub)]
        cells = np.concatenate([np.empty(0, dtype=np.int32), *served])
        return np.bincount(cells, minlength=len(self.need_people))

    def people_reached(self, is_hub: NDArray[np.bool_]) -> float:
        """Return what hubs reach together [people]."""
        return float(self.need_people[self.hubs_serving(is_hub) > 0].sum())

    @classmethod
    def from_coverage(cls, coverage: Coverage) -> Instance:
        """Drop what cannot matter, merge what is alike, and lay it out by site and by cell.

        Raises
        ------
        ValueError
            If there are more pairs of a site and a cell's layer than can be numbered.
        """
        layers = split_into_layers(coverage.shares, coverage.need_people)
        return cls._merged(layers.serving, layers.cell, layers.people)

    def only(self, keep: NDArray[np.bool_], reached: NDArray[np.bool_] | None = None) -> Instance:
        """Return the problem of some of the sites, and of the cells that are not reached anyway.

        Its `sites` and `cells` are positions among the sites and the groups of this one.

        Parameters
        ----------
        keep : ndarray of bool, shape (n,)
            The sites that remain.
        reached : ndarray of bool, shape (m,), optional
            Groups to leave out.
        """
        left = self.need_people > 0 if reached is None else ~reached
        shape = (len(self.need_people), len(self.sites))
        serving = csr_array(
            (np.ones(self.pairs, dtype=np.int8), self.cell_sites, self.cell_start), shape=shape
        )
        cells = np.flatnonzero(left)
        kept = np.flatnonzero(keep)
        serving = serving[cells][:, kept]
        served = np.diff(serving.indptr) > 0
        part = Instance._merged(serving[served], cells[served], self.need_people[cells[served]])
        object.__setattr__(part, "sites", kept[part.sites])
        return part

    @classmethod
    def _merged(
        cls, serving: csr_array, cells: NDArray[np.intp], people: NDArray[np.float64]
    ) -> Instance:
        """Merge layers that the same sites serve; `serving` is layer × site."""
        serving.sort_indices()
        first_alike = group_alike(
            serving.indptr.astype(np.int32), serving.indices.astype(np.int32), serving.shape[1]
        )
        kept, group = np.unique(first_alike, return_inverse=True)
        by_cell = serving[kept]
        sites = np.flatnonzero(np.bincount(by_cell.indices, minlength=by_cell.shape[1]))
        by_cell = by_cell[:, sites]
        by_cell.sort_indices()
        by_site = by_cell.T.tocsr()
        by_site.sort_indices()
        need_people = np.bincount(group, people, minlength=len(kept)).astype(np.float64)
        return cls(
            sites=sites,
            cells=cells,
            layer_people=people,
            group=group,
            need_people=need_people,
            weight=np.rint(need_people * PARTS_PER_PERSON).astype(np.int64),
            site_start=by_site.indptr.astype(np.int32),
            site_cells=by_site.indices.astype(np.int32),
            cell_start=by_cell.indptr.astype(np.int32),
            cell_sites=by_cell.indices.astype(np.int32),
        )

    def granted(self, prices: NDArray[np.float64], cells: int) -> NDArray[np.float64]:
        """Return what prices grant each cell before any hub serves it: `leohub.plan.proof`.

        Parameters
        ----------
        prices : ndarray, shape (m,)
            Of the groups [people].
        cells : int
            Number of columns of the coverage.

        Returns
        -------
        ndarray, shape (cells,)
            [people]; 0 for cells that cannot matter.
        """
        left = np.maximum(self.need_people - prices, 0.0) / self.need_people
        granted = left[self.group] * self.layer_people
        return np.bincount(self.cells, granted, minlength=cells).astype(np.float64)
