"""Who goes to which hub, and the certificate of the bound on people served, as files.

assigned.csv says how many people of each cell each hub serves. proof_capacity.csv grants people
beforehand by layers of cells, and proof_capacity_rules.csv gives the rent of every row of every
rule: `leohub.plan.capacity.proof`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.errors import Problems
from leohub.people.cells import to_hex
from leohub.plan.capacity.certificate import Certificate
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
    from leohub.plan.capacity.plan import CapacityPlan

ASSIGNED: Final = "assigned.csv"
PROOF: Final = "proof_capacity.csv"
RENTS: Final = "proof_capacity_rules.csv"

ASSIGNED_COLUMNS: Final = ["site_id", "h3", "people"]
PROOF_COLUMNS: Final = ["h3", "share", "granted_share"]


def write_capacity(
    sites: pd.DataFrame, cells: pd.DataFrame, rules: Rules, found: CapacityPlan, folder: Path
) -> None:
    """Write who goes where, and the certificate, every number to its last digit.

    Parameters
    ----------
    sites, cells : DataFrame
        Rows and columns of the coverage, indexed by site id and H3 id.
    rules : Rules
    found : CapacityPlan
    folder : Path
        Gets `ASSIGNED`, `PROOF` (both compressed when they are long) and `RENTS`.
    """
    names = to_hex(cells.index.to_numpy())
    pairs = found.assigned_people.tocoo()
    hub, cell = pairs.coords
    ids = sites.index.to_numpy()[found.hubs[hub]]
    who = dict(zip(ASSIGNED_COLUMNS, (ids, np.asarray(names)[cell], pairs.data), strict=True))
    write_exactly(pd.DataFrame(who), folder / ASSIGNED)
    layers = found.certificate
    told = _layers_to_tell(layers)
    columns = (np.asarray(names)[layers.cell[told]], layers.share[told], layers.granted[told])
    write_exactly(pd.DataFrame(dict(zip(PROOF_COLUMNS, columns, strict=True))), folder / PROOF)
    write_prices(layers.rents, rules, folder / RENTS)


def capacity_files(folder: Path) -> tuple[str, ...]:
    """Return the names of the files that a plan of hubs of limited capacity is checked with."""
    return (*(find_table(folder / name).name for name in (ASSIGNED, PROOF)), RENTS)


def read_assigned(
    folder: Path, sites: pd.DataFrame, cells: pd.DataFrame, hubs: NDArray[np.int64]
) -> csr_array:
    """Read how many people of each cell go to each hub, shape (k, n_cells).

    Parameters
    ----------
    folder : Path
    sites, cells : DataFrame
        As for `write_capacity`.
    hubs : ndarray of int, shape (k,)
        Rows of the sites, in the order that is wanted.

    Raises
    ------
    InputError
        When the file is missing or no such table, or names what is no hub or no cell, or the same
        pair twice; all of it at once.
    """
    path = find_table(folder / ASSIGNED)
    problems = Problems(path.name)
    table = read_table(path, problems, ASSIGNED_COLUMNS)
    hub = pd.Index(sites.index[hubs].astype(str)).get_indexer(pd.Index(table["site_id"]))
    cell = _cells(problems, table, cells)
    people = read_numbers(problems, table, "people")
    note_rows(problems, table, hub < 0, "site_id", "is no hub of hubs.csv")
    twice = table.duplicated(["site_id", "h3"]).to_numpy()
    note_rows(problems, table, twice, "h3", "is there twice for this hub")
    problems.raise_if_any()
    return csr_array((people, (hub, cell)), shape=(len(hubs), len(cells)))


def read_capacity_proof(folder: Path, cells: pd.DataFrame, rules: Rules) -> Certificate:
    """Read the certificate of the bound on people served; errors as for `read_assigned`."""
    path = find_table(folder / PROOF)
    problems = Problems(path.name)
    table = read_table(path, problems, PROOF_COLUMNS)
    cell = _cells(problems, table, cells)
    share, granted = (read_numbers(problems, table, column) for column in PROOF_COLUMNS[1:])
    note_rows(problems, table, (share <= 0) | (share > 1), "share", "is not above 0 and at most 1")
    note_rows(problems, table, granted > 1, "granted_share", "is above 1")
    twice = table.duplicated(["h3", "share"]).to_numpy()
    note_rows(problems, table, twice, "share", "is there twice for this cell")
    problems.raise_if_any()
    order = np.lexsort((share, cell))
    rents = read_prices(folder / RENTS, rules)
    return Certificate(cell[order], share[order], granted[order], rents)


def _layers_to_tell(layers: Certificate) -> NDArray[np.intp]:
    """Return the layers without those at the end of a cell of which nobody is granted anything."""
    given = np.flatnonzero(layers.granted > 0)
    last = np.full(int(layers.cell.max(initial=-1)) + 1, -1)
    last[layers.cell[given]] = given  # the layers of a cell stand in order: the last one stays
    return np.flatnonzero(np.arange(len(layers.cell)) <= last[layers.cell])


def _cells(problems: Problems, table: pd.DataFrame, cells: pd.DataFrame) -> NDArray[np.intp]:
    found = pd.Index(to_hex(cells.index.to_numpy())).get_indexer(pd.Index(table["h3"]))
    note_rows(problems, table, found < 0, "h3", "is no cell with people in the study")
    return np.asarray(found, dtype=np.intp)
