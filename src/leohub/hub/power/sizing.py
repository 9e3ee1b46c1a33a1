"""How large panel and battery must be: the cheapest pair that keeps the hub on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.hub.power.battery import Equipment, monthly_loss_of_load_pct
from leohub.hub.power.months import monthly_means
from leohub.validity import Floats, not_negative, percentages

PANEL_STEP_W: Final = 50.0
BATTERY_STEP_WH: Final = 100.0
"""Sizes that are looked at, much as they are sold [W], [Wh]."""

LARGEST_PANEL: Final = 3.0
"""Largest panel that is looked at, as a multiple of one that gives the need of a mean day."""

MOST_PANELS: Final = 500
"""Sizes of panels that are looked at, at most: beyond it is no hub, and memory ends."""

LARGEST_BATTERY_DAYS: Final = 5.0
"""Largest battery that is looked at, in days that it carries the load."""


@dataclass(frozen=True)
class PowerSupply:
    """Panel and battery of each hub, and how well they keep it on.

    Attributes
    ----------
    panel_w, battery_wh : ndarray, shape (...)
        Rated power [W] and capacity [Wh].
    cost : ndarray
        Of both [currency of the prices].
    loss_of_load_typical_pct, loss_of_load_worst_pct : ndarray
        Share of the hours whose load is not fully met, in the typical and in the worst month [%].
    typical_month, worst_month : ndarray of int
        1 to 12: the month whose sunshine is the sixth least of the year, and the one with the
        greatest loss of load (of several, the one with the least sunshine).
    autonomy_days : ndarray
        How long a full battery carries the load without sun [days].
    """

    panel_w: Floats
    battery_wh: Floats
    cost: Floats
    loss_of_load_typical_pct: Floats
    loss_of_load_worst_pct: Floats
    typical_month: NDArray[np.intp]
    worst_month: NDArray[np.intp]
    autonomy_days: Floats


def size_supply(
    load_w: ArrayLike,
    sun_w_m2: ArrayLike,
    equipment: Equipment,
    *,
    panel_price_per_w: float,
    battery_price_per_wh: float,
    target_pct: ArrayLike,
) -> PowerSupply:
    """Find the cheapest panel and battery whose loss of load stays within a target every month.

    For each panel in steps of 50 W the smallest battery in steps of 100 Wh is found by bisection,
    since a larger battery never loses more hours. Hubs with the same load and sunshine have the
    same answer: ask for each kind once.

    Parameters
    ----------
    load_w : array_like, shape (..., 24)
        Mean of each hour of the day, from midnight; more than 0 in some hour [W].
    sun_w_m2 : array_like, shape (..., years, 8760)
        Radiation on the panel, as `leohub.hub.power.sunshine.sun_years` draws it [W/m²].
    equipment : Equipment
        Its numbers have the shape (...).
    panel_price_per_w, battery_price_per_wh : float
        [currency/W], [currency/Wh]
    target_pct : array_like, shape (...)
        Greatest share of the hours of the worst month, as a mean over the years [%].

    Raises
    ------
    ValueError
        When a price or a load is negative, it takes a panel too large for a hub, or no size that
        is looked at meets the target.
    """
    (load,) = not_negative(load_w=load_w)
    not_negative(panel_price_per_w=panel_price_per_w, battery_price_per_wh=battery_price_per_wh)
    (target,) = percentages(target_pct=target_pct)
    sun = np.asarray(sun_w_m2, dtype=np.float64)
    need_wh = load.sum(axis=-1)
    if np.any(need_wh <= 0):
        raise ValueError("a load of 0 W needs no panel and no battery")
    sizes = _panels(load, sun, equipment, target)
    prices = panel_price_per_w, battery_price_per_wh
    batteries = _smallest_batteries(sizes, load, sun, equipment, target, prices)
    met = np.isfinite(batteries)
    costs = sizes * panel_price_per_w + np.where(met, batteries, 0) * battery_price_per_wh
    costs = np.where(met, costs, np.inf)
    if not np.all(met.any(axis=-1)):
        raise ValueError(
            f"no panel up to {LARGEST_PANEL:g} times the mean need with a battery of up to "
            f"{LARGEST_BATTERY_DAYS:g} days keeps the loss of load within {target.min():g} %"
        )
    cheapest = np.argmin(costs, axis=-1)[..., None]
    panel, battery, cost = (
        np.take_along_axis(values, cheapest, axis=-1)[..., 0]
        for values in (sizes, batteries, costs)
    )
    loss = monthly_loss_of_load_pct(panel, battery, load, sun, equipment)
    typical, worst = _months(loss, sun)
    return PowerSupply(
        panel_w=panel,
        battery_wh=battery,
        cost=cost,
        loss_of_load_typical_pct=np.take_along_axis(loss, typical[..., None], axis=-1)[..., 0],
        loss_of_load_worst_pct=np.take_along_axis(loss, worst[..., None], axis=-1)[..., 0],
        typical_month=typical + 1,
        worst_month=worst + 1,
        autonomy_days=np.asarray(battery * equipment.delivered_share / need_wh),
    )


def _panels(load: Floats, sun: Floats, equipment: Equipment, target: Floats) -> Floats:
    """Return the panels to look at, shape (..., sizes): none smaller can do in the long run."""
    need_wh = load.sum(axis=-1)
    spared_wh = target / 100 * 24 * load.max(axis=-1)
    sun_h = sun.mean(axis=(-1, -2)) * 24 / 1000
    panel_w_per_wh = 1 / (sun_h * np.asarray(equipment.performance_ratio))
    first = np.maximum(np.floor((need_wh - spared_wh) * panel_w_per_wh / PANEL_STEP_W), 1)
    last = np.ceil(LARGEST_PANEL * need_wh * panel_w_per_wh / PANEL_STEP_W)
    if (last - first).max() >= MOST_PANELS:
        raise ValueError(
            f"panels of up to {PANEL_STEP_W * last.max():,.0f} W are needed: too large for a hub"
        )
    return np.asarray(PANEL_STEP_W * (first[..., None] + np.arange((last - first).max() + 1)))


def _smallest_batteries(
    panel: Floats,
    load: Floats,
    sun: Floats,
    equipment: Equipment,
    target: Floats,
    prices: tuple[float, float],
) -> Floats:
    """Return a battery that meets the target with each panel; infinite if none does.

    It is the smallest one wherever the pair can be the cheapest: by bisection, from which panels
    drop out as soon as a cheaper pair is known than any that they can still come to.
    """
    beside = Equipment(
        **{name: np.asarray(value)[..., None] for name, value in vars(equipment).items()}
    )
    most_wh = LARGEST_BATTERY_DAYS * load.sum(axis=-1) / equipment.delivered_share
    most = np.ceil(most_wh / BATTERY_STEP_WH)
    beyond = np.broadcast_to(most[..., None] + 1, panel.shape)
    too_small, enough = np.zeros(panel.shape), beyond.copy()

    def cost(steps: Floats) -> Floats:
        return panel * prices[0] + steps * (BATTERY_STEP_WH * prices[1])

    while True:
        known = np.where(enough < beyond, cost(enough), np.inf).min(axis=-1, keepdims=True)
        unsure = (enough - too_small > 1) & (cost(too_small + 1) <= known)
        sizes = np.flatnonzero(unsure.reshape(-1, panel.shape[-1]).any(axis=0))
        if not len(sizes):
            return np.where(enough < beyond, enough * BATTERY_STEP_WH, np.inf)
        low, high = too_small[..., sizes], enough[..., sizes]
        middle = np.maximum((low + high) // 2, 1)
        loss = monthly_loss_of_load_pct(
            panel[..., sizes],
            middle * BATTERY_STEP_WH,
            load[..., None, :],
            sun[..., None, :, :],
            beside,
        )
        met = loss.max(axis=-1) <= target[..., None]
        too_small[..., sizes] = np.where(met, low, middle)
        enough[..., sizes] = np.where(met, middle, high)


def _months(loss: Floats, sun: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the typical and the worst month, 0 for January."""
    daily = sun.reshape(*sun.shape[:-1], -1, 24).mean(axis=(-1, -3))
    monthly = np.broadcast_to(monthly_means(daily), loss.shape)
    return np.argsort(monthly, axis=-1)[..., 5], np.lexsort((monthly, -loss), axis=-1)[..., 0]
