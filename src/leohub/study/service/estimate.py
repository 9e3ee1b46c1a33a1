"""`Estimate`: the service of every hub, with its interval and what that hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.quantities import Quantities, Quantity, draws, nominal
from leohub.study.service.chain import Chain, serve
from leohub.study.service.crowd import monthly_usd_of
from leohub.study.service.outputs import OUTPUTS, PER_PERSON, PLAIN, SUMMED, SUPPLY
from leohub.study.service.second import second_terminal
from leohub.study.service.sensitivity import hangs_on
from leohub.study.service.situation import Situation
from leohub.study.service.values import Values

Floats = NDArray[np.float64]

INTERVAL: Final = (0.1, 0.9)
"""Quantiles of the draws between which four of five lie."""

HUBS_AT_ONCE: Final = 500
DRAWS_AT_ONCE: Final = 25
"""So that memory stays bounded: some 250,000 numbers for each class of elevations and level."""

GROWTHS: Final = (1.0, 2.0, 4.0)
"""How many times as busy the cells may become."""


@dataclass(frozen=True)
class Estimate:
    """What the service of hubs is thought to be.

    Attributes
    ----------
    hubs : DataFrame
        In the order of the hubs: `leohub.study.service.outputs.COLUMNS`.
    by_hour_mbps : ndarray, shape (3, hubs, 24)
        Throughput of a terminal by local hour: low, as it is, high [Mbps].
    programme : DataFrame
        Indexed by output: `value`, `low`, `high` of all hubs together, as `outputs` says; infinite
        for a price by nobody, NaN for what no hub has.
    growth : DataFrame
        Indexed by how many times as busy the cells are as in the estimate: means of
        `terminal_mbps` and `active_mbps` over the hubs and the sum of `served_well_people`, without
        draws.
    hangs_on : DataFrame
        `output`, `quantity`, `share`: of the programme, as `leohub.study.service.sensitivity` says.
    quantities : mapping of str to Quantity
        All that it rests on.
    chain : Chain
        Without draws, shape (1, hubs): every step between the sky and a person.
    situation : Situation
    draws : int
    """

    hubs: pd.DataFrame
    by_hour_mbps: Floats
    programme: pd.DataFrame
    growth: pd.DataFrame
    hangs_on: pd.DataFrame
    quantities: Quantities
    chain: Chain
    situation: Situation
    draws: int


def estimate(
    situation: Situation,
    quantities: Mapping[str, Quantity],
    *,
    count: int,
    seed: int,
    tick: Callable[[float], None] = lambda share: None,
) -> Estimate:
    """Follow the chain with the values of all quantities, and with draws of them.

    Parameters
    ----------
    situation : Situation
    quantities : mapping of str to Quantity
        Of the operator, of hubs, of the load, and of the cost.
    count : int
        Draws.
    seed : int
    tick : callable
        Called with the share done [0..1].
    """
    usual = {name: np.full((1, 1), value) for name, value in nominal(quantities).items()}
    drawn = draws(quantities, count, seed)
    chain = serve(usual, situation)
    ends, hours, parts = [], [], []
    for first in range(0, len(situation), HUBS_AT_ONCE):
        part = situation.select(slice(first, first + HUBS_AT_ONCE))
        found, by_hour = _draw(drawn, part, count)
        # An interval of what may be infinite: the ends are those of one of the draws.
        ends.append(np.quantile(found, INTERVAL, axis=1, method="inverted_cdf"))
        hours.append(np.quantile(by_hour, INTERVAL, axis=0))
        parts.append(_add_up(found))
        tick((first + len(part)) / len(situation))
    every = {name: column[:, None] for name, column in drawn.items()}
    by_draw = _together(np.sum(parts, axis=0), every, situation)
    low_hours, high_hours = np.concatenate(hours, axis=1)
    usual_hours = np.broadcast_to(chain.line.cell_down.by_hour_mbps[0], low_hours.shape)
    return Estimate(
        hubs=pd.DataFrame(
            {
                **_columns(chain, situation, np.concatenate(ends, axis=-1)),
                **second_terminal(usual, chain, situation),
            }
        ),
        by_hour_mbps=np.stack([low_hours, usual_hours, high_hours]),
        programme=_programme(
            _together(_add_up(_outputs(chain, situation)), usual, situation), by_draw
        ),
        growth=_growth(usual, situation),
        hangs_on=hangs_on(by_draw, drawn, quantities),
        quantities=quantities,
        chain=chain,
        situation=situation,
        draws=count,
    )


def _draw(
    drawn: Mapping[str, Floats],
    situation: Situation,
    count: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return all outputs, shape (outputs, draws, hubs), and the hours, (draws, hubs, 24)."""
    found = np.empty((len(OUTPUTS), count, len(situation)), dtype=np.float32)
    by_hour = np.empty((count, len(situation), 24), dtype=np.float32)
    for first in range(0, count, DRAWS_AT_ONCE):
        rows = slice(first, first + DRAWS_AT_ONCE)
        values = {name: column[rows, None] for name, column in drawn.items()}
        chain = serve(values, situation)
        found[:, rows] = _outputs(chain, situation)
        by_hour[rows] = chain.line.cell_down.by_hour_mbps
    return found, by_hour


