"""Where terrestrial networks serve already, as polygons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.io.provenance import InputFile, Source
from leohub.io.regions.polygons import read_polygons
from leohub.people.placing import region_at


def read_coverage_layer(
    file: InputFile, cell_lat_deg: NDArray[np.float64], cell_lon_deg: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], Source]:
    """Read a coverage layer and look up which cells it serves.

    Parameters
    ----------
    file : InputFile
        GeoJSON, GeoPackage or GeoParquet with the polygons that are served, in any projection.
    cell_lat_deg, cell_lon_deg : ndarray, shape (n_cells,)
        Centres of the cells [°].

    Returns
    -------
    served : ndarray of bool, shape (n_cells,)
        Whether the centre of the cell lies in a polygon.
    source : Source
        Totals: polygons, cells_served.

    Raises
    ------
    InputError
        When the file cannot be used (see `leohub.io.regions.polygons.read_polygons`) or serves
        no cell.
    """
    polygons, notes = read_polygons(
        file, wanted="Give the areas that are served, as polygons; not masts, sites or cables"
    )
    polygon, _ = region_at(cell_lat_deg, cell_lon_deg, polygons.geometry)
    served: NDArray[np.bool_] = polygon >= 0
    if not served.any():
        raise file.error(
            "the layer holds the centre of no cell",
            "Check that its coordinate reference system is right and that it is of this country",
        )
    totals = {"polygons": float(len(polygons)), "cells_served": float(served.sum())}
    return served, file.source("coverage layer", totals=totals, notes=notes)
