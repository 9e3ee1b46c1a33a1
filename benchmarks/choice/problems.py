"""The problems that solvers are compared on: random ones of growing size, then Kenya's families.

Every problem is of whole coverage: a site serves a cell wholly or not at all, because the other
solvers know nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from leohub.people.coverage import Coverage, find_pairs


@dataclass(frozen=True)
class Problem:
    """A problem by what makes it.

    Attributes
    ----------
    kind : 'random' or one of `families.FAMILIES`
        The sizes of a family follow from its grid.
    sites, cells : int
        0 for a family.
    radius_km : float
        Service radius [km].
    hubs : int
        How many sites to choose.
    points_a_cell : int
        Points that every cell of a family is split into.
    """

    kind: Literal["random", "patchy", "patchy centres", "dense", "tiling", "everybody"]
    sites: int
    cells: int
    radius_km: float
    hubs: int
    points_a_cell: int = 1

    @property
    def name(self) -> str:
        """What to call it."""
        if self.kind == "random":
            return f"random {self.sites:,} x {self.cells:,}"
        points = f" x {self.points_a_cell}" if self.points_a_cell > 1 else ""
        return f"{self.kind} {self.radius_km:g} km{points}"

    def coverage(self) -> Coverage:
        """Build it: for a random one, sites and cells uniform in one degree by one, fixed seed."""
        if self.kind != "random":
            from families import make_family

            return make_family(self.kind, self.radius_km, split=self.points_a_cell)
        random = np.random.default_rng(1)
        sites, cells = random.random((self.sites, 2)), random.random((self.cells, 2))
        need = random.integers(1, 1_000, self.cells).astype(float)
        return Coverage(find_pairs(*sites.T, self.radius_km, *cells.T), need)


# Radii at which the discs of the chosen hubs come to about half of the area.
RANDOM = (
    Problem("random", 12, 60, 25.0, 4),
    Problem("random", 200, 2_000, 10.0, 20),
    Problem("random", 500, 5_000, 8.0, 30),
    Problem("random", 1_000, 10_000, 7.0, 40),
    Problem("random", 2_000, 20_000, 5.5, 60),
    Problem("random", 5_000, 50_000, 3.6, 150),
)
KENYA = tuple(
    Problem(kind, 0, 0, radius_km, 450, points_a_cell)
    for kind, radius_km, points_a_cell in (
        ("patchy", 3.0, 1),
        ("patchy", 5.0, 1),
        ("patchy", 3.0, 9),
        ("patchy", 5.0, 9),
        ("patchy centres", 3.0, 1),
        ("dense", 3.0, 1),
        ("dense", 5.0, 1),
        ("dense", 5.0, 9),
        ("tiling", 3.0, 1),
        ("tiling", 5.0, 1),
        ("tiling", 5.0, 8),
        ("everybody", 5.0, 1),
    )
)
QUICK = 3
"""The first so many problems are quick."""
