"""The sky chart: what stands over a place now, and what it gets over the hours ahead."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.projections.polar import PolarAxes

from leohub.report.numerals import duration
from leohub.report.palette import (
    ALARM,
    INK_DARK,
    MUTED_DARK,
    PAPER_DARK,
    PEOPLE_DARK,
)
from leohub.report.skyday import draw_counts, draw_next, draw_serving
from leohub.report.skydome import DASHES, NADIR, draw_dome
from leohub.report.skyscene import NOBODY, Scene, passes
from leohub.report.skystyle import ARC_COLOUR, SERVING_COLOUR, SIGNS, USABLE_COLOUR, meanings
from leohub.report.skywords import cautions, direction, elements, when, where

STYLE: Final[dict[Any, Any]] = {
    "font.family": ["DejaVu Sans"],
    "text.color": INK_DARK,
    "axes.labelcolor": MUTED_DARK,
    "axes.facecolor": PAPER_DARK,
    "axes.axisbelow": True,
    "xtick.color": MUTED_DARK,
    "ytick.color": MUTED_DARK,
    "svg.hashsalt": "leohub",
}

SIZE_IN: Final = (16.0, 9.0)
DPI: Final = 120
"""16 × 9 inches at 120 dots an inch are 1920 × 1080."""

MIDDLE: Final = 0.42
"""Where the words beside the dome begin, by the width of the figure."""

SHELL_NAMES: Final = -0.605
"""Where the title of the shells begins, by the width of their axes: under who serves."""

MOST_SHELLS: Final = 8
"""Shells that are drawn; the others are drawn as one."""


def draw_sky(scene: Scene) -> Figure:
    """Draw the sky over a place as one looks up at it, and the hours ahead under it.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    Figure
        16:9, 1920 × 1080 pixels. North is above and east on the left, as the sky is seen from
        below.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=PAPER_DARK)
        dome = figure.add_axes((0.04, 0.395, 0.3116, 0.554), projection="polar")
        assert isinstance(dome, PolarAxes)
        draw_dome(dome, scene)
        _write_heading(figure, scene)
        _write_now(figure, scene)
        _write_legend(figure, scene)
        _draw_shells(figure.add_axes((0.76, 0.405, 0.215, 0.25)), scene)
        draw_counts(figure.add_axes((0.045, 0.245, 0.93, 0.085)), scene)
        draw_serving(figure.add_axes((0.045, 0.135, 0.93, 0.075)), scene)
        draw_next(figure.add_axes((0.045, 0.058, 0.93, 0.024)), scene)
        _write_cautions(figure, scene)
    return figure


def _write_heading(figure: Figure, scene: Scene) -> None:
    place = where(float(scene.place.lat_deg[0]), float(scene.place.lon_deg[0]))
    heading = f"{scene.operator} over {place}"
    size = min(25.0, 25.0 * 38 / len(heading))
    figure.text(MIDDLE, 0.937, heading, fontsize=size, fontweight="bold", va="center")
    lines = textwrap.wrap(elements(scene), 104)[:2]
    for row, line in enumerate((f"{when(scene)}  ·  looking up: east is on the left", *lines)):
        figure.text(MIDDLE, 0.895 - 0.024 * row, line, fontsize=11, color=MUTED_DARK, va="center")


def _write_now(figure: Figure, scene: Scene) -> None:
    """Write the counts of the first moment, and who serves."""
    for x, column, label, colour in (
        (MIDDLE, "in_view", "in view now", INK_DARK),
        (MIDDLE + 0.105, "usable", "usable now", USABLE_COLOUR),
    ):
        number = int(scene.above[column].sum())
        figure.text(x, 0.742, f"{number}", fontsize=42, fontweight="bold", color=colour)
        figure.text(x, 0.715, label, fontsize=11.5, color=MUTED_DARK)
    now = passes(scene).iloc[0]
    if now["norad_id"] == NOBODY:
        title, colour = "no usable satellite", ALARM
        rest = f"none for {duration(now['lasts_s'])}"
    else:
        title, colour = str(now["object_name"]), SERVING_COLOUR
        rest = (
            f"serves for {duration(now['lasts_s'])}: {now['elevation_deg']:.0f}° high in the "
            f"{direction(now['azimuth_deg'])}, {now['range_km']:,.0f} km away"
        )
    x = MIDDLE + 0.21
    figure.text(x, 0.755, title, fontsize=20, fontweight="bold", color=colour)
    figure.text(x, 0.715, rest, fontsize=11.5, color=MUTED_DARK)


