"""`Chunk`: some places for some hours, and what is found there: the work that is handed around.

Looking at a chunk needs nothing but the `Sky` and the chunk, and changes nothing. It can be done
anywhere, in any order, and again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from leohub import sky as model
from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import Times
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.record import Record, record
from leohub.sky.visibility.rules import Rules


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
    record : Record
        In the order of the places of the chunk.
    """

    group: int
    first: int
    record: Record


def look(sky: Sky, chunk: Chunk) -> Found:
    """Look at the sky over the places of a chunk."""
    found = record(
        sky.orbits,
        chunk.places,
        sky.rules,
        chunk.times,
        sky.gateways,
        with_series=sky.with_series,
    )
    return Found(chunk.group, chunk.first, found)


@cache
def code_digest() -> str:
    """Return what the code of the sky model hashes to, as it was when first asked."""
    digest = sha256()
    for file in sorted(Path(model.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
