"""Travel times over roads and paths: on foot across country to the road, along it, and off it.

The quickest way along the roads is found exactly (Dijkstra 1959, Numerische Mathematik 1,
269-271). One may also walk across country all the way: over short distances that is quicker than
a road that lies off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from leohub.people.catchment.compiled import compiled
from leohub.people.catchment.queue import pop, push
from leohub.people.coverage import ecef_km

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Roads:
    """A network of roads and paths, usable in both directions.

    Attributes
    ----------
    lat_deg, lon_deg : ndarray, shape (n_nodes,)
        Where the nodes lie [°].
    first_edge : ndarray of int, shape (n_nodes + 1,)
        The edges from node i are ``first_edge[i]:first_edge[i + 1]``.
    to_node : ndarray of int32, shape (n_edges,)
        Where each edge leads; every road is two edges.
    minutes : ndarray, shape (n_edges,)
        How long it takes [min].
    """

    lat_deg: Floats
    lon_deg: Floats
    first_edge: Ints
    to_node: NDArray[np.int32]
    minutes: Floats

    @classmethod
    def from_edges(
        cls, lat_deg: Floats, lon_deg: Floats, start: Ints, end: Ints, minutes: Floats
    ) -> Roads:
        """Lay out roads that are given once each, by the nodes at their ends.

        Parameters
        ----------
        lat_deg, lon_deg : ndarray, shape (n_nodes,)
            [°]
        start, end : ndarray of int, shape (n_roads,)
            Nodes.
        minutes : ndarray, shape (n_roads,)
            [min]
        """
        source, target = np.concatenate([start, end]), np.concatenate([end, start])
        order = np.argsort(source, kind="stable")
        first_edge = np.zeros(len(lat_deg) + 1, dtype=np.int64)
        np.cumsum(np.bincount(source, minlength=len(lat_deg)), out=first_edge[1:])
        both = np.concatenate([minutes, minutes])
        return cls(lat_deg, lon_deg, first_edge, target[order].astype(np.int32), both[order])

    def nearest(self, lat_deg: Floats, lon_deg: Floats) -> tuple[Ints, Floats]:
        """Return the node nearest to each place, and how far it is [km], shape (n,) each."""
        tree = cKDTree(ecef_km(self.lat_deg, self.lon_deg))
        distance_km, node = tree.query(ecef_km(lat_deg, lon_deg))
        return np.asarray(node, dtype=np.int64), np.asarray(distance_km, dtype=np.float64)


@dataclass(frozen=True)
class Access:
    """How places are joined to roads.

    Attributes
    ----------
    node : ndarray of int, shape (n,)
        The node of the roads at which each place joins them.
    minutes : ndarray, shape (n,)
        How long it takes to get there [min]; inf where there is no way.
    """

    node: Ints
    minutes: Floats


def road_minutes(
    roads: Roads,
    site: Access,
    far_km: Floats,
    limit_min: float,
    first_pair: Ints,
    cell: Access,
) -> Floats:
    """Return how long it takes over the roads from each site to each of its cells.

    Parameters
    ----------
    roads : Roads
    site : Access
        Of the sites.
    far_km : ndarray, shape (n_sites,)
        Ways that lead further from the site than this are not looked for [km].
    limit_min : float
        Nor are longer ones [min].
    first_pair : ndarray of int, shape (n_sites + 1,)
        The cells of site i are ``first_pair[i]:first_pair[i + 1]``.
    cell : Access
        Of the cell of each pair.

    Returns
    -------
    ndarray, shape (n_pairs,)
        Minutes; inf where there is no way, or a longer one.
    """
    found = np.full(len(cell.node), np.inf)
    _travel(
        ecef_km(roads.lat_deg, roads.lon_deg),
        roads.first_edge,
        roads.to_node,
        roads.minutes,
        site.node,
        site.minutes,
        np.asarray(far_km, dtype=np.float64),
        limit_min,
        np.asarray(first_pair, dtype=np.int64),
        cell.node,
        cell.minutes,
        found,
    )
    found[found > limit_min] = np.inf
    return found


@compiled
def _travel(
    node_km: Floats,
    first_edge: Ints,
    to_node: NDArray[np.int32],
    edge_min: Floats,
    site_node: Ints,
    site_min: Floats,
    far_km: Floats,
    limit_min: float,
    first_pair: Ints,
    cell_node: Ints,
    cell_min: Floats,
    found: Floats,
) -> None:
    """Fill `found`; see `road_minutes`."""
    best = np.full(len(node_km), np.inf)
    wanted_by = np.full(len(node_km), -1, dtype=np.int64)
    # Every edge is followed once at most, so that the queue never holds more.
    queued_min = np.empty(len(to_node) + 1, dtype=np.float64)
    queued = np.empty(len(to_node) + 1, dtype=np.int64)
    touched = np.empty(len(node_km), dtype=np.int64)
    for i in range(len(site_node)):
        missing = 0
        for pair in range(first_pair[i], first_pair[i + 1]):
            if wanted_by[cell_node[pair]] != i:
                wanted_by[cell_node[pair]] = i
                missing += 1
        if missing == 0 or not site_min[i] <= limit_min:
            continue
        far2 = far_km[i] ** 2
        best[site_node[i]] = site_min[i]
        touched[0] = site_node[i]
        seen = 1
        size = push(queued_min, queued, 0, site_min[i], site_node[i])
        while size > 0:
            minutes, node = queued_min[0], queued[0]
            size = pop(queued_min, queued, size)
            if minutes > best[node]:
                continue
            if minutes > limit_min:
                break
            if wanted_by[node] == i:
                wanted_by[node] = -1
                missing -= 1
                if missing == 0:
                    break
            for edge in range(first_edge[node], first_edge[node + 1]):
                there = minutes + edge_min[edge]
                neighbour = to_node[edge]
                if there >= best[neighbour]:
                    continue
                away2 = 0.0
                for axis in range(3):
                    away2 += (node_km[neighbour, axis] - node_km[site_node[i], axis]) ** 2
                if away2 > far2:
                    continue
                if best[neighbour] == np.inf:
                    touched[seen] = neighbour
                    seen += 1
                best[neighbour] = there
                size = push(queued_min, queued, size, there, neighbour)
        for pair in range(first_pair[i], first_pair[i + 1]):
            found[pair] = best[cell_node[pair]] + cell_min[pair]
        for k in range(seen):
            best[touched[k]] = np.inf
