"""Plain coordinates: a point in each line, with or without its demand, its cost and its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from leohub.io.covering.text import InstanceText, is_count, is_number

COLUMNS = {
    2: "x y",
    3: "x y demand",
    4: "number x y demand",
    5: "number x y cost demand",
}
"""What stands in a line, by the number of its fields."""

_LOOK_AT = 12
"""Lines that tell how wide the table is, after at most two with counts."""


@dataclass(frozen=True)
class Points:
    """Places with what is known of them.

    Attributes
    ----------
    places : ndarray, shape (n, 2)
        x, y; or latitude, longitude [°].
    metric : str
        How distances between them are measured; see `leohub.io.covering.formats.METRICS`.
    demand, cost : ndarray, shape (n,), optional
    names : ndarray of str, shape (n,), optional
    hubs : int, optional
        How many to choose, where the file says it.
    notes : tuple of str
    """

    places: NDArray[np.float64]
    metric: str = "plane"
    demand: NDArray[np.float64] | None = None
    cost: NDArray[np.float64] | None = None
    names: NDArray[np.str_] | None = None
    hubs: int | None = None
    notes: tuple[str, ...] = field(default=())


def read_points(text: InstanceText) -> Points:
    """Read a table of numbers, a point in each line.

    One line of counts, whose first number is that of the points, or two, as in the capacitated
    p-median instances of the OR-Library, may stand above it; of further numbers in them, only the
    p of the latter is used. The fields are those of `COLUMNS`. Three of which the first counts
    from 1 are number, x, y. Five are as in L. Chen et al. (2023, European Journal of Operational
    Research 311, 73-87).

    Raises
    ------
    InputError
        With every line that is not as the others; or when the count and the lines disagree.
    """
    skip, said = _counts(text)
    columns = _usual_width(text.head(skip + _LOOK_AT)[skip:])
    if columns not in COLUMNS:
        raise text.file.error(
            f"the lines have {columns} fields",
            f"Give {', or '.join(COLUMNS.values())}; or say with --format what this is",
            f"row {text.line_of_row(skip, 0)}",
        )
    table = text.table(skip, columns)
    if said is not None and said != len(table):
        raise text.file.error(
            f"it announces {said:,} points, but {len(table):,} follow",
            "Fetch the file again, or correct the number",
            "row 1",
        )
    return _points(text, table, skip)


def read_demand(text: InstanceText, points: int) -> NDArray[np.float64]:
    """Read a list of demands, one number for each point; the first may be their count.

    Raises
    ------
    InputError
        When there are not as many as points, or one is negative.
    """
    numbers = text.numbers()
    counted = len(numbers) == points + 1 and numbers[0] == points
    if counted:
        numbers = numbers[1:]
    if len(numbers) != points:
        raise text.file.error(
            f"it has {len(numbers):,} demands, but there are {points:,} points",
            "Give one number for each point, in the order of the instance",
        )
    check_not_negative(text, numbers, "demand", lambda row: text.line_of_number(row + counted))
    return numbers


def check_not_negative(
    text: InstanceText,
    values: NDArray[np.float64],
    meaning: str,
    line_of: Callable[[int], int],
) -> None:
    """Raise `InputError` with the lines whose demand or cost is negative.

    Parameters
    ----------
    text : InstanceText
    values : ndarray
    meaning : str
        What they are, as messages say it: ``"demand"``.
    line_of : callable
        Gives the line of a value from its position.
    """
    below = np.flatnonzero(values < 0)
    if len(below):
        problems = text.file.problems()
        problems.add_rows(
            [(line_of(int(row)), f"the {meaning} {values[row]:g} is negative") for row in below],
            "Give 0 or more",
        )
        problems.raise_if_any()


def _counts(text: InstanceText) -> tuple[int, int | None]:
    """Return how many lines stand above the table, and how many points they announce."""
    head = text.head(_LOOK_AT)
    lines = text.count_lines()
    if len(head) > 1 and head[0][0] == str(lines - 1):
        return 1, lines - 1
    is_capacitated = len(head) > 2 and [len(fields) for fields in head[1:3]] == [3, 4]
    if is_capacitated and head[1][0] == str(lines - 2):
        return 2, lines - 2
    first = head[0]
    is_other = not all(map(is_number, first)) or len(first) not in map(len, head[1:])
    if is_count(first[0]) and is_other and len(head) > 1:
        return 1, int(first[0])
    return 0, None


def _usual_width(lines: list[list[str]]) -> int:
    """Return how many fields most lines have; among equals, the first."""
    return Counter(map(len, lines)).most_common(1)[0][0]


def _points(text: InstanceText, table: NDArray[np.float64], skip: int) -> Points:
    names = COLUMNS[table.shape[1]].split()
    notes: list[str] = []
    if table.shape[1] == 3 and len(table) > 2 and _counts_up(table[:, 0]):
        names = ["number", "x", "y"]
        notes.append("the first field counts the points, so the others are x and y")
    by_name = dict(zip(names, table.T, strict=True))
    for meaning in ("demand", "cost"):
        if meaning in by_name:
            check_not_negative(
                text, by_name[meaning], meaning, lambda row: text.line_of_row(skip, row)
            )
    return Points(
        places=np.column_stack((by_name["x"], by_name["y"])),
        demand=by_name.get("demand"),
        cost=by_name.get("cost"),
        hubs=_hubs(text, skip),
        notes=tuple(notes),
    )


def _counts_up(values: NDArray[np.float64]) -> bool:
    return bool(np.array_equal(values, np.arange(1, len(values) + 1)))


def _hubs(text: InstanceText, skip: int) -> int | None:
    """Return the p of a capacitated p-median instance: points, p, capacity in its second line."""
    if skip != 2:
        return None
    counts = text.head(2)[1]
    return int(counts[1]) if len(counts) == 3 and is_count(counts[1]) else None
