"""Finds the situation of hubs: their sky, air, way to the internet, neighbours and power."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import RefusalError
from leohub.hub.cost import HubCost
from leohub.hub.power.battery import Equipment
from leohub.hub.power.panel import load_by_hour_w
from leohub.hub.power.sizing import PowerSupply, size_supply
from leohub.hub.power.sunshine import Sunshine, sun_years
from leohub.io.climate.extra import itur_climate, itur_ground_km
from leohub.quantities import Quantities, nominal
from leohub.sky.air.climate import Climate, ClimateGrid
from leohub.sky.cells.grouping import hubs_in_cell, service_cells
from leohub.sky.latency.backhaul import Backhaul
from leohub.sky.latency.routes import (
    Route,
    find_overhead_routes,
    find_routes,
    mean_route,
    reached_pct,
)
from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.motion.propagation import Orbits
from leohub.sky.network.lasers import grid_links
from leohub.sky.network.links import LinkRules
from leohub.sky.visibility.aspect import Aspect, find_aspect
from leohub.sky.visibility.places import Places
from leohub.study.overhead import Overhead
from leohub.study.service.line import fit_load
from leohub.study.service.situation import Situation, attenuation_tables

Floats = NDArray[np.float64]
Tick = Callable[[float], None]

ROUTE_STEP_S: Final = 1800.0
"""Between the moments at which ways to the internet are looked for [s]."""

SUN_YEARS: Final = 20
"""Years of weather that panels and batteries are sized for."""


def find_situation(
    *,
    places: Places,
    people: Floats,
    terminals: NDArray[np.intp],
    overhead: Overhead,
    quantities: Quantities,
    fitted: Quantities,
    climate: Climate,
    height_km: Floats,
    sunshine: Sunshine,
    backhaul: Backhaul | None,
    load: pd.Series[float],
    cost: HubCost,
    second_cost: HubCost | None,
    hours: float,
    step_s: float,
    seed: int,
    tick: Tick = lambda share: None,
) -> Situation:
    """Find out everything about hubs that does not change from draw to draw.

    Parameters
    ----------
    places : Places
        Of the hubs.
    people : ndarray, shape (hubs,)
        Who share each.
    terminals : ndarray of int, shape (hubs,)
        Of each.
    overhead : Overhead
        Satellites and how they are used.
    quantities : mapping of str to Quantity
        Of the operator and of hubs.
    fitted : mapping of str to Quantity
        The same without a study's own numbers: what the load is fitted with.
    climate : Climate
    height_km : ndarray, shape (hubs,)
        Of the hubs: `climate_of`.
    sunshine : Sunshine
    backhaul : Backhaul, optional
        Without it a gateway is assumed within sight of every satellite.
    load : Series
        Map of the load, by H3 id; may be empty.
    cost : HubCost
    second_cost : HubCost or None
        Of a second terminal.
    hours : float
        How long the sky is watched [h].
    step_s : float
        Between the moments at which it is looked where the serving satellite stands [s].
    seed : int
        Of the weather that power supplies are sized for.
    tick : callable
        Called with the share done [0..1].

    Raises
    ------
    RefusalError
        If a model does not hold for the hubs.
    """
    values = nominal(quantities)
    aspect = _aspect(overhead, places, hours, step_s, lambda share: tick(0.5 * share))
    if not aspect.served.any():
        raise RefusalError(
            "no hub has a usable satellite at any moment; look at gateways, lasers, horizons and "
            "min_elevation_deg in [sky]"
        )
    cells = service_cells(places.lat_deg, places.lon_deg, round(values["cell.resolution"]))
    try:
        down_db, up_db = attenuation_tables(climate, places.lat_deg, height_km, aspect, quantities)
        supply = find_supply(places, sunshine, values, seed)
    except ValueError as error:
        raise RefusalError(str(error)) from None
    tick(0.7)
    route, reached = _route(overhead, places, backhaul, values, hours)
    tick(1.0)
    if not reached.any():
        raise RefusalError(
            "at no moment a hub reaches a gateway that leads to a point of presence; name gateways "
            "and points of presence in [latency]"
        )
    situation = Situation(
        places=places,
        people=people,
        terminals=terminals,
        hubs_in_cell=hubs_in_cell(cells),
        terminals_in_cell=hubs_in_cell(cells, terminals),
        cells=cells,
        load=load,
        aspect=aspect,
        down_db=down_db,
        up_db=up_db,
        route=route,
        reached=reached,
        supply=supply,
        cost=cost,
        second_cost=second_cost,
        fitted_mbps={},
    )
    return fit_load(situation, fitted)


def climate_of(grid: ClimateGrid | None, places: Places) -> tuple[Climate, Floats]:
    """Return the climate of places, from a grid or else from the package ``itur``.

    Returns
    -------
    climate : Climate
    height_km : ndarray, shape (places,)
        Above the sea: that of the place, or of the ground there where it is not given [km].

    Raises
    ------
    RefusalError
        If the grid does not hold a place.
    InputError
        If the package is needed and is not there.
    """
    where = (places.lat_deg, places.lon_deg)
    try:
        ground_km = itur_ground_km(*where) if grid is None else grid.ground_km(*where)
        height_km = np.where(places.height_km == 0, ground_km, places.height_km)
        climate = itur_climate(*where, height_km)[0] if grid is None else grid.at(*where, height_km)
    except ValueError as error:
        raise RefusalError(str(error)) from None
    return climate, height_km


def find_supply(
    places: Places, sunshine: Sunshine, values: Mapping[str, float], seed: int
) -> PowerSupply:
    """Size the power of every hub by the sunshine of the nearest station.

    Parameters
    ----------
    places : Places
    sunshine : Sunshine
    values : mapping of str to float
        ``power.…`` of hubs, and ``terminal.power_w``.
    seed : int
        Of the weather.

    Raises
    ------
    ValueError
        If a station is too far, or no supply is enough.
    """
    station = sunshine.nearest(
        places.lat_deg, places.lon_deg, values["power.weather.max_distance_km"]
    )
    used, number = np.unique(station, return_inverse=True)
    sun = sun_years(
        sunshine.lat_deg[used],
        sunshine.lon_deg[used],
        sunshine.kwh_m2_day[used] * values["power.weather.sunshine_factor"],
        tilt_deg=values["power.panel.tilt_deg"],
        albedo=values["power.panel.albedo"],
        persistence=values["power.weather.persistence"],
        years=SUN_YEARS,
        seed=seed,
    )
    load_w = load_by_hour_w(
        values["terminal.power_w"] + values["power.wifi_w"] + values["power.router_w"],
        values["power.closed_w"],
        values["power.opens_h"],
        values["power.closes_h"],
    )
    sized = size_supply(
        load_w,
        sun,
        Equipment.from_values(values),
        panel_price_per_w=values["power.panel.price_kes_per_w"],
        battery_price_per_wh=values["power.battery.price_kes_per_wh"],
        target_pct=values["power.target_loss_of_load_pct"],
    )
    return PowerSupply(*(np.asarray(found)[number] for found in vars(sized).values()))


def _aspect(overhead: Overhead, places: Places, hours: float, step_s: float, tick: Tick) -> Aspect:
    times = slot_times(to_datetime64(overhead.start), hours, step_s, overhead.rules.slot_phase_s)
    orbits = Orbits(overhead.screening.kept, overhead.orientation)
    return find_aspect(orbits, places, overhead.rules, times, overhead.gateways, tick=tick)


def _route(
    overhead: Overhead,
    places: Places,
    backhaul: Backhaul | None,
    values: dict[str, float],
    hours: float,
) -> tuple[Route, Floats]:
    """Return the mean way over the hours from each hub to a server, and the share with one."""
    constellation = overhead.screening.kept
    rules = LinkRules(
        min_elevation_deg=overhead.rules.min_elevation_deg,
        arc_avoidance_deg=overhead.rules.arc_avoidance_deg,
    )
    times = slot_times(to_datetime64(overhead.start), hours, ROUTE_STEP_S)
    if backhaul is None:
        found = find_overhead_routes(
            constellation,
            places,
            rules,
            times,
            fibre_km=values["latency.backhaul.fibre_km"],
            server_fibre_km=values["latency.backhaul.server_fibre_km"],
            orientation=overhead.orientation,
        )
    else:
        found = find_routes(
            constellation,
            places,
            rules,
            backhaul,
            times,
            lasers=grid_links(constellation, overhead.start) if overhead.rules.lasers else None,
            orientation=overhead.orientation,
        )
    # Where gateways are only assumed, there is one wherever there is a satellite.
    reached = np.ones(len(places)) if backhaul is None else reached_pct(found) / 100
    return mean_route(found), reached
