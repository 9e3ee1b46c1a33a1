r"""What reaching people from one kind of place is worth: a co-operative before a bar.

A person who is reached by a hub of weight :math:`v_i \in (0, 1]` counts for :math:`v_i` people in
the choice, and for one by each hub of weight 1 that reaches them, too: the objective becomes
:math:`\sum_j w_j \max_i v_i a_{ij} x_i`. That is the same problem with shares :math:`v_i a_{ij}`,
so search and proof need not know of weights. Rules about people reached, and what is told to
anyone, keep the shares without weights: people are people.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage


def weigh(coverage: Coverage, weight: NDArray[np.float64]) -> Coverage:
    """Return the coverage that the choice works with.

    Parameters
    ----------
    coverage : Coverage
    weight : ndarray, shape (n_sites,)
        In (0, 1].
    """
    if np.any(~((weight > 0) & (weight <= 1))):
        raise ValueError("weights lie above 0 and are at most 1")
    if np.all(weight == 1):
        return coverage
    shares = coverage.shares
    weighed = shares.data * np.repeat(weight, np.diff(shares.indptr))
    return replace(
        coverage, shares=csr_array((weighed, shares.indices, shares.indptr), shape=shares.shape)
    )
