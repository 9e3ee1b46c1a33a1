r"""`[choice] objective`: the rules that hold a plan to something else than people.

A goal is found once (`leohub.study.questions.goalsearch`); what its plan had to keep is written as
linear rows, for regions or worlds with outcomes :math:`s`:

- the largest floor: :math:`s_c \ge t` for every region;
- the others: :math:`\theta \cdot s \ge t` for some weightings :math:`\theta`.

`with_goal` makes these rules from the few numbers that run.json holds. No solver has a part in it,
so that a plan with a goal can be verified like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import Mask, with_rules
from leohub.plan.questions.doubt import PeopleInDoubt
from leohub.plan.questions.fairness import Regions
from leohub.plan.questions.frontier import with_floor
from leohub.plan.questions.outcomes import Outcomes, at_least_worth
from leohub.study.posed import Posed
from leohub.study.questions.regions import find_region_shares
from leohub.study.questions.worlds import draw_worlds
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


def goal_sentence(goal: Goal) -> str:
    """Say what a plan is the best at, and what no plan can exceed."""
    if goal.objective in {"average", "bad-part"}:
        value, ceiling = f"{goal.value:,.0f} people", f"{goal.ceiling:,.0f}"
    else:
        value, ceiling = f"{100 * goal.value:.3g} %", f"{100 * goal.ceiling:.3g} %"
    return (
        f"The plan was made for {MEANS[goal.objective]}: {value}; no plan can have more than "
        f"{ceiling}. Among plans that keep this, it is the best found by people, and the bound on "
        "people is for such plans."
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
    if objective == "most-even":
        return counted_regions(posed).outcomes(posed.coverage)
    return _InWorlds(posed.coverage, PeopleInDoubt(draw_worlds(posed)))


@dataclass(frozen=True)
class _InWorlds:
    """People reached in each world, by people of the study: `leohub.plan.questions.outcomes`."""

    coverage: Coverage
    drawn: PeopleInDoubt

    @property
    def count(self) -> int:
        return self.drawn.count

    @property
    def already(self) -> NDArray[np.float64]:
        return self.drawn.already

    def worth(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        need = self.coverage.need_people
        people = self.drawn.worth(weight) * self.drawn.coverage.need_people
        return np.divide(people, need, out=np.zeros(len(need)), where=need > 0)

    def of(self, chosen: Mask) -> NDArray[np.float64]:
        return self.drawn.of(chosen)
