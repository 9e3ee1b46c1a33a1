"""Which points of a plane lie within a radius of which sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.errors import RefusalError
from leohub.people.coverage import MOST_PAIRS

_MARGIN = 1.000001
"""Squares are this much wider than the radius: rounding loses no point."""


@dataclass(frozen=True)
class Plane:
    """Sites and points in a plane, with straight-line distances.

    Attributes
    ----------
    sites : ndarray, shape (n_sites, 2)
    points : ndarray, shape (n_points, 2)
        Coordinates x, y in one unit, which is also that of the radius.
    """

    sites: NDArray[np.float64]
    points: NDArray[np.float64]

    unit = "in the unit of the coordinates"
    axes = ("x", "y")

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sites, number of points."""
        return len(self.sites), len(self.points)

    def within(self, radius: float) -> csr_array:
        """Return 1 for each pair of a site and a point at most `radius` apart.

        Sites are laid out in squares as wide as the radius. A point then looks at nine squares
        only, and because points come in their order, every row is in order as it is filled: memory
        beyond the answer does not grow with the number of points. Squares of distances are
        compared: whole-number coordinates are exact.

        Returns
        -------
        csr_array of int8, shape (n_sites, n_points)

        Raises
        ------
        RefusalError
            When there are more pairs than one matrix holds.
        """
        squares = _squares(self.sites, radius)
        near = np.zeros(len(self.sites), dtype=np.int64)
        nowhere = np.empty(0, dtype=np.int32)
        _look(self.points, radius, *squares, near, nowhere)
        starts = np.concatenate([[0], np.cumsum(near)])
        if starts[-1] > MOST_PAIRS:
            raise RefusalError(
                f"{starts[-1]:,} pairs of a site and a point within the radius, and at most "
                f"{MOST_PAIRS:,} can be held; give a smaller radius or fewer points"
            )
        columns = np.empty(starts[-1], dtype=np.int32)
        _look(self.points, radius, *squares, starts[:-1].copy(), columns)
        return _ones(columns, starts, self.shape)


_Squares = tuple[
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int64],
    NDArray[np.int64],
]


def _squares(sites: NDArray[np.float64], radius: float) -> _Squares:
    """Lay sites out in squares, row by row.

    Returns
    -------
    places : ndarray, shape (n_sites, 2)
        The sites in the order of their squares.
    corner : ndarray, shape (3,)
        The lowest x and y of all squares, and their width.
    side : ndarray of int64, shape (2,)
        How many squares there are along x and y.
    begin : ndarray of int64
        Where the sites of each square begin.
    site : ndarray of int64, shape (n_sites,)
        The number of each of the places.
    """
    low, high = sites.min(axis=0), sites.max(axis=0)
    # Few sites far apart do not need a square for all the void between them.
    widest = float((high - low).max())
    width = max(radius * _MARGIN, widest / (4 * len(sites) ** 0.5 + 1), np.finfo(float).tiny)
    side = ((high - low) // width).astype(np.int64) + 1
    column, row = ((sites - low) // width).astype(np.int64).T
    square = column + side[0] * row
    order = np.argsort(square, kind="stable")
    begin = np.searchsorted(square[order], np.arange(side[0] * side[1] + 1))
    return sites[order], np.append(low, width), side, begin, order


@numba.njit(cache=True, nogil=True)
def _look(points, radius, places, corner, side, begin, site, at, columns):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Look which sites are near each point, and move `at` of those one further.

    Where there is room in `columns`, the point is written down there first.
    """
    writes = len(columns) > 0
    square_of_radius = radius * radius
    for point in range(len(points)):
        x, y = points[point, 0], points[point, 1]
        column = np.floor((x - corner[0]) / corner[2])
        row = np.floor((y - corner[1]) / corner[2])
        if not (-1 <= column <= side[0] and -1 <= row <= side[1]):
            continue
        first, last = max(0, int(column) - 1), min(side[0], int(column) + 2)
        for line in range(max(0, int(row) - 1), min(side[1], int(row) + 2)):
            for k in range(begin[first + side[0] * line], begin[last + side[0] * line]):
                far = (x - places[k, 0]) * (x - places[k, 0])
                far += (y - places[k, 1]) * (y - places[k, 1])
                if far <= square_of_radius:
                    if writes:
                        columns[at[site[k]]] = point
                    at[site[k]] += 1


def to_matrix(rows: Iterable[NDArray[np.int32]], shape: tuple[int, int]) -> csr_array:
    """Return the matrix with a 1 at the columns that are given for each row.

    Parameters
    ----------
    rows : iterable of ndarray of int32
        Columns of each row, in rising order.
    shape : tuple of int

    Raises
    ------
    RefusalError
        When there are more than `MOST_PAIRS` pairs.
    """
    starts = np.zeros(shape[0] + 1, dtype=np.int64)
    kept: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
    for number, columns in enumerate(rows, start=1):
        kept.append(columns)
        starts[number] = starts[number - 1] + len(columns)
        if starts[number] > MOST_PAIRS:
            raise RefusalError(
                f"more than {MOST_PAIRS:,} pairs of a site and a point within the radius, after "
                f"{number:,} of {shape[0]:,} sites; give a smaller radius or fewer points"
            )
    indices = np.concatenate(kept)
    kept.clear()
    return _ones(indices, starts, shape)


def _ones(
    columns: NDArray[np.int32], starts: NDArray[np.int64], shape: tuple[int, int]
) -> csr_array:
    # A byte each: there may be a hundred million.
    ones = np.ones(len(columns), dtype=np.int8)
    return csr_array((ones, columns, starts.astype(np.int32)), shape=shape)
