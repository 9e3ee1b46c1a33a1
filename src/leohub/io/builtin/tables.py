"""The packaged tables of facts behind built-in Kenya, and where they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO

import pandas as pd

from leohub.io.provenance import Source

CENSUS_ORIGIN = "Kenya National Bureau of Statistics, 2019 Kenya Population and Housing Census"
CENSUS_DATE = "2019-08"
CENSUS_LICENCE = "facts; each row names its source"


@cache
def packaged(name: str) -> bytes:
    """Return the bytes of a packaged file of Kenya."""
    return files("leohub").joinpath("data", "kenya", name).read_bytes()


def table(name: str) -> pd.DataFrame:
    """Return a packaged table; a fresh copy each time."""
    text_columns = {"date": str, "source": str, "origin": str}
    return pd.read_csv(BytesIO(packaged(name)), dtype=text_columns)


def county_codes(counties: pd.DataFrame) -> pd.Index:
    """Return the official codes of the counties, 1 to 47, as text."""
    return pd.Index(counties["county_code"].astype(str), name="region_code")


def packaged_source(
    role: str,
    names: tuple[str, ...],
    *,
    basis: str,
    origin: str,
    totals: Mapping[str, float],
    notes: tuple[str, ...],
    date: str = CENSUS_DATE,
) -> Source:
    """Return the source of packaged tables; the hash is of their bytes, one after the other."""
    content = b"".join(packaged(name) for name in names)
    return Source(
        role=role,
        file="built-in: " + " + ".join(f"kenya/{name}" for name in names),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        basis=basis,
        origin=origin,
        date=date,
        licence=CENSUS_LICENCE,
        totals=totals,
        notes=notes,
    )
