"""The chain: from the sky over hubs to what a person at one of them gets, and what that costs.

Every link of it is a room of its own in `leohub.sky` and `leohub.hub`; here they are joined. All of
it broadcasts over draws of the numbers that it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.hub.crowd import present_per_person
from leohub.hub.lifecycle import cost_per_person_month
from leohub.hub.sharing import share_among_present
from leohub.hub.terminals import people_served, present_served
from leohub.io.builtin.links import down_link, up_link
from leohub.quantities import Quantities, nominal
from leohub.sky.air.attenuation import exceedance_pct
from leohub.sky.cells.beams import beams_per_cell, loaded_cells
from leohub.sky.cells.hours import hourly_shares, relative_traffic
from leohub.sky.cells.load import busy_terminals, mapped_terminals, terminal_mbps
from leohub.sky.latency.roundtrip import latency_parameters, round_trip_ms
from leohub.sky.link.link import Link
from leohub.study.service.situation import RARE_PCT, Situation
from leohub.units import HOURS_PER_YEAR

Floats = NDArray[np.float64]
Values = Mapping[str, Floats]
"""A column of draws, shape (draws, 1), for each quantity by name."""

BESIDE: Final = 1e-9
"""How near to a jump it is looked, by the place of the jump [-]."""

KNOT_RATIO: Final = 1.05
"""Between the throughputs at which it is worked out how many people they serve."""

FEW: Final = 5_000
"""Draws times hubs for which it is worked out for each of them [-]."""

LEAST_MBPS: Final = 1e-3
"""Throughput that is as good as none [Mbps]."""

NOWHERE_KM: Final = 1.0
"""Stands for the distance of a satellite that is not there [km]."""


class Channel(NamedTuple):
    """One way of the link; shape (draws, hubs)."""

    clear_mbps: Floats
    """Rate of a whole channel in the air of an ordinary hour, mean over the satellites' places."""
    esn0_db: Floats
    """Signal to noise then, mean."""
    tolerated_db: Floats
    """Attenuation at which the link just holds, mean."""
    out_pct: Floats
    """Share of the year in which it does not hold [%]."""


class Cell(NamedTuple):
    """What a service cell and a terminal in it carry one way; shape (draws, hubs)."""

    beams: Floats
    cell_mbps: Floats
    others: Floats
    """Terminals of others that are busy at once in the busiest hour."""
    by_hour_mbps: Floats
    """Of one terminal, by local hour, shape (draws, hubs, 24)."""
    busy_mbps: Floats
    """Of one terminal in the busiest hour."""


class Line(NamedTuple):
    """What the sky gives one terminal, whoever uses it; shape (draws, hubs)."""

    down: Channel
    up: Channel
    cell_down: Cell
    cell_up: Cell
    rain_out_pct: Floats
    """Share of the time with a satellite in which rain cuts it off [%]."""
    latency_pop_ms: Floats
    latency_server_ms: Floats


class Crowd(NamedTuple):
    """What the people of a hub make of its throughput, and what that costs."""

    present_people: Floats
    active_mbps: Floats
    threshold_chance_pct: Floats
    served_well_people: Floats
    monthly_usd: Floats
    """Of each hub, building it spread over its life; shape (draws, 1) where all cost the same."""
    cost_per_person_month_usd: Floats
    cost_per_served_month_usd: Floats


class Chain(NamedTuple):
    """Everything between the sky and a person; shape (draws, hubs) where nothing else is said."""

    line: Line
    rain_out_h_per_year: Floats
    availability_pct: Floats
    crowd: Crowd


def fit_load(situation: Situation, quantities: Quantities) -> Situation:
    """Return a situation that knows what its cells carry by the numbers of a fitted load."""
    values = {name: np.full((1, 1), value) for name, value in nominal(quantities).items()}
    down = _capacity(values, "down", _down(values, situation), situation)[1]
    up = _capacity(values, "up", _up(values, situation), situation)[1]
    return replace(situation, fitted_mbps={"down": down[0], "up": up[0]})


