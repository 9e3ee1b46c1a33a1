"""Everything that a study names, read and checked; all problems of all files at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost, PriceLine, hubs_within
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.provenance import Source
from leohub.people.cells import default_resolution
from leohub.study.candidates import open_sites
from leohub.study.desk import Desk
from leohub.study.file import StudyFile
from leohub.study.land import (
    compare_with_census,
    open_cells,
    open_census,
    open_people,
    open_regions,
)
from leohub.study.overhead import Overhead, open_overhead
from leohub.study.settings import Study

Tick = Callable[[str, float], None]


@dataclass(frozen=True)
class Inputs:
    """What a plan rests on. Tables follow `data/dictionary.csv`.

    Attributes
    ----------
    regions : GeoDataFrame
        `region` and boundaries, indexed by `region_code`.
    boundaries_basis : str
        ``"published"`` or ``"modelled"``.
    census : DataFrame
        `census_people`, `internet_use_pct` by `region_code`.
    people : DataFrame
        `h3`, `region_code`, `people`: a cell on a border has a row for each region.
    cells, sites : DataFrame
    served : ndarray of bool or None
        Cells that a coverage layer says terrestrial networks serve.
    resolution : int
        H3 resolution of the cells.
    overhead : Overhead
        The satellites and how they are used.
    cost : HubCost
    sources : tuple of Source
    warnings : tuple of str
    """

    regions: gpd.GeoDataFrame
    boundaries_basis: str
    census: pd.DataFrame
    people: pd.DataFrame
    cells: pd.DataFrame
    sites: pd.DataFrame
    served: NDArray[np.bool_] | None
    resolution: int
    overhead: Overhead
    cost: HubCost
    sources: tuple[Source, ...]
    warnings: tuple[str, ...]


def read_inputs(file: StudyFile, *, tick: Tick = lambda stage, share: None) -> Inputs:
    """Read everything a study names.

    Parameters
    ----------
    file : StudyFile
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        With every problem of every file, and of how they fit together.
    """
    desk, study = Desk(file), file.study
    resolution = study.people.resolution or default_resolution(_smallest_radius_km(study))
    tick("reading regions and census", 0.0)
    regions = open_regions(desk, study)
    census = open_census(desk, study, regions)
    tick("reading people", 0.0)
    people = open_people(desk, study, regions, resolution, tick)
    tick("reading candidate places", 0.0)
    sites = open_sites(desk, study, regions)
    tick("reading satellites", 0.0)
    overhead = open_overhead(desk, study.sky)
    cost = _cost(desk, study)
    _check_hubs(desk, study, sites, cost)
    cells, served = open_cells(desk, study, people, census)
    desk.problems.raise_if_any()
    assert regions is not None
    assert census is not None
    assert people is not None
    assert cells is not None
    assert sites is not None
    assert overhead is not None
    compare_with_census(desk, people, census, regions)
    return Inputs(
        regions=regions,
        boundaries_basis="modelled" if study.people.builtin else "published",
        census=census,
        people=people,
        cells=cells,
        sites=sites,
        served=served,
        resolution=resolution,
        overhead=overhead,
        cost=cost,
        sources=tuple(desk.sources),
        warnings=tuple(desk.warnings),
    )


def _smallest_radius_km(study: Study) -> float:
    own = [entry.radius_km for entry in study.sites.lists if entry.radius_km is not None]
    return min([study.service.radius_km, *own])


def _cost(desk: Desk, study: Study) -> HubCost:
    given = study.cost
    lines = tuple(
        PriceLine(
            price.item,
            price.amount,
            price.charged,
            price.quantity,
            price.basis,
            price.origin,
            price.date,
        )
        for price in given.prices
    )
    if given.builtin:
        lines = (desk.read(builtin_prices) or ()) + lines
    return HubCost(
        lines,
        given.currency,
        given.currency_per_usd,
        given.lifetime_years,
        given.upkeep_pct_per_year,
    )


def _check_hubs(desk: Desk, study: Study, sites: pd.DataFrame | None, cost: HubCost) -> None:
    hubs = study.choice.hubs
    if hubs is None:
        assert study.choice.budget is not None
        if cost.whole_life <= 0:
            desk.problems.add(
                "[choice] budget",
                "does not limit the number of hubs, because a hub costs nothing",
                "Give prices, or a number of hubs",
            )
            return
        hubs = hubs_within(study.choice.budget, cost)
        if hubs < 1:
            desk.problems.add(
                "[choice] budget",
                f"does not pay for one hub, which costs {cost.whole_life:,.0f} {cost.currency} "
                f"over {cost.lifetime_years:g} years",
                "Raise the budget",
            )
    if sites is not None and hubs > len(sites):
        desk.problems.add(
            "[choice]",
            f"{hubs:,} hubs are asked for, but there are only {len(sites):,} candidate places",
            f"Ask for at most {len(sites):,} hubs, or add candidate places",
        )
