"""`leohub sky`: what is overhead, now and over the next day."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
from leohub.errors import Problems

if TYPE_CHECKING:
    from leohub.sky.visibility.rules import Policy


# Negative coordinates look like options to click; unknown ones are therefore taken as arguments.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("lat", type=float, required=False)
@click.argument("lon", type=float, required=False)
@elements_option
@operator_option
@click.option("--at", type=Moment(), help="First moment, ISO 8601, UTC. Default: now.")
@click.option(
    "--hours",
    type=Number(0, 168, min_open=True),
    default=24.0,
    show_default=True,
    help="How long to look.",
)
@click.option(
    "--step-s",
    type=Number(1, 300),
    default=15.0,
    show_default=True,
    help="Length of a slot [s].",
)
@min_elevation_option
@arc_avoidance_option
@element_age_option
@click.option(
    "--height-m",
    type=Number(-500, 9000),
    default=0.0,
    show_default=True,
    help="Height of the place above the WGS 84 ellipsoid [m].",
)
@file_option(
    "--horizon",
    say="What hides the sky: a table of azimuth_deg and elevation_deg, or the obstruction map of "
    "a dish (.json).",
)
@file_option(
    "--dish-status",
    say="How the dish stands (.json), for an obstruction map in the frame of the dish.",
)
@file_option(
    "--gateways",
    say="Only satellites that reach one of these gateways are usable: a table of name, lat and "
    "lon, or 'built-in' for the published ones.",
)
@outages_option
@lasers_option
@click.option(
    "--policy",
    type=click.Choice(["highest", "longest", "random"]),
    default="highest",
    show_default=True,
    help="Which usable satellite serves: the highest, the one that stays the longest, or any.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=0,
    show_default=True,
    help="Of --policy random.",
)
@file_option(
    "--bulletin",
    say="How the Earth stands: EOP-Last5Years.csv of CelesTrak or finals2000A of the IERS. "
    "Default: UT1 = UTC and a pole at rest.",
)
@file_option(
    "--picture",
    say="Where to draw the sky, .png or .svg. Default: sky.png here; with --json none. "
    "A file that leohub has not written is never replaced.",
)
@file_option(
    "--out",
    say="Where to write every slot as NetCDF (.nc), by the CF conventions. With --places: a row "
    "for each place (.parquet or .csv), or every slot (a folder .zarr).",
)
@file_option(
    "--places",
    say="Instead of LAT LON: a list of places, a table of lat and lon and, if you like, id, name "
    "and height_m.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Of a Dask cluster that looks at the places, such as tcp://10.0.0.5:8786. Default: this "
    "machine.",
)
@json_option
def sky(
    lat: float | None,
    lon: float | None,
    elements: Path | None,
    operator: str,
    at: dt.datetime | None,
    hours: float,
    step_s: float,
    min_elevation_deg: float | None,
    arc_avoidance_deg: float | None,
    max_element_age_days: float,
    height_m: float,
    horizon: Path | None,
    dish_status: Path | None,
    gateways: Path | None,
    gateway_outages: Path | None,
    lasers: bool | None,
    policy: Policy,
    seed: int,
    bulletin: Path | None,
    picture: Path | None,
    out: Path | None,
    places: Path | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Show what is overhead at LAT LON, now and over the next day.

    Degrees, WGS 84, latitude first, south and west negative: leohub sky -1.29 36.82

    Or write what many places have overhead: leohub sky --places schools.csv --out sky.parquet
    """
    if places is not None:
        from leohub.app.cli.skyplaces import sky_places

        sky_places(click.get_current_context().params)
        return
    if lat is None or lon is None:
        raise click.UsageError("give a place, LAT LON in degrees, or a list of places: --places")
    if scheduler is not None:
        raise click.UsageError("--scheduler looks at many places: give --places instead of LAT LON")
    _check_place(lat, lon)
    from leohub.app.cli.progress import Stages
    from leohub.app.cli.skyinputs import Reading, read_satellites, read_surroundings
    from leohub.app.cli.skysummary import print_summary, to_figures
    from leohub.report.datasets import check_dataset, to_cf, write_dataset
    from leohub.report.pictures import check_picture, write_picture
    from leohub.report.skychart import draw_sky
    from leohub.report.skyscene import make_scene
    from leohub.sky.service import timeline
    from leohub.study.ready import make_ready

    if picture is None and not as_json:
        picture = Path("sky.png")
    if picture is not None:
        check_picture(picture)
    if out is not None:
        check_dataset(out)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    start = at or now
    reading = Reading()
    around = read_surroundings(
        reading,
        lat,
        lon,
        operator=operator,
        height_m=height_m,
        start=start,
        hours=hours,
        horizon=horizon,
        dish_status=dish_status,
        gateways=gateways,
        outages=gateway_outages,
        bulletin=bulletin,
    )
    parameters, source, overhead = read_satellites(
        reading,
        elements,
        operator,
        start=start,
        hours=hours,
        max_element_age_days=max_element_age_days,
        min_elevation_deg=min_elevation_deg,
        arc_avoidance_deg=arc_avoidance_deg,
        policy=policy,
        seed=seed,
        lasers=lasers,
        around=around,
    )
    with Stages() as stages:
        make_ready(stages, lists=True)
        stages("following the satellites", 0.0)
        day = timeline(
            overhead.screening.kept,
            around.place,
            overhead.rules,
            hours=hours,
            step_s=step_s,
            tick=lambda share: stages("following the satellites", share),
            **overhead.options(),
        )
    scene = make_scene(
        day,
        operator=parameters.name,
        place=around.place,
        rules=overhead.rules,
        source=source,
        screening=overhead.screening,
        others=around.sources,
        gateways=around.gateways,
        orientation=around.orientation,
    )
    replaced = [path for path in (picture, out) if path is not None and path.exists()]
    if picture is not None:
        write_picture(draw_sky(scene), picture)
    if out is not None:
        write_dataset(to_cf(scene, command=shlex.join(["leohub", *sys.argv[1:]]), at=now), out)
    figures = to_figures(scene, parameters, picture, out)
    if as_json:
        print_json(figures)
    else:
        print_summary(scene, figures, replaced)


def _check_place(lat: float, lon: float) -> None:
    problems = Problems("LAT LON")
    if not -90 <= lat <= 90:
        swapped = -90 <= lon <= 90 and -180 <= lat <= 180
        remedy = f"Did you mean {lon:g} {lat:g}? Latitude comes first" if swapped else "Correct it"
        problems.add("", f"latitude {lat:g} is not between -90 and 90", remedy)
    if not -180 <= lon <= 180:
        problems.add("", f"longitude {lon:g} is not between -180 and 180", "Correct it")
    problems.raise_if_any()
