r"""What every question here puts to the choice: the same problem under other rules or values.

The choice itself is a function that is handed in: it takes a coverage and rules, and returns a
plan that keeps to them with a proven bound, or None where it found none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from leohub.people.coverage import Coverage
from leohub.plan.plan import Plan
from leohub.plan.rules.rules import Rule, Rules, reached_by_cell
from leohub.plan.rules.weights import weigh

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Sites = NDArray[np.intp]

Choose = Callable[[Coverage, Rules], Plan | None]
"""Chooses hubs that reach the most people under rules; None where no plan was found. None proves
nothing: it may exist all the same. `Plan.bound_people` must hold for every plan under the rules,
and count people as the question does: where that is given weights of sites, by them
(`leohub.plan.rules.weights`); rules count people without weights in any case."""

Refutes = Callable[[Coverage, Rules], bool]
"""Tells whether it is proven that no plan keeps to the rules."""

LEAST_WORTH = 1e-3
"""What a person is worth at least, as a share of the mean, in cells that a rule counts people of.
Rules count people reached through what they are worth, so nobody there may be worth nothing."""


def never(coverage: Coverage, rules: Rules) -> bool:
    """Refute nothing."""
    return False


def mask_of(hubs: Sites, sites: int) -> Mask:
    """Return hubs, given as rows of the coverage, as a mask over the sites."""
    mask = np.zeros(sites, dtype=np.bool_)
    mask[hubs] = True
    return mask


def counted(coverage: Coverage, weight: Floats | None) -> Coverage:
    """Return the coverage that plans are compared by: people, or people times weights of sites."""
    return coverage if weight is None else weigh(coverage, weight)


def people_of(coverage: Coverage, chosen: Mask) -> float:
    """Return the people whom a plan reaches."""
    return float(reached_by_cell(coverage, chosen).sum())


def with_rules(rules: Rules, more: Sequence[Rule]) -> Rules:
    """Return rules with some more at their end.

    Parameters
    ----------
    rules : Rules
    more : sequence of Rule
    """
    sites, cells = rules.rows.shape[1], rules.reach_rows.shape[1]
    added = Rules.of(more, sites, cells)
    return replace(
        rules,
        names=(*rules.names, *added.names),
        rule=np.concatenate([rules.rule, added.rule + len(rules.names)]).astype(np.intp),
        rows=csr_array(vstack([rules.rows, added.rows], format="csr")),
        reach_rows=csr_array(vstack([rules.reach_rows, added.reach_rows], format="csr")),
        limits=np.concatenate([rules.limits, added.limits]),
    )


@dataclass(frozen=True)
class Revalued:
    """The same problem where a person is worth more in one cell than in another.

    Attributes
    ----------
    coverage : Coverage
        Its need is people times worth, scaled to as many people as before.
    rules : Rules
        They demand the same of every plan as before.
    scale : float
        Worth of one unit of that need: a plan that reaches `n` of it is worth ``n * scale``, or
        less where worth was raised.
    """

    coverage: Coverage
    rules: Rules
    scale: float


def revalue(coverage: Coverage, rules: Rules, worth: Floats) -> Revalued:
    r"""Ask for the most worth instead of the most people.

    With :math:`m_j` the worth of a person in cell :math:`j`, the need :math:`w_j` becomes
    :math:`w'_j = w_j m_j / s`; a rule's entry :math:`h_{rj}` becomes :math:`h_{rj} s / m_j`, so
    that :math:`\sum_j h'_{rj} w'_j z_j` is what it was. Where a rule counts people who are worth
    next to nothing, :math:`m_j` is raised to `LEAST_WORTH` of the mean: worth is then overstated,
    never understated, and a bound stays a bound.

    Parameters
    ----------
    coverage : Coverage
    rules : Rules
    worth : ndarray, shape (n_cells,)
        Of a person reached in each cell; not negative.

    Raises
    ------
    ValueError
        If a worth is negative, or nobody is worth anything.
    """
    need = coverage.need_people
    if np.any(~(worth >= 0)):
        raise ValueError("a person cannot be worth less than nothing")
    total = float(need @ worth)
    if total <= 0:
        raise ValueError("nobody in need is worth anything")
    scale = total / float(need.sum())
    relative = worth / scale
    counted = np.zeros(len(need), dtype=np.bool_)
    counted[rules.reach_rows.indices] = True
    relative = np.where(counted, np.maximum(relative, LEAST_WORTH), relative)
    rows = rules.reach_rows.copy()
    rows.data = rows.data / relative[rows.indices]
    return Revalued(
        replace(coverage, need_people=need * relative), replace(rules, reach_rows=rows), scale
    )
