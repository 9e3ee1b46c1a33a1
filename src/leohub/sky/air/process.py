"""Rain that moves in time: years drawn at random, each with its own rain.

How hard the air is on a link is one number, the percentage of an average year in which it is
harder. That percentage wanders as a stationary Gaussian process does, so that over many years it
is distributed as it must be, and rain lasts as long as rain lasts (Maseng & Bakken 1981, IEEE
Trans. Commun. 29(5); Recommendation ITU-R P.1853). The distribution of attenuation at the elevation
of the moment then turns a percentage into decibels: rain has no direction here, and every link of
a place sees the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import lfilter
from scipy.special import ndtr, ndtri

from leohub.units import DAYS_PER_YEAR, SECONDS_PER_DAY
from leohub.validity import within

Floats = NDArray[np.float64]

MODEL = "rain in time by ITU-R P.1853"

P1853_BETA_PER_S = 2e-4
"""How fast rain forgets how hard it was [1/s]. ITU-R P.1853-2, annex 1, section 2.2."""

_VALUES_IN_A_BLOCK = 500_000
"""Of all years and links together: small enough to stay near the processor."""


def draw_exceedance_pct(
    count: int,
    steps: int,
    step_s: float,
    seed: int,
    *,
    beta_per_s: float = P1853_BETA_PER_S,
    block_steps: int | None = None,
) -> Iterator[Floats]:
    """Draw how hard the air is, moment by moment, in several years (or other times).

    Parameters
    ----------
    count : int
        How many, independent of each other.
    steps : int
        Moments of each.
    step_s : float
        Between them [s]. Fades are followed if this is well below 1/`beta_per_s`.
    seed : int
        A year is the same whatever the others and the blocks are.
    beta_per_s : float
        [1/s]
    block_steps : int, optional
        Moments in a block; as many as keep a block small where not given.

    Yields
    ------
    ndarray, shape (count, moments of the block)
        Percentage of an average year in which the air is harder on a link, 0 to 100 [%]. Blocks
        follow each other in time.

    Raises
    ------
    ValueError
        If there are no years, moments or time between them, or `beta_per_s` is not positive.
    """
    for normal in _draw_normal(count, steps, step_s, seed, beta_per_s, block_steps):
        yield 100.0 * ndtr(-normal)


def attenuation_db(exceeded_pct: ArrayLike, table_pct: ArrayLike, table_db: ArrayLike) -> Floats:
    """Return the attenuation that is exceeded for a percentage of an average year.

    Parameters
    ----------
    exceeded_pct : array_like, shape (...)
        Broadcasts with the leading axes of `table_db` [%].
    table_pct : array_like, shape (n,)
        Rising percentages [%].
    table_db : array_like, shape (..., n)
        Attenuation exceeded for each of them [dB].

    Returns
    -------
    ndarray, shape (...)
        Interpolated in the logarithm of the percentage; what is rarer or commoner than the table
        tells has its first or last value: at least and at most so much.

    Raises
    ------
    ValueError
        If the percentages do not rise, are not positive, or are not as many as the attenuations.
    """
    table_pct, table_db = np.asarray(table_pct, np.float64), np.asarray(table_db, np.float64)
    if table_pct.ndim != 1 or not (table_pct > 0).all() or not (np.diff(table_pct) > 0).all():
        raise ValueError("the percentages of a table are positive and rise")
    if table_pct.size < 2 or table_db.shape[-1:] != table_pct.shape:
        raise ValueError(f"{table_db.shape[-1:]} attenuations for {table_pct.size} percentages")
    given = within(exceeded_pct, 0.0, 100.0, name="exceeded_pct", model=MODEL)
    told = np.clip(given, table_pct[0], table_pct[-1])
    step = np.clip(np.searchsorted(table_pct, told, side="right") - 1, 0, table_pct.size - 2)
    width = np.log(table_pct[step + 1] / table_pct[step])
    share = np.log(told / table_pct[step]) / width
    before, after = _picked(table_db, step), _picked(table_db, step + 1)
    return np.asarray(before + share * (after - before))


def outage_hours(
    limit_pct: ArrayLike,
    count: int,
    seed: int,
    *,
    beta_per_s: float = P1853_BETA_PER_S,
    block_steps: int | None = None,
) -> tuple[Floats, NDArray[np.int64]]:
    """Draw years of a link and count the hours in which the air is harder than it bears.

    Parameters
    ----------
    limit_pct : array_like, shape (..., moments)
        The percentage of an average year at which the link just fails, at each moment of a day that
        repeats itself: 0 where it never does, 100 where it always does [%]. Leading axes are links
        that see the same rain.
    count : int
        How many years of 365.25 days.
    seed : int
        As of `draw_exceedance_pct`. Places that do not share their rain need one each.
    beta_per_s : float
        [1/s]
    block_steps : int, optional
        Moments that are looked at together; changes nothing but memory.

    Returns
    -------
    hours : ndarray, shape (..., count)
        Out, in each year [h].
    outages : ndarray of int, shape (..., count)
        How many there were. Shorter gaps than a step are not seen, so that finer steps find more.

    Raises
    ------
    ValueError
        If a limit is missing or outside 0 to 100 %, there are no moments, or as
        `draw_exceedance_pct`.
    """
    limit = within(limit_pct, 0.0, 100.0, name="limit_pct", model=MODEL)
    if not limit.ndim or not limit.shape[-1]:
        raise ValueError("a day has moments")
    moments = limit.shape[-1]
    hardest_borne = -ndtri(limit / 100.0)
    step_s = SECONDS_PER_DAY / moments
    steps_out = np.zeros((*limit.shape[:-1], count), dtype=np.int64)
    outages = np.zeros_like(steps_out)
    was_out = np.zeros((*steps_out.shape, 1), dtype=bool)
    steps = round(DAYS_PER_YEAR * moments)
    block = block_steps or max(1, _VALUES_IN_A_BLOCK // max(1, steps_out.size))
    begin = 0
    for normal in _draw_normal(count, steps, step_s, seed, beta_per_s, block):
        moment = np.arange(begin, begin + normal.shape[1]) % moments
        out = normal > hardest_borne[..., None, moment]
        steps_out += np.count_nonzero(out, axis=-1)
        outages += np.count_nonzero(out[..., 1:] > out[..., :-1], axis=-1)
        outages += (out[..., :1] > was_out)[..., 0]
        was_out = out[..., -1:]
        begin += normal.shape[1]
    return steps_out * (step_s / 3600.0), outages


def _draw_normal(
    count: int, steps: int, step_s: float, seed: int, beta_per_s: float, block_steps: int | None
) -> Iterator[Floats]:
    """Yield blocks of the Gaussian process behind the percentages: more is harder.

    Each year has its own stream of random numbers. The process is stationary from its first moment.
    """
    if count < 1 or steps < 1:
        raise ValueError("one or more years with one or more moments are drawn")
    if not (step_s > 0 and beta_per_s > 0):
        raise ValueError("the time between moments and the rate of change are positive")
    kept = np.exp(-beta_per_s * step_s)
    fresh = np.sqrt(1.0 - kept**2)
    randoms = [np.random.default_rng([seed, year]) for year in range(count)]
    # The filter's memory is what the next value keeps of the last; before the first there is a
    # value as common as any.
    memory = kept * np.array([[random.standard_normal()] for random in randoms])
    block = block_steps or max(1, _VALUES_IN_A_BLOCK // count)
    for begin in range(0, steps, block):
        noise = np.empty((count, min(block, steps - begin)))
        for year, random in enumerate(randoms):
            random.standard_normal(out=noise[year])
        normal, memory = lfilter([fresh], [1.0, -kept], noise, axis=-1, zi=memory)
        yield normal


def _picked(table_db: Floats, step: NDArray[np.intp]) -> Floats:
    """Return the value of each row of a table at the step of the row."""
    rows = np.broadcast_to(
        table_db, (*np.broadcast_shapes(table_db.shape[:-1], step.shape), table_db.shape[-1])
    )
    return np.take_along_axis(rows, np.broadcast_to(step, rows.shape[:-1])[..., None], -1)[..., 0]
