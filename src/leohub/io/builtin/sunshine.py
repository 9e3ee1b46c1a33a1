"""Built-in monthly sunshine of Kenya."""

from __future__ import annotations

import numpy as np

from leohub.hub.power.months import MONTHS
from leohub.hub.power.sunshine import Sunshine
from leohub.io.builtin.tables import packaged_source, table
from leohub.io.provenance import Source


def built_in_sunshine() -> tuple[Sunshine, Source]:
    """Return the monthly sunshine of Kenyan towns.

    Returns
    -------
    sunshine : Sunshine
    source : Source
        Basis ``"assumed"``: each row of the table says what it rests on.
    """
    rows = table("sunshine.csv")
    sunshine = Sunshine(
        name=rows["name"].to_numpy(dtype=np.str_),
        lat_deg=rows["lat_deg"].to_numpy(dtype=np.float64),
        lon_deg=rows["lon_deg"].to_numpy(dtype=np.float64),
        kwh_m2_day=rows[list(MONTHS)].to_numpy(dtype=np.float64),
    )
    source = packaged_source(
        "sunshine",
        ("sunshine.csv",),
        basis="assumed",
        origin="assumed by leohub; each row of the table says what it rests on",
        totals={
            "stations": len(rows),
            "mean_kwh_m2_day": round(float(sunshine.kwh_m2_day.mean()), 3),
        },
        notes=(
            "no published monthly table was found: give your own monthly values where you have "
            "them",
            "a hub takes the sunshine of the nearest station",
        ),
        date="",
    )
    return sunshine, source
