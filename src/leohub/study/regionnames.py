"""Regions as planners name them: by code or name."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd

from leohub.io.columns import suggest
from leohub.study.desk import Desk


def find_regions(
    desk: Desk, named: Iterable[str], regions: gpd.GeoDataFrame, where: str
) -> list[tuple[str, object]]:
    """Return each region as it is named, with its code; those that are none are noted and left out.

    Parameters
    ----------
    desk : Desk
    named : iterable of str
        Codes or names, in any case.
    regions : GeoDataFrame
        `region`, indexed by `region_code`.
    where : str
        The setting that names them.
    """
    codes = {name.casefold(): code for code, name in regions["region"].items()}
    codes |= {str(code).casefold(): code for code in regions.index}
    found = []
    for region in named:
        code = codes.get(region.casefold())
        if code is None:
            remedy = "Name regions by their code or name"
            remedy += suggest(region, regions["region"], "; the closest is {}", "")
            desk.problems.add(where, f"{region!r} is no region", remedy)
        else:
            found.append((region, code))
    return found
