"""What the last hubs of a plan add, and what a few more could add at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from leohub.plan.plan import Plan

STEPS: Final = (50, 20, 10, 5, 2)
"""How many hubs are looked at together: the largest of these that is a quarter of the plan."""

PARTS: Final = 4


@dataclass(frozen=True)
class Margin:
    """The worth of hubs at the end of a plan and beyond it. All `_people` are people newly reached.

    Attributes
    ----------
    hubs : int
        Of the plan.
    last_hubs : int
        How many at its end are looked at, in the order of what each adds.
    last_people : float
        What these add to the others.
    last_least_people : float
        How many fewer any plan without so many hubs must reach, proven; 0 where nothing is.
    next_hubs : int
        How many further places are looked at; fewer where no more places add anybody.
    next_people : float
        What they add to the plan, each where it adds the most to those before it.
    next_most_people : float
        How many more any plan with so many more hubs, whichever they are, can reach at most.
    """

    hubs: int
    last_hubs: int
    last_people: float
    last_least_people: float
    next_hubs: int
    next_people: float
    next_most_people: float


def margin(plan: Plan) -> Margin:
    """Read the worth of the last and of the next hubs off the curve of a plan.

    The people at the end of the greedy order are what the plan loses without its last hubs; a plan
    that does without them from the beginning loses no more, and at least what the bound for its
    number of hubs leaves.
    """
    hubs = len(plan.hubs)
    step = next((number for number in STEPS if number * PARTS <= hubs), min(hubs, 1))
    reached = [0.0, *plan.curve[:, 1].tolist()]
    bound = [0.0, *plan.curve[:, 2].tolist()]
    here = float(plan.reached_people)
    further = min(step, len(plan.curve) - hubs)
    return Margin(
        hubs=hubs,
        last_hubs=step,
        last_people=here - reached[hubs - step],
        last_least_people=max(0.0, here - bound[hubs - step]),
        next_hubs=further,
        next_people=reached[hubs + further] - here,
        next_most_people=max(0.0, bound[hubs + further] - here),
    )
