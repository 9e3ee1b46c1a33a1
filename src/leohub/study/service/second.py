"""A second terminal at a hub: whom it serves in addition, at what cost, and whether that pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.hub.lifecycle import cost_per_person_month
from leohub.hub.terminals import weigh_second_terminal
from leohub.study.service.chain import Chain
from leohub.study.service.contention import busy_mbps
from leohub.study.service.crowd import share_out
from leohub.study.service.situation import Situation
from leohub.study.service.values import Values

Floats = NDArray[np.float64]

SECOND: Final = (
    "served_by_two_people",
    "cost_per_further_person_month_usd",
    "second_terminal_pays",
)
"""Columns of a hub that tell of a second terminal."""


def second_terminal(values: Values, chain: Chain, situation: Situation) -> Mapping[str, Floats]:
    """Weigh a second terminal of the same operator at each hub, without draws.

    It is busy in the same cell as the first, so that both together get less than twice as much
    where the cell is full. It costs what the price table has of the operator: terminal and plan.
    That it takes more power is left out, and so is that one of them still works when the other
    fails.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (1, 1)
    chain : Chain
        Of these values.
    situation : Situation

    Returns
    -------
    mapping of str to ndarray, shape (hubs,)
        By `SECOND`. What it costs is NaN where nobody more is served well; that and whether it
        pays, 0 or 1, are NaN where no price says whose terminal and plan it is.
    """
    one, two = (_served(values, chain, situation, terminals) for terminals in (1, 2))
    two = np.maximum(one, two)  # both are found to a tolerance, and may miss by a hair
    monthly = np.full(one.shape, situation.cost.per_month_usd)
    extra = extra_monthly_usd(situation)
    weighed = weigh_second_terminal(
        situation.people,
        one,
        two,
        monthly_cost=monthly,
        extra_monthly_cost=extra,
        value_per_person_month=np.nan_to_num(cost_per_person_month(monthly, one), posinf=0.0),
    )
    further = cost_per_person_month(extra, two - one)
    found = (
        weighed.served_by_two,
        np.where(np.isfinite(further), further, np.nan),
        np.where(np.isnan(extra), np.nan, weighed.pays),
    )
    return dict(zip(SECOND, found, strict=True))


def extra_monthly_usd(situation: Situation) -> float:
    """Return what one more terminal and plan add to a hub [USD/month]; NaN where no line says."""
    second = situation.second_cost or situation.cost.of_terminal()
    return np.nan if second is None else second.per_month_usd


def _served(values: Values, chain: Chain, situation: Situation, terminals: int) -> Floats:
    """Return whom a hub with so many terminals serves well, all others being as they are."""
    in_cell = situation.terminals_in_cell - situation.terminals + terminals
    mbps = terminals * busy_mbps(values, chain.line, in_cell)
    return np.asarray(share_out(values, mbps, situation).served_well_people[0])
