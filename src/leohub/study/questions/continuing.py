"""`leohub continue`: an earlier plan when reality has changed, with as few changes as possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.plan.questions.asking import mask_of
from leohub.plan.questions.continuing import GONE, Continuation, continue_plan
from leohub.plan.rules.rules import reached_by_cell
from leohub.study.posed import Posed
from leohub.study.questions.chooser import Chooser

HALVING = 6
"""Choices that are expected to find the fewest changes, beside those of the curve."""

Sites = NDArray[np.intp]


@dataclass(frozen=True)
class ContinuingAnswer:
    """What changing an earlier plan is worth.

    Attributes
    ----------
    found : Continuation
    old : ndarray of int, shape (k,)
        Hubs of the earlier plan in its order, rows of the coverage; `GONE` for places that are no
        candidates any more.
    built, refused : ndarray of int
        Those of them that stand by now, and that must not be hubs.
    left_people : float
        Whom the hubs that may stay would reach, if nothing else was built [people].
    within_share : float
        What the fewest changes may fall short of a plan made anew [0..1].
    cut_short : bool
    """

    found: Continuation
    old: Sites
    built: Sites
    refused: Sites
    left_people: float
    within_share: float
    cut_short: bool

    @property
    def gone(self) -> int:
        """How many hubs have no candidate place any more."""
        return int((self.old == GONE).sum())

    @property
    def has_free_plan(self) -> bool:
        """Whether a plan made anew, free to change everything, was found."""
        return self.found.curve[-1].allowed_changes >= len(self.found.possible)


def ask_continuing(posed: Posed, chooser: Chooser, old: Sites) -> ContinuingAnswer:
    """Find plans that change an earlier one as little as wanted.

    Parameters
    ----------
    posed : Posed
        The world as it is now: what is built stands, what was refused is forbidden.
    chooser : Chooser
    old : ndarray of int
        Rows of the coverage; `GONE` for places that are none any more.

    Raises
    ------
    RefusalError
        If no plan was found.
    """
    here = old[old != GONE]
    built = here[posed.standing[here]]
    open_ones = np.concatenate([here[~posed.standing[here]], old[old == GONE]])
    given, rules = posed.study.continuing, posed.demands.rules
    steps = [changes for changes in given.changes if changes < len(open_ones)]
    found = continue_plan(
        posed.coverage,
        rules,
        open_ones,
        chooser.part(
            1.0, len(steps) + 1 + HALVING, "plans with more and more changes", weight=posed.weight
        ),
        within_share=given.within_pct / 100,
        steps=steps,
        weight=posed.weight,
    )
    if found is None:
        raise chooser.search.no_plan(
            "no plan was found that keeps to the study's rules, even with everything changed"
        )
    left = reached_by_cell(posed.coverage, mask_of(found.possible, len(posed.sites)))
    not_standing = here[~posed.standing[here]]
    return ContinuingAnswer(
        found,
        old,
        built,
        not_standing[rules.forbidden[not_standing]],
        float(left.sum()),
        given.within_pct / 100,
        chooser.search.cut_short,
    )
