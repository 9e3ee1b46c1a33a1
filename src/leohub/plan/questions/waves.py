r"""Which hubs open in which period, so that reach over time is best and early waves stay right.

A person reached from period `t` on is reached for the time that is left: the timetable maximises
:math:`\sum_t \ell_t R_t` with :math:`R_t` the people reached by all hubs open in period `t` and
:math:`\ell_t` its length, under the limits of each year (`leohub.plan.questions.calendar`). It is
made quickly (`leohub.plan.questions.timetable`) and, where it is small enough, solved and bounded
by HiGHS (`leohub.plan.questions.timetableproof`). Asked about the hubs of a plan it orders them;
asked about all sites it chooses hubs and waves at once. Where sites have weights
(`leohub.plan.rules.weights`), :math:`R_t` counts people by them: the same question with shares
:math:`v_i a_{ij}`.

A wave is *right* if it would have been chosen had the programme ended there. How far it is from
that says what the later waves cost the earlier ones, and what would be lost if they never came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.problem.instance import Instance
from leohub.plan.questions.asking import Choose, Floats, Sites, counted, mask_of, people_of
from leohub.plan.questions.calendar import Calendar
from leohub.plan.questions.timetable import (
    Opens,
    make_timetable,
    person_years,
    reached_by_period,
)
from leohub.plan.questions.timetableproof import pairs_of, prove_timetable
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task

NEVER = -1
"""Stands for no period."""

EXACT_PAIRS = 100_000
"""Largest question that HiGHS is asked: pairs of a hub and a cell that others serve, by period.
450 hubs in 12 quarters have about 8,000 and take it half a minute."""

NODES = 50
"""Nodes of its search tree."""


@dataclass(frozen=True)
class Waves:
    """When each hub opens.

    Attributes
    ----------
    hubs : ndarray of int, shape (k,)
        Rows of the coverage, as they were given.
    opens : ndarray of int, shape (k,)
        The period in which each one opens, from 0; `NEVER` where the limits leave no room for it,
        or it reaches nobody whom others do not reach.
    reached_people, worth_people : ndarray, shape (n_periods,)
        By all hubs open in each period: people, and the same by the weights of sites, where there
        are any.
    person_years : float
        The sum of what they are worth, each times the length of its period.
    bound_person_years : float
        No timetable of these hubs has more. Proven.
    """

    hubs: Sites
    opens: NDArray[np.int64]
    reached_people: Floats
    worth_people: Floats
    person_years: float
    bound_person_years: float

    @property
    def gap(self) -> float:
        """(bound - person-years) / bound [0..1]."""
        if self.bound_person_years <= 0:
            return 0.0
        return max(0.0, 1 - self.person_years / self.bound_person_years)

    def open_by(self, period: int) -> Sites:
        """Return the hubs that are open in a period."""
        return np.asarray(self.hubs[(self.opens != NEVER) & (self.opens <= period)])


@dataclass(frozen=True)
class WaveAlone:
    """What the hubs open in one period reach, beside the best plan of their own size.

    People count by the weights of sites, where there are any.

    Attributes
    ----------
    period : int
    hubs : int
        How many are open.
    worth_people : float
        Whom they reach.
    best_people : float
        Whom the best plan found under the rules of that period alone, or the wave itself, reaches.
    bound_people : float
        No plan under those rules is worth more. Proven.
    """

    period: int
    hubs: int
    worth_people: float
    best_people: float
    bound_people: float

    @property
    def short_people(self) -> float:
        """People whom the wave does without for the sake of later ones, as far as is known."""
        return self.best_people - self.worth_people

    @property
    def most_short_people(self) -> float:
        """No more than so many: proven."""
        return self.bound_people - self.worth_people


def phase_hubs(
    coverage: Coverage,
    hubs: Sites,
    calendar: Calendar,
    *,
    weight: Floats | None = None,
    exact_pairs: int = EXACT_PAIRS,
    nodes: int = NODES,
) -> Waves:
    """Find in which period each hub should open.

    Parameters
    ----------
    coverage : Coverage
    hubs : ndarray of int, shape (k,)
        Rows of the coverage: those of a plan, or all sites to choose hubs and waves at once.
    calendar : Calendar
        Of all sites of the coverage.
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site is worth, in (0, 1].
    exact_pairs, nodes : int
        `EXACT_PAIRS`, `NODES`. Above the first only a weak bound is proven: all hubs at once.
    """
    hubs = np.asarray(hubs, dtype=np.intp)
    open_ones = replace(coverage, shares=coverage.shares[hubs])
    own_weight = None if weight is None else weight[hubs]
    instance = Instance.of(Task.of(open_ones, hubs_at_most(len(hubs), open_ones), own_weight))
    own = calendar.only(hubs[instance.sites])
    opens = make_timetable(instance, own)
    bound = instance.reachable_people * float(calendar.length_years.sum())
    if len(instance.sites) and pairs_of(instance, own) <= exact_pairs:
        proof = prove_timetable(instance, own, nodes=nodes)
        opens, bound = _better(instance, own, opens, proof.opens), proof.bound_person_years
    worth_people = reached_by_period(instance, own, opens)
    all_opens = np.full(len(hubs), NEVER, dtype=np.int64)
    all_opens[instance.sites] = np.where(opens < own.periods, opens, NEVER)
    worth = float(worth_people @ own.length_years)
    return Waves(
        hubs=hubs,
        opens=all_opens,
        reached_people=worth_people if weight is None else _people(open_ones, own, all_opens),
        worth_people=worth_people,
        person_years=worth,
        bound_person_years=max(bound, worth),
    )


def compare_waves(
    coverage: Coverage,
    waves: Waves,
    choose: Choose,
    rules: Mapping[int, Rules],
    *,
    weight: Floats | None = None,
) -> tuple[WaveAlone, ...]:
    """Set waves beside the best plans of their own size.

    Parameters
    ----------
    coverage : Coverage
    waves : Waves
    choose : Choose
    rules : mapping of int to Rules
        For each period that is looked at, what a plan would keep to that ended there: the same
        number of hubs, or the money spent by then.
    weight : ndarray, shape (n_sites,), optional
        As for `phase_hubs`; `choose` must count so, too.
    """
    weighed, found = counted(coverage, weight), []
    for period, alone in sorted(rules.items()):
        hubs = waves.open_by(period)
        chosen = mask_of(hubs, coverage.shares.shape[0])
        worth = people_of(weighed, chosen)
        plan = choose(coverage, alone)
        best = worth if plan is None else max(worth, plan.worth_people)
        bound = float(coverage.need_people.sum()) if plan is None else plan.bound_people
        found.append(WaveAlone(period, len(hubs), worth, best, max(bound, best)))
    return tuple(found)


def _people(coverage: Coverage, calendar: Calendar, opens: NDArray[np.int64]) -> Floats:
    """Return the people reached in each period; rows of the coverage follow the opening periods."""
    return np.array(
        [
            people_of(coverage, (opens != NEVER) & (opens <= period))
            for period in range(calendar.periods)
        ]
    )


def _better(instance: Instance, calendar: Calendar, opens: Opens, other: Opens | None) -> Opens:
    if other is None:
        return opens
    values = [person_years(instance, calendar, each) for each in (opens, other)]
    return other if values[1] > values[0] else opens
