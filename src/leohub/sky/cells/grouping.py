"""Service cells: which hubs share the beams of one cell.

An operator's own cells are not published. H3 cells of about their size stand in for them, so that
hubs near a border may really share a cell that they do not share here, and the other way round.
"""

from __future__ import annotations

import h3.api.numpy_int as h3
import numpy as np
from numpy.typing import ArrayLike, NDArray


def service_cells(lat_deg: ArrayLike, lon_deg: ArrayLike, resolution: int) -> NDArray[np.uint64]:
    """Return the H3 cell that stands for the service cell of each place.

    Parameters
    ----------
    lat_deg, lon_deg : array_like, shape (n,)
        [°]
    resolution : int
        Of H3; 5 for Starlink: 253 km² on average, where its own cells are said to have 379 km².

    Returns
    -------
    ndarray of uint64, shape (n,)

    Raises
    ------
    ValueError
        If the resolution is not one of H3's, 0 to 15.
    """
    if not 0 <= resolution <= 15:
        raise ValueError(f"the H3 resolution lies from 0 to 15, not {resolution}")
    lat = np.asarray(lat_deg, dtype=np.float64).tolist()
    lon = np.asarray(lon_deg, dtype=np.float64).tolist()
    found = (h3.latlng_to_cell(a, b, resolution) for a, b in zip(lat, lon, strict=True))
    return np.fromiter(found, dtype=np.uint64, count=len(lat))


def hubs_in_cell(
    cells: NDArray[np.uint64], each: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Return how many hubs lie in the cell of each hub, itself included, shape (hubs,).

    Parameters
    ----------
    cells : ndarray of uint64, shape (hubs,)
    each : ndarray of int, shape (hubs,), optional
        What each hub counts for, such as its terminals. Default: 1.
    """
    which = np.unique(cells, return_inverse=True)[1]
    return np.bincount(which, each)[which].astype(np.intp)
