"""The service of the hubs as a figure: a day of throughput, and whom the hubs serve well."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from leohub.report.crowd import crowd
from leohub.report.numerals import about, count, percent
from leohub.report.palette import HUB, INK, MUTED, PEOPLE
from leohub.report.servicewords import MEASURE, programme_ends, served_well_means
from leohub.study.results import Results
from leohub.study.service.estimate import Estimate

FACTS: Final = {
    "latency_server_ms": 0.07,
    "rain_out_h_per_year": 0.28,
    "cost_per_served_month_usd": 0.52,
}
"""Measures that are written below the two charts, and where."""

POWER_AT: Final = 0.79
"""Where the power stands beside them."""

ROUND: Final = (1, 2, 2.5, 5, 10)
"""Steps between the marks of an axis, times a power of ten."""

HOURS: Final = np.arange(24) + 0.5


def draw_service(figure: Figure, results: Results, estimate: Estimate) -> None:
    """Draw both charts, and the facts below them."""
    _draw_day(figure.add_axes((0.07, 0.3, 0.37, 0.44)), estimate)
    _draw_people(figure.add_axes((0.56, 0.3, 0.405, 0.44)), results, estimate)
    places = (*FACTS.values(), POWER_AT)
    for x, (value, interval, what) in zip(places, _facts(estimate), strict=True):
        figure.text(x, 0.148, value, fontsize=19, fontweight="bold", va="center")
        figure.text(x, 0.098, interval, fontsize=10, color=MUTED, va="center")
        figure.text(x, 0.06, what, fontsize=10.5, color=INK, va="center")


def subtitle(estimate: Estimate) -> str:
    """Say below the title how all of it is known."""
    return f"Modelled; shaded: four of five draws. Well: {served_well_means(estimate)}"


def _draw_day(axes: Axes, estimate: Estimate) -> None:
    low, usual, high = estimate.by_hour_mbps.mean(axis=1)
    axes.fill_between(HOURS, low, high, color=HUB, alpha=0.2, linewidth=0)
    axes.plot(HOURS, usual, color=HUB, linewidth=2.6)
    busiest = int(usual.argmin())
    axes.plot(HOURS[busiest], usual[busiest], "o", color=HUB, ms=9, mec="white")
    axes.annotate(
        f"{about(usual[busiest])} Mbps\nin the busiest hour",
        (HOURS[busiest], high[busiest]),
        # Beside the day's peak, which is far from the busiest hour.
        xytext=(0.98, 0.58) if busiest > 11 else (0.02, 0.58),
        textcoords="axes fraction",
        ha="right" if busiest > 11 else "left",
        fontweight="bold",
        arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.8},
    )
    axes.set(xlim=(0, 24), ylim=(0, None), xlabel="local solar time")
    axes.set_xticks(range(0, 25, 6), [f"{hour} h" for hour in range(0, 25, 6)])
    axes.set_title("What a terminal downloads, Mbps", loc="left", fontsize=13, fontweight="bold")
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
    axes.grid(axis="y")


def _draw_people(axes: Axes, results: Results, estimate: Estimate) -> None:
    groups = crowd(results.hubs)
    edges = np.concatenate([[0], groups["end"]])
    sharing, low, served, high = (
        np.append(values, values[-1])
        for values in groups[["sharing", "low", "served", "high"]].to_numpy().T
    )
    axes.fill_between(edges, sharing, step="post", color=PEOPLE[2], linewidth=0)
    axes.fill_between(edges, low, high, step="post", color=HUB, alpha=0.4, linewidth=0)
    axes.step(edges, served, where="post", color=HUB, linewidth=2.6)
    people = results.hubs["sharing_people"]
    share = float(results.hubs["served_well_people"].sum() / max(people.sum(), 1e-9))
    axes.set_title(
        f"Who shares a hub, and whom it serves well: {percent(share)}",
        loc="left",
        fontsize=13,
        fontweight="bold",
    )
    top = max(1.0, float(sharing.max()), float(high.max()))
    axes.set(xlim=(0, len(people)), ylim=(0, 1.08 * top), xlabel="hubs, the most shared first")
    each = programme_ends(estimate, "served_well_people")[0] / len(people)
    axes.legend(
        [Patch(color=PEOPLE[2]), (Patch(color=HUB, alpha=0.4), Line2D([], [], color=HUB, lw=2.6))],
        [f"share a hub: {about(float(people.mean()))} each", f"served well: {about(each)} each"],
        loc="upper right",
        framealpha=0.9,
        edgecolor="none",
    )
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
    axes.grid(axis="y")


def _facts(estimate: Estimate) -> list[tuple[str, str, str]]:
    """Return value, interval and meaning of what stands below the charts."""
    found = []
    for output in FACTS:
        measure = MEASURE[output]
        value, low, high = programme_ends(estimate, output)
        interval = measure.between(low, high) if math.isfinite(value) else ""
        found.append((measure.said(value), interval, measure.title.lower()))
    power = estimate.hubs[["panel_w", "battery_wh"]].mean()
    found.append(
        (
            f"{about(power['panel_w'])} W",
            f"and a battery of {about(power['battery_wh'])} Wh",
            "solar panel, mean of the hubs",
        )
    )
    return found
