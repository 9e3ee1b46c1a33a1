"""Which hubs of two plans are at the same place."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from leohub.people.coverage import ecef_km

BOTH: Final = "both"
ONLY_A: Final = "only-a"
ONLY_B: Final = "only-b"

SAME_ID_KM: Final = 1.0
"""A place of the same id this near is the same: its list was corrected."""

SAME_PLACE_KM: Final = 0.05
"""Places this near are the same, whatever they are called."""


def match_hubs(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Match the hubs of two plans.

    Parameters
    ----------
    a, b : DataFrame
        `hubs` of the data dictionary.

    Returns
    -------
    DataFrame
        A row for each place that is a hub in either: `group` (`BOTH`, `ONLY_A`, `ONLY_B`),
        `site_id`, `name`, `kind`, `region`, `lat_deg`, `lon_deg`, `radius_km`; `rank_a`, `rank_b`,
        `added_a`, `added_b` [people], missing where it is no hub of that plan. `nearest_km`: for a
        hub of one plan only, to the nearest of the other plan that is not in both; missing where
        there is none.
    """
    partner = partners(a, b)
    columns = ["site_id", "name", "kind", "region", "lat_deg", "lon_deg", "radius_km"]
    first = a[columns].assign(rank_a=a["rank"], added_a=a["added_people"])
    matched = partner >= 0
    first["group"] = np.where(matched, BOTH, ONLY_A)
    for name, column in (("rank_b", "rank"), ("added_b", "added_people")):
        first[name] = np.nan
        first.loc[matched, name] = b[column].to_numpy(float)[partner[matched]]
    new = np.setdiff1d(np.arange(len(b)), partner[matched])
    second = b.iloc[new][columns].assign(
        rank_b=b["rank"].iloc[new], added_b=b["added_people"].iloc[new], group=ONLY_B
    )
    hubs = pd.concat([first, second.reindex(columns=first.columns)], ignore_index=True)
    hubs["nearest_km"] = np.nan
    only_a, only_b = (hubs.index[hubs["group"] == group] for group in (ONLY_A, ONLY_B))
    for own, other in ((only_a, only_b), (only_b, only_a)):
        if len(own) and len(other):
            found = cKDTree(_points(hubs.loc[other])).query(_points(hubs.loc[own]))[0]
            hubs.loc[own, "nearest_km"] = found
    return hubs


def partners(a: pd.DataFrame, b: pd.DataFrame) -> NDArray[np.intp]:
    """Return, for each hub of A, the row of the same hub in B, shape (n_a,); -1 where none is.

    Two are the same when they have the same id and lie within `SAME_ID_KM`, or lie within
    `SAME_PLACE_KM`, the nearest first. All distances are straight chords.

    Parameters
    ----------
    a, b : DataFrame
        With `site_id`, `lat_deg` and `lon_deg`.
    """
    here, there = _points(a), _points(b)
    partner: NDArray[np.intp] = pd.Index(b["site_id"]).get_indexer(pd.Index(a["site_id"]))
    known = np.flatnonzero(partner >= 0)
    far = np.linalg.norm(here[known] - there[partner[known]], axis=1) > SAME_ID_KM
    partner[known[far]] = -1
    left = np.flatnonzero(partner < 0)
    free = np.setdiff1d(np.arange(len(b)), partner)
    if not (len(left) and len(free)):
        return partner
    distances = cKDTree(here[left]).sparse_distance_matrix(
        cKDTree(there[free]), SAME_PLACE_KM, output_type="ndarray"
    )
    taken: set[int] = set()
    for pair in distances[np.argsort(distances["v"], kind="stable")]:
        row, match = int(left[pair["i"]]), int(free[pair["j"]])
        if partner[row] < 0 and match not in taken:
            partner[row] = match
            taken.add(match)
    return partner


def _points(hubs: pd.DataFrame) -> NDArray[np.float64]:
    return ecef_km(hubs["lat_deg"].to_numpy(float), hubs["lon_deg"].to_numpy(float))
