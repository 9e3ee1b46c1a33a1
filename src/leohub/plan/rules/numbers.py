r"""Rules about how many hubs: in all, of a region, a partner, a kind, a service cell.

With :math:`M` the sites that count, *at most* :math:`b` is :math:`\sum_{i \in M} x_i \le b` and *at
least* :math:`b` is :math:`-\sum_{i \in M} x_i \le -b`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.rules.rules import Rule, Rules


def at_most(name: str, counted: NDArray[np.bool_], hubs: float) -> Rule:
    """Allow at most so many hubs among some sites.

    Parameters
    ----------
    name : str
    counted : ndarray of bool, shape (n_sites,)
        The sites among which they are counted.
    hubs : float
    """
    return Rule(name, csr_array(counted[np.newaxis, :].astype(np.float64)), np.array([hubs], float))


def hubs_at_most(hubs: int, coverage: Coverage) -> Rules:
    """Return the rules of a plan that is only limited in its number of hubs.

    Parameters
    ----------
    hubs : int
    coverage : Coverage
    """
    sites, cells = coverage.shares.shape
    every = np.ones(sites, dtype=np.bool_)
    return Rules.of([at_most(f"at most {hubs:,} hubs in all", every, hubs)], sites, cells)


def at_least(name: str, counted: NDArray[np.bool_], hubs: float) -> Rule:
    """Ask for at least so many hubs among some sites. Parameters as for `at_most`."""
    rows = csr_array(-counted[np.newaxis, :].astype(np.float64))
    return Rule(name, rows, np.array([-hubs], float))


def at_most_in_each(name: str, group: NDArray[np.intp], hubs: ArrayLike, *, each: int = 1) -> Rule:
    """Allow at most so many hubs in each group of sites, as in each service cell.

    Groups that cannot have more than they may take no row.

    Parameters
    ----------
    name : str
    group : ndarray of int, shape (n_sites,)
        From 0; -1 for sites of no group.
    hubs : array_like, shape () or (n_groups,)
        What each of the groups has room for.
    each : int
        What one site may take up at most: 2 where a second terminal counts as a hub.
    """
    sites = np.flatnonzero(group >= 0)
    size = np.bincount(group[sites])
    room = np.broadcast_to(np.asarray(hubs, dtype=np.float64), size.shape)
    tight = np.flatnonzero(each * size > room)
    row = np.full(len(size), -1)
    row[tight] = np.arange(len(tight))
    counted = sites[row[group[sites]] >= 0]
    ones = np.ones(len(counted))
    shape = (len(tight), len(group))
    return Rule(name, csr_array((ones, (row[group[counted]], counted)), shape=shape), room[tight])


def where_in(
    values: Sequence[object] | NDArray[np.object_], some: set[object]
) -> NDArray[np.bool_]:
    """Return which of the sites' values (region, partner, kind) are among some, (n_sites,)."""
    return np.fromiter((value in some for value in values), dtype=np.bool_, count=len(values))
