"""A study's demands turned into rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.people.coverage import Coverage
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_most
from leohub.plan.rules.rules import Rules, reached_by_cell
from leohub.plan.rules.spacing import apart
from leohub.study.capacity import given_capacity
from leohub.study.demands import (
    Unserved,
    Written,
    demands_on_kinds,
    demands_on_partners,
    demands_on_regions,
    hubs_in_words,
    weights_of_kinds,
)
from leohub.study.desk import Desk
from leohub.study.namedhubs import Named
from leohub.study.rules import Demands
from leohub.study.secondterminal import BUDGET, at_most_second, second_cost
from leohub.study.servicecells import demands_on_service_cells
from leohub.study.settings import Study

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """What the demands of a study are about. Tables follow `data/dictionary.csv`.

    Attributes
    ----------
    regions, census, people, cells, sites : DataFrame
        As in `leohub.study.posed.Posed`.
    coverage : Coverage
    site_cost : ndarray, shape (n_sites,)
        As if no hub stood yet [currency].
    hubs : int
        How many are asked for, or paid for by the budget at most.
    cell_resolution : int
        Of the service cells.
    """

    regions: gpd.GeoDataFrame
    census: pd.DataFrame
    people: pd.DataFrame
    cells: pd.DataFrame
    sites: pd.DataFrame
    coverage: Coverage
    site_cost: Floats
    hubs: int
    cell_resolution: int


def find_demands(desk: Desk, study: Study, ground: Ground, named: Named, cost: HubCost) -> Demands:
    """Turn a study's demands into rules; note those that are mistaken or that no plan can meet.

    Parameters
    ----------
    desk : Desk
        Takes the problems.
    study : Study
    ground : Ground
    named : Named
    cost : HubCost
        Of a hub.
    """
    site_cost = np.where(named.existing, 0.0, ground.site_cost)
    unserved = Unserved(ground.people, ground.census, ground.cells)
    written = [
        _size(study, ground, named, site_cost),
        *_ceiling(study, ground, named, site_cost),
        *demands_on_regions(desk, study, ground.regions, ground.sites, unserved),
        *demands_on_partners(desk, study, ground.sites),
        *demands_on_kinds(desk, study, ground.sites),
        *demands_on_service_cells(study, ground.sites, ground.cell_resolution),
        *at_most_second(study, len(ground.sites)),
        *_spacing(desk, study, ground, named),
    ]
    rules = Rules.of(
        [rule for rule, _ in written],
        *ground.coverage.shares.shape,
        required=named.required,
        forbidden=named.forbidden,
        existing=named.existing,
    )
    demands = Demands(
        rules=rules,
        where=tuple(where for _, where in written),
        weight=weights_of_kinds(study, ground.sites, named.existing),
        site_cost=site_cost,
        cell_resolution=ground.cell_resolution,
        second=second_cost(desk, study, cost),
    )
    return replace(demands, capacity=given_capacity(study, demands))


def _size(study: Study, ground: Ground, named: Named, site_cost: Floats) -> Written:
    """Return how many hubs there may be, or what they may cost where their costs differ."""
    new, money = ~named.existing, study.choice.budget
    if money is None:
        which = "on top of those that stand" if named.existing.any() else "in all"
        words = f"at most {hubs_in_words(ground.hubs)} {which}"
        return at_most(words, new, ground.hubs), "[choice] hubs"
    words = f"a budget of {money:,.0f} {study.cost.currency}"
    if np.ptp(ground.site_cost) > 0 or study.choice.second_terminal is not None:
        return budget(words, site_cost, money), BUDGET
    words += f", which pays for {hubs_in_words(ground.hubs)}"
    return at_most(words, new, ground.hubs), BUDGET


def _ceiling(study: Study, ground: Ground, named: Named, site_cost: Floats) -> Iterator[Written]:
    most = study.choice.cost_per_person_max
    if most is None:
        return
    words = f"at most {most:,.10g} {study.cost.currency} for each person newly reached"
    already_people = float(reached_by_cell(ground.coverage, named.existing).sum())
    cells = len(ground.coverage.need_people)
    rule = cost_per_person(words, site_cost, most, cells, already_people)
    yield rule, "[choice] cost_per_person_max"


def _spacing(desk: Desk, study: Study, ground: Ground, named: Named) -> Iterator[Written]:
    least_km, where = study.choice.min_km_between_hubs, "[choice] min_km_between_hubs"
    if least_km is None:
        return
    sites, words = ground.sites, f"at least {least_km:g} km between hubs"
    try:
        yield apart(words, sites["lat_deg"], sites["lon_deg"], least_km, named.existing), where
    except ValueError as error:
        desk.problems.add(where, str(error), "Ask for a smaller distance, or name fewer places")
