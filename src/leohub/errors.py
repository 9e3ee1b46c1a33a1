"""What can go wrong, and how it is told.

::

    LeohubError
    ├── InputError      the user's files or settings: one or more problems, each with a remedy
    ├── OutputError     results cannot be written where they were asked for
    ├── SolverError     a solver broke its own contract
    └── RefusalError    a model does not hold for what is asked, and is not stretched

The command line turns every `LeohubError` into a plain message and exit code 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHOWN_PER_KIND = 5
"""Problems of one kind in one file that are shown in full; the others are counted."""


class LeohubError(Exception):
    """Any failure that leohub foresees."""


class OutputError(LeohubError):
    """Results cannot be written."""


class SolverError(LeohubError):
    """A solver returned something that its own contract forbids."""


class RefusalError(LeohubError):
    """A model does not hold for what it is asked, and its answer would be a guess."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what the user gave.

    Parameters
    ----------
    file : str
        The file it is in, as the user named it.
    where : str
        The row, column or field: ``"row 14, column lat"``, ``"[choice] hubs"``. May be empty.
    message : str
        What is wrong, in one sentence without a full stop.
    remedy : str
        What to do about it, in one sentence without a full stop.
    """

    file: str
    where: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.where}" if self.where else self.file
        return f"{place}: {self.message}. {self.remedy}."


class InputError(LeohubError):
    """Everything found wrong with the input, all at once.

    Attributes
    ----------
    problems : tuple of Problem
        In the order found, never empty.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Problems:
    """Collects problems until everything has been looked at.

    >>> problems = Problems("schools.csv")
    >>> problems.add("row 3", "latitude 91.0 is above 90", "Correct the latitude")
    >>> problems.raise_if_any()
    Traceback (most recent call last):
    leohub.errors.InputError: schools.csv, row 3: latitude 91.0 is above 90. Correct the latitude.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, where: str, message: str, remedy: str) -> None:
        """Note one problem."""
        self.found.append(Problem(self.file, where, message, remedy))

    def add_rows(self, rows: Iterable[tuple[int, str]], remedy: str) -> None:
        """Note the same kind of problem in many rows: the first few in full, the others counted.

        Parameters
        ----------
        rows : iterable of (int, str)
            The row number as a text editor or spreadsheet shows it (the header is row 1), and
            what is wrong in it.
        remedy : str
            What to do about all of them.
        """
        noted = list(rows)
        for row, message in noted[:SHOWN_PER_KIND]:
            self.add(f"row {row}", message, remedy)
        rest = noted[SHOWN_PER_KIND:]
        if rest:
            numbers = ", ".join(str(row) for row, _ in rest[:20]) + (
                ", …" if len(rest) > 20 else ""
            )
            self.add(f"rows {numbers}", f"{len(rest):,} more rows with the same problem", remedy)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take over problems found elsewhere."""
        self.found.extend(problems)

    def raise_if_any(self) -> None:
        """Raise `InputError` when anything was noted."""
        if self.found:
            raise InputError(self.found)
