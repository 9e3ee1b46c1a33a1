"""`leohub explain`: held against the plan's own tables and against plans that are forced."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.app.cli.main import main
from leohub.study.file import read_study
from leohub.study.posed import read_posed
from tests.tiny_country import change, make_few_places, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    """A study with its results; nobody may change it."""
    study = make_tiny_country(tmp_path_factory.mktemp("explained") / "tiny")
    before, sys.argv = sys.argv, ["leohub", "plan", str(study)]
    with pytest.raises(SystemExit) as stopped:
        main()
    sys.argv = before
    assert not stopped.value.code
    return study


@pytest.fixture
def explain(planned, leohub):
    """Explain a site from the finished run; return figures."""

    def run(site: str) -> dict:
        code, out, err = leohub(
            "explain", planned, site, "--results", planned.parent / "results", "--json"
        )
        assert code == 0, err
        return json.loads(out, parse_constant=pytest.fail)

    return run


def test_a_hub_is_explained_as_in_its_row_of_the_table(planned, explain):
    hubs = pd.read_csv(planned.parent / "results" / "hubs.csv")
    for hub in hubs.itertuples():
        said = explain(hub.site_id)
        assert said["hub"]
        assert said["rank"] == hub.rank
        assert said["newly_reached_people"] == pytest.approx(hub.only_people, abs=0.01)
        assert said["exchanged_with"] == hub.runner_up == said["others"][0]["site_id"]
        assert said["exchange_loses_people"] == pytest.approx(hub.beats_by_people, abs=0.01)
        assert said["others"][0]["people"] == pytest.approx(hub.runner_up_people, abs=0.01)


def test_what_is_said_of_a_place_outside_is_true_of_the_coverage(planned, explain):
    found = read_posed(read_study(planned))
    hubs = pd.read_csv(planned.parent / "results" / "hubs.csv")["site_id"].tolist()
    dense, need = found.coverage.shares.toarray(), found.coverage.need_people
    row = {site: place for place, site in enumerate(found.sites.index)}

    def reach(sites: list[str]) -> float:
        return float(dense[[row[site] for site in sites]].max(axis=0) @ need)

    def best_plan_with(site: str) -> float:
        """A greedy plan that must have the site: some plan that has it."""
        chosen = [site]
        while len(chosen) < len(hubs):
            chosen.append(max(row.keys() - set(chosen), key=lambda new: reach([*chosen, new])))
        return reach(chosen)

    for site in [site for site in row if site not in hubs][::6]:
        said = explain(site)
        assert not said["hub"]
        adds = reach([*hubs, site]) - reach(hubs)
        assert said["newly_reached_people"] == pytest.approx(adds, abs=0.01)
        losses = {
            hub: reach(hubs) - reach([*(other for other in hubs if other != hub), site])
            for hub in hubs
        }
        assert said["exchange_loses_people"] == pytest.approx(min(losses.values()), abs=0.01)
        assert best_plan_with(site) <= said["otherwise_at_most_worth_people"]
        assert said["proven"] == (
            said["otherwise_at_most_worth_people"] < said["plan_reached_people"]
        )


def test_places_wait_in_a_line_without_gaps(planned, explain):
    found = read_posed(read_study(planned))
    hubs = set(pd.read_csv(planned.parent / "results" / "hubs.csv")["site_id"])
    said = [explain(site) for site in found.sites.index if site not in hubs]
    waits = sorted(one["hubs_more"] for one in said if one["hubs_more"] is not None)
    assert waits == list(range(1, len(waits) + 1))
    first = next(one for one in said if one["hubs_more"] == 1)
    assert first["place_in_queue"] == 1
    never = [one for one in said if one["hubs_more"] is None]
    assert all("More hubs alone would not" in " ".join(one["in_words"]) for one in never)


def test_the_words_fit_a_narrow_terminal_and_answer_every_question(planned, leohub, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    results = planned.parent / "results"
    code, out, err = leohub("explain", planned, "School 7", "--results", results)
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 88
    words = " ".join(out.split())
    for part in (
        "School 7 (school:107)",
        "is not one of the 4 hubs",
        "As one hub more it would add",
        "It would best take the place of",
        "What would bring it in: more than",
        "Proven: no plan of at most 4 hubs with a hub there reaches more than",
        "Hubs that would serve its people too",
    ):
        assert part in words
    assert "nan" not in words


def test_choosing_anew_and_a_finished_run_say_the_same(planned, explain, leohub):
    code, out, err = leohub("explain", planned, "school:107", "--json")
    assert code == 0, err
    anew, before = json.loads(out), explain("school:107")
    assert anew["newly_reached_people"] == pytest.approx(before["newly_reached_people"], rel=1e-9)
    assert anew["otherwise_at_most_worth_people"] == pytest.approx(
        before["otherwise_at_most_worth_people"], rel=1e-9
    )


def test_a_place_is_found_by_id_name_part_or_point(planned, explain):
    schools = pd.read_csv(planned.parent / "schools.csv")
    wanted = schools.iloc[23]
    ways = ["school:123", "123", "School 23", "school 23", "ool 23", "SCHOOL:123"]
    near = f"{wanted['lat'] + 1e-4},{wanted['lon'] - 1e-4}"
    assert {explain(way)["site_id"] for way in [*ways, near]} == {"school:123"}


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("School", ["means 40 candidate places", "school:100", "and 32 more", "by its id"]),
        ("Shool 12", ["none of the 40 candidate places", "Did you mean School 12 (school:112)"]),
        ("Ngorongoro", ["none of the 40 candidate places", "lat,lon for the nearest one"]),
        ("", ["none of the 40 candidate places"]),
        ("36.2,0.2", ["no candidate place within 50 km", "latitude first"]),
        ("136.2,0.2", ["no latitude and longitude"]),
    ],
)
def test_a_place_that_nobody_knows_is_told_with_the_nearest(planned, leohub, site, told):
    code, _, err = leohub("explain", planned, site, "--results", planned.parent / "results")
    assert code == 2
    words = " ".join(err.split())
    assert all(part in words for part in told), words


@pytest.fixture
def copy(planned, tmp_path) -> Path:
    shutil.copytree(planned.parent, tmp_path / "copy")
    return tmp_path / "copy" / planned.name


def refused(leohub, study: Path) -> str:
    code, _, err = leohub("explain", study, "school:107", "--results", study.parent / "results")
    assert code == 2
    return " ".join(err.split())


def test_results_of_another_study_or_other_inputs_are_refused(copy, leohub):
    change(copy, "hubs = 4", "hubs = 5")
    schools = copy.parent / "schools.csv"
    schools.write_text(schools.read_text("utf-8") + "999,New school,0.2,36.2\n", "utf-8")
    words = refused(leohub, copy)
    assert "was made from" in words
    assert "another schools.csv" in words
    assert "leohub plan STUDY" in words


def test_edited_results_are_refused(copy, leohub):
    hubs = copy.parent / "results" / "hubs.csv"
    hubs.write_text(hubs.read_text("utf-8").replace("school:1", "school:2"), "utf-8")
    assert "hubs.csv was changed since leohub wrote it" in refused(leohub, copy)


def test_a_folder_without_results_is_refused(copy, leohub):
    (copy.parent / "results" / "run.json").unlink()
    assert "no results folder" in refused(leohub, copy)


def test_a_place_where_nobody_is_in_need_says_so(tmp_path, leohub):
    study = make_tiny_country(tmp_path / "tiny")
    change(study, "density_limit_per_km2 = 1000", "density_limit_per_km2 = 60")
    found = read_posed(read_study(study))
    alone = found.coverage.shares @ found.coverage.need_people
    empty = found.sites.index[int(np.argmin(alone))]
    code, out, _ = leohub("explain", study, empty)
    assert code == 0
    assert alone.min() == 0
    assert "Nobody whom a hub may claim lives in its catchment" in " ".join(out.split())


def test_only_exchanges_that_the_rules_allow_are_told(tmp_path, leohub):
    rules = (
        '[[choice.regions]]\nregions = ["West"]\nmost_hubs = 1\n'
        '[[choice.regions]]\nregions = ["East"]\nleast_reach_pct = 9\n'
    )
    study = make_few_places(tmp_path / "tiny", 12, 3, rules)
    found = read_posed(read_study(study))
    row = {site: place for place, site in enumerate(found.sites.index)}
    code, _, err = leohub("plan", study)
    assert code == 0, err
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")["site_id"].tolist()

    def reach(sites: list[str]) -> np.ndarray:
        dense = found.coverage.shares.toarray()[[row[site] for site in sites]]
        return dense.max(axis=0) * found.coverage.need_people

    def keeps(sites: list[str]) -> bool:
        chosen = np.isin(np.arange(len(row)), [row[site] for site in sites])
        return found.demands.rules.holds(chosen, reach(sites))

    def instead(hub: str, site: str) -> list[str]:
        return [*(other for other in hubs if other != hub), site]

    refused = 0
    for site in row:
        code, out, err = leohub(
            "explain", study, site, "--results", tmp_path / "tiny/results", "--json"
        )
        assert code == 0, err
        said = json.loads(out)
        if site in hubs:
            plans = {other: instead(site, other) for other in row if other not in hubs}
        else:
            plans = {hub: instead(hub, site) for hub in hubs}
        people = {other: reach(plan).sum() for other, plan in plans.items() if keeps(plan)}
        refused += len(plans) - len(people)
        if not people:
            assert said["exchanged_with"] is None
            continue
        loses = reach(hubs).sum() - max(people.values())
        assert said["exchange_loses_people"] == pytest.approx(loses, abs=0.01)
        assert people[said["exchanged_with"]] == pytest.approx(max(people.values()))
        if site in hubs:
            assert {other["site_id"] for other in said["others"]} <= people.keys()
    assert refused
