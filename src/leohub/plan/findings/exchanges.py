r"""What one exchange changes: a hub of a plan leaves, and a site outside takes its place.

With w_j the people of cell j, a_ij the share of them that site i would serve, and b_j, c_j the
largest and second largest share among the hubs, a plan reaches Σ_j w_j b_j. Where hub h, the best
of cell j, leaves, c_j stays. Site i in its place then adds

    Σ_j w_j max(0, a_ij - b_j)  +  Σ_{j best served by h} w_j (max(0, a_ij - c_j) -
    max(0, a_ij - b_j)),

of which the second sum differs from 0 only for sites that share a cell with h: a sparse matrix
site × hub. The shares are looked at once; whatever is counted in cells, people or what a rule
counts of them, is a product with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

NONE = -1
"""Stands for no site and no hub."""


@dataclass(frozen=True)
class Exchanges:
    """Shares of cells that change with hubs of a plan and sites outside.

    Attributes
    ----------
    only : ndarray, shape (n_cells,)
        What the best hub of each cell serves beyond the second best [0..1].
    by : ndarray of int, shape (n_cells,)
        The position of that hub in the plan; `NONE` where no hub serves the cell.
    beyond : csr_array, shape (n_sites, n_cells)
        What each site would serve beyond all hubs [0..1].
    in_place : csr_array, shape (n_sites, n_cells)
        What it would serve on top of that if the best hub of the cell were gone; of sites outside.
    hubs : int
        Of the plan.
    """

    only: Floats
    by: Rows
    beyond: csr_array
    in_place: csr_array
    hubs: int

    @classmethod
    def of(cls, shares: csr_array, hubs: Rows) -> Exchanges:
        """Look at the shares.

        Parameters
        ----------
        shares : csr_array, shape (n_sites, n_cells)
        hubs : ndarray of int, shape (n_hubs,)
            Rows of the shares, each once.
        """
        best, second, by = best_two(shares[hubs])
        cell = shares.indices
        over_best = np.maximum(shares.data - best[cell], 0.0)
        outside = np.ones(shares.shape[0], dtype=np.bool_)
        outside[hubs] = False
        counts = np.repeat(outside, np.diff(shares.indptr)) & (by[cell] != NONE)
        over_second = np.maximum(shares.data - second[cell], 0.0)
        in_place = np.where(counts, over_second - over_best, 0.0)
        return cls(
            best - second,
            by,
            _without_zeros(shares, over_best),
            _without_zeros(shares, in_place),
            len(hubs),
        )

    def lost(self, counted: Floats) -> Floats:
        """Return what the plan would lose with each hub, shape (n_hubs,).

        Parameters
        ----------
        counted : ndarray, shape (n_cells,)
            What reaching each cell counts for: its people, for one.
        """
        served = self.by != NONE
        lost = (counted * self.only)[served]
        return np.bincount(self.by[served], lost, minlength=self.hubs).astype(np.float64)

    def added(self, counted: Floats) -> Floats:
        """Return what each site would add as one hub more, shape (n_sites,); 0 for hubs."""
        return np.asarray(self.beyond @ counted)

    def regained(self, counted: Floats) -> csr_array:
        """Return what each site would add on top of that in the place of each hub.

        Returns
        -------
        csr_array, shape (n_sites, n_hubs)
        """
        cell = np.flatnonzero((self.by != NONE) & (counted > 0))
        of_hub = csr_array((counted[cell], (cell, self.by[cell])), shape=(len(self.by), self.hubs))
        return csr_array(self.in_place @ of_hub)


def best_two(shares: csr_array) -> tuple[Floats, Floats, Rows]:
    """Return the largest and second largest share of each cell, and which row the largest is of.

    Parameters
    ----------
    shares : csr_array, shape (n_hubs, n_cells)

    Returns
    -------
    best, second : ndarray, shape (n_cells,)
        0 where there is none.
    by : ndarray of int, shape (n_cells,)
        The first row with the largest share; `NONE` where there is none.
    """
    pairs = shares.tocoo()
    row, column = pairs.coords
    order = np.lexsort((row, -pairs.data, column))
    cell, share = column[order], pairs.data[order]
    new = np.append(True, cell[1:] != cell[:-1])[: len(cell)]
    next_one = np.append(False, new[:-1])[: len(cell)] & ~new
    best, second = np.zeros(shares.shape[1]), np.zeros(shares.shape[1])
    by = np.full(shares.shape[1], NONE, dtype=np.intp)
    best[cell[new]], by[cell[new]] = share[new], row[order][new]
    second[cell[next_one]] = share[next_one]
    return best, second, by


def _without_zeros(shares: csr_array, data: Floats) -> csr_array:
    """Return a matrix with the pattern of the shares, less what is 0."""
    kept = data > 0
    start = np.concatenate([[0], np.cumsum(kept)])[shares.indptr]
    return csr_array((data[kept], shares.indices[kept], start), shape=shares.shape)
