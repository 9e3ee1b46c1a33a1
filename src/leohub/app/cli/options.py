"""Options and kinds of values that several commands share."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from leohub.constants import FIRST_YEAR, LAST_YEAR

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


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


def file_option(name: str, *, say: str) -> Callable[[Decorated], Decorated]:
    """Add an option that names a file."""
    return click.option(name, type=click.Path(path_type=Path), help=say)


operator_option = click.option(
    "--operator",
    type=click.Choice(["starlink", "oneweb", "amazon-leo", "terawave"]),
    default="starlink",
    show_default=True,
    help="Whose satellites, gateways and rules.",
)

elements_option = file_option(
    "--elements",
    say="Element sets (OMM as CSV, JSON or XML, or TLE; may be .gz) or published ephemerides. "
    "Default: the operator's shells, spread evenly (modelled).",
)

element_age_option = click.option(
    "--max-element-age-days",
    type=Number(0, 3650, min_open=True),
    default=3.0,
    show_default=True,
    help="Older element sets are left out.",
)

min_elevation_option = click.option(
    "--min-elevation-deg",
    type=Number(0, 90),
    help="Lowest elevation at which a terminal reaches a satellite. Default: the operator's.",
)

arc_avoidance_option = click.option(
    "--arc-avoidance-deg",
    type=Number(0, 90),
    help="Angle around the geostationary arc that is not used. Default: the operator's.",
)

outages_option = file_option(
    "--gateway-outages", say="When gateways are out: gateway, begin, end (UTC)."
)

lasers_option = click.option(
    "--lasers/--bent-pipe",
    default=None,
    help="Whether traffic reaches a gateway over the laser links of a shell, or only through a "
    "satellite that sees one itself. Default: lasers, where the operator has them.",
)
