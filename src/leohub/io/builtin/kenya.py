"""Built-in Kenya: census facts from the package, and the modelled surface between them.

Everything here works offline and gives the same answer every time. Counts, shares, areas,
coordinates and published prices are facts, each row of the packaged tables with its source; the
outlines of counties, the places of people within a county and all candidate sites are modelled.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from leohub.errors import InputError, Problem
from leohub.hub.cost import PriceLine
from leohub.io.builtin.surface import MODEL_RESOLUTION, county_outlines, settled_cells
from leohub.io.builtin.tables import CENSUS_ORIGIN, county_codes, packaged_source, table
from leohub.io.provenance import Source
from leohub.people.lineage import children, parents
from leohub.people.places import model_places

FINEST_RESOLUTION = 9
SITE_JITTER_KM = 0.4
"""Smaller than the distance from the centre of a resolution-8 cell to its edge (0.46 km)."""


def builtin_regions() -> tuple[gpd.GeoDataFrame, Source]:
    """Return Kenya's 47 counties with modelled outlines (not the legal boundaries).

    Returns
    -------
    GeoDataFrame
        Index `region_code`, column `region`, geometry in EPSG:4326.
    Source
        Basis ``"modelled"``.
    """
    counties = table("counties.csv")
    regions = gpd.GeoDataFrame(
        {"region": counties["county"].to_numpy()},
        geometry=list(county_outlines()),
        index=county_codes(counties),
        crs="EPSG:4326",
    )
    source = packaged_source(
        "regions",
        ("counties.csv", "outline.csv"),
        basis="modelled",
        origin=f"{CENSUS_ORIGIN}; outline: Natural Earth 1:50m; centroids: rKenyaCensus",
        totals={"regions": len(regions), "land_area_km2": float(counties["land_area_km2"].sum())},
        notes=(
            "modelled outlines, not the legal boundaries: the country's outline without Lakes "
            "Victoria and Turkana, divided so that every county has its share of the land area, "
            "about its centroid",
        ),
    )
    return regions, source


def builtin_census() -> tuple[pd.DataFrame, Source]:
    """Return the 2019 census count and share of internet users of Kenya's 47 counties.

    Returns
    -------
    DataFrame
        Index `region_code`; columns `census_people` [people] and `internet_use_pct` [% of people
        aged 3 and over].
    Source
        Basis ``"measured"``.
    """
    counties = table("counties.csv")
    census = pd.DataFrame(
        {
            "census_people": counties["pop_2019"].to_numpy(dtype=np.float64),
            "internet_use_pct": counties["internet_use_pct_2019"].to_numpy(),
        },
        index=county_codes(counties),
    )
    source = packaged_source(
        "census",
        ("counties.csv",),
        basis="measured",
        origin=CENSUS_ORIGIN,
        totals={"regions": len(census), "people": float(census["census_people"].sum())},
        notes=("internet use was asked of people aged 3 and over; taken for everybody",),
    )
    return census, source


def builtin_people(resolution: int = MODEL_RESOLUTION) -> tuple[pd.DataFrame, Source]:
    """Return where Kenya's people live, modelled between the census counts.

    The surface is modelled once, at H3 resolution 8; coarser cells add it up, cells of resolution
    9 share it equally.

    Parameters
    ----------
    resolution : int
        H3 resolution, 0 to 9.

    Returns
    -------
    DataFrame
        `h3` (uint64), `region_code`, `people`; one row per cell and county with people in it.
    Source
        Basis ``"modelled"``.

    Raises
    ------
    InputError
        When the resolution is finer than 9.
    """
    if resolution > FINEST_RESOLUTION:
        problem = Problem(
            "built-in: kenya",
            "[people] resolution",
            f"the modelled surface has no detail at H3 resolution {resolution}",
            f"Choose {FINEST_RESOLUTION} or coarser, or give a population grid of your own",
        )
        raise InputError([problem])
    surface = settled_cells()
    people = pd.DataFrame(
        {
            "h3": surface["h3"],
            "region_code": surface["region_code"],
            "people": (surface["town_people"] + surface["rural_people"]).astype(np.float64),
        }
    )
    people = _at_resolution(people[people["people"] > 0], resolution)
    towns = table("towns.csv")
    source = packaged_source(
        "people",
        ("counties.csv", "towns.csv", "outline.csv"),
        basis="modelled",
        origin=f"{CENSUS_ORIGIN} (counts of counties and towns); the places between are modelled",
        totals={
            "people": float(people["people"].sum()),
            "regions": int(people["region_code"].nunique()),
            "towns": len(towns),
            "people_in_towns": float(towns["pop_2019"].sum()),
            "cells": int(people["h3"].nunique()),
        },
        notes=(
            f"facts: the census counts of 47 counties and {len(towns)} towns; where people live "
            "within a town or in the countryside is modelled, not measured",
        ),
    )
    return people, source


def builtin_sites(radius_km: float = 5.0) -> tuple[pd.DataFrame, Source]:
    """Return modelled candidate sites: schools, clinics, co-operatives and markets.

    Their numbers follow published national ones, scaled down; no real place is among them.

    Parameters
    ----------
    radius_km : float
        Service radius written to every site [km].

    Returns
    -------
    DataFrame
        `sites` of the data dictionary, and `row`, a running number.
    Source
        Basis ``"modelled"``.
    """
    counts = table("site_counts.csv")
    numbers = zip(counts["kind"], counts["modelled"], strict=True)
    parts = [_sites(kind, int(number), salt) for salt, (kind, number) in enumerate(numbers, 11)]
    sites = pd.concat(parts).assign(height_m=0.0, radius_km=float(radius_km), partner="", merged=1)
    sites["row"] = np.arange(1, len(sites) + 1)
    source = packaged_source(
        "sites",
        ("site_counts.csv", "counties.csv", "towns.csv", "outline.csv"),
        basis="modelled",
        origin="national numbers as published (see each row); the places are modelled",
        totals={"rows": len(sites)}
        | {str(k): int(n) for k, n in sites["kind"].value_counts().items()},
        notes=("modelled places among the people outside towns; no real place is among them",),
    )
    return sites, source


def _sites(kind: str, number: int, salt: int) -> pd.DataFrame:
    """Return the modelled places of one kind, indexed by `site_id`."""
    cells, counties = settled_cells(), table("counties.csv")
    places = model_places(
        number,
        salt,
        cells["h3"].to_numpy(),
        cells["rural_people"].to_numpy(),
        cells[["lat_deg", "lon_deg"]].to_numpy(),
        cells["region"].to_numpy(),
        SITE_JITTER_KM,
    )
    region = places["region"].to_numpy()
    outline = np.array(county_outlines(), dtype=object)[region]
    outside = ~shapely.contains_xy(outline, places["lon_deg"], places["lat_deg"])
    # A place near a border may have been moved across it; the centre of its cell is inside.
    back = cells.loc[places["cell"][outside], ["lat_deg", "lon_deg"]].to_numpy()
    places.loc[outside, ["lat_deg", "lon_deg"]] = back
    serial = [f"{i:04d}" for i in range(1, number + 1)]
    named = zip(serial, counties["county"].to_numpy()[region], strict=True)
    return pd.DataFrame(
        {
            "name": [f"Modelled {kind} {i}, {county}" for i, county in named],
            "kind": kind,
            "lat_deg": places["lat_deg"].to_numpy(),
            "lon_deg": places["lon_deg"].to_numpy(),
            "region_code": county_codes(counties)[region],
        },
        index=pd.Index([f"{kind}:{i}" for i in serial], name="site_id"),
    )


def builtin_prices() -> tuple[tuple[PriceLine, ...], Source]:
    """Return the price lines of a default hub in Kenya [KES].

    Returns
    -------
    tuple of PriceLine
    Source
        Basis ``"assumed"``, because some lines are: each line says whether it is published.
    """
    prices = table("prices.csv").fillna({"origin": "", "date": "", "operator": ""})
    lines = tuple(
        PriceLine(
            item=row["item"],
            amount=float(row["amount_kes"]),
            charged=row["charged"],
            quantity=float(row["quantity"]),
            basis=row["basis"],
            origin=row["origin"],
            date=row["date"],
            low=_if_given(row["low_kes"]),
            high=_if_given(row["high_kes"]),
            lasts_years=_if_given(row["lasts_years"]),
            lasts_low_years=_if_given(row["lasts_low_years"]),
            lasts_high_years=_if_given(row["lasts_high_years"]),
            operator=row["operator"],
        )
        for row in prices[prices["in_default_hub"] == "yes"].to_dict("records")
    )
    published = sum(line.basis == "published" for line in lines)
    source = packaged_source(
        "prices",
        ("prices.csv",),
        basis="assumed",
        origin="published Kenyan prices, each line with its source; some lines assumed",
        totals={"lines": len(lines), "published": published, "assumed": len(lines) - published},
        notes=(
            "the monthly plan is a consumer plan, which may forbid sharing: no Kenyan price of the "
            "operator's community plan was found",
            f"{len(prices) - len(lines)} further published prices are in the table, not in the hub",
        ),
        date="each line with its own, where published",
    )
    return lines, source


def _if_given(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def _at_resolution(people: pd.DataFrame, resolution: int) -> pd.DataFrame:
    """Add cells up to a coarser resolution, or share them among their finer cells."""
    if resolution > MODEL_RESOLUTION:
        finer = children(people["h3"].to_numpy(dtype=np.uint64), resolution)
        repeated = people.loc[people.index.repeat(finer.shape[1])]
        repeated = repeated.assign(h3=finer.ravel(), people=repeated["people"] / finer.shape[1])
        return repeated.reset_index(drop=True)
    cells = parents(people["h3"].to_numpy(dtype=np.uint64), resolution)
    parts = people.assign(h3=cells)
    return parts.groupby(["h3", "region_code"], as_index=False)[["people"]].sum()
