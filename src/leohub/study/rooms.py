"""`Rooms`: how many people a hub serves and how many hubs a service cell has room for, as modelled.

What is modelled comes from the sky (`leohub.study.service.rooms`), or, for a check of a plan, from
what its run wrote down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leohub.study.capacity import capacity_of
from leohub.study.posed import Posed
from leohub.study.rules import Demands
from leohub.study.secondterminal import SERVICE_CELL
from leohub.study.servicecells import in_service_cells
from leohub.study.settings import MODELLED, Study

Floats = NDArray[np.float64]
P = TypeVar("P", bound=Posed)


@dataclass(frozen=True)
class Rooms:
    """What the service model says of every candidate place, shape (n_sites,) each.

    Attributes
    ----------
    first_people : ndarray
        How many one terminal serves well [people].
    second_people : ndarray
        How many more a second one does; 0 where the study has none [people].
    service_cell_hubs : ndarray
        How many hubs the service cell around it has room for; inf where that is not modelled.
    """

    first_people: Floats
    second_people: Floats
    service_cell_hubs: Floats


def is_modelled(study: Study) -> bool:
    """Tell whether anything of a study's rooms is left to the service model."""
    choice = study.choice
    return MODELLED in (choice.people_per_hub, choice.most_hubs_per_service_cell)


def with_rooms(posed: P, rooms: Rooms) -> P:
    """Return what a plan is counted with, with what is modelled in its demands."""
    choice, demands = posed.study.choice, replace(posed.demands, rooms=rooms)
    if choice.most_hubs_per_service_cell == MODELLED:
        demands = _with_room_of_cells(posed, demands, rooms)
    known = demands.capacity
    if choice.people_per_hub == MODELLED:
        capacity = capacity_of(demands, rooms.first_people, rooms.second_people)
        demands = replace(demands, capacity=capacity)
    elif known is not None:
        # The same people, and what second terminals count for in the rule that has come on top.
        capacity = capacity_of(demands, known.first_people, known.second_people)
        demands = replace(demands, capacity=capacity)
    return replace(posed, demands=demands)


def _with_room_of_cells(posed: Posed, demands: Demands, rooms: Rooms) -> Demands:
    # A check of a plan does without, unless room is modelled.
    from leohub.plan.questions.asking import with_rules

    room = rooms.service_cell_hubs
    least, most = (f"{float(end):,.0f}" for end in (room.min(), room.max()))
    number = most if least == most else f"{least} to {most}"
    words = f"as many hubs in a service cell as it has room for, as modelled: {number}"
    rule = in_service_cells(words, posed.study, posed.sites, demands.cell_resolution, room)
    # Hubs that stand take their part of it.
    taken = rule.rows @ posed.standing.astype(np.float64)
    rule = replace(rule, limits=np.maximum(rule.limits - taken, 0.0))
    return replace(
        demands, rules=with_rules(demands.rules, [rule]), where=(*demands.where, SERVICE_CELL)
    )
