"""The picture of a hub's service: whom it serves, its day, its chain, its years of rain."""

from __future__ import annotations

from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from leohub.report.hubservice import HubService
from leohub.report.numerals import about, count
from leohub.report.palette import (
    HUB_DARK,
    INK_DARK,
    MUTED_DARK,
    PAPER_DARK,
    PEOPLE_DARK,
    RULE_DARK,
)
from leohub.report.servicewords import MEASURE
from leohub.report.skychart import DPI, SIZE_IN, STYLE
from leohub.report.skywords import where

LEFT: Final = 0.055
RIGHT: Final = 0.955
"""Where everything begins and ends, by the width of the figure."""

LINE: Final = PEOPLE_DARK[5]
BAND: Final = PEOPLE_DARK[3]

BIG: Final = (
    ("terminal_mbps", "download in the busiest hour"),
    ("terminal_up_mbps", "upload in the busiest hour"),
    ("latency_server_ms", "round trip to a server"),
    ("rain_out_h_per_year", "out by rain"),
    ("cost_per_served_month_usd", "a month for each served well"),
)
"""Outputs that are written large, and what is written under them."""

CHAIN: Final = (
    ("Rate of a channel, download", "a channel carries"),
    ("The cell carries", "the cell, for all in it"),
    ("A terminal downloads", "this terminal, busiest hour"),
    ("Each person's fetch", "each person present"),
)
"""Steps of the chain that are drawn, and what they are called there."""

LEAST_MBPS: Final = 0.01
"""Where the bars of the chain begin, at the lowest."""


