r"""A proof of how good any plan can be: the Lagrangian bound.

For any prices :math:`\lambda_j \ge 0`, paid to every hub that serves group :math:`j`, and any
multipliers :math:`\mu_r \ge 0` of the rows,

.. math::

    L(\lambda, \mu) = \mu^\top b
        + \sum_j \max\Big(0,\, w_j + \sum_r \mu_r h_{rj} - \lambda_j\Big)
        + \max_{c^\top x \le B} \sum_i x_i
          \Big(\sum_{j : i \in N_j} \lambda_j - \sum_r \mu_r a_{ri}\Big)

is at least what any plan reaches that keeps to the rows: relax
:math:`z_j \le \sum_{i \in N_j} x_i` with :math:`\lambda_j` and each row with :math:`\mu_r`; the
rest falls apart by group and by site. What is left of the size is a knapsack: the `K` sites with
the largest income, or those with the largest income for their cost, the last one in part. So any
such prices prove a bound, however they were found; `leohub.plan.bounds.prices` looks for those that
prove a small one.

Source: M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization", Mathematical
Programming 6 (1974).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.problem.instance import Instance
from leohub.plan.problem.rows import Rows

Floats = NDArray[np.float64]

PAIRS_FOR_THREADS = 200_000
"""With fewer pairs a second thread takes longer to start than it saves."""

ROUNDING = 1e-12
"""Relative allowance for the rounding of floating-point sums, added to every bound."""


@dataclass(frozen=True)
class Prices:
    """What proves a bound.

    Attributes
    ----------
    groups : ndarray, shape (m,)
        Paid to every hub that serves a group; not negative [people].
    rows : ndarray, shape (R,)
        Multipliers of the rows; not negative [people per unit of the row].
    """

    groups: Floats
    rows: Floats

    def __post_init__(self) -> None:
        if np.any(self.groups < 0) or np.any(self.rows < 0):
            raise ValueError("prices must not be negative")

    @classmethod
    def none(cls, instance: Instance) -> Prices:
        """Return prices of nothing, which prove that nobody can reach more than everybody."""
        return cls(np.zeros(len(instance.need_people)), np.zeros(len(instance.rows.limits)))


@dataclass(frozen=True)
class Knapsack:
    """The best of many sites within the room.

    Attributes
    ----------
    people : float
        What they are worth together, the last one in part.
    low, high : float
        Any rent in between keeps the bound: what the first site left out is worth for a unit of
        its cost, and the last one taken [people per unit of the room].
    """

    people: float
    low: float
    high: float


def fill(value: Floats, rows: Rows) -> Knapsack:
    """Take the sites with the largest value for their cost while there is room.

    Parameters
    ----------
    value : ndarray, shape (n,)
        [people]
    rows : Rows
    """
    if rows.counts_hubs:
        return _richest(value, int(rows.room + 1e-9))
    free = rows.cost <= 0
    cost = rows.cost[~free]
    worth = np.maximum(value[~free], 0.0)
    order = np.argsort(-worth / cost, kind="stable")
    taken = np.cumsum(cost[order])
    last = int(np.searchsorted(taken, rows.room, side="right"))
    total = float(np.maximum(value[free], 0.0).sum() + worth[order[:last]].sum())
    if last == len(order):
        return Knapsack(total, 0.0, 0.0)
    left = max(0.0, rows.room - (taken[last - 1] if last else 0.0))
    rent = float(worth[order[last]] / cost[order[last]])
    return Knapsack(total + left * rent, rent, rent)


def _richest(value: Floats, hubs: int) -> Knapsack:
    """Take the `hubs` sites with the largest value, if it is not negative."""
    few = len(value) - hubs
    if few <= 0:
        return Knapsack(float(np.maximum(value, 0.0).sum()), 0.0, 0.0)
    parted = np.partition(value, (few - 1, few)) if hubs else value
    people = float(np.maximum(parted[few:], 0.0).sum())
    low = float(parted[:few].max())
    high = float(parted[few]) if hubs else np.inf
    return Knapsack(people, max(low, 0.0), max(high, 0.0))


def lagrangian(instance: Instance, prices: Prices) -> float:
    """Return the bound that prices prove [people]."""
    value = value_people(instance, prices)
    return _bound(instance, prices, fill(value, instance.rows).people)


def bounds_by_number(instance: Instance, prices: Floats, hubs: NDArray[np.int64]) -> Floats:
    """Return the bound that prices prove for each number of hubs, whatever the rows say.

    Parameters
    ----------
    instance : Instance
    prices : ndarray, shape (m,)
        Of the groups [people].
    hubs : ndarray of int, shape (h,)

    Returns
    -------
    ndarray, shape (h,)
        Upper bounds [people].
    """
    income = np.sort(income_people(instance, prices))[::-1]
    richest = np.concatenate([[0.0], np.cumsum(income)])
    need = instance.need_people
    bounds = np.maximum(need - prices, 0).sum() + richest[np.minimum(hubs, len(income))]
    return np.asarray(np.minimum(bounds, need.sum()) * (1 + ROUNDING), dtype=np.float64)


def _bound(instance: Instance, prices: Prices, richest: float) -> float:
    rows = instance.rows
    above = np.maximum(worth_people(instance, prices) - prices.groups, 0)
    bound = float(rows.limits @ prices.rows + above.sum() + richest)
    size = float(np.abs(rows.limits) @ prices.rows + above.sum() + richest)
    return bound + ROUNDING * size


def worth_people(instance: Instance, prices: Prices) -> Floats:
    """Return what reaching each group is worth with what the rows add to it [people], (m,)."""
    if not len(prices.rows):
        return instance.need_people
    return np.asarray(instance.need_people + instance.rows.groups.T @ prices.rows)


def value_people(instance: Instance, prices: Prices) -> Floats:
    """Return what each site would be paid, less what the rows ask of it [people], shape (n,)."""
    income = income_people(instance, prices.groups)
    return income - instance.rows.sites.T @ prices.rows if len(prices.rows) else income


def income_people(instance: Instance, prices: Floats) -> Floats:
    """Return what each site would be paid [people], shape (n,)."""
    return sum_rows(instance.site_start, instance.site_cells, prices)


def sum_rows(start: NDArray[np.int32], columns: NDArray[np.int32], values: Floats) -> Floats:
    """Sum `values` over the columns of each row; shape (rows,)."""
    sums = np.empty(len(start) - 1)
    sum_rows_into(start, columns, values, sums)
    return sums


def sum_rows_into(
    start: NDArray[np.int32], columns: NDArray[np.int32], values: Floats, sums: Floats
) -> None:
    """Fill `sums` with the sum of `values` over the columns of each row; many rows by two threads.

    Every sum is made by one thread in the order of its columns: threads change no bit.
    """
    rows = len(start) - 1
    if len(columns) < PAIRS_FOR_THREADS:
        _sum_rows(start, columns, values, sums, 0, rows)
        return
    half = int(np.searchsorted(start, start[-1] // 2))
    other = _threads().submit(_sum_rows, start, columns, values, sums, half, rows)
    _sum_rows(start, columns, values, sums, 0, half)
    other.result()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


@numba.njit(cache=True, nogil=True)
def _sum_rows(start, columns, values, sums, first, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for row in range(first, last):
        total = 0.0
        for k in range(start[row], start[row + 1]):
            total += values[columns[k]]
        sums[row] = total
