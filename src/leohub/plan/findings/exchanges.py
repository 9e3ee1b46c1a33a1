"""Which exchanges of a hub for another site the rules allow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.rules.rules import TOLERANCE, Rules, reached_by_cell

Bools = NDArray[np.bool_]


def allowed_exchanges(coverage: Coverage, rules: Rules, hubs: NDArray[np.intp]) -> Bools:
    """Tell in which hub's place each site may stand, by what hubs count for in the rules.

    People reached are left out of account: a row that asks for people may still be broken.

    Parameters
    ----------
    coverage : Coverage
    rules : Rules
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage; a plan that keeps to the rules.

    Returns
    -------
    ndarray of bool, shape (n_sites, n_hubs)
    """
    chosen = np.zeros(coverage.shares.shape[0], dtype=np.bool_)
    chosen[hubs] = True
    slack = rules.slack(chosen, reached_by_cell(coverage, chosen))
    allowed = np.ones((len(chosen), len(hubs)), dtype=np.bool_)
    allowed[rules.forbidden | chosen] = False
    allowed[:, rules.required[hubs]] = False
    by_hub = rules.rows[:, hubs]
    for row in range(len(slack)):
        room = max(slack[row], 0.0) + TOLERANCE * (1 + abs(rules.limits[row]))
        taken = slice(rules.rows.indptr[row], rules.rows.indptr[row + 1])
        sites, takes = rules.rows.indices[taken], rules.rows.data[taken]
        gives = by_hub[[row]].toarray().ravel()
        needed = gives < -room
        if needed.any():
            # A minimum counts the hub: only sites that it counts as well may stand there.
            counts = np.zeros(len(chosen))
            counts[sites] = takes
            allowed[:, needed] &= counts[:, None] - gives[needed][None, :] <= room
        large = takes > room
        if large.any():
            allowed[sites[large]] &= takes[large][:, None] - gives[None, :] <= room
    return allowed
