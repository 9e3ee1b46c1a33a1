"""datapackage.json: the results as a Frictionless data package (specs.frictionlessdata.io)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pandas as pd

from leohub import __version__
from leohub.io.provenance import Source, sha256_of
from leohub.report.dictionary import Column, columns_of
from leohub.study.results import Results

TABLES: Final = {
    "hubs": "Chosen hubs, in the order of what each adds",
    "regions": "Regions",
    "sky": "What the sky gives every part of the country",
    "proof": "What proves the bound of the plan: leohub verify counts it again",
}
"""Table → title; each is a CSV file of that name, compressed where it is long."""

TABLES_OF_SOME: Final = {
    "proof_rules": "What the rules are worth in the proof of the bound",
    "capacity": "How many people a hub serves well",
    "service_cells": "How many hubs a service cell has room for",
    "assigned": "Who goes to which hub, within what it has room for",
    "proof_goal": "What proves the ceiling of an objective other than people",
    "proof_goal_rules": "What the rules are worth in the proof of that ceiling",
    "proof_capacity": "What proves the bound on people served",
    "proof_capacity_rules": "What the rules are worth in the proof of the bound on people served",
}
"""The same for tables that only some studies have."""

OTHERS: Final = {
    "plan.gpkg": ("GeoPackage", "application/geopackage+sqlite3"),
    "hubs.xlsx": (
        "Workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "report.html": ("Report", "text/html"),
}
"""File → title and media type."""

FIGURES: Final = {
    "map": "Map of the plan",
    "coverage-by-hubs": "People reached by number of hubs",
    "regions": "People reached by region",
    "service-and-cost": "What the sky gives a hub, and what a hub costs",
    "service": "What a terminal downloads over the day, and whom the hubs serve well",
    "sky": "What the sky gives every part of the country",
}
"""Figure → title; each is a PNG and an SVG file of that name."""

MEDIA: Final = {".png": "image/png", ".svg": "image/svg+xml"}

RUN: Final = {
    "name": "run-json",
    "path": "run.json",
    "title": "What is needed to repeat the run",
    "format": "json",
    "mediatype": "application/json",
}
"""It holds the hash of the descriptor itself, so the descriptor cannot hold its own."""

KEYS: Final = {
    "hubs": ["site_id"],
    "regions": ["region_code"],
    "sky": ["h3"],
    "proof": ["h3"],
    "proof_rules": ["row"],
    "capacity": ["site_id"],
    "service_cells": ["site_id"],
    "assigned": ["site_id", "h3"],
    "proof_goal": ["h3"],
    "proof_goal_rules": ["row"],
    "proof_capacity": ["h3", "share"],
    "proof_capacity_rules": ["row"],
}
"""Table → columns that tell its rows apart."""


def write_datapackage(results: Results, folder: Path) -> None:
    """Write datapackage.json into a folder that holds the files it describes."""
    text = json.dumps(datapackage(results, folder), indent=2, ensure_ascii=False)
    (folder / "datapackage.json").write_text(text + "\n", "utf-8")


def datapackage(results: Results, folder: Path) -> dict[str, Any]:
    """Return the descriptor: resources with schemas and hashes, and sources with their licences.

    Only the inputs have licences; under which one the results are published is the user's choice.
    """
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
            *(
                _table(folder, table, title)
                for table, title in TABLES_OF_SOME.items()
                if any((folder / f"{table}{end}").is_file() for end in (".csv", ".csv.gz"))
            ),
            *(_file(folder, name, *about) for name, about in OTHERS.items()),
            *(
                _file(folder, f"figures/{path.name}", FIGURES[path.stem], MEDIA[path.suffix])
                for path in sorted(folder.glob("figures/*"))
            ),
            RUN,
        ],
        "sources": [_source(source) for source in results.sources],
    }


def _table(folder: Path, table: str, title: str) -> dict[str, Any]:
    about = _table_file(folder, table, title)
    header = pd.read_csv(folder / about["path"], nrows=0).columns
    fields = [_field(column) for column in columns_of(table) if column.name in header]
    key = KEYS[table]
    return {
        **about,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "schema": {"fields": fields, "primaryKey": key[0] if len(key) == 1 else key},
    }


def _table_file(folder: Path, table: str, title: str) -> dict[str, Any]:
    plain, packed = f"{table}.csv", f"{table}.csv.gz"
    if (folder / plain).is_file():
        return _file(folder, plain, title, "text/csv")
    about = _file(folder, packed, title, "text/csv")
    return about | {"name": table, "format": "csv", "compression": "gz"}


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
