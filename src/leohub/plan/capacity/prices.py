r"""Prices and rents that prove a small bound: the linear relaxation, by a first-order method.

The relaxation of `leohub.plan.capacity.problem` with its dual variables is a saddle point of boxes:
shares :math:`x, t, u \in [0, 1]` of hubs, second terminals and groups' people at a hub, against
prices of groups, of :math:`u_{il} \le x_i`, of each hub's room, and rents of the rows. As in
`leohub.plan.prices` the primal-dual hybrid gradient method, averaged and restarted, finds it, and
the first row is projected onto. A hub with room for everyone around it needs no `u`: its share of
each group is its `x`.

Whatever prices of groups it finds, the bound is counted exactly by `leohub.plan.capacity.bound`:
there each hub picks its dearest people.

Sources: as for `leohub.plan.prices`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.bound import sum_rows
from leohub.plan.capacity.bound import best_first_rent, bound_of, find_incomes
from leohub.plan.capacity.problem import Problem

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
    opening : ndarray, shape (n,)
        Hubs in fractions, about the best of the relaxation [0..1].
    iterations : int
    """

    people: float
    prices: Floats
    rents: Floats
    opening: Floats
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
    """State of the method: where it is, the stretch since the last restart, the best so far."""

    def __init__(self, problem: Problem, start: Floats, start_rents: Floats) -> None:
        self.problem = problem
        need, sites = problem.need_people, problem.sites
        length = np.diff(problem.site_start)
        around = sum_rows(problem.site_start, problem.site_cells, need)
        self.tight = problem.first_people < around * ROOMY
        size = np.maximum(problem.first_people, 1e-9)
        self.more = np.where(self.tight, (problem.both_people - problem.first_people) / size, 0.0)
        self.size = size
        # The first row is projected onto if it only adds up; every other row has a rent.
        first = problem.rows[[0]] if len(problem.limits) else None
        self.projects = first is not None and (not first.nnz or first.data.min() >= 0)
        self.rows = _Rows(problem, 1 if self.projects else 0)
        one = np.zeros(sites)
        self.first_row = first.toarray()[0] if first is not None and self.projects else one
        self.second_row = problem.second_rows[[0]].toarray()[0] if self.projects else one
        self.low = problem.required.astype(float)
        self.high = (~problem.forbidden).astype(float)
        counted = self.rows.per_site
        self.step_x = 1 / np.maximum(1.0, length + self.tight + counted + (self.more > 0))
        self.step_t = 1 / np.maximum(1e-6, self.more + 1 + self.rows.per_second)
        of_cell = np.bincount(problem.site_cells, minlength=len(need))
        self.step_cell = 1 / np.maximum(1, of_cell)
        room = around / size
        self.step_room = 1 / (1 + self.more + np.where(self.tight, room, 0.0))
        self._begin(start, start_rents)

    def _begin(self, start: Floats, start_rents: Floats) -> None:
        problem = self.problem
        need = problem.need_people
        self.prices = np.clip(start, 0, need)
        incomes = find_incomes(problem, self.prices)
        self.rows.begin(start_rents)
        self.rents = start_rents
        if self.projects:
            self.rents = best_first_rent(problem, incomes, start_rents)
        self.best = bound_of(problem, self.prices, incomes, self.rents)
        self.best_prices, self.best_rents = self.prices.copy(), self.rents.copy()
        pays = incomes.first - self.first_row * (self.rents[0] if len(self.rents) else 0.0) > 0
        self.x = np.clip(pays.astype(float), self.low, self.high)
        self.t = np.zeros(problem.sites)
        self.u, self.v = np.zeros((2, len(problem.site_cells)))
        self.q = np.zeros(problem.sites)
        _fill_rooms(
            (problem.site_start, problem.site_cells, need, self.tight),
            problem.first_people,
            self.prices,
            self.x,
            (self.u, self.v, self.q),
        )
        self.z = np.zeros(problem.sites)
        self.threshold = 0.0
        hubs = max(1.0, float(self.x.sum()))
        usual = need * np.minimum(1.0, problem.sites * self.step_cell / hubs)
        self.weight = float(np.linalg.norm(usual)) / hubs**0.5
        self.best_x = self.x
        self.done = self.idle = self.stretch = 0
        self._begin_stretch()

    def bound(self) -> Bound:
        """Return the best that was found."""
        return Bound(self.best, self.best_prices, self.best_rents, self.best_x, self.done)

    def iterate(self, steps: int) -> None:
        """Make some steps and add up where they lead."""
        problem = self.problem
        layout = (problem.site_start, problem.site_cells, problem.need_people, self.tight)
        room = (self.size, self.more)
        for _ in range(steps):
            pull_x, pull_t, ahead_u = _climb(
                layout,
                room,
                (self.prices, self.v, self.q, self.z),
                self.u,
                0.5 * STEP / self.weight,
            )
            rent_x, rent_t = self.rows.rents_of(self.rows.rents)
            length_x, length_t = (STEP / self.weight * step for step in (self.step_x, self.step_t))
            y_x = self.x + length_x * (pull_x - rent_x)
            y_t = self.t + length_t * (pull_t - rent_t)
            x, t = self._project(y_x, y_t, length_x, length_t)
            ahead_x, ahead_t = 2 * x - self.x, 2 * t - self.t
            self.x, self.t = x, t
            _fall(
                layout,
                room,
                (self.prices, self.v, self.q, self.z),
                (ahead_x, ahead_t, ahead_u),
                (self.step_cell, self.step_room),
                STEP * self.weight,
            )
            self.rows.move(ahead_x, ahead_t, STEP * self.weight)
            self.sum_x += x
            self.sum_prices += self.prices
            self.sum_rents += self.rows.rents
            for total, now in zip(self.sums, (self.t, self.u, self.v, self.q, self.z), strict=True):
                total += now
        self.stretch += steps
        self.done += steps

    def look(self, tolerance: float) -> None:
        """Measure the bound here and at the average; keep the best; restart where it pays."""
        before = self.best
        here = self._note(self.x, self.prices, self.rows.rents)
        share = 1 / self.stretch
        average = self._note(self.sum_x * share, self.sum_prices * share, self.sum_rents * share)
        progress = before - self.best > PROGRESS * tolerance * before
        self.idle = 0 if progress else self.idle + 1
        if self.stretch > max(STRETCH, LONG * self.done):
            if average < here:
                self._go_to_average()
            self._balance()
            self._begin_stretch()

    def _note(self, x: Floats, prices: Floats, rents: Floats) -> float:
        incomes = find_incomes(self.problem, prices)
        all_rents = self.rows.all_rents(rents)
        if self.projects:
            all_rents = best_first_rent(self.problem, incomes, all_rents)
        bound = bound_of(self.problem, prices, incomes, all_rents)
        if bound < self.best:
            self.best, self.best_prices, self.best_rents = bound, prices.copy(), all_rents
            self.best_x = x.copy()
        return bound

    def _project(
        self, y_x: Floats, y_t: Floats, length_x: Floats, length_t: Floats
    ) -> tuple[Floats, Floats]:
        """Return the nearest hubs and second terminals that keep to the first row."""
        top = (self.more > 0) * self.high
        y = np.concatenate([y_x, y_t])
        low = np.concatenate([self.low, np.zeros_like(top)])
        high = np.concatenate([self.high, top])
        if not self.projects:
            both = np.clip(y, low, high)
        else:
            row = np.concatenate([self.first_row, self.second_row])
            length = np.concatenate([length_x, length_t]) * row
            both, self.threshold = _nearest(
                y, low, high, row, length, float(self.problem.limits[0]), self.threshold
            )
        return both[: len(y_x)], both[len(y_x) :]

    def _go_to_average(self) -> None:
        share = 1 / self.stretch
        self.x, self.prices = self.sum_x * share, self.sum_prices * share
        self.rows.rents = self.sum_rents * share
        self.t, self.u, self.v, self.q, self.z = (total * share for total in self.sums)

    def _balance(self) -> None:
        """Weigh steps in prices against steps in hubs by how far each has come."""
        of_x = float(np.sqrt(((self.x - self.first_x) ** 2 / self.step_x).sum()))
        of_prices = float(np.sqrt(((self.prices - self.first_prices) ** 2 / self.step_cell).sum()))
        if of_x > 1e-12 and of_prices > 1e-12:
            self.weight = (of_prices / of_x) ** 0.5 * self.weight**0.5

    def _begin_stretch(self) -> None:
        self.first_x, self.first_prices = self.x.copy(), self.prices.copy()
        self.sum_x, self.sum_prices = np.zeros_like(self.x), np.zeros_like(self.prices)
        self.sum_rents = np.zeros_like(self.rows.rents)
        self.sums = [np.zeros_like(each) for each in (self.t, self.u, self.v, self.q, self.z)]
        self.stretch = 0


