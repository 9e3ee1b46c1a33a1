r"""A proof of how good any plan can be: the Lagrangian bound.

For any prices :math:`\lambda_j \ge 0`, paid to every hub that serves cell :math:`j`,

.. math::

    L(\lambda, K) = \sum_j \max(0, w_j - \lambda_j)
        + \max_{|S| = K} \sum_{i \in S} \sum_{j : i \in N_j} \lambda_j

is at least what any `K` hubs reach: relax :math:`z_j \le \sum_{i \in N_j} x_i` with multipliers
:math:`\lambda_j`; the rest falls apart by cell and by site, and the best `S` is the `K` sites with
the largest income. So *every* price vector proves a bound, however it was found; a subgradient
method (Held, Wolfe & Crowder 1974, with the deflected direction of Camerini, Fratta & Maffioli
1975) looks for prices that prove a small one.

Sources: M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization", Mathematical
Programming 6 (1974); P. M. Camerini, L. Fratta, F. Maffioli, "On improving relaxation methods by
modified gradient techniques", Mathematical Programming Study 3 (1975).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.instance import Instance

Floats = NDArray[np.float64]

FIRST_STEP = 1.0
PATIENCE = 15
"""Iterations without a better bound after which the step is halved."""

SMALLEST_STEP = 1e-3
ROUNDING = 1e-12
"""Relative allowance for the rounding of floating-point sums, added to every bound."""


@dataclass(frozen=True)
class Bound:
    """A proven upper bound.

    Attributes
    ----------
    people : float
        No `K` hubs reach more.
    prices : ndarray, shape (m,)
        The multipliers that prove it [people], one per cell of the instance.
    iterations : int
    """

    people: float
    prices: Floats
    iterations: int


def lagrangian(instance: Instance, prices: Floats, hubs: NDArray[np.int64]) -> Floats:
    """Return the bound that prices prove, for each number of hubs.

    Parameters
    ----------
    instance : Instance
    prices : ndarray, shape (m,)
        Not negative [people].
    hubs : ndarray of int, shape (h,)
        Numbers of hubs.

    Returns
    -------
    ndarray, shape (h,)
        Upper bounds [people].

    Raises
    ------
    ValueError
        If a price is negative: it proves nothing.
    """
    if np.any(prices < 0):
        raise ValueError("prices must not be negative")
    need = instance.need_people
    income = np.sort(_income(instance, prices))[::-1]
    richest = np.concatenate([[0.0], np.cumsum(income)])
    bounds = np.maximum(need - prices, 0).sum() + richest[np.minimum(hubs, len(income))]
    allowance = 1 + ROUNDING
    return np.asarray(np.minimum(bounds, need.sum()) * allowance, dtype=np.float64)


def find_bound(
    instance: Instance,
    hubs: int,
    reached_people: float,
    *,
    gap: float,
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
    reached_people : float
        What a known plan reaches: the target of the step length.
    gap : float
        Stop when the bound is within this share of `reached_people` [0..1].
    iterations : int
        Most iterations to make.
    time_is_up : callable
        Asked after every iteration whether to stop.
    tick : callable
        Told the share of the work that is done [0..1].
    start : ndarray, shape (m,), optional
        Prices to start from, e.g. those for another number of hubs.
    """
    need = instance.need_people
    if start is None:
        start = need / np.maximum(1, np.diff(instance.cell_start) * hubs / len(instance.sites))
    prices = start
    best, best_prices = float(need.sum()) * (1 + ROUNDING), need.copy()
    step, since_better = FIRST_STEP, 0
    direction = np.zeros_like(need)
    done = 0
    for done in range(1, iterations + 1):
        income = _income(instance, prices)
        chosen = _richest(income, hubs)
        value = (need - prices).sum() + income[chosen].sum()
        since_better += 1
        if value * (1 + ROUNDING) < best:
            best, best_prices, since_better = value * (1 + ROUNDING), prices.copy(), 0
        if best <= reached_people * (1 + gap) or step < SMALLEST_STEP:
            break
        if time_is_up():
            break
        if since_better >= PATIENCE:
            step, since_better, prices = step / 2, 0, best_prices.copy()
            direction[:] = 0
            continue
        gradient = _hubs_serving(instance, chosen) - 1.0
        # At its limits a price cannot follow the gradient: what points outside is not a direction.
        gradient[(prices <= 0) & (gradient > 0)] = 0
        gradient[(prices >= need) & (gradient < 0)] = 0
        direction = _deflect(gradient, direction)
        length = float(direction @ direction)
        if length == 0:
            break
        prices = np.clip(prices - step * (value - reached_people) / length * direction, 0, need)
        tick(done / iterations)
    tick(1.0)
    return Bound(people=best, prices=best_prices, iterations=done)


def _income(instance: Instance, prices: Floats) -> Floats:
    """Return what each site would be paid [people], shape (n,)."""
    return np.asarray(_sum_by_site(instance.site_start, instance.site_cells, prices))


def _hubs_serving(instance: Instance, hubs: NDArray[np.intp]) -> Floats:
    """Return how many of the hubs serve each cell, shape (m,)."""
    count = np.zeros(len(instance.need_people))
    _count_by_cell(instance.site_start, instance.site_cells, hubs, count)
    return count


@numba.njit(cache=True, nogil=True)
def _sum_by_site(site_start, site_cells, prices):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    income = np.zeros(len(site_start) - 1)
    for site in range(len(income)):
        for k in range(site_start[site], site_start[site + 1]):
            income[site] += prices[site_cells[k]]
    return income


@numba.njit(cache=True, nogil=True)
def _count_by_cell(site_start, site_cells, hubs, count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for site in hubs:
        for k in range(site_start[site], site_start[site + 1]):
            count[site_cells[k]] += 1


def _richest(income: Floats, hubs: int) -> NDArray[np.intp]:
    if hubs >= len(income):
        return np.arange(len(income))
    return np.argpartition(income, len(income) - hubs)[len(income) - hubs :]


def _deflect(gradient: Floats, before: Floats) -> Floats:
    """Keep part of the last direction where it opposes the gradient (Camerini et al. 1975)."""
    against = float(gradient @ before)
    if against >= 0:
        return gradient
    return gradient - 1.5 * against / float(before @ before) * before
