"""Better plans by simulated annealing: hubs move, sometimes for the worse, ever less often.

A move closes one hub and opens one site: most often a neighbour, a site that shares a cell with
the hub, now and then any site. A move that loses `d` people is made with the chance exp(-d / T)
(Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671); the temperature T falls
geometrically. What counts is the best plan of the second half, when the walk has left the plan it
came from: plans that differ are worth comparing. Every plan on the way keeps to the rows of the
instance. Where they limit more than the number of hubs, a move may also only open or only close.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.instance import Instance
from leohub.plan.random import random_below, random_share

HOT = 0.3
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
    first, cooling = worth_people * HOT, COLD / HOT
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
    """Where the walk is: the hubs, how many of them serve each cell, and the best hubs so far."""

    def __init__(self, instance: Instance, start: NDArray[np.bool_]) -> None:
        self.instance = instance
        sites, count = len(start), int(start.sum())
        self.near = _neighbours(instance)
        self.is_hub = start.copy()
        self.hubs = np.zeros(sites, dtype=np.int64)
        self.hubs[:count] = np.flatnonzero(start)
        self.best_hubs = self.hubs.copy()
        # How many hubs there are now, and were at best.
        self.count = np.array([count, count])
        self.serving = instance.hubs_serving(start).astype(np.int32)
        # How far above the start the walk is, and was at best since it forgot [people].
        self.level = np.zeros(2)

    def go(
        self, moves: int, temperature: float, cooling: float, random: NDArray[np.uint64]
    ) -> None:
        """Try some moves; the temperature falls by the factor `cooling` at each."""
        instance, rows = self.instance, self.instance.rows
        by_site, by_group = rows.by_site, rows.by_group
        layout = (instance.need_people, instance.site_start, instance.site_cells, *self.near)
        limits = (
            # Counted anew from time to time: rounding must not add up.
            rows.slack(self.is_hub, self.serving > 0) + rows.allowance,
            (by_site.indptr, by_site.indices, by_site.data),
            (by_group.indptr, by_group.indices, by_group.data),
            np.unique(by_group.indices),
        )
        state = (self.is_hub, self.hubs, self.best_hubs, self.count, self.serving, self.level)
        chances = (ANYWHERE, 0.0 if rows.is_number else LOOSE)
        _try_moves(layout, limits, state, moves, (temperature, cooling), chances, random)

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


def _neighbours(instance: Instance) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return, row by row, the sites that share a cell with each site."""
    shared = (instance.serves @ instance.serves.T).tocoo()
    other = shared.row != shared.col
    order = np.lexsort((shared.col[other], shared.row[other]))
    count = np.bincount(shared.row[other], minlength=len(instance.sites))
    starts = np.concatenate([[0], np.cumsum(count)])
    return starts, shared.col[other][order].astype(np.int32)


compiled = numba.njit(cache=True, nogil=True)


@compiled
def _close(site, layout, limits, serving):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Close a hub; return what that loses [people]."""
    need, site_start, site_cells, _, _ = layout
    slack, (row_start, row, takes), (group_start, group_row, counts), _ = limits
    lost = 0.0
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        serving[cell] -= 1
        if serving[cell] == 0:
            lost += need[cell]
            for m in range(group_start[cell], group_start[cell + 1]):
                slack[group_row[m]] -= counts[m]
    for k in range(row_start[site], row_start[site + 1]):
        slack[row[k]] += takes[k]
    return lost


@compiled
def _open(site, layout, limits, serving):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Open a hub."""
    _, site_start, site_cells, _, _ = layout
    slack, (row_start, row, takes), (group_start, group_row, counts), _ = limits
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        serving[cell] += 1
        if serving[cell] == 1:
            for m in range(group_start[cell], group_start[cell + 1]):
                slack[group_row[m]] += counts[m]
    for k in range(row_start[site], row_start[site + 1]):
        slack[row[k]] -= takes[k]


@compiled
def _would_add(site, layout, serving):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    need, site_start, site_cells, _, _ = layout
    gained = 0.0
    for k in range(site_start[site], site_start[site + 1]):
        if serving[site_cells[k]] == 0:
            gained += need[site_cells[k]]
    return gained


@compiled
def _holds(site, limits):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether the rows that count a site, or people, are kept."""
    slack, (row_start, row, _), _, rows_of_people = limits
    for k in range(row_start[site], row_start[site + 1]):
        if slack[row[k]] < 0:
            return False
    return not np.any(slack[rows_of_people] < 0)


@compiled
def _draw_site(hub, sites, layout, anywhere, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return a neighbour of a hub, now and then any site."""
    _, _, _, near_start, near = layout
    neighbours = near_start[hub + 1] - near_start[hub]
    if neighbours == 0 or random_share(random) < anywhere:
        return random_below(random, sites)
    return near[near_start[hub] + random_below(random, neighbours)]


@compiled
def _try_moves(layout, limits, state, moves, heat, chances, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    is_hub, hubs, best_hubs, count, serving, level = state
    temperature, cooling = heat
    anywhere, loose = chances
    for _ in range(moves):
        temperature *= cooling
        closes, opens = count[0] > 0, True
        if loose > 0 and random_share(random) < loose:
            closes = count[0] > 0 and random_below(random, 2) == 0
            opens = not closes
        place, hub, site = count[0], -1, -1
        if closes:
            place = random_below(random, count[0])
            hub = hubs[place]
        if opens:
            if closes:
                site = _draw_site(hub, len(is_hub), layout, anywhere, random)
            else:
                site = random_below(random, len(is_hub))
            if is_hub[site]:
                continue
        gained = -_close(hub, layout, limits, serving) if closes else 0.0
        if opens:
            gained += _would_add(site, layout, serving)
        good = gained >= 0 or random_share(random) < np.exp(gained / temperature)
        if good:
            if opens:
                _open(site, layout, limits, serving)
            good = (not closes or _holds(hub, limits)) and (not opens or _holds(site, limits))
            if not good and opens:
                _close(site, layout, limits, serving)
        if not good:
            if closes:
                _open(hub, layout, limits, serving)
            continue
        if closes:
            is_hub[hub] = False
        if opens:
            is_hub[site] = True
            hubs[place] = site
            count[0] += 0 if closes else 1
        else:
            count[0] -= 1
            hubs[place] = hubs[count[0]]
        level[0] += gained
        if level[0] > level[1] + 1e-6:
            level[1] = level[0]
            count[1] = count[0]
            best_hubs[: count[0]] = hubs[: count[0]]
