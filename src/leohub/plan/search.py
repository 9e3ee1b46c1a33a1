"""Finding good plans: greedy, then swaps, then taking plans apart and putting them together again.

All three work on one state, `Draft`: which sites are hubs, how many hubs serve each cell, and what
each further site would add. Opening or closing a hub touches only the cells around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.instance import Instance

Ints = NDArray[np.int64]
Layout = tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int32],
]

HUBS_APART = 4
"""Neighbouring hubs that a rebuild closes and chooses anew. Found by trial on Kenya: 3 to 6 do."""

CHOICES = 5
"""A rebuild opens its first hub at random among this many best sites."""

compiled = numba.njit(cache=True, nogil=True)


@dataclass
class Draft:
    """A plan being made.

    Attributes
    ----------
    layout : tuple of ndarray
        Weight, site_start, site_cells, cell_start, cell_sites of the instance.
    is_hub : ndarray of bool, shape (n_sites,)
    hubs_serving : ndarray of int32, shape (n_cells,)
        How many hubs serve each cell.
    gain : ndarray of int64, shape (n_sites,)
        What each site would add as one more hub [1/1000 people].
    """

    layout: Layout
    is_hub: NDArray[np.bool_]
    hubs_serving: NDArray[np.int32]
    gain: Ints

    @classmethod
    def empty(cls, instance: Instance) -> Draft:
        """Start with no hubs."""
        layout = (
            instance.weight,
            instance.site_start,
            instance.site_cells,
            instance.cell_start,
            instance.cell_sites,
        )
        by_pair = np.concatenate([[0], np.cumsum(instance.weight[instance.site_cells])])
        return cls(
            layout=layout,
            is_hub=np.zeros(len(instance.sites), dtype=np.bool_),
            hubs_serving=np.zeros(len(instance.need_people), dtype=np.int32),
            gain=by_pair[instance.site_start[1:]] - by_pair[instance.site_start[:-1]],
        )

    @property
    def hubs(self) -> NDArray[np.intp]:
        """Positions of the hubs among the instance's sites, ascending."""
        return np.flatnonzero(self.is_hub)

    def open_best(self, count: int, among: NDArray[np.bool_] | None = None) -> list[int]:
        """Open the site that adds most, `count` times; stop when nothing adds anything.

        Parameters
        ----------
        count : int
        among : ndarray of bool, shape (n_sites,), optional
            The sites that may be opened; all by default.

        Returns
        -------
        list of int
            The sites opened, in order.
        """
        allowed = np.ones(len(self.is_hub), dtype=np.bool_) if among is None else among
        opened = np.empty(count, dtype=np.int64)
        done = _open_best(self.layout, self.is_hub, self.hubs_serving, self.gain, allowed, opened)
        return [int(site) for site in opened[:done]]

    def swap(self) -> int:
        """Move each hub once if that reaches more people; return the number of moves."""
        return int(_swap(self.layout, self.is_hub, self.hubs_serving, self.gain))

    def rebuild(self, rounds: int, random: NDArray[np.uint64]) -> int:
        """Close a few neighbouring hubs and choose them anew, `rounds` times; keep what is better.

        Parameters
        ----------
        rounds : int
        random : ndarray of uint64, shape (1,)
            State of the random stream; goes on from call to call.

        Returns
        -------
        int
            Rounds that improved the plan.
        """
        return int(_rebuild(self.layout, self.is_hub, self.hubs_serving, self.gain, rounds, random))


