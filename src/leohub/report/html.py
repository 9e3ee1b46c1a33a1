"""report.html: the whole plan in one file that opens from disk and asks the network for nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from leohub import __version__
from leohub.errors import OutputError
from leohub.report import numerals
from leohub.report.account import Account
from leohub.report.catchmentwords import expected, within_meaning
from leohub.report.curve import curve
from leohub.report.dictionary import lay_out
from leohub.report.digest import Digest
from leohub.report.drivers import cost_tornado, drivers
from leohub.report.limits import assumptions, geometry, usable_means
from leohub.report.mapdata import map_data, to_script
from leohub.report.mapfigure import map_data_uri
from leohub.report.quantitywords import with_unit
from leohub.report.servicepage import ServicePage, service_page
from leohub.report.servicewords import (
    programme_ends,
    programme_said,
    served_well_means,
    some_only,
)
from leohub.report.skymap import shade_rules
from leohub.report.skymapfigure import page_maps
from leohub.report.words import not_propagated, sentences
from leohub.study.results import Results

HUBS_SHOWN: Final = 25
"""Hubs in the report's table; all of them are in hubs.csv."""

UNIT: Final = re.compile(
    r"(?<=\d) (?=%|k?m\b|m?s\b|h\b|min\b|Mbps|Wh?\b|people\b|million|billion)|(?<=USD) (?=\d)"
)
"""The space between a number and its unit."""

LIBRARIES: Final = ("maplibre-gl.js", "maplibre-gl.css", "h3-js.js")
LICENCES: Final = ("maplibre-gl.licence.txt", "h3-js.notice.txt", "h3-js.licence.txt")


def write_html(digest: Digest, folder: Path) -> None:
    """Write report.html into the results folder."""
    (folder / "report.html").write_text(html(digest), "utf-8")


def html(digest: Digest) -> str:
    """Return the report's page.

    Raises
    ------
    OutputError
        When the map's libraries have not been built into the package.
    """
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            **_facts(digest.results, digest.figures),
            **_tables(digest.results),
            **_service(digest.results),
            map_data=Markup(to_script(map_data(digest))),
            still=map_data_uri(digest),
            sky_maps=page_maps(digest.results),
            style=Markup(
                _asset("vendor/maplibre-gl.css")
                + _asset("report.css")
                + _asset("service.css")
                + shade_rules()
            ),
            libraries=[
                Markup(_asset(f"vendor/{name}")) for name in LIBRARIES if name.endswith(".js")
            ],
            scripts=[Markup(_asset(name)) for name in ("map.js", "page.js")],
            licences=[_asset(f"vendor/{name}") for name in LICENCES],
        )
    )


def check_libraries() -> None:
    """Say now whether the map's libraries are there.

    Raises
    ------
    OutputError
        When they have not been built into the package.
    """
    for name in (*LIBRARIES, *LICENCES):
        _asset(f"vendor/{name}")


def _facts(results: Results, figures: Account) -> dict[str, Any]:
    return {
        "results": results,
        "study": results.study,
        "programme": results.study.programme,
        "plan": results.plan,
        "cost": results.cost,
        "screening": results.screening,
        "sky": results.service.attrs,
        "figures": figures,
        "sentences": sentences(results, figures),
        "assumptions": assumptions(results),
        "geometry": geometry(results),
        "usable_means": usable_means(results),
        "within_meaning": within_meaning(results),
        "expected": expected(results),
        "version": __version__,
        "curve": curve(results.plan),
    }


def _tables(results: Results) -> dict[str, Any]:
    hubs = lay_out(results.hubs, "hubs")
    regions = results.regions.sort_values("reached_people", ascending=False, kind="stable")
    return {
        "hubs": list(hubs.head(HUBS_SHOWN).itertuples(index=False)),
        "hubs_all": hubs,
        "with_partners": bool((hubs["partner"] != "").any()),
        "regions": list(regions.itertuples()),
        "thresholds": list(results.thresholds.itertuples(index=False)),
        "left_out": _left_out(results),
        "shells": _with_share(results.screening.shells),
    }


def _service(results: Results) -> dict[str, Any]:
    """Return what the page says of the service, and what it and the cost hang on."""
    service, estimate = service_page(results, HUBS_SHOWN), results.estimate
    facts = {
        "service": service,
        "drivers": drivers(estimate),
        "tornado": cost_tornado(results),
    }
    if service is None or estimate is None:
        return facts
    return facts | {
        "service_inputs": _inputs_script(service),
        "some_only": some_only(results, estimate),
        "served_people": programme_ends(estimate, "served_well_people"),
        "served_well_each": programme_said(estimate, "served_well_people", len(results.hubs)),
        "served_well_means": served_well_means(estimate),
    }


def _inputs_script(service: ServicePage) -> Markup:
    """Return what each step of a chain rests on, with where the page says more of it."""
    rows = {name: row for row, (name, *_) in enumerate(service.quantities)}
    return Markup(
        to_script(
            {
                step: [[rows[name], *words] for name, *words in inputs]
                for step, inputs in service.inputs.items()
            }
        )
    )


def _left_out(results: Results) -> dict[str, int]:
    """Return reason → satellites that no hub sees, those that could not be propagated included."""
    lost = not_propagated(results)
    return {**results.screening.left_out, **({"not propagated by SGP4": lost} if lost else {})}


def _with_share(shells: Mapping[str, int]) -> list[tuple[str, int, float]]:
    """Return shell, satellites, and satellites by those of the largest shell."""
    most = max(shells.values(), default=1)
    return [(name, number, number / most) for name, number in shells.items()]


def _asset(name: str) -> str:
    """Return the text of a file that is built or laid into the package."""
    try:
        return files("leohub.report").joinpath("assets", name).read_text("utf-8")
    except FileNotFoundError as error:
        raise OutputError(
            f"the report's map needs {name}, which is not built into leohub yet. "
            "Run: python tools/build_web.py"
        ) from error


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_asset),
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
