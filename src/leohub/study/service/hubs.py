"""The service of a study's hubs: situation and estimate in one step."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.sky.visibility.places import Places
from leohub.study.desk import Tick
from leohub.study.overhead import Overhead
from leohub.study.service.estimate import Estimate, estimate
from leohub.study.service.opening import ServiceInputs
from leohub.study.service.outputs import COLUMNS
from leohub.study.service.standing import climate_of, find_situation
from leohub.study.settings import Study


def estimate_hubs(
    study: Study,
    service: ServiceInputs,
    overhead: Overhead,
    cost: HubCost,
    places: Places,
    people: NDArray[np.float64],
    *,
    tick: Tick = lambda stage, share: None,
) -> Estimate:
    """Estimate what service hubs will get under the operator of a study.

    Parameters
    ----------
    study : Study
    service : ServiceInputs
    overhead : Overhead
        Satellites and how they are used.
    cost : HubCost
        Of one hub.
    places : Places
        Of the hubs.
    people : ndarray, shape (hubs,)
        Who share each.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    RefusalError
        If something that the service rests on is not known at the hubs.
    InputError
        If an optional package is needed and is not there.
    """
    known = service.quantities(study.sky.operator, overhead.rules.min_elevation_deg)
    quantities = {**known, **cost.quantities}
    climate, height_km = climate_of(service.climate, places)
    situation = find_situation(
        places=places,
        people=people,
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
