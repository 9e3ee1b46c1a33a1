"""The candidate places of a study, and the partners in whose territory they lie."""

from __future__ import annotations

from functools import partial

import geopandas as gpd
import pandas as pd

from leohub.io.builtin.kenya import builtin_sites
from leohub.io.provenance import Source
from leohub.io.sites.joining import join_sites
from leohub.io.sites.lists import read_sites
from leohub.study.desk import Desk
from leohub.study.regionnames import find_regions
from leohub.study.settings import Partner, SiteList, Study


def open_sites(desk: Desk, study: Study, regions: gpd.GeoDataFrame | None) -> pd.DataFrame | None:
    """Read all candidate places, each in its region and territory; None where they cannot be."""
    lists = [
        desk.attempt(partial(_read_list, desk, study, given, number))
        for number, given in enumerate(study.sites.lists, start=1)
    ]
    if study.sites.builtin:
        lists.append(builtin_sites(study.service.radius_km))
    readable = [entry for entry in lists if entry is not None]
    if regions is None or len(readable) < len(lists):
        return None
    sites = desk.read(
        lambda: join_sites(readable, regions, outside_limit_pct=study.sites.outside_limit_pct)
    )
    return sites if sites is None else _with_partners(desk, study, sites, regions)


def _read_list(
    desk: Desk, study: Study, given: SiteList, number: int
) -> tuple[pd.DataFrame, Source]:
    return read_sites(
        desk.input_file(given.file, given, f"[sites.lists.{number}] file"),
        kind=given.kind,
        radius_km=given.radius_km or study.service.radius_km,
        id=given.id,
        name=given.name,
        lat=given.lat,
        lon=given.lon,
        height=given.height,
        where=given.where,
        skip_without_place=given.skip_without_place,
    )


def _with_partners(
    desk: Desk, study: Study, sites: pd.DataFrame, regions: gpd.GeoDataFrame
) -> pd.DataFrame | None:
    """Give every place the partner whose territory it lies in; leave out those in nobody's."""
    if not study.partners:
        return sites
    found_before = len(desk.problems.found)
    territory = _territories(desk, study.partners, regions)
    if len(desk.problems.found) > found_before:
        return None
    placed = sites.assign(partner=sites["region_code"].map(lambda code: territory.get(code, "")))
    outside = int((placed["partner"] == "").sum())
    if outside == len(placed):
        desk.problems.add(
            "[[partners]]",
            "no candidate place lies in a partner's territory",
            "Widen the territories, or leave out [[partners]]",
        )
        return None
    if outside:
        desk.warn(f"{outside:,} candidate places lie in no partner's territory and are left out")
    return placed[placed["partner"] != ""]


def _territories(
    desk: Desk, partners: list[Partner], regions: gpd.GeoDataFrame
) -> dict[object, str]:
    """Return the partner of each region that has one, by region code."""
    territory: dict[object, str] = {}
    for number, partner in enumerate(partners, start=1):
        where = f"[partners.{number}] regions"
        for region, code in find_regions(desk, partner.regions, regions, where):
            if territory.setdefault(code, partner.name) != partner.name:
                desk.problems.add(
                    where,
                    f"{region!r} is already the territory of {territory[code]}",
                    "Give every region to one partner",
                )
    return territory
