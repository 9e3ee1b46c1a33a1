r"""The choice of hubs of limited capacity, as compact arrays.

A hub at site :math:`i` serves at most :math:`Q_i` people at the promised quality, or
:math:`Q_i + Q'_i` with a second terminal. With groups :math:`l` of :math:`w_l` people each of whom
the sites :math:`N_l` can serve, choose hubs :math:`x_i`, second terminals :math:`t_i`, and how many
people :math:`y_{il}` of each group go to each hub:

.. math::

    \max \sum_{il} y_{il} \quad\text{subject to}\quad
    \sum_{i \in N_l} y_{il} \le w_l, \quad
    \sum_l y_{il} \le Q_i x_i + Q'_i t_i, \quad
    y_{il} \le w_l x_i, \quad t_i \le x_i, \quad A x + A' t \le b .

:math:`A x + A' t \le b` are the rows of the rules: how many hubs, what they may cost, where they
must be. The people of a hub are those who go there: where all would be served whatever happens, as
by a capacity that no catchment exceeds, this is the problem of `leohub.plan.problem.instance`.

Sources: H. Pirkul, D. A. Schilling, "The maximal covering location problem with capacities on
total workload", Management Science 37 (1991), doi:10.1287/mnsc.37.2.233; partial coverage as
layers: `leohub.plan.problem.layers`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.bounds.bound import sum_rows
from leohub.plan.capacity.room import Capacity
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.rules import TOLERANCE, Rules
from leohub.plan.task import Task

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """A problem laid out by site and by group of people. Sites are the rows of the coverage.

    Attributes
    ----------
    instance : Instance
        Its groups are those spoken of here.
    site_start, site_cells : ndarray of int32
        Groups of site `i`: ``site_cells[site_start[i]:site_start[i + 1]]``; none for a site that
        serves nobody.
    first_people, both_people : ndarray, shape (n,)
        What one terminal and two serve, at most all in the catchment [people].
    rows, second_rows : csr_array, shape (r, n)
        What a hub and a second terminal count for.
    limits : ndarray, shape (r,)
    required, forbidden : ndarray of bool, shape (n,)
    sized : bool
        Whether the first row limits the size of the plan: a number of hubs or a budget.
    """

    instance: Instance
    site_start: NDArray[np.int32]
    site_cells: NDArray[np.int32]
    first_people: Floats
    both_people: Floats
    rows: csr_array
    second_rows: csr_array
    limits: Floats
    required: Bools
    forbidden: Bools
    sized: bool

    @classmethod
    def of(cls, coverage: Coverage, capacity: Capacity, rules: Rules) -> Problem:
        """Lay out a problem.

        Raises
        ------
        ValueError
            If a rule counts people who are reached, or the parts are not of one problem.
        """
        if rules.reach_rows.nnz:
            raise ValueError("rules about people reached are not followed with capacities")
        sites = coverage.shares.shape[0]
        if len(capacity.first_people) != sites or rules.rows.shape[1] != sites:
            raise ValueError("coverage, capacity and rules must be of the same sites")
        if capacity.second_rows.shape[0] != len(rules.limits):
            raise ValueError("one row of second terminals for each row of the rules")
        instance = Instance.of(Task.of(coverage, rules))
        start = np.zeros(sites + 1, dtype=np.int32)
        start[instance.sites + 1] = np.diff(instance.site_start)
        start = np.cumsum(start).astype(np.int32)
        around = sum_rows(start, instance.site_cells, instance.need_people)
        first = np.minimum(capacity.first_people, around)
        both = np.minimum(capacity.first_people + capacity.second_people, around)
        return cls(
            instance=instance,
            site_start=start,
            site_cells=instance.site_cells,
            first_people=first,
            both_people=both,
            rows=rules.rows.astype(np.float64),
            second_rows=capacity.second_rows.astype(np.float64),
            limits=rules.limits,
            required=rules.required,
            forbidden=rules.forbidden,
            sized=rules.has_size,
        )

    @property
    def need_people(self) -> Floats:
        """People of each group, shape (m,)."""
        return self.instance.need_people

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.first_people)

    def keeps_rules(self, terminals: NDArray[np.int8]) -> bool:
        """Tell whether so many terminals at each site keep all rows."""
        opened = terminals > 0
        size = np.abs(self.limits) + abs(self.rows) @ opened + self.second_rows @ (terminals > 1)
        return not (
            np.any(self.limits - self.used(terminals) < -TOLERANCE * size)
            or np.any(self.required & ~opened)
            or np.any(self.forbidden & opened)
        )

    def used(self, terminals: NDArray[np.int8]) -> Floats:
        """Return what sites with so many terminals each take up of each limit, shape (r,)."""
        hubs, seconds = (terminals > 0).astype(float), (terminals > 1).astype(float)
        return np.asarray(self.rows @ hubs + self.second_rows @ seconds)
