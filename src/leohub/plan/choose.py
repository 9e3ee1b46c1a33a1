"""The choice of hubs: `Coverage` in, `Plan` out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SolverError
from leohub.people.coverage import Coverage
from leohub.plan.bound import Bound, find_bound, lagrangian
from leohub.plan.clock import Clock
from leohub.plan.exact import Answer, solve_exactly
from leohub.plan.instance import PARTS_PER_PERSON, Instance
from leohub.plan.plan import Plan
from leohub.plan.search import Draft

Tick = Callable[[str, float], None]

REBUILDS_PER_HUB = 150
"""Rounds of taking apart and putting together, for each hub of the plan."""

REBUILDS_AT_ONCE = 250
"""Rounds between two looks at the clock."""

SEARCH_SHARE = 0.5
"""Share of the remaining time that rebuilding may use up: a plan needs its proof, too."""

BOUND_ITERATIONS = 1_000
CURVE_REACHES = 2.0
"""The curve goes on to this multiple of the plan's number of hubs."""

CURVE_SUPPORTS = (0.1, 0.25, 0.5, 2.0)
"""Shares of the plan's number of hubs for which the curve's bound is sought anew."""

CURVE_ITERATIONS = 150
CURVE_GAP = 0.02

OPTIMAL_WITHIN_PEOPLE = 1 / PARTS_PER_PERSON
"""A plan is the best when no other can reach more than this beyond it."""


def choose_hubs(
    coverage: Coverage,
    hubs: int,
    *,
    seed: int,
    time_limit_s: float,
    gap: float,
    exact_limit_pairs: int,
    tick: Tick = lambda stage, share: None,
) -> Plan:
    """Choose the hubs that newly reach the most people.

    The problem is stated in `leohub.plan.instance`, its proof in `leohub.plan.bound`.

    Parameters
    ----------
    coverage : Coverage
        Which site would serve which cell, and what each cell is worth [people].
    hubs : int
        Most hubs to choose. Sites that add nobody are not chosen.
    seed : int
        Of the random part of the search. The same seed gives the same plan, unless the plan says
        that it stopped early.
    time_limit_s : float
        Wall time for the whole choice [s]. A greedy plan is made in any case.
    gap : float
        Good enough: a proven gap of this size ends the search [0..1].
    exact_limit_pairs : int
        Problems with at most so many site-cell pairs are given to the exact solver too.
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Returns
    -------
    Plan

    Raises
    ------
    SolverError
        If the proof contradicts the plan.
    """
    choice = _Choice(coverage, hubs, Clock(time_limit_s), tick)
    draft = choice.search(seed)
    bound = choice.prove(draft, gap)
    bound_people = bound.people
    if choice.gap_of(draft, bound_people) > gap and not choice.is_best(draft, bound_people):
        answer = choice.finish(draft, exact_limit_pairs)
        if answer is not None:
            draft = choice.better_of(draft, answer)
            bound_people = min(bound_people, answer.bound_people)
    return choice.plan(draft, bound, bound_people)


def greedy_hubs(coverage: Coverage, hubs: int) -> NDArray[np.intp]:
    """Return the sites a greedy choice opens, in its order: a quick plan without a proof.

    Parameters
    ----------
    coverage : Coverage
    hubs : int
        Most hubs to choose.
    """
    instance = Instance.from_coverage(coverage)
    return instance.sites[Draft.empty(instance).open_best(hubs)]


