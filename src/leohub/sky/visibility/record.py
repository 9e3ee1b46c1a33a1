"""`Record`: what places see in some hours, added up and, where wanted, slot by slot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import Times
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Block
from leohub.sky.visibility.tally import Tally, arrange, tally
from leohub.sky.visibility.watch import watch

Ints = NDArray[np.intp]
Series = dict[str, NDArray[Any]]
Tick = Callable[[float], None]

SERIES: Final[dict[str, np.dtype[Any]]] = {
    "in_view": np.dtype(np.int16),
    "usable": np.dtype(np.int16),
    "serving": np.dtype(np.int32),
    "serving_elevation_deg": np.dtype(np.float32),
    "serving_azimuth_deg": np.dtype(np.float32),
    "serving_range_km": np.dtype(np.float32),
}
"""What is kept slot by slot, as small as it can be, in the order of
`leohub.sky.visibility.flight.Seen`."""


@dataclass(frozen=True)
class Record:
    """What places see in some slots.

    Attributes
    ----------
    tally : Tally
        What the slots come to, in the order of the places.
    series : dict of str to ndarray, shape (places, slots)
        Names of `SERIES`; `serving` is a catalogue number, or -1. Empty where not wanted.
    lost : int
        Satellites whose position is not known, at most.
    """

    tally: Tally
    series: Series
    lost: int


def record(
    orbits: Orbits,
    places: Places,
    rules: Rules,
    times: Times,
    gateways: Gateways | None = None,
    *,
    with_series: bool = False,
    tick: Tick = lambda share: None,
) -> Record:
    """Watch the sky over places and note what they see.

    Parameters
    ----------
    orbits, places, rules, times, gateways
        As for `leohub.sky.visibility.sweep.Sweep`.
    with_series : bool
        Whether every slot is wanted: 20 bytes for each place and slot.
    tick : callable
        Called with the share done [0..1].
    """
    shape = (len(places), len(times))
    series = {name: np.empty(shape, dtype) for name, dtype in SERIES.items() if with_series}
    tallies: list[tuple[Ints, Tally]] = []
    lost, done = 0, 0
    for order, blocks in watch(orbits, places, rules, times, gateways):
        whole: Tally | None = None
        for block in blocks:
            part = tally(block.seen)
            whole = part if whole is None else whole.then(part)
            if with_series:
                _fill_in(series, order, block)
            lost = max(lost, block.lost)
            done += block.seen.in_view.size
            tick(done / (len(places) * len(times)))
        assert whole is not None  # there is at least one slot
        tallies.append((order, whole))
    if with_series:
        ids = np.append(orbits.constellation.norad_id, -1).astype(np.int32)
        series["serving"] = ids[series["serving"]]
    return Record(arrange(tallies), series, lost)


def _fill_in(series: Series, order: Ints, block: Block) -> None:
    slots = slice(block.first, block.first + len(block.seen.in_view))
    for values, seen in zip(series.values(), block.seen, strict=True):
        values[order, slots] = seen.T
