"""Set covering instances of the OR-Library: columns are the sites, rows the demand points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from leohub.io.covering.problem import CoveringProblem, Listed
from leohub.io.covering.text import InstanceText

Integers = NDArray[np.int64]


def read_scp(text: InstanceText) -> CoveringProblem:
    """Read an instance that lists, for each row, the columns that cover it.

    Numbers, whatever the lines: rows, columns; the cost of each column; then for each row how many
    columns cover it, and which, from 1. Every row is worth 1. J. E. Beasley, "OR-Library",
    Journal of the Operational Research Society 41 (1990), 1069-1072.

    Raises
    ------
    InputError
        When the numbers are not so.
    """
    numbers = _whole_numbers(text)
    rows, columns = _size(text, numbers)
    begin = 2 + columns
    lists, position = [], begin
    for row in range(rows):
        lists.append(_list(text, numbers, position, f"row {row + 1} of the matrix"))
        position += 1 + len(lists[-1])
    _check_end(text, numbers, position)
    covered = np.repeat(np.arange(rows), [len(found) for found in lists])
    sites = _members(text, lists, begin, columns, "column") - 1
    return _problem(text, "scp", sites, covered, (columns, rows), numbers[2:begin])


def read_rail(text: InstanceText) -> CoveringProblem:
    """Read an instance that lists, for each column, its cost and the rows that it covers.

    Numbers, whatever the lines: rows, columns; then for each column its cost, how many rows it
    covers, and which, from 1: the railway instances of the OR-Library. Every row is worth 1.

    Raises
    ------
    InputError
        When the numbers are not so.
    """
    numbers = _whole_numbers(text)
    rows, columns = _size(text, numbers)
    lists, costs, position = [], [], 2
    for column in range(columns):
        lists.append(_list(text, numbers, position + 1, f"column {column + 1} of the matrix"))
        costs.append(numbers[position])
        position += 2 + len(lists[-1])
    _check_end(text, numbers, position)
    sites = np.repeat(np.arange(columns), [len(found) for found in lists])
    covered = _members(text, lists, 2, rows, "row", between=2) - 1
    return _problem(text, "rail", sites, covered, (columns, rows), np.array(costs))


def _whole_numbers(text: InstanceText) -> Integers:
    numbers = text.numbers()
    fraction = np.flatnonzero(numbers % 1)
    if len(fraction):
        raise text.file.error(
            f"{numbers[fraction[0]]:g} is not a whole number",
            "Give whole numbers only; or say with --format what this is",
            f"row {text.line_of_number(int(fraction[0]))}",
        )
    return numbers.astype(np.int64)


def _size(text: InstanceText, numbers: Integers) -> tuple[int, int]:
    if len(numbers) < 2 or numbers[:2].min() < 1:
        raise text.file.error(
            "the first two numbers are not those of rows and columns",
            "Begin the file with them",
            "row 1",
        )
    return int(numbers[0]), int(numbers[1])


def _list(text: InstanceText, numbers: Integers, position: int, what: str) -> Integers:
    """Return the list that begins with its length at a position."""
    if position >= len(numbers):
        raise text.file.error(f"the file ends before {what}", "Fetch it again")
    length = int(numbers[position])
    found = numbers[position + 1 : position + 1 + max(0, length)]
    if length < 0 or len(found) != length:
        raise text.file.error(
            f"{what} announces {length:,} numbers, but {len(numbers) - position - 1:,} follow in "
            "the whole file",
            "Fetch the file again; or say with --format what this is",
            f"row {text.line_of_number(position)}",
        )
    return found


def _check_end(text: InstanceText, numbers: Integers, position: int) -> None:
    if position < len(numbers):
        raise text.file.error(
            f"{len(numbers) - position:,} numbers follow after the last that is announced",
            "Fetch the file again; or say with --format what this is",
            f"row {text.line_of_number(position)}",
        )


def _members(
    text: InstanceText, lists: list[Integers], begin: int, most: int, what: str, between: int = 1
) -> Integers:
    """Return all lists as one, after a look at every number in them.

    The lists begin at position `begin` among all numbers, each after `between` others.
    """
    members = np.concatenate([np.empty(0, np.int64), *lists])
    wrong = np.flatnonzero((members < 1) | (members > most))
    if len(wrong):
        ends = np.cumsum([len(found) for found in lists])
        before = int(np.searchsorted(ends, wrong[0], side="right"))
        position = begin + between * (before + 1) + int(wrong[0])
        raise text.file.error(
            f"there is no {what} {members[wrong[0]]:,}; they count from 1 to {most:,}",
            "Correct the number; or say with --format what this is",
            f"row {text.line_of_number(position)}",
        )
    return members


def _problem(
    text: InstanceText,
    form: str,
    sites: Integers,
    covered: Integers,
    shape: tuple[int, int],
    costs: Integers,
) -> CoveringProblem:
    pairs = coo_array((np.ones(len(sites)), (sites, covered)), shape=shape)
    shares = csr_array(pairs)
    shares.sum_duplicates()
    shares.data[:] = 1.0
    shares.sort_indices()
    return CoveringProblem(
        name=text.file.name,
        format=form,
        reach=Listed(shares),
        demand=np.ones(shape[1]),
        cost=costs.astype(np.float64),
    )
