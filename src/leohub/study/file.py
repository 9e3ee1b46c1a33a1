"""Reading a study file: TOML to `Study`, every mistake in it at once, with its line."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import reprlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from leohub.errors import InputError, Problem, Problems
from leohub.study.settings import Range, Study

BUILT_IN = "built-in: kenya_study.toml"
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_HEADER = re.compile(r"^\s*(\[{1,2})\s*([\w.\-]+)\s*\]")
_KEY = re.compile(r"""^\s*["']?([\w.\-]+)["']?\s*=""")

Place = tuple[int | str, ...]

ASSUMPTIONS = "assumptions"
"""Section whose fields are the names of quantities."""

_WRITTEN = {
    "datetime": "Write a moment, without quotes: 2026-08-22T13:00:00Z",
    "date": "Write a date, without quotes: 2027-12-31",
    "list": 'Write a list: ["one", "another"]',
    "string": 'Write text, in quotes: "Kenya"',
    "float_type": "Write a number, without quotes: 2.5",
    "int_type": "Write a whole number, without quotes: 450",
    "dotted_name": 'Write names with dots in quotes: "starlink.down.gt_db_per_k" = 9.0',
}
"""How a value is written, by the beginning of pydantic's name for the mistake."""


@dataclass(frozen=True)
class StudyFile:
    """A study as written on disk.

    Attributes
    ----------
    study : Study
    name : str
        As the user named it.
    folder : Path
        Paths in the study are relative to it.
    sha256 : str
        Of the file's bytes.
    size_bytes : int
    """

    study: Study
    name: str
    folder: Path
    sha256: str
    size_bytes: int

    def path(self, written: str, where: str) -> Path:
        """Return a path of the study: variables expanded, relative to the study file.

        Parameters
        ----------
        written : str
            May hold ``${NAME}`` and ``${NAME:-value where NAME is not set}``.
        where : str
            The field it stands in, for the error.

        Raises
        ------
        InputError
            If a variable without a default is not set, or this can be no path.
        """

        def error(message: str, remedy: str) -> InputError:
            return InputError([Problem(self.name, where, f"{written!r} {message}", remedy)])

        def value(found: re.Match[str]) -> str:
            given = os.environ.get(found[1], found[2])
            if given is None:
                raise error(
                    f"needs the environment variable {found[1]}",
                    f"Set it, or write a default: ${{{found[1]}:-folder}}",
                )
            return given

        expanded = _VARIABLE.sub(value, written)
        if not expanded.strip() or "\0" in expanded:
            raise error("is no path", "Name a file or folder")
        try:
            return self.folder / Path(expanded).expanduser()
        except RuntimeError:
            raise error("names a user that is not known here", "Write the path in full") from None


def read_study(path: Path) -> StudyFile:
    """Read and check a study file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    InputError
        If it is missing, is no TOML, or has fields that are unknown, missing or out of range: all
        of them, each with its line.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            [Problem(str(path), "", "there is no such file", f"Start one: leohub new {path}")]
        ) from None
    except OSError as error:
        inside = path / "study.toml"
        remedy = f"Name the study: {inside}" if inside.is_file() else "Name a study file"
        raise InputError(
            [Problem(str(path), "", f"cannot be read ({error.strerror})", remedy)]
        ) from None
    return _study_file(data, str(path), path.parent)


def built_in_study() -> StudyFile:
    """Return the demo's study: Kenya from built-in data, relative to the current folder."""
    data = resources.files("leohub.data").joinpath("kenya_study.toml").read_bytes()
    return _study_file(data, BUILT_IN, Path())


def _study_file(data: bytes, name: str, folder: Path) -> StudyFile:
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text)
    except UnicodeDecodeError:
        raise InputError([Problem(name, "", "is not UTF-8 text", "Save it as UTF-8")]) from None
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: numbers of thousands of digits and nesting without end, too.
        raise InputError([_not_toml(name, text, error)]) from None
    try:
        study = Study.model_validate(table)
    except ValidationError as error:
        problems = Problems(name)
        for entry in _meant(error.errors()):
            problems.add(*_told(entry, text))
        raise InputError(problems.found) from None
    return StudyFile(study, name, folder, hashlib.sha256(data).hexdigest(), len(data))


