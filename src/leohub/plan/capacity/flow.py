r"""Who goes to which hub so that as many as possible are served: a maximum flow, kept up to date.

People flow from groups to open hubs that serve them, at most what each hub has room for and each
group has people. The flow is a maximum where no hub with room can be reached from people left over
by a chain "the hub takes them up and hands others to the next hub" (Ford & Fulkerson 1956,
doi:10.4153/CJM-1956-045-5). When a hub closes, new chains can begin only at the people it served;
when one opens, they can end only there. So after each change the search is small: it begins at
those people or at that hub, by shortest chains first (Edmonds & Karp 1972,
doi:10.1145/321694.321699).

Everything is counted in integers, `PARTS` to a person, rounded down: sums are exact, and what is
assigned fits in.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.capacity.problem import Problem

PARTS = 2.0**20
"""Parts of a person in which flows are counted; a power of two, so that dividing is exact."""

LOG_LENGTH = 1 << 18
"""Changes of the flow that can be taken back; a move that would change more is not made."""

EVERYWHERE = np.iinfo(np.int64).max
"""Hubs that a search for a chain may pass by: all."""

Terminals = NDArray[np.int8]
Layout = tuple[NDArray[np.int32], ...]

compiled = numba.njit(cache=True, nogil=True)


class State(NamedTuple):
    """The flow and what it is found with. Compiled functions change the arrays in place.

    Pairs of a site and a group are numbered by site: those of `Problem.site_cells`.
    """

    site_start: NDArray[np.int32]
    site_cells: NDArray[np.int32]
    site_of: NDArray[np.int32]
    """Site of each pair."""
    cell_start: NDArray[np.int32]
    room: NDArray[np.int64]
    """What a site serves with no, one and two terminals, shape (n, 3) [parts]."""
    terminals: Terminals
    """At each site."""
    flow: NDArray[np.int64]
    """Of each pair [parts]."""
    left: NDArray[np.int64]
    """People of each group whom nobody serves [parts]."""
    spare: NDArray[np.int64]
    """What each open hub could serve in addition [parts]."""
    open_pairs: NDArray[np.int32]
    """Pairs of each group with open hubs: ``open_pairs[cell_start[l]:][:open_count[l]]``."""
    open_count: NDArray[np.int32]
    total: NDArray[np.int64]
    """People served, shape (1,) [parts]."""
    log_pair: NDArray[np.int32]
    log_change: NDArray[np.int64]
    logged: NDArray[np.int64]
    """Entries of the log, -1 if it is not kept; whether it was too short, shape (2,)."""
    queue: NDArray[np.int32]
    """Hubs of a search, in the order in which they were found."""
    came_by: NDArray[np.int32]
    """Pair by which a search came to each hub, and the pair of the hub before, shape (n, 2)."""
    seen_hub: NDArray[np.int64]
    seen_cell: NDArray[np.int64]
    search: NDArray[np.int64]
    """Number of the present search, shape (1,)."""


def no_hubs(problem: Problem) -> State:
    """Return the state without hubs."""
    pairs, sites, cells = len(problem.site_cells), problem.sites, len(problem.need_people)
    room = np.zeros((sites, 3), dtype=np.int64)
    room[:, 1] = np.floor(problem.first_people * PARTS)
    room[:, 2] = np.floor(problem.both_people * PARTS)
    return State(
        site_start=problem.site_start,
        site_cells=problem.site_cells,
        site_of=np.repeat(np.arange(sites, dtype=np.int32), np.diff(problem.site_start)),
        cell_start=problem.instance.cell_start,
        room=room,
        terminals=np.zeros(sites, dtype=np.int8),
        flow=np.zeros(pairs, dtype=np.int64),
        left=np.floor(problem.need_people * PARTS).astype(np.int64),
        spare=np.zeros(sites, dtype=np.int64),
        open_pairs=np.zeros(pairs, dtype=np.int32),
        open_count=np.zeros(cells, dtype=np.int32),
        total=np.zeros(1, dtype=np.int64),
        log_pair=np.zeros(LOG_LENGTH, dtype=np.int32),
        log_change=np.zeros(LOG_LENGTH, dtype=np.int64),
        logged=np.array([-1, 0], dtype=np.int64),
        queue=np.zeros(sites, dtype=np.int32),
        came_by=np.zeros((sites, 2), dtype=np.int32),
        seen_hub=np.zeros(sites, dtype=np.int64),
        seen_cell=np.zeros(cells, dtype=np.int64),
        search=np.zeros(1, dtype=np.int64),
    )


def assign(problem: Problem, terminals: Terminals) -> State:
    """Return a maximum flow to hubs with so many terminals at each site, shape (n,)."""
    state = no_hubs(problem)
    for site in np.flatnonzero(terminals):
        set_terminals(state, site, terminals[site], EVERYWHERE)
    return state


def people_served(state: State) -> float:
    """Return how many people are served, rounded down."""
    return float(state.total[0] / PARTS)


@compiled
def set_terminals(state, site, terminals, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Give a site 0, 1 or 2 terminals and lead people anew; a chain passes by so many hubs."""
    before = state.terminals[site]
    if terminals == before:
        return
    state.terminals[site] = terminals
    state.spare[site] += state.room[site, terminals] - state.room[site, before]
    if before == 0:
        _list(state, site)
    if terminals > before:
        _take_free(state, site)
        _fill_hub(state, site, most_hubs)
    elif terminals < before:
        _release(state, site)
        if terminals == 0:
            _unlist(state, site)
        _lead_elsewhere(state, site, most_hubs)


