"""Grids of the climate, as a user gives them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problems
from leohub.io.columns import numbers
from leohub.io.ground.fields import LATITUDE, LONGITUDE, Field, find_columns, located, note_repeated
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.sky.air.climate import MAPPED, ClimateGrid
from leohub.sky.air.p840 import CLOUD_PCT

Floats = NDArray[np.float64]

_COLUMNS = (*MAPPED, "altitude_km")

_FIELDS = {"lat": LATITUDE, "lon": LONGITUDE} | {
    name: Field(meaning, (name,))
    for name, meaning in zip(
        _COLUMNS,
        (
            "the rain rate exceeded for 0.01 % of the year",
            "the rain height",
            "the wet refractivity",
            "the mean temperature",
            "the median vapour density",
            *(f"the cloud liquid exceeded for {pct:g} % of the year" for pct in CLOUD_PCT),
            "the height of the ground",
        ),
        strict=True,
    )
}

_RANGES = {
    "rain_rate_001_mm_h": (0.0, 250.0, "Give millimetres an hour; the world's most is 161"),
    "rain_height_km": (0.0, 7.0, "Give kilometres above mean sea level"),
    "wet_refractivity": (0.0, 250.0, "Give N-units, the wet part of the refractivity only"),
    "temperature_k": (200.0, 330.0, "Give kelvin: degrees Celsius and 273.15"),
    "vapour_density_g_m3": (0.0, 50.0, "Give grams a cubic metre"),
    "altitude_km": (-0.5, 9.0, "Give kilometres above mean sea level, of the ground; at sea 0"),
} | {
    name: (0.0, 10.0, "Give kilograms a square metre, reduced to 0 °C")
    for name in MAPPED
    if name.startswith("cloud_liquid")
}
"""What maps of the Earth hold, with room to spare, and what to do about other values."""

_DECIMALS = 6
"""Coordinates that are the same to a millionth of a degree are the same."""

_UNEVEN = 0.1
"""Steps may differ by this share of the usual one, as rounded coordinates do."""


def read_climate(file: InputFile) -> tuple[ClimateGrid, Source]:
    """Read a grid of the climate.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, one row for each point of a regular grid
        of latitudes and longitudes, in any order: `lat_deg`, `lon_deg`, every column of
        `leohub.sky.air.climate.MAPPED` and `altitude_km`.

    Returns
    -------
    grid : ClimateGrid
    source : Source
        Totals: points.

    Raises
    ------
    InputError
        With every problem of the table: columns or values missing, coordinates that are no place,
        values that no place has; or then points that are missing, repeated or unevenly spaced.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    places = located(file, table, columns, "the point", problems)
    found = places[["lat_deg", "lon_deg"]].assign(
        **{
            name: numbers(table, columns[name], problems, low=low, high=high, remedy=remedy)
            for name, (low, high, remedy) in _RANGES.items()
        }
    )
    problems.raise_if_any()
    _check_grid(found, problems)
    problems.raise_if_any()
    return to_grid(found), file.source("climate", totals={"points": len(found)})


def to_grid(table: pd.DataFrame) -> ClimateGrid:
    """Return the grid of a table with one row for each of its points, in any order.

    Parameters
    ----------
    table : DataFrame
        `lat_deg`, `lon_deg`, every column of `leohub.sky.air.climate.MAPPED` and `altitude_km`.
    """
    rounded = table.assign(lat_deg=_rounded(table["lat_deg"]), lon_deg=_rounded(table["lon_deg"]))
    ordered = rounded.sort_values(["lat_deg", "lon_deg"])
    lat_deg, lon_deg = np.unique(ordered["lat_deg"]), np.unique(ordered["lon_deg"])
    values = ordered[list(_COLUMNS)].to_numpy(np.float64).T
    *maps, altitude_km = values.reshape(len(_COLUMNS), lat_deg.size, lon_deg.size)
    return ClimateGrid(lat_deg, lon_deg, np.array(maps), altitude_km)


def _check_grid(points: pd.DataFrame, problems: Problems) -> None:
    """Note points that stand twice, are missing, or stand unevenly."""
    lat, lon = _rounded(points["lat_deg"]), _rounded(points["lon_deg"])
    at = pd.Series(list(zip(lat.tolist(), lon.tolist(), strict=True)), index=points.index)
    note_repeated(at, "the point at", problems, remedy="Give every point of the grid once")
    if not (_check_axis(lat, "latitudes", problems) & _check_axis(lon, "longitudes", problems)):
        return
    whole = pd.MultiIndex.from_product([np.unique(lat), np.unique(lon)])
    missing = whole.difference(pd.MultiIndex.from_tuples(at))
    if len(missing):
        first_lat, first_lon = missing[0]
        problems.add(
            "",
            f"{len(missing):,} points of the grid of {len(whole):,} are missing, the first at "
            f"latitude {first_lat:g}, longitude {first_lon:g}",
            "Give every latitude with every longitude",
        )


def _check_axis(values: Floats, name: str, problems: Problems) -> bool:
    """Note an axis that has one value only, or uneven steps; return whether it is good."""
    axis = np.unique(values)
    if axis.size < 2:
        problems.add(
            "",
            f"there is only one of the {name}: {axis[0]:g}",
            "Give a grid of two or more latitudes and two or more longitudes",
        )
        return False
    steps = np.diff(axis)
    usual = float(np.median(steps))
    uneven = np.flatnonzero(np.abs(steps - usual) > _UNEVEN * usual)
    if uneven.size:
        first = uneven[0]
        problems.add(
            "",
            f"the {name} are {usual:g}° apart, but {axis[first]:g} and {axis[first + 1]:g} are "
            f"{steps[first]:g}° apart",
            "Give a regular grid, without gaps and with the same step everywhere",
        )
    return not uneven.size


def _rounded(degrees: pd.Series) -> Floats:
    return np.round(degrees.to_numpy(np.float64), _DECIMALS)
