"""Which exchanges of a hub for another site the rules allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.findings.exchanges import Exchanges
from leohub.plan.rules.rules import TOLERANCE, Rules, reached_by_cell

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def allowed_exchanges(
    coverage: Coverage, rules: Rules, hubs: NDArray[np.intp], exchanges: Exchanges
) -> Bools:
    """Tell in which hub's place each site may stand: no row is broken by that.

    Parameters
    ----------
    coverage : Coverage
        Without weights: rules count people.
    rules : Rules
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage; a plan that keeps to the rules.
    exchanges : Exchanges
        Of that coverage and those hubs.

    Returns
    -------
    ndarray of bool, shape (n_hubs, n_sites)
    """
    chosen = np.zeros(coverage.shares.shape[0], dtype=np.bool_)
    chosen[hubs] = True
    slack = rules.slack(chosen, reached_by_cell(coverage, chosen))
    rooms = np.maximum(slack, 0.0) + TOLERANCE * (1 + np.abs(rules.limits))
    allowed = np.ones((len(hubs), len(chosen)), dtype=np.bool_)
    allowed[:, rules.forbidden | chosen] = False
    allowed[rules.required[hubs]] = False
    by_hub = csr_array(rules.rows[:, hubs])
    for row, room in enumerate(rooms.tolist()):
        sites, takes = _entries(rules.rows, row)
        gives = _dense(by_hub, row)
        cells, per_person = _entries(rules.reach_rows, row)
        if len(cells):
            counted = np.zeros(len(coverage.need_people))
            counted[cells] = per_person * coverage.need_people[cells]
            _keep_to_people(allowed, _dense(rules.rows, row), gives, counted, exchanges, room)
        else:
            _keep_to_numbers(allowed, sites, takes, gives, room)
    return allowed


def _keep_to_numbers(
    allowed: Bools, sites: NDArray[np.intp], takes: Floats, gives: Floats, room: float
) -> None:
    """Strike out exchanges that take up more of a row than there is room for."""
    for given in np.unique(gives).tolist():
        places = np.flatnonzero(gives == given)
        if -given > room:
            # A minimum counts the hub: only sites that it counts as well may stand there.
            fits = np.zeros(allowed.shape[1], dtype=np.bool_)
            fits[sites[takes - given <= room]] = True
            allowed[places] &= fits
        else:
            allowed[np.ix_(places, sites[takes - given > room])] = False


def _keep_to_people(
    allowed: Bools,
    takes: Floats,
    gives: Floats,
    counted: Floats,
    exchanges: Exchanges,
    room: float,
) -> None:
    """Strike out exchanges after which a row that counts people would be broken."""
    uses = takes - exchanges.added(counted)
    frees = gives - exchanges.lost(counted)
    by_hub = csr_array(exchanges.regained(counted).T)
    for place in np.flatnonzero(uses.max(initial=-np.inf) - frees > room).tolist():
        near, more = _entries(by_hub, place)
        used = uses - frees[place]
        used[near] -= more
        allowed[place] &= used <= room


def _entries(rows: csr_array, row: int) -> tuple[NDArray[np.intp], Floats]:
    """Return which entries a row has, and what they are."""
    part = slice(rows.indptr[row], rows.indptr[row + 1])
    return rows.indices[part].astype(np.intp), rows.data[part]


def _dense(rows: csr_array, row: int) -> Floats:
    which, values = _entries(rows, row)
    dense = np.zeros(rows.shape[1])
    dense[which] = values
    return dense
