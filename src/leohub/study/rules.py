"""Everything that a study demands of its plan, as rules, and what its hubs are worth and cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.plan.capacity.room import Capacity
from leohub.plan.rules.rules import Rules

if TYPE_CHECKING:
    from leohub.plan.questions.ceilingproof import CeilingProof
    from leohub.study.rooms import Rooms

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Goal:
    """What a plan was made the best at, besides people: `leohub.study.questions.goals`.

    Attributes
    ----------
    objective : str
        `leohub.study.settings.questions.Objective`.
    value : float
        What was found: a share [0..1], or people.
    ceiling : float
        No plan has more. Proven.
    certified_ceiling : float
        What `proof` alone proves; not below `ceiling`, which a solver may have lowered.
    least : float
        What the plan had to keep: the value, or a little less where no more was found.
    weightings : tuple of tuple of float
        Of the outcomes, each of which comes to at least that; empty for every outcome by itself.
    proof : CeilingProof or None
        None where it is not looked at.
    """

    objective: str
    value: float
    ceiling: float
    certified_ceiling: float
    least: float
    weightings: tuple[tuple[float, ...], ...] = ()
    proof: CeilingProof | None = None


@dataclass(frozen=True)
class Demands:
    """What a plan must keep to, and what its hubs are worth and cost.

    Attributes
    ----------
    rules : Rules
        The first one is the size of the plan: how many hubs on top of those that stand, or what
        they may cost.
    where : tuple of str
        The setting that each rule comes from.
    weight : ndarray, shape (n_sites,)
        What reaching a person from there is worth: `leohub.plan.rules.weights`.
    site_cost : ndarray, shape (n_sites,)
        Of a hub over its life; 0 where one stands already [currency].
    cell_resolution : int
        Of the service cells.
    goal : Goal or None
        What the plan was made the best at, where that is not people alone; the last rules hold it.
    capacity : Capacity or None
        How many people a hub at each site serves, where the study limits that.
    second : HubCost or None
        What a second terminal costs, where hubs may have one.
    rooms : Rooms or None
        What the service model says, where the study leaves capacity or service cells to it.
    """

    rules: Rules
    where: tuple[str, ...]
    weight: Floats
    site_cost: Floats
    cell_resolution: int
    goal: Goal | None = None
    capacity: Capacity | None = None
    second: HubCost | None = None
    rooms: Rooms | None = None

    @property
    def weighed(self) -> bool:
        """Whether any kind of place has a weight: plans are then compared by worth."""
        return bool(np.any(self.weight != 1))
