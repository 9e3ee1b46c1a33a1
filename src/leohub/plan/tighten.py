r"""A tighter bound: regions that HiGHS solves exactly, held together by the prices.

Divide the sites into regions. A cell that only one region serves is left to it, worth :math:`w_j`;
to a cell that several serve each pays its price :math:`\lambda_j` once, however many of its hubs
serve it. With a rent :math:`\theta` for every hub,

.. math::

    K \theta + \sum_{j\;\mathrm{shared}} (w_j - \lambda_j)^+
        + \sum_r \max_{x} \Big( \sum_j p_{rj} z_j - \theta \sum_{i \in r} x_i \Big),
    \qquad p_{rj} = w_j \text{ or } \lambda_j,

is at least what any `K` hubs reach: the same relaxation as in `leohub.plan.bound`, but only between
regions. It is never above that bound and falls below it by what whole hubs cannot do within a
region. It rests on the exact solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.bound import income_people
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
        No `K` of the sites that are left reach more.
    to_spare_people : ndarray, shape (n,)
        What may be lost by opening each site before the bound falls to what is reached: a site
        whose income is short of the rent by more than this is in no better plan.
    rent_people : float
        Of one hub.
    regions, solved : int
    """

    people: float
    to_spare_people: Floats
    rent_people: float
    regions: int
    solved: int


def tighten(
    instance: Instance,
    prices: Floats,
    is_hub: Bools,
    left: Bools,
    reached_people: float,
    *,
    hubs_each: float,
    solver: Solver,
    clock: Clock,
    tick: Callable[[float], None],
) -> Tightened:
    """Bound what `K` of the sites that are left can reach.

    Parameters
    ----------
    instance : Instance
    prices : ndarray, shape (m,)
        At most the need of each cell [people].
    is_hub, left : ndarray of bool, shape (n,)
        The hubs of a plan, as many as are allowed; the sites that may be in a better one.
    reached_people : float
        What the plan reaches.
    hubs_each : float
        Most hubs of the plan in one region.
    solver : Solver
    clock : Clock
    tick : callable
        Told the share that is done [0..1].
    """
    part = instance.only(left | is_hub)
    paid = np.bincount(part.group, prices[part.cells], minlength=len(part.need_people))
    relaxation = _Regions(
        part, paid.astype(np.float64), is_hub[part.sites], int(is_hub.sum()), hubs_each
    )
    exact, simple = relaxation.solve(solver, clock, tick)
    people = relaxation.common_people + float(exact.sum())
    of_region = people - reached_people + simple - exact
    to_spare = np.full(len(instance.sites), -np.inf)
    to_spare[part.sites] = of_region[relaxation.region]
    return Tightened(
        people, to_spare, relaxation.rent_people, len(exact), int((exact < simple - 1e-6).sum())
    )


class _Regions:
    """The relaxation between regions."""

    def __init__(
        self, part: Instance, prices: Floats, is_hub: Bools, hubs: int, hubs_each: float
    ) -> None:
        self.part, self.prices, self.is_hub = part, prices, is_hub
        self.region = find_regions(part, is_hub, hubs_each)
        self.income = income_people(part, prices)
        self.rent_people = float(np.sort(self.income)[-hubs])
        count = int(self.region.max()) + 1
        shape = (len(part.sites), len(part.need_people))
        ones = np.ones(part.pairs, dtype=np.int32)
        serves = csr_array((ones, part.site_cells, part.site_start), shape=shape)
        belongs = csr_array(
            (np.ones(len(self.region), dtype=np.int32), (self.region, np.arange(shape[0]))),
            shape=(count, shape[0]),
        )
        served = (belongs @ serves).sign()
        self.worth = np.where(served.sum(axis=0) == 1, part.need_people, prices)
        self.common_people = hubs * self.rent_people + float((part.need_people - self.worth).sum())
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
        cells = np.unique(
            np.concatenate(
                [
                    self.part.site_cells[
                        self.part.site_start[site] : self.part.site_start[site + 1]
                    ]
                    for site in np.flatnonzero(own)
                ]
            )
        )
        above = np.maximum(self.income[own] - self.rent_people, 0).sum()
        return float((self.worth[cells] - self.prices[cells]).sum() + above)

    def _job(self, number: int, clock: Clock) -> Job:
        own = replace(self.part, need_people=self.worth).only(self.region == number)
        return Job(
            instance=own,
            hubs=len(own.sites),
            start=self.is_hub[own.sites],
            time_limit_s=min(REGION_LIMIT_S, max(0.1, clock.remaining_s())),
            nodes=NODES,
            hub_people=self.rent_people,
        )
