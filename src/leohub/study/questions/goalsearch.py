r"""The search for a plan that is the best at something else than people: `[choice] objective`.

Two searches. The first finds how good a plan can be at the goal, with a proven ceiling
(`leohub.plan.questions`). The second is a plain choice: the most people among plans that are as
good at it. What they must be as good at is written as linear rows, for regions or worlds with
outcomes :math:`s`:

- the largest floor: :math:`s_c \ge t` for every region;
- the others: :math:`\theta \cdot s \ge t` for the weighting :math:`\theta` that is harshest for
  the plan; where the plan found then breaks another weighting, that one is added and the choice
  made again.

So the plan carries the proof of a plain choice under rules (`leohub.study.questions.goals`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.errors import RefusalError
from leohub.plan.plan import Plan
from leohub.plan.questions.asking import mask_of
from leohub.plan.questions.balance import Balanced
from leohub.plan.questions.ceilingproof import CeilingProof
from leohub.plan.questions.doubt import (
    choose_for_average,
    choose_for_bad_part,
)
from leohub.plan.questions.fairness import find_largest_floor, find_most_even
from leohub.plan.questions.outcomes import Outcomes
from leohub.plan.questions.weightings import Weightings, WorstPart
from leohub.study.desk import Tick
from leohub.study.posed import Posed
from leohub.study.questions.chooser import Chooser
from leohub.study.questions.frontier import effort_of, no_answer, people_effort_of
from leohub.study.questions.goals import (
    OF_REGIONS,
    outcomes_of,
    weightings_of,
    with_goal,
    worlds_weighed,
)
from leohub.study.questions.regions import find_region_shares
from leohub.study.questions.worlds import draw_worlds
from leohub.study.rules import Demands, Goal

SLACKS: Final = (1e-9, 0.002, 0.01, 0.03, 0.1)
"""Shares of the goal that a plan may fall short of it: the first with which one is found."""

ADDED: Final = 6
"""Most weightings that are added for one slack."""

Row = tuple[float, ...]
Decide = Callable[[Demands], Plan]
"""Makes a plain choice under demands; raises `RefusalError` where no plan keeps to them."""


def choose_for_goal(posed: Posed, decide: Decide, tick: Tick) -> tuple[Demands, Plan]:
    """Find how good a plan can be at the study's objective, and the most people with that.

    Parameters
    ----------
    posed : Posed
    decide : callable
        The plain choice.
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Returns
    -------
    Demands
        With the goal and its rules.
    Plan

    Raises
    ------
    RefusalError
        If there is no plan, or the goal makes no sense for the study.
    """
    chooser = Chooser(posed.study, posed.study.choice.time_limit_s, tick)
    with chooser.search.listening():
        aim = _aim(posed, chooser)
    for slack in SLACKS:
        found = _settle(posed, aim, aim.goal.value * (1 - slack), decide)
        if found is not None:
            return found
    raise RefusalError(
        f'no plan was found for objective = "{posed.study.choice.objective}" in the time: raise '
        "choice.time_limit_s"
    )


@dataclass(frozen=True)
class _Aim:
    """A goal as far as it is known, and what it is counted with."""

    goal: Goal
    outcomes: Outcomes
    weightings: Weightings


def _aim(posed: Posed, chooser: Chooser) -> _Aim:
    """Find how good a plan can be at the goal: what was found, and what is the most."""
    objective = posed.study.choice.objective
    if objective in OF_REGIONS:
        return _aim_fair(posed, chooser, objective)
    return _aim_sure(posed, chooser, objective)


def _aim_fair(posed: Posed, chooser: Chooser, objective: str) -> _Aim:
    regions, effort = find_region_shares(posed), effort_of(posed)
    part = chooser.part(1.0, effort.rounds + 2 * effort.steps, "how fair it can be")
    find = find_largest_floor if objective == "largest-floor" else find_most_even
    fair = find(
        posed.coverage,
        posed.demands.rules,
        regions,
        part,
        least_share=posed.study.fairness.least_reachable_pct / 100,
        effort=effort,
        refutes=part.refutes,
    )
    if fair is None:
        raise no_answer(posed, regions, chooser)
    weightings = weightings_of(posed, objective)
    first: tuple[Row, ...] = ()
    if objective == "most-even":
        first = (_row(weightings.harshest(fair.plan.outcomes)),)
    goal = _goal(objective, fair.plan, first)
    return _Aim(goal, fair.regions.outcomes(posed.coverage), weightings)


def _aim_sure(posed: Posed, chooser: Chooser, objective: str) -> _Aim:
    outcomes, weightings = outcomes_of(posed, objective), worlds_weighed(posed, objective)
    draws, rules = draw_worlds(posed), posed.demands.rules
    effort = people_effort_of(posed)
    if objective == "average":
        plan = choose_for_average(draws, rules, chooser.part(1.0, 1, "the best on average"))
        found = None if plan is None else _on_average(plan, outcomes, weightings)
    else:
        part = chooser.part(1.0, effort.rounds + 2 * effort.steps, "the best in bad worlds")
        found = choose_for_bad_part(
            draws,
            rules,
            part,
            share=weightings.share,
            effort=effort,
            refutes=part.refutes,
        )
    if found is None:
        raise chooser.search.no_plan()
    harshest = weightings.harshest(outcomes.of(mask_of(found.hubs, len(posed.sites))))
    return _Aim(_goal(objective, found, (_row(harshest),)), outcomes, weightings)


def _on_average(plan: Plan, outcomes: Outcomes, weightings: WorstPart) -> Balanced:
    """Return the best plan on average as one that is best under its harshest weighting."""
    proof = CeilingProof(weightings.start(), plan.granted_people, plan.row_prices)
    return Balanced(
        hubs=plan.hubs,
        reached_people=plan.reached_people,
        outcomes=outcomes.of(mask_of(plan.hubs, outcomes.coverage.shares.shape[0])),
        value=plan.reached_people,
        ceiling=plan.bound_people,
        certified_ceiling=plan.certified_people,
        proof=proof,
        choices=1,
    )


def _goal(objective: str, found: Balanced, rows: tuple[Row, ...]) -> Goal:
    return Goal(
        objective,
        found.value,
        found.ceiling,
        max(found.ceiling, found.certified_ceiling),
        found.value,
        rows,
        found.proof,
    )


def _settle(posed: Posed, aim: _Aim, least: float, decide: Decide) -> tuple[Demands, Plan] | None:
    """Choose the plan with the most people that comes to so much; None where none was found."""
    rows = list(aim.goal.weightings)
    for _ in range(ADDED):
        goal = replace(aim.goal, least=least, weightings=tuple(rows))
        demands = with_goal(posed, goal)
        try:
            plan = decide(demands)
        except RefusalError:
            return None
        outcomes = aim.outcomes.of(mask_of(plan.hubs, len(posed.sites)))
        harshest = aim.weightings.harshest(outcomes)
        if harshest @ outcomes >= least - 1e-9 * abs(least):
            own = float(harshest @ outcomes)
            goal = replace(goal, value=own, ceiling=max(goal.ceiling, own))
            return replace(demands, goal=goal), plan
        rows.append(_row(harshest))
    return None


def _row(weighting: NDArray[np.float64]) -> Row:
    return tuple(weighting.tolist())
