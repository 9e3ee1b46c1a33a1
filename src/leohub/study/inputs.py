"""Everything that a study names, read and checked; all problems of all files at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problem
from leohub.hub.cost import HubCost, PriceLine, hubs_within
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.provenance import Source
from leohub.people.coverage import Coverage
from leohub.quantities import Quantities, Quantity
from leohub.study.coverage import Land, Served, find_served, open_land
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.groundside import open_horizons
from leohub.study.land import compare_with_census
from leohub.study.overhead import Overhead, open_overhead
from leohub.study.rules import Demands, Ground, find_demands, find_named
from leohub.study.service.assumptions import own_quantities, quantities_of
from leohub.study.service.opening import ServiceInputs, open_service
from leohub.study.service.trial import try_numbers
from leohub.study.settings import Cost, Study
from leohub.study.sitecosts import find_site_costs, hubs_paid

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
        How many hubs are asked for, or paid for by the budget, on top of those that stand.
    demands : Demands
        What the plan must keep to.
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
    demands: Demands
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
    land = open_land(desk, study, tick)
    tick("reading satellites", 0.0)
    overhead = open_overhead(desk, study.sky)
    horizon_deg = open_horizons(desk, study.sky, land.sites)
    prices = _prices(desk, study)
    own = own_quantities(desk, study.assumptions)
    cost = _cost(desk, study, prices, own)
    service = open_service(desk, study, land.sites, own)
    if service is not None and own:
        tick("trying the study's numbers", 0.0)
        try_numbers(desk, study, service, cost)
    site_cost = find_site_costs(desk, study, land.sites, land.regions, cost)
    hubs = _hubs(desk, study, land.sites, cost, site_cost)
    named = find_named(desk, study, land.sites)
    served = find_served(desk, study, land, tick)
    tick("looking for demands that conflict", 0.0)
    ground = _ground(land, served, site_cost, hubs, _cell_resolution(study, own))
    demands = None
    if ground is not None and named is not None:
        demands = find_demands(desk, study, ground, named)
    desk.problems.raise_if_any()
    assert land.regions is not None
    assert land.census is not None
    assert land.people is not None
    assert land.sites is not None
    assert served.cells is not None
    assert served.coverage is not None
    assert overhead is not None
    assert service is not None
    assert demands is not None
    compare_with_census(desk, land.people, land.census, land.regions)
    _compare_with_operator(desk, study)
    return Inputs(
        regions=land.regions,
        boundaries_basis="modelled" if study.people.builtin else "published",
        census=land.census,
        people=land.people,
        cells=served.cells,
        sites=land.sites,
        served=served.by_terrestrial,
        resolution=land.resolution,
        coverage=served.coverage,
        hubs=hubs,
        demands=demands,
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


def _cell_resolution(study: Study, own: Quantities) -> int:
    return round(quantities_of(study.sky.operator, own, {})["cell.resolution"].value)


def _ground(
    land: Land,
    served: Served,
    site_cost: NDArray[np.float64] | None,
    hubs: int,
    cell_resolution: int,
) -> Ground | None:
    """Return what the demands are about; None where some of it could not be read."""
    regions, census, people, sites = land.regions, land.census, land.people, land.sites
    cells, coverage = served.cells, served.coverage
    if regions is None or census is None or people is None or sites is None:
        return None
    if cells is None or coverage is None or site_cost is None:
        return None
    return Ground(regions, census, people, cells, sites, coverage, site_cost, hubs, cell_resolution)


def _hubs(
    desk: Desk,
    study: Study,
    sites: pd.DataFrame | None,
    cost: HubCost,
    site_cost: NDArray[np.float64] | None,
) -> int:
    """Return how many hubs to choose."""
    if study.choice.hubs is None:
        return _hubs_paid(desk, study, cost, site_cost)
    if sites is not None and study.choice.hubs > len(sites):
        desk.problems.add(
            "[choice] hubs",
            f"{study.choice.hubs:,} hubs are asked for, but there are only {len(sites):,} "
            "candidate places" + (" in the partners' territories" if study.partners else ""),
            f"Ask for at most {len(sites):,} hubs, or add candidate places",
        )
    return study.choice.hubs


def _hubs_paid(
    desk: Desk, study: Study, cost: HubCost, site_cost: NDArray[np.float64] | None
) -> int:
    assert study.choice.budget is not None
    lowest = cost.whole_life if site_cost is None else float(site_cost.min())
    if lowest <= 0:
        desk.problems.add(
            "[choice] budget",
            "does not limit the number of hubs, because a hub costs nothing",
            "Give prices, or a number of hubs",
        )
        return 0
    money = study.choice.budget
    hubs = hubs_within(money, cost) if site_cost is None else hubs_paid(money, site_cost)
    if hubs < 1:
        desk.problems.add(
            "[choice] budget",
            f"does not pay for one hub, which costs {lowest:,.0f} {cost.currency} "
            f"over {cost.lifetime_years:g} years",
            "Raise the budget",
        )
    return hubs
