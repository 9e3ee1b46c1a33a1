"""The order of hubs: each next one adds the most to those before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.plan.findings.curve import REACHES
from leohub.plan.problem.instance import Instance
from leohub.plan.starts.draft import Draft

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Order:
    """The hubs in greedy order, and then further sites.

    Attributes
    ----------
    hubs : ndarray of int, shape (k,)
        Rows of the coverage.
    added_people : ndarray, shape (at least k,)
        What each of them adds, and then what further sites would.
    """

    def __init__(self, counting: Instance, chosen: Bools, forbidden: Bools) -> None:
        draft = Draft.empty(counting)
        opened = draft.open_best(int(chosen.sum()), among=chosen[counting.sites])
        first = counting.sites[opened]
        idle = np.setdiff1d(np.flatnonzero(chosen), first)
        self.hubs = np.concatenate([first, idle]).astype(np.intp)
        more = int(REACHES * len(self.hubs)) - len(self.hubs)
        further = draft.open_best(more, among=~forbidden[counting.sites])
        added = _added_people(counting, [*opened, *further])
        parts = [added[: len(opened)], np.zeros(len(idle)), added[len(opened) :]]
        self.added_people: Floats = np.concatenate(parts)


def _added_people(counting: Instance, sites: list[int]) -> Floats:
    """Return what each site adds to those before it [people]."""
    reached = np.zeros(len(counting.need_people), dtype=np.bool_)
    added = np.zeros(len(sites))
    for number, site in enumerate(sites):
        served = counting.cells_of(site)
        added[number] = counting.need_people[served[~reached[served]]].sum()
        reached[served] = True
    return added