class _Rows:
    """The rows whose rents are found by steps, each divided by its largest coefficient."""

    def __init__(self, problem: Problem, first: int) -> None:
        self.first = first
        rows, second = problem.rows[first:], problem.second_rows[first:]
        largest = np.maximum(_largest(rows), _largest(second))
        self.scale = 1 / np.where(largest > 0, largest, 1.0)
        self.limits = problem.limits[first:] * self.scale
        self.of_hubs = csr_array(rows.multiply(self.scale[:, np.newaxis]))
        self.of_seconds = csr_array(second.multiply(self.scale[:, np.newaxis]))
        self.hubs_turned = csr_array(self.of_hubs.T)
        self.seconds_turned = csr_array(self.of_seconds.T)
        self.per_site = np.asarray(abs(self.of_hubs).sum(axis=0)).ravel()
        self.per_second = np.asarray(abs(self.of_seconds).sum(axis=0)).ravel()
        per_row = abs(self.of_hubs).sum(axis=1) + abs(self.of_seconds).sum(axis=1)
        self.step = 1 / np.maximum(np.asarray(per_row).ravel(), 1.0)
        self.rents = np.zeros(len(self.limits))

    def begin(self, rents: Floats) -> None:
        """Begin at rents of all rows as they stand in the problem."""
        self.rents = rents[self.first :] / self.scale

    def rents_of(self, rents: Floats) -> tuple[Floats, Floats]:
        """Return the rents of a hub and of a second terminal at each site."""
        return self.hubs_turned @ rents, self.seconds_turned @ rents

    def move(self, x: Floats, t: Floats, length: float) -> None:
        """Raise the rents of rows that are overdone, lower those of the others."""
        if len(self.limits):
            used = self.of_hubs @ x + self.of_seconds @ t
            self.rents = np.maximum(0, self.rents + length * self.step * (used - self.limits))

    def all_rents(self, rents: Floats) -> Floats:
        """Return the rents of all rows as they stand in the problem; of the first: 0."""
        return np.concatenate([np.zeros(self.first), rents * self.scale])


