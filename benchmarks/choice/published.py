"""Our plans against published values: every instance of `published.csv` that is at hand.

``python benchmarks/choice/published.py FOLDER`` looks in FOLDER, and the folders in it, for the
instance files that README.md says where to find; it fetches nothing. Instances of Cordeau, Furini
& Ljubić are made by their recipe. Prints ours beside what was published, and ends with 1 when one
published value was not met.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recipes import CordeauRecipe

from leohub.app.cli.cover import solve
from leohub.io.covering.formats import read_problem
from leohub.io.covering.problem import CoveringProblem
from leohub.io.provenance import InputFile
from leohub.people.coverage import Coverage

TABLE = Path(__file__).with_name("published.csv")
DIGITS = re.compile(r"optimum to (\d+) digits")
MADE = re.compile(r"GRID_MCLP_n(\d+)_m(\d+)_d1_100_f1_1_s(\d+)")


@dataclass(frozen=True)
class Published:
    """One published value.

    Attributes
    ----------
    set, instance : str
        The benchmark set; the name of the file without its suffix.
    radius : float or None
        None where the instance lists what is covered.
    hubs : int
    value : float
        Demand covered.
    kind : str
        ``"optimum"``, ``"best known"``, or ``"optimum to 3 digits"``.
    source : str
    """

    set: str
    instance: str
    radius: float | None
    hubs: int
    value: float
    kind: str
    source: str

    def is_met_by(self, value: float) -> bool:
        """Tell whether a value is at least as good, as far as the published one is known."""
        if digits := DIGITS.fullmatch(self.kind):
            value = float(f"{value:.{int(digits[1]) - 1}e}")
        return value >= self.value - 1e-6 * max(1.0, self.value)

    def is_contradicted_by(self, bound: float) -> bool:
        """Tell whether a bound of ours is below the published value: one of them is wrong."""
        return not self.is_met_by(bound)


def read_published(path: Path = TABLE) -> list[Published]:
    """Return all published values."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Published(
                set=row["set"],
                instance=row["instance"],
                radius=float(row["radius"]) if row["radius"] else None,
                hubs=int(row["hubs"]),
                value=float(row["value"]),
                kind=row["kind"],
                source=row["source"],
            )
            for row in csv.DictReader(stream)
        ]


def find_problem(instance: str, folder: Path) -> CoveringProblem | None:
    """Return an instance: made by its recipe, or read from the folder where it is there."""
    if made := MADE.fullmatch(instance):
        sites, points, seed = map(int, made.groups())
        return CordeauRecipe(points, seed, sites=sites).problem()
    files = sorted(file for file in folder.rglob(f"{instance}.*") if file.is_file())
    return read_problem(InputFile(files[0])) if files else None


def coverages(
    published: list[Published], folder: Path
) -> Iterator[tuple[Published, Coverage | None]]:
    """Yield each published value with the coverage it is about, None where there is no file."""
    last: tuple[str, float | None] | None = None
    coverage: Coverage | None = None
    for row in published:
        if (row.instance, row.radius) != last:
            problem = find_problem(row.instance, folder)
            coverage = problem.to_coverage(row.radius) if problem else None
            last = row.instance, row.radius
        yield row, coverage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", dest="sets", action="append", help="only this set; repeatable")
    parser.add_argument("--instance", default="", help="only those whose names start so")
    parser.add_argument("--time-limit", type=float, default=300.0, help="of each choice [s]")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rows = [
        row
        for row in read_published()
        if (not asked.sets or row.set in asked.sets) and row.instance.startswith(asked.instance)
    ]
    print(
        f"{'instance':40} {'radius':>7} {'hubs':>5} {'published':>11} {'kind':19} "
        f"{'ours':>11} {'bound':>13} {'gap %':>7} {'time s':>7}"
    )
    missed = missing = 0
    for row, coverage in coverages(rows, asked.folder):
        name = f"{row.instance:40} {'' if row.radius is None else f'{row.radius:g}':>7}"
        name += f" {row.hubs:5} {row.value:11,.0f} {row.kind:19}"
        if coverage is None:
            missing += 1
            print(f"{name} no file")
            continue
        started_s = time.monotonic()
        plan = solve(coverage, row.hubs, seed=asked.seed, time_limit_s=asked.time_limit, gap=0.0)
        value = float(plan.reached_people)
        verdict = "" if row.is_met_by(value) else "  NOT MET"
        if row.is_contradicted_by(float(plan.bound_people)):
            verdict += "  CONTRADICTED"
        missed += bool(verdict)
        print(
            f"{name} {value:11,.0f} {plan.bound_people:13,.1f} {100 * plan.gap:7.3f} "
            f"{time.monotonic() - started_s:7.1f}{verdict}",
            flush=True,
        )
    print(
        f"{len(rows) - missing - missed} of {len(rows) - missing} published values met or beaten; "
        f"{missing} without a file"
    )
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
