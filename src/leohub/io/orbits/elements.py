"""Element sets: TLE and OMM (JSON, CSV, XML) files → `Constellation`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError, Problems
from leohub.io.orbits.omm import parse_csv, parse_json, parse_xml
from leohub.io.orbits.records import Record
from leohub.io.orbits.tle import parse_tle
from leohub.io.provenance import InputFile, Source
from leohub.sky.constellation import Constellation

FORMATS = "TLE (two or three lines per satellite) or OMM as JSON, CSV or XML"

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
    file: InputFile, *, name: str, role: str = "elements"
) -> tuple[Constellation, Source]:
    """Read element sets, whatever their format; it is told from the content.

    Parameters
    ----------
    file : InputFile
        TLE with or without name lines and with Alpha-5 ids, or OMM with the key names of CCSDS
        502.0-B as JSON, CSV or XML, with ids of any length. May be ``.gz``.
    name : str
        Name of the constellation, e.g. the operator.
    role : str
        What the study uses the file for.

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
    with file.unpacked() as path:
        text = _read_text(file, path)
    problems = file.problems()
    records = _parser(file, text)(text, problems)
    _check_ranges(records, problems)
    _check_unique(records, problems)
    problems.raise_if_any()
    if not records:
        raise file.error("there are no element sets in it", f"Give {FORMATS}")
    constellation = _to_constellation(records, name)
    epochs = np.sort(constellation.epoch)
    notes = (
        f"epochs from {_minute(epochs[0])} to {_minute(epochs[-1])} UTC, "
        f"half of them after {_minute(epochs[len(epochs) // 2])}",
    )
    return constellation, file.source(role, totals={"satellites": len(records)}, notes=notes)


def _read_text(file: InputFile, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise file.error("this is not a text file", f"Give {FORMATS}") from None
    if not text.strip():
        raise file.error("the file is empty", "Fetch it again")
    return text


def _parser(file: InputFile, text: str) -> Callable[[str, Problems], list[Record]]:
    start = text.lstrip()
    first = start.splitlines()[0].rstrip()
    if start[0] in "[{":
        return parse_json
    if start[0] == "<":
        return parse_xml
    if "MEAN_MOTION" in first.upper():
        return parse_csv
    if any(line.startswith(("1 ", "2 ")) for line in start.splitlines()):
        return parse_tle
    raise _not_elements(file, first)


def _not_elements(file: InputFile, first: str) -> InputError:
    shown = first if len(first) <= 60 else f"{first[:60]}…"
    return file.error(
        f"these are not orbital elements; the file begins {shown!r}", f"Give {FORMATS}"
    )


def _check_ranges(records: Sequence[Record], problems: Problems) -> None:
    for field, (meaning, low, high, allowed) in _RANGES.items():
        problems.add_rows(
            [
                (record.row, f"{record.title}: {meaning} {record.values[field]:.10g} is impossible")
                for record in records
                if not low <= record.values[field] <= high
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


def _to_constellation(records: Sequence[Record], name: str) -> Constellation:
    def column(field: str) -> NDArray[np.float64]:
        return np.array([record.values[field] for record in records], dtype=np.float64)

    return Constellation(
        name=name,
        basis="measured",
        norad_id=np.array([record.norad_id for record in records], dtype=np.int64),
        object_name=np.array([record.name for record in records], dtype=np.str_),
        shell=np.full(len(records), "", dtype="<U16"),
        epoch=np.array([record.epoch for record in records], dtype="datetime64[us]"),
        inclination_deg=column("inclination_deg"),
        raan_deg=column("raan_deg"),
        eccentricity=column("eccentricity"),
        arg_perigee_deg=column("arg_perigee_deg"),
        mean_anomaly_deg=column("mean_anomaly_deg"),
        mean_motion_rev_day=column("mean_motion_rev_day"),
        bstar=column("bstar"),
    )


def _minute(moment: np.datetime64) -> str:
    return str(moment.astype("datetime64[m]")).replace("T", " ")
