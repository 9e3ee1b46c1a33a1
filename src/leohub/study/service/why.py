"""Why a hub's numbers are what they are: every link of its chain, one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.hub.terminals import present_served
from leohub.io.builtin.links import built_in_modcods
from leohub.quantities import nominal
from leohub.sky.air.process import attenuation_db
from leohub.sky.cells.beams import loaded_cells
from leohub.study.service.chain import Cell, Channel
from leohub.study.service.estimate import Estimate
from leohub.study.service.situation import RARE_PCT
from leohub.units import HOURS_PER_YEAR

Floats = NDArray[np.float64]

RAINY_PCT: Final = 0.01
"""Share of the year that the rain of a place is told by, as the ITU's maps do: 53 minutes [%]."""

AIR: Final = "ITU-R P.618-14; rain P.838-3, gases P.676-12, clouds P.840-8"
SKY: Final = "leohub's sky model, SGP4 and the rules of the study's [sky]"
SHARING: Final = (
    "processor sharing: Cohen 1979, Acta Informatica 12; closed queue of people who think and "
    "fetch: Sevcik & Mitrani 1981, J. ACM 28"
)

LIFE: Final = "annuity in constant prices: Fraser & Jewkes 2013, Engineering Economics"

WAYS: Final = {"down": "download", "up": "upload"}


@dataclass(frozen=True)
class Step:
    """One link of the chain of a hub.

    Attributes
    ----------
    what : str
        What the number is.
    value : float
        Infinite or NaN where it is not defined: a price by nobody, a way that is not there.
    unit : str
    how : str
        How it is worked out, with the numbers that go into it.
    source : str
        Recommendation, paper or fit that says so.
    inputs : tuple of str
        Names in `Estimate.quantities` of the numbers that it rests on directly.
    """

    what: str
    value: float
    unit: str
    how: str
    source: str
    inputs: tuple[str, ...]


def why(estimate: Estimate, hub: int) -> tuple[Step, ...]:
    """Return every link of the chain of one hub, from the sky to what a person costs.

    Parameters
    ----------
    estimate : Estimate
    hub : int
        Its position, from 0.

    Returns
    -------
    tuple of Step
        With the values of all quantities, without draws: the values of `Estimate.hubs`.

    Raises
    ------
    IndexError
        If there is no such hub.
    """
    if not 0 <= hub < len(estimate.situation):
        raise IndexError(f"there are {len(estimate.situation)} hubs, and none at position {hub}")
    one = _Hub(estimate, hub)
    return (
        *_sky(one),
        *_air(one),
        *_link(one, "down", estimate.chain.down),
        *_link(one, "up", estimate.chain.up),
        *_outages(one),
        *_cell(one),
        *_terminal(one, "down", estimate.chain.down, estimate.chain.cell_down),
        *_terminal(one, "up", estimate.chain.up, estimate.chain.cell_up),
        *_latency(one),
        *_people(one),
        *_power(one),
        *_cost(one),
    )


class _Hub:
    """One hub of an estimate: its numbers, and how they are said."""

    def __init__(self, estimate: Estimate, hub: int) -> None:
        self.estimate, self.chain, self.hub = estimate, estimate.chain, hub
        self.values = nominal(estimate.quantities)
        self.situation = estimate.situation.select(slice(hub, hub + 1))

    def of(self, values: Floats) -> float:
        """Return the hub's number of an array of the chain, shape (1, hubs) or (1, 1)."""
        return float(np.broadcast_to(values, (1, len(self.estimate.situation)))[0, self.hub])

    def say(self, name: str) -> str:
        """Return the value of a quantity with its unit."""
        unit = self.estimate.quantities[name].unit
        return f"{number(self.values[name])}{'' if unit == '°' else ' '}{unit}".rstrip()

    def named(self, *beginnings: str) -> tuple[str, ...]:
        """Return the names of the quantities that begin so."""
        return tuple(name for name in self.estimate.quantities if name.startswith(beginnings))

    def mean(self, values: ArrayLike) -> float:
        """Return the mean over the places of the serving satellite, values of shape (classes,)."""
        return float(self.situation.aspect.share[0] @ np.asarray(values))


def number(value: float) -> str:
    """Write a number with three digits or more: 0.0123, 9.2, 146.8, 23,000."""
    if not math.isfinite(value):
        return "none" if math.isnan(value) else "no end"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"


