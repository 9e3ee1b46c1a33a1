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

import numpy as np

from leohub.plan.capacity.chains import fill_hub, lead_elsewhere
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.state import (
    State,
    Terminals,
    compiled,
    list_site,
    may_log,
    no_hubs,
    send,
    unlist_site,
)

EVERYWHERE = np.iinfo(np.int64).max
"""Hubs that a search for a chain may pass by: all."""


def assign(problem: Problem, terminals: Terminals) -> State:
    """Return a maximum flow to hubs with so many terminals at each site, shape (n,)."""
    state = no_hubs(problem)
    for site in np.flatnonzero(terminals):
        set_terminals(state, site, terminals[site], EVERYWHERE)
    return state


@compiled
def set_terminals(state, site, terminals, most_hubs):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Give a site 0, 1 or 2 terminals and lead people anew; a chain passes by so many hubs."""
    before = state.terminals[site]
    if terminals == before:
        return
    state.terminals[site] = terminals
    state.spare[site] += state.room[site, terminals] - state.room[site, before]
    if before == 0:
        list_site(state, site)
    if terminals > before:
        _take_free(state, site)
        fill_hub(state, site, most_hubs)
    elif terminals < before:
        _release(state, site)
        if terminals == 0:
            unlist_site(state, site)
        lead_elsewhere(state, site, most_hubs)


@compiled
def _take_free(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Let people whom nobody serves go to a hub with room."""
    for k in range(state.site_start[site], state.site_start[site + 1]):
        amount = min(state.spare[site], state.left[state.site_cells[k]])
        if amount > 0 and may_log(state, 1):
            send(state, k, amount)


@compiled
def _release(state, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Send people away whom a hub has no longer room for, first those whom another may serve."""
    for alone in range(2):
        for k in range(state.site_start[site], state.site_start[site + 1]):
            over = -state.spare[site]
            if over <= 0:
                return
            others = state.open_count[state.site_cells[k]] > 1
            if (others or alone) and state.flow[k] > 0 and may_log(state, 1):
                send(state, k, -min(state.flow[k], over))
