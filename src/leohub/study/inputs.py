"""Everything that a study names, read and checked; all problems of all files at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost, PriceLine, hubs_within
from leohub.io.builtin import (
    builtin_census,
    builtin_people,
    builtin_prices,
    builtin_regions,
    builtin_sites,
)
from leohub.io.cell_table import read_people_table
from leohub.io.census import read_census
from leohub.io.coverage_layer import read_coverage_layer
from leohub.io.grid import read_people_grid
from leohub.io.provenance import Source
from leohub.io.regions import read_regions
from leohub.io.site_join import join_sites
from leohub.io.sites import read_sites
from leohub.people.cells import default_resolution, make_cells
from leohub.people.unserved import mark_eligible
from leohub.sky.screening import Screening
from leohub.study.desk import Desk
from leohub.study.file import StudyFile
from leohub.study.overhead import Overhead, read_overhead
from leohub.study.settings import Study

Tick = Callable[[str, float], None]

CENSUS_TOLERANCE = 0.02
"""Share by which a region's people in the grid may differ from the census without a warning."""


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

    @property
    def screening(self) -> Screening:
        """Which satellites were kept, and why others were not."""
        return self.overhead.screening


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
    regions = _regions(desk, study)
    census = _census(desk, study, regions)
    tick("reading people", 0.0)
    people = _people(desk, study, regions, resolution, tick)
    tick("reading candidate places", 0.0)
    sites = _sites(desk, study, regions)
    tick("reading satellites", 0.0)
    overhead = read_overhead(desk, study.sky)
    cost = _cost(desk, study)
    _check_hubs(desk, study, sites, cost)
    cells, served = _cells(desk, study, people, census)
    desk.problems.raise_if_any()
    assert regions is not None
    assert census is not None
    assert people is not None
    assert cells is not None
    assert sites is not None
    assert overhead is not None
    _compare_with_census(desk, people, census, regions)
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


def _regions(desk: Desk, study: Study) -> gpd.GeoDataFrame | None:
    if study.regions is None:
        return desk.read(builtin_regions)
    given = study.regions
    where = desk.attempt(desk.input_file, given.file, given, "[regions] file")
    return where and desk.read(read_regions, where, code=given.code, name=given.name)


def _census(
    desk: Desk, study: Study, regions: gpd.GeoDataFrame | None
) -> pd.DataFrame | None:
    if regions is None:
        return None
    if study.people.builtin:
        return desk.read(builtin_census)
    given = study.census
    if given is None:
        everywhere = study.unserved.internet_use_pct
        desk.warn(
            [f"Internet use is taken as {everywhere:g} % in every region: there is no census table"]
        )
        return pd.DataFrame(
            {"census_people": np.nan, "internet_use_pct": everywhere}, index=regions.index
        )
    where = desk.attempt(desk.input_file, given.file, given, "[census] file")
    return where and desk.read(
        read_census,
        where,
        regions,
        internet_use=given.internet_use,
        code=given.code,
        name=given.name,
        population=given.population,
        aliases=given.aliases,
    )


def _people(
    desk: Desk, study: Study, regions: gpd.GeoDataFrame | None, resolution: int, tick: Tick
) -> pd.DataFrame | None:
    if regions is None:
        return None
    given = study.people
    if given.builtin:
        return desk.read(builtin_people, resolution)
    if given.grid:
        where = desk.attempt(desk.input_file, given.grid, given, "[people] grid")
        return where and desk.read(
            read_people_grid,
            where,
            regions,
            resolution=resolution,
            snap_km=given.snap_km,
            tick=lambda share: tick("reading people", share),
        )
    assert given.table is not None
    where = desk.attempt(desk.input_file, given.table, given, "[people] table")
    return where and desk.read(
        read_people_table,
        where,
        regions,
        cell=given.table_cell,
        people=given.table_people,
        resolution=resolution,
        snap_km=given.snap_km,
    )


