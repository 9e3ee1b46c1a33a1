"""The sky chart: what stands over a place now, and how many satellites it has for hours."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.projections.polar import PolarAxes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from leohub.sky.visibility.arc import arc_angle_deg, trace_arc
from leohub.sky.visibility.geometry import direction_of

# Okabe & Ito's palette, told apart by colour-blind readers; shapes differ as well.
USABLE = "#0072B2"
AVOIDED = "#D55E00"
BAND = "#FBE3D0"
LOW = "#8A94A0"
INK = "#1F2933"
QUIET = "#5B6773"
SKY = "#F4F8FC"
GRID = "#CBD5DF"

_BIN_S = 300.0
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "svg.hashsalt": "leohub",
}


def draw_sky(above: pd.DataFrame, day: xr.Dataset, *, operator: str) -> Figure:
    """Draw the sky over a place as one looks up at it, and the day's counts under it.

    Parameters
    ----------
    above : DataFrame
        As `leohub.sky.visibility.view.sky_at` returns it for the first moment of `day`.
    day : Dataset
        As `leohub.sky.service.timeline` returns it.
    operator : str
        As it should stand in the title.

    Returns
    -------
    Figure
        16:9, 1600 × 900 pixels at 100 dots per inch. North is up and east is left, as the sky is
        seen from below.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(16, 9), dpi=100, facecolor="white")
        dome = figure.add_axes((0.03, 0.285, 0.38, 0.575), projection="polar")
        assert isinstance(dome, PolarAxes)
        _draw_dome(dome, above, day)
        _write_heading(figure, day, operator)
        _write_figures(figure, above, day)
        _draw_shells(figure.add_axes((0.725, 0.36, 0.245, 0.43)), day)
        _draw_day(figure.add_axes((0.055, 0.075, 0.915, 0.155)), day)
    return figure


def _draw_dome(axes: PolarAxes, above: pd.DataFrame, day: xr.Dataset) -> None:
    lat_deg, lon_deg, height_km = (day.attrs[k] for k in ("lat_deg", "lon_deg", "height_km"))
    mask_deg, avoid_deg = day.attrs["min_elevation_deg"], day.attrs["arc_avoidance_deg"]
    axes.set_theta_zero_location("N")
    axes.set_facecolor(SKY)
    axes.set_ylim(0, 90)
    axes.set_yticks([30, 60], labels=[])
    axes.set_xticks(
        np.radians(np.arange(0, 360, 45)), ["N", "NE", "E", "SE", "S", "SW", "W", "NW"], fontsize=13
    )
    axes.grid(color=GRID, linewidth=0.8)
    axes.spines["polar"].set_color(QUIET)
    _draw_arc(axes, lat_deg, lon_deg, height_km, avoid_deg)
    axes.plot(
        np.linspace(0, 2 * np.pi, 361),
        np.full(361, 90 - mask_deg),
        color=INK,
        lw=1.4,
        ls=(0, (5, 3)),
    )
    for elevation in (30, 60):
        _label_ring(axes, elevation, f"{elevation}°", QUIET)
    low = above[~above["in_view"]]
    avoided = above[above["in_view"] & ~above["usable"]]
    usable = above[above["usable"]]
    for table, marker, size, colour in (
        (low, ".", 22, LOW),
        (avoided, "D", 38, AVOIDED),
        (usable, "o", 62, USABLE),
    ):
        axes.scatter(
            np.radians(table["azimuth_deg"]),
            90 - table["elevation_deg"],
            marker=marker,
            s=size,
            color=colour,
            edgecolors="white",
            linewidths=0.0 if marker == "." else 0.9,
            zorder=5,
        )


def _label_ring(axes: PolarAxes, elevation_deg: float, text: str, colour: str) -> None:
    axes.text(
        np.radians(337.5),
        90 - elevation_deg,
        text,
        color=colour,
        fontsize=10,
        ha="center",
        va="center",
        bbox={"facecolor": SKY, "edgecolor": "none", "pad": 1.0, "alpha": 0.85},
        zorder=6,
    )


def _draw_arc(
    axes: PolarAxes, lat_deg: float, lon_deg: float, height_km: float, avoid_deg: float
) -> None:
    azimuth_deg, elevation_deg = trace_arc(lat_deg, lon_deg, height_km)
    if not len(azimuth_deg):
        return
    if avoid_deg > 0:
        azimuth, sunk = np.meshgrid(np.linspace(0, 360, 361), np.linspace(0, 90, 121))
        direction = direction_of(90 - sunk, azimuth, lat_deg, lon_deg).reshape(-1, 3)
        angle = arc_angle_deg(direction, lat_deg, lon_deg, height_km).reshape(azimuth.shape)
        axes.contourf(np.radians(azimuth), sunk, angle, levels=[-1, avoid_deg], colors=[BAND])
    axes.plot(np.radians(azimuth_deg), 90 - elevation_deg, color=AVOIDED, lw=2.2, zorder=4)


