"""Which satellites can be seen at all: how far each can be seen, and how far it can move."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.constants import EARTH_MU_KM3_S2, EARTH_ROTATION_RAD_S, WGS84_A_KM
from leohub.sky.constellation import Constellation
from leohub.sky.visibility.geometry import PLUMB_DEG, coverage_angle_rad
from leohub.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]

_RATE_MARGIN = 1.05  # J2 makes a satellite slightly faster than its mean elements say
_POLE_LOWER_KM = 21.4  # than the equator
_HEIGHT_MARGIN = 1.02  # and takes it further out


@dataclass(frozen=True)
class Region:
    """A handy cap of the Earth, seen from its centre, that holds all places.

    Attributes
    ----------
    centre : ndarray, shape (3,)
        Unit vector.
    radius_rad : float
    """

    centre: Floats
    radius_rad: float

    @classmethod
    def around(cls, position: Floats) -> Region:
        """Return a cap around places, shape (p, 3) [km]."""
        directions = position / np.linalg.norm(position, axis=1, keepdims=True)
        middle = directions.mean(axis=0)
        length = np.linalg.norm(middle)
        centre = middle / length if length > 1e-9 else np.array([0.0, 0.0, 1.0])
        return cls(centre, float(np.arccos(np.clip(directions @ centre, -1, 1)).max()))

    def angle_rad(self, position: Floats) -> Floats:
        """Return how far positions, shape (3, n), are from the centre of the cap [rad]."""
        cos = self.centre @ position / np.linalg.norm(position, axis=0)
        return np.asarray(np.arccos(np.clip(cos, -1, 1)))


def farthest_km(constellation: Constellation) -> Floats:
    """Return a distance from the Earth's centre that no satellite goes beyond, shape (n,) [km]."""
    axis_km, _ = _orbits(constellation)
    return np.asarray(axis_km * (1 + constellation.eccentricity) * _HEIGHT_MARGIN)


def fastest_rad_s(constellation: Constellation) -> Floats:
    """Return how fast each satellite can move across the turning Earth, at its perigee [rad/s]."""
    _, mean_motion = _orbits(constellation)
    e = constellation.eccentricity
    fastest = mean_motion * (1 + e) ** 2 / (1 - e**2) ** 1.5
    return np.asarray(fastest * _RATE_MARGIN + EARTH_ROTATION_RAD_S)


def longest_pass_s(constellation: Constellation, min_elevation_deg: float) -> float:
    """Return a time for which no satellite stays in view, at most half a day [s]."""
    reach_rad = coverage_angle_rad(
        farthest_km(constellation), min_elevation_deg - PLUMB_DEG, WGS84_A_KM - _POLE_LOWER_KM
    )
    _, mean_motion = _orbits(constellation)
    e = constellation.eccentricity
    slowest_rad_s = mean_motion * (1 - e) ** 2 / (1 - e**2) ** 1.5 - EARTH_ROTATION_RAD_S
    with np.errstate(divide="ignore"):
        longest_s = _RATE_MARGIN * 2 * reach_rad / np.maximum(slowest_rad_s, 0.0)
    return float(np.minimum(longest_s, SECONDS_PER_DAY / 2).max(initial=0.0))


def _orbits(constellation: Constellation) -> tuple[Floats, Floats]:
    mean_motion = constellation.mean_motion_rev_day * (2 * np.pi / SECONDS_PER_DAY)
    return np.cbrt(EARTH_MU_KM3_S2 / mean_motion**2), mean_motion
