"""What is published of operators' gateways and points of presence, as the package brings it."""

from __future__ import annotations

import hashlib
import io
from importlib import resources

import numpy as np
import pandas as pd

from leohub.errors import InputError, Problem
from leohub.io.builtin.operators import operator_parameters
from leohub.io.ground.gateways import MIN_ELEVATION_DEG
from leohub.io.provenance import Source
from leohub.sky.gateways import Gateways, PointsOfPresence


def built_in_gateways(operator: str) -> tuple[Gateways, Source]:
    """Return the published gateways of an operator.

    Parameters
    ----------
    operator : str
        ``"starlink"``; of the others none are published.

    Returns
    -------
    gateways : Gateways
        All at height 0 with the lowest elevation of 25° (assumed).
    source : Source
        Each row of the table names its own.

    Raises
    ------
    InputError
        When the operator is not known or its gateways are not published.
    """
    table, content = _published("gateways.csv", operator, "gateways")
    count = len(table)
    gateways = Gateways(
        name=table["name"].to_numpy(dtype=np.str_),
        lat_deg=table["lat_deg"].to_numpy(dtype=np.float64),
        lon_deg=table["lon_deg"].to_numpy(dtype=np.float64),
        height_km=np.zeros(count),
        min_elevation_deg=np.full(count, MIN_ELEVATION_DEG),
        pop=np.full(count, ""),
    )
    notes = (
        "positions are those of the places that gateways are named after, some kilometres off; "
        "gateways whose site is not published, such as Kenya's, are missing: give your own list",
        f"lowest elevation of all: {MIN_ELEVATION_DEG:g}° (assumed)",
    )
    return gateways, _source(
        "gateways", "gateways.csv", content, _origin(table), "2026-03-20", count, notes
    )


def built_in_pops(operator: str) -> tuple[PointsOfPresence, Source]:
    """Return the published points of presence of an operator.

    Parameters
    ----------
    operator : str
        ``"starlink"``; of the others none are published.

    Raises
    ------
    InputError
        When the operator is not known or its points of presence are not published.
    """
    table, content = _published("pops.csv", operator, "points of presence")
    pops = PointsOfPresence(
        code=table["code"].to_numpy(dtype=np.str_),
        city=table["city"].to_numpy(dtype=np.str_),
        lat_deg=table["lat_deg"].to_numpy(dtype=np.float64),
        lon_deg=table["lon_deg"].to_numpy(dtype=np.float64),
    )
    notes = ("planned, doubtful and community ones are left out",)
    return pops, _source(
        "points of presence", "pops.csv", content, _origin(table), "2025", len(pops), notes
    )


def _published(name: str, operator: str, what: str) -> tuple[pd.DataFrame, bytes]:
    """Return the rows of an operator, and the bytes of the whole table."""
    content = resources.files("leohub.data").joinpath(name).read_bytes()
    table = pd.read_csv(io.BytesIO(content))
    rows = table[table["operator"] == operator]
    if rows.empty:
        known = operator_parameters(operator).name
        problem = Problem(
            "built-in operators",
            "",
            f"no list of {what} of {known} is built in: their places are not published",
            "Give a list of your own",
        )
        raise InputError([problem])
    return rows, content


def _origin(table: pd.DataFrame) -> str:
    return "; ".join(table["source"].drop_duplicates())


def _source(
    role: str,
    name: str,
    content: bytes,
    origin: str,
    date: str,
    count: int,
    notes: tuple[str, ...],
) -> Source:
    return Source(
        role=role,
        file=f"built-in: {name}",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        basis="measured",
        origin=origin,
        date=date,
        licence="facts; each row names its source",
        totals={role.replace(" ", "_"): float(count)},
        notes=notes,
    )