def _largest(rows: csr_array) -> Floats:
    if not rows.nnz:
        return np.zeros(rows.shape[0])
    return np.asarray(abs(rows).max(axis=1).toarray()).ravel()


@numba.njit(cache=True, nogil=True)
def _fill_rooms(layout, room, prices, x, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill in the shares and prices of hubs without room for all, the best at given prices."""
    start, cells, need, tight = layout
    u, v, q = found
    for site in range(len(start) - 1):
        if not tight[site]:
            continue
        begin, end = start[site], start[site + 1]
        share = np.empty(end - begin)
        for k in range(begin, end):
            share[k - begin] = -prices[cells[k]] / need[cells[k]]
        left, least = room[site], 0.0
        for k in np.argsort(share):
            taken = min(need[cells[begin + k]], left)
            u[begin + k] = x[site] * taken / need[cells[begin + k]]
            left -= taken
            if left <= 0.0:
                least = -share[k]
                break
        q[site] = least * room[site]
        for k in range(begin, end):
            v[k] = max(0.0, prices[cells[k]] - least * need[cells[k]])


@numba.njit(cache=True, nogil=True)
def _climb(layout, room, duals, u, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move the shares of groups; return the pull on hubs and seconds, and where shares go."""
    start, cells, need, tight = layout
    size, more = room
    prices, v, q, z = duals
    sites = len(start) - 1
    pull_x, pull_t, ahead = np.zeros(sites), np.zeros(sites), np.empty(len(cells))
    for site in range(sites):
        total = 0.0
        if tight[site]:
            each = q[site] / size[site]
            for k in range(start[site], start[site + 1]):
                cell = cells[k]
                total += v[k]
                column = 2.0 + need[cell] / size[site]
                step = 2.0 * length / column
                new = u[k] + step * (prices[cell] - v[k] - each * need[cell])
                new = min(1.0, max(0.0, new))
                ahead[k] = 2.0 * new - u[k]
                u[k] = new
            total += q[site] + z[site]
            pull_t[site] = more[site] * q[site] - z[site]
        else:
            for k in range(start[site], start[site + 1]):
                total += prices[cells[k]]
        pull_x[site] = total
    return pull_x, pull_t, ahead


@numba.njit(cache=True, nogil=True)
def _fall(layout, room, duals, ahead, steps, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move all prices against what hubs, seconds and shares ask for."""
    start, cells, need, tight = layout
    size, more = room
    prices, v, q, z = duals
    x, t, u = ahead
    step_cell, step_room = steps
    reach = np.full(len(need), -1.0)
    for site in range(len(start) - 1):
        if not tight[site]:
            if x[site] != 0.0:
                for k in range(start[site], start[site + 1]):
                    reach[cells[k]] += x[site]
            continue
        served = 0.0
        for k in range(start[site], start[site + 1]):
            cell = cells[k]
            reach[cell] += u[k]
            served += u[k] * need[cell]
            v[k] = min(need[cell], max(0.0, v[k] - 0.5 * length * (x[site] - u[k])))
        spare = x[site] + more[site] * t[site] - served / size[site]
        q[site] = max(0.0, q[site] - length * step_room[site] * spare)
        if more[site] > 0:
            z[site] = max(0.0, z[site] - 0.5 * length * (x[site] - t[site]))
    for cell in range(len(need)):
        new = prices[cell] - length * step_cell[cell] * reach[cell]
        prices[cell] = min(need[cell], max(0.0, new))


@numba.njit(cache=True, nogil=True)
def _nearest(y, low, high, row, length, most, guess):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the nearest point in a box with row · x ≤ most, and the multiplier of that row.

    That is clip(y - length * t) for the smallest t ≥ 0 whose sum fits: by Newton in a bracket.
    """
    total, bottom, top = 0.0, 0.0, 0.0
    for i in range(len(y)):
        total += row[i] * min(high[i], max(low[i], y[i]))
        if length[i] > 0:
            top = max(top, (y[i] - low[i]) / length[i])
    t = 0.0
    if total > most:
        t = guess if bottom < guess < top else 0.5 * top
        for _ in range(200):
            total, slope = 0.0, 0.0
            for i in range(len(y)):
                value = y[i] - length[i] * t
                if value >= high[i]:
                    total += row[i] * high[i]
                elif value > low[i]:
                    total += row[i] * value
                    slope += row[i] * length[i]
                else:
                    total += row[i] * low[i]
            if abs(total - most) <= 1e-11 * abs(most):
                break
            if total > most:
                bottom = t
            else:
                top = t
            step = t + (total - most) / slope if slope > 0 else bottom
            t = step if bottom < step < top else 0.5 * (bottom + top)
    x = np.empty_like(y)
    for i in range(len(y)):
        x[i] = min(high[i], max(low[i], y[i] - length[i] * t))
    return x, t
