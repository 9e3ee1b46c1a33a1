"""Who shares each hub and whom it serves well, gathered so that a chart can show it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

MOST_GROUPS: Final = 60
"""Groups of neighbours in the order; of fewer hubs each is drawn by itself."""


def crowd(hubs: pd.DataFrame) -> pd.DataFrame:
    """Return means of groups of about as many hubs, the most shared first.

    Parameters
    ----------
    hubs : DataFrame
        With `sharing_people`, and `served_well_people` with the ends of its interval.

    Returns
    -------
    DataFrame
        `end`, the hubs up to the end of a group, and `sharing`, `low`, `served`, `high`: people
        for each hub of it.
    """
    columns = {
        "sharing_people": "sharing",
        "served_well_people_low": "low",
        "served_well_people": "served",
        "served_well_people_high": "high",
    }
    ordered = hubs.sort_values("sharing_people", ascending=False, kind="stable", ignore_index=True)
    group = np.arange(len(ordered)) * min(MOST_GROUPS, len(ordered)) // len(ordered)
    gathered = ordered[list(columns)].groupby(group)
    return gathered.mean().rename(columns=columns).assign(end=gathered.size().cumsum())
