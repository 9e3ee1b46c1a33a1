"""The text of an instance: numbers between blanks, with the lines they stand in."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from math import isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError, Problems
from leohub.io.provenance import InputFile

_BLANKS = bytes.maketrans(b",;\t", b"   ")
_BOM = b"\xef\xbb\xbf"
_PLAIN = "Write plain numbers, with a point before the decimals"


@dataclass(frozen=True)
class InstanceText:
    """What stands in a file; commas, semicolons and tabs count as blanks.

    Attributes
    ----------
    file : InputFile
    content : bytes
        Kept as bytes: a file of ten million points takes its own size in memory, not four times.
    """

    file: InputFile
    content: bytes

    def lines(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number and the fields of each line that has any, from 1."""
        for number, line in enumerate(BytesIO(self.content), start=1):
            if fields := line.translate(_BLANKS).split():
                yield number, [field.decode("utf-8", "replace") for field in fields]

    def head(self, lines: int) -> list[list[str]]:
        """Return the fields of the first lines that have any."""
        return [fields for _, fields in islice(self.lines(), lines)]

    def count_lines(self) -> int:
        """Return how many lines have any fields."""
        return sum(1 for line in BytesIO(self.content) if line.translate(_BLANKS).strip())

    def numbers(self) -> NDArray[np.float64]:
        """Return all numbers, in the order in which they stand, whatever the lines.

        Raises
        ------
        InputError
            When something is not a number.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            try:
                found = np.fromstring(self.content.translate(_BLANKS), sep=" ")
            except (DeprecationWarning, ValueError):
                raise self._not_numbers() from None
        if not np.isfinite(found).all():
            raise self._not_numbers()
        return found

    def table(self, skip: int, columns: int) -> NDArray[np.float64]:
        """Return the lines after the first `skip` that have any fields as rows of numbers.

        Parameters
        ----------
        skip : int
            Lines with fields before the table.
        columns : int
            Fields that every line must have.

        Returns
        -------
        ndarray, shape (rows, columns)

        Raises
        ------
        InputError
            With every line that has other fields than these, or what is not a number.
        """
        content = self.content[self._begin_of(skip) :].translate(_BLANKS)
        if not content.strip():
            return np.empty((0, columns))
        with warnings.catch_warnings():
            # A line with more fields than names would only be warned of, and cut.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            try:
                found = pd.read_csv(
                    BytesIO(content),
                    sep=r"\s+",
                    header=None,
                    names=range(columns),
                    index_col=False,
                    dtype=np.float64,
                    na_filter=False,
                ).to_numpy()
            except (ValueError, pd.errors.ParserWarning):
                raise self._wrong_rows(skip, columns) from None
        if not np.isfinite(found).all():
            raise self._wrong_rows(skip, columns)
        return found

    def line_of_row(self, skip: int, row: int) -> int:
        """Return the line in which row `row` of a table stands, from 0 after `skip` lines."""
        return next(islice(self.lines(), skip + row, None))[0]

    def line_of_number(self, position: int) -> int:
        """Return the line in which a number stands, by its position among all, from 0."""
        last = 1
        for line, fields in self.lines():
            position -= len(fields)
            last = line
            if position < 0:
                break
        return last

    def _begin_of(self, skip: int) -> int:
        """Return where the lines after the first `skip` with fields begin."""
        begin = 0
        stream = BytesIO(self.content)
        while skip and (line := stream.readline()):
            skip -= bool(line.translate(_BLANKS).strip())
            begin = stream.tell()
        return begin

    def _not_numbers(self) -> InputError:
        problems = self.file.problems()
        problems.add_rows(
            [
                (number, f"{field!r} is not a number")
                for number, fields in self.lines()
                for field in fields
                if not is_number(field)
            ],
            _PLAIN,
        )
        return self._error(problems)

    def _wrong_rows(self, skip: int, columns: int) -> InputError:
        problems = self.file.problems()
        wrong: list[tuple[int, str]] = []
        words: list[tuple[int, str]] = []
        for number, fields in islice(self.lines(), skip, None):
            if len(fields) != columns:
                wrong.append((number, f"{len(fields)} fields, where the others have {columns}"))
            else:
                bad = [field for field in fields if not is_number(field)]
                words += [(number, f"{field!r} is not a number") for field in bad]
        problems.add_rows(wrong, "Complete the line, or take it out")
        problems.add_rows(words, _PLAIN)
        return self._error(problems)

    def _error(self, problems: Problems) -> InputError:
        if not problems.found:
            problems.add("", "its numbers cannot be read", _PLAIN)
        return InputError(problems.found)


def read_text(file: InputFile) -> InstanceText:
    """Read the text of an instance, also from a ``.gz``.

    Raises
    ------
    InputError
        When the file is missing, cannot be unpacked, is not text, or has nothing in it.
    """
    with file.unpacked() as path:
        content = path.read_bytes()
    if b"\0" in content[:4096]:
        raise file.error("this is not a text", "Save the instance as plain text (UTF-8)")
    text = InstanceText(file, content.removeprefix(_BOM))
    if not text.head(1):
        raise file.error("there is nothing in it", "Fetch or export it again")
    return text


def is_number(field: str) -> bool:
    """Tell whether a field is a finite number, without the underscores that Python allows."""
    try:
        return "_" not in field and isfinite(float(field))
    except ValueError:
        return False


def is_count(field: str) -> bool:
    """Tell whether a field is a whole number from 0."""
    return field.isascii() and field.isdigit()
