"""Chains: a hub takes people up and hands others to the next hub, until one has room.

Searches for the shortest ones, from people left over to a hub with room and the other way round:
`leohub.plan.capacity.flow`. Each changes the state that it is given.
"""

from __future__ import annotations

import numpy as np

from leohub.plan.capacity.state import compiled, may_log, send


@compiled
def lead_elsewhere(state, site, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Lead people around a site whom nobody serves to hubs with room."""
    left = np.int64(0)
    for k in range(state.site_start[site], state.site_start[site + 1]):
        cell = state.site_cells[k]
        for at in range(state.cell_start[cell], state.cell_start[cell] + state.open_count[cell]):
            pair = state.open_pairs[at]
            amount = min(state.left[cell], state.spare[state.site_of[pair]])
            if amount > 0 and may_log(state, 1):
                send(state, pair, amount)
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
    if amount <= 0 or not may_log(state, steps):
        return np.int64(0)
    led = np.int64(0)
    for k in range(state.site_start[root], state.site_start[root + 1]):
        taken = min(amount - led, state.left[state.site_cells[k]])
        if taken > 0:
            send(state, k, taken)
            led += taken
    hub = last
    while led > 0 and hub != root:
        send(state, state.came_by[hub, 1], -led)
        send(state, state.came_by[hub, 0], led)
        hub = state.site_of[state.came_by[hub, 1]]
    return led


@compiled
def fill_hub(state, site, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
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
    if amount <= 0 or not may_log(state, steps):
        return np.int64(0)
    hub = last
    send(state, pair, amount)
    while hub != site:
        send(state, state.came_by[hub, 0], -amount)
        send(state, state.came_by[hub, 1], amount)
        hub = state.site_of[state.came_by[hub, 1]]
    return amount
