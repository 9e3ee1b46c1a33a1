"""The solvers that are compared, each behind the same door.

``python solvers.py NAME COVERAGE HUBS LIMIT_S MEMORY_GB`` runs one of them on a saved coverage and
tells what happens as lines of JSON on standard output (see `Teller`), so that whoever ends it early
knows how far it was and what it had found.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, load_npz, save_npz

from leohub.people.coverage import Coverage

if TYPE_CHECKING:
    import highspy
    from spopt.locate import MCLP

SEED = 1
THREADS = os.cpu_count() or 1
CHOSEN_ABOVE = 0.5
"""A solver's value of a site above which it counts as chosen."""


class NotBuilt(Exception):  # noqa: N818 - it is an answer, not an error
    """A solver that cannot take a problem; the message says why."""


class Teller:
    """What a solver tells while it works, one line of JSON each.

    Parameters
    ----------
    stream : file
    limit_s : float
        For stating the problem and solving it together [s].
    """

    def __init__(self, stream: IO[str], limit_s: float) -> None:
        self._stream, self._started_s, self._limit_s = stream, time.monotonic(), limit_s

    def say(self, what: str, **more: object) -> None:
        """Tell something, with the time since the start and that of the processor so far."""
        at_s, cpu_s = time.monotonic() - self._started_s, time.process_time()
        line = {"says": what, "at_s": at_s, "cpu_s": cpu_s, **more}
        print(json.dumps(line), file=self._stream, flush=True)

    def solving(self) -> float:
        """Tell that the problem is stated; return the time that is left for solving it [s]."""
        self.say("solving")
        return max(1.0, self._limit_s - (time.monotonic() - self._started_s))

    def found(self, sites: NDArray[Any], people: float, bound: float) -> None:
        """Tell a plan, what the solver believes it to reach, and the bound it claims to prove."""
        claimed = bound if np.isfinite(bound) else None
        self.say("found", sites=np.asarray(sites).tolist(), people=float(people), bound=claimed)


def solve_ours(coverage: Coverage, hubs: int, memory_gb: float, teller: Teller) -> None:
    """Choose as `leohub cover` does."""
    from leohub.app.cli.cover import solve

    plan = solve(coverage, hubs, seed=SEED, time_limit_s=teller.solving(), gap=0.0)
    teller.found(plan.hubs, plan.reached_people, plan.bound_people)


def solve_highs(coverage: Coverage, hubs: int, memory_gb: float, teller: Teller) -> None:
    """Give HiGHS the plain model, as sparse arrays."""
    import highspy

    sites = coverage.shares.shape[0]
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(_plain_model(coverage, hubs))
    solver.setCallback(_incumbents(np.arange(sites), 1.0, teller), None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("threads", THREADS)
    solver.setOptionValue("time_limit", teller.solving())
    solver.run()
    _tell_highs(solver, np.arange(sites), 1.0, teller)


def _plain_model(coverage: Coverage, hubs: int) -> highspy.HighsLp:
    """Columns x (sites) then z (cells); a row Σ x ≤ K, then a row Σ x - z ≥ 0 for each cell."""
    import highspy
    from scipy.sparse import eye_array, hstack, vstack

    sites, cells = coverage.shares.shape
    count = csr_array(np.concatenate([np.ones(sites), np.zeros(cells)])[np.newaxis])
    served = hstack([coverage.shares.T, -eye_array(cells)])
    rows = csr_array(vstack([count, served], format="csr"))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = sites + cells, 1 + cells
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(sites), coverage.need_people])
    model.col_lower_, model.col_upper_ = np.zeros(sites + cells), np.ones(sites + cells)
    model.row_lower_ = np.concatenate([[-highspy.kHighsInf], np.zeros(cells)])
    model.row_upper_ = np.concatenate([[float(hubs)], np.full(cells, highspy.kHighsInf)])
    whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [whole] * sites + [free] * cells
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = rows.indptr, rows.indices
    model.a_matrix_.value_ = rows.data
    return model


def _incumbents(columns: NDArray[Any], sign: float, teller: Teller) -> Callable[..., None]:
    """Return what HiGHS calls with each better plan; `columns` are those of the sites."""

    def tell(
        kind: object,
        message: str,
        found: highspy.cb.HighsCallbackDataOut,
        answer: object,
        user: object,
    ) -> None:
        values = np.asarray(found.mip_solution)
        if len(values):
            sites = np.flatnonzero(values[columns] > CHOSEN_ABOVE)
            people = sign * found.objective_function_value
            teller.found(sites, people, sign * found.mip_dual_bound)

    return tell


def _tell_highs(solver: highspy.Highs, columns: NDArray[Any], sign: float, teller: Teller) -> None:
    """Tell the plan that HiGHS ended with, or only its bound when it has none."""
    import highspy

    info = solver.getInfo()
    bound = sign * info.mip_dual_bound
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        if np.isfinite(bound):
            teller.say("bound", bound=bound)
        return
    values = np.asarray(solver.getSolution().col_value)
    sites = np.flatnonzero(values[columns] > CHOSEN_ABOVE)
    teller.found(sites, sign * info.objective_function_value, bound)


