r"""How sure a choice is: plans across possible worlds, and plans for the average or the worst.

With worlds :math:`d = 1 \dots D` drawn from what is not known (`leohub.plan.questions.draws`) and
:math:`v_d(S)` the people whom a plan reaches in world `d`:

- *in each world* a plan is chosen as if that world were certain. How often a site is chosen says
  how much the choice depends on what is not known. The mean of those plans' bounds is what could
  be reached at most if one knew the world beforehand.
- *for the average*: :math:`\max_S \frac 1 D \sum_d v_d(S)`. Where only people are in doubt that is
  the plain choice for the mean need; otherwise the worlds are stacked. Both are exact.
- *for the bad tenth*: :math:`\max_S` of the mean of the worst tenth of :math:`v_d(S)`, the
  conditional value at risk (Rockafellar & Uryasev 2000, doi:10.21314/JOR.2000.038). It is the least
  weighted mean of the worlds with no weight above :math:`1 / 0.1 D`, so that
  `leohub.plan.questions.balance` finds it with a proven ceiling.

A site is *safe* when it is chosen in at least 90 % of the worlds, *out* in at most 10 %, *open*
otherwise. Two places that serve the same people share their votes between them: an open place is
not a bad one, the plans may be equally good. What a plan loses against the best of each world
tells that.

Where sites have weights (`leohub.plan.rules.weights`), :math:`v_d(S)` counts people by them.

*Rules about people* demand of a plan what it can be held to before anyone knows the world: plans
across worlds keep to them for the people thought most likely, whatever is drawn and whatever people
are worth (`leohub.plan.questions.beside`). Only where a world is taken as certain do they count its
own people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage, largest_shares
from leohub.plan.plan import Plan
from leohub.plan.questions.asking import Choose, Floats, Mask, Refutes, Sites, counted, never
from leohub.plan.questions.balance import Balanced, Effort, find_balanced
from leohub.plan.questions.beside import Beside, with_counted
from leohub.plan.questions.draws import Draws, frequencies, in_mean_world, mean_world, stack
from leohub.plan.questions.outcomes import Outcomes
from leohub.plan.questions.weightings import WorstPart
from leohub.plan.rules.rules import Rules, reached_by_cell

BAD_SHARE = 0.1
"""The worst tenth of the worlds."""

SAFE_SHARE = 0.9
"""A hub that is chosen in so many of the worlds is safe; one not chosen in as many is out."""

OPEN, SAFE, OUT = 0, 1, -1

ROUNDING = 1e-9
"""1 - 0.9 is not quite 0.1."""


@dataclass(frozen=True)
class InEachWorld:
    """The plans that would be chosen if one knew.

    Attributes
    ----------
    plans : tuple of ndarray of int
        Hubs, rows of the coverage, of each world that has a plan.
    worlds : ndarray of int, shape (n_plans,)
        The numbers of those worlds. In the others no plan was found that keeps to the rules.
    bound_people : ndarray, shape (n_plans,)
        What no plan exceeds in each of them. Proven.
    frequency : ndarray, shape (n_sites,)
        In which share of the plans each site is a hub [0..1].
    """

    plans: tuple[Sites, ...]
    worlds: NDArray[np.intp]
    bound_people: Floats
    frequency: Floats


def choose_in_each(draws: Draws, rules: Rules, choose: Choose) -> InEachWorld:
    """Choose a plan in each world as if it were certain.

    Parameters
    ----------
    draws : Draws
    rules : Rules
        Demands on people reached are held in each world for its own people.
    choose : Choose
        A quick one will do: frequencies need no proof.
    """
    found: list[tuple[int, Plan]] = []
    for number, world in enumerate(draws.worlds()):
        plan = choose(world, rules)
        if plan is not None:
            found.append((number, plan))
    plans = tuple(np.asarray(plan.hubs) for _, plan in found)
    return InEachWorld(
        plans=plans,
        worlds=np.array([number for number, _ in found], dtype=np.intp),
        bound_people=np.array([plan.bound_people for _, plan in found], dtype=np.float64),
        frequency=frequencies(plans, draws.coverage.shares.shape[0]),
    )


def sureness(frequency: Floats, safe_share: float = SAFE_SHARE) -> NDArray[np.int8]:
    """Return `SAFE`, `OPEN` or `OUT` for each site, shape (n_sites,).

    Parameters
    ----------
    frequency : ndarray, shape (n_sites,)
        `InEachWorld.frequency`.
    safe_share : float
        Above 0.5 [0..1].
    """
    safe = frequency >= safe_share - ROUNDING
    out = frequency <= 1 - safe_share + ROUNDING
    return np.where(safe, SAFE, np.where(out, OUT, OPEN)).astype(np.int8)


def frequency_interval(frequency: Floats, worlds: int, z: float = 1.645) -> tuple[Floats, Floats]:
    """Return what the frequency in endlessly many worlds may be, low and high, as `frequency`.

    The score interval of Wilson 1927, doi:10.1080/01621459.1927.10502953; 90 % with the default
    `z`. With 30 worlds a site that is always chosen may be one that 92 % of all worlds choose.
    """
    spread = z**2 / worlds
    middle = (frequency + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(frequency * (1 - frequency) / worlds + spread / (4 * worlds))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def values_across(draws: Draws, plans: Sequence[Sites], weight: Floats | None = None) -> Floats:
    """Return whom each plan reaches in each world [people], shape (n_plans, n_draws).

    Parameters
    ----------
    draws : Draws
    plans : sequence of ndarray of int
        Hubs, rows of the coverage.
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site counts for, in (0, 1].
    """
    values = np.empty((len(plans), draws.count))
    certain, weighed = draws.doubt.only_people, counted(draws.coverage, weight)
    served = [largest_shares(weighed.shares[plan]) for plan in plans] if certain else []
    for number in range(draws.count):
        if certain:
            need = draws.need_people(number)
            values[:, number] = [share @ need for share in served]
            continue
        world = counted(draws.world(number), weight)
        values[:, number] = [
            largest_shares(world.shares[plan]) @ world.need_people for plan in plans
        ]
    return values


def bad_mean(values: Floats, share: float = BAD_SHARE) -> Floats:
    """Return the mean of the worst share of the worlds [people], shape (n_plans,).

    Parameters
    ----------
    values : ndarray, shape (n_plans, n_draws)
    share : float
        Where it is no whole number of worlds, the last one counts in part.
    """
    part = WorstPart(values.shape[1], share)
    return np.array([part.harshest(row) @ row for row in values], dtype=np.float64)


def choose_for_average(draws: Draws, rules: Rules, choose: Choose) -> Plan | None:
    """Choose the plan that reaches the most people on average.

    Its `worth_people` and `bound_people` are means over the worlds, by weights if `choose` counts
    so. Where the worlds are stacked, `Plan.granted_people` speaks of the cells of `with_counted`.

    Parameters
    ----------
    draws : Draws
    rules : Rules
        Over the cells of the draws' coverage: about the people thought most likely.
    choose : Choose

    Raises
    ------
    ValueError
        If the worlds do not fit into memory side by side: `stack`.
    """
    if draws.doubt.only_people:
        return choose(mean_world(draws), in_mean_world(draws, rules))
    return choose(*with_counted(stack(draws), draws.likely(), rules))


def choose_for_bad_part(
    draws: Draws,
    rules: Rules,
    choose: Choose,
    *,
    share: float = BAD_SHARE,
    weight: Floats | None = None,
    effort: Effort | None = None,
    refutes: Refutes = never,
) -> Balanced | None:
    """Choose the plan whose mean over its own worst worlds is largest.

    Parameters
    ----------
    draws : Draws
    rules : Rules
        As for `choose_for_average`.
    choose : Choose
        Counts the people of the coverage that it is given, without weights: they are in it.
    share : float
        Of the worlds that count as bad [0..1].
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site counts for, in (0, 1].
    effort, refutes
        As for `find_balanced`; the default tolerance is a thousandth of all people.

    Returns
    -------
    Balanced or None
        Its `outcomes` are the people reached in each world, its `value` the mean of the bad part.

    Raises
    ------
    ValueError
        As `choose_for_average`.
    """
    certain = draws.doubt.only_people
    outcomes: Outcomes = (PeopleInDoubt if certain else AllInDoubt)(draws, weight)
    people = float(outcomes.coverage.need_people.sum())
    if not certain or outcomes.coverage is not draws.coverage:
        both, rules = with_counted(outcomes.coverage, draws.likely(), rules)
        outcomes = Beside(outcomes, both)
    return find_balanced(
        outcomes,
        WorstPart(draws.count, share),
        rules,
        choose,
        effort=effort or Effort(tolerance=max(people, 1.0) / 1000),
        refutes=refutes,
    )


@dataclass(frozen=True)
class _InEachWorld:
    """People reached in each world: `leohub.plan.questions.outcomes.Outcomes`.

    Attributes
    ----------
    draws : Draws
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site counts for, in (0, 1].
    """

    draws: Draws
    weight: Floats | None = None

    @property
    def count(self) -> int:
        """How many worlds there are."""
        return self.draws.count

    @property
    def already(self) -> Floats:
        """Nobody: hubs that stand are not asked about."""
        return np.zeros(self.count)


@dataclass(frozen=True)
class PeopleInDoubt(_InEachWorld):
    """People reached in each world, where every world has the same catchments."""

    @cached_property
    def coverage(self) -> Coverage:
        """The world thought most likely: rules count its people."""
        return counted(self.draws.coverage, self.weight)

    def worth(self, weight: Floats) -> Floats:
        """Return what one of that world's people is worth: `Outcomes.worth`."""
        likely = self.coverage.need_people
        total = np.zeros(len(likely))
        for number in np.flatnonzero(weight).tolist():
            total += weight[number] * self.draws.need_people(number)
        return np.divide(total, likely, out=np.zeros(len(likely)), where=likely > 0)

    def of(self, chosen: Mask) -> Floats:
        """Return the people reached in each world: `Outcomes.of`."""
        return np.asarray(values_across(self.draws, [np.flatnonzero(chosen)], self.weight)[0])


@dataclass(frozen=True)
class AllInDoubt(_InEachWorld):
    """People reached in each world, where catchments differ, too."""

    @cached_property
    def coverage(self) -> Coverage:
        """All worlds side by side."""
        return counted(stack(self.draws), self.weight)

    def worth(self, weight: Floats) -> Floats:
        """Return what a person of the stacked worlds is worth: `Outcomes.worth`."""
        cells = len(self.draws.coverage.need_people)
        return np.repeat(weight * self.count, cells)

    def of(self, chosen: Mask) -> Floats:
        """Return the people reached in each world: `Outcomes.of`."""
        reached = reached_by_cell(self.coverage, chosen).reshape(self.count, -1)
        return np.asarray(reached.sum(axis=1) * self.count)
