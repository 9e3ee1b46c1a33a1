"""How a candidate place is called in what is said of it."""

from __future__ import annotations

import pandas as pd

from leohub.report.numerals import plural


def named(sites: pd.DataFrame, row: int) -> str:
    """Return how a place is called: its name, and its id in brackets."""
    name = str(sites["name"].iloc[row])
    return f"{name} ({sites.index[row]})" if name else str(sites.index[row])


def headline(sites: pd.DataFrame, row: int, rank: int, hubs: int) -> str:
    """Say which place it is, and whether it is a hub of so many: `rank` is 0 if it is not."""
    site = sites.iloc[row]
    place = f"{site['kind']} at {site['lat_deg']:.4f}, {site['lon_deg']:.4f}"
    name = f"{named(sites, row)}, {place},"
    if rank:
        return f"{name} is hub {rank:,} of {hubs:,}."
    return f"{name} is not one of the {plural(hubs, 'hub')}."
