"""The shortest paths of a network, and how long light takes along them.

What is computed is propagation only: light between the ground and satellites and between satellites
at its speed in vacuum, and in fibres between gateways and points of presence. What a terminal waits
for its turn, and what queues, processing, retransmission and the network behind the point of
presence add, is not in it: it is the floor under any latency that is measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra

from leohub.sky.motion.moments import Times
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.propagation import Orbits
from leohub.sky.network.graph import Graph, Kind
from leohub.sky.network.network import Network

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Tick = Callable[[float], None]

NO_PATH = -1
"""Hops where there is no path."""

ONLY_PROPAGATION = (
    "Propagation only: radio and lasers at the speed of light in vacuum, fibre between gateways "
    "and points of presence. Access, scheduling, queues and processing are not included."
)

_CHUNK_BYTES = 2**25
_FIBRE_ENDS = {"gateway", "pop"}


@dataclass(frozen=True)
class Path:
    """The way of the traffic between two ends at a moment.

    Attributes
    ----------
    kind : tuple of str, length k
        Of each node: ``"place"``, ``"satellite"``, ``"relay"``, ``"gateway"`` or ``"pop"``.
    number : ndarray of int, shape (k,)
        Position of each node in the list of its kind.
    name : tuple of str, length k
    leg_ms : ndarray, shape (k - 1,)
        Time from each node to the next, one way [ms].
    """

    kind: tuple[Kind, ...]
    number: Integers
    name: tuple[str, ...]
    leg_ms: Floats

    @property
    def one_way_ms(self) -> float:
        """Time along all of it [ms]."""
        return float(self.leg_ms.sum())

    @property
    def hops(self) -> int:
        """Links over radio or lasers; the fibre at its end is none."""
        return sum(
            not {begin, end} <= _FIBRE_ENDS
            for begin, end in zip(self.kind[:-1], self.kind[1:], strict=True)
        )

    @property
    def satellites(self) -> Integers:
        """Positions in the constellation of the satellites that it passes, in order."""
        return np.asarray(self.number[np.array(self.kind) == "satellite"])


def shortest_paths(
    network: Network,
    times: Times,
    pairs: ArrayLike,
    *,
    orientation: EarthOrientation | None = None,
    tick: Tick | None = None,
) -> xr.Dataset:
    """Return how long light takes between ends along the shortest path at each moment.

    Parameters
    ----------
    network : Network
    times : ndarray of datetime64, shape (t,)
        UTC.
    pairs : array_like of int, shape (p, 2)
        Ends of the network: places by their number, points of presence as `Network.pop` or
        `Network.any_pop` says.
    orientation : EarthOrientation, optional
        How the Earth stands; without it UT1 = UTC and the pole is fixed.
    tick : callable, optional
        Told the share that is done [0..1].

    Returns
    -------
    Dataset
        ``one_way_ms``, ``rtt_ms`` (NaN where there is no path) and ``hops`` (links over radio or
        lasers; `NO_PATH` where there is none) over ``(pair, time)``, with ``begin`` and ``end``
        of each pair.

    Raises
    ------
    ValueError
        If a pair names an end that the network does not have, or the same one twice.

    Notes
    -----
    Dijkstra's algorithm, from whichever side of the pairs has fewer ends. The way back is taken
    to be the way there: a round trip is twice one way.
    """
    ends = _checked(network, pairs)
    search = _Search(network, ends)
    orbits = Orbits(network.constellation, orientation)
    one_way_ms = np.empty((len(ends), len(times)))
    hops = np.empty((len(ends), len(times)), dtype=np.int32)
    step = max(1, _CHUNK_BYTES // (24 * max(1, len(orbits))))
    for first in range(0, len(times), step):
        chunk = times[first : first + step]
        position = np.ascontiguousarray(np.moveaxis(orbits.itrf(chunk), 1, 0))
        for offset, time in enumerate(chunk):
            column = first + offset
            one_way_ms[:, column], hops[:, column] = search.lengths(position[offset], time)
            if tick is not None:
                tick((column + 1) / len(times))
    return _described(network, times, ends, one_way_ms, hops)


def path_at(
    network: Network,
    time: np.datetime64,
    pair: tuple[int, int],
    *,
    orientation: EarthOrientation | None = None,
) -> Path | None:
    """Return the shortest path between two ends at a moment; None where there is none.

    Parameters are those of `shortest_paths`, for one moment and one pair.
    """
    ends = _checked(network, [pair])
    moment = np.array([time])
    satellites = Orbits(network.constellation, orientation).itrf(moment)[:, 0]
    return _Search(network, ends).path(satellites, time)


def _checked(network: Network, pairs: ArrayLike) -> Integers:
    ends = np.asarray(pairs, dtype=np.intp)
    if ends.ndim != 2 or ends.shape[1] != 2 or not len(ends):
        raise ValueError("pairs have the shape (pairs, 2)")
    last = network.any_pop if network.pops is not None else len(network.places) - 1
    if ends.min() < 0 or ends.max() > last:
        raise ValueError(f"the ends of this network are 0 to {last}")
    if (ends[:, 0] == ends[:, 1]).any():
        raise ValueError("a path has two different ends")
    return ends


class _Search:
    """Shortest paths between fixed pairs, moment by moment."""

    def __init__(self, network: Network, ends: Integers) -> None:
        # The graph is the same both ways: the search begins where there are fewer ends.
        self.turned = len(np.unique(ends[:, 1])) < len(np.unique(ends[:, 0]))
        senders, receivers = ends.T[::-1] if self.turned else ends.T
        self.graph = Graph(network, senders, receivers)
        self.sources, self.row = np.unique(self.graph.first_sender + senders, return_inverse=True)
        self.targets = self.graph.first_receiver + receivers

    def lengths(self, satellites: Floats, time: np.datetime64) -> tuple[Floats, NDArray[np.int32]]:
        """Return the time [ms] (NaN without a path) and the hops of all pairs at a moment."""
        time_ms, before = self._dijkstra(satellites, time)
        found_ms = time_ms[self.row, self.targets]
        found_ms[np.isinf(found_ms)] = np.nan
        return found_ms, self._count_hops(before)

    def path(self, satellites: Floats, time: np.datetime64) -> Path | None:
        """Return the path of the first pair at a moment."""
        time_ms, before = self._dijkstra(satellites, time)
        row, node = self.row[0], self.targets[0]
        if np.isinf(time_ms[row, node]):
            return None
        nodes = [node]
        while nodes[-1] != self.sources[row]:
            nodes.append(before[row, nodes[-1]])
        nodes = [node for node in nodes if not self.graph.stands_for_any(int(node))]
        forward = nodes if self.turned else nodes[::-1]
        reached_ms = time_ms[row, forward]
        named = [self.graph.name(int(node)) for node in forward]
        return Path(
            kind=tuple(kind for kind, _, _ in named),
            number=np.array([number for _, number, _ in named], dtype=np.intp),
            name=tuple(name for _, _, name in named),
            leg_ms=np.abs(np.diff(reached_ms)),
        )

    def _dijkstra(
        self, satellites: Floats, time: np.datetime64
    ) -> tuple[Floats, NDArray[np.int32]]:
        time_ms, before = dijkstra(
            self.graph.at(satellites, time),
            directed=True,
            indices=self.sources,
            return_predecessors=True,
        )
        return time_ms, before

    def _count_hops(self, before: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the links of each path but the fibres, walking all paths back at once."""
        node = self.targets.copy()
        hops = np.zeros(len(node), dtype=np.int32)
        going = np.arange(len(node))
        while len(going):
            previous = before[self.row[going], node[going]]
            lost = previous < 0
            hops[going[lost]] = NO_PATH
            going, previous = going[~lost], previous[~lost]
            hops[going] += ~self.graph.is_fibre(previous, node[going])
            node[going] = previous
            going = going[previous != self.sources[self.row[going]]]
        return hops


