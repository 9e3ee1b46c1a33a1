"""Better plans among a few thousand sites: walks, what they have in common, and the regions.

Each round sends two annealing walks off from the best plan, a cool one and a warm one. Where all
good plans agree a hub stands; of the sites on which they differ HiGHS chooses the best exactly,
which often joins the best of all of them (after tour merging, Cook & Seymour 2003,
doi:10.1287/ijoc.15.3.233.16078). Then every region is mended by itself. Those who have patience
see the whole repeated from plans that have little in common with the best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.solver.exact import Solver
from leohub.plan.solver.highs import Job
from leohub.plan.walks.anneal import Worth, anneal
from leohub.plan.walks.mend import Mending

Bools = NDArray[np.bool_]

ROUNDS = 20
WALKS = 2

HOT = (0.02, 0.06, 0.04, 0.12)
"""First temperatures of the walks, one after the other, as shares of what the least hub adds: where
a cool walk gets stuck a warm one may not, and a warm one is slow elsewhere."""

ANEW = 0.3
"""First temperature of a walk that is to forget where it comes from, likewise."""

VAIN = 3
"""Starts anew in a row that do not help and end the search."""

MOVES_PER_HUB, LEAST_MOVES, MOVES_PER_PAIR = 40_000, 4_000_000, 400
"""Moves of the first walks: many for each hub, more where hubs are few, fewer where the problem is
tiny."""

LONGEST_MOVES = 40_000_000
"""Walks grow to so many moves, or to those of the first where these are more."""

LONGER = 2
"""Factor by which walks grow after a round that did not help."""

KEPT = 8
"""Good plans that are compared with each other: the best of those seen."""

MERGE_NODES = 100
MERGE_LIMIT_S = 20.0
"""Longest time to join plans [s]: only there for problems that HiGHS cannot digest."""

MERGE_PAIRS = 5_000
"""As many plans are compared, the best first, as differ in sites with at most so many pairs."""

REGION_PAIRS = 200_000
"""Larger problems are not mended region by region: HiGHS would take minutes for each round. More
for those who have patience."""


class Search:
    """A search for better plans.

    Parameters
    ----------
    instance : Instance
    worth : Worth
    seed : int
    solver : Solver
    clock : Clock
    tick : callable
        Told a stage and the share of it that is done [0..1].
    helps : float
        A round helps if it adds this share of what the plan reaches [0..1].
    patience : float
        Multiple of the usual length of walks [-].

    Attributes
    ----------
    regions_are_easy : bool
        Whether HiGHS could solve most regions to the end.
    rounds : int
        Rounds of walks so far.
    """

    def __init__(
        self,
        instance: Instance,
        worth: Worth,
        seed: int,
        solver: Solver,
        clock: Clock,
        tick: Callable[[str, float], None],
        helps: float,
        patience: float,
    ) -> None:
        self.instance, self.worth, self.seed = instance, worth, seed
        self.solver, self.clock, self.tick = solver, clock, tick
        self.helps, self.patience = helps, patience
        self.good: list[tuple[float, Bools]] = []
        self.regions_are_easy = False
        self.rounds = 0

    def plans(self, start: Bools) -> Iterator[tuple[str, Bools]]:
        """Yield better and better plans, each with the stage that found it.

        Parameters
        ----------
        start : ndarray of bool, shape (n,)
        """
        yield from self.walks(start, ROUNDS)
        if self.instance.pairs <= REGION_PAIRS * self.patience and not self.clock.is_up():
            yield from self._mend()
        if self.patience > 1:
            yield from self._anew()

    def walks(self, start: Bools, rounds: int) -> Iterator[tuple[str, Bools]]:
        """Yield better and better plans found by at most so many rounds of walks.

        Parameters
        ----------
        start : ndarray of bool, shape (n,)
        rounds : int
        """
        self._add(start)
        usual = max(LEAST_MOVES, start.sum() * MOVES_PER_HUB)
        most = int(max(usual, LONGEST_MOVES) * self.patience)
        most = min(most, MOVES_PER_PAIR * self.instance.pairs)
        moves = min(int(usual * min(1.0, self.patience)), most)
        for _ in range(rounds):
            before = self.good[0][0]
            self._walk(moves)
            yield f"annealing {self.rounds}, two walks", self.good[0][1]
            if self.clock.is_up():
                return
            if merged := self._merge():
                yield merged, self.good[0][1]
            if self.clock.is_up():
                return
            if self.good[0][0] - before <= self.helps * before:
                if moves >= most:
                    return
                moves = min(LONGER * moves, most)

    def _anew(self) -> Iterator[tuple[str, Bools]]:
        """Search again from plans that have little in common with the best, until that is vain."""
        in_vain = 0
        while in_vain < VAIN and not self.clock.is_up():
            known, self.good = self.good, []
            self.rounds += 1
            elsewhere = self._anneal(known[0][1], LEAST_MOVES, ANEW, stream=WALKS * self.rounds)
            for stage, _ in self.walks(elsewhere, ROUNDS):
                yield stage, max(known[0], self.good[0], key=lambda entry: entry[0])[1]
            for _, is_hub in known:
                self._add(is_hub)
            if not self.clock.is_up() and (merged := self._merge()):
                yield merged, self.good[0][1]
            in_vain = 0 if self.good[0][0] > known[0][0] else in_vain + 1

    def _walk(self, moves: int) -> None:
        """Send walks off side by side from the best plan."""
        start, first = self.good[0][1], WALKS * self.rounds
        self.rounds += 1

        def walk(which: int) -> Bools:
            # The first walk tells of the progress of all.
            hot = HOT[(first + which) % len(HOT)]
            return self._anneal(start, moves, hot, stream=1 + first + which, quiet=which > 0)

        with ThreadPoolExecutor(WALKS) as pool:
            try:
                for found in pool.map(walk, range(WALKS)):
                    self._add(found)
            except KeyboardInterrupt:
                # The walks look at the clock now and then; nobody waits for them to end.
                self.clock.stop()
                raise

    def _anneal(
        self, start: Bools, moves: int, hot: float, stream: int, quiet: bool = False
    ) -> Bools:
        """Send one walk off, with random numbers of its own."""
        return anneal(
            self.instance,
            start,
            worth=self.worth,
            moves=moves,
            hot=hot,
            random=np.array([self.seed + 2**32 * stream], np.uint64),
            time_is_up=self.clock.is_up,
            tick=(lambda share: None)
            if quiet
            else (lambda share: self.tick("better plans", share)),
        )

    def _merge(self) -> str | None:
        """Let HiGHS choose among the sites on which the good plans differ; say what it found."""
        best = self.good[0][1]
        for compared in range(len(self.good), 1, -1):
            plans = np.array([is_hub for _, is_hub in self.good[:compared]])
            common: Bools = np.logical_and.reduce(plans)
            differ = plans.any(axis=0) & ~common
            part = self.instance.only(differ, fixed=common)
            if 0 < part.pairs <= MERGE_PAIRS:
                break
        else:
            return None
        self.tick("joining plans", 0.0)
        answer = self.solver.solve(
            Job(
                part,
                best[part.sites],
                min(MERGE_LIMIT_S, max(0.1, self.clock.remaining_s())),
                nodes=MERGE_NODES,
            )
        )
        if answer is None:
            self.clock.ran_out = True
            return None
        self.clock.ran_out |= not answer.in_time
        joined = common.copy()
        joined[part.sites[answer.is_hub]] = True
        self._add(joined)
        return f"{compared} good plans agree on {int(common.sum()):,} hubs; the best of the rest"

    def _mend(self) -> Iterator[tuple[str, Bools]]:
        mending = Mending(
            self.instance,
            self.good[0][1],
            solver=self.solver,
            clock=self.clock,
            random=np.random.default_rng(self.seed),
            helps=self.helps,
            tick=lambda share: self.tick("region by region", share),
        )
        for done in mending.rounds():
            self.regions_are_easy = done.easy
            self._add(done.is_hub.copy())
            yield f"region by region, round {done.rounds}: {done.told()}", done.is_hub

    def _add(self, is_hub: Bools) -> None:
        """Remember a plan if it is among the best and not known yet."""
        people = self.instance.people_reached(is_hub)
        if any(np.array_equal(is_hub, known) for _, known in self.good):
            return
        self.good.append((people, is_hub))
        self.good.sort(key=lambda entry: -entry[0])
        del self.good[KEPT:]
