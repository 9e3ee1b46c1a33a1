"""The round trip from a terminal to its point of presence, and on to a server.

Both are always told, because they are measured by different people: operators and terminals
measure to the point of presence, speed tests to servers behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import LIGHT_KM_S
from leohub.sky.latency.routes import Route
from leohub.sky.network.links import to_ms
from leohub.validity import at_least

Floats = NDArray[np.float64]

PARAMETERS: Final = (
    "access_ms",
    "hop_ms",
    "laser_factor",
    "fibre_factor",
    "fibre_us_km",
    "beyond_ms",
)
"""What `round_trip_ms` wants besides ways: quantities ``latency.…`` of an operator."""


@dataclass(frozen=True)
class RoundTrip:
    """How long a packet takes there and back.

    Attributes
    ----------
    pop_ms : ndarray
        Between the terminal and the point of presence [ms]; NaN where there is no way.
    server_ms : ndarray
        Between who uses the terminal and the server [ms].
    """

    pop_ms: Floats
    server_ms: Floats


def round_trip_ms(
    route: Route,
    *,
    access_ms: ArrayLike,
    hop_ms: ArrayLike,
    laser_factor: ArrayLike,
    fibre_factor: ArrayLike,
    fibre_us_km: ArrayLike,
    beyond_ms: ArrayLike,
) -> RoundTrip:
    """Return the round trips over ways; everything broadcasts.

    Parameters
    ----------
    route : Route
        From `find_routes`, or its `mean_route` for many draws of the parameters.
    access_ms : array_like
        What waiting for a turn, framing and processing add to a round trip [ms].
    hop_ms : array_like
        What each satellite adds that passes traffic on by laser, one way [ms].
    laser_factor : array_like
        Length of the way that traffic takes over lasers, over the shortest one.
    fibre_factor : array_like
        Length of a fibre, over the great circles it follows.
    fibre_us_km : array_like
        How long light takes through a fibre, one way [µs/km].
    beyond_ms : array_like
        What the user's Wi-Fi, exchanges and the server add to a round trip [ms].

    Returns
    -------
    RoundTrip

    Raises
    ------
    ValueError
        If a time is negative, a factor below 1, or a fibre faster than light in vacuum.

    Notes
    -----
    access + 2 · ((radio + laser_factor · laser) / c + hops · hop + fibre), and the same with the
    fibre to the server and `beyond_ms`. The way back is as long as the way there.
    """
    at_least(0, access_ms=access_ms, hop_ms=hop_ms, beyond_ms=beyond_ms)
    at_least(1, laser_factor=laser_factor, fibre_factor=fibre_factor)
    at_least(1e6 / LIGHT_KM_S, fibre_us_km=fibre_us_km)
    space_ms = to_ms(route.radio_km + np.asarray(laser_factor) * route.laser_km)
    fibre_ms_km = np.asarray(fibre_factor) * np.asarray(fibre_us_km) / 1e3
    one_way_ms = space_ms + route.hops * np.asarray(hop_ms) + route.fibre_km * fibre_ms_km
    pop_ms = access_ms + 2 * one_way_ms
    server_ms = pop_ms + 2 * route.server_fibre_km * fibre_ms_km + beyond_ms
    return RoundTrip(pop_ms=np.asarray(pop_ms), server_ms=np.asarray(server_ms))


def latency_parameters(values: Mapping[str, ArrayLike]) -> dict[str, ArrayLike]:
    """Return what `round_trip_ms` wants, from an operator's quantities or draws of them.

    Parameters
    ----------
    values : mapping of str to array_like
        By dotted name, ``"latency.access_ms"``, as `leohub.quantities.nominal` and `draws` return
        them. Others are passed over.
    """
    return {name: values[f"latency.{name}"] for name in PARAMETERS}
