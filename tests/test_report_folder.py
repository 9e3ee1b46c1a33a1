"""The results folder: whole or not at all, and nothing of anybody else's overwritten."""

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from leohub.errors import OutputError
from leohub.io.provenance import sha256_of
from leohub.report import folder as folder_module
from leohub.report.folder import check_folder, write_results
from tests.sample_results import sample_results, without_reach

FILES = {
    "report.html",
    "hubs.csv",
    "regions.csv",
    "sky.csv",
    "proof.csv",
    "hubs.xlsx",
    "plan.gpkg",
    "datapackage.json",
    "run.json",
    *(
        f"figures/{name}.{kind}"
        for name in ("map", "coverage-by-hubs", "regions", "service-and-cost", "service", "sky")
        for kind in ("png", "svg")
    ),
}


def contents(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def results():
    return sample_results()


@pytest.fixture(scope="module")
def written(results, tmp_path_factory) -> Path:
    return write_results(results, tmp_path_factory.mktemp("results") / "a" / "plan").parent


@pytest.fixture
def quick(monkeypatch):
    """Stand-ins for the slow outputs, where only the folder matters."""
    monkeypatch.setattr(folder_module, "write_figures", lambda _, folder: folder.mkdir())
    monkeypatch.setattr(
        folder_module, "write_html", lambda _, folder: (folder / "report.html").write_text("page")
    )
    monkeypatch.setattr(folder_module, "write_geopackage", lambda _, path: path.write_text("map"))


QUICK_FILES = {name for name in FILES if not name.startswith("figures/")}


def test_everything_is_there_and_nothing_else(written):
    assert contents(written) == FILES
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_everybody_may_enter_the_folder(written):
    umask = os.umask(0)
    os.umask(umask)
    assert written.stat().st_mode & 0o777 == 0o777 & ~umask


def test_the_same_results_give_the_same_bytes(results, written, tmp_path):
    again = write_results(results, tmp_path / "again").parent
    same = {"hubs.csv", "regions.csv", "report.html", *(f for f in FILES if "figures" in f)}
    assert {name: sha256_of(again / name) for name in same} == {
        name: sha256_of(written / name) for name in same
    }


def test_earlier_results_are_replaced_whole(quick, tmp_path):
    folder = tmp_path / "plan"
    write_results(sample_results(hubs=3), folder)
    (folder / "plan.gpkg-wal").write_text("QGIS has it open")
    write_results(sample_results(hubs=4), folder)
    assert contents(folder) == QUICK_FILES
    assert len((folder / "hubs.csv").read_text("utf-8").splitlines()) == 5


def test_a_file_of_yours_among_the_results_is_not_lost(quick, tmp_path):
    folder = tmp_path / "plan"
    write_results(sample_results(hubs=3), folder)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"not results of leohub: notes\.txt"):
        write_results(sample_results(hubs=4), folder)
    assert (folder / "notes.txt").read_text() == "mine"


def test_what_you_wrote_into_a_result_is_not_lost(quick, tmp_path):
    folder = tmp_path / "plan"
    write_results(sample_results(hubs=3), folder)
    with (folder / "hubs.csv").open("a") as table:
        table.write("my note\n")
    with pytest.raises(OutputError, match=r"hubs\.csv in .* was changed since"):
        write_results(sample_results(hubs=4), folder)
    assert (folder / "hubs.csv").read_text("utf-8").endswith("my note\n")


def test_styles_that_qgis_keeps_are_work_and_its_touch_is_not(results, tmp_path):
    folder = tmp_path / "plan"
    write_results(results, folder)
    geopackage = folder / "plan.gpkg"
    with closing(sqlite3.connect(geopackage)) as database:
        database.execute("PRAGMA user_version = 7")
    check_folder(folder)
    with closing(sqlite3.connect(geopackage)) as database:
        database.execute("CREATE TABLE layer_styles (id INTEGER)")
    with pytest.raises(OutputError, match=r"plan\.gpkg in .* was changed since"):
        check_folder(folder)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("step", ["write_geopackage", "write_run"])
def test_whatever_interrupts_leaves_the_earlier_results(
    quick, results, tmp_path, monkeypatch, error, step
):
    folder = tmp_path / "plan"
    write_results(results, folder)
    before = sha256_of(folder / "run.json")

    def fail(*_):
        raise error

    monkeypatch.setattr(folder_module, step, fail)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_results(sample_results(hubs=3), folder)
    assert sha256_of(folder / "run.json") == before
    assert list(tmp_path.iterdir()) == [folder]


def test_an_interrupt_leaves_no_new_folders(results, tmp_path, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folder_module, "write_figures", fail)
    with pytest.raises(KeyboardInterrupt):
        write_results(results, tmp_path / "a" / "b" / "plan")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_move_puts_the_earlier_results_back(quick, results, tmp_path, monkeypatch):
    folder = tmp_path / "plan"
    write_results(results, folder)
    rename = Path.rename

    def fail(self, target):
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(KeyboardInterrupt):
        write_results(results, folder)
    assert contents(folder) == QUICK_FILES
    assert list(tmp_path.iterdir()) == [folder]


def test_a_foreign_folder_is_refused_and_left_alone(results, tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    for call in (check_folder, lambda folder: write_results(results, folder)):
        with pytest.raises(OutputError, match="holds files that are not results of leohub"):
            call(tmp_path)
    assert contents(tmp_path) == {"thesis.docx"}


def test_a_run_json_of_another_program_does_not_open_the_door(tmp_path):
    (tmp_path / "run.json").write_text('{"name": "something else"}')
    with pytest.raises(OutputError, match="holds files that are not results of leohub"):
        check_folder(tmp_path)


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "plan"
    path.write_text("")
    with pytest.raises(OutputError, match="is a file"):
        check_folder(path)
    with pytest.raises(OutputError, match="nothing can be written"):
        check_folder(path / "below")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    # Rights do not bind the super-user, so ask what the operating system would answer others.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="nothing can be written"):
        check_folder(tmp_path / "plan")


def test_an_empty_folder_is_fine(tmp_path):
    check_folder(tmp_path)
    check_folder(tmp_path / "not" / "there" / "yet")


def test_run_json_has_what_a_repetition_needs(results, written):
    run = json.loads((written / "run.json").read_text("utf-8"))
    assert run["seed"] == 1
    assert run["study"]["sha256"] == results.study_sha256
    assert [item["sha256"] for item in run["inputs"]] == [s.sha256 for s in results.sources]
    assert run["plan"]["objective_people"] == results.plan.reached_people
    assert run["plan"]["bound_people"] == results.plan.bound_people
    assert run["plan"]["gap"] == pytest.approx(results.plan.gap)
    assert {"numpy", "highspy", "sgp4"} <= set(run["packages"])
    assert run["outputs"] == {
        name: sha256_of(written / name) for name in sorted(FILES - {"run.json"})
    }


def test_a_limit_of_infinity_is_still_json(quick, results, tmp_path):
    unserved = results.study.unserved.model_copy(update={"density_limit_per_km2": float("inf")})
    study = results.study.model_copy(update={"unserved": unserved})
    folder = write_results(replace(results, study=study), tmp_path / "plan").parent
    text = (folder / "run.json").read_text("utf-8")
    run = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert run["study"]["settings"]["unserved"]["density_limit_per_km2"] == "inf"


def test_a_plan_that_reaches_nobody_is_written_too(tmp_path):
    folder = write_results(without_reach(sample_results()), tmp_path / "plan").parent
    assert contents(folder) == FILES
