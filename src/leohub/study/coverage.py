"""Who is in need where, which places could become hubs, and whom each of them would serve.

This is all that the choice of hubs counts with, and nothing else is read for it: no satellites,
no prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.cells import default_resolution, resolves
from leohub.people.coverage import Coverage
from leohub.study.candidates import open_sites
from leohub.study.catchment import find_shares
from leohub.study.desk import Desk, Tick
from leohub.study.land import open_cells, open_census, open_people, open_regions
from leohub.study.settings import Study


@dataclass(frozen=True)
class Land:
    """Regions, people and places of a study; None for what cannot be used.

    Attributes
    ----------
    resolution : int
        H3 resolution of the cells.
    regions, census, people, sites : DataFrame or None
        As in `leohub.study.posed.Posed`.
    """

    resolution: int
    regions: gpd.GeoDataFrame | None
    census: pd.DataFrame | None
    people: pd.DataFrame | None
    sites: pd.DataFrame | None


@dataclass(frozen=True)
class Served:
    """Cells of a study and whom its places would serve; None for what cannot be found.

    Attributes
    ----------
    cells : DataFrame or None
    by_terrestrial : ndarray of bool or None
        Cells that a coverage layer says terrestrial networks serve.
    coverage : Coverage or None
        Rows follow the sites, columns the cells.
    """

    cells: pd.DataFrame | None
    by_terrestrial: NDArray[np.bool_] | None
    coverage: Coverage | None


def open_land(desk: Desk, study: Study, tick: Tick) -> Land:
    """Read regions, census, people and candidate places; the desk keeps what is wrong."""
    resolution = _resolution(desk, study)
    tick("reading regions and census", 0.0)
    regions = open_regions(desk, study)
    census = open_census(desk, study, regions)
    tick("reading people", 0.0)
    people = open_people(desk, study, regions, resolution, tick)
    tick("reading candidate places", 0.0)
    return Land(resolution, regions, census, people, open_sites(desk, study, regions))


def find_served(desk: Desk, study: Study, land: Land, tick: Tick) -> Served:
    """Gather people into cells and find which places would serve them."""
    cells, by_terrestrial = open_cells(desk, study, land.people, land.census)
    tick("finding who lives near which place", 0.0)
    shares = find_shares(
        desk,
        study,
        land.sites,
        cells,
        land.regions,
        lambda done: tick("finding who lives near which place", done),
    )
    coverage = None if shares is None or cells is None else _coverage(desk, shares, cells)
    return Served(cells, by_terrestrial, coverage)


def _resolution(desk: Desk, study: Study) -> int:
    """Return the H3 resolution of the cells, which must resolve the smallest service radius."""
    own = [entry.radius_km for entry in study.sites.lists if entry.radius_km is not None]
    radius_km = min([study.service.radius_km, *own])
    finest = default_resolution(radius_km)
    resolution = finest if study.people.resolution is None else study.people.resolution
    if not resolves(finest, radius_km):
        desk.problems.add(
            "[service] radius_km",
            f"{radius_km:g} km is smaller than the finest cells can resolve",
            "Give a larger radius",
        )
    elif not resolves(resolution, radius_km):
        desk.problems.add(
            "[people] resolution",
            f"cells of resolution {resolution} are too coarse for a service radius of "
            f"{radius_km:g} km: a hub would claim people far beyond it",
            f"Set it to {finest} or leave it out; a table of coarser cells serves only larger "
            "radii",
        )
    return resolution


def _coverage(desk: Desk, shares: csr_array, cells: pd.DataFrame) -> Coverage:
    coverage = Coverage(shares, cells["need_people"].to_numpy())
    in_reach = coverage.shares.sum(axis=0) > 0
    if cells["need_people"].any() and coverage.need_people[in_reach].sum() < 1:
        desk.problems.add(
            "[sites]",
            "no candidate place has an unserved person within its catchment whom a hub may claim",
            "Check radius_km, [service.catchment], the density limit, and that places and people "
            "belong together",
        )
    return coverage
