"""The steps of the first-order method for hubs of limited capacity, compiled.

What they move is explained in `leohub.plan.capacity.prices`. Hubs come first among `x`, then second
terminals.
"""

from __future__ import annotations

import numba
import numpy as np

compiled = numba.njit(cache=True, nogil=True)


@compiled
def fill_rooms(layout, room, prices, x, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill in the shares and prices of hubs without room for all, the best at given prices."""
    start, cells, need, tight = layout
    u, v, q = found
    for site in range(len(start) - 1):
        if not tight[site]:
            continue
        begin, end = start[site], start[site + 1]
        share = np.empty(end - begin)
        for k in range(begin, end):
            share[k - begin] = -prices[cells[k]] / need[cells[k]]
        left, least = room[site], 0.0
        for k in np.argsort(share):
            taken = min(need[cells[begin + k]], left)
            u[begin + k] = x[site] * taken / need[cells[begin + k]]
            left -= taken
            if left <= 0.0:
                least = -share[k]
                break
        q[site] = least * room[site]
        for k in range(begin, end):
            v[k] = max(0.0, prices[cells[k]] - least * need[cells[k]])


@compiled
def climb(layout, room, duals, u, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Move the shares of groups; return the pull on hubs and seconds, and where shares go."""
    start, cells, need, tight = layout
    size, more = room
    prices, v, q, z = duals
    sites = len(start) - 1
    pull, ahead = np.zeros(2 * sites), np.empty(len(cells))
    for site in range(sites):
        total = 0.0
        if tight[site]:
            each = q[site] / size[site]
            for k in range(start[site], start[site + 1]):
                cell = cells[k]
                total += v[k]
                column = 2.0 + need[cell] / size[site]
                step = 2.0 * length / column
                new = u[k] + step * (prices[cell] - v[k] - each * need[cell])
                new = min(1.0, max(0.0, new))
                ahead[k] = 2.0 * new - u[k]
                u[k] = new
            total += q[site] + z[site]
            pull[sites + site] = more[site] * q[site] - z[site]
        else:
            for k in range(start[site], start[site + 1]):
                total += prices[cells[k]]
        pull[site] = total
    return pull, ahead


@compiled
def fall(layout, room, duals, ahead, steps, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Move all prices against what hubs, seconds and shares ask for."""
    start, cells, need, tight = layout
    size, more = room
    prices, v, q, z = duals
    x, u = ahead
    sites = len(start) - 1
    step_cell, step_room = steps
    reach = np.full(len(need), -1.0)
    for site in range(sites):
        if not tight[site]:
            if x[site] != 0.0:
                for k in range(start[site], start[site + 1]):
                    reach[cells[k]] += x[site]
            continue
        served = 0.0
        for k in range(start[site], start[site + 1]):
            cell = cells[k]
            reach[cell] += u[k]
            served += u[k] * need[cell]
            v[k] = min(need[cell], max(0.0, v[k] - 0.5 * length * (x[site] - u[k])))
        spare = x[site] + more[site] * x[sites + site] - served / size[site]
        q[site] = max(0.0, q[site] - length * step_room[site] * spare)
        if more[site] > 0:
            z[site] = max(0.0, z[site] - 0.5 * length * (x[site] - x[sites + site]))
    for cell in range(len(need)):
        new = prices[cell] - length * step_cell[cell] * reach[cell]
        prices[cell] = min(need[cell], max(0.0, new))
