"""The fields of an orbit mean-elements message (OMM), whatever its format, to a `Record`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.errors import Problems
from leohub.io.orbits.records import Record

Fields = Mapping[str, Any]

NUMBERS = {
    "INCLINATION": "inclination_deg",
    "RA_OF_ASC_NODE": "raan_deg",
    "ECCENTRICITY": "eccentricity",
    "ARG_OF_PERICENTER": "arg_perigee_deg",
    "MEAN_ANOMALY": "mean_anomaly_deg",
    "MEAN_MOTION": "mean_motion_rev_day",
}
"""Keys of CCSDS 502.0-B that must have a value, and what a `Record` calls it."""

_ASSUMED: dict[str, tuple[str, ...]] = {
    "CENTER_NAME": ("EARTH",),
    "REF_FRAME": ("TEME",),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
}
READ = {"OBJECT_NAME", "NORAD_CAT_ID", "EPOCH", "BSTAR", *NUMBERS, *_ASSUMED}
"""Every key that is looked at."""

COMPLETE = "Fetch the elements again, as OMM with all fields"
_DAY_OF_YEAR = re.compile(r"(\d{4})-(\d{3})T(.+)")
_SHOWN_CHARACTERS = 60


def to_records(rows: Iterable[tuple[int, Fields]], problems: Problems) -> list[Record]:
    """Return the element sets of messages given as (row, fields), noting those with faults."""
    noted: list[tuple[int, str]] = []
    records = []
    for row, fields in rows:
        try:
            records.append(_to_record(row, fields))
        except _FieldsError as error:
            title = str(fields.get("OBJECT_NAME") or fields.get("NORAD_CAT_ID") or "").strip()
            noted.append((row, f"{title}: {error}" if title else str(error)))
    problems.add_rows(noted, COMPLETE)
    return records


class _FieldsError(Exception):
    """What is wrong with the fields of one element set."""


def _to_record(row: int, fields: Fields) -> Record:
    get = fields.get
    wrong: list[str] = []
    for key, allowed in _ASSUMED.items():
        value = get(key)
        if value and str(value).strip().upper() not in allowed:
            wrong.append(f"{key} is {_shown(value)}, not {allowed[0]}")
    values = {name: _to_float(key, get(key), wrong) for key, name in NUMBERS.items()}
    bstar = get("BSTAR")
    values["bstar"] = 0.0 if _is_blank(bstar) else _to_float("BSTAR", bstar, wrong)
    norad_id = _to_id(get("NORAD_CAT_ID"), wrong)
    epoch = _to_epoch(get("EPOCH"), wrong)
    if wrong:
        raise _FieldsError("; ".join(wrong))
    name = str(get("OBJECT_NAME") or "").strip()
    return Record(row=row, name=name, norad_id=norad_id, epoch=epoch, values=values)


def _is_blank(value: object) -> bool:
    return value is None or str(value).strip() == ""


def _shown(value: object) -> str:
    """Return a value as messages show it: never longer than a line."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _to_float(key: str, value: Any, wrong: list[str]) -> float:  # noqa: ANN401
    try:
        if not isinstance(value, bool):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    told = "is missing" if _is_blank(value) else f"{_shown(value)} is not a number"
    wrong.append(f"{key} {told}")
    return float("nan")


def _to_id(value: Any, wrong: list[str]) -> int:  # noqa: ANN401
    text = "" if value is None else str(value).strip()
    if not text.isdecimal() or len(text) > 9:
        wrong.append(f"NORAD_CAT_ID {_shown(text)} is not a catalogue number")
        return 0
    return int(text)


def _to_moment(text: str) -> dt.datetime:
    """Read a calendar date and time, or one by day of the year (both in CCSDS 502.0-B)."""
    if found := _DAY_OF_YEAR.fullmatch(text):
        first = dt.datetime.fromisoformat(f"{found[1]}-01-01T{found[3]}")
        moment = first + dt.timedelta(days=int(found[2]) - 1)
        if int(found[2]) < 1 or moment.year != first.year:
            raise ValueError(text)
        return moment
    return dt.datetime.fromisoformat(text)


def _to_epoch(value: Any, wrong: list[str]) -> np.datetime64:  # noqa: ANN401
    try:
        moment = _to_moment(str(value).strip())
    except (ValueError, OverflowError):
        wrong.append(f"EPOCH {_shown(value)} is not a date and time")
        return np.datetime64("NaT", "us")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        wrong.append(f"EPOCH {_shown(value)} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
        return np.datetime64("NaT", "us")
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")
