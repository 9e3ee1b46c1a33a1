r"""Prices and rents that prove a small bound: the linear relaxation, by a first-order method.

The relaxation of `leohub.plan.capacity.problem` with its dual variables is a saddle point of boxes:
shares :math:`x, t, u \in [0, 1]` of hubs, second terminals and groups' people at a hub, against
prices of groups, of :math:`u_{il} \le x_i`, of each hub's room, and rents of the rows. As in
`leohub.plan.bounds.prices` the primal-dual hybrid gradient method, averaged and restarted, finds
it, and the first row is projected onto. A hub with room for everyone around it needs no `u`: its
share of each group is its `x`.

Whatever prices of groups it finds, the bound is counted exactly by `leohub.plan.capacity.bound`:
there each hub picks its dearest people. The steps are those of `leohub.plan.capacity.steps`.

Sources: as for `leohub.plan.bounds.prices`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from leohub.plan.bounds.bound import sum_rows
from leohub.plan.bounds.projection import project
from leohub.plan.bounds.scaled import Scaled
from leohub.plan.capacity.bound import best_rents, bound_of, find_incomes
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.steps import climb, fall, fill_rooms
from leohub.plan.problem.rows import Rows

Floats = NDArray[np.float64]

STEP = 0.99
LOOK_EVERY = 60
"""Iterations between two looks at the bound."""

ROOMY = 1 - 1e-12
"""A hub with room for this share of the people around it has room for all."""

STRETCH, LONG = 400, 0.36
"""A stretch of more iterations than both, the latter as a share of all, ends with a restart."""

STALE = 10
"""Looks in a row without progress after which the search ends."""

PROGRESS = 0.1
"""A look is progress if it takes this share of the tolerance off the bound."""


@dataclass(frozen=True)
class Bound:
    """A proven upper bound.

    Attributes
    ----------
    people : float
        No plan serves more.
    prices : ndarray, shape (m,)
        Of groups [people].
    rents : ndarray, shape (r,)
        Of the rows [people per unit].
    iterations : int
    """

    people: float
    prices: Floats
    rents: Floats
    iterations: int


def find_bound(
    problem: Problem,
    *,
    start: Floats,
    start_rents: Floats,
    enough_people: float,
    tolerance: float,
    iterations: int,
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None] = lambda share: None,
) -> Bound:
    """Search for prices and rents that prove a small bound.

    Parameters
    ----------
    problem : Problem
    start : ndarray, shape (m,)
        Prices to start from, such as those of the problem without capacities [people].
    start_rents : ndarray, shape (r,)
        Likewise of the rows.
    enough_people : float
        A bound not above this is small enough.
    tolerance : float
        Stop where the bound no longer falls by this share [0..1].
    iterations : int
        Most iterations to make.
    time_is_up : callable
        Asked now and then whether to stop.
    tick : callable
        Told the share of the work that is done [0..1].
    """
    relaxation = _Relaxation(problem, start, start_rents)
    for done in range(0, iterations, LOOK_EVERY):
        if relaxation.best <= enough_people or time_is_up():
            break
        relaxation.iterate(LOOK_EVERY)
        relaxation.look(tolerance)
        if relaxation.idle >= 2 * STALE:
            break
        tick(done / iterations)
    tick(1.0)
    return relaxation.bound()


class _Relaxation:
    """State of the method: where it is, the stretch since the last restart, the best so far.

    `x` are hubs and then second terminals, shape (2 n,); `u` the shares of groups at hubs without
    room for all; `v`, `q` and `z` the prices of u ≤ x, of the room, and of t ≤ x.
    """

    def __init__(self, problem: Problem, start: Floats, start_rents: Floats) -> None:
        self.problem, need = problem, problem.need_people
        around = sum_rows(problem.site_start, problem.site_cells, need)
        self.tight = problem.first_people < around * ROOMY
        self.size = np.maximum(problem.first_people, 1e-9)
        more = (problem.both_people - problem.first_people) / self.size
        self.more = np.where(self.tight, more, 0.0)
        self.layout = (problem.site_start, problem.site_cells, need, self.tight)
        # The size is projected onto; every other row has a rent.
        rows = csr_array(hstack([problem.rows, problem.second_rows], format="csr"))
        first = int(problem.sized)
        self.cost = rows[[0]].toarray().ravel() if first else np.zeros(2 * problem.sites)
        none = csr_array((len(problem.limits) - first, 0))
        self.rows = Scaled(Rows(self.cost, 0.0, rows[first:], none, problem.limits[first:]))
        self.low = np.concatenate([problem.required, np.zeros(problem.sites)])
        high = np.concatenate([~problem.forbidden, ~problem.forbidden & (self.more > 0)])
        self.free = np.flatnonzero(high > self.low)
        self.room = float(problem.limits[0] - self.cost @ self.low) if first else 0.0
        self._set_steps(around)
        self._begin(start, start_rents)

    def _set_steps(self, around: Floats) -> None:
        problem, counted = self.problem, self.rows.size_of_sites
        shares = np.diff(problem.site_start) + self.tight + (self.more > 0)
        terms = np.concatenate([np.maximum(1.0, shares), np.maximum(1e-6, self.more + 1)])
        self.step_x = 1 / (terms + counted)
        of_cell = np.bincount(problem.site_cells, minlength=len(problem.need_people))
        self.step_cell = 1 / np.maximum(1, of_cell)
        self.step_room = 1 / (1 + self.more + np.where(self.tight, around / self.size, 0.0))

    def _begin(self, start: Floats, start_rents: Floats) -> None:
        problem, need = self.problem, self.problem.need_people
        self.prices = np.clip(start, 0, need)
        self.rents = start_rents[int(problem.sized) :] / self.rows.scale
        self.best = np.inf
        self._note(self.prices, self.rents)
        incomes = find_incomes(problem, self.prices)
        rent = self.best_rents[0] if problem.sized else 0.0
        self.x = self.low.copy()
        pays = incomes.first > rent * self.cost[: problem.sites]
        self.x[self.free] = np.concatenate([pays, np.zeros(problem.sites)])[self.free]
        self.u, self.v = np.zeros((2, len(problem.site_cells)))
        self.q, self.z = np.zeros((2, problem.sites))
        fill_rooms(self.layout, self.size, self.prices, self.x, (self.u, self.v, self.q))
        self.threshold = 0.0
        hubs = max(1.0, float(self.x.sum()))
        usual = need * np.minimum(1.0, problem.sites * self.step_cell / hubs)
        self.weight = float(np.linalg.norm(usual)) / hubs**0.5
        self.done = self.idle = 0
        self._begin_stretch()

    def bound(self) -> Bound:
        """Return the best that was found."""
        return Bound(self.best, self.best_prices, self.best_rents, self.done)

    def iterate(self, steps: int) -> None:
        """Make some steps and add up where they lead."""
        room = (self.size, self.more)
        for _ in range(steps):
            duals = (self.prices, self.v, self.q, self.z)
            pull, ahead_u = climb(self.layout, room, duals, self.u, 0.5 * STEP / self.weight)
            length = STEP / self.weight * self.step_x
            before, pulled = self.x, pull - self.rows.of_sites @ self.rents
            self.x = self._project(before + length * pulled, length)
            ahead = 2 * self.x - before
            steps_of = (self.step_cell, self.step_room)
            fall(self.layout, room, duals, (ahead, ahead_u), steps_of, STEP * self.weight)
            excess = self.rows.sites @ ahead - self.rows.limits
            self.rents = np.maximum(self.rents + STEP * self.weight / self.rows.size * excess, 0)
            for total, now in zip(self.sums, self._parts(), strict=True):
                total += now
        self.stretch += steps
        self.done += steps

    def look(self, tolerance: float) -> None:
        """Measure the bound here and at the average; keep the best; restart where it pays."""
        before = self.best
        here = self._note(self.prices, self.rents)
        averages = [total / self.stretch for total in self.sums]
        there = self._note(averages[1], averages[2])
        progress = before - self.best > PROGRESS * tolerance * before
        self.idle = 0 if progress else self.idle + 1
        if self.stretch > max(STRETCH, LONG * self.done):
            if there < here:
                self.x, self.prices, self.rents, self.u, self.v, self.q, self.z = averages
            self._balance()
            self._begin_stretch()

    def _note(self, prices: Floats, rents: Floats) -> float:
        """Keep prices and rents if they prove the smallest bound; return what they prove."""
        problem = self.problem
        incomes = find_incomes(problem, prices)
        known = np.concatenate([np.zeros(int(problem.sized)), rents * self.rows.scale])
        all_rents = best_rents(problem, incomes, known)
        bound = bound_of(problem, prices, incomes, all_rents)
        if bound < self.best:
            self.best, self.best_prices, self.best_rents = bound, prices.copy(), all_rents
        return bound

    def _project(self, y: Floats, length: Floats) -> Floats:
        """Return the nearest hubs and second terminals that keep to the size."""
        x, free = self.low.copy(), self.free
        if not self.problem.sized:
            x[free] = np.clip(y[free], 0, 1)
            return x
        nearest = np.empty(len(free))
        self.threshold = project(
            y[free], length[free], self.cost[free], self.room, self.threshold, nearest
        )
        x[free] = nearest
        return x

    def _balance(self) -> None:
        """Weigh steps in prices against steps in hubs by how far each has come."""
        of_x = float(np.sqrt(((self.x - self.first_x) ** 2 / self.step_x).sum()))
        of_prices = float(np.sqrt(((self.prices - self.first_prices) ** 2 / self.step_cell).sum()))
        if of_x > 1e-12 and of_prices > 1e-12:
            self.weight = (of_prices / of_x) ** 0.5 * self.weight**0.5

    def _begin_stretch(self) -> None:
        self.first_x, self.first_prices = self.x.copy(), self.prices.copy()
        self.sums = [np.zeros_like(part) for part in self._parts()]
        self.stretch = 0

    def _parts(self) -> tuple[Floats, ...]:
        return self.x, self.prices, self.rents, self.u, self.v, self.q, self.z
