"""The stages of one choice: start, proof, better plans, the end of the proof."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SolverError
from leohub.people.coverage import Coverage
from leohub.plan.bound import income_people, lagrangian
from leohub.plan.clock import Clock
from leohub.plan.curve import REACHES, bound_curve
from leohub.plan.draft import Draft
from leohub.plan.exact import Solver
from leohub.plan.highs import Answer, Job
from leohub.plan.instance import PARTS_PER_PERSON, Instance
from leohub.plan.plan import Plan
from leohub.plan.prices import find_bound
from leohub.plan.search import Search
from leohub.plan.tighten import tighten

Tick = Callable[[str, float], None]
Bools = NDArray[np.bool_]

BOUND_ITERATIONS = 20_000
BOUND_SHARE = 0.3
"""Share of the remaining time that the search for prices may use up."""

SEARCH_SHARE = 0.7
"""Share of the remaining time that the search for better plans may use up."""

NEAR_BOUND = 0.04
"""Prices are good enough when they leave this share of the gap to be found."""

FINEST_TOLERANCE = 2e-6
ALIVE_WITHIN = 0.05
"""The search looks at sites whose income is at most this share below the least chosen one's."""

TIGHTENED_BY = (12.0, 24.0, 48.0)
"""Hubs of a region in the rounds that tighten the bound."""

TIGHTER = 0.9
"""A round is worth the next one if it leaves at most this share of the gap."""

FEW_SITES = 500
"""So few sites are taken as easy for HiGHS, region by region."""

FINEST_GAP = 1e-4
"""No stage works as if a smaller gap than this were wanted."""

OPTIMAL_WITHIN_PEOPLE = 1 / PARTS_PER_PERSON
"""A plan is the best when no other can reach more than this beyond it."""


