"""Mean elements from a run of positions and velocities: good enough to know the shell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.constants import EARTH_MU_KM3_S2
from leohub.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]

_J2 = 0.001082616
_RADIUS_KM = 6378.135
"""Of WGS 72, the ones SGP4 uses. Vallado et al. 2006 (AIAA 2006-6753)."""


def elements_from_states(position: Floats, velocity: Floats, step_s: float) -> dict[str, float]:
    """Return elements that describe the orbit through states, roughly.

    Parameters
    ----------
    position, velocity : ndarray, shape (k, 3)
        In TEME, at even steps, at least two [km, km/s].
    step_s : float
        Time from one state to the next [s].

    Returns
    -------
    dict of str to float
        The elements of `leohub.sky.constellation.Constellation` at the first state: size and
        inclination averaged over the first revolution, so that the flattening of the Earth does
        not show in them; the others as they are at that moment. Without drag.

    Notes
    -----
    They tell shells apart and altitudes to a few kilometres. They are not fitted: propagated, they
    would be tens of kilometres from the satellite within hours.

    Averages: the short-period terms of Brouwer 1959, Astronomical Journal 64, 378-396, vanish over
    a revolution of a near-circular orbit. Brouwer's mean motion to Kozai's: Hoots & Roehrich 1980,
    Spacetrack Report No. 3, to the first order.
    """
    radius = np.linalg.norm(position, axis=1)
    axis_km = 1 / (2 / radius - (velocity**2).sum(axis=1) / EARTH_MU_KM3_S2)
    momentum = np.cross(position, velocity)
    tilt = np.arccos(momentum[:, 2] / np.linalg.norm(momentum, axis=1))
    period_s = 2 * np.pi * np.sqrt(axis_km[0] ** 3 / EARTH_MU_KM3_S2)
    turn = slice(0, max(2, min(len(radius), round(period_s / step_s))))
    mean_axis_km, inclination = float(axis_km[turn].mean()), float(tilt[turn].mean())
    flattening = 0.75 * _J2 * (_RADIUS_KM / mean_axis_km) ** 2 * (3 * np.cos(inclination) ** 2 - 1)
    rate = np.sqrt(EARTH_MU_KM3_S2 / mean_axis_km**3) * (1 + flattening)
    return {
        "inclination_deg": float(np.degrees(inclination)),
        "mean_motion_rev_day": float(rate * SECONDS_PER_DAY / (2 * np.pi)),
        "bstar": 0.0,
        **_at_the_moment(position[0], velocity[0], momentum[0]),
    }


def _at_the_moment(position: Floats, velocity: Floats, momentum: Floats) -> dict[str, float]:
    """Return the osculating elements that place a satellite on its orbit.

    Vallado 2013, Fundamentals of Astrodynamics, algorithm 9.
    """
    radius = np.linalg.norm(position)
    towards_perigee = np.cross(velocity, momentum) / EARTH_MU_KM3_S2 - position / radius
    eccentricity = float(np.linalg.norm(towards_perigee))
    node = np.arctan2(momentum[0], -momentum[1])
    to_node = np.array([np.cos(node), np.sin(node), 0.0])
    across = np.cross(momentum, to_node) / np.linalg.norm(momentum)
    arg_perigee = np.arctan2(towards_perigee @ across, towards_perigee @ to_node)
    true_anomaly = np.arctan2(position @ across, position @ to_node) - arg_perigee
    eccentric = 2 * np.arctan2(
        np.sqrt(1 - eccentricity) * np.sin(true_anomaly / 2),
        np.sqrt(1 + eccentricity) * np.cos(true_anomaly / 2),
    )
    return {
        "eccentricity": eccentricity,
        "raan_deg": float(np.degrees(node)) % 360.0,
        "arg_perigee_deg": float(np.degrees(arg_perigee)) % 360.0,
        "mean_anomaly_deg": float(np.degrees(eccentric - eccentricity * np.sin(eccentric))) % 360.0,
    }
