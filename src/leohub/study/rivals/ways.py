"""`Way`: the hubs as one or two operators feed them, followed through draws side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.quantities import Quantities, draws, nominal
from leohub.study.file import StudyFile
from leohub.study.inputs import Inputs
from leohub.study.rivals.alternatives import Alternative, operator_of
from leohub.study.rivals.offer import Outcome, Times, times_of, together, use
from leohub.study.rivals.prices import cost_under
from leohub.study.rivals.under import Under
from leohub.study.service.assumptions import HUB_TABLES
from leohub.study.service.estimate import DRAWS_AT_ONCE, HUBS_AT_ONCE
from leohub.study.service.line import Line, connect
from leohub.study.service.situation import Situation
from leohub.study.service.standing import find_supply
from leohub.study.service.values import Values

Floats = NDArray[np.float64]
Drawn = Mapping[str, Floats]
"""By the name of the quantity, shape (draws,)."""

FIGURES: Final[Mapping[str, Callable[[Outcome], Floats]]] = {
    "availability_pct": lambda outcome: outcome.availability_pct,
    "rain_out_h_per_year": lambda outcome: outcome.rain_out_h_per_year,
    "latency_pop_ms": lambda outcome: outcome.offer.latency_pop_ms,
    "latency_server_ms": lambda outcome: outcome.offer.latency_server_ms,
    "down_mbps": lambda outcome: outcome.offer.down_mbps,
    "up_mbps": lambda outcome: outcome.offer.up_mbps,
    "served_well_people": lambda outcome: outcome.crowd.served_well_people,
    "cost_per_hub_month_usd": lambda outcome: outcome.crowd.monthly_usd,
}
"""Figures of every hub under every alternative."""

ALIKE: Final = (*HUB_TABLES, "day")
"""How names of quantities begin that are of hubs and people, whatever the sky."""


@dataclass(frozen=True)
class Way:
    """The hubs as an alternative feeds them.

    Attributes
    ----------
    alternative : Alternative
    times : Times
    situation : Situation
        Whose people, power supply and cost count. Power is sized for the terminals; it is out as
        often under every alternative, because it is sized for that.
    quantities : mapping of str to Quantity
        Of hubs and of their cost.
    """

    alternative: Alternative
    times: Times
    situation: Situation
    quantities: Quantities

    def select(self, chosen: slice) -> Way:
        """Return some of the hubs."""
        return replace(
            self, times=self.times.select(chosen), situation=self.situation.select(chosen)
        )

    def figures(self, lines: Mapping[str, Line], values: Values) -> Floats:
        """Return `FIGURES`, shape (figures, draws, hubs), from the lines under each sky."""
        asked = self.alternative
        offer = together(asked.skies, lines, self.times, standby=asked.standby)
        outcome = use(offer, values, self.times, self.situation)
        shape = outcome.availability_pct.shape
        return np.stack([np.broadcast_to(figure(outcome), shape) for figure in FIGURES.values()])


def feed(
    alternative: Alternative, skies: Mapping[str, Under], file: StudyFile, inputs: Inputs
) -> Way:
    """Return the hubs as an alternative with figures feeds them.

    Parameters
    ----------
    alternative : Alternative
    skies : mapping of str to Under
        The study's own first.
    file : StudyFile
    inputs : Inputs
    """
    under = {sky: skies[sky] for sky in alternative.skies}
    first, *others = under.values()
    times = times_of(*(each.served for each in under.values()))
    situation, quantities = first.situation, first.quantities
    if others:
        study = file.study
        known = {operator_of(sky): each.operator_quantities for sky, each in under.items()}
        cost = cost_under(inputs.cost, inputs.prices, known, study.sky.operator)
        quantities = {**quantities, **cost.quantities}
        power_w = sum(each["terminal.power_w"].value for each in known.values())
        values = nominal(quantities) | {"terminal.power_w": power_w}
        supply = find_supply(situation.places, inputs.service.sunshine, values, study.seed)
        situation = replace(situation, supply=supply, cost=cost)
    own = next(iter(skies.values())).situation.supply
    situation = replace(
        situation,
        supply=replace(
            situation.supply,
            loss_of_load_typical_pct=own.loss_of_load_typical_pct,
            loss_of_load_worst_pct=own.loss_of_load_worst_pct,
        ),
    )
    ours = {name: quantities[name] for name in quantities if of_hubs(name)}
    return Way(alternative, times, situation, ours)


def follow(
    ways: Sequence[Way],
    skies: Mapping[str, Under],
    own: str,
    *,
    count: int | None,
    seed: int,
) -> Iterator[tuple[slice, slice, Floats]]:
    """Follow the chain for every way with the same draws, some hubs and draws at once.

    Parameters
    ----------
    ways : sequence of Way
    skies : mapping of str to Under
        That they are under.
    own : str
        The study's operator, whose numbers are drawn as for its plan.
    count : int, optional
        Draws; without it every quantity has its value, which is one draw.
    seed : int

    Yields
    ------
    hubs, rows : slice
        Which hubs and draws.
    figures : ndarray, shape (ways, figures, draws, hubs)
    """
    drawn = {
        sky: _draw(each.quantities, operator_of(sky), own, count, seed)
        for sky, each in skies.items()
    }
    ours = [_draw(way.quantities, own, own, count, seed) for way in ways]
    hubs = len(ways[0].situation)
    for first in range(0, hubs, HUBS_AT_ONCE):
        chosen = slice(first, min(first + HUBS_AT_ONCE, hubs))
        parts = {sky: each.situation.select(chosen) for sky, each in skies.items()}
        some = [way.select(chosen) for way in ways]
        for row in range(0, count or 1, DRAWS_AT_ONCE):
            rows = slice(row, min(row + DRAWS_AT_ONCE, count or 1))
            lines = {sky: connect(_columns(drawn[sky], rows), part) for sky, part in parts.items()}
            found = [
                way.figures(lines, _columns(values, rows))
                for way, values in zip(some, ours, strict=True)
            ]
            yield chosen, rows, np.stack(found)


def of_hubs(name: str) -> bool:
    """Return whether a quantity is of hubs and people, not of an operator."""
    return name.split(".")[0] in ALIKE


def _draw(quantities: Quantities, operator: str, own: str, count: int | None, seed: int) -> Drawn:
    """Draw quantities: those of hubs alike for all operators, those of each operator its own."""
    if count is None:
        return {name: np.full(1, value) for name, value in nominal(quantities).items()}
    labels = {
        name: name if operator == own or of_hubs(name) else f"{operator}.{name}"
        for name in quantities
    }
    found = draws({labels[name]: each for name, each in quantities.items()}, count, seed)
    return {name: found[label] for name, label in labels.items()}


def _columns(drawn: Drawn, rows: slice) -> Values:
    return {name: column[rows, None] for name, column in drawn.items()}
