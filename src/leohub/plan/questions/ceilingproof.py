r"""What no plan can exceed in outcomes under their harshest weighting, counted again.

The question is :math:`\max_S W(s(S))`, :math:`W(s) = \min_{\theta \in \Theta} \theta \cdot s`
(`leohub.plan.questions.balance`). Every weighting :math:`\theta \in \Theta` proves a ceiling:

.. math:: W(s(S)) \le \theta \cdot s(S) = \theta \cdot e + \sum_j w_j m_j z_j(S)

with :math:`e` the outcomes of hubs that stand and :math:`m_j` what a person reached in cell `j` is
worth by :math:`\theta`. The last sum is the value of a plain choice in which people are worth
different amounts, so that grants and prices of rows bound it as they bound any plan
(`leohub.plan.proof`).

That :math:`\theta` is one of :math:`\Theta` need not be believed. All three :math:`W`
(`leohub.plan.questions.weightings`) are sums over the sets :math:`A` of outcomes that are at least
as large as each of them,

.. math:: W(s) = \sum_k (s_{(k)} - s_{(k-1)}) f(A_k),

with a measure `f` of sets (the Choquet integral; Schmeidler 1989, "Subjective probability and
expected utility without additivity", doi:10.2307/1911053), and so is :math:`\theta \cdot s` with
:math:`\theta(A) = \sum_{c \in A} \theta_c`. Where :math:`\theta(A) \ge f(A) - \delta` for all sets,
:math:`W(s) \le \theta \cdot s + \delta \max_c s_c`: `Weightings.shortfall` finds :math:`\delta`,
which is the rounding of a sum, or else the weighting proves nothing.

As `leohub.plan.proof`, nothing here comes from the search, and every rounding goes outward: a sum
of `n` numbers that are not negative is off by less than `n` times the spacing of numbers around it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from leohub.plan.proof import bound_under_rules
from leohub.plan.questions.asking import Floats, Mask
from leohub.plan.questions.outcomes import Outcomes
from leohub.plan.questions.weightings import Weightings
from leohub.plan.rounding import product_above, up
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task

SPACING = 2.0**-52
"""Between numbers around 1."""

MOST_SHORT = 1e-9
"""A weighting that falls shorter of those allowed is none of them, whatever the rounding."""


@dataclass(frozen=True)
class CeilingProof:
    """Numbers that prove a ceiling, whoever found them.

    Attributes
    ----------
    weighting : ndarray, shape (count,)
        Of the outcomes.
    granted : ndarray, shape (n_cells,)
        What is granted to each cell beforehand [unit of the outcomes].
    row_prices : ndarray, shape (n_rows,)
        What each row of the rules is worth for a unit of its limit [unit of the outcomes].
    """

    weighting: Floats
    granted: Floats
    row_prices: Floats


def value_below(outcomes: Outcomes, weightings: Weightings, chosen: Mask) -> float:
    """Return what a plan comes to under its harshest weighting, or a little less.

    Parameters
    ----------
    outcomes : Outcomes
    weightings : Weightings
    chosen : ndarray of bool, shape (n_sites,)
    """
    found = outcomes.of(chosen)
    off = (outcomes.count + len(outcomes.coverage.need_people) + 16) * SPACING
    value = float(weightings.harshest(found) @ found)
    # The harshest weighting, too, is only known to the rounding of its sums.
    return max(0.0, value - 4 * off * float(found.max(initial=0.0)))


def proven_ceiling(
    outcomes: Outcomes, weightings: Weightings, rules: Rules, proof: CeilingProof
) -> float:
    """Return what no plan that keeps to the rules can exceed under its harshest weighting.

    Parameters
    ----------
    outcomes : Outcomes
    weightings : Weightings
    rules : Rules
        Over the cells of the outcomes' coverage.
    proof : CeilingProof

    Raises
    ------
    ValueError
        If the weighting is none of those allowed, or a number of the proof is missing or negative.
    """
    theta = np.asarray(proof.weighting, dtype=np.float64)
    if theta.shape != (outcomes.count,) or not np.all(np.isfinite(theta) & (theta >= 0)):
        raise ValueError(f"a weight, finite and at least 0, for each of {outcomes.count} outcomes")
    off = 1 + (outcomes.count + len(outcomes.coverage.need_people) + 16) * SPACING
    everything = product_above(outcomes.of(rules.allowed), off)
    most = float(everything.max(initial=0.0))
    # Nor does any plan come to more than hubs at all sites that may be one.
    at_all = _weighted_above(weightings, weightings.harshest(everything), everything, most)
    worth = product_above(outcomes.worth(theta), off)
    bound = bound_under_rules(
        Task(outcomes.coverage, worth, rules), proof.granted, proof.row_prices
    )
    already = _weighted_above(weightings, theta, outcomes.already, most)
    return min(up(bound + already), at_all)


def _weighted_above(weightings: Weightings, theta: Floats, outcomes: Floats, most: float) -> float:
    """Return the weighted sum of outcomes, and what the weighting may lack, rounded up."""
    short = weightings.shortfall(theta) + (len(theta) + 16) * SPACING
    if short > MOST_SHORT:
        raise ValueError("the weighting is none of those that the goal allows")
    return up(math.fsum([*product_above(theta, outcomes).tolist(), up(short * most)]))