def draw_service(story: HubService) -> Figure:
    """Draw the service of one hub.

    Parameters
    ----------
    story : HubService

    Returns
    -------
    Figure
        16:9, 1920 × 1080 pixels.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor=PAPER_DARK)
        _write_heading(figure, story)
        _draw_people(figure, figure.add_axes((LEFT, 0.755, RIGHT - LEFT, 0.05)), story)
        _write_big(figure, story)
        _draw_day(figure.add_axes((LEFT, 0.12, 0.43, 0.37)), story)
        _draw_chain(figure.add_axes((0.675, 0.345, RIGHT - 0.675, 0.145)), story)
        _draw_years(figure.add_axes((0.555, 0.12, RIGHT - 0.555, 0.13)), story)
        figure.text(
            LEFT,
            0.03,
            f"All figures are modelled. Ranges hold four of five of {story.draws:,} draws of the "
            "numbers that are not known; years of rain are drawn with the likeliest numbers.",
            fontsize=10,
            color=MUTED_DARK,
            va="center",
        )
    return figure


def _write_heading(figure: Figure, story: HubService) -> None:
    hub = story.hub
    name = str(hub["name"])
    figure.text(
        LEFT,
        0.94,
        name,
        fontsize=min(25.0, 25.0 * 60 / max(len(name), 1)),
        fontweight="bold",
        va="center",
        parse_math=False,
    )
    place = where(round(float(hub["lat_deg"]), 3), round(float(hub["lon_deg"]), 3))
    figure.text(
        LEFT,
        0.897,
        f"{hub['kind']} in {hub['region']}  ·  {place}  ·  hub {hub['rank']} of the plan, "
        f"{hub['site_id']}  ·  under {story.operator}",
        fontsize=12,
        color=MUTED_DARK,
        va="center",
        parse_math=False,
    )


def _draw_people(figure: Figure, axes: Axes, story: HubService) -> None:
    """Draw whom one terminal serves well of those who share the hub."""
    hub = story.hub
    shared, served = float(hub["sharing_people"]), float(hub["served_well_people"])
    low, high = float(hub["served_well_people_low"]), float(hub["served_well_people_high"])
    axes.barh(0, shared, color=PEOPLE_DARK[1], height=1.0)
    axes.barh(0, served, color=HUB_DARK, height=1.0)
    axes.plot([low, high], [0, 0], color=INK_DARK, lw=2)
    axes.plot([low, high], [0, 0], "|", color=INK_DARK, ms=12, mew=2)
    axes.set(xlim=(0, max(shared, high, 1.0)), ylim=(-0.5, 0.5), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    figure.text(
        LEFT,
        0.828,
        f"One terminal serves {story.said('served_well_people')} well",
        fontsize=15,
        fontweight="bold",
        color=HUB_DARK,
        va="center",
    )
    figure.text(
        RIGHT,
        0.828,
        f"{count(shared)} people share this hub; for {count(story.reach_only_people)} of them it "
        "is potential reach only",
        fontsize=12,
        color=MUTED_DARK,
        ha="right",
        va="center",
    )


def _write_big(figure: Figure, story: HubService) -> None:
    """Write the outputs that matter most, each over its interval."""
    for x, (output, words) in zip(np.linspace(LEFT, 0.81, len(BIG)), BIG, strict=True):
        measure = MEASURE[output]
        value, low, high = (float(story.hub[f"{output}{end}"]) for end in ("", "_low", "_high"))
        figure.text(x, 0.655, measure.said(value), fontsize=24, fontweight="bold")
        figure.text(x, 0.625, words, fontsize=11, color=MUTED_DARK)
        figure.text(x, 0.6, measure.between(low, high), fontsize=11, color=LINE)


def _draw_day(axes: Axes, story: HubService) -> None:
    low, usual, high = story.by_hour_mbps
    hours = np.arange(24) + 0.5
    axes.fill_between(hours, low, high, color=BAND, alpha=0.45, lw=0)
    axes.plot(hours, usual, color=LINE, lw=2.4)
    busiest = int(usual.argmin())
    axes.plot(hours[busiest], usual[busiest], "o", color=HUB_DARK, ms=9, mec=PAPER_DARK)
    axes.annotate(
        f"{about(usual[busiest])} Mbps in the\nbusiest hour",
        (np.clip(hours[busiest], 2, 22), high[busiest]),
        xytext=(0, 8),
        textcoords="offset points",
        ha="center",
        color=HUB_DARK,
        fontweight="bold",
        fontsize=11,
    )
    axes.set(xlim=(0, 24), ylim=(0, None), xticks=range(0, 25, 3))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda hour, _: f"{hour:.0f} h"))
    axes.grid(color=RULE_DARK, linewidth=0.8)
    _dress(axes, "What a terminal downloads by local solar hour [Mbps], with its range")


def _draw_chain(axes: Axes, story: HubService) -> None:
    """Draw what is left of a channel at each link, on a scale of tens."""
    values = [max(LEAST_MBPS, story.value(what)) for what, _ in CHAIN]
    threshold = story.quantities["use.threshold_mbps"].value
    first = min(LEAST_MBPS * 10, 0.5 * min(values))
    rows = np.arange(len(values))
    colours = (PEOPLE_DARK[3], PEOPLE_DARK[4], PEOPLE_DARK[5], HUB_DARK)
    axes.barh(rows, np.array(values) - first, left=first, color=colours, height=0.64)
    for row, (what, _) in enumerate(CHAIN):
        axes.text(values[row], row, f"  {about(story.value(what))}", va="center", fontsize=11)
    axes.axvline(threshold, color=INK_DARK, lw=1.2, ls=(0, (3, 2)))
    axes.text(
        threshold,
        len(rows) - 0.35,
        f"served well: {threshold:g}",
        fontsize=10,
        color=INK_DARK,
        ha="center",
        va="top",
    )
    axes.set_xscale("log")
    axes.set(xlim=(first, 4 * max(values)), ylim=(len(rows) - 0.4, -0.5), xticks=[])
    axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    axes.set_yticks(rows, [words for _, words in CHAIN], fontsize=11, color=INK_DARK)
    _dress(axes, "From a channel to a person [Mbps, on a logarithmic scale]", x=-0.43)


def _draw_years(axes: Axes, story: HubService) -> None:
    """Draw the hours that rain takes, year by year, the worst first."""
    years = story.years
    out_h = np.sort(years.out_h)[::-1]
    share_pct = 100 * (np.arange(len(out_h)) + 0.5) / len(out_h)
    axes.bar(share_pct, out_h, width=100 / len(out_h), color=PEOPLE_DARK[4], lw=0)
    axes.axhline(years.expected_h, color=HUB_DARK, lw=1.4, ls=(0, (3, 2)))
    low, middle, high = years.spread()["out_h"]
    axes.text(
        0.995,
        0.9,
        f"{about(middle)} h in the median year, {about(low)} to {about(high)} h in four of five; "
        f"mean {about(years.expected_h)} h",
        transform=axes.transAxes,
        ha="right",
        va="center",
        fontsize=11,
    )
    axes.set(xlim=(0, 100), ylim=(0, max(1.15 * float(out_h.max()), 0.1)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0f} %"))
    axes.set_xlabel("of years have more", fontsize=10)
    axes.grid(axis="y", color=RULE_DARK, linewidth=0.8)
    _dress(axes, f"Out by rain in {len(out_h)} drawn years [h], the worst first")


def _dress(axes: Axes, title: str, x: float = 0.0) -> None:
    axes.set_title(title, loc="left", x=x, fontsize=12, color=MUTED_DARK, pad=8)
    axes.tick_params(length=0, labelsize=10)
    axes.spines[:].set_visible(False)
