"""Better plans by simulated annealing: hubs move, sometimes for the worse, ever less often.

A move closes one hub and opens one site: most often a neighbour, a site that shares a group with
the hub, now and then any site. A move that loses `d` people is made with the chance exp(-d / T)
(Kirkpatrick, Gelatt & Vecchi 1983, doi:10.1126/science.220.4598.671); the temperature T falls
geometrically. What counts is the best plan of the second half of a long walk, when it has left
the plan it came from: plans that differ are worth comparing.

Where rows limit more than the number of hubs, a move may also only open or only close, and the walk
may break rows: each broken one costs what its price says that a unit of it is worth, more and more
while it stays broken (strategic oscillation, Glover & Laguna 1997, doi:10.1007/978-1-4615-6089-0).
Only plans that keep to all rows count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.problem.instance import PARTS_PER_PERSON, Instance
from leohub.plan.walks.moves import open_hub, try_moves

COLD = 0.004
"""Last temperature, as a share of what the least hub of a good plan adds."""

ANYWHERE = 0.1
"""Chance that a hub moves anywhere instead of to a neighbour."""

LOOSE = 0.2
"""Chance that a hub is only opened or only closed, where hubs are not just counted."""

MOVES_AT_ONCE = 500_000
"""Moves between two looks at the clock, and at the rows that are broken."""

DEAREST = 100.0
"""Factor by which breaking a row becomes dearer in the second half of a walk."""

FINE = 0.2
"""What a broken row costs however little it is broken, as a share of a hub's worth."""

LEAST_PRICE = 0.05
"""What breaking a row by as much as one site can costs at least, as a share of a hub's worth."""


@dataclass(frozen=True)
class Worth:
    """What hubs and rows are worth at the prices of a proof.

    Attributes
    ----------
    hub_people : float
        What one hub more is worth about [people]: the scale of the temperature.
    row_people : ndarray, shape (R + 1,)
        What a unit of each row is worth, and of the size at last [people].
    """

    hub_people: float
    row_people: NDArray[np.float64]


