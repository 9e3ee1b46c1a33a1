"""Built-in Kenya between its facts: outlines of counties and places of people, both modelled."""

from __future__ import annotations

from functools import cache

import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from leohub.io.builtin.tables import county_codes, table
from leohub.people.cells import centres
from leohub.people.surface import Facts, model_surface
from leohub.people.territory import model_outlines, to_degrees, to_equal_area_km

MODEL_RESOLUTION = 8
"""H3 resolution of the surface: cells of about 0.75 km²."""


def _land_km() -> BaseGeometry:
    """Return the country without its two great lakes, in equal-area coordinates [km]."""
    outline = table("outline.csv")

    def rings(kind: str) -> BaseGeometry:
        parts = outline[outline["kind"] == kind].groupby("part", sort=False)
        return shapely.union_all(
            [
                shapely.Polygon(
                    to_equal_area_km(ring["lat_deg"].to_numpy(), ring["lon_deg"].to_numpy())
                )
                for _, ring in parts
            ]
        )

    return rings("land").difference(rings("water"))


@cache
def county_outlines() -> tuple[BaseGeometry, ...]:
    """Return the modelled outline of every county in degrees, in the order of the table."""
    counties = table("counties.csv")
    centroid = to_equal_area_km(counties["lat_deg"].to_numpy(), counties["lon_deg"].to_numpy())
    area = counties["land_area_km2"].to_numpy()
    outlines = model_outlines(centroid, area / area.sum(), _land_km())
    return tuple(shapely.transform(o, lambda xy: to_degrees(xy)[:, ::-1]) for o in outlines)


@cache
def settled_cells() -> pd.DataFrame:
    """Return the modelled surface at `MODEL_RESOLUTION`, a row per cell with people, by id."""
    counties, towns = table("counties.csv"), table("towns.csv")
    cells = [h3.geo_to_cells(outline, MODEL_RESOLUTION) for outline in county_outlines()]
    region = np.repeat(np.arange(len(cells)), [len(part) for part in cells])
    # A centre exactly on a border is in both: the first county keeps the cell.
    h3_id, first = np.unique(np.concatenate(cells), return_index=True)
    region = region[first]
    lat_deg, lon_deg = centres(h3_id)
    facts = Facts(
        region_km=to_equal_area_km(counties["lat_deg"].to_numpy(), counties["lon_deg"].to_numpy()),
        region_people=counties["pop_2019"].to_numpy(),
        region_area_km2=counties["land_area_km2"].to_numpy(),
        town_km=to_equal_area_km(towns["lat_deg"].to_numpy(), towns["lon_deg"].to_numpy()),
        town_people=towns["pop_2019"].to_numpy(),
        town_region=county_codes(counties).get_indexer(county_codes(towns)),
    )
    surface = model_surface(facts, h3_id, to_equal_area_km(lat_deg, lon_deg), region).assign(
        h3=h3_id,
        region=region,
        region_code=county_codes(counties)[region],
        lat_deg=lat_deg,
        lon_deg=lon_deg,
    )
    settled = surface["town_people"] + surface["rural_people"] > 0
    return surface[settled].reset_index(drop=True)
