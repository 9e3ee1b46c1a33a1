"""Our choice beside others' on the same problems, in one run: time, memory, people, proven gap.

``python benchmarks/choice/compare.py`` gives every problem of `problems.py` to every solver of
`solvers.py`, each time in a process of its own:

- ours, as ``leohub cover`` calls it;
- HiGHS, given the plain model as sparse arrays;
- spopt's maximal covering location problem with the CBC that PuLP brings, and with HiGHS, where
  spopt is installed (``pip install spopt pulp``).

People are counted here, from the sites that a solver chose; what it says itself is only compared.
A bound is what it claims; one that a plan of any solver exceeds is marked. Kenya's families need
their grid: LEOHUB_SHARED. ``--quick`` takes small problems and a minute or two. Linux only.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from apart import Course, run_apart
from numpy.typing import NDArray
from problems import KENYA, QUICK, RANDOM, Problem
from solvers import SOLVERS, save_coverage

from leohub.people.coverage import Coverage

LIMIT_S, QUICK_LIMIT_S = 300.0, 8.0
MEMORY_GB = 6.0
COMPILING_S = 600.0
PROVEN_WITHIN = 1e-6
"""A gap that counts as closed: HiGHS and CBC stop at it."""

SHOWN = ("leohub", "highspy", "spopt", "pulp", "numpy", "scipy")


@dataclass(frozen=True)
class Row:
    """What one solver made of one problem.

    Attributes
    ----------
    problem : str
    sites, cells, pairs, hubs : int
    solver : str
    people : float or None
        Reached by the sites that it chose last, counted here; None without a plan.
    claimed_people : float or None
        What the solver says that they reach.
    bound_people : float or None
        No plan reaches more, it says.
    gap_pct : float or None
        How far the plan may be from the best [%].
    stating_s, wall_s : float
        Until its model stood; until it ended [s]. Loading the problem is not in it.
    cpu_s : float
        Time of processors in that [s].
    memory_gb : float
    ended : str
        ``"finished"``, or why it was not run, or ended.
    doubt : str
        What is wrong with its answer, if anything.
    """

    problem: str
    sites: int
    cells: int
    pairs: int
    hubs: int
    solver: str
    people: float | None
    claimed_people: float | None
    bound_people: float | None
    gap_pct: float | None
    stating_s: float
    wall_s: float
    cpu_s: float
    memory_gb: float
    ended: str
    doubt: str = ""


def count_people(coverage: Coverage, sites: NDArray[np.intp]) -> float:
    """Return what sites reach together: of each cell the largest share that any of them serves."""
    if not len(sites):
        return 0.0
    best = np.asarray(coverage.shares[sites].max(axis=0).toarray()).ravel()
    return float(best @ coverage.need_people)


def make_row(problem: Problem, coverage: Coverage, solver: str, course: Course) -> Row:
    """Count what a solver's last plan reaches, and set its last bound beside it."""
    found, solving = course.last("found"), course.last("solving")
    people = claimed = None
    doubt = ""
    if found is not None:
        sites = np.unique(np.asarray(found["sites"], dtype=np.intp))
        people, claimed = count_people(coverage, sites), found["people"]
        doubt = _doubt(problem, len(found["sites"]), len(sites), people, claimed)
    bound = _last_bound(course)
    return Row(
        problem=problem.name,
        sites=coverage.shares.shape[0],
        cells=coverage.shares.shape[1],
        pairs=coverage.shares.nnz,
        hubs=problem.hubs,
        solver=solver,
        people=people,
        claimed_people=claimed,
        bound_people=bound,
        gap_pct=_gap_pct(people, bound),
        stating_s=solving["at_s"] if solving else course.wall_s,
        wall_s=course.wall_s,
        cpu_s=course.cpu_s,
        memory_gb=course.memory_gb,
        ended=course.ended,
        doubt=doubt,
    )


def _doubt(problem: Problem, named: int, sites: int, people: float, claimed: float) -> str:
    """Return what is wrong with a plan, as far as it can be seen alone."""
    if sites != named:
        return f"names {named} sites, of which {sites} differ"
    if sites > problem.hubs:
        return f"chose {sites} sites, where {problem.hubs} were allowed"
    # Less is not wrong: a solver that is interrupted may not have counted all that it reaches.
    if claimed > people + PROVEN_WITHIN * max(1.0, people):
        return f"says that it reaches {claimed:,.1f} people"
    return ""


def _last_bound(course: Course) -> float | None:
    bounds = [line["bound"] for line in course.told if line.get("bound") is not None]
    return float(bounds[-1]) if bounds else None


def _gap_pct(people: float | None, bound: float | None) -> float | None:
    if people is None or bound is None:
        return None
    return max(0.0, 100 * (1 - people / bound)) if bound > 0 else 0.0


