"""The possible worlds of a study: what it says is in doubt, drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import RefusalError
from leohub.people.coverage import Coverage, find_distances
from leohub.plan.questions.draws import Doubt, Draws, Range, Reach
from leohub.study.posed import Posed
from leohub.study.settings.questions import Doubted


def only_people_in_doubt(posed: Posed) -> bool:
    """Tell whether it is certain which hub serves which share of a cell."""
    doubt = posed.study.doubt
    return doubt is not None and doubt.service is None and doubt.radius is None


def draw_worlds(posed: Posed) -> Draws:
    """Return the worlds that the study's `[doubt]` describes.

    Where the radius is in doubt, the worlds' coverage is the one of the largest radius drawn.

    Raises
    ------
    RefusalError
        If the study does not say what is in doubt; or if the radius is, and catchments do not end
        with it, or hubs stand already, whose reach would be in doubt, too.
    """
    given = posed.study.doubt
    if given is None:
        raise RefusalError(
            "the study does not say what is in doubt: give [doubt] with a range of people, "
            "take_up, service or radius"
        )
    if given.radius is not None and not posed.study.service.catchment.everyone_within_radius:
        raise RefusalError(
            "[doubt.radius] is for catchments that end with the radius: with [service.catchment], "
            "give a range of service instead"
        )
    if given.radius is not None and posed.standing.any():
        raise RefusalError(
            "[doubt.radius] does not go with hubs that stand: whom they reach would be in doubt, "
            "too. Give a range of service instead"
        )
    cells, sites = _group(posed.cells["region_code"]), _group(posed.sites["region_code"])
    people = tuple(_range(one, cells) for one in (given.people, given.take_up) if one is not None)
    service = None if given.service is None else _range(given.service, sites)
    reach = None
    coverage = posed.coverage
    if given.radius is not None:
        reach = _reach(posed, given.radius, sites)
        everyone = reach.distance_km.copy()
        everyone.data = np.ones_like(everyone.data)
        coverage = Coverage(everyone, coverage.need_people)
    return Draws(coverage, Doubt(people, service, reach), given.draws, given.seed)


def _range(given: Doubted, group: NDArray[np.intp]) -> Range:
    return Range(given.low, given.high, given.everywhere, given.in_region, group)


def _group(codes: pd.Series) -> NDArray[np.intp]:
    """Return the number of each region, from 0; -1 for none."""
    return np.asarray(pd.factorize(codes)[0], dtype=np.intp)


def _reach(posed: Posed, given: Doubted, group: NDArray[np.intp]) -> Reach:
    sites, cells = posed.sites, posed.cells
    radius_km = sites["radius_km"].to_numpy(dtype=np.float64)
    distance_km = find_distances(
        sites["lat_deg"],
        sites["lon_deg"],
        radius_km * given.high,
        cells["lat_deg"],
        cells["lon_deg"],
    )
    return Reach(distance_km, radius_km, _range(given, group))
