"""A modelled surface of people between census facts: counts of regions and of towns.

Nothing here is measured. Regions and towns keep their census counts exactly; where within a region
the people outside its towns live is spread by rules that are the same everywhere:

- towns are round, with a density that falls off like a Gaussian (Clark 1951, J. R. Stat. Soc. A
  114, 490-496, in the squared form of Tanner 1961 and Sherratt 1960);
- the countryside is denser near towns and towards denser regions, so that density does not jump at
  borders (the idea of Tobler 1979, J. Am. Stat. Assoc. 74, 519-530);
- a texture from a hash of the cell id: slight where land is densely settled, strong where few
  people live, so that thinly settled land has empty cells and clusters.

People are whole numbers, apportioned by largest remainders (Hamilton), so that sums are exact in
any order. The same input gives the same surface: the hash is integer arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from leohub.people.lineage import Ids

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

TOWN_PEAK_PER_KM2 = 2500.0
TOWN_PEAK_AT_PEOPLE = 10_000.0
TOWN_PEAK_EXPONENT = 0.25
"""Density in the middle of a town: 2,500 people/km² at 10,000 people, growing with the fourth root
of its people. Assumed."""

TOWN_MIN_SIGMA_KM = 0.6
"""Towns are not drawn finer than the cells they are drawn on."""

TOWN_REACH_SIGMAS = 3.0

PULL_RANGE_KM = 10.0
PULL_EXPONENT = 0.65
REGION_EXPONENT = 0.5
"""Countryside weight = (Σ √people · exp(-distance / 10 km) + 1)^0.65 · (smoothed density of the
regions)^0.5. Range and exponents were fitted once to a real grid of Kenya; see docs/kenya.md."""

REGION_SOFTENING_KM = 20.0

LEAST_PULL = 0.1
"""A tenth of the pull that land far from every town has."""

BLOCK_CELLS = 50_000


@dataclass(frozen=True)
class Facts:
    """What is known, in equal-area coordinates.

    Attributes
    ----------
    region_km : ndarray, shape (n_regions, 2)
        Centroids [km].
    region_people, region_area_km2 : ndarray, shape (n_regions,)
        Census people (whole numbers), land area [km²].
    town_km : ndarray, shape (n_towns, 2)
        [km]
    town_people : ndarray, shape (n_towns,)
        Whole numbers; together at most the people of the region.
    town_region : ndarray of int, shape (n_towns,)
        Position of the town's region.
    """

    region_km: Floats
    region_people: NDArray[np.int64]
    region_area_km2: Floats
    town_km: Floats
    town_people: NDArray[np.int64]
    town_region: Ints

    @property
    def rural_people(self) -> NDArray[np.int64]:
        """People of each region who live in none of its towns, shape (n_regions,)."""
        in_towns = np.zeros(len(self.region_people), dtype=np.int64)
        np.add.at(in_towns, self.town_region, self.town_people)
        return self.region_people - in_towns


def model_surface(facts: Facts, h3_id: Ids, cell_km: Floats, cell_region: Ints) -> pd.DataFrame:
    """Spread the people of every region and town over the cells.

    Parameters
    ----------
    facts : Facts
    h3_id : ndarray of uint64, shape (n_cells,)
        Ids, all different; the texture depends on nothing else.
    cell_km : ndarray, shape (n_cells, 2)
        Centres of the cells [km].
    cell_region : ndarray of int, shape (n_cells,)
        Position of the region whose people live in the cell; every region needs at least one cell.

    Returns
    -------
    DataFrame
        `town_people`, `rural_people`, whole numbers, one row per cell in the order given.

    Raises
    ------
    ValueError
        When towns have more people than their region.
    """
    rural_people = facts.rural_people
    if (rural_people < 0).any():
        raise ValueError("the towns of a region have more people than the region")
    town = np.zeros(len(h3_id), dtype=np.int64)
    rural = np.zeros(len(h3_id), dtype=np.int64)
    weight = _rural_weight(facts, h3_id, cell_km, cell_region)
    for region in range(len(facts.region_people)):
        mine = np.flatnonzero(cell_region == region)
        towns = np.flatnonzero(facts.town_region == region)
        tree = cKDTree(cell_km[mine])
        for i in towns:
            near, share = _town_shape(tree, facts.town_km[i], float(facts.town_people[i]))
            town[mine[near]] += apportion(int(facts.town_people[i]), share)
        rural[mine] = apportion(int(rural_people[region]), weight[mine])
    return pd.DataFrame({"town_people": town, "rural_people": rural})


def _town_shape(tree: cKDTree, town_km: Floats, people: float) -> tuple[Ints, Floats]:
    """Return the cells of a town and their weights."""
    peak = TOWN_PEAK_PER_KM2 * (people / TOWN_PEAK_AT_PEOPLE) ** TOWN_PEAK_EXPONENT
    sigma_km = max(np.sqrt(people / (2 * np.pi * peak)), TOWN_MIN_SIGMA_KM)
    near = np.array(tree.query_ball_point(town_km, TOWN_REACH_SIGMAS * sigma_km), dtype=np.intp)
    if not len(near):
        # The town stands just outside the outline of its region: its people go to the edge.
        near = np.array([tree.query(town_km)[1]], dtype=np.intp)
        return near, np.ones(1)
    near.sort()
    square_km2 = ((tree.data[near] - town_km) ** 2).sum(axis=1)
    return near, np.exp(-square_km2 / (2 * sigma_km**2))


def _rural_weight(facts: Facts, h3_id: Ids, cell_km: Floats, cell_region: Ints) -> Floats:
    """Return the relative rural density of every cell within its region, texture included."""
    pull = _town_pull(facts, cell_km)
    density = np.maximum(facts.rural_people, 1) / facts.region_area_km2
    smooth = _smoothed(np.log(density), facts.region_km, cell_km)
    weight = (pull + 1.0) ** PULL_EXPONENT * np.exp(REGION_EXPONENT * smooth)
    cells = np.bincount(cell_region, minlength=len(density))
    total = np.bincount(cell_region, weight, minlength=len(density))
    expected = weight * (density * cells / total)[cell_region]
    spread = np.clip(2.0 - 0.3 * np.log(np.maximum(expected, 1e-9)), 0.4, 2.0)
    return weight * np.exp(spread * hash_normal(h3_id))


def _town_pull(facts: Facts, cell_km: Floats) -> Floats:
    """Return Σ √people · exp(-distance / range) over the towns, terms below `LEAST_PULL` cut."""
    tree = cKDTree(cell_km)
    pull = np.zeros(len(cell_km))
    for at_km, strength in zip(facts.town_km, np.sqrt(facts.town_people), strict=True):
        reach_km = PULL_RANGE_KM * np.log(max(strength, 1.0) / LEAST_PULL)
        near = np.array(tree.query_ball_point(at_km, reach_km), dtype=np.intp)
        distance_km = np.hypot(*(cell_km[near] - at_km).T)
        pull[near] += strength * np.exp(-distance_km / PULL_RANGE_KM)
    return pull


def _smoothed(value: Floats, at_km: Floats, cell_km: Floats) -> Floats:
    """Return the mean of the values, weighted by inverse squared (softened) distance."""
    means = []
    for block in np.array_split(cell_km, len(cell_km) // BLOCK_CELLS + 1):
        square_km2 = (block**2).sum(axis=1)[:, None] - 2 * block @ at_km.T + (at_km**2).sum(axis=1)
        nearness = 1 / (square_km2 + REGION_SOFTENING_KM**2)
        means.append(nearness @ value / nearness.sum(axis=1))
    return np.concatenate(means)


def apportion(total: int, weight: Floats) -> NDArray[np.int64]:
    """Divide a whole number into whole parts in proportion to weights (largest remainders).

    Parameters
    ----------
    total : int
        At least 0.
    weight : ndarray, shape (n,)
        Positive.

    Returns
    -------
    ndarray of int64, shape (n,)
        Adds up to `total`; each within 1 of its exact share. Equal remainders: first come.
    """
    exact = weight * (total / weight.sum())
    part: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    # Rounded so that the last bit of a platform's exp() does not decide who is served first.
    remainder = np.round(exact - part, 6)
    first = np.argsort(-remainder, kind="stable")[: total - int(part.sum())]
    part[first] += 1
    return part


def hash_bits(key: Ids, salt: int) -> Ids:
    """Return 64 well-mixed bits per key: splitmix64 (Steele, Lea & Flood 2014, OOPSLA).

    Parameters
    ----------
    key : ndarray of uint64, shape (n,)
    salt : int
        Different salts give unrelated bits.
    """
    step = (int(salt) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    bits = key + np.uint64(step)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(bits ^ (bits >> np.uint64(31)), dtype=np.uint64)


def hash_uniform(key: Ids, salt: int) -> Floats:
    """Return a number in [0, 1) per key."""
    return (hash_bits(key, salt) >> np.uint64(11)).astype(np.float64) / 2.0**53


def hash_normal(key: Ids) -> Floats:
    """Return a nearly normal number of mean 0 and variance 1 per key: the sum of four uniform ones.

    Unlike the inverse normal distribution it needs nothing but additions, and stays within 3.5.
    """
    parts = sum(hash_uniform(key, salt) for salt in (1, 2, 3, 4))
    return np.asarray((parts - 2.0) * np.sqrt(3.0), dtype=np.float64)
