r"""A proof of how much hubs of limited capacity can serve: the Lagrangian bound.

Relax :math:`\sum_i y_{il} \le w_l` with multipliers that leave each person of group :math:`l`
worth :math:`v_l \in [0, 1]` to the hub that serves them, and the rows with rents
:math:`\mu \ge 0`. What is left falls apart by site: one terminal earns the fractional knapsack

.. math::

    r_i(Q) = \max \Big\{ \sum_{l \in N_i} v_l y_l : 0 \le y_l \le w_l, \sum_l y_l \le Q \Big\},

the dearest people first, and no plan serves more than

.. math::

    \sum_l w_l (1 - v_l) + \mu^T b + \sum_i \max\big(0,\; r_i(Q_i) - \mu^T A_i,\;
        r_i(Q_i + Q'_i) - \mu^T (A_i + A'_i)\big),

without the 0 for a site that must be a hub, and nothing for one that must not. *Every* `v` and
:math:`\mu` prove a bound. Without a limit to capacity it is the bound of
`leohub.plan.bounds.bound`, whose prices are :math:`w_l v_l`. The smallest is that of the linear
relaxation with :math:`y_{il} \le w_l x_i`, since the knapsack gives whole hubs (Geoffrion 1974,
"Lagrangean relaxation for integer programming", doi:10.1007/BFb0120690).
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import ROUNDING, fill
from leohub.plan.capacity.problem import Problem
from leohub.plan.problem.rows import Rows

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Incomes:
    """What hubs at each site earn at some prices, shape (n,) each [people].

    Attributes
    ----------
    first, both : ndarray
        With one terminal, with two.
    """

    first: Floats
    both: Floats


def find_incomes(problem: Problem, prices: Floats) -> Incomes:
    """Return what each site earns at prices, shape (m,), of whole groups [people]."""
    first, both = np.zeros(problem.sites), np.zeros(problem.sites)
    _fill_incomes(
        problem.site_start,
        problem.site_cells,
        problem.need_people,
        prices,
        problem.first_people,
        problem.both_people,
        first,
        both,
    )
    return Incomes(first, both)


def surplus_people(problem: Problem, incomes: Incomes, rents: Floats) -> Floats:
    """Return what each site is worth above its rent, shape (n,); below 0: better without it.

    -inf where there must be no hub.
    """
    cost = problem.rows.T @ rents
    second = problem.second_rows.T @ rents
    surplus = np.maximum(incomes.first, incomes.both - second) - cost
    surplus[problem.forbidden] = -np.inf
    return np.asarray(surplus)


def bound_of(problem: Problem, prices: Floats, incomes: Incomes, rents: Floats) -> float:
    """Return what prices and rents prove [people].

    Parameters
    ----------
    problem : Problem
    prices : ndarray, shape (m,)
        Of whole groups, from 0 to what each is worth [people].
    incomes : Incomes
        At these prices: `find_incomes`.
    rents : ndarray, shape (r,)
        Of the rows, not negative [people per unit].
    """
    surplus = surplus_people(problem, incomes, rents)
    kept = np.where(problem.required, surplus, np.maximum(surplus, 0.0)).sum()
    granted = float((problem.need_people - prices).sum())
    bound = granted + float(problem.limits @ rents) + float(kept)
    charged = float(np.abs(problem.limits) @ rents) + float(abs(problem.rows.T @ rents).sum())
    size = granted + charged + float(incomes.both.sum())
    everyone = float(problem.need_people.sum()) * (1 + ROUNDING)
    return max(0.0, min(bound + ROUNDING * size, everyone))


def best_rents(problem: Problem, incomes: Incomes, rents: Floats) -> Floats:
    """Return rents with that of the size put right, if there is one: none proves a smaller bound.

    What is left of the size is a knapsack of first and second terminals, the last one in part. A
    second terminal that is worth more for its cost than the first is one thing with it (Sinha &
    Zoltners 1979, "The multiple-choice knapsack problem", doi:10.1287/opre.27.3.503).
    """
    if not problem.sized:
        return rents
    others = np.concatenate([[0.0], rents[1:]])
    first = incomes.first - problem.rows.T @ others
    second = incomes.both - incomes.first - problem.second_rows.T @ others
    cost, extra = (rows[[0]].toarray().ravel() for rows in (problem.rows, problem.second_rows))
    must = problem.required
    together = ~must & (second > 0) & ((first < 0) | (second * cost > first * extra))
    value = np.concatenate([first + together * second, ~together * second])
    takes = np.concatenate([cost + together * extra, ~together * extra])
    free = np.concatenate([~must & ~problem.forbidden, ~problem.forbidden])
    room = max(0.0, float(problem.limits[0] - cost[must].sum()))
    others[0] = fill(value[free], Rows.size(takes[free], room)).low
    return others


@numba.njit(cache=True, nogil=True)
def _fill_incomes(start, cells, need, prices, first_people, both_people, first, both):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for site in range(len(start) - 1):
        begin, end = start[site], start[site + 1]
        room, more = first_people[site], both_people[site] - first_people[site]
        total, people = 0.0, 0.0
        for k in range(begin, end):
            total += prices[cells[k]]
            people += need[cells[k]]
        if room >= people * (1 - 1e-12):
            first[site] = both[site] = total
            continue
        share = np.empty(end - begin)
        for k in range(begin, end):
            share[k - begin] = -prices[cells[k]] / need[cells[k]]
        paid = 0.0
        one_is_full = False
        for k in np.argsort(share):
            each, left = -share[k], need[cells[begin + k]]
            if not one_is_full:
                taken = min(left, room)
                paid += each * taken
                room -= taken
                left -= taken
                if room <= 0.0:
                    first[site], one_is_full = paid, True
            if one_is_full:
                taken = min(left, more)
                paid += each * taken
                more -= taken
                if more <= 0.0:
                    break
        if not one_is_full:
            first[site] = paid
        both[site] = paid
