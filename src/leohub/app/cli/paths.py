"""`leohub paths`: how long light takes from a place to another, or to the internet."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from leohub.app.cli.options import (
    Moment,
    Number,
    arc_avoidance_option,
    element_age_option,
    elements_option,
    file_option,
    lasers_option,
    min_elevation_option,
    operator_option,
    outages_option,
)
from leohub.app.cli.output import json_option, print_json

FOUND = "finding the shortest paths"


class Place(click.ParamType[tuple[float, float]]):
    """A latitude and a longitude with a comma between them."""

    name = "lat,lon"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Return latitude and longitude [°]."""
        try:
            lat, lon = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is neither an option nor a place like -1.29,36.82", param, ctx)
        if not -90 <= lat <= 90 and -90 <= lon <= 90 and -180 <= lat <= 180:
            self.fail(
                f"latitude {lat:g} is not between -90 and 90. Did you mean {lon:g},{lat:g}? "
                "Latitude comes first",
                param,
                ctx,
            )
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.fail(f"{value!r} is not on Earth", param, ctx)
        return lat, lon


class Phase(click.ParamType[str]):
    """Walker's F, or the word for planes that are half a seat ahead in turn."""

    name = "F|alternate"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return what was given."""
        try:
            if value != "alternate" and not math.isfinite(float(str(value))):
                raise ValueError(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor alternate", param, ctx)
        return str(value)


# Negative coordinates look like options to click; unknown ones are therefore taken as arguments.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("begin", metavar="FROM", type=Place())
@click.argument("end", metavar="[TO]", type=Place(), required=False)
@click.option("--pop", help="Code of the point of presence to reach. Default: the soonest reached.")
@operator_option
@elements_option
@click.option("--at", type=Moment(), help="First moment, ISO 8601, UTC. Default: --epoch, or now.")
@click.option(
    "--duration-s",
    type=Number(0, 604_800, min_open=True),
    default=3600.0,
    show_default=True,
    help="How long to look [s].",
)
@click.option(
    "--step-s",
    type=Number(0.001, 3600),
    default=15.0,
    show_default=True,
    help="Time between two moments [s].",
)
@min_elevation_option
@click.option("--max-range-km", type=Number(0, min_open=True), help="Longest link to the ground.")
@arc_avoidance_option
@lasers_option
@click.option("--max-laser-km", type=Number(0, min_open=True), help="Longest laser link.")
@click.option(
    "--grazing-km",
    type=Number(0, 1000),
    default=80.0,
    show_default=True,
    help="Height below which no laser passes.",
)
@click.option(
    "--fibre-detour",
    type=Number(1, 10),
    default=1.5,
    show_default=True,
    help="Length of a fibre from gateway to point of presence, over the great circle (assumed).",
)
@file_option("--gateways", say="List of gateways. Default: the operator's, as published.")
@file_option("--pops", say="List of points of presence. Default: the operator's, as published.")
@outages_option
@file_option("--relays", say="List of places that pass traffic from one satellite to another.")
@element_age_option
@click.option("--planes", type=click.IntRange(1, 1000), help="A shell of your own: its planes.")
@click.option("--per-plane", type=click.IntRange(1, 1000), help="… satellites in each plane.")
@click.option("--inclination-deg", type=Number(0, 180), help="… inclination.")
@click.option("--altitude-km", type=Number(160, 30_000), help="… mean altitude,")
@click.option("--mean-motion-rev-day", type=Number(1, 17), help="… or mean motion instead.")
@click.option(
    "--phase",
    type=Phase(),
    help="… Walker's F, or alternate: every second plane is half a seat ahead. Default: 1.",
)
@click.option("--epoch", type=Moment(), help="… when it stands as drawn. Default: --at, or now.")
@file_option("--picture", say="Where to draw the round trip over time, .png or .svg.")
@file_option("--out", say="Where to write every moment, .csv or .nc (NetCDF).")
@json_option
def paths(picture: Path | None, out: Path | None, as_json: bool, **given: Any) -> None:  # noqa: ANN401
    """Show how long light takes from FROM to TO through satellites, moment by moment.

    FROM and TO are places, LAT,LON in degrees. Without TO the way leads to the internet: to a point
    of presence, over a gateway. This is propagation only, the floor under any measured latency:
    access, scheduling, queues and processing come on top.

    \b
    From Nairobi to the internet, as Starlink's shells are modelled:
      leohub paths -1.29,36.82

    A published simulator is reproduced from its parameters: here Hypatia's Kuiper-630 shell, from
    Manila to Dalian, whose round trip it gives as 25.230 to 48.165 ms. Its satellites reach the
    ground up to 1,260 km away (630 km / sin 30°).

    \b
      leohub paths 14.6042,120.9822 38.913811,121.602322 \\
        --planes 34 --per-plane 34 --inclination-deg 51.9 --mean-motion-rev-day 14.80 \\
        --phase alternate --epoch 2000-01-01 --max-range-km 1260 \\
        --step-s 0.1 --duration-s 200
    """  # noqa: D301 - click reads \b, and the shell \
    from leohub.app.cli.pathnetwork import Asked, open_network
    from leohub.app.cli.pathsummary import (
        check_out,
        print_summary,
        provenance,
        to_figures,
        write_out,
    )
    from leohub.app.cli.progress import Stages
    from leohub.report.pathchart import draw_paths
    from leohub.report.pictures import check_picture, write_picture
    from leohub.sky.network.paths import shortest_paths

    if picture is not None:
        check_picture(picture)
    if out is not None:
        check_out(out)
    asked = Asked(**given)
    opened = open_network(asked)
    with Stages() as stages:
        stages(FOUND, 0.0)
        series = shortest_paths(
            opened.network, opened.times, [opened.pair], tick=lambda share: stages(FOUND, share)
        )
    if picture is not None:
        write_picture(draw_paths(series.isel(pair=0), opened.title), picture)
    if out is not None:
        write_out(series.assign_attrs(provenance(opened)), out)
    figures = to_figures(opened, series.isel(pair=0), picture, out)
    if as_json:
        print_json(figures)
    else:
        print_summary(figures)
