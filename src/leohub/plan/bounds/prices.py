r"""Prices that prove a small bound: the linear relaxation, by a first-order method.

The relaxation is the saddle point

.. math::

    \min_{\lambda, \mu \ge 0} \; \max_{x \in X,\, 0 \le z \le 1} \;
        \sum_j w_j z_j
        + \sum_j \lambda_j \Big( \sum_{i \in N_j} x_i - z_j \Big)
        + \sum_r \mu_r \Big( b_r - \sum_i a_{ri} x_i + \sum_j h_{rj} z_j \Big),
    \qquad X = \{0 \le x \le 1, c^\top x \le B\},

whose outer value is the bound of `leohub.plan.bounds.bound` and whose inner one is what fractional
hubs would reach. Where no row counts the people of group `j`, the best :math:`z_j` is known and
:math:`\lambda_j \le w_j`; only the others take part as variables. The primal-dual hybrid gradient
method (Chambolle & Pock 2011) with diagonal step lengths (Pock & Chambolle 2011), averaged and
restarted from the average (Applegate et al. 2021), finds it. The bound is exact at every point,
because the sets are simple enough to project onto; so is what fractional hubs reach if they keep to
the rows. The gap between them is known at every restart and steers it.

Sources: A. Chambolle, T. Pock, doi:10.1007/s10851-010-0251-1; T. Pock, A. Chambolle,
doi:10.1109/ICCV.2011.6126441; D. Applegate et al., "Practical large-scale linear programming using
primal-dual hybrid gradient", NeurIPS 2021.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import Prices, lagrangian, sum_rows, sum_rows_into
from leohub.plan.bounds.point import Point
from leohub.plan.bounds.projection import project
from leohub.plan.bounds.scaled import Scaled
from leohub.plan.problem.instance import Instance
from leohub.plan.problem.rows import Rows

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

WEIGHT = 0.1
"""Steps in prices against steps in hubs, as a share of how long usual prices are against the hubs.

