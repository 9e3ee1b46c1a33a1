"""datapackage.json: the results as a Frictionless data package (specs.frictionlessdata.io)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from leohub import __version__
from leohub.io.provenance import Source, sha256_of
from leohub.report.dictionary import Column, columns_of
from leohub.study.results import Results

TABLES: Final = {"hubs": "Chosen hubs, in the order of what each adds", "regions": "Regions"}
"""Table → title; each is a CSV file of that name."""

OTHERS: Final = {
    "plan.gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "hubs.xlsx": (
        "Workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "report.html": ("Report", "text/html"),
}
"""File → title and media type."""

KEYS: Final = {"hubs": "site_id", "regions": "region_code"}


def write_datapackage(results: Results, folder: Path) -> None:
    """Write datapackage.json into a folder that holds the files it describes."""
    text = json.dumps(datapackage(results, folder), indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(text + "\n", "utf-8")


def datapackage(results: Results, folder: Path) -> dict[str, Any]:
    """Return the descriptor: resources with schemas and hashes, sources, licences."""
    programme = results.study.programme
    return {
        "profile": "data-package",
        "name": _slug(programme.name),
        "title": f"{programme.name}: planned community internet hubs in {programme.country}",
        "created": results.started.isoformat(timespec="seconds"),
        "version": __version__,
        "keywords": ["satellite internet", "community hubs", programme.country],
        "resources": [
            *(_table(folder, table, title) for table, title in TABLES.items()),
            *(_file(folder, name, *about) for name, about in OTHERS.items()),
        ],
        "sources": [_source(source) for source in results.sources],
    }


def _table(folder: Path, table: str, title: str) -> dict[str, Any]:
    return {
        **_file(folder, f"{table}.csv", title, "text/csv"),
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in columns_of(table)],
            "primaryKey": KEYS[table],
        },
    }


def _file(folder: Path, name: str, title: str, mediatype: str) -> dict[str, Any]:
    path = folder / name
    return {
        "name": path.stem if path.suffix == ".csv" else _slug(name),
        "path": name,
        "title": title,
        "format": path.suffix[1:],
        "mediatype": mediatype,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256_of(path)}",
    }


def _field(column: Column) -> dict[str, str]:
    field = {"name": column.name, "type": column.type, "description": column.meaning}
    return {**field, "unit": column.unit} if column.unit else field


def _source(source: Source) -> dict[str, str]:
    about = {
        "title": f"{source.role}: {source.origin or source.file}",
        "path": source.file,
        "basis": source.basis,
        "date": source.date,
        "licence": source.licence,
        "sha256": source.sha256,
    }
    return {name: value for name, value in about.items() if value}


def _slug(text: str) -> str:
    """Return a name of lower-case letters, digits and hyphens, as the specification asks."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "plan"
