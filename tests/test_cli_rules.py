"""What a programme demands is written in the study and becomes rules, or is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.io.provenance import sha256_of
from leohub.people.coverage import largest_shares
from leohub.plan.rules.rules import reached_by_cell
from leohub.study.file import read_study
from leohub.study.inputs import Inputs, read_inputs
from tests.tiny_country import change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

PARTNERS = """
[[partners]]
name = "Western ISP"
regions = ["West"]
most_hubs = 1
[[partners]]
name = "Eastern ISP"
regions = ["East"]
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


def add(study: Path, text: str) -> None:
    study.write_text(study.read_text("utf-8") + text, "utf-8")


def write(study: Path, name: str, text: str) -> None:
    (study.parent / name).write_text(text, "utf-8")


def read(study: Path) -> Inputs:
    return read_inputs(read_study(study))


def mask(inputs: Inputs, *sites: int) -> np.ndarray:
    return np.isin(np.arange(len(inputs.sites)), sites)


def broken(inputs: Inputs, *sites: int) -> tuple[str, ...]:
    chosen = mask(inputs, *sites)
    return inputs.demands.rules.broken(chosen, reached_by_cell(inputs.coverage, chosen))


def test_a_study_without_demands_has_only_the_size(study):
    inputs = read(study)
    assert inputs.demands.rules.names == ("at most 4 hubs in all",)
    assert inputs.demands.where == ("[choice] hubs",)
    assert np.all(inputs.demands.weight == 1)
    assert np.allclose(inputs.demands.site_cost, inputs.cost.whole_life)
    assert broken(inputs, 0, 1, 2, 3) == ()
    assert broken(inputs, 0, 1, 2, 3, 4) == ("at most 4 hubs in all",)


def test_demands_on_regions_partners_and_kinds(study):
    add(
        study,
        '[[choice.regions]]\nregions = ["west", "2"]\nleast_hubs = 1\nleast_reach_pct = 1\n'
        '[[choice.regions]]\nregions = ["West", "East"]\ntogether = true\nmost_hubs = 3\n'
        '[[choice.kinds]]\nkind = "school"\nweight = 0.8\nleast_hubs = 2\n' + PARTNERS,
    )
    inputs = read(study)
    west = np.flatnonzero(inputs.sites["region_code"] == "1")
    east = np.flatnonzero(inputs.sites["region_code"] == "2")
    assert np.all(inputs.demands.weight == 0.8)
    assert {"at least 1 hub in West", "at most 3 hubs in West and East"} <= set(
        inputs.demands.rules.names
    )
    assert "at most 1 hub of Western ISP" in broken(inputs, west[0], west[1])
    assert "at least 1 hub in West" in broken(inputs, *east[:2])
    assert "at most 3 hubs in West and East" in broken(inputs, *east[:3], west[0])
    assert "at least 2 hubs at places of the kind school" in broken(inputs, west[0])


def test_people_of_a_region_are_those_of_its_table(study):
    add(study, '[[choice.regions]]\nregions = ["West"]\nleast_reach_pct = 2\n')
    inputs = read(study)
    share = inputs.people["region_code"].map(inputs.census["internet_use_pct"]) / 100
    people = inputs.people.assign(unserved=inputs.people["people"] * (1 - share))
    people = people[people["region_code"] == "1"].set_index("h3")["unserved"]
    rules = inputs.demands.rules
    row = rules.names.index(
        f"at least 2 % of the unserved people of West reached, {0.02 * people.sum():,.0f}"
    )
    assert -rules.limits[row] == pytest.approx(0.02 * people.sum())
    chosen = mask(inputs, 1, 5, 9)
    served = pd.Series(largest_shares(inputs.coverage.shares[[1, 5, 9]]), inputs.cells.index)
    counted = people * (served * inputs.cells["eligible"]).reindex(people.index)
    slack = rules.slack(chosen, reached_by_cell(inputs.coverage, chosen))[row]
    assert slack == pytest.approx(counted.sum() - 0.02 * people.sum())