Balanced anew at every restart by how far each has come, as is usual, steps in prices become so
short that many times as many iterations are needed."""

STRETCH = 400
"""Iterations that a stretch lasts before it counts as long."""

ASTRAY = 2.0
"""Fractional hubs that break a row are worth less by this multiple of what its price says."""

NEARLY = 1e-3
"""They count at all only if they break it by less than this share of what they take from it."""


@dataclass(frozen=True)
class Bound:
    """A proven upper bound.

    Attributes
    ----------
    people : float
        No plan reaches more that keeps to the rows.
    prices : Prices
        What proves it.
    fractional_people : float
        What fractional hubs are known to reach: the relaxation proves no bound below this. With
        rows that they only nearly keep to, about that.
    iterations : int
    end : Point or None
        Where the search ended: another one goes on from there.
    """

    people: float
    prices: Prices
    fractional_people: float
    iterations: int
    end: Point | None = None


def find_bound(
    instance: Instance,
    *,
    tolerance: float,
    iterations: int,
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None] = lambda share: None,
    start: Prices | Point | None = None,
) -> Bound:
    """Search for prices that prove a small bound.

    Parameters
    ----------
    instance : Instance
    tolerance : float
        Stop when the bound is within this share of what the relaxation can prove [0..1].
    iterations : int
        Most iterations to make.
    time_is_up : callable
        Asked now and then whether to stop.
    tick : callable
        Told the share of the work that is done [0..1].
    start : Prices or Point, optional
        Where to start from: prices for another number of hubs, or where a search ended.
    """
    relaxation = _Relaxation(instance, start)
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

    def __init__(self, instance: Instance, start: Prices | Point | None) -> None:
        self.instance, self.rows = instance, Scaled(instance.rows)
        self.counted = instance.rows.counted
        per_cell = np.diff(instance.cell_start).astype(float)
        self.per_site = np.maximum(np.diff(instance.site_start) + self.rows.size_of_sites, 1e-9)
        self.per_group = per_cell + self.counted
        # From here on the prices of the rows are those of the scaled rows.
        hubs = max(float(_even_share(instance.rows).sum()), 1.0)
        usual = instance.need_people / np.maximum(1, per_cell * hubs / max(len(self.per_site), 1))
        self.weight = WEIGHT * max(float(np.linalg.norm(usual)), 1e-9) / hubs**0.5
        self.at = start.copy() if isinstance(start, Point) else self._start(start, usual)
        self.at.rows /= self.rows.scale
        self.income = self._income(self.at)
        self.threshold = 0.0
        self.done = 0
        self.best, self.best_prices = instance.reachable_people, Prices.none(instance)
        self.reached = 0.0
        self._begin_stretch(np.inf)

    def _start(self, given: Prices | None, usual: Floats) -> Point:
        """Return the same part of every site, and the usual prices unless some are given."""
        rows = self.instance.rows
        prices = Prices(usual, np.zeros(len(rows.limits))) if given is None else given
        return Point(
            x=_even_share(rows),
            z=np.zeros(len(usual) if len(rows.limits) else 0),
            groups=prices.groups.copy(),
            rows=prices.rows.copy(),
        )

    @property
    def gap(self) -> float:
        """Share by which the bound may still fall [0..1]."""
        return 1 - self.reached / self.best if self.best > 0 else 0.0

    def bound(self) -> Bound:
        """Return the best that was found."""
        end = replace(self.at, rows=self.at.rows * self.rows.scale)
        return Bound(self.best, self.best_prices, self.reached, self.done, end)

    def iterate(self, steps: int) -> None:
        """Make some steps and add up where they lead."""
        instance, at = self.instance, self.at
        reach = np.empty(len(at.groups))
        for _ in range(steps):
            length = STEP / (self.weight * self.per_site)
            before, at.x = at.x, np.empty_like(at.x)
            self.threshold = project(
                before + length * self.income,
                length,
                instance.rows.cost,
                instance.rows.room,
                self.threshold,
                at.x,
            )
            ahead = 2 * at.x - before
            sum_rows_into(instance.cell_start, instance.cell_sites, ahead, reach)
            fall = STEP * self.weight / self.per_group
            if len(self.rows.limits):
                self._step_along_rows(ahead, reach, fall)
            else:
                at.groups = np.clip(at.groups - fall * (reach - 1), 0, instance.need_people)
            self.income = self._income(at)
            self.sum.add(at)
        self.stretch += steps
        self.done += steps

    def _step_along_rows(self, ahead: Floats, reach: Floats, fall: Floats) -> None:
        """Move z, the prices of groups and those of the rows."""
        at, rows, counted = self.at, self.rows, self.counted
        need = self.instance.need_people
        worth = need + rows.of_groups @ at.rows
        length = STEP / (self.weight * (1 + rows.size_of_groups))
        before = at.z
        at.z = np.where(counted, np.clip(before + length * (worth - at.groups), 0, 1), 0.0)
        z_ahead = np.where(counted, 2 * at.z - before, 1.0)
        most = np.where(counted, np.inf, need)
        at.groups = np.clip(at.groups - fall * (reach - z_ahead), 0, most)
        z_ahead = np.where(counted, z_ahead, 0.0)
        excess = rows.sites @ ahead - rows.groups @ z_ahead - rows.limits
        at.rows = np.maximum(at.rows + STEP * self.weight / rows.size * excess, 0)

    def look(self) -> None:
        """Measure the gap here and at the average; keep the best; restart where it pays."""
        here = self._note(self.at)
        average = self.sum.over(self.stretch)
        there = self._note(average)
        gap = min(here, there)
        if self._should_restart(gap):
            if there < here:
                self.at, self.income = average, self._income(average)
            self._begin_stretch(gap)
        else:
            self.gap_before = gap

    def _income(self, at: Point) -> Floats:
        income = sum_rows(self.instance.site_start, self.instance.site_cells, at.groups)
        return income - self.rows.of_sites @ at.rows if len(at.rows) else income

    def _note(self, at: Point) -> float:
        """Keep prices and fractional hubs if they are the best; return their gap [people]."""
        instance = self.instance
        prices = Prices(at.groups, at.rows * self.rows.scale)
        bound = lagrangian(instance, prices)
        if bound < self.best:
            self.best = bound
            self.best_prices = Prices(prices.groups.copy(), prices.rows)
        reach = np.minimum(sum_rows(instance.cell_start, instance.cell_sites, at.x), 1)
        reached = float(instance.need_people @ reach)
        if len(at.rows):
            reached -= self._astray_people(at, reach)
        self.reached = min(max(self.reached, reached), self.best)
        return bound - reached

    def _astray_people(self, at: Point, reach: Floats) -> float:
        """Return what fractional hubs are worth less because they break rows."""
        rows = self.rows
        excess = rows.sites @ at.x - rows.groups @ reach - rows.limits
        size = rows.abs_sites @ at.x + rows.groups @ reach + np.abs(rows.limits)
        if np.any(excess > NEARLY * size):
            return np.inf
        return ASTRAY * float(np.maximum(excess, 0) @ at.rows)

    def _should_restart(self, gap: float) -> bool:
        if gap < ENOUGH * self.gap_at_restart:
            return True
        if gap < SOME * self.gap_at_restart and gap > self.gap_before:
            return True
        return self.stretch > max(STRETCH, LONG * self.done)

    def _begin_stretch(self, gap: float) -> None:
        self.sum = self.at.zeros()
        self.stretch, self.gap_at_restart, self.gap_before = 0, gap, np.inf


def _even_share(rows: Rows) -> Floats:
    """Return hubs to start from: the same part of each site, as much as there is room for."""
    whole = float(rows.cost.sum())
    return np.full(len(rows.cost), min(1.0, rows.room / whole) if whole > 0 else 1.0)
