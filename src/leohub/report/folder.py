"""The results folder: it appears whole, or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from leohub.errors import OutputError
from leohub.report.datapackage import write_datapackage
from leohub.report.figures import write_figures
from leohub.report.geopackage import write_geopackage
from leohub.report.html import check_libraries, write_html
from leohub.report.run import write_run
from leohub.report.tables import write_csv, write_workbook
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
    steps: tuple[tuple[str, Callable[[Path], None]], ...] = (
        ("hubs.csv", lambda new: write_csv(results.hubs, "hubs", new / "hubs.csv")),
        ("regions.csv", lambda new: write_csv(_regions(results), "regions", new / "regions.csv")),
        ("hubs.xlsx", lambda new: write_workbook(results, new / "hubs.xlsx")),
        ("plan.gpkg", lambda new: write_geopackage(results, new / "plan.gpkg")),
        ("figures", lambda new: write_figures(results, new / "figures")),
        ("report.html", lambda new: write_html(results, new)),
        ("datapackage.json", lambda new: write_datapackage(results, new)),
        ("run.json", lambda new: write_run(results, new)),
    )
    try:
        with _appearing(folder) as new:
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
        When it is a file, holds something else than results of leohub, or lies where nothing may
        be written; also when the libraries of the report's map have not been built.
    """
    check_libraries()
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: this is a file. Name a folder for the results.")
    try:
        foreign = folder.is_dir() and any(folder.iterdir()) and not _is_results(folder)
    except PermissionError as error:
        raise OutputError(f"{folder}: it cannot be read. Name another folder.") from error
    if foreign:
        raise OutputError(
            f"{folder}: it is not empty and holds no results of leohub (no run.json). "
            "Name a new or an empty folder, so that nothing of yours is overwritten."
        )
    parent = next(path for path in folder.parents if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(
            f"{folder}: nothing can be written in {parent}. Name a folder where you may write."
        )


def _is_results(folder: Path) -> bool:
    """Tell whether a folder holds the results of an earlier run."""
    try:
        run = json.loads((folder / "run.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and "leohub" in run and "outputs" in run


def _regions(results: Results) -> pd.DataFrame:
    return pd.DataFrame(results.regions.drop(columns="geometry"))


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into; it takes the place of `folder` when all went well."""
    missing = [path for path in folder.parents if not path.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        new = scratch / "new"
        new.mkdir()
        yield new
        _replace(folder, new, scratch / "old")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        if not folder.exists():
            for path in missing:
                with suppress(OSError):
                    path.rmdir()


def _replace(folder: Path, new: Path, old: Path) -> None:
    """Move `new` to where `folder` is, and what was there to `old`; on failure put it back."""
    try:
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