def solve_spopt_cbc(coverage: Coverage, hubs: int, memory_gb: float, teller: Teller) -> None:
    """Give spopt's model to the CBC that PuLP brings."""
    model = _spopt_model(coverage, hubs, memory_gb)
    import pulp

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "cbc.log"
        options = {"gapRel": 0.0, "threads": THREADS, "logPath": str(log)}
        # spopt raises it where there is no plan.
        with suppress(RuntimeError):
            solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=teller.solving(), **options)
            model.solve(solver, results=False)
        said = log.read_text("utf-8", errors="replace")
    if model.problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        values = np.array([site.varValue or 0.0 for site in model.fac_vars])
        people = float(pulp.value(model.problem.objective))
        teller.found(np.flatnonzero(values > CHOSEN_ABOVE), people, cbc_bound(said, people))


def cbc_bound(said: str, people: float) -> float:
    """Return the bound at the end of CBC's log; infinity where there is none.

    It calls it an upper bound, or a lower one of the negative of the objective, and tells neither
    when it is done.
    """
    if "Result - Optimal solution found" in said:
        return people
    told = re.findall(r"^(?:Upper|Lower) bound:\s+(-?[\d.eE+]+)\s*$", said, re.MULTILINE)
    return abs(float(told[-1])) if told else np.inf


def solve_spopt_highs(coverage: Coverage, hubs: int, memory_gb: float, teller: Teller) -> None:
    """Give spopt's model to HiGHS, by way of PuLP."""
    model = _spopt_model(coverage, hubs, memory_gb)
    import highspy
    import pulp

    # PuLP sorts columns by name and minimises the negative.
    column = {variable.name: number for number, variable in enumerate(model.problem.variables())}
    columns = np.array([column[site.name] for site in model.fac_vars])
    solver = pulp.HiGHS(
        msg=False,
        gapRel=0.0,
        threads=THREADS,
        timeLimit=teller.solving(),
        callbackTuple=(_incumbents(columns, -1.0, teller), None),
        callbacksToActivate=[highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution],
    )
    # spopt raises it where there is no plan.
    with suppress(RuntimeError):
        model.solve(solver, results=False)
    _tell_highs(model.problem.solverModel, columns, -1.0, teller)


def _spopt_model(coverage: Coverage, hubs: int, memory_gb: float) -> MCLP:
    """State the problem with spopt, unless its two dense matrices alone fill the memory."""
    sites, cells = coverage.shares.shape
    dense_gb = 2 * 8 * sites * cells / 1e9
    if dense_gb > memory_gb:
        raise NotBuilt(
            f"two dense matrices of {cells:,} x {sites:,} numbers are {dense_gb:,.0f} GB"
        )
    from spopt.locate import MCLP

    # It compares a matrix of costs with a radius: 0 within, 1 beyond.
    cost = np.ones((cells, sites))
    cost[coverage.shares.T.nonzero()] = 0.0
    return MCLP.from_cost_matrix(cost, coverage.need_people, 0.5, p_facilities=hubs)


SOLVERS: dict[str, Callable[[Coverage, int, float, Teller], None]] = {
    "ours": solve_ours,
    "HiGHS": solve_highs,
    "spopt, CBC": solve_spopt_cbc,
    "spopt, HiGHS": solve_spopt_highs,
}


NEEDS = {
    "ours": ("leohub.plan.choose",),
    "HiGHS": ("highspy",),
    "spopt, CBC": ("pulp", "spopt.locate"),
    "spopt, HiGHS": ("highspy", "pulp", "spopt.locate"),
}
"""Modules that are imported before the clock starts."""


def save_coverage(coverage: Coverage, path: Path) -> None:
    """Save a coverage for `load_coverage`; the needs stand in a file beside the shares."""
    save_npz(path, coverage.shares, compressed=False)
    np.save(path.with_suffix(".need.npy"), coverage.need_people)


def load_coverage(path: Path) -> Coverage:
    """Load what `save_coverage` saved."""
    return Coverage(csr_array(load_npz(path)), np.load(path.with_suffix(".need.npy")))


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        try:
            import_module(module)
        except ImportError as error:
            raise NotBuilt(f"{module.partition('.')[0]} is not installed ({error})") from None


def main() -> None:
    """Run one solver; what it prints itself goes to standard error."""
    name, path, hubs, limit_s, memory_gb = sys.argv[1:]
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as stream:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        warnings.simplefilter("ignore")
        coverage = load_coverage(Path(path))
        try:
            _import(NEEDS[name])
            teller = Teller(stream, float(limit_s))
            teller.say("stating")
            SOLVERS[name](coverage, int(hubs), float(memory_gb), teller)
        except NotBuilt as reason:
            Teller(stream, 0.0).say("not built", why=str(reason))
            return
        teller.say("done")


if __name__ == "__main__":
    main()
