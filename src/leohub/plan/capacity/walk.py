"""Better plans by simulated annealing on a flow that is kept up to date.

A hub moves to a site that shares people with it, a hub opens or closes, a second terminal comes or
goes. People are led anew after every move: exactly but for chains longer than `CHAIN_HUBS`. What
the rows of the rules charge for a move at the rents that prove the bound is part of its worth, so
that a hub that closes leaves behind what it cost. A move that breaks a row is not made. Else as
`leohub.plan.walks.anneal`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.capacity.flow import assign, set_terminals
from leohub.plan.capacity.ground import Ground
from leohub.plan.capacity.state import (
    PARTS,
    State,
    Terminals,
    begin_log,
    compiled,
    log_is_full,
    take_back,
)
from leohub.plan.walks.anneal import neighbours
from leohub.plan.walks.random import random_below, random_share

COLDER = 0.05
"""Last temperature, as a share of the first."""

ANYWHERE = 0.1
"""Chance that a hub moves anywhere instead of to a neighbour."""

OTHER = 0.005
"""Chance that a move opens or closes instead; with second terminals `OTHER_SECOND`."""

OTHER_SECOND = 0.4
OPENS = 0.5
"""Chance that such a move opens a hub, or gives a place a second terminal."""

MOVES_SECOND = 0.7
"""Chance that it concerns a second terminal rather than closes a hub."""

LOOKED_AT = 30
"""Places that are looked at for a hub that moves."""

CHAIN_HUBS = 6
"""Hubs that a search for a chain looks at."""

MOVES_AT_ONCE = 1_000
"""Moves between two looks at the clock."""


def walk(
    ground: Ground,
    start: Terminals,
    *,
    moves: int,
    hot: float,
    random: NDArray[np.uint64],
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None],
) -> Terminals:
    """Return the best plan of a walk from `start`, at least as good as that.

    Parameters
    ----------
    ground : Ground
    start : ndarray of int8, shape (n,)
        Terminals at each site; keeps all rules.
    moves : int
        Moves to try.
    hot : float
        First temperature, as a share of what a hub of the plan serves.
    random : ndarray of uint64, shape (1,)
        State of the random stream; goes on from call to call.
    time_is_up : callable
        Asked now and then whether to stop.
    tick : callable
        Told the share of the moves that is done [0..1].
    """
    if not len(ground.sites(start)):
        return start
    state = assign(ground.problem, start)
    place = _Place(ground, state)
    worth = float(state.total[0] / PARTS) / max(1, int((start > 0).sum()))
    cooling = COLDER ** (1 / moves)
    for done in range(0, moves, MOVES_AT_ONCE):
        place.go(min(MOVES_AT_ONCE, moves - done), worth * hot * cooling**done, cooling, random)
        tick(done / moves)
        if time_is_up():
            break
    return place.best


class _Place:
    """Where the walk is, and the best plan that it has seen."""

    def __init__(self, ground: Ground, state: State) -> None:
        problem, sites = ground.problem, ground.sites(state.terminals)
        hub_rows, second_rows = ground.rows_of_sites
        self.state, self.best = state, state.terminals.copy()
        self.hubs = np.full(problem.sites, -1, dtype=np.int32)
        opened = np.flatnonzero(state.terminals)
        self.hubs[: len(opened)] = opened
        self.count = np.array([len(opened)])
        self.level = np.array([float(state.total[0])])
        self.fixed = (problem.required, problem.both_people > problem.first_people)
        self.near = (sites, *_neighbours(state, sites))
        self.rules = (
            hub_rows.indptr.astype(np.int64), hub_rows.indices, hub_rows.data,
            second_rows.indptr.astype(np.int64), second_rows.indices, second_rows.data,
            problem.used(state.terminals), ground.limits, ground.rents,
        )  # fmt: skip
        self.other = OTHER_SECOND if np.any(self.fixed[1]) else OTHER

    def go(
        self, moves: int, temperature: float, cooling: float, random: NDArray[np.uint64]
    ) -> None:
        """Try some moves; the temperature falls by the factor `cooling` at each."""
        _try_moves(
            self.state,
            (self.hubs, self.count, self.best, self.level),
            self.fixed,
            self.near,
            self.rules,
            (moves, temperature * PARTS, cooling, self.other),
            random,
        )


def _neighbours(
    state: State, sites: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return, site by site, those among `sites` that share people with it."""
    kept = np.isin(state.site_of, sites)
    site, cell = state.site_of[kept], state.site_cells[kept]
    shape = (len(state.terminals), len(state.left))
    serves = csr_array((np.ones(len(site)), (site, cell)), shape=shape)
    starts, near, _ = neighbours(serves, np.ones(shape[1], dtype=np.int64))
    return starts, near


