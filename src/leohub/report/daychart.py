"""A day of throughput by local hour, as the page draws it: a line in the band of its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.report.numerals import about

Floats = NDArray[np.float64]

HOURS: Final = np.arange(24)


@dataclass(frozen=True)
class DayChart:
    """Shapes in a box of 100 × 100 with the origin at the upper left.

    Attributes
    ----------
    band, line : str
        Points of an SVG polygon and of a polyline.
    said : str
        The same in words, for who does not see it.
    """

    band: str
    line: str
    said: str


def day_chart(by_hour_mbps: Floats, top_mbps: float) -> DayChart:
    """Return the chart of a day.

    Parameters
    ----------
    by_hour_mbps : ndarray, shape (3, 24)
        Low, as it is, high [Mbps].
    top_mbps : float
        Upper end of the axis.
    """
    low, usual, high = by_hour_mbps
    least, most = int(usual.argmin()), int(usual.argmax())
    return DayChart(
        band=f"{points(high, top_mbps)} {points(low, top_mbps, backwards=True)}",
        line=points(usual, top_mbps),
        said=f"{about(usual[least])} Mbps at {least} h, the busiest hour, up to "
        f"{about(usual[most])} Mbps at {most} h",
    )


def points(by_hour: Floats, top: float, *, backwards: bool = False) -> str:
    """Return the points of a line over the hours, each at the middle of its hour."""
    x = (HOURS + 0.5) / 24 * 100
    y = 100 - by_hour / top * 100
    order = slice(None, None, -1 if backwards else 1)
    pairs = zip(x[order].tolist(), y[order].tolist(), strict=True)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in pairs)
