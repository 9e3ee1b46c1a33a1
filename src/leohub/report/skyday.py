"""The hours ahead under the sky chart: how many are usable, how high it stands, who is next."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import NDArray

from leohub.report.numerals import duration
from leohub.report.palette import ALARM, INK_DARK, MUTED_DARK, PAPER_DARK, PEOPLE_DARK, RULE_DARK
from leohub.report.skyscene import NOBODY, Scene, passes, runs
from leohub.report.skystyle import USABLE_COLOUR

Floats = NDArray[np.float64]

BINS: Final = 288
"""Points of a line: means of five minutes of a day; bands are their ranges."""

TICKS_H: Final = (1 / 60, 1 / 12, 1 / 6, 0.25, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0)
"""Times between two marks of the axis [h]."""

MOST_TICKS: Final = 13

NEXT_MIN: Final = 15.0
"""Time for which it is shown who serves [min]."""

NARROWEST_GAP: Final = 0.0012
"""Width of a gap that can be seen, by the width of the axes."""

BLOCKS: Final = (PEOPLE_DARK[2], PEOPLE_DARK[3])
LETTER_SHARE: Final = 0.0052
"""Width of a letter of a satellite's name, by the width of the axes."""


def draw_counts(axes: Axes, scene: Scene) -> None:
    """Draw satellites in view and usable over the hours; times without a usable one are red."""
    day = scene.day
    hours = hours_of(day)
    said = []
    for name, colour, label in (
        ("in_view", MUTED_DARK, "in view"),
        ("usable", USABLE_COLOUR, "usable"),
    ):
        counts = day[name].to_numpy()
        _draw_binned(axes, hours, counts.astype(float), colour)
        said.append((f"{label}: mean {counts.mean():.1f}, worst {counts.min()}", colour))
    gaps = _mark_gaps(axes, scene)
    said.append((gaps, ALARM if (day["usable"] == 0).any() else USABLE_COLOUR))
    axes.set_ylim(0, max(1.0, 1.08 * float(day["in_view"].max())))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    _dress(axes, scene, "Satellites", said)
    axes.tick_params(labelbottom=False)


def draw_serving(axes: Axes, scene: Scene) -> None:
    """Draw how high the serving satellite stands; veiled where it can not be told which one."""
    day = scene.day
    hours = hours_of(day)
    elevation_deg = day["serving_elevation_deg"].to_numpy()
    _draw_binned(axes, hours, elevation_deg, USABLE_COLOUR)
    _mark_gaps(axes, scene)
    low = scene.rules.min_elevation_deg
    axes.set_ylim(low - 2, 92)
    axes.set_yticks([low, 90], [f"{low:g}°", "90°"])
    said = [(f"{day.attrs['handovers']:,} handovers", INK_DARK)]
    if np.isfinite(elevation_deg).any():
        said.insert(0, (f"mean {np.nanmean(elevation_deg):.0f}°", USABLE_COLOUR))
    _dress(axes, scene, "Elevation of the satellite that serves", said)
    if scene.identity_h < day.attrs["hours"]:
        begin = hours[0] + scene.identity_h
        axes.axvspan(begin, axes.get_xlim()[1], color=PAPER_DARK, alpha=0.55, lw=0, zorder=5)
        axes.axvline(begin, color=MUTED_DARK, lw=1.0, ls=(0, (2, 2)), zorder=6)
        if scene.identity_h < 0.7 * day.attrs["hours"]:
            words = "  which satellite it is can not be told from here on"
            axes.text(begin, low + 2, words, fontsize=9, color=INK_DARK, zorder=7)