def _sky(one: _Hub) -> tuple[Step, ...]:
    aspect = one.situation.aspect
    far_km = one.mean(np.nan_to_num(aspect.range_km[0]))
    return (
        Step(
            "Usable satellites",
            float(aspect.usable[0]),
            "satellites",
            "those high enough and far enough from the geostationary arc; mean over the hours "
            "watched",
            SKY,
            (),
        ),
        Step(
            "Time with a usable satellite",
            100 * float(aspect.served[0]),
            "% of time",
            "moments with at least one, of all that were watched",
            SKY,
            (),
        ),
        Step(
            "Height of the serving satellite",
            one.mean(aspect.elevation_deg),
            "°",
            f"mean over the time with service; {number(far_km)} km away on average",
            SKY,
            (),
        ),
    )


def _air(one: _Hub) -> tuple[Step, ...]:
    names = one.named("down.frequency", "terminal.diameter", "terminal.efficiency")
    table_db = one.situation.down_db[0]
    steps = []
    for what, share_pct, how in (
        ("Air of an ordinary hour", RARE_PCT[-1], "gases, clouds and scintillation; no rain"),
        ("Air in hard rain", RAINY_PCT, "53 minutes of an average year are worse: rain above all"),
    ):
        steps.append(
            Step(
                what,
                one.mean(attenuation_db(share_pct, RARE_PCT, table_db)),
                "dB",
                f"taken from the link at {one.say('down.frequency_ghz')} for {share_pct:g} % of "
                f"the year, mean over the places of the serving satellite; {how}",
                AIR,
                names,
            )
        )
    return tuple(steps)


def _link(one: _Hub, way: str, channel: Channel) -> tuple[Step, ...]:
    """Return signal, rate and margin of the link, one way."""
    esn0_db, clear_mbps = one.of(channel.esn0_db), one.of(channel.clear_mbps)
    overhead = one.values[f"{way}.overhead"]
    bits = clear_mbps / (one.values[f"{way}.channel_mhz"] * overhead)
    modcods = built_in_modcods()
    lowest = f"{modcods.name[0]} at {modcods.lowest_db:g} dB"
    strength = "flux_dbw_m2_4khz" if f"{way}.flux_dbw_m2_4khz" in one.values else "eirp_dbw"
    rest = one.named(f"{way}.")
    return (
        Step(
            f"Signal to noise, {WAYS[way]}",
            esn0_db,
            "dB",
            f"{one.say(f'{way}.{strength}')}, received at {one.say(f'{way}.gt_db_per_k')}; "
            f"interference {one.say(f'{way}.interference_db')} below, modem loss "
            f"{one.say(f'{way}.implementation_loss_db')}; in the air of an ordinary hour, mean",
            "link budget by ITU-R P.525-4; noise of the air by ITU-R P.618-14, section 3",
            rest,
        ),
        Step(
            f"Rate of a channel, {WAYS[way]}",
            clear_mbps,
            "Mbps",
            f"{one.say(f'{way}.channel_mhz')} × {number(overhead)} left by overhead × "
            f"{number(bits)} bits a symbol, by the fastest code that holds "
            f"({_modcod(esn0_db)} at the mean signal)",
            "ETSI EN 302 307-2 (DVB-S2X)",
            (f"{way}.channel_mhz", f"{way}.overhead"),
        ),
        Step(
            f"Tolerated in the air, {WAYS[way]}",
            one.of(channel.tolerated_db),
            "dB",
            f"until the most robust code fails ({lowest}), mean",
            "ETSI EN 302 307-2; noise of rain by ITU-R P.618-14, section 3",
            rest,
        ),
    )


def _modcod(esn0_db: float) -> str:
    modcods = built_in_modcods()
    place = int(np.searchsorted(modcods.threshold_db, esn0_db, side="right")) - 1
    return "none" if place < 0 or math.isnan(esn0_db) else modcods.name[place]


def _outages(one: _Hub) -> tuple[Step, ...]:
    served_pct = 100 * float(min(one.situation.aspect.served[0], one.situation.reached[0]))
    hours = HOURS_PER_YEAR * served_pct / 100
    down_h, up_h = (hours * one.of(way.out_pct) / 100 for way in (one.chain.down, one.chain.up))
    rain_pct = one.of(one.chain.rain_out_pct)
    dark_pct = float(one.situation.supply.loss_of_load_typical_pct[0])
    return (
        Step(
            "Out by rain",
            one.of(one.chain.rain_out_h_per_year),
            "h/year",
            f"more in the air than is tolerated: {number(down_h)} h for the download, "
            f"{number(up_h)} h for the upload; the worse counts",
            AIR,
            (),
        ),
        Step(
            "Available",
            one.of(one.chain.availability_pct),
            "% of time",
            f"{number(served_pct)} % with a satellite and a gateway, less {number(rain_pct)} % out "
            f"by rain and {number(dark_pct)} % without power in a typical month, as if independent",
            "product of the three",
            (),
        ),
    )


