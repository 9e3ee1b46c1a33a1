"""From a day's radiation on level ground to each hour's on a tilted panel."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from leohub.hub.power.sun import SunPosition, sunset_deg
from leohub.validity import Floats, at_most, not_negative, within

LOW_SUN_DEG: Final = 87.0
"""Zenith angle beyond which all radiation is taken as diffuse: dividing a small number by a small
cosine would make a beam of nothing [°]."""


def share_of_day(lat_deg: ArrayLike, position: SunPosition) -> Floats:
    """Return which share of a day's radiation on level ground falls in each of its hours.

    The shape is that of Collares-Pereira & Rabl 1979, Solar Energy 22, 155-164, scaled so that the
    hours of a day add up to 1 (to 0 in polar night).

    Parameters
    ----------
    lat_deg : array_like
        [°]; broadcasts against the position.
    position : SunPosition, shape (..., 24)
        In the middle of each hour of a day.

    Returns
    -------
    ndarray, shape (..., 24)
        [-]
    """
    sunset = np.radians(sunset_deg(lat_deg, position.declination_deg))
    hour_angle = np.radians(position.hour_angle_deg)
    a = 0.409 + 0.5016 * np.sin(sunset - np.pi / 3)
    b = 0.6609 - 0.4767 * np.sin(sunset - np.pi / 3)
    height = np.maximum(np.cos(hour_angle) - np.cos(sunset), 0)
    weight = (a + b * np.cos(hour_angle)) * height
    total = weight.sum(axis=-1, keepdims=True)
    return np.asarray(np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))


def erbs_diffuse_share(clearness: ArrayLike) -> Floats:
    """Return which share of an hour's radiation on level ground comes from the whole sky [-].

    Source: Erbs, Klein & Duffie 1982, Solar Energy 28, 293-302.

    Parameters
    ----------
    clearness : array_like
        Radiation on level ground over that above the atmosphere, 0 to 1 [-].

    Raises
    ------
    ValueError
        For a clearness outside 0 to 1.
    """
    (k,) = not_negative(clearness=clearness)
    at_most(1, clearness=k)
    cloudy = 1 - 0.09 * k
    mixed = 0.9511 + k * (-0.1604 + k * (4.388 + k * (-16.638 + k * 12.336)))
    return np.where(k <= 0.22, cloudy, np.where(k <= 0.80, mixed, 0.165))


def plane_of_array_w_m2(
    global_w_m2: ArrayLike,
    normal_w_m2: ArrayLike,
    position: SunPosition,
    tilt_deg: ArrayLike,
    facing_deg: ArrayLike,
    albedo: ArrayLike,
) -> Floats:
    """Return the radiation on a tilted plane, from that on level ground [W/m²].

    Beam by geometry, diffuse light the same from all of the sky (Liu & Jordan 1960, Solar Energy 4
    (3), 1-19, and 1963, Solar Energy 7, 53-74), the ground reflecting evenly.

    Parameters
    ----------
    global_w_m2 : array_like
        On level ground [W/m²].
    normal_w_m2 : array_like
        On a plane that faces the sun, above the atmosphere [W/m²].
    position : SunPosition
    tilt_deg, facing_deg : array_like
        Of the panel: from level, 0 to 90, and the direction it faces, from north by east [°].
    albedo : array_like
        Share of light that the ground throws back [-].

    Raises
    ------
    ValueError
        For a tilt outside its range, or an albedo outside 0 to 1.
    """
    within(tilt_deg, 0, 90, name="tilt_deg", model="radiation on a panel")
    (albedo,) = not_negative(albedo=albedo)
    at_most(1, albedo=albedo)
    global_w_m2 = np.asarray(global_w_m2, dtype=np.float64)
    up = np.cos(np.radians(position.zenith_deg))
    high = position.zenith_deg <= LOW_SUN_DEG
    level_w_m2 = np.asarray(normal_w_m2) * np.maximum(up, np.cos(np.radians(LOW_SUN_DEG)))
    diffuse_share = erbs_diffuse_share(np.clip(global_w_m2 / level_w_m2, 0, 1))
    diffuse = np.where(high, diffuse_share, 1) * global_w_m2
    tilt = np.radians(tilt_deg)
    away = np.radians(position.azimuth_deg - np.asarray(facing_deg, dtype=np.float64))
    onto_panel = up * np.cos(tilt) + np.sin(np.radians(position.zenith_deg)) * np.sin(
        tilt
    ) * np.cos(away)
    gain = np.where(high, np.maximum(onto_panel, 0) / np.where(high, up, 1), 0)
    sky, ground = (1 + np.cos(tilt)) / 2, (1 - np.cos(tilt)) / 2
    beam = (global_w_m2 - diffuse) * gain
    return np.asarray(beam + diffuse * sky + global_w_m2 * albedo * ground)
