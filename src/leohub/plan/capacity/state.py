"""`State`: who goes to which hub, and how that is changed and taken back."""

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

Terminals = NDArray[np.int8]

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


def people_served(state: State) -> float:
    """Return how many people are served, rounded down."""
    return float(state.total[0] / PARTS)


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
            list_site(state, site)
        elif now > 0 and before == 0:
            unlist_site(state, site)


@compiled
def may_log(state, changes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Tell whether so many changes can be logged, if they must be."""
    if state.logged[0] + changes > len(state.log_pair):
        state.logged[1] = 1
        return False
    return True


@compiled
def send(state, pair, amount):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
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
def list_site(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Put the pairs of a site whose hub opens among the open ones."""
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        state.open_pairs[state.cell_start[cell] + state.open_count[cell]] = k
        state.open_count[cell] += 1


@compiled
def unlist_site(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Take the pairs of a site whose hub closes from among the open ones."""
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        state.open_count[cell] -= 1
        last = state.cell_start[cell] + state.open_count[cell]
        for at in range(state.cell_start[cell], last):
            if state.open_pairs[at] == k:
                state.open_pairs[at] = state.open_pairs[last]
                break
