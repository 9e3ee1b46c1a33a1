r"""The rules of a plan as linear rows over the sites and groups of an instance.

One row, the *size*, limits what the hubs take up, :math:`\sum_i c_i x_i \le B`: their number
(:math:`c = 1`) or their cost. All others have the form

.. math:: \sum_i a_{ri} x_i - \sum_j h_{rj} z_j \le b_r, \qquad h \ge 0,

with the people :math:`h_{rj}` that reaching group `j` counts for: `leohub.plan.rules.rules`, where
they are written for sites and cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from leohub.plan.rules.rules import TOLERANCE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """What the hubs of a plan take up, and what else it must keep to.

    Attributes
    ----------
    cost : ndarray, shape (n,)
        What a hub at each site takes up of the room; not negative [hubs or currency].
    room : float
        [hubs or currency]
    sites : csr_array, shape (R, n)
        What each hub counts for in each row.
    groups : csr_array, shape (R, m)
        What each group counts for once it is reached; stored entries are positive.
    limits : ndarray, shape (R,)
    """

    cost: Floats
    room: float
    sites: csr_array
    groups: csr_array
    limits: Floats

    @classmethod
    def number(cls, hubs: float, sites: int, groups: int) -> Rows:
        """Return the rows of a plan that only has so many hubs."""
        return cls.size(np.ones(sites), hubs, groups)

    @classmethod
    def size(cls, cost: Floats, room: float, groups: int = 0) -> Rows:
        """Return the rows of a plan of which only the size is limited."""
        none = csr_array((0, len(cost))), csr_array((0, groups))
        return cls(cost, room, *none, np.empty(0))

    @cached_property
    def counts_hubs(self) -> bool:
        """Whether all hubs take up the same."""
        return bool(len(self.cost) == 0 or (self.cost == 1).all())

    @cached_property
    def is_number(self) -> bool:
        """Whether nothing but the number of hubs is limited."""
        return self.counts_hubs and len(self.limits) == 0

    @cached_property
    def counted(self) -> Bools:
        """Which groups some row counts, shape (m,)."""
        counted = np.zeros(self.groups.shape[1], dtype=np.bool_)
        counted[self.groups.indices] = True
        return counted

    @cached_property
    def by_site(self) -> csc_array:
        """The rows laid out by site, the size as the last of them."""
        return _by_column(self.sites, self.cost)

    @cached_property
    def by_group(self) -> csc_array:
        """The rows laid out by group, the size as the last of them."""
        return _by_column(self.groups, np.zeros(self.groups.shape[1]))

    def allowance(self, is_hub: Bools, reached: Bools) -> Floats:
        """Return what rounding may add to each row, and to the size at last; shape (R + 1,).

        Parameters as for `slack`.
        """
        hubs = is_hub.astype(np.float64)
        size = np.abs(self.limits) + self._entries @ hubs + self.groups @ reached.astype(np.float64)
        return TOLERANCE * np.append(size, abs(self.room) + self.cost @ hubs)

    @cached_property
    def _entries(self) -> csr_array:
        return abs(self.sites)

    def slack(self, is_hub: Bools, reached: Bools) -> Floats:
        """Return what is left of each limit, and of the room at last.

        Parameters
        ----------
        is_hub : ndarray of bool, shape (n,)
        reached : ndarray of bool, shape (m,)

        Returns
        -------
        ndarray, shape (R + 1,)
            Negative where a limit is exceeded.
        """
        hubs = is_hub.astype(np.float64)
        used = self.sites @ hubs - self.groups @ reached.astype(np.float64)
        return np.append(self.limits - used, self.room - self.cost @ hubs)

    def holds(self, is_hub: Bools, reached: Bools) -> bool:
        """Tell whether a plan keeps to all rows. Parameters as for `slack`."""
        return bool(np.all(self.slack(is_hub, reached) >= -self.allowance(is_hub, reached)))

    def left_by(self, fixed: Bools, reached: Bools) -> Rows:
        """Return the rows with limits that are left when some hubs are fixed."""
        left = self.slack(fixed, reached)
        return replace(self, room=float(left[-1]), limits=left[:-1])

    def among(self, sites: NDArray[np.intp], group: NDArray[np.integer], groups: int) -> Rows:
        """Return the rows for some of the sites and for groups that are put together.

        Parameters
        ----------
        sites : ndarray of int, shape (k,)
        group : ndarray of int, shape (m,)
            Which new group each one becomes part of.
        groups : int
            How many new groups there are.
        """
        old = self.groups
        row = np.repeat(np.arange(old.shape[0]), np.diff(old.indptr))
        together = csr_array((old.data, (row, group[old.indices])), shape=(old.shape[0], groups))
        return replace(self, cost=self.cost[sites], sites=self.sites[:, sites], groups=together)

    def without_limits(self) -> Rows:
        """Return rows that every plan keeps to."""
        return Rows.number(float(len(self.cost)), len(self.cost), self.groups.shape[1])

    def with_room(self, room: float) -> Rows:
        """Return the rows with another size."""
        return replace(self, room=room)


def _by_column(rows: csr_array, size: Floats) -> csc_array:
    from scipy.sparse import vstack

    return csc_array(vstack([rows, csr_array(size[np.newaxis, :])], format="csc"))
