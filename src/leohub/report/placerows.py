"""Candidate places as rows of the tables that answers write: who and where they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.study.posed import Posed


def place_rows(posed: Posed, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Return `site_id`, `name`, `kind`, `region`, `partner`, `lat_deg`, `lon_deg` of some places.

    Parameters
    ----------
    posed : Posed
    rows : ndarray of int
        Rows of the coverage.
    """
    sites = posed.sites.iloc[rows]
    regions = posed.regions["region"].reindex(sites["region_code"])
    return pd.DataFrame(
        {
            "site_id": sites.index.astype(str),
            "name": sites["name"].to_numpy(),
            "kind": sites["kind"].to_numpy(),
            "region": regions.to_numpy(),
            "partner": sites["partner"].to_numpy(),
            "lat_deg": sites["lat_deg"].to_numpy(),
            "lon_deg": sites["lon_deg"].to_numpy(),
        }
    )
