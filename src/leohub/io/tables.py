"""Tables of any of the formats that planners have, with the rows as their editor numbers them."""

from __future__ import annotations

import contextlib
import csv
import json
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
from pyarrow.lib import ArrowException

from leohub.errors import InputError
from leohub.io.provenance import InputFile

FORMATS = "CSV, XLSX, Parquet, GeoJSON or GeoPackage (CSV and GeoJSON also as .gz)"
_UNREADABLE = (
    ValueError,
    OSError,
    KeyError,
    zipfile.BadZipFile,
    openpyxl.utils.exceptions.InvalidFileException,
    ArrowException,
    pyogrio.errors.DataSourceError,
)


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
    reader = _READERS.get(file.suffix)
    if reader is None:
        raise file.error(f"{file.suffix or 'no suffix'} is not a known format", f"Give {FORMATS}")
    with file.unpacked() as path:
        try:
            table = reader(path)
        except InputError:
            raise
        except UnicodeDecodeError:
            raise file.error("the text is not UTF-8", "Save the table as CSV UTF-8") from None
        except _RefusedError as refusal:
            raise file.error(refusal.message, refusal.remedy) from None
        except _UNREADABLE as error:
            reason = " ".join(str(error).split())
            raise file.error(
                f"cannot be read as {file.suffix[1:]} ({reason})",
                "Open it, check it, save it again",
            ) from None
    table.index.name = "row"
    table.columns = [str(column).strip() for column in table.columns]
    _refuse_repeated_columns(file, table)
    table = table[~_without_values(table)]
    if table.empty:
        raise file.error("the table has no rows", "Give a table with at least one row")
    return table


class _RefusedError(Exception):
    """A table whose format is right but which cannot be read without guessing."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def _read_csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        separator = max(",;\t", key=first.count)
        stream.seek(0)
        lines: list[int] = []
        rows: list[list[str]] = []
        reader = csv.reader(stream, delimiter=separator, strict=True)
        try:
            header = next(reader)
            before = reader.line_num
            for row in reader:
                if any(row):
                    lines.append(before + 1)
                    rows.append(row)
                before = reader.line_num
        except csv.Error as error:
            raise _RefusedError(
                f"line {reader.line_num} is not CSV ({error})", "Check the quotation marks there"
            ) from None
    wrong = [line for line, row in zip(lines, rows, strict=True) if len(row) != len(header)]
    if wrong:
        shown = ", ".join(map(str, wrong[:20])) + (", …" if len(wrong) > 20 else "")
        raise _RefusedError(
            f"{len(wrong):,} rows do not have the header's {len(header)} fields: rows {shown}",
            "Quote texts that contain the separator, and close the row with all its separators",
        )
    return pd.DataFrame(rows, columns=_headings(header), index=pd.Index(lines), dtype=object)


def _read_excel(path: Path) -> pd.DataFrame:
    with warnings.catch_warnings():
        # openpyxl warns of formatting that it does not know; only values are read here.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    with contextlib.closing(book):
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    if not rows:
        raise _RefusedError("the first sheet is empty", "Put the table on the first sheet")
    return pd.DataFrame(
        rows[1:], columns=_headings(rows[0]), index=range(2, len(rows) + 1), dtype=object
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    geographic = b"geo" in (pq.read_schema(path).metadata or {})
    table = gpd.read_parquet(path) if geographic else pd.read_parquet(path)
    return _numbered(table)


def _read_geojson(path: Path) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8") as stream:
            json.load(stream)
    except json.JSONDecodeError as error:
        raise _RefusedError(
            f"line {error.lineno} is not JSON ({error.msg})", "Fetch or export it again"
        ) from None
    return _numbered(pyogrio.read_dataframe(path))


def _read_geopackage(path: Path) -> pd.DataFrame:
    layers = [str(name) for name, _ in pyogrio.list_layers(path) if name != "layer_styles"]
    if len(layers) != 1:
        raise _RefusedError(
            f"the file has {len(layers)} layers ({', '.join(layers)})",
            "Save the one you mean in a file of its own",
        )
    return _numbered(pyogrio.read_dataframe(path, layer=layers[0]))


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _read_csv,
    ".xlsx": _read_excel,
    ".parquet": _read_parquet,
    ".geoparquet": _read_parquet,
    ".geojson": _read_geojson,
    ".json": _read_geojson,
    ".gpkg": _read_geopackage,
}


def _headings(header: Iterable[object]) -> list[str]:
    """Return the headings; a column without one, such as a saved index, is named by its place."""
    return [
        str(heading).strip() if heading not in (None, "") else f"column {number}"
        for number, heading in enumerate(header, start=1)
    ]


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
