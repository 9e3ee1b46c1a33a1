"""Colours that figures and page share. Blues for people and orange for hubs: told apart by all.

Blue against orange stays distinct in protanopia, deuteranopia and tritanopia (Okabe & Ito 2008,
"Color Universal Design"); the blues also rise evenly in lightness, so that they survive grey print.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

PEOPLE: Final = ("#e6eff2", "#c3dbe3", "#94c0cf", "#5f9fb6", "#337c97", "#145a75", "#06374c")
"""Least to most people, on a light ground."""

PEOPLE_DARK: Final = ("#16262e", "#1c3a47", "#235366", "#2f7189", "#4a94ac", "#7bbacb", "#c0e4ec")
"""Least to most people, on a dark ground."""

HUB: Final = "#e8590c"
INK: Final = "#15212b"
MUTED: Final = "#5d6b76"
RULE: Final = "#d9dfe2"
BOUND: Final = "#145a75"

HUB_DARK: Final = "#ff8a3d"
INK_DARK: Final = "#e8eef1"
MUTED_DARK: Final = "#9fadb6"
RULE_DARK: Final = "#2a3740"
PAPER_DARK: Final = "#0f161b"
"""The same on a dark ground, and that ground."""

ALARM: Final = "#ff4f4f"
OTHER_DARK: Final = "#cc79a7"
"""What is missing, and a third kind beside blue and orange (Okabe & Ito's reddish purple)."""

GAPS: Final = ("#e9eef0", "#fde0c5", "#fbb77f", "#f2893f", "#d9600f", "#a03c05", "#5f2200")
"""Never without to longest without, on a light ground."""

GAPS_DARK: Final = ("#1d272d", "#4a2a12", "#74390e", "#a34b0b", "#d9600f", "#f7924a", "#fdd2ac")
"""Never without to longest without, on a dark ground."""

CHANGE: Final = ("#337c97", "#94c0cf", "#d3e5eb", "#f1f3f4", "#fde0c5", "#fbb77f", "#f2893f")
"""Fewer people to more, from one plan to the other, on a light ground: blue to orange."""

CHANGE_DARK: Final = ("#4a94ac", "#2f7189", "#1c3a47", "#1d272d", "#4a2a12", "#a34b0b", "#d9600f")
"""Fewer people to more, from one plan to the other, on a dark ground."""

ROUND_STEPS: Final = (1, 2, 5)


def class_breaks(values: ArrayLike, classes: int = len(PEOPLE)) -> list[float]:
    """Return round limits that part positive values into classes about even on a log scale.

    Parameters
    ----------
    values : array_like
        Values that are not positive are not looked at.
    classes : int
        Classes wanted; there may be fewer.

    Returns
    -------
    list of float
        Neighbours in the series 1, 2, 5, 10 …, rising; one fewer than there are classes. Values
        that span more than they do are parted in the middle of their span.
    """
    positive = np.asarray(values, dtype=float)
    positive = positive[np.isfinite(positive) & (positive > 0)]
    if not len(positive):
        return [1.0]
    low, high = np.quantile(positive, [0.08, 0.985])
    first, last = _step(max(low, high / 1e4)), _step(high)
    spare = max(0, last - first + 1 - (classes - 1))
    first += spare - spare // 2
    last -= spare // 2
    return [float(f"{ROUND_STEPS[step % 3]}e{step // 3}") for step in range(first, last + 1)]


def change_classes(
    change: ArrayLike, classes: int = len(CHANGE) // 2
) -> tuple[NDArray[np.int64], list[float]]:
    """Part changes into classes, alike on both sides of none.

    Parameters
    ----------
    change : array_like
        Differences of people; those that round to nobody are none.
    classes : int
        On each side.

    Returns
    -------
    shades : ndarray of int
        From ``-classes`` to ``classes``; 0 is no change.
    limits : list of float
        From which size on a change has the second class, the third …
    """
    values = np.asarray(change, dtype=float)
    size = np.abs(values)
    limits = class_breaks(size[size >= 0.5], classes)[: classes - 1]
    shade = 1 + np.searchsorted(limits, size, side="right")
    return np.where(size < 0.5, 0, np.sign(values) * shade).astype(np.int64), limits


def _step(value: float) -> int:
    """Return which number of the series … 1, 2, 5, 10 … is nearest on a log scale; 0 is 1."""
    power = math.floor(math.log10(value))
    near = range(3 * power, 3 * power + 4)
    return min(
        near,
        key=lambda step: abs(math.log10(value) - step // 3 - math.log10(ROUND_STEPS[step % 3])),
    )
