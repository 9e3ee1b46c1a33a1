"""`Modcods`: how many bits a symbol carries at a signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Modcods:
    """Modulations with their codes, from the most robust to the fastest.

    Attributes
    ----------
    name : tuple of str
        ``"QPSK 2/9"``.
    efficiency : ndarray, shape (n,)
        Ascending [bit/symbol].
    threshold_db : ndarray, shape (n,)
        Least Es/N0 at which each can be read; ascending [dB].

    Raises
    ------
    ValueError
        If there is none, or efficiencies and thresholds do not both rise.
    """

    name: tuple[str, ...]
    efficiency: Floats
    threshold_db: Floats

    def __post_init__(self) -> None:
        if not len(self.name) == len(self.efficiency) == len(self.threshold_db) > 0:
            raise ValueError("every MODCOD has a name, an efficiency and a threshold")
        if self.efficiency[0] <= 0 or np.any(np.diff(self.efficiency) <= 0):
            raise ValueError("the efficiencies of MODCODs are above 0 and rise")
        if np.any(np.diff(self.threshold_db) <= 0):
            raise ValueError("the thresholds of MODCODs rise")

    @property
    def lowest_db(self) -> float:
        """Es/N0 below which nothing is carried [dB]."""
        return float(self.threshold_db[0])

    def efficiency_at(self, esn0_db: ArrayLike) -> Floats:
        """Return the efficiency of the fastest MODCOD that holds [bit/symbol].

        Parameters
        ----------
        esn0_db : array_like
            [dB]

        Returns
        -------
        ndarray
            In the shape of `esn0_db`: 0 below the lowest threshold, NaN where `esn0_db` is NaN.
        """
        # NaN sorts behind every number: a last step at NaN takes it up.
        steps = np.append(self.threshold_db, np.nan)
        bits = np.concatenate([[0.0], self.efficiency, [np.nan]])
        return np.asarray(bits[np.searchsorted(steps, esn0_db, side="right")])


def efficient_modcods(
    names: Sequence[str], efficiency: ArrayLike, threshold_db: ArrayLike
) -> Modcods:
    """Return the MODCODs that no other one beats: none needs less Es/N0 for as many bits.

    Parameters
    ----------
    names : sequence of str, length n
    efficiency : array_like, shape (n,)
        [bit/symbol]
    threshold_db : array_like, shape (n,)
        [dB]
    """
    bits, threshold = np.asarray(efficiency, float), np.asarray(threshold_db, float)
    order = np.lexsort((-bits, threshold))
    best_before = np.maximum.accumulate(np.concatenate([[0.0], bits[order][:-1]]))
    kept = order[bits[order] > best_before]
    return Modcods(tuple(names[number] for number in kept), bits[kept], threshold[kept])
