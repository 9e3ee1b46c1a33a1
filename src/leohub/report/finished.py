"""A results folder of an earlier run, read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from leohub.errors import InputError, Problem, Problems
from leohub.report.changes import changed_files
from leohub.report.dictionary import columns_of

AGAIN: Final = "Make it again: leohub plan STUDY"


@dataclass(frozen=True)
class Finished:
    """What an earlier run left.

    Attributes
    ----------
    folder : Path
    run : dict
        run.json.
    hubs, regions : DataFrame
        hubs.csv and regions.csv; codes, names and ids are text, and empty where there is none.
    """

    folder: Path
    run: dict[str, Any]
    hubs: pd.DataFrame
    regions: pd.DataFrame


def read_finished(folder: Path, *, needs: Sequence[str] = ()) -> Finished:
    """Read back the tables of a results folder.

    Parameters
    ----------
    folder : Path
    needs : sequence of str
        Files of it that will be read besides hubs.csv and regions.csv.

    Raises
    ------
    InputError
        When it is no results folder, or any of the files is missing, was changed since leohub wrote
        it, or has not the columns of today's results.
    """
    run = _run(folder)
    problems = Problems(str(folder))
    names = ("hubs.csv", "regions.csv", *needs)
    for name in names:
        if not (folder / name).is_file():
            problems.add(name, "is missing", AGAIN)
    outputs = {name: run["outputs"].get(name, "") for name in names}
    for name in changed_files(folder, outputs):
        problems.add(name, "was changed since leohub wrote it", AGAIN)
    problems.raise_if_any()
    tables = {table: _table(folder, table, problems) for table in ("hubs", "regions")}
    problems.raise_if_any()
    return Finished(folder, run, **tables)


def _run(folder: Path) -> dict[str, Any]:
    def problem(where: str, message: str, remedy: str) -> InputError:
        return InputError([Problem(str(folder), where, message, remedy)])

    remedy = "Name the folder that leohub plan wrote"
    if not folder.is_dir():
        raise problem("", "is no folder" if folder.exists() else "is not there", remedy)
    try:
        run = json.loads((folder / "run.json").read_text("utf-8"))
    except FileNotFoundError:
        raise problem("", "is no results folder: there is no run.json in it", remedy) from None
    except OSError as error:
        raise problem("run.json", f"cannot be read ({error.strerror})", remedy) from None
    except ValueError:
        raise problem("run.json", "is no JSON", AGAIN) from None
    sections = ("study", "plan", "summary", "outputs")
    if not isinstance(run, dict) or not all(isinstance(run.get(name), dict) for name in sections):
        raise problem("run.json", "is not as leohub writes it", AGAIN)
    return run


def _table(folder: Path, table: str, problems: Problems) -> pd.DataFrame:
    name = f"{table}.csv"
    columns = columns_of(table)
    text: dict[Any, Any] = {column.name: str for column in columns if column.type == "string"}
    try:
        found = pd.read_csv(
            folder / name,
            dtype=text,
            keep_default_na=False,
            na_values={column.name: [""] for column in columns if column.type != "string"},
        )
    except (OSError, ValueError) as error:
        problems.add(name, f"cannot be read ({error})", AGAIN)
        return pd.DataFrame()
    missing = [column.name for column in columns if column.name not in found.columns]
    if missing:
        problems.add(name, f"has no column {', '.join(missing)}: another leohub wrote it", AGAIN)
    return found
