"""The tables of a plan: the chosen hubs, and what each region gets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.hub.cost import HubCost
from leohub.hub.lifecycle import cost_per_person_month
from leohub.people.cells import cells_at, to_hex
from leohub.people.coverage import Coverage, largest_shares, serving_hub
from leohub.plan.findings.exchanges import NONE
from leohub.plan.findings.reasons import give_reasons
from leohub.plan.plan import Plan
from leohub.study.rules import Demands
from leohub.study.secondterminal import cost_of_seconds

SKY_COLUMNS = (
    "in_view_mean",
    "in_view_min",
    "usable_mean",
    "usable_min",
    "longest_gap_s",
    "usable_pct",
    "outages",
    "handovers",
    "serving_elevation_mean_deg",
)


def describe_hubs(
    plan: Plan,
    sites: pd.DataFrame,
    cells: pd.DataFrame,
    coverage: Coverage,
    demands: Demands,
    regions: gpd.GeoDataFrame,
    service: xr.Dataset,
    cost: HubCost,
    resolution: int,
) -> pd.DataFrame:
    """Return `hubs` of the data dictionary, in the plan's order.

    Parameters
    ----------
    plan : Plan
    sites, cells, regions : DataFrame
        As in the data dictionary; rows and columns of `coverage` follow sites and cells.
    coverage : Coverage
    demands : Demands
    service : xarray.Dataset
        What the sky gives each hub, in the plan's order.
    cost : HubCost
        Of one hub.
    resolution : int
        H3 resolution of the cells.
    """
    chosen = sites.iloc[plan.hubs]
    shares = coverage.shares[plan.hubs]
    sharing = people_sharing(chosen, cells, shares, coverage.need_people)
    reasons = give_reasons(coverage, plan.hubs, demands.rules, demands.weight)
    hubs = pd.DataFrame(
        {
            "rank": np.arange(1, len(chosen) + 1),
            "site_id": chosen.index,
            "name": chosen["name"].to_numpy(),
            "kind": chosen["kind"].to_numpy(),
            "region_code": chosen["region_code"].to_numpy(),
            "region": regions["region"].reindex(chosen["region_code"]).to_numpy(),
            "partner": chosen["partner"].to_numpy(),
            "lat_deg": chosen["lat_deg"].to_numpy(),
            "lon_deg": chosen["lon_deg"].to_numpy(),
            "height_m": chosen["height_m"].to_numpy(),
            "h3": to_hex(cells_at(chosen["lat_deg"], chosen["lon_deg"], resolution)),
            "radius_km": chosen["radius_km"].to_numpy(),
            "people_in_radius": shares @ cells["people"].to_numpy(),
            "need_in_radius": shares @ coverage.need_people,
            "added_people": plan.added_people,
            "only_people": reasons.only_people,
            "runner_up": [sites.index[site] if site != NONE else "" for site in reasons.runner_up],
            "runner_up_people": reasons.runner_up_people,
            "beats_by_people": reasons.beats_by_people,
            "beats_by_worth_people": reasons.beats_by_worth_people,
            "sharing_people": sharing,
            **_assignment(plan),
        }
    )
    for name in SKY_COLUMNS:
        hubs[name] = service[name].to_numpy()
    more = cost_of_seconds(demands.second, hubs["terminals"].to_numpy())
    hubs["capital_usd"] = cost.capital_usd + more.capital_usd
    hubs["monthly_usd"] = cost.monthly_usd + more.monthly_usd
    hubs["whole_life"] = demands.site_cost[plan.hubs] + more.whole_life
    per_month_usd = cost.per_month_usd + more.per_month_usd
    hubs["cost_per_person_month_usd"] = cost_per_person_month(per_month_usd, sharing)
    return hubs


def _assignment(plan: Plan) -> dict[str, NDArray[np.float64] | NDArray[np.int64]]:
    """Return terminals and people served of each hub, in the plan's order."""
    count, capacity = len(plan.hubs), plan.capacity
    if capacity is None:
        return {
            "terminals": np.ones(count, dtype=np.int64),
            "assigned_people": np.full(count, np.nan),
        }
    order = np.searchsorted(capacity.hubs, plan.hubs)
    return {
        "terminals": capacity.terminals[order].astype(np.int64),
        "assigned_people": capacity.served_people[order],
    }


