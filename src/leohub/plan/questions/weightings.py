r"""Weightings of several outcomes, and the harshest of them for a plan.

A set :math:`\Theta` of weightings :math:`\theta \ge 0` makes one number of the outcomes :math:`s`
of a plan: :math:`W(s) = \min_{\theta \in \Theta} \theta \cdot s`. It is concave, and grows with
every outcome. The three here say what a committee may mean by *fair* or *safe*:

- `LeastOf`: all weightings that sum to 1; :math:`W` is the smallest outcome.
- `Lorenz`: :math:`W` is the mean times 1 less the Gini coefficient (Sen 1976, "Real national
  income", Review of Economic Studies 43, 19-39, doi:10.2307/2296597).
- `WorstPart`: no weight above :math:`1 / (\alpha n)`; :math:`W` is the mean of the worst share
  :math:`\alpha` of the outcomes (Rockafellar & Uryasev 2000, doi:10.21314/JOR.2000.038).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from leohub.plan.questions.asking import Floats

STEP = 0.5
"""How far weightings lean in the first round towards those who fared worse."""

SLOWS_AFTER = 4.0
"""Rounds until they lean half as far."""

MOST_STEP = 1.0
"""The farthest that any weight moves in a round, as a logarithm."""

SMALL_SHARE = 0.05
"""Outcomes below this share of the mean lean no harder: nothing at all would lean without end."""


class Weightings(Protocol):
    """A set of weightings, and a way through it that a potential for each outcome describes."""

    def start(self) -> Floats:
        """Return the potentials to begin with, shape (count,)."""

    def weights(self, potential: Floats) -> Floats:
        """Return the weighting that potentials stand for, shape (count,)."""

    def lean(self, potential: Floats, outcomes: Floats, number: int) -> Floats:
        """Return potentials that weigh those more who fared worse in the plan just found.

        Parameters
        ----------
        potential, outcomes : ndarray, shape (count,)
        number : int
            Of the round, from 0: later ones lean less.
        """

    def harshest(self, outcomes: Floats) -> Floats:
        """Return a weighting under which the outcomes, shape (count,), come to the least."""

    def tangents(self) -> list[Floats]:
        """Return weightings that are few and alone say all; empty where there are too many."""

    def shortfall(self, weighting: Floats) -> float:
        """Return what a weighting, not negative, lacks to be one of the set, at most; 0 for none.

        That is the most by which it weighs any set of outcomes less than every weighting of the
        set does: `leohub.plan.questions.ceilingproof`. To the rounding of its sums.
        """


@dataclass(frozen=True)
class LeastOf:
    r"""The smallest of so many outcomes.

    Potentials are logarithms of weights. A region that fared half as well as the mean is weighed
    more in proportion to that: where each further hub adds less, shares grow about as weights do.
    (Weights that move by factors: Arora, Hazan & Kale 2012, "The multiplicative weights update
    method", doi:10.4086/toc.2012.v008a006. Logarithms of outcomes and steps: found by trial.)

    Attributes
    ----------
    count : int
    """

    count: int

    def start(self) -> Floats:
        """Weigh all the same."""
        return np.zeros(self.count)

    def weights(self, potential: Floats) -> Floats:
        """Return weights in proportion to the exponentials of potentials."""
        weight = np.exp(potential - potential.max())
        return np.asarray(weight / weight.sum())

    def lean(self, potential: Floats, outcomes: Floats, number: int) -> Floats:
        """Lean towards those below the mean: `Weightings.lean`."""
        short = _shortfall(outcomes, np.full(self.count, 1 / self.count))
        return potential + np.clip(_step(number) * short, -MOST_STEP, MOST_STEP)

    def harshest(self, outcomes: Floats) -> Floats:
        """Return the smallest outcome alone, the first among equals."""
        return np.asarray(np.arange(self.count) == np.argmin(outcomes), dtype=np.float64)

    def tangents(self) -> list[Floats]:
        """Return each outcome alone."""
        return list(np.eye(self.count))

    def shortfall(self, weighting: Floats) -> float:
        """Return what all weights together lack of 1: `Weightings.shortfall`."""
        return max(0.0, 1.0 - float(weighting.sum()))


@dataclass(frozen=True)
class Lorenz:
    r"""The mean of outcomes times 1 less their Gini coefficient, each counted with its people.

    With :math:`p_c` the part of all people who live with outcome :math:`s_c`,

    .. math::

        \bar s (1 - G) = \sum_c \sum_d p_c p_d \min(s_c, s_d)
        = \min_{\tau} \sum_c \sum_d 2 p_c p_d \tau_{cd} s_c, \quad
        \tau_{cd} + \tau_{dc} = 1, \; 0 \le \tau \le 1,

    because :math:`G = \sum_c \sum_d p_c p_d |s_c - s_d| / 2 \bar s`, and
    :math:`a + b - |a - b| = 2 \min(a, b)`. It is also twice the area under the generalised Lorenz
    curve (Shorrocks 1983, "Ranking income distributions", Economica 50, 3-17,
    doi:10.2307/2554117). Potentials :math:`u` stand for
    :math:`\tau_{cd} = 1/2 + u_c - u_d`, cut to 0 … 1.

    Attributes
    ----------
    part : ndarray, shape (count,)
        Of all people; sums to 1.
    """

    part: Floats

    def start(self) -> Floats:
        """Weigh every person the same: the mean."""
        return np.zeros(len(self.part))

    def weights(self, potential: Floats) -> Floats:
        """Return what each outcome has of the weight of all pairs."""
        lean = np.clip(0.5 + potential[:, np.newaxis] - potential, 0.0, 1.0)
        return np.asarray(2 * self.part * (lean @ self.part))

    def lean(self, potential: Floats, outcomes: Floats, number: int) -> Floats:
        """Lean towards those below the mean: `Weightings.lean`."""
        short = _shortfall(outcomes, self.part)
        return potential + np.clip(_step(number) * short, -MOST_STEP, MOST_STEP)

    def harshest(self, outcomes: Floats) -> Floats:
        """Return the weighting of the outcomes' own order, the worst first."""
        order = np.argsort(outcomes, kind="stable")
        part = self.part[order]
        better = part.sum() - np.cumsum(part)
        weight = np.empty(len(part))
        weight[order] = part * (part + 2 * better)
        return weight

    def tangents(self) -> list[Floats]:
        """Return none: there is one for every order of the outcomes."""
        return []

    def shortfall(self, weighting: Floats) -> float:
        r"""Return what it lacks: `Weightings.shortfall`.

        Every weighting gives a set with the part :math:`q` of all people at least :math:`q^2`. Of
        sets with as many people those weigh least that begin with the least weight per person,
        and between two of these :math:`-q^2` is concave: no other set lacks more.
        """
        order = np.argsort(weighting / self.part, kind="stable")
        lacks = np.cumsum(self.part[order]) ** 2 - np.cumsum(weighting[order])
        return max(0.0, float(lacks.max(initial=0.0)))


@dataclass(frozen=True)
class WorstPart:
    r"""The mean of the worst share of equally likely outcomes.

    :math:`\min \{\theta \cdot s : \sum \theta = 1, 0 \le \theta \le 1 / (\alpha n)\}` is the dual
    of Rockafellar & Uryasev's conditional value at risk. Where :math:`\alpha n` is not whole, the
    last outcome counts in part. Potentials are the weights themselves, which move towards the
    worst worlds of the plan just found (Frank & Wolfe 1956, doi:10.1002/nav.3800030109).

    Attributes
    ----------
    count : int
    share : float
        Of the outcomes that count as bad, in (0, 1].
    """

    count: int
    share: float

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError("the share of bad outcomes lies above 0 and is at most 1")

    @property
    def most(self) -> float:
        """The largest weight of an outcome [-]."""
        return min(1.0, 1 / (self.share * self.count))

    def start(self) -> Floats:
        """Weigh all the same."""
        return np.full(self.count, 1 / self.count)

    def weights(self, potential: Floats) -> Floats:
        """Return the potentials: they are weights."""
        return potential

    def lean(self, potential: Floats, outcomes: Floats, number: int) -> Floats:
        """Move towards the worst outcomes, all the way at first: `Weightings.lean`."""
        toward = 2 / (number + 2)
        return (1 - toward) * potential + toward * self.harshest(outcomes)

    def harshest(self, outcomes: Floats) -> Floats:
        """Return the weighting that puts as much as it may on the worst outcomes."""
        weight = np.zeros(self.count)
        order = np.argsort(outcomes, kind="stable")
        before = np.minimum(np.arange(self.count) * self.most, 1.0)
        weight[order] = np.minimum(1.0 - before, self.most)
        return weight

    def tangents(self) -> list[Floats]:
        """Return none: there are too many."""
        return []

    def shortfall(self, weighting: Floats) -> float:
        """Return what it lacks: `Weightings.shortfall`.

        All but `n` outcomes have at least what is left when each of those has the most.
        """
        others = np.arange(self.count - 1, -1, -1)
        lacks = 1.0 - others * self.most - np.cumsum(np.sort(weighting))
        return max(0.0, float(lacks.max(initial=0.0)))


def _step(number: int) -> float:
    return STEP / (1 + number / SLOWS_AFTER)


def _shortfall(outcomes: Floats, part: Floats) -> Floats:
    """Return by how much outcomes lie below their mean, as logarithms; 0 where all are 0."""
    mean = float(part @ outcomes)
    if mean <= 0:
        return np.zeros(len(outcomes))
    height = np.log(np.maximum(outcomes, SMALL_SHARE * mean))
    return np.asarray(part @ height - height)
