"""What further sites would add to a plan, whom they share with its hubs, and when one is taken."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage, largest_shares

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


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
