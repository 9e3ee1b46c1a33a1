"""The figure of changes: what each further change of an earlier plan is worth."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from leohub.report.numerals import count, mark, percent, plural
from leohub.report.palette import BOUND, HUB
from leohub.report.slide import LEFT, RIGHT, count_people, draw_bound, write_title
from leohub.study.questions.continuing import ContinuingAnswer


def draw_continuing(figure: Figure, answer: ContinuingAnswer, counted: str) -> None:
    """Draw people reached by number of changes, under the proven bound.

    Parameters
    ----------
    figure : Figure
        An empty one, 16:9, in the style of `leohub.report.figures`.
    answer : ContinuingAnswer
    counted : str
        How people are counted, for the axis.
    """
    curve, enough = answer.found.curve, answer.found.enough
    place = np.arange(len(curve))
    reached = np.array([plan.worth_people for plan in curve])
    bound = np.array([plan.bound_people for plan in curve])
    given_up = len(enough.given_up)
    title = (
        f"{plural(given_up, 'change')} {'brings' if given_up == 1 else 'bring'} the earlier plan "
        f"within {percent(answer.within_share)} of a new one"
        if given_up
        else f"Unchanged, the earlier plan is within {percent(answer.within_share)} of a new one"
    )
    subtitle = (
        "People newly reached by the best plan found with at most so many hubs of the earlier plan "
        "given up. Larger: the fewest changes."
    )
    write_title(figure, title, subtitle)
    axes = figure.add_axes((LEFT, 0.13, RIGHT - LEFT, 0.66))
    draw_bound(axes, place, reached, bound)
    axes.plot(place, reached, "o-", color=HUB, mec="white", ms=8, linewidth=2.2)
    chosen = next(number for number, plan in enumerate(curve) if plan is enough)
    axes.plot(chosen, reached[chosen], "o", color=HUB, mec="white", ms=14)
    for number, plan in enumerate(curve):
        axes.annotate(
            mark(round(plan.worth_people)) if plan.worth_people < 1e6 else count(reached[number]),
            (number, reached[number]),
            xytext=(0, -10),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=10,
            fontweight="bold" if number == chosen else "normal",
        )
    axes.annotate(
        "proven bound",
        (place[-1], bound[-1]),
        xytext=(0, 8),
        textcoords="offset points",
        color=BOUND,
        ha="right",
    )
    low, high = float(reached.min()), float(bound.max())
    # Where nothing is left to gain, the axis must not show the rounding of sums.
    room = max(high - low, 1e-3 * high) or 1.0
    axes.set_ylim(low - 0.2 * room, high + 0.12 * room)
    axes.margins(x=0.06)
    axes.set_xticks(place, [f"{plan.allowed_changes:,}" for plan in curve])
    axes.set_xlabel("hubs of the earlier plan that may be given up")
    axes.set_ylabel(f"{counted} (not from 0)")
    count_people(axes)
