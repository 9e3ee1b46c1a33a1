"""What a plan's certificate proves of single sites: what plans with or without them can reach.

The certificate grants g_j ≥ 0 people of each cell beforehand. With the income of site i

    r_i = Σ_j max(0, w_j a_ij - g_j),

where w_j are the people of cell j and a_ij the share of them that the site would serve, a plan S
reaches Σ_j w_j max_{i ∈ S} a_ij ≤ Σ_j g_j + Σ_{i ∈ S} r_i: each cell's people are at most what is
granted and what its best hub takes beyond that. So at most K hubs reach at most Σ_j g_j and the K
largest incomes. A plan that must hold site i, whose income is below the K-th largest θ, reaches at
most θ - r_i fewer than that; one that must do without site i, which is among the K largest, at most
r_i less the (K + 1)-th largest fewer. These are the reduced costs of Lagrangian duality (Geoffrion
1974, "Lagrangean relaxation for integer programming", doi:10.1007/BFb0120690), and hold for any
g ≥ 0, found well or badly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Share by which ceilings are raised: far more than the rounding of any sum here could lose."""


@dataclass(frozen=True)
class Ceilings:
    """How many people plans can reach at most. All [people].

    Attributes
    ----------
    bound_people : float
        By any plan of at most so many hubs.
    with_people : ndarray, shape (n_sites,)
        By any of them that has a hub at this site.
    without_people : ndarray, shape (n_sites,)
        By any of them that has none there.
    """

    bound_people: float
    with_people: Floats
    without_people: Floats


def find_ceilings(coverage: Coverage, granted_people: Floats, most_hubs: int) -> Ceilings:
    """Find how many people plans with and without each site can reach at most.

    Parameters
    ----------
    coverage : Coverage
    granted_people : ndarray, shape (n_cells,)
        The certificate: `Plan.granted_people`.
    most_hubs : int
        Hubs of a plan, at most.

    Raises
    ------
    ValueError
        When what is granted does not fit the cells, or is negative or not a number.
    """
    if granted_people.shape != coverage.need_people.shape:
        raise ValueError("one number is granted for each cell")
    if np.any(~(granted_people >= 0)) or np.any(np.isinf(granted_people)):
        raise ValueError("what is granted must not be negative, infinite or missing")
    income = _income(coverage, granted_people)
    falling = np.append(-np.sort(-income), 0.0)
    taken = min(max(most_hubs, 0), len(income))
    bound = float(granted_people.sum() + falling[:taken].sum())
    # Where there are no more sites than hubs, another hub earns nothing.
    last, next_one = (falling[taken - 1] if taken else 0.0), falling[taken]
    return Ceilings(
        bound * (1 + ROUNDING),
        (bound - np.maximum(last - income, 0.0)) * (1 + ROUNDING),
        (bound - np.maximum(income - next_one, 0.0)) * (1 + ROUNDING),
    )


def _income(coverage: Coverage, granted_people: Floats) -> Floats:
    shares = coverage.shares
    worth = shares.copy()
    worth.data = np.maximum(
        coverage.need_people[shares.indices] * shares.data - granted_people[shares.indices], 0.0
    )
    return np.asarray(worth.sum(axis=1))
