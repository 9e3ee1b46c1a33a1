"""How many people a hub serves well and how many hubs a service cell carries, as modelled.

The sky over thousands of places is too much to watch before there is a plan, and changes little
over some ten kilometres: it is worked out for one place in each hexagon of the country, and the
others there are taken to serve as many. The horizon is open, and every number has its usual value:
how people use a hub is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leohub.errors import RefusalError
from leohub.quantities import nominal
from leohub.sky.cells.grouping import hubs_in_cell, service_cells
from leohub.sky.visibility.places import places_at
from leohub.study.desk import Tick
from leohub.study.inputs import Inputs
from leohub.study.rooms import Rooms, is_modelled, with_rooms
from leohub.study.service.contention import busy_mbps
from leohub.study.service.crowd import people_served_well
from leohub.study.service.hubs import find_study_situation, hub_quantities
from leohub.study.service.line import connect
from leohub.study.service.situation import Situation
from leohub.study.service.values import Values
from leohub.study.settings import MODELLED, Study

Floats = NDArray[np.float64]

MOST_PLACES: Final = 200
"""So many places are worked out at most."""

DIGITS: Final = 2
"""More is not known of how many people a hub serves well: what differs by less must not decide
which places become hubs."""

UNLIMITED_PEOPLE: Final = 1e9
"""Stands for as many as there are, where nobody ever comes."""


def with_modelled_rooms(inputs: Inputs, tick: Tick) -> Inputs:
    """Return inputs that know what hubs and service cells have room for, where that is modelled.

    Raises
    ------
    RefusalError
        If the model does not hold there, or leaves no room for a hub that serves anybody well.
    """
    study = inputs.study
    if not is_modelled(study):
        return inputs
    rooms = model_rooms(inputs, tick)
    if study.choice.people_per_hub == MODELLED and not rooms.first_people.any():
        raise RefusalError(
            "[choice] people_per_hub: by the model no hub serves anybody well; look at "
            '"use.threshold_mbps" in [assumptions], or give a number of people'
        )
    if not rooms.service_cell_hubs.any():
        raise RefusalError(
            "[choice] most_hubs_per_service_cell: by the model no service cell has room for a hub "
            "that serves as many people well as people_per_hub says, or anybody; look at "
            '"use.threshold_mbps" in [assumptions], ask less of a hub, or give a number of hubs'
        )
    return with_rooms(inputs, rooms)


def model_rooms(inputs: Inputs, tick: Tick) -> Rooms:
    """Return how many people a hub at each site serves well, and how many hubs its cell carries.

    People are those served when as many hubs share a service cell as it may have, or else when one
    has it for itself, to `DIGITS` digits. A second terminal is busy in the same cell.
    """
    choice = inputs.study.choice
    finest = inputs.demands.cell_resolution
    chosen, which = spread_places(inputs.sites, finest)
    values, situation = _situation(inputs, chosen, tick)
    line = connect(values, situation)

    def served(terminals_in_cell: ArrayLike, terminals: int) -> Floats:
        mbps = terminals * busy_mbps(values, line, terminals_in_cell)
        return np.minimum(people_served_well(values, mbps), UNLIMITED_PEOPLE)

    most, room = choice.most_hubs_per_service_cell, np.full(len(chosen), np.inf)
    together = np.full(len(chosen), most if isinstance(most, int) else 1)
    if most == MODELLED:
        room = room_of_cells(
            served, len(chosen), _most_in_cell(inputs), _people_asked(inputs.study)
        )
        together = room
    first = round_people(served(np.maximum(together, 1), 1)[0])
    second = np.zeros(len(chosen))
    if choice.second_terminal is not None:
        second = np.maximum(round_people(served(np.maximum(together, 2), 2)[0]) - first, 0.0)
    return Rooms(first[which], second[which], room[which])


def room_of_cells(
    served: Callable[[ArrayLike, int], Floats], places: int, most: int, people: float | None
) -> Floats:
    """Return how many hubs the service cell of each place has room for, shape (places,).

    Parameters
    ----------
    served : callable
        Takes the terminals in each cell, shape (…, 1, places), and the terminals of a hub; returns
        how many people each hub serves well.
    places : int
    most : int
        More are not asked about.
    people : float or None
        As many hubs as still serve so many people each; None: as many as serve the most together.
    """
    hubs = np.arange(1, most + 1)
    each = np.array([served(np.full(places, number), 1)[0] for number in hubs.tolist()]).reshape(
        most, places
    )
    if people is not None:
        return np.asarray((each >= people).sum(axis=0), dtype=np.float64)
    together = round_people(hubs[:, None] * each)
    best = together.argmax(axis=0)  # the fewest of those that serve as many
    return np.where(together.max(axis=0, initial=0.0) > 0, hubs[best], 0).astype(np.float64)


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


def _people_asked(study: Study) -> float | None:
    people = study.choice.people_per_hub
    return None if isinstance(people, str) else people


def _most_in_cell(inputs: Inputs) -> int:
    """Return how many terminals the candidate places of one service cell could have at most."""
    cells = service_cells(
        inputs.sites["lat_deg"], inputs.sites["lon_deg"], inputs.demands.cell_resolution
    )
    each = 1 if inputs.study.choice.second_terminal is None else 2
    return each * int(hubs_in_cell(cells).max(initial=1))


def _situation(inputs: Inputs, chosen: NDArray[np.intp], tick: Tick) -> tuple[Values, Situation]:
    study, sites = inputs.study, inputs.sites.iloc[chosen]
    places = places_at(sites["lat_deg"], sites["lon_deg"], sites["height_m"] / 1000)
    situation = find_study_situation(
        study,
        inputs,
        places,
        np.ones(len(sites)),
        np.ones(len(sites), dtype=np.intp),
        lambda share: tick("modelling how many people a hub serves", share),
    )
    values = {
        name: np.full((1, 1), v) for name, v in nominal(hub_quantities(study, inputs)).items()
    }
    return values, situation