def _cell(one: _Hub) -> tuple[Step, ...]:
    values = one.values
    names = (
        "cell.altitude_km",
        "geometry.min_elevation_deg",
        "cell.area_km2",
        "cell.loaded_share_pct",
    )
    loaded = float(loaded_cells(*(values[name] for name in names)))
    beams, clear_mbps = one.of(one.chain.cell_down.beams), one.of(one.chain.down.clear_mbps)
    usable = float(one.situation.aspect.usable[0])
    return (
        Step(
            "Cells with customers below a satellite",
            loaded,
            "cells",
            f"{one.say('cell.loaded_share_pct')} of the cells of {one.say('cell.area_km2')} that a "
            f"satellite at {one.say('cell.altitude_km')} sees above "
            f"{one.say('geometry.min_elevation_deg')}",
            "cap of a sphere: Wertz 2001, Mission Geometry, chapter 9",
            names,
        ),
        Step(
            "Beams of the cell",
            beams,
            "beams",
            f"{number(usable)} usable satellites share theirs evenly: "
            f"{one.say('cell.down.beams_per_satellite')} each, or as many as "
            f"{one.say('cell.down.satellite_mbps')} fill, among {number(loaded)} cells; at most "
            f"{one.say('cell.down.max_beams')}",
            "even sharing (assumed)",
            (
                "cell.down.beams_per_satellite",
                "cell.down.satellite_mbps",
                "cell.down.max_beams",
            ),
        ),
        Step(
            "The cell carries",
            one.of(one.chain.cell_down.cell_mbps),
            "Mbps",
            f"{number(beams)} beams × {number(clear_mbps)} Mbps, for all its terminals",
            "even sharing (assumed); only together with the load is it held by published speeds",
            (),
        ),
    )


def _terminal(one: _Hub, way: str, channel: Channel, cell: Cell) -> tuple[Step, ...]:
    """Return the others in the cell, and what is left of it for a terminal, one way."""
    others, clear_mbps = one.of(cell.others), one.of(channel.clear_mbps)
    hubs = int(one.situation.hubs_in_cell[0])
    most = f"terminal.max_{way}_mbps"
    mapped = int(one.situation.cells[0]) in one.situation.load.index
    load = one.estimate.quantities[f"load.{way}"]
    return (
        Step(
            f"Others at work, {WAYS[way]}",
            others,
            "terminals",
            "from the study's map of the load"
            if mapped
            else f"{number(load.value)} busy at once in a cell, without ours",
            "the study's map of the load" if mapped else load.source,
            () if mapped else (f"load.{way}",),
        ),
        Step(
            f"A terminal {WAYS[way]}s",
            one.of(cell.busy_mbps),
            "Mbps",
            f"in the busiest hour: the {number(one.of(cell.cell_mbps))} Mbps of the cell shared by "
            f"{number(others + hubs)} terminals, {hubs} of them ours; at most one channel "
            f"({number(clear_mbps)} Mbps) and what a terminal takes ({one.say(most)})",
            "even sharing of the cell by all that are busy (processor sharing)",
            (most, "use.busy_hour_share_pct", "day.busiest_hour"),
        ),
    )


def _latency(one: _Hub) -> tuple[Step, ...]:
    route = one.situation.route
    radio_km, laser_km, hops, fibre_km, server_km = (
        float(lengths[0]) for lengths in vars(route).values()
    )
    return (
        Step(
            "Round trip to the point of presence",
            one.of(one.chain.latency_pop_ms),
            "ms",
            f"{one.say('latency.access_ms')} of access and twice: {number(radio_km)} km by radio "
            f"and {number(laser_km)} km by laser × {one.say('latency.laser_factor')} at the speed "
            f"of light, {number(hops)} hops of {one.say('latency.hop_ms')}, {number(fibre_km)} km "
            f"of fibre × {one.say('latency.fibre_factor')} × {one.say('latency.fibre_us_km')}",
            "shortest ways, mean over the hours watched; lasers fitted to published round trips",
            tuple(
                f"latency.{name}"
                for name in ("access_ms", "laser_factor", "hop_ms", "fibre_factor", "fibre_us_km")
            ),
        ),
        Step(
            "Round trip to a server",
            one.of(one.chain.latency_server_ms),
            "ms",
            f"twice {number(server_km)} km of fibre × {one.say('latency.fibre_factor')} more, and "
            f"{one.say('latency.beyond_ms')} of Wi-Fi, exchanges and server",
            "fitted to a published speed test",
            ("latency.fibre_factor", "latency.fibre_us_km", "latency.beyond_ms"),
        ),
    )


