"""Plans to start from, and plans filled up: the hub or second terminal that serves most, each time.

What one more terminal serves never grows as others are added (a maximum flow is submodular in its
sources: Megiddo 1974, doi:10.1007/BF01585506), so that a gain found before is a bound on what it is
now: only the best few are looked at again (lazy greedy: Minoux 1978, doi:10.1007/BFb0006528).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.plan.capacity.flow import assign, set_terminals
from leohub.plan.capacity.ground import Ground
from leohub.plan.capacity.state import PARTS, State, Terminals, begin_log, log_is_full, take_back

CHAIN_HUBS = 12
"""Hubs that a search for a chain looks at."""

Floats = NDArray[np.float64]


def fill(ground: Ground, start: Terminals, time_is_up: Callable[[], bool]) -> Terminals:
    """Return a plan with terminals added while the rows allow it and anybody more is served.

    Parameters
    ----------
    ground : Ground
        Of two terminals the one that serves more beyond its rent comes first.
    start : ndarray of int8, shape (n,)
        Terminals at each site.
    time_is_up : callable
        Asked before each addition.
    """
    problem = ground.problem
    state = assign(problem, start)
    charges = _Charges(ground)
    slack = ground.limits - problem.used(start)
    queue = [
        charges.entry(site, now + 1, float(state.room[site, now + 1] - state.room[site, now]))
        for site in ground.sites(start).tolist()
        for now in [int(start[site])]
        if now < 2 and state.room[site, now + 1] > state.room[site, now]
    ]
    heapq.heapify(queue)
    while queue and not time_is_up():
        _, site, terminals = heapq.heappop(queue)
        use = charges.use(site, terminals)
        if np.any((use > 0) & (use > slack)):
            continue
        gain = _gain(state, site, terminals)
        fresh = charges.entry(site, terminals, gain)
        if queue and fresh > queue[0]:
            if gain > 0:
                heapq.heappush(queue, fresh)
            continue
        if gain > 0:
            set_terminals(state, site, np.int8(terminals), CHAIN_HUBS)
            slack = slack - use
            more = float(state.room[site, 2] - state.room[site, 1])
            if terminals == 1 and more > 0:
                heapq.heappush(queue, charges.entry(site, 2, more))
    return state.terminals.copy()


class _Charges:
    """What terminals use of the rows, and what that costs."""

    def __init__(self, ground: Ground) -> None:
        self.rows = ground.rows_of_sites
        self.rent = [rows @ ground.rents for rows in self.rows]

    def use(self, site: int, terminals: int) -> Floats:
        """Return what the first or the second terminal of a site uses of each row."""
        return np.asarray(self.rows[terminals - 1][[site]].toarray()).ravel()

    def entry(self, site: int, terminals: int, gain: float) -> tuple[float, int, int]:
        """Return an entry of the queue: the smallest is the best."""
        return float(self.rent[terminals - 1][site]) * PARTS - gain, site, terminals


def _gain(state: State, site: int, terminals: int) -> float:
    """Return how many more would be served with so many terminals at a site [parts]."""
    before, had = int(state.total[0]), state.terminals[site]
    begin_log(state)
    set_terminals(state, site, np.int8(terminals), CHAIN_HUBS)
    gain = float(state.total[0] - before)
    take_back(state, np.array([site], dtype=np.int32), np.array([had], dtype=np.int8))
    # A change that does not fit into the log served more than what was counted.
    gain = (
        float(state.room[site, terminals] - state.room[site, had]) if log_is_full(state) else gain
    )
    state.logged[0] = -1
    return gain
