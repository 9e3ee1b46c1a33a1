"""The picture of rivals side by side: a row for each, a column for each figure."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from leohub.report.comparewords import people_unit, verdict
from leohub.report.numerals import about
from leohub.report.palette import (
    HUB_DARK,
    INK_DARK,
    MUTED_DARK,
    PAPER_DARK,
    PEOPLE_DARK,
    RULE_DARK,
)
from leohub.report.skychart import DPI, SIZE_IN, STYLE
from leohub.study.rivals.compare import Comparison

LEFT: Final = 0.205
RIGHT: Final = 0.975
BOTTOM: Final = 0.17
TOP: Final = 0.75
GAP: Final = 0.016
"""Where the columns stand, by the size of the figure."""


@dataclass(frozen=True)
class Column:
    """One figure of every alternative.

    Attributes
    ----------
    name : str
        Column of the table of a comparison.
    title, unit : str
    width : float
        Beside that of others.
    colour : str
    logarithmic : bool
        Whether the scale is.
    decimals : int, optional
        That are written.
    """

    name: str
    title: str
    unit: str
    width: float = 1.0
    colour: str = PEOPLE_DARK[5]
    logarithmic: bool = False
    decimals: int | None = None

    def tell(self, value: float) -> str:
        """Write a value: with its decimals, or as exactly as it is known."""
        if self.decimals is not None:
            return f"{value:.{self.decimals}f}"
        return f"{value:.0f}" if 100 <= value < 1000 else about(value)


COLUMNS: Final = (
    Column("availability_pct", "Available", "% of the time", 0.95, decimals=1),
    Column("latency_server_ms", "Latency", "ms, to a server"),
    Column("down_mbps", "Download", "Mbps in the busiest hour", 1.1),
    Column("served_well_people", "Served well", "", 1.5, HUB_DARK),
    Column("cost_per_hub_month_usd", "A hub", "USD a month", 1.15, logarithmic=True),
    Column("cost_per_served_month_usd", "Each served well", "USD a month", 1.15, logarithmic=True),
)


def draw_comparison(comparison: Comparison, programme: str) -> Figure:
    """Draw every alternative: what it gives the hubs and what it costs, with intervals.

    Parameters
    ----------
    comparison : Comparison
    programme : str
        Whose hubs they are.

    Returns
    -------
    Figure
        16:9, 1920 × 1080 pixels.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=PAPER_DARK)
        figure.text(0.025, 0.925, "Rivals side by side", fontsize=26, fontweight="bold")
        said = "\n".join(textwrap.wrap(f"{programme}. {verdict(comparison)}", 135))
        figure.text(0.025, 0.9, said, fontsize=14.5, color=MUTED_DARK, va="top", linespacing=1.4)
        _draw_rows(figure, comparison)
        unit = (RIGHT - LEFT - GAP * (len(COLUMNS) - 1)) / sum(each.width for each in COLUMNS)
        left = LEFT
        for column in COLUMNS:
            axes = figure.add_axes((left, BOTTOM, unit * column.width, TOP - BOTTOM))
            _draw_column(axes, comparison.table, column)
            left += unit * column.width + GAP
        _write_foot(figure, comparison)
    return figure


def _draw_rows(figure: Figure, comparison: Comparison) -> None:
    """Write the names, and stripe the rows behind all columns."""
    axes = figure.add_axes((0.0, BOTTOM, 1.0, TOP - BOTTOM), zorder=-1)
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    rows = len(comparison.alternatives)
    axes.set_ylim(rows - 0.5, -0.5)
    for row, alternative in enumerate(comparison.alternatives):
        own = row == 0
        if own or row % 2 == 0:
            colour = PEOPLE_DARK[1] if own else PEOPLE_DARK[0]
            axes.axhspan(row - 0.5, row + 0.5, 0.015, 0.985, color=colour, lw=0)
        first, *others = alternative.parts
        sign = "or" if alternative.standby else "+"
        told = "\n".join([first, *(f"   {sign} {other}" for other in others)])
        axes.text(
            0.025,
            row,
            told,
            fontsize=14 if not others else 13,
            fontweight="bold" if own else "normal",
            color=MUTED_DARK if alternative.not_modelled else INK_DARK,
            va="center",
            linespacing=1.25,
        )
        if alternative.not_modelled:
            reason = "\n".join(textwrap.wrap(alternative.not_modelled, 125))
            colour = PEOPLE_DARK[0] if row % 2 == 0 else PAPER_DARK
            figure.text(
                LEFT,
                TOP - (row + 0.5) * (TOP - BOTTOM) / rows,
                reason,
                fontsize=12,
                color=MUTED_DARK,
                va="center",
                linespacing=1.4,
                bbox={"facecolor": colour, "edgecolor": "none", "pad": 4},
            )


