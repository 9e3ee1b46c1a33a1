"""What the service model says of the room of hubs and of service cells, as files.

capacity.csv says how many people a hub at each candidate place serves, and service_cells.csv how
many hubs the service cell around it has room for, each where the study leaves that to the model. A
check of the plan takes both from here: they need the sky.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import Problems
from leohub.report.prooffile import REMEDY, find_table, read_numbers, read_table, write_exactly
from leohub.study.posed import Posed
from leohub.study.rooms import Rooms, with_rooms
from leohub.study.settings import MODELLED, Study

PEOPLE: Final = "capacity.csv"
CELLS: Final = "service_cells.csv"

COLUMNS: Final = {
    PEOPLE: ["site_id", "people_per_hub", "second_terminal_people"],
    CELLS: ["site_id", "hubs_per_service_cell"],
}


def room_tables(study: Study) -> tuple[str, ...]:
    """Return the names of the tables that a study has, before they are compressed."""
    choice = study.choice
    wanted = {PEOPLE: choice.people_per_hub, CELLS: choice.most_hubs_per_service_cell}
    return tuple(name for name, setting in wanted.items() if setting == MODELLED)


def room_files(folder: Path, study: Study) -> tuple[str, ...]:
    """Return the names of the files that hold them."""
    return tuple(find_table(folder / name).name for name in room_tables(study))


def write_rooms(sites: pd.DataFrame, study: Study, rooms: Rooms | None, folder: Path) -> None:
    """Write what is modelled, every number to its last digit."""
    if rooms is None:
        return
    known = {
        PEOPLE: (rooms.first_people, rooms.second_people),
        CELLS: (rooms.service_cell_hubs,),
    }
    for name in room_tables(study):
        columns = (sites.index.to_numpy(), *known[name])
        table = pd.DataFrame(dict(zip(COLUMNS[name], columns, strict=True)))
        write_exactly(table, folder / name)


def with_written_rooms(folder: Path, posed: Posed) -> Posed:
    """Return what a plan is counted with, with the rooms that its run modelled.

    Raises
    ------
    InputError
        When a table is missing or no such table, or its rows are not the candidate places.
    """
    tables = room_tables(posed.study)
    if not tables:
        return posed
    sites = len(posed.sites)
    found = {name: _read(folder / name, COLUMNS[name], posed.sites) for name in tables}
    people = found.get(PEOPLE, [np.zeros(sites)] * 2)
    cells = found.get(CELLS, [np.full(sites, np.inf)])
    return with_rooms(posed, Rooms(*people, *cells))


def _read(path: Path, columns: list[str], sites: pd.DataFrame) -> list[NDArray[np.float64]]:
    found = find_table(path)
    problems = Problems(found.name)
    table = read_table(found, problems, columns)
    numbers = [read_numbers(problems, table, column) for column in columns[1:]]
    if table["site_id"].tolist() != sites.index.astype(str).tolist():
        problems.add("", "its rows are not the candidate places of the study", REMEDY)
    problems.raise_if_any()
    return numbers
