"""What is different between two plans: hubs, people by region, and what the plans rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from scipy.spatial import cKDTree

from leohub.errors import InputError, Problem
from leohub.people.coverage import ecef_km
from leohub.report.finished import AGAIN, Finished

BOTH: Final = "both"
ONLY_A: Final = "only-a"
ONLY_B: Final = "only-b"

SAME_ID_KM: Final = 1.0
"""A place of the same id this near is the same: its list was corrected."""

SAME_PLACE_KM: Final = 0.05
"""Places this near are the same, whatever they are called."""

REGION_KEY: Final = ["region_code", "region"]


@dataclass(frozen=True)
class Difference:
    """Two plans, A and B, side by side.

    Attributes
    ----------
    a, b : Finished
    hubs : DataFrame
        A row for each place that is a hub in either: `group` (`BOTH`, `ONLY_A`, `ONLY_B`),
        `site_id`, `name`, `kind`, `region`, `lat_deg`, `lon_deg`; `rank_a`, `rank_b`, `added_a`,
        `added_b` [people], missing where it is no hub of that plan. `nearest_km`: for a hub of one
        plan only, to the nearest of the other plan that is not in both; missing where there is
        none.
    regions : GeoDataFrame
        A row for each region of either, with boundaries: `region_code`, `region`, `hubs_a`,
        `hubs_b`, `reached_a`, `reached_b`, `change` [people], B less A.
    unlike : tuple of str
        What else is not the same, so that the plans can be compared only with care.
    """

    a: Finished
    b: Finished
    hubs: pd.DataFrame
    regions: gpd.GeoDataFrame
    unlike: tuple[str, ...]

    def count(self, group: str) -> int:
        """Return how many places are hubs of both plans or of one only."""
        return int((self.hubs["group"] == group).sum())

    def stand_ins(self) -> int:
        """Return how many hubs only of B stand within their radius of a hub only of A."""
        new = self.hubs[self.hubs["group"] == ONLY_B]
        return int((new["nearest_km"] <= new["radius_km"]).sum())


def compare_plans(a: Finished, b: Finished) -> Difference:
    """Lay two plans side by side.

    Raises
    ------
    InputError
        When the boundaries of the regions cannot be read from either folder.
    """
    return Difference(a, b, match_hubs(a.hubs, b.hubs), _match_regions(a, b), tuple(_unlike(a, b)))


def match_hubs(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Match the hubs of two plans; see `Difference.hubs`.

    Two hubs are the same place when they have the same id and lie within `SAME_ID_KM`, or lie
    within `SAME_PLACE_KM`, the nearest first. All distances are straight chords.

    Parameters
    ----------
    a, b : DataFrame
        `hubs` of the data dictionary.
    """
    partner = _partners(a, b)
    columns = ["site_id", "name", "kind", "region", "lat_deg", "lon_deg", "radius_km"]
    first = a[columns].assign(rank_a=a["rank"], added_a=a["added_people"])
    matched = partner >= 0
    first["group"] = np.where(matched, BOTH, ONLY_A)
    for name, column in (("rank_b", "rank"), ("added_b", "added_people")):
        first[name] = np.nan
        first.loc[matched, name] = b[column].to_numpy(float)[partner[matched]]
    new = np.setdiff1d(np.arange(len(b)), partner[matched])
    second = b.iloc[new][columns].assign(
        rank_b=b["rank"].iloc[new], added_b=b["added_people"].iloc[new], group=ONLY_B
    )
    hubs = pd.concat([first, second.reindex(columns=first.columns)], ignore_index=True)
    hubs["nearest_km"] = np.nan
    only_a, only_b = (hubs.index[hubs["group"] == group] for group in (ONLY_A, ONLY_B))
    for own, other in ((only_a, only_b), (only_b, only_a)):
        if len(own) and len(other):
            found = cKDTree(_points(hubs.loc[other])).query(_points(hubs.loc[own]))[0]
            hubs.loc[own, "nearest_km"] = found
    return hubs


def _partners(a: pd.DataFrame, b: pd.DataFrame) -> NDArray[np.intp]:
    """Return, for each hub of A, the row of the same hub in B; -1 where there is none."""
    here, there = _points(a), _points(b)
    partner: NDArray[np.intp] = pd.Index(b["site_id"]).get_indexer(pd.Index(a["site_id"]))
    known = np.flatnonzero(partner >= 0)
    far = np.linalg.norm(here[known] - there[partner[known]], axis=1) > SAME_ID_KM
    partner[known[far]] = -1
    left = np.flatnonzero(partner < 0)
    free = np.setdiff1d(np.arange(len(b)), partner)
    if not (len(left) and len(free)):
        return partner
    distances = cKDTree(here[left]).sparse_distance_matrix(
        cKDTree(there[free]), SAME_PLACE_KM, output_type="ndarray"
    )
    taken: set[int] = set()
    for pair in distances[np.argsort(distances["v"], kind="stable")]:
        row, match = int(left[pair["i"]]), int(free[pair["j"]])
        if partner[row] < 0 and match not in taken:
            partner[row] = match
            taken.add(match)
    return partner


def _points(hubs: pd.DataFrame) -> NDArray[np.float64]:
    return ecef_km(hubs["lat_deg"].to_numpy(float), hubs["lon_deg"].to_numpy(float))


def _match_regions(a: Finished, b: Finished) -> gpd.GeoDataFrame:
    figures = [
        plan.regions[[*REGION_KEY, "hubs", "reached_people"]].rename(
            columns={"hubs": f"hubs_{name}", "reached_people": f"reached_{name}"}
        )
        for name, plan in (("a", a), ("b", b))
    ]
    table = figures[0].merge(figures[1], on=REGION_KEY, how="outer").fillna(0.0)
    table["change"] = table["reached_b"] - table["reached_a"]
    outlines = pd.concat([_outlines(a), _outlines(b)]).drop_duplicates(REGION_KEY)
    merged = table.merge(outlines, on=REGION_KEY, how="left")
    return gpd.GeoDataFrame(merged, geometry="geometry", crs="EPSG:4326")


def _outlines(plan: Finished) -> gpd.GeoDataFrame:
    try:
        layer = gpd.read_file(plan.folder / "plan.gpkg", layer="regions")
        missing = {*plan.regions["region_code"]} - {*layer["region_code"].astype(str)}
        if missing:
            raise ValueError(f"no outline of region {min(missing)}")
    except (OSError, ValueError, KeyError, DataSourceError, DataLayerError) as error:
        raise InputError(
            [Problem(str(plan.folder), "plan.gpkg", f"has no outlines to read ({error})", AGAIN)]
        ) from None
    return layer[[*REGION_KEY, "geometry"]].astype({"region_code": str, "region": str})


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
