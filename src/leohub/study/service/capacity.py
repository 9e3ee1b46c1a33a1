"""How many people a hub at each candidate place serves well, by the service model.

The sky over thousands of places is too much to watch before there is a plan, and changes little
over some ten kilometres: it is worked out for one place in each hexagon of the country, and the
others there are taken to serve as many. The horizon is open, and every number has its usual value:
how people use a hub is assumed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import RefusalError
from leohub.plan.capacity.room import Capacity
from leohub.quantities import nominal
from leohub.sky.cells.grouping import service_cells
from leohub.sky.visibility.places import places_at
from leohub.study.desk import Tick
from leohub.study.inputs import Inputs
from leohub.study.service.chain import Values, connect, people_served_well
from leohub.study.service.hubs import find_study_situation, hub_quantities
from leohub.study.service.situation import Situation
from leohub.study.settings import MODELLED, Study

MOST_PLACES: Final = 200
"""So many places are worked out at most."""

DIGITS: Final = 2
"""More is not known of how many people a hub serves well: what differs by less must not decide
which places become hubs."""

UNLIMITED_PEOPLE: Final = 1e9
"""Stands for as many as there are, where nobody ever comes."""


def with_modelled_capacity(study: Study, inputs: Inputs, tick: Tick) -> Inputs:
    """Return inputs that know what hubs serve, where the study asks for that to be modelled.

    Raises
    ------
    RefusalError
        If the model does not hold there, or no hub would serve anybody well.
    """
    if study.choice.people_per_hub != MODELLED:
        return inputs
    people = model_people_per_hub(study, inputs, tick)
    if not people.any():
        raise RefusalError(
            "[choice] people_per_hub: by the model no hub serves anybody well; look at "
            '"use.threshold_mbps" in [assumptions], or give a number of people'
        )
    capacity = Capacity.of_one_terminal(people, inputs.demands.rules)
    return replace(inputs, demands=replace(inputs.demands, capacity=capacity))


def model_people_per_hub(study: Study, inputs: Inputs, tick: Tick) -> NDArray[np.float64]:
    """Return how many people one hub at each site serves well, shape (n_sites,).

    As many hubs share a service cell as the study allows there, or else one has it for itself. To
    `DIGITS` digits.
    """
    finest = round(nominal(hub_quantities(study, inputs))["cell.resolution"])
    chosen, which = spread_places(inputs.sites, finest)
    values, situation = _situation(study, inputs, chosen, tick)
    mbps = connect(values, situation).cell_down.busy_mbps
    people = np.minimum(people_served_well(values, mbps)[0], UNLIMITED_PEOPLE)
    return round_people(people)[which]


def round_people(people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round numbers of people to `DIGITS` significant digits."""
    step = 10.0 ** (np.floor(np.log10(np.maximum(people, 1.0))) + 1 - DIGITS)
    return np.asarray(np.rint(people / step) * step)


def spread_places(sites: pd.DataFrame, finest: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Choose at most `MOST_PLACES` places that stand for all.

    Parameters
    ----------
    sites : DataFrame
        With `lat_deg` and `lon_deg`.
    finest : int
        Resolution of H3 that is not exceeded.

    Returns
    -------
    chosen : ndarray of int
        Rows of the places: in each hexagon that nearest to the middle of its places.
    which : ndarray of int, shape (n_sites,)
        The position in `chosen` of the place that stands for each.
    """
    lat, lon = sites["lat_deg"].to_numpy(), sites["lon_deg"].to_numpy()
    for resolution in range(finest, -1, -1):
        found = np.unique(service_cells(lat, lon, resolution), return_inverse=True)[1]
        if found.max(initial=0) < MOST_PLACES:
            break
    size = np.bincount(found)
    middle = [np.bincount(found, place) / size for place in (lat, lon)]
    away = np.hypot(lat - middle[0][found], lon - middle[1][found])
    order = np.lexsort((away, found))
    first = np.unique(found[order], return_index=True)[1]
    return order[first], np.asarray(found, dtype=np.intp)


def _situation(
    study: Study, inputs: Inputs, chosen: NDArray[np.intp], tick: Tick
) -> tuple[Values, Situation]:
    sites = inputs.sites.iloc[chosen]
    places = places_at(sites["lat_deg"], sites["lon_deg"], sites["height_m"] / 1000)
    situation = find_study_situation(
        study,
        inputs,
        places,
        np.ones(len(sites)),
        lambda share: tick("modelling how many people a hub serves", share),
    )
    together = study.choice.most_hubs_per_service_cell or 1
    values = {
        name: np.full((1, 1), v) for name, v in nominal(hub_quantities(study, inputs)).items()
    }
    return values, replace(situation, hubs_in_cell=np.full(len(sites), together, dtype=np.intp))
