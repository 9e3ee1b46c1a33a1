"""What the report's map is drawn from, packed small: H3 ids and columns, not polygons."""

from __future__ import annotations

import json
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from leohub.people.cells import to_hex
from leohub.report.catchments import packed, simplified
from leohub.report.dictionary import lay_out
from leohub.report.digest import Digest
from leohub.report.numerals import duration, usd
from leohub.report.palette import PEOPLE, PEOPLE_DARK, class_breaks
from leohub.report.runnerup import runners_up
from leohub.report.servicewords import MEASURE
from leohub.study.results import Results

OUTLINE_DETAIL: Final = 1500
"""Outlines are simplified to the country's larger extent divided by this: finer than a pixel."""

SITE_STEP_DEG: Final = 1e-4
"""Candidate places are packed as whole multiples of this, about 11 m."""


TOLD: Final = ("served_well_people", "terminal_mbps", "latency_server_ms")
"""What of the service is told of a hub."""


def map_data(digest: Digest) -> dict[str, Any]:
    """Return the map's data; `assets/map.js` reads it.

    Returns
    -------
    dict
        ``cells``: columns; ids without their trailing f's. ``sites``: candidates that were not
        chosen and where no hub stands, from south to north, latitudes as differences. ``hubs``:
        records. ``areas``: the land that each hub serves, as `leohub.report.catchments.packed`;
        null where circles are true. ``standing``: records of the hubs that stand already.
        ``regions``: GeoJSON with a point for the name. ``layers``: what hexagons can show, with
        class limits.
    """
    results, frame = digest.results, digest.hexagons
    codes = {str(code): number for number, code in enumerate(results.regions.index)}
    return {
        "cells": {
            "h3": [cell.rstrip("f") for cell in to_hex(frame.index.to_numpy(np.uint64)).tolist()],
            "region": _numbers(frame["region_code"], codes),
            "density": [float(f"{value:.3g}") for value in frame["density_per_km2"]],
            **{
                name: _people(frame[column].to_numpy())
                for name, column in (
                    ("people", "people"),
                    ("unserved", "unserved_people"),
                    ("need", "need_people"),
                    ("reached", "reached_people"),
                )
            },
        },
        "layers": {
            name: class_breaks(frame[column])
            for name, column in (
                ("density", "density_per_km2"),
                ("need", "need_people"),
                ("reached", "reached_people"),
            )
        },
        "colours": {"light": PEOPLE, "dark": PEOPLE_DARK},
        "sites": _sites(digest, codes),
        "hubs": _hubs(results),
        "areas": _areas(digest),
        "standing": _standing(digest),
        "regions": pack_regions(results.regions),
        "bounds": [round(float(edge), 4) for edge in results.regions.total_bounds],
    }


def to_script(data: dict[str, Any]) -> str:
    """Return JSON that is safe inside a script element, whatever the names in it are."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _numbers(codes: pd.Series, numbers: dict[str, int]) -> list[int]:
    return [numbers.get(str(code), -1) for code in codes]


def _sites(digest: Digest, codes: dict[str, int]) -> dict[str, Any]:
    """Pack the candidates with what each reaches alone and would add to the plan."""
    results, coverage = digest.results, digest.results.coverage
    left = coverage.need_people - digest.reached_people
    sites = lay_out(results.sites, "sites").assign(
        alone=coverage.shares @ coverage.need_people, adds=coverage.shares @ left
    )
    taken = np.union1d(results.plan.hubs, np.flatnonzero(results.standing))
    sites = sites.drop(index=taken.tolist()).sort_values(["lat_deg", "lon_deg"])
    kinds = sorted(set(sites["kind"]))
    lat = np.rint(sites["lat_deg"].to_numpy() / SITE_STEP_DEG).astype(int)
    return {
        "lat": np.diff(lat, prepend=0).tolist(),
        "lon": np.rint(sites["lon_deg"].to_numpy() / SITE_STEP_DEG).astype(int).tolist(),
        "name": sites["name"].tolist(),
        "kind": [kinds.index(kind) for kind in sites["kind"]],
        "kinds": kinds,
        "region": _numbers(sites["region_code"], codes),
        "alone": _people(sites["alone"].to_numpy()),
        "adds": _people(sites["adds"].to_numpy()),
    }


def _hubs(results: Results) -> list[dict[str, Any]]:
    """Pack the hubs; amounts and times as text, so that map and tables write them alike."""
    hubs = lay_out(results.hubs, "hubs")
    hubs["longest_gap"] = hubs["longest_gap_s"].map(duration)
    hubs["price"] = hubs["cost_per_person_month_usd"].map(usd)
    hubs["instead"] = runners_up(hubs, results.sites, weighed=results.demands.weighed)
    for output in TOLD:
        hubs[output] = _said(hubs, output) if results.estimate is not None else None
    names = [
        *("rank", "name", "kind", "region", "partner", "lat_deg", "lon_deg", "radius_km"),
        *("added_people", "only_people", "instead", "sharing_people"),
        *("in_view_mean", "usable_mean", "usable_min"),
        *("longest_gap", "price"),
        *TOLD,
    ]
    records: list[dict[str, Any]] = json.loads(hubs[names].to_json(orient="records"))
    return records


def _areas(digest: Digest) -> list[list[list[list[int]]]] | None:
    if digest.catchments is None:
        return None
    ids = digest.results.cells.index.to_numpy(np.uint64)
    return packed(simplified(digest.catchments, ids))


def _standing(digest: Digest) -> list[dict[str, Any]]:
    names = ["name", "kind", "region", "lat_deg", "lon_deg"]
    records: list[dict[str, Any]] = json.loads(digest.standing[names].to_json(orient="records"))
    return records


def _said(hubs: pd.DataFrame, output: str) -> list[str]:
    """Write a measure of the service of each hub with its interval."""
    measure = MEASURE[output]
    ends = hubs[[output, f"{output}_low", f"{output}_high"]].to_numpy()
    return [f"{measure.write(v)} ({measure.between(low, high)})" for v, low, high in ends.tolist()]


def _people(values: NDArray[np.float64]) -> list[int]:
    return [round(value) for value in np.maximum(values, 0).tolist()]


def pack_regions(regions: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Simplify the outlines together, so that neighbours keep a common border.

    Parameters
    ----------
    regions : GeoDataFrame
        With `region`, its name, and outlines in WGS 84.

    Returns
    -------
    list of dict
        ``name``; ``label``, a point for it, and ``room`` around that; ``geometry``.
    """
    west, south, east, north = regions.total_bounds
    step = max(east - west, north - south) / OUTLINE_DETAIL
    shapes = shapely.force_2d(regions.geometry.to_numpy())
    simple = shapely.set_precision(shapely.coverage_simplify(shapes, step), 1e-4)
    inside = shapely.maximum_inscribed_circle(shapes, tolerance=step)
    rows = zip(regions["region"], simple, inside, strict=True)
    return [
        {
            "name": str(name),
            "label": [round(value, 4) for value in circle.coords[0]],
            "room": round(circle.length, 4),
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for name, shape, circle in rows
    ]
