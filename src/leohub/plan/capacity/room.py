"""`Capacity`: how many people a hub at each site serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Capacity:
    """How many people a hub at each site serves at the promised quality.

    Attributes
    ----------
    first_people : ndarray, shape (n_sites,)
        With one terminal; inf for no limit [people].
    second_people : ndarray, shape (n_sites,)
        How many more with a second terminal; 0 where there is none to be had [people].
    second_rows : csr_array, shape (n_rows, n_sites)
        What a second terminal counts for in each row of the rules: its cost in a budget, nothing
        in a number of hubs. Not negative.
    """

    first_people: Floats
    second_people: Floats
    second_rows: csr_array

    def __post_init__(self) -> None:
        sites = len(self.first_people)
        if self.second_people.shape != (sites,) or self.second_rows.shape[1] != sites:
            raise ValueError("one capacity for each site")
        if np.any(~(self.first_people >= 0)) or np.any(~(self.second_people >= 0)):
            raise ValueError("capacities must not be negative or missing")
        if self.second_rows.nnz and self.second_rows.data.min() < 0:
            raise ValueError("a second terminal must not count negatively in a rule")
