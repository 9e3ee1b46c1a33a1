"""`Backhaul`: what carries an operator's traffic over land, from its gateways to a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import EARTH_MEAN_RADIUS_KM
from leohub.sky.gateways import Gateways, PointsOfPresence
from leohub.sky.motion.frames import local_axes

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

_STRAIGHT: Mapping[str, Floats] = MappingProxyType({})


@dataclass(frozen=True)
class Backhaul:
    """Gateways, points of presence in use, and the server at the far end.

    Attributes
    ----------
    gateways : Gateways
        Traffic goes to the point of presence that a gateway names, or to the nearest of all.
    pops : PointsOfPresence
        All that the operator has.
    server_lat_deg, server_lon_deg : float
        Where the other end of the traffic is [°].
    home_pops : tuple of str
        Codes of those that the traffic of the places goes to, each moment to the one that is
        reached the soonest. Empty when all are in use.
    cables : mapping of str to ndarray, shape (k, 2)
        By the code of a point of presence: latitude and longitude of the points [°] that the fibre
        from there to the server passes. A great circle where nothing is said.

    Raises
    ------
    ValueError
        If a code is not among the points of presence, no gateway leads to those in use, or the
        server is not on Earth.
    """

    gateways: Gateways
    pops: PointsOfPresence
    server_lat_deg: float
    server_lon_deg: float
    home_pops: tuple[str, ...] = ()
    cables: Mapping[str, Floats] = field(default_factory=lambda: _STRAIGHT)

    def __post_init__(self) -> None:
        codes = {*self.home_pops, *self.cables, *self.gateways.pop.tolist()} - {""}
        unknown = sorted(codes - set(self.pops.code.tolist()))
        if unknown:
            raise ValueError(f"unknown points of presence: {', '.join(unknown)}")
        if not (abs(self.server_lat_deg) <= 90 and abs(self.server_lon_deg) <= 360):
            raise ValueError("the server must lie between -90 and 90 N and -360 and 360 E")
        if not len(self.leading_gateways):
            raise ValueError(f"no gateway leads to {', '.join(self.home_pops) or 'anywhere'}")

    @property
    def pop_of_gateway(self) -> Integers:
        """Position of the point of presence of each gateway, shape (g,)."""
        nearest = great_circle_km(
            self.gateways.lat_deg[:, None],
            self.gateways.lon_deg[:, None],
            self.pops.lat_deg,
            self.pops.lon_deg,
        ).argmin(axis=1)
        named = self.gateways.pop[:, None] == self.pops.code
        return np.asarray(np.where(named.any(axis=1), named.argmax(axis=1), nearest))

    @property
    def leading_gateways(self) -> Integers:
        """Positions of the gateways whose traffic goes to a point of presence in use."""
        codes = self.pops.code[self.pop_of_gateway]
        used = np.isin(codes, self.home_pops) if self.home_pops else np.ones(len(codes), dtype=bool)
        return np.flatnonzero(used)

    @property
    def landing(self) -> Gateways:
        """The leading gateways, each with the name of its point of presence."""
        chosen = self.leading_gateways
        place = {int(gateway): number for number, gateway in enumerate(chosen)}
        gateways = self.gateways
        return Gateways(
            name=gateways.name[chosen],
            lat_deg=gateways.lat_deg[chosen],
            lon_deg=gateways.lon_deg[chosen],
            height_km=gateways.height_km[chosen],
            min_elevation_deg=gateways.min_elevation_deg[chosen],
            pop=self.pops.code[self.pop_of_gateway[chosen]],
            outages=tuple(
                replace(outage, gateway=place[outage.gateway])
                for outage in gateways.outages
                if outage.gateway in place
            ),
        )

    @property
    def fibre_km(self) -> Floats:
        """Great circle from each leading gateway to its point of presence, shape (l,) [km]."""
        chosen = self.leading_gateways
        pop = self.pop_of_gateway[chosen]
        return great_circle_km(
            self.gateways.lat_deg[chosen],
            self.gateways.lon_deg[chosen],
            self.pops.lat_deg[pop],
            self.pops.lon_deg[pop],
        )

    @property
    def server_fibre_km(self) -> Floats:
        """From the point of presence of each leading gateway to the server, shape (l,) [km].

        Great circles from point to point of its cable.
        """
        to_server_km = np.array([self._cable_km(number) for number in range(len(self.pops))])
        return np.asarray(to_server_km[self.pop_of_gateway[self.leading_gateways]])

    def _cable_km(self, pop: int) -> float:
        between = self.cables.get(str(self.pops.code[pop]), np.empty((0, 2)))
        begin = [self.pops.lat_deg[pop], self.pops.lon_deg[pop]]
        points = np.vstack([begin, between, [self.server_lat_deg, self.server_lon_deg]])
        lat_deg, lon_deg = points.T
        return float(great_circle_km(lat_deg[:-1], lon_deg[:-1], lat_deg[1:], lon_deg[1:]).sum())


def great_circle_km(
    lat_deg: ArrayLike, lon_deg: ArrayLike, to_lat_deg: ArrayLike, to_lon_deg: ArrayLike
) -> Floats:
    """Return the great circle between places on the mean sphere [km]; broadcasts."""
    here, there = local_axes(lat_deg, lon_deg)[2], local_axes(to_lat_deg, to_lon_deg)[2]
    half_chord = np.linalg.norm(here - there, axis=-1) / 2
    return np.asarray(2 * EARTH_MEAN_RADIUS_KM * np.arcsin(np.minimum(half_chord, 1.0)))
