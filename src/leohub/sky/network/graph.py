"""`Graph`: what a network is at a moment, as nodes and the milliseconds between them.

The nodes stand in this order: satellites, relays, and then the ends and the gateways twice, once
where traffic goes up and once where it comes down. An end sends or receives, and so no end and no
gateway passes on the traffic of others; relays do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.sky.network.links import (
    GroundStations,
    find_ground_links,
    ground_stations,
    laser_lengths_km,
    to_ms,
)
from leohub.sky.network.network import Network
from leohub.sky.visibility.places import places_at

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Edges = tuple[Integers, Integers, Floats]
Kind = Literal["place", "satellite", "relay", "gateway", "pop"]


@dataclass(frozen=True)
class _Ground:
    """Ground stations of one kind with their nodes, shape (g,)."""

    stations: GroundStations
    up: Integers
    down: Integers


class Graph:
    """The graph of a network between ends that send and ends that receive.

    Parameters
    ----------
    network : Network
    senders, receivers : ndarray of int
        Ends.
    """

    def __init__(self, network: Network, senders: Integers, receivers: Integers) -> None:
        self.network = network
        gateways = 0 if network.gateways is None else len(network.gateways)
        ends = network.any_pop + 1
        self.first_relay = len(network.constellation)
        self.first_sender = self.first_relay + (
            0 if network.relays is None else len(network.relays)
        )
        self.first_gateway_up = self.first_sender + ends
        self.first_receiver = self.first_gateway_up + gateways
        self.first_gateway_down = self.first_receiver + ends
        self.size = self.first_gateway_down + gateways
        self._lasers = _working_lasers(network)
        self._grounds = self._find_grounds(senders, receivers)
        self._gateways, self._fibres = self._find_gateways()

    def at(self, satellites: Floats, time: np.datetime64) -> csr_array:
        """Return the graph at a moment.

        Parameters
        ----------
        satellites : ndarray, shape (n, 3)
            In ITRF [km]; NaN where unknown.
        time : datetime64
            For the outages of gateways.

        Returns
        -------
        csr_array, shape (size, size)
            Time along each edge [ms].
        """
        edges = [self._fibres, *self._laser_edges(satellites)]
        for ground in self._grounds:
            edges += _ground_edges(ground, satellites)
        if self._gateways is not None:
            assert self.network.gateways is not None
            working = self.network.gateways.working(np.array([time]))[:, 0]
            edges += _ground_edges(self._gateways, satellites, working)
        begin, end, time_ms = (np.concatenate(parts) for parts in zip(*edges, strict=True))
        return csr_array((time_ms, (begin, end)), shape=(self.size, self.size))

    def is_fibre(self, begin: Integers, end: Integers) -> NDArray[np.bool_]:
        """Return which edges are fibres: those between two nodes that are not satellites."""
        return (begin >= self.first_relay) & (end >= self.first_relay)

    def name(self, node: int) -> tuple[Kind, int, str]:
        """Return the kind of a node, its number in the list of its kind, and what it is called."""
        network = self.network
        if node < self.first_relay:
            return "satellite", node, str(network.constellation.object_name[node])
        if node < self.first_sender:
            return "relay", node - self.first_relay, f"relay {node - self.first_relay}"
        down = node >= self.first_receiver
        gateway = node - (self.first_gateway_down if down else self.first_gateway_up)
        if gateway >= 0:
            assert network.gateways is not None
            return "gateway", gateway, str(network.gateways.name[gateway])
        end = node - (self.first_receiver if down else self.first_sender)
        if end < len(network.places):
            return "place", end, network.end_name(end)
        return "pop", end - len(network.places), network.end_name(end)

    def stands_for_any(self, node: int) -> bool:
        """Return whether a node is no place of its own, but stands for every point of presence."""
        any_pop = self.network.any_pop
        return node in {self.first_sender + any_pop, self.first_receiver + any_pop}

    def _find_grounds(self, senders: Integers, receivers: Integers) -> list[_Ground]:
        network, rules = self.network, self.network.rules
        limits = (rules.min_elevation_deg, rules.max_range_km, rules.arc_avoidance_deg)
        grounds = []
        # Places that only send have no way down, and the other way round.
        for ends, first, up in (
            (senders, self.first_sender, True),
            (receivers, self.first_receiver, False),
        ):
            chosen = np.unique(ends[ends < len(network.places)])
            none = np.empty(0, dtype=np.intp)
            nodes = first + chosen
            grounds.append(
                _Ground(
                    ground_stations(network.places.select(chosen), *limits),
                    nodes if up else none,
                    none if up else nodes,
                )
            )
        if network.relays is not None:
            nodes = self.first_relay + np.arange(len(network.relays))
            grounds.append(_Ground(ground_stations(network.relays, *limits), nodes, nodes))
        return grounds

    def _find_gateways(self) -> tuple[_Ground | None, Edges]:
        """Return the gateways, and the fibres from and to their points of presence."""
        network = self.network
        gateways = network.gateways
        if gateways is None:
            return None, (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0))
        number = np.arange(len(gateways))
        up, down = self.first_gateway_up + number, self.first_gateway_down + number
        pop = len(network.places) + network.pop_of_gateway
        pops = np.arange(len(network.places), network.any_pop)
        any_pop = np.full(len(pops), network.any_pop)
        stations = ground_stations(
            places_at(gateways.lat_deg, gateways.lon_deg, gateways.height_km),
            gateways.min_elevation_deg,
            network.rules.max_range_km,
        )
        sender, receiver = self.first_sender, self.first_receiver
        to_any_ms = np.zeros(len(pops))
        fibres = (
            np.concatenate([sender + pop, sender + any_pop, down, receiver + pops]),
            np.concatenate([up, sender + pops, receiver + pop, receiver + any_pop]),
            np.concatenate(
                [network.gateway_fibre_ms, to_any_ms, network.gateway_fibre_ms, to_any_ms]
            ),
        )
        return _Ground(stations, up, down), fibres

    def _laser_edges(self, satellites: Floats) -> list[Edges]:
        length_km = laser_lengths_km(satellites, self._lasers, self.network.rules)
        usable = np.isfinite(length_km)
        begin, end = self._lasers[usable].T
        time_ms = to_ms(length_km[usable])
        return [(begin, end, time_ms), (end, begin, time_ms)]


def _working_lasers(network: Network) -> Integers:
    """Return the laser links whose both ends work, each once: repeated edges would add up."""
    if network.lasers is None:
        return np.empty((0, 2), dtype=np.intp)
    lasers = np.unique(np.sort(network.lasers, axis=1), axis=0)
    if network.lasers_working is None:
        return lasers
    return lasers[network.lasers_working[lasers].all(axis=1)]


def _ground_edges(
    ground: _Ground, satellites: Floats, working: NDArray[np.bool_] | None = None
) -> list[Edges]:
    station, satellite, length_km = find_ground_links(ground.stations, satellites)
    if working is not None:
        kept = working[station]
        station, satellite, length_km = station[kept], satellite[kept], length_km[kept]
    time_ms = to_ms(length_km)
    edges = []
    if len(ground.up):
        edges.append((ground.up[station], satellite, time_ms))
    if len(ground.down):
        edges.append((satellite, ground.down[station], time_ms))
    return edges
