"""report.html: the whole plan in one file that opens from disk and asks the network for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from leohub import __version__
from leohub.plan.findings.margin import margin
from leohub.report.account import Account
from leohub.report.catchmentwords import expected, within_meaning
from leohub.report.curve import curve
from leohub.report.dictionary import lay_out
from leohub.report.digest import Digest
from leohub.report.drivers import cost_tornado, drivers
from leohub.report.limits import assumptions, geometry, usable_means
from leohub.report.mapdata import map_data, to_script
from leohub.report.mapfigure import map_data_uri
from leohub.report.numerals import WEIGHTS
from leohub.report.page import asset, environment, libraries
from leohub.report.runnerup import runners_up
from leohub.report.satellitewords import not_propagated
from leohub.report.servicepage import ServicePage, service_page
from leohub.report.servicewords import (
    programme_ends,
    programme_said,
    served_well_means,
    some_only,
)
from leohub.report.skymap import shade_rules
from leohub.report.skymapfigure import page_maps
from leohub.report.storywords import story_lines
from leohub.report.words import margin_said, sentences
from leohub.study.results import Results

HUBS_SHOWN: Final = 25
"""Hubs in the report's table; all of them are in hubs.csv."""


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
        environment()
        .get_template("report.html.j2")
        .render(
            **_facts(digest.results, digest.figures),
            standing=len(digest.standing),
            true_shapes=digest.catchments is not None,
            **_tables(digest.results),
            **_service(digest.results),
            map_data=Markup(to_script(map_data(digest))),
            still=map_data_uri(digest),
            sky_maps=page_maps(digest.results),
            style=Markup(
                asset("vendor/maplibre-gl.css")
                + asset("report.css")
                + asset("service.css")
                + shade_rules()
            ),
            scripts=[
                Markup(asset("mapframe.js") + asset("map.js")),
                Markup(asset("tables.js")),
                Markup(asset("page.js")),
            ],
            **libraries(),
        )
    )


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
        "margin": margin(results.plan),
        "margin_words": margin_said(results),
        "goal": results.demands.goal,
        "by_weights": f" {WEIGHTS}" if results.demands.weighed else "",
        "story": story_lines(results.plan, weighed=results.demands.weighed),
    }


def _tables(results: Results) -> dict[str, Any]:
    hubs = lay_out(results.hubs, "hubs")
    regions = results.regions.sort_values("reached_people", ascending=False, kind="stable")
    return {
        "hubs": list(hubs.head(HUBS_SHOWN).itertuples(index=False)),
        "hubs_all": hubs,
        "runners_up": runners_up(
            results.hubs.head(HUBS_SHOWN), results.sites, weighed=results.demands.weighed
        ),
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
