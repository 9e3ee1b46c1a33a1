"""The frontier of reach against fairness, told: words, tables, and what is written."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from leohub.plan.questions.frontier import FrontierPoint
from leohub.report.answerfolder import Answer, Shown
from leohub.report.answerwords import (
    counted_people,
    people_and_worth,
    remarks,
)
from leohub.report.frontierfigure import draw_frontier
from leohub.report.numerals import WEIGHTS, count, listed, percent, plural
from leohub.report.placerows import place_rows
from leohub.study.posed import Posed
from leohub.study.questions.frontier import FrontierAnswer

NEAR = 0.9
"""A floor this near to what hubs everywhere would reach of a region is limited by that region."""

NAMED = 6
"""Regions that are named."""


def frontier_answer(posed: Posed, found: FrontierAnswer) -> Answer:
    """Return the frontier as an answer."""
    table = frontier_table(found)
    return Answer(
        question="frontier",
        title="What fairness between regions costs",
        sentences=tuple(_sentences(posed, found)),
        shown=(_shown(posed, found), _shown_regions(found)),
        tables={
            "frontier": table,
            "frontier_hubs": _hubs(posed, found),
            "frontier_regions": _regions(found),
        },
        draw=partial(draw_frontier, frontier=_labelled(table), counted=counted_people(posed)),
        figures=_figures(found, table),
    )


def frontier_table(found: FrontierAnswer) -> pd.DataFrame:
    """Return a row for each floor: `frontier` of the data dictionary."""
    points = found.points
    worth = np.array([point.worth_people for point in points])
    return pd.DataFrame(
        {
            "floor_pct": [100 * point.floor_share for point in points],
            "reached_people": [point.reached_people for point in points],
            "worth_people": worth,
            "fewer_people": worth.max() - worth,
            "bound_people": [point.bound_people for point in points],
            "least_share_pct": [100 * point.least_share for point in points],
            "gini": [point.gini for point in points],
            "hubs": [len(point.hubs) for point in points],
        }
    )


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with floors of three digits, as they are written beside the points."""
    return table.assign(floor_pct=[float(f"{floor:.3g}") for floor in table["floor_pct"]])


def _sentences(posed: Posed, found: FrontierAnswer) -> list[str]:
    fair, first, last = found.fair, found.points[0], found.points[-1]
    names = fair.regions.names
    said = [
        f"The fairest plan found reaches at least {_pct(fair.plan.value)} of the unserved people "
        f"of each of {plural(len(names), 'region')}. Proven: no plan that keeps to the study's "
        f"rules can promise every one of them more than {_pct(fair.plan.ceiling)}.",
        f"Without a floor {_people(posed, first)} would be newly reached, with as "
        f"little as {_pct(first.least_share)} in {names[int(np.argmin(first.shares))]}; with "
        f"{_pct(last.floor_share)} for every region, {_people(posed, last)}: "
        f"{_cost(posed, first.worth_people, last.worth_people)}."
        if found.has_frontier
        else "The search ended before the frontier was looked for: below, the fairest plan alone, "
        f"which reaches {_people(posed, last)} newly, stands for all floors.",
    ]
    if fair.left_out:
        said.append(_left_out(posed, fair.left_out))
    scarcest, most = found.scarcest, found.most_shares
    if fair.plan.value >= NEAR * most[scarcest]:
        said.append(
            f"In {names[scarcest]} hubs at all candidate places together would reach only "
            f"{_pct(most[scarcest])}, and no floor can be higher. To leave such regions out, set "
            "fairness.least_reachable_pct."
        )
    if posed.standing.any():
        said.append(
            f"Whom the {plural(int(posed.standing.sum()), 'hub')} that stand reach counts in the "
            "shares of the regions, and not as newly reached."
        )
    return said + remarks(posed, cut_short=found.cut_short)


def _left_out(posed: Posed, names: tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    named = ", ".join(names[:NAMED]) + more if more else listed(names)
    least = posed.study.fairness.least_reachable_pct
    why = f"no more than {least:g} % of their unserved people" if least else "nobody newly"
    verb = "is" if len(names) == 1 else "are"
    return f"{named} {verb} not counted: hubs at all candidate places together would reach {why}."


def _people(posed: Posed, point: FrontierPoint) -> str:
    return people_and_worth(posed, point.reached_people, point.worth_people)


def _cost(posed: Posed, most: float, left: float) -> str:
    fewer, how = most - left, "" if posed.weight is None else f" {WEIGHTS}"
    if fewer < 0.5:
        return f"as many{how}"
    return f"{count(fewer)} fewer{how} ({percent(fewer / most)})"


def _pct(share: float) -> str:
    return f"{100 * share:.3g} %"


def _shown(posed: Posed, found: FrontierAnswer) -> Shown:
    most = max(point.worth_people for point in found.points)
    weighed = posed.weight is not None
    heads = (
        "Floor",
        "Reached",
        *(("Weighed",) if weighed else ()),
        "Fewer",
        "At most",
        "Worst-off",
        "Gini",
        "Hubs",
    )
    rows = tuple(
        (
            _pct(point.floor_share),
            count(point.reached_people),
            *((count(point.worth_people),) if weighed else ()),
            count(most - point.worth_people),
            count(point.bound_people),
            _pct(point.least_share),
            f"{point.gini:.3f}",
            count(len(point.hubs)),
        )
        for point in found.points
    )
    title = (
        f"What each floor costs: people newly reached,{f' {WEIGHTS},' if weighed else ''} fewer "
        "than without a floor, at most possible (proven), share in the worst-off region, Gini "
        "index of the shares"
    )
    return Shown(title, heads, rows)


def _shown_regions(found: FrontierAnswer) -> Shown:
    """Show what each region gets without a floor and with the largest one."""
    first, last = found.points[0], found.points[-1]
    order = np.argsort(first.shares, kind="stable")
    regions = found.fair.regions
    rows = tuple(
        (
            regions.names[number],
            count(float(regions.unserved_people[number])),
            _pct(first.shares[number]),
            _pct(last.shares[number]),
            _pct(found.most_shares[number]),
        )
        for number in order.tolist()
    )
    heads = (
        "Region",
        "Unserved",
        "Without a floor",
        "Largest floor",
        "Hubs everywhere",
    )
    return Shown(
        "Share of the unserved people reached, region by region, the worst-off first", heads, rows
    )


def _hubs(posed: Posed, found: FrontierAnswer) -> pd.DataFrame:
    """Return the hubs of every plan: `frontier_hubs`."""
    parts = [
        place_rows(posed, point.hubs).assign(floor_pct=100 * point.floor_share)
        for point in found.points
    ]
    return pd.concat(parts, ignore_index=True)


def _regions(found: FrontierAnswer) -> pd.DataFrame:
    """Return what every plan gives every region: `frontier_regions`."""
    regions = found.fair.regions
    parts = [
        pd.DataFrame(
            {
                "floor_pct": 100 * point.floor_share,
                "region": regions.names,
                "unserved_people": regions.unserved_people,
                "reached_pct": 100 * point.shares,
            }
        )
        for point in found.points
    ]
    return pd.concat(parts, ignore_index=True)


def _figures(found: FrontierAnswer, table: pd.DataFrame) -> dict[str, object]:
    return {
        "largest_floor_pct": 100 * found.fair.plan.value,
        "largest_floor_bound_pct": 100 * found.fair.plan.ceiling,
        "regions_counted": list(found.fair.regions.names),
        "regions_left_out": list(found.fair.left_out),
        "choices": found.choices,
        "cut_short": found.cut_short,
        "frontier": table.to_dict(orient="records"),
    }
