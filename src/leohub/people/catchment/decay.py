"""Which share of a cell's people comes to a hub, by how far they live from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

SHARE_STEP = 0.05
"""Shares are rounded down to whole steps of this [-]. The choice of hubs treats every different
share of a cell by itself, so that a few of them keep it exact; rounding down promises nobody."""

_STEPS = round(1 / SHARE_STEP)
_ROUNDING = 1e-9
"""A share that misses a step by no more than this has reached it [steps]."""

Form = Literal["none", "linear", "exponential"]


@dataclass(frozen=True)
class Decay:
    """How the share of people who come falls between a hub and the end of its catchment.

    Distances are given as parts of the catchment's reach, whether that is kilometres or minutes.

    ``"none"``
        All of them come from anywhere within the reach: the covering of Church & ReVelle 1974
        (Papers of the Regional Science Association 32, 101-118).
    ``"linear"``
        All of them up to `full`, then evenly fewer, none at the reach: the gradual covering of
        Berman, Krass & Drezner 2003 (European Journal of Operational Research 151, 474-480,
        doi 10.1016/S0377-2217(02)00604-5).
    ``"exponential"``
        All of them up to `full`, half of them at `half`, half of those after as much again, and so
        on, cut off at the reach: the impedance of gravity models (Wilson 1971, Environment and
        Planning 3, 1-32, doi 10.1068/a030001).

    Attributes
    ----------
    form : str
    full : float
        Part of the reach within which everyone counts, from 0 to less than 1.
    half : float
        Part of the reach at which half of the people count, above `full`; used by
        ``"exponential"`` alone.

    Raises
    ------
    ValueError
        When `full` or `half` lies elsewhere.
    """

    form: Form = "none"
    full: float = 0.0
    half: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.full < 1:
            raise ValueError("full must lie from 0 to less than 1")
        if self.form == "exponential" and not self.half > self.full:
            raise ValueError("half must lie beyond full")

    def shares(self, part: ArrayLike) -> NDArray[np.float64]:
        """Return the share of the people who count, rounded down to whole `SHARE_STEP`.

        Parameters
        ----------
        part : array_like
            How far they live, as a part of the reach; inf where there is no way.

        Returns
        -------
        ndarray
            From 0 to 1. 0, no coverage at all, beyond the reach and below the first step.
        """
        far = np.asarray(part, dtype=np.float64)
        steps = np.floor(self._exact(far) * _STEPS + _ROUNDING)
        return np.where(far <= 1, steps / _STEPS, 0.0)

    def _exact(self, part: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.form == "none":
            return np.ones_like(part)
        beyond = np.clip(part, self.full, 1.0) - self.full
        if self.form == "linear":
            return 1 - beyond / (1 - self.full)
        return np.asarray(0.5 ** (beyond / (self.half - self.full)), dtype=np.float64)
