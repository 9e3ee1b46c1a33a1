"""Text tables: rows of fields between separators (CSV, RFC 4180), as their editor numbers them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from leohub.io.provenance import InputFile

SEPARATORS = ",;\t"
_AROUND = SEPARATORS + " \r\n\ufeff"


class DamagedRowError(ValueError):
    """A row that is not CSV.

    Attributes
    ----------
    row : int
        The line that it breaks off in.
    message, remedy : str
        As in `leohub.errors.Problem`.
    """

    def __init__(self, row: int, message: str, remedy: str) -> None:
        super().__init__(f"row {row}: {message}")
        self.row, self.message, self.remedy = row, message, remedy


def numbered_rows(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that has any value, with the line that it begins in, counted from 1.

    Raises
    ------
    DamagedRowError
        At the first row that is not CSV.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    begins = 1
    try:
        for row in reader:
            if any(field.strip(_AROUND) for field in row):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            raise DamagedRowError(
                reader.line_num,
                f"a field has more than {csv.field_size_limit():,} characters",
                "Close the quotation mark that it begins with; if it is a shape written as text, "
                "take that column out",
            ) from None
        raise DamagedRowError(
            reader.line_num, f"this is not CSV ({error})", "Check the quotation marks there"
        ) from None


def read_csv(file: InputFile, path: Path) -> pd.DataFrame:
    """Read a CSV file; every cell stays text, and the index is the line that the row begins in.

    Raises
    ------
    InputError
        When it is not UTF-8, not CSV, or its rows do not have the fields of its header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            separator = _separator(stream)
            stream.seek(0)
            numbered = list(numbered_rows(stream, separator))
    except UnicodeDecodeError:
        raise file.error("the text is not UTF-8", "Save the table as CSV UTF-8") from None
    except DamagedRowError as damage:
        raise file.error(damage.message, damage.remedy, f"row {damage.row}") from None
    if not numbered:
        raise file.error("the table has no rows", "Give a table with at least one row")
    (header_row, header), *rows = numbered
    if len(header) == 1 and any(separator in header[0] for separator in SEPARATORS):
        raise file.error(
            f"the whole header is one column, {header[0]!r}",
            "Take away the quotation marks around whole lines, or save the table again as CSV "
            "with commas between the columns",
            f"row {header_row}",
        )
    wrong = [line for line, row in rows if len(row) != len(header)]
    if wrong:
        shown = ", ".join(map(str, wrong[:20])) + (", …" if len(wrong) > 20 else "")
        raise file.error(
            f"{len(wrong):,} rows do not have the header's {len(header)} fields: rows {shown}",
            "Quote texts that contain the separator, close the row with all its separators, and "
            f"take out titles above the header (here the header is row {header_row})",
        )
    return pd.DataFrame(
        [row for _, row in rows],
        columns=headings(header),
        index=pd.Index([line for line, _ in rows], dtype="int64"),
        dtype=object,
    )


def headings(header: Iterable[object]) -> list[str]:
    """Return the headings; a column without one, such as a saved index, is named by its place."""
    return [
        str(heading).strip() if heading not in (None, "") else f"column {number}"
        for number, heading in enumerate(header, start=1)
    ]


def _separator(lines: Iterable[str]) -> str:
    """Return the separator that cuts the header, the first line with any word, most often."""
    header = next((line for line in lines if line.strip(_AROUND)), "")
    return max(SEPARATORS, key=lambda separator: _fields(header, separator))


def _fields(line: str, separator: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=separator)))
    except (csv.Error, StopIteration):
        return 0
