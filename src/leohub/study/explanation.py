"""Why a candidate place is a hub of a plan or not, and what would bring it in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.people.coverage import Coverage, largest_shares
from leohub.plan.findings.ceilings import find_ceilings
from leohub.plan.findings.reasons import gains, give_reasons, hubs_until, people_in_common
from leohub.plan.rules.rules import reached_by_cell
from leohub.plan.rules.weights import weigh
from leohub.plan.task import Task
from leohub.study.rules import Demands

MOST_HUBS_MORE = 2_000
"""So many hubs more are tried until a growing plan takes a place."""

NEIGHBOURS = 5
"""Rows of the table of others."""


@dataclass(frozen=True)
class Standing:
    """A plan, and what it was chosen from.

    Attributes
    ----------
    sites : DataFrame
        As in the data dictionary.
    coverage : Coverage
        Rows follow `sites`.
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage, in the plan's order.
    demands : Demands
        What the plan keeps to, over the cells of the coverage, and the weights of kinds.
    granted_people, row_prices : ndarray
        The certificate of the plan's bound: `Plan.granted_people`, `Plan.row_prices`.
    bound_people : float
        What no plan of the study exceeds; an exact solver may have lowered it below what the
        certificate proves.
    """

    sites: pd.DataFrame
    coverage: Coverage
    hubs: NDArray[np.intp]
    demands: Demands
    granted_people: NDArray[np.float64]
    row_prices: NDArray[np.float64]
    bound_people: float


@dataclass(frozen=True)
class Explanation:
    """Why one place is in a plan or out of it. All people are unserved, eligible ones.

    Where kinds of places have weights, people count by them, as the plan was chosen by them.

    Attributes
    ----------
    weighed : bool
        Whether they do.
    site : int
        Its row.
    rank : int
        Its place in the plan, from 1; 0 where it is no hub.
    hubs, sites : int
        Of the plan, and to choose from.
    reached_people : float
        By the plan.
    catchment_people : float
        Who lives in the place's catchment, those far away in part where the study says so.
    only_people : float
        Whom it would newly reach: beyond the other hubs of the plan.
    other : int
        Row of the runner-up in its place, or of the hub in whose place it would cost the least;
        -1 where there is none.
    exchange_loses_people : float
        By how much the plan would reach fewer people after that exchange; negative for more.
    place_in_queue : int
        Of all places outside by what they would add, from 1; 0 for a hub.
    hubs_more : int or None
        How many hubs more a plan that grows hub by hub has when it takes the place; None for a hub,
        and where that does not come within `MOST_HUBS_MORE` or the place would add nobody.
    ceiling_people : float
        What is proven of the plans that do the other thing (leave the hub out, take the place in):
        none of as many hubs reaches more.
    rules : tuple of str
        For a hub: the rules that the plan would break without it. For a place outside: those that
        it would break as one hub more, or the list that forbids it.
    others : DataFrame
        The places that it is held against, with `site_id`, `name`, `kind` and `people`: for a hub
        those that would reach the most in its place; for a place outside the hubs that would serve
        the most of its people too.
    """

    weighed: bool
    site: int
    rank: int
    hubs: int
    sites: int
    reached_people: float
    catchment_people: float
    only_people: float
    other: int
    exchange_loses_people: float
    place_in_queue: int
    hubs_more: int | None
    ceiling_people: float
    rules: tuple[str, ...]
    others: pd.DataFrame

    @property
    def proven(self) -> bool:
        """Whether no plan of as many hubs that does the other thing is as good as this one."""
        return self.ceiling_people < self.reached_people


def explain_site(standing: Standing, site: int) -> Explanation:
    """Explain why a place is a hub or not.

    Parameters
    ----------
    standing : Standing
    site : int
        Row of the place.
    """
    demands, hubs = standing.demands, standing.hubs
    coverage = weigh(standing.coverage, demands.weight)
    reasons = give_reasons(coverage, hubs, demands.rules)
    task = Task.of(standing.coverage, demands.rules, demands.weight)
    ceilings = find_ceilings(task, standing.granted_people, standing.row_prices)
    place = int(np.flatnonzero(hubs == site)[0]) if site in hubs else -1
    chosen = place >= 0
    if chosen:
        only, other = reasons.only_people[place], int(reasons.runner_up[place])
        loses = reasons.beats_by_people[place]
    else:
        only, loses = reasons.adds_people[site], reasons.exchange_loses_people[site]
        replaced = int(reasons.would_replace[site])
        other = int(hubs[replaced]) if replaced >= 0 else -1
    ceiling = float((ceilings.without_people if chosen else ceilings.with_people)[site])
    best = largest_shares(coverage.shares[hubs])
    return Explanation(
        weighed=demands.weighed,
        site=site,
        rank=place + 1,
        hubs=len(hubs),
        sites=len(standing.sites),
        reached_people=float(best @ coverage.need_people),
        catchment_people=float((coverage.shares[[site]] @ coverage.need_people)[0]),
        only_people=float(only),
        other=other,
        exchange_loses_people=float(loses),
        place_in_queue=int(reasons.place_in_queue[site]),
        hubs_more=None if chosen else hubs_until(coverage, hubs, site, MOST_HUBS_MORE),
        ceiling_people=min(ceiling, standing.bound_people),
        rules=_rules_that_speak(standing, site),
        others=(
            _others_in_place(standing, coverage, place)
            if chosen
            else _neighbours(standing, coverage, site)
        ),
    )


def _rules_that_speak(standing: Standing, site: int) -> tuple[str, ...]:
    """Return the rules, besides the size, that keep a hub in the plan or a place out of it."""
    rules = standing.demands.rules
    changed = np.zeros(len(standing.sites), dtype=np.bool_)
    changed[standing.hubs] = True
    changed[site] = not changed[site]
    if rules.required[site]:
        return ("it is one of the places that must be hubs",)
    if rules.forbidden[site]:
        return ("it is one of the places that must not be hubs, or a hub stands there already",)
    broken = rules.broken(changed, reached_by_cell(standing.coverage, changed))
    return tuple(name for name in broken if name != rules.names[0])


def _others_in_place(standing: Standing, coverage: Coverage, place: int) -> pd.DataFrame:
    """Return the places outside that would reach the most in the place of a hub."""
    left = np.delete(standing.hubs, place)
    people = gains(coverage, largest_shares(coverage.shares[left]))
    people[standing.hubs] = -1.0
    return _most(standing.sites, np.arange(len(people)), people)


def _neighbours(standing: Standing, coverage: Coverage, site: int) -> pd.DataFrame:
    """Return the hubs that would serve the most of a place's people too."""
    people = people_in_common(coverage, standing.hubs, site)
    return _most(standing.sites, standing.hubs, people)


def _most(sites: pd.DataFrame, rows: NDArray[np.intp], people: NDArray[np.float64]) -> pd.DataFrame:
    first = np.argsort(-people, kind="stable")[:NEIGHBOURS]
    first = first[people[first] > 0]
    chosen = sites.iloc[rows[first]]
    return pd.DataFrame(
        {
            "site_id": [str(site) for site in chosen.index],
            "name": chosen["name"].astype(str).to_numpy(),
            "kind": chosen["kind"].astype(str).to_numpy(),
            "people": people[first],
        }
    )
