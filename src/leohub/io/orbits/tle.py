"""Two-line element sets, with or without a line for the name.

A line has 69 columns of fixed meaning; its last is a checksum. Ids have five characters: digits, or
(Alpha-5) a letter that stands for two digits and four digits.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from leohub.constants import FIRST_YEAR
from leohub.errors import Problems
from leohub.io.orbits.records import Record

SGP4_XP = "4"
"""Ephemeris type in column 63 of line 1: elements of another model."""

LENGTH = 69
ALPHA5 = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Alpha-5's first character: its position here is the first two digits. I and O are not used."""

_ADDENDS = bytes(
    code - ord("0") if ord("0") <= code <= ord("9") else int(code == ord("-"))
    for code in range(256)
)
"""What each byte adds to the checksum."""

_AGAIN = "The file is cut off or damaged: fetch it again"
_SHAPE = "A TLE is an optional name line, then line 1, then line 2 of the same satellite"


@dataclass(frozen=True)
class _Pair:
    row: int
    name: str
    line1: str
    line2: str


def parse_tle(text: str, problems: Problems) -> list[Record]:
    """Return the element sets of a TLE file, noting everything that is wrong with it.

    Parameters
    ----------
    text : str
    problems : Problems

    Returns
    -------
    list of Record
        Those that could be read.
    """
    noted: dict[str, list[tuple[int, str]]] = defaultdict(list)
    records = []
    for pair in _pairs(text, noted):
        try:
            records.append(_read_pair(pair))
        except ValueError as error:
            noted[_AGAIN].append((pair.row, str(error)))
    for remedy, rows in noted.items():
        problems.add_rows(sorted(rows), remedy)
    return records


def _pairs(text: str, noted: dict[str, list[tuple[int, str]]]) -> list[_Pair]:
    """Put lines together to satellites; note lines that are damaged or stand alone."""
    pairs = []
    name, name_row, line1, row1, sound1 = "", 0, "", 0, False
    for row, raw in enumerate(text.splitlines(), start=1):
        line = raw.rstrip()
        if not line:
            continue
        is_second = line.startswith("2 ") and (line1 or len(line) >= LENGTH)
        if line1 and not is_second:
            noted[_SHAPE].append((row1, "line 1 of a satellite without line 2 after it"))
            name, line1 = "", ""
        if is_second:
            sound = _is_sound(line, row, noted)
            if not line1:
                noted[_SHAPE].append((row, "line 2 of a satellite without line 1 before it"))
            elif sound and sound1:
                pairs.append(_Pair(row1, name, line1, line))
            name, line1 = "", ""
        elif line.startswith("1 ") and _looks_like_line1(line):
            line1, row1, sound1 = line, row, _is_sound(line, row, noted)
        else:
            if name:
                noted[_SHAPE].append((name_row, f"{name!r} is followed by no element lines"))
            name, name_row = line.removeprefix("0 ").strip(), row
    if line1:
        noted[_AGAIN].append((row1, "the last satellite has no line 2"))
    elif name:
        noted[_AGAIN].append((name_row, f"{name!r} is followed by no element lines"))
    return pairs


def _looks_like_line1(line: str) -> bool:
    """Tell line 1, even cut off, from a name that begins with "1 "."""
    return len(line) < 8 or line[7] in "UCS " or len(line) == LENGTH


def _is_sound(line: str, row: int, noted: dict[str, list[tuple[int, str]]]) -> bool:
    if len(line) != LENGTH:
        noted[_AGAIN].append(
            (row, f"line {line[0]} has {len(line)} characters instead of {LENGTH}")
        )
        return False
    found, expected = line[-1], checksum(line)
    if found != str(expected):
        noted[_AGAIN].append((row, f"the checksum is {found}, but the line adds up to {expected}"))
        return False
    return True


def checksum(line: str) -> int:
    """Return the checksum of the first 68 columns: digits added up, each minus is 1, modulo 10."""
    return sum(line[: LENGTH - 1].encode().translate(_ADDENDS)) % 10


def _read_pair(pair: _Pair) -> Record:
    line1, line2 = pair.line1, pair.line2
    if line1[2:7] != line2[2:7]:
        raise ValueError(f"line 1 is of satellite {line1[2:7]}, but line 2 of {line2[2:7]}")
    if line1[62] == SGP4_XP:
        raise ValueError("these are SGP4-XP elements, which SGP4 would misread")
    return Record(
        row=pair.row,
        name=pair.name,
        norad_id=_to_id(line1[2:7]),
        epoch=_to_epoch(line1[18:32]),
        values={
            "inclination_deg": _to_float(line2[8:16], "inclination"),
            "raan_deg": _to_float(line2[17:25], "right ascension of the node"),
            "eccentricity": _to_float("." + line2[26:33].strip(), "eccentricity"),
            "arg_perigee_deg": _to_float(line2[34:42], "argument of perigee"),
            "mean_anomaly_deg": _to_float(line2[43:51], "mean anomaly"),
            "mean_motion_rev_day": _to_float(line2[52:63], "mean motion"),
            "bstar": _to_float(
                f"{line1[53]}.{line1[54:59].strip()}e{line1[59:61]}".strip(), "drag term"
            ),
        },
    )


def _to_id(field: str) -> int:
    text = field.strip()
    first = ALPHA5.find(text[:1]) if text else -1
    if first < 0 or not (text[1:] or "0").isdecimal():
        raise ValueError(f"{field!r} is not a catalogue number")
    return int(text) if first < 10 else first * 10_000 + int(text[1:])


def _to_epoch(field: str) -> np.datetime64:
    try:
        # int() alone would take a sign for a digit.
        year, day = int(field[:2] if field[:2].strip().isdecimal() else ""), float(field[2:])
    except ValueError:
        raise ValueError(f"{field!r} is not an epoch") from None
    if not 1 <= day < 367:
        raise ValueError(f"epoch {field!r}: there is no day {day:g} in a year")
    # Two digits: 57 to 99 are 1957 to 1999, the others 2000 to 2056.
    century = 1900 if 1900 + year >= FIRST_YEAR else 2000
    start = np.datetime64(f"{century + year}-01-01", "us")
    return np.datetime64(start + np.timedelta64(round((day - 1) * 86_400e6), "us"))


def _to_float(field: str, meaning: str) -> float:
    try:
        return float(field)
    except ValueError:
        raise ValueError(f"{meaning}: {field.strip()!r} is not a number") from None
