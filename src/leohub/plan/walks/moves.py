"""The moves of a walk, compiled: close a hub, open a site, and see what that changes.

What closing and opening would change is kept up to date (`Walk.change` of
`leohub.plan.walks.anneal`), so most moves are seen to be hopeless without a look at their groups:
what hub and site have in common is at most what they could share.
"""

from __future__ import annotations

import numba
import numpy as np

from leohub.plan.walks.random import random_below, random_share

compiled = numba.njit(cache=True, nogil=True)


@compiled
def open_hub(site, layout, plan):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Open a hub, and keep up to date what each move would change."""
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
def _book(row, by, slack, price, fine, debt):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Change what is left of a row; keep up to date what broken rows cost, and how many are."""
    before, after = slack[row], slack[row] + by
    slack[row] = after
    if before < 0:
        debt[0] += price[row] * before - fine[row]
        debt[1] -= 1
    if after < 0:
        debt[0] += fine[row] - price[row] * after
        debt[1] += 1


@compiled
def _count(site, sign, layout, limits, serving):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Count a site that is about to open (sign 1) or has just closed (-1) in what rows leave."""
    slack, price, fine, debt, (row_start, row, takes), (group_start, group_row, counts) = limits
    _, site_start, site_cells, _, _ = layout
    for k in range(row_start[site], row_start[site + 1]):
        _book(row[k], -sign * takes[k], slack, price, fine, debt)
    if len(counts) == 0:
        return
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        if serving[cell] == 0:
            for m in range(group_start[cell], group_start[cell + 1]):
                _book(group_row[m], sign * counts[m], slack, price, fine, debt)


@compiled
def _move(hub, site, layout, limits, plan, limited):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Close a hub and open a site, -1 for none; return what broken rows cost more than before."""
    serving, debt = plan[1], limits[3]
    before = debt[0]
    if hub >= 0:
        _close(hub, layout, plan)
        if limited:
            _count(hub, -1, layout, limits, serving)
    if site >= 0:
        if limited:
            _count(site, 1, layout, limits, serving)
        open_hub(site, layout, plan)
    return debt[0] - before


@compiled
def _undo(hub, site, layout, limits, plan, limited):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Take a move back."""
    serving = plan[1]
    if site >= 0:
        _close(site, layout, plan)
        if limited:
            _count(site, -1, layout, limits, serving)
    if hub >= 0:
        if limited:
            _count(hub, 1, layout, limits, serving)
        open_hub(hub, layout, plan)


@compiled
def try_moves(layout, near, limits, plan, state, moves, heat, chances, random):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Try some moves; `limits` matter where `chances` lets a hub be opened or closed alone."""
    is_hub, _, _, change = plan
    hubs, best_hubs, count, level = state
    debt = limits[3]
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
        # The least that people may change by: broken rows can be mended by it at best.
        least = temperature * np.log(1.0 - random_share(random))
        if closes and opens:
            if gained + min(change[hub], shared) < least - debt[0]:
                continue
            gained += _takes_over(site, hub, layout, plan)
        if gained < least - debt[0]:
            continue
        if gained - _move(hub, site, layout, limits, plan, loose > 0) < least:
            _undo(hub, site, layout, limits, plan, loose > 0)
            continue
        if opens:
            hubs[place] = site
            count[0] += 0 if closes else 1
        else:
            count[0] -= 1
            hubs[place] = hubs[count[0]]
        level[0] += gained
        if level[0] > level[1] and debt[1] == 0:
            level[1] = level[0]
            count[1] = count[0]
            best_hubs[: count[0]] = hubs[: count[0]]
