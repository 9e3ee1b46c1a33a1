"""The land that each hub serves, as shapes: what the map draws where a circle would not be true."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import h3.api.numpy_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray

from leohub.study.results import Results

MOST_CORNERS: Final = 40_000
"""Corners that a page carries, about ten bytes each; with more, all shapes are drawn more roughly.
A shape keeps three corners at least, however many hubs there are."""

FINEST_EDGES: Final = 0.5
ROUGHER: Final = 1.5
MOST_EDGES: Final = 12.0
"""Shapes are simplified by so many edges of a cell: to begin with, from try to try, and at most."""

SMALLEST_HOLE_CELLS: Final = 4
"""Holes of fewer cells are filled: hardly anybody lives there, or no way leads there."""

STEP_DEG: Final = 1e-4
"""Corners are packed as whole multiples of this, about 11 m."""

Shapes = NDArray[np.object_]


def catchments(results: Results) -> Shapes | None:
    """Return the cells that each hub serves, in part or in full, as one shape.

    Parameters
    ----------
    results : Results

    Returns
    -------
    ndarray of MultiPolygon, shape (k,), or None
        In the order of the hubs (lon, lat) [°]; empty for a hub that serves nobody. None where a
        hub serves everyone within its radius: a circle says that better.
    """
    if results.study.service.catchment.everyone_within_radius:
        return None
    ids = results.cells.index.to_numpy(np.uint64)
    shares = results.coverage.shares[results.plan.hubs]
    served = [ids[shares.indices[start:end]] for start, end in pairwise(shares.indptr)]
    return np.array([_joined(cells) for cells in served], dtype=object)


def _joined(cells: NDArray[np.uint64]) -> shapely.MultiPolygon:
    """Return cells as one shape, without its small holes."""
    if not len(cells):
        return shapely.MultiPolygon()
    cell_area = shapely.Polygon(h3.cell_to_boundary(int(cells[0]))).area
    smallest = (SMALLEST_HOLE_CELLS - 0.5) * cell_area
    parts = h3.cells_to_h3shape(cells, tight=False)
    return shapely.MultiPolygon(
        [
            (
                _lon_lat(part.outer),
                [_lon_lat(hole) for hole in part.holes if shapely.Polygon(hole).area > smallest],
            )
            for part in parts
        ]
    )


def _lon_lat(ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(lon, lat) for lat, lon in ring]


def simplified(
    shapes: Shapes, cells: NDArray[np.uint64], most_corners: int = MOST_CORNERS
) -> Shapes:
    """Return shapes with few enough corners for a page.

    Parameters
    ----------
    shapes : ndarray of MultiPolygon
    cells : ndarray of uint64
        Some cells of the study: the first gives the length of an edge.
    most_corners : int
        Of all shapes together. More only where nothing rougher would do.
    """
    boundary = np.array(h3.cell_to_boundary(int(cells[0])))
    return roughened(shapes, float(np.hypot(*(boundary[1] - boundary[0]))), most_corners)


def roughened(shapes: Shapes, edge_deg: float, most_corners: int = MOST_CORNERS) -> Shapes:
    """Return shapes made of edges of cells, simplified as by `simplified`.

    Parameters
    ----------
    shapes : ndarray of MultiPolygon
    edge_deg : float
        Length of an edge of a cell [°].
    most_corners : int
        As for `simplified`.
    """
    edges = FINEST_EDGES
    while True:
        simple = shapely.simplify(shapes, edges * edge_deg)
        if shapely.get_num_coordinates(simple).sum() <= most_corners or edges >= MOST_EDGES:
            return np.asarray(simple, dtype=object)
        edges *= ROUGHER


def packed(shapes: Shapes) -> list[list[list[list[int]]]]:
    """Pack shapes for the map: hub → polygon → ring → whole steps from corner to corner.

    A ring is ``[lon, lat, lon, lat, …]`` in steps of 1/10,000 degree, each but the first as the
    difference from the corner before, without its last corner, which is the first one.
    """
    return [
        [[_steps(ring) for ring in shapely.get_rings(part)] for part in shapely.get_parts(shape)]
        for shape in shapes
    ]


def _steps(ring: shapely.Geometry) -> list[int]:
    corners = np.rint(shapely.get_coordinates(ring)[:-1] / STEP_DEG).astype(int)
    steps: list[int] = np.diff(corners, axis=0, prepend=0).ravel().tolist()
    return steps
