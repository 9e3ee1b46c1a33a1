"""What a plan's certificate proves of single sites: what plans with or without them can reach.

The certificate of `leohub.plan.proof` gives every site an income r_i, less what the rules ask of
it, such that a plan S within the rules reaches at most a constant and Σ_{i ∈ S} r_i; the best S
pays a rent θ for each unit of the size that its sites take up, c_i. A plan that must hold site i,
whose income is below its rent, reaches at most θ c_i - r_i fewer than the bound; one that must do
without site i, whose income is above it, at most r_i - θ c_i fewer. Where K hubs are counted, θ is
the K-th largest income in the first case, and the (K + 1)-th in the second. These are the reduced
costs of Lagrangian duality (Geoffrion 1974, "Lagrangean relaxation for integer programming",
doi:10.1007/BFb0120690), and hold for any certificate, found well or badly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.bounds.bound import fill
from leohub.plan.problem.instance import rows_of
from leohub.plan.task import Task

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Share by which ceilings are raised: far more than the rounding of any sum here could lose."""


@dataclass(frozen=True)
class Ceilings:
    """How much plans within the rules can be worth at most. All [people].

    Attributes
    ----------
    bound_people : float
        Of any plan.
    with_people : ndarray, shape (n_sites,)
        Of any that has a hub at this site; 0 where there must be none.
    without_people : ndarray, shape (n_sites,)
        Of any that has none there; 0 where there must be one.
    """

    bound_people: float
    with_people: Floats
    without_people: Floats


def find_ceilings(task: Task, granted_people: Floats, row_prices: Floats) -> Ceilings:
    """Find how much plans with and without each site can be worth at most.

    Parameters
    ----------
    task : Task
    granted_people : ndarray, shape (n_cells,)
        The certificate: `Plan.granted_people`.
    row_prices : ndarray, shape (n_rows,)
        Its other part: `Plan.row_prices`.

    Raises
    ------
    ValueError
        When what is granted does not fit the cells, or is negative or not a number.
    """
    rules = task.rules
    if granted_people.shape != task.worth.shape or row_prices.shape != rules.limits.shape:
        raise ValueError("one number is granted for each cell, and one for each row of the rules")
    if np.any(~(granted_people >= 0)) or np.any(np.isinf(granted_people)):
        raise ValueError("what is granted must not be negative, infinite or missing")
    rows = rows_of(rules, csr_array((len(rules.limits), 0)))
    of_rows = row_prices[len(rules.limits) - len(rows.limits) :]
    value = _income(task, granted_people, row_prices) - rows.sites.T @ of_rows
    free = rules.allowed & ~rules.required
    left = rows.left_by(rules.required, np.empty(0, dtype=np.bool_))
    best = fill(value[free], left.among(np.flatnonzero(free), np.empty(0, np.intp), 0))
    bound = float(
        granted_people.sum() + rows.limits @ of_rows + value[rules.required].sum() + best.people
    )
    # Where there is no room for another hub no rent is high enough: no plan has one there.
    with_people = np.maximum(bound - np.maximum(best.high * rows.cost - value, 0.0), 0.0)
    without_people = bound - np.maximum(value - best.low * rows.cost, 0.0)
    with_people[rules.required] = without_people[rules.forbidden] = bound
    with_people[rules.forbidden] = without_people[rules.required] = 0.0
    up = 1 + ROUNDING
    return Ceilings(bound * up, with_people * up, without_people * up)


def _income(task: Task, granted_people: Floats, row_prices: Floats) -> Floats:
    shares = task.coverage.shares
    worth = task.worth + task.rules.reach_rows.T @ row_prices
    income = shares.copy()
    people = (task.coverage.need_people * worth)[shares.indices] * shares.data
    income.data = np.maximum(people - granted_people[shares.indices], 0.0)
    return np.asarray(income.sum(axis=1))
