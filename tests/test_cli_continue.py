"""`leohub continue`: a plan when hubs were built, refused and moved, with few changes."""

import json
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from leohub.app.cli.main import cli
from leohub.study.file import read_study
from leohub.study.posed import pose
from tests.tiny_country import change, make_few_places

pytestmark = pytest.mark.usefixtures("sketched")

FEW = 14


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    """A study of 5 hubs at 14 places, and its results."""
    study = make_few_places(tmp_path_factory.mktemp("continued"), FEW, 5)
    run = CliRunner().invoke(cli, ["plan", str(study)])
    assert run.exit_code == 0, run.output
    return study


@pytest.fixture(scope="module")
def changed(planned, tmp_path_factory) -> Path:
    """A year later: one hub stands, one was refused, one school is gone, a town has grown."""
    folder = tmp_path_factory.mktemp("later") / "country"
    study = Path(shutil.copytree(planned.parent, folder)) / planned.name
    built, refused, gone = pd.read_csv(folder / "results" / "hubs.csv")["site_id"].head(3)
    (folder / "built.csv").write_text(f"site_id\n{built}\n", "utf-8")
    (folder / "refused.csv").write_text(f"site_id\n{refused}\n", "utf-8")
    schools = pd.read_csv(folder / "schools.csv")
    schools = schools[("school:" + schools["code"].astype(str)) != gone]
    schools.to_csv(folder / "schools.csv", index=False)
    study.write_text(
        study.read_text("utf-8")
        + '[choice.existing]\nfile = "built.csv"\n[choice.forbidden]\nfile = "refused.csv"\n'
        + "[continuing]\nwithin_pct = 0.0\nchanges = [0, 1]\n",
        "utf-8",
    )
    change(study, "hubs = 5", "hubs = 4")
    change(study, "density_limit_per_km2 = 1000", "density_limit_per_km2 = 3000")
    return study


@pytest.fixture(scope="module")
def asked(changed, tmp_path_factory):
    out = tmp_path_factory.mktemp("answer") / "next"
    results = changed.parent / "results"
    run = CliRunner().invoke(
        cli, ["continue", str(changed), str(results), "--out", str(out), "--json"]
    )
    assert run.exit_code == 0, run.output
    return out, json.loads(run.stdout[run.stdout.index("{") :])


def test_the_curve_is_that_of_all_plans(asked, changed):
    _, said = asked
    posed = pose(read_study(changed))
    old = pd.read_csv(changed.parent / "results" / "hubs.csv")["site_id"]
    allowed = np.flatnonzero(posed.demands.rules.allowed)
    could_stay = set(np.flatnonzero(posed.sites.index.isin(old))) & set(allowed.tolist())
    shares, need = posed.coverage.shares.toarray(), posed.coverage.need_people
    best = dict.fromkeys(range(len(could_stay) + 1), 0.0)
    for hubs in combinations(allowed.tolist(), 4):
        changes = len(could_stay - set(hubs))
        people = need @ shares[list(hubs)].max(axis=0)
        for at_most in range(changes, len(could_stay) + 1):
            best[at_most] = max(best[at_most], people)
    assert len(could_stay) == said["may_stay"] == 2
    assert [point["allowed_changes"] for point in said["curve"]] == [0, 1, 2]
    for point in said["curve"]:
        most = best[point["allowed_changes"]]
        assert point["reached_people"] == pytest.approx(most, rel=1e-3)
        assert point["bound_people"] >= most - 1e-3
    assert said["made_anew_people"] == pytest.approx(best[2], rel=1e-3)
    assert [said[name] for name in ("old_hubs", "built", "refused", "gone")] == [5, 1, 1, 1]


def test_every_old_hub_is_accounted_for(asked, changed):
    folder, said = asked
    plan, out = (pd.read_csv(folder / f"continue_{name}.csv") for name in ("plan", "out"))
    old = pd.read_csv(changed.parent / "results" / "hubs.csv")
    kept = plan[plan["status"] == "kept"]["site_id"]
    assert sorted([*kept, *out["site_id"]]) == sorted(old["site_id"])
    assert set(out["status"]) >= {"refused", "built", "gone"}
    assert (plan["status"] == "new").sum() == said["new"]
    assert not set(plan[plan["status"] == "new"]["site_id"]) & set(old["site_id"])
    gone = out[out["status"] == "gone"].iloc[0]
    was = old[old["site_id"] == gone["site_id"]].iloc[0]
    assert gone["lat_deg"] == pytest.approx(was["lat_deg"])
    table = pd.read_csv(folder / "continue.csv")
    assert table["chosen"].sum() == 1
    assert len(plan) == table[table["chosen"]]["kept"].iloc[0] + said["new"]


def test_the_changed_plan_can_be_made_with_its_proof(asked, changed, tmp_path, leohub):
    folder, said = asked
    study = Path(shutil.copytree(changed.parent, tmp_path / "again")) / changed.name
    shutil.copy(folder / "continue_plan.csv", study.parent)
    required = '[choice.required]\nfile = "continue_plan.csv"\n'
    study.write_text(study.read_text("utf-8") + required, "utf-8")
    assert leohub("plan", study, "--results", tmp_path / "new")[0] == 0
    run = json.loads((tmp_path / "new" / "run.json").read_text("utf-8"))
    assert run["plan"]["objective_people"] == pytest.approx(said["reached_people"], abs=0.01)


def test_the_answer_in_words(asked, changed, tmp_path, leohub, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, err = leohub(
        "continue", changed, changed.parent / "results", "--out", tmp_path / "next"
    )
    assert code == 0, err
    words = " ".join(out.split())
    for part in (
        "of the earlier plan that could stay is enough",
        "1 stands by now, 1 must not be one any more, 1 has no candidate place any more and 2 may",
        "What each further change is worth",
        "← enough",
    ):
        assert part in words, part


def test_nothing_changed_needs_no_change(planned, tmp_path, leohub):
    results = planned.parent / "results"
    code, out, err = leohub("continue", planned, results, "--out", tmp_path / "next", "--json")
    assert code == 0, err
    said = json.loads(out)
    assert (said["changes"], said["new"], said["kept"]) == (0, 0, 5)
    assert (said["built"], said["refused"], said["gone"]) == (0, 0, 0)


def test_a_folder_that_is_none_is_refused_at_once(planned, tmp_path, leohub):
    code, out, err = leohub("continue", planned, tmp_path / "nowhere")
    assert code == 2
    assert "is not there" in err
    assert "reading" not in out + err
