"""The picture of a path's round trip over time."""

from __future__ import annotations

import textwrap
from typing import Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from leohub.report.palette import ALARM, INK_DARK, MUTED_DARK, PAPER_DARK, PEOPLE_DARK, RULE_DARK
from leohub.report.skychart import STYLE

Floats = NDArray[np.float64]

SECONDS_SHOWN = 600.0
"""Up to this long the axis counts in seconds, then in minutes."""


def draw_paths(series: xr.Dataset, title: str) -> Figure:
    """Draw the round trip and the hops of one pair over time; times without a path are red.

    Parameters
    ----------
    series : Dataset
        As `leohub.sky.network.paths.shortest_paths` returns it, of one pair.
    title : str
        Whose satellites they are.

    Returns
    -------
    Figure
        16:9, 1920 × 1080 pixels.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(16, 9), dpi=120, facecolor=PAPER_DARK)
        _write_heading(figure, series, title)
        times = series["time"].to_numpy()
        elapsed = (times - times[0]) / np.timedelta64(1, "s")
        unit = "seconds" if elapsed[-1] <= SECONDS_SHOWN else "minutes"
        if unit == "minutes":
            elapsed = elapsed / 60
        trip = figure.add_axes((0.06, 0.34, 0.91, 0.47))
        hops = figure.add_axes((0.06, 0.14, 0.91, 0.12), sharex=trip)
        _draw(trip, elapsed, series["rtt_ms"].to_numpy(), PEOPLE_DARK[5], "Round trip [ms]")
        count = series["hops"].to_numpy()
        _draw(hops, elapsed, np.where(count > 0, count, np.nan), MUTED_DARK, "Hops", held=True)
        hops.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        start = pd.Timestamp(times[0])
        hops.set_xlabel(f"{unit} from {start:%-d %B %Y, %H:%M:%S} UTC", fontsize=12)
        trip.tick_params(labelbottom=False)
        note = "\n".join(textwrap.wrap(series.attrs["model"], 190))
        figure.text(0.06, 0.04, note, fontsize=11, color=MUTED_DARK, va="center")
    return figure


def _write_heading(figure: Figure, series: xr.Dataset, title: str) -> None:
    pair = f"{series['begin'].item()} → {series['end'].item()}"
    figure.text(0.06, 0.93, pair, fontsize=24, fontweight="bold", va="center")
    figure.text(0.06, 0.885, title, fontsize=13, color=MUTED_DARK, va="center")
    rtt_ms = series["rtt_ms"].to_numpy()
    found = rtt_ms[np.isfinite(rtt_ms)]
    missing = len(rtt_ms) - len(found)
    said = [f"no path at {missing:,} of {len(rtt_ms):,} moments"] if missing else []
    if len(found):
        low, middle, high = np.quantile(found, [0.0, 0.5, 1.0])
        said.insert(0, f"min {low:.3f}, median {middle:.3f}, max {high:.3f} ms")
    figure.text(
        0.97,
        0.885,
        "  ·  ".join(said),
        fontsize=15,
        color=ALARM if missing else INK_DARK,
        ha="right",
        va="center",
    )


def _draw(
    axes: Axes,
    elapsed: Floats,
    values: Floats,
    colour: str,
    title: str,
    *,
    held: bool = False,
) -> None:
    """Draw a line over time; a value that is held stays until the next moment."""
    style: Literal["steps-post", "default"] = "steps-post" if held else "default"
    axes.plot(elapsed, values, color=colour, lw=1.8, drawstyle=style)
    if len(elapsed) == 1:
        axes.plot(elapsed, values, "o", color=colour)
    step = elapsed[1] - elapsed[0] if len(elapsed) > 1 else 1.0
    lost = np.isnan(values)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]])))
    for begin, end in edges.reshape(-1, 2):
        axes.axvspan(elapsed[begin], elapsed[end - 1] + step, color=ALARM, alpha=0.45, lw=0)
    axes.margins(y=0.08)
    axes.set_xlim(elapsed[0], elapsed[-1] + step)
    axes.set_title(title, loc="left", fontsize=13, color=INK_DARK)
    axes.grid(color=RULE_DARK, linewidth=0.8)
    axes.tick_params(labelsize=11, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
