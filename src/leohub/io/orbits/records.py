"""`Record`: one element set as a file gives it, with the row it stands in; moments in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Record:
    """One element set.

    Attributes
    ----------
    row : int
        Where it begins, as an editor numbers the lines.
    name : str
        May be empty.
    norad_id : int
    epoch : datetime64[us]
        UTC.
    values : mapping of str to float
        The numeric fields of `leohub.sky.constellation.Constellation`.
    """

    row: int
    name: str
    norad_id: int
    epoch: np.datetime64
    values: Mapping[str, float]

    @property
    def title(self) -> str:
        """The satellite as messages call it."""
        return f"{self.name} ({self.norad_id})" if self.name else f"satellite {self.norad_id}"


def minute(moment: np.datetime64) -> str:
    """Return a moment as sources show it: ``"2026-08-22 13:00"``."""
    return str(moment.astype("datetime64[m]")).replace("T", " ")
