"""Element sets (TLE; OMM as JSON, CSV, XML), or published positions → `Constellation`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError, Problems
from leohub.io.orbits.ephemerides import NAMED, is_published, read_published
from leohub.io.orbits.omm import parse_csv, parse_json, parse_xml
from leohub.io.orbits.records import Record, minute
from leohub.io.orbits.tle import parse_tle
from leohub.io.provenance import InputFile, Source
from leohub.sky.constellation import Constellation
from leohub.sky.motion.orientation import EarthOrientation

Parser = Callable[[str, Problems], list[Record]]

FORMATS = "TLE (two or three lines per satellite) or OMM as JSON, CSV or XML"

_FIVE_DIGITS_USED_UP = np.datetime64("2026-07-12")
_MAX_FIVE_DIGITS = 99_999
"""New satellites have numbers from 100,000 on since then, and CelesTrak's TLE files leave them out:
https://celestrak.org/usage-policy.php, May 2026."""

_RANGES: dict[str, tuple[str, float, float, str]] = {
    "inclination_deg": ("inclination", 0.0, 180.0, "0 to 180°"),
    "raan_deg": ("right ascension of the node", 0.0, 360.0, "0 to 360°"),
    "eccentricity": ("eccentricity", 0.0, 0.999_999_9, "0 to less than 1"),
    "arg_perigee_deg": ("argument of perigee", 0.0, 360.0, "0 to 360°"),
    "mean_anomaly_deg": ("mean anomaly", 0.0, 360.0, "0 to 360°"),
    "mean_motion_rev_day": ("mean motion", 0.05, 18.0, "0.05 to 18 revolutions a day"),
    "bstar": ("drag term", -10.0, 10.0, "-10 to 10 per Earth radius"),
}


def read_elements(
    file: InputFile,
    *,
    name: str,
    role: str = "elements",
    orientation: EarthOrientation | None = None,
) -> tuple[Constellation, Source]:
    """Read element sets, whatever their format, or the positions that an operator publishes.

    The format of element sets is told from their content; published positions (MEME) by the name
    of the file, or because it is a folder or a .zip: see `read_published`.

    Parameters
    ----------
    file : InputFile
        TLE with or without name lines and with Alpha-5 ids, or OMM with the key names of CCSDS
        502.0-B as JSON, CSV or XML, with ids of up to nine digits. May be ``.gz``.
    name : str
        Name of the constellation, e.g. the operator.
    role : str
        What the study uses the file for.
    orientation : EarthOrientation, optional
        How the Earth stands, for published positions; element sets need it only later on.

    Returns
    -------
    constellation : Constellation
        In the order of the file; shells not identified yet.
    source : Source

    Raises
    ------
    InputError
        With every problem of the file: cut-off or damaged lines, failing checksums, missing or
        impossible values, one id twice, elements that are not for SGP4, or no elements at all.

    Notes
    -----
    TLE: Hoots & Roehrich 1980, Spacetrack Report No. 3; Alpha-5 ids as defined by space-track.org.
    OMM: CCSDS 502.0-B-3, Orbit Data Messages.
    """
    if is_published(file):
        return read_published(file, name=name, role=role, orientation=orientation)
    with file.unpacked() as path:
        text = _read_text(file, path)
    problems = file.problems()
    parser = _parser(file, text)
    records = parser(text, problems)
    columns = _to_columns(records)
    _check_ranges(records, columns, problems)
    _check_unique(records, problems)
    problems.raise_if_any()
    if not records:
        raise file.error("there are no element sets in it", f"Give {FORMATS}")
    constellation = _to_constellation(records, columns, name)
    notes = _notes(constellation, parser)
    return constellation, file.source(role, totals={"satellites": len(records)}, notes=notes)


def _read_text(file: InputFile, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise file.error("this is not a text file", f"Give {FORMATS}") from None
    if not text.strip():
        raise file.error("the file is empty", "Fetch it again")
    return text


def _parser(file: InputFile, text: str) -> Parser:
    start = text.lstrip()
    first = start.splitlines()[0].rstrip()
    if start[0] in "[{":
        return parse_json
    if "<html" in start[:1000].lower():
        raise file.error("this is a web page, not orbital elements", f"Give {FORMATS}")
    if start[0] == "<":
        return parse_xml
    if "MEAN_MOTION" in first.upper():
        return parse_csv
    if any(line.startswith(("1 ", "2 ")) for line in start.splitlines()):
        return parse_tle
    if first.startswith("created:"):
        raise file.error(
            "these are published positions, but the name does not tell the satellite",
            f"Name it as it was published: {NAMED}",
        )
    raise _not_elements(file, first)


def _not_elements(file: InputFile, first: str) -> InputError:
    shown = first if len(first) <= 60 else f"{first[:60]}…"
    return file.error(
        f"these are not orbital elements; the file begins {shown!r}", f"Give {FORMATS}"
    )


def _to_columns(records: Sequence[Record]) -> dict[str, NDArray[np.float64]]:
    return {
        field: np.array([record.values[field] for record in records], dtype=np.float64)
        for field in _RANGES
    }


def _check_ranges(
    records: Sequence[Record], columns: Mapping[str, NDArray[np.float64]], problems: Problems
) -> None:
    for field, (meaning, low, high, allowed) in _RANGES.items():
        values = columns[field]
        wrong = np.flatnonzero(~((values >= low) & (values <= high)))
        problems.add_rows(
            [
                (records[k].row, f"{records[k].title}: {meaning} {values[k]:.10g} is impossible")
                for k in wrong.tolist()
            ],
            f"Fetch the elements again: it must be {allowed}",
        )


def _check_unique(records: Sequence[Record], problems: Problems) -> None:
    rows: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        rows[record.norad_id].append(record)
    problems.add_rows(
        [
            (again.row, f"{again.title}: its id is also in row {first.row} ({first.title})")
            for first, *others in rows.values()
            for again in others
        ],
        "Keep one element set per satellite, the newest",
    )


def _to_constellation(
    records: Sequence[Record], columns: Mapping[str, NDArray[np.float64]], name: str
) -> Constellation:
    return Constellation(
        name=name,
        basis="measured",
        norad_id=np.array([record.norad_id for record in records], dtype=np.int64),
        object_name=np.array([record.name for record in records], dtype=np.str_),
        shell=np.full(len(records), "", dtype="<U16"),
        epoch=np.array([record.epoch for record in records], dtype="datetime64[us]"),
        published=None,
        **columns,
    )


def _notes(constellation: Constellation, parser: Parser) -> tuple[str, ...]:
    """Return what a reader should know of the epochs, and of satellites that a TLE cannot hold."""
    epochs = np.sort(constellation.epoch)
    notes = [
        f"epochs from {minute(epochs[0])} to {minute(epochs[-1])} UTC, "
        f"half of them after {minute(epochs[len(epochs) // 2])}"
    ]
    if (
        parser is parse_tle
        and epochs[-1] >= _FIVE_DIGITS_USED_UP
        and constellation.norad_id.max() <= _MAX_FIVE_DIGITS
    ):
        notes.append(
            "TLE without catalogue numbers above 99,999: satellites launched since July 2026 have "
            "such numbers and are missing; JSON or CSV from the same source holds them"
        )
    return tuple(notes)
