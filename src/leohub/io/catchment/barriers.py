"""Water that people do not cross, as polygons."""

from __future__ import annotations

import geopandas as gpd

from leohub.io.provenance import InputFile, Source
from leohub.io.regions.polygons import read_polygons


def read_barriers(file: InputFile) -> tuple[gpd.GeoSeries, Source]:
    """Read the lakes, wide rivers and other areas that stop people.

    Parameters
    ----------
    file : InputFile
        GeoJSON, GeoPackage or GeoParquet with polygons in any projection.

    Returns
    -------
    barriers : GeoSeries
        Polygons in EPSG:4326.
    source : Source
        Totals: polygons.

    Raises
    ------
    InputError
        When the file cannot be used: see `leohub.io.regions.polygons.read_polygons`.
    """
    polygons, notes = read_polygons(
        file,
        wanted="Give lakes and wide rivers as areas; a river drawn as a line has fords and bridges",
    )
    return polygons.geometry, file.source(
        "barriers", totals={"polygons": float(len(polygons))}, notes=notes
    )
