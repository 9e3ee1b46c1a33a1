"""Shells: which satellites fly together, and satellites spread over a shell by rule."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

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
    altitude_km: float,
    epoch: dt.datetime,
    phasing: int = 1,
    raan_deg: float = 0.0,
    name: str = "walker",
) -> Constellation:
    """Return satellites spread evenly over planes that are spread evenly around the pole.

    Parameters
    ----------
    satellites : int
        Over all planes. Where the planes do not divide them, some planes have one more.
    planes : int
    inclination_deg : float
        [°]
    altitude_km : float
        Mean altitude of circular orbits, as `mean_altitude_km` counts it [km].
    epoch : datetime
        When they stand as drawn; UTC when without a time zone.
    phasing : int
        Walker's F: the first satellite of each plane is ahead of that of the plane before by
        F × 360° / `satellites`.
    raan_deg : float
        Node of the first plane at the epoch [°].
    name : str

    Returns
    -------
    Constellation
        Basis ``"modelled"``, without drag; ids count from 1.

    Notes
    -----
    Walker delta pattern: J. G. Walker 1984, J. British Interplanetary Society 37, 559-572.
    """
    if not 1 <= planes <= satellites:
        raise ValueError(f"{satellites} satellites can not be spread over {planes} planes")
    number = np.arange(satellites)
    # Plane boundaries by rounding spread the planes that have one more around the pole.
    first = np.floor(np.arange(planes + 1) * satellites / planes + 0.5).astype(int)
    plane = np.searchsorted(first, number, side="right") - 1
    seats = np.diff(first)[plane]
    inclination = np.full(satellites, float(inclination_deg))
    altitude = np.full(satellites, float(altitude_km))
    label = shell_names(inclination[:1], altitude[:1])[0]
    return Constellation(
        name=name,
        basis="modelled",
        norad_id=number.astype(np.int64) + 1,
        object_name=np.array([f"{label} {p + 1}-{s + 1}" for p, s in _seats(plane, first)]),
        shell=np.full(satellites, label),
        epoch=np.full(satellites, to_datetime64(epoch)),
        inclination_deg=inclination,
        raan_deg=(raan_deg + 360.0 * plane / planes) % 360.0,
        eccentricity=np.zeros(satellites),
        arg_perigee_deg=np.zeros(satellites),
        mean_anomaly_deg=(
            360.0 * (number - first[plane]) / seats + 360.0 * phasing * plane / satellites
        )
        % 360.0,
        mean_motion_rev_day=mean_motion_rev_day(altitude),
        bstar=np.zeros(satellites),
    )


def _seats(plane: NDArray[np.intp], first: NDArray[np.int_]) -> list[tuple[int, int]]:
    return [(int(p), number - int(first[p])) for number, p in enumerate(plane)]