class Choice:
    """One run of the stages: what is known so far of the best plan and of its bound.

    Parameters
    ----------
    coverage : Coverage
    hubs : int
        Most hubs.
    clock : Clock
    seed : int
    gap : float
        Good enough [0..1].
    tick : callable
        Told a stage and the share of it that is done [0..1].
    """

    def __init__(
        self, coverage: Coverage, hubs: int, clock: Clock, seed: int, gap: float, tick: Tick
    ) -> None:
        self.clock, self.seed, self.gap, self.tick = clock, seed, gap, tick
        self.cells = coverage.shares.shape[1]
        self.instance = Instance.from_coverage(coverage)
        self.hubs = min(hubs, len(self.instance.sites))
        self.is_hub = np.zeros(len(self.instance.sites), dtype=np.bool_)
        self.prices = np.zeros_like(self.instance.need_people)
        self.bound_people = self.instance.reachable_people
        self.regions_are_easy = len(self.instance.sites) <= FEW_SITES
        self.story = [
            f"{coverage.shares.shape[0]:,} sites and {self.cells:,} cells; "
            f"{len(self.instance.sites):,} sites serve {len(np.unique(self.instance.cells)):,} "
            f"cells in need with {self.instance.reachable_people:,.0f} people, which make "
            f"{len(self.instance.need_people):,} groups that the same sites serve "
            f"({self.instance.pairs:,} pairs)"
        ]

    def start(self) -> None:
        """Make a plan greedily, and mend it by moving one hub at a time."""
        self.tick("greedy start", 0.0)
        draft = Draft.empty(self.instance)
        draft.open_best(self.hubs)
        self._keep("greedy start", draft.is_hub)
        moves = 0
        while not self.clock.is_up() and (moved := draft.swap()):
            moves += moved
        self._keep(f"{moves:,} swaps", draft.is_hub)

    def prove(self, share: float = BOUND_SHARE) -> None:
        """Find a bound that no plan of as many hubs can exceed, in a share of the time left."""
        if self.is_done():
            return
        clock = self.clock.part(share)
        bound = find_bound(
            self.instance,
            int(self.is_hub.sum()),
            tolerance=max(NEAR_BOUND * max(self._gap(), self.gap), FINEST_TOLERANCE),
            iterations=BOUND_ITERATIONS,
            time_is_up=clock.is_up,
            tick=lambda share: self.tick("proof", share),
            start=self.prices if self.prices.any() else None,
        )
        self.clock.ran_out |= clock.ran_out
        if bound.people >= self.bound_people:
            return
        self.prices, self.bound_people = bound.prices, bound.people
        self.story.append(
            f"Lagrangian bound after {bound.iterations:,} iterations: no "
            f"{int(self.is_hub.sum()):,} of these sites reach more than {bound.people:,.0f} people "
            f"(gap {100 * self._gap():.2f} %); this kind of proof cannot show less than "
            f"{bound.fractional_people:,.0f}"
        )

    def improve(self) -> None:
        """Look for better plans among the sites that the prices keep alive."""
        if self.is_done() or self.is_hub.all() or self.clock.is_up():
            return
        income = income_people(self.instance, self.prices)
        least = float(np.sort(income)[-int(self.is_hub.sum())])
        part = self.instance.only((income >= least * (1 - ALIVE_WITHIN)) | self.is_hub)
        try:
            self._search(part, least)
        except SolverError as error:
            self.story.append(str(error))

    def _search(self, part: Instance, least: float) -> None:
        helps = max(self.gap, FINEST_GAP) / 10
        clock = self.clock.part(SEARCH_SHARE)
        with Solver() as solver:
            search = Search(part, least, self.seed, solver, clock, self.tick, helps)
            for stage, is_hub in search.plans(self.is_hub[part.sites]):
                self._keep(stage, self._among_all(part, is_hub))
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
            self.story.append(str(error))

    def _close(self, exact_limit_pairs: int) -> None:
        shut, sure = self._settled()
        for hubs_each in TIGHTENED_BY if self.regions_are_easy else ():
            before = self._gap()
            if self.clock.is_up():
                break
            shut |= self._tighten(~shut, hubs_each)
            if self.is_done():
                return
            if self._gap() > TIGHTER * before:
                break
        reached = self.instance.hubs_serving(sure) > 0
        rest = self.instance.only(~shut & ~sure, reached=reached)
        found = (
            f"{int(shut.sum()):,} sites cannot be in the best plan and {int(sure.sum()):,} must "
            f"be: {len(rest.sites):,} sites with {rest.pairs:,} pairs are left"
        )
        if rest.pairs > exact_limit_pairs:
            self.story.append(f"{found}, above the limit of {exact_limit_pairs:,} for HiGHS")
            return
        if self.clock.is_up():
            self.story.append(f"{found}; no time left for HiGHS")
            return
        self.story.append(found)
        self.tick("exact solver", 0.0)
        answer = self._ask(rest, int(self.is_hub.sum() - sure.sum()))
        if answer is not None:
            is_hub = sure.copy()
            is_hub[rest.sites[answer.is_hub]] = True
            base = float(self.instance.need_people[reached].sum())
            self.bound_people = min(self.bound_people, base + answer.bound_people)
            self._keep(f"HiGHS (bound {base + answer.bound_people:,.0f})", is_hub)

    def _tighten(self, left: Bools, hubs_each: float) -> Bools:
        """Bound region by region; return the sites that this shows to be in no better plan."""
        with Solver() as solver:
            tightened = tighten(
                self.instance,
                self.prices,
                self.is_hub,
                left,
                self._people(),
                hubs_each=hubs_each,
                solver=solver,
                clock=self.clock,
                tick=lambda share: self.tick("proof by regions", share),
            )
        # Sites that were left out are in no plan that reaches more than this one.
        self.bound_people = min(self.bound_people, max(tightened.people, self._people()))
        self.story.append(
            f"Bound by {tightened.regions:,} regions, {tightened.solved:,} of them tightened by "
            f"HiGHS: {self.bound_people:,.0f} people (gap {100 * self._gap():.3f} %)"
        )
        short = tightened.rent_people - income_people(self.instance, self.prices)
        return short > tightened.to_spare_people + OPTIMAL_WITHIN_PEOPLE

    def _settled(self) -> tuple[Bools, Bools]:
        """Return the sites that no plan better than this one contains, and those that all do.

        By their reduced cost: the bound with site `i` in it falls by what its income is short of
        that of the last hub, and without it by what it is above that of the first site left out.
        """
        income = income_people(self.instance, self.prices)
        hubs = int(self.is_hub.sum())
        in_order = np.sort(income)[::-1]
        proven = float(lagrangian(self.instance, self.prices, np.array([hubs]))[0])
        to_spare = proven - self._people() + OPTIMAL_WITHIN_PEOPLE
        return in_order[hubs - 1] - income > to_spare, income - in_order[hubs] > to_spare

    def _ask(self, rest: Instance, hubs: int) -> Answer | None:
        job = Job(rest, hubs, self.is_hub[rest.sites], self.clock.remaining_s())
        with Solver() as solver:
            answer = solver.solve(job)
        if answer is None or not answer.in_time:
            self.clock.ran_out = True
        if answer is None:
            self.story.append("HiGHS gave no answer in the time that was left")
        return answer

    def interrupt(self) -> None:
        """Stop the search, because somebody said so."""
        self.clock.stop()
        self.clock.ran_out = True
        self.story.append("stopped by Ctrl-C: the best plan so far")
        self.tick("stopped; the best plan so far is kept. Ctrl-C again gives up", 0.0)

    def plan(self) -> Plan:
        """Put the hubs in order of what they add, and the proof beside them."""
        in_order = Draft.empty(self.instance)
        opened = in_order.open_best(int(self.is_hub.sum()), among=self.is_hub)
        further = in_order.open_best(int(REACHES * len(opened)) - len(opened))
        added = self._added_people([*opened, *further])
        reached = float(added[: len(opened)].sum())
        _check_proof(reached, self.bound_people)
        number = np.array([len(opened)])
        return Plan(
            hubs=self.instance.sites[opened],
            added_people=added[: len(opened)],
            reached_people=reached,
            bound_people=max(self.bound_people, reached),
            certified_people=float(lagrangian(self.instance, self.prices, number)[0]),
            granted_people=self.instance.granted(self.prices, self.cells),
            curve=self._curve(added, len(opened)),
            story=tuple(self.story),
            optimal=bool(self.bound_people - reached < OPTIMAL_WITHIN_PEOPLE),
            stopped_early=self.clock.ran_out,
        )

    def is_done(self) -> bool:
        """Tell whether the plan is good enough, or no plan can be better by anything."""
        return self._gap() <= self.gap or (
            self.bound_people - self._people() < OPTIMAL_WITHIN_PEOPLE
        )

    def _gap(self) -> float:
        return 1 - self._people() / self.bound_people if self.bound_people > 0 else 0.0

    def _people(self) -> float:
        return self.instance.people_reached(self.is_hub)

    def _keep(self, stage: str, is_hub: Bools) -> None:
        """Keep a plan if it reaches more; tell the story of it."""
        if self.instance.people_reached(is_hub) > self._people():
            self.is_hub = is_hub.copy()
        self.story.append(f"{stage}: {self._people():,.0f} people")

    def _added_people(self, sites: list[int]) -> NDArray[np.float64]:
        """Return what each site adds to those before it [people]."""
        reached = np.zeros(len(self.instance.need_people), dtype=np.bool_)
        added = np.zeros(len(sites))
        for number, site in enumerate(sites):
            served = self.instance.cells_of(site)
            added[number] = self.instance.need_people[served[~reached[served]]].sum()
            reached[served] = True
        return added

    def _curve(self, added: NDArray[np.float64], chosen: int) -> NDArray[np.float64]:
        reached = np.cumsum(added)
        proven = bound_curve(self.instance, self.prices, chosen, len(added), self.clock)
        # What more hubs can not exceed, fewer can not either.
        proven[:chosen] = np.minimum(proven[:chosen], self.bound_people)
        _check_proof(reached, proven)
        return np.column_stack([np.arange(1, len(added) + 1), reached, np.maximum(proven, reached)])


def _check_proof(
    reached_people: float | NDArray[np.float64], bound_people: float | NDArray[np.float64]
) -> None:
    """Refuse a bound that a known plan exceeds by more than the rounding of its sum."""
    if np.any(reached_people > np.asarray(bound_people) * (1 + 1e-9) + 1e-6):
        raise SolverError(
            f"a plan reaches {reached_people} people, but {bound_people} was proven to be the "
            "most: the proof is wrong"
        )
