"""Parts of a problem that hardly touch each other: hubs that share people, with sites around them.

Every site belongs to the hub that shares most people with it. Hubs whose zones share people are
merged, the closest first, until a part holds enough hubs (agglomeration by average linkage).
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.problem.instance import Instance

STRAY = 0.05
"""Size of the zone of a site that shares nobody with any hub, in hubs."""


def find_regions(
    instance: Instance,
    is_hub: NDArray[np.bool_],
    hubs_each: float,
    tie_people: NDArray[np.float64] | None = None,
) -> NDArray[np.int64]:
    """Divide the sites into regions of at most so many hubs.

    Parameters
    ----------
    instance : Instance
    is_hub : ndarray of bool, shape (n,)
        At least one.
    hubs_each : float
        Most hubs of a region; at least 1.
    tie_people : ndarray, shape (m,), optional
        How much each group that two hubs serve ties them together [people]. Default: its people.

    Returns
    -------
    ndarray of int64, shape (n,)
        Number of the region of each site, from 0.
    """
    serves = instance.serves
    zone = _zones(serves, instance.need_people, np.flatnonzero(is_hub))
    tie = instance.need_people if tie_people is None else tie_people
    return _agglomerate(serves, tie, zone, int(is_hub.sum()), hubs_each)[zone]


def _zones(
    serves: csr_array, need_people: NDArray[np.float64], hubs: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Return for each site the position of its hub; sites without one get numbers of their own."""
    shared = (serves[hubs].multiply(need_people[np.newaxis, :]).tocsr() @ serves.T).tocoo()
    # Ascending by site, then by people shared: the last entry of each site is its hub.
    order = np.lexsort((shared.row, shared.data, shared.col))
    site = shared.col[order]
    last = np.flatnonzero(np.diff(site, append=-1) != 0)
    zone = np.full(serves.shape[0], -1, dtype=np.int64)
    zone[site[last]] = shared.row[order][last]
    zone[hubs] = np.arange(len(hubs))
    stray = np.flatnonzero(zone < 0)
    zone[stray] = len(hubs) + np.arange(len(stray))
    return zone


def _agglomerate(
    serves: csr_array,
    tie_people: NDArray[np.float64],
    zone: NDArray[np.int64],
    hubs: int,
    hubs_each: float,
) -> NDArray[np.int64]:
    """Return the region of each zone."""
    zones = int(zone.max()) + 1
    members = csr_array(
        (np.ones(len(zone)), (zone, np.arange(len(zone)))), shape=(zones, len(zone))
    )
    served = (members @ serves).sign()
    shared = (served.multiply(tie_people[np.newaxis, :]).tocsr() @ served.T).tocoo()
    size = np.where(np.arange(zones) < hubs, 1.0, STRAY)
    near: list[dict[int, float]] = [{} for _ in range(zones)]
    for a, b, people in zip(
        shared.row.tolist(), shared.col.tolist(), shared.data.tolist(), strict=True
    ):
        if a != b:
            near[a][b] = people
    return _merge(near, size, hubs_each)


def _merge(
    near: list[dict[int, float]], size: NDArray[np.float64], most: float
) -> NDArray[np.int64]:
    """Merge the closest pair again and again while the sum of their sizes is at most `most`."""
    into = np.arange(len(size))
    changed = np.zeros(len(size), dtype=np.int64)

    def entry(a: int, b: int) -> tuple[float, int, int, int, int]:
        a, b = min(a, b), max(a, b)
        closeness = near[a][b] / float(size[a] * size[b])
        return -closeness, a, b, int(changed[a]), int(changed[b])

    queue = [entry(a, b) for a in range(len(size)) for b in near[a] if a < b]
    heapq.heapify(queue)
    while queue:
        _, a, b, at_a, at_b = heapq.heappop(queue)
        if at_a != changed[a] or at_b != changed[b] or size[a] + size[b] > most:
            continue
        into[b] = a
        size[a] += size[b]
        changed[a] += 1
        changed[b] += 1
        for other, people in near[b].items():
            del near[other][b]
            if other != a:
                near[a][other] = near[other][a] = near[a].get(other, 0.0) + people
        near[b] = {}
        for other in near[a]:
            heapq.heappush(queue, entry(a, other))
    # Zones are merged into those with smaller numbers, but not always in that order.
    while np.any(into[into] != into):
        into = into[into]
    return np.unique(into, return_inverse=True)[1]
