"""Everything that a study names, read and checked; all problems of all files at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.errors import Problem
from leohub.hub.cost import HubCost, PriceLine, hubs_within
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.provenance import Source
from leohub.people.cells import default_resolution, resolves
from leohub.people.coverage import Coverage
from leohub.quantities import Quantities, Quantity
from leohub.study.candidates import open_sites
from leohub.study.catchment import find_shares
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.groundside import open_horizons
from leohub.study.land import (
    compare_with_census,
    open_cells,
    open_census,
    open_people,
    open_regions,
)
from leohub.study.overhead import Overhead, open_overhead
from leohub.study.service.assumptions import own_quantities
from leohub.study.service.opening import ServiceInputs, open_service
from leohub.study.service.trial import try_numbers
from leohub.study.settings import Cost, Study

BUILT_IN_PRICES_OF = "starlink"
"""Whose terminal and plan are among the built-in prices."""


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
    coverage : Coverage
        Rows follow `sites`, columns `cells`; every cell with people is in the pattern, eligible or
        not, and what it is worth is its eligible unserved people.
    hubs : int
        How many hubs are asked for, or paid for by the budget.
    overhead : Overhead
        The satellites and how they are used.
    horizon_deg : ndarray, shape (sites, 360), or None
        What hides the sky at each candidate place: `leohub.sky.visibility.places.Places`.
    cost : HubCost
        Under the study's operator.
    prices : tuple of PriceLine
        All that are given, those of other operators' terminals and plans too.
    service : ServiceInputs
        What the service of hubs is estimated from.
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
    coverage: Coverage
    hubs: int
    overhead: Overhead
    horizon_deg: NDArray[np.float64] | None
    cost: HubCost
    prices: tuple[PriceLine, ...]
    service: ServiceInputs
    sources: tuple[Source, ...]
    warnings: tuple[str, ...]


def read_inputs(
    file: StudyFile,
    *,
    known_problems: Iterable[Problem] = (),
    tick: Tick = lambda stage, share: None,
) -> Inputs:
    """Read everything a study names.

    Parameters
    ----------
    file : StudyFile
    known_problems : iterable of Problem
        Found before, to be told together with those found here.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        With every problem of every file, and of how they fit together.
    """
    desk, study = Desk(file), file.study
    desk.problems.extend(known_problems)
    resolution = _resolution(desk, study)
    tick("reading regions and census", 0.0)
    regions = open_regions(desk, study)
    census = open_census(desk, study, regions)
    tick("reading people", 0.0)
    people = open_people(desk, study, regions, resolution, tick)
    tick("reading candidate places", 0.0)
    sites = open_sites(desk, study, regions)
    tick("reading satellites", 0.0)
    overhead = open_overhead(desk, study.sky)
    horizon_deg = open_horizons(desk, study.sky, sites)
    prices = _prices(desk, study)
    own = own_quantities(desk, study.assumptions)
    cost = _cost(desk, study, prices, own)
    service = open_service(desk, study, sites, own)
    if service is not None and own:
        tick("trying the study's numbers", 0.0)
        try_numbers(desk, study, service, cost)
    hubs = _hubs(desk, study, sites, cost)
    cells, served = open_cells(desk, study, people, census)
    tick("finding who lives near which place", 0.0)
    shares = find_shares(
        desk,
        study,
        sites,
        cells,
        regions,
        lambda done: tick("finding who lives near which place", done),
    )
    coverage = None if shares is None or cells is None else _coverage(desk, shares, cells)
    desk.problems.raise_if_any()
    assert regions is not None
    assert census is not None
    assert people is not None
    assert cells is not None
    assert sites is not None
    assert overhead is not None
    assert coverage is not None
    assert service is not None
    compare_with_census(desk, people, census, regions)
    _compare_with_operator(desk, study)
    return Inputs(
        regions=regions,
        boundaries_basis="modelled" if study.people.builtin else "published",
        census=census,
        people=people,
        cells=cells,
        sites=sites,
        served=served,
        resolution=resolution,
        coverage=coverage,
        hubs=hubs,
        overhead=overhead,
        horizon_deg=horizon_deg,
        cost=cost,
        prices=prices,
        service=service,
        sources=tuple(desk.sources),
        warnings=tuple(desk.warnings),
    )


def _compare_with_operator(desk: Desk, study: Study) -> None:
    if study.cost.builtin is not None and study.sky.operator != BUILT_IN_PRICES_OF:
        desk.warn(
            f"The built-in prices are those of Starlink, but the sky is that of "
            f"{study.sky.operator}: give prices of that operator in [[cost.prices]]."
        )


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


def _prices(desk: Desk, study: Study) -> tuple[PriceLine, ...]:
    given = study.cost
    lines = tuple(PriceLine(**price.model_dump()) for price in given.prices)
    return (desk.read(builtin_prices) or ()) + lines if given.builtin else lines


def _lines_under(operator: str, prices: tuple[PriceLine, ...]) -> tuple[PriceLine, ...]:
    """Leave out the terminals and plans of others, unless there are none of the operator."""
    if all(line.operator != operator for line in prices):
        return prices
    return tuple(line for line in prices if line.operator in {"", operator})


def _cost(desk: Desk, study: Study, prices: tuple[PriceLine, ...], own: Quantities) -> HubCost:
    given = study.cost
    return HubCost(
        _lines_under(study.sky.operator, prices),
        given.currency,
        given.currency_per_usd or 1.0,
        given.lifetime_years,
        **_rates(desk, given, own),
    )


def _rates(desk: Desk, cost: Cost, own: Quantities) -> dict[str, Quantity]:
    """Return what the study says of each rate, or else what is assumed, with its range."""
    rates = {}
    for name, assumed in built_in_quantities("hub/cost.toml")[0].items():
        field = name.removeprefix("cost.")
        rates[field] = own.get(name, assumed)
        if field not in cost.model_fields_set:
            continue
        rates[field] = replace(assumed.at(getattr(cost, field)), source="the study")
        if name in own:
            desk.problems.add(
                f'[assumptions] "{name}"', f"is set in [cost] {field}, too", "Take one of them out"
            )
    return rates


def _hubs(desk: Desk, study: Study, sites: pd.DataFrame | None, cost: HubCost) -> int:
    """Return how many hubs to choose."""
    if study.choice.hubs is None:
        paid = _hubs_paid(desk, study, cost)
        return paid if sites is None else min(paid, len(sites))
    if sites is not None and study.choice.hubs > len(sites):
        desk.problems.add(
            "[choice] hubs",
            f"{study.choice.hubs:,} hubs are asked for, but there are only {len(sites):,} "
            "candidate places" + (" in the partners' territories" if study.partners else ""),
            f"Ask for at most {len(sites):,} hubs, or add candidate places",
        )
    return study.choice.hubs


def _hubs_paid(desk: Desk, study: Study, cost: HubCost) -> int:
    assert study.choice.budget is not None
    if cost.whole_life <= 0:
        desk.problems.add(
            "[choice] budget",
            "does not limit the number of hubs, because a hub costs nothing",
            "Give prices, or a number of hubs",
        )
        return 0
    hubs = hubs_within(study.choice.budget, cost)
    if hubs < 1:
        desk.problems.add(
            "[choice] budget",
            f"does not pay for one hub, which costs {cost.whole_life:,.0f} {cost.currency} "
            f"over {cost.lifetime_years:g} years",
            "Raise the budget",
        )
    return hubs


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
