"""Columns of a table: whether they are there, and what stands in them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from leohub.errors import Problems

_NO_VALUE = ["", "na", "n/a", "nan", "null", "none"]


def require_columns(table: pd.DataFrame, wanted: dict[str, str | None], problems: Problems) -> bool:
    """Note every named column that the table does not have.

    Parameters
    ----------
    table : DataFrame
    wanted : dict
        Setting of the study → column that it names. None: not named, so not needed.
    problems : Problems

    Returns
    -------
    bool
        Whether all are there.
    """
    columns = [str(column) for column in table.columns if column != "geometry"]
    complete = True
    for setting, column in wanted.items():
        if column is None or column in columns:
            continue
        complete = False
        problems.add(
            f"column {column!r}",
            f"there is no such column; the table has {', '.join(map(repr, columns))}",
            suggest(
                column, columns, f"Set `{setting}` to {{}}", f"Set `{setting}` to one of these"
            ),
        )
    return complete


def suggest(word: str, choices: Iterable[str], found: str, otherwise: str) -> str:
    """Return `found` with the choice that is most like a word, or `otherwise` if none is."""
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.5)
    return found.format(repr(by_lower[close[0]])) if close else otherwise


def texts(column: pd.Series) -> pd.Series:
    """Return a column as text in one line; missing values as ``""``; whole numbers without ``.0``.

    Codes need this: the same code is 7 in one file, "7" in another and 7.0 in a column that
    somewhere has a gap. Line breaks and control characters inside a text become single spaces,
    because a table that is written with them can not be read again everywhere.
    """
    text = column.astype(object).where(column.notna(), "").map(str)
    text = text.str.replace(r"[\s\x00-\x1f\x7f]+", " ", regex=True).str.strip()
    return text.str.replace(r"^(-?\d+)\.0+$", r"\1", regex=True)


def is_missing(column: pd.Series) -> pd.Series:
    """Return where a column has no value: blank, or a word such as NA or null."""
    return texts(column).str.lower().isin(_NO_VALUE)


def numbers(
    table: pd.DataFrame,
    column: str,
    problems: Problems,
    *,
    low: float,
    high: float,
    required: bool = True,
    remedy: str = "Correct the value",
) -> pd.Series:
    """Return a column as numbers, noting every row where it is not one or is out of range.

    Parameters
    ----------
    table : DataFrame
    column : str
    problems : Problems
    low, high : float
        Smallest and largest value that makes sense.
    required : bool
        Whether a missing value is a problem too.
    remedy : str
        What to do about values out of range.

    Returns
    -------
    Series of float
        NaN where the value is missing or was noted as a problem.
    """
    text = texts(table[column])
    missing = is_missing(table[column])
    values = pd.to_numeric(text.mask(missing), errors="coerce").astype("float64")
    wrong = values.isna() & ~missing
    outside = values.notna() & ~values.between(low, high)
    problems.add_rows(
        [(row, f"column {column!r}: {text[row]!r} is not a number") for row in text.index[wrong]],
        "Write plain numbers, with a point before the decimals",
    )
    problems.add_rows(
        [
            (row, f"column {column!r}: {values[row]:,.10g} is {_beyond(values[row], low, high)}")
            for row in values.index[outside]
        ],
        remedy,
    )
    if required:
        problems.add_rows(
            [(row, f"column {column!r} has no value") for row in text.index[missing]],
            "Fill it in, or take the row out",
        )
    return values.mask(outside)


def _beyond(value: float, low: float, high: float) -> str:
    return f"below {low:,.10g}" if value < low else f"above {high:,.10g}"


def optional_numbers(
    table: pd.DataFrame,
    column: str | None,
    problems: Problems,
    *,
    low: float,
    high: float,
    remedy: str,
) -> pd.Series:
    """Return a column as numbers, NaN where a row, or the whole table, has none."""
    if column is None:
        return pd.Series(np.nan, index=table.index)
    return numbers(table, column, problems, low=low, high=high, required=False, remedy=remedy)
