r"""What a plan reaches, and what no plan can exceed, counted again from the coverage alone.

Let cell :math:`j` have :math:`w_j` people in need, of whom a hub at site :math:`i` would serve the
share :math:`a_{ij}`. A plan :math:`S` of at most :math:`K` sites reaches
:math:`\sum_j w_j \max_{i \in S} a_{ij}`. Grant every cell any number :math:`g_j \ge 0` of people
beforehand. Whatever :math:`S` is, cell by cell

.. math::

    w_j \max_{i \in S} a_{ij} \;\le\; g_j + \sum_{i \in S} \max(0,\, w_j a_{ij} - g_j),

because the site with the largest share is one of the sum. Adding up the cells, and putting the
:math:`K` sites with the largest incomes :math:`r_i = \sum_j \max(0, w_j a_{ij} - g_j)` in place of
:math:`S`, no :math:`K` sites reach more than

.. math::

    \sum_j g_j + \text{the sum of the } K \text{ largest } r_i .

That holds for *every* :math:`g \ge 0`: whoever found them, and how, need not be trusted. Nor can
any plan exceed what all sites together reach.

Nothing here comes from the search: no solver, no compiled code, no other module of `leohub.plan`.
Every rounding goes outward. IEEE 754 rounds a product or a difference to the nearest number, so the
true one lies between the two neighbours of the result; ``math.fsum`` rounds a whole sum once.

Sources: the bound is that of M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient
optimization", Mathematical Programming 6 (1974), doi:10.1007/BF01580223; the sums are those of
J. R. Shewchuk, "Adaptive precision floating-point arithmetic", Discrete & Computational Geometry
18 (1997), doi:10.1007/PL00009321.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.people.coverage import Coverage

Floats = NDArray[np.float64]

CHUNK_PAIRS = 500_000
"""Pairs of a site and a cell that are worked on at once: bounds the memory."""


def value_people(coverage: Coverage, hubs: ArrayLike) -> tuple[float, float]:
    """Return what a plan reaches: the true number lies between the two.

    Parameters
    ----------
    coverage : Coverage
    hubs : array_like of int, shape (k,)
        Rows of the coverage, each at most once.

    Returns
    -------
    low, high : float
        [people]

    Raises
    ------
    ValueError
        If a hub is no row or is there twice, or a need or a share is no number that can be counted.
    """
    chosen = np.asarray(hubs, dtype=np.int64).reshape(-1)
    sites = coverage.shares.shape[0]
    if len(chosen) and not (chosen.min() >= 0 and chosen.max() < sites):
        raise ValueError(f"every hub must be one of the {sites} sites")
    if len(np.unique(chosen)) < len(chosen):
        raise ValueError("a hub is there twice")
    _check(coverage)
    served = coverage.shares[chosen]
    share = np.zeros(len(coverage.need_people))
    np.maximum.at(share, served.indices, served.data)
    reached = np.flatnonzero(share)
    share, need = share[reached], coverage.need_people[reached]
    low = _down(math.fsum(_product_below(need, share).tolist()))
    return max(0.0, low), _up(math.fsum(_product_above(need, share).tolist()))


def bound_people(coverage: Coverage, granted_people: ArrayLike, hubs: int) -> float:
    """Return what no plan of at most so many hubs can exceed [people].

    Parameters
    ----------
    coverage : Coverage
    granted_people : array_like, shape (n_cells,)
        The certificate: people of each cell that are granted beforehand.
    hubs : int
        Most sites that a plan may open.

    Raises
    ------
    ValueError
        If there is not one finite number, at least 0, for every cell; if `hubs` is negative; or if
        a need or a share is no number that can be counted.
    """
    granted = np.asarray(granted_people, dtype=np.float64)
    if granted.shape != coverage.need_people.shape:
        raise ValueError("one number of people granted per cell")
    if not np.all(np.isfinite(granted) & (granted >= 0)):
        raise ValueError("people granted must be finite numbers, at least 0")
    if hubs < 0:
        raise ValueError("the number of hubs must be at least 0")
    _check(coverage)
    incomes = np.concatenate([np.empty(0), *_incomes(coverage, granted)])
    best = np.sort(incomes)[::-1][:hubs]
    bound = _up(_up(math.fsum(granted.tolist())) + _up(math.fsum(best.tolist())))
    _, everyone = value_people(coverage, np.arange(coverage.shares.shape[0]))
    return min(bound, everyone)


def _incomes(coverage: Coverage, granted: Floats) -> Iterator[Floats]:
    """Yield, chunk by chunk, what each site could add to what is granted, rounded up [people]."""
    shares, starts = coverage.shares, coverage.shares.indptr
    for first, last in _chunks(starts):
        pairs = slice(starts[first], starts[last])
        cells = shares.indices[pairs]
        people = _product_above(coverage.need_people[cells], shares.data[pairs])
        beyond = people - granted[cells]
        # A difference that rounds to 0 is 0: only what is left needs to be rounded up.
        left = np.where(beyond > 0, np.nextafter(beyond, np.inf), 0.0).tolist()
        ends = (starts[first : last + 1] - starts[first]).tolist()
        yield np.array([_up(math.fsum(left[begin:end])) for begin, end in pairwise(ends)])


def _chunks(starts: NDArray[np.integer]) -> Iterator[tuple[int, int]]:
    """Yield runs of rows with at most `CHUNK_PAIRS` pairs each, or a single row."""
    first, rows = 0, len(starts) - 1
    while first < rows:
        fits = int(np.searchsorted(starts, int(starts[first]) + CHUNK_PAIRS, side="right")) - 1
        last = min(max(fits, first + 1), rows)
        yield first, last
        first = last


def _check(coverage: Coverage) -> None:
    """Refuse what cannot be counted: the proof rests on every need and every share."""
    shares = coverage.shares
    if not np.all(np.isfinite(coverage.need_people)):
        raise ValueError("need_people must be finite")
    if shares.nnz and not (shares.data.min() > 0 and shares.data.max() <= 1):
        raise ValueError("every share must be above 0 and at most 1")
    if not shares.has_canonical_format:
        raise ValueError("every pair of a site and a cell must be there once, in order")


def _product_above(need: Floats, share: Floats) -> Floats:
    """Return need × share, or a little more; the whole of a need is exact."""
    return np.where(share == 1, need, np.nextafter(need * share, np.inf))


def _product_below(need: Floats, share: Floats) -> Floats:
    """Return need × share, or a little less, not below 0; the whole of a need is exact."""
    return np.where(share == 1, need, np.maximum(np.nextafter(need * share, -np.inf), 0.0))


def _up(people: float) -> float:
    """Return the next larger number; 0 people stay 0, which is exact."""
    return math.nextafter(people, math.inf) if people else people


def _down(people: float) -> float:
    return math.nextafter(people, -math.inf) if people else people
