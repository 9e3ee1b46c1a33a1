"""What the sky gives the whole country: hexagons spread over it, each watched like a hub."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from leohub.people.lineage import parents
from leohub.sky.service import day_service
from leohub.sky.visibility.places import places_at
from leohub.study.desk import Tick
from leohub.study.overhead import Overhead

MOST_CELLS: Final = 700
"""Hexagons that are watched at most, those that only touch the country not counted."""

FINEST: Final = 9

EQUAL_AREA: Final = "EPSG:6933"

KM_PER_DEG: Final = 111.2

COLUMNS: Final = (
    "in_view_mean",
    "in_view_min",
    "usable_mean",
    "usable_min",
    "longest_gap_in_view_s",
    "longest_gap_s",
    "usable_pct",
)


def watch_country(
    regions: gpd.GeoDataFrame,
    overhead: Overhead,
    *,
    hours: float,
    step_s: float,
    tick: Tick = lambda stage, share: None,
) -> pd.DataFrame:
    """Say what the sky gives every part of a country, with and without avoiding the arc.

    Parameters
    ----------
    regions : GeoDataFrame
        Boundaries in WGS 84.
    overhead : Overhead
        The satellites, and how they are used.
    hours, step_s : float
        How long is looked [h], and in slots of which length [s].
    tick : callable
        Told the stage and the share of it that is done [0..1].

    Returns
    -------
    DataFrame
        Table `sky` of `data/dictionary.csv`, indexed by `h3` (uint64, ascending).
    """
    ids = country_cells(regions)
    centres = np.array([h3.cell_to_latlng(cell) for cell in ids.tolist()])
    service = day_service(
        overhead.screening.kept,
        places_at(centres[:, 0], centres[:, 1]),
        # Who serves is not asked here, and looking ahead for it takes long.
        replace(overhead.rules, policy="highest"),
        hours=hours,
        step_s=step_s,
        tick=lambda share: tick("watching the sky over the country", share),
        **overhead.options(),
    )
    table = {"lat_deg": centres[:, 0], "lon_deg": centres[:, 1]}
    table |= {name: service[name].to_numpy() for name in COLUMNS}
    return pd.DataFrame(table, index=pd.Index(ids, name="h3"))


def country_cells(regions: gpd.GeoDataFrame) -> NDArray[np.uint64]:
    """Return the H3 cells that lie over regions, in part at least, ascending.

    As fine as they can be without being more than `MOST_CELLS`, by the area of the regions.
    """
    area_km2 = float(regions.to_crs(EQUAL_AREA).area.sum()) / 1e6
    resolution = grid_resolution(area_km2)
    # The 49 finer cells in one tell well enough whether a part of it lies over the country.
    finer = resolution + 2
    # Nothing that is much smaller than a cell can be seen in the outlines.
    smallest_deg = h3.average_hexagon_edge_length(finer, unit="km") / 10 / KM_PER_DEG
    outlines = shapely.get_parts(regions.geometry.simplify(smallest_deg).to_numpy())
    inside = [h3.h3shape_to_cells(h3.geo_to_h3shape(part), finer) for part in outlines]
    # A region too small for any of them has one cell all the same.
    points = regions.geometry.representative_point()
    stood_on = [h3.latlng_to_cell(point.y, point.x, finer) for point in points]
    found = np.concatenate([*map(np.asarray, inside), stood_on]).astype(np.uint64)
    return np.unique(parents(found, resolution))


def grid_resolution(area_km2: float) -> int:
    """Return the finest H3 resolution at which a country makes few enough cells."""
    resolution = 0
    while resolution < FINEST and area_km2 <= MOST_CELLS * h3.average_hexagon_area(
        resolution + 1, unit="km^2"
    ):
        resolution += 1
    return resolution
