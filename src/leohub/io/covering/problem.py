"""`CoveringProblem`: sites, demand points, and which of them reach which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.io.covering.globe import Globe, Sphere
from leohub.io.covering.network import Network
from leohub.io.covering.plane import Plane
from leohub.people.coverage import Coverage


@dataclass(frozen=True)
class Listed:
    """Sites of which it is listed what they cover.

    Attributes
    ----------
    shares : csr_array, shape (n_sites, n_points)
        1 where a site covers a point.
    """

    shares: csr_array

    unit = ""

    @property
    def shape(self) -> tuple[int, int]:
        """Number of sites, number of points."""
        sites, points = self.shares.shape
        return int(sites), int(points)


@dataclass(frozen=True)
class CoveringProblem:
    """An instance of the maximal covering location problem, as it was read.

    Attributes
    ----------
    name : str
        The file, as the user named it.
    format : str
        In which of `leohub.io.covering.formats.FORMATS` it was written.
    reach : Plane, Globe, Sphere, Network or Listed
        Where sites and points are, and how the distance between them is measured; or which site
        covers which point.
    demand : ndarray, shape (n_points,)
        What covering each point is worth.
    hubs : int, optional
        How many sites to choose, where the file says it.
    cost : ndarray, shape (n_sites,), optional
        Of each site, where the file says it.
    site_names : ndarray of str, shape (n_sites,), optional
        Where the file has any.
    notes : tuple of str
        What was assumed or left out on the way in.
    """

    name: str
    format: str
    reach: Plane | Globe | Sphere | Network | Listed
    demand: NDArray[np.float64]
    hubs: int | None = None
    cost: NDArray[np.float64] | None = None
    site_names: NDArray[np.str_] | None = None
    notes: tuple[str, ...] = ()

    @property
    def needs_radius(self) -> bool:
        """Whether a radius decides what a site covers; else the file lists it."""
        return not isinstance(self.reach, Listed)

    def to_coverage(self, radius: float | None = None) -> Coverage:
        """Return which site covers which point, and what each point is worth.

        Parameters
        ----------
        radius : float, optional
            In `reach.unit`; a point at exactly this distance is covered. To be given if and only
            if the problem `needs_radius`.

        Raises
        ------
        ValueError
            When the radius is missing, not positive, or not needed.
        RefusalError
            When there are more pairs than one matrix holds.
        """
        if isinstance(self.reach, Listed):
            if radius is not None:
                raise ValueError("what the sites cover is listed: there is no radius to choose")
            return Coverage(self.reach.shares, self.demand)
        if radius is None or not radius > 0 or not np.isfinite(radius):
            raise ValueError("a positive radius is needed")
        return Coverage(self.reach.within(radius), self.demand)
