"""Published recipes for random covering problems, seeded, and streamed however many points.

``python benchmarks/choice/recipes.py cordeau --points 10000000 --seed 1 --out points10m.dat``
writes an instance in the format that ``leohub cover`` reads; ``zarandi`` likewise.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from leohub.io.covering.plane import Plane
from leohub.io.covering.problem import CoveringProblem

Floats = NDArray[np.float64]

RAND_MAX = 2**31 - 1
POINTS_AT_ONCE = 1_000_000
_LONG_LAG = 31
_WARM_UP = 310


@njit(cache=True)  # type: ignore[untyped-decorator]
def _draw(past: NDArray[np.uint32], drawn: NDArray[np.int64]) -> None:
    """Fill `drawn` with the next numbers of the sum of the 3rd and the 31st before."""
    for number in range(len(drawn)):
        new = np.uint32(past[0] + past[28])
        past[:-1] = past[1:]
        past[-1] = new
        drawn[number] = new >> 1


class CRandom:
    """The numbers that ``rand()`` of the GNU C library gives after ``srand(seed)``.

    An additive lagged Fibonacci generator (lags 3 and 31, modulo 2³²) that is started by a
    Lehmer generator (16807, modulo 2³¹ - 1) and drops its first 310 numbers: the published
    generator of Cordeau, Furini & Ljubić calls it, so their instances come out number by number.
    """

    def __init__(self, seed: int) -> None:
        started = [seed or 1]
        for _ in range(_LONG_LAG - 1):
            started.append(16_807 * started[-1] % RAND_MAX)
        # The generator starts with number 31 equal to number 0, and so on to number 33.
        self._past = np.array(started[3:] + started[:3], dtype=np.uint32)
        self.draw(_WARM_UP)

    def draw(self, count: int) -> NDArray[np.int64]:
        """Return the next numbers, from 0 to `RAND_MAX`."""
        drawn = np.empty(count, dtype=np.int64)
        _draw(self._past, drawn)
        return drawn

    def skip(self, count: int) -> None:
        """Go past numbers, without holding them all."""
        for done in range(0, count, POINTS_AT_ONCE):
            self.draw(min(POINTS_AT_ONCE, count - done))


@dataclass(frozen=True)
class CordeauRecipe:
    """Sites and points uniform in a square; whole demands, and costs, uniform too.

    J.-F. Cordeau, F. Furini, I. Ljubić, European Journal of Operational Research 275 (2019),
    882-896, doi:10.1016/j.ejor.2018.12.021; the order of the draws is that of their generator
    (github.com/fabiofurini/LocationCovering). Coordinates have the six decimals of its files.

    Attributes
    ----------
    points, sites : int
    seed : int
    side : int
        Of the square.
    demand, cost : tuple of int
        Smallest and largest.
    """

    points: int
    seed: int
    sites: int = 100
    side: int = 30
    demand: tuple[int, int] = (1, 100)
    cost: tuple[int, int] = (1, 1)

    @property
    def name(self) -> str:
        """The name that the authors give it."""
        return (
            f"GRID_MCLP_n{self.sites}_m{self.points}_d{self.demand[0]}_{self.demand[1]}"
            f"_f{self.cost[0]}_{self.cost[1]}_s{self.seed}"
        )

    def site_table(self) -> Floats:
        """Return x, y and cost of the sites, shape (n, 3)."""
        random = CRandom(self.seed)
        places = self._places(random, self.sites)
        random.skip(2 * self.points)
        return np.column_stack((places, _between(random, self.sites, self.cost)))

    def point_tables(self, at_once: int = POINTS_AT_ONCE) -> Iterator[Floats]:
        """Yield x, y and demand of the points, shape (n, 3), so many at once."""
        places, demands = CRandom(self.seed), CRandom(self.seed)
        places.skip(2 * self.sites)
        demands.skip(2 * self.sites + 2 * self.points + self.sites)
        for done in range(0, self.points, at_once):
            count = min(at_once, self.points - done)
            yield np.column_stack(
                (self._places(places, count), _between(demands, count, self.demand))
            )

    def problem(self) -> CoveringProblem:
        """Return the whole problem in memory."""
        sites = self.site_table()
        points = np.empty((self.points, 3))
        done = 0
        for table in self.point_tables():
            points[done : done + len(table)] = table
            done += len(table)
        return CoveringProblem(
            name=self.name,
            format="cordeau",
            reach=Plane(sites[:, :2], points[:, :2]),
            demand=points[:, 2],
            cost=sites[:, 2],
        )

    def write(self, path: Path) -> None:
        """Write the problem in the authors' format, without holding it all."""
        with path.open("w", encoding="ascii") as stream:
            stream.write(f"{self.sites}\t{self.points}\t\n")
            _write_lines(stream, "F", self.site_table(), 0)
            done = 0
            for table in self.point_tables():
                _write_lines(stream, "C", table, done)
                done += len(table)

    def _places(self, random: CRandom, count: int) -> Floats:
        places = random.draw(2 * count) / RAND_MAX * self.side
        return np.round(places, 6).reshape(-1, 2)


def _between(random: CRandom, count: int, ends: tuple[int, int]) -> Floats:
    low, high = ends
    return (random.draw(count) % (high - low + 1) + low).astype(np.float64)


def _write_lines(stream: object, letter: str, table: Floats, first: int) -> None:
    np.savetxt(
        stream,  # type: ignore[call-overload]
        np.column_stack((np.arange(first, first + len(table)), table)),
        fmt=f"{letter}\t%d\t%.6f\t%.6f\t%d",
    )


@dataclass(frozen=True)
class ZarandiRecipe:
    """Nodes that are sites and points at once, uniform in a square of 30 × 30; demand 0 to 100.

    M. H. Fazel Zarandi, S. Davari, S. A. Haddad Sisakht, "The large scale maximal covering
    location problem", Scientia Iranica 18 (2011), 1564-1570. Theirs have 1,800 and 2,500 nodes.
    The draws are ours: their instances are not published.

    Attributes
    ----------
    nodes, seed : int
    """

    nodes: int
    seed: int

    def problem(self) -> CoveringProblem:
        """Return the problem."""
        random = np.random.default_rng(self.seed)
        places = random.uniform(0, 30, (self.nodes, 2))
        return CoveringProblem(
            name=f"zarandi_n{self.nodes}_s{self.seed}",
            format="points",
            reach=Plane(places, places),
            demand=random.integers(0, 101, self.nodes).astype(np.float64),
        )

    def write(self, path: Path) -> None:
        """Write it as plain coordinates with demand."""
        problem = self.problem()
        assert isinstance(problem.reach, Plane)
        table = np.column_stack((problem.reach.points, problem.demand))
        np.savetxt(path, table, fmt="%.17g %.17g %d", header=str(self.nodes), comments="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recipe", choices=["cordeau", "zarandi"])
    parser.add_argument("--points", type=int, required=True)
    parser.add_argument("--sites", type=int, default=100, help="for cordeau")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    recipe: CordeauRecipe | ZarandiRecipe
    if asked.recipe == "cordeau":
        recipe = CordeauRecipe(asked.points, asked.seed, sites=asked.sites)
    else:
        recipe = ZarandiRecipe(asked.points, asked.seed)
    recipe.write(asked.out)


if __name__ == "__main__":
    main()
