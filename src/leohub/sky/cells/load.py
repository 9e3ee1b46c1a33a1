"""Load: what is left of a cell for one terminal, hour by hour.

All terminals that are busy at once share the cell evenly (egalitarian processor sharing), so that
overload makes everyone slower and breaks nothing. Hours are local and the last axis; whatever has
no hours is given without this axis.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from leohub.validity import at_least

Floats = NDArray[np.float64]


def busy_terminals(load: ArrayLike, capacity_ratio: ArrayLike = 1.0) -> Floats:
    """Return how many other terminals are busy at once in the busiest hour.

    Parameters
    ----------
    load : array_like
        Busy terminals in a cell in the busiest hour, the one asked about among them, at least 0.
        Fitted (`leohub.sky.cells.calibration`) with the built-in beams and channels.
    capacity_ratio : array_like
        Capacity of the cell in clear sky, beams times the rate of a channel, over that which the
        built-in values give it, at least 0: where a draw has more of it, the same published median
        means as many more terminals.

    Returns
    -------
    ndarray
        At least 0.

    Raises
    ------
    ValueError
        If a number is negative or missing.
    """
    terminals, ratio = at_least(0, load=load, capacity_ratio=capacity_ratio)
    return np.asarray(np.maximum(terminals * ratio - 1, 0.0))


def mapped_terminals(
    cells: NDArray[np.uint64], busy: pd.Series[float], default: ArrayLike
) -> Floats:
    """Return a cell's busy terminals from a map of one's own, or a default where it has none.

    Parameters
    ----------
    cells : ndarray of uint64, shape (n,)
        H3 ids at the resolution of the map.
    busy : Series
        Other terminals that are busy at once in the busiest hour, by H3 id: counted, or
        subscribers times the share of them that is active then.
    default : array_like, shape (n,) or ()
        For cells that are not on the map: `busy_terminals` of the country's load.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ValueError
        If a cell is on the map twice, or a number is negative or missing.
    """
    if busy.index.has_duplicates:
        raise ValueError("a cell is on the map of load more than once")
    at_least(0, busy_terminals=busy)
    found = busy.reindex(cells).to_numpy(dtype=np.float64)
    return np.asarray(np.where(np.isnan(found), default, found), dtype=np.float64)


def terminal_mbps(
    beams: ArrayLike,
    channel_mbps: ArrayLike,
    traffic: ArrayLike,
    others: ArrayLike,
    *,
    hubs: ArrayLike = 1,
    max_mbps: ArrayLike = np.inf,
) -> Floats:
    """Return what one busy terminal gets in each hour.

    The least of what it can take, of one channel, and of an even share of the cell. The others,
    ours among them, are as busy as the traffic of the hour.

    Parameters
    ----------
    beams : array_like, shape (..., 24)
        Of the cell: `leohub.sky.cells.beams.beams_per_cell`.
    channel_mbps : array_like, shape (..., 24)
        Rate of a channel [Mbps].
    traffic : array_like, shape (..., 24)
        Over that of the busiest hour: `leohub.sky.cells.hours.relative_traffic`.
    others : array_like, shape (...)
        Other terminals busy at once in the busiest hour, not ours.
    hubs : array_like, shape (...)
        Hubs of ours in the cell, this one included, at least 1. In the busiest hour all are busy.
    max_mbps : array_like, shape (...)
        What the terminal can take [Mbps].

    Returns
    -------
    ndarray, shape (..., 24)
        [Mbps]

    Raises
    ------
    ValueError
        If the others are negative or missing, or there is less than one hub.
    """
    (other,) = at_least(0, others=others)
    (ours,) = at_least(1, hubs=hubs)
    beside = other + ours - 1
    sharing = 1 + np.asarray(traffic, dtype=np.float64) * beside[..., None]
    most = np.minimum(1.0, np.asarray(beams, dtype=np.float64) / sharing) * channel_mbps
    return np.asarray(np.minimum(most, np.asarray(max_mbps, dtype=np.float64)[..., None]))