class _Choice:
    """One run of the stages: search, proof, exact solver."""

    def __init__(self, coverage: Coverage, hubs: int, clock: Clock, tick: Tick) -> None:
        self.coverage = coverage
        self.instance = Instance.from_coverage(coverage)
        self.hubs = min(hubs, len(self.instance.sites))
        self.clock = clock
        self.tick = tick
        self.story = [
            f"{coverage.shares.shape[0]:,} sites and {coverage.shares.shape[1]:,} cells; "
            f"{len(self.instance.sites):,} sites serve {len(self.instance.cells):,} cells in need "
            f"with {self.instance.reachable_people:,.0f} people, which make "
            f"{len(self.instance.need_people):,} groups that the same sites serve "
            f"({self.instance.pairs:,} pairs)"
        ]

    def search(self, seed: int) -> Draft:
        """Find a good plan."""
        self.tick("greedy start", 0.0)
        draft = Draft.empty(self.instance)
        draft.open_best(self.hubs)
        self._tell("greedy start", draft)
        self._tell(f"{self._swap(draft):,} swaps", draft)
        if 0 < len(draft.hubs) < len(self.instance.sites):
            better = self._rebuild(draft, seed)
            self._swap(draft)
            self._tell(f"{better:,} better rebuilds of neighbouring hubs", draft)
        return draft

    def _swap(self, draft: Draft) -> int:
        moves = 0
        while not self.clock.is_up() and (moved := draft.swap()):
            moves += moved
        return moves

    def _rebuild(self, draft: Draft, seed: int) -> int:
        clock = self.clock.part(SEARCH_SHARE)
        rounds = len(draft.hubs) * REBUILDS_PER_HUB
        random = np.array([seed], dtype=np.uint64)
        better = 0
        for done in range(0, rounds, REBUILDS_AT_ONCE):
            self.tick("better plans", done / rounds)
            if clock.is_up():
                self.clock.ran_out = True
                break
            better += draft.rebuild(min(REBUILDS_AT_ONCE, rounds - done), random)
        return better

    def prove(self, draft: Draft, gap: float) -> Bound:
        """Find a bound that no plan of as many hubs can exceed."""
        bound = find_bound(
            self.instance,
            max(1, len(draft.hubs)),
            self.people(draft),
            gap=gap,
            iterations=BOUND_ITERATIONS,
            time_is_up=self.clock.is_up,
            tick=lambda share: self.tick("proof", share),
        )
        self.story.append(
            f"Lagrangian bound after {bound.iterations:,} iterations: no {len(draft.hubs):,} of "
            f"these sites reach more than {bound.people:,.0f} people "
            f"(gap {100 * self.gap_of(draft, bound.people):.2f} %)"
        )
        return bound

    def finish(self, draft: Draft, exact_limit_pairs: int) -> Answer | None:
        """Ask the exact solver, where the problem is small enough for it."""
        pairs = self.instance.pairs
        if pairs > exact_limit_pairs:
            self.story.append(
                f"HiGHS not tried: {pairs:,} pairs are more than the limit of {exact_limit_pairs:,}"
            )
            return None
        if self.clock.is_up():
            self.story.append("HiGHS not tried: no time left")
            return None
        self.tick("exact solver", 0.0)
        try:
            answer = solve_exactly(
                self.instance, len(draft.hubs), draft.is_hub, self.clock.remaining_s()
            )
        except SolverError as error:
            # The plan and its proof stand without HiGHS.
            self.story.append(str(error))
            return None
        self.clock.is_up()
        if answer is None:
            self.story.append("HiGHS gave no answer in the time that was left")
        return answer

    def better_of(self, draft: Draft, answer: Answer) -> Draft:
        """Return the exact solver's plan where it reaches more."""
        exact = Draft.empty(self.instance)
        exact.open_best(int(answer.is_hub.sum()), among=answer.is_hub)
        self._tell(f"HiGHS (bound {answer.bound_people:,.0f})", exact)
        return exact if self.people(exact) >= self.people(draft) else draft

    def plan(self, draft: Draft, bound: Bound, bound_people: float) -> Plan:
        """Put the hubs in order of what they add, and the proof beside them."""
        in_order = Draft.empty(self.instance)
        opened = in_order.open_best(len(draft.hubs), among=draft.is_hub)
        further = in_order.open_best(int(CURVE_REACHES * len(opened)) - len(opened))
        added = self._added_people([*opened, *further])
        reached = float(added[: len(opened)].sum())
        _check_proof(reached, bound_people)
        return Plan(
            hubs=self.instance.sites[opened],
            added_people=added[: len(opened)],
            reached_people=reached,
            bound_people=max(bound_people, reached),
            prices=self.instance.prices_of_cells(bound.prices, self.coverage),
            curve=self._curve(bound, bound_people, added, len(opened)),
            story=tuple(self.story),
            optimal=bool(bound_people - reached < OPTIMAL_WITHIN_PEOPLE),
            stopped_early=self.clock.ran_out,
        )

    def _prices_along(
        self, bound: Bound, reached: NDArray[np.float64], chosen: int
    ) -> list[NDArray[np.float64]]:
        found = [self.instance.need_people, bound.prices]
        for share in CURVE_SUPPORTS:
            hubs = int(share * chosen)
            if 0 < hubs <= len(reached) and not self.clock.part(1.0).is_up():
                support = find_bound(
                    self.instance,
                    hubs,
                    float(reached[hubs - 1]),
                    gap=CURVE_GAP,
                    iterations=CURVE_ITERATIONS,
                    time_is_up=self.clock.part(1.0).is_up,
                    start=bound.prices,
                )
                found.append(support.prices)
        return found

    def people(self, draft: Draft) -> float:
        """Return the people that a draft reaches."""
        return float(self.instance.need_people[draft.hubs_serving > 0].sum())

    def gap_of(self, draft: Draft, bound_people: float) -> float:
        """Return the share by which a draft may be below the best plan [0..1]."""
        return 1 - self.people(draft) / bound_people if bound_people > 0 else 0.0

    def is_best(self, draft: Draft, bound_people: float) -> bool:
        """Tell whether no plan can be better by anything that counts."""
        return bound_people - self.people(draft) < OPTIMAL_WITHIN_PEOPLE

    def _tell(self, stage: str, draft: Draft) -> None:
        self.story.append(f"{stage}: {self.people(draft):,.0f} people")

    def _added_people(self, sites: list[int]) -> NDArray[np.float64]:
        """Return what each site adds to those before it [people]."""
        starts, cells = self.instance.site_start, self.instance.site_cells
        reached = np.zeros(len(self.instance.need_people), dtype=np.bool_)
        added = np.zeros(len(sites))
        for number, site in enumerate(sites):
            served = cells[starts[site] : starts[site + 1]]
            added[number] = self.instance.need_people[served[~reached[served]]].sum()
            reached[served] = True
        return added

    def _curve(
        self, bound: Bound, bound_people: float, added: NDArray[np.float64], chosen: int
    ) -> NDArray[np.float64]:
        hubs = np.arange(1, len(added) + 1)
        reached = np.cumsum(added)
        # Any prices prove a bound for every number of hubs: each is tight near the one it is for.
        proven = np.min(
            [
                lagrangian(self.instance, prices, hubs)
                for prices in self._prices_along(bound, reached, chosen)
            ],
            axis=0,
        )
        # What more hubs can not exceed, fewer can not either.
        proven[:chosen] = np.minimum(proven[:chosen], bound_people)
        _check_proof(reached, proven)
        return np.column_stack([hubs, reached, np.maximum(proven, reached)])


def _check_proof(
    reached_people: float | NDArray[np.float64], bound_people: float | NDArray[np.float64]
) -> None:
    """Refuse a bound that a known plan exceeds by more than the rounding of its sum."""
    if np.any(reached_people > bound_people * (1 + 1e-9) + 1e-6):
        raise SolverError(
            f"a plan reaches {reached_people} people, but {bound_people} was proven to be the "
            "most: the proof is wrong"
        )
