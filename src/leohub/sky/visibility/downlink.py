"""Which satellites carry traffic to the ground: those that reach a working gateway."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.sky.compiled import compiled
from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways
from leohub.sky.motion.knots import interpolate
from leohub.sky.motion.moments import Times
from leohub.sky.shells import OTHER
from leohub.sky.visibility.flight import Flight, Ground, with_reach
from leohub.sky.visibility.ground import to_ground
from leohub.sky.visibility.kernel import bring_together, gather, sine_of
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.tiles import BINS, sort_into_bins

Flags = NDArray[np.bool_]
Ints = NDArray[np.intp]


class Downlink:
    """Gateways under a constellation.

    Parameters
    ----------
    constellation : Constellation
    gateways : Gateways
    lasers : bool
        Whether the satellites of a shell are linked to each other, so that all of them reach a
        gateway when one does; satellites of no shell have no links. Which satellites an operator
        really links is not published.
    """

    def __init__(self, constellation: Constellation, gateways: Gateways, *, lasers: bool) -> None:
        self.lasers = lasers
        self.gateways = gateways
        places = Places(gateways.lat_deg, gateways.lon_deg, gateways.height_km)
        self.ground = (
            to_ground(constellation, places, gateways.min_elevation_deg) if len(gateways) else None
        )
        names, self._shell = np.unique(constellation.shell, return_inverse=True)
        self._linked = ~np.isin(names, ["", OTHER])

    def allowed(self, flight: Flight, near: Ints, slots: Times) -> Flags:
        """Return which satellites reach a working gateway in each slot, shape (slots, n).

        Parameters
        ----------
        flight : Flight
        near : ndarray of int, shape (n,)
            Which satellites of the constellation it holds.
        slots : ndarray of datetime64, shape (slots,)
        """
        allowed = np.zeros((len(slots), len(near)), dtype=np.bool_)
        if self.ground is None:
            return allowed
        working = self.gateways.working(slots)[self.ground.tiles.order]
        reaching = with_reach(flight, self.ground.lowest_deg, self.ground.radius_km)
        _mark_seen(reaching, self.ground, np.ascontiguousarray(working.T), allowed)
        if self.lasers:
            self._spread(allowed, self._shell[near])
        return allowed

    def _spread(self, allowed: Flags, shell: Ints) -> None:
        for number in np.flatnonzero(self._linked):
            members = shell == number
            allowed[:, members] = allowed[:, members].any(axis=1, keepdims=True)


@compiled
def _mark_seen(flight: Flight, ground: Ground, working: Flags, allowed: Flags) -> None:
    n = flight.knots.shape[2]
    found, overhead = np.empty((3, n)), np.empty((5, n))
    bins, order, start = np.empty(n, np.intp), np.empty(n, np.intp), np.empty(BINS + 1, np.intp)
    near = np.empty(n, np.intp)
    x, y, z = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32)
    tiles = ground.tiles
    for slot in range(len(flight.first_knot)):
        interpolate(flight.knots, flight.first_knot[slot], flight.weights[slot], found)
        sort_into_bins(found, bins, start, order)
        bring_together(flight, found, order, start[BINS], overhead)
        for tile in range(len(tiles.radius_rad)):
            count = gather(ground, tile, overhead, start, order, near, x, y, z)
            for place in range(tiles.first[tile], tiles.first[tile + 1]):
                if not working[slot, place]:
                    continue
                for c in range(count):
                    s = near[c]
                    if not allowed[slot, s]:
                        allowed[slot, s] = (
                            sine_of(found, tiles.axes, place, s) >= ground.min_sine[place]
                        )
