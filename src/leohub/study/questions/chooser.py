"""Many choices in a given time, until somebody stops them."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.errors import RefusalError
from leohub.people.coverage import Coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.clock import Clock
from leohub.plan.conflict.smallest import find_conflict
from leohub.plan.plan import Plan
from leohub.plan.rules.rules import Rules
from leohub.study.desk import Tick
from leohub.study.posed import Posed
from leohub.study.settings import Study

LEAST_S: Final = 1.0
"""No choice gets less time than this [s]: a first plan needs some."""

REFUTE_S: Final = 5.0
"""Longest time to look for a proof that no plan keeps to rules [s]."""


@dataclass
class Search:
    """What all choices of one question share.

    Attributes
    ----------
    stopped : bool
        Somebody pressed Ctrl-C: no further choice is made.
    searching : bool
        Whether a choice is being made just now.
    cut_short : bool
        Whether time, or Ctrl-C, decided anything: another run may then find another answer.
    choices : int
        How many were made.
    """

    stopped: bool = False
    searching: bool = False
    cut_short: bool = False
    choices: int = 0

    @contextmanager
    def listening(self) -> Iterator[Search]:
        """Let Ctrl-C end the search, and keep what was found; a second one gives up.

        Between choices it is only noted: the next one is not made any more.
        """
        if threading.current_thread() is not threading.main_thread():
            yield self
            return
        before = signal.signal(signal.SIGINT, self._hear)
        try:
            yield self
        finally:
            signal.signal(signal.SIGINT, before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        given_up, self.stopped, self.cut_short = self.stopped, True, True
        if given_up or self.searching:
            raise KeyboardInterrupt

    def no_plan(
        self,
        why: str = "no plan was found that keeps to the study's rules: give more time, or ask for "
        "less",
    ) -> RefusalError:
        """Say why there is no answer."""
        return RefusalError("stopped before a first plan was found" if self.stopped else why)


class Chooser:
    """Chooses hubs again and again; each choice gets its part of the time that is left.

    Parameters
    ----------
    study : Study
        Whose seed, gap and size for the exact solver are used.
    time_limit_s : float
        For all choices together [s].
    tick : callable
        Told a stage and the share of it that is done [0..1].
    search : Search, optional
        Shared with other choosers of the same question.
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site is worth, in (0, 1]. Default: 1.
    """

    def __init__(
        self,
        study: Study,
        time_limit_s: float,
        tick: Tick,
        search: Search | None = None,
        weight: NDArray[np.float64] | None = None,
    ) -> None:
        self.study, self.tick, self.weight = study, tick, weight
        self.search = search or Search()
        self._clock = Clock(time_limit_s)
        self._expected, self._made, self._stage = 1, 0, "choosing hubs"
        self._most_s = math.inf

    def part(
        self,
        share: float,
        choices: int,
        stage: str,
        *,
        weight: NDArray[np.float64] | None = None,
        most_s: float = math.inf,
    ) -> Chooser:
        """Return a chooser for a share of the time that is left.

        Parameters
        ----------
        share : float
            [0..1]
        choices : int
            How many choices are expected: the time is divided by as many, at first.
        stage : str
            What they are for, for the progress on screen.
        weight : ndarray, shape (n_sites,), optional
            What a person reached from each site is worth, in (0, 1]. Default: 1.
        most_s : float
            No choice gets more time than this [s].
        """
        chooser = Chooser(
            self.study, share * self._clock.remaining_s(), self.tick, self.search, weight
        )
        chooser._expected, chooser._stage, chooser._most_s = max(1, choices), stage, most_s
        return chooser

    def __call__(self, coverage: Coverage, rules: Rules) -> Plan | None:
        """Choose hubs under rules; None where no plan was found, or no time is left."""
        if self.search.stopped or self._clock.is_up():
            self.search.cut_short = True
            return None
        self.search.searching = True
        try:
            plan = self._choose(coverage, rules)
        except RefusalError:
            return None
        except KeyboardInterrupt:
            # Before there was a first plan.
            self.search.stopped = self.search.cut_short = True
            return None
        finally:
            self.search.searching = False
            self.search.choices += 1
            self._made += 1
        self.search.cut_short |= plan.stopped_early
        return plan

    def refutes(self, coverage: Coverage, rules: Rules) -> bool:
        """Tell whether it is proven that no plan keeps to the rules."""
        left_s = min(REFUTE_S, self._clock.remaining_s())
        if self.search.stopped or left_s <= 0:
            return False
        return find_conflict(rules, coverage, time_limit_s=left_s) is not None

    def _choose(self, coverage: Coverage, rules: Rules) -> Plan:
        share = min(1.0, self._made / self._expected)
        self.tick(self._stage, share)
        return choose_hubs(
            coverage,
            rules,
            weight=self.weight,
            seed=self.study.seed,
            time_limit_s=self._limit_s(),
            gap=self.study.choice.gap_pct / 100,
            exact_limit_pairs=self.study.choice.exact_limit_pairs,
            price_rules=False,
            tick=lambda stage, done: self.tick(self._stage, share),
        )

    def _limit_s(self) -> float:
        left = max(1, self._expected - self._made)
        return max(LEAST_S, min(self._most_s, self._clock.remaining_s() / left))


def given_or_chosen(
    posed: Posed, hubs: NDArray[np.intp] | None, chooser: Chooser
) -> NDArray[np.intp]:
    """Return the hubs that a question is about, rows of the coverage.

    Parameters
    ----------
    posed : Posed
    hubs : ndarray of int, or None
        Those of a plan made before. None to choose them.
    chooser : Chooser

    Raises
    ------
    RefusalError
        If no plan was found.
    """
    if hubs is not None:
        return hubs
    plan = chooser(posed.coverage, posed.demands.rules)
    if plan is None:
        raise chooser.search.no_plan()
    return np.asarray(plan.hubs)
