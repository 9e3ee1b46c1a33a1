"""The service of a study's hubs: situation and estimate in one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.quantities import Quantities
from leohub.sky.visibility.places import Places
from leohub.study.desk import Tick
from leohub.study.inputs import Inputs
from leohub.study.service.estimate import Estimate, estimate
from leohub.study.service.outputs import COLUMNS
from leohub.study.service.situation import Situation
from leohub.study.service.standing import climate_of, find_situation
from leohub.study.settings import Study

if TYPE_CHECKING:
    from leohub.study.chosen import Chosen


def estimate_hubs(
    study: Study, chosen: Chosen, *, tick: Tick = lambda stage, share: None
) -> Estimate:
    """Estimate what service hubs will get under the operator of a study.

    Parameters
    ----------
    study : Study
        Says how many draws are made and with which seed.
    chosen : Chosen
        Its hubs.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    RefusalError
        If something that the service rests on is not known at the hubs.
    InputError
        If an optional package is needed and is not there.
    """
    situation = find_study_situation(
        study,
        chosen.inputs,
        chosen.places,
        chosen.hubs["sharing_people"].to_numpy(),
        chosen.hubs["terminals"].to_numpy(dtype=np.intp),
        lambda share: tick("finding air, ways and power of every hub", share),
    )
    tick("estimating the service of every hub", 0.0)
    return estimate(
        situation,
        hub_quantities(study, chosen.inputs),
        count=study.service.draws,
        seed=study.seed,
        tick=lambda share: tick("estimating the service of every hub", share),
    )


def hub_quantities(study: Study, inputs: Inputs) -> Quantities:
    """Return every number that the service of hubs and its cost rest on."""
    least_deg = inputs.overhead.rules.min_elevation_deg
    known = inputs.service.quantities(study.sky.operator, least_deg)
    return {**known, **inputs.cost.quantities}


def find_study_situation(
    study: Study,
    inputs: Inputs,
    places: Places,
    people: NDArray[np.float64],
    terminals: NDArray[np.intp],
    tick: Callable[[float], None],
) -> Situation:
    """Find the situation of hubs at some places of a study.

    Parameters
    ----------
    study : Study
    inputs : Inputs
    places : Places
    people : ndarray, shape (places,)
        Who share each.
    terminals : ndarray of int, shape (places,)
        Of each.
    tick : callable
        Called with the share done [0..1].

    Raises
    ------
    RefusalError, InputError
        As for `estimate_hubs`.
    """
    service, overhead = inputs.service, inputs.overhead
    climate, height_km = climate_of(service.climate, places)
    return find_situation(
        places=places,
        people=people,
        terminals=terminals,
        overhead=overhead,
        quantities=hub_quantities(study, inputs),
        fitted=service.fitted(study.sky.operator, overhead.rules.min_elevation_deg),
        climate=climate,
        height_km=height_km,
        sunshine=service.sunshine,
        backhaul=service.backhaul,
        load=service.load,
        cost=inputs.cost,
        second_cost=inputs.demands.second,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        seed=study.seed,
        tick=tick,
    )


def with_service(hubs: pd.DataFrame, estimate: Estimate | None) -> pd.DataFrame:
    """Return hubs with the columns of their service, empty where it is not estimated."""
    if estimate is None:
        return hubs.reindex(columns=[*hubs, *(name for name in COLUMNS if name not in hubs)])
    return hubs.drop(columns=list(COLUMNS), errors="ignore").join(estimate.hubs)
