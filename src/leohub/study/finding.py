"""Finding the candidate place that somebody means: by its id, its name, or where it is."""

from __future__ import annotations

import difflib
import re

import numpy as np
import pandas as pd

from leohub.errors import InputError, Problem
from leohub.people.coverage import ecef_km

SHOWN = 8
"""Places that are listed where several are meant, or none."""

FARTHEST_KM = 50.0
"""A point further than this from every candidate place means none of them."""

_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_POINT = re.compile(rf"\s*({_NUMBER})\s*[,;]\s*({_NUMBER})\s*")


def find_site(sites: pd.DataFrame, said: str, where: str) -> int:
    """Return the row of the place that is meant.

    Parameters
    ----------
    sites : DataFrame
        As in the data dictionary, indexed by `site_id`.
    said : str
        An id ("school:112", or "112" where only one list has it), a name or a part of one, in
        small or capital letters, or "lat,lon" [°], which means the nearest place.
    where : str
        What it was given as, for the message.

    Raises
    ------
    InputError
        When no place or more than one is meant; with those that come nearest.
    """
    if said in sites.index:
        return int(sites.index.get_indexer(pd.Index([said]))[0])
    if point := _POINT.fullmatch(said):
        return _nearest(sites, float(point[1]), float(point[2]), said, where)
    wanted = said.strip().casefold()
    names = sites["name"].astype(str).str.casefold().to_numpy()
    ids = np.array([str(site).casefold() for site in sites.index])
    in_list = np.array([site.rpartition(":")[2] for site in ids])
    ways = (ids == wanted, in_list == wanted, names == wanted)
    for found in map(np.flatnonzero, ways if wanted else ()):
        if len(found):
            return _only(sites, found, said, where)
    part = np.flatnonzero([wanted in name for name in names]) if wanted else np.array([], int)
    if len(part):
        return _only(sites, part, said, where)
    raise InputError([_unknown(sites, names, wanted, said, where)])


def _only(sites: pd.DataFrame, rows: np.ndarray, said: str, where: str) -> int:
    if len(rows) == 1:
        return int(rows[0])
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    listed = ", ".join(_named(sites, row) for row in rows[:SHOWN].tolist())
    raise InputError(
        [
            Problem(
                where,
                repr(said),
                f"means {len(rows):,} candidate places: {listed}{more}",
                "Name one by its id, the part in brackets",
            )
        ]
    )


def _nearest(sites: pd.DataFrame, lat_deg: float, lon_deg: float, said: str, where: str) -> int:
    if not (-90 <= lat_deg <= 90 and -180 <= lon_deg <= 180):
        raise InputError(
            [Problem(where, repr(said), "is no latitude and longitude", "Write -1.2921,36.8219")]
        )
    places = ecef_km(sites["lat_deg"].to_numpy(), sites["lon_deg"].to_numpy())
    distance_km = np.linalg.norm(places - ecef_km(np.array([lat_deg]), np.array([lon_deg])), axis=1)
    row = int(np.argmin(distance_km))
    if distance_km[row] > FARTHEST_KM:
        nearest = f"the nearest, {_named(sites, row)}, is {distance_km[row]:,.0f} km away"
        raise InputError(
            [
                Problem(
                    where,
                    repr(said),
                    f"has no candidate place within {FARTHEST_KM:g} km; {nearest}",
                    "Write latitude first, then longitude",
                )
            ]
        )
    return row


def _unknown(sites: pd.DataFrame, names: np.ndarray, wanted: str, said: str, where: str) -> Problem:
    close = difflib.get_close_matches(wanted, sorted(set(names.tolist())), n=3, cutoff=0.5)
    rows = [int(np.flatnonzero(names == name)[0]) for name in close]
    remedy = (
        "Did you mean " + " or ".join(_named(sites, row) for row in rows)
        if rows
        else "Give the id or name of a candidate place, or lat,lon for the nearest one"
    )
    message = f"is none of the {len(sites):,} candidate places"
    return Problem(where, repr(said), message, remedy)


def _named(sites: pd.DataFrame, row: int) -> str:
    name = str(sites["name"].iloc[row])
    return f"{name} ({sites.index[row]})" if name else f"({sites.index[row]})"
