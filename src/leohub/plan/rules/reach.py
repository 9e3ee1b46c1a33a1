r"""Rules about how many people are reached somewhere: a share of a region's unserved people.

With :math:`h_j` the part of the cell's people in need that live in the region, *at least*
:math:`P` people is :math:`-\sum_j h_j w_j z_j(x) \le -P`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.plan.rules.rules import Rule


def at_least_reached(name: str, part: NDArray[np.float64], people: float, sites: int) -> Rule:
    """Ask for at least so many people reached.

    Parameters
    ----------
    name : str
    part : ndarray, shape (n_cells,)
        Share of each cell's people in need that counts [0..1].
    people : float
        Unserved people to be reached.
    sites : int
        Rows of the coverage.
    """
    return Rule(
        name,
        csr_array((1, sites)),
        np.array([-people], float),
        csr_array(part[np.newaxis, :]),
    )
