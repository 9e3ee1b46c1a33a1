"""The comparison of solvers: counted anew, checked against each other, ended when it must be."""

import csv
import importlib.util
import itertools
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks" / "choice"
HAS_SPOPT = all(importlib.util.find_spec(name) for name in ("spopt", "pulp"))


@pytest.fixture
def modules(monkeypatch):
    """The benchmark's modules, which are no package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import apart
    import compare
    import problems
    import solvers

    return apart, compare, problems, solvers


@pytest.fixture
def apart(modules):
    return modules[0]


@pytest.fixture
def compare(modules):
    return modules[1]


@pytest.fixture
def problems(modules):
    return modules[2]


@pytest.fixture
def solvers(modules):
    return modules[3]


def best_by_trying(coverage: Coverage, hubs: int) -> float:
    shares = coverage.shares.toarray()
    return max(
        float(shares[list(chosen)].max(axis=0) @ coverage.need_people)
        for chosen in itertools.combinations(range(len(shares)), hubs)
    )


# --- The whole, on a problem small enough to try every choice ------------------------------------


def test_every_solver_finds_the_best_choice_and_proves_it(problems, tmp_path):
    tiny = problems.RANDOM[0]
    out = tmp_path / "rows.csv"
    done = subprocess.run(
        [
            *(sys.executable, BENCHMARKS / "compare.py", "--problem", tiny.name),
            *("--limit", "30", "--out", out),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    best = best_by_trying(tiny.coverage(), tiny.hubs)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = {row["solver"]: row for row in csv.DictReader(stream)}
    assert list(rows) == ["ours", "HiGHS", "spopt, CBC", "spopt, HiGHS"]
    for solver, row in rows.items():
        if "spopt" in solver and not HAS_SPOPT:
            assert row["ended"].startswith("not built: ")
            assert "is not installed" in row["ended"]
            assert row["people"] == row["bound_people"] == ""
            continue
        assert float(row["people"]) == best
        assert float(row["bound_people"]) == pytest.approx(best, rel=1e-6)
        assert row["ended"] == "finished"
        assert row["doubt"] == ""
        assert float(row["memory_gb"]) > 0.01
        assert 0 <= float(row["stating_s"]) <= float(row["wall_s"])
        line = next(line for line in done.stdout.splitlines() if f" {solver} " in line)
        assert f"{best:,.0f}" in line
        assert line.endswith("optimal")


# --- What a solver says is not believed ----------------------------------------------------------


@pytest.fixture
def told(apart, compare, problems):
    """Make the row of a solver that told this about three sites with 10, 20 and 40 people."""
    coverage = Coverage(csr_array(np.eye(3)), np.array([10.0, 20.0, 40.0]))

    def row(sites, people, bound, solver="ours"):
        lines = [
            {"says": "solving", "at_s": 0.1},
            {"says": "found", "at_s": 0.2, "sites": sites, "people": people, "bound": bound},
        ]
        course = apart.Course(told=lines, ended="finished", wall_s=0.3, cpu_s=0.2, memory_gb=0.1)
        problem = problems.Problem("random", 3, 3, 1.0, 2)
        return compare.make_row(problem, coverage, solver, course)

    return row


def test_people_are_counted_from_the_sites(told):
    row = told([0, 2], 50.0, 60.0)
    assert (row.people, row.bound_people, row.doubt) == (50.0, 60.0, "")
    assert row.gap_pct == pytest.approx(100 / 6)


@pytest.mark.parametrize(
    ("sites", "people", "doubt"),
    [
        ([0, 2], 70.0, "says that it reaches 70.0 people"),
        ([0, 1, 2], 70.0, "chose 3 sites, where 2 were allowed"),
        ([2, 2], 80.0, "names 2 sites, of which 1 differ"),
    ],
)
def test_a_false_plan_is_told_as_one(told, sites, people, doubt):
    assert told(sites, people, 70.0).doubt == doubt


def test_a_plan_that_was_not_counted_out_is_not_false(told):
    row = told([0, 2], 1.0, 60.0)
    assert (row.people, row.claimed_people, row.doubt) == (50.0, 1.0, "")


def test_a_bound_that_another_plan_exceeds_is_told(told, compare):
    good, low = told([1, 2], 60.0, 60.0), told([0, 1], 30.0, 55.0, "HiGHS")
    checked = compare.cross_check([good, low])
    assert [row.doubt for row in checked] == ["", "bound exceeded by a plan"]


def test_a_false_plan_refutes_no_bound(told, compare):
    false, good = told([0, 1, 2], 70.0, 70.0), told([1, 2], 60.0, 60.0, "HiGHS")
    assert compare.cross_check([false, good])[1].doubt == ""


def test_the_table_stands_in_columns(told, compare):
    lines = [compare.HEADINGS, compare.show(told([1, 2], 60.0, 60.0))]
    ends = [line.rindex("  ") for line in lines]
    assert ends[0] == ends[1]
    assert lines[1].endswith("  optimal")


def test_without_a_plan_there_are_dashes(told, apart, compare, problems):
    nothing = apart.Course(told=[{"says": "solving", "at_s": 0.1}], ended="finished", wall_s=9.0)
    coverage = Coverage(csr_array(np.eye(3)), np.ones(3))
    row = compare.make_row(problems.Problem("random", 3, 3, 1.0, 2), coverage, "HiGHS", nothing)
    assert (row.people, row.bound_people, row.gap_pct) == (None, None, None)
    assert compare.show(row).endswith("no plan in time")
    assert len(compare.show(row)) - len("no plan in time") == compare.HEADINGS.rindex("end")


# --- Solvers that take too much ------------------------------------------------------------------


@pytest.fixture(scope="module")
def hard(tmp_path_factory) -> Path:
    """A problem that HiGHS needs more than a moment for."""
    random = np.random.default_rng(7)
    site, cell = random.random((150, 2)), random.random((1_500, 2))
    near = np.linalg.norm(site[:, None] - cell[None], axis=2) < 0.13
    path = tmp_path_factory.mktemp("hard") / "coverage.npz"
    from scipy.sparse import save_npz

    save_npz(path, csr_array(near.astype(float)), compressed=False)
    np.save(path.with_suffix(".need.npy"), random.integers(1, 900, 1_500).astype(float))
    return path


def test_what_is_saved_is_loaded(solvers, tmp_path):
    coverage = Coverage(csr_array(np.array([[0, 0.5], [1, 0]])), np.array([3.0, 4.0]))
    solvers.save_coverage(coverage, tmp_path / "coverage.npz")
    again = solvers.load_coverage(tmp_path / "coverage.npz")
    assert np.array_equal(again.shares.toarray(), coverage.shares.toarray())
    assert np.array_equal(again.need_people, coverage.need_people)


def test_a_solver_out_of_time_is_ended_and_its_last_plan_stands(apart, hard):
    started_s = time.monotonic()
    course = apart.run_apart("HiGHS", hard, 14, limit_s=2.0, memory_gb=6.0, grace_s=1.0)
    assert course.ended == "finished" or course.ended.startswith("ended: still solving after ")
    assert course.wall_s < 4
    assert time.monotonic() - started_s < 20
    assert len(course.last("found")["sites"]) <= 14


def test_a_solver_that_holds_too_much_is_ended(apart, hard):
    course = apart.run_apart("HiGHS", hard, 14, limit_s=30.0, memory_gb=0.03)
    assert course.ended.startswith("ended: over 0.03 GB while ")
    assert course.memory_gb > 0.03


def test_a_solver_that_fails_says_why(apart, tmp_path):
    course = apart.run_apart("HiGHS", tmp_path / "none.npz", 14, limit_s=5.0, memory_gb=6.0)
    assert course.ended.startswith("failed: FileNotFoundError")
    assert course.told == []


def test_what_a_process_started_ends_with_it(apart):
    with subprocess.Popen(
        ["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE, text=True
    ) as process:
        child = int(process.stdout.readline())
        assert apart.tree(process.pid) == [process.pid, child]
        apart.end_tree(process.pid)
        process.wait(timeout=10)
    wait_until = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < wait_until:
        time.sleep(0.05)
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_dense_matrices_beyond_the_memory_are_not_tried(solvers):
    coverage = Coverage(csr_array((30_000, 490_000)), np.zeros(490_000))
    with pytest.raises(solvers.NotBuilt, match=r"490,000 x 30,000 numbers are 235 GB"):
        solvers.solve_spopt_cbc(coverage, 450, 6.0, None)


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        ("Result - Optimal solution found\n\nObjective value:       90.0\n", 90.0),
        ("Result - Stopped on time limit\n\nUpper bound:           901489.748\n", 901489.748),
        ("Result - Stopped on time limit\n\nLower bound:           -120.5\n", 120.5),
        ("Result - Stopped on time limit\n\nNo feasible solution found\n", np.inf),
    ],
)
def test_what_cbc_says_of_its_bound(solvers, said, bound):
    assert solvers.cbc_bound(said, 90.0) == bound
