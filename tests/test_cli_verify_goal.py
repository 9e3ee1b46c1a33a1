"""`leohub verify` of a plan that was made for something else than people."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.io.provenance import sha256_of
from leohub.plan.questions.fairness import gini
from leohub.report.folder import write_results
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from leohub.study.questions.goals import counted_regions
from leohub.study.run import plan_study
from tests.tiny_country import change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

OBJECTIVES = ("largest-floor", "most-even", "average", "bad-part")
MORE = (
    "time_limit_s = 20\n[doubt]\ndraws = 8\n[doubt.people]\nlow = 0.7\nhigh = 1.3\n"
    "[fairness]\nrounds = 3\nsteps = 1\n"
)


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> dict[str, Path]:
    """A plan for each objective."""
    folders = {}
    for objective in OBJECTIVES:
        study = make_tiny_country(tmp_path_factory.mktemp(objective) / "tiny")
        change(study, "hubs = 4\n", f'hubs = 5\nobjective = "{objective}"\n{MORE}')
        write_results(plan_study(read_study(study)), study.parent / "results")
        folders[objective] = study.parent
    return folders


@pytest.fixture(params=OBJECTIVES)
def country(request, planned, tmp_path) -> Path:
    whole = planned[request.param]
    return Path(shutil.copytree(whole, tmp_path / "copy", ignore=lambda *_: ["figures"]))


def run_of(country: Path) -> dict:
    return json.loads((country / "results" / "run.json").read_text("utf-8"))


def claim(country: Path, **said: object) -> None:
    """Put other numbers about the goal into run.json."""
    run = run_of(country)
    run["plan"]["goal"].update(said)
    (country / "results" / "run.json").write_text(json.dumps(run), "utf-8")


def verify(country: Path, leohub) -> tuple[int, dict]:
    arguments = ("--study", country / "study.toml", "--json")
    code, out, _ = leohub("verify", country / "results", *arguments)
    return code, json.loads(out or "{}")


def test_value_and_ceiling_are_counted_again(country, leohub):
    code, told = verify(country, leohub)
    goal, counted = run_of(country)["plan"]["goal"], told["counted"]["goal"]
    assert code == 0
    assert counted["value"] == pytest.approx(goal["value"], rel=1e-9)
    assert counted["value"] <= goal["value"]
    assert counted["ceiling"] == pytest.approx(goal["certified_ceiling"], rel=1e-6)
    assert counted["ceiling"] >= goal["ceiling"] * (1 - 1e-9)
    _, out, _ = leohub("verify", country / "results", "--study", country / "study.toml")
    said = " ".join(out.split())
    assert f'by "{goal["objective"]}" the plan comes to' in said
    assert ("rests on the exact solver, not proven" in said) == (
        goal["ceiling_rests_on"] == "exact solver"
    )


def test_shares_of_regions_come_to_what_is_counted(planned, leohub):
    """From regions.csv, by the definition of the objective."""
    for objective in ("largest-floor", "most-even"):
        country = planned[objective]
        regions = pd.read_csv(country / "results" / "regions.csv", dtype={"region_code": str})
        counted = counted_regions(read_inputs(read_study(country / "study.toml")))
        regions = regions.set_index("region").loc[list(counted.names)]
        shares = (regions["reached_people"] / counted.unserved_people).to_numpy()
        people = counted.unserved_people
        expected = shares.min()
        if objective == "most-even":
            expected = people @ shares / people.sum() * (1 - gini(shares, people))
        _, told = verify(country, leohub)
        assert told["counted"]["goal"]["value"] == pytest.approx(expected, rel=1e-6)


def test_a_better_value_or_ceiling_cannot_be_claimed(country, leohub):
    goal = run_of(country)["plan"]["goal"]
    claim(country, value=1.001 * goal["value"])
    code, told = verify(country, leohub)
    assert code == 1
    assert "by its objective the plan is said to come to" in " ".join(told["discrepancies"])
    lower = 0.999 * goal["certified_ceiling"]
    claim(country, value=goal["value"], certified_ceiling=lower)
    code, told = verify(country, leohub)
    assert code == 1
    assert "but they prove" in " ".join(told["discrepancies"])
    claim(
        country,
        certified_ceiling=goal["certified_ceiling"],
        ceiling=lower,
        ceiling_rests_on="multipliers",
    )
    assert "what is proven is" in " ".join(verify(country, leohub)[1]["discrepancies"])
    claim(country, ceiling=0.9 * goal["value"], ceiling_rests_on="exact solver")
    assert "but the plan itself comes to" in " ".join(verify(country, leohub)[1]["discrepancies"])


def test_a_weighting_that_the_goal_does_not_allow_proves_nothing(country, leohub):
    weighting = np.array(run_of(country)["plan"]["goal"]["weighting"])
    claim(country, weighting=(0.9 * weighting).tolist())
    code, told = verify(country, leohub)
    assert code == 1
    assert "the weighting is none of those" in " ".join(told["discrepancies"])
    claim(country, weighting=weighting[1:].tolist())
    assert "a weight, finite" in " ".join(verify(country, leohub)[1]["discrepancies"])


@pytest.mark.parametrize(
    ("name", "spoil", "found"),
    [
        ("proof_goal.csv", lambda t: t.assign(granted=0.0), "they prove"),
        ("proof_goal.csv", lambda t: t.assign(granted=-1.0), "no number"),
        ("proof_goal.csv", lambda t: pd.concat([t, t]), "is there twice"),
        ("proof_goal.csv", lambda t: t.assign(h3="0"), "is no cell"),
        ("proof_goal_rules.csv", lambda t: t.iloc[1:], "not those of the study's rules"),
    ],
)
def test_whoever_changes_the_proof_is_found_out(planned, tmp_path, leohub, name, spoil, found):
    country = Path(
        shutil.copytree(planned["most-even"], tmp_path / "copy", ignore=lambda *_: ["figures"])
    )
    path = country / "results" / name
    spoil(pd.read_csv(path)).to_csv(path, index=False)
    run = run_of(country)
    run["outputs"][name] = sha256_of(path)
    (country / "results" / "run.json").write_text(json.dumps(run), "utf-8")
    code, told = verify(country, leohub)
    assert code == 1
    assert found in " ".join(told["discrepancies"])
