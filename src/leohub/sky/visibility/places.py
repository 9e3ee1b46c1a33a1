"""`Places`: where one stands to look at the sky, and what hides part of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HORIZON_AZIMUTHS = 360
"""Values of a horizon: one a degree, from north through east."""


@dataclass(frozen=True)
class Places:
    """Bare places, as arrays. Arrays are never changed.

    Attributes
    ----------
    lat_deg, lon_deg : ndarray, shape (places,)
        Geodetic WGS 84 [°].
    height_km : ndarray, shape (places,)
        Above the ellipsoid [km].
    horizon_deg : ndarray, shape (places, 360), optional
        Elevation up to which the sky is hidden, at every whole degree of azimuth from north
        through east [°]; linear in between. None where nothing hides the sky.
    """

    lat_deg: Floats
    lon_deg: Floats
    height_km: Floats
    horizon_deg: Floats | None = None

    def __len__(self) -> int:
        return len(self.lat_deg)

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Places:
        """Return the places that a mask, a list of positions or a slice picks."""
        horizon = None if self.horizon_deg is None else self.horizon_deg[chosen]
        return Places(self.lat_deg[chosen], self.lon_deg[chosen], self.height_km[chosen], horizon)


def places_at(
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    height_km: ArrayLike = 0.0,
    horizon_deg: ArrayLike | None = None,
) -> Places:
    """Return `Places` from anything that numpy can read; single numbers hold for all places.

    Raises
    ------
    ValueError
        If there are none, a latitude, longitude or height is not on Earth (NaN, |lat| > 90,
        |lon| > 360, deeper than 12 km or higher than 100 km), or a horizon has not 360 values from
        0 to 90.
    """
    lat, lon, height = np.broadcast_arrays(
        np.atleast_1d(np.asarray(lat_deg, dtype=np.float64)),
        np.asarray(lon_deg, dtype=np.float64),
        np.asarray(height_km, dtype=np.float64),
    )
    if not len(lat):
        raise ValueError("there are no places")
    if not (np.abs(lat) <= 90).all():
        raise ValueError("latitudes must lie between -90 and 90")
    if not (np.abs(lon) <= 360).all():
        raise ValueError("longitudes must lie between -360 and 360")
    if not ((height >= -12) & (height <= 100)).all():
        raise ValueError("heights must lie between -12 and 100 km above the ellipsoid")
    horizon = None
    if horizon_deg is not None:
        horizon = np.asarray(horizon_deg, dtype=np.float64)
        horizon = np.ascontiguousarray(np.broadcast_to(horizon, (len(lat), horizon.shape[-1])))
        if horizon.shape[1] != HORIZON_AZIMUTHS or not ((horizon >= 0) & (horizon <= 90)).all():
            raise ValueError("a horizon has 360 elevations between 0 and 90")
    return Places(lat.copy(), lon.copy(), height.copy(), horizon)
