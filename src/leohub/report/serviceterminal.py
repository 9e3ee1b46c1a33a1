"""A hub's day in a terminal: bars by hour, made of characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from leohub.report.curve import round_step
from leohub.report.numerals import count
from leohub.report.palette import PEOPLE_DARK

Floats = NDArray[np.float64]

ROWS: Final = 8
HOURS: Final = 24
WIDEST: Final = 3
"""Letters of an hour, the gap behind it included."""


@dataclass(frozen=True)
class Bars:
    """What the bars are made of: up to the low end, the value, the high end."""

    low: str
    value: str
    high: str


FULL: Final = Bars("█", "▓", "░")
ASCII: Final = Bars("#", "=", ".")

STYLES: Final = (PEOPLE_DARK[3], PEOPLE_DARK[5], PEOPLE_DARK[3])


def day_bars(by_hour_mbps: Floats, width: int, *, ascii_only: bool = False) -> Text:
    """Return the throughput of a terminal by local hour as bars, its interval on top of them.

    Parameters
    ----------
    by_hour_mbps : ndarray, shape (3, 24)
        Low, as it is, high [Mbps].
    width : int
        Of the whole [letters].
    ascii_only : bool
        For terminals that know nothing else.
    """
    letters = ASCII if ascii_only else FULL
    highest = float(by_hour_mbps.max()) or 1.0
    step = round_step(highest)
    top = step * np.ceil(highest / step - 1e-9)
    margin = len(count(top)) + 1
    wide = int(np.clip((width - margin) // HOURS, 1, WIDEST))
    # A row is filled from its middle on; what is not nothing fills the lowest.
    rows = np.floor(by_hour_mbps / top * ROWS + 0.5).astype(int)
    rows = np.maximum(rows, by_hour_mbps > 0)
    text = Text(no_wrap=True)
    for row in range(ROWS, 0, -1):
        level = f"{count(top * row / ROWS)}" if row % (ROWS // 2) == 0 else ""
        text.append(level.rjust(margin - 1) + " ", style="dim")
        for hour in range(HOURS):
            _append_hour(text, rows[:, hour], row, letters, wide)
        text.append("\n")
    text.append(" " * margin)
    marks = "".join(f"{hour}".ljust(6 * wide) for hour in range(0, HOURS, 6))
    text.append(marks.rstrip() + " h", style="dim")
    return text


def day_legend(*, ascii_only: bool = False) -> Text:
    """Return what the parts of the bars mean."""
    letters = ASCII if ascii_only else FULL
    text = Text()
    for letter, style, words in zip(
        (letters.low, letters.value, letters.high),
        STYLES,
        ("low end  ", "as it is  ", "high end"),
        strict=True,
    ):
        text.append(f"{letter} ", style=style)
        text.append(words, style="dim")
    return text


def _append_hour(text: Text, filled: NDArray[np.int_], row: int, letters: Bars, wide: int) -> None:
    low, value, high = filled
    letter, style = " ", ""
    if row <= low:
        letter, style = letters.low, STYLES[0]
    elif row <= value:
        letter, style = letters.value, STYLES[1]
    elif row <= high:
        letter, style = letters.high, STYLES[2]
    text.append(letter * max(1, wide - 1), style=style)
    text.append(" " * (wide > 1))
