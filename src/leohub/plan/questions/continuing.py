r"""A plan when reality has changed: how many people each further change of it is worth.

Of the old plan's hubs some are built, some were refused, some places are gone. Those that may
still be hubs are :math:`A`. Everything new about the world is in the coverage and the rules: what
is built is required, what was refused is forbidden, places that came or moved are rows of their
own. A new plan with at most :math:`c` *changes* gives up at most :math:`c` hubs of :math:`A`,

.. math:: \sum_{i \in A} x_i \ge |A| - c,

one more linear row. What reality forces (refused and vanished hubs, and those that take their
place) is no change. With more changes allowed a plan can only reach more; so the plans along
:math:`c = 0, 1, 2, 5, 10, \dots` show what a change is worth, and the fewest changes within a
share of the free plan are found by halving. What no plan reaches with many changes, none does with
fewer: bounds are carried down the curve.

Where sites have weights (`leohub.plan.rules.weights`), plans are compared by what they are worth;
a change is a change, whatever its weight, and all of the above holds for worth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import (
    Choose,
    Floats,
    Mask,
    Sites,
    counted,
    mask_of,
    people_of,
    with_rules,
)
from leohub.plan.rules.numbers import at_least
from leohub.plan.rules.rules import Rules

STEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Numbers of changes that are tried, up to all."""

GONE = -1
"""Stands for an old hub whose place is no candidate any more."""


@dataclass(frozen=True)
class Continued:
    """The plan for one number of changes.

    Attributes
    ----------
    allowed_changes : int
        Hubs that may be given up.
    hubs : ndarray of int, shape (k,)
        Rows of the coverage: those that are built, too.
    kept, given_up, new : ndarray of int
        Old hubs that stay; old hubs that could stay and do not; hubs that were not in the old plan.
    reached_people : float
    worth_people : float
        The same by the weights of sites, where there are any: what plans are compared by.
    bound_people : float
        No plan with so few changes is worth more. Proven.
    """

    allowed_changes: int
    hubs: Sites
    kept: Sites
    given_up: Sites
    new: Sites
    reached_people: float
    worth_people: float
    bound_people: float


@dataclass(frozen=True)
class Continuation:
    """What changing an old plan is worth.

    Attributes
    ----------
    possible : ndarray of int
        Old hubs that may stay, rows of the coverage.
    lost : int
        Old hubs that were refused or whose place is gone.
    curve : tuple of Continued
        By rising number of changes; the last one is free.
    enough : Continued
        The fewest changes found that come within the share of the free plan.
    least_changes : int
        Fewer changes cannot come within it: proven.
    """

    possible: Sites
    lost: int
    curve: tuple[Continued, ...]
    enough: Continued
    least_changes: int


def continue_plan(
    coverage: Coverage,
    rules: Rules,
    old_hubs: Sequence[int] | Sites,
    choose: Choose,
    *,
    within_share: float = 0.01,
    steps: Iterable[int] = STEPS,
    weight: Floats | None = None,
) -> Continuation | None:
    """Find plans that change an old one as little as wanted.

    Parameters
    ----------
    coverage : Coverage
        Of the world as it is now.
    rules : Rules
        Of the world as it is now.
    old_hubs : sequence of int
        The old plan: rows of the coverage, `GONE` for places that are none any more.
    choose : Choose
    within_share : float
        `Continuation.enough` is worth at least 1 less this share of the free plan [0..1].
    steps : iterable of int
        Numbers of changes to try.
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site is worth, in (0, 1]; `choose` must count so, too.

    Returns
    -------
    Continuation or None
        None where no plan was found even with everything free to change.
    """
    old = np.asarray(old_hubs, dtype=np.intp)
    run = _Run(coverage, counted(coverage, weight), rules, old, choose)
    most = len(run.possible)
    for changes in sorted({*(step for step in steps if 0 <= step < most), most}):
        run.ask(changes)
    if not run.found:
        return None
    wanted = (1 - within_share) * run.best(most).worth_people
    fewest = _halve(run, wanted, most)
    curve = run.swept()
    return Continuation(
        possible=run.possible,
        lost=len(old_hubs) - most,
        curve=curve,
        enough=next(point for point in curve if point.allowed_changes == fewest),
        least_changes=run.least_changes(wanted),
    )


def _halve(run: _Run, wanted: float, most: int) -> int:
    """Return the fewest changes found with which a plan is worth so much."""
    good = min(c for c in run.found if run.best(c).worth_people >= wanted)
    bad = max((c for c in run.asked if c < good), default=-1)
    while good - bad > 1:
        middle = (good + bad) // 2
        run.ask(middle)
        if middle in run.found and run.best(middle).worth_people >= wanted:
            good = middle
        else:
            bad = middle
    return good


class _Run:
    """Plans and bounds by number of changes."""

    def __init__(
        self, coverage: Coverage, weighed: Coverage, rules: Rules, old: Sites, choose: Choose
    ) -> None:
        self.coverage, self.weighed = coverage, weighed
        self.rules, self.choose = rules, choose
        self.sites = coverage.shares.shape[0]
        here = old[old != GONE]
        self.was_hub: Mask = mask_of(here, self.sites)
        self.possible = np.flatnonzero(self.was_hub & rules.allowed)
        self.found: dict[int, Continued] = {}
        self.asked: set[int] = set()

    def ask(self, changes: int) -> None:
        """Choose a plan with at most so many changes."""
        if changes in self.asked:
            return
        self.asked.add(changes)
        could_stay = mask_of(self.possible, self.sites)
        least = len(self.possible) - changes
        rule = at_least(f"at least {least:,} hubs of the old plan stay", could_stay, least)
        plan = self.choose(self.coverage, with_rules(self.rules, [rule] if least > 0 else []))
        if plan is not None:
            self.found[changes] = self._told(changes, plan.hubs, plan.bound_people)

    def best(self, changes: int) -> Continued:
        """Return the plan that is worth most with at most so many changes."""
        fitting = [c for c in sorted(self.found) if c <= changes]
        return max((self.found[c] for c in fitting), key=lambda plan: plan.worth_people)

    def swept(self) -> tuple[Continued, ...]:
        """Return the plans by number of changes, each as good as those with fewer changes."""
        points, bound = [], np.inf
        for changes in sorted(self.found, reverse=True):
            best = self.best(changes)
            bound = min(bound, self.found[changes].bound_people)
            points.append(
                replace(
                    best,
                    allowed_changes=changes,
                    bound_people=max(bound, best.worth_people),
                )
            )
        return tuple(reversed(points))

    def least_changes(self, wanted: float) -> int:
        """Return a number of changes below which no plan is worth so much."""
        short = [c for c, plan in self.found.items() if plan.bound_people < wanted]
        return max(short, default=-1) + 1

    def _told(self, changes: int, hubs: Sites, bound_people: float) -> Continued:
        chosen = mask_of(hubs, self.sites)
        could_stay = mask_of(self.possible, self.sites)
        return Continued(
            allowed_changes=changes,
            hubs=hubs,
            kept=np.flatnonzero(chosen & could_stay),
            given_up=np.flatnonzero(could_stay & ~chosen),
            new=np.flatnonzero(chosen & ~self.was_hub),
            reached_people=people_of(self.coverage, chosen),
            worth_people=people_of(self.weighed, chosen),
            bound_people=bound_people,
        )
