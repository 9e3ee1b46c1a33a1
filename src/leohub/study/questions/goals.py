r"""`[choice] objective`: the rules that hold a plan to something else than people.

A goal is found once (`leohub.study.questions.goalsearch`); what its plan had to keep is written as
linear rows, for regions or worlds with outcomes :math:`s`:

- the largest floor: :math:`s_c \ge t` for every region;
- the others: :math:`\theta \cdot s \ge t` for some weightings :math:`\theta`.

`with_goal` makes these rules from the few numbers that run.json holds. No solver has a part in it,
so that a plan with a goal can be verified like any other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from leohub.errors import RefusalError
from leohub.plan.questions.asking import Mask, with_rules
from leohub.plan.questions.ceilingproof import CeilingProof, proven_ceiling, value_below
from leohub.plan.questions.doubt import PeopleInDoubt
from leohub.plan.questions.fairness import Regions
from leohub.plan.questions.frontier import with_floor
from leohub.plan.questions.outcomes import Outcomes, at_least_worth
from leohub.plan.questions.weightings import LeastOf, Lorenz, Weightings, WorstPart
from leohub.plan.rules.rules import Rules
from leohub.study.posed import Posed
from leohub.study.questions.regions import find_region_shares
from leohub.study.questions.worlds import draw_worlds, only_people_in_doubt
from leohub.study.rules import Demands, Goal

NAMES: Final = {
    "most-even": "regions reached as evenly as can be",
    "average": "people reached on average over the worlds of [doubt]",
    "bad-part": "people reached in the bad worlds of [doubt]",
}
"""Objective → what a rule of it asks for."""

MEANS: Final = {
    "largest-floor": "the region that is worst off, by the share of its unserved people reached",
    "most-even": "even reach, the mean share of regions times 1 less its Gini coefficient",
    "average": "the people reached on average over the worlds of [doubt]",
    "bad-part": "the people reached on average in the worst worlds of [doubt]",
}
"""Objective → what a plan is the best at."""

OF_REGIONS: Final = frozenset({"largest-floor", "most-even"})
"""Objectives whose outcomes are shares of regions; those of the others are people in worlds."""

WHERE: Final = "[choice] objective"


def with_goal(posed: Posed, goal: Goal) -> Demands:
    """Return the study's demands with the rules that hold a goal."""
    demands = posed.demands
    if goal.objective == "largest-floor":
        rules = with_floor(demands.rules, counted_regions(posed), goal.least)
    else:
        rows = [np.array(row) for row in goal.weightings]
        name = f"{NAMES[goal.objective]}: at least {_written(goal)}"
        rule = at_least_worth(name, outcomes_of(posed, goal.objective), rows, goal.least)
        rules = with_rules(demands.rules, [rule])
    more = len(rules.names) - len(demands.rules.names)
    return replace(demands, rules=rules, where=(*demands.where, *[WHERE] * more), goal=goal)


def own_rules(demands: Demands) -> Rules:
    """Return the rules of a study without those that hold its goal."""
    own = [number for number, where in enumerate(demands.where) if where != WHERE]
    return demands.rules.only(own)


def goal_sentence(goal: Goal, *, weighed: bool) -> str:
    """Say what a plan is the best at, and what no plan can exceed.

    Parameters
    ----------
    goal : Goal
    weighed : bool
        Whether kinds of places have weights: they decide among plans that are as good at the goal.
    """
    if goal.objective in OF_REGIONS:
        value, ceiling = f"{100 * goal.value:.3g} %", f"{100 * goal.ceiling:.3g} %"
    else:
        value, ceiling = f"{goal.value:,.0f} people", f"{goal.ceiling:,.0f}"
    people = "people times weight" if weighed else "people"
    return (
        f"The plan was made for {MEANS[goal.objective]}: {value}; no plan can have more than "
        f"{ceiling}. Among plans that keep this, it is the best found by {people}, and the bound "
        f"on {people} is for such plans."
    )


def _written(goal: Goal) -> str:
    if goal.objective == "most-even":
        return f"{100 * goal.least:.4g} % (mean share times 1 less the Gini coefficient)"
    return f"{goal.least:,.0f}"


def counted_regions(posed: Posed) -> Regions:
    """Return the regions that a goal counts."""
    regions = find_region_shares(posed)
    least = posed.study.fairness.least_reachable_pct / 100
    return regions.only(regions.within_reach(posed.coverage, posed.demands.rules.allowed, least))


def outcomes_of(posed: Posed, objective: str) -> Outcomes:
    """Return the outcomes of a goal: shares of regions, or people in each world."""
    if objective in OF_REGIONS:
        return counted_regions(posed).outcomes(posed.coverage)
    return PeopleInDoubt(draw_worlds(posed))


def weightings_of(posed: Posed, objective: str) -> Weightings:
    """Return how the outcomes of a goal are weighed.

    Raises
    ------
    RefusalError
        If worlds are asked for, but not only people are in doubt.
    """
    if objective == "largest-floor":
        return LeastOf(len(counted_regions(posed).names))
    if objective == "most-even":
        people = counted_regions(posed).unserved_people
        return Lorenz(people / people.sum())
    return worlds_weighed(posed, objective)


def worlds_weighed(posed: Posed, objective: str) -> WorstPart:
    """Return how worlds are weighed: the average is the mean of the worst part that is all."""
    doubt = posed.study.doubt
    if doubt is None or not only_people_in_doubt(posed):
        raise RefusalError(
            f'objective = "{objective}" needs to know which hub serves whom: [doubt] may give '
            "ranges of people and take_up only. leohub doubt answers for service and radius, too"
        )
    return WorstPart(doubt.draws, 1.0 if objective == "average" else doubt.bad_pct / 100)


def recount(posed: Posed, objective: str, chosen: Mask, proof: CeilingProof) -> tuple[float, float]:
    """Return what a plan comes to at least, and what no plan can exceed: its goal, counted again.

    Parameters
    ----------
    posed : Posed
    objective : str
    chosen : ndarray of bool, shape (n_sites,)
        The hubs of the plan.
    proof : CeilingProof

    Raises
    ------
    ValueError
        If the proof proves nothing.
    """
    weightings, outcomes = weightings_of(posed, objective), outcomes_of(posed, objective)
    ceiling = proven_ceiling(outcomes, weightings, posed.demands.rules, proof)
    return value_below(outcomes, weightings, chosen), ceiling
