"""Coarser and finer H3 cells, by arithmetic on whole arrays of ids.

An H3 id keeps its resolution in bits 52-55 and, from bit 42 downwards, one digit of three bits per
resolution; digits that are not used are 7 (H3 documentation, "H3Index bit layout").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.uint64]

_RESOLUTION_AT = 52
_FINEST = 15


def parents(h3_id: Ids, resolution: int) -> Ids:
    """Return the cells of a coarser (or the same) resolution that hold the given ones, shape (n,).

    Parameters
    ----------
    h3_id : ndarray of uint64, shape (n,)
    resolution : int
        Not finer than that of any of the ids.
    """
    unused = np.uint64((1 << (3 * (_FINEST - resolution))) - 1)
    kept = h3_id & ~np.uint64(15 << _RESOLUTION_AT)
    return np.asarray(kept | np.uint64(resolution << _RESOLUTION_AT) | unused, dtype=np.uint64)


def children(h3_id: Ids, resolution: int) -> Ids:
    """Return the seven cells of the next finer resolution in each cell, shape (n, 7).

    Pentagons, which have six, are not handled: all twelve lie at sea.

    Parameters
    ----------
    h3_id : ndarray of uint64, shape (n,)
    resolution : int
        Of the children: one finer than that of the ids.
    """
    shift = 3 * (_FINEST - resolution)
    kept = h3_id & ~np.uint64((15 << _RESOLUTION_AT) | (7 << shift))
    digits = np.arange(7, dtype=np.uint64) << np.uint64(shift)
    return np.asarray((kept | np.uint64(resolution << _RESOLUTION_AT))[:, None] | digits)
