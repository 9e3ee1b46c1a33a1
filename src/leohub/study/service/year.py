"""Years of a hub's rain, drawn: how long and how often it is out, and how that differs by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from leohub.io.builtin.links import down_link, up_link
from leohub.quantities import nominal
from leohub.sky.air.attenuation import exceedance_pct
from leohub.sky.air.process import draw_exceedance_pct
from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.motion.propagation import Orbits
from leohub.sky.visibility.record import Record, record
from leohub.sky.visibility.tally import Gaps
from leohub.study.overhead import Overhead
from leohub.study.service.estimate import Estimate
from leohub.study.service.situation import RARE_PCT
from leohub.units import DAYS_PER_YEAR, HOURS_PER_YEAR, SECONDS_PER_DAY

Floats = NDArray[np.float64]

STEP_S: Final = 60.0
"""Between the moments of a drawn year [s]."""

SPREAD: Final = (0.1, 0.5, 0.9)
"""Quantiles that a spread over years is told by."""


@dataclass(frozen=True)
class RainYears:
    """Years of one hub's rain, each drawn independently.

    Attributes
    ----------
    out_h : ndarray, shape (years,)
        Out by rain [h].
    outages : ndarray of int, shape (years,)
        Times that it is. What lasts less than `step_s` may not be seen; one that pauses for as long
        counts twice, as when a higher satellite serves in between.
    longest_h : ndarray, shape (years,)
        The longest of them [h].
    expected_h : float
        Out by rain in the mean of endlessly many years [h].
    usable_pct : float
        Share of the time with a usable satellite, whatever the rain [%].
    longest_gap_s : float
        Longest time without one in the hours watched [s].
    step_s : float
        Between the moments that are looked at [s].
    """

    out_h: Floats
    outages: NDArray[np.int64]
    longest_h: Floats
    expected_h: float
    usable_pct: float
    longest_gap_s: float
    step_s: float

    @property
    def without_satellite_h(self) -> float:
        """Hours of a year without a usable satellite, if every day is like those watched [h]."""
        return HOURS_PER_YEAR * (1 - self.usable_pct / 100)

    def spread(self) -> dict[str, tuple[float, float, float]]:
        """Return one year in ten, the median year, and nine in ten, by the names of the figures."""
        figures = {"out_h": self.out_h, "outages": self.outages, "longest_h": self.longest_h}
        return {
            name: (float(low), float(middle), float(high))
            for name, values in figures.items()
            for low, middle, high in [np.quantile(values, SPREAD)]
        }


def rain_years(
    estimate: Estimate, hub: int, overhead: Overhead, *, hours: float, count: int, seed: int
) -> RainYears:
    """Draw years of rain over a hub, at the elevation of the satellite of the moment.

    Parameters
    ----------
    estimate : Estimate
        Its numbers are taken without draws: what differs is the rain of the years alone.
    hub : int
        Its position, from 0.
    overhead : Overhead
        That it was made under.
    hours : float
        How long the sky is watched; it repeats itself after that [h].
    count : int
        Years.
    seed : int

    Raises
    ------
    ValueError
        If there are no years.

    Notes
    -----
    `leohub.sky.air.process` draws how hard the air is; the link is out while that is beyond what
    its worse way bears.
    """
    watched = _watch(estimate, hub, overhead, hours)
    limit_pct = _limits(estimate, hub, watched)
    served = watched.series["serving"][0] >= 0
    steps = round(DAYS_PER_YEAR * SECONDS_PER_DAY / STEP_S)
    out, found = np.zeros(count, dtype=np.int64), None
    begin = 0
    for drawn_pct in draw_exceedance_pct(count, steps, STEP_S, seed):
        moment = np.arange(begin, begin + drawn_pct.shape[1]) % len(limit_pct)
        rained_out = drawn_pct < limit_pct[moment]
        out += np.count_nonzero(rained_out, axis=1)
        part = _outages(rained_out)
        found = part if found is None else found.then(part, begin, len(moment))
        begin += len(moment)
    assert found is not None  # there is at least one year with a step
    step_h = STEP_S / 3600
    return RainYears(
        out_h=np.asarray(out * step_h),
        outages=found.runs,
        longest_h=np.asarray(found.longest * step_h),
        expected_h=HOURS_PER_YEAR * float(limit_pct.mean()) / 100,
        usable_pct=100 * float(served.mean()),
        longest_gap_s=float(watched.tally.unusable.longest[0]) * STEP_S,
        step_s=STEP_S,
    )


def _watch(estimate: Estimate, hub: int, overhead: Overhead, hours: float) -> Record:
    return record(
        Orbits(overhead.screening.kept, overhead.orientation),
        estimate.situation.places.select(slice(hub, hub + 1)),
        overhead.rules,
        slot_times(to_datetime64(overhead.start), hours, STEP_S, overhead.rules.slot_phase_s),
        overhead.gateways,
        with_series=True,
    )


def _limits(estimate: Estimate, hub: int, watched: Record) -> Floats:
    """Return how rare the air is at which the link just holds, moment by moment [% of a year].

    0, as if it always held, where no satellite serves: that is no outage by rain.
    """
    situation, values = estimate.situation, nominal(estimate.quantities)
    aspect = situation.aspect
    place = (aspect.elevation_deg, aspect.range_km[hub])
    by_class = np.maximum(
        exceedance_pct(
            down_link(values).tolerated_attenuation_db(*place), RARE_PCT, situation.down_db[hub]
        ),
        exceedance_pct(
            up_link(values).tolerated_attenuation_db(*place), RARE_PCT, situation.up_db[hub]
        ),
    )
    elevation_deg = watched.series["serving_elevation_deg"][0]
    served = np.isfinite(elevation_deg)
    away_deg = np.abs(elevation_deg[served, None] - aspect.elevation_deg)
    limit_pct = np.zeros(len(elevation_deg))
    limit_pct[served] = by_class[away_deg.argmin(axis=1)]
    return limit_pct


def _outages(out: NDArray[np.bool_]) -> Gaps:
    """Return the runs of moments that are out, shape (years, moments), by year."""
    years, moments = out.shape
    around = np.zeros((years, moments + 2), dtype=np.int8)
    around[:, 1:-1] = out
    edges = np.flatnonzero(np.diff(around, axis=1))
    begin, end = edges[::2], edges[1::2]
    year, first = np.divmod(begin, moments + 1)
    lasts = end - begin
    longest, leading, trailing = np.zeros((3, years), dtype=np.int64)
    np.maximum.at(longest, year, lasts)
    leading[year[first == 0]] = lasts[first == 0]
    until = first + lasts == moments
    trailing[year[until]] = lasts[until]
    return Gaps(np.bincount(year, minlength=years), longest, leading, trailing)
