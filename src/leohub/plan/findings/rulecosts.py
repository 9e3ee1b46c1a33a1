r"""What each rule costs: how many people more could be reached without it.

The plan without a rule is another problem, as hard as the first. What is told is the difference of
the two linear relaxations, which take seconds: for each rule, prices are found for the problem
without its rows, from the prices with them, and the bound that they prove is compared with the
bound that the same method proves with all rules. Where the relaxations are close to the best plans
so is the difference; it is a model, not a proof. Rules whose rows have no price cost nothing there.
Rules together may cost more or less than the sum of each.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.point import Point
from leohub.plan.bounds.prices import find_bound
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance

ITERATIONS = 4_000
TOLERANCE = 1e-4


def find_rule_costs(
    instance: Instance, start: Point, rule: NDArray[np.intp], rules: int, clock: Clock
) -> NDArray[np.float64]:
    """Find what each rule costs.

    Parameters
    ----------
    instance : Instance
    start : Point
        Where the search for prices ended.
    rule : ndarray of int, shape (R,)
        The rule that each row of the instance belongs to.
    rules : int
        Number of rules.
    clock : Clock
        Rules for which no time is left get no number.

    Returns
    -------
    ndarray, shape (rules,)
        [people]; nan where it is not known.
    """
    costs = np.zeros(rules)
    priced = np.unique(rule[start.rows > 0])
    if not len(priced):
        return costs
    costs[priced] = np.nan
    proven = _relaxed_people(instance, start, clock)
    for number, one in enumerate(priced.tolist()):
        if clock.is_up():
            break
        share = clock.part(1 / (len(priced) - number))
        costs[one] = max(0.0, _without(instance, start, rule != one, share) - proven)
    return costs


def _without(instance: Instance, start: Point, kept: NDArray[np.bool_], clock: Clock) -> float:
    rows = np.flatnonzero(kept)
    left = replace(
        instance.rows,
        sites=instance.rows.sites[rows],
        groups=instance.rows.groups[rows],
        limits=instance.rows.limits[rows],
    )
    return _relaxed_people(replace(instance, rows=left), start.among_rows(rows), clock)


def _relaxed_people(instance: Instance, start: Point, clock: Clock) -> float:
    """Return what the relaxation reaches at most, about [people]."""
    return find_bound(
        instance,
        tolerance=TOLERANCE,
        iterations=ITERATIONS,
        time_is_up=clock.is_up,
        start=start,
    ).people
