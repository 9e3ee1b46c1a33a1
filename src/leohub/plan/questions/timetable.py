"""A timetable being made: greedy by period, then moves of single hubs and exchanges of two."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.problem.instance import Instance
from leohub.plan.questions.asking import Floats
from leohub.plan.questions.calendar import Calendar

Opens = NDArray[np.int64]
"""The period in which each hub opens, shape (n_hubs,); the number of periods for never."""

PASSES = 100
"""Most passes over all pairs of hubs."""

WORTHWHILE = 1e-9
"""A change is one if it adds more than this share of all person-years: sums are no more exact."""

FITS = 1e-9
"""By how much a limit may be exceeded, as a share of it: sums are no more exact."""

compiled = numba.njit(cache=True, nogil=True)


def make_timetable(instance: Instance, calendar: Calendar) -> Opens:
    """Make a good timetable quickly.

    The better of two greedy ones, by people and by people for what they take of the limits
    (Khuller, Moss & Naor 1999, doi:10.1016/S0020-0190(99)00031-9), each mended by moving and
    exchanging hubs until that adds nothing.

    Parameters
    ----------
    instance : Instance
        Its sites are all hubs, in the order of the calendar.
    calendar : Calendar
    """
    state = _state(instance, calendar)
    timetables = []
    for by_price in (True, False):
        opens = np.full(len(instance.sites), calendar.periods, dtype=np.int64)
        used = np.zeros(len(calendar.most))
        _fill(state, opens, used, by_price)
        _mend(state, opens, used, WORTHWHILE * _most(instance, calendar))
        timetables.append(opens)
    first, second = (person_years(instance, calendar, opens) for opens in timetables)
    return timetables[int(second > first)]


def reached_by_period(instance: Instance, calendar: Calendar, opens: Opens) -> Floats:
    """Return the people reached during each period, shape (n_periods,)."""
    site = np.repeat(np.arange(len(instance.sites)), np.diff(instance.site_start))
    first = np.full(len(instance.need_people), calendar.periods)
    np.minimum.at(first, instance.site_cells, opens[site])
    people = np.bincount(first, instance.need_people, minlength=calendar.periods + 1)
    return np.asarray(np.cumsum(people)[: calendar.periods])


def person_years(instance: Instance, calendar: Calendar, opens: Opens) -> float:
    """Return the people reached times the time for which they are [person-years]."""
    return float(reached_by_period(instance, calendar, opens) @ calendar.length_years)


def fits(calendar: Calendar, opens: Opens) -> bool:
    """Tell whether a timetable keeps to all limits."""
    return bool(np.all(taken(calendar, opens) <= calendar.most * (1 + FITS)))


def taken(calendar: Calendar, opens: Opens) -> Floats:
    """Return what a timetable takes of each limit, shape (n_limits,)."""
    open_at_all = np.flatnonzero(opens < calendar.periods)
    return np.asarray(calendar.counts[:, open_at_all, opens[open_at_all]].sum(axis=1))


def _most(instance: Instance, calendar: Calendar) -> float:
    return instance.reachable_people * float(calendar.length_years.sum())


def _state(instance: Instance, calendar: Calendar):  # type: ignore[no-untyped-def]  # noqa: ANN202
    # A hub that is never open takes nothing.
    counts = np.concatenate([calendar.counts, np.zeros((*calendar.counts.shape[:2], 1))], axis=2)
    limit = calendar.most * (1 + FITS)
    price = (calendar.counts / np.maximum(limit, 1e-300)[:, np.newaxis, np.newaxis]).sum(axis=0)
    return (
        instance.need_people,
        instance.site_start,
        instance.site_cells,
        instance.cell_start,
        instance.cell_sites,
        calendar.left_years,
        np.ascontiguousarray(counts),
        limit,
        price,
    )


@compiled
def _change(state, opens, hub, period):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the person-years that opening a hub in another period adds."""
    people, site_start, site_cells, cell_start, cell_sites, left, _, _, _ = state
    before, total = opens[hub], 0.0
    for k in range(site_start[hub], site_start[hub + 1]):
        cell = site_cells[k]
        other = len(left) - 1
        for m in range(cell_start[cell], cell_start[cell + 1]):
            if cell_sites[m] != hub and opens[cell_sites[m]] < other:
                other = opens[cell_sites[m]]
        total += people[cell] * (left[min(other, period)] - left[min(other, before)])
    return total


@compiled
def _has_room(state, opens, used, hub, period):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    counts, limit = state[6], state[7]
    for row in range(len(limit)):
        more = counts[row, hub, period] - counts[row, hub, opens[hub]]
        if more > 0 and used[row] + more > limit[row]:
            return False
    return True


@compiled
def _set(state, opens, used, hub, period):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    counts = state[6]
    for row in range(len(used)):
        used[row] += counts[row, hub, period] - counts[row, hub, opens[hub]]
    opens[hub] = period


@compiled
def _fill(state, opens, used, by_price):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    never, price = len(state[5]) - 1, state[8]
    for period in range(never):
        while True:
            best, best_worth = -1, 0.0
            for hub in range(len(opens)):
                if opens[hub] < never or not _has_room(state, opens, used, hub, period):
                    continue
                worth = _change(state, opens, hub, period)
                if by_price:
                    worth /= max(price[hub, period], 1e-12)
                if worth > best_worth:
                    best, best_worth = hub, worth
            if best < 0:
                break
            _set(state, opens, used, best, period)


@compiled
def _mend(state, opens, used, worthwhile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for _ in range(PASSES):
        changed = False
        for hub in range(len(opens)):
            changed |= _move(state, opens, used, hub, worthwhile)
        for one in range(len(opens)):
            for other in range(one):
                if opens[one] != opens[other]:
                    changed |= _exchange(state, opens, used, one, other, worthwhile)
        if not changed:
            return


@compiled
def _move(state, opens, used, hub, worthwhile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    best, most = -1, worthwhile
    for period in range(len(state[5])):
        if period != opens[hub] and _has_room(state, opens, used, hub, period):
            worth = _change(state, opens, hub, period)
            if worth > most:
                best, most = period, worth
    if best < 0:
        return False
    _set(state, opens, used, hub, best)
    return True


@compiled
def _exchange(state, opens, used, one, other, worthwhile):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    limit = state[7]
    first, second = opens[one], opens[other]
    worth = _change(state, opens, one, second)
    _set(state, opens, used, one, second)
    worth += _change(state, opens, other, first)
    _set(state, opens, used, other, first)
    good = worth > worthwhile
    for row in range(len(limit)):
        good &= used[row] <= limit[row]
    if not good:
        _set(state, opens, used, one, first)
        _set(state, opens, used, other, second)
    return good
