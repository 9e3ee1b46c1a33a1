"""Orbit mean-elements messages (OMM): JSON, CSV and XML as CelesTrak and Space-Track give them."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from xml.parsers import expat

import numpy as np

from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.errors import Problems
from leohub.io.jsontext import WrongJsonError, json_told
from leohub.io.orbits.records import Record
from leohub.io.separated import DamagedRowError, numbered_rows

Fields = Mapping[str, Any]

_NUMBERS = {
    "INCLINATION": "inclination_deg",
    "RA_OF_ASC_NODE": "raan_deg",
    "ECCENTRICITY": "eccentricity",
    "ARG_OF_PERICENTER": "arg_perigee_deg",
    "MEAN_ANOMALY": "mean_anomaly_deg",
    "MEAN_MOTION": "mean_motion_rev_day",
}
_ASSUMED: dict[str, tuple[str, ...]] = {
    "CENTER_NAME": ("EARTH",),
    "REF_FRAME": ("TEME",),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
}
_READ = {"OBJECT_NAME", "NORAD_CAT_ID", "EPOCH", "BSTAR", *_NUMBERS, *_ASSUMED}
_DAY_OF_YEAR = re.compile(r"(\d{4})-(\d{3})T(.+)")
_SHOWN_CHARACTERS = 60
_AGAIN = "The file is cut off or damaged: fetch it again"
_COMPLETE = "Fetch the elements again, as OMM with all fields"


def parse_json(text: str, problems: Problems) -> list[Record]:
    """Return the element sets of an OMM JSON file: one object, or a list of them."""
    try:
        with json_told():
            objects = list(_objects(text))
    except WrongJsonError as wrong:
        problems.add(wrong.where, wrong.message, _AGAIN)
        return []
    strange = [row for row, fields in objects if not _is_flat(fields)]
    problems.add_rows([(row, "this is not an object with OMM fields") for row in strange], _AGAIN)
    return _to_records(((row, f) for row, f in objects if _is_flat(f)), problems)


def parse_csv(text: str, problems: Problems) -> list[Record]:
    """Return the element sets of an OMM CSV file; the first row names the columns."""
    try:
        (header_row, names), *numbered = numbered_rows(io.StringIO(text), ",")
    except DamagedRowError as damage:
        problems.add(f"row {damage.row}", damage.message, _AGAIN)
        return []
    header = [name.strip().upper() for name in names]
    missing = [key for key in ("NORAD_CAT_ID", "EPOCH", *_NUMBERS) if key not in header]
    if missing:
        if len(header) == 1:
            message, remedy = "the columns are not separated by commas", "Separate them by commas"
        else:
            message, remedy = f"columns are missing: {', '.join(missing)}", _COMPLETE
        problems.add(f"row {header_row}", message, remedy)
        return []
    problems.add_rows(
        [
            (row, f"{len(values)} fields instead of {len(header)}")
            for row, values in numbered
            if len(values) != len(header)
        ],
        _AGAIN,
    )
    return _to_records(
        (
            (row, dict(zip(header, values, strict=True)))
            for row, values in numbered
            if len(values) == len(header)
        ),
        problems,
    )


def parse_xml(text: str, problems: Problems) -> list[Record]:
    """Return the element sets of an OMM or NDM XML file.

    Document types are refused: OMM has none, and their entities can be made to fill the memory.
    """
    reader = _XmlReader()
    try:
        reader.read(text)
    except expat.ExpatError as error:
        reason = expat.errors.messages.get(error.code, str(error))
        problems.add(f"row {error.lineno}", f"this is not complete XML ({reason})", _AGAIN)
        return []
    except _DoctypeError:
        problems.add(
            "", "this is a document with a DOCTYPE (a web page?), not OMM", "Fetch it as OMM XML"
        )
        return []
    if not reader.found:
        problems.add("", "there is no <omm> element in it", "Fetch the elements as OMM XML")
    return _to_records(reader.found, problems)


def _is_flat(fields: object) -> bool:
    """Tell an object with plain values from anything else that JSON may hold."""
    return isinstance(fields, dict) and not any(
        isinstance(fields.get(key), (dict, list)) for key in _READ
    )


def _objects(text: str) -> Iterable[tuple[int, Any]]:
    """Yield the objects of a JSON list with the rows that they begin in."""
    decoder = json.JSONDecoder()
    blank = " \t\r\n"
    at = len(text) - len(text.lstrip(blank))
    if text[at] != "[":
        yield 1 + text.count("\n", 0, at), json.loads(text)
        return
    row, counted, at = 1, 0, at + 1
    while True:
        while at < len(text) and text[at] in blank + ",":
            at += 1
        if at >= len(text):
            raise json.JSONDecodeError("the list is not closed", text, len(text))
        if text[at] == "]":
            return
        row, counted = row + text.count("\n", counted, at), at
        found, at = decoder.raw_decode(text, at)
        yield row, found


class _DoctypeError(Exception):
    """The XML file declares a document type."""


class _XmlReader:
    """Collects the leaf elements of every <omm>."""

    def __init__(self) -> None:
        self.found: list[tuple[int, dict[str, str]]] = []
        self._inside = False
        self._text: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, text: str) -> None:
        self._parser.Parse(text.lstrip(), True)

    def _start(self, tag: str, _: dict[str, str]) -> None:
        if tag.upper() == "OMM":
            self._inside = True
            self.found.append((self._parser.CurrentLineNumber, {}))
        self._text.clear()

    def _end(self, tag: str) -> None:
        if tag.upper() == "OMM":
            self._inside = False
        elif self._inside and (value := "".join(self._text).strip()):
            self.found[-1][1][tag.upper()] = value
        self._text.clear()

    def _refuse(self, *_: object) -> None:
        raise _DoctypeError


def _to_records(rows: Iterable[tuple[int, Fields]], problems: Problems) -> list[Record]:
    noted: list[tuple[int, str]] = []
    records = []
    for row, fields in rows:
        try:
            records.append(_to_record(row, fields))
        except _FieldsError as error:
            title = str(fields.get("OBJECT_NAME") or fields.get("NORAD_CAT_ID") or "").strip()
            noted.append((row, f"{title}: {error}" if title else str(error)))
    problems.add_rows(noted, _COMPLETE)
    return records


class _FieldsError(Exception):
    """What is wrong with the fields of one element set."""


def _to_record(row: int, fields: Fields) -> Record:
    wrong = [
        f"{key} is {_shown(fields[key])}, not {allowed[0]}"
        for key, allowed in _ASSUMED.items()
        if fields.get(key) and str(fields[key]).strip().upper() not in allowed
    ]
    values, given = {}, defaultdict(lambda: None, fields)
    for key, name in _NUMBERS.items():
        values[name] = _to_float(key, given[key], wrong)
    values["bstar"] = (
        0.0 if _is_blank(given["BSTAR"]) else _to_float("BSTAR", given["BSTAR"], wrong)
    )
    norad_id = _to_id(given["NORAD_CAT_ID"], wrong)
    epoch = _to_epoch(given["EPOCH"], wrong)
    if wrong:
        raise _FieldsError("; ".join(wrong))
    name = str(given["OBJECT_NAME"] or "").strip()
    return Record(row=row, name=name, norad_id=norad_id, epoch=epoch, values=values)


def _is_blank(value: object) -> bool:
    return value is None or str(value).strip() == ""


def _shown(value: object) -> str:
    """Return a value as messages show it: never longer than a line."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _to_float(key: str, value: Any, wrong: list[str]) -> float:  # noqa: ANN401
    if _is_blank(value):
        wrong.append(f"{key} is missing")
        return float("nan")
    try:
        if not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    wrong.append(f"{key} {_shown(value)} is not a number")
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
    except ValueError:
        wrong.append(f"EPOCH {_shown(value)} is not a date and time")
        return np.datetime64("NaT", "us")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        wrong.append(f"EPOCH {_shown(value)} is not in the years {FIRST_YEAR} to {LAST_YEAR}")
        return np.datetime64("NaT", "us")
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    return np.datetime64(moment, "us")
