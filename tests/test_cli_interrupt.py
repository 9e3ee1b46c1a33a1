"""Ctrl-C while hubs are chosen or results are written: all or nothing, and nothing lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.report import folder as results_folder
from leohub.report.folder import check_folder
from tests.tiny_country import NORTH_DEG, SIZE_DEG, WEST_DEG, change, make_tiny_country

SCHOOLS = 1_500
PATIENCE_S = 60
"""A machine may be slow; a stage that is not reached by then is not coming."""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A tiny country with so many schools and hubs that the search takes a while."""
    study = make_tiny_country(tmp_path / "tiny")
    places = np.random.default_rng(11).random((SCHOOLS, 2)) * (SIZE_DEG - 0.02) + 0.01
    pd.DataFrame(
        {
            "code": np.arange(SCHOOLS),
            "school": [f"School {number}" for number in range(SCHOOLS)],
            "lat": (NORTH_DEG - SIZE_DEG + places[:, 0]).round(5),
            "lon": (WEST_DEG + places[:, 1]).round(5),
        }
    ).to_csv(study.parent / "schools.csv", index=False)
    change(study, "resolution = 7", "resolution = 8")
    return study


@pytest.fixture(params=["no results yet", "results of an earlier run"])
def results(request: pytest.FixtureRequest, study: Path) -> Path:
    """The folder of results, with and without those of an earlier run in it."""
    folder = study.parent / "results"
    if request.param == "results of an earlier run":
        make_earlier_results(folder)
    return folder


def make_earlier_results(folder: Path) -> None:
    outputs = {"hubs.csv": "hub_id\nearlier\n", "figures/curve.svg": "<svg/>"}
    (folder / "figures").mkdir(parents=True)
    for name, text in outputs.items():
        (folder / name).write_text(text, "utf-8")
    digests = {name: sha256(text.encode()).hexdigest() for name, text in outputs.items()}
    run = {"leohub": "0.0", "outputs": digests}
    (folder / "run.json").write_text(json.dumps(run), "utf-8")


def everything_in(folder: Path) -> dict[str, bytes | None]:
    """All files with their bytes, and all folders, hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@contextmanager
def planning(study: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `leohub plan` in a group of processes of its own; whatever happens, it ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "leohub.app.cli.main", "plan", str(study)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def press_ctrl_c(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Signal the whole group of processes, as a terminal does."""
    os.killpg(process.pid, signal.SIGINT)
    return process.communicate(timeout=PATIENCE_S)


def wait_for_stage_after(done: str, process: subprocess.Popen[str]) -> list[str]:
    """Read what is said on standard error until a stage is done; the next one has begun then."""
    assert process.stderr is not None
    said: list[str] = []
    for line in process.stderr:
        said.append(line)
        if done in line:
            return said
    pytest.fail(f"{done!r} was never done: {''.join(said)}")


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "it ended before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def assert_stopped_cleanly(process: subprocess.Popen[str], out: str, err: str) -> None:
    assert process.returncode == 130, err
    assert "Nothing was written." in err
    assert "Stopped." in err
    assert "Traceback" not in err
    assert "Report:" not in out


def solvers_of(pid: int) -> list[int]:
    """Children of a process that have HiGHS loaded."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text("ascii").split()
        if "highspy" in Path(f"/proc/{child}/maps").read_text("utf-8")
    ]


def ended(pid: int) -> bool:
    """Whether a process is gone soon; one whose parent has gone waits for init to look after it."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("results", ["no results yet"], indirect=True)
def test_ctrl_c_during_the_search_keeps_the_best_plan_so_far(study, results):
    change(study, "hubs = 4", "hubs = 12\ngap_pct = 0")
    with planning(study) as process:
        wait_for_stage_after("choosing hubs: greedy start", process)
        out, err = press_ctrl_c(process)
    assert process.returncode == 0, err
    assert "Ctrl-C again gives up" in err
    assert "The search was cut short" in out
    told = json.loads((results / "run.json").read_text("utf-8"))["plan"]
    assert told["stopped_early"]
    assert told["objective_people"] <= told["bound_people"]
    assert len(pd.read_csv(results / "hubs.csv")) == 12


@pytest.mark.parametrize("results", ["no results yet"], indirect=True)
def test_a_second_ctrl_c_gives_up(study, results):
    change(study, "hubs = 4", "hubs = 12\ngap_pct = 0")
    before = everything_in(study.parent)
    with planning(study) as process:
        wait_for_stage_after("choosing hubs: greedy start", process)
        os.killpg(process.pid, signal.SIGINT)
        wait_for_stage_after("gives up", process)
        out, err = press_ctrl_c(process)
    assert_stopped_cleanly(process, out, err)
    assert everything_in(study.parent) == before


@pytest.mark.parametrize("results", ["results of an earlier run"], indirect=True)
def test_ctrl_c_ends_the_exact_solver_too(study, results):
    change(study, "hubs = 4", "hubs = 12\ngap_pct = 0\nexact_limit_pairs = 1_000_000_000")
    with planning(study) as process:
        wait_for_stage_after("choosing hubs: proof", process)
        wait_until(lambda: bool(solvers_of(process.pid)), process)
        solvers = solvers_of(process.pid)
        _, err = press_ctrl_c(process)
    assert process.returncode == 0, err
    assert all(ended(pid) for pid in solvers)


def test_ctrl_c_while_the_results_are_written(study, results):
    before = everything_in(study.parent)
    with planning(study) as process:
        wait_for_stage_after("comparing density limits", process)
        # The first output is there, the last is not.
        wait_until(lambda: any(study.parent.glob(".results-*/new/hubs.csv")), process)
        out, err = press_ctrl_c(process)
    assert_stopped_cleanly(process, out, err)
    assert everything_in(study.parent) == before


@pytest.mark.parametrize("results", ["results of an earlier run"], indirect=True)
@pytest.mark.parametrize("moves", [0, 1])
def test_ctrl_c_between_the_two_moves_into_place(study, results, moves, monkeypatch):
    """Old results are moved away, then the new ones in: a moment too short to hit from outside."""
    before = everything_in(study.parent)
    rename, made = Path.rename, []

    def interrupted(path: Path, target: Path) -> Path:
        made.append(path)
        if len(made) == moves + 1:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), results_folder.appearing_folder(results) as new:
        (new / "hubs.csv").write_text("hub_id\nlater\n", "utf-8")
    assert len(made) > moves
    assert everything_in(study.parent) == before
    check_folder(results)