def _not_toml(name: str, text: str, error: Exception) -> Problem:
    """Show the line that is no TOML, and how values are written."""
    found = re.search(r"at line (\d+)", str(error))
    where = f"line {found[1]}" if found else ""
    line = text.splitlines()[int(found[1]) - 1].strip() if found else ""
    shown = f": {line[:80]}" if line else ""
    message = f"is not valid TOML ({str(error).partition(' (at ')[0][:200]}){shown}"
    return Problem(
        name,
        where,
        message,
        'Write text in quotes ("Kenya"), numbers without commas (40_000_000), paths with / and '
        "every [section] once",
    )


def _meant(entries: Sequence[Any]) -> Iterator[Any]:
    """Yield what is wrong with the way in which each assumption is written.

    pydantic tells what is wrong with it as a number, and again as a range.
    """
    ranges = {
        entry["loc"][:2]: entry["input"]
        for entry in entries
        if entry["type"] == "float_type" and isinstance(entry["input"], dict)
    }
    for entry in entries:
        place = entry["loc"]
        if place[:1] != (ASSUMPTIONS,) or len(place) < 3:
            yield entry
        elif place[:2] not in ranges:
            if place[2] == "float":
                yield entry | {"loc": place[:2]}
        elif ranges[place[:2]].keys() & Range.model_fields.keys():
            if place[2] != "float":
                yield entry | {"loc": place[:2] + place[3:]}
        elif place[2] == "float":
            yield entry | {"loc": place[:2], "type": "dotted_name"}


def _told(entry: Any, text: str) -> tuple[str, str, str]:  # noqa: ANN401
    """Return where, message and remedy of one pydantic error."""
    place = entry["loc"]
    line = _line_of(place, text)
    where = (f"line {line}, " if line else "") + _field(place)
    kind = entry["type"]
    if kind == "extra_forbidden":
        return where, "is not a field of a study", _nearest(place)
    if kind == "missing":
        return where, "is missing", "Add it; docs/reference/study.md describes it"
    message = entry["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return where or "the whole file", message.rstrip("."), "Correct the section"
    message = message[0].lower() + message[1:]
    remedy = next(
        (words for start, words in _WRITTEN.items() if kind.startswith(start)), "Correct the value"
    )
    return where, f"{reprlib.repr(entry['input'])}: {message}", remedy


def _field(place: Place) -> str:
    if not place:
        return ""
    *tables, key = place
    header = ".".join(f"{part + 1}" if isinstance(part, int) else part for part in tables)
    return f"[{header}] {key}" if header else f"[{key}]"


def _nearest(place: Place) -> str:
    fields = _fields_at(place[:-1])
    close = difflib.get_close_matches(str(place[-1]), fields, n=1)
    if close:
        return f"Rename it to {close[0]}, or remove it"
    return f"Remove it; the fields here are {', '.join(sorted(fields))}"


def _fields_at(place: Place) -> list[str]:
    model: type[BaseModel] = Study
    for part in map(str, place):
        if part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        if (found := _model_in(part)) is not None:
            return found
    return None


def _line_of(place: Place, text: str) -> int | None:
    """Return the line (from 1) of a field, or of the nearest table around it."""
    lines = _lines(text)
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None


def _lines(text: str) -> dict[Place, int]:
    """Return the line of every table and key, by the way pydantic names their place."""
    lines: dict[Place, int] = {}
    tables: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = tuple(header[2].split("."))
            if header[1] == "[[":
                tables[table] = tables.get(table, -1) + 1
                table = (*table, tables[table])
            lines[table] = number
        elif key := _KEY.match(line):
            lines.setdefault((*table, key[1]), number)
    return lines
