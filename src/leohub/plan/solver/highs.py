"""HiGHS in a process of its own: reads pickled jobs from standard input, writes pickled answers.

``python -m leohub.plan.solver.highs`` is the child of `leohub.plan.solver.exact`.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, vstack

from leohub.plan.problem.instance import PARTS_PER_PERSON, Instance
from leohub.plan.problem.rows import Rows


@dataclass(frozen=True)
class Job:
    """What the child is asked: the hubs that reach the most within the rows, from a known plan.

    Attributes
    ----------
    instance : Instance
    start : ndarray of bool, shape (n_sites,)
    time_limit_s : float
    nodes : int
        Most nodes of the search tree.
    hub_people : ndarray, shape (n_sites,), or float
        What opening each hub costs; not negative [people].
    for_proof : bool
        Whether the start is as good as it gets: then no time is spent to find a better one.
    """

    instance: Instance
    start: NDArray[np.bool_]
    time_limit_s: float
    nodes: int = 2**31 - 1
    hub_people: NDArray[np.float64] | float = 0.0
    for_proof: bool = False


@dataclass(frozen=True)
class Answer:
    """What the exact solver found.

    Attributes
    ----------
    is_hub : ndarray of bool, shape (n_sites,)
        The best that was found, or the known plan where nothing better was.
    bound_people : float
        No plan reaches more, less what its hubs cost.
    in_time : bool
        Whether the time limit did not cut the search short.
    """

    is_hub: NDArray[np.bool_]
    bound_people: float
    in_time: bool


def _solve(job: Job) -> Answer:
    import highspy

    sites = len(job.instance.sites)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("time_limit", job.time_limit_s)
    solver.setOptionValue("mip_max_nodes", job.nodes)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.5 / PARTS_PER_PERSON)
    solver.setOptionValue("random_seed", 1)
    solver.setOptionValue("threads", 1)
    if job.for_proof:
        solver.setOptionValue("mip_heuristic_effort", 0.0)
        solver.setOptionValue("mip_allow_restart", False)
    serving = csr_array(job.instance.serves.T)
    solver.passModel(_model(job, serving))
    start = highspy.HighsSolution()
    missed = serving @ job.start == 0
    start.col_value = np.concatenate([job.start, missed]).astype(float).tolist()
    solver.setSolution(start)
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.asarray(solver.getSolution().col_value) if found else start.col_value
    return Answer(
        is_hub=np.asarray(values[:sites]) > 0.5,
        bound_people=job.instance.reachable_people - max(float(info.mip_dual_bound), 0.0),
        in_time=solver.getModelStatus() != highspy.HighsModelStatus.kTimeLimit,
    )


def _model(job: Job, serving: csr_array):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Columns x (sites) then y (cells that are missed); the rules, then Σ x + y ≥ 1 for each cell.

    To miss as few people as possible is the same as to reach as many as possible, but HiGHS is two
    to three times as fast with it.
    """
    import highspy

    cells, sites = serving.shape
    rules, limits = _limits(job.instance.rows)
    rows = csr_array(vstack([rules, hstack([serving, eye_array(cells)])], format="csr"))
    model = highspy.HighsLp()
    model.num_col_ = sites + cells
    model.num_row_ = len(limits) + cells
    model.sense_ = highspy.ObjSense.kMinimize
    hub_people = np.broadcast_to(np.asarray(job.hub_people, dtype=np.float64), sites)
    model.col_cost_ = np.concatenate([hub_people, job.instance.need_people])
    model.col_lower_ = np.zeros(sites + cells)
    model.col_upper_ = np.ones(sites + cells)
    lowest = np.full(len(limits), -highspy.kHighsInf)
    model.row_lower_ = np.concatenate([lowest, np.ones(cells)])
    model.row_upper_ = np.concatenate([limits, np.full(cells, highspy.kHighsInf)])
    model.integrality_ = [highspy.HighsVarType.kInteger] * sites + [
        highspy.HighsVarType.kContinuous
    ] * cells
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = rows.indptr
    model.a_matrix_.index_ = rows.indices
    model.a_matrix_.value_ = rows.data
    return model


def _limits(rows: Rows) -> tuple[csr_array, NDArray[np.float64]]:
    """Return the size and the other rows that can be broken, with a largest entry of 1.

    Reaching a group is not missing it: Σ h z = Σ h - Σ h y.
    """
    size = csr_array(np.concatenate([rows.cost, np.zeros(rows.groups.shape[1])])[np.newaxis, :])
    matrix = csr_array(vstack([size, hstack([rows.sites, rows.groups])], format="csr"))
    limits = np.append(rows.room, rows.limits + rows.groups.sum(axis=1))
    entries = np.diff(matrix.indptr)
    matters = np.flatnonzero(entries > 0)
    # Row by row over what is stored: a problem without columns has rows, and nothing in them.
    largest = np.maximum.reduceat(np.abs(matrix.data), matrix.indptr[matters])
    scaled = matrix[matters]
    scaled.data = scaled.data / np.repeat(largest, entries[matters])
    return scaled, limits[matters] / largest


def main() -> None:
    """Answer every job that standard input brings, until it ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What HiGHS prints must not mix with the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with contextlib.closing(answers):
        while True:
            try:
                job: Job = pickle.load(sys.stdin.buffer)
            except EOFError:
                return
            pickle.dump(_solve(job), answers)
            answers.flush()


if __name__ == "__main__":
    # The classes must be those of the package, not of `__main__`, or the parent cannot unpickle.
    from leohub.plan.solver.highs import main as run

    run()
