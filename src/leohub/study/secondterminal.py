"""A second terminal at the hubs of a study: what it costs, and what it counts for in the rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from leohub.hub.cost import HubCost, PriceLine
from leohub.plan.rules.rules import Rule, Rules
from leohub.study.desk import Desk
from leohub.study.settings import Study

Floats = NDArray[np.float64]

SECTION: Final = "[choice.second_terminal]"
MOST: Final = f"{SECTION} most"
BUDGET: Final = "[choice] budget"
SERVICE_CELL: Final = "[choice] most_hubs_per_service_cell"


def second_cost(desk: Desk, study: Study, cost: HubCost) -> HubCost | None:
    """Return what a second terminal and its plan cost; None where the study has none.

    Parameters
    ----------
    desk : Desk
        Is told where they have no price.
    study : Study
    cost : HubCost
        Of a hub.
    """
    asked = study.choice.second_terminal
    if asked is None:
        return None
    if asked.once is None or asked.monthly is None:
        found = cost.of_terminal()
        if found is None:
            desk.problems.add(
                SECTION,
                "no price line says whose terminal and plan it is, so that a second one has none",
                f'Give once and monthly there, or operator = "{study.sky.operator}" at those lines',
            )
        return found
    lines = (
        PriceLine("second terminal", asked.once, "once", 1.0, "assumed", "", ""),
        PriceLine("its plan", asked.monthly, "monthly", 1.0, "assumed", "", ""),
    )
    return replace(cost, lines=lines)


class Added(NamedTuple):
    """What second terminals add to the cost of hubs, shape (hubs,)."""

    capital_usd: Floats
    monthly_usd: Floats
    per_month_usd: Floats
    whole_life: Floats
    """In the currency of the study."""


def cost_of_seconds(second: HubCost | None, terminals: NDArray[np.int64]) -> Added:
    """Return what second terminals add to hubs with 1 or 2 each, shape (hubs,)."""
    seconds = (terminals - 1).astype(np.float64)
    if second is None:
        return Added(*[0 * seconds] * len(Added._fields))
    return Added(*(getattr(second, name) * seconds for name in Added._fields))


def at_most_second(study: Study, sites: int) -> list[tuple[Rule, str]]:
    """Return the rule about their number, which counts no hubs, and the setting it comes from."""
    asked = study.choice.second_terminal
    if asked is None or asked.most is None:
        return []
    words = f"at most {asked.most:,} second terminal{'' if asked.most == 1 else 's'}"
    return [(Rule(words, csr_array((1, sites)), np.array([asked.most], float)), MOST)]


def second_rows(rules: Rules, where: Sequence[str], second: HubCost | None) -> csr_array:
    """Return what a second terminal at each site counts for, shape (n_rows, n_sites).

    Its cost in a budget, a hub in a service cell, one of their number; nothing in other rules.

    Parameters
    ----------
    rules : Rules
    where : sequence of str
        The setting that each rule comes from.
    second : HubCost or None
        None: there are no second terminals.
    """
    counted = [_counted(rules, row, where[rule], second) for row, rule in enumerate(rules.rule)]
    none = csr_array((0, rules.rows.shape[1]))
    return csr_array(vstack([none, *counted], format="csr"))


def _counted(rules: Rules, row: int, setting: str, second: HubCost | None) -> csr_array:
    shape = (1, rules.rows.shape[1])
    if second is not None and setting == BUDGET:
        return csr_array(np.full(shape, second.whole_life))
    if second is not None and setting == MOST:
        return csr_array(np.ones(shape))
    if second is not None and setting == SERVICE_CELL:
        return rules.rows[[row]]
    return csr_array(shape)