def anneal(
    instance: Instance,
    start: NDArray[np.bool_],
    *,
    worth: Worth,
    moves: int,
    hot: float,
    random: NDArray[np.uint64],
    time_is_up: Callable[[], bool],
    tick: Callable[[float], None],
) -> NDArray[np.bool_]:
    """Return the best plan of the second half of a walk from `start`; it may be worse than that.

    Parameters
    ----------
    instance : Instance
    start : ndarray of bool, shape (n,)
        The hubs to begin with.
    worth : Worth
    moves : int
        Moves to try.
    hot : float
        First temperature, as a share of what the least hub of a good plan adds [-].
    random : ndarray of uint64, shape (1,)
        State of the random stream; goes on from call to call.
    time_is_up : callable
        Asked now and then whether to stop.
    tick : callable
        Told the share of the moves that is done [0..1].

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    walk = _Walk(instance, start, worth)
    first, cooling = worth.hub_people * PARTS_PER_PERSON * hot, COLD / hot
    for done in range(0, moves, MOVES_AT_ONCE):
        if 2 * done <= moves:
            walk.forget()
        now = min(MOVES_AT_ONCE, moves - done)
        heat = (first * cooling ** (done / moves), cooling ** (1 / moves))
        walk.go(now, heat, DEAREST ** max(0.0, 2 * done / moves - 1), random)
        tick(done / moves)
        if time_is_up():
            break
    return walk.best()


class _Walk:
    """Where the walk is, what each move from there would change, and the best hubs so far.

    Attributes
    ----------
    serving, hubs_of : ndarray, shape (m,)
        How many hubs serve each group, and the sum of their numbers: where one does, which.
    change : ndarray of int64, shape (n,)
        What closing each hub would lose, and opening each other site add [1/1000 people].
    level : ndarray of int64, shape (2,)
        How far above the start the walk is, and was at best since it forgot [1/1000 people].
    """

    def __init__(self, instance: Instance, start: NDArray[np.bool_], worth: Worth) -> None:
        self.instance = instance
        least = LEAST_PRICE * worth.hub_people / _most_of_one(instance)
        # What breaking each row costs: a unit of it, and however little [1/1000 people].
        self.price = np.maximum(worth.row_people, least) * PARTS_PER_PERSON
        self.fine = np.full(len(least), FINE * worth.hub_people * PARTS_PER_PERSON)
        sites, count = len(start), int(start.sum())
        self.near = neighbours(instance.serves, instance.weight)
        self.is_hub = np.zeros(sites, dtype=np.bool_)
        self.hubs = np.zeros(sites, dtype=np.int64)
        self.hubs[:count] = np.flatnonzero(start)
        self.best_hubs = self.hubs.copy()
        # How many hubs there are now, and were at best.
        self.count = np.array([count, count])
        self.serving = np.zeros(len(instance.need_people), dtype=np.int32)
        self.hubs_of = np.zeros(len(instance.need_people), dtype=np.int64)
        self.change = (instance.serves @ instance.weight).astype(np.int64)
        self.level = np.zeros(2, dtype=np.int64)
        for hub in self.hubs[:count]:
            open_hub(hub, self._layout, self._plan)

    @property
    def _layout(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        at = self.instance
        return (at.weight, at.site_start, at.site_cells, at.cell_start, at.cell_sites)

    @property
    def _plan(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return (self.is_hub, self.serving, self.hubs_of, self.change)

    def go(
        self,
        moves: int,
        heat: tuple[float, float],
        dearer: float,
        random: NDArray[np.uint64],
    ) -> None:
        """Try some moves.

        Parameters
        ----------
        moves : int
        heat : tuple of float
            Temperature [1/1000 people], and the factor by which it falls at each move.
        dearer : float
            Multiple of what broken rows cost at first [-].
        random : ndarray of uint64, shape (1,)
        """
        rows = self.instance.rows
        by_site, by_group, reached = rows.by_site, rows.by_group, self.serving > 0
        # Counted anew from time to time: rounding must not add up.
        slack = rows.slack(self.is_hub, reached) + rows.allowance(self.is_hub, reached)
        broken = slack < 0
        price, fine = self.price * dearer, self.fine * dearer
        debt = float((fine - price * slack)[broken].sum())
        limits = (
            slack,
            price,
            fine,
            np.array([debt, float(broken.sum())]),
            (by_site.indptr, by_site.indices, by_site.data),
            (by_group.indptr, by_group.indices, by_group.data),
        )
        state = (self.hubs, self.best_hubs, self.count, self.level)
        chances = (ANYWHERE, 0.0 if rows.is_number else LOOSE)
        try_moves(self._layout, self.near, limits, self._plan, state, moves, heat, chances, random)

    def forget(self) -> None:
        """Take the present plan for the best so far, or the next one that keeps to all rows."""
        if not self.instance.rows.holds(self.is_hub, self.serving > 0):
            self.level[1] = np.iinfo(np.int64).min
            return
        self.best_hubs[:] = self.hubs
        self.count[1] = self.count[0]
        self.level[1] = self.level[0]

    def best(self) -> NDArray[np.bool_]:
        """Return the best plan so far."""
        is_hub = np.zeros(len(self.is_hub), dtype=np.bool_)
        is_hub[self.best_hubs[: self.count[1]]] = True
        return is_hub


def neighbours(
    serves: csr_array, weight: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    """Return, row by row, the sites that share a group with each site, and what they share.

    Parameters
    ----------
    serves : csr_array, shape (n, m)
        Site × group matrix of ones.
    weight : ndarray of int64, shape (m,)
        What each group is worth [1/1000 people].

    Returns
    -------
    starts, near : ndarray of int
        Neighbours of site `i`: ``near[starts[i]:starts[i + 1]]``.
    shared : ndarray of int64
        What the site and that neighbour both serve [1/1000 people].
    """
    weighed = csr_array((weight[serves.indices], serves.indices, serves.indptr), shape=serves.shape)
    shared = (weighed @ serves.T.astype(np.int64)).tocoo()
    other = shared.row != shared.col
    order = np.lexsort((shared.col[other], shared.row[other]))
    count = np.bincount(shared.row[other], minlength=serves.shape[0])
    starts = np.concatenate([[0], np.cumsum(count)])
    return starts, shared.col[other][order].astype(np.int32), shared.data[other][order]


def _most_of_one(instance: Instance) -> NDArray[np.float64]:
    """Return by how much one site can change each row at most, and the size at last."""
    rows = instance.rows
    most = np.zeros(len(rows.limits) + 1)
    of_sites = rows.by_site.tocoo()
    np.maximum.at(most, of_sites.row, np.abs(of_sites.data))
    of_groups = (rows.groups @ instance.serves.T).tocoo()
    np.maximum.at(most, of_groups.row, of_groups.data)
    return np.where(most > 0, most, 1.0)
