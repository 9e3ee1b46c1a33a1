"""Why a site is a hub of a plan of limited capacity or not: whom the plan would serve otherwise.

People are led anew for every question, by a maximum flow (`leohub.plan.capacity.flow`): where a hub
closes, others take up whom they have room for; where one opens, it may take people of its
neighbours, who then have room for others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leohub.plan.capacity.flow import EVERYWHERE, assign, set_terminals
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.state import PARTS, State, Terminals, people_served

NONE = -1
"""Stands for no site."""


@dataclass(frozen=True)
class ServedReasons:
    """What one site is to a plan; all people are those whom hubs serve.

    Attributes
    ----------
    terminals : int
        At the site: 0 where it is no hub.
    served_people : float
        Whom its hub serves, as the plan leads people.
    room_people : float
        Whom it may serve with its terminals; with one where it is no hub.
    changes_people : float
        Whom the plan would no longer serve without the hub; where there is none, whom it would
        serve more with one.
    second_people : float
        What a second terminal there adds to that, whether it is there or not; 0 where none is to
        be had.
    other : int
        The site that would serve the most in the hub's place, or the hub in whose place the site
        would; `NONE` where the rules allow none.
    exchange_loses_people : float
        How many fewer the plan would serve after that exchange; negative for more.
    """

    terminals: int
    served_people: float
    room_people: float
    changes_people: float
    second_people: float
    other: int
    exchange_loses_people: float


def give_served_reasons(problem: Problem, terminals: Terminals, site: int) -> ServedReasons:
    """Find what one site is to a plan.

    Parameters
    ----------
    problem : Problem
    terminals : ndarray of int8, shape (n,)
        Of the plan, at each site.
    site : int
    """
    state, own = assign(problem, terminals), int(terminals[site])
    served = people_served(state)
    pairs = slice(problem.site_start[site], problem.site_start[site + 1])
    with_one, with_two = _with(state, site, 1), _with(state, site, 2)
    without = _with(state, site, 0)
    is_hub = own > 0
    if is_hub:
        other, best = _best_instead(problem, state, terminals, site)
    else:
        other, best = _best_place(problem, state, terminals, site)
    here = (float(problem.first_people[site]), float(problem.both_people[site]))
    led = assign(problem, terminals)
    return ServedReasons(
        terminals=own,
        served_people=float(led.flow[pairs].sum() / PARTS),
        room_people=here[1] if own > 1 else here[0],
        changes_people=(served if is_hub else with_one) - without,
        second_people=with_two - with_one,
        other=other,
        exchange_loses_people=served - best,
    )


def _with(state: State, site: int, terminals: int) -> float:
    """Return how many are served with so many terminals at a site, which keeps them."""
    set_terminals(state, site, np.int8(terminals), EVERYWHERE)
    return people_served(state)


def _best_instead(
    problem: Problem, state: State, terminals: Terminals, hub: int
) -> tuple[int, float]:
    """Return the site that would serve the most in the place of a hub, and how many are then.

    The state is one without the hub.
    """
    without, changed = people_served(state), terminals.copy()
    changed[hub] = 0
    best, most = NONE, -np.inf
    usable = (changed == 0) & ~problem.forbidden
    usable[hub] = False
    room = np.where(usable, problem.first_people, -1.0)
    for site in np.argsort(-room, kind="stable").tolist():
        if room[site] < 0 or without + room[site] <= most:
            break
        found = _with(state, site, 1)
        set_terminals(state, site, np.int8(0), EVERYWHERE)
        changed[site] = 1
        if found > most and problem.keeps_rules(changed):
            best, most = site, found
        changed[site] = 0
    return best, most


def _best_place(
    problem: Problem, state: State, terminals: Terminals, site: int
) -> tuple[int, float]:
    """Return the hub in whose place a site would serve the most, and how many are then served."""
    changed = terminals.copy()
    changed[site] = 1
    set_terminals(state, site, np.int8(1), EVERYWHERE)
    best, most = NONE, -np.inf
    for hub in np.flatnonzero((terminals > 0) & ~problem.required).tolist():
        found = _with(state, hub, 0)
        set_terminals(state, hub, terminals[hub], EVERYWHERE)
        changed[hub] = 0
        if found > most and problem.keeps_rules(changed):
            best, most = hub, found
        changed[hub] = terminals[hub]
    return best, most
