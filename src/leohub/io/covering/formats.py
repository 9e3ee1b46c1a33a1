"""Any of the formats of covering problems: told apart by their text, or named."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError
from leohub.io.covering.cordeau import read_cordeau
from leohub.io.covering.globe import Globe, Sphere
from leohub.io.covering.plane import Plane
from leohub.io.covering.pmed import read_pmed
from leohub.io.covering.points import Points, read_demand, read_points
from leohub.io.covering.problem import CoveringProblem
from leohub.io.covering.setcover import read_rail, read_scp
from leohub.io.covering.text import InstanceText, is_count, is_number, read_text
from leohub.io.covering.tsplib import read_tsplib
from leohub.io.provenance import InputFile

FORMATS = {
    "points": "plain coordinates, a point in each line: x y [demand]",
    "table": "a table with headings: x, y or lat, lon, and demand, cost, id",
    "tsplib": "TSPLIB with coordinates, and demands where it has them",
    "cordeau": "Cordeau, Furini & Ljubić: F and C lines",
    "pmed": "OR-Library p-median: a network",
    "scp": "OR-Library set covering, by rows",
    "rail": "OR-Library set covering, by columns",
}
"""Name of each format, and what it is."""

METRICS = {
    "plane": "straight lines, in the unit of the coordinates",
    "geodesic": "kilometres on the Earth, from latitude and longitude",
    "sphere": "metres on a sphere, from latitude and longitude",
}
"""Name of each way to measure distances between coordinates, and what it is."""

_REACHES: dict[str, type[Plane | Globe | Sphere]] = {
    "plane": Plane,
    "geodesic": Globe,
    "sphere": Sphere,
}
_TABLE_SUFFIXES = {".xlsx", ".parquet", ".geoparquet", ".geojson", ".json", ".gpkg"}
_READERS: dict[str, Callable[[InstanceText], CoveringProblem]] = {
    "cordeau": read_cordeau,
    "pmed": read_pmed,
    "scp": read_scp,
    "rail": read_rail,
}


def read_problem(
    file: InputFile,
    *,
    demand: InputFile | None = None,
    format: str | None = None,
    metric: str | None = None,
) -> CoveringProblem:
    """Read a covering problem.

    Parameters
    ----------
    file : InputFile
        The instance, or its sites; may be ``.gz``.
    demand : InputFile, optional
        Either one number for each point of the instance, or demand points of their own: a table
        with or without headings. The places in `file` are then the sites only.
    format : str, optional
        One of `FORMATS`. Default: as its text looks.
    metric : str, optional
        One of `METRICS`, for coordinates only. Default: ``"geodesic"`` for tables with latitudes,
        ``"sphere"`` for TSPLIB's COORD, else ``"plane"``.

    Raises
    ------
    InputError
        When a file is not of the format, with every line that is wrong.
    """
    named = format or _format_of(file)
    if named not in _READERS:
        return _from_points(file, named, demand, metric)
    if metric is not None:
        raise file.error(
            f"the format {named} says how distances are measured",
            "Leave the metric out, or name another format",
        )
    problem = _READERS[named](read_text(file))
    return problem if demand is None else _with_demand(problem, demand)


def _format_of(file: InputFile) -> str:
    """Tell the format by the suffix of the file and the look of its text."""
    if file.suffix in _TABLE_SUFFIXES:
        return "table"
    text = read_text(file)
    head = text.head(3)
    first = head[0]
    if ":" in " ".join(first) or first[0].endswith("_SECTION"):
        return "tsplib"
    if not is_number(first[0]):
        return "table"
    if len(head) > 1 and head[1][0] in ("F", "C"):
        return "cordeau"
    if all(map(is_count, first[:3])) and len(first) >= 2:
        return _counted_format(text, [int(word) for word in first[:3]])
    return "points"


def _counted_format(text: InstanceText, counts: list[int]) -> str:
    """Tell the format of a text whose first line has two or three whole numbers, or more."""
    lines = text.count_lines() - 1
    if counts[0] == lines:
        return "points"
    if len(counts) == 3 and counts[1] == lines:
        return "pmed"
    if len(counts) == 2:
        try:
            numbers = text.numbers()
        except InputError:
            return "points"
        for name, fits in (("scp", _is_scp), ("rail", _is_rail)):
            if fits(numbers):
                return name
        # A damaged set covering instance: its reader says what is wrong with it.
        if len({len(fields) for _, fields in text.lines()}) > 2 and len(numbers) > sum(counts):
            return "scp"
    return "points"


def _is_scp(numbers: NDArray[np.float64]) -> bool:
    """Tell whether lists by rows end exactly with the numbers."""
    return _ends_with(numbers, 2 + int(numbers[1]), int(numbers[0]), 0)


def _is_rail(numbers: NDArray[np.float64]) -> bool:
    """Tell whether lists by columns end exactly with the numbers."""
    return _ends_with(numbers, 2, int(numbers[1]), 1)


def _ends_with(numbers: NDArray[np.float64], position: int, lists: int, before: int) -> bool:
    for _ in range(lists):
        position += before
        if position >= len(numbers) or numbers[position] < 0 or numbers[position] % 1:
            return False
        position += 1 + int(numbers[position])
    return position == len(numbers)


def _from_points(
    file: InputFile, named: str, demand: InputFile | None, metric: str | None
) -> CoveringProblem:
    """Read coordinates of sites and of demand points."""
    sites = _read_points(file, named)
    points, worth = sites, sites.demand
    notes = list(sites.notes)
    if demand is not None:
        given = _read_demand_file(demand, len(sites.places))
        if isinstance(given, Points):
            points, worth = given, given.demand
            notes += given.notes
            if sites.demand is not None:
                notes.append("the demand in the file of sites was not used")
        else:
            worth = given
    if worth is None:
        worth = np.ones(len(points.places))
        notes.append("every point is worth 1: there are no demands")
    measured = _metric(file, sites, points, metric)
    return CoveringProblem(
        name=file.name,
        format=named,
        reach=_REACHES[measured](sites.places, points.places),
        demand=worth,
        hubs=sites.hubs,
        cost=sites.cost,
        site_names=sites.names,
        notes=tuple(notes),
    )


def _read_points(file: InputFile, named: str) -> Points:
    if named == "table":
        # Loads what reads maps, which plain instances do without.
        from leohub.io.covering.table import read_named_points

        return read_named_points(file)
    text = read_text(file)
    return read_tsplib(text) if named == "tsplib" else read_points(text)


def _read_demand_file(file: InputFile, points: int) -> Points | NDArray[np.float64]:
    """Read demands alone, or places with theirs."""
    named = _format_of(file)
    if named == "table":
        return _read_points(file, named)
    text = read_text(file)
    fields = max(map(len, text.head(3)[1:]), default=len(text.head(1)[0]))
    # Demands may also stand side by side: as many numbers as there are points are demands.
    if named == "tsplib" or (fields > 1 and len(text.numbers()) not in (points, points + 1)):
        return _read_points(file, "tsplib" if named == "tsplib" else "points")
    return read_demand(text, points)


def _with_demand(problem: CoveringProblem, file: InputFile) -> CoveringProblem:
    """Return a problem with other demands, one for each of its points."""
    demand = read_demand(read_text(file), problem.reach.shape[1])
    return CoveringProblem(
        name=problem.name,
        format=problem.format,
        reach=problem.reach,
        demand=demand,
        hubs=problem.hubs,
        cost=problem.cost,
        site_names=problem.site_names,
    )


def _metric(file: InputFile, sites: Points, points: Points, asked: str | None) -> str:
    """Return how to measure distances, after a look whether the coordinates allow it."""
    if asked is None and sites.metric != points.metric:
        raise file.error(
            f"its places are for {METRICS[sites.metric]}, those of the demand points for "
            f"{METRICS[points.metric]}",
            "Give both as x and y, or both as lat and lon",
        )
    metric = asked or sites.metric
    for places in (sites.places, points.places):
        if metric != "plane" and (np.abs(places) > (90, 180)).any():
            raise file.error(
                "some coordinates are not a latitude and a longitude",
                "Give latitude (-90 to 90), then longitude (-180 to 180), or use the metric plane",
            )
    return metric