def _outputs(chain: Chain, situation: Situation) -> Floats:
    """Return `OUTPUTS`, shape (outputs, draws, hubs)."""
    shape = (len(chain.crowd.monthly_usd), len(situation))
    return np.stack([np.broadcast_to(output(chain), shape) for output in OUTPUTS.values()])


def _add_up(outputs: NDArray[np.floating]) -> Floats:
    """Return the sums over the hubs that have an output, and how many have, (2, outputs, draws)."""
    known = np.isfinite(outputs)
    return np.stack(
        [np.where(known, outputs, 0.0).sum(axis=-1, dtype=np.float64), known.sum(axis=-1)]
    )


def _together(added: Floats, values: Values, situation: Situation) -> dict[str, Floats]:
    """Return the outputs of all hubs together, each of shape (draws,)."""
    sums = dict(zip(OUTPUTS, added[0], strict=True))
    known = dict(zip(OUTPUTS, added[1], strict=True))
    monthly_usd = monthly_usd_of(values, situation)
    all_hubs_usd = np.broadcast_to(monthly_usd, (*added.shape[2:], len(situation))).sum(axis=1)
    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for name in OUTPUTS:
            if name in SUMMED:
                found[name] = sums[name]
            elif name in PER_PERSON:
                people = sums.get(PER_PERSON[name], situation.people.sum())
                found[name] = all_hubs_usd / people
            else:
                found[name] = sums[name] / known[name]
    return found


def _columns(chain: Chain, situation: Situation, ends: Floats) -> dict[str, Floats]:
    """Return the columns of the hubs but those of a second terminal; `ends`: (2, outputs, hubs)."""
    columns = {}
    for name, value, low, high in zip(
        OUTPUTS, _outputs(chain, situation)[:, 0], *ends, strict=True
    ):
        columns[name], columns[f"{name}_low"], columns[f"{name}_high"] = value, low, high
    for name, plain in PLAIN.items():
        columns[name] = np.broadcast_to(plain(chain)[0], len(situation))
    for name, supply in SUPPLY.items():
        columns[name] = np.asarray(supply(situation), dtype=np.float64)
    return columns


def _programme(usual: Mapping[str, Floats], by_draw: Mapping[str, Floats]) -> pd.DataFrame:
    ends = [np.quantile(by_draw[name], INTERVAL, method="inverted_cdf") for name in OUTPUTS]
    values = np.array([usual[name][0] for name in OUTPUTS])
    return pd.DataFrame(
        np.column_stack([values, ends]), index=list(OUTPUTS), columns=["value", "low", "high"]
    )


def _growth(usual: Values, situation: Situation) -> pd.DataFrame:
    rows = {}
    for times in GROWTHS:
        busier = {**usual, "load.growth": usual["load.growth"] * times}
        chain = serve(busier, situation)
        rows[times] = {
            "terminal_mbps": chain.line.cell_down.busy_mbps.mean(),
            "active_mbps": chain.crowd.active_mbps.mean(),
            "served_well_people": chain.crowd.served_well_people.sum(),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
