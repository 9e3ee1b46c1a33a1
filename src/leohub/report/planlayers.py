"""Layers of an earlier plan's plan.gpkg, read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import geopandas as gpd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from leohub.errors import InputError, Problem
from leohub.report.finished import AGAIN, Finished

FILE: Final = "plan.gpkg"

REGION_KEY: Final = ["region_code", "region"]
STANDING: Final = ["site_id", "name", "kind", "region", "lat_deg", "lon_deg"]


def read_outlines(plan: Finished) -> gpd.GeoDataFrame:
    """Return the outlines of a plan's regions: `REGION_KEY`.

    Raises
    ------
    InputError
        When they cannot be read, or one is missing.
    """
    layer = _layer(plan, "regions", REGION_KEY)
    missing = {*plan.regions["region_code"]} - {*layer["region_code"].astype(str)}
    if missing:
        raise _unusable(plan, f"has no outline of region {min(missing)}")
    return layer.astype({"region_code": str, "region": str})


def read_areas(plan: Finished) -> gpd.GeoDataFrame:
    """Return the land that each hub serves and `radius_km`, by its rank: a Polygon for a circle.

    Raises
    ------
    InputError
        When it cannot be read, or is missing for a hub.
    """
    layer = _layer(plan, "service_areas", ["rank", "radius_km"]).set_index("rank")
    missing = {*plan.hubs["rank"]} - {*layer.index}
    if missing:
        raise _unusable(plan, f"has no catchment of hub {min(missing)}")
    return layer


def read_standing(plan: Finished) -> gpd.GeoDataFrame:
    """Return the hubs that stand already: `STANDING`, no row where none does.

    Raises
    ------
    InputError
        When they cannot be read.
    """
    names = {name for name, _ in pyogrio.list_layers(plan.folder / FILE)}
    if "standing" not in names:
        return gpd.GeoDataFrame({name: [] for name in STANDING}, geometry=[], crs="EPSG:4326")
    return _layer(plan, "standing", STANDING)


def _layer(plan: Finished, name: str, columns: Sequence[str]) -> gpd.GeoDataFrame:
    try:
        layer = gpd.read_file(plan.folder / FILE, layer=name)
        return layer[[*columns, "geometry"]]
    except (OSError, ValueError, KeyError, DataSourceError, DataLayerError) as error:
        raise _unusable(plan, f"has no layer {name} to read ({error})") from None


def _unusable(plan: Finished, message: str) -> InputError:
    return InputError([Problem(str(plan.folder), FILE, message, AGAIN)])
