"""The relaxation between regions that `leohub.plan.regions.tighten` describes, region by region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.bounds.bound import Prices, fill, value_people, worth_people
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.solver.exact import Solver
from leohub.plan.solver.highs import Answer, Job

AT_ONCE = 8

EASY = 0.8
"""Share of the hubs whose regions must be solved to the end for all to count as easy."""

LEAST_PEOPLE = 1e-3
"""Room for rounding when sites of a region are settled [people]."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Relaxation:
    """The relaxation between regions.

    Attributes
    ----------
    part : Instance
        The problem of the sites that are left.
    is_hub : ndarray of bool, shape (n,)
        The best hubs known of every region at the rent.
    region : ndarray of int, shape (n,)
    rent : float
        For a unit of the size [people].
    left : ndarray, shape (m,)
        What each group is worth to every region that serves it [people].
    rent_people, beyond_people : ndarray, shape (n,)
        What a hub must bring in to be worth opening, and what the prices pay it beyond that.
    simple, exact, start : ndarray, shape (regions,)
        What the prices alone prove of each region, what is proven by now, and what the present
        hubs bring in there beyond their rents [people].
    fixed, kept : ndarray of bool, shape (n,)
        Sites that are in the best choice of their region, and those that may be.
    """

    def __init__(
        self, part: Instance, prices: Prices, is_hub: Bools, region: NDArray[np.int64]
    ) -> None:
        rows = part.rows
        self.part, self.is_hub, self.region = part, is_hub.copy(), region
        worth = worth_people(part, prices)
        paid = np.minimum(prices.groups, worth)
        value = value_people(part, prices)
        rent = fill(value, rows).high
        self.rent = rent
        self.rent_people = rent * rows.cost + rows.sites.T @ prices.rows
        self.beyond_people = value - rent * rows.cost
        served = self._served(np.ones(len(part.sites), dtype=np.bool_))
        self.left = np.where(served.sum(axis=0) == 1, worth, paid)
        common = rent * rows.room + float(rows.limits @ prices.rows)
        self.common_people = common + float((worth - self.left).sum())
        above = np.bincount(self.region, np.maximum(self.beyond_people, 0))
        self.simple = np.asarray(served @ (self.left - paid) + above)
        self.exact = self.simple.copy()
        self.start = self._worth(is_hub)
        self._settle()

    @property
    def people(self) -> float:
        """The bound: no plan reaches more."""
        return self.common_people + float(self.exact.sum())

    @property
    def people_at_borders(self) -> float:
        """How far the bound is above the hubs of all regions together, rents aside.

        So much of it is only due to groups that several regions serve.
        """
        rows = self.part.rows
        taken = float(rows.cost[self.is_hub].sum())
        reached = self.part.people_reached(self.is_hub)
        return self.people - self.rent * (rows.room - taken) - reached

    def _served(self, sites: Bools) -> csr_array:
        """Return which groups some of the sites serve, region by region."""
        places = np.flatnonzero(sites)
        shape = (int(self.region.max()) + 1, len(sites))
        belongs = csr_array((np.ones(len(places)), (self.region[places], places)), shape=shape)
        return csr_array((belongs @ self.part.serves).sign())

    def _worth(self, is_hub: Bools) -> Floats:
        """Return what hubs bring in beyond their rents, region by region [people]."""
        rents = np.bincount(self.region, np.where(is_hub, self.rent_people, 0.0))
        return np.asarray(self._served(is_hub) @ self.left - rents)

    def _settle(self) -> None:
        """Settle what is sure within each region.

        A site that is short of its rent by more than the present hubs are short of what the prices
        prove of the region is in no better choice there; one that is as far above it is in every
        one. Where nothing is left open, those are the best choice.
        """
        to_spare = (self.simple - self.start + LEAST_PEOPLE)[self.region]
        # Hubs whose rows pay for them cost nothing: here no limit stands against them.
        self.fixed = (self.beyond_people > to_spare) | (self.rent_people <= 0)
        self.kept = ~self.fixed & (-self.beyond_people <= to_spare)
        self.fixed_people = self._worth(self.fixed)
        settled = np.bincount(self.region, self.kept) == 0
        best = np.maximum(self.fixed_people, self.start)
        self.exact[settled] = np.minimum(self.exact, best)[settled]
        better = (settled & (self.fixed_people > self.start))[self.region]
        self.is_hub[better] = self.fixed[better]

    def solve(
        self,
        limits: tuple[int, float],
        if_easy: bool,
        solver: Solver,
        clock: Clock,
        tick: Callable[[float], None],
    ) -> bool:
        """Solve what is open, most hubs first; tell whether most of it was easy.

        Parameters
        ----------
        limits : tuple
            Most nodes and longest time for each region [s].
        if_easy, solver, clock, tick
            As for `tighten`.
        """
        hubs = np.bincount(self.region[self.is_hub], minlength=len(self.exact))
        unsettled = np.flatnonzero(np.bincount(self.region, self.kept))
        order = unsettled[np.argsort(-hubs[unsettled], kind="stable")]
        free = replace(self.part, need_people=self.left, rows=self.part.rows.without_limits())
        ended = tried = 0
        for begin in range(0, len(order), AT_ONCE):
            if clock.is_up() or (if_easy and ended < EASY * tried):
                return False
            numbers = order[begin : begin + AT_ONCE]
            asked = [self._job(free, int(number), limits, clock) for number in numbers]
            answers = iter(solver.solve_all([job for job in asked if len(job.start)]))
            for number, job in zip(numbers.tolist(), asked, strict=True):
                # Where sites that are open add nobody to those that are fixed, none is asked about.
                answer = next(answers) if len(job.start) else Answer(job.start, 0.0, True)
                ended += int(hubs[number]) * self._take(number, job, answer)
                clock.ran_out |= answer is None or not answer.in_time
            tried += int(hubs[numbers].sum())
            tick(begin / len(order))
        return ended >= EASY * tried

    def _job(self, free: Instance, number: int, limits: tuple[int, float], clock: Clock) -> Job:
        """Return what is asked of one region; limits in nodes and time [s]."""
        own = self.region == number
        rest = free.only(own & self.kept, fixed=own & self.fixed)
        return Job(
            instance=rest,
            start=self.is_hub[rest.sites],
            time_limit_s=min(limits[1], max(0.1, clock.remaining_s())),
            nodes=limits[0],
            hub_people=self.rent_people[rest.sites],
            for_proof=True,
        )

    def _take(self, number: int, job: Job, answer: Answer | None) -> bool:
        """Take over what was found of a region; tell whether it was solved to the end."""
        if answer is None:
            return False
        fixed, start = self.fixed_people[number], self.start[number]
        bound = max(fixed + answer.bound_people, start)
        self.exact[number] = min(self.exact[number], bound)
        sites = job.instance.sites
        rents = float(self.rent_people[sites[answer.is_hub]].sum())
        found = fixed + job.instance.people_reached(answer.is_hub) - rents
        if found > start:
            own = self.region == number
            self.is_hub[own] = self.fixed[own]
            self.is_hub[sites[answer.is_hub]] = True
        return bool(bound - max(found, start) < 1.0)
