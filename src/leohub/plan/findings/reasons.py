"""Why each hub is in a plan and each other site is out: what the people of the plan would lose."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from leohub.people.coverage import Coverage, largest_shares
from leohub.plan.findings.exchanges import allowed_exchanges
from leohub.plan.rules.rules import Rules

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]

NONE = -1
"""Stands for no site and no hub."""


@dataclass(frozen=True)
class Reasons:
    """What exchanging a hub for another site, or opening one site more, would change.

    Sites are rows of the coverage; hubs are positions in the plan. All people are unserved people
    [people]; those whom several hubs would serve count once, at the one that serves most of them.

    Attributes
    ----------
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage.
    only_people : ndarray, shape (n_hubs,)
        Whom the plan would lose with each hub: of each cell, what the hub serves beyond the best
        other hub.
    shared_people : ndarray, shape (n_hubs,)
        Whom each hub would serve, but another hub would serve just as well.
    runner_up : ndarray of int, shape (n_hubs,)
        The site outside the plan that would reach the most in the hub's place, the first of
        equals; `NONE` where every site is a hub, or the rules allow none.
    runner_up_people : ndarray, shape (n_hubs,)
        Whom it would newly reach there, the hub being gone. Above `only_people` where the exchange
        would make the plan better: then the search stopped before it saw it.
    adds_people : ndarray, shape (n_sites,)
        Whom each site would newly reach as one hub more; 0 for hubs.
    place_in_queue : ndarray of int, shape (n_sites,)
        1 for the site outside the plan that would add the most; 0 for hubs.
    would_replace : ndarray of int, shape (n_sites,)
        The hub in whose place the site would cost the least; `NONE` for hubs, and where the rules
        allow no place.
    exchange_loses_people : ndarray, shape (n_sites,)
        By how much the plan would reach fewer people after that exchange; negative where it would
        reach more. 0 for hubs.
    """

    hubs: Rows
    only_people: Floats
    shared_people: Floats
    runner_up: Rows
    runner_up_people: Floats
    adds_people: Floats
    place_in_queue: Rows
    would_replace: Rows
    exchange_loses_people: Floats

    @property
    def beats_by_people(self) -> Floats:
        """How many fewer people the plan would reach with the runner-up, shape (n_hubs,)."""
        return self.only_people - self.runner_up_people


def give_reasons(coverage: Coverage, hubs: Rows, rules: Rules | None = None) -> Reasons:
    """Find why each hub is in a plan and each other site is out.

    With w_j the people of cell j, a_ij the share of them that site i would serve, and b_j, c_j the
    largest and second largest share among the hubs, a plan reaches Σ_j w_j b_j. Where hub h, the
    best of cell j, leaves, c_j stays. Site i in its place then adds

        Σ_j w_j max(0, a_ij - b_j)  +  Σ_{j best served by h} w_j (max(0, a_ij - c_j) -
        max(0, a_ij - b_j)),

    of which the second sum differs from 0 only for sites that share a cell with h: a sparse
    matrix site × hub, made in one pass over the pairs of a site and a cell.

    Parameters
    ----------
    coverage : Coverage
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage, each once.
    rules : Rules, optional
        Exchanges that they do not allow are not looked at (`leohub.plan.findings.exchanges`).

    Returns
    -------
    Reasons
    """
    hubs = np.asarray(hubs, dtype=np.intp)
    best, second, by = best_two(coverage.shares[hubs])
    pairs, need = coverage.shares.tocoo(), coverage.need_people
    site, cell = (index.astype(np.intp) for index in pairs.coords)
    over_best = need[cell] * np.maximum(pairs.data - best[cell], 0.0)
    adds = _sums(site, over_best, coverage.shares.shape[0])
    in_place = need[cell] * np.maximum(pairs.data - second[cell], 0.0) - over_best

    position = np.full(coverage.shares.shape[0], NONE, dtype=np.intp)
    position[hubs] = np.arange(len(hubs))
    outside = position == NONE
    own = ~outside[site] & (by[cell] == position[site])
    only = _sums(position[site[own]], in_place[own], len(hubs))
    in_reach = coverage.shares[hubs] @ need
    adds[hubs] = 0.0

    kept = outside[site] & (by[cell] != NONE) & (in_place > 0)
    regain = csr_array(
        coo_array(
            (in_place[kept], (site[kept], by[cell[kept]])),
            shape=(coverage.shares.shape[0], len(hubs)),
        )
    )
    if rules is None or (len(rules.names) == 1 and not np.any(rules.required | rules.forbidden)):
        runner_up, runner_up_people = _runners_up(regain, adds, outside)
        would_replace, loses = _exchanges(regain, adds, outside, only)
    else:
        allowed = allowed_exchanges(coverage, rules, hubs)
        runner_up, runner_up_people = _runners_up_within(allowed, regain, adds)
        would_replace, loses = _exchanges_within(allowed, regain, adds, only)
    return Reasons(
        hubs=hubs,
        only_people=only,
        shared_people=np.maximum(in_reach - only, 0.0),
        runner_up=runner_up,
        runner_up_people=runner_up_people,
        adds_people=adds,
        place_in_queue=_queue(adds, outside),
        would_replace=would_replace,
        exchange_loses_people=loses,
    )


def best_two(shares: csr_array) -> tuple[Floats, Floats, Rows]:
    """Return the largest and second largest share of each cell, and which row the largest is of.

    Parameters
    ----------
    shares : csr_array, shape (n_hubs, n_cells)

    Returns
    -------
    best, second : ndarray, shape (n_cells,)
        0 where there is none.
    by : ndarray of int, shape (n_cells,)
        The first row with the largest share; `NONE` where there is none.
    """
    pairs = shares.tocoo()
    row, column = pairs.coords
    order = np.lexsort((row, -pairs.data, column))
    cell, share = column[order], pairs.data[order]
    new = np.append(True, cell[1:] != cell[:-1])[: len(cell)]
    next_one = np.append(False, new[:-1])[: len(cell)] & ~new
    best, second = np.zeros(shares.shape[1]), np.zeros(shares.shape[1])
    by = np.full(shares.shape[1], NONE, dtype=np.intp)
    best[cell[new]], by[cell[new]] = share[new], row[order][new]
    second[cell[next_one]] = share[next_one]
    return best, second, by


def gains(coverage: Coverage, served_share: Floats) -> Floats:
    """Return the people whom each site would serve beyond what is served already.

    Parameters
    ----------
    coverage : Coverage
    served_share : ndarray, shape (n_cells,)
        Share of each cell's people that others serve [0..1].

    Returns
    -------
    ndarray, shape (n_sites,)
    """
    pairs = coverage.shares.tocoo()
    site, cell = (index.astype(np.intp) for index in pairs.coords)
    beyond = coverage.need_people[cell] * np.maximum(pairs.data - served_share[cell], 0.0)
    return _sums(site, beyond, coverage.shares.shape[0])


def people_in_common(coverage: Coverage, hubs: Rows, site: int) -> Floats:
    """Return the people in the catchment of a site whom each hub would serve too.

    Parameters
    ----------
    coverage : Coverage
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage.
    site : int
        A row.

    Returns
    -------
    ndarray, shape (n_hubs,)
        Of each cell the smaller of the two shares; hubs overlap: do not sum.
    """
    own = coverage.shares[[site]].toarray().ravel()
    pairs = coverage.shares[hubs].tocoo()
    hub, cell = (index.astype(np.intp) for index in pairs.coords)
    return _sums(hub, coverage.need_people[cell] * np.minimum(pairs.data, own[cell]), len(hubs))


def hubs_until(coverage: Coverage, hubs: Rows, site: int, most: int) -> int | None:
    """Count how many hubs more it takes until a plan that grows hub by hub takes a site.

    The plan's hubs stay; each further one is the site that then adds the most people.

    Parameters
    ----------
    coverage : Coverage
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage.
    site : int
        A row that is not a hub.
    most : int
        Hubs more that are looked at.

    Returns
    -------
    int or None
        1 where the next hub would be this site; None where it is not among the next `most`, or
        would add nobody when its turn comes.
    """
    shares, need = coverage.shares, coverage.need_people
    best = largest_shares(shares[hubs])

    def gain(row: int) -> float:
        pairs = slice(shares.indptr[row], shares.indptr[row + 1])
        cells = shares.indices[pairs]
        return float(need[cells] @ np.maximum(shares.data[pairs] - best[cells], 0.0))

    adds = gains(coverage, best)
    # Gains only fall while the plan grows, so that the first one that is still true is the largest.
    heap = [(-people, row) for row, people in enumerate(adds.tolist()) if people > 0]
    heapq.heapify(heap)
    taken = 0
    while heap and taken < most:
        _, row = heap[0]
        now = gain(row)
        if len(heap) > 1 and (-now, row) > min(heap[1:3]):
            heapq.heapreplace(heap, (-now, row))
            continue
        heapq.heappop(heap)
        if now <= 0:
            return None
        taken += 1
        if row == site:
            return taken
        pairs = slice(shares.indptr[row], shares.indptr[row + 1])
        cells = shares.indices[pairs]
        best[cells] = np.maximum(best[cells], shares.data[pairs])
    return None


def _sums(where: Rows, values: Floats, length: int) -> Floats:
    return np.bincount(where, values, minlength=length).astype(np.float64)


def _runners_up(regain: csr_array, adds: Floats, outside: Bools) -> tuple[Rows, Floats]:
    """Return, for each hub, the site outside that adds the most in its place, and how many."""
    n_hubs = regain.shape[1]
    if not outside.any():
        return np.full(n_hubs, NONE, dtype=np.intp), np.zeros(n_hubs)
    # Wherever the hub is no neighbour, the best is the same site: that which adds the most.
    anywhere = int(np.argmax(np.where(outside, adds, -1.0)))
    runner_up = np.full(n_hubs, anywhere, dtype=np.intp)
    people = np.full(n_hubs, adds[anywhere])
    near = regain.tocoo()
    site, hub = near.coords
    there = adds[site] + near.data
    order = np.lexsort((site, -there, hub))
    which, first = np.unique(hub[order], return_index=True)
    leader, most = site[order][first], there[order][first]
    better = (most > people[which]) | ((most == people[which]) & (leader < anywhere))
    runner_up[which[better]], people[which[better]] = leader[better], most[better]
    return runner_up, people


def _exchanges(
    regain: csr_array, adds: Floats, outside: Bools, only: Floats
) -> tuple[Rows, Floats]:
    """Return, for each site outside, the hub it had best replace, and what that would lose."""
    replaces = np.full(len(adds), NONE, dtype=np.intp)
    loses = np.zeros(len(adds))
    if not len(only):
        return replaces, loses
    # A hub that is no neighbour is replaced at the loss of those whom only it reaches.
    least = int(np.argmin(only))
    replaces[outside], loses[outside] = least, only[least] - adds[outside]
    near = regain.tocoo()
    site, hub = near.coords
    loss = only[hub] - near.data - adds[site]
    order = np.lexsort((hub, loss, site))
    which, first = np.unique(site[order], return_index=True)
    neighbour, lost = hub[order][first], loss[order][first]
    better = lost <= loses[which]
    replaces[which[better]], loses[which[better]] = neighbour[better], lost[better]
    return replaces, loses


def _runners_up_within(allowed: Bools, regain: csr_array, adds: Floats) -> tuple[Rows, Floats]:
    """Return the same as `_runners_up` among allowed exchanges; `NONE` where there is none."""
    runner_up = np.full(regain.shape[1], NONE, dtype=np.intp)
    people = np.zeros(regain.shape[1])
    by_hub = regain.tocsc()
    for hub in np.flatnonzero(allowed.any(axis=0)).tolist():
        there = np.where(allowed[:, hub], adds + by_hub[:, [hub]].toarray().ravel(), -1.0)
        runner_up[hub] = np.argmax(there)
        people[hub] = there[runner_up[hub]]
    return runner_up, people


def _exchanges_within(
    allowed: Bools, regain: csr_array, adds: Floats, only: Floats
) -> tuple[Rows, Floats]:
    """Return the same as `_exchanges` among allowed exchanges; `NONE` where there is none."""
    replaces = np.full(len(adds), NONE, dtype=np.intp)
    loses = np.zeros(len(adds))
    for site in np.flatnonzero(allowed.any(axis=1)).tolist():
        loss = only - regain[[site]].toarray().ravel() - adds[site]
        loss[~allowed[site]] = np.inf
        replaces[site] = np.argmin(loss)
        loses[site] = loss[replaces[site]]
    return replaces, loses


def _queue(adds: Floats, outside: Bools) -> Rows:
    """Return the place of each site outside by what it adds; equals share the better place."""
    place = np.zeros(len(adds), dtype=np.intp)
    falling = np.sort(-adds[outside])
    place[outside] = 1 + np.searchsorted(falling, -adds[outside], side="left")
    return place
