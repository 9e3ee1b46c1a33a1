"""`HubService`: the service of one hub, as it is drawn, printed and written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.io.builtin.operators import operator_parameters
from leohub.quantities import Quantities
from leohub.report.numerals import about, listed
from leohub.report.servicewords import MEASURE, MOST_SHARE
from leohub.study.service.estimate import Estimate
from leohub.study.service.why import Step, why
from leohub.study.service.year import RainYears
from leohub.study.settings import Study

BASES: Final = {
    "measured": "measured or published",
    "filed": "filed with a regulator",
    "fitted": "fitted to published figures",
    "assumed": "assumed",
}
"""Basis of a quantity → in words."""


@dataclass(frozen=True)
class HubService:
    """The service of one hub.

    Attributes
    ----------
    operator : str
        As the public knows it.
    hub : Series
        Its row of `hubs`.
    by_hour_mbps : ndarray, shape (3, 24)
        Throughput of a terminal by local hour: low, as it is, high [Mbps].
    steps : tuple of Step
        Every link of its chain.
    years : RainYears
    quantities : mapping of str to Quantity
        All that it rests on.
    draws : int
    """

    operator: str
    hub: pd.Series
    by_hour_mbps: NDArray[np.float64]
    steps: tuple[Step, ...]
    years: RainYears
    quantities: Quantities
    draws: int

    def said(self, output: str) -> str:
        """Write an output of `MEASURE` with its interval: 33 Mbps (24 to 40)."""
        measure = MEASURE[output]
        low, high = (self.hub[f"{output}_{end}"] for end in ("low", "high"))
        return f"{measure.said(self.hub[output])} ({measure.between(low, high)})"

    def value(self, what: str) -> float:
        """Return the value of a step of the chain."""
        return next(step.value for step in self.steps if step.what == what)

    @property
    def reach_only_people(self) -> float:
        """People who share the hub and are not served well."""
        return float(self.hub["sharing_people"] - self.hub["served_well_people"])


def hub_service(
    study: Study, hubs: pd.DataFrame, estimate: Estimate, place: int, years: RainYears
) -> HubService:
    """Gather what is told of one hub.

    Parameters
    ----------
    study : Study
    hubs : DataFrame
        `hubs` of the data dictionary.
    estimate : Estimate
        In the same order.
    place : int
        Which of them.
    years : RainYears
        Of this hub.
    """
    return HubService(
        operator=operator_parameters(study.sky.operator).name,
        hub=hubs.iloc[place],
        by_hour_mbps=estimate.by_hour_mbps[:, place],
        steps=why(estimate, place),
        years=years,
        quantities=estimate.quantities,
        draws=estimate.draws,
    )


def promise(story: HubService) -> str:
    """Say how many people a hub serves well, and of how many."""
    shared = f"the {about(story.hub['sharing_people'])} people who share this hub"
    served = f"One terminal serves {story.said('served_well_people')} well"
    if story.hub["served_well_people"] > MOST_SHARE * story.hub["sharing_people"]:
        return f"{served}: nearly all of {shared}."
    rest = about(story.reach_only_people)
    return f"{served}, of {shared}: for the other {rest} it is potential reach only."


def service_cautions(quantities: Quantities, draws: int) -> tuple[str, ...]:
    """Say what the figures of a service are, and are not."""
    bases = Counter(str(quantity.basis) for quantity in quantities.values())
    counted = [f"{bases[basis]} are {words}" for basis, words in BASES.items() if bases[basis]]
    return (
        f"All of this is modelled. Of the {len(quantities)} numbers it rests on {listed(counted)}.",
        f"Low and high: four of five of {draws:,} draws of the numbers that are not known lie "
        "between. What the model leaves out is in no interval.",
        "Load and capacity of a cell are not known apart: only the throughput that they give "
        "together is held to published medians.",
        "The busiest hour is that of the cell, even where a hub is closed then; people are served "
        "well while there is a satellite and power.",
    )