@compiled
def _charge(rules, site, before, after):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Book a change of terminals in the rows; return its rent [people]."""
    start, row, value, second_start, second_row, second_value, used, _, rents = rules
    rent = 0.0
    hub = int(after > 0) - int(before > 0)
    second = int(after > 1) - int(before > 1)
    if hub != 0:
        for k in range(start[site], start[site + 1]):
            used[row[k]] += hub * value[k]
            rent += hub * value[k] * rents[row[k]]
    if second != 0:
        for k in range(second_start[site], second_start[site + 1]):
            used[second_row[k]] += second * second_value[k]
            rent += second * second_value[k] * rents[second_row[k]]
    return rent


@compiled
def _keeps(rules, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether the rows in which a site counts are kept."""
    start, row, _, second_start, second_row, _, used, limits, _ = rules
    for k in range(start[site], start[site + 1]):
        if used[row[k]] > limits[row[k]]:
            return False
    for k in range(second_start[site], second_start[site + 1]):
        if used[second_row[k]] > limits[second_row[k]]:
            return False
    return True


@compiled
def _draw_change(terminals, hubs, count, near, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Draw a change that moves no hub: two sites, -1 for none, and the terminals they get."""
    if count == 0 or random_share(random) < OPENS:
        site = near[0][random_below(random, len(near[0]))]
        return -1, 0, site, 1 if terminals[site] != 1 else 2
    hub = hubs[random_below(random, count)]
    kind = random_share(random)
    if terminals[hub] == 2 and kind < MOVES_SECOND:
        return hub, 1, hubs[random_below(random, count)], 2
    if terminals[hub] == 1 and kind < MOVES_SECOND:
        return -1, 0, hub, 2
    return hub, terminals[hub] - 1, -1, 0


@compiled
def _best_place(state, rules, near, hub, terminals, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Draw some sites for a hub that has closed; return that which most free people can go to."""
    sites, near_start, near_sites = near
    around = near_start[hub + 1] - near_start[hub]
    best, best_gain = -1, 0.0
    for _ in range(LOOKED_AT):
        if around > 0 and random_share(random) >= ANYWHERE:
            site = near_sites[near_start[hub] + random_below(random, around)]
        else:
            site = sites[random_below(random, len(sites))]
        if state.terminals[site] > 0 or site in (best, hub):
            continue
        rent = _charge(rules, site, 0, terminals)
        kept = _keeps(rules, site)
        _charge(rules, site, terminals, 0)
        free = np.int64(0)
        for k in range(state.site_start[site], state.site_start[site + 1]):
            free += state.left[state.site_cells[k]]
        gain = min(state.room[site, terminals], free) - rent * PARTS
        if kept and (best < 0 or gain > best_gain):
            best, best_gain = site, gain
    return best


@compiled
def _change(state, rules, site, terminals):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Change the terminals of a site, in the rows too; return the people gained, less rents."""
    before = state.total[0]
    rent = _charge(rules, site, state.terminals[site], terminals)
    set_terminals(state, site, terminals, CHAIN_HUBS)
    return state.total[0] - before - rent * PARTS


@compiled
def _try_moves(state, plan, fixed, near, rules, course, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    hubs, counts, best, level = plan
    required, may_two = fixed
    moves, temperature, cooling, other = course
    sites, had = np.full(2, -1, np.int32), np.zeros(2, np.int8)
    for _ in range(moves):
        temperature *= cooling
        # The chance is drawn first: what cannot be taken need not be worked out.
        least = temperature * np.log(max(random_share(random), 1e-300))
        moving = counts[0] > 0 and random_share(random) >= other
        if moving:
            one, one_gets, two, two_gets = hubs[random_below(random, counts[0])], 0, -1, 0
        else:
            one, one_gets, two, two_gets = _draw_change(
                state.terminals, hubs, counts[0], near, random
            )
        if one == two or (one >= 0 and one_gets == 0 and required[one]):
            continue
        begin_log(state)
        sites[:] = -1
        gain = 0.0
        if one >= 0:
            sites[0], had[0] = one, state.terminals[one]
            gain += _change(state, rules, one, one_gets)
        if moving:
            two_gets = had[0]
            two = _best_place(state, rules, near, one, two_gets, random)
        possible = two >= 0 or not moving
        if two >= 0:
            if two_gets == 2 and not may_two[two]:
                two_gets = 1
            most = state.room[two, two_gets] - state.room[two, state.terminals[two]]
            possible = state.terminals[two] < two_gets and gain + most >= least
            if possible:
                sites[1], had[1] = two, state.terminals[two]
                gain += _change(state, rules, two, two_gets)
        kept = (one < 0 or _keeps(rules, one)) and (two < 0 or _keeps(rules, two))
        if not (possible and kept and gain >= least) or log_is_full(state):
            _undo(state, rules, sites, had)
            continue
        for k in range(2):
            if sites[k] >= 0:
                _keep_list(hubs, counts, sites[k], had[k], state.terminals[sites[k]])
        if state.total[0] > level[0]:
            level[0] = state.total[0]
            best[:] = state.terminals
    state.logged[0] = -1


@compiled
def _undo(state, rules, sites, had):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Take a move back; sites of -1 took no part in it."""
    for k in range(2):
        if sites[k] >= 0:
            _charge(rules, sites[k], state.terminals[sites[k]], had[k])
    take_back(state, sites, had)


@compiled
def _keep_list(hubs, counts, site, had, has):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Keep the list of hubs up to date."""
    if had == 0 and has > 0:
        hubs[counts[0]] = site
        counts[0] += 1
    elif had > 0 and has == 0:
        counts[0] -= 1
        for at in range(counts[0] + 1):
            if hubs[at] == site:
                hubs[at] = hubs[counts[0]]
                return
