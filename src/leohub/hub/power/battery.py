"""A battery between panel and load, hour by hour, and the hours in which the load is not met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.hub.power.months import DAYS_OF_MONTH, MONTH_OF_DAY
from leohub.hub.power.panel import panel_output_w
from leohub.validity import Floats, at_most, not_negative, positive

_ROUNDING_WH = 1e-6
"""An hour whose load is missed by less is met."""


@dataclass(frozen=True)
class Equipment:
    """How well panel and battery work; each a number, or an array that broadcasts.

    Attributes
    ----------
    performance_ratio : array_like
        See `leohub.hub.power.panel.panel_output_w` [-].
    charge_efficiency, discharge_efficiency : array_like
        Share of the energy that arrives, above 0 to 1 [-].
    depth_of_discharge : array_like
        Share of the rated capacity that is used, above 0 to 1 [-].
    """

    performance_ratio: ArrayLike
    charge_efficiency: ArrayLike
    discharge_efficiency: ArrayLike
    depth_of_discharge: ArrayLike

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1."""
        positive(**vars(self))
        at_most(1, **vars(self))

    @property
    def delivered_share(self) -> Floats:
        """What a full battery gives to the load, over its rated capacity [-]."""
        depth = np.asarray(self.depth_of_discharge, dtype=np.float64)
        return np.asarray(depth * np.asarray(self.discharge_efficiency))

    @classmethod
    def from_values(cls, values: Mapping[str, ArrayLike]) -> Equipment:
        """Return the equipment of a table of quantities, or of draws from it."""
        return cls(
            performance_ratio=values["power.panel.performance_ratio"],
            charge_efficiency=values["power.battery.charge_efficiency"],
            discharge_efficiency=values["power.battery.discharge_efficiency"],
            depth_of_discharge=values["power.battery.depth_of_discharge"],
        )


def loss_of_load_pct(
    panel_w: ArrayLike,
    battery_wh: ArrayLike,
    load_w: ArrayLike,
    sun_w_m2: ArrayLike,
    equipment: Equipment,
) -> Floats:
    """Return the share of hours in which the load is not fully met.

    The sun feeds the load first and the battery with the rest; what a full battery cannot take is
    lost. Each run of hours begins with a full battery.

    Parameters
    ----------
    panel_w, battery_wh : array_like, shape (...)
        Rated power [W] and capacity [Wh].
    load_w : array_like, shape (..., 24)
        Mean of each hour of the day, from midnight [W].
    sun_w_m2 : array_like, shape (..., years, hours)
        Radiation on the panel [W/m²]; whole days from midnight, in runs that are independent.
    equipment : Equipment
        Its numbers broadcast as `panel_w` does.

    Returns
    -------
    ndarray, shape (...)
        Over all hours of all years [%].

    Raises
    ------
    ValueError
        When a size or a load is negative, or the hours are not whole days.
    """
    days = np.asarray(sun_w_m2).shape[-1] // 24
    part = np.zeros(days, dtype=np.intp)
    lost = _lost_hours(panel_w, battery_wh, load_w, sun_w_m2, equipment, part)[..., 0]
    return np.asarray(lost / (days * 24) * 100)


def monthly_loss_of_load_pct(
    panel_w: ArrayLike,
    battery_wh: ArrayLike,
    load_w: ArrayLike,
    sun_w_m2: ArrayLike,
    equipment: Equipment,
) -> Floats:
    """Return the share of the hours of each month in which the load is not fully met.

    Parameters
    ----------
    panel_w, battery_wh, load_w, sun_w_m2, equipment
        As for `loss_of_load_pct`, with 8,760 hours a year.

    Returns
    -------
    ndarray, shape (..., 12)
        January to December, over all years [%].

    Raises
    ------
    ValueError
        As `loss_of_load_pct`, or when there are not 8,760 hours.
    """
    lost = _lost_hours(panel_w, battery_wh, load_w, sun_w_m2, equipment, MONTH_OF_DAY)
    return np.asarray(lost / (DAYS_OF_MONTH * 24) * 100)


def _lost_hours(
    panel_w: ArrayLike,
    battery_wh: ArrayLike,
    load_w: ArrayLike,
    sun_w_m2: ArrayLike,
    equipment: Equipment,
    part_of_day: NDArray[np.intp],
) -> Floats:
    """Return the lost hours in each part of a year, mean over the years, shape (..., parts)."""
    panel, battery, load = not_negative(panel_w=panel_w, battery_wh=battery_wh, load_w=load_w)
    sun = np.asarray(sun_w_m2, dtype=np.float64)
    if sun.shape[-1] != 24 * len(part_of_day) or load.shape[-1] != 24:
        raise ValueError(
            f"{sun.shape[-1]} hours of sun and {load.shape[-1]} of load, where "
            f"{24 * len(part_of_day)} and 24 are needed"
        )
    watts_per_sun = panel_output_w(panel, 1.0, equipment.performance_ratio)
    capacity = battery * np.asarray(equipment.depth_of_discharge)
    charge = equipment.charge_efficiency
    drawn = 1 / np.asarray(equipment.discharge_efficiency)
    sites = np.broadcast_shapes(
        sun.shape[:-2],
        load.shape[:-1],
        watts_per_sun.shape,
        capacity.shape,
        np.shape(charge),
        drawn.shape,
    )
    # Hours and years first, so that what has one value per site broadcasts as it is.
    sun = np.broadcast_to(sun, (*(1,) * (len(sites) - sun.ndim + 2), *sun.shape))
    by_hour = np.ascontiguousarray(np.moveaxis(sun, (-1, -2), (0, 1)))
    load_by_hour = np.moveaxis(load, -1, 0)
    shape = (sun.shape[-2], *sites)
    stored = np.broadcast_to(capacity, shape).copy()
    lost = np.zeros((part_of_day.max() + 1, *shape))
    surplus, flow = np.empty(shape), np.empty(shape)
    for hour, sun_now in enumerate(by_hour):
        load_now = load_by_hour[hour % 24]
        if sun_now.any():
            np.multiply(sun_now, watts_per_sun, out=surplus)
            surplus -= load_now
            # The smaller is what charges where there is a surplus, what is drawn where not.
            np.multiply(surplus, charge, out=flow)
            np.multiply(surplus, drawn, out=surplus)
            stored += np.minimum(surplus, flow, out=flow)
            np.minimum(stored, capacity, out=stored)
        else:
            stored -= load_now * drawn
        lost[part_of_day[hour // 24]] += stored < -_ROUNDING_WH
        np.maximum(stored, 0, out=stored)
    return np.moveaxis(lost.mean(axis=1), 0, -1)
