"""The data dictionary, and tables laid out as it says."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd

from leohub.people.cells import to_hex

DECIMALS: Final = {
    "°": 6,
    "people": 3,
    "people/km²": 3,
    "USD": 2,
    "USD/month": 2,
    "USD/person/month": 4,
}
"""Digits that are written for a unit: places to 0.1 m, people to 1/1000 as the choice counts."""

DECIMALS_ELSEWHERE: Final = 3


@dataclass(frozen=True)
class Column:
    """One column of one table, as `data/dictionary.csv` declares it."""

    table: str
    name: str
    unit: str
    type: str
    meaning: str

    @property
    def decimals(self) -> int:
        """Digits after the point that are written."""
        return DECIMALS.get(self.unit, DECIMALS_ELSEWHERE)


@cache
def dictionary() -> tuple[Column, ...]:
    """Return every column of every table, in the order declared."""
    text = files("leohub").joinpath("data/dictionary.csv").read_text("utf-8")
    return tuple(
        Column(row["table"], row["column"], row["unit"], row["type"], row["meaning"])
        for row in csv.DictReader(text.splitlines())
    )


def columns_of(table: str) -> tuple[Column, ...]:
    """Return the columns of one table, in the order declared."""
    return tuple(column for column in dictionary() if column.table == table)


def lay_out(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Return a table with the dictionary's columns, types and digits, and a plain index.

    Parameters
    ----------
    frame : DataFrame
        May carry the table's key as its index; other columns are dropped.
    table : str
        Name of the table in the dictionary.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    columns = columns_of(table)
    if frame.index.name in {column.name for column in columns}:
        frame = frame.reset_index()
    return pd.DataFrame({column.name: _typed(frame[column.name], column) for column in columns})


def _typed(values: pd.Series, column: Column) -> pd.Series:
    if column.name == "h3":
        ids = values.to_numpy()
        return pd.Series(to_hex(ids) if ids.dtype == np.uint64 else ids, dtype=object)
    values = values.reset_index(drop=True)
    if column.type == "number":
        # What is not defined (a price by nobody) is left empty; adding 0.0 turns -0.0 into 0.0.
        rounded = values.astype(float).round(column.decimals) + 0.0
        return rounded.replace([np.inf, -np.inf], np.nan)
    if column.type == "integer":
        return values.astype("int64")
    if column.type == "boolean":
        return values.astype(bool)
    return values.astype(object).where(values.notna(), "").astype(str).astype(object)
