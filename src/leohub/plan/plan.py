"""`Plan`: the hubs that were chosen, and how good the choice provably is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leohub.plan.story import Step

if TYPE_CHECKING:
    from leohub.plan.capacity.plan import CapacityPlan


@dataclass(frozen=True)
class Plan:
    """A choice of hubs with its proof.

    Attributes
    ----------
    hubs : ndarray of int, shape (k,)
        Rows of the coverage matrix, in greedy order: the first is worth most on its own, each next
        one adds most to those before it.
    added_people : ndarray, shape (k,)
        People newly reached by each hub on top of the hubs before it.
    reached_people : float
        Sum of `added_people`.
    worth_people : float
        The objective: the same, but each person counted by the weight of the hub that counts most
        (`leohub.plan.rules.weights`). With a limit to capacity: the people who are served.
    bound_people : float
        What no plan within the rules can be worth more than. Proven by the
        certificate, or by HiGHS where that is lower.
    certified_people : float
        What `granted_people` alone prove: not below `bound_people`, which an exact solver may have
        lowered.
    granted_people : ndarray, shape (n_cells,)
        The certificate, which a `capacity` adds its own to, about people served: people of each
        cell that are granted beforehand. No plan can reach more
        than all that is granted, and what the best sites could add to it (`leohub.plan.proof`).
        The cells are those of `leohub.plan.task.Task`: twice as many if kinds have weights
        and rules count people.
    row_prices : ndarray, shape (n_rows,)
        The other part of it: what each row of the rules is worth for a unit of its limit [people].
    rule_costs_people : ndarray, shape (n_rules,)
        How many people more could be reached without each rule, by the linear relaxation: modelled
        (`leohub.plan.findings.rulecosts`); nan for the size, and where it is not known.
    curve : ndarray, shape (m, 3)
        Columns: number of hubs (1 … m), people reached by the greedy order of that length, proven
        upper bound for that number, whatever the rules say of anything else.
    story : tuple of Step
        What each stage did.
    optimal : bool
        Whether the gap was closed by an exact solver.
    stopped_early : bool
        Whether the time limit cut the search short: another run may then find another plan.
    capacity : CapacityPlan or None
        Who goes to which hub, where a hub serves only so many people.
    """

    hubs: NDArray[np.intp]
    added_people: NDArray[np.float64]
    reached_people: float
    worth_people: float
    bound_people: float
    certified_people: float
    granted_people: NDArray[np.float64]
    row_prices: NDArray[np.float64]
    rule_costs_people: NDArray[np.float64]
    curve: NDArray[np.float64]
    story: tuple[Step, ...]
    optimal: bool
    stopped_early: bool
    capacity: CapacityPlan | None = None

    @property
    def gap(self) -> float:
        """(bound - worth) / bound: at most this share is lost against the best plan [0..1]."""
        if self.optimal or self.bound_people <= 0:
            return 0.0
        return max(0.0, (self.bound_people - self.worth_people) / self.bound_people)

    @property
    def reach_bound_people(self) -> float:
        """What no plan within the rules can reach, whether its hubs serve them all or not."""
        return self.bound_people if self.capacity is None else self.capacity.plain.bound_people
