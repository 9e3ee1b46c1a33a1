"""The obstruction map of a Starlink dish: where its pixels lie in the sky, and what they hide.

The map is an azimuthal equidistant picture of the sky: the distance from the middle is the angle
from the axis, `max_theta_deg` at the edge. In the frame of the Earth the axis is the zenith, north
is above and east on the right, like a map seen from above. In the frame of the dish the axis is its
boresight, and the picture turns with the dish.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.sky.visibility.places import HORIZON_AZIMUTHS

Floats = NDArray[np.float64]

CLEAR_FROM = 0.5
"""Pixels hold the quality of the signal: 0 none, 1 full, negative not seen yet. Half counts as
clear (assumed)."""

EARTH_AXES: Floats = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
"""Right, down and axis of a map in the frame of the Earth: east, south, zenith."""

_RAYS_PER_DEG = 4
_STEP_DEG = 1 / _RAYS_PER_DEG  # a fifth of a pixel


@dataclass(frozen=True)
class Attitude:
    """How a dish stands.

    Attributes
    ----------
    azimuth_deg, elevation_deg : float
        Of its boresight [°].
    roll_deg : float
        From the direction away from the zenith to the one that the picture has below, positive
        towards the right as one looks up along the boresight [°].
    """

    azimuth_deg: float
    elevation_deg: float
    roll_deg: float = 0.0

    def axes(self) -> Floats:
        """Return right, down and boresight of its map as rows in east, north, up, shape (3, 3)."""
        azimuth, elevation = np.radians(self.azimuth_deg), np.radians(self.elevation_deg)
        level = np.array([np.sin(azimuth), np.cos(azimuth), 0.0])
        boresight = np.cos(elevation) * level + np.array([0.0, 0.0, np.sin(elevation)])
        away = np.sin(elevation) * level - np.array([0.0, 0.0, np.cos(elevation)])
        roll = np.radians(self.roll_deg)
        down = np.cos(roll) * away + np.sin(roll) * np.cross(away, boresight)
        return np.stack([np.cross(down, boresight), down, boresight])


@dataclass(frozen=True)
class Outlook:
    """What a dish has found out about its sky.

    Attributes
    ----------
    horizon_deg : ndarray, shape (360,)
        Elevation up to which the sky is hidden at each whole degree of azimuth [°].
    seen_pct : float
        Of the sky above the level horizon [% of its solid angle].
    clear_pct, blocked_pct : float
        Clear and blocked [% of what was seen].
    given_up_pct : float
        Clear, but below something blocked and so under the horizon [% of what was seen].
    """

    horizon_deg: Floats
    seen_pct: float
    clear_pct: float
    blocked_pct: float
    given_up_pct: float


def outlook_of(quality: Floats, max_theta_deg: float, axes: Floats) -> Outlook:
    """Return the horizon that hides everything which a dish has found blocked.

    A profile cannot say that something is blocked above and clear below. In each direction it
    reaches up to the highest pixel that is blocked, so that all that was seen above it is clear; a
    whole degree takes the highest of the degree on either side, so that nothing blocked comes out
    between them. What was not seen counts as clear.

    Parameters
    ----------
    quality : ndarray, shape (n, n)
        Rows from above, columns from the left: 0 blocked to 1 clear, negative where not seen.
    max_theta_deg : float
        Angle from the axis at the edge of the map [°].
    axes : ndarray, shape (3, 3)
        Right, down and axis of the map in east, north, up: `EARTH_AXES` or `Attitude.axes`.
    """
    azimuth = np.arange(_STEP_DEG / 2, HORIZON_AZIMUTHS, _STEP_DEG)
    elevation = np.arange(_STEP_DEG / 2, 90, _STEP_DEG)
    found = _looked_up(quality, max_theta_deg, axes, azimuth, elevation)
    seen = found >= 0
    blocked = seen & (found < CLEAR_FROM)

    top = np.where(blocked, elevation + _STEP_DEG / 2, 0.0).max(axis=1)
    per_degree = top.reshape(HORIZON_AZIMUTHS, _RAYS_PER_DEG).max(axis=1)
    horizon = np.maximum(per_degree, np.roll(per_degree, 1))

    degrees = np.arange(HORIZON_AZIMUTHS)
    hidden = elevation < np.interp(azimuth, degrees, horizon, period=HORIZON_AZIMUTHS)[:, None]
    weight = np.broadcast_to(np.cos(np.radians(elevation)), found.shape)

    def share(of: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
        return float(100 * weight[of].sum() / weight[among].sum()) if among.any() else 0.0

    return Outlook(
        horizon_deg=horizon,
        seen_pct=share(seen, np.ones_like(seen)),
        clear_pct=share(seen & ~blocked, seen),
        blocked_pct=share(blocked, seen),
        given_up_pct=share(seen & ~blocked & hidden, seen),
    )


def _looked_up(
    quality: Floats, max_theta_deg: float, axes: Floats, azimuth_deg: Floats, elevation_deg: Floats
) -> Floats:
    """Return the pixel in each direction, shape (azimuths, elevations); negative off the map."""
    azimuth, elevation = np.radians(azimuth_deg)[:, None], np.radians(elevation_deg)
    direction = np.stack(
        [
            np.cos(elevation) * np.sin(azimuth),
            np.cos(elevation) * np.cos(azimuth),
            np.broadcast_to(np.sin(elevation), (len(azimuth_deg), len(elevation_deg))),
        ],
        axis=-1,
    )
    right, down, along = np.moveaxis(direction @ axes.T, -1, 0)
    off_axis = np.hypot(right, down)
    theta_deg = np.degrees(np.arctan2(off_axis, along))
    # The edge of the map is the outer edge of its outermost pixels.
    size = len(quality)
    per_unit = theta_deg / max_theta_deg * size / 2 / np.maximum(off_axis, 1e-12)
    row, column = (
        np.rint((size - 1) / 2 + part * per_unit).astype(np.int64) for part in (down, right)
    )
    inside = (theta_deg <= max_theta_deg) & (np.minimum(row, column) >= 0)
    inside &= np.maximum(row, column) < size
    found = np.full(inside.shape, -1.0)
    found[inside] = quality[row[inside], column[inside]]
    return found