def _draw_column(axes: Axes, table: pd.DataFrame, column: Column) -> None:
    """Draw values with their intervals, one below the other, and that of the first row down."""
    size, unit = 1.0, column.unit
    if not unit:
        size, unit = people_unit(table[column.name].max())
    ends = ("", "_low", "_high")
    values, low, high = (table[f"{column.name}{end}"].to_numpy(np.float64) / size for end in ends)
    told = np.concatenate([values, low, high])
    told = told[np.isfinite(told)]
    axes.patch.set_visible(False)
    axes.set_ylim(len(table) - 0.5, -0.5)
    if column.logarithmic:
        told = told[told > 0]
        axes.set_xscale("log")
        axes.set_xlim(told.min() / 1.8, told.max() * 1.8)
        axes.xaxis.set_major_locator(LogLocator(numticks=5))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xlim(-0.06 * told.max(), 1.12 * told.max())
        axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    axes.axvline(values[0], color=column.colour, lw=1, ls=(0, (2, 3)), alpha=0.7)
    for row, (value, begin, end) in enumerate(zip(values, low, high, strict=True)):
        _draw_value(axes, row, value, begin, end, column)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: about(value)))
    axes.set_title(
        f"{column.title}\n", loc="left", fontsize=14, color=INK_DARK, fontweight="bold", pad=4
    )
    axes.text(0, 1.018, unit, transform=axes.transAxes, fontsize=11, color=MUTED_DARK)
    axes.grid(axis="x", color=RULE_DARK, linewidth=0.8)
    axes.tick_params(labelsize=10, length=0, which="both")
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _draw_value(
    axes: Axes, row: int, value: float, low: float, high: float, column: Column
) -> None:
    """Draw a value as a dot on the bar of its interval, and write it above."""
    if not math.isfinite(value):
        if not math.isnan(value):
            axes.text(0.5, row, "nobody", transform=axes.get_yaxis_transform(), fontsize=12,
                      color=MUTED_DARK, ha="center", va="center")  # fmt: skip
        return
    axes.plot(
        [low, high], [row + 0.12] * 2, color=column.colour, lw=6, alpha=0.38,
        solid_capstyle="round",
    )  # fmt: skip
    axes.plot([value], [row + 0.12], "o", color=column.colour, ms=8.5, mec=PAPER_DARK, mew=1.2)
    middle = float(axes.transAxes.inverted().transform(axes.transData.transform((value, row)))[0])
    axes.text(
        min(max(middle, 0.04), 0.96),
        row - 0.23,
        column.tell(value),
        transform=axes.get_yaxis_transform(),
        fontsize=12,
        color=INK_DARK,
        fontweight="bold" if row == 0 else "normal",
        ha="left" if middle < 0.12 else "right" if middle > 0.88 else "center",
        va="center",
    )


def _write_foot(figure: Figure, comparison: Comparison) -> None:
    told = (
        "All figures are modelled, of all hubs together. Dots: with the likeliest numbers. Bars: "
        f"four of five of {comparison.draws:,} draws of the numbers that are not known; a long bar "
        "says that little is known, a dot beside its bar that much more is thought possible to one "
        "side than to the other."
    )
    if any(len(alternative.skies) > 1 for alternative in comparison.alternatives):
        told += "  “+”: both terminals carry traffic; “or”: the better does, the other stands by."
    figure.text(
        0.025,
        0.105,
        "\n".join(textwrap.wrap(told, 178)),
        fontsize=11.5,
        color=MUTED_DARK,
        va="top",
        linespacing=1.5,
    )
