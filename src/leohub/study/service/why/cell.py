"""Why, from the cell to a server: what a terminal gets, and how far the internet is."""

from __future__ import annotations

from leohub.sky.cells.beams import loaded_cells
from leohub.study.service.line import Cell, Channel
from leohub.study.service.why.step import WAYS, Hub, Step, number


def cell_steps(one: Hub) -> tuple[Step, ...]:
    """Say what the service cell carries."""
    values = one.values
    names = (
        "cell.altitude_km",
        "geometry.min_elevation_deg",
        "cell.area_km2",
        "cell.loaded_share_pct",
    )
    loaded = float(loaded_cells(*(values[name] for name in names)))
    beams, clear_mbps = (
        one.of(one.chain.line.cell_down.beams),
        one.of(one.chain.line.down.clear_mbps),
    )
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
            one.of(one.chain.line.cell_down.cell_mbps),
            "Mbps",
            f"{number(beams)} beams × {number(clear_mbps)} Mbps, for all its terminals",
            "even sharing (assumed); only together with the load is it held by published speeds",
            (),
        ),
    )


def terminal_steps(one: Hub, way: str, channel: Channel, cell: Cell) -> tuple[Step, ...]:
    """Return the others in the cell, and what is left of it for a terminal, one way."""
    others, clear_mbps = one.of(cell.others), one.of(channel.clear_mbps)
    ours = int(one.situation.terminals_in_cell[0])
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
            f"{number(others + ours)} terminals, {ours} of them ours; at most one channel "
            f"({number(clear_mbps)} Mbps) and what a terminal takes ({one.say(most)})",
            "even sharing of the cell by all that are busy (processor sharing)",
            (most, "use.busy_hour_share_pct", "day.busiest_hour"),
        ),
    )


def latency_steps(one: Hub) -> tuple[Step, ...]:
    """Say how far a point of presence and a server are."""
    route = one.situation.route
    radio_km, laser_km, hops, fibre_km, server_km = (
        float(lengths[0]) for lengths in vars(route).values()
    )
    return (
        Step(
            "Round trip to the point of presence",
            one.of(one.chain.line.latency_pop_ms),
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
            one.of(one.chain.line.latency_server_ms),
            "ms",
            f"twice {number(server_km)} km of fibre × {one.say('latency.fibre_factor')} more, and "
            f"{one.say('latency.beyond_ms')} of Wi-Fi, exchanges and server",
            "fitted to a published speed test",
            ("latency.fibre_factor", "latency.fibre_us_km", "latency.beyond_ms"),
        ),
    )
