r"""Rules about money, with a cost for each site.

A *budget* :math:`B` is :math:`\sum_i c_i x_i \le B`. A *ceiling* :math:`C` on the cost per person
newly reached is

.. math:: \sum_i c_i x_i \le C \Big(\sum_j w_j z_j(x) - E\Big),

where :math:`E` are the people whom the hubs that stand already reach: they are reached whatever
the plan, and their hubs cost nothing again. As a row: :math:`\sum_i c_i x_i - C \sum_j w_j z_j \le
-C E`. The ceiling holds for the plan as a whole, not for each of its hubs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.rules.rules import Rule


def budget(name: str, site_cost: NDArray[np.float64], money: float) -> Rule:
    """Limit what all hubs together may cost.

    Parameters
    ----------
    name : str
    site_cost : ndarray, shape (n_sites,)
        Of a hub at each site; 0 where one stands already [currency].
    money : float
        [currency]
    """
    return Rule(name, csr_array(site_cost[np.newaxis, :]), np.array([money], float))


def cost_per_person(
    name: str,
    site_cost: NDArray[np.float64],
    most: float,
    cells: int,
    reached_already_people: float = 0.0,
) -> Rule:
    """Limit what the plan may cost for each person it newly reaches.

    Parameters
    ----------
    name : str
    site_cost : ndarray, shape (n_sites,)
        As for `budget`.
    most : float
        [currency/person]
    cells : int
        Columns of the coverage.
    reached_already_people : float
        Whom the hubs that stand already reach.
    """
    return Rule(
        name,
        csr_array(site_cost[np.newaxis, :]),
        np.array([-most * reached_already_people]),
        csr_array(np.full((1, cells), most)),
    )
