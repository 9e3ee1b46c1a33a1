"""`Network`: everything that can carry traffic."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways, PointsOfPresence
from leohub.sky.network.links import LinkRules, fibre_ms
from leohub.sky.visibility.places import Places

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

ANY_POP = "internet"
"""What the end is called that stands for every point of presence."""


@dataclass(frozen=True)
class Network:
    """Satellites, the lasers between them, and the ground below. Arrays are never changed.

    Paths lead from end to end. The ends are numbered: first the places, then the points of
    presence, and last one that stands for whichever point of presence is reached the soonest.

    Attributes
    ----------
    constellation : Constellation
        Of one or several shells.
    places : Places
        Where paths begin and end.
    rules : LinkRules
    lasers : ndarray of int, shape (m, 2), optional
        Which satellites are joined, from `leohub.sky.network.lasers`. Without them a satellite only
        passes on what it hears from the ground (bent pipe).
    lasers_working : ndarray of bool, shape (n,), optional
        Which satellites have working lasers; all when not given.
    relays : Places, optional
        Ground stations that pass traffic from one satellite to another.
    gateways : Gateways, optional
        Where traffic for the points of presence comes down, under the rules but for their own
        lowest elevation, and without avoiding the geostationary arc.
    pops : PointsOfPresence, optional
        A gateway's traffic goes to the one that it names, or to the nearest, through a fibre.
    """

    constellation: Constellation
    places: Places
    rules: LinkRules
    lasers: Integers | None = None
    lasers_working: NDArray[np.bool_] | None = None
    relays: Places | None = None
    gateways: Gateways | None = None
    pops: PointsOfPresence | None = None

    def __post_init__(self) -> None:
        if self.lasers is not None and not _all_below(self.lasers, len(self.constellation)):
            raise ValueError("lasers join satellites that are not in the constellation")
        if (self.gateways is None) != (self.pops is None):
            raise ValueError("gateways and points of presence are given together or not at all")
        if self.gateways is not None and self.pops is not None:
            unknown = sorted(set(self.gateways.pop) - set(self.pops.code) - {""})
            if unknown:
                raise ValueError(f"gateways name unknown points of presence: {', '.join(unknown)}")

    @property
    def any_pop(self) -> int:
        """The end that stands for whichever point of presence is reached the soonest."""
        return len(self.places) + (0 if self.pops is None else len(self.pops))

    def pop(self, code: str) -> int:
        """Return the end that is a point of presence."""
        if self.pops is None or code not in self.pops.code:
            raise ValueError(f"there is no point of presence {code}")
        return len(self.places) + int(np.flatnonzero(self.pops.code == code)[0])

    def end_name(self, end: int) -> str:
        """Return what an end is called: its coordinates, or the code of a point of presence."""
        if end < len(self.places):
            return f"{self.places.lat_deg[end]:.7g},{self.places.lon_deg[end]:.7g}"
        if self.pops is None or end == self.any_pop:
            return ANY_POP
        return str(self.pops.code[end - len(self.places)])

    @cached_property
    def pop_of_gateway(self) -> Integers:
        """Which point of presence the traffic of each gateway goes to, shape (g,)."""
        assert self.gateways is not None
        assert self.pops is not None
        nearest = self._fibre_ms().argmin(axis=1)
        named = {str(code): number for number, code in enumerate(self.pops.code)}
        return np.array(
            [
                named.get(str(code), near)
                for code, near in zip(self.gateways.pop, nearest, strict=True)
            ],
            dtype=np.intp,
        )

    @cached_property
    def gateway_fibre_ms(self) -> Floats:
        """Time from each gateway to its point of presence, one way, shape (g,) [ms]."""
        return self._fibre_ms()[np.arange(len(self.pop_of_gateway)), self.pop_of_gateway]

    def _fibre_ms(self) -> Floats:
        assert self.gateways is not None
        assert self.pops is not None
        return fibre_ms(
            self.gateways.lat_deg[:, None],
            self.gateways.lon_deg[:, None],
            self.pops.lat_deg,
            self.pops.lon_deg,
            self.rules,
        )


def _all_below(numbers: Integers, count: int) -> bool:
    return bool(((numbers >= 0) & (numbers < count)).all())
