r"""The plan whose outcomes are best under the weighting that is harshest for it.

The question is :math:`\max_S W(s(S))` with :math:`W(s) = \min_{\theta \in \Theta} \theta \cdot s`
(`leohub.plan.questions.weightings`) and outcomes :math:`s` that grow with the people reached
(`leohub.plan.questions.outcomes`). It is answered by plain choices only, in two parts:

1. *Prove.* For any :math:`\theta \in \Theta`

   .. math:: \max_S W(s(S)) \le \max_S \theta \cdot s(S) \le B(\theta),

   and the middle is a plain choice in which people are worth different amounts; :math:`B` is its
   proven bound, on top of what hubs that stand reach already. So every weighting proves a ceiling,
   however it was found. Each round weighs those more who fared worse in the plan just found, until
   the ceiling falls no further. (Cutting planes need a plan or more for each outcome before they
   do as well: tried, with 47 regions.)
2. *Improve.* The ceilings close in on the best *mixture* of plans; a single plan may fall short of
   it. So a plan is asked for with :math:`\theta_k \cdot s \ge t` for the weightings known so far, a
   linear row each, and the target `t` half-way between the best plan and the ceiling. Where the
   plan found breaks a weighting not known yet, that one is added and the question asked again.
   Where there is no plan, `t` was too high; if that is proven, `t` is a ceiling.

Among plans that are as good, one is sought that reaches the most people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leohub.plan.questions.asking import (
    Choose,
    Floats,
    Mask,
    Refutes,
    Sites,
    mask_of,
    never,
    revalue,
    with_rules,
)
from leohub.plan.questions.ceilingproof import CeilingProof
from leohub.plan.questions.outcomes import Outcomes, at_least_worth
from leohub.plan.questions.weightings import Weightings
from leohub.plan.rules.rules import Rules, reached_by_cell

STALLED = 4
"""So many rounds that bring the ceiling down by no more than the tolerance end the proof."""

ADDED = 12
"""Most weightings that are added for one target."""

ROUNDING = 1e-9
"""A target counts as met when no larger share of it is missing: sums are no more exact."""


@dataclass(frozen=True)
class Effort:
    """How long to look.

    Attributes
    ----------
    rounds : int
        Most choices to prove with.
    steps : int
        Most targets to try.
    tolerance : float
        Good enough: a ceiling this close to the plan ends the search; above 0 [the outcomes' unit].
    """

    rounds: int = 12
    steps: int = 8
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.steps < 0 or not self.tolerance > 0:
            raise ValueError("at least one round, no negative steps, a tolerance above 0")


@dataclass(frozen=True)
class Balanced:
    """The best plan found, and what no plan can exceed.

    Attributes
    ----------
    hubs : ndarray of int, shape (k,)
        Rows of the coverage.
    reached_people : float
        By all of them [people].
    outcomes : ndarray, shape (count,)
    value : float
        Of the outcomes under the weighting that is harshest for them.
    ceiling : float
        No plan under the rules has a larger value. Proven.
    certified_ceiling : float
        What `proof` alone proves; not below `ceiling`, which a solver may have lowered.
    proof : CeilingProof
    choices : int
        How many plain choices it took.
    """

    hubs: Sites
    reached_people: float
    outcomes: Floats
    value: float
    ceiling: float
    certified_ceiling: float
    proof: CeilingProof
    choices: int


def find_balanced(
    outcomes: Outcomes,
    weightings: Weightings,
    rules: Rules,
    choose: Choose,
    *,
    effort: Effort | None = None,
    refutes: Refutes = never,
) -> Balanced | None:
    """Find the plan whose outcomes are best under the weighting that is harshest for it.

    Parameters
    ----------
    outcomes : Outcomes
    weightings : Weightings
    rules : Rules
        What every plan must keep to.
    choose : Choose
    effort : Effort, optional
    refutes : Refutes
        Where it can prove that there is no plan, ceilings come down to single plans.

    Returns
    -------
    Balanced or None
        None where not even the rules alone gave a plan.
    """
    run = _Run(outcomes, weightings, rules, choose, effort or Effort(), refutes)
    run.prove()
    if run.best is None:
        return None
    run.improve()
    run.reach_more()
    return run.told()


class _Run:
    """What is known so far of the best plan and its ceiling."""

    def __init__(
        self,
        outcomes: Outcomes,
        weightings: Weightings,
        rules: Rules,
        choose: Choose,
        effort: Effort,
        refutes: Refutes,
    ) -> None:
        self.outcomes, self.weightings, self.rules = outcomes, weightings, rules
        self.choose, self.effort, self.refutes = choose, effort, refutes
        self.best: Mask | None = None
        self.value, self.ceiling = -np.inf, self._of_all_sites()
        self.certified_ceiling = np.inf
        self.proof: CeilingProof | None = None
        self.rows = self.weightings.tangents()
        self.choices = 0

    def prove(self) -> None:
        """Bring the ceiling down, weighting by weighting."""
        potential, fell_in = self.weightings.start(), 0
        best_theta = self.weightings.weights(potential)
        for number in range(self.effort.rounds):
            theta = self.weightings.weights(potential)
            ceiling, found = self._weighted(theta)
            if found is None:
                break
            if ceiling < self.ceiling:
                best_theta = theta
            if ceiling < self.ceiling - self.effort.tolerance:
                fell_in = number
            self.ceiling = min(self.ceiling, ceiling)
            if self._is_done() or number - fell_in >= STALLED:
                break
            potential = self.weightings.lean(potential, found, number)
        self.rows = self.rows or [best_theta]

    def improve(self) -> None:
        """Look for single plans between the best one and the ceiling."""
        low, high = self.value, self.ceiling
        for _ in range(self.effort.steps):
            if high - low <= self.effort.tolerance:
                return
            target = (low + high) / 2
            found, refuted = self._reach(target)
            low = max(low, self.value)
            if not found:
                high = target
            if refuted:
                self.ceiling = min(self.ceiling, target)

    def reach_more(self) -> None:
        """Look once for a plan that is as good and reaches more people."""
        best = self.best
        if best is None:
            return
        least = self.value - ROUNDING * abs(self.value)
        chosen = self._ask(self._demanding(least))
        if chosen is None or self._value(chosen) < least:
            return
        if self._people(chosen) > self._people(best):
            self.best, self.value = chosen, self._value(chosen)

    def told(self) -> Balanced:
        """Return what was found."""
        if self.best is None or self.proof is None:
            raise ValueError("no plan was found")
        return Balanced(
            hubs=np.flatnonzero(self.best),
            reached_people=self._people(self.best),
            outcomes=self.outcomes.of(self.best),
            value=self.value,
            ceiling=max(self.ceiling, self.value),
            certified_ceiling=min(self.certified_ceiling, self._of_all_sites()),
            proof=self.proof,
            choices=self.choices,
        )

    def _weighted(self, theta: Floats) -> tuple[float, Floats | None]:
        """Return the ceiling that a weighting proves, and the outcomes of the plan found."""
        asked = revalue(self.outcomes.coverage, self.rules, self.outcomes.worth(theta))
        plan = self.choose(asked.coverage, asked.rules)
        self.choices += 1
        if plan is None:
            return np.inf, None
        chosen = self._mask(plan.hubs)
        self._keep(chosen)
        already = float(theta @ self.outcomes.already)
        ceiling = plan.bound_people * asked.scale + already
        certified = plan.certified_people * asked.scale + already
        if certified < self.certified_ceiling:
            self.certified_ceiling = certified
            self.proof = CeilingProof(
                theta, plan.granted_people * asked.scale, plan.row_prices * asked.scale
            )
        return ceiling, self.outcomes.of(chosen)

    def _reach(self, target: float) -> tuple[bool, bool]:
        """Ask for a plan that meets a target; return whether there is one, or proven none."""
        for _ in range(ADDED):
            demanding = self._demanding(target)
            chosen = self._ask(demanding)
            if chosen is None:
                return False, self.refutes(self.outcomes.coverage, demanding)
            found = self.outcomes.of(chosen)
            if self._keep(chosen) >= target * (1 - ROUNDING):
                return True, False
            self.rows.append(self.weightings.harshest(found))
        return False, False

    def _demanding(self, target: float) -> Rules:
        """Return the rules, and that no weighting known so far comes to less than a target."""
        name = f"outcomes of at least {target:.6g}"
        return with_rules(self.rules, [at_least_worth(name, self.outcomes, self.rows, target)])

    def _ask(self, rules: Rules) -> Mask | None:
        plan = self.choose(self.outcomes.coverage, rules)
        self.choices += 1
        return None if plan is None else self._mask(plan.hubs)

    def _keep(self, chosen: Mask) -> float:
        """Keep a plan if it is the best so far; return its value."""
        value = self._value(chosen)
        equal = self.best is not None and value == self.value
        if value > self.value or (equal and self._people(chosen) > self._people(self.best)):
            self.best, self.value = chosen, value
        return value

    def _value(self, chosen: Mask) -> float:
        found = self.outcomes.of(chosen)
        return float(self.weightings.harshest(found) @ found)

    def _people(self, chosen: Mask | None) -> float:
        if chosen is None:
            return 0.0
        return float(reached_by_cell(self.outcomes.coverage, chosen).sum())

    def _mask(self, hubs: Sites) -> Mask:
        return mask_of(hubs, self.outcomes.coverage.shares.shape[0])

    def _is_done(self) -> bool:
        return self.ceiling - self.value <= self.effort.tolerance

    def _of_all_sites(self) -> float:
        """Return the value if every allowed site were a hub: outcomes only grow with hubs."""
        return self._value(self.rules.allowed)
