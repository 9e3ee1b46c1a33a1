"""What the sky gives the country, in four maps: satellites and gaps, with and without the arc."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from leohub.report.limits import usable_means
from leohub.report.numerals import duration
from leohub.report.palette import GAPS, GAPS_DARK, PEOPLE, PEOPLE_DARK
from leohub.study.results import Results

Floats = NDArray[np.float64]
Shades = NDArray[np.intp]

SHADES: Final = len(PEOPLE)

GAP_ENDS_S: Final = (0.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0)
"""Longest gap of each class but the last [s]."""

GAP_LABELS: Final = ("none", "≤ 1 min", "≤ 5 min", "≤ 15 min", "≤ 1 h", "≤ 4 h", "longer")


@dataclass(frozen=True)
class SkyMap:
    """One map.

    Attributes
    ----------
    title : str
    said : str
        What it shows, in figures.
    shades : ndarray of int, shape (n,)
        Which colour each hexagon has.
    """

    title: str
    said: str
    shades: Shades


@dataclass(frozen=True)
class SkyMaps:
    """The same thing with all satellites in view and with the usable ones.

    Attributes
    ----------
    name : str
        For the style sheet.
    title : str
    colours : tuple of str, length `SHADES`
        On a light ground.
    legend : list of (int, str)
        Colour and meaning of each class that is used.
    maps : list of SkyMap
    """

    name: str
    title: str
    colours: tuple[str, ...]
    legend: list[tuple[int, str]]
    maps: list[SkyMap]


def sky_maps(results: Results) -> list[SkyMaps]:
    """Return the maps of satellites, and those of times without one."""
    titles = ("all in view", usable_means(results, everywhere=True))
    return [_satellites(results, titles), _gaps(results, titles)]


def shade_rules() -> str:
    """Return the style sheet's rules for the colours of the maps, on light and dark ground."""
    light, dark = (
        "".join(
            f".{name} .s{shade} {{ --shade: {colour}; }}\n"
            for name, colours in ramps
            for shade, colour in enumerate(colours)
        )
        for ramps in (
            (("means", PEOPLE), ("gaps", GAPS)),
            (("means", PEOPLE_DARK), ("gaps", GAPS_DARK)),
        )
    )
    return f"{light}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def mean_breaks(values: Floats) -> Floats:
    """Return round limits of at most `SHADES` classes of even width that hold all values."""
    low, high = float(values.min()), float(values.max())
    locator = MaxNLocator(SHADES - 1, steps=[1, 2, 2.5, 5, 10], min_n_ticks=2)
    breaks = np.round(locator.tick_values(low, max(high, low + 1)), 9)
    first = max(0, int(np.searchsorted(breaks, low, side="right")) - 1)
    last = max(first + 1, int(np.searchsorted(breaks, high)))
    return np.asarray(breaks[first : last + 1])


def _satellites(results: Results, titles: tuple[str, str]) -> SkyMaps:
    columns = [results.sky[name].to_numpy(float) for name in ("in_view_mean", "usable_mean")]
    breaks = mean_breaks(np.concatenate(columns))
    shades = np.round(np.linspace(0, SHADES - 1, len(breaks) - 1)).astype(int)
    return SkyMaps(
        "means",
        "Satellites, mean over the hours",
        PEOPLE,
        [
            (int(shade), f"{low:g} – {high:g}")
            for shade, (low, high) in zip(shades, pairwise(breaks), strict=True)
        ],
        [
            SkyMap(title, _range(values), shades[np.searchsorted(breaks[1:-1], values, "right")])
            for title, values in zip(titles, columns, strict=True)
        ],
    )


def _gaps(results: Results, titles: tuple[str, str]) -> SkyMaps:
    columns = [
        results.sky[name].to_numpy(float) for name in ("longest_gap_in_view_s", "longest_gap_s")
    ]
    return SkyMaps(
        "gaps",
        "Longest time without one",
        GAPS,
        list(enumerate(GAP_LABELS)),
        [
            SkyMap(title, _worst(values), np.searchsorted(GAP_ENDS_S, values))
            for title, values in zip(titles, columns, strict=True)
        ],
    )


def _range(values: Floats) -> str:
    return f"{values.min():.1f} to {values.max():.1f}"


def _worst(values: Floats) -> str:
    if not values.any():
        return "none anywhere"
    return f"up to {duration(float(values.max()))}"
