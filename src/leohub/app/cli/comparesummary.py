"""What `leohub compare` prints and writes: figures, a table of them, a row for each alternative."""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from leohub import __version__
from leohub.report.comparewords import cautions, people_unit, verdict
from leohub.report.files import appearing, check_file
from leohub.report.numerals import about, count
from leohub.study.rivals.compare import Comparison

MADE_BY: Final = f"leohub {__version__}: modelled"

NONE: Final = "–"
GAP: Final = 2
"""Between columns."""

Cell = Callable[[pd.Series], str]


def check_out(path: Path) -> None:
    """Refuse a path that no table can be written to: see `leohub.report.files.check_file`."""
    check_file(path, (".csv",), "a table")


def write_out(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV; what is not defined is left empty. Whole or not at all."""
    # Every row says what it is; so it is known, too, that the file may be written anew.
    finite = table.replace([np.inf, -np.inf], np.nan).assign(made_by=MADE_BY)
    with appearing(path) as part:
        finite.to_csv(part, index=False, float_format="%.8g", lineterminator="\n")


def to_figures(
    programme: str, comparison: Comparison, written: dict[str, Path | None]
) -> dict[str, Any]:
    """Return everything that is printed, as numbers; what is not defined is null."""
    rows = comparison.table.reset_index().to_dict("records")
    return {
        "programme": programme,
        "hubs": len(comparison.hubs) // comparison.hubs["alternative"].nunique(),
        "compared_with": comparison.alternatives[0].key,
        "draws": comparison.draws,
        "alternatives": [{str(name): _told(value) for name, value in row.items()} for row in rows],
        "answer": verdict(comparison),
        "limits": cautions(comparison),
        **{name: None if path is None else str(path) for name, path in written.items()},
    }


def print_summary(programme: str, comparison: Comparison, written: Sequence[Path]) -> None:
    """Print what was found: a sentence, the table in two parts, and what it is not."""
    console = Console(highlight=False)
    if console.options.ascii_only and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console.print(Text(f"\n{programme}: rivals side by side", style="bold"))
    console.print(verdict(comparison))
    for part in _parts(comparison, console.width):
        console.print()
        console.print(_table(comparison, part))
    console.print()
    for note in cautions(comparison):
        console.print(Text(note, style="dim"))
    for path in written:
        console.print(f"Written: {path}")


def _columns(comparison: Comparison) -> dict[str, list[str]]:
    """Return the cells of every column, by its heading."""
    size, unit = people_unit(comparison.table["served_well_people"].max())
    cells: dict[str, Cell] = {
        "satellite\n% of time": lambda row: f"{row['usable_pct']:.1f}",
        "available\n% of time": lambda row: f"{row['availability_pct']:.1f}",
        "rain out\nh/year": lambda row: about(row["rain_out_h_per_year"]),
        "to PoP\nms": lambda row: f"{row['latency_pop_ms']:.0f}",
        "server\nms": lambda row: f"{row['latency_server_ms']:.0f}",
        "download, Mbps\nin busiest hour": lambda row: _ranged(row, "down_mbps"),
        "upload\nMbps": lambda row: about(row["up_mbps"]),
        f"served well\n{unit}": lambda row: _ranged(row, "served_well_people", size),
        "a hub\nUSD/month": lambda row: _ranged(row, "cost_per_hub_month_usd", tell=count),
        "each served well\nUSD/month": lambda row: _ranged(row, "cost_per_served_month_usd"),
        "more, cheaper\n% of draws": _odds,
    }
    rows = [row for _, row in comparison.table.iterrows()]
    return {
        heading: [NONE if row["not_modelled"] else cell(row) for row in rows]
        for heading, cell in cells.items()
    }


def _parts(comparison: Comparison, width: int) -> list[dict[str, list[str]]]:
    """Return the columns in as few tables as the width of the terminal allows."""
    room = width - max(len(line) for label in _labels(comparison) for line in label.split("\n"))
    parts: list[dict[str, list[str]]] = [{}]
    left = room
    for heading, cells in _columns(comparison).items():
        wide = GAP + max(len(line) for text in (heading, *cells) for line in text.split("\n"))
        if wide > left and parts[-1]:
            parts.append({})
            left = room
        parts[-1][heading] = cells
        left -= wide
    return parts


def _table(comparison: Comparison, columns: dict[str, list[str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    table.add_column("", no_wrap=True)
    for heading in columns:
        table.add_column(heading, justify="right", no_wrap=True)
    own = comparison.alternatives[0]
    rows = zip(comparison.alternatives, _labels(comparison), *columns.values(), strict=True)
    for alternative, label, *cells in rows:
        style = "bold" if alternative is own else "dim" if alternative.not_modelled else ""
        # Of a label of several lines the last one is that of the figures.
        down = "\n" * label.count("\n")
        table.add_row(label, *(down + cell for cell in cells), style=style)
    return table


def _labels(comparison: Comparison) -> list[str]:
    """Return how rows begin; pairs hang under the first of their two terminals."""
    labels, above = [], ""
    for alternative in comparison.alternatives:
        first, *others = alternative.parts
        if alternative.not_modelled:
            label = f"{first}\n  {alternative.not_modelled.partition(' (')[0]}"
        elif others:
            sign = "or" if alternative.standby else "+"
            second = f"  {sign} {others[0]}"
            label = second if above == first else f"{first}\n{second}"
        else:
            label = first
        above = first if others else ""
        labels.append(label)
    return labels


def _odds(row: pd.Series) -> str:
    if pd.isna(row["more_served_pct"]):
        return NONE
    return f"{row['more_served_pct']:.0f}, {row['cheaper_pct']:>3.0f}"


def _ranged(
    row: pd.Series, name: str, size: float = 1.0, tell: Callable[[float], str] = about
) -> str:
    value, low, high = (row[f"{name}{end}"] / size for end in ("", "_low", "_high"))
    if not math.isfinite(value):
        return NONE
    return f"{tell(value)} ({tell(low)}–{tell(high) if math.isfinite(high) else '∞'})"


def _told(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
