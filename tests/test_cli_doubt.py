"""`leohub doubt` and the objectives about it: worlds drawn from what a study says is not known."""

import json
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from leohub.app.cli.main import cli
from leohub.people.coverage import find_pairs, largest_shares
from leohub.plan.questions.doubt import bad_mean, values_across
from leohub.study.file import read_study
from leohub.study.posed import Posed, pose
from leohub.study.questions.worlds import draw_worlds
from tests.tiny_country import change, make_few_places

pytestmark = pytest.mark.usefixtures("sketched")

FEW = 12
DOUBT = """
[fairness]
rounds = 3
steps = 2
[doubt]
draws = 8
[doubt.people]
low = 0.3
high = 3.0
in_region = 0.7
[doubt.take_up]
low = 0.5
high = 1.0
everywhere = 1.0
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A study of 3 hubs at 12 places, whose people are in doubt."""
    return make_few_places(tmp_path_factory.mktemp("doubted"), FEW, 3, DOUBT)


def copied(made: Path, folder: Path) -> Path:
    return Path(shutil.copytree(made.parent, folder / "country")) / made.name


def ask(study: Path, out: Path, *more: object) -> dict:
    arguments = ["doubt", study, "--out", out, "--json", *more]
    run = CliRunner().invoke(cli, [str(word) for word in arguments])
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout[run.stdout.index("{") :])


