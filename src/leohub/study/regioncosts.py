"""What the hubs of each region cost, and whose territory it is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leohub.hub.lifecycle import cost_per_person_month


def with_costs(
    regions: gpd.GeoDataFrame, hubs: pd.DataFrame, sites: pd.DataFrame, per_month_usd: ArrayLike
) -> gpd.GeoDataFrame:
    """Return the regions with their partner, the people who share their hubs, and the cost.

    Hubs count where they stand. A hub near a border is shared by people of both sides, so the
    people who share the hubs of a region are not quite those of the region whom hubs reach; the
    cost per person is that of the former, as for the hubs themselves.

    Parameters
    ----------
    regions : GeoDataFrame
        Indexed by `region_code`.
    hubs, sites : DataFrame
        As in the data dictionary.
    per_month_usd : array_like, shape () or (n_hubs,)
        Equal monthly payment that is worth what a hub costs over its life [USD/month].

    Returns
    -------
    GeoDataFrame
        With `partner`, `sharing_people`, `capital_usd`, `monthly_usd`, `whole_life`
        and `cost_per_person_month_usd`, the last missing where no hub stands.
    """
    costs = pd.DataFrame(
        {
            "sharing_people": hubs["sharing_people"].to_numpy(),
            "capital_usd": hubs["capital_usd"].to_numpy(),
            "monthly_usd": hubs["monthly_usd"].to_numpy(),
            "whole_life": hubs["whole_life"].to_numpy(),
            "per_month_usd": np.broadcast_to(per_month_usd, len(hubs)),
        }
    )
    sums = costs.groupby(hubs["region_code"].to_numpy()).sum()
    sums = sums.reindex(regions.index, fill_value=0.0)
    table = regions.copy()
    partner = sites.groupby("region_code")["partner"].first()
    table["partner"] = partner.reindex(regions.index).fillna("")
    for name in ("sharing_people", "capital_usd", "monthly_usd", "whole_life"):
        table[name] = sums[name]
    with_hubs = (table["hubs"] > 0).to_numpy()
    price = cost_per_person_month(sums["per_month_usd"], sums["sharing_people"])
    table["cost_per_person_month_usd"] = np.where(with_hubs, price, np.nan)
    return table
