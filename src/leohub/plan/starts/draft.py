"""Plans to start from: greedy, then swaps.

Both work on one state, `Draft`: which sites are hubs, how many hubs serve each cell, and what
each further site would add. Opening or closing a hub touches only the cells around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.problem.instance import Instance

Ints = NDArray[np.int64]
Layout = tuple[
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int32],
]

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
