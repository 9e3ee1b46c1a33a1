"""The tables of the results folder: hubs.csv, regions.csv and the workbook."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from leohub.report.dictionary import Column, columns_of, dictionary, lay_out
from leohub.report.digest import Digest
from leohub.report.limits import assumptions
from leohub.report.quantitywords import title
from leohub.report.words import sentences
from leohub.study.service.estimate import Estimate
from leohub.study.service.outputs import SUMMED

WIDEST: Final = 60
"""Widest column of the workbook [characters]."""

FORMATS: Final = {
    "": "0",
    "°": "0.0000",
    "W": "#,##0",
    "Wh": "#,##0",
    "hubs": "#,##0",
    "% of time": "0.00",
    "h/year": "#,##0.00",
}
"""Unit of a number → spreadsheet format."""

HEAD_FILL: Final = PatternFill("solid", fgColor="0B4F5C")
HEAD_FONT: Final = Font(bold=True, color="FFFFFF")
WRAPPED: Final = Alignment(wrap_text=True, vertical="top")


def write_csv(frame: pd.DataFrame, table: str, path: Path) -> None:
    """Write a table as UTF-8 CSV, the same bytes for the same figures on every machine."""
    lay_out(frame, table).to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def write_workbook(digest: Digest, path: Path) -> None:
    """Write the workbook: summary, hubs, regions, service, assumptions, sources, dictionary."""
    results = digest.results
    book = Workbook()
    summary = book.active
    summary.title = "Summary"
    _fill(
        summary,
        ["In words"],
        ([sentence] for sentence in sentences(results, digest.figures)),
        [100],
    )
    _fill_table(book.create_sheet("Hubs"), lay_out(results.hubs, "hubs"), "hubs")
    regions = lay_out(pd.DataFrame(results.regions.drop(columns="geometry")), "regions")
    _fill_table(book.create_sheet("Regions"), regions, "regions")
    if results.estimate is not None:
        _fill_service(book, results.estimate)
    _fill(
        book.create_sheet("Assumptions"),
        ["What", "Basis", "In words"],
        ([item.what, item.basis, item.words] for item in assumptions(results)),
        [30, 12, 100],
    )
    _fill(
        book.create_sheet("Sources"),
        ["Role", "File", "Basis", "Publisher", "Date", "Licence", "Totals", "Notes", "SHA-256"],
        (
            [
                source.role,
                source.file,
                source.basis,
                source.origin,
                source.date,
                source.licence,
                "; ".join(f"{name}: {value:,.10g}" for name, value in source.totals.items()),
                " ".join(source.notes),
                source.sha256,
            ]
            for source in results.sources
        ),
        [12, 40, 12, 40, 14, 24, 30, 60, 20],
    )
    _fill(
        book.create_sheet("Dictionary"),
        ["Table", "Column", "Unit", "Type", "Meaning"],
        ([c.table, c.name, c.unit, c.type, c.meaning] for c in dictionary()),
        [12, 28, 20, 10, 100],
    )
    book.save(path)


def _fill_service(book: Workbook, estimate: Estimate) -> None:
    """Fill the sheets of the service: all hubs together, what it hangs on, and its numbers."""
    columns: dict[Hashable, Column] = {column.name: column for column in columns_of("hubs")}
    sheet = book.create_sheet("Service")
    _fill(
        sheet,
        ["Figure", "Unit", "Of the hubs", "Value", "Low", "High", "Basis", "Meaning"],
        (
            [
                name,
                columns[name].unit,
                "sum" if name in SUMMED else "mean",
                *(row[end] for end in ("value", "low", "high")),
                "modelled",
                columns[name].meaning,
            ]
            for name, row in estimate.programme.to_dict(orient="index").items()
        ),
        [28, 18, 12, 14, 14, 14, 12, 100],
    )
    for row in sheet.iter_rows(min_row=2):
        for cell in row[3:6]:
            cell.number_format = number_format(columns[str(row[0].value)])
    hangs_on = estimate.hangs_on[estimate.hangs_on["share"] > 0]
    sheet = book.create_sheet("Hangs on")
    _fill(
        sheet,
        ["Figure", "Number", "What it is", "Share of what the figure varies by"],
        (
            [row.output, row.quantity, title(str(row.quantity)), row.share]
            for row in hangs_on.itertuples()
        ),
        [28, 44, 44, 34],
    )
    for (cell,) in sheet.iter_rows(min_row=2, min_col=4, max_col=4):
        cell.number_format = "0.0%"
    _fill(
        book.create_sheet("Numbers"),
        ["Number", "What it is", "Value", "Low", "High", "Unit", "Basis", "Source"],
        (
            [name, title(name), one.value, one.low, one.high, one.unit, one.basis, one.source]
            for name, one in estimate.quantities.items()
        ),
        [44, 44, 12, 12, 12, 22, 12, 100],
    )


def number_format(column: Column) -> str:
    """Return the spreadsheet format that suits a column."""
    if column.type == "integer" or column.unit == "people":
        return "#,##0"
    if column.type != "number":
        return "General"
    if column.unit.startswith("USD"):
        return "#,##0.0000" if "person" in column.unit else "#,##0.00"
    return FORMATS.get(column.unit, "#,##0.0")


def _fill_table(sheet: Worksheet, frame: pd.DataFrame, table: str) -> None:
    """Fill a sheet with a table of the dictionary: formats and widths by column."""
    columns = columns_of(table)
    widths = [
        min(WIDEST, max(len(column.name) + 4, *(len(str(v)) for v in frame[column.name]), 8))
        if column.type == "string" and len(frame)
        else len(column.name) + 4
        for column in columns
    ]
    rows = frame.itertuples(index=False, name=None)
    _fill(sheet, [column.name for column in columns], rows, widths, wrap=False)
    for place, column in enumerate(columns, start=1):
        style = number_format(column)
        for (cell,) in sheet.iter_rows(min_row=2, min_col=place, max_col=place):
            cell.number_format = style


def _fill(
    sheet: Worksheet,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    widths: Sequence[int],
    *,
    wrap: bool = True,
) -> None:
    """Fill a sheet under a frozen header with filters."""
    sheet.append(list(header))
    for cell in sheet[1]:
        cell.font, cell.fill = HEAD_FONT, HEAD_FILL
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            _put(cell, value)
            if wrap:
                cell.alignment = WRAPPED
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def _put(cell: Cell, value: object) -> None:
    """Put a value into a cell; text stays text, even a name that begins with an equals sign."""
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
    else:
        cell.value = None if pd.isna(value) else value  # type: ignore[call-overload]
