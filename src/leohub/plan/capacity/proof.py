r"""What hubs of limited capacity serve, and what no plan can exceed, counted again.

*Served.* A plan says how many people of each cell go to each hub. It can be done if no hub serves
more than it has room for and, in each cell with :math:`w` people, those sites that serve at most
the share `a` of it together serve at most :math:`a w` (the people whom a site can serve are the
first in line, so that these conditions are all there are: Hall 1935, doi:10.1112/jlms/s1-10.37.26).
Sums that miss by a rounding are put right by counting everybody a hair less.

*Bound.* Grant each person of layer :math:`l` the share :math:`g_l \in [0, 1]` beforehand, and
charge rents :math:`\mu \ge 0` on the rows :math:`A x + A' t \le b`. Each person served counts as
what was granted, once, and as the rest, which the hub earns: so no plan serves more than

.. math::

    \sum_l g_l w_l + \mu^T b + \sum_i \max(0, r_i - \mu^T A_i, r'_i - \mu^T (A_i + A'_i)),

where the people that one terminal can serve earn at most :math:`r_i = q Q_i + \sum_l w_{il}
\max(0, 1 - g_l - q)` at *any* :math:`q \ge 0`, and two :math:`r'_i` likewise. A site that must be a
hub loses the 0, one that must not counts nothing.

As `leohub.plan.proof`, nothing here comes from the search, and every rounding goes outward.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.capacity.certificate import Certificate
from leohub.plan.capacity.room import Capacity
from leohub.plan.proof import check_coverage, value_people
from leohub.plan.rounding import above, down, product_above, product_below, up
from leohub.plan.rules.rules import Rules

Floats = NDArray[np.float64]

CHUNK_PARTS = 1_000_000
"""Pairs of a site and a layer that are worked on at once: bounds the memory."""

MOST_EXCESS = 1e-9
"""Share by which an assignment may exceed a limit and count as rounded."""


def served_people(
    coverage: Coverage,
    capacity: Capacity,
    hubs: ArrayLike,
    terminals: ArrayLike,
    assigned_people: csr_array,
) -> float:
    """Return how many people a plan serves at least.

    Parameters
    ----------
    coverage : Coverage
    capacity : Capacity
    hubs : array_like of int, shape (k,)
        Rows of the coverage, each at most once.
    terminals : array_like of int, shape (k,)
        1 or 2 at each.
    assigned_people : csr_array, shape (k, n_cells)
        People of each cell who go to each hub.

    Raises
    ------
    ValueError
        If the plan cannot be carried out: a hub is there twice, or more people go somewhere than
        there are or than fit.
    """
    chosen, number = np.asarray(hubs, dtype=np.int64), np.asarray(terminals)
    if len(np.unique(chosen)) < len(chosen) or not np.all(np.isin(number, (1, 2))):
        raise ValueError("every hub must be there once, with one terminal or two")
    if assigned_people.nnz and not np.all(assigned_people.data >= 0):
        raise ValueError("people assigned must be numbers, at least 0")
    room = capacity.first_people[chosen] + np.where(number == 2, capacity.second_people[chosen], 0)
    excess = max(
        _excess_of_hubs(assigned_people, room), _excess_of_cells(coverage, chosen, assigned_people)
    )
    if excess > MOST_EXCESS:
        raise ValueError("more people are assigned than there are or than fit")
    total = down(math.fsum(assigned_people.data.tolist()))
    return down(total / up(1 + excess))


def _excess_of_hubs(assigned: csr_array, room: Floats) -> float:
    """Return by which share the fullest hub is too full, not below 0."""
    ends = assigned.indptr.tolist()
    people = [math.fsum(assigned.data[a:b].tolist()) for a, b in pairwise(ends)]
    return max(
        (_excess(each, most) for each, most in zip(people, room.tolist(), strict=True)), default=0.0
    )


def _excess_of_cells(coverage: Coverage, hubs: NDArray[np.int64], assigned: csr_array) -> float:
    """Return by which share the people of a cell are there too often, not below 0."""
    if not assigned.nnz:
        return 0.0
    pairs = assigned.tocoo()
    hub, cell = pairs.coords
    share = np.asarray(coverage.shares[hubs].tocsr()[hub, cell]).ravel()
    order = np.lexsort((share, cell))
    worst, before, so_far = 0.0, -1, [0.0]
    rows = zip(cell[order].tolist(), share[order].tolist(), pairs.data[order].tolist(), strict=True)
    for at, part, people in rows:
        so_far = [people] if at != before else [*so_far, people]
        before = at
        worst = max(worst, _excess(math.fsum(so_far), float(coverage.need_people[at]) * part))
    return worst


def _excess(people: float, most: float) -> float:
    """Return by which share people are more than the most, rounded up; 0 if they are not."""
    if people <= math.nextafter(most, 0.0) or people == 0:
        return 0.0
    least = math.nextafter(most, 0.0)
    return math.inf if least <= 0 else math.nextafter(people / least, math.inf) - 1 + 2**-52


def bound_people(
    coverage: Coverage, capacity: Capacity, rules: Rules, certificate: Certificate
) -> float:
    """Return what no plan that keeps the rules can exceed [people].

    Raises
    ------
    ValueError
        If the certificate is not of this problem, or a number of it is out of its range.
    """
    _check(coverage, rules, certificate)
    layers = _Layers(coverage, certificate)
    rents = certificate.rents
    constant = [
        *product_above(layers.people, certificate.granted).tolist(),
        *product_above(rules.limits, rents).tolist(),
    ]
    cost, extra = _charges(rules.rows, rents), _charges(capacity.second_rows, rents)
    most_first = capacity.first_people
    most_both = np.nextafter(capacity.first_people + capacity.second_people, np.inf)
    worth: list[float] = []
    for sites, parts in layers.by_site():
        for site, (people, value) in zip(sites, parts, strict=True):
            if rules.forbidden[site]:
                continue
            one = up(_earned(people, value, float(most_first[site])) - cost[site])
            two = up(
                _earned(people, value, float(most_both[site])) - down(cost[site] + extra[site])
            )
            best = max(one, two)
            worth.append(best if rules.required[site] else max(best, 0.0))
    _, most = value_people(coverage, np.flatnonzero(rules.allowed))
    return min(up(math.fsum([*constant, *worth])), most)


class _Layers:
    """The layers of a certificate, with their people rounded up."""

    def __init__(self, coverage: Coverage, certificate: Certificate) -> None:
        self.coverage, self.certificate = coverage, certificate
        cell, share = certificate.cell, certificate.share
        first = np.diff(cell, prepend=-1) != 0
        self.begin = np.where(first, 0.0, np.concatenate([[0.0], share[:-1]])[: len(share)])
        self.people = _people_above(coverage.need_people[cell], self.begin, share)
        cells = np.arange(coverage.shares.shape[1])
        self.start = np.searchsorted(cell, cells, side="left")
        self.count = np.searchsorted(cell, cells, side="right") - self.start

    def by_site(self) -> Iterator[tuple[range, list[tuple[Floats, Floats]]]]:
        """Yield runs of sites and, for each, people and what each of them earns."""
        shares = self.coverage.shares
        parts_of = np.concatenate([[0], np.cumsum(self.count[shares.indices] + 1)])
        ends = parts_of[shares.indptr]
        first, sites = 0, shares.shape[0]
        while first < sites:
            fits = int(np.searchsorted(ends, ends[first] + CHUNK_PARTS, side="right")) - 1
            last = min(max(fits, first + 1), sites)
            yield range(first, last), self._parts(first, last)
            first = last

    def _parts(self, first: int, last: int) -> list[tuple[Floats, Floats]]:
        """Return the people of each site by layer; beyond the last layer nothing is granted."""
        shares = self.coverage.shares
        pairs = slice(shares.indptr[first], shares.indptr[last])
        cell, share = shares.indices[pairs], shares.data[pairs]
        count = self.count[cell]
        begins = np.concatenate([[0], np.cumsum(count + 1)])
        pair = np.repeat(np.arange(len(cell)), count + 1)
        place = np.arange(begins[-1]) - begins[pair]
        beyond = place == count[pair]
        layer = np.where(
            beyond,
            np.maximum(self.start[cell][pair] + count[pair] - 1, 0),
            self.start[cell][pair] + place,
        )
        known = self.certificate
        if len(known.cell):
            end = known.share[layer]
            low = np.where(beyond, np.where(count[pair] > 0, end, 0.0), self.begin[layer])
            high = np.where(beyond, 1.0, end)
            value = np.where(beyond, 1.0, np.nextafter(1 - known.granted[layer], np.inf))
        else:
            low, high = np.zeros(len(pair)), np.ones(len(pair))
            value = np.ones(len(pair))
        most = share[pair]
        people = _people_above(
            self.coverage.need_people[cell][pair], np.minimum(low, most), np.minimum(high, most)
        )
        ends = begins[shares.indptr[first : last + 1] - shares.indptr[first]].tolist()
        return [(people[a:b], value[a:b]) for a, b in pairwise(ends)]


def _earned(people: Floats, value: Floats, room: float) -> float:
    """Return the most that a hub with such room earns, rounded up."""
    order = np.argsort(-value)
    taken = np.cumsum(people[order])
    full = int(np.searchsorted(taken, room))
    # Whatever this is, the sum below is not too small; it is smallest at the last who fits in.
    least = max(0.0, float(value[order[full]])) if full < len(order) else 0.0
    rent = float(product_above(least, room)) if least > 0 else 0.0
    beyond = product_above(people, above(np.maximum(value - least, 0.0)))
    return up(math.fsum([rent, *beyond.tolist()]))


def _people_above(need: Floats, begin: Floats, end: Floats) -> Floats:
    """Return need × (end - begin), or a little more; the whole of a need, and nobody, are exact."""
    part = np.where((begin == 0) | (end <= begin), end - begin, np.nextafter(end - begin, np.inf))
    return np.where(end > begin, product_above(need, part), 0.0)


def _charges(rows: csr_array, rents: Floats) -> Floats:
    """Return what the rows charge each site, or a little less."""
    by_site = rows.T.tocsr()
    below = product_below(by_site.data, rents[by_site.indices]).tolist()
    ends = by_site.indptr.tolist()
    return np.array([down(math.fsum(below[a:b])) for a, b in pairwise(ends)])


def _check(coverage: Coverage, rules: Rules, certificate: Certificate) -> None:
    """Refuse what proves nothing."""
    cell, share, granted = certificate.cell, certificate.share, certificate.granted
    check_coverage(coverage)
    if rules.reach_rows.nnz:
        raise ValueError("rules about people reached are not proven with capacities")
    if certificate.rents.shape != rules.limits.shape or not np.all(
        np.isfinite(certificate.rents) & (certificate.rents >= 0)
    ):
        raise ValueError("one rent, finite and at least 0, for each row of the rules")
    if not np.all((granted >= 0) & (granted <= 1)) or not np.all((share > 0) & (share <= 1)):
        raise ValueError("shares and what is granted must lie between 0 and 1")
    step = np.diff(cell)
    if len(cell) and (cell[0] < 0 or cell[-1] >= len(coverage.need_people)):
        raise ValueError("every layer must be of a cell")
    if not np.all((step > 0) | ((step == 0) & (np.diff(share) > 0))):
        raise ValueError("layers must stand by cell, and by share within each")
