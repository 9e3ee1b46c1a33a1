"""The format of Cordeau, Furini & Ljubić: facilities, then customers, each with its own places."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError
from leohub.io.covering.plane import Plane
from leohub.io.covering.problem import CoveringProblem
from leohub.io.covering.text import InstanceText, is_count, is_number

_FIELDS = ["kind", "number", "x", "y", "worth"]
_TYPES = ["category", "float64", "float64", "float64", "float64"]
_SEEN = "a line is F (site) or C (demand point), its number, x, y, and its cost or demand"


def read_cordeau(text: InstanceText) -> CoveringProblem:
    """Read sites and demand points in a plane.

    The first line has the numbers of both; then a line for each, of five fields: ``F``, number, x,
    y, cost of a site; ``C``, number, x, y, demand of a point. J.-F. Cordeau, F. Furini,
    I. Ljubić, "Benders decomposition for very large scale partial set covering and maximal
    covering location problems", European Journal of Operational Research 275 (2019), 882-896,
    doi:10.1016/j.ejor.2018.12.021.

    Raises
    ------
    InputError
        With every line that is not so; or when there are not as many as announced.
    """
    is_site, places, worth = _rows(text)
    _check_counts(text, int(is_site.sum()), int((~is_site).sum()))
    if np.any(worth < 0) or not (np.isfinite(worth).all() and np.isfinite(places).all()):
        raise _wrong_lines(text)
    return CoveringProblem(
        name=text.file.name,
        format="cordeau",
        reach=Plane(places[is_site], places[~is_site]),
        demand=worth[~is_site],
        cost=worth[is_site],
    )


def _rows(
    text: InstanceText,
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Return of every line after the first whether it is a site, its x and y, and its worth."""
    stream = BytesIO(text.content)
    stream.seek(text.content.index(b"\n", _first_word(text)) + 1)
    try:
        table = pd.read_csv(
            stream,
            sep=r"\s+",
            header=None,
            names=_FIELDS,
            dtype=dict(zip(_FIELDS, _TYPES, strict=True)),
            na_filter=False,
        )
    except ValueError:
        raise _wrong_lines(text) from None
    kind = table.pop("kind").cat
    if not set(kind.categories) <= {"F", "C"}:
        raise _wrong_lines(text)
    is_site = np.asarray(kind.categories == "F")[kind.codes]
    return is_site, table[["x", "y"]].to_numpy(), table["worth"].to_numpy()


def _first_word(text: InstanceText) -> int:
    return len(text.content) - len(text.content.lstrip())


def _check_counts(text: InstanceText, sites: int, points: int) -> None:
    counts = text.head(1)[0]
    if len(counts) < 2 or not all(map(is_count, counts[:2])):
        raise text.file.error(
            "the first line does not have the numbers of sites and demand points",
            "Begin the file with them",
            "row 1",
        )
    said = int(counts[0]), int(counts[1])
    if said != (sites, points):
        raise text.file.error(
            f"it announces {said[0]:,} sites and {said[1]:,} demand points, but {sites:,} and "
            f"{points:,} follow",
            "Fetch the file again, or correct the numbers",
            "row 1",
        )


def _wrong_lines(text: InstanceText) -> InputError:
    """Return the error that names every line that is not of the format."""
    problems = text.file.problems()
    lines = text.lines()
    next(lines)
    problems.add_rows(
        [
            (number, f"{' '.join(fields)[:60]!r} is not such a line")
            for number, fields in lines
            if len(fields) != len(_FIELDS)
            or fields[0] not in ("F", "C")
            or not all(map(is_number, fields[1:]))
            or float(fields[4]) < 0
        ],
        f"Correct it: {_SEEN}, neither negative",
    )
    return InputError(problems.found)
