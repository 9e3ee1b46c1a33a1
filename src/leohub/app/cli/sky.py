"""`leohub sky`: what is overhead, now and over the next day."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import click

from leohub.app.cli.output import json_option, print_json
from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.errors import Problems


class Moment(click.ParamType[dt.datetime]):
    """An ISO 8601 time; UTC where it names no time zone."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime:
        """Return the moment in UTC."""
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time like 2026-08-22T13:00", param, ctx)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            self.fail(f"{value!r} is not in the years {FIRST_YEAR} to {LAST_YEAR}", param, ctx)
        return moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)


class Number(click.FloatRange):
    """A number in a range: unlike click's own, not "nan"."""

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the number."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return float(number)


# Negative coordinates look like options to click; unknown ones are therefore taken as arguments.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("lat", type=float)
@click.argument("lon", type=float)
@click.option(
    "--elements",
    type=click.Path(path_type=Path),
    help="Element sets (TLE, or OMM as JSON, CSV or XML; may be .gz). "
    "Default: the operator's shells, spread evenly (modelled).",
)
@click.option(
    "--operator",
    type=click.Choice(["starlink", "oneweb", "amazon-leo", "terawave"]),
    default="starlink",
    show_default=True,
    help="Whose satellites.",
)
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
@click.option("--min-elevation-deg", type=Number(0, 90), help="Default: the operator's.")
@click.option(
    "--arc-avoidance-deg",
    type=Number(0, 90),
    help="Angle around the geostationary arc that is not used. Default: the operator's.",
)
@click.option(
    "--max-element-age-days",
    type=Number(0, 3650, min_open=True),
    default=3.0,
    show_default=True,
    help="Older element sets are left out.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path),
    help="Where to draw the sky, .png or .svg. Default: sky.png here; with --json none.",
)
@json_option
def sky(
    lat: float,
    lon: float,
    elements: Path | None,
    operator: str,
    at: dt.datetime | None,
    hours: float,
    step_s: float,
    min_elevation_deg: float | None,
    arc_avoidance_deg: float | None,
    max_element_age_days: float,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Show what is overhead at LAT LON, now and over the next day.

    Degrees, WGS 84, latitude first, south and west negative: leohub sky -1.29 36.82
    """
    _check_place(lat, lon)
    from leohub.app.cli.progress import Stages
    from leohub.app.cli.skysummary import print_summary, to_figures
    from leohub.io.builtin.operators import built_in_constellation, operator_parameters
    from leohub.io.orbits.elements import read_elements
    from leohub.io.provenance import InputFile
    from leohub.report.pictures import check_picture, write_picture
    from leohub.report.skychart import draw_sky
    from leohub.sky.service import timeline
    from leohub.sky.visibility.view import sky_at
    from leohub.study.overhead import find_overhead

    if picture is None and not as_json:
        picture = Path("sky.png")
    if picture is not None:
        check_picture(picture)
    start = at or dt.datetime.now(dt.UTC).replace(microsecond=0)
    parameters = operator_parameters(operator)
    if elements is None:
        constellation, source = built_in_constellation(operator, start)
    else:
        constellation, source = read_elements(InputFile(elements), name=operator)
    overhead = find_overhead(
        constellation,
        source.file,
        operator=parameters,
        start=start,
        max_element_age_days=max_element_age_days,
        min_elevation_deg=min_elevation_deg,
        arc_avoidance_deg=arc_avoidance_deg,
    )
    limits = {
        "min_elevation_deg": overhead.min_elevation_deg,
        "arc_avoidance_deg": overhead.arc_avoidance_deg,
    }
    with Stages() as stages:
        stages("following the satellites", 0.0)
        day = timeline(
            overhead.screening.kept,
            lat,
            lon,
            start=start,
            hours=hours,
            step_s=step_s,
            tick=lambda share: stages("following the satellites", share),
            **limits,
        )
    above = sky_at(overhead.screening.kept, lat, lon, at=start, **limits)
    if picture is not None:
        write_picture(draw_sky(above, day, operator=parameters.name), picture)
    figures = to_figures(above, day, parameters, source, overhead.screening, picture)
    if as_json:
        print_json(figures)
    else:
        print_summary(figures)


def _check_place(lat: float, lon: float) -> None:
    problems = Problems("LAT LON")
    if not -90 <= lat <= 90:
        swapped = -90 <= lon <= 90 and -180 <= lat <= 180
        remedy = f"Did you mean {lon:g} {lat:g}? Latitude comes first" if swapped else "Correct it"
        problems.add("", f"latitude {lat:g} is not between -90 and 90", remedy)
    if not -180 <= lon <= 180:
        problems.add("", f"longitude {lon:g} is not between -180 and 180", "Correct it")
    problems.raise_if_any()
