"""Bulletins of Earth orientation (CelesTrak's CSV, or the IERS's finals) → `EarthOrientation`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.errors import Problems
from leohub.io.provenance import InputFile, Source
from leohub.io.separated import DamagedRowError, numbered_rows
from leohub.sky.motion.orientation import EarthOrientation

FORMATS = "EOP-Last5Years.csv of CelesTrak, or finals2000A.all (or .daily, .data) of the IERS"

_COLUMNS = ("MJD", "X", "Y", "UT1-UTC")
_PREDICTED = "P"
_MJD_1970 = 40_587
_MJD_RANGE = tuple(
    _MJD_1970 + int(np.datetime64(f"{year}-01-01", "D").astype(np.int64))
    for year in (FIRST_YEAR, LAST_YEAR + 1)
)
_LARGEST_UT1_UTC_S = 1.0
"""Leap seconds keep it below 0.9 s."""
_FARTHEST_POLE_ARCSEC = 1.0
"""It stays within 0.7 arc seconds of the axis."""
_AGAIN = "The file is cut off or damaged: fetch it again"


@dataclass(frozen=True)
class _Day:
    row: int
    mjd: float
    ut1_utc_s: float
    xp_arcsec: float
    yp_arcsec: float
    predicted: bool


def read_bulletin(
    file: InputFile, *, role: str = "Earth orientation"
) -> tuple[EarthOrientation, Source]:
    """Read UT1 − UTC and the motion of the pole, one entry a day.

    Parameters
    ----------
    file : InputFile
        CelesTrak's CSV (``DATE,MJD,X,Y,UT1-UTC,…,DATA_TYPE``) or the IERS's fixed columns
        (``finals2000A``); told from the content. May be ``.gz``.
    role : str
        What it is used for.

    Returns
    -------
    orientation : EarthOrientation
        Measured days and, after them, predicted ones.
    source : Source
        Its notes say what it covers and from when on it is predicted.

    Raises
    ------
    InputError
        With every problem of the file: values that are no numbers or impossible, days that are
        missing or out of order.

    Notes
    -----
    Columns of finals2000A: IERS Rapid Service/Prediction Centre, readme.finals2000A; those of
    bulletin A are taken. Its last rows have dates, but no predictions yet: they are left out and
    counted.
    """
    with file.unpacked() as path:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise file.error("this is not a text file", f"Give {FORMATS}") from None
    first = next((line for line in lines if line.strip()), "")
    parser: Callable[[Sequence[str], Problems], tuple[list[_Day], int]]
    if "UT1-UTC" in first.upper():
        parser = _parse_csv
    elif _is_number(first[7:15]) and len(first.rstrip()) >= 15:
        parser = _parse_finals
    else:
        raise file.error(
            f"this is no bulletin of Earth orientation; it begins {first[:60]!r}", f"Give {FORMATS}"
        )
    problems = file.problems()
    days, empty = parser(lines, problems)
    _check_values(days, problems)
    _check_order(days, problems)
    problems.raise_if_any()
    if len(days) < 2:
        raise file.error("there are fewer than two days in it", f"Give {FORMATS}")
    return _to_orientation(days), file.source(
        role, totals={"days": len(days)}, notes=_notes(days, empty)
    )


def _parse_csv(lines: Sequence[str], problems: Problems) -> tuple[list[_Day], int]:
    try:
        (header_row, names), *rows = numbered_rows(lines, ",")
    except DamagedRowError as damage:
        problems.add(f"row {damage.row}", damage.message, _AGAIN)
        return [], 0
    header = [name.strip().upper() for name in names]
    missing = [name for name in _COLUMNS if name not in header]
    if missing:
        message = f"columns are missing: {', '.join(missing)}"
        problems.add(f"row {header_row}", message, f"Give {FORMATS}")
        return [], 0
    width, places = len(header), [header.index(name) for name in _COLUMNS]
    flag = header.index("DATA_TYPE") if "DATA_TYPE" in header else None
    problems.add_rows(
        [(row, f"{len(v)} fields instead of {width}") for row, v in rows if len(v) != width],
        _AGAIN,
    )
    sound = [
        (row, [values[place] for place in places], "" if flag is None else values[flag].strip())
        for row, values in rows
        if len(values) == width
    ]
    return _to_days(sound, problems), 0


def _parse_finals(lines: Sequence[str], problems: Problems) -> tuple[list[_Day], int]:
    """Columns 8-15: day; 19-27 and 38-46: pole; 58: I or P; 59-68: UT1 − UTC."""
    rows = [
        (number, [line[7:15], line[18:27], line[37:46], line[58:68]], line[57:58])
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    given = len(rows)
    while given and not any(field.strip() for field in rows[given - 1][1][1:]):
        given -= 1
    return _to_days(rows[:given], problems), len(rows) - given


def _to_days(rows: Sequence[tuple[int, Sequence[str], str]], problems: Problems) -> list[_Day]:
    wrong, days = [], []
    for row, fields, flag in rows:
        bad = [
            f"{name} {field.strip()!r} is not a number"
            for name, field in zip(_COLUMNS, fields, strict=True)
            if not _is_number(field)
        ]
        if bad:
            wrong.append((row, "; ".join(bad)))
            continue
        mjd, xp, yp, ut1_utc_s = map(float, fields)
        days.append(_Day(row, mjd, ut1_utc_s, xp, yp, flag == _PREDICTED))
    problems.add_rows(wrong, _AGAIN)
    return days


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _check_values(days: Sequence[_Day], problems: Problems) -> None:
    wrong = []
    for day in days:
        if not _MJD_RANGE[0] <= day.mjd < _MJD_RANGE[1] or day.mjd % 1:
            told = f"MJD {day.mjd:g} is no day of the years {FIRST_YEAR} to {LAST_YEAR}"
        elif abs(day.ut1_utc_s) > _LARGEST_UT1_UTC_S:
            told = f"UT1-UTC {day.ut1_utc_s:g} s is more than {_LARGEST_UT1_UTC_S:g} s"
        elif max(abs(day.xp_arcsec), abs(day.yp_arcsec)) > _FARTHEST_POLE_ARCSEC:
            told = (
                f"the pole at {day.xp_arcsec:g}, {day.yp_arcsec:g} is more than "
                f"{_FARTHEST_POLE_ARCSEC:g} arc second from the axis"
            )
        else:
            continue
        wrong.append((day.row, told))
    problems.add_rows(wrong, _AGAIN)


def _check_order(days: Sequence[_Day], problems: Problems) -> None:
    wrong = []
    for before, day in pairwise(days):
        if day.mjd <= before.mjd:
            wrong.append((day.row, f"MJD {day.mjd:g} comes after MJD {before.mjd:g}"))
        elif day.mjd != before.mjd + 1:
            wrong.append((day.row, f"days are missing before MJD {day.mjd:g}"))
    problems.add_rows(wrong, "Give every day once, in order: fetch the file again")


def _to_orientation(days: Sequence[_Day]) -> EarthOrientation:
    whole_days = np.array([int(day.mjd) - _MJD_1970 for day in days], dtype="datetime64[D]")
    return EarthOrientation(
        moment=whole_days.astype("datetime64[us]"),
        ut1_utc_s=np.array([day.ut1_utc_s for day in days]),
        xp_arcsec=np.array([day.xp_arcsec for day in days]),
        yp_arcsec=np.array([day.yp_arcsec for day in days]),
    )


def _notes(days: Sequence[_Day], empty: int) -> tuple[str, ...]:
    predicted = next((day for day in days if day.predicted), None)
    covers = f"covers {_date(days[0])} to {_date(days[-1])}"
    notes = [covers if predicted is None else f"{covers}, predicted from {_date(predicted)} on"]
    if empty:
        notes.append(f"{empty:,} days at the end without predictions left out")
    return tuple(notes)


def _date(day: _Day) -> str:
    return str(np.datetime64(int(day.mjd) - _MJD_1970, "D"))
