"""`Under`: the hubs of a study under one sky: its own, or one that comes with leohub."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.quantities import Quantities
from leohub.sky.latency.backhaul import Backhaul
from leohub.sky.visibility.places import Places
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.inputs import Inputs
from leohub.study.overhead import Overhead, find_overhead
from leohub.study.rivals.alternatives import FILED, operator_of, sky_name
from leohub.study.rivals.prices import cost_under
from leohub.study.service.opening import WITH_NETWORK, open_backhaul
from leohub.study.service.situation import Situation
from leohub.study.service.standing import climate_of, find_situation
from leohub.study.settings import Latency, Sky

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Under:
    """Hubs under one sky.

    Attributes
    ----------
    overhead : Overhead
    operator_quantities, quantities : mapping of str to Quantity
        All that its service rests on, without and with prices.
    situation : Situation
    served : ndarray of bool, shape (hubs, moments)
        Whether each hub has service. The moments are the same under every sky.
    """

    overhead: Overhead
    operator_quantities: Quantities
    quantities: Quantities
    situation: Situation
    served: NDArray[np.bool_]


def look(
    sky: str, file: StudyFile, inputs: Inputs, places: Places, people: Floats, tick: Tick
) -> Under:
    """Find out everything about hubs under a sky that does not change from draw to draw.

    Parameters
    ----------
    sky : str
        One of `alternatives.SKIES` with figures. What the study says of its sky,
        its traffic and its load holds for its own operator alone; others have what comes with
        leohub, from the same first moment.
    file, inputs, places, people, tick
        As for `leohub.study.rivals.compare.compare_hubs`.

    Raises
    ------
    RefusalError
        If a model does not hold for the hubs.
    InputError
        If what the service rests on can not be read.
    """
    study, service, operator = file.study, inputs.service, operator_of(sky)
    own = sky == study.sky.operator
    overhead = inputs.overhead if own else _built_in_overhead(sky, inputs.overhead, study.seed)
    known = service.quantities(operator, overhead.rules.min_elevation_deg)
    cost = cost_under(inputs.cost, inputs.prices, {operator: known}, study.sky.operator)
    quantities = {**known, **cost.quantities}
    climate, height_km = climate_of(service.climate, places)
    stage = f"looking at {sky_name(sky)}: satellites, air, ways, power"
    tick(stage, 0.0)
    situation = find_situation(
        places=places,
        people=people,
        # Operators are held against each other with one terminal at every hub.
        terminals=np.ones(len(people), dtype=np.intp),
        overhead=overhead,
        quantities=quantities,
        fitted=service.fitted(operator, overhead.rules.min_elevation_deg),
        climate=climate,
        height_km=height_km,
        sunshine=service.sunshine,
        backhaul=service.backhaul if own else _backhaul(operator, file, inputs),
        load=service.load if own else pd.Series(dtype=np.float64),
        cost=cost,
        second_cost=None,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        seed=study.seed,
        tick=lambda share: tick(stage, 0.9 * share),
    )
    served = situation.aspect.served_at & (situation.reached > 0)[:, None]
    tick(stage, 1.0)
    return Under(overhead, known, quantities, situation, served)


def _built_in_overhead(sky: str, own: Overhead, seed: int) -> Overhead:
    operator = operator_of(sky)
    constellation, source = built_in_constellation(
        operator, own.start, status="filed" if sky.endswith(FILED) else "flying"
    )
    found = find_overhead(
        constellation,
        source.file,
        operator=operator_parameters(operator),
        start=own.start,
        max_element_age_days=1.0,
        seed=seed,
        orientation=own.orientation,
    )
    # Two skies can be looked at together only at the same moments.
    return replace(found, rules=replace(found.rules, slot_phase_s=own.rules.slot_phase_s))


def _backhaul(operator: str, file: StudyFile, inputs: Inputs) -> Backhaul | None:
    """Return where the traffic of another operator than the study's leads to, where known."""
    if operator != WITH_NETWORK:
        return None
    desk = Desk(file)
    theirs = file.study.model_copy(update={"sky": Sky(operator=WITH_NETWORK), "latency": Latency()})
    found = open_backhaul(desk, theirs, inputs.sites)
    desk.problems.raise_if_any()
    return found
