"""`Ground`: where a search may go, and what the rules charge and allow there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.capacity.problem import Problem
from leohub.plan.rules.rules import TOLERANCE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """What searches for better plans look at.

    Attributes
    ----------
    problem : Problem
    alive : ndarray of bool, shape (n,)
        Sites that may open; those that have hubs already may change in any case.
    rents : ndarray, shape (r,)
        What the rows of the rules charge [people per unit]: a terminal is worth what it serves
        beyond its rent.
    """

    problem: Problem
    alive: Bools
    rents: Floats

    def sites(self, terminals: NDArray[np.int8]) -> NDArray[np.int32]:
        """Return the sites that a search from so many terminals at each site looks at."""
        usable = (self.alive | (terminals > 0)) & ~self.problem.forbidden
        return np.flatnonzero(usable).astype(np.int32)

    @property
    def limits(self) -> Floats:
        """The limits with what rounding may add to each row, shape (r,)."""
        limits = self.problem.limits
        return np.asarray(limits + TOLERANCE * (np.abs(limits) + 1))

    @property
    def rows_of_sites(self) -> tuple[csr_array, csr_array]:
        """What a hub and a second terminal count for, shape (n, r) each."""
        return csr_array(self.problem.rows.T), csr_array(self.problem.second_rows.T)