def draw_next(axes: Axes, scene: Scene) -> None:
    """Draw who serves in the next minutes, by name where there is room for it."""
    table = passes(scene)
    begin_min = ((table["begin"] - table["begin"].iloc[0]) / pd.Timedelta("1min")).to_numpy()
    end_min = begin_min + table["lasts_s"].to_numpy() / 60
    until_min = min(NEXT_MIN, 60 * scene.day.attrs["hours"])
    served = 0
    for place, row in enumerate(table.itertuples()):
        begin, end = begin_min[place], min(end_min[place], until_min)
        if begin >= until_min:
            break
        nobody = row.norad_id == NOBODY
        colour = ALARM if nobody else BLOCKS[served % 2]
        served += not nobody
        axes.barh(0, end - begin, left=begin, height=1, color=colour, ec=PAPER_DARK, lw=1.0)
        name = _fitting(str(row.object_name), (end - begin) / until_min)
        axes.text((begin + end) / 2, 0, name, ha="center", va="center", fontsize=8.5)
    axes.set(xlim=(0, until_min), ylim=(-0.5, 0.5), yticks=[])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} min"))
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_visible(False)
    policy = {
        "highest": "the highest usable one serves",
        "longest": "the one that stays the longest serves",
        "random": "any usable one serves",
    }
    axes.set_title(
        f"Who serves in the next {duration(60 * until_min)} ({policy[scene.rules.policy]})",
        loc="left",
        fontsize=10.5,
        color=MUTED_DARK,
        pad=4,
    )


def hours_of(day: xr.Dataset) -> Floats:
    """Return when each slot begins, in hours of the first day [h]."""
    times = day["time"].to_numpy()
    return np.asarray((times - times[0].astype("datetime64[D]")) / np.timedelta64(1, "h"))


def _fitting(name: str, share: float) -> str:
    """Return a name, its number alone, or nothing, as a share of the width has room."""
    for text in (name, name.rpartition("-")[2]):
        if len(text) * LETTER_SHARE < share:
            return text
    return ""


def _draw_binned(axes: Axes, hours: Floats, values: Floats, colour: str) -> None:
    """Draw means over some minutes as a line, and their range as a band."""
    group = max(1, len(values) // BINS)
    frame = pd.DataFrame({"value": values, "bin": np.arange(len(values)) // group})
    bins = frame.groupby("bin")["value"].agg(["mean", "min", "max"])
    at = hours[::group]
    axes.fill_between(at, bins["min"], bins["max"], color=colour, alpha=0.25, lw=0)
    axes.plot(at, bins["mean"], color=colour, lw=1.4)


def _mark_gaps(axes: Axes, scene: Scene) -> str:
    """Mark the times without a usable satellite, and say how many and how long they are."""
    day = scene.day
    hours, step_h = hours_of(day), day.attrs["step_s"] / 3600
    gap = day["usable"].to_numpy() == 0
    first, length = runs(gap)
    chosen = gap[first]
    if not chosen.any():
        return "no gap"
    least = NARROWEST_GAP * len(day["time"]) * step_h
    for begin, slots in zip(first[chosen], length[chosen], strict=True):
        width = max(slots * step_h, least)
        axes.axvspan(hours[begin], hours[begin] + width, color=ALARM, alpha=0.6, lw=0, zorder=1.5)
    times = "gap" if chosen.sum() == 1 else "gaps"
    longest = duration(float(length[chosen].max()) * day.attrs["step_s"])
    return f"{chosen.sum():,} {times}, the longest {longest}"


def _dress(axes: Axes, scene: Scene, title: str, said: list[tuple[str, str]]) -> None:
    """Give axes over the hours their marks, their title and, on the right, what is said of them."""
    hours = hours_of(scene.day)
    axes.set_xlim(hours[0], hours[-1] + scene.day.attrs["step_s"] / 3600)
    apart_h = next(step for step in TICKS_H if step >= scene.day.attrs["hours"] / MOST_TICKS)
    axes.xaxis.set_major_locator(MultipleLocator(apart_h))
    first = pd.Timestamp(scene.day["time"].to_numpy()[0]).normalize()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: _clock(first, hour)))
    axes.tick_params(length=0, labelsize=9.5)
    axes.grid(color=RULE_DARK, linewidth=0.8)
    axes.spines[:].set_visible(False)
    axes.set_title(title, loc="left", fontsize=10.5, color=MUTED_DARK, pad=5)
    x = 1.0
    for text, colour in reversed(said):
        axes.text(x, 1.05, text, transform=axes.transAxes, ha="right", color=colour, fontsize=10.5)
        x -= 0.013 + 0.0062 * len(text)


def _clock(first: pd.Timestamp, hour: float) -> str:
    """Write an hour after the first midnight as a time, midnights as a date."""
    moment = (first + pd.Timedelta(hour, "h")).round("min")
    return f"{moment:%-d %B}" if moment == moment.normalize() else f"{moment:%H:%M}"
