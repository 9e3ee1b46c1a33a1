"""`Estimate`: the service of every hub, with its interval and what that hangs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from leohub.quantities import Quantities, Quantity, draws, nominal
from leohub.study.service.chain import Chain, Values, capacity_mbps, serve
from leohub.study.service.second import SECOND, second_terminal
from leohub.study.service.situation import Situation

Floats = NDArray[np.float64]

INTERVAL: Final = (0.1, 0.9)
"""Quantiles of the draws between which four of five lie."""

HUBS_AT_ONCE: Final = 500
DRAWS_AT_ONCE: Final = 25
"""So that memory stays bounded: some 250,000 numbers for each class of elevations and level."""

BY_CHANCE: Final = 3.5
"""Correlations of less than so many standard deviations are taken as chance."""

RAIN_H: Final = 87.66
"""Hours of an average year in one per cent of it [h]."""

OUTPUTS: Final[Mapping[str, Callable[[Chain], Floats]]] = {
    "availability_pct": lambda chain: chain.availability_pct,
    "rain_out_h_per_year": lambda chain: RAIN_H * chain.rain_out_pct,
    "terminal_mbps": lambda chain: chain.cell_down.busy_mbps,
    "terminal_up_mbps": lambda chain: chain.cell_up.busy_mbps,
    "latency_pop_ms": lambda chain: chain.latency_pop_ms,
    "latency_server_ms": lambda chain: chain.latency_server_ms,
    "present_people": lambda chain: chain.present_people,
    "active_mbps": lambda chain: chain.active_mbps,
    "threshold_chance_pct": lambda chain: chain.threshold_chance_pct,
    "served_well_people": lambda chain: chain.served_well_people,
    "cost_per_person_month_usd": lambda chain: chain.cost_per_person_month_usd,
    "cost_per_served_month_usd": lambda chain: chain.cost_per_served_month_usd,
}
"""Columns of `hubs` that have an interval: ``…_low`` and ``…_high`` beside them."""

PLAIN: Final[Mapping[str, Callable[[Chain], Floats]]] = {
    "cell_mbps": lambda chain: chain.cell_down.cell_mbps,
    "terminal_p10_mbps": lambda chain: np.quantile(chain.cell_down.by_hour_mbps, 0.1, axis=-1),
    "terminal_p50_mbps": lambda chain: np.quantile(chain.cell_down.by_hour_mbps, 0.5, axis=-1),
    "terminal_p90_mbps": lambda chain: np.quantile(chain.cell_down.by_hour_mbps, 0.9, axis=-1),
}
"""Further columns of `hubs`, without an interval."""

SUMMED: Final = ("present_people", "served_well_people")
"""Outputs that are added up over hubs; of the others the mean is taken."""


SUPPLY: Final[Mapping[str, Callable[[Situation], NDArray[Any]]]] = {
    "hubs_in_cell": lambda situation: situation.hubs_in_cell,
    "panel_w": lambda situation: situation.supply.panel_w,
    "battery_wh": lambda situation: situation.supply.battery_wh,
    "loss_of_load_typical_pct": lambda situation: situation.supply.loss_of_load_typical_pct,
    "loss_of_load_worst_pct": lambda situation: situation.supply.loss_of_load_worst_pct,
    "worst_month": lambda situation: situation.supply.worst_month,
}
"""Further columns of `hubs` that no draw changes."""


@dataclass(frozen=True)
class Estimate:
    """What the service of hubs is thought to be.

    Attributes
    ----------
    hubs : DataFrame
        In the order of the hubs: `OUTPUTS`, each with its ``_low`` and ``_high``; `PLAIN`;
        `SUPPLY`; `SECOND`.
    by_hour_mbps : ndarray, shape (3, hubs, 24)
        Throughput of a terminal by local hour: low, as it is, high [Mbps].
    programme : DataFrame
        Indexed by output: `value`, `low`, `high` of all hubs together: sums of `SUMMED`, else
        means.
    hangs_on : DataFrame
        `output`, `quantity`, `share`: how much of what an output of the programme varies by goes
        with each uncertain quantity, the largest first. Squared rank correlations (Spearman), over
        their sum: for independent draws and one-way effects.
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
    chain = serve(usual, capacity_mbps(usual, situation), situation)
    tables, hours, together = [], [], np.zeros((len(OUTPUTS), count))
    for first in range(0, len(situation), HUBS_AT_ONCE):
        chosen = slice(first, first + HUBS_AT_ONCE)
        part = situation.select(chosen)
        found, by_hour = _draw(drawn, usual, part, count)
        tick((first + len(part)) / len(situation))
        with np.errstate(invalid="ignore"):  # between two infinite prices, by nobody
            low, high = np.quantile(found, INTERVAL, axis=1)
        tables.append(np.stack([low, high]))
        hours.append(np.quantile(by_hour, INTERVAL, axis=0))
        together += np.nan_to_num(found, posinf=0.0).sum(axis=-1)
    columns = {}
    ends = np.concatenate(tables, axis=-1)
    for number, (name, output) in enumerate(OUTPUTS.items()):
        columns[name] = np.broadcast_to(output(chain)[0], (len(situation),))
        columns[f"{name}_low"], columns[f"{name}_high"] = ends[:, number]
    columns |= {
        name: np.broadcast_to(output(chain)[0], (len(situation),)) for name, output in PLAIN.items()
    }
    columns |= {name: np.asarray(found(situation), np.float64) for name, found in SUPPLY.items()}
    columns |= second_terminal(usual, chain, situation)
    low_hours, high_hours = np.concatenate(hours, axis=1)
    usual_hours = np.broadcast_to(chain.cell_down.by_hour_mbps[0], low_hours.shape)
    return Estimate(
        hubs=pd.DataFrame(columns),
        by_hour_mbps=np.stack([low_hours, usual_hours, high_hours]),
        programme=_programme(chain, together, situation),
        hangs_on=_hangs_on(together, drawn, quantities),
        quantities=quantities,
        chain=chain,
        situation=situation,
        draws=count,
    )


