"""`leohub frontier` and `[choice] objective`: fair plans through the command line, and verified."""

import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from leohub.app.cli.main import cli
from leohub.errors import InputError, RefusalError
from leohub.plan.questions.fairness import gini
from leohub.report.frontieranswer import frontier_answer
from leohub.study.file import read_study
from leohub.study.posed import Posed, pose
from leohub.study.questions.chooser import Chooser
from leohub.study.questions.frontier import ask_frontier
from leohub.study.questions.regions import find_region_shares
from tests.tiny_country import change, make_few_places

pytestmark = pytest.mark.usefixtures("sketched")

FEW = 14
"""Candidate places that are left, so that all plans of 3 hubs can be tried."""


QUICK = """
[fairness]
rounds = 4
steps = 3
frontier_steps = 3
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A study of 3 hubs at 14 places in 2 regions."""
    return make_few_places(tmp_path_factory.mktemp("fair"), FEW, 3, QUICK)


@pytest.fixture(scope="module")
def posed(made) -> Posed:
    return pose(read_study(made))


def every_plan(posed: Posed) -> pd.DataFrame:
    """What each plan of 3 hubs reaches, in all and of each region, by the definitions alone."""
    shares, need = posed.coverage.shares.toarray(), posed.coverage.need_people
    internet = posed.people["region_code"].map(posed.census["internet_use_pct"]) / 100
    parts = posed.people.assign(unserved=posed.people["people"] * (1 - internet))
    unserved = parts.groupby("region_code")["unserved"].sum()
    in_cell = parts.pivot_table("unserved", "region_code", "h3", "sum", fill_value=0.0)
    in_cell = in_cell.reindex(columns=posed.cells.index, fill_value=0.0).to_numpy()
    rows = []
    for hubs in combinations(range(FEW), 3):
        best = shares[list(hubs)].max(axis=0) * (need > 0)
        each = (in_cell * best).sum(axis=1) / unserved.to_numpy()
        mean = float(each @ unserved.to_numpy() / unserved.sum())
        even = mean * (1 - gini(each, unserved.to_numpy()))
        rows.append((best @ need, each.min(), even))
    return pd.DataFrame(rows, columns=["people", "least", "even"])


def test_regions_have_the_unserved_people_of_their_table(posed):
    regions = find_region_shares(posed)
    internet = posed.people["region_code"].map(posed.census["internet_use_pct"]) / 100
    unserved = (posed.people["people"] * (1 - internet)).groupby(posed.people["region_code"]).sum()
    np.testing.assert_allclose(regions.unserved_people, unserved[["1", "2"]])
    assert regions.names == ("West", "East")
    in_need = regions.part @ posed.coverage.need_people
    assert in_need.sum() == pytest.approx(posed.coverage.need_people.sum())


@pytest.fixture(scope="module")
def asked(made, tmp_path_factory):
    """The folder of an answer, which nobody may change."""
    out = tmp_path_factory.mktemp("answer") / "fair"
    run = CliRunner().invoke(cli, ["frontier", str(made), "--out", str(out), "--json"])
    assert run.exit_code == 0, run.output
    return out, json.loads(run.stdout[run.stdout.index("{") :])


def test_the_frontier_is_that_of_all_plans(asked, posed):
    _, said = asked
    plans = every_plan(posed)
    assert said["largest_floor_pct"] == pytest.approx(100 * plans["least"].max(), abs=0.1)
    assert said["largest_floor_bound_pct"] >= 100 * plans["least"].max() - 1e-6
    for point in said["frontier"]:
        fair = plans[plans["least"] >= point["floor_pct"] / 100 - 1e-9]
        assert point["reached_people"] == pytest.approx(fair["people"].max(), rel=1e-3)
        assert point["bound_people"] >= fair["people"].max() - 1e-3
        assert point["least_share_pct"] >= point["floor_pct"] - 1e-6