@compiled
def _open(layout, is_hub, hubs_serving, gain, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    weight, site_start, site_cells, cell_start, cell_sites = layout
    is_hub[site] = True
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        hubs_serving[cell] += 1
        if hubs_serving[cell] == 1:
            for m in range(cell_start[cell], cell_start[cell + 1]):
                gain[cell_sites[m]] -= weight[cell]


@compiled
def _close(layout, is_hub, hubs_serving, gain, site):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    weight, site_start, site_cells, cell_start, cell_sites = layout
    is_hub[site] = False
    for k in range(site_start[site], site_start[site + 1]):
        cell = site_cells[k]
        hubs_serving[cell] -= 1
        if hubs_serving[cell] == 0:
            for m in range(cell_start[cell], cell_start[cell + 1]):
                gain[cell_sites[m]] += weight[cell]


@compiled
def _best(is_hub, gain, allowed):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    best = -1
    for site in range(len(gain)):
        if allowed[site] and not is_hub[site] and (best < 0 or gain[site] > gain[best]):
            best = site
    return best


@compiled
def _open_best(layout, is_hub, hubs_serving, gain, allowed, opened):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for step in range(len(opened)):
        site = _best(is_hub, gain, allowed)
        if site < 0 or gain[site] <= 0:
            return step
        opened[step] = site
        _open(layout, is_hub, hubs_serving, gain, site)
    return len(opened)


@compiled
def _swap(layout, is_hub, hubs_serving, gain):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    anywhere = np.ones(len(is_hub), dtype=np.bool_)
    moves = 0
    for hub in np.flatnonzero(is_hub):
        _close(layout, is_hub, hubs_serving, gain, hub)
        # With the hub closed its own gain is exactly what closing it lost.
        best = _best(is_hub, gain, anywhere)
        if gain[best] > gain[hub]:
            _open(layout, is_hub, hubs_serving, gain, best)
            moves += 1
        else:
            _open(layout, is_hub, hubs_serving, gain, hub)
    return moves


@compiled
def _next_random(state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """SplitMix64 (Steele, Lea & Flood 2014): the same stream on every machine."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def _random_below(state, limit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return np.int64(_next_random(state) % np.uint64(limit))


@compiled
def _neighbouring_hubs(layout, is_hub, first, found, state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Walk from hub to hub over sites that share cells; fill `found`, return how many there are."""
    _, site_start, site_cells, cell_start, cell_sites = layout
    found[0] = first
    count = 1
    site = first
    for _ in range(200):
        if count == len(found):
            break
        cell = site_cells[
            site_start[site] + _random_below(state, site_start[site + 1] - site_start[site])
        ]
        site = cell_sites[
            cell_start[cell] + _random_below(state, cell_start[cell + 1] - cell_start[cell])
        ]
        if is_hub[site]:
            new = True
            for k in range(count):
                new = new and found[k] != site
            if new:
                found[count] = site
                count += 1
    return count


@compiled
def _one_of_the_best(is_hub, gain, state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    top = np.full(CHOICES, -1, dtype=np.int64)
    for site in range(len(gain)):
        if is_hub[site] or (top[-1] >= 0 and gain[site] <= gain[top[-1]]):
            continue
        place = CHOICES - 1
        while place > 0 and (top[place - 1] < 0 or gain[site] > gain[top[place - 1]]):
            top[place] = top[place - 1]
            place -= 1
        top[place] = site
    known = 0
    while known < CHOICES and top[known] >= 0:
        known += 1
    return top[_random_below(state, known)]


@compiled
def _rebuild(layout, is_hub, hubs_serving, gain, rounds, state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    anywhere = np.ones(len(is_hub), dtype=np.bool_)
    closed = np.empty(HUBS_APART, dtype=np.int64)
    opened = np.empty(HUBS_APART, dtype=np.int64)
    hubs = np.flatnonzero(is_hub)
    better = np.int64(0)
    for _ in range(rounds):
        first = hubs[_random_below(state, len(hubs))]
        count = _neighbouring_hubs(layout, is_hub, first, closed, state)
        lost = np.int64(0)
        for k in range(count):
            _close(layout, is_hub, hubs_serving, gain, closed[k])
            lost += gain[closed[k]]
        won = np.int64(0)
        for k in range(count):
            site = (
                _one_of_the_best(is_hub, gain, state) if k == 0 else _best(is_hub, gain, anywhere)
            )
            won += gain[site]
            _open(layout, is_hub, hubs_serving, gain, site)
            opened[k] = site
        if won >= lost:
            better += np.int64(won > lost)
            hubs = np.flatnonzero(is_hub)
        else:
            for k in range(count):
                _close(layout, is_hub, hubs_serving, gain, opened[k])
            for k in range(count):
                _open(layout, is_hub, hubs_serving, gain, closed[k])
    return better
