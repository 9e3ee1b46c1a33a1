"""Better plans by simulated annealing: hubs move, sometimes for the worse, ever less often.

A move closes one hub and opens one site: most often a neighbour, a site that shares a group with
the hub, now and then any site. A move that loses `d` people is made with the chance exp(-d / T)
(Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671); the temperature T falls
geometrically. What counts is the best plan of the second half of a long walk, when it has left
the plan it came from: plans that differ are worth comparing. Every plan on the way keeps to the
rows of the instance. Where they limit more than the number of hubs, a move may also only open or
only close.

Most moves are hopeless, and are seen to be so without a look at their groups: what opening a site
adds and closing a hub loses is kept up to date, and what both have in common is at most what they
could share.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.instance import PARTS_PER_PERSON, Instance
from leohub.plan.random import random_below, random_share

HOT = 0.15
"""First temperature, as a share of what the least hub of a good plan adds."""

COLD = 0.01
"""Last temperature, likewise."""

ANYWHERE = 0.1
"""Chance that a hub moves anywhere instead of to a neighbour."""

LOOSE = 0.2
"""Chance that a hub is only opened or only closed, where hubs are not just counted."""

MOVES_AT_ONCE = 500_000
"""Moves between two looks at the clock."""


def anneal(
    instance: Instance,
    start: NDArray[np.bool_],
    *,
    worth_people: float,
    moves: int,
    random: NDArray[np.uint64],
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None],
) -> NDArray[np.bool_]:
    """Return the best plan of the second half of a walk from `start`; it may be worse than that.

    Parameters
    ----------
    instance : Instance
    start : ndarray of bool, shape (n,)
        The hubs to begin with.
    worth_people : float
        What one hub more is worth about [people]: the scale of the temperature.
    moves : int
        Moves to try.
    random : ndarray of uint64, shape (1,)
        State of the random stream; goes on from call to call.
    time_is_up : callable
        Asked now and then whether to stop.
    tick : callable
        Told the share of the moves that is done [0..1].

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    walk = _Walk(instance, start)
    first, cooling = worth_people * PARTS_PER_PERSON * HOT, COLD / HOT
    for done in range(0, moves, MOVES_AT_ONCE):
        if 2 * done <= moves:
            walk.forget()
        now = min(MOVES_AT_ONCE, moves - done)
        walk.go(now, first * cooling ** (done / moves), cooling ** (1 / moves), random)
        tick(done / moves)
        if time_is_up():
            break
    return walk.best()


