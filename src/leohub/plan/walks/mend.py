"""Better plans region by region: all hubs but a few neighbours stay, those few are chosen anew.

Each region's question, which sites its hubs should stand on while all others stay, is a small
problem of the same kind, and HiGHS answers it exactly (large-neighbourhood search, Shaw 1998,
doi:10.1007/3-540-49481-2_30). It is also asked what one hub more would add in each region, and
what one hub fewer would lose: where more is added than is lost elsewhere, a hub moves there. With
a budget in place of a number, hubs stay in their regions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.regions.regions import find_regions
from leohub.plan.solver.exact import Solver
from leohub.plan.solver.highs import Answer, Job

SMALL, LARGE = 8.0, 60.0
"""Hubs of a region in the first round, and the most in any [hubs]."""

GROWTH = 1.5
"""Regions grow by this factor when a round no longer helps."""

IDLE = 1
"""Rounds in a row that do not help and do not end it."""

ROUNDS = 12
NODES = 20
"""Nodes of a region's search tree: what is not found within them is not worth waiting for."""

REGION_LIMIT_S = 60.0
"""Longest time for one region [s]: only there for problems that HiGHS cannot digest."""

ASKED_AT_ONCE = 4
"""Regions between two looks at the clock."""

EASY = 0.8
"""Share of the regions that must be solved to the end before regions grow."""

TRIED_FIRST = 8
"""Regions after which a round is given up if fewer than that share were solved to the end."""

Bools = NDArray[np.bool_]


@dataclass
class Mended:
    """What the rounds did.

    Attributes
    ----------
    is_hub : ndarray of bool, shape (n,)
    rounds, better, moved : int
        Rounds; regions where better hubs were found; hubs that moved between regions.
    easy : bool
        Whether most regions were solved to the end in the last round.
    """

    is_hub: Bools
    rounds: int = 0
    better: int = 0
    moved: int = 0
    easy: bool = False

    def told(self) -> str:
        """Say what they did."""
        return f"better hubs {self.better:,} times, {self.moved:,} hubs moved between regions"


@dataclass(frozen=True)
class Question:
    """What is asked about one region.

    Attributes
    ----------
    region : int
    change : int
        Hubs more than it has.
    job : Job
    sites : ndarray of int
        The sites that the job speaks of.
    hubs : ndarray of bool
        Which of them are hubs.
    """

    region: int
    change: int
    job: Job
    sites: NDArray[np.intp]
    hubs: Bools

    def wins_people(self, answer: Answer) -> float:
        """Return by how much the answer reaches more than the present hubs [people]."""
        instance = self.job.instance
        return instance.people_reached(answer.is_hub) - instance.people_reached(self.hubs)

    def is_answered(self, answer: Answer) -> bool:
        """Tell whether the answer is the best there is."""
        return answer.bound_people - self.job.instance.people_reached(answer.is_hub) < 1.0


