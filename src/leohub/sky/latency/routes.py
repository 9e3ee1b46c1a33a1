"""`Route`: the lengths of the way from places to a server, moment by moment.

Only lengths and hops are kept, so that the round trip can be drawn many times with other times of
access, detours and delays without looking for paths again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra

from leohub.constants import LIGHT_KM_S
from leohub.sky.constellation import Constellation
from leohub.sky.latency.backhaul import Backhaul
from leohub.sky.motion.moments import Times
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.propagation import Orbits
from leohub.sky.network.graph import Graph
from leohub.sky.network.links import LinkRules, find_ground_links, ground_stations
from leohub.sky.network.network import Network
from leohub.sky.visibility.places import Places
from leohub.validity import at_least

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True)
class Route:
    """Ways from places to a server, one way; NaN where there is none. Arrays broadcast.

    Attributes
    ----------
    radio_km : ndarray
        From the place up to a satellite and from a satellite down to the gateway [km].
    laser_km : ndarray
        From satellite to satellite; 0 in a bent pipe [km].
    hops : ndarray
        Lasers that are passed; 0 in a bent pipe.
    fibre_km : ndarray
        Great circle from the gateway to its point of presence [km].
    server_fibre_km : ndarray
        Great circles along the cable from there to the server [km].
    """

    radio_km: Floats
    laser_km: Floats
    hops: Floats
    fibre_km: Floats
    server_fibre_km: Floats


def find_routes(
    constellation: Constellation,
    places: Places,
    rules: LinkRules,
    backhaul: Backhaul,
    times: Times,
    *,
    lasers: Integers | None = None,
    orientation: EarthOrientation | None = None,
) -> Route:
    """Return the way from every place that light takes the soonest, at every moment.

    Parameters
    ----------
    constellation : Constellation
        Satellites that carry broadband.
    places : Places
    rules : LinkRules
        `fibre_detour` and `fibre_speed` weigh fibre against space when a gateway is chosen.
    backhaul : Backhaul
    times : ndarray of datetime64, shape (t,)
        UTC.
    lasers : ndarray of int, shape (m, 2), optional
        Which satellites are joined: `leohub.sky.network.lasers`. Without them every way is a bent
        pipe: up to a satellite and down to a gateway that sees it too.
    orientation : EarthOrientation, optional
        Without it UT1 = UTC and the pole is fixed.

    Returns
    -------
    Route
        Shape (places, t).

    Notes
    -----
    Dijkstra's algorithm over `leohub.sky.network.graph.Graph`, from the points of presence to all
    places at once. The way is the shortest in propagation alone: what satellites take to pass
    traffic on is counted, but moves no path.
    """
    search = _Search(constellation, places, rules, backhaul, lasers)
    orbits = Orbits(constellation, orientation)
    found = np.empty((len(fields(Route)), len(places), len(times)))
    for number in range(len(times)):
        moment = times[number : number + 1]
        found[:, :, number] = search.at(orbits.itrf(moment)[:, 0], moment[0])
    return Route(*found)


def find_overhead_routes(
    constellation: Constellation,
    places: Places,
    rules: LinkRules,
    times: Times,
    *,
    fibre_km: ArrayLike,
    server_fibre_km: ArrayLike,
    orientation: EarthOrientation | None = None,
) -> Route:
    """Return bent pipes over the nearest satellite, where gateways are not known.

    The gateway is assumed to be as far from the satellite as the place is: for an operator that
    publishes none, whose satellites are of use only where they see one.

    Parameters
    ----------
    constellation, places, rules, times, orientation
        As in `find_routes`.
    fibre_km, server_fibre_km : array_like
        Assumed fibre to the point of presence and from there to the server [km]; broadcast with
        (places, t).

    Returns
    -------
    Route
        Shape (places, t); NaN where no satellite is in reach.

    Raises
    ------
    ValueError
        If a fibre is shorter than nothing.
    """
    fibre, server_fibre = at_least(0, fibre_km=fibre_km, server_fibre_km=server_fibre_km)
    stations = ground_stations(
        places, rules.min_elevation_deg, rules.max_range_km, rules.arc_avoidance_deg
    )
    orbits = Orbits(constellation, orientation)
    slant_km = np.full((len(places), len(times)), np.inf)
    for number in range(len(times)):
        satellites = orbits.itrf(times[number : number + 1])[:, 0]
        station, _, length_km = find_ground_links(stations, satellites)
        np.minimum.at(slant_km[:, number], station, length_km)
    radio_km = np.where(np.isfinite(slant_km), 2 * slant_km, np.nan)
    none = 0.0 * radio_km
    return Route(radio_km, none, none, none + fibre, none + server_fibre)


def mean_route(route: Route) -> Route:
    """Return the mean over the moments (the last axis) at which there is a way.

    The round trip is linear in every length, so that the round trip of the mean way is the mean
    round trip. NaN where there is no way at any moment.
    """
    return Route(*(_mean(getattr(route, field.name)) for field in fields(Route)))


def bent_pipe_pct(route: Route) -> Floats:
    """Return the share of moments with a way at which it needs no laser, shape (places,) [%]."""
    return 100 * _mean(np.where(np.isnan(route.hops), np.nan, route.hops == 0))


def reached_pct(route: Route) -> Floats:
    """Return the share of moments at which there is a way, shape (places,) [%]."""
    return np.asarray(100 * np.isfinite(route.radio_km).mean(axis=-1))


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=-1)
    count = known.sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


class _Search:
    """Ways between the points of presence in use and all places, moment by moment."""

    def __init__(
        self,
        constellation: Constellation,
        places: Places,
        rules: LinkRules,
        backhaul: Backhaul,
        lasers: Integers | None,
    ) -> None:
        network = Network(
            constellation=constellation,
            places=places,
            rules=rules,
            lasers=lasers,
            gateways=backhaul.landing,
            pops=backhaul.pops,
        )
        ends = np.arange(len(places))
        self.graph = Graph(network, np.array([network.any_pop]), ends)
        self.source = self.graph.first_sender + network.any_pop
        self.targets = self.graph.first_receiver + ends
        self.fibre_km = backhaul.fibre_km
        self.server_fibre_km = backhaul.server_fibre_km

    def at(self, satellites: Floats, time: np.datetime64) -> Floats:
        """Return the lengths of `Route` at a moment, shape (5, places)."""
        time_ms, before = dijkstra(
            self.graph.at(satellites, time),
            directed=True,
            indices=np.array([self.source]),
            return_predecessors=True,
        )
        time_ms, before = time_ms[0], before[0]
        radio_km, laser_km, hops = np.zeros((3, len(self.targets)))
        gateway = np.full(len(self.targets), -1)
        node = self.targets.copy()
        going = np.flatnonzero(np.isfinite(time_ms[node]))
        while len(going):  # all ways are walked back at once, one edge each
            here, previous = node[going], before[node[going]]
            length_km = (time_ms[here] - time_ms[previous]) * LIGHT_KM_S / 1e3
            first = self.graph.first_relay
            by_laser = (here < first) & (previous < first)
            by_radio = (here < first) != (previous < first)
            laser_km[going] += by_laser * length_km
            hops[going] += by_laser
            radio_km[going] += by_radio * length_km
            lands = by_radio & (previous >= first)
            gateway[going[lands]] = previous[lands] - self.graph.first_gateway_up
            node[going] = previous
            going = going[~lands]
        lengths = [
            radio_km,
            laser_km,
            hops,
            self.fibre_km[gateway],
            self.server_fibre_km[gateway],
        ]
        return np.where(gateway < 0, np.nan, np.stack(lengths))