class _Walk:
    """Where the walk is, what each move from there would change, and the best hubs so far.

    Attributes
    ----------
    serving, hubs_of : ndarray, shape (m,)
        How many hubs serve each group, and the sum of their numbers: where one does, which.
    change : ndarray of int64, shape (n,)
        What closing each hub would lose, and opening each other site add [1/1000 people].
    level : ndarray of int64, shape (2,)
        How far above the start the walk is, and was at best since it forgot [1/1000 people].
    """

    def __init__(self, instance: Instance, start: NDArray[np.bool_]) -> None:
        self.instance = instance
        sites, count = len(start), int(start.sum())
        self.near = neighbours(instance.serves, instance.weight)
        self.is_hub = np.zeros(sites, dtype=np.bool_)
        self.hubs = np.zeros(sites, dtype=np.int64)
        self.hubs[:count] = np.flatnonzero(start)
        self.best_hubs = self.hubs.copy()
        # How many hubs there are now, and were at best.
        self.count = np.array([count, count])
        self.serving = np.zeros(len(instance.need_people), dtype=np.int32)
        self.hubs_of = np.zeros(len(instance.need_people), dtype=np.int64)
        self.change = (instance.serves @ instance.weight).astype(np.int64)
        self.level = np.zeros(2, dtype=np.int64)
        for hub in self.hubs[:count]:
            _open(hub, self._layout, self._plan)

    @property
    def _layout(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        at = self.instance
        return (at.weight, at.site_start, at.site_cells, at.cell_start, at.cell_sites)

    @property
    def _plan(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return (self.is_hub, self.serving, self.hubs_of, self.change)

    def go(
        self, moves: int, temperature: float, cooling: float, random: NDArray[np.uint64]
    ) -> None:
        """Try some moves; the temperature falls by the factor `cooling` at each."""
        rows = self.instance.rows
        by_site, by_group, reached = rows.by_site, rows.by_group, self.serving > 0
        limits = (
            # Counted anew from time to time: rounding must not add up.
            rows.slack(self.is_hub, reached) + rows.allowance(self.is_hub, reached),
            (by_site.indptr, by_site.indices, by_site.data),
            (by_group.indptr, by_group.indices, by_group.data),
            np.unique(by_group.indices),
        )
        state = (self.hubs, self.best_hubs, self.count, self.level)
        chances = (ANYWHERE, 0.0 if rows.is_number else LOOSE)
        heat = (temperature, cooling)
        _try_moves(self._layout, self.near, limits, self._plan, state, moves, heat, chances, random)

    def forget(self) -> None:
        """Take the present plan for the best so far."""
        self.best_hubs[:] = self.hubs
        self.count[1] = self.count[0]
        self.level[1] = self.level[0]

    def best(self) -> NDArray[np.bool_]:
        """Return the best plan so far."""
        is_hub = np.zeros(len(self.is_hub), dtype=np.bool_)
        is_hub[self.best_hubs[: self.count[1]]] = True
        return is_hub


def neighbours(
    serves: csr_array, weight: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return, row by row, the sites that share a group with each site, and what they share.

    Parameters
    ----------
    serves : csr_array, shape (n, m)
        Site × group matrix of ones.
    weight : ndarray of int64, shape (m,)
        What each group is worth [1/1000 people].

    Returns
    -------
    starts, near : ndarray of int
        Neighbours of site `i`: ``near[starts[i]:starts[i + 1]]``.
    shared : ndarray of int64
        What the site and that neighbour both serve [1/1000 people].
    """
    weighed = csr_array((weight[serves.indices], serves.indices, serves.indptr), shape=serves.shape)
    shared = (weighed @ serves.T.astype(np.int64)).tocoo()
    other = shared.row != shared.col
    order = np.lexsort((shared.col[other], shared.row[other]))
    count = np.bincount(shared.row[other], minlength=serves.shape[0])
    starts = np.concatenate([[0], np.cumsum(count)])
    return starts, shared.col[other][order].astype(np.int32), shared.data[other][order]


compiled = numba.njit(cache=True, nogil=True)


@compiled
def _open(site, layout, plan):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    weight, site_start, site_cells, cell_start, cell_sites = layout
    is_hub, serving, hubs_of, change = plan
    alone = 0
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        if serving[cell] == 0:
            alone += weight[cell]
            for m in range(cell_start[cell], cell_start[cell + 1]):
                change[cell_sites[m]] -= weight[cell]
        elif serving[cell] == 1:
            change[hubs_of[cell]] -= weight[cell]
        serving[cell] += 1
        hubs_of[cell] += site
    is_hub[site] = True
    change[site] = alone


@compiled
def _close(site, layout, plan):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    weight, site_start, site_cells, cell_start, cell_sites = layout
    is_hub, serving, hubs_of, change = plan
    alone = 0
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        serving[cell] -= 1
        hubs_of[cell] -= site
        if serving[cell] == 0:
            alone += weight[cell]
            for m in range(cell_start[cell], cell_start[cell + 1]):
                change[cell_sites[m]] += weight[cell]
        elif serving[cell] == 1:
            change[hubs_of[cell]] += weight[cell]
    is_hub[site] = False
    change[site] = alone


@compiled
def _takes_over(site, hub, layout, plan):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return what a site would reach of those whom only the hub reaches."""
    weight, site_start, site_cells, _, _ = layout
    _, serving, hubs_of, _ = plan
    shared = 0
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        if serving[cell] == 1 and hubs_of[cell] == hub:
            shared += weight[cell]
    return shared


@compiled
def _draw_site(hub, sites, near, anywhere, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return a neighbour of a hub, now and then any site; and the most that both may share."""
    near_start, near_sites, shared = near
    neighbours = near_start[hub + 1] - near_start[hub]
    if neighbours == 0 or random_share(random) < anywhere:
        return random_below(random, sites), np.iinfo(np.int64).max
    place = near_start[hub] + random_below(random, neighbours)
    return np.int64(near_sites[place]), shared[place]


@compiled
def _count(site, sign, layout, limits, serving):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Count a site that is about to open (sign 1) or has just closed (-1) in what rows leave."""
    slack, (row_start, row, takes), (group_start, group_row, counts), _ = limits
    _, site_start, site_cells, _, _ = layout
    for k in range(row_start[site], row_start[site + 1]):
        slack[row[k]] -= sign * takes[k]
    if len(counts) == 0:
        return
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        if serving[cell] == 0:
            for m in range(group_start[cell], group_start[cell + 1]):
                slack[group_row[m]] += sign * counts[m]


@compiled
def _holds(site, limits):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether the rows that count a site, or people, are kept."""
    slack, (row_start, row, _), _, rows_of_people = limits
    for k in range(row_start[site], row_start[site + 1]):
        if slack[row[k]] < 0:
            return False
    return not np.any(slack[rows_of_people] < 0)


@compiled
def _move(hub, site, layout, limits, plan, limited):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Close a hub and open a site, -1 for none; tell whether the rows are kept, or undo it."""
    serving = plan[1]
    if hub >= 0:
        _close(hub, layout, plan)
        if limited:
            _count(hub, -1, layout, limits, serving)
    if site >= 0:
        if limited:
            _count(site, 1, layout, limits, serving)
        _open(site, layout, plan)
    if not limited or ((hub < 0 or _holds(hub, limits)) and (site < 0 or _holds(site, limits))):
        return True
    if site >= 0:
        _close(site, layout, plan)
        _count(site, -1, layout, limits, serving)
    if hub >= 0:
        _count(hub, 1, layout, limits, serving)
        _open(hub, layout, plan)
    return False


@compiled
def _try_moves(layout, near, limits, plan, state, moves, heat, chances, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    is_hub, _, _, change = plan
    hubs, best_hubs, count, level = state
    temperature, cooling = heat
    anywhere, loose = chances
    for _ in range(moves):
        temperature *= cooling
        closes, opens = count[0] > 0, True
        if loose > 0 and random_share(random) < loose:
            closes = count[0] > 0 and random_below(random, 2) == 0
            opens = not closes
        place, hub, site, gained = count[0], -1, -1, 0
        shared = 0
        if closes:
            place = random_below(random, count[0])
            hub = hubs[place]
            gained -= change[hub]
        if opens:
            if closes:
                site, shared = _draw_site(hub, len(is_hub), near, anywhere, random)
            else:
                site = random_below(random, len(is_hub))
            if is_hub[site]:
                continue
            gained += change[site]
        least = temperature * np.log(1.0 - random_share(random))
        if closes and opens:
            if gained + min(change[hub], shared) < least:
                continue
            gained += _takes_over(site, hub, layout, plan)
        if gained < least or not _move(hub, site, layout, limits, plan, loose > 0):
            continue
        if opens:
            hubs[place] = site
            count[0] += 0 if closes else 1
        else:
            count[0] -= 1
            hubs[place] = hubs[count[0]]
        level[0] += gained
        if level[0] > level[1]:
            level[1] = level[0]
            count[1] = count[0]
            best_hubs[: count[0]] = hubs[: count[0]]
