"""The command line as a new user meets it: plan, check, new, demo's promises, bad input."""

import json
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from leohub import __version__
from leohub.app.cli.main import cli
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from tests.tiny_country import PIXELS, change, make_tiny_country, pack, write_people

pytestmark = pytest.mark.usefixtures("sketched")


@pytest.fixture(scope="module")
def planned(tmp_path_factory, sketched) -> tuple[Path, dict]:
    """The study and the figures of a plan that nobody may change."""
    study = make_tiny_country(tmp_path_factory.mktemp("planned") / "tiny")
    run = CliRunner().invoke(cli, ["plan", str(study), "--json"])
    assert run.exit_code == 0, run.output
    return study, json.loads(run.stdout)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


def test_plan_writes_every_file_and_says_what_it_found(study, leohub):
    code, out, _ = leohub("plan", study)
    assert code == 0
    assert "4 hubs would newly reach" in out
    assert "report.html" in out
    folder = study.parent / "results"
    expected = {"report.html", "hubs.csv", "hubs.xlsx", "plan.gpkg", "datapackage.json", "run.json"}
    assert expected <= {file.name for file in folder.iterdir()}


def test_the_same_study_and_seed_give_the_same_bytes(planned, study, leohub):
    again = study.parent / "again"
    assert leohub("plan", study, "--results", again)[0] == 0
    first, second = (
        (folder / "hubs.csv").read_bytes() for folder in (planned[0].parent / "results", again)
    )
    assert first == second


def test_json_figures_agree_with_the_tables(planned):
    study, figures = planned
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")
    assert figures["hubs"] == len(hubs) == 4
    assert figures["reached_people"] == pytest.approx(hubs["added_people"].sum(), abs=0.01)
    assert figures["reached_people"] == pytest.approx(hubs["sharing_people"].sum(), abs=0.01)
    assert figures["bound_people"] >= figures["reached_people"]
    run = json.loads((study.parent / "results" / "run.json").read_text("utf-8"))
    assert run["seed"] == 1
    hashes = {entry["file"]: entry["sha256"] for entry in run["inputs"]}
    for name in ("people.tif", "regions.geojson", "census.csv", "schools.csv"):
        assert hashes[name] == sha256((study.parent / name).read_bytes()).hexdigest()
    assert run["study"]["sha256"] == sha256(study.read_bytes()).hexdigest()
    assert run["plan"]["objective_people"] == pytest.approx(figures["reached_people"])
    assert run["plan"]["bound_people"] == pytest.approx(figures["bound_people"])


def test_a_small_plan_is_proven_best(study, leohub):
    change(study, "hubs = 4", "hubs = 4\ngap_pct = 0")
    figures = json.loads(leohub("plan", study, "--json")[1])
    assert figures["optimal"]
    assert figures["gap_pct"] < 1e-3


def test_a_budget_pays_for_as_many_hubs_as_it_can(study, leohub):
    change(study, "hubs = 4", "budget = 1_400_000")
    figures = json.loads(leohub("plan", study, "--json")[1])
    # 49,900 once + 60 × (6,500 + 10 % of 49,900 a year / 12) = 464,850 KES a hub
    assert figures["hubs"] == 3


def test_check_reports_sources_and_totals(study, leohub):
    code, out, _ = leohub("check", study)
    assert code == 0
    assert "people.tif" in out
    assert "is sound" in out
    ok = json.loads(leohub("check", study, "--json")[1])
    assert ok["ok"]
    assert {"people", "regions", "census", "sites", "elements"} <= {
        source["role"] for source in ok["sources"]
    }
    assert not (study.parent / "results").exists()


def test_packed_people_give_the_same_cells(study):
    before = read_inputs(read_study(study)).cells
    pack(study.parent / "people.tif")
    change(study, 'grid = "people.tif"', 'grid = "people.tif.gz"')
    after = read_inputs(read_study(study)).cells
    assert before["people"].sum() > 100_000
    pd.testing.assert_frame_equal(after, before)


