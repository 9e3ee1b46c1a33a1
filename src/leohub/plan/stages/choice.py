"""`Choice`: what one run of the stages knows of the best plan and of the most any can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import Prices, fill, lagrangian, value_people
from leohub.plan.bounds.point import Point
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import PARTS_PER_PERSON, Instance
from leohub.plan.solver.exact import Solver
from leohub.plan.stages.scope import Scope
from leohub.plan.story import Stage, Step

Tick = Callable[[str, float], None]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OPTIMAL_WITHIN_PEOPLE = 1 / PARTS_PER_PERSON
"""A plan is the best when no other can reach more than this beyond it."""


class Choice:
    """One run of the stages.

    Parameters
    ----------
    scope : Scope
    clock : Clock
    seed : int
    good_enough : float
        A gap of this size ends the search [0..1].
    tick : callable
        Told a stage and the share of it that is done [0..1].
    patience : float
        Multiple of the usual length of walks [-].
    solver : Solver

    Attributes
    ----------
    is_hub : ndarray of bool
        The best plan so far, among the sites of ``scope.instance``.
    prices : Prices
        What proves most so far, on ``scope.instance``.
    end : Point or None
        Where the search for prices ended.
    bound_people : float
        No plan reaches more, fixed people included.
    shut : ndarray of bool
        Sites that are in no better plan than the best so far.
    easy_hubs : float
        Most hubs of a region in the last round of regions that HiGHS solved easily; 0 for none.
    interrupted : bool
        Whether somebody said to stop.
    story : list of Step
    """

    def __init__(
        self,
        scope: Scope,
        clock: Clock,
        seed: int,
        good_enough: float,
        tick: Tick,
        patience: float,
        solver: Solver,
    ) -> None:
        self.scope, self.clock, self.seed, self.tick = scope, clock, seed, tick
        self.solver = solver
        self.good_enough, self.patience = good_enough, patience
        sites = len(self.instance.sites)
        self.is_hub = np.zeros(sites, dtype=np.bool_)
        self.prices = Prices.none(self.instance)
        self.end: Point | None = None
        self.bound_people = scope.fixed_people + self.instance.reachable_people
        self.shut = np.zeros(sites, dtype=np.bool_)
        self.easy_hubs = 0.0
        self.interrupted = False
        self.story: list[Step] = []
        self._tell_of_size()

    @property
    def instance(self) -> Instance:
        """What is left to choose."""
        return self.scope.instance

    @property
    def fractional(self) -> Floats:
        """The best plan of fractional hubs, as far as it is known; shape (n,)."""
        return np.zeros(len(self.is_hub)) if self.end is None else self.end.x

    @property
    def gap(self) -> float:
        """Share by which a plan could be better, for all that is known [0..1]."""
        return 1 - self.people() / self.bound_people if self.bound_people > 0 else 0.0

    def people(self) -> float:
        """Return what the best plan so far reaches, fixed people included."""
        return self.scope.fixed_people + self.instance.people_reached(self.is_hub)

    def is_done(self) -> bool:
        """Tell whether the plan is good enough, or no plan can be better by anything."""
        return self.gap <= self.good_enough or (
            self.bound_people - self.people() < OPTIMAL_WITHIN_PEOPLE
        )

    def is_settled(self) -> bool:
        """Tell whether there is nothing to choose any more, or no time."""
        return bool(
            self.is_done() or not self.is_hub.any() or self.is_hub.all() or self.clock.is_up()
        )

    def keep(self, stage: Stage, done: str, is_hub: Bools) -> None:
        """Keep a plan if it reaches more, and keeps to the rules; tell the story of it."""
        people = self.scope.fixed_people + self.instance.people_reached(is_hub)
        if people > self.people() and self.instance.keeps(is_hub):
            self.is_hub = is_hub.copy()
        self.tell(stage, f"{done}: {self.people():,.0f} people")

    def lower_bound_to(self, people: float) -> None:
        """Note that no better plan reaches more than so many of those who are not fixed."""
        proven = max(self.scope.fixed_people + people, self.people())
        self.bound_people = min(self.bound_people, proven)

    def settled(self) -> tuple[Bools, Bools]:
        """Return the sites that no plan better than this one contains, and those that all do.

        By their reduced cost: the bound with site `i` in it falls by what its income is short of
        the rent, and without it by what it is above that.
        """
        rows = self.instance.rows
        value = value_people(self.instance, self.prices)
        rent = fill(value, rows)
        proven = self.scope.fixed_people + lagrangian(self.instance, self.prices)
        to_spare = proven - self.people() + OPTIMAL_WITHIN_PEOPLE
        return rent.high * rows.cost - value > to_spare, value - rent.low * rows.cost > to_spare

    def interrupt(self) -> None:
        """Stop the search, because somebody said so."""
        self.interrupted = True
        self.clock.stop()
        self.clock.ran_out = True
        self.tell("stop", "stopped by Ctrl-C: the best plan so far")
        self.tick("stopped; the best plan so far is kept. Ctrl-C again gives up", 0.0)

    def tell(self, stage: Stage, words: str, counts: Mapping[str, int] | None = None) -> None:
        """Add a line to the story."""
        self.story.append(Step(stage, words, self.people(), self.bound_people, counts or {}))

    def _tell_of_size(self) -> None:
        scope, left = self.scope, self.instance
        sites, cells = scope.task.coverage.shares.shape
        counts = {
            "sites": sites,
            "sites_left": len(left.sites),
            "cells": cells,
            "cells_left": int(np.count_nonzero(np.diff(left.cells))) + (len(left.cells) > 0),
            "groups": len(left.need_people),
        }
        self.tell(
            "reduce",
            "{sites:,} sites and {cells:,} cells; {sites_left:,} sites serve {cells_left:,} cells "
            "in need with {people:,.0f} people, which make {groups:,} groups that the same sites "
            "serve ({pairs:,} pairs)".format(
                **counts, people=left.reachable_people, pairs=left.pairs
            ),
            counts,
        )
        if scope.required.any():
            required = f"{int(scope.required.sum()):,} required sites"
            self.tell("reduce", f"{required} reach {scope.fixed_people:,.0f} people")
