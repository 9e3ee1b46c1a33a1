"""Cells: people gathered into the hexagons of the H3 grid (Uber Technologies, h3geo.org)."""

from __future__ import annotations

import math
from typing import Final

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

COARSEST: Final = 4
FINEST: Final = 10
"""Resolutions that cells may have: hexagons of 1,770 km² down to 0.015 km² on average."""


def default_resolution(radius_km: float) -> int:
    """Return the coarsest H3 resolution that still resolves a service radius.

    Cells resolve it when their centres lie, on average, no further apart than a quarter of it.

    Parameters
    ----------
    radius_km : float
        Service radius [km].

    Returns
    -------
    int
        From `COARSEST` to `FINEST`, which is also the answer for radii that it does not resolve.
    """
    for resolution in range(COARSEST, FINEST):
        if _spacing_km(resolution) <= radius_km / 4:
            return resolution
    return FINEST


def resolves(resolution: int, radius_km: float) -> bool:
    """Say whether cells are fine enough to tell what lies within a service radius.

    They are when their centres lie, on average, no further apart than half of it. That is coarser
    than `default_resolution` takes, and the least that is of use: a cell counts by its centre.

    Parameters
    ----------
    resolution : int
        Of the H3 cells.
    radius_km : float
        Service radius [km].

    Returns
    -------
    bool
    """
    return radius_km >= smallest_radius_km(resolution)


def smallest_radius_km(resolution: int) -> float:
    """Return the smallest service radius that cells resolve [km]; see `resolves`."""
    return 2 * _spacing_km(resolution)


def _spacing_km(resolution: int) -> float:
    """Return how far apart the centres of neighbouring cells lie on average: √3 × their edge."""
    edge_km: float = h3.average_hexagon_edge_length(resolution, unit="km")
    return math.sqrt(3) * edge_km


def make_cells(people: pd.DataFrame, internet_use_pct: pd.Series) -> pd.DataFrame:
    """Gather people into cells, with the unserved ones among them.

    Unserved are those who do not use the internet: in every part of a cell, people × (1 − share
    using it in the region that the part lies in). A cell on a border keeps both regions' shares,
    but carries the one region where most of its people live (on a tie, the first by code).

    Parameters
    ----------
    people : DataFrame
        Columns `h3` (uint64), `region_code` and `people`; several rows may share a cell. Rows
        without people make no cell.
    internet_use_pct : Series
        Share of people who already use the internet [%], indexed by region code.

    Returns
    -------
    DataFrame
        Indexed by `h3` (uint64, ascending): `region_code`, `lat_deg`, `lon_deg`, `area_km2`,
        `people`, `density_per_km2`, `unserved_people`; see `data/dictionary.csv`.

    Raises
    ------
    ValueError
        When a region has no share, or a number of people is negative or missing.
    """
    if not (people["people"] >= 0).all():
        raise ValueError("people must not be negative or missing")
    parts = people[people["people"] > 0]
    share = parts["region_code"].map(internet_use_pct).astype(np.float64)
    if share.isna().any():
        unknown = sorted(set(parts.loc[share.isna(), "region_code"]))
        raise ValueError(f"no share of internet users for regions {unknown}")
    parts = parts.assign(unserved_people=parts["people"] * (1 - share / 100))
    parts = parts.groupby(["h3", "region_code"], as_index=False)[
        ["people", "unserved_people"]
    ].sum()
    sums = parts.groupby("h3")[["people", "unserved_people"]].sum()
    main = parts.sort_values(
        ["h3", "people", "region_code"], ascending=[True, False, True]
    ).drop_duplicates("h3")

    ids = sums.index.to_numpy(dtype=np.uint64)
    lat_deg, lon_deg = centres(ids)
    area_km2 = areas_km2(ids)
    return pd.DataFrame(
        {
            "region_code": main["region_code"].to_numpy(),
            "lat_deg": lat_deg,
            "lon_deg": lon_deg,
            "area_km2": area_km2,
            "people": sums["people"].to_numpy(),
            "density_per_km2": sums["people"].to_numpy() / area_km2,
            "unserved_people": sums["unserved_people"].to_numpy(),
        },
        index=pd.Index(ids, name="h3"),
    )


def cells_at(lat_deg: ArrayLike, lon_deg: ArrayLike, resolution: int) -> NDArray[np.uint64]:
    """Return the H3 cell that holds each place, shape (n,)."""
    lat = np.asarray(lat_deg, dtype=np.float64).tolist()
    lon = np.asarray(lon_deg, dtype=np.float64).tolist()
    cell = h3.latlng_to_cell
    found = (cell(a, b, resolution) for a, b in zip(lat, lon, strict=True))
    return np.fromiter(found, dtype=np.uint64, count=len(lat))


def centres(ids: NDArray[np.uint64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitude and longitude [°] of the cells' centres, shape (n,) each."""
    both = np.array([h3.cell_to_latlng(i) for i in ids.tolist()], dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def areas_km2(ids: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the area of each cell [km²] on the sphere that H3 is defined on."""
    return np.fromiter(
        (h3.cell_area(i, unit="km^2") for i in ids.tolist()), dtype=np.float64, count=len(ids)
    )


def to_hex(ids: NDArray[np.uint64]) -> NDArray[np.str_]:
    """Return H3 ids as the 15-digit hexadecimal strings that files and maps use."""
    return np.array([format(i, "x") for i in ids.tolist()], dtype="U16")
