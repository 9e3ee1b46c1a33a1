"""Everything that a study names, read and checked; all problems of all files at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problem
from leohub.hub.cost import HubCost, PriceLine
from leohub.io.provenance import Source
from leohub.people.coverage import Coverage
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.groundside import open_horizons
from leohub.study.land import compare_with_census
from leohub.study.overhead import Overhead, open_overhead
from leohub.study.question import beyond_standing, check_question, open_question
from leohub.study.rules import Demands
from leohub.study.service.opening import ServiceInputs, open_service
from leohub.study.service.trial import try_numbers
from leohub.study.settings import Study

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
    standing : ndarray of bool, shape (n_sites,)
        Places where a hub stands already.
    reached_already : ndarray, shape (n_cells,)
        Share of each cell's people in need whom those hubs reach: `coverage` counts the others.
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
    standing: NDArray[np.bool_]
    reached_already: NDArray[np.float64]
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
    question = open_question(desk, study, tick)
    land = question.land
    tick("reading satellites", 0.0)
    overhead = open_overhead(desk, study.sky)
    horizon_deg = open_horizons(desk, study.sky, land.sites)
    service = open_service(desk, study, land.sites, question.own)
    if service is not None and question.own:
        tick("trying the study's numbers", 0.0)
        try_numbers(desk, study, service, question.cost)
    check_question(desk, question, tick)
    desk.problems.raise_if_any()
    assert land.regions is not None
    assert land.census is not None
    assert land.people is not None
    assert overhead is not None
    assert service is not None
    asked = beyond_standing(desk, question)
    compare_with_census(desk, land.people, land.census, land.regions)
    _compare_with_operator(desk, study)
    return Inputs(
        regions=land.regions,
        boundaries_basis="modelled" if study.people.builtin else "published",
        census=land.census,
        people=land.people,
        cells=asked.cells,
        sites=asked.sites,
        served=question.served.by_terrestrial,
        resolution=land.resolution,
        coverage=asked.coverage,
        standing=asked.standing,
        reached_already=asked.reached_already,
        hubs=question.hubs,
        demands=asked.demands,
        overhead=overhead,
        horizon_deg=horizon_deg,
        cost=question.cost,
        prices=question.prices,
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
