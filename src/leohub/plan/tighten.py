r"""A tighter bound: regions that HiGHS solves exactly, held together by the prices.

Divide the sites into regions. A cell that only one region serves is left to it, worth :math:`w_j`;
to a cell that several serve each pays its price :math:`\lambda_j` once, however many of its hubs
serve it. With a rent :math:`\theta` for each unit of the size,

.. math::

    B \theta + \sum_{j\;\mathrm{shared}} (w_j - \lambda_j)^+
        + \sum_r \max_{x} \Big( \sum_j p_{rj} z_j - \theta \sum_{i \in r} c_i x_i \Big),
    \qquad p_{rj} = w_j \text{ or } \lambda_j,

is at least what any plan of that size reaches: the same relaxation as in `leohub.plan.bound`, but
only between regions. The multipliers :math:`\mu` of other rows add to what cells are worth and to
the rents of hubs as they do there. The bound is never above that one and falls below it by what
whole hubs cannot do within a region. It rests on the exact solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.bound import Prices, fill, value_people, worth_people
from leohub.plan.clock import Clock
from leohub.plan.exact import Solver
from leohub.plan.highs import Answer, Job
from leohub.plan.instance import Instance
from leohub.plan.regions import find_regions

NODES, REGION_LIMIT_S = 300, 20.0
"""Most nodes and longest time [s] for each region; more for those who have patience."""

AT_ONCE = 8

TRIED_NODES, TRIED_S = 10, 60.0
"""Most nodes and longest time [s] for each region when it is tried whether regions are easy."""

EASY = 0.8
"""Share of the hubs whose regions must be solved to the end for all to count as easy."""

LEAST_TIE = 1e-3
"""What a group ties together that the prices are sure about, as a share of what it is worth."""

LEAST_PEOPLE = 1e-3
"""Room for rounding when sites of a region are settled [people]."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Tightened:
    """A bound by regions.

    Attributes
    ----------
    people : float
        No plan of the sites that are left reaches more.
    shut : ndarray of bool, shape (n,)
        Sites that are in no better plan: to open one would lower the bound to what is reached.
    is_hub : ndarray of bool, shape (n,)
        The best hubs of every region at these rents, about as many as are allowed.
    regions, solved : int
        Regions, and those of them where whole hubs can do less than parts of hubs.
    easy : bool
        Whether HiGHS solved most regions to the end.
    """

    people: float
    shut: Bools
    is_hub: Bools
    regions: int
    solved: int
    easy: bool


def tighten(
    instance: Instance,
    prices: Prices,
    fractional: Floats,
    is_hub: Bools,
    left: Bools,
    reached_people: float,
    *,
    tolerance_people: float,
    hubs_each: float,
    if_easy: bool,
    patience: float,
    solver: Solver,
    clock: Clock,
    tick: Callable[[float], None],
) -> Tightened:
    """Bound what plans of the sites that are left can reach.

    Parameters
    ----------
    instance : Instance
    prices : Prices
        At most the worth of each group [people].
    fractional : ndarray, shape (n,)
        The best plan of fractional hubs, about [0..1].
    is_hub, left : ndarray of bool, shape (n,)
        The hubs of a plan; the sites that may be in a better one.
    reached_people : float
        What the plan reaches.
    tolerance_people : float
        A plan that reaches only that much more is no better.
    hubs_each : float
        Most hubs of the plan in one region.
    if_easy : bool
        Whether to stop when HiGHS cannot solve most regions soon.
    patience : float
        Multiple of the usual nodes and time for each region [-].
    solver : Solver
    clock : Clock
    tick : callable
        Told the share that is done [0..1].
    """
    part = instance.only(left | is_hub)
    paid = np.bincount(part.group, prices.groups[part.cells], minlength=len(part.need_people))
    of_part = Prices(paid.astype(np.float64), prices.rows)
    undecided = fractional * (1 - fractional)
    tie_people = _tie_people(part, of_part, undecided[part.sites])
    region = find_regions(part, is_hub[part.sites], hubs_each, tie_people)
    relaxation = _Regions(part, of_part, is_hub[part.sites], region)
    limits = (int(NODES * patience), REGION_LIMIT_S * patience)
    if if_easy:
        limits = (TRIED_NODES, TRIED_S)
    easy = relaxation.solve(limits, if_easy, solver, clock, tick)
    exact, simple = relaxation.exact, relaxation.simple
    people = relaxation.common_people + float(exact.sum())
    to_spare = people - reached_people + simple - exact + tolerance_people
    shut = np.ones(len(instance.sites), dtype=np.bool_)
    shut[part.sites] = -relaxation.beyond_people > to_spare[relaxation.region]
    found = np.zeros_like(is_hub)
    found[part.sites] = relaxation.is_hub
    solved = int((exact < simple - 1e-6).sum())
    return Tightened(people, shut, found, len(exact), solved, easy)


class _Regions:
    """The relaxation between regions.

    Attributes
    ----------
    region : ndarray of int, shape (n,)
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
        # What a hub must bring in to be worth opening, and what it brings in beyond that.
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
            answers = solver.solve_all(asked)
            for number, job, answer in zip(numbers.tolist(), asked, answers, strict=True):
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


def _tie_people(part: Instance, prices: Prices, undecided: Floats) -> Floats:
    """Return how much each group ties the regions together that serve it [people].

    To cut through a group loosens the bound where fractional hubs leave open which hub will serve
    it. Where a group costs nothing, or all that it is worth, the prices are sure about it.
    """
    worth = worth_people(part, prices)
    paid = np.minimum(prices.groups, worth)
    open_people = (undecided @ part.serves) * np.minimum(paid, worth - paid)
    return np.asarray(np.maximum(open_people, LEAST_TIE * worth))
