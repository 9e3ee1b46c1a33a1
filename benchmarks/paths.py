"""How fast shortest paths are found, beside what simulators use: ratios of one run on one machine.

``python benchmarks/paths.py`` finds all paths between 100 places over 1,156 satellites with lasers,
moment by moment: building the graph of each moment and its shortest paths, both counted, by

- leohub (`shortest_paths`, positions of the satellites included),
- networkx's Dijkstra from every place, where networkx is installed,
- a plain Dijkstra in Python from every place.

The other two get the satellites' positions and the links to the ground for nothing, and are run on
few moments, because they would take hours. Distances are compared.
"""

from __future__ import annotations

import datetime as dt
import heapq
import importlib
import importlib.util
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leohub.constants import LIGHT_KM_S
from leohub.sky.motion.propagation import Orbits
from leohub.sky.network.lasers import grid_by_number
from leohub.sky.network.links import (
    LinkRules,
    find_ground_links,
    ground_stations,
    laser_lengths_km,
)
from leohub.sky.network.network import Network
from leohub.sky.network.paths import shortest_paths
from leohub.sky.network.research import alternating_phases_deg, cone_range_km
from leohub.sky.shells import walker
from leohub.sky.visibility.places import Places, places_at

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
PLANES = PER_PLANE = 34
PLACES = 100
MOMENTS, FEW_MOMENTS = 200, 2
RULES = LinkRules(max_range_km=cone_range_km(630, 30))

Edges = list[tuple[int, int, float]]
Floats = NDArray[np.float64]


def spread_places() -> Places:
    """Return places between 50° south and north, evenly by area: a golden spiral."""
    number = np.arange(PLACES)
    sine = np.sin(np.radians(50)) * (2 * (number + 0.5) / PLACES - 1)
    return places_at(np.degrees(np.arcsin(sine)), (137.508 * number + 180) % 360 - 180)


def edges_at(network: Network, time_: np.datetime64) -> tuple[Edges, Edges]:
    """Return the laser links and the links to the ground, as number, number and kilometres."""
    assert network.lasers is not None
    satellites = Orbits(network.constellation).itrf(np.array([time_]))[:, 0]
    length_km = laser_lengths_km(satellites, network.lasers, RULES)
    lasers = zip(*network.lasers.T.tolist(), length_km.tolist(), strict=True)
    station, satellite, range_km = find_ground_links(
        ground_stations(network.places, None, RULES.max_range_km), satellites
    )
    ground = zip(station.tolist(), satellite.tolist(), range_km.tolist(), strict=True)
    return list(lasers), list(ground)


def by_networkx(satellites: int, lasers: Edges, ground: Edges) -> Floats:
    """Return the distance of every pair [km], shape (places, places); places pass nothing on."""
    networkx = importlib.import_module("networkx")
    graph = networkx.DiGraph()
    for a, b, km in lasers:
        graph.add_edge(a, b, weight=km)
        graph.add_edge(b, a, weight=km)
    for place, satellite, km in ground:
        graph.add_edge(satellites + place, satellite, weight=km)
        graph.add_edge(satellite, satellites + PLACES + place, weight=km)
    found = np.full((PLACES, PLACES), np.inf)
    for place in range(PLACES - 1):
        if satellites + place in graph:
            reached = networkx.single_source_dijkstra_path_length(graph, satellites + place)
            for other in range(PLACES):
                found[place, other] = reached.get(satellites + PLACES + other, np.inf)
    return found


def by_plain_python(satellites: int, lasers: Edges, ground: Edges) -> Floats:
    """Return what `by_networkx` returns, by a heap and lists."""
    edges: list[list[tuple[int, float]]] = [[] for _ in range(satellites + 2 * PLACES)]
    for a, b, km in lasers:
        edges[a].append((b, km))
        edges[b].append((a, km))
    for place, satellite, km in ground:
        edges[satellites + place].append((satellite, km))
        edges[satellite].append((satellites + PLACES + place, km))
    found = np.full((PLACES, PLACES), np.inf)
    for place in range(PLACES - 1):
        reached: dict[int, float] = {}
        queue = [(0.0, satellites + place)]
        while queue:
            far, node = heapq.heappop(queue)
            if node in reached:
                continue
            reached[node] = far
            for other, km in edges[node]:
                if other not in reached:
                    heapq.heappush(queue, (far + km, other))
        for other in range(PLACES):
            found[place, other] = reached.get(satellites + PLACES + other, np.inf)
    return found


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time of all threads [s], and what the work returned."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    shell = walker(
        satellites=PLANES * PER_PLANE,
        planes=PLANES,
        inclination_deg=51.9,
        mean_motion_rev_day=14.80,
        phase_deg=alternating_phases_deg(PLANES, PER_PLANE),
        epoch=EPOCH,
    )
    network = Network(shell, spread_places(), RULES, lasers=grid_by_number(PLANES, PER_PLANE))
    pairs = np.stack(np.triu_indices(PLACES, 1), axis=1)
    times = np.datetime64("2000-01-01", "us") + np.arange(MOMENTS).astype("timedelta64[s]")
    shortest_paths(network, times[:1], pairs)  # compiles what is not compiled yet
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors")
    print(f"{len(shell):,} satellites, {len(pairs):,} pairs of places, {MOMENTS} moments\n")
    seconds, series = timed(partial(shortest_paths, network, times, pairs))
    speed = len(pairs) * MOMENTS / seconds
    print(f"{'leohub':24} {speed:12,.0f} paths/s")
    peers = {"plain Python Dijkstra": by_plain_python}
    if importlib.util.find_spec("networkx") is None:
        print(f"{'networkx':24} not installed")
    else:
        peers["networkx"] = by_networkx
    for name, peer in peers.items():
        spent, largest = 0.0, 0.0
        for moment in range(FEW_MOMENTS):
            links = edges_at(network, times[moment])
            took, found = timed(partial(peer, len(shell), *links))
            spent += took
            theirs = np.asarray(found)[pairs[:, 0], pairs[:, 1]] / LIGHT_KM_S * 1e3
            ours = series["one_way_ms"].to_numpy()[:, moment]
            both = np.isfinite(theirs) & np.isfinite(ours)
            assert (np.isfinite(theirs) == np.isfinite(ours)).all()
            largest = max(largest, float(np.abs(theirs - ours)[both].max()))
        slow = len(pairs) * FEW_MOMENTS / spent
        print(
            f"{name:24} {slow:12,.0f} paths/s   leohub is {speed / slow:6,.1f} ×   "
            f"largest difference {largest:.1e} ms"
        )


if __name__ == "__main__":
    main()
