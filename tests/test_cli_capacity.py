"""Hubs that serve only so many people: in a study, on the command line, in the results."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from leohub.io.provenance import sha256_of
from leohub.report.folder import write_results
from leohub.report.words import sentences
from leohub.study.capacity import choose_for_served
from leohub.study.chosen import choose
from leohub.study.file import read_study
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.run import plan_study
from leohub.study.service.rooms import MOST_PLACES, round_people, spread_places
from tests.tiny_country import change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

LIMIT = 9_500
"""Some of the catchments of the tiny country are larger, some smaller."""


def limited(folder: Path, settings: str = f"people_per_hub = {LIMIT}") -> Path:
    study = make_tiny_country(folder)
    change(study, "hubs = 4\n", f"hubs = 5\n{settings}\n")
    return study


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    study = limited(tmp_path_factory.mktemp("planned") / "tiny")
    write_results(plan_study(read_study(study)), study.parent / "results")
    return study.parent


@pytest.fixture
def country(planned, tmp_path) -> Path:
    return Path(shutil.copytree(planned, tmp_path / "copy", ignore=lambda *_: ["figures"]))


def run_of(country: Path) -> dict:
    return json.loads((country / "results" / "run.json").read_text("utf-8"))


def verify(country: Path, leohub) -> tuple[int, dict]:
    arguments = ("--study", country / "study.toml", "--json")
    code, out, _ = leohub("verify", country / "results", *arguments)
    return code, json.loads(out or "{}")


def cover_up(country: Path, *names: str) -> None:
    """Put the hash of a changed file into run.json, as a careful cheat would."""
    results, run = country / "results", run_of(country)
    run["outputs"].update({name: sha256_of(results / name) for name in names})
    (results / "run.json").write_text(json.dumps(run), "utf-8")


def most_served(inputs: Inputs, hubs: np.ndarray, room: float | np.ndarray) -> float:
    """The most people that these hubs can serve, by a linear program of its own (whole shares)."""
    near = inputs.coverage.shares[hubs].tocoo()
    hub, cell = near.coords
    pairs = np.arange(len(hub))
    by_hub = coo_array((np.ones(len(hub)), (hub, pairs)))
    by_cell = coo_array((np.ones(len(hub)), (cell, pairs)), shape=(near.shape[1], len(hub)))
    most = np.concatenate([np.full(len(hubs), room), inputs.coverage.need_people])
    answer = linprog(-np.ones(len(hub)), A_ub=vstack([by_hub, by_cell]), b_ub=most)
    assert answer.status == 0
    return float(-answer.fun)


def test_no_hub_serves_more_than_it_may_and_all_that_is_told_adds_up(planned):
    results, run = planned / "results", run_of(planned)
    hubs = pd.read_csv(results / "hubs.csv").set_index("site_id")
    assigned = pd.read_csv(results / "assigned.csv")
    told = run["plan"]["capacity"]
    assert (hubs["assigned_people"] <= LIMIT + 0.001).all()
    assert (hubs["terminals"] == 1).all()
    by_hub = assigned.groupby("site_id")["people"].sum().reindex(hubs.index, fill_value=0)
    assert np.allclose(by_hub, hubs["assigned_people"], atol=0.001)
    assert told["served_people"] == pytest.approx(assigned["people"].sum())
    assert told["served_people"] == run["plan"]["worth_people"]
    assert told["served_people"] < told["reached_people"] <= told["reach_bound_people"] + 0.001
    assert told["served_people"] <= run["plan"]["bound_people"] < told["reach_bound_people"]
    assert told["full_hubs"] == (hubs["assigned_people"] > 0.999 * LIMIT).sum() > 0
    assert run["plan"]["objective_people"] == pytest.approx(hubs["added_people"].sum(), abs=0.01)


def test_as_many_are_served_as_these_hubs_can_and_no_other_hub_serves_more(planned):
    inputs = read_inputs(read_study(planned / "study.toml"))
    ids = pd.read_csv(planned / "results" / "hubs.csv")["site_id"]
    hubs = inputs.sites.index.get_indexer(ids)
    plan = run_of(planned)["plan"]
    assert plan["worth_people"] == pytest.approx(most_served(inputs, hubs, LIMIT), abs=0.01)
    for place in range(len(hubs)):
        for other in np.setdiff1d(np.arange(len(inputs.sites)), hubs)[::6]:
            changed = hubs.copy()
            changed[place] = other
            assert most_served(inputs, changed, LIMIT) <= plan["bound_people"] + 0.01


def test_the_plan_is_recounted_without_any_solver(country, leohub):
    code, told = verify(country, leohub)
    run = run_of(country)
    assert code == 0
    assert told["counted"]["served_people"] == pytest.approx(run["plan"]["worth_people"], abs=1e-3)
    assert told["counted"]["bound_people"] == pytest.approx(run["plan"]["bound_people"], abs=1e-2)
    _, out, _ = leohub("verify", country / "results", "--study", country / "study.toml")
    said = " ".join(out.split())
    assert "Everything agrees" in said
    assert "can serve more than" in said


@pytest.mark.parametrize(
    ("name", "spoil", "found"),
    [
        ("assigned.csv", lambda t: t.assign(people=2 * t["people"]), "more people are assigned"),
        ("assigned.csv", lambda t: t.assign(people=0.5 * t["people"]), "is said to serve"),
        ("assigned.csv", lambda t: t.assign(site_id="school:1"), "is no hub"),
        ("assigned.csv", lambda t: pd.concat([t, t]), "is there twice"),
        ("proof_capacity.csv", lambda t: t.assign(granted_share=2.0), "is above 1"),
        ("proof_capacity.csv", lambda t: t.assign(share=0.0), "is not above 0"),
        ("proof_capacity_rules.csv", lambda t: t.assign(price_people=-1.0), "no number"),
        ("proof_capacity_rules.csv", lambda t: t.assign(price_people=0.0), "they prove"),
        ("hubs.csv", lambda t: t.drop(columns="terminals"), "how many terminals"),
        ("hubs.csv", lambda t: t.assign(terminals=3), "one terminal or two"),
    ],
)
def test_whoever_changes_what_is_counted_is_found_out(country, leohub, name, spoil, found):
    path = country / "results" / name
    spoil(pd.read_csv(path)).to_csv(path, index=False)
    cover_up(country, name)
    code, told = verify(country, leohub)
    assert code == 1
    assert found in " ".join(told["discrepancies"])


def test_more_people_than_are_served_cannot_be_claimed(country, leohub):
    run = run_of(country)
    run["plan"]["capacity"]["served_people"] += 1
    (country / "results" / "run.json").write_text(json.dumps(run), "utf-8")
    code, told = verify(country, leohub)
    assert code == 1
    assert "is said to serve" in " ".join(told["discrepancies"])
    run["plan"]["capacity"] = None
    (country / "results" / "run.json").write_text(json.dumps(run), "utf-8")
    assert "do not agree" in " ".join(verify(country, leohub)[1]["discrepancies"])


def test_plan_says_what_is_served_and_what_is_reached(tmp_path, leohub):
    study = limited(tmp_path / "tiny")
    code, out, _ = leohub("plan", study)
    assert code == 0
    said = " ".join(out.split())
    assert re.search(r"They would serve [\d,]+ of these people \([\d.]+ %\), each at one hub", said)
    assert "one hub serves at most 9,500 people" in said
    assert "within the limit" in said
    assert not re.search(r"Proven: [^.]* reach", said)
    page = (study.parent / "results" / "report.html").read_text("utf-8")
    assert "served within the limit of a hub" in page


def test_where_every_hub_has_room_the_plan_is_that_without_a_limit(tmp_path):
    plans = []
    for settings in ("", "people_per_hub = 100_000"):
        study = limited(tmp_path / f"tiny{len(plans)}", settings)
        plans.append(choose(read_study(study))[1])
    plain, roomy = plans
    assert set(plain.hubs) == set(roomy.hubs)
    assert roomy.worth_people == pytest.approx(plain.worth_people, abs=0.01)
    assert roomy.bound_people == pytest.approx(plain.bound_people, abs=0.01)
    assert plain.capacity is None


def test_rules_and_weights_that_count_people_are_refused_together(tmp_path, leohub):
    study = limited(tmp_path / "tiny", f"people_per_hub = {LIMIT}\ncost_per_person_max = 9_000")
    study.write_text(
        study.read_text("utf-8")
        + '\n[[choice.regions]]\nregions = ["West"]\nleast_reach_pct = 1\n'
        + '[[choice.kinds]]\nkind = "school"\nweight = 0.9\n',
        "utf-8",
    )
    code, _, err = leohub("plan", study)
    assert code == 2
    for name in (
        "people_per_hub",
        "cost_per_person_max",
        "regions.1.least_reach_pct",
        "kinds.1.weight",
    ):
        assert name in err


def test_the_choice_refuses_what_it_would_not_follow(tmp_path):
    file = read_study(limited(tmp_path / "tiny"))
    inputs = read_inputs(file)
    weighed = replace(inputs.demands, weight=0.5 * inputs.demands.weight)
    with pytest.raises(ValueError, match="people_per_hub"):
        choose_for_served(file.study, inputs.coverage, weighed, lambda stage, share: None)


def test_what_does_not_speak_of_people_served_says_so(tmp_path, leohub):
    code, _, err = leohub("frontier", limited(tmp_path / "tiny"))
    assert code == 2
    assert "people_per_hub" in err


def test_another_objective_is_refused_together(tmp_path, leohub):
    study = limited(tmp_path / "tiny", f'people_per_hub = {LIMIT}\nobjective = "largest-floor"')
    code, _, err = leohub("plan", study)
    assert code == 2
    assert 'people_per_hub does not go with objective = "largest-floor"' in err


# --- As many as the service model says ------------------------------------------------------------


@pytest.fixture(scope="module")
def modelled(tmp_path_factory) -> Path:
    """A plan whose hubs serve as many as the model says; at most two in a service cell."""
    settings = 'people_per_hub = "modelled"\nmost_hubs_per_service_cell = 2'
    study = limited(tmp_path_factory.mktemp("modelled") / "tiny", settings)
    write_results(plan_study(read_study(study)), study.parent / "results")
    return study.parent


def test_a_modelled_limit_is_what_the_service_of_such_a_hub_says(modelled):
    results = modelled / "results"
    hubs = pd.read_csv(results / "hubs.csv").set_index("site_id")
    room = pd.read_csv(results / "capacity.csv").set_index("site_id")["people_per_hub"]
    assert len(room) == 40
    assert (hubs["assigned_people"] <= room[hubs.index] + 0.001).all()
    # Where two hubs share the cell and more people are in reach, the estimate says the same.
    alike = hubs[(hubs["hubs_in_cell"] == 2) & (hubs["sharing_people"] > 1.2 * room[hubs.index])]
    assert len(alike)
    assert np.allclose(alike["served_well_people"], room[alike.index], rtol=0.05)
    plan = run_of(modelled)["plan"]
    assert plan["capacity"]["people_per_hub"] == "modelled"
    assert plan["worth_people"] <= plan["bound_people"]


def test_a_modelled_limit_is_told_as_modelled_on_assumed_use(modelled, tmp_path, leohub):
    country = Path(shutil.copytree(modelled, tmp_path / "copy", ignore=lambda *_: ["figures"]))
    page = (country / "results" / "report.html").read_text("utf-8").replace("\u00a0", " ")
    assert "as modelled, on assumed use" in page
    code, out, _ = leohub("verify", country / "results", "--study", country / "study.toml")
    assert code == 0
    assert "is taken from capacity.csv, as the run modelled it" in " ".join(out.split())
    path = country / "results" / "capacity.csv"
    pd.read_csv(path).iloc[1:].to_csv(path, index=False)
    cover_up(country, "capacity.csv")
    code, told = verify(country, leohub)
    assert code == 1
    assert "not the candidate places" in " ".join(told["discrepancies"])


def test_a_limit_that_lets_hubs_serve_nobody_is_refused(tmp_path, leohub):
    study = limited(tmp_path / "tiny", 'people_per_hub = "modelled"')
    study.write_text(
        study.read_text("utf-8") + '\n[assumptions]\n"use.threshold_mbps" = 5000\n', "utf-8"
    )
    code, _, err = leohub("plan", study)
    assert code != 0
    assert "use.threshold_mbps" in err
    assert "Traceback" not in err


@given(
    st.lists(st.tuples(st.floats(-4.5, 5.4), st.floats(34, 41.8)), min_size=1, max_size=400),
    st.integers(0, 6),
)
def test_few_places_stand_for_all(points, finest):
    sites = pd.DataFrame(points, columns=["lat_deg", "lon_deg"])
    chosen, which = spread_places(sites, finest)
    assert len(chosen) == len(set(chosen.tolist())) <= MOST_PLACES
    assert which.shape == (len(sites),)
    assert (which[chosen] == np.arange(len(chosen))).all(), "each stands for itself"


@given(st.floats(0, 1e9))
def test_people_are_known_to_two_digits(people):
    (rounded,) = round_people(np.array([people]))
    assert abs(rounded - people) <= 0.05 * max(people, 1) + 1e-9
    assert float(f"{rounded:.1e}") == pytest.approx(rounded)


def test_where_every_hub_is_full_the_plan_says_what_that_means(tmp_path):
    file = read_study(limited(tmp_path / "tiny", "people_per_hub = 2_000"))
    said = " ".join(sentences(plan_study(file)))
    assert "They would serve 10,000 of these people" in said
    assert "Every hub is full" in said
