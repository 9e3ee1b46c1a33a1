"""`leohub explain` of a plan whose hubs serve only so many people."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.report.folder import write_results
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from leohub.study.run import plan_study
from tests.test_cli_capacity import most_served
from tests.tiny_country import change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

LIMIT = 5_000


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    study = make_tiny_country(tmp_path_factory.mktemp("explained") / "tiny")
    change(
        study,
        "hubs = 4\n",
        f"hubs = 5\npeople_per_hub = {LIMIT}\n"
        "[choice.second_terminal]\nonce = 1\nmonthly = 1\nmost = 2\n",
    )
    write_results(plan_study(read_study(study)), study.parent / "results")
    return study


@pytest.fixture
def explain(planned, leohub):
    """Explain a site from the finished run; return figures."""

    def run(site: str) -> dict:
        results = planned.parent / "results"
        code, out, err = leohub("explain", planned, site, "--results", results, "--json")
        assert code == 0, err
        return json.loads(out, parse_constant=pytest.fail)

    return run


def test_a_hub_is_worth_what_the_others_cannot_take_up(planned, explain):
    hubs = pd.read_csv(planned.parent / "results" / "hubs.csv")
    inputs = read_inputs(read_study(planned))
    rows = inputs.sites.index.get_indexer(hubs["site_id"])
    room = LIMIT * hubs["terminals"].to_numpy().astype(float)
    everyone = most_served(inputs, rows, room)
    for place, hub in hubs.iterrows():
        why = explain(hub["site_id"])
        left = np.arange(len(hubs)) != place
        fewer = everyone - most_served(inputs, rows[left], room[left])
        assert why["rank"] == place + 1
        assert why["terminals"] == hub["terminals"]
        assert why["changes_people"] == pytest.approx(fewer, abs=0.01)
        reachable = min(LIMIT * hub["terminals"], hub["need_in_radius"])
        assert why["room_people"] == pytest.approx(reachable, abs=0.01)
        assert why["served_people"] <= why["room_people"]
        # The plan with the runner-up does without it.
        exchanged = everyone - why["exchange_loses_people"]
        assert why["otherwise_at_most_people"] >= exchanged - 0.01


def test_a_place_outside_says_what_it_would_add_and_whose_place_it_could_take(planned, explain):
    hubs = pd.read_csv(planned.parent / "results" / "hubs.csv")
    inputs = read_inputs(read_study(planned))
    rows = inputs.sites.index.get_indexer(hubs["site_id"])
    room = LIMIT * hubs["terminals"].to_numpy().astype(float)
    everyone = most_served(inputs, rows, room)
    outside = np.setdiff1d(np.arange(len(inputs.sites)), rows)[::9]
    for site in outside:
        why = explain(str(inputs.sites.index[site]))
        more = most_served(inputs, np.append(rows, site), np.append(room, LIMIT)) - everyone
        assert not why["hub"]
        assert why["changes_people"] == pytest.approx(more, abs=0.01)
        assert why["exchange_loses_people"] >= -0.01, "no exchange makes the plan better"
        exchanged = everyone - why["exchange_loses_people"]
        assert why["otherwise_at_most_people"] >= exchanged - 0.01


def test_it_says_so_in_words_also_when_hubs_are_chosen_anew(planned, leohub):
    hub = pd.read_csv(planned.parent / "results" / "hubs.csv")["site_id"].iloc[0]
    code, out, _ = leohub("explain", planned, hub)
    said = " ".join(out.split())
    assert code == 0
    assert "is hub 1 of 5" in said
    assert "the other hubs would take up whom they have room for" in said
    assert "Its runner-up is" in said
    assert "roven" in said
