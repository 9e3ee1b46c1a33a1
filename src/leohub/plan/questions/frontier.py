r"""Reach against fairness: what each floor under the worst region costs in people.

For floors :math:`t_0 < t_1 < \dots` the plan that reaches the most people among those that reach
at least the share :math:`t` of the unserved people of every region that is counted
(`leohub.plan.questions.fairness`): the :math:`\varepsilon`-constraint method (Haimes, Lasdon &
Wismer 1971, doi:10.1109/TSMC.1971.4308298), which finds every plan that is not beaten in both, also
those that no weighted sum of the two would find.

A plan for a higher floor keeps to every lower one, and what no plan can reach at a lower floor none
can at a higher one. So where a search fell short of its neighbour, the neighbour's plan or bound
takes its place: down the frontier people only grow fewer, and so do their bounds.

Where sites have weights :math:`v_i`, the plan for each floor is the one that is worth most,
:math:`\max_S \sum_j w_j \max_{i \in S} v_i a_{ij}`. The floors stay rules about people: a region's
share counts everybody whom a hub reaches, whatever its weight. So all of the above holds for worth
in the place of people; people reached need not fall from floor to floor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import (
    Choose,
    Floats,
    Sites,
    counted,
    mask_of,
    people_of,
    with_rules,
)
from leohub.plan.questions.fairness import Regions, gini
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules

ROUNDING = 1e-9
"""A floor counts as kept when no larger share of it is missing: sums are no more exact."""


@dataclass(frozen=True)
class FrontierPoint:
    """The plan for one floor.

    Attributes
    ----------
    floor_share : float
        What was asked for every region [0..1].
    hubs : ndarray of int, shape (k,)
        Rows of the coverage.
    reached_people : float
    worth_people : float
        The same by the weights of sites, where there are any: what plans are compared by.
    bound_people : float
        No plan that keeps to the floor is worth more. Proven.
    shares : ndarray, shape (n_regions,)
        Of each region's unserved people who are reached [0..1].
    least_share : float
        The smallest of them; not below `floor_share`, up to rounding [0..1].
    gini : float
        Of the shares, counted with the unserved people they are of [0..1].
    """

    floor_share: float
    hubs: Sites
    reached_people: float
    worth_people: float
    bound_people: float
    shares: Floats
    least_share: float
    gini: float


def even_floors(largest_share: float, steps: int) -> Floats:
    """Return floors from 0 to the largest one in so many equal steps, shape (steps + 1,)."""
    return np.linspace(0.0, largest_share, steps + 1)


def find_frontier(
    coverage: Coverage,
    rules: Rules,
    regions: Regions,
    choose: Choose,
    floors: Iterable[float],
    *,
    known: Sequence[Sites] = (),
    weight: Floats | None = None,
) -> tuple[FrontierPoint, ...]:
    """Find the plan that reaches the most people at each of several floors.

    Parameters
    ----------
    coverage : Coverage
    rules : Rules
        What every plan must keep to.
    regions : Regions
        Those whose share is to be lifted: `Fair.regions`.
    choose : Choose
    floors : iterable of float
        [0..1]
    known : sequence of ndarray of int
        Hubs of plans that keep to the rules, as those of `find_largest_floor`: they take part.
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site is worth, in (0, 1]; `choose` must count so, too.

    Returns
    -------
    tuple of FrontierPoint
        By rising floor. Floors for which no plan was found are missing.
    """
    points: list[FrontierPoint] = []
    bound = float(coverage.need_people.sum())
    weighed = counted(coverage, weight)
    others = [_point(coverage, weighed, regions, hubs) for hubs in known]
    for floor in sorted(set(floors)):
        if points and points[-1].least_share >= floor * (1 - ROUNDING):
            # What is the best at a lower floor is the best at this one, if it keeps to it.
            points.append(replace(points[-1], floor_share=floor))
            continue
        plan = choose(coverage, with_floor(rules, regions, floor))
        found = [other for other in others if other.least_share >= floor * (1 - ROUNDING)]
        if plan is not None:
            bound = min(bound, plan.bound_people)
            found.append(_point(coverage, weighed, regions, plan.hubs))
        if found:
            best = max(found, key=lambda point: point.worth_people)
            points.append(replace(best, floor_share=floor, bound_people=bound))
    return _swept(points)


def with_floor(rules: Rules, regions: Regions, floor_share: float) -> Rules:
    """Return rules with a floor under the share of every region's unserved people reached.

    Parameters
    ----------
    rules : Rules
    regions : Regions
    floor_share : float
        [0..1]; 0 asks for nothing.
    """
    if floor_share <= 0:
        return rules
    sites = rules.rows.shape[1]
    people = floor_share * regions.unserved_people - regions.reached_already_people
    return with_rules(
        rules,
        [
            at_least_reached(
                f"at least {100 * floor_share:.4g} % of the unserved people of {name} reached",
                regions.part[[number]].toarray().ravel(),
                people[number],
                sites,
            )
            for number, name in enumerate(regions.names)
            if people[number] > 0
        ],
    )


def _point(coverage: Coverage, weighed: Coverage, regions: Regions, hubs: Sites) -> FrontierPoint:
    """Return a plan for no floor, of which nothing is proven."""
    chosen = mask_of(hubs, coverage.shares.shape[0])
    shares = regions.shares(coverage, chosen)
    return FrontierPoint(
        floor_share=0.0,
        hubs=hubs,
        reached_people=people_of(coverage, chosen),
        worth_people=people_of(weighed, chosen),
        bound_people=np.inf,
        shares=shares,
        least_share=float(shares.min()),
        gini=gini(shares, regions.unserved_people),
    )


def _swept(points: list[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """Let plans stand in for those of lower floors that are worth less."""
    swept = list(points)
    for lower in range(len(swept) - 2, -1, -1):
        own, higher = swept[lower], swept[lower + 1]
        if higher.worth_people > own.worth_people:
            swept[lower] = replace(
                higher, floor_share=own.floor_share, bound_people=own.bound_people
            )
    return tuple(
        replace(point, bound_people=max(point.bound_people, point.worth_people)) for point in swept
    )