def cross_check(rows: list[Row]) -> list[Row]:
    """Mark the bounds of one problem that a plan of any solver exceeds.

    Plans that are in doubt themselves prove nothing.
    """
    best = max((row.people or 0.0 for row in rows if not row.doubt), default=0.0)
    return [
        replace(row, doubt=f"{row.doubt}; bound exceeded by a plan".removeprefix("; "))
        if row.bound_people is not None and best > row.bound_people + PROVEN_WITHIN * best
        else row
        for row in rows
    ]


def compare(
    problem: Problem, solvers: list[str], limit_s: float, memory_gb: float, folder: Path
) -> Iterator[Row]:
    """Yield what each solver makes of a problem."""
    coverage = problem.coverage()
    path = folder / "coverage.npz"
    save_coverage(coverage, path)
    for solver in solvers:
        course = run_apart(solver, path, problem.hubs, limit_s, memory_gb)
        yield make_row(problem, coverage, solver, course)


HEADINGS = (
    f"{'problem':24} {'hubs':>4} {'solver':13} {'people':>12} {'bound':>14} {'gap %':>8} "
    f"{'state s':>8} {'all s':>8} {'cpu s':>8} {'GB':>6}  end"
)


def show(row: Row) -> str:
    """Return a line of the table."""

    def number(value: float | None, form: str) -> str:
        width = int(form.split(".")[0].rstrip(","))
        return "-".rjust(width) if value is None else f"{value:{form}f}"

    end = row.ended
    if row.gap_pct is not None and row.gap_pct <= 100 * PROVEN_WITHIN:
        end = "optimal"
    elif end == "finished":
        end = "no plan in time" if row.people is None else "gap open"
    return (
        f"{row.problem:24} {row.hubs:4} {row.solver:13} {number(row.people, '12,.0')} "
        f"{number(row.bound_people, '14,.1')} {number(row.gap_pct, '8.4')} "
        f"{row.stating_s:8.1f} {row.wall_s:8.1f} {row.cpu_s:8.1f} {row.memory_gb:6.2f}  {end}"
    )


def show_machine(limit_s: float, memory_gb: float) -> str:
    """Return where and with what this runs."""

    def edition(package: str) -> str:
        try:
            return f"{package} {version(package)}"
        except PackageNotFoundError:
            return f"{package} not installed"

    return (
        f"{platform.platform(terse=True)}, {platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; {', '.join(map(edition, SHOWN))}\n"
        f"Each solver: {limit_s:g} s for stating and solving, {memory_gb:g} GB"
    )


def warm_up(folder: Path) -> None:
    """Let our search be compiled, which happens once on a machine, before anything is timed."""
    for _ in compare(RANDOM[1], ["ours"], COMPILING_S, MEMORY_GB, folder):
        pass


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only small random problems")
    parser.add_argument("--limit", type=float, metavar="S", help="of each solver [s]")
    parser.add_argument("--memory", type=float, metavar="GB", default=MEMORY_GB)
    parser.add_argument("--solver", action="append", choices=SOLVERS, help="repeatable")
    parser.add_argument("--problem", action="append", help="by the start of its name; repeatable")
    parser.add_argument("--out", type=Path, help="write the rows to this CSV file too")
    asked = parser.parse_args()
    asked.limit = asked.limit or (QUICK_LIMIT_S if asked.quick else LIMIT_S)
    return asked


def main() -> None:
    """Run what is asked for, and print a line for each problem and solver."""
    asked = read_arguments()
    problems = RANDOM[:QUICK] if asked.quick else (*RANDOM, *KENYA)
    starts = tuple(asked.problem or [""])
    solvers = asked.solver or list(SOLVERS)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        if "ours" in solvers:
            warm_up(Path(folder))
        print(show_machine(asked.limit, asked.memory))
        print(HEADINGS)
        for problem in problems:
            if not problem.name.startswith(starts):
                continue
            found: list[Row] = []
            for row in compare(problem, solvers, asked.limit, asked.memory, Path(folder)):
                print(show(row), flush=True)
                found.append(row)
            found = cross_check(found)
            for row in found:
                if row.doubt:
                    print(f"  In doubt: {row.solver}: {row.doubt}", flush=True)
            rows += found
            if asked.out:
                write_rows(rows, asked.out)
    sys.exit(any(row.doubt or row.ended.startswith("failed") for row in rows))


def write_rows(rows: list[Row], path: Path) -> None:
    """Write all rows so far."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        table: Any = csv.DictWriter(stream, [column.name for column in fields(Row)])
        table.writeheader()
        table.writerows(map(asdict, rows))


if __name__ == "__main__":
    main()
