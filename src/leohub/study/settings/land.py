"""Where people live, who of them is unserved, and where hubs could stand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from leohub.study.settings.base import (
    Basis,
    Provenance,
    RadiusKm,
    Section,
    Share,
    required,
    setting,
)


class People(Provenance):
    """Where people live: a grid, a table of H3 cells, or the built-in surface."""

    builtin: Literal["kenya"] | None = setting(
        None, "Built-in country: census facts and a modelled surface between them."
    )
    grid: str | None = setting(
        None, "Population raster (GeoTIFF, may be .gz), people per pixel, in any projection."
    )
    table: str | None = setting(None, "Table of H3 cells with people (CSV, Parquet; may be .gz).")
    table_cell: str = setting("h3", "Column of `table` with the H3 cell id.")
    table_people: str = setting("population", "Column of `table` with the people.")
    basis: Basis = setting(
        "modelled", "Population grids spread census counts over the land: modelled, by default."
    )
    resolution: Annotated[int, Field(ge=4, le=10)] | None = setting(
        None,
        "H3 resolution of the cells. Default: the coarsest whose cell centres lie no further apart "
        "than a quarter of the smallest service radius.",
        "H3 resolution",
    )
    snap_km: Annotated[float, Field(ge=0)] = setting(
        10.0,
        "People whose pixel lies outside every region (coasts and borders drawn more coarsely than "
        "the grid) are counted in the nearest region if it is this near; others are left out.",
        "km",
    )

    @model_validator(mode="after")
    def _one_source(self) -> People:
        given = [name for name in ("builtin", "grid", "table") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("give exactly one of builtin, grid or table")
        if self.table is None and {"table_cell", "table_people"} & self.model_fields_set:
            raise ValueError("table_cell and table_people go with table only")
        if self.builtin is not None and "snap_km" in self.model_fields_set:
            raise ValueError("snap_km does not go with builtin")
        return self


class Regions(Provenance):
    """Regions (counties, districts …) with their boundaries. Not needed with `people.builtin`."""

    file: str = required("Polygons: GeoJSON, GeoPackage or GeoParquet.")
    code: str = setting("code", "Column with the region's code.")
    name: str = setting("name", "Column with the region's name.")


class Census(Provenance):
    """What the census says of each region. Joined to the regions by code, or else by name."""

    file: str = required("Table (CSV, XLSX, Parquet, GeoJSON, GeoPackage) with a row per region.")
    code: str | None = setting(None, "Column with the region's code. Default: join by name.")
    name: str | None = setting(None, "Column with the region's name, used where `code` is not.")
    population: str | None = setting(
        None, "Column with the census count, to compare the people grid with.", "people"
    )
    internet_use: str = required(
        "Column with the share of people who already use the internet.", "% of people"
    )
    aliases: dict[str, str] = setting(
        {}, 'Names in the census → names of the regions: {"Nairobi North" = "Nairobi"}.'
    )


class Unserved(Provenance):
    """Who counts as unserved, and which cells a hub may claim."""

    density_limit_per_km2: Annotated[float, Field(gt=0, allow_inf_nan=True)] = setting(
        1000.0,
        "Cells with more people per km² than this are taken as served by terrestrial networks and "
        "are not eligible. inf keeps every cell.",
        "people/km²",
    )
    coverage_layer: str | None = setting(
        None,
        "Polygons (GeoJSON, GeoPackage, GeoParquet) where terrestrial networks serve: cells whose "
        "centre lies inside are not eligible.",
    )
    internet_use_pct: Share | None = setting(
        None,
        "Share of people already using the internet, the same everywhere: only where there is no "
        "census table.",
        "% of people",
    )


class SiteList(Provenance):
    """A list of candidate places of one kind."""

    kind: str = required("What these places are: school, clinic, co-operative, market …")
    file: str = required("CSV (may be .gz), GeoJSON, GeoPackage or XLSX; one row per place.")
    id: str | None = setting(None, "Column with a unique id. Default: the row number.")
    name: str | None = setting(None, "Column with the name.")
    lat: str = setting("lat", "Column with the latitude (files without geometry).", "° WGS 84")
    lon: str = setting("lon", "Column with the longitude (files without geometry).", "° WGS 84")
    height: str | None = setting(
        None, "Column with the height above the ellipsoid (WGS 84). Default: 0.", "m"
    )
    where: dict[str, list[str]] = setting(
        {}, "Keep only rows whose column has one of these values."
    )
    skip_without_place: bool = setting(
        False, "Leave out (and count) rows without coordinates instead of refusing the file."
    )
    radius_km: RadiusKm | None = setting(
        None, "Service radius of hubs at these places. Default: `service.radius_km`.", "km"
    )


class Sites(Section):
    """Candidate places."""

    builtin: Literal["kenya"] | None = setting(
        None, "Built-in modelled schools, clinics, co-operatives and markets."
    )
    lists: list[SiteList] = setting([], "Candidate lists, each as a `[[sites.lists]]` table.")
    outside_limit_pct: Share = setting(
        2.0,
        "Places outside the country are left out and counted; above this share of a list the list "
        "is refused, because latitude and longitude are probably swapped.",
        "% of rows",
    )
