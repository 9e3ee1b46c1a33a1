r"""A tighter bound: regions that HiGHS solves exactly, held together by the prices.

Divide the sites into regions. A cell that only one region serves is left to it, worth :math:`w_j`;
to a cell that several serve each pays its price :math:`\lambda_j` once, however many of its hubs
serve it. With a rent :math:`\theta` for each unit of the size,

.. math::

    B \theta + \sum_{j\;\mathrm{shared}} (w_j - \lambda_j)^+
        + \sum_r \max_{x} \Big( \sum_j p_{rj} z_j - \theta \sum_{i \in r} c_i x_i \Big),
    \qquad p_{rj} = w_j \text{ or } \lambda_j,

is at least what any plan of that size reaches: the same relaxation as in
`leohub.plan.bounds.bound`, but only between regions. The multipliers :math:`\mu` of other rows add
to what cells are worth and to the rents of hubs as they do there. The bound is never above that one
and falls below it by what whole hubs cannot do within a region. It rests on the exact solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import Prices, worth_people
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.regions.regions import find_regions
from leohub.plan.regions.relaxation import Relaxation
from leohub.plan.solver.exact import Solver

NODES, REGION_LIMIT_S = 300, 20.0
"""Most nodes and longest time [s] for each region; more for those who have patience."""

TRIED_NODES, TRIED_S = 10, 60.0
"""Most nodes and longest time [s] for each region when it is tried whether regions are easy."""

LEAST_TIE = 1e-3
"""What a group ties together that the prices are sure about, as a share of what it is worth."""

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
    relaxation : Relaxation
        What that rests on.
    """

    people: float
    shut: Bools
    is_hub: Bools
    regions: int
    solved: int
    easy: bool
    relaxation: Relaxation


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
    relaxation = Relaxation(part, of_part, is_hub[part.sites], region)
    limits = (int(NODES * patience), REGION_LIMIT_S * patience)
    if if_easy:
        limits = (TRIED_NODES, TRIED_S)
    easy = relaxation.solve(limits, if_easy, solver, clock, tick)
    exact, simple = relaxation.exact, relaxation.simple
    people = relaxation.people
    to_spare = people - reached_people + simple - exact + tolerance_people
    shut = np.ones(len(instance.sites), dtype=np.bool_)
    shut[part.sites] = -relaxation.beyond_people > to_spare[relaxation.region]
    found = np.zeros_like(is_hub)
    found[part.sites] = relaxation.is_hub
    solved = int((exact < simple - 1e-6).sum())
    return Tightened(people, shut, found, len(exact), solved, easy, relaxation)


def _tie_people(part: Instance, prices: Prices, undecided: Floats) -> Floats:
    """Return how much each group ties the regions together that serve it [people].

    To cut through a group loosens the bound where fractional hubs leave open which hub will serve
    it. Where a group costs nothing, or all that it is worth, the prices are sure about it.
    """
    worth = worth_people(part, prices)
    paid = np.minimum(prices.groups, worth)
    open_people = (undecided @ part.serves) * np.minimum(paid, worth - paid)
    return np.asarray(np.maximum(open_people, LEAST_TIE * worth))