def _described(
    network: Network,
    times: Times,
    ends: Integers,
    one_way_ms: Floats,
    hops: NDArray[np.int32],
) -> xr.Dataset:
    """Return the dataset with units, meanings (CF conventions) and what the numbers rest on."""
    names = np.array([[network.end_name(end) for end in pair] for pair in ends.tolist()])
    dataset = xr.Dataset(
        {
            "one_way_ms": (
                ("pair", "time"),
                one_way_ms,
                {"units": "ms", "long_name": "time of light along the shortest path, one way"},
            ),
            "rtt_ms": (
                ("pair", "time"),
                2 * one_way_ms,
                {"units": "ms", "long_name": "time of light along the shortest path and back"},
            ),
            "hops": (
                ("pair", "time"),
                hops,
                {
                    "units": "1",
                    "long_name": "links over radio or lasers on the shortest path; "
                    f"{NO_PATH} where there is no path",
                },
            ),
        },
        coords={
            "time": ("time", times, {"standard_name": "time", "long_name": "moment, UTC"}),
            "begin": ("pair", names[:, 0], {"long_name": "where the path begins"}),
            "end": ("pair", names[:, 1], {"long_name": "where the path ends"}),
        },
    )
    rules = network.rules
    limits = {
        "min_elevation_deg": rules.min_elevation_deg,
        "max_range_km": rules.max_range_km,
        "max_laser_km": rules.max_laser_km if np.isfinite(rules.max_laser_km) else None,
    }
    dataset.attrs.update(
        Conventions="CF-1.11",
        constellation=network.constellation.name,
        elements_basis=network.constellation.basis,
        satellites=len(network.constellation),
        lasers=0 if network.lasers is None else len(network.lasers),
        arc_avoidance_deg=rules.arc_avoidance_deg,
        grazing_km=rules.grazing_km,
        fibre_detour=rules.fibre_detour,
        fibre_speed=rules.fibre_speed,
        model=ONLY_PROPAGATION,
        **{name: value for name, value in limits.items() if value is not None},
    )
    return dataset
