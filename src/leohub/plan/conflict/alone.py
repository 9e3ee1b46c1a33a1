"""Demands that cannot be met even when nothing else is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.conflict.conflict import Conflict
from leohub.plan.rules.rules import TOLERANCE, Rules, reached_by_cell

Floats = NDArray[np.float64]


def find_single_conflicts(rules: Rules, coverage: Coverage) -> tuple[Conflict, ...]:
    """Find the sites and the rules that cannot be met even when nothing else is asked for.

    Parameters
    ----------
    rules : Rules
    coverage : Coverage
    """
    both = np.flatnonzero(rules.required & rules.forbidden)
    found = [
        Conflict((), (site,), forbidden=True, reason="it must not be a hub, too")
        for site in both.tolist()
    ]
    most_reached = reached_by_cell(coverage, rules.allowed) if rules.reach_rows.nnz else None
    told: set[int] = set()
    for row in np.flatnonzero(_lowest(rules, most_reached) > 0).tolist():
        rule = int(rules.rule[row])
        if rule not in told:
            told.add(rule)
            found.append(_alone(rules, row, most_reached))
    return tuple(found)


def _lowest(rules: Rules, most_reached: Floats | None) -> Floats:
    """Return by how much every row is broken at least, whatever the plan; shape (n_rows,)."""
    free = (rules.allowed & ~rules.required).astype(np.float64)
    used = rules.rows @ rules.required.astype(np.float64) + rules.rows.minimum(0) @ free
    reached = 0.0 if most_reached is None else rules.reach_rows @ most_reached
    size = np.abs(rules.limits) + np.abs(used) + reached
    return np.asarray(used - reached - rules.limits - TOLERANCE * size)


def _alone(rules: Rules, row: int, most_reached: Floats | None) -> Conflict:
    """Say why the rule of a row cannot be met."""
    rule = int(rules.rule[row])
    one = rules.rows[[row]]
    must = one.indices[rules.required[one.indices] & (one.data > 0)]
    if len(must):
        return Conflict(
            (rule,),
            tuple(must.tolist()),
            smallest=len(must) == 1,
            reason="what must be there, or is there already, is more than that",
        )
    if most_reached is not None and rules.reach_rows[[row]].nnz:
        people = float((rules.reach_rows[[row]] @ most_reached)[0])
        return Conflict(
            (rule,), reason=f"hubs at all places that may be one would reach {people:,.0f}"
        )
    candidates = len(one.indices)
    open_to = int(rules.allowed[one.indices].sum())
    places = "candidate place counts" if candidates == 1 else "candidate places count"
    reason = f"only {candidates:,} {places} for it"
    if open_to < candidates:
        reason += f", and {candidates - open_to:,} of them must not be hubs"
    return Conflict((rule,), forbidden=open_to < candidates, reason=reason)
