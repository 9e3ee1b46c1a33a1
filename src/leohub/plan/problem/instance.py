r"""The maximal covering location problem that a plan solves, as compact arrays.

Given cells :math:`j` with need :math:`w_j` (eligible unserved people), sites :math:`i`, and
:math:`N_j`, the sites whose hub would serve cell :math:`j`, choose :math:`K` sites so that the
people in cells served by at least one hub are as many as possible (Church & ReVelle 1974):

.. math::

    \max \sum_j w_j z_j \quad\text{subject to}\quad
    z_j \le \sum_{i \in N_j} x_i, \qquad
    \sum_i x_i \le K, \qquad
    x_i \in \{0, 1\}, \; 0 \le z_j \le 1.

:math:`x_i` says whether site :math:`i` becomes a hub, :math:`z_j` whether cell :math:`j` is
reached. A person in reach of two hubs counts once, because :math:`z_j` does not exceed 1. A cell
that is served in part stands for several: `leohub.plan.problem.layers`. In place of
:math:`\sum_i x_i \le K` there may be a budget, and further rules: `leohub.plan.problem.rows`.

Source: R. Church, C. ReVelle, "The maximal covering location problem", Papers of the Regional
Science Association 32 (1974), 101-118.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.problem.alike import Alike, group_alike
from leohub.plan.problem.layers import are_whole, split_into_layers
from leohub.plan.problem.rows import Rows
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task

PARTS_PER_PERSON = 1_000
"""The search counts thousandths of a person in integers, so that its sums are exact everywhere."""


@dataclass(frozen=True)
class Instance:
    """A problem without the sites and cells that cannot matter, and cells that are alike as one.

    Attributes
    ----------
    sites : ndarray of int, shape (n,)
        Rows of the coverage matrix: the sites that serve at least one cell in need.
    cells : ndarray of int, shape (c,)
        Columns of the coverage matrix: the cells in need that at least one site serves, once for
        each of their layers.
    layer_people : ndarray, shape (c,)
        What reaching each of these layers is worth [people].
    layer_rows : csr_array, shape (R, c)
        What each layer counts for in each row once it is reached [people].
    group : ndarray of int32, shape (c,)
        The group of each of these layers: those that exactly the same sites serve. What follows
        speaks of groups as of cells.
    need_people : ndarray, shape (m,)
        What reaching each group is worth [people].
    weight : ndarray of int64, shape (m,)
        The same in integers for the search [1/1000 people].
    site_start, site_cells : ndarray of int32
        Groups of site `i` are ``site_cells[site_start[i]:site_start[i + 1]]``.
    cell_start, cell_sites : ndarray of int32
        Sites of group `j`, likewise.
    rows : Rows
        What a plan must keep to.
    """

    sites: NDArray[np.intp]
    cells: NDArray[np.intp]
    layer_people: NDArray[np.float64]
    layer_rows: csr_array
    group: NDArray[np.int32]
    need_people: NDArray[np.float64]
    weight: NDArray[np.int64]
    site_start: NDArray[np.int32]
    site_cells: NDArray[np.int32]
    cell_start: NDArray[np.int32]
    cell_sites: NDArray[np.int32]
    rows: Rows

    @property
    def pairs(self) -> int:
        """Number of pairs of a site and a group of cells."""
        return len(self.site_cells)

    @property
    def reachable_people(self) -> float:
        """People that all sites together would reach."""
        return float(self.need_people.sum())

    def cells_of(self, site: int) -> NDArray[np.int32]:
        """Return the groups that a site serves."""
        return self.site_cells[self.site_start[site] : self.site_start[site + 1]]

    def hubs_serving(self, is_hub: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return how many of the hubs serve each group, shape (m,)."""
        served = [self.cells_of(int(hub)) for hub in np.flatnonzero(is_hub)]
        cells = np.concatenate([np.empty(0, dtype=np.int32), *served])
        return np.bincount(cells, minlength=len(self.need_people))

    def people_reached(self, is_hub: NDArray[np.bool_]) -> float:
        """Return what hubs reach together [people]."""
        return float(self.need_people[self.hubs_serving(is_hub) > 0].sum())

    def keeps(self, is_hub: NDArray[np.bool_]) -> bool:
        """Tell whether hubs keep to all rows."""
        return self.rows.holds(is_hub, self.hubs_serving(is_hub) > 0)

    @cached_property
    def serves(self) -> csr_array:
        """Site × group matrix of ones."""
        ones = np.ones(self.pairs)
        shape = (len(self.sites), len(self.need_people))
        return csr_array((ones, self.site_cells, self.site_start), shape=shape)

    @classmethod
    def of(cls, task: Task) -> Instance:
        """Drop what cannot matter, merge what is alike, and lay it out by site and by cell.

        Required and forbidden sites stay: they are fixed by `only`.

        Raises
        ------
        ValueError
            If there are more pairs of a site and a cell's layer than can be numbered.
        """
        coverage, rules = task.coverage, task.rules
        shares, need = coverage.shares, coverage.need_people
        if are_whole(shares):
            # Without layers, which would be a copy of all pairs: there may be a hundred million.
            alike = group_alike(shares.indptr, shares.indices, need > 0)
            cells, people = alike.cells, need[alike.cells].astype(np.float64)
        else:
            layers = split_into_layers(shares, need)
            cells, people = layers.cell, layers.people
            by_site = csr_array(layers.serving.T)
            by_site.sort_indices()
            alike = group_alike(by_site.indptr, by_site.indices, np.ones(len(cells), np.bool_))
        return cls._of_groups(
            alike,
            cells,
            people * task.worth[cells],
            rows_of(rules, _times(rules.reach_rows[:, cells], people)),
            always=rules.required,
        )

    def only(self, keep: NDArray[np.bool_], fixed: NDArray[np.bool_] | None = None) -> Instance:
        """Return the problem of some of the sites, when some others are hubs already.

        Its `sites` and `cells` are positions among the sites and the groups of this one, its rows
        allow what the fixed hubs leave.

        Parameters
        ----------
        keep : ndarray of bool, shape (n,)
            The sites that remain.
        fixed : ndarray of bool, shape (n,), optional
            Sites that are hubs whatever is chosen; none of those that remain.
        """
        hubs = np.zeros_like(keep) if fixed is None else fixed
        reached = self.hubs_serving(hubs) > 0
        kept = np.flatnonzero(keep)
        alike = group_alike(self.site_start, self.site_cells, ~reached, kept)
        rows = self.rows.left_by(hubs, reached)
        rows = replace(rows, groups=rows.groups[:, alike.cells])
        return Instance._of_groups(alike, alike.cells, self.need_people[alike.cells], rows)

    @classmethod
    def _of_groups(
        cls,
        alike: Alike,
        cells: NDArray[np.intp],
        people: NDArray[np.float64],
        rows: Rows,
        always: NDArray[np.bool_] | None = None,
    ) -> Instance:
        """Return the problem of groups of layers.

        Sites that do not matter are left out, but for those that are `always` kept.

        Parameters
        ----------
        alike : Alike
        cells : ndarray of int, shape (c,)
            Which cell each layer is part of.
        people : ndarray, shape (c,)
            What reaching each layer is worth.
        rows : Rows
            Over all sites, and over layers in the place of groups.
        always : ndarray of bool, optional
            Over all sites.
        """
        wanted = _counted_by_minimum(rows) if always is None else _counted_by_minimum(rows) | always
        alike = alike.serving(or_kept=wanted[alike.sites])
        need_people = np.bincount(alike.group, people, minlength=alike.groups).astype(np.float64)
        return cls(
            sites=alike.sites,
            cells=cells,
            layer_people=people,
            layer_rows=rows.groups,
            group=alike.group,
            need_people=need_people,
            weight=np.rint(need_people * PARTS_PER_PERSON).astype(np.int64),
            site_start=alike.site_start,
            site_cells=alike.site_groups,
            cell_start=alike.group_start,
            cell_sites=alike.group_sites,
            rows=rows.among(alike.sites, alike.group, alike.groups),
        )

    def layer_worth(self, of_rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what reaching each layer is worth with what the rows add to it, shape (c,).

        Parameters
        ----------
        of_rows : ndarray, shape (R,)
            Multipliers of the rows.
        """
        return np.asarray(self.layer_people + self.layer_rows.T @ of_rows)

    def layer_prices(
        self, prices: NDArray[np.float64], of_rows: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Divide the prices of groups among their layers, none above what it is worth.

        Parameters
        ----------
        prices : ndarray, shape (m,)
            [people]
        of_rows : ndarray, shape (R,)
            Multipliers of the rows.

        Returns
        -------
        ndarray, shape (c,)
            [people]
        """
        worth = self.need_people + self.rows.groups.T @ of_rows
        share = np.minimum(prices / np.where(worth > 0, worth, 1.0), 1.0)
        return np.asarray(share[self.group] * self.layer_worth(of_rows))


def rows_of(rules: Rules, counted: csr_array) -> Rows:
    """Return the rows of rules; the first one is the size if it can be.

    Parameters
    ----------
    rules : Rules
    counted : csr_array, shape (n_rows, c)
        What reaching each layer counts for [people].
    """
    rows = np.arange(len(rules.limits))
    sized = rules.has_size
    others = rows[1:] if sized else rows
    return Rows(
        cost=rules.rows[[0]].toarray().ravel() if sized else np.zeros(rules.rows.shape[1]),
        room=float(rules.limits[0]) if sized else 0.0,
        sites=rules.rows[others],
        groups=counted[others],
        limits=rules.limits[others],
    )


def _counted_by_minimum(rows: Rows) -> NDArray[np.bool_]:
    """Return the sites that some row counts negatively."""
    counted = np.zeros(rows.sites.shape[1], dtype=np.bool_)
    counted[rows.sites.indices[rows.sites.data < 0]] = True
    return counted


def _times(rows: csr_array, people: NDArray[np.float64]) -> csr_array:
    """Return the rows with each column multiplied."""
    data = rows.data * people[rows.indices]
    return csr_array((data, rows.indices, rows.indptr), shape=rows.shape)
