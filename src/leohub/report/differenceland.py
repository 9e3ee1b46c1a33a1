"""Two plans on the ground: the land that their hubs serve, and hubs that stand already."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from leohub.report.catchments import Shapes, packed, roughened
from leohub.report.samehubs import ONLY_A, ONLY_B, partners

IN_BOTH: Final = "both"
IN_A: Final = "a"
IN_B: Final = "b"

POLYGON: Final = 3
"""How shapely numbers this type of shape: the land of hubs is one, as a circle, or several."""

SAME_LAND_DEG: Final = 1e-4
"""Corners this near are the same: maps are drawn no finer."""


def lay_areas(hubs: pd.DataFrame, a: gpd.GeoDataFrame, b: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the land that hubs of either plan serve.

    Parameters
    ----------
    hubs : DataFrame
        `leohub.report.difference.Difference.hubs`.
    a, b : GeoDataFrame
        The land of each plan's hubs, by rank.

    Returns
    -------
    DataFrame
        ``hub``, a row of `hubs`; ``plan``, `IN_A`, `IN_B`, or `IN_BOTH` where a hub of both serves
        the same land in both; ``radius_km``; ``shape`` (lon, lat) [°], a Polygon for a circle.
    """
    own = [
        areas.reindex(hubs[rank]).set_axis(hubs.index)[["radius_km", "geometry"]]
        for areas, rank in ((a, "rank_a"), (b, "rank_b"))
    ]
    one, other = (land["geometry"].to_numpy() for land in own)
    same = shapely.equals_exact(one, other, tolerance=SAME_LAND_DEG)
    kinds = ((IN_BOTH, own[0][same]), (IN_A, own[0][~same]), (IN_B, own[1][~same]))
    land = pd.concat([part.assign(plan=plan) for plan, part in kinds])
    land = land[~shapely.is_empty(land["geometry"]) & ~shapely.is_missing(land["geometry"])]
    named = pd.DataFrame(land).rename_axis("hub").reset_index()
    return named.rename(columns={"geometry": "shape"}).sort_values("hub", kind="stable")


def lay_standing(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Return the hubs that stand in either plan's world, with ``plan`` as for `lay_areas`."""
    partner = partners(a, b)
    first = a.assign(plan=np.where(partner >= 0, IN_BOTH, IN_A))
    second = b[~np.isin(np.arange(len(b)), partner)].assign(plan=IN_B)
    return pd.concat([first, second], ignore_index=True).drop(columns="geometry")


def stands_in_other(hubs: pd.DataFrame, standing: pd.DataFrame) -> pd.Series:
    """Tell which hubs of one plan only stand already in the other plan's world."""
    found = pd.Series(False, index=hubs.index)
    for group, other in ((ONLY_A, IN_B), (ONLY_B, IN_A)):
        own = hubs[hubs["group"] == group]
        built = standing[standing["plan"].isin([other, IN_BOTH])]
        found[own.index] = partners(own, built) >= 0
    return found


def any_shapes(areas: pd.DataFrame) -> bool:
    """Tell whether any hub serves something else than a circle."""
    return bool((shapely.get_type_id(areas["shape"].to_numpy()) != POLYGON).any())


def pack_areas(areas: pd.DataFrame) -> list[dict[str, Any]]:
    """Pack the land of hubs for the map: shapes as `leohub.report.catchments.packed`, or circles.

    Returns
    -------
    list of dict
        ``hub`` and ``plan``; and ``land``, or ``lat_deg``, ``lon_deg``, ``radius_km`` of a circle.
    """
    shapes: Shapes = areas["shape"].to_numpy()
    in_cells = shapely.get_type_id(shapes) != POLYGON
    land = iter(packed(_few_corners(shapes[in_cells])))
    centre = shapely.get_coordinates(shapely.centroid(shapes)).round(6)
    records = areas[["hub", "plan"]].to_dict(orient="records")
    radius_km = areas["radius_km"].tolist()
    for row, record in enumerate(records):
        if in_cells[row]:
            record["land"] = next(land)
        else:
            lon_deg, lat_deg = centre[row].tolist()
            record |= {"lat_deg": lat_deg, "lon_deg": lon_deg, "radius_km": radius_km[row]}
    return [{str(name): value for name, value in record.items()} for record in records]


def _few_corners(shapes: Shapes) -> Shapes:
    """Simplify shapes that follow the edges of cells, whose length the first edge tells."""
    corners = shapely.get_coordinates(shapes)
    if not len(corners):
        return shapes
    return roughened(shapes, float(np.hypot(*(corners[1] - corners[0]))))
