"""The service of a study's hubs: situation and estimate in one step."""

from __future__ import annotations

import pandas as pd

from leohub.study.chosen import Chosen
from leohub.study.desk import Tick
from leohub.study.service.estimate import Estimate, estimate
from leohub.study.service.outputs import COLUMNS
from leohub.study.service.standing import climate_of, find_situation
from leohub.study.settings import Study


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
    inputs, places = chosen.inputs, chosen.places
    service, overhead, cost = inputs.service, inputs.overhead, inputs.cost
    known = service.quantities(study.sky.operator, overhead.rules.min_elevation_deg)
    quantities = {**known, **cost.quantities}
    climate, height_km = climate_of(service.climate, places)
    situation = find_situation(
        places=places,
        people=chosen.hubs["sharing_people"].to_numpy(),
        overhead=overhead,
        quantities=quantities,
        fitted=service.fitted(study.sky.operator, overhead.rules.min_elevation_deg),
        climate=climate,
        height_km=height_km,
        sunshine=service.sunshine,
        backhaul=service.backhaul,
        load=service.load,
        cost=cost,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        seed=study.seed,
        tick=lambda share: tick("finding air, ways and power of every hub", share),
    )
    tick("estimating the service of every hub", 0.0)
    return estimate(
        situation,
        quantities,
        count=study.service.draws,
        seed=study.seed,
        tick=lambda share: tick("estimating the service of every hub", share),
    )


def with_service(hubs: pd.DataFrame, estimate: Estimate | None) -> pd.DataFrame:
    """Return hubs with the columns of their service, empty where it is not estimated."""
    if estimate is None:
        return hubs.reindex(columns=[*hubs, *(name for name in COLUMNS if name not in hubs)])
    return hubs.drop(columns=list(COLUMNS), errors="ignore").join(estimate.hubs)
