"""What another density limit would change: whom the hubs would reach, and hubs chosen for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import RefusalError
from leohub.people.coverage import Coverage, largest_shares
from leohub.people.unserved import mark_eligible
from leohub.plan.choose import first_hubs
from leohub.plan.conflict.alone import find_single_conflicts
from leohub.plan.conflict.conflict import Conflict
from leohub.plan.conflict.smallest import find_conflict
from leohub.plan.plan import Plan
from leohub.plan.questions.asking import mask_of, with_rules
from leohub.plan.rules.rules import Rules, reached_by_cell
from leohub.plan.rules.weights import weigh
from leohub.study.demands import LEAST_REACH, Unserved, demands_on_regions
from leohub.study.desk import Desk
from leohub.study.file import StudyFile
from leohub.study.inputs import Inputs
from leohub.study.questions.goals import WHERE as OF_GOAL

LIMITS_PER_KM2 = (250.0, 500.0, 1_000.0, 2_000.0, np.inf)
"""Density limits that are compared, besides the study's own."""

LOOK_S: Final = 5.0
"""Longest time to look for a plan within the rules under a limit, and for what forbids one [s]."""

Floats = NDArray[np.float64]
Hubs = NDArray[np.intp]


def compare_limits(file: StudyFile, inputs: Inputs, plan: Plan) -> pd.DataFrame:
    """Return what other density limits would change; see `Results.thresholds`.

    Under each limit hubs are chosen anew, as the choice begins: greedily, by people times weight,
    within the study's rules about the people of that limit. The plan's own hubs are taken where
    they keep to these rules and are worth more.

    Parameters
    ----------
    file : StudyFile
    inputs : Inputs
    plan : Plan
        Made for the study's own limit.
    """
    own = file.study.unserved.density_limit_per_km2
    rows = []
    for limit in sorted({*LIMITS_PER_KM2, own}):
        asked = _ask(file, inputs, limit)
        told = _Told(plan.hubs) if limit == own else _choose(asked, inputs, plan)
        rows.append(
            {
                "density_limit_per_km2": limit,
                "eligible_people": asked.coverage.need_people.sum(),
                "reached_people": _reached(asked.coverage, plan.hubs),
                "reached_worth_people": _reached(asked.weighed, plan.hubs),
                "replanned_people": _reached(asked.coverage, told.hubs),
                "replanned_worth_people": _reached(asked.weighed, told.hubs),
                "hubs_kept": 0 if told.hubs is None else len(np.intersect1d(told.hubs, plan.hubs)),
                "without": told.without,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Asked:
    """The choice under another limit: whom places would reach, by weights too, and the rules."""

    coverage: Coverage
    weighed: Coverage
    rules: Rules


@dataclass(frozen=True)
class _Told:
    """The hubs for a limit; None, and why, where there are none."""

    hubs: Hubs | None
    without: str = ""


def _ask(file: StudyFile, inputs: Inputs, limit_per_km2: float) -> _Asked:
    cells = mark_eligible(inputs.cells, density_limit_per_km2=limit_per_km2, served=inputs.served)
    need = cells["need_people"].to_numpy()
    coverage = Coverage(inputs.coverage.shares, need * (1 - inputs.reached_already))
    rules = rules_under(file, inputs, cells)
    return _Asked(coverage, weigh(coverage, inputs.demands.weight), rules)


def rules_under(file: StudyFile, inputs: Inputs, cells: pd.DataFrame) -> Rules:
    """Return the study's rules, without those of a goal, about the people of another limit.

    A minimum of people reached in a region counts the part of each eligible cell that lives there,
    so it is written anew. A ceiling on the cost per person counts everybody newly reached alike.
    """
    where = inputs.demands.where
    others = [
        number
        for number, setting in enumerate(where)
        if setting != OF_GOAL and not setting.endswith(LEAST_REACH)
    ]
    unserved = Unserved(inputs.people, inputs.census, cells)
    written = demands_on_regions(Desk(file), file.study, inputs.regions, inputs.sites, unserved)
    already = cells["need_people"].to_numpy() * inputs.reached_already
    anew = [
        replace(rule, limits=rule.limits + rule.reach_rows @ already)
        for rule, _ in written
        if rule.reach_rows is not None
    ]
    return with_rules(inputs.demands.rules.only(others), anew)


def _choose(asked: _Asked, inputs: Inputs, plan: Plan) -> _Told:
    alone = find_single_conflicts(asked.rules, asked.coverage)
    if alone:
        return _refused(asked, inputs, alone[0])
    own = mask_of(plan.hubs, len(inputs.sites))
    keeps = asked.rules.holds(own, reached_by_cell(asked.coverage, own))
    try:
        found = first_hubs(
            asked.coverage, asked.rules, weight=inputs.demands.weight, time_limit_s=LOOK_S
        )
    except RefusalError:
        if keeps:
            return _Told(plan.hubs)
        conflict = find_conflict(asked.rules, asked.coverage, time_limit_s=LOOK_S)
        return _refused(asked, inputs, conflict)
    if keeps and _reached(asked.weighed, plan.hubs) > _reached(asked.weighed, found):
        return _Told(plan.hubs)
    return _Told(found)


def _refused(asked: _Asked, inputs: Inputs, conflict: Conflict | None) -> _Told:
    """Say that no plan keeps to the rules, and to which, or that none was found."""
    if conflict is None:
        return _Told(None, "no plan was found that keeps to the rules")
    words = conflict.words(asked.rules, [str(name) for name in inputs.sites["name"]])
    return _Told(None, f"no plan can keep to this: {'; '.join(words)}")


def _reached(coverage: Coverage, hubs: Hubs | None) -> float:
    if hubs is None:
        return float("nan")
    return float(coverage.need_people @ largest_shares(coverage.shares[hubs]))
