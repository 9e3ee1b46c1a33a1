"""What is asked of the choice: whom each place would newly reach, the rules, what hubs are worth.

This is all that a plan is counted with. No satellites, and prices only for what rules cost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost, PriceLine, hubs_within
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantities, Quantity
from leohub.study.conflicts import note_conflicts
from leohub.study.coverage import Land, Served, find_served, open_land
from leohub.study.desk import Desk, Tick
from leohub.study.namedhubs import find_named
from leohub.study.rulebook import Ground, find_demands
from leohub.study.rules import Demands
from leohub.study.service.assumptions import own_quantities, quantities_of
from leohub.study.settings import Cost, Study
from leohub.study.sitecosts import find_site_costs, hubs_paid


@dataclass(frozen=True)
class Question:
    """What is read of a study for its choice; None for what cannot be used.

    Attributes
    ----------
    land : Land
    served : Served
        Whom each place would serve, hubs that stand or not.
    prices : tuple of PriceLine
        All that are given, those of other operators' terminals and plans too.
    own : Quantities
        The study's own numbers.
    cost : HubCost
    hubs : int
        How many hubs are asked for, or paid for by the budget, on top of those that stand.
    ground : Ground or None
        What the demands are about.
    demands : Demands or None
        As the study says them.
    """

    land: Land
    served: Served
    prices: tuple[PriceLine, ...]
    own: Quantities
    cost: HubCost
    hubs: int
    ground: Ground | None
    demands: Demands | None


def open_question(desk: Desk, study: Study, tick: Tick) -> Question:
    """Read what is asked of the choice; the desk keeps what is wrong."""
    land = open_land(desk, study, tick)
    prices = _prices(desk, study)
    own = own_quantities(desk, study.assumptions)
    cost = _cost(desk, study, prices, own)
    site_cost = find_site_costs(desk, study, land.sites, land.regions, cost)
    hubs = _hubs(desk, study, land.sites, cost, site_cost)
    named = find_named(desk, study, land.sites)
    served = find_served(desk, study, land, tick)
    ground = _ground(land, served, site_cost, hubs, _cell_resolution(study, own))
    demands = None
    if ground is not None and named is not None:
        demands = find_demands(desk, study, ground, named, cost)
    return Question(land, served, prices, own, cost, hubs, ground, demands)


def check_question(desk: Desk, question: Question, tick: Tick) -> None:
    """Note demands that no plan can meet, if everything else is right."""
    if question.demands is None or question.ground is None or desk.problems.found:
        return
    tick("looking for demands that conflict", 0.0)
    note_conflicts(desk, question.demands, question.ground.sites, question.ground.coverage)


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
