"""The stages of one choice: start, proof, better plans, the end of the proof."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.errors import RefusalError, SolverError
from leohub.plan.bound import Prices, fill, lagrangian, value_people
from leohub.plan.clock import Clock
from leohub.plan.conflict import find_any_plan
from leohub.plan.draft import Draft
from leohub.plan.exact import Solver
from leohub.plan.fitting import open_fitting
from leohub.plan.highs import Answer, Job
from leohub.plan.instance import PARTS_PER_PERSON, Instance
from leohub.plan.prices import Point, find_bound
from leohub.plan.reduce import dominated
from leohub.plan.search import Search
from leohub.plan.story import Stage, Step
from leohub.plan.task import Task
from leohub.plan.tighten import tighten

Tick = Callable[[str, float], None]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

BOUND_ITERATIONS, MORE_ITERATIONS = 20_000, 1_000
"""Most iterations of the first search for prices, and of those that go on from where it ended."""

BOUND_SHARE = 0.3
"""Share of the remaining time that the search for prices may use up."""

DIVIDE_SHARE = 0.4
"""Share of the remaining time that regions may use up before the search."""

SEARCH_SHARE = 0.7
"""Share of the remaining time that the search for better plans may use up."""

NEAR_BOUND = 0.04
"""Prices are good enough when they leave this share of the gap to be found."""

NEAR_SITES = 0.02
"""So near they must be to choose the sites of the search."""

FINEST_TOLERANCE = 3e-5
ALIVE_WITHIN = 0.05
"""The search looks at sites whose income is at most this share below what a hub must bring in."""

TIGHTENED_BY = (6.0, 12.0, 24.0, 48.0)
"""Hubs of a region in the rounds that tighten the bound."""

TIGHTER = 0.9
"""A round is worth the next one if it leaves at most this share of the gap."""

HOPEFUL = 0.02
"""With a larger gap the relaxation is too loose for larger regions to close it in time."""

FEW_SITES = 500
"""So few sites are taken as easy for HiGHS, region by region."""

CLOSE_TO_BOUND = 6e-4
"""A plan of easy regions that is as close to its bound is closed without a search for others."""

FINEST_GAP = 1e-4
"""No stage works as if a smaller gap than this were wanted."""

OPTIMAL_WITHIN_PEOPLE = 1 / PARTS_PER_PERSON
"""A plan is the best when no other can reach more than this beyond it."""


class Choice:
    """One run of the stages: what is known so far of the best plan and of its bound.

    Required sites are hubs from the start and forbidden ones are left out: the stages work on the
    problem that is left.

    Parameters
    ----------
    task : Task
    clock : Clock
    seed : int
    gap : float
        Good enough [0..1].
    tick : callable
        Told a stage and the share of it that is done [0..1].
    patience : float
        Multiple of the usual length of walks [-].

    Attributes
    ----------
    whole : Instance
        With the required and the forbidden sites.
    allowed : Instance
        Without them.
    instance : Instance
        Also without sites that a best plan can do without. Its sites are positions among those of
        `whole`, unless it is the same.
    fixed_people : float
        What the required sites reach.
    is_hub : ndarray of bool
        The best plan so far, among the sites of `instance`.
    prices : Prices
        What proves the bound, on `instance`.
    end : Point or None
        Where the search for prices ended.
    bound_people : float
        No plan reaches more, fixed people included.
    story : list of Step
    """

    def __init__(
        self, task: Task, clock: Clock, seed: int, gap: float, tick: Tick, patience: float
    ) -> None:
        self.task, self.clock, self.seed, self.gap, self.tick = task, clock, seed, gap, tick
        self.patience = patience
        self.whole = Instance.of(task)
        self.required = task.rules.required[self.whole.sites]
        self.allowed = self._allowed()
        self.instance = self._left_to_choose()
        self.fixed_people = self.whole.people_reached(self.required)
        self.is_hub = np.zeros(len(self.instance.sites), dtype=np.bool_)
        self.prices = Prices.none(self.instance)
        self.end: Point | None = None
        self.bound_people = self.fixed_people + self.instance.reachable_people
        self.shut = np.zeros(len(self.instance.sites), dtype=np.bool_)
        self.hubs_each = TIGHTENED_BY[0]
        self.interrupted = False
        self.regions_are_easy = len(self.instance.sites) <= FEW_SITES
        self.story: list[Step] = []
        self._tell_of_size()

    def _allowed(self) -> Instance:
        """Return the problem without required and forbidden sites."""
        forbidden = self.task.rules.forbidden[self.whole.sites]
        if not self.required.any() and not forbidden.any():
            return self.whole
        return self.whole.only(~self.required & ~forbidden, fixed=self.required)

    def _left_to_choose(self) -> Instance:
        """Return the same without sites that a best plan can do without."""
        useless = dominated(self.allowed)
        if not useless.any():
            return self.allowed
        places = np.arange(len(useless)) if self.allowed is self.whole else self.allowed.sites
        keep = np.zeros(len(self.whole.sites), dtype=np.bool_)
        keep[places[~useless]] = True
        return self.whole.only(keep, fixed=self.required)

    @property
    def rows(self) -> NDArray[np.intp]:
        """Rows of the coverage that the sites of `instance` are."""
        if self.instance is self.whole:
            return self.whole.sites
        return self.whole.sites[self.instance.sites]

    def start(self) -> None:
        """Make a plan greedily, and mend it by moving one hub at a time.

        Raises
        ------
        RefusalError
            If no plan is found that keeps to the rules.
        """
        self.tick("greedy start", 0.0)
        rules, rows = self.task.rules, self.instance.rows
        if not rows.is_number or rows.room < 0 or np.any(rules.required & rules.forbidden):
            self._start_by_rules()
            return
        draft = Draft.empty(self.instance)
        draft.open_best(int(self.instance.rows.room))
        self._keep("start", "greedy start", draft.is_hub)
        moves = 0
        while not self.clock.is_up() and (moved := draft.swap()):
            moves += moved
        self._keep("start", f"{moves:,} swaps", draft.is_hub)

    def _start_by_rules(self) -> None:
        rules, coverage = self.task.rules, self.task.coverage
        is_hub = open_fitting(self.instance)
        if self.instance.keeps(is_hub) and not np.any(rules.required & rules.forbidden):
            self.is_hub = is_hub
            self._tell("start", f"greedy start within the rules: {self.people():,.0f} people")
            return
        left_s = max(1.0, self.clock.remaining_s())
        found = find_any_plan(rules, coverage, time_limit_s=left_s)
        if found is None:
            raise RefusalError(
                "no plan was found that keeps to all rules of the study, and none was proven to be "
                f"impossible: {'; '.join(rules.names)}. Relax some of them, or give the choice "
                "more time: [choice] time_limit_s"
            )
        self.is_hub = found[self.rows]
        self._tell("start", f"HiGHS found a plan within the rules: {self.people():,.0f} people")

    def prove(self, share: float = BOUND_SHARE, near: float = NEAR_BOUND) -> None:
        """Find a bound that no plan can exceed, in a share of the time left.

        Good enough are prices that leave the share `near` of the gap to be found.
        """
        if self.is_done():
            return
        clock = self.clock.part(share)
        bound = find_bound(
            self.instance,
            tolerance=max(near * max(self._gap(), self.gap), FINEST_TOLERANCE),
            iterations=BOUND_ITERATIONS if near == NEAR_SITES else MORE_ITERATIONS,
            time_is_up=clock.is_up,
            tick=lambda share: self.tick("proof", share),
            start=self.end,
        )
        self.end = bound.end
        self.clock.ran_out |= clock.ran_out
        if bound.people >= lagrangian(self.instance, self.prices):
            return
        self.prices = bound.prices
        self.bound_people = min(self.bound_people, self.fixed_people + bound.people)
        self._tell(
            "bound",
            f"Lagrangian bound after {bound.iterations:,} iterations: no plan within the rules "
            f"reaches more than {self.fixed_people + bound.people:,.0f} people "
            f"(gap {100 * self._gap():.2f} %); "
            "this kind of proof cannot show less than "
            f"{self.fixed_people + bound.fractional_people:,.0f}",
        )

    def divide(self) -> None:
        """Solve region by region at the rents that the prices ask, as long as regions are easy.

        That bounds what any plan can reach, shows which sites are in no better plan, and makes a
        plan of the best hubs of every region.
        """
        if self._has_nothing_to_choose():
            return
        clock = self.clock.part(DIVIDE_SHARE)
        try:
            for hubs_each in TIGHTENED_BY:
                before = self._gap()
                easy = self._tighten(hubs_each, clock, if_easy=True)
                if self.is_done() or clock.is_up() or not easy:
                    return
                self.regions_are_easy, self.hubs_each = True, hubs_each
                self.prove()
                if self._gap() > min(TIGHTER * before, HOPEFUL):
                    return
        except SolverError as error:
            self._tell("close", str(error))

    def improve(self) -> None:
        """Look for better plans among the sites that the prices keep alive."""
        if self._has_nothing_to_choose():
            return
        if self.regions_are_easy and self._gap() <= CLOSE_TO_BOUND:
            return
        # Only good prices tell which sites are worth a look.
        self.prove(near=NEAR_SITES)
        rows = self.instance.rows
        value = value_people(self.instance, self.prices)
        must = fill(value, rows).high * rows.cost
        worth = float(must[self.is_hub].mean())
        if worth <= 0:
            # Room for all, or no prices yet: a hub is worth what all can bring in, divided.
            worth = self.instance.reachable_people / int(self.is_hub.sum())
        within = ALIVE_WITHIN * (must if must.any() else worth)
        part = self.instance.only((value >= must - within) | self.is_hub)
        try:
            self._search(part, worth)
        except SolverError as error:
            self._tell("search", str(error))

    def _has_nothing_to_choose(self) -> bool:
        return bool(
            self.is_done() or not self.is_hub.any() or self.is_hub.all() or self.clock.is_up()
        )

    def _search(self, part: Instance, worth_people: float) -> None:
        helps = max(self.gap, FINEST_GAP) / 10
        clock = self.clock.part(SEARCH_SHARE)
        with Solver() as solver:
            search = Search(
                part, worth_people, self.seed, solver, clock, self.tick, helps, self.patience
            )
            for stage, is_hub in search.plans(self.is_hub[part.sites]):
                self._keep("search", stage, self._among_all(part, is_hub))
                if self.is_done():
                    break
        self.regions_are_easy |= search.regions_are_easy
        self.clock.ran_out |= clock.ran_out

    def _among_all(self, part: Instance, is_hub: Bools) -> Bools:
        """Return the hubs among all sites, given those among a part of them."""
        everywhere = np.zeros_like(self.is_hub)
        everywhere[part.sites[is_hub]] = True
        return everywhere

    def close(self, exact_limit_pairs: int) -> None:
        """Leave out what cannot be in the best plan, and solve the rest exactly if it is small."""
        if self.is_done() or self.is_hub.all():
            return
        try:
            self._close(exact_limit_pairs)
        except SolverError as error:
            # The plan and its proof stand without HiGHS.
            self._tell("close", str(error))

    def _close(self, exact_limit_pairs: int) -> None:
        hopeful = self.regions_are_easy and self.is_hub.any() and self._gap() <= HOPEFUL
        for hubs_each in TIGHTENED_BY if hopeful else ():
            before = self._gap()
            if hubs_each < self.hubs_each:
                continue
            if self.clock.is_up():
                break
            self._tighten(hubs_each, self.clock)
            if self.is_done():
                return
            if self._gap() > TIGHTER * before:
                break
        settled, sure = self._settled()
        shut = self.shut | settled
        sure &= ~shut
        rest = self.instance.only(~shut & ~sure, fixed=sure)
        found = (
            f"{int(shut.sum()):,} sites cannot be in the best plan and {int(sure.sum()):,} must "
            f"be: {len(rest.sites):,} sites with {rest.pairs:,} pairs are left"
        )
        counts = {"shut": int(shut.sum()), "sure": int(sure.sum()), "open": len(rest.sites)}
        if rest.pairs > exact_limit_pairs:
            too_large = f"{found}, above the limit of {exact_limit_pairs:,} for HiGHS"
            self._tell("close", too_large, counts)
            return
        if self.clock.is_up():
            self._tell("close", f"{found}; no time left for HiGHS", counts)
            return
        self._tell("close", found, counts)
        self.tick("exact solver", 0.0)
        answer = self._ask(rest)
        if answer is not None:
            is_hub = sure.copy()
            is_hub[rest.sites[answer.is_hub]] = True
            base = self.fixed_people + self.instance.people_reached(sure)
            # Sites that were left out are in no plan that reaches more than this one.
            bound = max(base + answer.bound_people, self.people())
            self.bound_people = min(self.bound_people, bound)
            self._keep("exact", f"HiGHS (bound {bound:,.0f})", is_hub)

    def _tighten(self, hubs_each: float, clock: Clock, *, if_easy: bool = False) -> bool:
        """Solve region by region: a bound, sites to shut, a plan. Tell whether that was easy."""
        self.shut |= self._settled()[0]
        with Solver() as solver:
            tightened = tighten(
                self.instance,
                self.prices,
                self.is_hub,
                ~self.shut,
                self.people() - self.fixed_people,
                tolerance_people=OPTIMAL_WITHIN_PEOPLE,
                hubs_each=hubs_each,
                if_easy=if_easy,
                solver=solver,
                clock=clock,
                tick=lambda share: self.tick("region by region", share),
            )
        # Sites that were left out are in no plan that reaches more than this one.
        bound = max(self.fixed_people + tightened.people, self.people())
        self.bound_people = min(self.bound_people, bound)
        self.clock.ran_out |= clock.ran_out
        self.shut |= tightened.shut
        self._keep("search", "the best of every region", self._within_rows(tightened.is_hub))
        self._tell(
            "close",
            f"Bound by {tightened.regions:,} regions, {tightened.solved:,} of them tightened by "
            f"HiGHS: {self.bound_people:,.0f} people (gap {100 * self._gap():.3f} %)",
        )
        return tightened.easy

    def _within_rows(self, is_hub: Bools) -> Bools:
        """Return a plan with as many hubs as there is room for; the present one if rules differ."""
        rows = self.instance.rows
        if not rows.is_number:
            return is_hub if self.instance.keeps(is_hub) else self.is_hub
        draft = Draft.empty(self.instance)
        draft.open_best(int(rows.room), among=is_hub)
        draft.open_best(int(rows.room) - int(draft.is_hub.sum()))
        while not self.clock.is_up() and draft.swap():
            pass
        return draft.is_hub

    def _settled(self) -> tuple[Bools, Bools]:
        """Return the sites that no plan better than this one contains, and those that all do.

        By their reduced cost: the bound with site `i` in it falls by what its income is short of
        the rent, and without it by what it is above that.
        """
        rows = self.instance.rows
        value = value_people(self.instance, self.prices)
        rent = fill(value, rows)
        proven = self.fixed_people + lagrangian(self.instance, self.prices)
        to_spare = proven - self.people() + OPTIMAL_WITHIN_PEOPLE
        return rent.high * rows.cost - value > to_spare, value - rent.low * rows.cost > to_spare

    def _ask(self, rest: Instance) -> Answer | None:
        job = Job(rest, self.is_hub[rest.sites], self.clock.remaining_s())
        with Solver() as solver:
            answer = solver.solve(job)
        if answer is None or not answer.in_time:
            self.clock.ran_out = True
        if answer is None:
            self._tell("close", "HiGHS gave no answer in the time that was left")
        return answer

    def interrupt(self) -> None:
        """Stop the search, because somebody said so."""
        self.interrupted = True
        self.clock.stop()
        self.clock.ran_out = True
        self._tell("stop", "stopped by Ctrl-C: the best plan so far")
        self.tick("stopped; the best plan so far is kept. Ctrl-C again gives up", 0.0)

    def chosen(self) -> Bools:
        """Return the plan among all sites of the problem."""
        chosen = self.task.rules.required.copy()
        chosen[self.rows[self.is_hub]] = True
        return chosen

    def whole_prices(self) -> Floats:
        """Return the prices of the groups of `whole`.

        What the required sites reach is granted, what only forbidden sites serve is not reached.
        """
        if self.instance is self.whole:
            return self.prices.groups
        of_rows = self.prices.rows
        prices = self.whole.need_people + self.whole.rows.groups.T @ of_rows
        prices[self.whole.hubs_serving(self.required) > 0] = 0.0
        prices[self.instance.cells] = self.instance.layer_prices(self.prices.groups, of_rows)
        return np.asarray(prices)

    def certified_people(self) -> float:
        """Return what the prices prove of all allowed sites, fixed people included."""
        prices = self.whole_prices()
        if self.allowed is not self.whole:
            groups = len(self.allowed.need_people)
            of_groups = np.bincount(self.allowed.group, prices[self.allowed.cells], groups)
            prices = of_groups.astype(np.float64)
        return self.fixed_people + lagrangian(self.allowed, Prices(prices, self.prices.rows))

    def is_done(self) -> bool:
        """Tell whether the plan is good enough, or no plan can be better by anything."""
        return self._gap() <= self.gap or (
            self.bound_people - self.people() < OPTIMAL_WITHIN_PEOPLE
        )

    def people(self) -> float:
        """Return what the best plan so far reaches, fixed people included."""
        return self.fixed_people + self.instance.people_reached(self.is_hub)

    def _gap(self) -> float:
        return 1 - self.people() / self.bound_people if self.bound_people > 0 else 0.0

    def _keep(self, stage: Stage, done: str, is_hub: Bools) -> None:
        """Keep a plan if it reaches more; tell the story of it."""
        if self.fixed_people + self.instance.people_reached(is_hub) > self.people():
            self.is_hub = is_hub.copy()
        self._tell(stage, f"{done}: {self.people():,.0f} people")

    def _tell(self, stage: Stage, words: str, counts: dict[str, int] | None = None) -> None:
        self.story.append(Step(stage, words, self.people(), self.bound_people, counts or {}))

    def _tell_of_size(self) -> None:
        left = self.instance
        sites, cells = self.task.coverage.shares.shape
        counts = {
            "sites": sites,
            "sites_left": len(left.sites),
            "cells": cells,
            "cells_left": _distinct(left.cells),
            "groups": len(left.need_people),
        }
        self._tell(
            "reduce",
            "{sites:,} sites and {cells:,} cells; {sites_left:,} sites serve {cells_left:,} cells "
            "in need with {people:,.0f} people, which make {groups:,} groups that the same sites "
            "serve ({pairs:,} pairs)".format(
                **counts, people=left.reachable_people, pairs=left.pairs
            ),
            counts,
        )
        if self.required.any():
            required = f"{int(self.required.sum()):,} required sites"
            self._tell("reduce", f"{required} reach {self.fixed_people:,.0f} people")


def _distinct(ascending: NDArray[np.intp]) -> int:
    """Count different numbers."""
    return int(np.count_nonzero(np.diff(ascending))) + (len(ascending) > 0)