def describe_regions(
    regions: gpd.GeoDataFrame,
    census: pd.DataFrame,
    people: pd.DataFrame,
    cells: pd.DataFrame,
    sites: pd.DataFrame,
    plan: Plan,
    coverage: Coverage,
    reached_already: NDArray[np.float64],
) -> gpd.GeoDataFrame:
    """Return `regions` of the data dictionary, with boundaries.

    Parameters
    ----------
    regions : GeoDataFrame
        Indexed by `region_code`, with `region` and `geometry`.
    census : DataFrame
        Indexed by `region_code`: `census_people`, `internet_use_pct`.
    people : DataFrame
        People by cell and region (`h3`, `region_code`, `people`): exact on the borders.
    cells, sites : DataFrame
    plan : Plan
    coverage : Coverage
    reached_already : ndarray, shape (n_cells,)
        Share of each cell's people in need whom hubs that stand reach.
    """
    codes = regions.index
    # Cells on a border are counted by their parts, so that every region's sums are its own.
    share = people["region_code"].map(census["internet_use_pct"]) / 100
    parts = people.assign(
        cell=cells.index.get_indexer(pd.Index(people["h3"])),
        unserved=people["people"] * (1 - share),
    )
    parts = parts[parts["cell"] >= 0]
    eligible = cells["eligible"].to_numpy()[parts["cell"]]
    newly = largest_shares(coverage.shares[plan.hubs]) * (1 - reached_already)
    served = newly[parts["cell"]]

    def by_region(values: pd.Series[float]) -> pd.Series[float]:
        return values.groupby(parts["region_code"]).sum().reindex(codes, fill_value=0.0)

    table = regions[["region"]].copy()
    table["people"] = by_region(parts["people"])
    table["census_people"] = census["census_people"].reindex(codes)
    table["internet_use_pct"] = census["internet_use_pct"].reindex(codes)
    table["unserved_people"] = by_region(parts["unserved"])
    table["need_people"] = by_region(parts["unserved"] * eligible)
    table["sites"] = sites["region_code"].value_counts().reindex(codes, fill_value=0)
    table["hubs"] = sites["region_code"].iloc[plan.hubs].value_counts().reindex(codes, fill_value=0)
    table["reached_people"] = by_region(parts["unserved"] * eligible * served)
    share = table["reached_people"] / table["unserved_people"].replace(0, np.nan)
    table["reached_pct"] = (100 * share).fillna(0.0)
    return gpd.GeoDataFrame(table, geometry=regions.geometry, crs=regions.crs)


def people_sharing(
    hubs: pd.DataFrame,
    cells: pd.DataFrame,
    shares: csr_array,
    need_people: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Count each newly reached person at one hub: that which serves most of the cell.

    Parameters
    ----------
    hubs, cells : DataFrame
        With `lat_deg` and `lon_deg`.
    shares : csr_array, shape (n_hubs, n_cells)
        The rows of the coverage that are hubs.
    need_people : ndarray, shape (n_cells,)

    Returns
    -------
    ndarray, shape (n_hubs,)
        People; a cell is counted at the hub with the largest share of it, the nearest among equals.
    """
    in_need = np.flatnonzero(need_people)
    near = shares[:, in_need]
    serving = serving_hub(
        near,
        hubs["lat_deg"],
        hubs["lon_deg"],
        cells["lat_deg"].to_numpy()[in_need],
        cells["lon_deg"].to_numpy()[in_need],
    )
    reached = serving >= 0
    counted = (need_people[in_need] * largest_shares(near))[reached]
    people = np.zeros(len(hubs))
    np.add.at(people, serving[reached], counted)
    return people
