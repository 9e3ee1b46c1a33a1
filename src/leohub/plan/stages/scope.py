"""What is left to choose once it is known what must be, what must not be, and what is useless."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import Prices, fill, lagrangian, value_people
from leohub.plan.problem.instance import Instance
from leohub.plan.problem.reduce import dominated
from leohub.plan.task import Task

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scope:
    """A problem and what is left of it.

    Attributes
    ----------
    task : Task
    whole : Instance
        With the required and the forbidden sites.
    required : ndarray of bool
        Which sites of that are hubs in any case.
    allowed : Instance
        Without them and without the forbidden ones.
    instance : Instance
        Also without sites that a best plan can do without. Its sites are positions among those of
        `whole`, unless it is the same.
    fixed_people : float
        What the required sites reach.
    """

    task: Task
    whole: Instance
    required: Bools
    allowed: Instance
    instance: Instance
    fixed_people: float

    @classmethod
    def of(cls, task: Task) -> Scope:
        """Find out what is left."""
        whole = Instance.of(task)
        required = task.rules.required[whole.sites]
        allowed = _allowed(whole, required, task.rules.forbidden[whole.sites])
        left = _without_useless(whole, required, allowed)
        return cls(task, whole, required, allowed, left, whole.people_reached(required))

    @property
    def rows(self) -> NDArray[np.intp]:
        """Rows of the coverage that the sites of `instance` are."""
        if self.instance is self.whole:
            return self.whole.sites
        return self.whole.sites[self.instance.sites]

    def chosen(self, is_hub: Bools) -> Bools:
        """Return a plan among all sites of the problem, given the hubs among those left."""
        chosen = self.task.rules.required.copy()
        chosen[self.rows[is_hub]] = True
        return chosen

    def whole_prices(self, prices: Prices) -> Floats:
        """Return the prices of the groups of `whole`, given those of what is left.

        What the required sites reach is granted, what only forbidden sites serve is not reached.
        Sites that were left out as useless may be as rich as those that stand in for them; prices
        are lowered until none is worth more than a hub must bring in. What is granted instead is
        never more than what these sites were worth beyond that.
        """
        if self.instance is self.whole:
            return prices.groups
        of_all = self.whole.need_people + self.whole.rows.groups.T @ prices.rows
        of_all[self.whole.hubs_serving(self.required) > 0] = 0.0
        of_all[self.instance.cells] = self.instance.layer_prices(prices.groups, prices.rows)
        whole, rows = self.whole, self.whole.rows
        rent = fill(value_people(self.instance, prices), self.instance.rows).high
        most = np.maximum(rent * rows.cost + rows.sites.T @ prices.rows, 0.0)
        most[self.required | self.task.rules.forbidden[whole.sites]] = np.inf
        _lower(whole.site_start, whole.site_cells, most, of_all)
        return np.asarray(of_all)

    def certified_people(self, prices: Prices) -> float:
        """Return what prices prove of all allowed sites, fixed people included."""
        of_all = self.whole_prices(prices)
        if self.allowed is not self.whole:
            groups = len(self.allowed.need_people)
            of_groups = np.bincount(self.allowed.group, of_all[self.allowed.cells], groups)
            of_all = of_groups.astype(np.float64)
        return self.fixed_people + lagrangian(self.allowed, Prices(of_all, prices.rows))


def _allowed(whole: Instance, required: Bools, forbidden: Bools) -> Instance:
    if not required.any() and not forbidden.any():
        return whole
    return whole.only(~required & ~forbidden, fixed=required)


def _without_useless(whole: Instance, required: Bools, allowed: Instance) -> Instance:
    useless = dominated(allowed)
    if not useless.any():
        return allowed
    places = np.arange(len(useless)) if allowed is whole else allowed.sites
    keep = np.zeros(len(whole.sites), dtype=np.bool_)
    keep[places[~useless]] = True
    return whole.only(keep, fixed=required)


@numba.njit(cache=True, nogil=True)
def _lower(start, cells, most, prices):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Lower prices until no site is paid more than `most`, one site after the other."""
    for site in range(len(most)):
        paid = 0.0
        for k in range(start[site], start[site + 1]):
            paid += prices[cells[k]]
        if paid > most[site]:
            for k in range(start[site], start[site + 1]):
                prices[cells[k]] *= most[site] / paid
