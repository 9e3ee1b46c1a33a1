"""The results folder: it appears whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from leohub.errors import OutputError, Problem
from leohub.report.capacityfile import write_capacity
from leohub.report.changes import changed_files
from leohub.report.datapackage import write_datapackage
from leohub.report.digest import digest
from leohub.report.figures import write_figures
from leohub.report.geopackage import write_geopackage
from leohub.report.goalfile import write_goal_proof
from leohub.report.html import write_html
from leohub.report.page import check_libraries
from leohub.report.prooffile import Certificate, write_proof
from leohub.report.roomfile import write_rooms
from leohub.report.run import write_run
from leohub.report.tables import write_csv, write_workbook
from leohub.study.questions.goals import own_rules
from leohub.study.results import Results


def write_results(
    results: Results, folder: Path, tick: Callable[[str], None] | None = None
) -> Path:
    """Write everything a run found out into a folder.

    Everything is written beside the folder first and moved into place in one step. Results of an
    earlier run are replaced whole; whatever interrupts the writing leaves them as they were.

    Parameters
    ----------
    results : Results
    folder : Path
        Made if it is not there, with its parents.
    tick : callable, optional
        Called with the name of each output before it is written.

    Returns
    -------
    Path
        The report, ``report.html``.

    Raises
    ------
    OutputError
        When the folder holds something else than results, or cannot be written.
    """
    check_folder(folder)
    folder = folder.resolve()
    told = digest(results)
    steps: tuple[tuple[str, Callable[[Path], None]], ...] = (
        ("hubs.csv", lambda new: write_csv(results.hubs, "hubs", new / "hubs.csv")),
        ("regions.csv", lambda new: write_csv(_regions(results), "regions", new / "regions.csv")),
        ("sky.csv", lambda new: write_csv(results.sky, "sky", new / "sky.csv")),
        ("proof", lambda new: _write_proof(results, new)),
        ("hubs.xlsx", lambda new: write_workbook(told, new / "hubs.xlsx")),
        ("plan.gpkg", lambda new: write_geopackage(told, new / "plan.gpkg")),
        ("figures", lambda new: write_figures(told, new / "figures")),
        ("report.html", lambda new: write_html(told, new)),
        ("datapackage.json", lambda new: write_datapackage(results, new)),
        ("run.json", lambda new: write_run(told, new)),
    )
    try:
        with appearing_folder(folder) as new:
            for name, write in steps:
                if tick is not None:
                    tick(name)
                write(new)
    except (OSError, DataSourceError, DataLayerError) as error:
        raise OutputError(
            f"{folder}: the results cannot be written ({error}). "
            "Free some space, or name another folder."
        ) from error
    return folder / "report.html"


def check_folder(folder: Path) -> None:
    """Say now, before anything is computed, whether results can be written to a folder.

    Raises
    ------
    OutputError
        See `folder_problem`; also when the libraries of the report's map have not been built.
    """
    check_libraries()
    problem = folder_problem(folder, str(folder), "")
    if problem is not None:
        raise OutputError(f"{problem.message}. {problem.remedy}.")


def folder_problem(folder: Path, file: str, where: str) -> Problem | None:
    """Return why results cannot be written to a folder.

    Parameters
    ----------
    folder : Path
    file, where : str
        Where the folder is named, for the message.

    Returns
    -------
    Problem or None
        When it is a file, holds something else than results of leohub, or lies where nothing may
        be written.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        return Problem(file, where, f"{folder} is a file", "Name a folder for the results")
    parent = next(path for path in folder.parents if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        return Problem(
            file,
            where,
            f"{folder} cannot be made: nothing can be written in {parent}",
            "Name a folder where you may write",
        )
    try:
        foreign = _foreign_files(folder) if folder.is_dir() else []
    except PermissionError:
        return Problem(file, where, f"{folder} cannot be read", "Name another folder")
    changed = _changed_files(folder) if folder.is_dir() else []
    if changed and not foreign:
        return Problem(
            file,
            where,
            f"{', '.join(changed)} in {folder} was changed since leohub wrote it; the changes "
            "would be lost",
            "Move the folder away, or name another one",
        )
    if folder.is_mount():
        return Problem(
            file, where, f"{folder} is a mount point", "Name a folder below it: it appears whole"
        )
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        return Problem(
            file,
            where,
            f"{folder} holds files that are not results of leohub: "
            f"{', '.join(foreign[:3])}{more}; they would be lost",
            "Name a new or an empty folder, or move them away",
        )
    return None


def _foreign_files(folder: Path) -> list[str]:
    """Return what lies in a folder beside the outputs of an earlier run."""
    try:
        run = json.loads((folder / "run.json").read_text("utf-8"))
        ours = {"run.json", *run["outputs"]}
    except (OSError, ValueError, TypeError, KeyError):
        ours = set()
    return sorted(
        name
        for path in folder.rglob("*")
        if path.is_file()
        # QGIS leaves these two beside a GeoPackage that it has open.
        and (name := path.relative_to(folder).as_posix().removesuffix("-wal").removesuffix("-shm"))
        not in ours
    )


def _regions(results: Results) -> pd.DataFrame:
    return pd.DataFrame(results.regions.drop(columns="geometry"))


def _changed_files(folder: Path) -> list[str]:
    """Return the outputs of an earlier run in which somebody has written since."""
    try:
        outputs = json.loads((folder / "run.json").read_text("utf-8"))["outputs"]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return changed_files(folder, outputs)


@contextmanager
def appearing_folder(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into; it takes the place of `folder` when all went well."""
    missing = [path for path in folder.parents if not path.exists()]
    with _deaf_to_ctrl_c():
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        new = scratch / "new"
        new.mkdir()
        yield new
        with _deaf_to_ctrl_c():
            _replace(folder, new, scratch / "old")
    finally:
        with _deaf_to_ctrl_c():
            shutil.rmtree(scratch, ignore_errors=True)
            if not folder.exists():
                for path in missing:
                    with suppress(OSError):
                        path.rmdir()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let the few steps be done that must not be left half done; they take milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _replace(folder: Path, new: Path, old: Path) -> None:
    """Move `new` to where `folder` is, and what was there to `old`; on failure put it back."""
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)


def _write_proof(results: Results, folder: Path) -> None:
    certificate = Certificate(results.plan.granted_people, results.plan.row_prices)
    write_proof(results.cells, certificate, results.demands.rules, folder)
    goal = results.demands.goal
    if goal is not None and goal.proof is not None:
        write_goal_proof(results.cells, own_rules(results.demands), goal.proof, folder)
    if results.plan.capacity is not None:
        rules = results.demands.rules
        write_capacity(results.sites, results.cells, rules, results.plan.capacity, folder)
    write_rooms(results.sites, results.study, results.demands.rooms, folder)
