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
from leohub.plan.highs import Job
from leohub.plan.instance import Instance
from leohub.plan.regions import find_regions

NODES = 300
REGION_LIMIT_S = 20.0
AT_ONCE = 8

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
    regions, solved : int
    """

    people: float
    shut: Bools
    regions: int
    solved: int


def tighten(
    instance: Instance,
    prices: Prices,
    is_hub: Bools,
    left: Bools,
    reached_people: float,
    *,
    tolerance_people: float,
    hubs_each: float,
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
    solver : Solver
    clock : Clock
    tick : callable
        Told the share that is done [0..1].
    """
    part = instance.only(left | is_hub)
    paid = np.bincount(part.group, prices.groups[part.cells], minlength=len(part.need_people))
    of_part = Prices(paid.astype(np.float64), prices.rows)
    relaxation = _Regions(part, of_part, is_hub[part.sites], hubs_each)
    exact, simple = relaxation.solve(solver, clock, tick)
    people = relaxation.common_people + float(exact.sum())
    to_spare = people - reached_people + simple - exact + tolerance_people
    shut = np.ones(len(instance.sites), dtype=np.bool_)
    shut[part.sites] = -relaxation.beyond_people > to_spare[relaxation.region]
    return Tightened(people, shut, len(exact), int((exact < simple - 1e-6).sum()))


class _Regions:
    """The relaxation between regions."""

    def __init__(self, part: Instance, prices: Prices, is_hub: Bools, hubs_each: float) -> None:
        rows = part.rows
        self.part, self.is_hub = part, is_hub
        self.region = find_regions(part, is_hub, hubs_each)
        value = value_people(part, prices)
        rent = fill(value, rows).high
        # What a hub must bring in to be worth opening, and what it brings in beyond that.
        self.rent_people = rent * rows.cost + rows.sites.T @ prices.rows
        self.beyond_people = value - rent * rows.cost
        self.worth = worth_people(part, prices)
        self.prices = np.minimum(prices.groups, self.worth)
        count = int(self.region.max()) + 1
        belongs = csr_array(
            (np.ones(len(self.region)), (self.region, np.arange(len(part.sites)))),
            shape=(count, len(part.sites)),
        )
        served = (belongs @ part.serves).sign()
        self.left = np.where(served.sum(axis=0) == 1, self.worth, self.prices)
        common = rent * rows.room + float(rows.limits @ prices.rows)
        self.common_people = common + float((self.worth - self.left).sum())
        self.count = count

    def solve(
        self, solver: Solver, clock: Clock, tick: Callable[[float], None]
    ) -> tuple[Floats, Floats]:
        """Return the exact and the simple bound of each region [people]."""
        simple = np.array([self._simple(number) for number in range(self.count)])
        exact = simple.copy()
        for start in range(0, self.count, AT_ONCE):
            if clock.is_up():
                break
            numbers = range(start, min(start + AT_ONCE, self.count))
            answers = solver.solve_all([self._job(number, clock) for number in numbers])
            for number, answer in zip(numbers, answers, strict=True):
                if answer is not None:
                    exact[number] = min(exact[number], answer.bound_people)
                    clock.ran_out |= not answer.in_time
            tick(start / self.count)
        return exact, simple

    def _simple(self, number: int) -> float:
        """Return what the prices alone prove of a region."""
        own = self.region == number
        cells = np.flatnonzero(self.part.hubs_serving(own))
        above = np.maximum(self.beyond_people[own], 0).sum()
        return float((self.left[cells] - self.prices[cells]).sum() + above)

    def _job(self, number: int, clock: Clock) -> Job:
        region = self.region == number
        rows = self.part.rows.without_limits()
        own = replace(self.part, need_people=self.left, rows=rows).only(region)
        return Job(
            instance=own,
            start=self.is_hub[own.sites],
            time_limit_s=min(REGION_LIMIT_S, max(0.1, clock.remaining_s())),
            nodes=NODES,
            hub_people=self.rent_people[own.sites],
        )