def test_named_places_are_found_by_id_and_by_coordinates(study):
    places = pd.read_csv(study.parent / "schools.csv")
    lat, lon = places.loc[7, ["lat", "lon"]]
    write(study, "must.csv", f"place,lat,lon\nschool:103,,\n,{lat + 0.002},{lon}\n")
    write(study, "never.csv", "site_id\nschool:110\n")
    write(study, "there.csv", f"latitude,longitude\n{places.lat[20]},{places.lon[20]}\n")
    add(
        study,
        '[choice.required]\nfile = "must.csv"\nid = "place"\n'
        '[choice.forbidden]\nfile = "never.csv"\n'
        '[choice.existing]\nfile = "there.csv"\nlat = "latitude"\nlon = "longitude"\n',
    )
    inputs = read(study)
    rules, sites = inputs.demands.rules, inputs.sites
    assert sites.index[rules.required].tolist() == ["school:103", "school:107"]
    assert sites.index[rules.forbidden].tolist() == ["school:110", "school:120"]
    assert sites.index[inputs.standing].tolist() == ["school:120"]
    assert not rules.existing.any()
    assert inputs.demands.site_cost[inputs.standing].tolist() == [0.0]
    assert rules.names == ("at most 4 hubs on top of those that stand",)
    roles = {source.role for source in inputs.sources}
    assert {"required hubs", "forbidden hubs", "existing hubs"} <= roles


def test_distance_service_cells_and_cost_per_person(study):
    change(
        study,
        "hubs = 4",
        "hubs = 4\nmin_km_between_hubs = 6\nmost_hubs_per_service_cell = 1\n"
        "cost_per_person_max = 100",
    )
    inputs = read(study)
    assert inputs.demands.rules.names == (
        "at most 4 hubs in all",
        "at most 100 KES for each person newly reached",
        "at most 1 hub in a service cell",
        "at least 6 km between hubs",
    )
    for sites in ([3], [0, 30], [5, 6, 7]):
        people = reached_by_cell(inputs.coverage, mask(inputs, *sites)).sum()
        dear = len(sites) * inputs.cost.whole_life > 100 * people
        assert (inputs.demands.rules.names[1] in broken(inputs, *sites)) == dear


def test_costs_differ_by_region_kind_and_place(study):
    write(study, "offers.csv", "site_id,offer\nschool:100,1234\n")
    add(
        study,
        '[[cost.sites]]\nregions = ["East"]\ntimes = 2\n[[cost.sites]]\nkinds = ["school"]\n'
        'extra = 1000\n[cost.by_place]\nfile = "offers.csv"\ncost = "offer"\n',
    )
    change(study, "hubs = 4", "budget = 1_000_000")
    inputs = read(study)
    east = (inputs.sites["region_code"] == "2").to_numpy()
    expected = inputs.cost.whole_life * np.where(east, 2, 1) + 1000
    expected[0] = 1234
    assert np.allclose(inputs.demands.site_cost, expected)
    assert inputs.demands.rules.names == ("a budget of 1,000,000 KES",)
    assert inputs.hubs == int((np.cumsum(np.sort(expected)) <= 1_000_000).sum())


