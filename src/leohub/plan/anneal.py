"""Better plans by simulated annealing: hubs move, sometimes for the worse, ever less often.

A move closes one hub and opens one site: most often a neighbour, a site that shares a cell with
the hub, now and then any site. A move that loses `d` people is made with the chance exp(-d / T)
(Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671); the temperature T falls
geometrically. What counts is the best plan of the second half, when the walk has left the plan it
came from: plans that differ are worth comparing.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.instance import Instance
from leohub.plan.random import random_below, random_share

HOT = 0.3
"""First temperature, as a share of what the least hub of a good plan adds."""

COLD = 0.01
"""Last temperature, likewise."""

ANYWHERE = 0.1
"""Chance that a hub moves anywhere instead of to a neighbour."""

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
        self.near_start, self.near = _neighbours(instance)
        self.is_hub = start.copy()
        self.hubs = np.flatnonzero(start)
        self.best_hubs = self.hubs.copy()
        self.serving = np.zeros(len(instance.need_people), dtype=np.int32)
        for hub in self.hubs:
            cells = slice(instance.site_start[hub], instance.site_start[hub + 1])
            self.serving[instance.site_cells[cells]] += 1
        # How far above the start the walk is, and was at best since it forgot [people].
        self.level = np.zeros(2)

    def go(
        self, moves: int, temperature: float, cooling: float, random: NDArray[np.uint64]
    ) -> None:
        """Try some moves; the temperature falls by the factor `cooling` at each."""
        layout = (
            self.instance.need_people,
            self.instance.site_start,
            self.instance.site_cells,
            self.near_start,
            self.near,
        )
        state = (self.is_hub, self.hubs, self.serving, self.best_hubs, self.level)
        _try_moves(layout, state, moves, temperature, cooling, ANYWHERE, random)

    def forget(self) -> None:
        """Take the present plan for the best so far."""
        self.best_hubs[:] = self.hubs
        self.level[1] = self.level[0]

    def best(self) -> NDArray[np.bool_]:
        """Return the best plan so far."""
        is_hub = np.zeros(len(self.is_hub), dtype=np.bool_)
        is_hub[self.best_hubs] = True
        return is_hub


def _neighbours(instance: Instance) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return, row by row, the sites that share a cell with each site."""
    ones = np.ones(instance.pairs, dtype=np.int32)
    shape = (len(instance.sites), len(instance.need_people))
    serves = csr_array((ones, instance.site_cells, instance.site_start), shape=shape)
    shared = (serves @ serves.T).tocoo()
    other = shared.row != shared.col
    order = np.lexsort((shared.col[other], shared.row[other]))
    starts = np.concatenate([[0], np.cumsum(np.bincount(shared.row[other], minlength=shape[0]))])
    return starts, shared.col[other][order].astype(np.int32)


@numba.njit(cache=True, nogil=True)
def _try_moves(layout, state, moves, temperature, cooling, anywhere, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    need, site_start, site_cells, near_start, near = layout
    is_hub, hubs, serving, best_hubs, level = state
    for _ in range(moves):
        temperature *= cooling
        place = random_below(random, len(hubs))
        hub = hubs[place]
        neighbours = near_start[hub + 1] - near_start[hub]
        if neighbours == 0 or random_share(random) < anywhere:
            site = random_below(random, len(is_hub))
        else:
            site = near[near_start[hub] + random_below(random, neighbours)]
        if is_hub[site]:
            continue
        gained = 0.0
        for k in range(site_start[hub], site_start[hub + 1]):
            cell = site_cells[k]
            serving[cell] -= 1
            if serving[cell] == 0:
                gained -= need[cell]
        for k in range(site_start[site], site_start[site + 1]):
            if serving[site_cells[k]] == 0:
                gained += need[site_cells[k]]
        if gained >= 0 or random_share(random) < np.exp(gained / temperature):
            for k in range(site_start[site], site_start[site + 1]):
                serving[site_cells[k]] += 1
            is_hub[hub], is_hub[site] = False, True
            hubs[place] = site
            level[0] += gained
            if level[0] > level[1] + 1e-6:
                level[1] = level[0]
                best_hubs[:] = hubs
        else:
            for k in range(site_start[hub], site_start[hub + 1]):
                serving[site_cells[k]] += 1
