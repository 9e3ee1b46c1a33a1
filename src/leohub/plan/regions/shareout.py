r"""Hubs shared out among regions: what is left of a bound by regions that are all solved.

The bound of `leohub.plan.regions.tighten` charges a rent :math:`\theta` for each hub and lets every
region take as many as are worth it; together they seldom take exactly the :math:`K` that there may
be. A region with :math:`k` hubs falls short of its part :math:`g_r` of the bound by

.. math:: \ell_r(k) = g_r - \max_{|S| = k} F_r(S) + \theta k \ge 0,

so that a plan with :math:`k_r` hubs in each region stays below the bound :math:`L` by at least

.. math:: \Lambda(k) = \sum_r \ell_r(k_r) + \theta \Big( K - \sum_r k_r \Big).

The least of that over all ways to share at most :math:`K` hubs out comes off the bound. HiGHS is
asked only for those :math:`\ell_r` on which the best way rests; until then 0 stands for them, which
is never too much. It is asked what a region loses at least with between :math:`a` and :math:`b`
hubs: the answer holds for all these numbers and is exact for the one that it takes.

Only plans count that reach more than the :math:`P` people of the best so far:
:math:`\Lambda \le L - P`. So a region with :math:`k` hubs loses no more than
:math:`L - P - M_r(k)`, where :math:`M_r(k)` is what the others lose at least when it has
:math:`k`. Numbers that lose more are left out. A choice with a site whose income is :math:`d_i`
short of its rent loses at least :math:`g_r - \bar g_r + d_i`, with :math:`\bar g_r` what the prices
alone prove of the region; where that is more for every number of hubs left, the site is in no
better plan. Likewise for sites that all better plans have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.problem.rows import Rows
from leohub.plan.regions.regionloss import RegionLoss
from leohub.plan.regions.relaxation import Relaxation
from leohub.plan.regions.shares import Shares
from leohub.plan.solver.exact import Solver
from leohub.plan.solver.highs import Answer, Job
from leohub.plan.starts.draft import Draft

NODES = 300
QUESTION_LIMIT_S = 20.0
AT_ONCE = 8

LEAN_PEOPLE = 1e-6
"""Of ways to share that are as good as each other, those that change fewer hubs come first."""

SOLVED_WITHIN_PEOPLE = 1e-3
"""A region whose best hubs are known but for this much is solved to the end."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class SharedOut:
    """Hubs shared out among regions.

    Attributes
    ----------
    people : float
        No plan that is better than the best so far reaches more.
    shut : ndarray of bool, shape (n,)
        Sites that are in no better plan.
    is_hub : ndarray of bool, shape (n,)
        The best hubs of every region when they are shared out best.
    questions : int
        What HiGHS was asked.
    """

    people: float
    shut: Bools
    is_hub: Bools
    questions: int


@dataclass(frozen=True)
class _Question:
    """What a region loses with some numbers of hubs.

    Attributes
    ----------
    places : slice
        Of the region's numbers.
    fixed : ndarray of bool, shape (n,)
        Its hubs in any case.
    job : Job
    """

    region: RegionLoss
    places: slice
    fixed: Bools
    job: Job


def share_out(
    relaxation: Relaxation,
    reached_people: float,
    *,
    tolerance_people: float,
    solver: Solver,
    clock: Clock,
    tick: Callable[[float], None],
) -> SharedOut:
    """Share the hubs out among regions that were solved at a rent.

    Parameters
    ----------
    relaxation : Relaxation
        Of a problem in which only the number of hubs is limited, at a rent above 0.
    reached_people : float
        What the best plan so far reaches.
    tolerance_people : float
        A plan that reaches only that much more is no better.
    solver : Solver
    clock : Clock
    tick : callable
        Told the share of a round of questions that is done [0..1].
    """
    sharing = _Sharing(relaxation, reached_people, tolerance_people)
    while not clock.is_up():
        asked = sharing.open_places()
        for begin in range(0, len(asked), AT_ONCE):
            tick(begin / len(asked))
            if not clock.is_up():
                sharing.ask(asked[begin : begin + AT_ONCE], solver, clock)
        sharing.update()
        if not asked:
            break
    return sharing.found()