MISTAKES = {
    "a region that is none": ('[[choice.regions]]\nregions = ["Wast"]\nleast_hubs = 1', "'West'"),
    "a kind that is none": ('[[choice.kinds]]\nkind = "scool"', "The closest is 'school'"),
    "a demand for nothing": ('[[choice.regions]]\nregions = ["West"]', "give least_hubs"),
    "least above most": (
        '[[choice.kinds]]\nkind = "school"\nleast_hubs = 3\nmost_hubs = 2',
        "is above most_hubs",
    ),
    "a cost below nothing": ("[[cost.sites]]\nextra = -1e9", "cost less than nothing"),
    "more hubs than places": (
        '[[choice.regions]]\nregions = ["West"]\nleast_hubs = 39',
        "candidate places count for it",
    ),
    "more people than there are in reach": (
        '[[choice.regions]]\nregions = ["West"]\nleast_reach_pct = 100',
        "hubs at all places that may be one would reach",
    ),
    "minimums above the size": (
        '[[choice.regions]]\nregions = ["West", "East"]\nleast_hubs = 3',
        "(1) at most 4 hubs in all, [choice] hubs; (2) at least 3 hubs in West, "
        "[choice.regions.1] least_hubs; (3) at least 3 hubs in East",
    ),
    "a partner with less than is asked of it": (
        PARTNERS + 'least_hubs = 4\n[[choice.regions]]\nregions = ["West"]\nleast_hubs = 1',
        "at least 4 hubs of Eastern ISP, [partners.2] least_hubs",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_impossible_demands_are_refused_in_words(case, study, leohub):
    text, words = MISTAKES[case]
    add(study, text)
    code, out, err = leohub("check", study)
    assert code == 2, out + err
    assert words in " ".join(err.split())
    assert "→" in err
    assert "Traceback" not in err


def test_a_budget_that_minimums_exceed_names_only_what_is_to_blame(study, leohub):
    change(study, "hubs = 4", "budget = 1_200_000")
    add(
        study,
        '[[cost.sites]]\nregions = ["East"]\ntimes = 1.5\n'
        '[[choice.regions]]\nregions = ["West", "East"]\nleast_hubs = 1\n'
        '[[choice.kinds]]\nkind = "school"\nleast_hubs = 3\n',
    )
    code, _, err = leohub("check", study)
    said = " ".join(err.split())
    assert code == 2
    assert "these 2 demands together" in said
    assert "(1) a budget of 1,200,000 KES, [choice] budget; (2) at least 3 hubs at places" in said
    assert "without any one of them the others can be met" in said


def test_wrong_rows_of_all_lists_are_told_at_once(study, leohub):
    write(study, "must.csv", "site_id,lat,lon\nschool:1O3,,\nschool:104,,\nschool:104,,\n,0.2,\n")
    write(study, "never.csv", "lat,lon\n0.3,36.9\n")
    write(study, "offers.csv", "site_id,cost\nschool:100,dear\n")
    add(
        study,
        '[choice.required]\nfile = "must.csv"\n[choice.forbidden]\nfile = "never.csv"\n'
        '[cost.by_place]\nfile = "offers.csv"\n[choice.existing]\nfile = "nothing.csv"\n',
    )
    code, _, err = leohub("check", study)
    said = " ".join(err.split())
    assert code == 2
    assert "row 5" in said
    assert "neither an id nor coordinates" in said
    assert "within 500 m" in said
    assert "'dear' is not a number" in said
    assert "nothing.csv" in said
    write(study, "must.csv", "site_id\nschool:1O3\nschool:104\nschool:104\n")
    said = " ".join(leohub("check", study)[2].split())
    assert "no candidate place has the id 'school:1O3'; the closest is" in said
    assert "'school:104' is already in row 3" in said


def test_a_place_that_must_and_must_not_be_a_hub(study, leohub):
    write(study, "both.csv", "site_id\nschool:103\n")
    add(study, '[choice.required]\nfile = "both.csv"\n[choice.forbidden]\nfile = "both.csv"\n')
    code, _, err = leohub("check", study)
    assert code == 2
    assert "School 3 (school:103) must be a hub, and must not be one" in " ".join(err.split())


def test_a_territory_without_a_candidate_place(study, leohub):
    schools = pd.read_csv(study.parent / "schools.csv")
    schools[schools["lon"] < 36.2].to_csv(study.parent / "schools.csv", index=False)
    add(study, PARTNERS)
    code, _, err = leohub("check", study)
    assert code == 2
    assert "no candidate place lies in the territory of Eastern ISP" in " ".join(err.split())


EVERYTHING = (
    '[choice.required]\nfile = "must.csv"\n[choice.forbidden]\nfile = "never.csv"\n'
    '[choice.existing]\nfile = "there.csv"\n'
    '[[choice.regions]]\nregions = ["West"]\nleast_hubs = 2\nleast_reach_pct = 1\n'
    '[[choice.kinds]]\nkind = "school"\nweight = 0.8\nmost_hubs = 5\n' + PARTNERS
).replace("most_hubs = 1\n", "most_hubs = 3\n")


def test_a_plan_keeps_to_everything_that_is_demanded_and_verify_recounts_it(study, leohub):
    change(study, "hubs = 4", "hubs = 4\nmin_km_between_hubs = 4")
    add(study, EVERYTHING)
    write(study, "must.csv", "site_id\nschool:103\n")
    write(study, "never.csv", "site_id\nschool:110\n")
    write(study, "there.csv", "site_id\nschool:120\n")
    code, out, err = leohub("plan", study)
    assert code == 0, out + err
    folder = study.parent / "results"
    hubs = pd.read_csv(folder / "hubs.csv")
    assert len(hubs) == 4
    assert "school:103" in set(hubs["site_id"])
    assert not {"school:110", "school:120"} & set(hubs["site_id"])
    assert (hubs["region"] == "West").sum() >= 1
    inputs = read(study)
    chosen = mask(inputs, *inputs.sites.index.get_indexer(hubs["site_id"]))
    assert inputs.demands.rules.holds(chosen, reached_by_cell(inputs.coverage, chosen))
    run = json.loads((folder / "run.json").read_text("utf-8"))
    assert [rule["rule"] for rule in run["plan"]["rules"]] == list(inputs.demands.rules.names)
    assert run["plan"]["worth_people"] == pytest.approx(0.8 * run["plan"]["objective_people"])
    assert run["plan"]["worth_people"] <= run["plan"]["bound_people"]
    assert "The hubs that stand already, 1, reach" in json.dumps(run["summary"])
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    schemas = {
        resource["name"]: [field["name"] for field in resource["schema"]["fields"]]
        for resource in package["resources"]
        if "schema" in resource
    }
    for name in ("proof", "proof_rules", "hubs"):
        assert schemas[name] == list(pd.read_csv(folder / f"{name}.csv", nrows=0).columns)
    code, out, err = leohub("verify", folder)
    assert code == 0, out + err
    number = len(inputs.demands.rules.names) - 1
    assert f"keeps to {number} rules besides its size" in " ".join(out.split())
    code, out, err = leohub("explain", study, hubs["site_id"][0], "--results", folder)
    assert code == 0, out + err


def test_verify_notices_a_plan_that_breaks_a_rule(study, leohub):
    add(study, '[[choice.regions]]\nregions = ["West"]\nleast_hubs = 3\n')
    code, out, err = leohub("plan", study)
    assert code == 0, out + err
    folder = study.parent / "results"
    inputs = read(study)
    hubs = pd.read_csv(folder / "hubs.csv", dtype=str)
    east = inputs.sites.index[inputs.sites["region_code"] == "2"].difference(hubs["site_id"])
    hubs.loc[hubs["region"] == "West", "site_id"] = east[: (hubs["region"] == "West").sum()]
    hubs.to_csv(folder / "hubs.csv", index=False)
    run = json.loads((folder / "run.json").read_text("utf-8"))
    run["outputs"]["hubs.csv"] = sha256_of(folder / "hubs.csv")
    (folder / "run.json").write_text(json.dumps(run), "utf-8")
    code, out, err = leohub("verify", folder)
    assert code == 1
    assert "breaks a rule of the study: at least 3 hubs in West" in " ".join((out + err).split())


def test_a_budget_is_spent_where_it_reaches_most(study, leohub):
    change(study, "hubs = 4", "budget = 1_700_000")
    add(study, '[[cost.sites]]\nregions = ["East"]\ntimes = 3\n')
    code, out, err = leohub("plan", study)
    assert code == 0, out + err
    inputs = read(study)
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")
    cost = inputs.demands.site_cost[inputs.sites.index.get_indexer(hubs["site_id"])]
    assert cost.sum() <= 1_700_000
    assert cost.sum() + inputs.demands.site_cost.min() > 1_700_000
