"""The frontier of reach against fairness: how many people it costs to leave no region out."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from leohub.report.numerals import count, percent
from leohub.report.palette import BOUND, HUB, INK, MUTED
from leohub.report.slide import count_people, draw_bound, write_title

MOST_ROWS: Final = 14
"""Plans that the table beside the curve lists; of more, as many evenly spread ones."""

ROW: Final = 0.043
"""Height of a row, by the height of the figure."""

TABLE_COLUMNS: Final = (0.68, 0.81, 0.91, 0.965)
"""Where the columns of the table end, by the width of the figure."""

TABLE_TOP: Final = 0.775
"""Where it begins, by the height of the figure."""

NEAR: Final = 0.04
"""Points nearer to each other than this share of the axes get one label."""


class _Point(NamedTuple):
    """A plan of the frontier; the columns of its table."""

    floor_pct: float
    worth_people: float
    bound_people: float
    gini: float
    least_share_pct: float


def draw_frontier(
    figure: Figure, frontier: pd.DataFrame, counted: str = "people newly reached"
) -> None:
    """Draw what plans reach in all against the share that they reach in the worst-off region.

    Parameters
    ----------
    figure : Figure
        An empty one, 16:9, in the style of `leohub.report.figures`.
    frontier : DataFrame
        A plan a row: `floor_pct`, the share of its unserved people that every region had to get
        [%]; `worth_people`, whom it reaches; `bound_people`, what no plan under this floor can
        exceed; `gini`, the Gini index of the regions' shares (0 where all are alike);
        `least_share_pct`, what the worst-off region gets [%].
    counted : str
        How people are counted, for the axis.
    """
    values = frontier[list(_Point._fields)].to_numpy(float)
    plans = [_Point(*row) for row in values.tolist()]
    _name(figure, plans)
    axes = figure.add_axes((0.125, 0.13, 0.465, 0.66))
    _draw_lines(axes, plans, counted)
    _draw_plans(axes, plans)
    _write_table(figure, plans)


def _most(plans: list[_Point]) -> float:
    return max(plan.worth_people for plan in plans)


def _name(figure: Figure, plans: list[_Point]) -> None:
    fairest = max(plans, key=lambda plan: plan.least_share_pct)
    most = _most(plans)
    share = 1 - fairest.worth_people / most if most else 0.0
    title = (
        f"At least {fairest.least_share_pct:.1f} % in every region costs {percent(share)} "
        "of the people reached"
        if share > 0
        else "Fairness costs nobody here"
    )
    subtitle = (
        "A plan for each floor, the share of its unserved people that every region must get. "
        "Gini index: 0 where all regions get the same share."
    )
    write_title(figure, title, subtitle)


def _draw_lines(axes: Axes, plans: list[_Point], counted: str) -> None:
    share = np.array([plan.least_share_pct for plan in plans])
    reached = np.array([plan.worth_people for plan in plans])
    bound = np.array([plan.bound_people for plan in plans])
    draw_bound(axes, share, reached, bound)
    axes.plot(share, reached, color=HUB, linewidth=2.2)
    # Not from 0: the differences are what is to be seen.
    high = float(max(reached.max(), bound.max()))
    room = max(high - float(reached.min()), 1e-3 * high) or 1.0
    axes.set_ylim(reached.min() - 0.2 * room, high + 0.15 * room)
    axes.margins(x=0.08)
    axes.annotate(
        "proven bound",
        (share[0], bound[0]),
        xytext=(0, 10),
        textcoords="offset points",
        color=BOUND,
    )
    axes.set_xlabel("share of its unserved people that the worst-off region gets [%]")
    axes.set_ylabel(f"{counted} (not from 0)")
    count_people(axes)


def _draw_plans(axes: Axes, plans: list[_Point]) -> None:
    labelled = np.array([-np.inf, -np.inf])
    for plan in plans:
        point = (plan.least_share_pct, plan.worth_people)
        axes.plot(*point, "o", color=HUB, mec="white", ms=8, zorder=3)
        place = axes.transLimits.transform(point)
        if np.abs(place - labelled).max() < NEAR:
            continue
        labelled = place
        # The curve falls: there is room below it on the left.
        axes.annotate(
            f"{plan.floor_pct:g} %",
            point,
            xytext=(-4, -7),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=11,
        )


def _write_table(figure: Figure, plans: list[_Point]) -> None:
    """Write the plans down, a line each, beside the curve."""
    picked = np.unique(np.linspace(0, len(plans) - 1, MOST_ROWS).round().astype(int))
    rows = [("floor", "reached", "fewer", "Gini")]
    rows += [_row(plans[place], _most(plans)) for place in picked]
    for line, words in enumerate(rows):
        for right, text in zip(TABLE_COLUMNS, words, strict=True):
            figure.text(
                right,
                TABLE_TOP - ROW * line,
                text,
                ha="right",
                va="center",
                fontsize=11,
                color=MUTED if line == 0 else INK,
            )


def _row(plan: _Point, most_people: float) -> tuple[str, str, str, str]:
    return (
        f"{plan.floor_pct:g} %",
        count(plan.worth_people),
        count(most_people - plan.worth_people),
        f"{plan.gini:.2f}",
    )