class _Sharing:
    """What is known of all regions."""

    def __init__(self, relaxation: Relaxation, reached_people: float, tolerance: float) -> None:
        self.relaxation, self.reached_people = relaxation, reached_people
        part = relaxation.part
        self.hubs = int(part.rows.room + 1e-9)
        self.spare_people = relaxation.people - reached_people + tolerance
        self.free = replace(part, need_people=relaxation.left)
        self.regions = [self._region(number) for number in range(len(relaxation.exact))]
        self.questions = 0
        self.update()

    def _region(self, number: int) -> RegionLoss:
        fixed, kept = self._settled(number, self.spare_people)
        own = (self.relaxation.region == number) & self.relaxation.is_hub
        home = int(own.sum())
        least = min(home, int(fixed.sum()))
        numbers = max(home, int(fixed.sum() + kept.sum())) - least + 1
        is_known = np.arange(numbers) == home - least
        spare = np.full(numbers, self.spare_people)
        return RegionLoss(number, least, home, np.zeros(numbers), spare, is_known, {home: own})

    def _settled(self, number: int, spare_people: float) -> tuple[Bools, Bools]:
        """Return the sites that are in all choices of a region that lose no more; in some."""
        at = self.relaxation
        own = at.region == number
        to_spare = float(at.simple[number] - at.exact[number]) + spare_people
        fixed = own & (at.beyond_people > to_spare)
        return fixed, own & ~fixed & (-at.beyond_people <= to_spare)

    def _shares(self, lean_people: float = 0.0) -> Shares:
        losses = [region.losses(lean_people) for region in self.regions]
        return Shares(losses, self.hubs, self.relaxation.rent)

    def update(self) -> None:
        """Note what every region may lose, and leave out the numbers of hubs that lose more."""
        for region, others in zip(self.regions, self._shares().others_people(), strict=True):
            region.may_lose(self.spare_people - others)

    def open_places(self) -> list[tuple[RegionLoss, slice]]:
        """Return what is still to be asked of the best ways to share."""
        shares = self._shares(LEAN_PEOPLE)
        most = shares.least_people + LEAN_PEOPLE / 2
        asked = []
        for region, others in zip(self.regions, shares.others_people(), strict=True):
            lost = region.losses(LEAN_PEOPLE).people + others
            best = np.isfinite(lost) & (lost <= most) & ~region.is_known
            runs = [region.around(int(place)) for place in np.flatnonzero(best)]
            asked += [(region, run) for at, run in enumerate(runs) if run not in runs[:at]]
        return asked

    def ask(self, asked: list[tuple[RegionLoss, slice]], solver: Solver, clock: Clock) -> None:
        """Ask what regions lose."""
        questions = [q for region, run in asked if (q := self._question(region, run, clock))]
        answers = solver.solve_all([question.job for question in questions])
        for question, answer in zip(questions, answers, strict=True):
            self._take(question, answer)
            clock.ran_out |= answer is None or not answer.in_time
        self.questions += len(questions)

    def _question(self, region: RegionLoss, places: slice, clock: Clock) -> _Question | None:
        fixed, kept = self._settled(region.number, region.most_to_lose_people(places))
        few, many = region.least + places.start, region.least + places.stop - 1
        sure = int(fixed.sum())
        if not few - int(kept.sum()) <= sure <= many:
            region.rule_out(places)
            return None
        if not kept.any():
            lost = float(self.relaxation.exact[region.number]) - self._worth(fixed)
            region.note(places, lost, fixed, is_solved=True)
            return None
        rows = _between(few, many, len(fixed), len(self.free.need_people))
        rest = replace(self.free, rows=rows).only(kept, fixed=fixed)
        present = self.relaxation.is_hub[rest.sites]
        job = Job(
            instance=rest,
            start=_start(rest, present, few - sure, many - sure),
            time_limit_s=min(QUESTION_LIMIT_S, max(0.1, clock.remaining_s())),
            nodes=NODES,
            hub_people=self.relaxation.rent_people[rest.sites],
            for_proof=True,
        )
        return _Question(region, places, fixed, job)

    def _take(self, question: _Question, answer: Answer | None) -> None:
        """Take over an answer."""
        region, places = question.region, question.places
        if answer is None:
            region.give_up(places)
            return
        at = self.relaxation
        is_hub = question.fixed.copy()
        is_hub[question.job.instance.sites[answer.is_hub]] = True
        bound = self._worth(question.fixed) + answer.bound_people
        is_solved = bound - self._worth(is_hub) < SOLVED_WITHIN_PEOPLE
        region.note(places, float(at.exact[region.number]) - bound, is_hub, is_solved=is_solved)

    def _worth(self, is_hub: Bools) -> float:
        """Return what hubs of one region bring in beyond their rents [people]."""
        return self.free.people_reached(is_hub) - float(self.relaxation.rent_people[is_hub].sum())

    def found(self) -> SharedOut:
        """Return what is proven, and a plan."""
        shares = self._shares()
        is_hub = self.relaxation.is_hub.copy()
        people = max(self.relaxation.people - shares.least_people, self.reached_people)
        shut = np.ones_like(is_hub)
        if np.isfinite(shares.least_people):
            best = self._shares(LEAN_PEOPLE).best()
            for region, number in zip(self.regions, best, strict=True):
                own = self.relaxation.region == region.number
                is_hub[own] = region.hubs.get(number, is_hub)[own]
                fixed, kept = self._settled(region.number, region.most_to_lose_people())
                shut[fixed | kept] = False
        return SharedOut(people, shut, is_hub, self.questions)


def _between(few: int, many: int, sites: int, groups: int) -> Rows:
    """Return the rows of a choice of between so many hubs."""
    at_least = csr_array(-np.ones((1, sites)))
    return Rows(np.ones(sites), many, at_least, csr_array((1, groups)), np.array([-float(few)]))


def _start(rest: Instance, present: Bools, few: int, many: int) -> Bools:
    """Return a choice of between so many hubs, made of the present ones."""
    draft = Draft.empty(rest)
    draft.open_best(min(many, int(present.sum())), among=present)
    draft.open_best(max(0, few - int(draft.is_hub.sum())))
    # Where nobody else is added by a hub, any will do.
    is_hub = draft.is_hub.copy()
    is_hub[np.flatnonzero(~is_hub)[: max(0, few - int(is_hub.sum()))]] = True
    return is_hub
