"""What is told of the service of hubs: columns of `hubs`, and how they come from the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leohub.study.service.chain import Chain
from leohub.study.service.second import SECOND
from leohub.study.service.situation import Situation

Floats = NDArray[np.float64]

OUTPUTS: Final[Mapping[str, Callable[[Chain], Floats]]] = {
    "availability_pct": lambda chain: chain.availability_pct,
    "rain_out_h_per_year": lambda chain: chain.rain_out_h_per_year,
    "terminal_mbps": lambda chain: chain.line.cell_down.busy_mbps,
    "terminal_up_mbps": lambda chain: chain.line.cell_up.busy_mbps,
    "latency_pop_ms": lambda chain: chain.line.latency_pop_ms,
    "latency_server_ms": lambda chain: chain.line.latency_server_ms,
    "present_people": lambda chain: chain.crowd.present_people,
    "active_mbps": lambda chain: chain.crowd.active_mbps,
    "threshold_chance_pct": lambda chain: chain.crowd.threshold_chance_pct,
    "served_well_people": lambda chain: chain.crowd.served_well_people,
    "cost_per_person_month_usd": lambda chain: chain.crowd.cost_per_person_month_usd,
    "cost_per_served_month_usd": lambda chain: chain.crowd.cost_per_served_month_usd,
}
"""Columns of `hubs` that have an interval: ``…_low`` and ``…_high`` beside them."""

PLAIN: Final[Mapping[str, Callable[[Chain], Floats]]] = {
    "cell_mbps": lambda chain: chain.line.cell_down.cell_mbps,
    "terminal_p10_mbps": lambda chain: np.quantile(chain.line.cell_down.by_hour_mbps, 0.1, axis=-1),
    "terminal_p50_mbps": lambda chain: np.quantile(chain.line.cell_down.by_hour_mbps, 0.5, axis=-1),
    "terminal_p90_mbps": lambda chain: np.quantile(chain.line.cell_down.by_hour_mbps, 0.9, axis=-1),
}
"""Further columns of `hubs`, without an interval."""

SUMMED: Final = ("present_people", "served_well_people")
"""Outputs that are added up over hubs."""

PER_PERSON: Final = {
    "cost_per_person_month_usd": "",
    "cost_per_served_month_usd": "served_well_people",
}
"""Outputs that are the cost of all hubs by the sum of another output, or by all who share them. Of
the other outputs the mean of the hubs is taken."""


SUPPLY: Final[Mapping[str, Callable[[Situation], NDArray[Any]]]] = {
    "hubs_in_cell": lambda situation: situation.hubs_in_cell,
    "panel_w": lambda situation: situation.supply.panel_w,
    "battery_wh": lambda situation: situation.supply.battery_wh,
    "loss_of_load_typical_pct": lambda situation: situation.supply.loss_of_load_typical_pct,
    "loss_of_load_worst_pct": lambda situation: situation.supply.loss_of_load_worst_pct,
    "worst_month": lambda situation: situation.supply.worst_month,
}
"""Further columns of `hubs` that no draw changes."""

COLUMNS: Final = (
    *(f"{name}{end}" for name in OUTPUTS for end in ("", "_low", "_high")),
    *PLAIN,
    *SUPPLY,
    *SECOND,
)
"""All of them, in order."""