def test_the_tables_say_the_same_as_the_figures(asked, posed):
    folder, said = asked
    table = pd.read_csv(folder / "frontier.csv")
    hubs = pd.read_csv(folder / "frontier_hubs.csv")
    shares = pd.read_csv(folder / "frontier_regions.csv")
    assert table["reached_people"].tolist() == pytest.approx(
        [point["reached_people"] for point in said["frontier"]], abs=0.01
    )
    for row in table.itertuples():
        chosen = hubs[hubs["floor_pct"] == row.floor_pct]["site_id"]
        assert len(chosen) == row.hubs
        rows = posed.sites.index.get_indexer(pd.Index(chosen))
        best = posed.coverage.shares.toarray()[rows].max(axis=0)
        assert best @ posed.coverage.need_people == pytest.approx(row.reached_people, abs=0.01)
        reached = shares[shares["floor_pct"] == row.floor_pct]["reached_pct"]
        assert reached.min() == pytest.approx(row.least_share_pct, abs=0.001)


def test_the_page_stands_alone_and_the_folder_knows_where_it_is_from(asked, made):
    folder, said = asked
    page = (folder / "frontier.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "Tiny programme" in page
    assert "What each floor costs" in page
    assert {path.name for path in folder.iterdir()} >= {"frontier.png", "frontier.svg", "run.json"}
    run = json.loads((folder / "run.json").read_text("utf-8"))
    assert run["study"]["sha256"] == read_study(made).sha256
    assert {"people", "sites"} <= {entry["role"] for entry in run["inputs"]}
    assert said["page"].endswith("frontier.html")


def test_the_answer_in_words(made, tmp_path, leohub, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    for _ in range(2):  # An answer of its own is written anew.
        code, out, err = leohub("frontier", made, "--out", tmp_path / "fair")
        assert code == 0, err
    words = " ".join(out.split())
    for part in (
        "unserved people of each of 2 regions. Proven: no plan",
        "What each floor costs",
        "region by region, the worst-off first",
        "frontier_hubs.csv",
    ):
        assert part in words, part
    assert "nan" not in words


def test_what_cannot_be_answered_is_refused_before_anything_is_read(made, tmp_path, leohub):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear committee", "utf-8")
    code, _, err = leohub("frontier", made, "--out", tmp_path / "mine")
    assert code == 2
    assert "holds files that are not results of leohub" in err
    assert leohub("frontier", tmp_path / "nothing.toml")[0] == 2
    assert leohub("frontier", made, "--time-limit", "0")[0] == 2


def test_ctrl_c_keeps_what_was_found(posed):
    """The first one comes while hubs are chosen: the plans before it are kept."""
    pressed = []

    def tick(stage: str, share: float) -> None:
        if share > 0 and not pressed:
            pressed.append(stage)
            signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    chooser = Chooser(posed.study, 60.0, tick)
    with chooser.search.listening():
        found = ask_frontier(posed, chooser)
    assert signal.getsignal(signal.SIGINT) is before
    assert pressed == ["how fair it can be"]
    assert found.cut_short
    assert found.choices == 2
    assert not found.has_frontier
    answer = frontier_answer(posed, found)
    assert any("ended before the frontier was looked for" in said for said in answer.sentences)
    least = found.fair.plan.value
    assert least <= every_plan(posed)["least"].max() + 1e-9 <= found.fair.plan.ceiling + 2e-9


def test_ctrl_c_between_choices_is_only_noted_and_a_second_one_gives_up(posed):
    chooser = Chooser(posed.study, 60.0, lambda stage, share: None)
    with chooser.search.listening():
        signal.raise_signal(signal.SIGINT)
        assert chooser(posed.coverage, posed.demands.rules) is None
        assert not chooser.refutes(posed.coverage, posed.demands.rules)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(RefusalError, match="stopped before a first plan"):
        ask_frontier(posed, chooser)


def test_choices_share_the_time(posed):
    chooser = Chooser(posed.study, 10.0, lambda stage, share: None)
    part = chooser.part(0.5, 4, "some", most_s=1.1)
    for _ in range(3):
        assert part(posed.coverage, posed.demands.rules) is not None
    assert chooser.search.choices == 3
    no_time = chooser.part(0.0, 1, "none")
    assert no_time(posed.coverage, posed.demands.rules) is None
    assert chooser.search.cut_short
    assert chooser.search.choices == 3


def test_regions_that_can_hardly_be_reached_are_named(made, tmp_path, leohub):
    study = copied(made, tmp_path)
    change(study, "rounds = 4", "least_reachable_pct = 20.0\nrounds = 2")
    code, out, err = leohub("frontier", study, "--out", tmp_path / "fair")
    words = " ".join((out + err).split())
    assert "not counted: hubs at all candidate places together would reach no more" in words
    change(study, "20.0", "99.9")
    code, out, err = leohub("frontier", study, "--out", tmp_path / "fair")
    assert code == 2
    assert "no region is left to be fair to" in err


# --- [choice] objective --------------------------------------------------------------------------


def copied(made: Path, folder: Path) -> Path:
    return Path(shutil.copytree(made.parent, folder / "country")) / made.name


@pytest.fixture(scope="module")
def fair(made, tmp_path_factory) -> dict[str, Path]:
    """The study with each of two objectives, planned; nobody may change it."""
    studies = {}
    for objective in ("largest-floor", "most-even"):
        studies[objective] = study = copied(made, tmp_path_factory.mktemp(objective))
        change(study, "hubs = 3", f'hubs = 3\nobjective = "{objective}"')
        run = CliRunner().invoke(cli, ["plan", str(study)])
        assert run.exit_code == 0, run.output
    return studies


@pytest.mark.parametrize(
    ("objective", "column"), [("largest-floor", "least"), ("most-even", "even")]
)
def test_a_plan_for_fairness_is_the_best_of_all_and_verified(
    objective, column, fair, posed, leohub
):
    study = fair[objective]
    assert "The plan was made for" in " ".join(
        (study.parent / "results" / "report.html").read_text("utf-8").split()
    )
    run = json.loads((study.parent / "results" / "run.json").read_text("utf-8"))
    goal, plans = run["plan"]["goal"], every_plan(posed)
    best = plans[column].max()
    assert goal["value"] == pytest.approx(best, abs=0.001)
    assert goal["ceiling"] >= best - 1e-9
    as_good = plans[plans[column] >= goal["value"] - 1e-9]
    assert run["plan"]["objective_people"] == pytest.approx(as_good["people"].max(), rel=1e-3)
    assert [rule["setting"] for rule in run["plan"]["rules"]][-1] == "[choice] objective"
    code, out, err = leohub("verify", study.parent / "results")
    assert code == 0, out + err
    # The rules that hold the goal speak here, too.
    code, out, err = leohub("explain", study, "school:101", "--results", study.parent / "results")
    assert code == 0, err


def test_a_goal_that_was_tampered_with_is_found(fair, tmp_path, leohub):
    study = copied(fair["largest-floor"], tmp_path)
    path = study.parent / "results" / "run.json"
    whole = json.loads(path.read_text("utf-8"))
    goal = whole["plan"]["goal"]
    for wrong, words in (
        (None, "objective is largest-floor, run.json has reach"),
        ({**goal, "least": 0.9}, "its rows are not those of the study's rules"),
        ({**goal, "objective": "most-even"}, "run.json has most-even"),
    ):
        run = {**whole, "plan": {**whole["plan"], "goal": wrong}}
        path.write_text(json.dumps(run), "utf-8")
        code, out, _ = leohub("verify", study.parent / "results")
        assert code == 1
        assert words in " ".join(out.split())


def test_a_goal_is_checked_without_a_solver():
    code = "import sys, leohub.report.audit, leohub.study.questions.goals; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "leohub.study.questions.goals" in loaded
    assert not loaded & {"highspy", "scipy.optimize", "leohub.plan.choose", "sgp4"}


def test_objectives_about_doubt_need_to_know_of_it(made, tmp_path):
    study = copied(made, tmp_path)
    change(study, "hubs = 3", 'hubs = 3\nobjective = "average"')
    with pytest.raises(InputError, match=r"\[doubt\] is missing"):
        read_study(study)


def test_a_posed_study_knows_whom_standing_hubs_reach(posed):
    assert posed.reached_already_people == 0
    half = replace(posed, reached_already=np.full(len(posed.cells), 0.5))
    expected = posed.coverage.need_people.sum() / 2
    assert half.reached_already_people == pytest.approx(expected)
