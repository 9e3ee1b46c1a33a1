"""`CapacityPlan`: hubs of limited capacity, who goes to which of them, and what proves the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.capacity.certificate import Certificate

if TYPE_CHECKING:
    from leohub.plan.plan import Plan

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CapacityPlan:
    """What a plan adds where hubs serve only so many people each.

    Attributes
    ----------
    plain : Plan
        The choice without a limit to capacity, which the search began with. Its certificate proves
        what no plan can exceed in people reached, served or not.
    hubs : ndarray of int, shape (k,)
        Rows of the coverage, ascending.
    terminals : ndarray of int8, shape (k,)
        1 or 2 at each hub.
    assigned_people : csr_array, shape (k, n_cells)
        How many people of each cell each hub serves.
    certified_people : float
        What `certificate` alone proves that no plan serves more than; not below the bound of the
        plan.
    certificate : Certificate
    """

    plain: Plan
    hubs: NDArray[np.intp]
    terminals: NDArray[np.int8]
    assigned_people: csr_array
    certified_people: float
    certificate: Certificate

    @property
    def served_people(self) -> Floats:
        """People served by each hub, shape (k,)."""
        return np.asarray(self.assigned_people.sum(axis=1), dtype=np.float64)
