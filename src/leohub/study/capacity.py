"""How many people each hub of a study serves, and the choice that keeps to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.capacity.room import Capacity
from leohub.plan.rules.rules import Rules
from leohub.study.desk import Tick
from leohub.study.secondterminal import second_rows
from leohub.study.settings import MODELLED, Study

if TYPE_CHECKING:
    from leohub.plan.plan import Plan
    from leohub.study.rules import Demands

Floats = NDArray[np.float64]


def given_capacity(study: Study, demands: Demands) -> Capacity | None:
    """Return the capacity of hubs as the study says it; None for no limit, and for a modelled one.

    What is modelled needs the sky: `leohub.study.service.capacity`.
    """
    people, second = study.choice.people_per_hub, study.choice.second_terminal
    if people is None or people == MODELLED:
        return None
    more = 0.0 if second is None else second.people or people
    every = np.ones(len(demands.site_cost))
    return capacity_of(demands, people * every, more * every)


def capacity_of(demands: Demands, first_people: Floats, second_people: Floats) -> Capacity:
    """Return a capacity that counts second terminals in the rules of a study.

    Parameters
    ----------
    demands : Demands
    first_people, second_people : ndarray, shape (n_sites,)
        `leohub.plan.capacity.room.Capacity`.
    """
    rows = second_rows(demands.rules, demands.where, demands.second)
    return Capacity(first_people, second_people, rows)


def choose_for_served(study: Study, coverage: Coverage, demands: Demands, tick: Tick) -> Plan:
    """Choose the hubs that serve the most people, when each serves only so many.

    Parameters
    ----------
    study : Study
    coverage : Coverage
    demands : Demands
        With a capacity, and without weights.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    ValueError
        If weights or rules of the study count people who are reached.
    """
    # What only checks a plan does without the search for it.
    from leohub.plan.capacity.choose import choose_within_capacity
    from leohub.plan.choose import choose_hubs

    if demands.capacity is None or demands.weighed or demands.rules.reach_rows.nnz:
        raise ValueError(
            "[choice] people_per_hub does not go with least_reach_pct, cost_per_person_max or "
            "weights of kinds"
        )

    def told(stage: str, share: float) -> None:
        tick(f"choosing hubs: {stage}", share)

    def choose(coverage: Coverage, rules: Rules) -> Plan:
        return choose_hubs(
            coverage,
            rules,
            seed=study.seed,
            time_limit_s=study.choice.time_limit_s,
            gap=study.choice.gap_pct / 100,
            exact_limit_pairs=study.choice.exact_limit_pairs,
            price_rules=False,
            tick=told,
        )

    return choose_within_capacity(
        coverage,
        demands.capacity,
        demands.rules,
        choose=choose,
        seed=study.seed,
        time_limit_s=study.choice.time_limit_s,
        gap=study.choice.gap_pct / 100,
        tick=told,
    )
