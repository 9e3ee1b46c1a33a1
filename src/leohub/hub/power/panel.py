"""What a panel gives, and what a hub takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from leohub.validity import Floats, not_negative

STANDARD_W_M2 = 1000.0
"""Radiation at which a panel gives its rated power [W/m²]. IEC 60904-3."""


def panel_output_w(panel_w: ArrayLike, sun_w_m2: ArrayLike, performance_ratio: ArrayLike) -> Floats:
    """Return the power that a panel gives to battery and load [W].

    Parameters
    ----------
    panel_w : array_like
        Rated power [W].
    sun_w_m2 : array_like
        Radiation on the panel [W/m²].
    performance_ratio : array_like
        Share of the rated power that is left by heat, dirt, age, cables and charge controller
        (IEC 61724-1, without the battery) [-].
    """
    rated = np.asarray(panel_w) * np.asarray(sun_w_m2) / STANDARD_W_M2
    return np.asarray(rated * performance_ratio)


def load_by_hour_w(
    open_w: ArrayLike, closed_w: ArrayLike, opens_h: ArrayLike, closes_h: ArrayLike
) -> Floats:
    """Return what a hub takes in each hour of the day [W].

    Parameters
    ----------
    open_w : array_like, shape (...)
        Terminal, Wi-Fi and router together [W].
    closed_w : array_like, shape (...)
        What stays on when the hub is closed [W].
    opens_h, closes_h : array_like, shape (...)
        Hours of the day, 0 to 24, opening before closing [h].

    Returns
    -------
    ndarray, shape (..., 24)
        Mean of each hour, from midnight.

    Raises
    ------
    ValueError
        When a power is negative or the hours are not in order within the day.
    """
    open_w, closed_w = not_negative(open_w=open_w, closed_w=closed_w)
    opens, closes = (np.asarray(h, dtype=np.float64)[..., None] for h in (opens_h, closes_h))
    if np.any((opens < 0) | (closes > 24) | (opens > closes)):
        raise ValueError("a hub opens and closes from 0 to 24 h, and opens before it closes")
    hour = np.arange(24)
    share = np.maximum(np.minimum(closes, hour + 1) - np.maximum(opens, hour), 0)
    return np.asarray(open_w[..., None] * share + closed_w[..., None] * (1 - share))
