r"""A minimum distance between hubs.

Sites nearer to each other than the distance conflict: at most one of a conflicting pair may be a
hub. A row :math:`\sum_{i \in Q} x_i \le 1` for a clique :math:`Q`, a set of sites of which each two
conflict, says so for all its pairs at once. Any plan that keeps to the pairs keeps to it; and it
cuts off more of what is not whole: with :math:`x = 1/2` all pairs of a clique of five hold, its row
does not. If no further site can join the clique, no row can be stronger: it is a facet of the
plans that keep the distance (Padberg 1973, "On the facial structure of set packing polyhedra",
Mathematical Programming 5, 199-215, doi:10.1007/BF01580121). Here every conflicting pair lies in
at least one clique, grown until no further site can join.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from leohub.people.coverage import chord_km, ecef_km
from leohub.plan.rules.rules import Rule

MOST_PAIRS = 5_000_000
"""Pairs of sites nearer than the distance; with more, hardly any plan is left to choose."""


def apart(
    name: str,
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    distance_km: float,
    existing: NDArray[np.bool_] | None = None,
) -> Rule:
    """Keep hubs at least so far from each other.

    Parameters
    ----------
    name : str
    lat_deg, lon_deg : array_like, shape (n_sites,)
        [°]
    distance_km : float
        Geodesic; sites exactly so far apart do not conflict [km].
    existing : ndarray of bool, shape (n_sites,), optional
        Hubs that stand already. They may stand near each other, but keep new ones away.

    Raises
    ------
    ValueError
        If there are more than `MOST_PAIRS` pairs of sites nearer to each other.
    """
    lat = np.asarray(lat_deg, dtype=np.float64)
    first, second = _near_pairs(lat, np.asarray(lon_deg, dtype=np.float64), distance_km)
    if existing is not None:
        new = ~(existing[first] & existing[second])
        first, second = first[new], second[new]
    return _clique_rule(name, first, second, len(lat))


def _near_pairs(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], distance_km: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    points = ecef_km(lat_deg, lon_deg)
    limit_km = chord_km(distance_km, lat_deg)
    tree = cKDTree(points)
    count = int(np.sum(tree.query_ball_point(points, limit_km, return_length=True)))
    if count - len(points) > 2 * MOST_PAIRS:
        raise ValueError(
            f"{(count - len(points)) // 2:,} pairs of places lie nearer to each other than "
            f"{distance_km:g} km; at most {MOST_PAIRS:,} can be looked at"
        )
    pairs = tree.query_pairs(float(limit_km.max(initial=0.0)), output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    chord = np.linalg.norm(points[first] - points[second], axis=1)
    near = chord < np.minimum(limit_km[first], limit_km[second]) * (1 - 1e-12)
    return first[near], second[near]


def _clique_rule(name: str, first: NDArray[np.intp], second: NDArray[np.intp], sites: int) -> Rule:
    ones = np.ones(2 * len(first), dtype=np.int8)
    both = np.concatenate([first, second]), np.concatenate([second, first])
    near = csr_array((ones, both), shape=(sites, sites))
    near.sort_indices()
    length, members = _cover_by_cliques(near.indptr.astype(np.int64), near.indices.astype(np.int64))
    start = np.concatenate([[0], np.cumsum(length)])
    rows = csr_array((np.ones(len(members)), members, start), shape=(len(length), sites))
    return Rule(name, rows, np.ones(len(length)))


@numba.njit(cache=True, nogil=True)
def _place_of(near: NDArray[np.int64], begin: int, end: int, site: int) -> int:  # pragma: no cover
    """Return where a site stands among ascending neighbours, -1 if it does not."""
    at = begin + np.searchsorted(near[begin:end], site)
    found = at < end and near[at] == site
    return int(at) if found else -1


@numba.njit(cache=True, nogil=True)
def _cover_by_cliques(  # pragma: no cover
    start: NDArray[np.int64], near: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lengths and the members of cliques that hold every pair of neighbours.

    Each pair that no clique holds yet is grown by its common neighbours, in their order.
    """
    held = np.zeros(len(near), dtype=np.bool_)
    lengths = [np.int64(0) for _ in range(0)]
    members = [np.int64(0) for _ in range(0)]
    clique = np.empty(len(start), dtype=np.int64)
    for site in range(len(start) - 1):
        for pair in range(start[site], start[site + 1]):
            if held[pair] or near[pair] < site:
                continue
            clique[0], clique[1], size = site, near[pair], 2
            for other in near[start[site] : start[site + 1]]:
                joins = other != near[pair]
                for known in clique[1:size]:
                    if not joins:
                        break
                    joins = _place_of(near, start[other], start[other + 1], known) >= 0
                if joins:
                    clique[size] = other
                    size += 1
            for a in clique[:size]:
                for b in clique[:size]:
                    if a != b:
                        held[_place_of(near, start[a], start[a + 1], b)] = True
            lengths.append(np.int64(size))
            members.extend(list(np.sort(clique[:size])))
    return np.array(lengths, dtype=np.int64), np.array(members, dtype=np.int64)
