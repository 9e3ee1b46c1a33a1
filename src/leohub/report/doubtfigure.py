"""The figure of doubt: where the choice is sure, and what plans reach in all the worlds."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from leohub.plan.questions.doubt import OPEN, OUT, SAFE
from leohub.report.answerwords import counted_people
from leohub.report.countryfigure import frame_country, outlines
from leohub.report.numerals import count
from leohub.report.palette import BOUND, HUB, INK, MUTED, RULE
from leohub.report.slide import count_people, write_title
from leohub.study.posed import Posed
from leohub.study.questions.doubt import DoubtAnswer

MARKS: Final = {
    OUT: ("x", MUTED, 22.0, "in the plan, but out in most worlds"),
    OPEN: ("^", "#f4a261", 24.0, "in the plan, open"),
    SAFE: ("o", HUB, 20.0, "in the plan, safe"),
}
"""How sure → shape, colour, size and meaning: told apart without colour, too."""

NAMES: Final = {
    "plan": "the plan",
    "average": "for the\naverage",
    "bad-part": "for\nbad worlds",
}


def draw_doubt(figure: Figure, posed: Posed, found: DoubtAnswer) -> None:
    """Draw the hubs of the plan by how sure they are, and its people world by world.

    Parameters
    ----------
    figure : Figure
        An empty one, 16:9, in the style of `leohub.report.figures`.
    posed : Posed
    found : DoubtAnswer
    """
    sure = found.sure[found.plan.hubs]
    title = f"{count(int((sure == SAFE).sum()))} of {count(len(sure))} hubs are safe choices"
    subtitle = (
        f"Safe: chosen in at least {found.doubt.safe_pct:g} % of {len(found.each.plans)} equally "
        f"likely worlds; out: in at most {100 - found.doubt.safe_pct:g} %; open: between."
    )
    write_title(figure, title, subtitle)
    _draw_map(figure.add_axes((0.02, 0.14, 0.5, 0.68)), posed, found)
    _draw_worlds(figure.add_axes((0.64, 0.16, 0.325, 0.62)), posed, found)


def _draw_map(axes: Axes, posed: Posed, found: DoubtAnswer) -> None:
    axes.add_collection(LineCollection(outlines(posed.regions), colors=RULE, linewidths=0.6))
    hubs = posed.sites.iloc[found.plan.hubs]
    sure = found.sure[found.plan.hubs]
    others = np.setdiff1d(np.flatnonzero(found.sure != OUT), found.plan.hubs)
    elsewhere = posed.sites.iloc[others]
    axes.scatter(
        elsewhere["lon_deg"],
        elsewhere["lat_deg"],
        s=7,
        color=BOUND,
        marker="D",
        lw=0,
        label=f"not in the plan, open or safe ({len(others):,})",
    )
    for kind, (shape, colour, size, meaning) in MARKS.items():
        of_kind = hubs[sure == kind]
        axes.scatter(
            of_kind["lon_deg"],
            of_kind["lat_deg"],
            s=size,
            color=colour,
            marker=shape,
            lw=1.0 if shape == "x" else 0.4,
            label=f"{meaning} ({len(of_kind):,})",
        )
    frame_country(axes, posed.regions, anchor="E")
    axes.figure.legend(
        loc="lower left", bbox_to_anchor=(0.02, 0.02), frameon=False, fontsize=10, ncols=2
    )


def _draw_worlds(axes: Axes, posed: Posed, found: DoubtAnswer) -> None:
    for place, held in enumerate(found.plans):
        ordered = np.sort(held.values)
        spread = place + np.linspace(-0.16, 0.16, len(ordered))
        axes.plot(spread, ordered, ".", color=HUB, alpha=0.6, ms=6)
        axes.plot([place - 0.3, place + 0.3], [held.mean_people] * 2, color=INK, linewidth=1.8)
        axes.plot(
            [place - 0.3, place + 0.3], [held.bad_people] * 2, color=BOUND, lw=1.8, ls=(0, (4, 2))
        )
    axes.set_xticks(range(len(found.plans)), [NAMES[held.name] for held in found.plans], color=INK)
    axes.set_xlim(-0.5, len(found.plans) - 0.5)
    count_people(axes)
    axes.set_ylabel(counted_people(posed))
    axes.set_title(
        "A dot for each world, line: mean,\n"
        f"dashes: mean of the worst {found.doubt.bad_pct:g} % (not from 0)",
        fontsize=11,
        color=MUTED,
        loc="left",
    )
