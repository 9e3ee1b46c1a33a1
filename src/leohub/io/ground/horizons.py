"""Horizon profiles: up to which elevation the sky is hidden, in every direction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problems
from leohub.io.columns import numbers, texts
from leohub.io.ground.fields import Field, find_columns
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.sky.visibility.places import HORIZON_AZIMUTHS

Floats = NDArray[np.float64]

LEAST_DIRECTIONS = 3
"""Directions that a profile has at least: with fewer, most of it would be invented."""

_FIELDS = {
    "place": Field(
        "the place", ("place", "place_id", "site", "site_id", "hub_id", "id"), required=False
    ),
    "azimuth_deg": Field("the azimuth", ("azimuth_deg", "azimuth", "az", "bearing")),
    "elevation_deg": Field("the elevation", ("elevation_deg", "elevation", "el")),
}


def read_horizons(
    file: InputFile, place_ids: Sequence[str] = (), *, all_known: bool = True
) -> tuple[Floats, Source]:
    """Read the horizon profiles of places.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `azimuth_deg` (from
        north through east), `elevation_deg` and, unless one profile holds for all places, `place`,
        the place's id. Between its directions a profile is linear, around north too. Elevations
        below 0 count as 0.
    place_ids : sequence of str
        The places in their order. Empty for a single place, which needs no id.
    all_known : bool
        Whether a profile of a place that is not among them is a problem. Otherwise it is left out
        and counted; some must be among them all the same.

    Returns
    -------
    horizon_deg : ndarray, shape (places, 360)
        Elevation up to which the sky is hidden at each whole degree of azimuth [°], for
        `leohub.sky.visibility.places.Places`; 0 for places without a profile. One profile for all
        places is the same row of memory over and over; do not write to it.
    source : Source
        Totals: profiles, rows.

    Raises
    ------
    InputError
        With every problem of the file: values missing or impossible, places that are not known,
        one direction with two elevations, profiles of fewer than three directions.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    strangers = 0
    points = _points(table, columns, problems)
    if "place" in columns:
        known = points["place"].isin(list(place_ids))
        if all_known or not known.any():
            _check_places(points["place"], columns["place"], place_ids, problems)
        else:
            strangers = points.loc[~known, "place"].nunique()
            points = points[known]
    problems.raise_if_any()
    below = int((points["elevation_deg"] < 0).sum())
    points["elevation_deg"] = points["elevation_deg"].clip(lower=0)
    _check_directions(points, problems)
    problems.raise_if_any()

    profiles = {
        place: _profile(part.to_numpy())
        for place, part in points.groupby("place")[["azimuth_deg", "elevation_deg"]]
    }
    count = max(1, len(place_ids))
    if "place" in columns:
        horizon = np.zeros((count, HORIZON_AZIMUTHS))
        for position, place in enumerate(place_ids):
            if place in profiles:
                horizon[position] = profiles[place]
    else:
        horizon = np.broadcast_to(profiles[""], (count, HORIZON_AZIMUTHS))
    notes = _notes(points, count if "place" in columns else 1, below)
    if strangers:
        notes += (f"profiles of {strangers:,} places that are not looked at were left out",)
    totals = {"profiles": float(len(profiles)), "rows": float(len(points))}
    return horizon, file.source("horizons", totals=totals, notes=notes)


def _points(table: pd.DataFrame, columns: dict[str, str], problems: Problems) -> pd.DataFrame:
    """Return `place`, `azimuth_deg` in [0, 360) and `elevation_deg` of every row."""
    azimuth = numbers(
        table,
        columns["azimuth_deg"],
        problems,
        low=0,
        high=360,
        remedy="Give degrees from north through east, 0 to 360; where a file counts from south "
        "with west positive, as PVGIS does, add 180",
    )
    elevation = numbers(
        table,
        columns["elevation_deg"],
        problems,
        low=-90,
        high=90,
        remedy="Give degrees above the level horizon",
    )
    place = texts(table[columns["place"]]) if "place" in columns else ""
    points = pd.DataFrame(
        {"place": place, "azimuth_deg": azimuth % 360, "elevation_deg": elevation}
    )
    # Where a profile is closed by a row at 360°, this repeats the one at 0°.
    return points.drop_duplicates()


def _check_places(
    places: pd.Series, column: str, place_ids: Sequence[str], problems: Problems
) -> None:
    if not place_ids:
        problems.add(
            f"column {column!r}",
            "the profiles name their places, but the one place looked at has no id",
            "Keep the rows of that place and take the column out",
        )
        return
    unknown = places[~places.isin(list(place_ids))].drop_duplicates()
    problems.add_rows(
        [
            (row, f"there is no place {place!r}" if place else f"column {column!r} is empty")
            for row, place in zip(unknown.index, unknown, strict=True)
        ],
        f"Give ids as the places have them, like {place_ids[0]!r}, or take the rows of this place "
        "out",
    )


def _check_directions(points: pd.DataFrame, problems: Problems) -> None:
    """Note directions with two elevations, and profiles with too few directions."""
    again = points[points.duplicated(["place", "azimuth_deg"])]
    problems.add_rows(
        [
            (row, f"azimuth {azimuth:g}°{_of(place)} has another elevation in an earlier row")
            for row, place, azimuth in again[["place", "azimuth_deg"]].itertuples()
        ],
        "Keep one of the rows; 360° is the same as 0°",
    )
    directions = points.groupby("place")["azimuth_deg"].nunique()
    for place, count in directions[directions < LEAST_DIRECTIONS].items():
        problems.add(
            "",
            f"the profile{_of(str(place))} has {count} of at least {LEAST_DIRECTIONS} directions",
            "Give the horizon all around, every 10° or less",
        )


def _of(place: str) -> str:
    return f" of place {place!r}" if place else ""


def _profile(points: Floats) -> Floats:
    """Return a profile, shape (360,), from azimuths and elevations, shape (n, 2)."""
    degrees = np.arange(HORIZON_AZIMUTHS, dtype=np.float64)
    return np.interp(degrees, points[:, 0], points[:, 1], period=HORIZON_AZIMUTHS)


def _notes(points: pd.DataFrame, places: int, below: int) -> tuple[str, ...]:
    profiles = points["place"].nunique()
    ordered = points.sort_values(["place", "azimuth_deg"]).groupby("place")["azimuth_deg"]
    inside = ordered.diff().max()
    around = (360 + ordered.first() - ordered.last()).max()
    notes = [f"directions are at most {max(inside, around):g}° apart, linear in between"]
    if profiles < places:
        notes.append(f"{places - profiles:,} places without a profile: nothing hides their sky")
    if below:
        notes.append(f"{below:,} elevations below 0° count as 0°")
    return tuple(notes)
