"""`Gateways`: where satellites come down to the ground, and when one of them is out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.sky.motion.moments import Times

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outage:
    """A time during which a gateway carries nothing.

    Attributes
    ----------
    gateway : int
        Position in `Gateways`.
    begin, end : datetime64[us]
        UTC; the end is not part of it.
    """

    gateway: int
    begin: np.datetime64
    end: np.datetime64


@dataclass(frozen=True)
class Gateways:
    """Ground stations, as arrays. Arrays are never changed.

    Attributes
    ----------
    name : ndarray of str, shape (g,)
    lat_deg, lon_deg : ndarray, shape (g,)
        Geodetic WGS 84 [°].
    height_km : ndarray, shape (g,)
        Above the ellipsoid [km].
    min_elevation_deg : ndarray, shape (g,)
        Lowest elevation at which it tracks a satellite [°].
    pop : ndarray of str, shape (g,)
        Code of the point of presence that its traffic goes to; empty when the nearest.
    outages : tuple of Outage
    """

    name: NDArray[np.str_]
    lat_deg: Floats
    lon_deg: Floats
    height_km: Floats
    min_elevation_deg: Floats
    pop: NDArray[np.str_]
    outages: tuple[Outage, ...] = ()

    def __len__(self) -> int:
        return len(self.name)

    def working(self, times: Times) -> NDArray[np.bool_]:
        """Return which gateways carry traffic at which moments, shape (g, times)."""
        working = np.ones((len(self), len(times)), dtype=bool)
        for outage in self.outages:
            working[outage.gateway] &= (times < outage.begin) | (times >= outage.end)
        return working


@dataclass(frozen=True)
class PointsOfPresence:
    """Where an operator's network meets the internet, as arrays.

    Attributes
    ----------
    code, city : ndarray of str, shape (n,)
    lat_deg, lon_deg : ndarray, shape (n,)
        [°]
    """

    code: NDArray[np.str_]
    city: NDArray[np.str_]
    lat_deg: Floats
    lon_deg: Floats

    def __len__(self) -> int:
        return len(self.code)
