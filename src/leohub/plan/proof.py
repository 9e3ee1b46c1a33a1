r"""What a plan reaches, and what no plan can exceed, counted again from the coverage alone.

Let cell :math:`j` have :math:`w_j` people in need, of whom a hub at site :math:`i` would serve the
share :math:`a_{ij}`. A plan :math:`S` of at most :math:`K` sites reaches
:math:`\sum_j w_j \max_{i \in S} a_{ij}`. Grant every cell any number :math:`g_j \ge 0` of people
beforehand. Whatever :math:`S` is, cell by cell

.. math::

    w_j \max_{i \in S} a_{ij} \;\le\; g_j + \sum_{i \in S} \max(0,\, w_j a_{ij} - g_j),

because the site with the largest share is one of the sum. Adding up the cells, and putting the
:math:`K` sites with the largest incomes :math:`r_i = \sum_j \max(0, w_j a_{ij} - g_j)` in place of
:math:`S`, no :math:`K` sites reach more than

.. math::

    \sum_j g_j + \text{the sum of the } K \text{ largest } r_i .

That holds for *every* :math:`g \ge 0`: whoever found them, and how, need not be trusted. Nor can
any plan exceed what all sites together reach.

Rules (`leohub.plan.rules.rules`) are rows
:math:`\sum_i c_{ri} x_i - \sum_j h_{rj} w_j z_j \le b_r`. With any multipliers :math:`\mu_r \ge 0`
a plan that keeps to them reaches no more than what it reaches plus :math:`\mu_r` times what it
leaves of each limit. So with :math:`w_j (1 + \sum_r \mu_r h_{rj})` in the place of :math:`w_j`,
and :math:`r_i` less :math:`\sum_r \mu_r c_{ri}`, it reaches at most

.. math::

    \sum_r \mu_r b_r + \sum_j g_j + \sum_{i \in S} r_i .

The first rule is the size, :math:`\sum_i c_i x_i \le B`: for any rent :math:`\theta \ge 0` the last
sum is at most :math:`\theta B + \sum_i \max(0, r_i - \theta c_i)`, without the maximum for sites
that must be hubs and without those that must not. The `K` largest are the case
:math:`c = 1`, with the K-th largest as the rent.

Nothing here comes from the search: no solver, no compiled code, of `leohub.plan` only what states
the problem.
Every rounding goes outward (`leohub.plan.rounding`); ``math.fsum`` rounds a whole sum once.

Sources: the bound is that of M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient
optimization", Mathematical Programming 6 (1974), doi:10.1007/BF01580223; the sums are those of
J. R. Shewchuk, "Adaptive precision floating-point arithmetic", Discrete & Computational Geometry
18 (1997), doi:10.1007/PL00009321.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.people.coverage import Coverage
from leohub.plan.rounding import above, below, down, product_above, product_below, up
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task

Floats = NDArray[np.float64]

CHUNK_PAIRS = 500_000
"""Pairs of a site and a cell that are worked on at once: bounds the memory."""


def value_people(coverage: Coverage, hubs: ArrayLike) -> tuple[float, float]:
    """Return what a plan reaches: the true number lies between the two.

    Parameters
    ----------
    coverage : Coverage
    hubs : array_like of int, shape (k,)
        Rows of the coverage, each at most once.

    Returns
    -------
    low, high : float
        [people]

    Raises
    ------
    ValueError
        If a hub is no row or is there twice, or a need or a share is no number that can be counted.
    """
    chosen = np.asarray(hubs, dtype=np.int64).reshape(-1)
    sites = coverage.shares.shape[0]
    if len(chosen) and not (chosen.min() >= 0 and chosen.max() < sites):
        raise ValueError(f"every hub must be one of the {sites} sites")
    if len(np.unique(chosen)) < len(chosen):
        raise ValueError("a hub is there twice")
    check_coverage(coverage)
    served = coverage.shares[chosen]
    share = np.zeros(len(coverage.need_people))
    np.maximum.at(share, served.indices, served.data)
    reached = np.flatnonzero(share)
    share, need = share[reached], coverage.need_people[reached]
    low = down(math.fsum(product_below(need, share).tolist()))
    return max(0.0, low), up(math.fsum(product_above(need, share).tolist()))


def bound_people(coverage: Coverage, granted_people: ArrayLike, hubs: int) -> float:
    """Return what no plan of at most so many hubs can exceed [people].

    Parameters
    ----------
    coverage : Coverage
    granted_people : array_like, shape (n_cells,)
        The certificate: people of each cell that are granted beforehand.
    hubs : int
        Most sites that a plan may open.

    Raises
    ------
    ValueError
        If there is not one finite number, at least 0, for every cell; if `hubs` is negative; or if
        a need or a share is no number that can be counted.
    """
    if hubs < 0:
        raise ValueError("the number of hubs must be at least 0")
    task = Task.of(coverage, hubs_at_most(hubs, coverage))
    return bound_under_rules(task, granted_people, [0.0])


def bound_under_rules(task: Task, granted_people: ArrayLike, row_prices: ArrayLike) -> float:
    """Return what no plan that keeps to the rules can exceed [people].

    Parameters
    ----------
    task : Task
    granted_people : array_like, shape (n_cells,)
        The certificate: people of each cell of the task that are granted beforehand.
    row_prices : array_like, shape (n_rows,)
        Its other part: a multiplier for each row of the rules. That of the size does not matter.

    Raises
    ------
    ValueError
        If there is not one finite number, at least 0, for every cell and for every row; or if a
        need or a share is no number that can be counted.
    """
    coverage, rules = task.coverage, task.rules
    granted = _multipliers(granted_people, coverage.need_people.shape, "people granted per cell")
    of_rows = _multipliers(row_prices, rules.limits.shape, "price per row of the rules")
    check_coverage(coverage)
    sized = rules.has_size
    if sized:
        of_rows = np.concatenate([[0.0], of_rows[1:]])
    limits = math.fsum(product_above(of_rows, rules.limits).tolist())
    worth = _worth_above(task, of_rows)
    incomes = np.concatenate([np.empty(0), *_incomes(coverage, worth, granted)])
    value = above(incomes - _asked_below(rules, of_rows))
    best = math.fsum(_best(rules, value, sized))
    bound = up(math.fsum([up(limits), up(math.fsum(granted.tolist())), up(best)]))
    everyone = Coverage(coverage.shares, coverage.need_people * task.worth)
    _, most = value_people(everyone, np.flatnonzero(rules.allowed))
    return min(bound, most)


def _multipliers(given: ArrayLike, shape: tuple[int, ...], words: str) -> Floats:
    numbers = np.asarray(given, dtype=np.float64)
    if numbers.shape != shape:
        raise ValueError(f"one number of {words}")
    if not np.all(np.isfinite(numbers) & (numbers >= 0)):
        raise ValueError("people granted and prices must be finite numbers, at least 0")
    return numbers


def _worth_above(task: Task, of_rows: Floats) -> Floats:
    """Return what a person reached in each cell is worth with what the rules add, or more."""
    more = np.zeros(len(task.worth))
    reach = task.rules.reach_rows
    for row in np.flatnonzero(of_rows):
        pairs = slice(reach.indptr[row], reach.indptr[row + 1])
        adds = product_above(of_rows[row], reach.data[pairs])
        np.add.at(more, reach.indices[pairs], adds)
        more[reach.indices[pairs]] = above(more[reach.indices[pairs]])
    return np.where(more > 0, above(task.worth + more), task.worth)


def _asked_below(rules: Rules, of_rows: Floats) -> Floats:
    """Return what the rules ask of each site, or a little less."""
    asked = np.zeros(rules.rows.shape[1])
    for row in np.flatnonzero(of_rows):
        pairs = slice(rules.rows.indptr[row], rules.rows.indptr[row + 1])
        sites = rules.rows.indices[pairs]
        asked[sites] = below(asked[sites] + product_below(of_rows[row], rules.rows.data[pairs]))
    return asked


def _best(rules: Rules, value: Floats, sized: bool) -> Iterator[float]:
    """Yield numbers whose sum the best sites within the size do not exceed."""
    required, free = rules.required, rules.allowed & ~rules.required
    cost, room = np.zeros(len(value)), 0.0
    if sized:
        cost, room = rules.rows[[0]].toarray().ravel(), float(rules.limits[0])
    rent = _rent(value[free], cost[free], room - float(cost[required].sum()))
    rents = product_below(rent, cost)
    beyond = np.where(rents == 0, value, above(value - rents))
    yield float(product_above(rent, room))
    yield from np.maximum(beyond[free], 0.0).tolist()
    yield from beyond[required].tolist()


def _rent(value: Floats, cost: Floats, room: float) -> float:
    """Return what the last site that fits is worth for its cost: any rent is valid."""
    worth = np.divide(value, cost, out=np.zeros(len(value)), where=(cost > 0) & (value > 0))
    order = np.argsort(-worth, kind="stable")
    fits = np.cumsum(cost[order]) <= room
    last = int(fits.sum())
    return float(worth[order[last]]) if last < len(order) else 0.0


def _incomes(coverage: Coverage, worth: Floats, granted: Floats) -> Iterator[Floats]:
    """Yield, chunk by chunk, what each site could add to what is granted, rounded up [people]."""
    shares, starts = coverage.shares, coverage.shares.indptr
    for first, last in _chunks(starts):
        pairs = slice(starts[first], starts[last])
        cells = shares.indices[pairs]
        people = product_above(coverage.need_people[cells], shares.data[pairs])
        people = product_above(people, worth[cells])
        beyond = people - granted[cells]
        # A difference that rounds to 0 is 0: only what is left needs to be rounded up.
        left = np.where(beyond > 0, np.nextafter(beyond, np.inf), 0.0).tolist()
        ends = (starts[first : last + 1] - starts[first]).tolist()
        yield np.array([up(math.fsum(left[begin:end])) for begin, end in pairwise(ends)])


def _chunks(starts: NDArray[np.integer]) -> Iterator[tuple[int, int]]:
    """Yield runs of rows with at most `CHUNK_PAIRS` pairs each, or a single row."""
    first, rows = 0, len(starts) - 1
    while first < rows:
        fits = int(np.searchsorted(starts, int(starts[first]) + CHUNK_PAIRS, side="right")) - 1
        last = min(max(fits, first + 1), rows)
        yield first, last
        first = last


def check_coverage(coverage: Coverage) -> None:
    """Refuse what cannot be counted: the proof rests on every need and every share."""
    shares = coverage.shares
    if not np.all(np.isfinite(coverage.need_people)):
        raise ValueError("need_people must be finite")
    if shares.nnz and not (shares.data.min() > 0 and shares.data.max() <= 1):
        raise ValueError("every share must be above 0 and at most 1")
    if not shares.has_canonical_format:
        raise ValueError("every pair of a site and a cell must be there once, in order")
