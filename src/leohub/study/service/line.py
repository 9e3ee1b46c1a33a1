"""From the sky over hubs to their terminals: what one of them gets, whoever uses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.io.builtin.links import down_link, up_link
from leohub.quantities import Quantities, nominal
from leohub.sky.air.attenuation import exceedance_pct
from leohub.sky.cells.beams import beams_per_cell, loaded_cells
from leohub.sky.cells.hours import hourly_shares, relative_traffic
from leohub.sky.cells.load import busy_terminals, mapped_terminals, terminal_mbps
from leohub.sky.latency.roundtrip import latency_parameters, round_trip_ms
from leohub.sky.link.link import Link
from leohub.study.service.situation import RARE_PCT, Situation
from leohub.study.service.values import Values

Floats = NDArray[np.float64]

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


def fit_load(situation: Situation, quantities: Quantities) -> Situation:
    """Return a situation that knows what its cells carry by the numbers of a fitted load."""
    values = {name: np.full((1, 1), value) for name, value in nominal(quantities).items()}
    down = _capacity(values, "down", _down(values, situation), situation)[1]
    up = _capacity(values, "up", _up(values, situation), situation)[1]
    return replace(situation, fitted_mbps={"down": down[0], "up": up[0]})


def connect(values: Values, situation: Situation) -> Line:
    """Follow the chain from the sky to the terminal: the first half of `serve`, same parameters."""
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
