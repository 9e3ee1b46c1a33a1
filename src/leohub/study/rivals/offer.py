"""`Offer`: what the terminals of a hub offer together, one or two of them.

Two terminals of different operators stand under the same clouds and hang on the same battery, so
that nothing of them is multiplied as if it were independent: satellites are counted moment by
moment, and rain that cuts off both is the rarer of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.study.service.chain import powered
from leohub.study.service.crowd import Crowd, share_out
from leohub.study.service.line import Line
from leohub.study.service.situation import Situation
from leohub.study.service.values import Values
from leohub.units import HOURS_PER_YEAR

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Times:
    """Share of the moments at which satellites serve a hub, each of shape (hubs,).

    Attributes
    ----------
    both, only_first, only_second : ndarray
        Which of two terminals has service; of one terminal `only_first` alone is not 0.
    """

    both: Floats
    only_first: Floats
    only_second: Floats

    @property
    def any(self) -> Floats:
        """Share of the moments with service."""
        return self.both + self.only_first + self.only_second

    def select(self, chosen: slice) -> Times:
        """Return some of the hubs."""
        return Times(self.both[chosen], self.only_first[chosen], self.only_second[chosen])


def times_of(served: NDArray[np.bool_], other: NDArray[np.bool_] | None = None) -> Times:
    """Count moments, from whether each hub is served at each of them, shape (hubs, moments)."""
    second = np.zeros_like(served) if other is None else other
    return Times(
        (served & second).mean(axis=1),
        (served & ~second).mean(axis=1),
        (~served & second).mean(axis=1),
    )


class Offer(NamedTuple):
    """What one or two terminals offer; shape (draws, hubs)."""

    rain_out_pct: Floats
    """Share of the year with satellites in which rain cuts them off [%]."""
    latency_pop_ms: Floats
    latency_server_ms: Floats
    down_mbps: Floats
    up_mbps: Floats


class Outcome(NamedTuple):
    """What comes of an offer; shape (draws, hubs), but for costs of a hub: (draws, 1)."""

    availability_pct: Floats
    rain_out_h_per_year: Floats
    offer: Offer
    crowd: Crowd


def one(line: Line) -> Offer:
    """Return what a single terminal offers."""
    return Offer(
        line.rain_out_pct,
        line.latency_pop_ms,
        line.latency_server_ms,
        line.cell_down.busy_mbps,
        line.cell_up.busy_mbps,
    )


def two(first: Offer, second: Offer, times: Times, *, standby: bool) -> Offer:
    """Return what two terminals offer together.

    Parameters
    ----------
    first, second : Offer
    times : Times
    standby : bool
        Whether the one with the higher throughput carries the traffic, as long as it works, at its
        latency. Otherwise both carry traffic: throughputs add up, and what is urgent goes the
        quicker way.
    """
    rain = first.rain_out_pct, second.rain_out_pct
    weighted = (
        times.both * np.minimum(*rain) + times.only_first * rain[0] + times.only_second * rain[1]
    )
    served = np.broadcast_to(times.any, weighted.shape)
    rain_out_pct = np.divide(weighted, served, out=np.zeros_like(weighted), where=served > 0)
    if standby:
        better = first.down_mbps >= second.down_mbps
        return Offer(
            rain_out_pct,
            *(np.where(better, a, b) for a, b in zip(first[1:], second[1:], strict=True)),
        )
    return Offer(
        rain_out_pct,
        np.fmin(first.latency_pop_ms, second.latency_pop_ms),
        np.fmin(first.latency_server_ms, second.latency_server_ms),
        first.down_mbps + second.down_mbps,
        first.up_mbps + second.up_mbps,
    )


def use(offer: Offer, values: Values, times: Times, situation: Situation) -> Outcome:
    """Follow the chain from an offer to who is served, and at what cost.

    Parameters
    ----------
    offer : Offer
    values : mapping of str to ndarray, shape (draws, 1)
        Draws of the quantities of hubs and of the cost.
    times : Times
    situation : Situation
        Whose people, power supply and cost count.
    """
    out = offer.rain_out_pct / 100
    return Outcome(
        100 * times.any * (1 - out) * powered(situation),
        HOURS_PER_YEAR * times.any * out,
        offer,
        share_out(values, offer.down_mbps, situation),
    )


def together(
    skies: tuple[str, ...], lines: Mapping[str, Line], times: Times, *, standby: bool
) -> Offer:
    """Return what the terminals under one or two skies offer."""
    first = one(lines[skies[0]])
    if len(skies) == 1:
        return first
    return two(first, one(lines[skies[1]]), times, standby=standby)
