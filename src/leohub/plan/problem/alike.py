"""Cells that the same sites serve: for the choice they are one cell with the sum of their needs.

Everything is read off the rows of the sites as they stand, one pass after the other: beyond the
rows themselves memory grows with the cells, not with the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

import numba
import numpy as np
from numpy.typing import NDArray

FIRST_SLOTS = 1 << 12
"""Slots of the table of signatures at first; it doubles when it is half full."""


@dataclass(frozen=True)
class Alike:
    """Cells in groups, laid out by site and by group.

    Attributes
    ----------
    sites : ndarray of int, shape (n,)
        The rows that were asked about.
    cells : ndarray of int, shape (c,)
        The cells that count and are served, ascending.
    group : ndarray of int32, shape (c,)
        The group of each of these cells; groups are numbered by their first cell.
    site_start, site_groups : ndarray of int32
        Groups of `sites[i]`, ascending: ``site_groups[site_start[i]:site_start[i + 1]]``.
    group_start, group_sites : ndarray of int32
        Positions among `sites` of those that serve group `j`, likewise.
    """

    sites: NDArray[np.intp]
    cells: NDArray[np.intp]
    group: NDArray[np.int32]
    site_start: NDArray[np.int32]
    site_groups: NDArray[np.int32]
    group_start: NDArray[np.int32]
    group_sites: NDArray[np.int32]

    @property
    def groups(self) -> int:
        """Number of groups."""
        return len(self.group_start) - 1

    def serving(self, or_kept: NDArray[np.bool_]) -> Alike:
        """Return the same without the sites that serve no group, but for some that are kept.

        Parameters
        ----------
        or_kept : ndarray of bool, shape (n,)
        """
        stay = or_kept | (np.diff(self.site_start) > 0)
        if stay.all():
            return self
        position = np.cumsum(stay, dtype=np.int32) - np.int32(1)
        return replace(
            self,
            sites=self.sites[stay],
            site_start=np.append(self.site_start[:-1][stay], self.site_start[-1]),
            group_sites=position[self.group_sites],
        )


def group_alike(
    start: NDArray[np.integer],
    cells: NDArray[np.int32],
    counts: NDArray[np.bool_],
    rows: NDArray[np.intp] | None = None,
) -> Alike:
    """Group the cells that exactly the same sites serve.

    Parameters
    ----------
    start, cells : ndarray of int
        Cells of site `i`, ascending: ``cells[start[i]:start[i + 1]]``.
    counts : ndarray of bool, shape (m,)
        The cells that count.
    rows : ndarray of int, optional
        The sites to ask about, ascending; all by default.
    """
    start = np.asarray(start, dtype=np.int64)
    rows = np.arange(len(start) - 1) if rows is None else rows
    for seed in count():
        lot = np.random.default_rng(seed).integers(0, 2**63, len(rows), dtype=np.uint64)
        signature, degree = _signatures(start, cells, counts, rows, lot)
        served = np.flatnonzero(degree)
        group, first = _number(signature, degree, served, FIRST_SLOTS)
        # Equal sums make equal sets likely, not certain. Where they are not, others are drawn.
        if _is_alike(start, cells, rows, group, first):
            break
    laid_out = _lay_out(start, cells, rows, group, first, degree[first])
    site_start, site_groups, group_start, group_sites = laid_out
    return Alike(
        sites=rows,
        cells=served,
        group=group[served],
        site_start=site_start,
        site_groups=site_groups,
        group_start=group_start,
        group_sites=group_sites,
    )


@numba.njit(cache=True, nogil=True)
def _signatures(start, cells, counts, rows, lot):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return for each cell that counts the sum of its sites' lots, and how many they are."""
    signature = np.zeros(len(counts), dtype=np.uint64)
    degree = np.zeros(len(counts), dtype=np.int32)
    for number in range(len(rows)):
        for k in range(start[rows[number]], start[rows[number] + 1]):
            if counts[cells[k]]:
                signature[cells[k]] += lot[number]
                degree[cells[k]] += 1
    return signature, degree


@numba.njit(cache=True, nogil=True)
def _number(signature, degree, served, slots):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Give numbers to the signatures of cells that are served, as they come; -1 to other cells.

    Returns the number of each cell, and the first cell of each number. A table with open
    addressing: what is looked for begins where the signature's own digits say.
    """
    group = np.full(len(signature), -1, dtype=np.int32)
    first = np.empty(slots, dtype=np.int64)
    table = np.full(slots, -1, dtype=np.int32)
    groups = 0
    for cell in served:
        slot = _slot_of(table, signature, first, signature[cell])
        if table[slot] < 0:
            table[slot], first[groups] = groups, cell
            groups += 1
        group[cell] = table[slot]
        if 2 * groups > len(table):
            first = np.concatenate((first, np.empty_like(first)))
            table = np.full(2 * len(table), -1, dtype=np.int32)
            for number in range(groups):
                table[_slot_of(table, signature, first, signature[first[number]])] = number
    return group, first[:groups].copy()


@numba.njit(cache=True, nogil=True)
def _slot_of(table, signature, first, wanted):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the slot of a signature: where it stands, or where it would."""
    mask = len(table) - 1
    slot = np.int64(wanted & np.uint64(mask))
    while table[slot] >= 0 and signature[first[table[slot]]] != wanted:
        slot = (slot + 1) & mask
    return slot


@numba.njit(cache=True, nogil=True)
def _is_alike(start, cells, rows, group, first):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether exactly the sites that serve a group's first cell serve all of its cells.

    A row must have all cells of a group or none: as many as the group has in all.
    """
    size = np.zeros(len(first), dtype=np.int32)
    for number in group:
        if number >= 0:
            size[number] += 1
    seen = np.zeros(len(first), dtype=np.int32)
    for row in rows:
        for k in range(start[row], start[row + 1]):
            if group[cells[k]] >= 0:
                seen[group[cells[k]]] += 1
        for k in range(start[row], start[row + 1]):
            number = group[cells[k]]
            if number >= 0 and seen[number] > 0:
                if seen[number] != size[number]:
                    return False
                seen[number] = 0
    return True


@numba.njit(cache=True, nogil=True)
def _lay_out(start, cells, rows, group, first, degree):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the groups of each row and the rows of each group, each ascending."""
    group_start = np.zeros(len(first) + 1, dtype=np.int32)
    group_start[1:] = np.cumsum(degree)
    site_start = np.zeros(len(rows) + 1, dtype=np.int32)
    site_groups = np.empty(group_start[-1], dtype=np.int32)
    group_sites = np.empty(group_start[-1], dtype=np.int32)
    free = group_start[:-1].copy()
    filled = 0
    for number in range(len(rows)):
        for k in range(start[rows[number]], start[rows[number] + 1]):
            own = group[cells[k]]
            if own >= 0 and first[own] == cells[k]:
                site_groups[filled] = own
                filled += 1
                group_sites[free[own]] = number
                free[own] += 1
        site_start[number + 1] = filled
    return site_start, site_groups, group_start, group_sites
