"""The exact solver, HiGHS, for problems small enough for it.

HiGHS runs in a process of its own: it overruns its time limit now and then and cannot be
interrupted from Python, a process can. The parent sends a pickled `Job` and reads a pickled
`Answer`; ``python -m leohub.plan.exact`` is the child.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.errors import SolverError
from leohub.plan.instance import PARTS_PER_PERSON, Instance

GRACE_S = 10.0
"""How long HiGHS may overrun its time limit before it is stopped [s]."""


@dataclass(frozen=True)
class Job:
    """What the child is asked."""

    instance: Instance
    hubs: int
    start: NDArray[np.bool_]
    time_limit_s: float


@dataclass(frozen=True)
class Answer:
    """What the exact solver found.

    Attributes
    ----------
    is_hub : ndarray of bool, shape (n_sites,)
    bound_people : float
        No plan reaches more.
    """

    is_hub: NDArray[np.bool_]
    bound_people: float


def solve_exactly(
    instance: Instance, hubs: int, start: NDArray[np.bool_], time_limit_s: float
) -> Answer | None:
    """Solve with HiGHS, starting from a known plan.

    Parameters
    ----------
    instance : Instance
    hubs : int
        Most hubs to open.
    start : ndarray of bool, shape (n_sites,)
        A known plan.
    time_limit_s : float
        Time HiGHS may take [s].

    Returns
    -------
    Answer or None
        None when HiGHS had to be stopped without an answer.

    Raises
    ------
    SolverError
        If HiGHS fails, or returns a plan that breaks the constraints.
    """
    job = pickle.dumps(Job(instance, hubs, start, time_limit_s))
    # A session of its own: Ctrl-C reaches this process, which then ends the child in order.
    child = subprocess.Popen(
        # -P: a numpy.py in the folder that the user stands in must not be imported.
        [sys.executable, "-P", "-m", "leohub.plan.exact"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = child.communicate(job, timeout=time_limit_s + GRACE_S)
    except subprocess.TimeoutExpired:
        return None
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    if child.returncode != 0:
        raise SolverError(f"HiGHS failed: {err.decode(errors='replace').strip()[-500:]}")
    answer: Answer | None = pickle.loads(out)
    if answer is not None and int(answer.is_hub.sum()) > hubs:
        raise SolverError(f"HiGHS opened {int(answer.is_hub.sum())} hubs where {hubs} were allowed")
    return answer


def _solve(job: Job) -> Answer | None:
    import highspy

    instance = job.instance
    sites = len(instance.sites)
    need = instance.need_people
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("time_limit", job.time_limit_s)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.5 / PARTS_PER_PERSON)
    solver.setOptionValue("random_seed", 1)
    solver.setOptionValue("threads", 1)
    solver.passModel(_model(instance, job.hubs, need))
    served = _serving(instance) @ job.start > 0
    start = highspy.HighsSolution()
    start.col_value = np.concatenate([job.start, served]).astype(float).tolist()
    solver.setSolution(start)
    solver.run()
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    values = np.asarray(solver.getSolution().col_value)
    return Answer(
        is_hub=values[:sites] > 0.5,
        bound_people=min(float(info.mip_dual_bound), float(need.sum())),
    )


def _serving(instance: Instance) -> csr_array:
    """Cell × site matrix of ones."""
    return csr_array(
        (np.ones(instance.pairs), instance.cell_sites, instance.cell_start),
        shape=(len(instance.need_people), len(instance.sites)),
    )


def _model(instance: Instance, hubs: int, need: NDArray[np.float64]):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Columns x (sites) then z (cells); a row Σ x ≤ K, then a row Σ x - z ≥ 0 for each cell."""
    import highspy

    sites, cells = len(instance.sites), len(instance.need_people)
    budget = csr_array(np.concatenate([np.ones(sites), np.zeros(cells)])[np.newaxis, :])
    links = _hstack(_serving(instance), cells)
    starts = np.concatenate([[0], budget.nnz + links.indptr])
    model = highspy.HighsLp()
    model.num_col_ = sites + cells
    model.num_row_ = 1 + cells
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(sites), need])
    model.col_lower_ = np.zeros(sites + cells)
    model.col_upper_ = np.ones(sites + cells)
    model.row_lower_ = np.concatenate([[0.0], np.zeros(cells)])
    model.row_upper_ = np.concatenate([[float(hubs)], np.full(cells, highspy.kHighsInf)])
    model.integrality_ = [highspy.HighsVarType.kInteger] * sites + [
        highspy.HighsVarType.kContinuous
    ] * cells
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = np.concatenate([budget.indices, links.indices])
    model.a_matrix_.value_ = np.concatenate([budget.data, links.data])
    return model


def _hstack(serving: csr_array, cells: int) -> csr_array:
    """Return [serving | -1]: for each cell the sites that serve it, minus the cell itself."""
    from scipy.sparse import eye_array, hstack

    return csr_array(hstack([serving, -eye_array(cells)], format="csr"))


def main() -> None:
    """Read a pickled `Job` from standard input, write a pickled `Answer` to standard output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What HiGHS prints must not mix with the answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    job: Job = pickle.load(sys.stdin.buffer)
    answer = _solve(job)
    with contextlib.closing(answers):
        pickle.dump(answer, answers)


if __name__ == "__main__":
    # The classes must be those of the package, not of `__main__`, or the parent cannot unpickle.
    from leohub.plan.exact import main as run

    run()
