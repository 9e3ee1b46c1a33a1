"""`leohub service`."""

import csv
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest

from leohub.app.cli import service
from leohub.app.cli.service import find_hub
from leohub.app.cli.servicesummary import check_out
from leohub.errors import InputError
from leohub.report.dictionary import columns_of
from leohub.report.hubservice import HubService, hub_service, promise
from leohub.report.pictures import write_picture
from leohub.report.servicechart import draw_service
from leohub.report.serviceterminal import day_bars
from leohub.sky.air.climate import MAPPED
from leohub.study.service.estimate import OUTPUTS, estimate
from leohub.study.service.year import RainYears
from leohub.study.settings import Sky, Study
from tests.sample_results import sample_cost, sample_estimate
from tests.tiny_country import change, make_tiny_country

FEW = ("--draws", 20)
YEARS = 10


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return make_tiny_country(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(autouse=True)
def few_years(monkeypatch):
    monkeypatch.setattr(service, "YEARS", YEARS)


@pytest.fixture
def figures(leohub, study) -> dict:
    code, out, _ = leohub("service", study, *FEW, "--json")
    assert code == 0
    return json.loads(out)


def test_all_hubs_together_in_figures_and_as_a_table(leohub, study, tmp_path):
    table = tmp_path / "hubs_service.csv"
    code, out, _ = leohub("service", study, *FEW, "--json", "--out", table)
    assert code == 0
    figures = json.loads(out)
    assert figures["hubs"] == 4
    assert figures["operator"] == "Starlink"
    assert figures["service"]["draws"] == 20
    assert OUTPUTS.keys() <= figures["service"].keys()
    assert any("All of this is modelled" in limit for limit in figures["limits"])
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [*rows[0]] == ["made_by", *(column.name for column in columns_of("hubs"))]
    served = sum(float(row["served_well_people"]) for row in rows)
    assert served == pytest.approx(figures["service"]["served_well_people"]["value"], abs=0.01)
    slowest = min(rows, key=lambda row: float(row["terminal_mbps"]))
    assert figures["slowest"][0]["site_id"] == slowest["site_id"]
    assert figures["out"] == str(table.resolve())
    check_out(table)  # what leohub wrote it may write anew


def test_the_words_say_what_is_reach_only_and_where_to_see_more(leohub, study):
    code, out, err = leohub("service", study, *FEW)
    assert code == 0
    words = " ".join(out.split())
    for part in (
        "4 hubs under Starlink",
        "potential reach only",
        "slowest terminals",
        "How far it hangs on what is not known",
        "All of this is modelled",
        "are assumed",
        f"leohub service {study} --hub school:",
    ):
        assert part in words
    assert "estimating the service of every hub" in err
    assert max(map(len, out.splitlines())) <= 80 + len(str(study))


def test_one_hub_with_its_chain_its_years_and_its_picture(leohub, study, tmp_path):
    picture = tmp_path / "hub.svg"
    code, out, _ = leohub("service", study, *FEW, "--hub", 2, "--json", "--picture", picture)
    assert code == 0
    figures = json.loads(out)
    assert figures["hub"]["rank"] == 2
    assert {len(figures["by_hour_mbps"][end]) for end in ("low", "value", "high")} == {24}
    steps = {step["what"]: step for step in figures["why"]}
    assert steps["A terminal downloads"]["value"] == pytest.approx(
        figures["hub"]["terminal_mbps"], abs=0.001
    )
    assert steps["A terminal downloads"]["value"] == min(figures["by_hour_mbps"]["value"])
    assert {name for step in steps.values() for name in step["inputs"]} == figures[
        "quantities"
    ].keys()
    assert figures["quantities"]["load.down"]["basis"] == "fitted"
    years = figures["rain_years"]
    assert years["years"] == YEARS
    assert years["out_h"]["p10"] <= years["out_h"]["median"] <= years["out_h"]["p90"]
    assert years["expected_h"] == pytest.approx(figures["hub"]["rain_out_h_per_year"], rel=0.15)
    assert ET.parse(picture).getroot().tag.endswith("svg")


def test_the_words_of_one_hub_and_its_picture_as_png(leohub, study, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    picture = tmp_path / "hub.png"
    code, out, _ = leohub("service", study, *FEW, "--hub", 1, "--picture", picture)
    assert code == 0
    words = " ".join(out.split())
    for part in (
        "hub 1 of the plan",
        "potential reach only",
        "What a terminal downloads by local hour",
        "Why: link by link",
        "ITU-R P.618-14",
        "10 years of rain, drawn",
        "A second terminal",
        f"Picture: {picture}",
    ):
        assert part in words
    assert matplotlib.image.imread(picture).shape[:2] == (1080, 1920)


def test_the_seed_changes_the_draws_and_not_the_hubs(leohub, study, figures):
    code, out, _ = leohub("service", study, *FEW, "--json", "--seed", 7)
    assert code == 0
    other = json.loads(out)
    assert other["slowest"][0]["site_id"] == figures["slowest"][0]["site_id"]
    before, after = (one["service"]["terminal_mbps"] for one in (figures, other))
    assert before["value"] == after["value"]
    assert before["low"] != after["low"]


def test_a_place_that_no_climate_is_known_of_is_refused(leohub, tmp_path):
    study = make_tiny_country(tmp_path)
    elsewhere = [
        (lat, lon, 50, 4, 100, 295, 15, 0.8, 0.5, 0.2, 0.1, 0.02, 0.2)
        for lat in (40, 41)
        for lon in (9, 10)
    ]
    columns = ["lat_deg", "lon_deg", *MAPPED, "altitude_km"]
    pd.DataFrame(elsewhere, columns=columns).to_csv(tmp_path / "climate.csv", index=False)
    change(study, "[cost]\n", '[climate]\nfile = "climate.csv"\n\n[cost]\n')
    code, out, _ = leohub("service", study, *FEW, "--json")
    assert code == 2
    (problem,) = json.loads(out)["errors"]
    assert "climate" in problem["message"]


# --- Hubs by their names -------------------------------------------------------------------------

HUBS = pd.DataFrame(
    {
        "rank": [1, 2, 3],
        "site_id": ["school:17", "clinic:17", "2"],
        "name": ["Moi Primary", "Kisumu Clinic", "Old Market"],
    }
)


@pytest.mark.parametrize(
    ("wanted", "place"), [("school:17", 0), ("1", 0), ("clinic:17", 1), ("3", 2)]
)
def test_a_hub_is_found_by_its_id_or_its_rank(wanted, place):
    assert find_hub(HUBS, wanted) == place


def test_an_id_goes_before_a_rank():
    assert find_hub(HUBS, "2") == 2


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [("scool:17", "school:17"), ("kisumu clinic", "clinic:17"), ("Old Markt", "2")],
)
def test_a_hub_that_is_nearly_named_is_suggested(wanted, meant):
    with pytest.raises(InputError) as refused:
        find_hub(HUBS, wanted)
    (problem,) = refused.value.problems
    assert repr(wanted) in problem.message
    assert meant in problem.remedy


@pytest.mark.parametrize("wanted", ["0", "4", "-1", "", "nothing like it"])
def test_a_hub_that_is_not_there_is_refused(wanted):
    with pytest.raises(InputError, match="a rank from 1 to 3"):
        find_hub(HUBS, wanted)


# --- What cannot be asked ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--picture", "hub.png"), "name it with --hub"),
        (("--hub", "1", "--picture", "hub.gif"), "png or .svg"),
        (("--out", "hubs.xlsx"), "hubs.xlsx: a table of hubs is written as .csv"),
        (("--out", "nowhere/hubs.csv"), "no folder"),
        (("--draws", "3"), "20<=x<=100000"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_read(
    leohub, tmp_path, arguments, message, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, _, err = leohub("service", "no-such-study.toml", *arguments)
    assert code == 2
    assert message in err


def test_a_file_of_somebody_else_is_left_alone(leohub, tmp_path):
    mine = tmp_path / "hubs.csv"
    mine.write_text("my,own\n", "utf-8")
    code, _, err = leohub("service", "no-such-study.toml", "--out", mine)
    assert code == 2
    assert "was not written by leohub" in err
    assert mine.read_text("utf-8") == "my,own\n"


def test_help_teaches_by_example(leohub):
    code, out, _ = leohub("service", "--help")
    assert code == 0
    assert "leohub service study.toml --hub 1 --picture hub.png" in out


# --- A hub without service -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def blind() -> HubService:
    """A hub that never sees a satellite and that nobody shares, beside one with both."""
    hubs = pd.DataFrame(
        {
            "rank": [1, 2],
            "site_id": ["school:1", "school:2"],
            "name": ["$Far$ school", "Near school"],
            "kind": "school",
            "region": ["Hills", "Plain"],
            "lat_deg": [0.1, 0.2],
            "lon_deg": [36.1, 36.2],
            "sharing_people": [1.0, 9_000.0],
        }
    )
    found = sample_estimate(hubs, sample_cost())
    aspect = found.situation.aspect
    first = np.array([0.0, 1.0])
    situation = replace(
        found.situation,
        aspect=replace(
            aspect,
            share=aspect.share * first[:, None],
            served_at=aspect.served_at & (first > 0)[:, None],
            usable=aspect.usable * first,
        ),
    )
    dark = estimate(situation, found.quantities, count=20, seed=1)
    none = np.zeros(5)
    years = RainYears(none, none.astype(int), none, 0.0, 0.0, 86_400.0, 60.0)
    study = Study.model_construct(sky=Sky())
    return hub_service(study, hubs.join(dark.hubs), dark, 0, years)


def test_a_hub_without_service_still_has_a_picture(blind, tmp_path):
    write_picture(draw_service(blind), tmp_path / "hub.png")
    assert blind.hub["served_well_people"] == 0
    assert "serves 0 people" in promise(blind)


@pytest.mark.parametrize(("width", "wide"), [(30, 1), (80, 3), (300, 3)])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_bars_of_a_day_keep_to_their_width(width, wide, ascii_only, blind):
    by_hour_mbps = np.outer([0.5, 1.0, 2.0], 30 + 20 * np.cos(np.arange(24)))
    text = day_bars(by_hour_mbps, width, ascii_only=ascii_only).plain
    assert max(map(len, text.splitlines())) <= max(width, 24 * wide + 5)
    assert text.isascii() == ascii_only
    letters = "#=." if ascii_only else "█▓░"
    assert all(letter in text for letter in letters)
    # Nothing at all has no bars.
    empty = day_bars(blind.by_hour_mbps, width, ascii_only=ascii_only).plain
    assert not any(letter in empty for letter in letters)
