"""`leohub frontier`: how fair a plan can be, and what each step towards it costs in people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leohub.errors import RefusalError
from leohub.plan.questions.balance import Effort
from leohub.plan.questions.fairness import Fair, Regions, find_largest_floor
from leohub.plan.questions.frontier import FrontierPoint, even_floors, find_frontier
from leohub.study.posed import Posed
from leohub.study.questions.chooser import Chooser
from leohub.study.questions.regions import find_region_shares

FAIREST_SHARE = 0.6
"""Share of the time that is used to find how fair a plan can be."""


@dataclass(frozen=True)
class FrontierAnswer:
    """The frontier of reach against fairness.

    Attributes
    ----------
    fair : Fair
        The plan with the largest floor found, and its proven ceiling.
    points : tuple of FrontierPoint
        By rising floor.
    most_shares : ndarray, shape (n_regions,)
        Of each region that is counted, what hubs at all places together would reach [0..1].
    has_frontier : bool
        Whether plans were looked for below the largest floor; else the fairest stands for all.
    choices : int
        How many choices it took.
    cut_short : bool
        Whether time or Ctrl-C ended anything.
    """

    fair: Fair
    points: tuple[FrontierPoint, ...]
    most_shares: np.ndarray
    has_frontier: bool
    choices: int
    cut_short: bool

    @property
    def scarcest(self) -> int:
        """The region, among those counted, of which hubs everywhere would reach the least."""
        return int(np.argmin(self.most_shares))


def effort_of(posed: Posed) -> Effort:
    """Return how hard the study wants to look for fairness."""
    given = posed.study.fairness
    return Effort(given.rounds, given.steps, given.tolerance_pct / 100)


def people_effort_of(posed: Posed) -> Effort:
    """Return the same for people in worlds: a thousandth of all people is near enough."""
    people = max(1.0, float(posed.coverage.need_people.sum()))
    return replace(effort_of(posed), tolerance=people / 1000)


def ask_frontier(posed: Posed, chooser: Chooser) -> FrontierAnswer:
    """Find the largest floor, and the plan that reaches the most people for each floor below it.

    How fair a plan is, is a matter of people; weights of kinds decide between plans of one floor.

    Raises
    ------
    RefusalError
        If no plan was found, or hubs would reach nobody newly in any region.
    """
    regions, effort = find_region_shares(posed), effort_of(posed)
    rules = posed.demands.rules
    first = chooser.part(FAIREST_SHARE, effort.rounds + 2 * effort.steps, "how fair it can be")
    fair = find_largest_floor(
        posed.coverage,
        rules,
        regions,
        first,
        least_share=posed.study.fairness.least_reachable_pct / 100,
        effort=effort,
        refutes=first.refutes,
    )
    if fair is None:
        raise no_answer(posed, regions, chooser)
    steps = posed.study.fairness.frontier_steps
    before = chooser.search.choices
    points = find_frontier(
        posed.coverage,
        rules,
        fair.regions,
        chooser.part(1.0, steps + 1, "the frontier, floor by floor", weight=posed.weight),
        even_floors(max(0.0, fair.plan.value), steps),
        known=[fair.plan.hubs],
        weight=posed.weight,
    )
    return FrontierAnswer(
        fair,
        points,
        fair.regions.shares(posed.coverage, rules.allowed),
        chooser.search.choices > before,
        chooser.search.choices,
        chooser.search.cut_short,
    )


def no_answer(posed: Posed, regions: Regions, chooser: Chooser) -> RefusalError:
    """Say why there is no answer."""
    least = posed.study.fairness.least_reachable_pct
    counted = regions.within_reach(posed.coverage, posed.demands.rules.allowed, least / 100)
    if counted.any() or chooser.search.stopped:
        return chooser.search.no_plan()
    return RefusalError(
        "no region is left to be fair to: hubs at all candidate places would newly reach no more "
        f"than {least:g} % of the unserved people of any (fairness.least_reachable_pct)"
    )
