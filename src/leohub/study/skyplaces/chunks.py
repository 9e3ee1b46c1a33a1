"""`Chunk`: some places for some hours, and what is found there: the work that is handed around.

Looking at a chunk needs nothing but the `Sky` and the chunk, and changes nothing. It can be done
anywhere, in any order, and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leohub import sky as model
from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import Times
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Block
from leohub.sky.visibility.tally import Tally, tally
from leohub.sky.visibility.watch import watch

Ints = NDArray[np.intp]
Series = dict[str, NDArray[Any]]

SERIES: Final[dict[str, np.dtype[Any]]] = {
    "in_view": np.dtype(np.int16),
    "usable": np.dtype(np.int16),
    "serving": np.dtype(np.int32),
    "serving_elevation_deg": np.dtype(np.float32),
    "serving_azimuth_deg": np.dtype(np.float32),
    "serving_range_km": np.dtype(np.float32),
}
"""What is found slot by slot, as small as it can be kept, in the order of
`leohub.sky.visibility.flight.Seen`."""


@dataclass(frozen=True)
class Sky:
    """What all chunks have in common.

    Attributes
    ----------
    orbits : Orbits
    rules : Rules
    gateways : Gateways or None
        Where given, only satellites that reach one are usable.
    with_series : bool
        Whether every slot is wanted, or only what the slots come to.
    """

    orbits: Orbits
    rules: Rules
    gateways: Gateways | None
    with_series: bool


@dataclass(frozen=True)
class Chunk:
    """Some places for some slots.

    Attributes
    ----------
    group : int
        Which places: position in `leohub.study.skyplaces.survey.Survey.groups`.
    first : int
        Position of the first slot among all.
    places : Places
    times : ndarray of datetime64, shape (slots,)
        Beginnings of the slots.
    """

    group: int
    first: int
    places: Places
    times: Times


@dataclass(frozen=True)
class Found:
    """What was found in a chunk.

    Attributes
    ----------
    group, first : int
        Of the chunk.
    tallies : tuple of (ndarray of int, Tally)
        Positions among the places of the chunk, and what the slots come to there. Chunks of the
        same places have the same positions.
    series : dict of str to ndarray, shape (places, slots)
        Names of `SERIES`; `serving` is a catalogue number, or -1. Empty where not wanted.
    lost : int
        Satellites whose position is not known.
    """

    group: int
    first: int
    tallies: tuple[tuple[Ints, Tally], ...]
    series: Series
    lost: int


def look(sky: Sky, chunk: Chunk) -> Found:
    """Look at the sky over the places of a chunk."""
    shape = (len(chunk.places), len(chunk.times))
    series = {name: np.empty(shape, dtype) for name, dtype in SERIES.items() if sky.with_series}
    tallies: list[tuple[Ints, Tally]] = []
    lost = 0
    for order, blocks in watch(sky.orbits, chunk.places, sky.rules, chunk.times, sky.gateways):
        whole: Tally | None = None
        for block in blocks:
            part = tally(block.seen)
            whole = part if whole is None else whole.then(part)
            lost = max(lost, block.lost)
            if series:
                _fill_in(series, order, block)
        assert whole is not None  # there is at least one slot
        tallies.append((order, whole))
    if series:
        numbers = np.append(sky.orbits.constellation.norad_id, -1).astype(np.int32)
        series["serving"] = numbers[series["serving"]]
    return Found(chunk.group, chunk.first, tuple(tallies), series, lost)


@cache
def code_digest() -> str:
    """Return what the code of the sky model hashes to, as it was when first asked."""
    digest = sha256()
    for file in sorted(Path(model.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _fill_in(series: Series, order: Ints, block: Block) -> None:
    slots = slice(block.first, block.first + len(block.seen.in_view))
    for values, seen in zip(series.values(), block.seen, strict=True):
        values[order, slots] = seen.T
