"""What all figures of results and answers share: size, style, title, and axes of people."""

from __future__ import annotations

from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from leohub.report.numerals import mark
from leohub.report.palette import BOUND, INK, MUTED, PEOPLE, RULE

SIZE_IN: Final = (12.8, 7.2)
DPI: Final = 150
"""12.8 × 7.2 inches at 150 dots an inch are 1920 × 1080."""

LEFT: Final = 0.115
RIGHT: Final = 0.965
"""Where axes begin and end, by the width of the figure."""

STYLE: Final[dict[Any, Any]] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 12,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "svg.hashsalt": "leohub",
    "svg.fonttype": "path",
}


def write_title(figure: Figure, title: str, subtitle: str) -> None:
    """Write what a figure says, and below it what it shows."""
    figure.text(0.04, 0.925, title, fontsize=21, fontweight="bold", va="center")
    figure.text(0.04, 0.868, subtitle, fontsize=12, color=MUTED, va="center")


def count_people(axes: Axes) -> None:
    """Write round counts of people up the axes."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: mark(value)))
    axes.grid(axis="y")


def draw_bound(axes: Axes, place: ArrayLike, reached: ArrayLike, bound: ArrayLike) -> None:
    """Draw the proven bound, and shade what lies between it and what is reached."""
    axes.fill_between(place, reached, bound, color=PEOPLE[0], linewidth=0)
    axes.plot(place, bound, color=BOUND, linewidth=1.6, linestyle=(0, (5, 3)))
