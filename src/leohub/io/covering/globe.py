"""Which points on the Earth lie within a radius of which sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from leohub.io.covering.plane import to_matrix
from leohub.people.coverage import find_pairs

SPHERE_M = 6_378_100.0
"""Radius of the sphere on which the city instances of Máximo et al. (2023) lie [m]."""


@dataclass(frozen=True)
class Globe:
    """Sites and points on the ellipsoid WGS 84, with geodesic distances.

    Attributes
    ----------
    sites : ndarray, shape (n_sites, 2)
    points : ndarray, shape (n_points, 2)
        Latitude, longitude [°].
    """

    sites: NDArray[np.float64]
    points: NDArray[np.float64]

    unit = "km"
    axes = ("lat", "lon")

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sites, number of points."""
        return len(self.sites), len(self.points)

    def within(self, radius: float) -> csr_array:
        """Return 1 for each pair of a site and a point at most `radius` [km] apart.

        Returns
        -------
        csr_array, shape (n_sites, n_points)
        """
        site_lat, site_lon = self.sites.T
        point_lat, point_lon = self.points.T
        return find_pairs(site_lat, site_lon, radius, point_lat, point_lon)


@dataclass(frozen=True)
class Sphere:
    """Sites and points on a sphere, with distances along great circles.

    The city instances of Máximo, Cordeau & Nascimento (2023, doi:10.1111/itor.13387) are measured
    so: distances on the ellipsoid differ by up to 0.5 %, and with them who is covered.

    Attributes
    ----------
    sites : ndarray, shape (n_sites, 2)
    points : ndarray, shape (n_points, 2)
        Latitude, longitude [°].
    """

    sites: NDArray[np.float64]
    points: NDArray[np.float64]

    unit = "m"
    axes = ("lat", "lon")

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sites, number of points."""
        return len(self.sites), len(self.points)

    def within(self, radius: float) -> csr_array:
        """Return 1 for each pair of a site and a point at most `radius` [m] apart.

        Returns
        -------
        csr_array, shape (n_sites, n_points)
        """
        return to_matrix(self._near(radius), self.shape)

    def _near(self, radius: float) -> Iterator[NDArray[np.int32]]:
        # Angles up to half a turn; straight lines through the sphere grow with them.
        angle = min(radius / SPHERE_M, np.pi)
        tree = cKDTree(_on_unit_sphere(self.points))
        for site in _on_unit_sphere(self.sites):
            found = tree.query_ball_point(site, 2 * np.sin(angle / 2), return_sorted=True)
            yield np.asarray(found, dtype=np.int32)


def _on_unit_sphere(places: NDArray[np.float64]) -> NDArray[np.float64]:
    lat, lon = np.radians(places).T
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
