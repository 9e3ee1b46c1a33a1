"""Which satellites of a constellation can carry broadband at a moment, and why others can not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leohub.sky.constellation import Constellation


@dataclass(frozen=True)
class Screening:
    """The satellites kept, and a count for each reason to leave one out.

    Attributes
    ----------
    kept : Constellation
        Shells identified.
    total : int
        Satellites in the elements.
    left_out : mapping of str to int
        Reason, in words for the report, → satellites. Sums with ``len(kept)`` to `total`.
    shells : mapping of str to int
        Shell → satellites kept, largest first.
    age_median_h, age_max_h : float
        Age of the kept elements at the moment of screening [h]; 0 for modelled shells.
    """

    kept: Constellation
    total: int
    left_out: Mapping[str, int]
    shells: Mapping[str, int]
    age_median_h: float
    age_max_h: float
