r"""Prices that prove a small bound: the linear relaxation, by a first-order method.

The relaxation is the saddle point

.. math::

    \min_{0 \le \lambda \le w} \; \max_{x \in X} \;
        \sum_j (w_j - \lambda_j) + \sum_i x_i \sum_{j : i \in N_j} \lambda_j,
    \qquad X = \{0 \le x \le 1, \textstyle\sum_i x_i \le K\},

whose outer value is the bound of `leohub.plan.bound` and whose inner one is what fractional hubs
would reach. The primal-dual hybrid gradient method (Chambolle & Pock 2011) with diagonal step
lengths (Pock & Chambolle 2011), averaged and restarted from the average (Applegate et al. 2021),
finds it. Both values are exact at every point, because both sets are simple enough to project
onto; so the gap between them is known at every restart and steers it.

Sources: A. Chambolle, T. Pock, doi:10.1007/s10851-010-0251-1; T. Pock, A. Chambolle,
doi:10.1109/ICCV.2011.6126441; D. Applegate et al., "Practical large-scale linear programming using
primal-dual hybrid gradient", NeurIPS 2021.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.bound import ROUNDING, sum_rows, sum_rows_into
from leohub.plan.instance import Instance

Floats = NDArray[np.float64]

STEP = 0.99
LOOK_EVERY = 40
"""Iterations between two looks at the gap."""

ENOUGH = 0.2
"""A gap that fell to this share of the last restart's is reason to restart."""

SOME = 0.8
"""So is one that fell to this share and has begun to rise."""

LONG = 0.36
"""So is a stretch that makes up this share of all iterations."""

STRETCH = 400
"""Iterations that a stretch lasts before it counts as long."""


@dataclass(frozen=True)
class Bound:
    """A proven upper bound.

    Attributes
    ----------
    people : float
        No `K` hubs reach more.
    prices : ndarray, shape (m,)
        The multipliers that prove it [people], one per cell of the instance.
    fractional_people : float
        What fractional hubs are known to reach: the relaxation proves no bound below this.
    opening : ndarray, shape (n,)
        Those fractional hubs [0..1].
    iterations : int
    """

    people: float
    prices: Floats
    fractional_people: float
    opening: Floats
    iterations: int


def find_bound(
    instance: Instance,
    hubs: int,
    *,
    tolerance: float,
    iterations: int,
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None] = lambda share: None,
    start: Floats | None = None,
) -> Bound:
    """Search for prices that prove a small bound.

    Parameters
    ----------
    instance : Instance
    hubs : int
        Number of hubs to choose.
    tolerance : float
        Stop when the bound is within this share of what the relaxation can prove [0..1].
    iterations : int
        Most iterations to make.
    time_is_up : callable
        Asked now and then whether to stop.
    tick : callable
        Told the share of the work that is done [0..1].
    start : ndarray, shape (m,), optional
        Prices to start from, e.g. those for another number of hubs.
    """
    relaxation = _Relaxation(instance, min(hubs, len(instance.sites)), start)
    for done in range(0, iterations, LOOK_EVERY):
        relaxation.iterate(LOOK_EVERY)
        relaxation.look()
        if relaxation.gap <= tolerance or time_is_up():
            break
        tick(done / iterations)
    tick(1.0)
    return relaxation.bound()


