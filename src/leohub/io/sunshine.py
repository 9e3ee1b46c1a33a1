"""Tables of monthly sunshine."""

from __future__ import annotations

import numpy as np

from leohub.errors import Problems
from leohub.hub.power.clearness import VALID_MEAN
from leohub.hub.power.months import MONTHS
from leohub.hub.power.sunshine import Sunshine, monthly_clearness
from leohub.io.columns import numbers
from leohub.io.ground.fields import (
    LATITUDE,
    LONGITUDE,
    Field,
    find_columns,
    located,
    named,
    to_strings,
)
from leohub.io.provenance import InputFile, Source
from leohub.io.tables import read_table
from leohub.validity import Floats

LEAST_KWH_M2_DAY = 0.2
MOST_KWH_M2_DAY = 12.0
"""No place on Earth has more in a month's mean [kWh/m²/day]."""

_FIELDS = {
    "name": Field("the name", ("name", "station", "town")),
    "lat": LATITUDE,
    "lon": LONGITUDE,
} | {month: Field(f"the radiation of {month.capitalize()}", (month,)) for month in MONTHS}


def read_sunshine(file: InputFile) -> tuple[Sunshine, Source]:
    """Read monthly means of the daily radiation on level ground.

    Parameters
    ----------
    file : InputFile
        Any table that `leohub.io.tables.read_table` reads, with the columns `name`, `lat_deg`,
        `lon_deg` (or points) and `jan` to `dec` [kWh/m²/day].

    Returns
    -------
    sunshine : Sunshine
    source : Source
        Totals: stations, and the mean over all of them and the year [kWh/m²/day].

    Raises
    ------
    InputError
        With every problem of the table: columns or values missing, coordinates that are not on
        Earth, names repeated, radiation that is negative or in another unit, or that no sky makes.
    """
    table = read_table(file)
    problems = file.problems()
    columns = find_columns(table, _FIELDS, problems)
    problems.raise_if_any()
    names = named(
        table, columns["name"], "the name", problems, remedy="Give every place its own name"
    )
    places = located(file, table, columns, "the place", problems)
    months = [
        numbers(
            table,
            columns[month],
            problems,
            low=LEAST_KWH_M2_DAY,
            high=MOST_KWH_M2_DAY,
            remedy="Give the mean of the days of the month in kWh/m²/day: MJ/m² divided by 3.6, "
            "W/m² times 0.024",
        )
        for month in MONTHS
    ]
    problems.raise_if_any()
    sunshine = Sunshine(
        name=to_strings(names),
        lat_deg=places["lat_deg"].to_numpy(dtype=np.float64),
        lon_deg=places["lon_deg"].to_numpy(dtype=np.float64),
        kwh_m2_day=np.column_stack(months).astype(np.float64),
    )
    _check_clearness(sunshine, names.index.to_numpy(), problems)
    problems.raise_if_any()
    totals = {
        "stations": float(len(sunshine.name)),
        "mean_kwh_m2_day": round(float(sunshine.kwh_m2_day.mean()), 3),
    }
    return sunshine, file.source("sunshine", totals=totals)


def _check_clearness(sunshine: Sunshine, rows: Floats, problems: Problems) -> None:
    """Note the months with more or less radiation than the model of bright and dull days has."""
    low, high = VALID_MEAN
    clearness = monthly_clearness(sunshine.lat_deg, sunshine.kwh_m2_day)
    wrong = ~((clearness >= low) & (clearness <= high))
    problems.add_rows(
        [
            (
                int(rows[place]),
                f"column {MONTHS[month]!r}: {sunshine.kwh_m2_day[place, month]:g} kWh/m²/day is "
                f"{clearness[place, month]:.0%} of the radiation above the atmosphere, where "
                f"{low:.0%} to {high:.0%} can be modelled",
            )
            for place, month in np.argwhere(wrong)
        ],
        "Correct the value, or leave the place out",
    )
