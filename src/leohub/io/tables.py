"""Tables of any of the formats that planners have, with the rows as their editor numbers them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio

from leohub.errors import InputError
from leohub.io.jsontext import WrongJsonError, json_told
from leohub.io.provenance import InputFile
from leohub.io.separated import headings, read_csv

FORMATS = "CSV, XLSX, Parquet, GeoJSON or GeoPackage (CSV and GeoJSON also as .gz)"
_SHOWN_REASON = 200


def read_table(file: InputFile) -> pd.DataFrame:
    """Read a table by its suffix.

    Parameters
    ----------
    file : InputFile
        ``.csv``, ``.xlsx``, ``.parquet``, ``.geojson``/``.json`` or ``.gpkg``, each also as
        ``.gz``. CSV is UTF-8, separated by commas, semicolons or tabs. XLSX: the first sheet.
        GeoPackage: its only layer.

    Returns
    -------
    DataFrame
        A GeoDataFrame where the file has geometry. The index, `row`, is the row as an editor
        shows it (the header is row 1); in GeoJSON, GeoPackage and Parquet the number of the
        feature or record, from 1. CSV cells are kept as text. Rows without any value are dropped.

    Raises
    ------
    InputError
        When the file is missing, unreadable, of another format, or has no rows or columns.
    """
    with file.unpacked() as path:
        if file.suffix not in _READERS:
            known = f"{file.suffix} is not a known format" if file.suffix else "it has no suffix"
            raise file.error(known, f"Give {FORMATS}, named by its suffix")
        name, reader = _READERS[file.suffix]
        try:
            table = reader(file, path)
        except InputError:
            raise
        except Exception as error:
            # Each library, and each part of it, has errors of its own for a damaged file.
            reason = " ".join(str(error).split())[:_SHOWN_REASON] or type(error).__name__
            raise file.error(
                f"cannot be read as {name} ({reason})", "Open it, check it, save it again"
            ) from None
    table.index.name = "row"
    table.columns = [str(column).strip() for column in table.columns]
    _refuse_repeated_columns(file, table)
    table = table[~_without_values(table)]
    if table.empty:
        raise file.error("the table has no rows", "Give a table with at least one row")
    return table


def _read_excel(file: InputFile, path: Path) -> pd.DataFrame:
    # openpyxl warns of formatting that it does not know; only values are read here. It leaves open
    # what it has opened itself and cannot read.
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        sheet = next(iter(book.worksheets), None)
        rows = [] if sheet is None else list(sheet.iter_rows(values_only=True))
    filled = [number for number, row in enumerate(rows) if any(cell is not None for cell in row)]
    if not filled:
        raise file.error("its first sheet has no table", "Put the table on the first sheet")
    top = filled[0]
    width = max(map(len, rows))
    rows = [(*row, *[None] * (width - len(row))) for row in rows]
    return pd.DataFrame(
        rows[top + 1 :],
        columns=headings(rows[top]),
        index=range(top + 2, len(rows) + 1),
        dtype=object,
    )


def _read_parquet(_: InputFile, path: Path) -> pd.DataFrame:
    geographic = b"geo" in (pq.read_schema(path).metadata or {})
    with np.errstate(invalid="ignore"):  # coordinates that are NaN are told by who needs them
        table = gpd.read_parquet(path) if geographic else pd.read_parquet(path)
    return _numbered(table)


def _read_geojson(file: InputFile, path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8-sig")
        with json_told():
            json.loads(text)
    except UnicodeDecodeError:
        raise file.error(
            "the text is not UTF-8, as JSON is", "Export it again as GeoJSON in UTF-8"
        ) from None
    except WrongJsonError as wrong:
        raise file.error(wrong.message, "Fetch or export it again", wrong.where) from None
    return _numbered(pyogrio.read_dataframe(path))


def _read_geopackage(file: InputFile, path: Path) -> pd.DataFrame:
    layers = [str(name) for name, _ in pyogrio.list_layers(path) if name != "layer_styles"]
    if len(layers) != 1:
        raise file.error(
            f"the file has {len(layers)} layers ({', '.join(layers)})",
            "Save the one you mean in a file of its own",
        )
    return _numbered(pyogrio.read_dataframe(path, layer=layers[0]))


_READERS: dict[str, tuple[str, Callable[[InputFile, Path], pd.DataFrame]]] = {
    ".csv": ("CSV", read_csv),
    ".xlsx": ("XLSX", _read_excel),
    ".parquet": ("Parquet", _read_parquet),
    ".geoparquet": ("Parquet", _read_parquet),
    ".geojson": ("GeoJSON", _read_geojson),
    ".json": ("GeoJSON", _read_geojson),
    ".gpkg": ("GeoPackage", _read_geopackage),
}


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_axis(range(1, len(table) + 1))


def _refuse_repeated_columns(file: InputFile, table: pd.DataFrame) -> None:
    repeated = sorted(set(table.columns[table.columns.duplicated()]))
    if repeated:
        names = ", ".join(map(repr, repeated))
        raise file.error(f"columns appear twice: {names}", "Give every column its own name")


def _without_values(table: pd.DataFrame) -> pd.Series:
    """Return which rows are empty lines: every column missing or blank."""
    blank = pd.Series(True, index=table.index)
    for name in table.columns:
        column = table[name]
        blank &= column.isna() | column.astype(str).str.strip().eq("")
    return blank