def _write_heading(figure: Figure, day: xr.Dataset, operator: str) -> None:
    lat_deg, lon_deg = day.attrs["lat_deg"], day.attrs["lon_deg"]
    place = (
        f"{abs(lat_deg):.2f}° {'N' if lat_deg >= 0 else 'S'}  "
        f"{abs(lon_deg):.2f}° {'E' if lon_deg >= 0 else 'W'}"
    )
    moment = pd.Timestamp(day["time"].values[0])
    figure.text(0.03, 0.95, f"{operator} over {place}", fontsize=22, weight="bold", va="center")
    figure.text(
        0.97,
        0.95,
        f"{moment:%-d %B %Y, %H:%M} UTC  ·  {day.attrs['elements_basis']} elements, "
        f"{day.attrs['satellites']:,} satellites",
        fontsize=13,
        color=QUIET,
        ha="right",
        va="center",
    )
    figure.text(
        0.03, 0.92, "looking up: north above, east on the left", fontsize=11, color=QUIET, va="top"
    )


def _write_figures(figure: Figure, above: pd.DataFrame, day: xr.Dataset) -> None:
    mask_deg, avoid_deg = day.attrs["min_elevation_deg"], day.attrs["arc_avoidance_deg"]
    now = (
        ("in view now", int(above["in_view"].sum()), INK),
        ("usable now", int(above["usable"].sum()), USABLE),
    )
    for place, (label, count, colour) in enumerate(now):
        x = 0.45 + 0.095 * place
        figure.text(x, 0.785, f"{count}", fontsize=44, weight="bold", color=colour)
        figure.text(x, 0.755, label, fontsize=12, color=QUIET)
    lines = [
        Line2D([], [], marker="o", ls="", ms=9, mfc=USABLE, mec="white", label="usable"),
        Line2D(
            [],
            [],
            marker="D",
            ls="",
            ms=7,
            mfc=AVOIDED,
            mec="white",
            label="in view, near the arc: not used",
        ),
        Line2D([], [], marker=".", ls="", ms=7, color=LOW, label=f"below {mask_deg:g}°: not used"),
        Line2D([], [], color=INK, lw=1.4, ls=(0, (5, 3)), label=f"minimum elevation {mask_deg:g}°"),
        Line2D([], [], color=AVOIDED, lw=2.2, label="geostationary arc"),
        Patch(facecolor=BAND, label=f"{avoid_deg:g}° around the arc: avoided"),
    ]
    figure.legend(
        handles=lines,
        loc="upper left",
        bbox_to_anchor=(0.442, 0.72),
        frameon=False,
        fontsize=11.5,
        labelspacing=1.0,
        handlelength=2.0,
    )


def _draw_shells(axes: Axes, day: xr.Dataset) -> None:
    """Draw the mean number in view by shell, the usable part of it filled."""
    in_view = day["in_view_by_shell"].mean("time").values
    usable = day["usable_by_shell"].mean("time").values
    rows = np.arange(len(in_view))
    axes.barh(rows, in_view, height=0.66, color=BAND, edgecolor=AVOIDED, linewidth=0.6)
    axes.barh(rows, usable, height=0.66, color=USABLE)
    for row, (all_, some) in enumerate(zip(in_view, usable, strict=True)):
        axes.text(all_, row, f"  {some:.1f} of {all_:.1f}", va="center", fontsize=11, color=INK)
    axes.set_yticks(rows, [str(name) for name in day["shell"].values], fontsize=11.5)
    axes.set_ylim(max(len(rows), 5) - 0.4, -0.6)
    axes.set_xlim(0, 1.28 * max(in_view.max(initial=0), 0.1))
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(
        f"usable of those in view, mean over {day.attrs['hours']:g} h",
        x=-0.31,
        ha="left",
        fontsize=12,
        color=QUIET,
        pad=10,
    )


def _draw_day(axes: Axes, day: xr.Dataset) -> None:
    """Draw counts over the hours: the mean of five minutes as a line, their range as a band."""
    group = max(1, round(_BIN_S / day.attrs["step_s"]))
    slots = len(day["time"])
    bins = np.arange(0, slots, group)
    hours = np.arange(slots) * day.attrs["step_s"] / 3600 + _hour_of_day(day)
    summary = []
    for name, colour, label in (("in_view", QUIET, "in view"), ("usable", USABLE, "usable")):
        counts = day[name].values
        length = np.diff(np.append(bins, slots))
        mean = np.add.reduceat(counts, bins) / length
        low, high = np.minimum.reduceat(counts, bins), np.maximum.reduceat(counts, bins)
        axes.fill_between(hours[bins], low, high, color=colour, alpha=0.22, linewidth=0)
        axes.plot(hours[bins], mean, color=colour, lw=1.3)
        summary.append((f"{label}: mean {counts.mean():.1f}, min {counts.min()}", colour))
    axes.set_ylim(0, max(1.0, 1.08 * float(day["in_view"].max())))
    axes.set_xlim(hours[0], hours[0] + max(day.attrs["hours"], day.attrs["step_s"] / 3600))
    axes.xaxis.set_major_locator(MaxNLocator(12, steps=[1, 2, 3, 6, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(_clock))
    axes.set_ylabel("satellites")
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.set_title(
        f"The next {day.attrs['hours']:g} hours, UTC", loc="left", fontsize=12, color=QUIET
    )
    x = 1.0
    for text, colour in reversed(summary):
        axes.text(
            x,
            1.05,
            text,
            transform=axes.transAxes,
            ha="right",
            color=colour,
            fontsize=12,
            weight="bold",
        )
        x -= 0.20


def _hour_of_day(day: xr.Dataset) -> float:
    start = day["time"].values[0]
    return float((start - start.astype("datetime64[D]")) / np.timedelta64(1, "h"))


def _clock(hour: float, _: int) -> str:
    minutes = round(hour * 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
