"""Shells: which satellites fly together, and satellites spread over a shell by rule."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import EARTH_MU_KM3_S2, WGS84_A_KM
from leohub.sky.constellation import Constellation
from leohub.sky.motion.moments import to_datetime64
from leohub.units import SECONDS_PER_DAY

Floats = NDArray[np.float64]

OTHER = "other"
"""The shell of satellites that belong to none: in transit, spare, or first of their kind."""

_SMALLEST_SHARE = 0.01


def mean_altitude_km(mean_motion_rev_day: Floats) -> Floats:
    """Return the mean altitude above the equator's radius (WGS 84).

    Kepler's third law on the mean motion as published. Elements hold Kozai's mean motion; to turn
    it into Brouwer's, as SGP4 does, would move the result by less than 4 km, which shells do not
    notice.

    Parameters
    ----------
    mean_motion_rev_day : ndarray, shape (n,)
        [rev/day]

    Returns
    -------
    ndarray, shape (n,)
        [km]
    """
    rate = mean_motion_rev_day * (2 * np.pi / SECONDS_PER_DAY)
    return np.asarray(np.cbrt(EARTH_MU_KM3_S2 / rate**2) - WGS84_A_KM)


def mean_motion_rev_day(altitude_km: Floats) -> Floats:
    """Return the mean motion at a mean altitude [rev/day]: the inverse of `mean_altitude_km`."""
    rate = np.sqrt(EARTH_MU_KM3_S2 / (WGS84_A_KM + altitude_km) ** 3)
    return np.asarray(rate * SECONDS_PER_DAY / (2 * np.pi))


def shell_names(inclination_deg: Floats, altitude_km: Floats) -> NDArray[np.str_]:
    """Return names like ``"53°@460 km"``: inclination to 1°, altitude to 10 km; shape (n,)."""
    inclination = np.floor(np.asarray(inclination_deg) + 0.5).astype(int)
    altitude = 10 * np.floor(np.asarray(altitude_km) / 10 + 0.5).astype(int)
    return np.array(
        [f"{i}°@{a} km" for i, a in zip(inclination, altitude, strict=True)], dtype=np.str_
    )


def identify_shells(constellation: Constellation) -> NDArray[np.str_]:
    """Return the shell of each satellite, from inclination and mean altitude.

    Satellites of the same inclination (to 1°) and altitude (to 10 km) are a shell when they are at
    least 1 % of the constellation; the rest are `OTHER`.

    Returns
    -------
    ndarray of str, shape (n,)
    """
    names = shell_names(
        constellation.inclination_deg, mean_altitude_km(constellation.mean_motion_rev_day)
    )
    _, group, sizes = np.unique(names, return_inverse=True, return_counts=True)
    large = sizes[group] >= max(1.0, _SMALLEST_SHARE * len(constellation))
    return np.where(large, names, OTHER)


def walker(
    *,
    satellites: int,
    planes: int,
    inclination_deg: float,
    epoch: dt.datetime,
    altitude_km: float | None = None,
    mean_motion_rev_day: float | None = None,
    phasing: float = 1,
    phase_deg: ArrayLike | None = None,
    raan_deg: float = 0.0,
    eccentricity: float = 0.0,
    name: str = "walker",
) -> Constellation:
    """Return satellites spread evenly over planes that are spread evenly around the pole.

    They are numbered plane by plane, and within a plane in the order in which they fly.

    Parameters
    ----------
    satellites : int
        Over all planes. Where the planes do not divide them, some planes have one more.
    planes : int
    inclination_deg : float
        [°]
    epoch : datetime
        When they stand as drawn; UTC when without a time zone.
    altitude_km : float, optional
        Mean altitude of circular orbits, as `mean_altitude_km` counts it [km].
    mean_motion_rev_day : float, optional
        Kozai mean motion, as elements hold it, instead of the altitude [rev/day].
    phasing : float
        Walker's F: the first satellite of each plane is ahead of that of the plane before by
        F × 360° / `satellites`.
    phase_deg : array_like, shape (planes,), optional
        How far ahead of the node the first satellite of each plane is, instead of `phasing`; a
        single number is the step from each plane to the next [°].
    raan_deg : float
        Node of the first plane at the epoch [°].
    eccentricity : float
        With the perigee at the node.
    name : str

    Returns
    -------
    Constellation
        Basis ``"modelled"``, without drag; ids count from 1.

    Raises
    ------
    ValueError
        If there are more planes than satellites, not exactly one of altitude and mean motion, or
        not one phase for each plane.

    Notes
    -----
    Walker delta pattern: J. G. Walker 1984, J. British Interplanetary Society 37, 559-572.
    """
    if not 1 <= planes <= satellites:
        raise ValueError(f"{satellites} satellites can not be spread over {planes} planes")
    rev_day = _motion(altitude_km, mean_motion_rev_day)
    number = np.arange(satellites)
    # Plane boundaries by rounding spread the planes that have one more around the pole.
    first = np.floor(np.arange(planes + 1) * satellites / planes + 0.5).astype(int)
    plane = np.searchsorted(first, number, side="right") - 1
    seats = np.diff(first)[plane]
    seat = number - first[plane]
    step_deg = 360.0 * phasing / satellites if phase_deg is None else phase_deg
    height_km = mean_altitude_km(np.array([rev_day])) if altitude_km is None else [altitude_km]
    label = shell_names(np.array([inclination_deg]), np.asarray(height_km))[0]
    return Constellation(
        name=name,
        basis="modelled",
        norad_id=number.astype(np.int64) + 1,
        object_name=np.array(
            [f"{label} {p + 1}-{s + 1}" for p, s in zip(plane, seat, strict=True)]
        ),
        shell=np.full(satellites, label),
        epoch=np.full(satellites, to_datetime64(epoch)),
        inclination_deg=np.full(satellites, float(inclination_deg)),
        raan_deg=(raan_deg + 360.0 * plane / planes) % 360.0,
        eccentricity=np.full(satellites, float(eccentricity)),
        arg_perigee_deg=np.zeros(satellites),
        mean_anomaly_deg=(360.0 * seat / seats + _phases_deg(step_deg, planes)[plane]) % 360.0,
        mean_motion_rev_day=np.full(satellites, rev_day),
        bstar=np.zeros(satellites),
    )


def _motion(altitude_km: float | None, given_rev_day: float | None) -> float:
    if altitude_km is not None and given_rev_day is None:
        return float(mean_motion_rev_day(np.asarray(altitude_km, dtype=np.float64)))
    if given_rev_day is None or altitude_km is not None:
        raise ValueError("a shell has either an altitude or a mean motion")
    return float(given_rev_day)


def _phases_deg(given_deg: ArrayLike, planes: int) -> Floats:
    """Return the phase of each plane's first satellite, from all of them or from their step."""
    phase_deg = np.asarray(given_deg, dtype=np.float64)
    if phase_deg.ndim == 0:
        return np.asarray(phase_deg * np.arange(planes))
    if phase_deg.shape != (planes,):
        raise ValueError(f"{phase_deg.size} phases for {planes} planes")
    return phase_deg


def largest_first(shell: NDArray[np.str_]) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Return the names of shells, the largest first and `OTHER` last, and which each row is.

    Parameters
    ----------
    shell : ndarray of str, shape (n,)
        Empty counts as `OTHER`.

    Returns
    -------
    names : ndarray of str, shape (shells,)
    number : ndarray of int, shape (n,)
    """
    named = np.where(shell == "", OTHER, shell)
    names, group, sizes = np.unique(named, return_inverse=True, return_counts=True)
    order = np.lexsort((-sizes, names == OTHER))
    place = np.empty(len(names), dtype=np.intp)
    place[order] = np.arange(len(names))
    return names[order], place[group]
