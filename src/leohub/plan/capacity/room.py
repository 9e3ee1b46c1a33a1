"""`Capacity`: how many people a hub at each site serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.rules.rules import Rules

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

    @classmethod
    def of_one_terminal(cls, first_people: Floats, rules: Rules) -> Capacity:
        """Return the capacity of hubs that have one terminal each."""
        none = csr_array((len(rules.limits), len(first_people)))
        return cls(np.asarray(first_people, dtype=np.float64), np.zeros(len(first_people)), none)