class _Relaxation:
    """State of the method: where it is, the stretch since the last restart, the best so far."""

    def __init__(self, instance: Instance, hubs: int, start: Floats | None) -> None:
        self.instance, self.hubs = instance, hubs
        self.per_site = np.diff(instance.site_start).astype(float)
        self.per_cell = np.diff(instance.cell_start).astype(float)
        sites, need = len(instance.sites), instance.need_people
        self.x = np.full(sites, hubs / sites)
        usual = need / np.maximum(1, self.per_cell * hubs / sites)
        self.prices = usual if start is None else start
        self.income = sum_rows(instance.site_start, instance.site_cells, self.prices)
        self.weight = float(np.linalg.norm(usual)) / hubs**0.5
        self.threshold = 0.0
        self.done, self.restarts = 0, 0
        self.best = float(need.sum()) * (1 + ROUNDING)
        self.best_prices, self.best_x, self.reached = np.zeros_like(need), self.x, 0.0
        self._begin_stretch(np.inf)

    @property
    def gap(self) -> float:
        """Share by which the bound may still fall [0..1]."""
        return 1 - self.reached / self.best

    def bound(self) -> Bound:
        """Return the best that was found."""
        return Bound(self.best, self.best_prices, self.reached, self.best_x, self.done)

    def iterate(self, steps: int) -> None:
        """Make some steps and add up where they lead."""
        instance = self.instance
        reach = np.empty(len(self.prices))
        before = self.x
        for _ in range(steps):
            length = STEP / (self.weight * self.per_site)
            before, self.x = self.x, np.empty_like(self.x)
            self.threshold = _project(
                before + length * self.income, length, float(self.hubs), self.threshold, self.x
            )
            ahead = 2 * self.x - before
            sum_rows_into(instance.cell_start, instance.cell_sites, ahead, reach)
            fall = STEP * self.weight / self.per_cell * (reach - 1)
            self.prices = np.clip(self.prices - fall, 0, instance.need_people)
            sum_rows_into(instance.site_start, instance.site_cells, self.prices, self.income)
            self.sum_x += self.x
            self.sum_prices += self.prices
        self.stretch += steps
        self.done += steps

    def look(self) -> None:
        """Measure the gap here and at the average; keep the best; restart where it pays."""
        here = self._note(self.x, self.prices, self.income)
        x, prices = self.sum_x / self.stretch, self.sum_prices / self.stretch
        income = sum_rows(self.instance.site_start, self.instance.site_cells, prices)
        average = self._note(x, prices, income)
        gap = min(here, average)
        if self._should_restart(gap):
            if average < here:
                self.x, self.prices, self.income = x, prices, income
            self._balance()
            self._begin_stretch(gap)
        else:
            self.gap_before = gap

    def _note(self, x: Floats, prices: Floats, income: Floats) -> float:
        """Keep prices and fractional hubs if they are the best; return their gap [people]."""
        need = self.instance.need_people
        few = len(income) - self.hubs
        richest = np.partition(income, few)[few:].sum() if few else income.sum()
        bound = float((need - prices).sum() + richest) * (1 + ROUNDING)
        if bound < self.best:
            self.best, self.best_prices = bound, prices.copy()
        reach = sum_rows(self.instance.cell_start, self.instance.cell_sites, x)
        reached = float((need * np.minimum(reach, 1)).sum())
        if reached > self.reached:
            self.reached, self.best_x = reached, x.copy()
        return bound - reached

    def _should_restart(self, gap: float) -> bool:
        if gap < ENOUGH * self.gap_at_restart:
            return True
        if gap < SOME * self.gap_at_restart and gap > self.gap_before:
            return True
        return self.stretch > max(STRETCH, LONG * self.done)

    def _balance(self) -> None:
        """Weigh steps in prices against steps in hubs by how far each has come."""
        of_x = float(np.sqrt(((self.x - self.first_x) ** 2 * self.per_site).sum()))
        of_prices = float(np.sqrt(((self.prices - self.first_prices) ** 2 / self.per_cell).sum()))
        if of_x > 1e-12 and of_prices > 1e-12:
            smooth = 0.5 if self.restarts else 1.0
            self.weight = (of_prices / of_x) ** smooth * self.weight ** (1 - smooth)
        self.restarts += 1

    def _begin_stretch(self, gap: float) -> None:
        self.first_x, self.first_prices = self.x.copy(), self.prices.copy()
        self.sum_x, self.sum_prices = np.zeros_like(self.x), np.zeros_like(self.prices)
        self.stretch, self.gap_at_restart, self.gap_before = 0, gap, np.inf


@numba.njit(cache=True, nogil=True)
def _project(y, length, most, guess, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill x with the nearest point to y in 0 ≤ x ≤ 1, Σx ≤ most; distances weighed by 1 / length.

    That is clip(y - length * t, 0, 1) for the smallest t ≥ 0 whose sum is at most `most`, which is
    returned: a root of a falling, piecewise linear function, found by Newton within a bracket.
    """
    low, high, total = 0.0, 0.0, 0.0
    for i in range(len(y)):
        total += min(1.0, max(0.0, y[i]))
        high = max(high, y[i] / length[i])
    t = 0.0
    if total > most:
        t = guess if low < guess < high else 0.5 * high
        for _ in range(200):
            total, slope = 0.0, 0.0
            for i in range(len(y)):
                value = y[i] - length[i] * t
                if value >= 1.0:
                    total += 1.0
                elif value > 0.0:
                    total += value
                    slope += length[i]
            if abs(total - most) <= 1e-11 * most:
                break
            if total > most:
                low = t
            else:
                high = t
            step = t + (total - most) / slope if slope > 0 else low
            t = step if low < step < high else 0.5 * (low + high)
    for i in range(len(y)):
        x[i] = min(1.0, max(0.0, y[i] - length[i] * t))
    return t
