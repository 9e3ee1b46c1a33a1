"""What every page of leohub is made from: the template engine, the map's libraries, its assets."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from leohub.errors import OutputError
from leohub.report import numerals
from leohub.report.quantitywords import with_unit

UNIT: Final = re.compile(
    r"(?<=\d) (?=%|k?m\b|m?s\b|h\b|min\b|Mbps|Wh?\b|people\b|million|billion)|(?<=USD) (?=\d)"
)
"""The space between a number and its unit."""

LIBRARIES: Final = ("maplibre-gl.js", "maplibre-gl.css", "h3-js.js")
LICENCES: Final = ("maplibre-gl.licence.txt", "h3-js.notice.txt", "h3-js.licence.txt")


def check_libraries() -> None:
    """Say now whether the map's libraries are there.

    Raises
    ------
    OutputError
        When they have not been built into the package.
    """
    for name in (*LIBRARIES, *LICENCES):
        asset(f"vendor/{name}")


def libraries() -> dict[str, list[Any]]:
    """Return what a page with a map needs of other people's software, for its template."""
    return {
        "libraries": [
            Markup(asset(f"vendor/{name}")) for name in LIBRARIES if name.endswith(".js")
        ],
        "licences": [asset(f"vendor/{name}") for name in LICENCES],
    }


def asset(name: str) -> str:
    """Return the text of a file that is built or laid into the package."""
    try:
        return files("leohub.report").joinpath("assets", name).read_text("utf-8")
    except FileNotFoundError as error:
        raise OutputError(
            f"the report's map needs {name}, which is not built into leohub yet. "
            "Run: python tools/build_web.py"
        ) from error


@cache
def environment() -> Environment:
    """Return the engine for the templates among the assets, with filters that write figures."""
    environment = Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in (
        *(
            "count",
            "short",
            "mark",
            "percent",
            "percent_at_most",
            "usd",
            "duration",
            "plural",
            "about",
        ),
    ):
        environment.filters[name] = _unbroken(getattr(numerals, name))
    environment.filters["unbroken"] = _unbroken(str)
    environment.filters["with_unit"] = _unbroken(_step_value)
    return environment


def _step_value(value: float, unit: str) -> str:
    """Write the value of a step of a chain to three digits."""
    if not math.isfinite(value):
        return "not defined"
    if unit.startswith("USD"):
        return numerals.usd(value)
    return with_unit(round(value) if abs(value) >= 100 else float(f"{value:.3g}"), unit)


def _unbroken(write: Callable[..., str]) -> Callable[..., str]:
    """Return a filter that writes figures so that no line ends between number and unit."""

    def written(*values: Any) -> str:  # noqa: ANN401
        return UNIT.sub("\u00a0", write(*values))

    return written