@pytest.fixture(scope="module")
def asked(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("answer") / "doubt"
    return out, ask(made, out)


def every_plan(posed: Posed) -> tuple[list[np.ndarray], np.ndarray]:
    """All plans of 3 hubs, and whom each reaches in each world."""
    plans = [np.array(hubs) for hubs in combinations(range(FEW), 3)]
    return plans, values_across(draw_worlds(posed), plans)


@pytest.mark.parametrize(
    "more",
    ["", "[doubt.service]\nlow = 0.4\nhigh = 1.0\n"],
    ids=["people", "service too"],
)
def test_no_plan_is_better_on_average_or_in_bad_worlds(more, made, asked, tmp_path):
    study, said = copied(made, tmp_path), asked[1]
    if more:
        study.write_text(study.read_text("utf-8") + more, "utf-8")
        said = ask(study, tmp_path / "doubt")
    _, values = every_plan(pose(read_study(study)))
    plans = {plan["plan"]: plan for plan in said["plans"]}
    best, worst = values.mean(axis=1).max(), bad_mean(values, 0.1).max()
    assert plans["average"]["mean_people"] == pytest.approx(best, rel=1e-3)
    assert plans["average"]["mean_bound_people"] >= best - 1e-3
    assert plans["bad-part"]["bad_people"] == pytest.approx(worst, rel=0.01)
    assert plans["bad-part"]["bad_bound_people"] >= worst - 1e-3
    assert said["knowing_bound_people"] >= values.max(axis=0).mean() - 1e-3


def test_how_often_a_place_is_chosen_is_counted_over_the_best_plan_of_each_world(asked, made):
    folder, said = asked
    posed = pose(read_study(made))
    plans, values = every_plan(posed)
    often = np.zeros(FEW)
    for world in range(8):
        often[plans[values[:, world].argmax()]] += 100 / 8
    table = pd.read_csv(folder / "doubt.csv").set_index("site_id")
    found = table["chosen_pct"].reindex(posed.sites.index, fill_value=0.0)
    np.testing.assert_allclose(found, often)
    assert (table["chosen_low_pct"] <= table["chosen_pct"] + 1e-9).all()
    assert (table["chosen_pct"] <= table["chosen_high_pct"] + 1e-9).all()
    assert table["chosen_pct"].is_monotonic_decreasing
    in_plan = table[table["in_plan"]]
    assert said["hubs_safe"] == (in_plan["sure"] == "safe").sum()
    assert said["hubs"] == len(in_plan) == 3


def test_the_worlds_are_those_of_the_study(made):
    draws = draw_worlds(pose(read_study(made)))
    need = np.array([draws.need_people(number) for number in range(draws.count)])
    factor = need / draws.coverage.need_people.clip(1e-9)
    assert factor.max() <= 3.0
    some = draws.coverage.need_people > 0
    assert factor[:, some].min() >= 0.3 * 0.5 - 1e-9
    # One world is not like another, and cells of one world are not alike either.
    assert np.std(factor[:, some].mean(axis=1)) > 0.05
    assert np.std(factor[0, some]) > 0.05


def test_a_doubtful_radius_reaches_as_far_as_the_distance_says(made, tmp_path):
    study = copied(made, tmp_path)
    text = study.read_text("utf-8").split("[doubt.people]")[0]
    little = "[doubt.radius]\nlow = 0.9\nhigh = 1.4\n"
    study.write_text(text.replace("draws = 8", "draws = 3") + little, "utf-8")
    posed = pose(read_study(study))
    draws = draw_worlds(posed)
    sites, cells = posed.sites, posed.cells
    places = [sites["lat_deg"], sites["lon_deg"]]
    centres = [cells["lat_deg"], cells["lon_deg"]]
    radius_km = sites["radius_km"].to_numpy()
    least = find_pairs(*places, 0.9 * radius_km, *centres).toarray()
    most = find_pairs(*places, 1.4 * radius_km, *centres).toarray()
    for world in draws.worlds():
        reached = world.shares.toarray()
        assert (least <= reached).all()
        assert (reached <= most).all()
        np.testing.assert_array_equal(world.need_people, posed.coverage.need_people)
    said = ask(study, tmp_path / "doubt")
    assert said["plans"][0]["mean_people"] > 0


def test_a_plan_made_before_is_held_against_the_worlds(made, tmp_path, leohub, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    study = copied(made, tmp_path)
    assert leohub("plan", study)[0] == 0
    results = study.parent / "results"
    code, out, err = leohub("doubt", study, "--results", results, "--out", tmp_path / "doubt")
    assert code == 0, err
    words = " ".join(out.split())
    for part in (
        "Of the plan's 3 hubs",
        "of 8 equally likely worlds",
        "people 0.3 to 3, take-up 0.5 to 1",
        "Proven: even who knew beforehand",
        "Plans held against every world: people newly reached",
    ):
        assert part in words, part
    assert "nan" not in words
    table = pd.read_csv(tmp_path / "doubt" / "doubt.csv")
    planned = pd.read_csv(results / "hubs.csv")["site_id"]
    assert set(table[table["in_plan"]]["site_id"]) == set(planned)
    assert {path.name for path in (tmp_path / "doubt").iterdir()} >= {"doubt.png", "doubt.html"}
    worlds = pd.read_csv(tmp_path / "doubt" / "doubt_worlds.csv")
    assert (worlds["plan_people"] <= worlds["bound_people"] + 1e-3).all()


WRONG = {
    "no doubt": ("", "[doubt] is missing"),
    "a radius that ends nothing": (
        DOUBT + '[doubt.radius]\nlow = 0.9\nhigh = 1.1\n[service.catchment]\ndecay = "linear"\n',
        "for catchments that end with the radius",
    ),
    "a radius with hubs that stand": (
        DOUBT + '[doubt.radius]\nlow = 0.9\nhigh = 1.1\n[choice.existing]\nfile = "there.csv"\n',
        "does not go with hubs that stand",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_drawn_is_refused(case, made, tmp_path, leohub):
    more, words = WRONG[case]
    study = copied(made, tmp_path)
    (study.parent / "there.csv").write_text("site_id\nschool:101\n", "utf-8")
    study.write_text(study.read_text("utf-8").replace(DOUBT, more), "utf-8")
    code, _, err = leohub("doubt", study, "--out", tmp_path / "doubt")
    assert code == 2
    assert words in " ".join(err.split())


# --- [choice] objective --------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["average", "bad-part"])
def test_a_plan_for_doubt_is_as_good_as_the_best_and_verified(objective, made, tmp_path, leohub):
    study = copied(made, tmp_path)
    change(study, "hubs = 3", f'hubs = 3\nobjective = "{objective}"')
    code, _, err = leohub("plan", study)
    assert code == 0, err
    posed = pose(read_study(study))
    plans, values = every_plan(posed)
    value = values.mean(axis=1) if objective == "average" else bad_mean(values, 0.1)
    run = json.loads((study.parent / "results" / "run.json").read_text("utf-8"))
    goal = run["plan"]["goal"]
    assert goal["value"] == pytest.approx(value.max(), rel=0.01)
    assert goal["ceiling"] >= value.max() - 1e-3
    people = np.array(
        [posed.coverage.need_people @ largest_shares(posed.coverage.shares[hubs]) for hubs in plans]
    )
    assert run["plan"]["objective_people"] >= people[value >= goal["value"] - 1e-6].max() - 0.01
    code, out, err = leohub("verify", study.parent / "results")
    assert code == 0, out + err


def test_a_plan_for_doubt_must_know_which_hub_serves_whom(made, tmp_path, leohub):
    study = copied(made, tmp_path)
    change(study, "hubs = 3", 'hubs = 3\nobjective = "average"')
    study.write_text(study.read_text("utf-8") + "[doubt.service]\nlow = 0.5\nhigh = 1\n", "utf-8")
    code, _, err = leohub("plan", study)
    assert code == 2
    assert "ranges of people and take_up only" in " ".join(err.split())
