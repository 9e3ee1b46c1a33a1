"""Covering problems of the size and shape of Kenya, from the 1 km population grid of 2010.

Three families, each with 30,000 sites: *patchy* (people more than 4 km from any cell of 150 people
or more), *dense* (everybody), *tiling* (cells below 1,000 people). Sites of the first two are
village centres: cells with more people than any within 2 km that was taken before; those of the
third are drawn with chances in proportion to people, seeded.

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

Family = Literal["patchy", "dense", "tiling"]
FAMILIES: tuple[Family, ...] = ("patchy", "dense", "tiling")

SITES = 30_000
HUBS = 450
CENTRES_APART_KM = 2.0
GRID = "data/kenya/kenya_pop_2010_afripop_1km.tif"

Floats = NDArray[np.float64]


def make_family(family: Family, radius_km: float, seed: int = 1, split: int = 1) -> Coverage:
    """Return a problem of a family.

    Parameters
    ----------
    family : {'patchy', 'dense', 'tiling'}
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
    if family == "tiling":
        chance = np.where(need, people, 0.0)
        sites = random.choice(len(people), SITES, replace=False, p=chance / chance.sum())
    else:
        sites = village_centres(lat_deg, lon_deg, people)
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


def _need(family: Family, lat_deg: Floats, lon_deg: Floats, people: Floats) -> NDArray[np.bool_]:
    if family == "dense":
        return np.ones(len(people), dtype=np.bool_)
    if family == "tiling":
        return people < 1_000
    points = ecef_km(lat_deg, lon_deg)
    away_km, _ = cKDTree(points[people >= 150]).query(points, distance_upper_bound=4.0)
    return ~np.isfinite(away_km)
