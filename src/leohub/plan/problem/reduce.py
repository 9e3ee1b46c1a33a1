r"""Sites that need not be looked at.

Site :math:`i` *dominates* site :math:`k` if it serves every group that :math:`k` serves. In any
plan with a hub at :math:`k`, that hub can move to :math:`i`, or close if there is one already, and
as many people are reached or more: so some best plan does without :math:`k`. Rules may forbid the
exchange: `no_harder` asks them. Of sites that may stand in for each other the first one stays.

What may be exchanged is transitive, so domination is a strict order: every site that is dropped
leads to one that stays. One pass finds all there is to find, because merging the groups that have
become alike does not change which sites serve them. Column domination is classic in covering
(R. S. Garfinkel, G. L. Nemhauser, "Integer Programming", Wiley 1972, ch. 8).
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from leohub.plan.problem.instance import Instance
from leohub.plan.problem.rows import Rows

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
MayReplace = Callable[[Ints, Ints], Bools]
"""Given sites `i` and `k` pair by pair, whether `i` may stand in for `k`. Must be transitive."""

FIRST_LOOK, MOST_AT_ONCE = 4, 1_000_000
"""Pairs that are asked about for each site, at first; and for all of them, at once."""


def dominated(instance: Instance, may_replace: MayReplace | None = None) -> Bools:
    """Find the sites that a best plan can do without, because of others that stay.

    Sites that serve nobody are not among them: a rule may need them.

    Parameters
    ----------
    instance : Instance
    may_replace : callable, optional
        Told positions among the instance's sites. Default: what the instance's rows allow.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    layout = (instance.site_start, instance.site_cells, instance.cell_start, instance.cell_sites)
    rarest = _rarest_groups(layout)
    is_dominated = np.zeros(len(instance.sites), dtype=np.bool_)
    if may_replace is None and instance.rows.is_number:
        _mark_dominated(layout, rarest, is_dominated)
        return is_dominated
    allows = may_replace or no_harder(instance.rows)
    looked = np.where(rarest >= 0, 0, -1)
    each = FIRST_LOOK
    while len(left := np.flatnonzero(~is_dominated & (looked >= 0))):
        by, site, equal = _more_pairs(layout, rarest, left, looked, each, MOST_AT_ONCE)
        replaces = allows(by, site)
        # Of two sites that may stand in for each other the first one stays.
        tied = np.flatnonzero(replaces & equal & (by > site))
        replaces[tied] = ~allows(site[tied], by[tied])
        is_dominated[site[replaces]] = True
        each = min(2 * each, MOST_AT_ONCE)
    return is_dominated


def no_harder(rows: Rows) -> MayReplace:
    """Return what tells whether a hub may move from one site to another without breaking a row.

    It may if no row counts the new site for more, and if the old hub may also close without
    another in its place: no row counts it negatively, as minimums do. People reached need not be
    looked at: they only ever make a row easier.
    """
    columns = rows.by_site
    length = np.diff(columns.indptr)
    negative = np.zeros(len(length), dtype=np.bool_)
    negative[np.repeat(np.arange(len(length)), length)[columns.data < 0]] = True

    def allows(by: Ints, site: Ints) -> Bools:
        excess = csc_array(columns[:, by] - columns[:, site])
        harder = np.zeros(len(by), dtype=np.bool_)
        harder[np.repeat(np.arange(len(by)), np.diff(excess.indptr))[excess.data > 0]] = True
        return ~harder & ~negative[site]

    return allows


@numba.njit(cache=True, nogil=True)
def _rarest_groups(layout):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return for each site the group of its own that the fewest sites serve; -1 for none."""
    site_start, site_cells, cell_start, _ = layout
    rarest = np.full(len(site_start) - 1, -1, dtype=np.int32)
    for site in range(len(rarest)):
        fewest = len(rarest) + 1
        for k in range(site_start[site], site_start[site + 1]):
            serving = cell_start[site_cells[k] + 1] - cell_start[site_cells[k]]
            if serving < fewest:
                fewest, rarest[site] = serving, site_cells[k]
    return rarest


@numba.njit(cache=True, nogil=True)
def _serves_all(layout, site, by):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether `by` serves every group that `site` serves; both lists ascend."""
    site_start, site_cells, _, _ = layout
    at, end = site_start[by], site_start[by + 1]
    if end - at < site_start[site + 1] - site_start[site]:
        return False
    for k in range(site_start[site], site_start[site + 1]):
        while at < end and site_cells[at] < site_cells[k]:
            at += 1
        if at == end or site_cells[at] != site_cells[k]:
            return False
        at += 1
    return True


@numba.njit(cache=True, nogil=True)
def _as_many(layout, site, by):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    site_start = layout[0]
    return site_start[by + 1] - site_start[by] == site_start[site + 1] - site_start[site]


@numba.njit(cache=True, nogil=True)
def _mark_dominated(layout, rarest, is_dominated):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    cell_start, cell_sites = layout[2], layout[3]
    for site in np.flatnonzero(rarest >= 0):
        for k in range(cell_start[rarest[site]], cell_start[rarest[site] + 1]):
            by = cell_sites[k]
            # What a dominated site dominates, its own dominator does too.
            if by == site or is_dominated[by]:
                continue
            if by > site and _as_many(layout, site, by):
                continue
            if _serves_all(layout, site, by):
                is_dominated[site] = True
                break


@numba.njit(cache=True, nogil=True)
def _more_pairs(layout, rarest, left, looked, each, most):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the next sites that serve all that a site serves, and whether they serve no more.

    `looked` says how many of the sites that share a site's rarest group have been looked at; -1
    where there are no more.
    """
    cell_start, cell_sites = layout[2], layout[3]
    by = np.empty(min(most, each * len(left)), dtype=np.int64)
    site, equal = np.empty_like(by), np.empty(len(by), dtype=np.bool_)
    found = 0
    for asked in left:
        begin, end = cell_start[rarest[asked]], cell_start[rarest[asked] + 1]
        k, first = begin + looked[asked], found
        while k < end and found < len(by) and found - first < each:
            if cell_sites[k] != asked and _serves_all(layout, asked, cell_sites[k]):
                by[found], site[found] = cell_sites[k], asked
                equal[found] = _as_many(layout, asked, cell_sites[k])
                found += 1
            k += 1
        looked[asked] = k - begin if k < end else -1
    return by[:found], site[:found], equal[:found]
