"""The land of a study: its regions, their census, and the people in their cells."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.io.builtin.kenya import builtin_census, builtin_people, builtin_regions
from leohub.io.people.cell_table import read_people_table
from leohub.io.people.grid import read_people_grid
from leohub.io.regions.boundaries import read_regions
from leohub.io.regions.census import read_census
from leohub.io.regions.coverage_layer import read_coverage_layer
from leohub.people.cells import make_cells
from leohub.people.unserved import mark_eligible
from leohub.study.desk import Desk, Tick
from leohub.study.settings import Study

WIDEST_DEG = 180.0
"""Regions that span more than this lie on both sides of the 180th meridian."""

CENSUS_TOLERANCE = 0.02
"""Share by which a region's people in the grid may differ from the census without a warning."""


def open_regions(desk: Desk, study: Study) -> gpd.GeoDataFrame | None:
    """Read the regions, or take the built-in ones; None where they cannot be used."""
    given = study.regions
    if given is None:
        return desk.read(builtin_regions)
    regions = desk.read(
        lambda: read_regions(
            desk.input_file(given.file, given, "[regions] file"), code=given.code, name=given.name
        )
    )
    if regions is not None:
        west_deg, _, east_deg, _ = regions.total_bounds
        if east_deg - west_deg > WIDEST_DEG:
            desk.problems.add(
                "[regions] file",
                f"the regions reach from longitude {west_deg:.0f} to {east_deg:.0f}: maps of a "
                "country across the 180th meridian are not drawn yet",
                "Plan each side of it by itself",
            )
    return regions


def open_census(desk: Desk, study: Study, regions: gpd.GeoDataFrame | None) -> pd.DataFrame | None:
    """Read what the census says of each region; None where it cannot be used."""
    given = study.census
    if regions is None:
        if given is not None:
            desk.look_at(given.file, given, "[census] file")
        return None
    if study.people.builtin:
        return desk.read(builtin_census)
    if given is None:
        return _same_everywhere(desk, study, regions)
    return desk.read(
        lambda: read_census(
            desk.input_file(given.file, given, "[census] file"),
            regions,
            internet_use=given.internet_use,
            code=given.code,
            name=given.name,
            population=given.population,
            aliases=given.aliases,
        )
    )


def _same_everywhere(desk: Desk, study: Study, regions: gpd.GeoDataFrame) -> pd.DataFrame:
    share = study.unserved.internet_use_pct
    desk.warn(f"Internet use is taken as {share:g} % in every region: there is no census table")
    return pd.DataFrame({"census_people": np.nan, "internet_use_pct": share}, index=regions.index)


def open_people(
    desk: Desk, study: Study, regions: gpd.GeoDataFrame | None, resolution: int, tick: Tick
) -> pd.DataFrame | None:
    """Read the people by cell and region; None where they cannot be used."""
    given = study.people
    if regions is None:
        desk.look_at(given.grid or given.table or "", given, "[people]")
        return None
    if given.builtin:
        return desk.read(lambda: builtin_people(resolution))
    if given.grid is not None:
        grid = given.grid
        return desk.read(
            lambda: read_people_grid(
                desk.input_file(grid, given, "[people] grid"),
                regions,
                resolution=resolution,
                snap_km=given.snap_km,
                tick=lambda share: tick("reading people", share),
            )
        )
    assert given.table is not None
    table = given.table
    return desk.read(
        lambda: read_people_table(
            desk.input_file(table, given, "[people] table"),
            regions,
            cell=given.table_cell,
            people=given.table_people,
            resolution=resolution,
            snap_km=given.snap_km,
        )
    )


def open_cells(
    desk: Desk, study: Study, people: pd.DataFrame | None, census: pd.DataFrame | None
) -> tuple[pd.DataFrame | None, NDArray[np.bool_] | None]:
    """Gather people into cells and mark the eligible ones; also what the layer says is served."""
    given = study.unserved
    if people is None or census is None:
        if given.coverage_layer is not None:
            desk.look_at(given.coverage_layer, given, "[unserved] coverage_layer")
        return None, None
    cells = make_cells(people, census["internet_use_pct"])
    served = None
    if given.coverage_layer is not None:
        layer = given.coverage_layer
        served = desk.read(
            lambda: read_coverage_layer(
                desk.input_file(layer, given, "[unserved] coverage_layer"),
                cells["lat_deg"].to_numpy(),
                cells["lon_deg"].to_numpy(),
            )
        )
    marked = mark_eligible(cells, density_limit_per_km2=given.density_limit_per_km2, served=served)
    if not marked["need_people"].any():
        desk.problems.add(
            "[unserved]",
            "no cell holds unserved people that a hub may claim",
            "Raise density_limit_per_km2, or check the coverage layer and internet use",
        )
    return marked, served


def compare_with_census(
    desk: Desk, people: pd.DataFrame, census: pd.DataFrame, regions: gpd.GeoDataFrame
) -> None:
    """Warn where the people grid and the census disagree."""
    counted = census["census_people"]
    grid = people.groupby("region_code")["people"].sum().reindex(counted.index, fill_value=0.0)
    differs = counted[(grid - counted).abs() > CENSUS_TOLERANCE * counted]
    if len(differs):
        names = ", ".join(regions["region"].reindex(differs.index)[:5])
        more = f" and {len(differs) - 5} more" if len(differs) > 5 else ""
        desk.warn(
            f"In {len(differs)} of {len(counted)} regions the people grid differs from the "
            f"census by more than {100 * CENSUS_TOLERANCE:.0f} %: {names}{more}. The plan uses the "
            "grid; regions.csv has both."
        )