def serve(values: Values, situation: Situation) -> Chain:
    """Follow the chain for every hub and every draw.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (draws, 1)
        Draws of all quantities of an operator, of hubs, of their cost, and of the load
        (``load.down``, ``load.up``, ``load.growth``, ``day.busiest_hour``).
    situation : Situation
        From `fit_load`.

    Returns
    -------
    Chain
    """
    line = connect(values, situation)
    connected = np.minimum(situation.aspect.served, situation.reached)
    out = line.rain_out_pct / 100
    hub_mbps = situation.terminals * line.cell_down.busy_mbps
    crowd = share_out(values, hub_mbps, situation)
    return Chain(
        line=line,
        rain_out_h_per_year=HOURS_PER_YEAR * connected * out,
        availability_pct=100 * connected * np.maximum(1 - out, 0.0) * powered(situation),
        crowd=crowd,
    )


def connect(values: Values, situation: Situation) -> Line:
    """Follow the chain from the sky to the terminal; parameters as for `serve`."""
    down, up = _down(values, situation), _up(values, situation)
    traffic = relative_traffic(
        hourly_shares(values["use.busy_hour_share_pct"], values["day.busiest_hour"])
    )
    trip = round_trip_ms(situation.route, **latency_parameters(values))
    return Line(
        down=down,
        up=up,
        cell_down=_cell(values, "down", down, traffic, situation),
        cell_up=_cell(values, "up", up, traffic, situation),
        rain_out_pct=np.maximum(down.out_pct, up.out_pct),
        latency_pop_ms=trip.pop_ms,
        latency_server_ms=trip.server_ms,
    )


def share_out(values: Values, capacity_mbps: Floats, situation: Situation) -> Crowd:
    """Follow the chain from the throughput of a hub [Mbps] to its people and their costs."""
    each = _present_per_person(values)
    present = situation.people * each
    person = share_among_present(present, capacity_mbps, **_manner(values))
    served = np.minimum(people_served_well(values, capacity_mbps), situation.people)
    monthly_usd = monthly_usd_of(values, situation)
    return Crowd(
        present_people=present,
        active_mbps=person.mean_mbps,
        threshold_chance_pct=person.threshold_chance_pct,
        served_well_people=served,
        monthly_usd=monthly_usd,
        cost_per_person_month_usd=cost_per_person_month(monthly_usd, situation.people),
        cost_per_served_month_usd=cost_per_person_month(monthly_usd, served),
    )


def monthly_usd_of(values: Values, situation: Situation) -> Floats:
    """Return what each hub costs a month [USD]: `Crowd.monthly_usd`.

    Second terminals have their usual price in every draw.
    """
    cost, second = situation.cost, situation.second_cost
    one = cost.at(values).per_month / cost.currency_per_usd
    if second is None:
        return one
    return np.asarray(one + second.per_month_usd * (situation.terminals - 1))


def people_served_well(values: Values, capacity_mbps: Floats) -> Floats:
    """Return how many people a hub of such throughput serves well, however many live around it.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (draws, 1)
    capacity_mbps : ndarray, shape (draws, hubs)
        Of the hub in the busiest hour.

    Returns
    -------
    ndarray, shape (draws, hubs)
        People; inf where nobody ever comes.
    """
    return people_served(_present_served(values, capacity_mbps), _present_per_person(values))


def powered(situation: Situation) -> Floats:
    """Return the share of a typical month in which each hub has power, shape (hubs,)."""
    return np.asarray(1 - situation.supply.loss_of_load_typical_pct / 100)


def _spread(values: Values) -> Values:
    """Return draws with one more axis, for the classes of elevations."""
    return {name: drawn[..., None] for name, drawn in values.items()}


def _channel(link: Link, situation: Situation, table_db: Floats) -> Channel:
    aspect = situation.aspect
    clear_db = table_db[..., -1]
    # Where no hub is ever served there is no distance, and no share of the time that counts it.
    place = (aspect.elevation_deg, np.nan_to_num(aspect.range_km, nan=NOWHERE_KM))
    tolerated = link.tolerated_attenuation_db(*place)

    def mean(values: Floats) -> Floats:
        return np.asarray((aspect.share * values).sum(axis=-1))

    return Channel(
        clear_mbps=mean(link.rate_mbps(*place, clear_db)),
        esn0_db=mean(link.esn0_db(*place, clear_db)),
        tolerated_db=mean(np.maximum(tolerated, 0.0)),
        out_pct=mean(exceedance_pct(tolerated, RARE_PCT, table_db)),
    )


