"""`Point`: where the search for prices is, in hubs and in prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass
class Point:
    """Where the method is.

    Attributes
    ----------
    x, z : ndarray, shape (n,), (m,)
        Hubs and reached groups; `z` matters for groups that a row counts, and is empty without
        rows.
    groups, rows : ndarray, shape (m,), (R,)
        Prices [people; people per unit of the row].
    """

    x: Floats
    z: Floats
    groups: Floats
    rows: Floats

    def copy(self) -> Point:
        """Return a point that can be moved without moving this one."""
        return Point(*(part.copy() for part in self._parts()))

    def among_rows(self, kept: NDArray[np.intp]) -> Point:
        """Return the same point for some of the rows."""
        z = self.z if len(kept) else np.empty(0)
        return Point(self.x, z, self.groups, self.rows[kept])

    def zeros(self) -> Point:
        """Return a point to add up others in."""
        return Point(*(np.zeros_like(part) for part in self._parts()))

    def add(self, other: Point) -> None:
        """Add another point to this one."""
        for part, more in zip(self._parts(), other._parts(), strict=True):
            part += more

    def over(self, count: int) -> Point:
        """Return the point divided by a number."""
        return Point(*(part / count for part in self._parts()))

    def _parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        return self.x, self.z, self.groups, self.rows
