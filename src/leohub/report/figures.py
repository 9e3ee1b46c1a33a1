"""Figures of the plan, 16:9, as PNG (1920 × 1080) and SVG, for slides and reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, MaxNLocator

from leohub.plan.findings.margin import Margin, margin
from leohub.report.countryfigure import squeeze
from leohub.report.digest import Digest
from leohub.report.mapfigure import draw_map
from leohub.report.numerals import (
    WEIGHTS,
    about,
    count,
    mark,
    percent,
    percent_at_most,
    plural,
    short,
    usd,
)
from leohub.report.palette import BOUND, HUB, INK, MUTED, PEOPLE
from leohub.report.servicefigure import draw_service, subtitle
from leohub.report.servicewords import programme_ends
from leohub.report.skymapfigure import draw_sky_maps
from leohub.report.slide import (
    DPI,
    LEFT,
    RIGHT,
    SIZE_IN,
    STYLE,
    draw_bound,
    write_title,
)
from leohub.study.results import Results

LONGEST_NAME: Final = 28
"""Letters of a region's name that are written."""

NARROW: Final = 0.2
"""Share of an axis that leaves no room for words beside a band."""

MOST_REGIONS: Final = 20
"""Regions that one figure shows; all of them are in regions.csv."""


def write_figures(digest: Digest, folder: Path) -> None:
    """Write every figure as NAME.png and NAME.svg; the same results give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        for name, draw in figures_of(digest.results).items():
            figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor="white")
            draw(figure, digest)
            figure.savefig(folder / f"{name}.png", metadata={"Software": None})
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": "leohub"})


def figures_of(results: Results) -> dict[str, Callable[[Figure, Digest], None]]:
    """Return file name → how it is drawn, for each figure there is of results."""
    without = {"service"} if results.estimate is None else set()
    return {name: draw for name, draw in FIGURES.items() if name not in without}


def draw_curve(figure: Figure, digest: Digest) -> None:
    """Draw people reached by number of hubs, under the proven bound."""
    results, figures = digest.results, digest.figures
    hubs, reached, bound = np.vstack([np.zeros(3), results.plan.curve]).T
    axes = _axes(
        figure,
        f"What each further hub adds: {plural(figures.hubs, 'hub reaches', 'hubs reach')} "
        f"{short(figures.reached_people)} people",
        "Unserved people newly reached, by number of hubs in the order of what each adds. "
        "No choice of as many hubs can lie above the bound.",
    )
    _draw_worth(axes, margin(results.plan), float(hubs[-1]))
    draw_bound(axes, hubs, reached, bound)
    axes.plot(hubs, reached, color=HUB, linewidth=2.6)
    axes.plot(
        figures.hubs, figures.reached_people, "o", color=HUB, ms=9, mec="white", clip_on=False
    )
    # Beside the point there is room for words only where the axis goes on.
    late = figures.hubs > 0.6 * hubs[-1]
    axes.annotate(
        f"{count(figures.reached_people)} people\nat most {percent_at_most(results.plan.gap)} "
        f"below the best there is{_by_weights(results)}",
        (figures.hubs, figures.reached_people),
        xytext=(-4, -64) if late else (16, -20),
        textcoords="offset points",
        ha="right" if late else "left",
        va="top",
        fontweight="bold",
    )
    axes.annotate(
        "proven bound",
        (hubs[-1], bound[-1]),
        xytext=(-26, 2),
        textcoords="offset points",
        color=BOUND,
        ha="right",
    )
    axes.set(xlim=(0, hubs[-1]), ylim=(0, None), xlabel="hubs", ylabel="people newly reached")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: mark(value)))
    axes.grid(axis="y")


def _by_which(results: Results) -> str:
    return "by weights" if results.demands.weighed else "there is"


def _by_weights(results: Results) -> str:
    return f"\n{WEIGHTS}" if results.demands.weighed else ""


def _draw_worth(axes: Axes, worth: Margin, end: float) -> None:
    """Shade the last hubs of a plan and the next ones, and write what they add beside them."""
    low, here, high = worth.hubs - worth.last_hubs, worth.hubs, worth.hubs + worth.next_hubs
    if worth.last_hubs:
        axes.axvspan(low, here, color=HUB, alpha=0.13, lw=0)
        said = f"last {worth.last_hubs}:", f"{count(worth.last_people)} people"
        _write_beside(axes, said, low, right=low > NARROW * end, colour=HUB)
    if worth.next_hubs:
        axes.axvspan(here, high, color=BOUND, alpha=0.13, lw=0)
        said = f"next {worth.next_hubs}:", f"{count(worth.next_people)} people"
        crowded = high > (1 - NARROW) * end
        _write_beside(axes, said, high, right=crowded, colour=BOUND, line=2 * crowded)


def _write_beside(
    axes: Axes, lines: tuple[str, str], hubs: float, *, right: bool, colour: str, line: int = 0
) -> None:
    """Write two lines near the foot of the axes that end or begin at a number of hubs."""
    axes.annotate(
        "\n".join(lines),
        (hubs, 0),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-6 if right else 6, 8 + 18 * line),
        textcoords="offset points",
        ha="right" if right else "left",
        va="bottom",
        color=colour,
    )


def draw_regions(figure: Figure, digest: Digest) -> None:
    """Draw people reached and still unserved by region, the most reached first."""
    regions = digest.results.regions.sort_values("reached_people", ascending=False, kind="stable")
    shown = regions.head(MOST_REGIONS).iloc[::-1]
    more = len(regions) - len(shown)
    names = [_shortened(str(name), LONGEST_NAME) for name in shown["region"]]
    left = max(LEFT, 0.05 + max(map(_width, names)))
    axes = _axes(
        figure,
        "Who is reached, and where",
        "Unserved people newly reached (orange) of all unserved people of the region (blue)"
        + (f"; {more} more regions in regions.csv" if more else ""),
        left,
    )
    notes = [
        f"  {count(row.reached_people)}  ({row.reached_pct:.0f} %, {plural(row.hubs, 'hub')})"
        for row in shown.itertuples()
    ]
    place = np.arange(len(shown))
    axes.barh(place, shown["unserved_people"], color=PEOPLE[1], height=0.68)
    axes.barh(place, shown["reached_people"], color=HUB, height=0.68)
    for y, (end, note) in enumerate(zip(shown["unserved_people"], notes, strict=True)):
        axes.text(end, y, note, va="center", fontsize=10)
    axes.set_yticks(place, names, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.margins(y=0.02)
    room = max(map(_width, notes)) / (RIGHT - left)
    axes.set_xlim(0, float(shown["unserved_people"].max() or 1) / (1 - room))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: mark(value)))
    axes.grid(axis="x")


def draw_service_and_cost(figure: Figure, digest: Digest) -> None:
    """Draw what the sky gives the hubs, and what a hub's price is made of."""
    results = digest.results
    write_title(
        figure,
        "What the sky gives a hub, and what a hub costs",
        f"{usd(results.cost.capital_usd)} to build, {usd(results.cost.monthly_usd)} a month to "
        f"run, upkeep included. Satellites: mean over {results.service.attrs['hours']:g} h and "
        "worst moment of each hub.",
    )
    sky = figure.add_axes((0.06, 0.13, 0.38, 0.66))
    columns = {
        "in view,\nmean": ("in_view_mean", PEOPLE[3]),
        "in view,\nworst": ("in_view_min", PEOPLE[2]),
        "usable,\nmean": ("usable_mean", HUB),
        "usable,\nworst": ("usable_min", "#f4a261"),
    }
    values = [results.hubs[name].to_numpy(float) for name, _ in columns.values()]
    for x, (numbers, (_, colour)) in enumerate(zip(values, columns.values(), strict=True)):
        low, high = float(numbers.min()), float(numbers.max())
        sky.plot([x, x], [low, high], color=colour, linewidth=16, solid_capstyle="round", alpha=0.5)
        sky.plot(x, numbers.mean(), "o", color=colour, markersize=15, mec="white", mew=2)
        sky.text(x + 0.2, numbers.mean(), f"{numbers.mean():.1f}", va="center", fontweight="bold")
    sky.set_xticks(range(len(columns)), list(columns), color=INK)
    sky.set(xlim=(-0.5, 3.7), ylim=(0, None), ylabel="satellites (all hubs: range and mean)")
    sky.grid(axis="y")
    _draw_prices(figure.add_axes((0.66, 0.13, 0.29, 0.66)), results)