def _down(values: Values, situation: Situation) -> Channel:
    return _channel(down_link(_spread(values)), situation, situation.down_db)


def _up(values: Values, situation: Situation) -> Channel:
    return _channel(up_link(_spread(values)), situation, situation.up_db)


def _cell(
    values: Values, way: str, channel: Channel, traffic: Floats, situation: Situation
) -> Cell:
    beams, cell_mbps = _capacity(values, way, channel, situation)
    fitted_mbps = situation.fitted_mbps[way]
    # Published medians tie the load to what a cell is thought to carry: where another number makes
    # it carry more, as many more terminals must have been busy.
    more = np.divide(cell_mbps, fitted_mbps, out=np.ones_like(cell_mbps), where=fitted_mbps > 0)
    others = values["load.growth"] * mapped_terminals(
        situation.cells, situation.load, busy_terminals(values[f"load.{way}"], more)
    )
    by_hour = terminal_mbps(
        beams[..., None],
        channel.clear_mbps[..., None],
        traffic,
        others,
        hubs=situation.terminals_in_cell,
        max_mbps=values[f"terminal.max_{way}_mbps"],
    )
    return Cell(beams, cell_mbps, others, by_hour, by_hour.min(axis=-1))


def _capacity(
    values: Values, way: str, channel: Channel, situation: Situation
) -> tuple[Floats, Floats]:
    """Return beams of each cell, and what they carry [Mbps]."""
    loaded = loaded_cells(
        values["cell.altitude_km"],
        values["geometry.min_elevation_deg"],
        values["cell.area_km2"],
        values["cell.loaded_share_pct"],
    )
    beams = beams_per_cell(
        situation.aspect.usable,
        channel.clear_mbps,
        loaded,
        beams_per_satellite=values[f"cell.{way}.beams_per_satellite"],
        satellite_mbps=values[f"cell.{way}.satellite_mbps"],
        max_beams=values[f"cell.{way}.max_beams"],
    )
    return beams, beams * channel.clear_mbps


def _present_per_person(values: Values) -> Floats:
    return present_per_person(
        month_users_pct=values["use.month_users_pct"],
        visits_per_month=values["use.visits_per_month"],
        minutes_per_visit=values["use.minutes_per_visit"],
        open_days_per_month=values["use.open_days_per_month"],
        opening_h_per_day=values["use.opening_h_per_day"],
        busy_hour_share_pct=values["use.busy_hour_share_pct"],
    )


def _manner(values: Values) -> dict[str, Floats]:
    """Return how people use the hub, and what serves them well."""
    return {
        name: values[f"use.{name}"]
        for name in ("object_mb", "think_s", "user_max_mbps", "threshold_mbps")
    }


def _present_served(values: Values, capacity_mbps: Floats) -> Floats:
    """Return how many may be present and be served well, shape (draws, hubs).

    For many draws it is worked out at throughputs that are the same whatever hubs are asked about,
    and interpolated between them.
    """
    chance_pct, manner = values["use.threshold_chance_pct"], _manner(values)
    if capacity_mbps.size <= FEW:
        return present_served(capacity_mbps, threshold_chance_pct=chance_pct, **manner)
    knots = _knots(capacity_mbps, values["use.threshold_mbps"])
    known = present_served(knots, threshold_chance_pct=chance_pct, **manner)
    return np.array(
        [
            np.interp(row, at, served)
            for row, at, served in zip(capacity_mbps, knots, known, strict=True)
        ]
    )


def _knots(capacity_mbps: Floats, threshold_mbps: Floats) -> Floats:
    """Return throughputs to interpolate between, shape (draws, knots), rising.

    How many are served well jumps at every multiple of the threshold, as one more fetch gets it,
    and rises smoothly in between.
    """
    steps = np.log(np.maximum(capacity_mbps, LEAST_MBPS)) / np.log(KNOT_RATIO)
    smooth = KNOT_RATIO ** np.arange(np.floor(steps.min()), np.ceil(steps.max()) + 2)
    multiples = np.arange(1, np.ceil((capacity_mbps / threshold_mbps).max()) + 1) * threshold_mbps
    rows = np.broadcast_to(smooth, (len(multiples), len(smooth)))
    return np.sort(np.concatenate([rows, multiples * (1 - BESIDE), multiples], axis=1), axis=1)
