"""The curve of people reached by number of hubs, as the report's page draws it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.plan.findings.margin import margin
from leohub.plan.plan import Plan

MOST_POINTS: Final = 240
STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Curve:
    """Lines in a box of 100 × 100 with the origin at the upper left, and the axes' marks.

    Attributes
    ----------
    reached, bound, band : str
        Points of SVG polylines; `band` is the area between the two.
    points : list of tuple
        Number of hubs, people reached, bound: for reading values off.
    hubs_marks, people_marks : list of (value, place)
        Place in 0..100 from the left, and from below.
    hubs_end, people_end : float
        Where the axes end.
    here : (float, float)
        The plan itself, from the left and from below.
    last, further : (float, float)
        Where the last hubs of the plan and the next ones beyond it begin and how far they go, from
        the left: `leohub.plan.findings.margin`.
    """

    reached: str
    bound: str
    band: str
    points: list[tuple[int, int, int]]
    hubs_marks: list[tuple[float, float]]
    people_marks: list[tuple[float, float]]
    hubs_end: float
    people_end: float
    here: tuple[float, float]
    last: tuple[float, float]
    further: tuple[float, float]


def curve(plan: Plan) -> Curve:
    """Return the curve of a plan, thinned to as many points as can be seen."""
    rows = np.vstack([np.zeros(3), plan.curve])
    picked = np.unique(np.linspace(0, len(rows) - 1, MOST_POINTS).round().astype(int))
    rows = rows[np.union1d(picked, np.flatnonzero(rows[:, 0] == len(plan.hubs)))]
    hubs_end = max(1.0, float(rows[-1, 0]))
    people_step = round_step(float(rows[:, 2].max()) or 1.0)
    people_end = people_step * math.ceil((float(rows[:, 2].max()) or 1.0) / people_step - 1e-9)
    box = rows / [hubs_end, people_end, people_end] * 100
    reached, bound = _points(box[:, [0, 1]]), _points(box[:, [0, 2]])
    worth, here = margin(plan), len(plan.hubs) / hubs_end * 100
    last, further = (each / hubs_end * 100 for each in (worth.last_hubs, worth.next_hubs))
    return Curve(
        reached=reached,
        bound=bound,
        band=f"{bound} {_points(box[::-1][:, [0, 1]])}",
        points=[(int(k), round(low), round(high)) for k, low, high in rows.tolist()],
        hubs_marks=[(value, value / hubs_end * 100) for value in round_marks(hubs_end)],
        people_marks=[(value, value / people_end * 100) for value in round_marks(people_end)],
        hubs_end=hubs_end,
        people_end=people_end,
        here=(here, plan.reached_people / people_end * 100),
        last=(here - last, last),
        further=(here, further),
    )


def _points(box: NDArray[np.float64]) -> str:
    return " ".join(f"{x:.2f},{100 - y:.2f}" for x, y in box)


def round_step(end: float) -> float:
    """Return a round distance of marks that gives about five of them."""
    power = 10.0 ** math.floor(math.log10(end / 5))
    return next(step * power for step in STEPS if step * power >= end / 5 * 0.999)


def round_marks(end: float) -> list[float]:
    """Return the round numbers from 0 to the end of an axis, as whole numbers."""
    step = max(1.0, round_step(end))
    return [float(value) for value in np.arange(0, end + step * 1e-6, step)]