def _draw_prices(axes: Axes, results: Results) -> None:
    cost = results.cost
    parts = [(item, amount / cost.currency_per_usd) for item, amount in cost.per_month_by_item()]
    parts = sorted((part for part in parts if part[1] > 0), key=lambda part: part[1])
    place = np.arange(len(parts))
    amounts = [amount for _, amount in parts]
    axes.barh(place, amounts, color=PEOPLE[3], height=0.6)
    for y, amount in enumerate(amounts):
        axes.text(amount, y, f"  {usd(amount)}", va="center", fontsize=10)
    labels = [_shortened(item, 33) for item, _ in parts]
    axes.set_yticks(place, labels, color=INK, fontsize=10)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, max(amounts, default=1) * 1.3)
    axes.set_xlabel(f"USD per hub and month (over {cost.lifetime_years:g} years, with interest)")
    axes.grid(axis="x")


def _axes(figure: Figure, title: str, subtitle: str, left: float = LEFT) -> Axes:
    write_title(figure, title, subtitle)
    return figure.add_axes((left, 0.11, RIGHT - left, 0.69))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _width(text: str) -> float:
    """Return how wide a label of the body size is, by the width of the figure."""
    return float(TextPath((0, 0), text, size=STYLE["font.size"]).get_extents().width) / (
        72 * SIZE_IN[0]
    )


