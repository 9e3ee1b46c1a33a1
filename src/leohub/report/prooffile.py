"""The certificate of a plan's bound as files: proof.csv, and proof_rules.csv where there are rules.

proof.csv grants people of each cell beforehand; where kinds of places have weights and rules count
people, for what is maximised and for the rules. proof_rules.csv gives the multiplier of every row
of every rule: `leohub.plan.proof`.
"""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError, Problems
from leohub.people.cells import to_hex
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task

PLAIN: Final = "proof.csv"

MOST_PLAIN_ROWS: Final = 100_000
"""Longer proofs are compressed."""

RULES: Final = "proof_rules.csv"

COLUMNS: Final = ["h3", "granted_people"]
FOR_RULES: Final = "granted_for_rules_people"
RULE_COLUMNS: Final = ["row", "rule", "price_people"]

REMEDY: Final = "Get the results folder as leohub wrote it"


@dataclass(frozen=True)
class Certificate:
    """What proves the bound of a plan.

    Attributes
    ----------
    granted_people : ndarray
        `leohub.plan.plan.Plan.granted_people`.
    row_prices : ndarray, shape (n_rows,)
        `leohub.plan.plan.Plan.row_prices`.
    """

    granted_people: NDArray[np.float64]
    row_prices: NDArray[np.float64]


def write_proof(cells: pd.DataFrame, certificate: Certificate, rules: Rules, folder: Path) -> None:
    """Write the cells to which anybody is granted, every number to its last digit.

    Parameters
    ----------
    cells : DataFrame
        Indexed by H3 id.
    certificate : Certificate
    rules : Rules
    folder : Path
        Gets `PLAIN`, or `PACKED` when there are many cells, and `RULES` if there are rules besides
        the size.
    """
    parts = certificate.granted_people.reshape(-1, len(cells)).T
    granted = np.flatnonzero(parts.any(axis=1))
    table = pd.DataFrame(parts[granted], columns=[COLUMNS[1], FOR_RULES][: parts.shape[1]])
    table.insert(0, "h3", to_hex(cells.index.to_numpy()[granted]))
    write_exactly(table, folder / PLAIN)
    if len(rules.limits) > 1:
        write_prices(certificate.row_prices, rules, folder / RULES)


def write_exactly(table: pd.DataFrame, path: Path) -> None:
    """Write a table, every number to its last digit; compressed, as .csv.gz, when it is long."""
    text = table.to_csv(index=False, lineterminator="\n").encode()
    if len(table) > MOST_PLAIN_ROWS:
        # Without the time: the same proof is the same bytes.
        _packed(path).write_bytes(gzip.compress(text, mtime=0))
    else:
        path.write_bytes(text)


def write_prices(
    row_prices: NDArray[np.float64], rules: Rules, path: Path, columns: list[str] = RULE_COLUMNS
) -> None:
    """Write the multiplier of every row of every rule; `columns` name row, rule and multiplier."""
    names = [rules.names[rule] for rule in rules.rule.tolist()]
    rows = np.arange(1, len(names) + 1)
    table = dict(zip(columns, (rows, names, row_prices), strict=True))
    pd.DataFrame(table).to_csv(path, index=False, lineterminator="\n")


def find_proof(folder: Path) -> Path:
    """Return where the proof of a results folder is, or would be."""
    return find_table(folder / PLAIN)


def find_table(path: Path) -> Path:
    """Return where a table is that `write_exactly` wrote, or would be."""
    packed = _packed(path)
    return packed if packed.is_file() else path


def _packed(path: Path) -> Path:
    return path.with_name(f"{path.name}.gz")


def proof_files(folder: Path, rules: Rules) -> tuple[str, ...]:
    """Return the names of the files that hold the proof."""
    return (find_proof(folder).name, *((RULES,) if len(rules.limits) > 1 else ()))


def read_proof(folder: Path, cells: pd.DataFrame, task: Task) -> Certificate:
    """Read the certificate of a results folder.

    Parameters
    ----------
    folder : Path
    cells : DataFrame
        Indexed by H3 id.
    task : Task
        What was asked.

    Raises
    ------
    InputError
        When a file is missing or no such table, names a cell twice or one that the study does not
        have, or grants what is not a finite number of at least 0; all of it at once.
    """
    path = find_proof(folder)
    problems = Problems(path.name)
    parts = len(task.worth) // max(len(cells), 1)
    columns = [*COLUMNS, FOR_RULES][: 1 + parts]
    table = read_table(path, problems, columns)
    cell = pd.Index(to_hex(cells.index.to_numpy())).get_indexer(pd.Index(table["h3"]))
    note_rows(problems, table, cell < 0, "h3", "is no cell with people in the study")
    note_rows(problems, table, table["h3"].duplicated().to_numpy(), "h3", "is there twice")
    granted = np.zeros((parts, len(cells)))
    for part, column in enumerate(columns[1:]):
        numbers = read_numbers(problems, table, column)
        granted[part, cell[cell >= 0]] = numbers[cell >= 0]
    problems.raise_if_any()
    if len(task.rules.limits) < 2:
        return Certificate(granted.ravel(), np.zeros(len(task.rules.limits)))
    return Certificate(granted.ravel(), read_prices(folder / RULES, task.rules))


def read_prices(path: Path, rules: Rules, columns: list[str] = RULE_COLUMNS) -> NDArray[np.float64]:
    """Read the multiplier of every row of every rule; errors as for `read_proof`."""
    problems = Problems(path.name)
    table = read_table(path, problems, columns)
    numbers = read_numbers(problems, table, columns[2])
    names = [rules.names[rule] for rule in rules.rule.tolist()]
    if table["rule"].tolist() != names:
        problems.add("", "its rows are not those of the study's rules", REMEDY)
    problems.raise_if_any()
    return numbers


def read_numbers(problems: Problems, table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column of numbers of at least 0, exactly as they are written; note all others."""
    numbers = np.array([_number(text) for text in table[column]], dtype=np.float64)
    wrong = ~(numbers >= 0) | np.isinf(numbers)
    note_rows(problems, table, wrong, column, "is no number of at least 0")
    return numbers


def note_rows(
    problems: Problems,
    table: pd.DataFrame,
    wrong: NDArray[np.bool_],
    column: str,
    message: str,
) -> None:
    """Note every row that is wrong, with what stands there."""
    rows = np.flatnonzero(wrong)
    told = [f"{column} {text!r} {message}" for text in table[column].iloc[rows]]
    problems.add_rows(zip((rows + 2).tolist(), told, strict=True), REMEDY)


def _number(text: str) -> float:
    """Return a number as exactly as it is written; nan where it is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def read_table(path: Path, problems: Problems, columns: list[str]) -> pd.DataFrame:
    """Read a table with just these columns, as text; errors as for `read_proof`."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except OSError as error:
        problems.add("", f"cannot be read ({error.strerror or error})", REMEDY)
        raise InputError(problems.found) from None
    except (ValueError, EOFError) as error:
        problems.add("", f"is no table ({error})", REMEDY)
        raise InputError(problems.found) from None
    if list(table.columns) != columns:
        problems.add("row 1", f"its columns are not {' and '.join(columns)}", REMEDY)
        raise InputError(problems.found)
    return table
