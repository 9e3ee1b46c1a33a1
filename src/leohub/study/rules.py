"""Everything that a study demands of its plan, as rules; demands that no plan can meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leohub.errors import SHOWN_PER_KIND, Problem
from leohub.hub.cost import HubCost
from leohub.people.coverage import Coverage
from leohub.plan.capacity.room import Capacity
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_most, at_most_in_each
from leohub.plan.rules.rules import Rule, Rules, reached_by_cell
from leohub.plan.rules.spacing import apart
from leohub.sky.cells.grouping import service_cells
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
from leohub.study.namedplaces import find_named_sites
from leohub.study.secondterminal import BUDGET, SERVICE_CELL, at_most_second, second_cost
from leohub.study.settings import MODELLED, PlaceList, Study

if TYPE_CHECKING:
    from leohub.plan.conflict import Conflict
    from leohub.plan.questions.ceilingproof import CeilingProof
    from leohub.study.rooms import Rooms

LOOK_S = 30.0
"""Longest time to look for demands that conflict [s]."""

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Named:
    """The places that the study names, as masks over the sites."""

    required: Mask
    forbidden: Mask
    existing: Mask


@dataclass(frozen=True)
class Goal:
    """What a plan was made the best at, besides people: `leohub.study.questions.goals`.

    Attributes
    ----------
    objective : str
        `leohub.study.settings.questions.Objective`.
    value : float
        What was found: a share [0..1], or people.
    ceiling : float
        No plan has more. Proven.
    certified_ceiling : float
        What `proof` alone proves; not below `ceiling`, which a solver may have lowered.
    least : float
        What the plan had to keep: the value, or a little less where no more was found.
    weightings : tuple of tuple of float
        Of the outcomes, each of which comes to at least that; empty for every outcome by itself.
    proof : CeilingProof or None
        None where it is not looked at.
    """

    objective: str
    value: float
    ceiling: float
    certified_ceiling: float
    least: float
    weightings: tuple[tuple[float, ...], ...] = ()
    proof: CeilingProof | None = None


@dataclass(frozen=True)
class Demands:
    """What a plan must keep to, and what its hubs are worth and cost.

    Attributes
    ----------
    rules : Rules
        The first one is the size of the plan: how many hubs on top of those that stand, or what
        they may cost.
    where : tuple of str
        The setting that each rule comes from.
    weight : ndarray, shape (n_sites,)
        What reaching a person from there is worth: `leohub.plan.rules.weights`.
    site_cost : ndarray, shape (n_sites,)
        Of a hub over its life; 0 where one stands already [currency].
    cell_resolution : int
        Of the service cells.
    goal : Goal or None
        What the plan was made the best at, where that is not people alone; the last rules hold it.
    capacity : Capacity or None
        How many people a hub at each site serves, where the study limits that.
    second : HubCost or None
        What a second terminal costs, where hubs may have one.
    rooms : Rooms or None
        What the service model says, where the study leaves capacity or service cells to it.
    """

    rules: Rules
    where: tuple[str, ...]
    weight: Floats
    site_cost: Floats
    cell_resolution: int
    goal: Goal | None = None
    capacity: Capacity | None = None
    second: HubCost | None = None
    rooms: Rooms | None = None

    @property
    def weighed(self) -> bool:
        """Whether any kind of place has a weight: plans are then compared by worth."""
        return bool(np.any(self.weight != 1))


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


def find_named(desk: Desk, study: Study, sites: pd.DataFrame | None) -> Named | None:
    """Read the lists of required, forbidden and existing places; None where the sites are not."""
    choice = study.choice
    masks = [
        _mask(desk, choice.required, "required", sites),
        _mask(desk, choice.forbidden, "forbidden", sites),
        _mask(desk, choice.existing, "existing", sites),
    ]
    required, forbidden, existing = masks
    if required is None or forbidden is None or existing is None:
        return None
    return Named(required, forbidden, existing)


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
        *_service_cells(study, ground),
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


def _mask(
    desk: Desk, given: PlaceList | None, role: str, sites: pd.DataFrame | None
) -> Mask | None:
    if given is None:
        return None if sites is None else np.zeros(len(sites), dtype=np.bool_)
    found = find_named_sites(desk, given, f"[choice.{role}]", f"{role} hubs", sites)
    if found is None or sites is None:
        return None
    mask = np.zeros(len(sites), dtype=np.bool_)
    mask[found["site"]] = True
    return mask


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


def _service_cells(study: Study, ground: Ground) -> Iterator[Written]:
    most = study.choice.most_hubs_per_service_cell
    if most is not None and most != MODELLED:
        words = f"at most {hubs_in_words(most)} in a service cell"
        rule = in_service_cells(words, study, ground.sites, ground.cell_resolution, most)
        yield rule, SERVICE_CELL


def in_service_cells(
    words: str, study: Study, sites: pd.DataFrame, resolution: int, hubs: ArrayLike
) -> Rule:
    """Return the rule that a service cell has room for so many hubs.

    Parameters
    ----------
    words : str
    study : Study
        Says whether hubs may have a second terminal, which takes as much.
    sites : DataFrame
    resolution : int
        Of the service cells.
    hubs : array_like, shape () or (n_sites,)
        The room; the least of the sites in a cell counts.
    """
    cells = service_cells(sites["lat_deg"], sites["lon_deg"], resolution)
    found, group = np.unique(cells, return_inverse=True)
    room = np.full(len(found), np.inf)
    np.minimum.at(room, group, np.broadcast_to(np.asarray(hubs, dtype=np.float64), group.shape))
    each = 1 if study.choice.second_terminal is None else 2
    return at_most_in_each(words, group, room, each=each)


def _spacing(desk: Desk, study: Study, ground: Ground, named: Named) -> Iterator[Written]:
    least_km, where = study.choice.min_km_between_hubs, "[choice] min_km_between_hubs"
    if least_km is None:
        return
    sites, words = ground.sites, f"at least {least_km:g} km between hubs"
    try:
        yield apart(words, sites["lat_deg"], sites["lon_deg"], least_km, named.existing), where
    except ValueError as error:
        desk.problems.add(where, str(error), "Ask for a smaller distance, or name fewer places")


def note_conflicts(desk: Desk, demands: Demands, ground: Ground) -> None:
    """Note demands that cannot be met: each that cannot alone, or else a smallest set of them."""
    # Heavy, and not needed to check a plan.
    from leohub.plan.conflict import find_conflict, find_single_conflicts

    rules = demands.rules
    names = [
        f"{name} ({site_id})"
        for name, site_id in zip(ground.sites["name"], ground.sites.index, strict=True)
    ]
    single = find_single_conflicts(rules, ground.coverage)
    desk.problems.extend(_told_single(desk, demands, conflict, names) for conflict in single)
    if single:
        return
    conflict = find_conflict(rules, ground.coverage, time_limit_s=LOOK_S)
    if conflict is not None:
        desk.problems.extend([_told_set(desk, demands, conflict, names)])


def _told_single(desk: Desk, demands: Demands, conflict: Conflict, names: list[str]) -> Problem:
    if not conflict.rules:
        site = conflict.sites[0]
        existing = bool(demands.rules.existing[site])
        must = "is a hub already" if existing else "must be a hub"
        lists = "[choice.existing]" if existing else "[choice.required]"
        return Problem(
            desk.file.name,
            f"{lists} and [choice.forbidden]",
            f"{names[site]} {must}, and must not be one",
            "Take it out of one of the two lists",
        )
    first, *others = conflict.words(demands.rules, names)
    more = [f"{len(others) - SHOWN_PER_KIND:,} more"] if len(others) > SHOWN_PER_KIND else []
    with_others = f" ({'; '.join([*others[:SHOWN_PER_KIND], *more])})" if others else ""
    return Problem(
        desk.file.name,
        demands.where[conflict.rules[0]],
        f"{first}: this cannot be met{', ' if conflict.reason else ''}{conflict.reason}"
        f"{with_others}",
        "Ask for less, or give the plan more to choose from",
    )


def _told_set(desk: Desk, demands: Demands, conflict: Conflict, names: list[str]) -> Problem:
    words = conflict.words(demands.rules, names)
    settings = [demands.where[rule] for rule in conflict.rules]
    settings += [""] * (len(words) - len(settings))
    listed = "; ".join(
        f"({number}) {text}{f', {setting}' if setting else ''}"
        for number, (text, setting) in enumerate(zip(words, settings, strict=True), start=1)
    )
    enough = (
        "without any one of them the others can be met"
        if conflict.smallest
        else "in the time for it, it was not found which of them are to blame"
    )
    return Problem(
        desk.file.name,
        "",
        f"no plan can meet these {len(words):,} demands together: {listed}; {enough}",
        "Relax one of them, or take it out",
    )
