"""Demands of a study that no plan can meet, told to the planner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from leohub.errors import SHOWN_PER_KIND, Problem
from leohub.people.coverage import Coverage
from leohub.study.desk import Desk
from leohub.study.rules import Demands

if TYPE_CHECKING:
    from leohub.plan.conflict.conflict import Conflict

LOOK_S: Final = 30.0
"""Longest time to look for demands that conflict [s]."""


def note_conflicts(desk: Desk, demands: Demands, sites: pd.DataFrame, coverage: Coverage) -> None:
    """Note demands that cannot be met: each that cannot alone, or else a smallest set of them."""
    # Heavy, and not needed to check a plan.
    from leohub.plan.conflict.alone import find_single_conflicts
    from leohub.plan.conflict.smallest import find_conflict

    rules = demands.rules
    names = [
        f"{name} ({site_id})" for name, site_id in zip(sites["name"], sites.index, strict=True)
    ]
    single = find_single_conflicts(rules, coverage)
    desk.problems.extend(_told_single(desk, demands, conflict, names) for conflict in single)
    if single:
        return
    conflict = find_conflict(rules, coverage, time_limit_s=LOOK_S)
    if conflict is not None:
        desk.problems.extend([_told_set(desk, demands, conflict, names)])


def _told_single(desk: Desk, demands: Demands, conflict: Conflict, names: list[str]) -> Problem:
    if not conflict.rules:
        site = conflict.sites[0]
        existing = bool(demands.rules.existing[site])
        must = "is a hub already" if existing else "must be a hub"
        lists = "[choice.existing]" if existing else "[choice.required]"
        return Problem(
            desk.file.name,
            f"{lists} and [choice.forbidden]",
            f"{names[site]} {must}, and must not be one",
            "Take it out of one of the two lists",
        )
    first, *others = conflict.words(demands.rules, names)
    more = [f"{len(others) - SHOWN_PER_KIND:,} more"] if len(others) > SHOWN_PER_KIND else []
    with_others = f" ({'; '.join([*others[:SHOWN_PER_KIND], *more])})" if others else ""
    return Problem(
        desk.file.name,
        demands.where[conflict.rules[0]],
        f"{first}: this cannot be met{', ' if conflict.reason else ''}{conflict.reason}"
        f"{with_others}",
        "Ask for less, or give the plan more to choose from",
    )


def _told_set(desk: Desk, demands: Demands, conflict: Conflict, names: list[str]) -> Problem:
    words = conflict.words(demands.rules, names)
    settings = [demands.where[rule] for rule in conflict.rules]
    settings += [""] * (len(words) - len(settings))
    listed = "; ".join(
        f"({number}) {text}{f', {setting}' if setting else ''}"
        for number, (text, setting) in enumerate(zip(words, settings, strict=True), start=1)
    )
    enough = (
        "without any one of them the others can be met"
        if conflict.smallest
        else "in the time for it, it was not found which of them are to blame"
    )
    return Problem(
        desk.file.name,
        "",
        f"no plan can meet these {len(words):,} demands together: {listed}; {enough}",
        "Relax one of them, or take it out",
    )
