"""`CapacityPlan`: hubs of limited capacity, who goes to which of them, and how good that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.capacity.certificate import Certificate
from leohub.plan.story import Step

if TYPE_CHECKING:
    from leohub.plan.plan import Plan

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CapacityPlan:
    """A choice of hubs that serve only so many people each.

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
    reached_people : float
        People served by all hubs together.
    bound_people : float
        No plan that keeps the rules serves more.
    certified_people : float
        What `certificate` alone proves; not below `bound_people`.
    certificate : Certificate
    story : tuple of Step
        What each stage did, those of `plain` first.
    stopped_early : bool
        Whether the time limit cut the search short: another run may then find another plan.
    """

    plain: Plan
    hubs: NDArray[np.intp]
    terminals: NDArray[np.int8]
    assigned_people: csr_array
    reached_people: float
    bound_people: float
    certified_people: float
    certificate: Certificate
    story: tuple[Step, ...]
    stopped_early: bool

    @property
    def served_people(self) -> Floats:
        """People served by each hub, shape (k,)."""
        return np.asarray(self.assigned_people.sum(axis=1), dtype=np.float64)

    @property
    def gap(self) -> float:
        """(bound - reached) / bound: at most this share is lost against the best plan [0..1]."""
        if self.bound_people <= 0:
            return 0.0
        return max(0.0, (self.bound_people - self.reached_people) / self.bound_people)
