"""The figure of waves: people reached over time, beside the best plans of each wave's own size."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from leohub.report.numerals import count, plural
from leohub.report.palette import BOUND, HUB, MUTED, PEOPLE
from leohub.report.slide import LEFT, RIGHT, count_people, write_title
from leohub.study.questions.phases import PhasesAnswer

MOST_MARKS: Final = 14
"""Marks of months along the axis."""


def draw_phases(figure: Figure, found: PhasesAnswer, counted: str) -> None:
    """Draw people reached from wave to wave, and what plans of the same size could reach at most.

    Parameters
    ----------
    figure : Figure
        An empty one, 16:9, in the style of `leohub.report.figures`.
    found : PhasesAnswer
    counted : str
        How people are counted, for the axis.
    """
    reached = found.waves.worth_people
    opened = int((found.waves.opens >= 0).sum())
    title = f"{plural(opened, 'hub')} in {plural(len(found.periods), 'wave')}"
    subtitle = (
        f"People newly reached by all hubs open: {count(float(reached[-1]))} in the end. "
        "Crosses: no plan of that wave's own size can reach more (proven)."
    )
    write_title(figure, title, subtitle)
    axes = figure.add_axes((LEFT, 0.13, RIGHT - LEFT, 0.66))
    _draw_steps(axes, found)
    _draw_phases_of(axes, found)
    axes.set_xlabel("months from the beginning")
    axes.set_ylabel(counted)
    count_people(axes)


def _draw_steps(axes: Axes, found: PhasesAnswer) -> None:
    periods, reached = found.periods, found.waves.worth_people
    ends = periods[-1].begins_months + periods[-1].months
    begins = np.array([period.begins_months for period in periods] + [ends])
    axes.stairs(reached, begins, fill=True, color=PEOPLE[1])
    axes.stairs(reached, begins, color=HUB, linewidth=2.2, baseline=None)
    for number, period in enumerate(periods):
        if hubs := found.opened_in(number):
            middle = period.begins_months + period.months / 2
            axes.annotate(
                f"+{hubs}",
                (middle, reached[number]),
                xytext=(0, -6),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=10,
                color=MUTED,
            )
    most = float(reached.max(initial=0.0))
    for alone in found.alone:
        middle = periods[alone.period].begins_months + periods[alone.period].months / 2
        axes.plot(middle, alone.bound_people, "x", color=BOUND, ms=9, mew=2)
        most = max(most, alone.bound_people)
    axes.set(xlim=(0, ends), ylim=(0, 1.12 * most or 1.0))
    apart = next((step for step in (1, 3, 6, 12, 24) if ends <= MOST_MARKS * step), 60)
    axes.xaxis.set_major_locator(MultipleLocator(apart))


def _draw_phases_of(axes: Axes, found: PhasesAnswer) -> None:
    """Mark where a phase begins, with its name."""
    for period in found.periods:
        if period.wave == 1:
            axes.axvline(period.begins_months, color=MUTED, linewidth=0.8, linestyle=":")
            axes.annotate(
                period.name[:24],
                (period.begins_months, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(5, -4),
                textcoords="offset points",
                va="top",
                fontsize=11,
                color=MUTED,
            )
