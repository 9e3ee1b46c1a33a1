"""`Coverage`: which cells a hub at a site would serve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Coverage:
    """Share of each cell's people that a hub at each site would serve.

    Attributes
    ----------
    shares : csr_array, shape (n_sites, n_cells)
        In (0, 1]; absent means 0. Column indices sorted within each row.
    need_people : ndarray, shape (n_cells,)
        Eligible unserved people of each cell: what reaching the cell is worth.
    """

    shares: csr_array
    need_people: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.shares.shape[1] != len(self.need_people):
            raise ValueError("one need per column of the shares")
