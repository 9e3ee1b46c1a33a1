"""Our choice beside others' on the same problems, in one run: time, memory, people, proven gap.

``python benchmarks/choice/compare.py`` runs every solver on every problem, each in a process of its
own, which is ended at the time limit:

- ours, through `leohub.plan.choose.choose_hubs`;
- HiGHS, given the plain model as sparse arrays;
- spopt's maximal covering location problem with the CBC that PuLP brings, and with HiGHS, where
  spopt is installed (``pip install spopt pulp highspy``); it builds a dense site × cell matrix.

Problems: random ones of growing size, and the families of `families.py` where their grid is at
hand.
``--quick`` takes the small ones.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from leohub.people.coverage import Coverage, find_pairs

GRACE_S = 60.0
"""What building a model and stopping may take beyond the time limit [s]."""


@dataclass(frozen=True)
class Problem:
    """A problem by name: a random one, or a family."""

    kind: str
    sites: int
    cells: int
    radius_km: float
    hubs: int

    @property
    def name(self) -> str:
        """What to call it."""
        if self.kind == "random":
            return f"random {self.sites:,} × {self.cells:,}"
        return f"{self.kind} {self.radius_km:g} km"

    def coverage(self) -> Coverage:
        """Build it."""
        if self.kind != "random":
            from families import make_family

            return make_family(self.kind, self.radius_km)
        random = np.random.default_rng(1)
        sites, cells = random.random((self.sites, 2)), random.random((self.cells, 2))
        need = random.integers(1, 1_000, self.cells).astype(float)
        return Coverage(find_pairs(*sites.T, self.radius_km, *cells.T), need)


SMALL = (
    Problem("random", 200, 2_000, 5.0, 20),
    Problem("random", 1_000, 10_000, 4.0, 40),
    Problem("random", 2_000, 20_000, 3.0, 60),
)
FAMILIES = tuple(
    Problem(kind, 30_000, 0, radius_km, 450)
    for kind in ("patchy", "dense", "tiling")
    for radius_km in (3.0, 5.0)
)


def solve_ours(coverage: Coverage, hubs: int, limit_s: float) -> tuple[float, float]:
    """Return people reached and bound."""
    from leohub.plan.choose import choose_hubs

    plan = choose_hubs(
        coverage, hubs, seed=1, time_limit_s=limit_s, gap=0.0, exact_limit_pairs=200_000
    )
    return plan.reached_people, plan.bound_people


def solve_highs(coverage: Coverage, hubs: int, limit_s: float) -> tuple[float, float]:
    """Return people reached and bound of the plain model."""
    import highspy
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    shares = coverage.shares
    sites, cells = shares.shape
    count = csr_array(np.concatenate([np.ones(sites), np.zeros(cells)])[np.newaxis])
    rows = csr_array(vstack([count, hstack([shares.T, -eye_array(cells)])], format="csr"))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = sites + cells, 1 + cells
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(sites), coverage.need_people])
    model.col_lower_, model.col_upper_ = np.zeros(sites + cells), np.ones(sites + cells)
    model.row_lower_ = np.zeros(1 + cells)
    model.row_upper_ = np.concatenate([[float(hubs)], np.full(cells, highspy.kHighsInf)])
    model.integrality_ = [highspy.HighsVarType.kInteger] * sites + [
        highspy.HighsVarType.kContinuous
    ] * cells
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = rows.indptr, rows.indices
    model.a_matrix_.value_ = rows.data
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("time_limit", limit_s)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    solver.run()
    info = solver.getInfo()
    return max(0.0, info.objective_function_value), info.mip_dual_bound


def solve_spopt(coverage: Coverage, hubs: int, limit_s: float, name: str) -> tuple[float, float]:
    """Return people reached and bound of spopt's model; it tells no bound unless it is optimal."""
    import pulp
    from spopt.locate import MCLP

    # It compares a dense matrix of costs with a radius: 0 within, 1 beyond.
    cost = 1.0 - coverage.shares.toarray().T
    problem = MCLP.from_cost_matrix(cost, coverage.need_people, 0.5, p_facilities=hubs)
    chosen = (
        pulp.PULP_CBC_CMD(msg=False, timeLimit=limit_s)
        if name == "cbc"
        else pulp.HiGHS(msg=False, timeLimit=limit_s)
    )
    problem = problem.solve(chosen, results=False)
    people = float(pulp.value(problem.problem.objective) or 0.0)
    proven = problem.problem.sol_status == pulp.LpSolutionOptimal
    return people, people if proven else float(coverage.need_people.sum())


SOLVERS: dict[str, Callable[[Coverage, int, float], tuple[float, float]]] = {
    "ours": solve_ours,
    "HiGHS": solve_highs,
    "spopt, CBC": lambda coverage, hubs, limit_s: solve_spopt(coverage, hubs, limit_s, "cbc"),
    "spopt, HiGHS": lambda coverage, hubs, limit_s: solve_spopt(coverage, hubs, limit_s, "highs"),
}


def run_one(solver: str, problem: Problem, limit_s: float) -> dict[str, Any]:
    """Solve in this process; return what there is to tell."""
    coverage = problem.coverage()
    started_s = time.monotonic()
    people, bound = SOLVERS[solver](coverage, problem.hubs, limit_s)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "people": people,
        "bound": bound,
        "wall_s": time.monotonic() - started_s,
        "memory_gb": (own + children) / 1e6,
    }


def run_apart(solver: str, problem: Problem, limit_s: float) -> dict[str, Any] | str:
    """Solve in a process of its own; return what it tells, or why it tells nothing."""
    asked = json.dumps({"solver": solver, "problem": asdict(problem), "limit_s": limit_s})
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--one", asked],
            capture_output=True,
            text=True,
            timeout=limit_s + GRACE_S,
        )
    except subprocess.TimeoutExpired:
        return f"no answer in {limit_s + GRACE_S:.0f} s"
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["ended"]
        return f"failed: {last[0][:60]}"
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Run what is asked for, and print a row for each solver and problem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the small random problems")
    parser.add_argument("--limit", type=float, default=300.0, help="of each solver [s]")
    parser.add_argument("--solver", action="append", choices=SOLVERS, help="repeatable")
    parser.add_argument("--problem", action="append", help="by the start of its name; repeatable")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one = json.loads(asked.one)
        print(json.dumps(run_one(one["solver"], Problem(**one["problem"]), one["limit_s"])))
        return
    print(f"{platform.platform()}, {os.cpu_count()} cores, limit {asked.limit:g} s each")
    print(
        f"{'problem':26} {'solver':14} {'people':>14} {'bound':>14} {'gap %':>8} {'s':>7} {'GB':>6}"
    )
    for problem in SMALL if asked.quick else (*SMALL, *FAMILIES):
        if asked.problem and not any(problem.name.startswith(name) for name in asked.problem):
            continue
        for solver in asked.solver or SOLVERS:
            found = run_apart(solver, problem, asked.limit)
            print(f"{problem.name:26} {solver:14} {_row(found)}", flush=True)


def _row(found: dict[str, Any] | str) -> str:
    if isinstance(found, str):
        return found
    gap_pct = 100 * (1 - found["people"] / found["bound"]) if found["bound"] > 0 else 0.0
    return (
        f"{found['people']:14,.0f} {found['bound']:14,.0f} {max(0.0, gap_pct):8.4f} "
        f"{found['wall_s']:7.1f} {found['memory_gb']:6.2f}"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
