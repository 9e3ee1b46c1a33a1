"""The candidate places that a list names: by id, or the nearest one."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from leohub.errors import SHOWN_PER_KIND, Problems
from leohub.io.columns import suggest
from leohub.io.provenance import Source
from leohub.io.sites.named import read_named_places
from leohub.people.coverage import chord_km, ecef_km, geodesic_km
from leohub.study.desk import Desk
from leohub.study.settings import PlaceList

NEAREST_WITHIN_KM = 0.5
"""A place that is named by its coordinates is the nearest candidate this near [km]."""


def find_named_sites(
    desk: Desk,
    given: PlaceList,
    where: str,
    role: str,
    sites: pd.DataFrame | None,
    cost: str | None = None,
) -> pd.DataFrame | None:
    """Read a list of places and find them among the candidate places.

    Parameters
    ----------
    desk : Desk
    given : PlaceList
    where : str
        The setting: ``"[choice.required]"``.
    role : str
        For its source.
    sites : DataFrame or None
        None where they could not be read: the list is still checked.
    cost : str, optional
        Column with costs.

    Returns
    -------
    DataFrame or None
        Index: the row in the file. `site`, the position in `sites`; and `cost`, if asked for. None
        where anything is wrong.
    """
    places = desk.read(partial(_read, desk, given, where, role, cost))
    if places is None or sites is None:
        return None
    problems = Problems(given.file)
    site = pd.Series(-1, index=places.index)
    by_id = places["site_id"] != ""
    site[by_id] = _by_id(places.loc[by_id, "site_id"], sites, problems)
    site[~by_id] = _nearest(places[~by_id], sites, problems)
    _refuse_repeated(site, sites, problems)
    desk.problems.extend(problems.found)
    return None if problems.found else places.assign(site=site)


def _read(
    desk: Desk, given: PlaceList, where: str, role: str, cost: str | None
) -> tuple[pd.DataFrame, Source]:
    file = desk.input_file(given.file, given, f"{where} file")
    return read_named_places(file, role, id=given.id, lat=given.lat, lon=given.lon, cost=cost)


def _by_id(ids: pd.Series, sites: pd.DataFrame, problems: Problems) -> NDArray[np.intp]:
    found = sites.index.get_indexer(pd.Index(ids))
    unknown = ids[found < 0]
    words = []
    for number, (row, site_id) in enumerate(zip(unknown.index, unknown, strict=True)):
        close = (
            suggest(site_id, sites.index, "; the closest is {}", "")
            if number < SHOWN_PER_KIND
            else ""
        )
        words.append((row, f"no candidate place has the id {site_id!r}{close}"))
    problems.add_rows(
        words,
        "Give ids of candidate places as hubs.csv has them, kind and id (school:7); places outside "
        "every region or territory, and those merged into another, are none",
    )
    return np.asarray(found, dtype=np.intp)


def _nearest(places: pd.DataFrame, sites: pd.DataFrame, problems: Problems) -> NDArray[np.intp]:
    if places.empty:
        return np.empty(0, dtype=np.intp)
    tree = cKDTree(ecef_km(sites["lat_deg"].to_numpy(), sites["lon_deg"].to_numpy()))
    lat_deg = places["lat_deg"].to_numpy()
    found = tree.query(ecef_km(lat_deg, places["lon_deg"].to_numpy()))
    chord, site = np.atleast_1d(found[0]), np.atleast_1d(found[1])
    far = chord > chord_km(NEAREST_WITHIN_KM, lat_deg)
    away_km = geodesic_km(chord, lat_deg)
    problems.add_rows(
        [
            (
                row,
                f"no candidate place lies within {1000 * NEAREST_WITHIN_KM:.0f} m; the nearest, "
                f"{sites.index[site[number]]!r}, is {away_km[number]:,.1f} km away",
            )
            for number, row in enumerate(places.index)
            if far[number]
        ],
        "Correct the coordinates, give the id of a candidate place, or add the place to a list of "
        "[sites]",
    )
    return np.asarray(site, dtype=np.intp)


def _refuse_repeated(site: pd.Series, sites: pd.DataFrame, problems: Problems) -> None:
    first: dict[int, int] = {}
    repeated = []
    known = site[site >= 0]
    for row, position in zip(known.index, known, strict=True):
        earlier = first.setdefault(position, row)
        if earlier != row:
            repeated.append((row, f"{sites.index[position]!r} is already in row {earlier}"))
    problems.add_rows(repeated, "Name every place once")
