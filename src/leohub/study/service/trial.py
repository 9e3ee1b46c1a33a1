"""Tries the numbers of a study on one place, before anything is planned with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.hub.power.sizing import PowerSupply
from leohub.hub.power.sunshine import Sunshine, monthly_clearness
from leohub.io.builtin.operators import OPERATORS
from leohub.quantities import Quantities, draws, nominal
from leohub.sky.air.climate import Climate, p835_pressure_hpa
from leohub.sky.latency.routes import Route
from leohub.sky.visibility.aspect import Aspect
from leohub.sky.visibility.places import places_at
from leohub.study.desk import Desk
from leohub.study.service.assumptions import CORRECT, OF_HUBS
from leohub.study.service.chain import serve
from leohub.study.service.line import fit_load
from leohub.study.service.opening import ServiceInputs
from leohub.study.service.situation import Situation, attenuation_tables
from leohub.study.service.standing import find_supply
from leohub.study.settings import Study

Floats = NDArray[np.float64]

PEOPLE: Final = 5_000.0
"""Who share the hub that is tried."""

HEIGHT_KM: Final = 1.0

ELEVATION_DEG: Final = np.array([31.25, 58.75, 88.75])
RANGE_KM: Final = np.array([[1_000.0, 650.0, 550.0]])
SHARE: Final = np.full((1, 3), 1 / 3)
USABLE: Final = np.array([20.0])
"""How satellites stand over it: about as Starlink's over Kenya."""

WARM_AND_WET: Final = Climate(
    rain_rate_001_mm_h=np.array([60.0]),
    rain_height_km=np.array([4.9]),
    wet_refractivity=np.array([100.0]),
    temperature_k=np.array([295.0]),
    vapour_density_g_m3=np.array([16.0]),
    cloud_liquid_kg_m2=np.array([[0.8, 0.5, 0.25, 0.12, 0.02]]),
    pressure_hpa=p835_pressure_hpa([HEIGHT_KM]),
)
"""Air of a place near the equator."""


def try_numbers(desk: Desk, study: Study, service: ServiceInputs, cost: HubCost) -> None:
    """Note every number of the study's own that the models do not hold for.

    Power is sized and the chain is followed for hubs as there are many, with the numbers and with
    the draws that the plan will make of them. Where that fails, each number is tried alone.
    """
    for operator in sorted({study.sky.operator, *_named(service.own)}):
        tables = {operator, *OF_HUBS} if operator == study.sky.operator else {operator}
        for follow, of_power in ((_size_power, True), (_follow_chain, False)):
            own = {
                name: number
                for name, number in service.own.items()
                if name.split(".")[0] in tables and _is_of_power(name) == of_power
            }
            trial = partial(_failure, follow, operator, study, service, cost)
            if not own or not (together := trial(own)):
                continue
            alone = {name: wrong for name in own if (wrong := trial({name: own[name]}))}
            for name, wrong in alone.items():
                desk.problems.add(f'[assumptions] "{name}"', wrong, CORRECT)
            if not alone:
                desk.problems.add("[assumptions]", f"together: {together}", "Correct one of them")


def _is_of_power(name: str) -> bool:
    return name.startswith("power.") or name.endswith(".terminal.power_w")


def _named(own: Quantities) -> set[str]:
    """Return the operators whose numbers are set."""
    return {name.split(".")[0] for name in own} & set(OPERATORS)


def _failure(
    follow: Callable[[Quantities, Study, ServiceInputs, HubCost], None],
    operator: str,
    study: Study,
    service: ServiceInputs,
    cost: HubCost,
    own: Quantities,
) -> str:
    """Say why models do not hold for numbers; empty where they do."""
    min_elevation_deg = study.sky.min_elevation_deg if operator == study.sky.operator else None
    known = replace(service, own=own).quantities(operator, min_elevation_deg)
    quantities = {**known, **cost.quantities}
    try:
        # Numbers that are far off overflow: that is told, and is no warning.
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            follow(quantities, study, service, cost)
    except ValueError as error:
        return str(error)
    except FloatingPointError:
        return "too large or too small to compute with"
    return ""


def _size_power(
    quantities: Quantities, study: Study, service: ServiceInputs, cost: HubCost
) -> None:
    """Size the power of hubs at the stations with the dullest and the brightest month."""
    sunshine = _extremes(service.sunshine)
    places = places_at(sunshine.lat_deg, sunshine.lon_deg)
    find_supply(places, sunshine, nominal(quantities), study.seed)


def _follow_chain(
    quantities: Quantities, study: Study, service: ServiceInputs, cost: HubCost
) -> None:
    """Follow the chain of one hub with the draws of a plan, and with the ends of all ranges."""
    situation = typical_situation(quantities, service.sunshine.lat_deg[:1], cost)
    drawn = draws(quantities, study.service.draws, study.seed)
    ends = _ends(quantities)
    rows = {name: np.concatenate([ends[name], drawn[name]])[:, None] for name in drawn}
    serve(rows, situation)


def _ends(quantities: Quantities) -> Mapping[str, Floats]:
    """Return the values of all quantities with one after the other at the ends of its range."""
    unknown = [name for name, quantity in quantities.items() if not quantity.known]
    rows = {
        name: np.full(2 * len(unknown), quantity.value) for name, quantity in quantities.items()
    }
    for number, name in enumerate(unknown):
        rows[name][2 * number : 2 * number + 2] = quantities[name].low, quantities[name].high
    return rows


def typical_situation(quantities: Quantities, lat_deg: Floats, cost: HubCost) -> Situation:
    """Return a hub as there are many, with power at every hour."""
    one, none = np.ones(1), np.zeros(1)
    month = np.ones(1, dtype=np.intp)
    always = np.ones((1, 1), dtype=bool)
    aspect = Aspect(ELEVATION_DEG, SHARE, RANGE_KM, served_at=always, usable=USABLE)
    down_db, up_db = attenuation_tables(
        WARM_AND_WET, lat_deg, np.array([HEIGHT_KM]), aspect, quantities
    )
    situation = Situation(
        places=places_at(lat_deg, none),
        people=np.array([PEOPLE]),
        terminals=np.ones(1, dtype=np.intp),
        hubs_in_cell=np.ones(1, dtype=np.intp),
        terminals_in_cell=np.ones(1, dtype=np.intp),
        cells=np.zeros(1, dtype=np.uint64),
        load=pd.Series(dtype=np.float64),
        aspect=aspect,
        down_db=down_db,
        up_db=up_db,
        route=Route(one, one, one, one, one),
        reached=one,
        supply=PowerSupply(none, none, none, none, none, month, month, none),
        cost=cost,
        second_cost=None,
        fitted_mbps={},
    )
    return fit_load(situation, quantities)


def _extremes(sunshine: Sunshine) -> Sunshine:
    """Return the stations with the dullest and the brightest month."""
    clearness = monthly_clearness(sunshine.lat_deg, sunshine.kwh_m2_day)
    chosen = np.unique([clearness.min(axis=1).argmin(), clearness.max(axis=1).argmax()])
    return Sunshine(*(values[chosen] for values in vars(sunshine).values()))
