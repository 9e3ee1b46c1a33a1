"""Which points of a plane lie within a radius of which sites."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.errors import RefusalError
from leohub.people.coverage import MOST_PAIRS

_MARGIN = 1.000001
"""Bands are this much higher, and windows wider, than the radius: rounding loses no point."""


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

        Points are laid in bands as high as the radius, and along each band by x. A site then looks
        at one stretch of three bands only, so that memory beyond the answer does not grow with the
        number of sites. Squares of distances are compared: whole-number coordinates are exact.

        Returns
        -------
        csr_array, shape (n_sites, n_points)

        Raises
        ------
        RefusalError
            When more pairs are found than one matrix holds.
        """
        bands = _Bands(self.points, radius)
        return to_matrix((bands.near(site) for site in self.sites), self.shape)


class _Bands:
    """Points sorted into bands of y, and by x within each."""

    def __init__(self, points: NDArray[np.float64], radius: float) -> None:
        self.radius = radius
        self.height = radius * _MARGIN
        self.lowest = points[:, 1].min()
        band = self._band(points[:, 1])
        self.order = np.lexsort((points[:, 0], band)).astype(np.int32)
        self.x, self.y = points[self.order, 0], points[self.order, 1]
        self.bands, starts = np.unique(band[self.order], return_index=True)
        self.starts = np.append(starts, len(points))

    def near(self, site: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the numbers of the points within the radius of a site, in rising order."""
        x, y = site
        found = []
        middle = self._band(y)
        first, last = np.searchsorted(self.bands, [middle - 1, middle + 2])
        for number in range(first, last):
            begin, end = self.starts[number : number + 2]
            in_band = self.x[begin:end]
            low, high = begin + np.searchsorted(in_band, [x - self.height, x + self.height])
            squares = (self.x[low:high] - x) ** 2 + (self.y[low:high] - y) ** 2
            found.append(self.order[low:high][squares <= self.radius**2])
        return np.sort(np.concatenate([np.empty(0, np.int32), *found]))

    def _band(self, y: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
        band: NDArray[np.float64] = np.floor((y - self.lowest) / self.height)
        return band


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
    return csr_array((np.ones(len(indices)), indices, starts.astype(np.int32)), shape=shape)
