"""Why a candidate place is a hub or not, where hubs serve only so many people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leohub.plan.capacity.certificate import Certificate
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.proof import bound_people
from leohub.plan.capacity.reasons import ServedReasons, give_served_reasons
from leohub.study.posed import Posed


@dataclass(frozen=True)
class ServedStanding:
    """A plan, and what it was chosen from.

    Attributes
    ----------
    posed : Posed
        With a capacity.
    hubs : ndarray of int, shape (k,)
        Rows of the sites, in the plan's order.
    terminals : ndarray of int, shape (k,)
        Of each hub.
    served_people : float
    bound_people : float
        No plan of the study serves more.
    certificate : Certificate
        Proves that, or nearly.
    """

    posed: Posed
    hubs: NDArray[np.intp]
    terminals: NDArray[np.int64]
    served_people: float
    bound_people: float
    certificate: Certificate


@dataclass(frozen=True)
class ServedExplanation:
    """Why one place is in a plan or out of it.

    Attributes
    ----------
    site : int
        Its row.
    rank : int
        Its place in the plan, from 1; 0 where it is no hub.
    hubs, sites : int
        Of the plan, and to choose from.
    catchment_people : float
        Unserved people who live in its catchment.
    served_people : float
        By the plan.
    reasons : ServedReasons
    ceiling_people : float or None
        None of the plans that do the other thing (leave the hub out, take the place in) serves
        more; None where the lists of places leave no choice.
    """

    site: int
    rank: int
    hubs: int
    sites: int
    catchment_people: float
    served_people: float
    reasons: ServedReasons
    ceiling_people: float | None

    @property
    def proven(self) -> bool:
        """Whether no plan that does the other thing is as good as this one."""
        return self.ceiling_people is not None and self.ceiling_people < self.served_people


def explain_served(standing: ServedStanding, site: int) -> ServedExplanation:
    """Explain why a place is a hub or not.

    Parameters
    ----------
    standing : ServedStanding
    site : int
        Row of the place.

    Raises
    ------
    ValueError
        If the study does not limit how many people a hub serves.
    """
    posed, hubs = standing.posed, standing.hubs
    coverage, rules, capacity = posed.coverage, posed.demands.rules, posed.demands.capacity
    if capacity is None:
        raise ValueError("the study does not limit how many people a hub serves")
    problem = Problem.of(coverage, capacity, rules)
    terminals = np.zeros(problem.sites, dtype=np.int8)
    terminals[hubs] = standing.terminals
    place = int(np.flatnonzero(hubs == site)[0]) if site in hubs else -1
    other_way = np.arange(problem.sites) == site
    ceiling = None
    if place >= 0 and not rules.required[site]:
        ruled = replace(rules, forbidden=rules.forbidden | other_way)
        ceiling = bound_people(coverage, capacity, ruled, standing.certificate)
    elif place < 0 and not rules.forbidden[site]:
        ruled = replace(rules, required=rules.required | other_way)
        ceiling = bound_people(coverage, capacity, ruled, standing.certificate)
    return ServedExplanation(
        site=site,
        rank=place + 1,
        hubs=len(hubs),
        sites=len(posed.sites),
        catchment_people=float((coverage.shares[[site]] @ coverage.need_people)[0]),
        served_people=standing.served_people,
        reasons=give_served_reasons(problem, terminals, site),
        ceiling_people=None if ceiling is None else min(ceiling, standing.bound_people),
    )
