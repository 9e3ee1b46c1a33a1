"""Improve: better plans among the sites that the prices keep alive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SolverError
from leohub.plan.bounds.bound import fill, value_people
from leohub.plan.problem.instance import Instance
from leohub.plan.stages.choice import Choice
from leohub.plan.stages.divide import CLOSE_TO_BOUND, HUBS_EACH
from leohub.plan.walks.anneal import Worth
from leohub.plan.walks.search import Search

SHARE = 0.7
"""Share of the remaining time that the search may use up."""

ALIVE_WITHIN = 0.05
"""The search looks at sites whose income is at most this share below what a hub must bring in."""

LEAST_ALIVE = 4_000
"""It looks at that many sites at least, the best first: where few are left, others are cheap."""

LEAST = 0.05
"""The least hubs of a plan: those with the smallest share of what a hub adds to the others."""

SHORT = 0.5
"""Length of the first walks [multiple of the usual]."""

FINEST_GAP = 1e-4
"""No search works as if a smaller gap than this were wanted."""


def walk(choice: Choice) -> None:
    """Send one pair of short walks off: a plan good enough to divide the country by.

    Where rules limit more than the number of hubs, walks need good prices first.
    """
    if not choice.is_settled() and choice.instance.rows.is_number:
        _search(choice, SHORT, rounds=1)


def improve(choice: Choice) -> None:
    """Look for better plans until that no longer helps."""
    if choice.is_settled() or (choice.easy_hubs and choice.gap <= CLOSE_TO_BOUND):
        return
    _search(choice, choice.patience)


def _search(choice: Choice, patience: float, rounds: int | None = None) -> None:
    part, worth = _alive(choice)
    clock = choice.clock.part(SHARE)
    helps = max(choice.good_enough, FINEST_GAP) / 10
    search = Search(part, worth, choice.seed, choice.solver, clock, choice.tick, helps, patience)
    start = choice.is_hub[part.sites]
    plans = search.walks(start, rounds) if rounds else search.plans(start)
    try:
        for stage, is_hub in plans:
            choice.keep("search", stage, _among_all(choice, part, is_hub))
            if choice.is_done():
                break
    except SolverError as error:
        # The plan and its proof stand without HiGHS.
        choice.tell("search", str(error))
    if search.regions_are_easy:
        choice.easy_hubs = max(choice.easy_hubs, HUBS_EACH[0])
    choice.clock.ran_out |= clock.ran_out


def _alive(choice: Choice) -> tuple[Instance, Worth]:
    """Return the problem of the sites worth a look, and what hubs and rows are worth there."""
    instance, rows = choice.instance, choice.instance.rows
    value = value_people(instance, choice.prices)
    rent = fill(value, rows).high
    must = rent * rows.cost
    hub_people = max(float(must[choice.is_hub].mean()), _least_hub_people(choice))
    within = ALIVE_WITHIN * (must if must.any() else hub_people)
    short = must - within - value
    enough = np.partition(short, min(LEAST_ALIVE, len(short)) - 1)[:LEAST_ALIVE].max()
    part = instance.only((short <= max(0.0, float(enough))) | choice.is_hub)
    return part, Worth(hub_people, np.append(choice.prices.rows, rent))


def _least_hub_people(choice: Choice) -> float:
    """Return what one of the least hubs of the plan adds to the others [people].

    Where there are hubs enough for nearly all, prices no longer tell what one is worth.
    """
    instance, is_hub = choice.instance, choice.is_hub
    alone = np.where(instance.hubs_serving(is_hub) == 1, instance.need_people, 0.0)
    added = instance.serves[is_hub] @ alone
    # Where they add nothing there is room for all: then the average hub must do.
    return float(np.quantile(added, LEAST)) or float(added.mean()) or instance.reachable_people


def _among_all(choice: Choice, part: Instance, is_hub: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the hubs among all sites, given those among a part of them."""
    everywhere = np.zeros_like(choice.is_hub)
    everywhere[part.sites[is_hub]] = True
    return everywhere
