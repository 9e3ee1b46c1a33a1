"""`Aspect`: at which elevations places are served, and from how far: what a link lives on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import Times
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.record import Tick, record
from leohub.sky.visibility.rules import Rules

Floats = NDArray[np.float64]

CLASS_DEG: Final = 2.5
"""Width of a class of elevations: over it the clear-sky ratio of carrier to noise changes by less
than 0.5 dB from 25° up."""

AT_ONCE: Final = 500
"""Places that are watched slot by slot at a time: memory stays bounded."""


@dataclass(frozen=True)
class Aspect:
    """How satellites stand when they serve places.

    Attributes
    ----------
    elevation_deg : ndarray, shape (classes,)
        Middle of each class of elevations [°] at which any of the places is ever served; the
        highest class alone where none is.
    share : ndarray, shape (places, classes)
        Share of the time with service that is spent in a class; sums to 1, or to 0 where there is
        never service.
    range_km : ndarray, shape (places, classes)
        Mean distance of the serving satellite [km]; that of all places where one is never served
        in a class, NaN where there is no service at all.
    served_at : ndarray of bool, shape (places, slots)
        Whether there is service.
    usable : ndarray, shape (places,)
        Usable satellites, mean over the time.
    """

    elevation_deg: Floats
    share: Floats
    range_km: Floats
    served_at: NDArray[np.bool_]
    usable: Floats

    def __len__(self) -> int:
        return len(self.usable)

    @property
    def served(self) -> Floats:
        """Share of the time with service, shape (places,)."""
        return np.asarray(self.served_at.mean(axis=1))

    def select(self, chosen: NDArray[np.intp] | slice) -> Aspect:
        """Return some of the places."""
        return Aspect(
            self.elevation_deg,
            self.share[chosen],
            self.range_km[chosen],
            self.served_at[chosen],
            self.usable[chosen],
        )


def find_aspect(
    orbits: Orbits,
    places: Places,
    rules: Rules,
    times: Times,
    gateways: Gateways | None = None,
    *,
    tick: Tick = lambda share: None,
) -> Aspect:
    """Watch places and note at which elevations they are served.

    Parameters
    ----------
    orbits, places, rules, times, gateways
        As for `leohub.sky.visibility.sweep.Sweep`.
    tick : callable
        Called with the share done [0..1].
    """
    edges = np.arange(0, 90 + CLASS_DEG, CLASS_DEG)
    slots, ranges, served, usable = [], [], [], []
    for first in range(0, len(places), AT_ONCE):
        part = slice(first, first + AT_ONCE)
        found = record(orbits, places.select(part), rules, times, gateways, with_series=True).series
        counted, summed = _by_class(
            found["serving_elevation_deg"], found["serving_range_km"], len(edges) - 1
        )
        slots.append(counted)
        ranges.append(summed)
        served.append(found["serving"] >= 0)
        usable.append(found["usable"].mean(axis=1))
        tick(min(1.0, (first + AT_ONCE) / len(places)))
    count, total_km = np.concatenate(slots), np.concatenate(ranges)
    seen = np.asarray(count.any(axis=0))
    seen[-1] |= not seen.any()
    count, total_km = count[:, seen], total_km[:, seen]
    with np.errstate(invalid="ignore", divide="ignore"):
        range_km = np.where(count > 0, total_km / count, total_km.sum(axis=0) / count.sum(axis=0))
    return Aspect(
        elevation_deg=((edges[:-1] + edges[1:]) / 2)[seen],
        share=count / np.maximum(count.sum(axis=1, keepdims=True), 1),
        range_km=range_km,
        served_at=np.concatenate(served),
        usable=np.concatenate(usable),
    )


def _by_class(
    elevation_deg: NDArray[np.float32], range_km: NDArray[np.float32], classes: int
) -> tuple[Floats, Floats]:
    """Return slots, and the sum of ranges, by place and class of elevations."""
    place, slot = np.nonzero(np.isfinite(elevation_deg))
    number = np.minimum(elevation_deg[place, slot] // CLASS_DEG, classes - 1).astype(np.intp)
    cell, size = place * classes + number, len(elevation_deg) * classes
    counted = np.bincount(cell, minlength=size)
    summed = np.bincount(cell, range_km[place, slot], minlength=size)
    return (
        counted.reshape(-1, classes).astype(np.float64),
        summed.reshape(-1, classes).astype(np.float64),
    )