def _draw_map(figure: Figure, digest: Digest) -> None:
    results, figures = digest.results, digest.figures
    write_title(
        figure,
        f"{plural(figures.hubs, 'hub')} for {results.study.programme.country}",
        f"{count(figures.reached_people)} unserved people newly reached",
    )
    west, south, east, north = results.regions.total_bounds
    tall = (east - west) * squeeze(results.regions) < 1.15 * (north - south)
    draw_map(figure.add_axes((0.42, 0.03, 0.56, 0.94) if tall else (0.2, 0.02, 0.78, 0.8)), digest)
    facts = (
        (percent(figures.reached_share), "of all unserved people newly reached"),
        (
            percent_at_most(results.plan.gap),
            f"below the best choice {_by_which(results)}, at most",
        ),
        (usd(figures.capital_usd), "to build"),
        (usd(figures.monthly_usd), "a month to run"),
    )
    for line, (value, what) in enumerate(facts if tall else ()):
        figure.text(0.04, 0.77 - 0.085 * line, value, fontsize=19, fontweight="bold")
        figure.text(0.04, 0.74 - 0.085 * line, what, fontsize=11, color=MUTED)


def _draw_service(figure: Figure, digest: Digest) -> None:
    results = digest.results
    estimate = results.estimate
    if estimate is None:
        raise ValueError("the service of the hubs is not estimated")
    served = about(programme_ends(estimate, "served_well_people")[0])
    hubs = plural(digest.figures.hubs, "hub")
    reached = short(digest.figures.reached_people)
    write_title(
        figure,
        f"{hubs}: {reached} people reached, {served} served well",
        subtitle(estimate),
    )
    draw_service(figure, results, estimate)


def _draw_sky(figure: Figure, digest: Digest) -> None:
    results = digest.results
    sky = results.service.attrs
    write_title(
        figure,
        f"The sky over {results.study.programme.country}",
        f"{results.screening.kept.name}, {len(results.screening.kept):,} satellites "
        f"({results.screening.kept.basis}), at least {sky['min_elevation_deg']:g}° high, over "
        f"{sky['hours']:g} hours in slots of {sky['step_s']:g} s",
    )
    draw_sky_maps(figure, results)


FIGURES: Final[dict[str, Callable[[Figure, Digest], None]]] = {
    "map": _draw_map,
    "coverage-by-hubs": draw_curve,
    "regions": draw_regions,
    "service-and-cost": draw_service_and_cost,
    "service": _draw_service,
    "sky": _draw_sky,
}
"""File name → how it is drawn."""
