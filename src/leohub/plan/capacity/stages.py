"""The stages of a choice within capacities: start, proof, better plans, the end of the proof."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.capacity.bound import best_rents, bound_of, find_incomes, surplus_people
from leohub.plan.capacity.flow import assign
from leohub.plan.capacity.greedy import fill
from leohub.plan.capacity.ground import Ground
from leohub.plan.capacity.prices import find_bound
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.state import PARTS, Terminals, people_served
from leohub.plan.capacity.walk import walk
from leohub.plan.clock import Clock
from leohub.plan.plan import Plan
from leohub.plan.story import Stage, Step

Tick = Callable[[str, float], None]
Floats = NDArray[np.float64]

BOUND_SHARE = 0.35
"""Share of the time that the first search for prices may use up."""

WALKS_SHARE = 0.75
"""Share of the time left after it that the search for better plans may use up."""

ITERATIONS = 4_000
NEAR_BOUND = 0.05
"""Prices are good enough when a look takes less than this share of the wanted gap off the bound."""

FINEST_GAP = 1e-4
"""No stage works as if a smaller gap than this were wanted."""

ALIVE_WITHIN = 0.05
"""Sites may open whose surplus falls short by at most this share of a hub's usual rent."""

HOT, COOLER = 0.02, 0.3
"""First temperature of the first walk, as a share of what a hub serves; each later one starts
cooler by this factor: it mends what the one before found."""

FIRST_MOVES, ROUNDS = 40_000, 3
"""Moves of the first walk, and walks: each twice as long as the one before."""


class Choice:
    """One run of the stages: the best plan so far, and its bound.

    Parameters
    ----------
    problem : Problem
    coverage : Coverage
    plain : Plan
        The choice without a limit to capacity, which the stages begin with.
    clock : Clock
    seed : int
    gap : float
        Good enough [0..1].
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Attributes
    ----------
    terminals : ndarray of int8, shape (n,)
        The best plan so far.
    people : float
        Whom it serves.
    bound_people : float
        No plan serves more.
    prices, rents : ndarray, shape (m,), (r,)
        What proves `certified_people`: not below `bound_people`, which `plain` may have lowered.
    story : list of Step
    """

    def __init__(
        self,
        problem: Problem,
        coverage: Coverage,
        plain: Plan,
        clock: Clock,
        seed: int,
        gap: float,
        tick: Tick,
    ) -> None:
        self.problem, self.coverage, self.clock, self.tick = problem, coverage, clock, tick
        self.plain = plain
        self.gap = gap
        self.random = np.random.default_rng(seed).integers(1, 2**63, 1, dtype=np.uint64)
        self.terminals = np.zeros(problem.sites, dtype=np.int8)
        self.terminals[plain.hubs] = 1
        self.people = people_served(assign(problem, self.terminals))
        counted = len(problem.need_people) / PARTS
        self.everyone_is_served = self.people >= plain.reached_people * (1 - 1e-12) - counted
        self.prices = _prices_of(problem, coverage, plain.granted_people)
        incomes = find_incomes(problem, self.prices)
        self.rents = best_rents(problem, incomes, plain.row_prices)
        self.certified_people = bound_of(problem, self.prices, incomes, self.rents)
        served = "everyone" if self.everyone_is_served else f"{self.people:,.0f} people"
        self.bound_people = min(plain.bound_people, self.certified_people)
        self.story = list(plain.story)
        self._tell(
            "reduce",
            f"These hubs reach {plain.reached_people:,.0f} people and have room for {served}",
        )

    def start(self) -> None:
        """Give the hubs second terminals, and make another plan from nothing."""
        everywhere = Ground(self.problem, np.ones(self.problem.sites, dtype=np.bool_), self.rents)
        nobody = np.where(self.problem.required, 1, 0).astype(np.int8)
        for words, start in (("hubs filled up", self.terminals), ("greedy start", nobody)):
            filled = fill(everywhere, start, self.clock.is_up)
            self._keep("start", words, filled)

    def prove(self, share: float) -> None:
        """Look for a smaller bound, in a share of the time that is left."""
        if self._is_done():
            return
        clock = self.clock.part(share)
        bound = find_bound(
            self.problem,
            start=self.prices,
            start_rents=self.rents,
            enough_people=self.people / (1 - 0.5 * self.gap),
            tolerance=NEAR_BOUND * max(self.gap, FINEST_GAP),
            iterations=ITERATIONS,
            time_is_up=clock.is_up,
            tick=lambda share: self.tick("proof with capacities", share),
        )
        self.clock.ran_out |= clock.ran_out
        if bound.people < self.certified_people:
            self.prices, self.rents = bound.prices, bound.rents
            self.certified_people = bound.people
            self.bound_people = min(self.bound_people, bound.people)
        self._tell(
            "bound",
            f"Bound with capacities after {bound.iterations:,} iterations: no plan serves more "
            f"than {self.bound_people:,.0f} people (gap {100 * self._gap():.2f} %)",
        )

    def improve(self) -> None:
        """Look for better plans among the sites that the prices keep alive."""
        ground = Ground(self.problem, self._alive(), self.rents)
        clock = self.clock.part(WALKS_SHARE)
        for number in range(ROUNDS):
            if self._is_done() or clock.is_up():
                break
            found = walk(
                ground,
                self.terminals,
                moves=FIRST_MOVES * 2**number,
                hot=HOT * COOLER**number,
                random=self.random,
                time_is_up=clock.is_up,
                tick=lambda share: self.tick("better hubs with capacities", share),
            )
            filled = fill(ground, found, self.clock.is_up)
            self._keep("search", f"annealing {number + 1}", found, filled)
        self.clock.ran_out |= clock.ran_out

    def interrupt(self) -> None:
        """Stop the search, because somebody said so."""
        self.clock.stop()
        self.clock.ran_out = True
        self._tell("stop", "stopped by Ctrl-C: the best plan so far")

    def _alive(self) -> NDArray[np.bool_]:
        incomes = find_incomes(self.problem, self.prices)
        surplus = surplus_people(self.problem, incomes, self.rents)
        paid = np.abs(incomes.both - surplus)[self.terminals > 0]
        usual = float(np.median(paid)) if len(paid) else np.inf
        return np.asarray(surplus > -ALIVE_WITHIN * usual)

    def _keep(self, stage: Stage, words: str, *plans: Terminals) -> None:
        """Keep the best of some plans if it keeps the rules and serves more; tell of it."""
        for terminals in plans:
            people = people_served(assign(self.problem, terminals))
            if people > self.people and self.problem.keeps_rules(terminals):
                self.terminals, self.people = terminals, people
        self._tell(stage, f"{words}: {self.people:,.0f} people")

    def _tell(self, stage: Stage, words: str) -> None:
        self.story.append(Step(stage, words, self.people, self.bound_people))

    def _gap(self) -> float:
        return 1 - self.people / self.bound_people if self.bound_people > 0 else 0.0

    def _is_done(self) -> bool:
        return self._gap() <= self.gap


def _prices_of(problem: Problem, coverage: Coverage, granted_people: Floats) -> Floats:
    """Return prices of groups, from what the choice without capacities grants to cells."""
    instance = problem.instance
    cells = coverage.shares.shape[1]
    of_cell = np.bincount(instance.cells, instance.layer_people, minlength=cells)
    share = np.minimum(1.0, granted_people / np.where(of_cell > 0, of_cell, 1.0))
    granted = share[instance.cells] * instance.layer_people
    of_group = np.bincount(instance.group, granted, minlength=len(problem.need_people))
    return np.clip(problem.need_people - of_group, 0.0, problem.need_people)
