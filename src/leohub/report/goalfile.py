"""What proves the ceiling of another objective than people, as files.

proof_goal.csv grants each cell something beforehand, and proof_goal_rules.csv gives the multiplier
of every row of every rule of the study, both in the unit of the objective: shares of regions, or
people. The weighting of the outcomes stands in run.json: `leohub.plan.questions.ceilingproof`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from leohub.errors import Problems
from leohub.people.cells import to_hex
from leohub.plan.rules.rules import Rules
from leohub.report.prooffile import (
    find_table,
    note_rows,
    read_numbers,
    read_prices,
    read_table,
    write_exactly,
    write_prices,
)

if TYPE_CHECKING:
    from leohub.plan.questions.ceilingproof import CeilingProof

PROOF: Final = "proof_goal.csv"
RULES: Final = "proof_goal_rules.csv"
COLUMNS: Final = ["h3", "granted"]
RULE_COLUMNS: Final = ["row", "rule", "price"]


def goal_files(folder: Path) -> tuple[str, ...]:
    """Return the names of the files that hold the proof."""
    return find_table(folder / PROOF).name, RULES


def write_goal_proof(cells: pd.DataFrame, rules: Rules, proof: CeilingProof, folder: Path) -> None:
    """Write what proves the ceiling of a goal, every number to its last digit.

    Parameters
    ----------
    cells : DataFrame
        Indexed by H3 id.
    rules : Rules
        Of the study, without those that hold the goal.
    proof : CeilingProof
    folder : Path
    """
    some = np.flatnonzero(proof.granted)
    names = np.asarray(to_hex(cells.index.to_numpy()))
    columns = dict(zip(COLUMNS, (names[some], proof.granted[some]), strict=True))
    write_exactly(pd.DataFrame(columns), folder / PROOF)
    write_prices(proof.row_prices, rules, folder / RULES, RULE_COLUMNS)


def read_goal_proof(
    folder: Path, cells: pd.DataFrame, rules: Rules, weighting: tuple[float, ...]
) -> CeilingProof:
    """Read what proves the ceiling of a goal.

    Parameters
    ----------
    folder : Path
    cells : DataFrame
        Indexed by H3 id.
    rules : Rules
        Of the study, without those that hold the goal.
    weighting : tuple of float
        From run.json.

    Raises
    ------
    InputError
        When a file is missing or no such table, names a cell twice or one that the study does not
        have, or grants what is not a finite number of at least 0; all of it at once.
    """
    # A plan without a goal is checked with as little code as can be.
    from leohub.plan.questions.ceilingproof import CeilingProof

    path = find_table(folder / PROOF)
    problems = Problems(path.name)
    table = read_table(path, problems, COLUMNS)
    cell = pd.Index(to_hex(cells.index.to_numpy())).get_indexer(pd.Index(table["h3"]))
    note_rows(problems, table, cell < 0, "h3", "is no cell with people in the study")
    note_rows(problems, table, table["h3"].duplicated().to_numpy(), "h3", "is there twice")
    numbers = read_numbers(problems, table, COLUMNS[1])
    problems.raise_if_any()
    granted = np.zeros(len(cells))
    granted[cell] = numbers
    return CeilingProof(
        np.array(weighting), granted, read_prices(folder / RULES, rules, RULE_COLUMNS)
    )
