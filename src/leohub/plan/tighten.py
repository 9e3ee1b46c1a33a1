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

NODES = 300
REGION_LIMIT_S = 20.0
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
    is_hub: Bools,
    left: Bools,
    reached_people: float,
    *,
    tolerance_people: float,
    hubs_each: float,
    if_easy: bool,
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
    solver : Solver
    clock : Clock
    tick : callable
        Told the share that is done [0..1].
    """
    part = instance.only(left | is_hub)
    paid = np.bincount(part.group, prices.groups[part.cells], minlength=len(part.need_people))
    of_part = Prices(paid.astype(np.float64), prices.rows)
    relaxation = _Regions(part, of_part, is_hub[part.sites], hubs_each)
    easy = relaxation.solve(if_easy, solver, clock, tick)
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
    """The relaxation between regions."""

    def __init__(self, part: Instance, prices: Prices, is_hub: Bools, hubs_each: float) -> None:
        rows = part.rows
        self.part, self.is_hub = part, is_hub.copy()
        self.worth = worth_people(part, prices)
        self.prices = np.minimum(prices.groups, self.worth)
        self.region = find_regions(part, is_hub, hubs_each, _tie_people(self.worth, self.prices))
        value = value_people(part, prices)
        rent = fill(value, rows).high
        # What a hub must bring in to be worth opening, and what it brings in beyond that.
        self.rent_people = rent * rows.cost + rows.sites.T @ prices.rows
        self.beyond_people = value - rent * rows.cost
        count = int(self.region.max()) + 1
        belongs = csr_array(
            (np.ones(len(self.region)), (self.region, np.arange(len(part.sites)))),
            shape=(count, len(part.sites)),
        )
        served = (belongs @ part.serves).sign()
        self.left = np.where(served.sum(axis=0) == 1, self.worth, self.prices)
        common = rent * rows.room + float(rows.limits @ prices.rows)
        self.common_people = common + float((self.worth - self.left).sum())
        self.simple = np.array([self._simple(number) for number in range(count)])
        self.exact = self.simple.copy()

    def solve(
        self, if_easy: bool, solver: Solver, clock: Clock, tick: Callable[[float], None]
    ) -> bool:
        """Solve the regions, those with most hubs first; tell whether most hubs were easy."""
        hubs = np.bincount(self.region[self.is_hub], minlength=len(self.exact))
        order = np.argsort(-hubs, kind="stable")
        limits = (TRIED_NODES, TRIED_S) if if_easy else (NODES, REGION_LIMIT_S)
        ended = tried = 0
        for start in range(0, len(order), AT_ONCE):
            if clock.is_up() or (if_easy and ended < EASY * tried):
                return False
            numbers = order[start : start + AT_ONCE]
            asked = [_Region.of(self, int(number), limits, clock) for number in numbers]
            answers = _solve(solver, asked)
            for region, answer in zip(asked, answers, strict=True):
                ended += int(hubs[region.number]) * self._take(region, answer)
                clock.ran_out |= answer is not None and not answer.in_time
            tried += int(hubs[numbers].sum())
            tick(start / len(order))
        return ended >= EASY * tried

    def _take(self, region: _Region, answer: Answer | None) -> bool:
        """Take over what was found of a region; tell whether it was solved to the end."""
        if answer is None:
            return False
        bound = max(region.fixed_people + answer.bound_people, region.start_people)
        self.exact[region.number] = min(self.exact[region.number], bound)
        found = region.fixed_people + region.people(answer.is_hub)
        if found > region.start_people:
            self.is_hub[self.region == region.number] = False
            self.is_hub[region.fixed] = True
            self.is_hub[region.sites[answer.is_hub]] = True
        return bound - max(found, region.start_people) < 1.0

    def _simple(self, number: int) -> float:
        """Return what the prices alone prove of a region."""
        own = self.region == number
        cells = np.flatnonzero(self.part.hubs_serving(own))
        above = np.maximum(self.beyond_people[own], 0).sum()
        return float((self.left[cells] - self.prices[cells]).sum() + above)


def _tie_people(worth: Floats, prices: Floats) -> Floats:
    """Return how much each group ties the regions together that serve it [people].

    Where a group costs nothing, or all that it is worth, the prices are sure about it, and to cut
    through it hardly loosens the bound.
    """
    return np.maximum(np.minimum(prices, worth - prices), LEAST_TIE * worth)


def _solve(solver: Solver, asked: list[_Region]) -> list[Answer | None]:
    """Solve regions side by side; where nothing is left open there is nothing to ask."""
    open_ones = [region for region in asked if len(region.sites)]
    answers = iter(solver.solve_all([region.job for region in open_ones]))
    settled = Answer(np.zeros(0, dtype=np.bool_), 0.0, in_time=True)
    return [next(answers) if len(region.sites) else settled for region in asked]


@dataclass(frozen=True)
class _Region:
    """What is asked of one region, once what is sure about it is settled.

    A site that is short of its rent by more than the present hubs are short of what the prices
    prove of the region is in no better choice there; one that is as far above it is in every one.
    """

    number: int
    job: Job
    sites: NDArray[np.intp]
    fixed: NDArray[np.intp]
    fixed_people: float
    start_people: float

    @classmethod
    def of(cls, regions: _Regions, number: int, limits: tuple[int, float], clock: Clock) -> _Region:
        """Settle what is sure about a region; limits in nodes and time [s]."""
        own = regions.region == number
        free = replace(
            regions.part, need_people=regions.left, rows=regions.part.rows.without_limits()
        )
        hubs, rent = regions.is_hub & own, regions.rent_people
        start_people = free.people_reached(hubs) - float(rent[hubs].sum())
        to_spare = regions.simple[number] - start_people + LEAST_PEOPLE
        fixed = own & (regions.beyond_people > to_spare)
        kept = own & ~fixed & (-regions.beyond_people <= to_spare)
        rest = free.only(kept, fixed=fixed)
        job = Job(
            instance=rest,
            start=regions.is_hub[rest.sites],
            time_limit_s=min(limits[1], max(0.1, clock.remaining_s())),
            nodes=limits[0],
            hub_people=rent[rest.sites],
            for_proof=True,
        )
        fixed_people = free.people_reached(fixed) - float(rent[fixed].sum())
        places = np.flatnonzero(fixed)
        return cls(number, job, rest.sites, places, fixed_people, start_people)

    def people(self, is_hub: Bools) -> float:
        """Return what hubs beside the fixed ones bring in beyond their rents [people]."""
        rent = np.broadcast_to(self.job.hub_people, len(is_hub))
        return self.job.instance.people_reached(is_hub) - float(rent[is_hub].sum())
