"""proof.csv: the people granted beforehand in each cell, which prove the bound of a plan."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError, Problems
from leohub.people.cells import to_hex

PLAIN: Final = "proof.csv"
PACKED: Final = "proof.csv.gz"

MOST_PLAIN_ROWS: Final = 100_000
"""Longer proofs are compressed."""

COLUMNS: Final = ["h3", "granted_people"]

REMEDY: Final = "Get the results folder as leohub wrote it"


def write_proof(cells: pd.DataFrame, granted_people: NDArray[np.float64], folder: Path) -> None:
    """Write the cells to which anybody is granted, every number to its last digit.

    Parameters
    ----------
    cells : DataFrame
        Indexed by H3 id.
    granted_people : ndarray, shape (n_cells,)
        `leohub.plan.plan.Plan.granted_people`.
    folder : Path
        Gets `PLAIN`, or `PACKED` when there are many.
    """
    granted = np.flatnonzero(granted_people)
    table = pd.DataFrame(
        {
            "h3": to_hex(cells.index.to_numpy()[granted]),
            "granted_people": granted_people[granted],
        }
    )
    text = table.to_csv(index=False, lineterminator="\n").encode()
    if len(table) > MOST_PLAIN_ROWS:
        # Without the time: the same proof is the same bytes.
        (folder / PACKED).write_bytes(gzip.compress(text, mtime=0))
    else:
        (folder / PLAIN).write_bytes(text)


def find_proof(folder: Path) -> Path:
    """Return where the proof of a results folder is, or would be."""
    packed = folder / PACKED
    return packed if packed.is_file() else folder / PLAIN


def read_proof(path: Path, cells: pd.DataFrame) -> NDArray[np.float64]:
    """Read what is granted each cell.

    Parameters
    ----------
    path : Path
        Of `find_proof`.
    cells : DataFrame
        Indexed by H3 id.

    Returns
    -------
    ndarray, shape (n_cells,)
        0 for cells that the file does not name.

    Raises
    ------
    InputError
        When it is missing or no such table, names a cell twice or one that the study does not
        have, or grants what is not a finite number of at least 0; all of it at once.
    """
    problems = Problems(path.name)
    table = _read(path, problems)
    cell = pd.Index(to_hex(cells.index.to_numpy())).get_indexer(pd.Index(table["h3"]))
    granted = np.array([_number(text) for text in table["granted_people"]], dtype=np.float64)
    for wrong, column, message in (
        (cell < 0, "h3", "is no cell with people in the study"),
        (table["h3"].duplicated().to_numpy(), "h3", "is there twice"),
        (~(granted >= 0) | np.isinf(granted), "granted_people", "is no number of at least 0"),
    ):
        rows = np.flatnonzero(wrong)
        told = [f"{column} {text!r} {message}" for text in table[column].iloc[rows]]
        problems.add_rows(zip((rows + 2).tolist(), told, strict=True), REMEDY)
    problems.raise_if_any()
    people = np.zeros(len(cells))
    people[cell] = granted
    return people


def _number(text: str) -> float:
    """Return a number as exactly as it is written; nan where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _read(path: Path, problems: Problems) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except OSError as error:
        problems.add("", f"cannot be read ({error.strerror or error})", REMEDY)
        raise InputError(problems.found) from None
    except (ValueError, EOFError) as error:
        problems.add("", f"is no table ({error})", REMEDY)
        raise InputError(problems.found) from None
    if list(table.columns) != COLUMNS:
        problems.add("row 1", f"its columns are not {' and '.join(COLUMNS)}", REMEDY)
        raise InputError(problems.found)
    return table