def _sites(desk: Desk, study: Study, regions: gpd.GeoDataFrame | None) -> pd.DataFrame | None:
    lists = []
    for number, given in enumerate(study.sites.lists, start=1):
        where = desk.attempt(
            desk.input_file, given.file, given, f"[sites.lists.{number}] file"
        )
        lists.append(
            where
            and desk.attempt(
                read_sites,
                where,
                kind=given.kind,
                radius_km=given.radius_km or study.service.radius_km,
                id=given.id,
                name=given.name,
                lat=given.lat,
                lon=given.lon,
                where=given.where,
                skip_without_place=given.skip_without_place,
            )
        )
    if study.sites.builtin:
        lists.append(builtin_sites(study.service.radius_km))
    if regions is None or not desk.complete(*lists):
        return None
    sites = desk.read(
        join_sites, lists, regions, outside_limit_pct=study.sites.outside_limit_pct
    )
    return sites if sites is None else _with_partners(desk, study, sites, regions)


def _with_partners(
    desk: Desk, study: Study, sites: pd.DataFrame, regions: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Give every place the partner whose territory it lies in; leave out those in nobody's."""
    if not study.partners:
        return sites
    codes = {name.casefold(): code for code, name in regions["region"].items()}
    codes |= {str(code).casefold(): code for code in regions.index}
    territory: dict[object, str] = {}
    for number, partner in enumerate(study.partners, start=1):
        for region in partner.regions:
            code = codes.get(region.casefold())
            where = f"[partners.{number}] regions"
            if code is None:
                desk.problems.add(
                    where, f"{region!r} is no region", "Name regions by their code or name"
                )
            elif territory.setdefault(code, partner.name) != partner.name:
                desk.problems.add(
                    where,
                    f"{region!r} is already the territory of {territory[code]}",
                    "Give every region to one partner",
                )
            else:
                territory[code] = partner.name
    placed = sites.assign(partner=sites["region_code"].map(territory).fillna(""))
    outside = int((placed["partner"] == "").sum())
    if outside:
        desk.warn([f"{outside:,} candidate places lie in no partner's territory and are left out"])
    return placed[placed["partner"] != ""]


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


def _cells(
    desk: Desk, study: Study, people: pd.DataFrame | None, census: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, NDArray[np.bool_] | None]:
    given = study.unserved
    layer = given.coverage_layer and desk.attempt(
        desk.input_file, given.coverage_layer, given, "[unserved] coverage_layer"
    )
    if people is None or census is None:
        return None, None
    cells = make_cells(people, census["internet_use_pct"])
    served = layer and desk.read(
        read_coverage_layer, layer, cells["lat_deg"].to_numpy(), cells["lon_deg"].to_numpy()
    )
    served = served if isinstance(served, np.ndarray) else None
    marked = mark_eligible(
        cells, density_limit_per_km2=given.density_limit_per_km2, served=served
    )
    if not marked["need_people"].any():
        desk.problems.add(
            "[unserved]",
            "no cell holds unserved people that a hub may claim",
            "Raise density_limit_per_km2, or check the coverage layer and internet use",
        )
    return marked, served


def _compare_with_census(
    desk: Desk, people: pd.DataFrame, census: pd.DataFrame, regions: gpd.GeoDataFrame
) -> None:
    counted = census["census_people"]
    grid = people.groupby("region_code")["people"].sum().reindex(counted.index, fill_value=0.0)
    differs = counted[(grid - counted).abs() > CENSUS_TOLERANCE * counted]
    if len(differs):
        names = ", ".join(regions["region"].reindex(differs.index)[:5])
        more = f" and {len(differs) - 5} more" if len(differs) > 5 else ""
        desk.warn(
            [
                f"In {len(differs)} of {len(counted)} regions the people grid differs from the "
                f"census by more than {100 * CENSUS_TOLERANCE:.0f} %: {names}{more}"
            ]
        )
