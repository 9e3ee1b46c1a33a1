"""Orbit mean-elements messages (OMM): JSON, CSV and XML as CelesTrak and Space-Track give them."""

from __future__ import annotations

import io
import json
import re
from typing import Any
from xml.parsers import expat

from leohub.errors import Problems
from leohub.io.jsontext import WrongJsonError, json_told
from leohub.io.orbits.fields import COMPLETE, NUMBERS, READ, to_records
from leohub.io.orbits.records import Record
from leohub.io.separated import DamagedRowError, numbered_rows

_AGAIN = "The file is cut off or damaged: fetch it again"
_APART = "Two files were put together: give one file"
_NEWLINE = "\n"
_BLANKS = re.compile(r"[ \t\r\n]*")
_CONTAINERS = frozenset((dict, list))


def parse_json(text: str, problems: Problems) -> list[Record]:
    """Return the element sets of an OMM JSON file: one object, or a list of them."""
    try:
        with json_told():
            objects, end = _objects(text)
    except WrongJsonError as wrong:
        problems.add(wrong.where, wrong.message, _AGAIN)
        return []
    if end < len(text):
        more = text[end : end + 20].splitlines()[0]
        where = f"row {1 + text.count(_NEWLINE, 0, end)}"
        problems.add(where, f"after the end of the list comes {more!r}", _APART)
    strange = [row for row, fields in objects if not _is_flat(fields)]
    problems.add_rows([(row, "this is not an object with OMM fields") for row in strange], _AGAIN)
    return to_records(((row, f) for row, f in objects if _is_flat(f)), problems)


def parse_csv(text: str, problems: Problems) -> list[Record]:
    """Return the element sets of an OMM CSV file; the first row names the columns."""
    try:
        (header_row, names), *numbered = numbered_rows(io.StringIO(text), ",")
    except DamagedRowError as damage:
        problems.add(f"row {damage.row}", damage.message, _AGAIN)
        return []
    header = [name.strip().upper() for name in names]
    if not _is_complete(header, f"row {header_row}", problems):
        return []
    width, again, mixed, ragged, sound = len(header), [], [], [], []
    for row, values in numbered:
        if values == names:
            again.append((row, "the header comes again"))
        elif len(values) == width:
            sound.append((row, values))
        elif len(values) == 1 and values[0].startswith(("1 ", "2 ")):
            mixed.append((row, "this is a line of a TLE, not a row of the table"))
        else:
            ragged.append((row, f"{len(values)} fields instead of {width}"))
    problems.add_rows(again, _APART)
    problems.add_rows(mixed, _APART)
    problems.add_rows(ragged, _AGAIN)
    # Made one by one: so many dictionaries at once would keep Python's memory manager busy.
    fields = ((row, dict(zip(header, values, strict=True))) for row, values in sound)
    return to_records(fields, problems)


def _is_complete(header: list[str], where: str, problems: Problems) -> bool:
    """Note columns that are missing or come twice; return whether all are there once."""
    missing = [key for key in ("NORAD_CAT_ID", "EPOCH", *NUMBERS) if key not in header]
    repeated = [key for key in sorted(READ) if header.count(key) > 1]
    if missing and len(header) == 1:
        problems.add(where, "the columns are not separated by commas", "Separate them by commas")
    elif missing:
        problems.add(where, f"columns are missing: {', '.join(missing)}", COMPLETE)
    if repeated:
        problems.add(where, f"columns come twice: {', '.join(repeated)}", "Keep one of each")
    return not missing and not repeated


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
    return to_records(reader.found, problems)


def _is_flat(fields: object) -> bool:
    """Tell an object with plain values from anything else that JSON may hold."""
    if not isinstance(fields, dict):
        return False
    if _CONTAINERS.isdisjoint(map(type, fields.values())):
        return True
    return not any(type(fields.get(key)) in _CONTAINERS for key in READ)


def _objects(text: str) -> tuple[list[tuple[int, Any]], int]:
    """Return what a JSON list holds, with the rows that it begins in, and where the list ends.

    The list may be left out around a single object. The end is that of the text where nothing but
    blanks follows.

    Raises
    ------
    json.JSONDecodeError
    """
    decode = json.JSONDecoder().raw_decode
    at = _past_blanks(text, 0)
    if not text.startswith("[", at):
        row = 1 + text.count(_NEWLINE, 0, at)
        found, at = decode(text, at)
        return [(row, found)], _past_blanks(text, at)
    objects: list[tuple[int, Any]] = []
    row, counted, at = 1, 0, _past_blanks(text, at + 1)
    while not (text.startswith("]", at) and not objects):
        row, counted = row + text.count(_NEWLINE, counted, at), at
        found, at = decode(text, at)
        objects.append((row, found))
        at = _past_blanks(text, at)
        if not text.startswith(",", at):
            break
        at = _past_blanks(text, at + 1)
    if not text.startswith("]", at):
        raise json.JSONDecodeError("the list is not closed", text, at)
    return objects, _past_blanks(text, at + 1)


def _past_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


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
