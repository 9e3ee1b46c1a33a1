"""Two plans on one map, in one file that opens from disk and asks the network for nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from leohub import __version__
from leohub.report.difference import Difference
from leohub.report.differencefigure import draw_difference
from leohub.report.differenceland import IN_A, IN_B, IN_BOTH, any_shapes, pack_areas
from leohub.report.differencewords import difference_in_words, folder_names, side_by_side
from leohub.report.files import appearing, check_file
from leohub.report.mapdata import pack_regions, to_script
from leohub.report.mapfigure import to_data_uri
from leohub.report.page import asset, environment, libraries
from leohub.report.palette import CHANGE, CHANGE_DARK, change_classes
from leohub.report.samehubs import BOTH, ONLY_A, ONLY_B

STANDS_IN: Final = {IN_BOTH: "already", IN_A: "already, only in A", IN_B: "already, only in B"}
"""In whose world a hub stands → how the legend says it."""

HUBS_SHOWN: Final = 100
"""Hubs in each list of the page."""


def check_page(path: Path) -> None:
    """Refuse a path that the page cannot be written to: `leohub.report.files.check_file`."""
    check_file(path, (".html",), "a page")


def write_difference(found: Difference, path: Path) -> None:
    """Write the page; whole or not at all."""
    with appearing(path) as part:
        part.write_text(difference_page(found), "utf-8")


def difference_page(found: Difference) -> str:
    """Return the page of two plans side by side."""
    regions = found.regions.sort_values("change", ascending=False, kind="stable")
    programmes = [run.run["summary"].get("programme", "") for run in (found.a, found.b)]
    return (
        environment()
        .get_template("difference.html.j2")
        .render(
            version=__version__,
            programmes=list(dict.fromkeys(programmes)),
            folders=folder_names(found),
            counts={group: found.count(group) for group in (BOTH, ONLY_A, ONLY_B)},
            built=found.built(ONLY_A),
            standing=_standing(found),
            true_shapes=any_shapes(found.areas),
            unlike_land=bool(found.areas["hub"].duplicated().any()),
            sentences=difference_in_words(found),
            rows=side_by_side(found),
            unlike=found.unlike,
            regions=list(regions.drop(columns="geometry").itertuples()),
            lists=_lists(found),
            modelled=any(_modelled(run.run) for run in (found.a, found.b)),
            still=to_data_uri(draw_difference(found)),
            map_data=Markup(to_script(map_data(found))),
            style=Markup("".join(map(asset, STYLES))),
            scripts=[
                Markup(asset("mapframe.js") + asset("difference.js")),
                Markup(asset("tables.js")),
            ],
            **libraries(),
        )
    )


STYLES: Final = ("vendor/maplibre-gl.css", "report.css", "difference.css")


def map_data(found: Difference) -> dict[str, Any]:
    """Return what the page's map is drawn from; `assets/difference.js` reads it.

    Returns
    -------
    dict
        ``hubs``: records with their group; ``areas``: the land of each, ``standing``: hubs that
        stand already, both as in `leohub.report.differenceland`; ``regions``: outlines with figures
        and ``shade``, from -3 (A reaches many more) to 3 (B does); ``limits``: people from which a
        shade is darker.
    """
    shades, limits = change_classes(found.regions["change"])
    regions = pack_regions(found.regions)
    figures = ["hubs_a", "hubs_b", "reached_a", "reached_b", "change"]
    rows = found.regions[figures].round().to_dict(orient="records")
    for region, row, shade in zip(regions, rows, shades.tolist(), strict=True):
        region |= row | {"shade": shade}
    hubs = found.hubs.drop(columns=["site_id", "radius_km"])
    records = json.loads(hubs.round(6).to_json(orient="records"))
    return {
        "hubs": records,
        "areas": pack_areas(found.areas),
        "standing": found.standing.drop(columns="site_id").to_dict(orient="records"),
        "regions": regions,
        "limits": limits,
        "colours": {"light": CHANGE, "dark": CHANGE_DARK},
        "bounds": [round(float(edge), 4) for edge in found.regions.total_bounds],
    }


def _standing(found: Difference) -> dict[str, int]:
    """Return how many hubs stand already, by the plan in whose world they do."""
    plans = found.standing["plan"]
    return {words: int((plans == plan).sum()) for plan, words in STANDS_IN.items()}


def _lists(found: Difference) -> list[dict[str, Any]]:
    """Return the hubs of one plan only, in its order, with where each stands among all hubs."""
    lists = []
    for group, plan in ((ONLY_A, "a"), (ONLY_B, "b")):
        hubs = found.hubs[found.hubs["group"] == group].sort_values(f"rank_{plan}")
        rows = pd.DataFrame(
            {
                "index": hubs.index,
                "name": hubs["name"].where(hubs["name"] != "", hubs["site_id"]),
                "kind": hubs["kind"],
                "region": hubs["region"],
                "rank": hubs[f"rank_{plan}"].astype(int),
                "added_people": hubs[f"added_{plan}"],
                "nearest_km": hubs["nearest_km"],
            }
        )
        shown = rows.head(HUBS_SHOWN).to_dict(orient="records")
        lists.append({"plan": plan.upper(), "number": len(rows), "rows": shown})
    return lists


def _modelled(run: dict[str, Any]) -> bool:
    return bool(run["study"].get("settings", {}).get("people", {}).get("builtin"))
