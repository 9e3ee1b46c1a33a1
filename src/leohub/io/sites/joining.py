"""All candidate places of a study, each in its region and none twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problem, Problems
from leohub.io.provenance import Source
from leohub.people.placing import region_at

MERGED_DECIMALS = 5
"""Places whose coordinates agree to this many decimals of a degree (1 m) are one place."""

_COLUMNS = [
    "name",
    "kind",
    "lat_deg",
    "lon_deg",
    "height_m",
    "radius_km",
    "region_code",
    "partner",
    "merged",
]


def join_sites(
    lists: Sequence[tuple[pd.DataFrame, Source]],
    regions: gpd.GeoDataFrame,
    *,
    outside_limit_pct: float,
) -> tuple[pd.DataFrame, tuple[Source, ...]]:
    """Join the lists of candidate places to the regions and to each other.

    Places outside every region are left out and counted. Of the places at one coordinate the
    first stays, in the order of the lists and their rows.

    Parameters
    ----------
    lists : sequence of (DataFrame, Source)
        As returned by `leohub.io.sites.read_sites`; without `row` the places are counted from 1.
    regions : GeoDataFrame
        As returned by `leohub.io.regions.read_regions`.
    outside_limit_pct : float
        Largest share of a list that may lie outside [% of places].

    Returns
    -------
    sites : DataFrame
        `sites` of `data/dictionary.csv`, indexed by `site_id`, with `partner` empty.
    sources : tuple of Source
        Those of the lists, with what was left out and merged added to their notes and totals.

    Raises
    ------
    InputError
        When too many places of a list lie outside the regions, when two lists use the same kind
        and id, or when no place is left.
    """
    problems = Problems("study")
    joined: list[pd.DataFrame] = []
    sources: list[Source] = []
    for given, source in lists:
        places = given if "row" in given else given.assign(row=range(1, len(given) + 1))
        region, _ = region_at(
            places["lat_deg"].to_numpy(), places["lon_deg"].to_numpy(), regions.geometry
        )
        outside = region < 0
        if 100 * outside.mean() > outside_limit_pct:
            problems.extend(_outside_problems(places, source, region, regions))
        codes = regions.index.to_numpy()[region[~outside]]
        joined.append(places[~outside].assign(region_code=codes, partner="", list=len(sources)))
        sources.append(_outside_noted(source, places.loc[outside, "row"]))
    problems.raise_if_any()
    if not any(len(places) for places in joined):
        problems.add("[sites]", "there are no candidate places", "Name a list with places")
        problems.raise_if_any()
    sites = pd.concat(joined)
    _check_unique(sites, sources, problems)
    problems.raise_if_any()

    first, standing = _first_at_coordinate(sites)
    merged = np.bincount(sites["list"].to_numpy()[~first], minlength=len(sources))
    sources = [_merged_noted(source, int(n)) for source, n in zip(sources, merged, strict=True)]
    return sites[first].assign(merged=standing)[_COLUMNS], tuple(sources)


def _outside_problems(
    places: pd.DataFrame, source: Source, region: NDArray[np.int64], regions: gpd.GeoDataFrame
) -> list[Problem]:
    """Say that too many places of a list lie outside, which ones, and whether swapping helps."""
    problems = Problems(source.file)
    outside = region < 0
    counted = f"{outside.sum():,} of {len(places):,} places lie outside every region"
    swapped, _ = region_at(
        places["lon_deg"].to_numpy(), places["lat_deg"].to_numpy(), regions.geometry
    )
    if (swapped >= 0).mean() > 0.5:
        problems.add(
            "columns of lat and lon",
            f"{counted}, but {(swapped >= 0).sum():,} would lie inside with latitude and longitude "
            "exchanged: they are probably swapped",
            "Exchange `lat` and `lon` of this list in the study file",
        )
        return problems.found
    problems.add(
        "",
        counted,
        "Check that the list is of this country and in degrees of WGS 84, or raise "
        "`sites.outside_limit_pct`",
    )
    problems.add_rows(
        [
            (row, f"lat {lat:g}, lon {lon:g} is in the sea or in another country")
            for row, lat, lon in zip(
                places.loc[outside, "row"],
                places.loc[outside, "lat_deg"],
                places.loc[outside, "lon_deg"],
                strict=True,
            )
        ],
        "Correct the coordinates, or take the row out",
    )
    return problems.found


def _outside_noted(source: Source, rows: pd.Series) -> Source:
    """Return the source with the places left out because they lie outside every region."""
    totals = {**source.totals, "outside": float(len(rows))}
    if not len(rows):
        return replace(source, totals=totals)
    shown = ", ".join(str(row) for row in rows[:20]) + (", …" if len(rows) > 20 else "")
    note = (
        f"{len(rows):,} places outside every region (sea, lakes or other countries) were left "
        f"out: rows {shown}"
    )
    return replace(source, totals=totals, notes=(*source.notes, note))


def _merged_noted(source: Source, merged: int) -> Source:
    """Return the source with the places merged into earlier ones at the same coordinate."""
    totals = {**source.totals, "merged": float(merged)}
    if not merged:
        return replace(source, totals=totals)
    note = f"{merged:,} places were merged into an earlier one at the same coordinate"
    return replace(source, totals=totals, notes=(*source.notes, note))


def _check_unique(sites: pd.DataFrame, sources: list[Source], problems: Problems) -> None:
    """Note ids that two lists share (within a list the reader has checked them)."""
    first: dict[str, tuple[int, int]] = {}
    repeated: dict[tuple[int, int], list[tuple[int, str]]] = defaultdict(list)
    for site_id, number, row in zip(sites.index, sites["list"], sites["row"], strict=True):
        other, other_row = first.setdefault(site_id, (number, row))
        if other != number:
            message = f"{site_id!r} is already in row {other_row} of {sources[other].file}"
            repeated[other, number].append((row, message))
    for (_, number), rows in repeated.items():
        found = Problems(sources[number].file)
        found.add_rows(rows, "Give the lists different kinds, or ids that differ between them")
        problems.extend(found.found)


def _first_at_coordinate(sites: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which places are the first at their coordinate, and how many stand at each."""
    key = sites[["lat_deg", "lon_deg"]].round(MERGED_DECIMALS).reset_index(drop=True)
    first: NDArray[np.bool_] = ~key.duplicated().to_numpy(dtype=np.bool_)
    standing = np.bincount(key.groupby(["lat_deg", "lon_deg"], sort=False).ngroup().to_numpy())
    return first, standing
