"""Why a candidate place is a hub of a plan or not, and what would bring it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.people.coverage import Coverage, largest_shares
from leohub.plan.findings.ceilings import find_ceilings
from leohub.plan.findings.exchanges import NONE
from leohub.plan.findings.growing import gains, hubs_until, people_in_common
from leohub.plan.findings.reasons import Reasons, give_reasons
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

    What the plan is chosen by is *worth*: people, or people times the weight of the kind of place
    that reaches them where kinds have weights.

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
    reached_people, worth_people : float
        By the plan.
    catchment_people : float
        Who lives in the place's catchment, those far away in part where the study says so.
    only_people, only_worth_people : float
        Whom it would newly reach: beyond the other hubs of the plan.
    other : int
        Row of the runner-up in its place, or of the hub in whose place it would cost the least
        worth; -1 where the rules allow none.
    exchange_loses_people, exchange_loses_worth_people : float
        By how much the plan would reach fewer people after that exchange; negative for more.
    missing_people : float
        So many further people in its catchment whom no hub reaches, and that exchange would cost
        nothing: they count by the place's own weight.
    place_in_queue : int
        Of all places outside by the worth they would add, from 1; 0 for a hub.
    hubs_more : int or None
        How many hubs more a plan that grows hub by hub has when it takes the place, whatever the
        rules say; None for a hub, and where that does not come within `MOST_HUBS_MORE` or the place
        would add nobody.
    ceiling_worth_people : float
        What is proven of the plans that do the other thing (leave the hub out, take the place in):
        none of as many hubs is worth more.
    rules : tuple of str
        For a hub: the rules that the plan would break without it. For a place outside: those that
        it would break as one hub more, or the list that forbids it.
    others : DataFrame
        The places that it is held against, with `site_id`, `name`, `kind` and `people`: for a hub
        those that would be worth the most in its place, among those that the rules allow there, and
        whom they would newly reach; for a place outside the hubs that would serve the most of its
        people too.
    """

    weighed: bool
    site: int
    rank: int
    hubs: int
    sites: int
    reached_people: float
    worth_people: float
    catchment_people: float
    only_people: float
    only_worth_people: float
    other: int
    exchange_loses_people: float
    exchange_loses_worth_people: float
    missing_people: float
    place_in_queue: int
    hubs_more: int | None
    ceiling_worth_people: float
    rules: tuple[str, ...]
    others: pd.DataFrame

    @property
    def proven(self) -> bool:
        """Whether no plan of as many hubs that does the other thing is as good as this one."""
        return self.ceiling_worth_people < self.worth_people


def explain_site(standing: Standing, site: int) -> Explanation:
    """Explain why a place is a hub or not.

    Parameters
    ----------
    standing : Standing
    site : int
        Row of the place.
    """
    demands, hubs, coverage = standing.demands, standing.hubs, standing.coverage
    reasons = give_reasons(coverage, hubs, demands.rules, demands.weight)
    task = Task.of(coverage, demands.rules, demands.weight)
    ceilings = find_ceilings(task, standing.granted_people, standing.row_prices)
    weighed = weigh(coverage, demands.weight)
    place = int(np.flatnonzero(hubs == site)[0]) if site in hubs else -1
    chosen = place >= 0
    one = _of_hub(reasons, place) if chosen else _of_place(reasons, site)
    ceiling = float((ceilings.without_people if chosen else ceilings.with_people)[site])
    return Explanation(
        weighed=demands.weighed,
        site=site,
        rank=place + 1,
        hubs=len(hubs),
        sites=len(standing.sites),
        reached_people=_reached(coverage, hubs),
        worth_people=_reached(weighed, hubs),
        catchment_people=float((coverage.shares[[site]] @ coverage.need_people)[0]),
        only_people=one.people,
        only_worth_people=one.worth_people,
        other=one.other,
        exchange_loses_people=one.loses_people,
        exchange_loses_worth_people=one.loses_worth_people,
        missing_people=max(0.0, one.loses_worth_people / float(demands.weight[site])),
        place_in_queue=int(reasons.place_in_queue[site]),
        hubs_more=None if chosen else hubs_until(weighed, hubs, site, MOST_HUBS_MORE),
        ceiling_worth_people=min(ceiling, standing.bound_people),
        rules=_rules_that_speak(standing, site),
        others=(
            _others_in_place(standing, weighed, place, reasons.allowed[place])
            if chosen
            else _neighbours(standing, site)
        ),
    )


class _One(NamedTuple):
    """What one place adds, and its best exchange."""

    people: float
    worth_people: float
    other: int
    loses_people: float
    loses_worth_people: float


def _of_hub(reasons: Reasons, place: int) -> _One:
    return _One(
        float(reasons.only_people[place]),
        float(reasons.only_worth_people[place]),
        int(reasons.runner_up[place]),
        float(reasons.beats_by_people[place]),
        float(reasons.beats_by_worth_people[place]),
    )


def _of_place(reasons: Reasons, site: int) -> _One:
    replaced = int(reasons.would_replace[site])
    return _One(
        float(reasons.adds_people[site]),
        float(reasons.adds_worth_people[site]),
        NONE if replaced == NONE else int(reasons.hubs[replaced]),
        float(reasons.exchange_loses_people[site]),
        float(reasons.exchange_loses_worth_people[site]),
    )


def _reached(coverage: Coverage, hubs: NDArray[np.intp]) -> float:
    return float(largest_shares(coverage.shares[hubs]) @ coverage.need_people)


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


def _others_in_place(
    standing: Standing, weighed: Coverage, place: int, allowed: NDArray[np.bool_]
) -> pd.DataFrame:
    """Return the places that would be worth the most in the place of a hub."""
    left = np.delete(standing.hubs, place)
    worth = gains(weighed, largest_shares(weighed.shares[left]))
    people = gains(standing.coverage, largest_shares(standing.coverage.shares[left]))
    rows = np.flatnonzero(allowed)
    return _most(standing.sites, rows, worth[rows], people[rows])


def _neighbours(standing: Standing, site: int) -> pd.DataFrame:
    """Return the hubs that would serve the most of a place's people too."""
    people = people_in_common(standing.coverage, standing.hubs, site)
    return _most(standing.sites, standing.hubs, people, people)


def _most(
    sites: pd.DataFrame,
    rows: NDArray[np.intp],
    worth: NDArray[np.float64],
    people: NDArray[np.float64],
) -> pd.DataFrame:
    first = np.argsort(-worth, kind="stable")[:NEIGHBOURS]
    first = first[worth[first] > 0]
    chosen = sites.iloc[rows[first]]
    return pd.DataFrame(
        {
            "site_id": [str(site) for site in chosen.index],
            "name": chosen["name"].astype(str).to_numpy(),
            "kind": chosen["kind"].astype(str).to_numpy(),
            "people": people[first],
        }
    )
