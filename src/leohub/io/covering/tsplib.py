"""TSPLIB: coordinates in sections, with or without demands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.io.covering.points import Points, check_not_negative
from leohub.io.covering.text import InstanceText, is_count, is_number

METRICS = {"EUC_2D": "plane", "COORD": "sphere"}
"""Kinds of distances that are read. COORD, latitude and longitude, is not TSPLIB's own."""

_COORDINATES = "NODE_COORD_SECTION"
_DEMANDS = "DEMAND_SECTION"


@dataclass(frozen=True)
class _Section:
    """Lines of numbers under a heading, all as wide as each other."""

    rows: list[list[str]]
    lines: list[int]


def read_tsplib(text: InstanceText) -> Points:
    """Read coordinates, and demands where there are any.

    Reinelt (1991, ORSA Journal on Computing 3, 376-384), and the variant of Máximo, Cordeau &
    Nascimento (2023, doi:10.1111/itor.13387), in which nodes have no numbers. Distances are not
    rounded to whole numbers, as they are for tours.

    Raises
    ------
    InputError
        When a section is missing, incomplete or has what is not a number; or when distances are of
        a kind that is not read.
    """
    header, sections = _cut(text)
    kind = header.get("EDGE_WEIGHT_TYPE", "EUC_2D")
    if kind not in METRICS:
        raise text.file.error(
            f"EDGE_WEIGHT_TYPE is {kind}",
            f"Only {' and '.join(METRICS)} are read; give another instance, or its coordinates as "
            "a plain table",
        )
    size = _size(text, header)
    if _COORDINATES not in sections:
        raise text.file.error(
            f"there is no {_COORDINATES}", "Give an instance with coordinates of its nodes"
        )
    places = _values(text, sections[_COORDINATES], _COORDINATES, 2, size)
    demand = None
    if _DEMANDS in sections:
        demand = _values(text, sections[_DEMANDS], _DEMANDS, 1, len(places))[:, 0]
        lines = sections[_DEMANDS].lines
        check_not_negative(text, demand, "demand", lambda row: lines[row])
    return Points(places=places, metric=METRICS[kind], demand=demand)


def _cut(text: InstanceText) -> tuple[dict[str, str], dict[str, _Section]]:
    """Cut the text into what its keys say and the lines of its sections."""
    header: dict[str, str] = {}
    sections: dict[str, _Section] = {}
    open_section: _Section | None = None
    for number, fields in text.lines():
        if open_section is not None and is_number(fields[0]):
            open_section.rows.append(fields)
            open_section.lines.append(number)
            continue
        key, _, value = " ".join(fields).partition(":")
        key = key.strip()
        if key == "EOF":
            break
        if key.endswith("_SECTION"):
            open_section = sections[key] = _Section([], [])
        else:
            header[key] = value.strip()
    return header, sections


def _size(text: InstanceText, header: dict[str, str]) -> int | None:
    size = header.get("DIMENSION")
    if size is not None and not is_count(size):
        raise text.file.error(f"DIMENSION is {size!r}", "Give the number of nodes")
    return None if size is None else int(size)


def _values(
    text: InstanceText, section: _Section, name: str, width: int, size: int | None
) -> NDArray[np.float64]:
    """Return the numbers of a section; a field more than `width` is the node's number, from 1."""
    problems = text.file.problems()
    if size is not None and len(section.rows) != size:
        problems.add(
            name,
            f"it has {len(section.rows):,} lines, where there should be {size:,}",
            "Fetch the file again, or correct DIMENSION",
        )
    given = len(section.rows[0]) if section.rows else width
    if given not in (width, width + 1):
        given = width + 1
    numbered = given == width + 1
    wrong = []
    for line, fields, node in zip(
        section.lines, section.rows, range(1, len(section.rows) + 1), strict=True
    ):
        if len(fields) != given:
            wrong.append((line, f"{len(fields)} fields, where there should be {given}"))
        elif not all(map(is_number, fields)):
            wrong.append((line, f"{' '.join(fields)!r} is not {given} numbers"))
        elif numbered and float(fields[0]) != node:
            wrong.append((line, f"node {fields[0]} stands where node {node} is due"))
    problems.add_rows(wrong, "Correct the line; nodes count from 1, in order")
    problems.raise_if_any()
    values = np.array(section.rows, dtype=np.float64).reshape(-1, given)
    return values[:, 1:] if numbered else values
