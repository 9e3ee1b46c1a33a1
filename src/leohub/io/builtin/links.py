"""Links of the built-in operators, made from their quantities; the MODCODs they use."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from leohub.sky.link.link import EirpLink, FluxLink, Link
from leohub.sky.link.modcod import Modcods, efficient_modcods

Values = Mapping[str, ArrayLike]
"""A number, or an array of draws, for each quantity by dotted name: ``"down.gt_db_per_k"``."""


@cache
def built_in_modcods() -> Modcods:
    """Return the MODCODs of DVB-S2X that no other one beats."""
    with resources.files("leohub.data").joinpath("modcods.csv").open("rb") as file:
        table = pd.read_csv(file)
    return efficient_modcods(
        table["name"].tolist(), table["efficiency"].to_numpy(), table["threshold_db"].to_numpy()
    )


def down_link(values: Values) -> Link:
    """Return the link from a satellite to a terminal.

    Parameters
    ----------
    values : mapping of str to array_like
        At least everything that an operator's table has under ``down``; with a power-flux density
        on the ground or else an EIRP.
    """
    if "down.flux_dbw_m2_4khz" in values:
        return FluxLink(
            flux_dbw_m2_4khz=values["down.flux_dbw_m2_4khz"],
            system_temperature_k=values["down.system_temperature_k"],
            **_shared(values, "down"),
        )
    return EirpLink(
        eirp_dbw=values["down.eirp_dbw"],
        system_temperature_k=values["down.system_temperature_k"],
        **_shared(values, "down"),
    )


def up_link(values: Values) -> Link:
    """Return the link from a terminal to a satellite.

    The satellite looks at the warm Earth, which rain does not make warmer: it adds no noise.

    Parameters
    ----------
    values : mapping of str to array_like
        At least everything that an operator's table has under ``up``.
    """
    return EirpLink(
        eirp_dbw=values["up.eirp_dbw"], system_temperature_k=np.inf, **_shared(values, "up")
    )


class _Shared(TypedDict):
    frequency_ghz: ArrayLike
    channel_mhz: ArrayLike
    gt_db_per_k: ArrayLike
    scan_exponent: ArrayLike
    interference_db: ArrayLike
    implementation_loss_db: ArrayLike
    overhead: ArrayLike
    modcods: Modcods


def _shared(values: Values, way: str) -> _Shared:
    """Return what links of either way are made of."""
    return _Shared(
        frequency_ghz=values[f"{way}.frequency_ghz"],
        channel_mhz=values[f"{way}.channel_mhz"],
        gt_db_per_k=values[f"{way}.gt_db_per_k"],
        scan_exponent=values[f"{way}.scan_exponent"],
        interference_db=values[f"{way}.interference_db"],
        implementation_loss_db=values[f"{way}.implementation_loss_db"],
        overhead=values[f"{way}.overhead"],
        modcods=built_in_modcods(),
    )
