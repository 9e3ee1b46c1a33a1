"""Covering problems of the size and shape of Kenya, from the 1 km population grid of 2010.

Each family has 30,000 sites, and its own idea of who is in need and of where sites are:

- *patchy*: people more than 4 km from any cell of 150 or more, sites drawn among all cells with
  chances in proportion to people; *patchy centres*: the same people, village centres as sites;
- *dense*: people more than 4 km from any cell of 300 or more, village centres among them as sites;
- *tiling*: people of cells below 1,000, sites drawn among them as above;
- *everybody*: all people, towns too, village centres as sites.

Village centres are cells with more people than any within 2 km that was taken before. What is drawn
is seeded.

The grid is not part of leohub: LEOHUB_SHARED names the folder that holds it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import numpy as np
import rasterio
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from leohub.people.coverage import Coverage, ecef_km, find_pairs

Family = Literal["patchy", "patchy centres", "dense", "tiling", "everybody"]
FAMILIES: tuple[Family, ...] = ("patchy", "patchy centres", "dense", "tiling", "everybody")

SITES = 30_000
HUBS = 450
CENTRES_APART_KM = 2.0
GRID = "data/kenya/kenya_pop_2010_afripop_1km.tif"

Floats = NDArray[np.float64]


def make_family(family: Family, radius_km: float, seed: int = 1, split: int = 1) -> Coverage:
    """Return a problem of a family.

    Parameters
    ----------
    family : one of `FAMILIES`
    radius_km : float
        Service radius [km].
    seed : int
        Of the sites that are drawn and of the points that cells are split into.
    split : int
        Points that every cell is split into, at random within it, with equal shares of its people.
    """
    lat_deg, lon_deg, people, step_deg = read_grid()
    random = np.random.default_rng(seed)
    need = _need(family, lat_deg, lon_deg, people)
    sites = _sites(family, lat_deg, lon_deg, people, need, random)
    cells = np.repeat(np.flatnonzero(need), split)
    within = random.random((2, len(cells))) - 0.5 if split > 1 else np.zeros((2, len(cells)))
    shares = find_pairs(
        lat_deg[sites],
        lon_deg[sites],
        radius_km,
        lat_deg[cells] + step_deg * within[0],
        lon_deg[cells] + step_deg * within[1],
    )
    return Coverage(shares, people[cells] / split)


def read_grid() -> tuple[Floats, Floats, Floats, float]:
    """Return latitude, longitude [°] and people of every cell with people, and its width [°]."""
    path = Path(os.environ.get("LEOHUB_SHARED", "../shared")) / GRID
    with rasterio.open(path) as grid:
        people, to_map = grid.read(1).astype(np.float64), grid.transform
    row, column = np.nonzero(np.isfinite(people) & (people > 0))
    lat_deg = to_map.f + (row + 0.5) * to_map.e
    lon_deg = to_map.c + (column + 0.5) * to_map.a
    return lat_deg, lon_deg, people[row, column], to_map.a


def village_centres(lat_deg: Floats, lon_deg: Floats, people: Floats) -> NDArray[np.intp]:
    """Return the cells with the most people that keep their distance from those before them."""
    points = ecef_km(lat_deg, lon_deg)
    tree = cKDTree(points)
    taken = np.zeros(len(people), dtype=np.bool_)
    centres: list[int] = []
    for cell in np.argsort(-people, kind="stable").tolist():
        if taken[cell]:
            continue
        centres.append(cell)
        if len(centres) == SITES:
            break
        taken[tree.query_ball_point(points[cell], CENTRES_APART_KM)] = True
    return np.array(centres)


def _sites(
    family: Family,
    lat_deg: Floats,
    lon_deg: Floats,
    people: Floats,
    need: NDArray[np.bool_],
    random: np.random.Generator,
) -> NDArray[np.intp]:
    if family in {"patchy", "tiling"}:
        chance = people if family == "patchy" else np.where(need, people, 0.0)
        return random.choice(len(people), SITES, replace=False, p=chance / chance.sum())
    among = np.flatnonzero(need) if family == "dense" else np.arange(len(people))
    return among[village_centres(lat_deg[among], lon_deg[among], people[among])]


def _need(family: Family, lat_deg: Floats, lon_deg: Floats, people: Floats) -> NDArray[np.bool_]:
    if family == "everybody":
        return np.ones(len(people), dtype=np.bool_)
    if family == "tiling":
        return people < 1_000
    town = people >= (300 if family == "dense" else 150)
    away_km, _ = cKDTree(ecef_km(lat_deg[town], lon_deg[town])).query(
        ecef_km(lat_deg, lon_deg), distance_upper_bound=4.0
    )
    return ~np.isfinite(away_km)