class Mending:
    """A plan that is mended.

    Parameters
    ----------
    instance : Instance
    start : ndarray of bool, shape (n,)
    solver : Solver
    clock : Clock
    random : Generator
    helps : float
        A round helps if it adds this share of what the plan reaches [0..1].
    tick : callable
        Told the share of a round that is done [0..1].
    """

    def __init__(
        self,
        instance: Instance,
        start: Bools,
        *,
        solver: Solver,
        clock: Clock,
        random: np.random.Generator,
        helps: float,
        tick: Callable[[float], None],
    ) -> None:
        self.plan = _Plan(instance, start)
        self.solver, self.clock, self.random = solver, clock, random
        self.helps, self.tick = helps, tick
        self.done = Mended(self.plan.is_hub)

    def rounds(self) -> Iterator[Mended]:
        """Mend until it no longer helps; yield after every round."""
        hubs_each, idle = SMALL, 0
        while self.done.rounds < ROUNDS and hubs_each <= LARGE:
            before = self.plan.people
            self.done.easy = self._round(hubs_each) >= EASY
            self.done.rounds += 1
            yield self.done
            if self.clock.is_up():
                return
            if not self.done.easy:
                return
            if self.plan.people - before >= self.helps * before:
                idle = 0
                continue
            idle += 1
            if idle > IDLE or hubs_each >= self.plan.is_hub.sum():
                return
            hubs_each *= GROWTH

    def _round(self, hubs_each: float) -> float:
        """Try every region, then move hubs between them; return the share solved to the end."""
        # No round cuts the country along the same lines as the last one.
        hubs_each *= self.random.uniform(0.7, 1.0)
        region = find_regions(self.plan.instance, self.plan.is_hub, hubs_each)
        numbers = self.random.permutation(np.unique(region[self.plan.is_hub]))
        ended = tried = 0
        for share, batch in self._batches(numbers):
            for question, answer in self._ask([(region, number, 0) for number in batch]):
                ended += question.is_answered(answer)
                self.done.better += self.plan.take((question, answer))
            tried += len(batch)
            if tried >= TRIED_FIRST and ended < EASY * tried:
                return 0.0
            self.tick(share / 3)
        if self.plan.instance.rows.counts_hubs:
            self._exchange(region, numbers)
        return ended / len(numbers)

    def _exchange(self, region: NDArray[np.int64], numbers: NDArray[np.int64]) -> None:
        """Move hubs from regions that lose little to regions that win much."""
        answers: list[tuple[Question, Answer]] = []
        for share, batch in self._batches(numbers):
            changes = [(region, number, change) for number in batch for change in (1, -1)]
            answers += self._ask(changes)
            self.tick(1 / 3 + share * 2 / 3)
        answers.sort(key=lambda entry: -entry[0].wins_people(entry[1]))
        more = [entry for entry in answers if entry[0].change > 0]
        fewer = [entry for entry in answers if entry[0].change < 0]
        touched: set[int] = set()
        for to in more:
            away = next((e for e in fewer if e[0].region not in {to[0].region, *touched}), None)
            if away is None or to[0].wins_people(to[1]) + away[0].wins_people(away[1]) <= 0:
                break
            if to[0].region not in touched and self.plan.take(to, away):
                touched |= {to[0].region, away[0].region}
                self.done.moved += 1

    def _batches(self, numbers: NDArray[np.int64]) -> Iterator[tuple[float, NDArray[np.int64]]]:
        for start in range(0, len(numbers), ASKED_AT_ONCE):
            if self.clock.is_up():
                return
            yield start / len(numbers), numbers[start : start + ASKED_AT_ONCE]

    def _ask(
        self, changes: list[tuple[NDArray[np.int64], int, int]]
    ) -> list[tuple[Question, Answer]]:
        questions = [
            self.plan.question(region == number, int(number), change, self.clock)
            for region, number, change in changes
        ]
        asked = [question for question in questions if question.job.instance.rows.room > 0]
        answers = self.solver.solve_all([question.job for question in asked])
        known = [
            (question, answer)
            for question, answer in zip(asked, answers, strict=True)
            if answer is not None
        ]
        self.clock.ran_out |= any(answer is None or not answer.in_time for answer in answers)
        return known


class _Plan:
    """A plan and how many of its hubs serve each cell."""

    def __init__(self, instance: Instance, is_hub: Bools) -> None:
        self.instance = instance
        self.is_hub = is_hub.copy()
        self.serving = instance.hubs_serving(is_hub)

    @property
    def people(self) -> float:
        return float(self.instance.need_people[self.serving > 0].sum())

    def question(self, free: Bools, region: int, change: int, clock: Clock) -> Question:
        """Return what to ask of the free sites while all other hubs stay."""
        fixed = self.is_hub & ~free
        part = self.instance.only(free, fixed=fixed)
        idle = self.is_hub & free
        idle[part.sites] = False
        if idle.any():
            # Hubs that add nobody to those outside stay: they take up room.
            part = self.instance.only(free & ~idle, fixed=fixed | idle)
        hubs = self.is_hub[part.sites]
        if change:
            part = replace(part, rows=part.rows.with_room(part.rows.room + change))
        job = Job(
            instance=part,
            start=_fewer(part, hubs, max(0, int(hubs.sum()) + min(change, 0))),
            time_limit_s=min(REGION_LIMIT_S, max(0.1, clock.remaining_s())),
            nodes=NODES,
        )
        return Question(region, change, job, part.sites, hubs)

    def take(self, *answers: tuple[Question, Answer]) -> bool:
        """Do as answers say if all of them together reach more; tell whether they did."""
        before = self.people
        for question, answer in answers:
            self._move(question, question.hubs, answer.is_hub)
        if self.people > before + 1e-6 and self._keeps():
            return True
        for question, answer in answers:
            self._move(question, answer.is_hub, question.hubs)
        return False

    def _keeps(self) -> bool:
        return self.instance.rows.holds(self.is_hub, self.serving > 0)

    def _move(self, question: Question, old: Bools, new: Bools) -> None:
        for site in question.sites[old & ~new]:
            self.serving[self.instance.cells_of(site)] -= 1
            self.is_hub[site] = False
        for site in question.sites[new & ~old]:
            self.serving[self.instance.cells_of(site)] += 1
            self.is_hub[site] = True


def _fewer(instance: Instance, hubs: Bools, most: int) -> Bools:
    """Close the hubs that lose least until at most `most` are left: a plan to start from."""
    left = hubs.copy()
    while left.sum() > most:
        serving = instance.hubs_serving(left)
        loses = {
            hub: instance.need_people[cells[serving[cells] == 1]].sum()
            for hub in np.flatnonzero(left).tolist()
            for cells in [instance.cells_of(hub)]
        }
        left[min(loses, key=lambda hub: loses[hub])] = False
    return left
