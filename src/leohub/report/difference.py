"""What is different between two plans: hubs, people by region, and what the plans rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from leohub.report.differenceland import lay_areas, lay_standing, stands_in_other
from leohub.report.finished import Finished
from leohub.report.planlayers import REGION_KEY, read_areas, read_outlines, read_standing
from leohub.report.samehubs import ONLY_B, match_hubs


@dataclass(frozen=True)
class Difference:
    """Two plans, A and B, side by side.

    Attributes
    ----------
    a, b : Finished
    hubs : DataFrame
        A row for each place that is a hub in either: `leohub.report.samehubs.match_hubs`; and
        `stands`, whether a hub of one plan only stands already in the world of the other.
    areas : DataFrame
        The land that hubs serve: `leohub.report.differenceland.lay_areas`.
    standing : DataFrame
        Hubs that stand already: `leohub.report.differenceland.lay_standing`.
    regions : GeoDataFrame
        A row for each region of either, with boundaries: `region_code`, `region`, `hubs_a`,
        `hubs_b`, `reached_a`, `reached_b`, `change` [people], B less A.
    unlike : tuple of str
        What else is not the same, so that the plans can be compared only with care.
    """

    a: Finished
    b: Finished
    hubs: pd.DataFrame
    areas: pd.DataFrame
    standing: pd.DataFrame
    regions: gpd.GeoDataFrame
    unlike: tuple[str, ...]

    def count(self, group: str) -> int:
        """Return how many places are hubs of both plans or of one only."""
        return int((self.hubs["group"] == group).sum())

    def built(self, group: str) -> int:
        """Return how many hubs of one plan only stand already in the world of the other."""
        return int((self.hubs["stands"] & (self.hubs["group"] == group)).sum())

    def stand_ins(self) -> int:
        """Return how many hubs only of B stand within their radius of a hub only of A."""
        new = self.hubs[self.hubs["group"] == ONLY_B]
        return int((new["nearest_km"] <= new["radius_km"]).sum())


def compare_plans(a: Finished, b: Finished) -> Difference:
    """Lay two plans side by side.

    Raises
    ------
    InputError
        When plan.gpkg of either folder cannot be used.
    """
    hubs = match_hubs(a.hubs, b.hubs)
    standing = lay_standing(read_standing(a), read_standing(b))
    return Difference(
        a,
        b,
        hubs.assign(stands=stands_in_other(hubs, standing)),
        lay_areas(hubs, read_areas(a), read_areas(b)),
        standing,
        _match_regions(a, b),
        tuple(_unlike(a, b)),
    )


def _match_regions(a: Finished, b: Finished) -> gpd.GeoDataFrame:
    figures = [
        plan.regions[[*REGION_KEY, "hubs", "reached_people"]].rename(
            columns={"hubs": f"hubs_{name}", "reached_people": f"reached_{name}"}
        )
        for name, plan in (("a", a), ("b", b))
    ]
    table = figures[0].merge(figures[1], on=REGION_KEY, how="outer").fillna(0.0)
    table["change"] = table["reached_b"] - table["reached_a"]
    outlines = pd.concat([read_outlines(a), read_outlines(b)]).drop_duplicates(REGION_KEY)
    merged = table.merge(outlines, on=REGION_KEY, how="left")
    return gpd.GeoDataFrame(merged, geometry="geometry", crs="EPSG:4326")


def _unlike(a: Finished, b: Finished) -> Iterator[str]:
    """Yield what the two runs do not share, besides their hubs."""
    for what in ("country", "programme"):
        one, other = (run.run["summary"].get(what, "") for run in (a, b))
        if one != other:
            yield f"The {what} is another one: {one} in A, {other} in B"
    if a.run.get("leohub") != b.run.get("leohub"):
        yield f"leohub {a.run.get('leohub')} made A, leohub {b.run.get('leohub')} made B"
    settings = [dict(_flat(run.run["study"].get("settings", {}))) for run in (a, b)]
    for name in sorted(settings[0].keys() | settings[1].keys()):
        one, other = (given.get(name) for given in settings)
        if one != other and name not in {"results", "programme.name", "programme.country"}:
            section, _, key = name.rpartition(".")
            place = f"[{section}] {key}" if section else key
            yield f"{place}: {_said(one)} in A, {_said(other)} in B"
    yield from _other_inputs(a, b)


def _other_inputs(a: Finished, b: Finished) -> Iterator[str]:
    inputs = [
        {(entry["role"], entry["file"]): entry["sha256"] for entry in run.run.get("inputs", [])}
        for run in (a, b)
    ]
    for role, file in sorted(inputs[0].keys() | inputs[1].keys()):
        one, other = (given.get((role, file)) for given in inputs)
        if one is None or other is None:
            yield f"Only {'B' if one is None else 'A'} was made with {file} ({role})"
        elif one != other:
            yield f"{file} ({role}) was changed between A and B"


def _flat(settings: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _said(value: Any) -> str:  # noqa: ANN401
    """Write a setting shortly."""
    if value is None or value in ([], {}):
        return "not given"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
