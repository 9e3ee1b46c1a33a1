"""Regions: the counties or districts that the study speaks of, with their boundaries."""

from __future__ import annotations

import geopandas as gpd

from leohub.io.columns import require_columns, texts
from leohub.io.provenance import InputFile, Source
from leohub.io.regions.polygons import read_polygons


def read_regions(file: InputFile, *, code: str, name: str) -> tuple[gpd.GeoDataFrame, Source]:
    """Read the regions and their boundaries.

    Parameters
    ----------
    file : InputFile
        GeoJSON, GeoPackage or GeoParquet with polygons in any projection.
    code, name : str
        Columns with the region's code and name.

    Returns
    -------
    regions : GeoDataFrame
        Indexed by `region_code` (text, in the order of the file), with `region` (name) and
        `geometry` in EPSG:4326. A region given in several rows is one row here.
    source : Source

    Raises
    ------
    InputError
        When the file cannot be used: missing columns, codes or names, one code with two names,
        features that are not polygons or are empty, a missing or
        wrong CRS.
    """
    polygons, notes = read_polygons(file, wanted="Give each region its boundary as a polygon")
    problems = file.problems()
    require_columns(polygons, {"regions.code": code, "regions.name": name}, problems)
    problems.raise_if_any()
    polygons = polygons.assign(region_code=texts(polygons[code]), region=texts(polygons[name]))
    for column, given in (("region_code", code), ("region", name)):
        problems.add_rows(
            [
                (row, f"column {given!r} has no value")
                for row in polygons.index[polygons[column] == ""]
            ],
            "Fill it in",
        )
    pairs = polygons.drop_duplicates(["region_code", "region"])
    repeated = pairs[pairs["region_code"].duplicated(keep=False) & (pairs["region_code"] != "")]
    problems.add_rows(
        [
            (row, f"code {code!r} stands for more than one region, here {name!r}")
            for row, code, name in zip(
                repeated.index, repeated["region_code"], repeated["region"], strict=True
            )
        ],
        "Give every region a code of its own",
    )
    problems.raise_if_any()
    polygons, shared = _told_apart(polygons)
    notes += shared
    rows = len(polygons)
    regions = polygons[["region_code", "region", "geometry"]].dissolve(
        by="region_code", aggfunc="first", sort=False
    )[["region", "geometry"]]
    if rows > len(regions):
        notes += (f"{rows:,} rows were joined into {len(regions):,} regions by their code",)
    return regions, file.source("regions", totals={"regions": len(regions)}, notes=notes)


def _told_apart(polygons: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Add the code to names that several regions have: wards of one name are no mistake."""
    codes = polygons.groupby("region")["region_code"].nunique()
    shared = polygons["region"].isin(codes.index[codes > 1])
    if not shared.any():
        return polygons, ()
    named = polygons["region"] + " (" + polygons["region_code"] + ")"
    note = f"{int((codes > 1).sum()):,} names are those of several regions: their code was added"
    return polygons.assign(region=polygons["region"].where(~shared, named)), (note,)
