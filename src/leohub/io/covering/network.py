"""Which nodes of a network lie within a distance of each other along its edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from leohub.io.covering.plane import to_matrix

_DISTANCES_AT_ONCE = 4_000_000
"""Distances held at once while coverage is found: bounds the memory to tens of megabytes."""


@dataclass(frozen=True)
class Network:
    """A network whose every node is a site and a point, with distances along its edges.

    Attributes
    ----------
    lengths : csr_array, shape (n, n)
        Length of the edge between two nodes, in both directions; absent where there is none.
    """

    lengths: csr_array

    unit = "in the unit of the edges"

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sites, number of points."""
        nodes = int(self.lengths.shape[0])
        return nodes, nodes

    def within(self, radius: float) -> csr_array:
        """Return 1 for each pair of nodes whose shortest path is at most `radius` long.

        Returns
        -------
        csr_array, shape (n, n)
        """
        return to_matrix(self._near(radius), self.shape)

    def _near(self, radius: float) -> Iterator[NDArray[np.int32]]:
        nodes, _ = self.shape
        step = max(1, _DISTANCES_AT_ONCE // nodes)
        for start in range(0, nodes, step):
            sources = np.arange(start, min(start + step, nodes))
            distances = dijkstra(self.lengths, indices=sources, limit=radius)
            for row in distances:
                yield np.flatnonzero(row <= radius).astype(np.int32)
