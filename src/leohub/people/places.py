"""Modelled places (schools, clinics …) of which only the number in the country is known.

They stand where people outside towns live: the share of each region by largest remainders, and
within a region a systematic sample of the cells in proportion to their people (Madow 1949, Ann.
Math. Stat. 20, 333-354), so that no two stand closer than the people between them ask for.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.people.lineage import Ids
from leohub.people.surface import Floats, Ints, apportion, hash_bits, hash_uniform

KM_PER_DEG = 111.2
"""Length of a degree on the mean sphere, for moves of a few hundred metres [km]."""


def model_places(
    number: int,
    salt: int,
    h3_id: Ids,
    people: NDArray[np.int64],
    lat_lon_deg: Floats,
    cell_region: Ints,
    jitter_km: float,
) -> pd.DataFrame:
    """Place a number of places among people.

    Parameters
    ----------
    number : int
        Places in the whole country.
    salt : int
        One per kind, so that kinds stand at different places.
    h3_id : ndarray of uint64, shape (n_cells,)
    people : ndarray of int, shape (n_cells,)
        People that the places follow; at least one.
    lat_lon_deg : ndarray, shape (n_cells, 2)
        Centres of the cells [°].
    cell_region : ndarray of int, shape (n_cells,)
    jitter_km : float
        Places stand within this distance of the centre of their cell [km].

    Returns
    -------
    DataFrame
        `lat_deg`, `lon_deg`, `region` (position), `cell` (position), by region and cell id.
    """
    per_region = apportion(number, np.bincount(cell_region, people).astype(np.float64))
    order = np.lexsort((h3_id, cell_region))
    chosen = [
        _systematic(order[cell_region[order] == region], people, int(count), region, salt)
        for region, count in enumerate(per_region)
    ]
    cell = np.concatenate(chosen)
    # A cell that is drawn twice holds two places: the serial number moves them apart.
    serial: Ids = np.arange(len(cell)).astype(np.uint64)
    key = hash_bits(h3_id[cell], salt) + serial
    bearing = 2 * np.pi * hash_uniform(key, 1)
    away_deg = jitter_km * np.sqrt(hash_uniform(key, 2)) / KM_PER_DEG
    lat_deg = lat_lon_deg[cell, 0] + away_deg * np.cos(bearing)
    stretch = np.cos(np.radians(lat_lon_deg[cell, 0]))
    lon_deg = lat_lon_deg[cell, 1] + away_deg * np.sin(bearing) / stretch
    return pd.DataFrame(
        {
            "lat_deg": np.round(lat_deg, 5),
            "lon_deg": np.round(lon_deg, 5),
            "region": cell_region[cell],
            "cell": cell,
        }
    )


def _systematic(cells: Ints, people: NDArray[np.int64], count: int, region: int, salt: int) -> Ints:
    """Draw `count` cells in proportion to their people, evenly along the given order."""
    upto = np.cumsum(people[cells])
    start = hash_uniform(np.array([region], dtype=np.uint64), salt)[0]
    mark = (np.arange(count) + start) * (upto[-1] / max(count, 1))
    return np.asarray(cells[np.searchsorted(upto, mark, side="right")], dtype=np.intp)
