"""A plan to start from that keeps to the rows: first what minimums ask for, then what adds most.

While a row is not kept, the site is opened that helps it most for what it costs; when all are kept,
the site that adds most people for what it costs. No step may break a row that is kept or make
another one worse. That is quick, and may fail to meet minimums that another order would meet.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.plan.bounds.bound import sum_rows
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.rules import TOLERANCE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def open_fitting(instance: Instance) -> Bools:
    """Return a plan; `Instance.keeps` tells whether it meets the minimums, too.

    Parameters
    ----------
    instance : Instance

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    opening = _Opening(instance)
    for row in range(len(instance.rows.limits)):
        while opening.slack[row] < -opening.allowance[row]:
            if not opening.open_one(opening.helps(row)):
                break
    while opening.open_one(opening.adds(instance.need_people)):
        pass
    return opening.is_hub


class _Opening:
    """Hubs that are opened one by one."""

    def __init__(self, instance: Instance) -> None:
        self.instance, rows = instance, instance.rows
        self.is_hub = np.zeros(len(instance.sites), dtype=np.bool_)
        self.reached = np.zeros(len(instance.need_people), dtype=np.bool_)
        self.slack = rows.slack(self.is_hub, self.reached)
        # Of the terms of each row so far, as `Rows.allowance` sums them: kept up to date, because
        # rows that count people may be as long as the country.
        self.size = np.append(np.abs(rows.limits), abs(rows.room))
        cost = rows.cost + (0 if rows.cost.any() else 1)
        self.per_cost = 1 / np.maximum(cost, 1e-9 * cost.max(initial=1.0))
        # Rows that hubs take from and that people reached give to: a ceiling on cost per person.
        both = (np.diff(rows.groups.indptr) > 0) & (np.diff(rows.sites.indptr) > 0)
        self.mixed = np.flatnonzero(both)

    @property
    def allowance(self) -> Floats:
        """What rounding may add to each row, and to the size at last."""
        return TOLERANCE * self.size

    def adds(self, people: Floats) -> Floats:
        """Return what each site would add of some people in groups, shape (n,)."""
        left = np.where(self.reached, 0.0, people)
        return sum_rows(self.instance.site_start, self.instance.site_cells, left)

    def helps(self, row: int) -> Floats:
        """Return what each site would add to the slack of a row, shape (n,)."""
        rows = self.instance.rows
        more = -rows.sites[[row]].toarray().ravel()
        counted = rows.groups[[row]]
        return more + self.adds(counted.toarray().ravel()) if counted.nnz else more

    def open_one(self, value: Floats) -> bool:
        """Open the site with the largest value for its cost that fits; tell whether there is one.

        Of sites with the same value, the one that adds most people.
        """
        fits = self._fits() & (value > 0) & ~self.is_hub
        candidates = np.flatnonzero(fits)
        if not len(candidates):
            return False
        score = value[candidates] * self.per_cost[candidates]
        best = candidates[score >= score.max() * (1 - 1e-12)]
        if len(best) > 1:
            best = best[[int(np.argmax(self.adds(self.instance.need_people)[best]))]]
        self._open(int(best[0]))
        return True

    def _fits(self) -> Bools:
        """Tell which sites may be opened without breaking a row or making it worse."""
        rows = self.instance.rows
        room = np.maximum(self.slack, 0.0) + self.allowance
        room_of_row = room[:-1].copy()
        room_of_row[self.mixed] = np.inf
        takes = rows.sites.data > np.repeat(room_of_row, np.diff(rows.sites.indptr))
        fits = rows.cost <= room[-1]
        fits[rows.sites.indices[takes]] = False
        for row in self.mixed.tolist():
            helps = self.helps(row)
            fits &= helps + room[row] >= 0
        return np.asarray(fits)

    def _open(self, site: int) -> None:
        self.is_hub[site] = True
        rows = self.instance.rows
        of_site = rows.by_site[:, [site]]
        self.slack[of_site.indices] -= of_site.data
        self.size[of_site.indices] += np.abs(of_site.data)
        cells = self.instance.cells_of(site)
        new = cells[~self.reached[cells]]
        self.reached[new] = True
        if rows.groups.nnz:
            people = np.asarray(rows.by_group[:, new].sum(axis=1)).ravel()
            self.slack += people
            self.size += people
