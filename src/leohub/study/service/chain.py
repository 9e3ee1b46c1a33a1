"""The chain: from the sky over hubs to what a person at one of them gets, and what that costs.

Every link of it is a room of its own in `leohub.sky` and `leohub.hub`; `line` and `crowd` join
them. All of it broadcasts over draws of the numbers that it rests on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.study.service.crowd import Crowd, share_out
from leohub.study.service.line import Line, connect
from leohub.study.service.situation import Situation
from leohub.study.service.values import Values
from leohub.units import HOURS_PER_YEAR

Floats = NDArray[np.float64]


class Chain(NamedTuple):
    """Everything between the sky and a person; shape (draws, hubs) where nothing else is said."""

    line: Line
    rain_out_h_per_year: Floats
    availability_pct: Floats
    crowd: Crowd


def serve(values: Values, situation: Situation) -> Chain:
    """Follow the chain for every hub and every draw.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (draws, 1)
        Draws of all quantities of an operator, of hubs, of their cost, and of the load
        (``load.down``, ``load.up``, ``load.growth``, ``day.busiest_hour``).
    situation : Situation
        From `leohub.study.service.line.fit_load`.

    Returns
    -------
    Chain
    """
    line = connect(values, situation)
    connected = np.minimum(situation.aspect.served, situation.reached)
    out = line.rain_out_pct / 100
    hub_mbps = situation.terminals * line.cell_down.busy_mbps
    crowd = share_out(values, hub_mbps, situation)
    return Chain(
        line=line,
        rain_out_h_per_year=HOURS_PER_YEAR * connected * out,
        availability_pct=100 * connected * np.maximum(1 - out, 0.0) * powered(situation),
        crowd=crowd,
    )


def powered(situation: Situation) -> Floats:
    """Return the share of a typical month in which each hub has power, shape (hubs,)."""
    return np.asarray(1 - situation.supply.loss_of_load_typical_pct / 100)
