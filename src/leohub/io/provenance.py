"""`Source`: where a number came from. Every reader returns one beside its data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One input, as it was read.

    Attributes
    ----------
    role : str
        What the study uses it for: ``"people"``, ``"regions"``, ``"census"``, ``"sites"``,
        ``"elements"``, ``"coverage layer"``, ``"prices"``.
    file : str
        The path as the study names it, or ``"built-in: kenya/counties.csv"``.
    sha256 : str
        Of the bytes on disk (before any decompression).
    size_bytes : int
    basis : str
        ``"measured"``, ``"modelled"`` or ``"assumed"``.
    origin : str
        Who published it. Empty when the study does not say.
    date : str
        What date the data describe. Empty when the study does not say.
    licence : str
        Empty when the study does not say.
    totals : mapping of str to float
        Figures that a reader can check against the publisher's: rows, people, regions …
    notes : tuple of str
        What was done to the data on the way in, with counts ("2,483 rows merged …").
    """

    role: str
    file: str
    sha256: str
    size_bytes: int
    basis: str = "measured"
    origin: str = ""
    date: str = ""
    licence: str = ""
    totals: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
