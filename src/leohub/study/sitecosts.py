"""What a hub costs at each candidate place, over its lifetime."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import BUDGET_TOLERANCE, HubCost
from leohub.plan.rules.numbers import where_in
from leohub.study.desk import Desk
from leohub.study.kinds import check_kind
from leohub.study.namedplaces import find_named_sites
from leohub.study.regionnames import find_regions
from leohub.study.settings import Study


def find_site_costs(
    desk: Desk,
    study: Study,
    sites: pd.DataFrame | None,
    regions: gpd.GeoDataFrame | None,
    cost: HubCost,
) -> NDArray[np.float64] | None:
    """Return what a hub at each place costs over its life [currency], shape (n_sites,).

    That is `HubCost.whole_life` of the study's prices, changed by `[[cost.sites]]`; places of
    `[cost.by_place]` have the cost that stands there. None where the places are not known.
    """
    given = study.cost.by_place
    single = None
    if given is not None:
        single = find_named_sites(
            desk, given, "[cost.by_place]", "costs by place", sites, given.cost
        )
    if sites is None or regions is None:
        return None
    site_cost = np.full(len(sites), cost.whole_life)
    tables = list(enumerate(study.cost.sites, start=1))
    applies = {
        number: _applies(desk, f"[cost.sites.{number}]", table.regions, table.kinds, sites, regions)
        for number, table in tables
    }
    for number, table in tables:
        site_cost[applies[number]] *= table.times
    for number, table in tables:
        site_cost[applies[number]] += table.extra
    _refuse_negative(desk, site_cost, sites)
    if single is not None:
        site_cost[single["site"]] = single["cost"]
    return site_cost


def hubs_paid(money: float, site_cost: NDArray[np.float64]) -> int:
    """Return how many hubs a budget pays for at most: those at the cheapest places.

    Parameters
    ----------
    money : float
        [currency]
    site_cost : ndarray, shape (n_sites,)
        [currency]
    """
    paid = np.cumsum(np.sort(site_cost)) <= money * (1 + BUDGET_TOLERANCE)
    return int(paid.sum())


def _applies(
    desk: Desk,
    where: str,
    named: list[str],
    kinds: list[str],
    sites: pd.DataFrame,
    regions: gpd.GeoDataFrame,
) -> NDArray[np.bool_]:
    applies = np.ones(len(sites), dtype=np.bool_)
    if named:
        codes = {code for _, code in find_regions(desk, named, regions, f"{where} regions")}
        applies &= where_in(sites["region_code"].tolist(), codes)
    if kinds:
        for kind in kinds:
            check_kind(desk, kind, sites, f"{where} kinds")
        applies &= where_in(sites["kind"].tolist(), set(kinds))
    return applies


def _refuse_negative(desk: Desk, site_cost: NDArray[np.float64], sites: pd.DataFrame) -> None:
    below = np.flatnonzero(site_cost < 0)
    if len(below):
        desk.problems.add(
            "[[cost.sites]] extra",
            f"hubs at {len(below):,} places, {sites.index[below[0]]!r} among them, would cost less "
            "than nothing",
            "Take less off",
        )