def test_territories_limit_where_hubs_may_stand(study, leohub):
    with study.open("a", encoding="utf-8") as text:
        text.write('\n[[partners]]\nname = "Western ISP"\nregions = ["West"]\n')
    code, out, _ = leohub("plan", study)
    assert code == 0
    assert "Western ISP 4 hubs" in out
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")
    assert set(hubs["partner"]) == {"Western ISP"}
    assert set(hubs["region"]) == {"West"}


def test_own_shells_replace_the_built_in_ones(study, leohub):
    with study.open("a", encoding="utf-8") as text:
        text.write(
            "\n[[sky.shells]]\ninclination_deg = 53\naltitude_km = 550\n"
            "satellites = 1584\nplanes = 72\n"
        )
    figures = json.loads(leohub("plan", study, "--json")[1])
    assert 4 < figures["in_view_mean"] < 9


def test_new_writes_a_study_that_checks_out(tmp_path, leohub):
    code, out, _ = leohub("new", tmp_path / "mine")
    assert code == 0
    assert "leohub plan" in out
    code, _, err = leohub("new", tmp_path / "mine")
    assert code == 2
    assert "is there already" in err


def test_the_version_and_the_completion(leohub):
    assert __version__ in leohub("--version")[1]
    assert "_LEOHUB_COMPLETE" in leohub("completion", "bash")[1]


def test_every_command_explains_itself():
    for name, command in cli.commands.items():
        assert command.help, f"{name} has no help"
        assert len(command.help) > 60, f"{name} hardly explains itself"
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"


# --- Bad input: one clear error each, with file, place and remedy, exit code 2 -------------------


def swap_coordinates(study: Path) -> None:
    schools = pd.read_csv(study.parent / "schools.csv")
    schools.rename(columns={"lat": "lon", "lon": "lat"}).to_csv(
        study.parent / "schools.csv", index=False
    )


def put_schools_in_the_sea(study: Path) -> None:
    schools = pd.read_csv(study.parent / "schools.csv")
    schools["lon"] += 5
    schools.to_csv(study.parent / "schools.csv", index=False)


def repeat_an_id(study: Path) -> None:
    change(study.parent / "schools.csv", "\n101,", "\n100,")


def lose_a_column(study: Path) -> None:
    change(study.parent / "schools.csv", "code,school", "cod,school")


def empty_the_list(study: Path) -> None:
    (study.parent / "schools.csv").write_text("code,school,lat,lon\n", "utf-8")


def make_people_negative(study: Path) -> None:
    people = np.full((PIXELS, PIXELS), 10.0)
    people[3, 4] = -7
    write_people(study.parent / "people.tif", people)


def make_people_absurd(study: Path) -> None:
    people = np.full((PIXELS, PIXELS), 10.0)
    people[3, 4] = 9e9
    write_people(study.parent / "people.tif", people)


def lose_the_crs(study: Path) -> None:
    write_people(study.parent / "people.tif", np.full((PIXELS, PIXELS), 10.0), crs=None)


def mistake_the_crs(study: Path) -> None:
    write_people(study.parent / "people.tif", np.full((PIXELS, PIXELS), 10.0), crs="EPSG:32737")


def use_a_tle(study: Path) -> Path:
    change(study, "[sky]\n", '[sky]\nelements = "starlink.tle"\nmin_altitude_km = 200\n')
    return study.parent / "starlink.tle"


def break_a_checksum(study: Path) -> None:
    change(use_a_tle(study), "0  9997", "0  9990")


def truncate_a_tle(study: Path) -> None:
    change(use_a_tle(study), " 15.61165912374481", "")


def let_elements_age(study: Path) -> None:
    use_a_tle(study)
    change(study, "2026-08-22T13", "2026-10-22T13")


def ask_for_too_many_hubs(study: Path) -> None:
    change(study, "hubs = 4", "hubs = 400")


def misname_a_partner_region(study: Path) -> None:
    with study.open("a", encoding="utf-8") as text:
        text.write('\n[[partners]]\nname = "ISP"\nregions = ["Nowhere"]\n')


