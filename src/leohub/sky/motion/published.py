"""`PublishedPositions`: where operators say that their satellites will be, and what is between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.sky.compiled import compiled
from leohub.sky.motion.moments import Times

Floats = NDArray[np.float64]

POINTS = 8
"""Published positions that each interpolated one is found from."""

_ENDS_S = 1e-6
"""How far outside a moment may lie and still be the first or the last published one [s]."""


@dataclass(frozen=True)
class PublishedPositions:
    """Positions of `n` satellites at even steps, each from a moment of its own.

    Attributes
    ----------
    start : ndarray of datetime64[us], shape (n,)
        Moment of the first position [UTC].
    step_s : ndarray, shape (n,)
        Time from one position to the next [s].
    count : ndarray of int, shape (n,)
        Positions that the satellite has.
    position : ndarray, shape (n, k, 3)
        In ITRF [km]; NaN from `count` on.
    """

    start: Times
    step_s: Floats
    count: NDArray[np.int64]
    position: Floats

    def __len__(self) -> int:
        return len(self.start)

    def covers(self, first: np.datetime64, last: np.datetime64) -> NDArray[np.bool_]:
        """Return which satellites have positions from one moment to another, shape (n,)."""
        length_us = np.round((self.count - 1) * self.step_s * 1e6).astype("timedelta64[us]")
        return np.asarray((self.start <= first) & (self.start + length_us >= last))

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> PublishedPositions:
        """Return the satellites that a mask or a list of places picks."""
        return PublishedPositions(
            self.start[chosen], self.step_s[chosen], self.count[chosen], self.position[chosen]
        )


def join_published(parts: Sequence[PublishedPositions]) -> PublishedPositions:
    """Return the satellites of all parts, in their order."""
    position = np.full((sum(map(len, parts)), max(p.position.shape[1] for p in parts), 3), np.nan)
    begin = 0
    for part in parts:
        position[begin : begin + len(part), : part.position.shape[1]] = part.position
        begin += len(part)
    return PublishedPositions(
        np.concatenate([part.start for part in parts]),
        np.concatenate([part.step_s for part in parts]),
        np.concatenate([part.count for part in parts]),
        position,
    )


def published_itrf(
    published: PublishedPositions, times: Times, chosen: NDArray[np.intp] | None = None
) -> Floats:
    """Return positions at any moments, by interpolation between the published ones.

    Parameters
    ----------
    published : PublishedPositions
    times : ndarray of datetime64, shape (k,)
        UTC.
    chosen : ndarray of int, shape (n,), optional
        Which satellites; all when not given.

    Returns
    -------
    ndarray, shape (n, k, 3)
        In ITRF [km]. NaN before the first and after the last published position: such a satellite
        is not seen.

    Notes
    -----
    Lagrange's polynomial through the eight positions around the moment. At steps of 60 s it misses
    low orbits by less than a millimetre, and by less than a metre up to steps of 180 s.
    """
    chosen = np.arange(len(published)) if chosen is None else chosen
    found = np.empty((len(chosen), len(times), 3))
    _interpolate(
        published.position,
        published.count,
        published.step_s,
        published.start.astype("datetime64[us]").astype(np.int64),
        np.asarray(times).astype("datetime64[us]").astype(np.int64),
        np.asarray(chosen, dtype=np.int64),
        found,
    )
    return found


@compiled
def _interpolate(
    position: Floats,
    count: NDArray[np.int64],
    step_s: Floats,
    start_us: NDArray[np.int64],
    time_us: NDArray[np.int64],
    chosen: NDArray[np.int64],
    found: Floats,
) -> None:
    weight = np.empty(POINTS)
    for row in range(chosen.shape[0]):
        s = chosen[row]
        points = min(POINTS, count[s])
        for t in range(time_us.shape[0]):
            place = (time_us[t] - start_us[s]) / 1e6 / step_s[s]
            slack = _ENDS_S / step_s[s]
            if points == 0 or place < -slack or place > count[s] - 1 + slack:
                found[row, t, :] = np.nan
                continue
            first = min(max(int(np.floor(place)) - points // 2 + 1, 0), count[s] - points)
            for i in range(points):
                weight[i] = 1.0
                for j in range(points):
                    if j != i:
                        weight[i] *= (place - first - j) / (i - j)
            for axis in range(3):
                total = 0.0
                for i in range(points):
                    total += weight[i] * position[s, first + i, axis]
                found[row, t, axis] = total
