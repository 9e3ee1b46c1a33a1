r"""A proof of how good any plan can be: the Lagrangian bound.

For any prices :math:`\lambda_j \ge 0`, paid to every hub that serves cell :math:`j`,

.. math::

    L(\lambda, K) = \sum_j \max(0, w_j - \lambda_j)
        + \max_{|S| = K} \sum_{i \in S} \sum_{j : i \in N_j} \lambda_j

is at least what any `K` hubs reach: relax :math:`z_j \le \sum_{i \in N_j} x_i` with multipliers
:math:`\lambda_j`; the rest falls apart by cell and by site, and the best `S` is the `K` sites with
the largest income. So *every* price vector proves a bound, however it was found;
`leohub.plan.prices` looks for those that prove a small one.

Source: M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization", Mathematical
Programming 6 (1974).
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from leohub.plan.instance import Instance

Floats = NDArray[np.float64]

ROUNDING = 1e-12
"""Relative allowance for the rounding of floating-point sums, added to every bound."""


def lagrangian(instance: Instance, prices: Floats, hubs: NDArray[np.int64]) -> Floats:
    """Return the bound that prices prove, for each number of hubs.

    Parameters
    ----------
    instance : Instance
    prices : ndarray, shape (m,)
        Not negative [people].
    hubs : ndarray of int, shape (h,)
        Numbers of hubs.

    Returns
    -------
    ndarray, shape (h,)
        Upper bounds [people].

    Raises
    ------
    ValueError
        If a price is negative: it proves nothing.
    """
    if np.any(prices < 0):
        raise ValueError("prices must not be negative")
    need = instance.need_people
    income = np.sort(income_people(instance, prices))[::-1]
    richest = np.concatenate([[0.0], np.cumsum(income)])
    bounds = np.maximum(need - prices, 0).sum() + richest[np.minimum(hubs, len(income))]
    allowance = 1 + ROUNDING
    return np.asarray(np.minimum(bounds, need.sum()) * allowance, dtype=np.float64)


def income_people(instance: Instance, prices: Floats) -> Floats:
    """Return what each site would be paid [people], shape (n,)."""
    return sum_rows(instance.site_start, instance.site_cells, prices)


def sum_rows(start: NDArray[np.int32], columns: NDArray[np.int32], values: Floats) -> Floats:
    """Sum `values` over the columns of each row; shape (rows,)."""
    sums = np.empty(len(start) - 1)
    sum_rows_into(start, columns, values, sums)
    return sums


@numba.njit(cache=True, nogil=True)
def sum_rows_into(start, columns, values, sums):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill `sums` with the sum of `values` over the columns of each row."""
    for row in range(len(start) - 1):
        total = 0.0
        for k in range(start[row], start[row + 1]):
            total += values[columns[k]]
        sums[row] = total