def forget_an_alias(study: Path) -> None:
    change(study, 'aliases = { "Old East" = "East" }', "")


def name_a_missing_file(study: Path) -> None:
    change(study, "people.tif", "peple.tif")


BAD_INPUTS = {
    swap_coordinates: ("schools.csv", "swapped"),
    put_schools_in_the_sea: ("schools.csv", "outside"),
    repeat_an_id: ("schools.csv", "row 3", "100"),
    lose_a_column: ("schools.csv", "code", "cod"),
    empty_the_list: ("schools.csv",),
    make_people_negative: ("people.tif", "negative"),
    make_people_absurd: ("people.tif", "row 3, column 4", "more than can live there"),
    lose_the_crs: ("people.tif", "CRS"),
    mistake_the_crs: ("people.tif", "CRS"),
    break_a_checksum: ("starlink.tle", "row 2", "checksum"),
    truncate_a_tle: ("starlink.tle", "row 3"),
    let_elements_age: ("starlink.tle", "days old"),
    ask_for_too_many_hubs: ("study.toml", "400", "40 candidate places"),
    misname_a_partner_region: ("study.toml", "Nowhere"),
    forget_an_alias: ("census.csv", "Old East"),
    name_a_missing_file: ("peple.tif", "no such file"),
}


@pytest.mark.parametrize("spoil", BAD_INPUTS, ids=lambda spoil: spoil.__name__)
def test_bad_input_is_told_with_its_place_and_remedy(spoil, study, leohub):
    spoil(study)
    for command in ("check", "plan"):
        code, out, err = leohub(command, study)
        assert code == 2
        for words in BAD_INPUTS[spoil]:
            assert words in err
        assert "→" in err, "a remedy is given"
        assert "Traceback" not in out + err
    assert not (study.parent / "results").exists()


def test_all_files_are_looked_at_before_anything_is_told(study, leohub):
    for spoil in (repeat_an_id, make_people_negative, break_a_checksum, ask_for_too_many_hubs):
        spoil(study)
    _, _, err = leohub("check", study)
    for words in ("schools.csv", "people.tif", "starlink.tle"):
        assert words in err
    told = json.loads(leohub("check", study, "--json")[1])
    assert len(told["errors"]) >= 3
    assert {"file", "where", "message", "remedy"} == set(told["errors"][0])


def test_every_mistake_in_a_study_is_told_with_its_line(study, leohub):
    change(study, "hubs = 4", "hub = 4")
    change(study, "hours = 1", "hours = -1")
    change(study, 'charged = "monthly"', 'charged = "yearly"')
    code, _, err = leohub("check", study)
    assert code == 2
    assert "hub: is not a field of a study" in err.replace("\n    ", ": ")
    for line in ("[choice] hub", "[sky] hours", "[cost.prices.2] charged"):
        assert line in err
    assert err.count("line ") >= 3


def test_a_folder_that_is_not_ours_is_left_alone(study, leohub):
    keep = study.parent / "results" / "thesis.txt"
    keep.parent.mkdir()
    keep.write_text("mine", "utf-8")
    code, _, err = leohub("plan", study)
    assert code == 2
    assert "results" in err
    assert keep.read_text("utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_told_before_the_work(study, leohub):
    blocker = study.parent / "blocker"
    blocker.write_text("a file", "utf-8")
    code, _, err = leohub("plan", study, "--results", blocker / "results")
    assert code == 2
    assert "blocker" in err
    assert "choosing" not in err, "told before the long work begins"


def test_ctrl_c_leaves_nothing_behind(study):
    before = sorted(study.parent.iterdir())
    process = subprocess.Popen(
        [sys.executable, "-m", "leohub.app.cli.main", "plan", str(study)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()  # the first stage is done, others are under way
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Nothing was written" in err
    assert "Traceback" not in err
    time.sleep(0.1)
    assert sorted(study.parent.iterdir()) == before