def _write_legend(figure: Figure, scene: Scene) -> None:
    present = set(scene.above["state"])
    serving = Line2D(
        [], [], marker="o", ls="", ms=11, mfc="none", mec=SERVING_COLOUR, mew=2, label="serves"
    )
    handles: list[Line2D | Patch] = [serving]
    for state, words in meanings(scene.rules).items():
        if state in present:
            sign = SIGNS[state]
            mark = {"marker": sign.marker, "ms": max(5.0, sign.size**0.5), "mfc": sign.colour}
            handles.append(Line2D([], [], ls="", mec=PAPER_DARK, label=words, **mark))
    handles += [
        Line2D([], [], color=USABLE_COLOUR, lw=2, label="where it was in the last 2 minutes"),
        Line2D([], [], color=ARC_COLOUR, lw=1.8, label="geostationary arc"),
    ]
    if scene.rules.arc_avoidance_deg > 0:
        label = f"{scene.rules.arc_avoidance_deg:g}° around it: avoided"
        handles.append(Patch(facecolor=ARC_COLOUR, alpha=0.25, label=label))
    lowest = f"minimum elevation {scene.rules.min_elevation_deg:g}°"
    handles.append(Line2D([], [], color=MUTED_DARK, lw=1.2, ls=DASHES, label=lowest))
    if scene.place.horizon_deg is not None:
        label = "horizon of the place"
        handles.append(Patch(facecolor=NADIR, edgecolor=MUTED_DARK, label=label))
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(MIDDLE - 0.012, 0.695),
        frameon=False,
        fontsize=11,
        labelspacing=0.68,
        handlelength=1.8,
        labelcolor=INK_DARK,
    )


def _draw_shells(axes: Axes, scene: Scene) -> None:
    """Draw the mean number in view by shell, the usable part of it filled."""
    names = [str(name) for name in scene.day["shell"].to_numpy()]
    in_view, usable = (
        scene.day[f"{column}_by_shell"].mean("time").to_numpy() for column in ("in_view", "usable")
    )
    if len(names) > MOST_SHELLS:
        kept = MOST_SHELLS - 1
        names = [*names[:kept], f"{len(names) - kept} others"]
        in_view, usable = (
            np.append(counts[:kept], counts[kept:].sum()) for counts in (in_view, usable)
        )
    digits = 1 if in_view.max(initial=0) >= 1 else 2
    rows = np.arange(len(names))
    axes.barh(rows, in_view, height=0.62, color=PEOPLE_DARK[1])
    axes.barh(rows, usable, height=0.62, color=USABLE_COLOUR)
    for row, (all_, some) in enumerate(zip(in_view, usable, strict=True)):
        axes.text(all_, row, f"  {some:.{digits}f} of {all_:.{digits}f}", va="center", fontsize=10)
    axes.set_yticks(rows, names, fontsize=10.5)
    axes.set_ylim(max(len(rows), 5) - 0.4, -0.6)
    axes.set_xlim(0, 1.45 * max(in_view.max(initial=0), 0.1))
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(
        f"usable of those in view, mean over {duration(3600 * scene.day.attrs['hours'])}",
        x=SHELL_NAMES,
        ha="left",
        fontsize=11.5,
        color=MUTED_DARK,
        pad=8,
    )


def _write_cautions(figure: Figure, scene: Scene) -> None:
    text = " ".join(cautions(scene))
    for row, line in enumerate(textwrap.wrap(text, 232)[:2]):
        figure.text(0.045, 0.026 - 0.016 * row, line, fontsize=8, color=MUTED_DARK, va="center")