@compiled
def begin_log(state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Begin to log changes, so that they can be taken back."""
    state.logged[0] = state.logged[1] = 0


@compiled
def log_is_full(state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Tell whether changes were left out because the log is full; the flow is none the worse."""
    return state.logged[1] > 0


@compiled
def take_back(state, sites, terminals):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Undo all since the log began; `sites`, -1 for none, had so many terminals before."""
    for k in range(state.logged[0] - 1, -1, -1):
        pair, change = state.log_pair[k], state.log_change[k]
        state.flow[pair] -= change
        state.left[state.site_cells[pair]] += change
        state.spare[state.site_of[pair]] += change
        state.total[0] -= change
    for site, before in zip(sites, terminals):  # noqa: B905 - numba knows no `strict`
        if site < 0:
            continue
        now = state.terminals[site]
        state.spare[site] += state.room[site, before] - state.room[site, now]
        state.terminals[site] = before
        if now == 0 and before > 0:
            _list(state, site)
        elif now > 0 and before == 0:
            _unlist(state, site)


@compiled
def _may_log(state, changes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether so many changes can be logged, if they must be."""
    if state.logged[0] + changes > len(state.log_pair):
        state.logged[1] = 1
        return False
    return True


@compiled
def _send(state, pair, amount):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Let more people, or fewer, of a pair's group go to its hub."""
    state.flow[pair] += amount
    state.left[state.site_cells[pair]] -= amount
    state.spare[state.site_of[pair]] -= amount
    state.total[0] += amount
    at = state.logged[0]
    if at >= 0:
        state.log_pair[at], state.log_change[at] = pair, amount
        state.logged[0] += 1


@compiled
def _list(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        state.open_pairs[state.cell_start[cell] + state.open_count[cell]] = k
        state.open_count[cell] += 1


@compiled
def _unlist(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        state.open_count[cell] -= 1
        last = state.cell_start[cell] + state.open_count[cell]
        for at in range(state.cell_start[cell], last):
            if state.open_pairs[at] == k:
                state.open_pairs[at] = state.open_pairs[last]
                break


@compiled
def _take_free(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Let people whom nobody serves go to a hub with room."""
    for k in range(state.site_start[site], state.site_start[site + 1]):
        amount = min(state.spare[site], state.left[state.site_cells[k]])
        if amount > 0 and _may_log(state, 1):
            _send(state, k, amount)


@compiled
def _release(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Send people away whom a hub has no longer room for, first those whom another may serve."""
    for alone in range(2):
        for k in range(state.site_start[site], state.site_start[site + 1]):
            over = -state.spare[site]
            if over <= 0:
                return
            others = state.open_count[state.site_cells[k]] > 1
            if (others or alone) and state.flow[k] > 0 and _may_log(state, 1):
                _send(state, k, -min(state.flow[k], over))


@compiled
def _lead_elsewhere(state, site, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Lead people around a site whom nobody serves to hubs with room."""
    left = np.int64(0)
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        for at in range(state.cell_start[cell], state.cell_start[cell] + state.open_count[cell]):
            pair = state.open_pairs[at]
            amount = min(state.left[cell], state.spare[state.site_of[pair]])
            if amount > 0 and _may_log(state, 1):
                _send(state, pair, amount)
        if state.open_count[cell] > 0:
            left += state.left[cell]
    while left > 0:
        led = _lead(state, site, most_hubs)
        if led == 0:
            return
        left -= led


@compiled
def _reach(state, found, hub, pair, by):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Put a hub that a search has not seen at the end of its queue; return the queue's length."""
    if state.seen_hub[hub] == state.search[0]:
        return found
    state.seen_hub[hub] = state.search[0]
    state.came_by[hub, 0], state.came_by[hub, 1] = pair, by
    state.queue[found] = hub
    return found + 1


@compiled
def _lead(state, site, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Look once for chains from people around a site to hubs with room; return who was led."""
    state.search[0] += 1
    number, found, done, led = state.search[0], 0, 0, np.int64(0)
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        if state.left[cell] == 0:
            continue
        state.seen_cell[cell] = number
        for at in range(state.cell_start[cell], state.cell_start[cell] + state.open_count[cell]):
            hub = state.site_of[state.open_pairs[at]]
            found = _reach(state, found, hub, -1, -1)
    while done < found and done < most_hubs:
        hub = state.queue[done]
        done += 1
        if state.spare[hub] > 0:
            led += _pass_back(state, hub)
            continue
        for k in range(state.site_start[hub], state.site_start[hub + 1]):
            cell = state.site_cells[k]
            if state.flow[k] == 0 or state.seen_cell[cell] == number:
                continue
            state.seen_cell[cell] = number
            begin = state.cell_start[cell]
            for at in range(begin, begin + state.open_count[cell]):
                other = state.site_of[state.open_pairs[at]]
                found = _reach(state, found, other, state.open_pairs[at], k)
    return led


@compiled
def _pass_back(state, last):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move people along the chain from people left over to a hub with room; return how many."""
    amount, steps, root = state.spare[last], 0, last
    while state.came_by[root, 1] >= 0:
        given = state.came_by[root, 1]
        amount = min(amount, state.flow[given])
        root = state.site_of[given]
        steps += 2
    steps += state.site_start[root + 1] - state.site_start[root]
    if amount <= 0 or not _may_log(state, steps):
        return np.int64(0)
    led = np.int64(0)
    for k in range(state.site_start[root], state.site_start[root + 1]):
        taken = min(amount - led, state.left[state.site_cells[k]])
        if taken > 0:
            _send(state, k, taken)
            led += taken
    hub = last
    while led > 0 and hub != root:
        _send(state, state.came_by[hub, 1], -led)
        _send(state, state.came_by[hub, 0], led)
        hub = state.site_of[state.came_by[hub, 1]]
    return led


@compiled
def _fill_hub(state, site, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Fill a hub's room by chains: it takes people of other hubs, who take those left over."""
    while state.spare[site] > 0:
        if _draw(state, site, most_hubs) == 0:
            return


@compiled
def _draw(state, site, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Look once for chains by which a hub with room can draw people; return how many it drew."""
    state.search[0] += 1
    number, drawn = state.search[0], np.int64(0)
    found, done = _reach(state, 0, site, -1, -1), 0
    while done < found and done < most_hubs and state.spare[site] > 0:
        hub = state.queue[done]
        done += 1
        for k in range(state.site_start[hub], state.site_start[hub + 1]):
            cell = state.site_cells[k]
            if state.left[cell] > 0:
                drawn += _pull(state, hub, k, site)
            if state.seen_cell[cell] == number:
                continue
            state.seen_cell[cell] = number
            begin = state.cell_start[cell]
            for at in range(begin, begin + state.open_count[cell]):
                pair = state.open_pairs[at]
                if state.flow[pair] > 0:
                    found = _reach(state, found, state.site_of[pair], pair, k)
    return drawn


@compiled
def _pull(state, last, pair, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Move people along the chain from people left over, by `pair`, to a hub; return how many."""
    amount, steps, hub = min(state.spare[site], state.left[state.site_cells[pair]]), 1, last
    while hub != site:
        amount = min(amount, state.flow[state.came_by[hub, 0]])
        hub = state.site_of[state.came_by[hub, 1]]
        steps += 2
    if amount <= 0 or not _may_log(state, steps):
        return np.int64(0)
    hub = last
    _send(state, pair, amount)
    while hub != site:
        _send(state, state.came_by[hub, 0], -amount)
        _send(state, state.came_by[hub, 1], amount)
        hub = state.site_of[state.came_by[hub, 1]]
    return amount
