"""What a plan comes to by another objective than people, and what none can, counted again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leohub.report.claim import COUNTED_TO_PEOPLE, EXACT_SOLVER, ClaimedGoal
from leohub.report.goalfile import read_goal_proof
from leohub.study.posed import Posed

ROUNDING = 1e-9
"""Share by which a claim may miss what is counted: it was added up in another order."""

LEAST = 1e-12
"""The same for claims about next to nothing."""


@dataclass(frozen=True)
class GoalRecount:
    """What was counted again of a goal.

    Attributes
    ----------
    value : float
        What the plan comes to at least: a share [0..1], or people.
    ceiling : float
        No plan that keeps to the study's rules has more. Proven by multipliers.
    """

    value: float
    ceiling: float


def recount_goal(
    folder: Path, posed: Posed, claimed: ClaimedGoal, hubs: NDArray[np.int64]
) -> GoalRecount:
    """Count a goal again.

    Parameters
    ----------
    folder : Path
    posed : Posed
        With the rules of the study, without those that hold the goal.
    claimed : ClaimedGoal
    hubs : ndarray of int, shape (k,)
        Rows of the sites.

    Raises
    ------
    InputError
        When a file of the folder cannot be used.
    ValueError
        When the multipliers, or the weighting, prove nothing.
    """
    # A plan without a goal is checked with as little code as can be.
    from leohub.study.questions.goals import recount

    proof = read_goal_proof(folder, posed.cells, posed.demands.rules, claimed.weighting)
    chosen = np.isin(np.arange(len(posed.sites)), hubs)
    return GoalRecount(*recount(posed, claimed.objective, chosen, proof))


def goal_discrepancies(counted: GoalRecount, claimed: ClaimedGoal) -> Iterator[str]:
    """Say which claims about a goal are better than what was counted."""
    if claimed.value > counted.value + slack(claimed, counted.value):
        yield (
            f"by its objective the plan is said to come to {in_words(claimed, claimed.value)}, but "
            f"it comes to {in_words(claimed, counted.value)}"
        )
    least = counted.ceiling - slack(claimed, counted.ceiling)
    if claimed.certified_ceiling < least:
        yield (
            "the multipliers are said to prove that no plan comes to more than "
            f"{in_words(claimed, claimed.certified_ceiling)} by its objective, but they prove "
            f"{in_words(claimed, counted.ceiling)}"
        )
    if claimed.ceiling < least and claimed.ceiling_rests_on != EXACT_SOLVER:
        yield (
            f"{in_words(claimed, claimed.ceiling)} are said to be the most by the objective, but "
            f"what is proven is {in_words(claimed, counted.ceiling)}"
        )
    if claimed.ceiling < counted.value - slack(claimed, counted.value):
        yield (
            f"{in_words(claimed, claimed.ceiling)} are said to be the most by the objective, but "
            f"the plan itself comes to {in_words(claimed, counted.value)}"
        )


def slack(claimed: ClaimedGoal, counted: float) -> float:
    """Return by how much a claim may be better than what was counted."""
    return ROUNDING * abs(counted) + (COUNTED_TO_PEOPLE if claimed.counts_people else LEAST)


def in_words(claimed: ClaimedGoal, number: float, rounded: Callable[[float], float] = round) -> str:
    """Write a number of the objective: people to a thousandth, or a share as a percentage.

    Parameters
    ----------
    claimed : ClaimedGoal
    number : float
    rounded : callable
        `math.floor` or `math.ceil` where rounding must not make a plan look better.
    """
    if claimed.counts_people:
        return f"{rounded(number * 1e3) / 1e3:,.3f} people"
    return f"{rounded(number * 1e8) / 1e6:.6f} %"