def _people(one: _Hub) -> tuple[Step, ...]:
    chain, values = one.chain, one.values
    people, present = float(one.situation.people[0]), one.of(chain.present_people)
    busy_mbps = one.of(chain.cell_down.busy_mbps)
    manner = ("use.object_mb", "use.think_s", "use.user_max_mbps", "use.threshold_mbps")
    at_once = float(
        present_served(
            busy_mbps,
            threshold_chance_pct=values["use.threshold_chance_pct"],
            **{name.removeprefix("use."): values[name] for name in manner},
        )
    )
    crowd = (
        "use.month_users_pct",
        "use.visits_per_month",
        "use.minutes_per_visit",
        "use.open_days_per_month",
        "use.opening_h_per_day",
        "use.busy_hour_share_pct",
    )
    well = f"{one.say('use.threshold_mbps')} with {one.say('use.threshold_chance_pct')} chance"
    each = present / people if people else math.nan
    return (
        Step(
            "People present",
            present,
            "people",
            f"in the busiest hour, of the {number(people)} who share the hub: "
            f"{one.say('use.month_users_pct')} come, {one.say('use.visits_per_month')} a month "
            f"on {one.say('use.open_days_per_month')}, {one.say('use.minutes_per_visit')} each; "
            f"{one.say('use.busy_hour_share_pct')}'s use in that hour, or an even share of the "
            f"{one.say('use.opening_h_per_day')} of opening if that is more",
            "mean crowd (assumed use)",
            crowd,
        ),
        Step(
            "Each person's fetch",
            one.of(chain.active_mbps),
            "Mbps",
            f"{number(busy_mbps)} Mbps shared by all present, each fetching "
            f"{one.say('use.object_mb')}, then reading for {one.say('use.think_s')}, at most "
            f"{one.say('use.user_max_mbps')} each",
            SHARING,
            manner[:3],
        ),
        Step(
            "Chance of the stated quality",
            one.of(chain.threshold_chance_pct),
            "%",
            f"that a fetch gets {one.say('use.threshold_mbps')} as it begins, all of them present",
            SHARING,
            manner,
        ),
        Step(
            "Present and all served well",
            at_once,
            "people",
            f"as many as may be there so that a fetch gets {well}",
            SHARING,
            (*manner, "use.threshold_chance_pct"),
        ),
        Step(
            "People served well",
            one.of(chain.served_well_people),
            "people",
            f"{number(at_once)} present stand for so many of the area, at {number(each)} present "
            f"for each of them; at most the {number(people)} there are. For the others the hub is "
            "in reach, no more",
            "mean crowd (assumed use)",
            crowd,
        ),
    )


def _power(one: _Hub) -> tuple[Step, ...]:
    supply = one.situation.supply
    load_w = sum(
        one.values[name] for name in ("terminal.power_w", "power.wifi_w", "power.router_w")
    )
    names = ("terminal.power_w", *one.named("power."))
    how = (
        f"cheapest pair that carries {number(load_w)} W from {one.values['power.opens_h']:g} to "
        f"{one.values['power.closes_h']:g} o'clock and {one.say('power.closed_w')} else, with at "
        f"most {one.say('power.target_loss_of_load_pct')} of hours off in the worst month"
    )
    source = "20 years of drawn sunshine, hour by hour: Graham, Hollands & Huget 1988"
    return (
        Step("Solar panel", float(supply.panel_w[0]), "W", how, source, names),
        Step("Battery", float(supply.battery_wh[0]), "Wh", how, source, names),
    )


def _cost(one: _Hub) -> tuple[Step, ...]:
    cost, monthly_usd = one.situation.cost, one.of(one.chain.monthly_usd)
    people, served = float(one.situation.people[0]), one.of(one.chain.served_well_people)
    return (
        Step(
            "Cost of the hub",
            monthly_usd,
            "USD/month",
            f"equal payments over {cost.lifetime_years:g} years, at "
            f"{one.say('cost.discount_pct_per_year')} above inflation: {cost.currency} "
            f"{number(cost.capital)} to build, {number(cost.monthly)} a month to run, "
            f"{number(cost.replacement)} for what wears out; {number(cost.currency_per_usd)} "
            f"{cost.currency} to the dollar",
            LIFE,
            one.named("cost."),
        ),
        Step(
            "Cost per person",
            one.of(one.chain.cost_per_person_month_usd),
            "USD/person/month",
            f"USD {number(monthly_usd)} by the {number(people)} who share the hub",
            LIFE,
            (),
        ),
        Step(
            "Cost per person served well",
            one.of(one.chain.cost_per_served_month_usd),
            "USD/person/month",
            f"USD {number(monthly_usd)} by {number(served)}",
            LIFE,
            (),
        ),
    )
