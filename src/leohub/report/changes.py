"""Which files of a results folder were changed since leohub wrote them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from leohub.io.provenance import sha256_of


def changed_files(folder: Path, outputs: Mapping[str, str]) -> list[str]:
    """Return the files of a folder in which somebody has written since.

    Parameters
    ----------
    folder : Path
    outputs : mapping of str to str
        Name and SHA-256 of each file, as run.json lists them. Those that are gone are passed over.
    """
    return sorted(
        name
        for name, digest in outputs.items()
        if (path := folder / name).is_file()
        and sha256_of(path) != digest
        # QGIS touches a GeoPackage that it opens; only what it keeps in it is somebody's work.
        and (path.suffix != ".gpkg" or _holds_styles(path))
    )


def _holds_styles(geopackage: Path) -> bool:
    with closing(sqlite3.connect(f"{geopackage.as_uri()}?mode=ro", uri=True)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
    return "layer_styles" in tables