def no_estimate(index: pd.Index) -> pd.DataFrame:
    """Return the columns of `Estimate.hubs`, empty: for hubs whose service is not estimated."""
    ranged = [f"{name}{end}" for name in OUTPUTS for end in ("", "_low", "_high")]
    return pd.DataFrame(np.nan, index=index, columns=[*ranged, *PLAIN, *SUPPLY, *SECOND])


def _draw(
    drawn: Mapping[str, Floats],
    usual: Values,
    situation: Situation,
    count: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return all outputs, shape (outputs, draws, hubs), and the hours, (draws, hubs, 24)."""
    found = np.empty((len(OUTPUTS), count, len(situation)), dtype=np.float32)
    by_hour = np.empty((count, len(situation), 24), dtype=np.float32)
    fitted = capacity_mbps(usual, situation)
    for first in range(0, count, DRAWS_AT_ONCE):
        rows = slice(first, first + DRAWS_AT_ONCE)
        values = {name: column[rows, None] for name, column in drawn.items()}
        chain = serve(values, fitted, situation)
        for number, output in enumerate(OUTPUTS.values()):
            found[number, rows] = output(chain)
        by_hour[rows] = chain.cell_down.by_hour_mbps
    return found, by_hour


def _programme(chain: Chain, together: Floats, situation: Situation) -> pd.DataFrame:
    rows = {}
    for number, (name, output) in enumerate(OUTPUTS.items()):
        over = 1 if name in SUMMED else len(situation)
        usual = np.broadcast_to(output(chain)[0], (len(situation),))
        low, high = np.quantile(together[number] / over, INTERVAL)
        rows[name] = (np.nan_to_num(usual, posinf=0.0).sum() / over, low, high)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])


def _hangs_on(
    together: Floats, drawn: Mapping[str, Floats], quantities: Quantities
) -> pd.DataFrame:
    """Return the share of each uncertain quantity in what the outputs vary by."""
    names = [name for name, quantity in quantities.items() if not quantity.known]
    uncertain = np.array([drawn[name] for name in names]).reshape(len(names), together.shape[1])
    given = rankdata(uncertain, axis=1)
    came = rankdata(together, axis=1)
    given -= given.mean(axis=1, keepdims=True)
    came -= came.mean(axis=1, keepdims=True)
    norm = np.outer(np.linalg.norm(came, axis=1), np.linalg.norm(given, axis=1))
    squared = np.divide(came @ given.T, norm, out=np.zeros(norm.shape), where=norm > 0) ** 2
    # Even a quantity that does not matter correlates by chance: ranks of so many independent draws
    # with a standard deviation of 1 / √(draws - 1).
    squared[squared < BY_CHANCE**2 / (together.shape[1] - 1)] = 0
    share = squared / np.maximum(squared.sum(axis=1, keepdims=True), 1e-12)
    table = pd.DataFrame(
        {
            "output": np.repeat(list(OUTPUTS), len(names)),
            "quantity": np.tile(names, len(OUTPUTS)),
            "share": share.ravel(),
        }
    )
    ordered = table.sort_values(["output", "share"], ascending=[True, False], kind="stable")
    return ordered.reset_index(drop=True)
