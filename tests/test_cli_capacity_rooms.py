"""Second terminals, and the room of service cells: in a study, on the command line, in results."""

import json
import re
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.io.provenance import sha256_of
from leohub.quantities import nominal
from leohub.report.folder import write_results
from leohub.sky.cells.grouping import service_cells
from leohub.sky.visibility.places import places_at
from leohub.study.chosen import choose
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from leohub.study.posed import read_posed
from leohub.study.rooms import Rooms, with_rooms
from leohub.study.run import plan_study
from leohub.study.service.chain import serve
from leohub.study.service.hubs import find_study_situation, hub_quantities
from leohub.study.service.rooms import model_rooms, room_of_cells, round_people
from tests.test_cli_capacity import most_served
from tests.tiny_country import change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

LIMIT = 9_500
CELL = 5
"""Resolution of the service cells of the operator."""


def study_of(folder: Path, settings: str) -> Path:
    study = make_tiny_country(folder)
    change(study, "hubs = 4\n", f"{settings}\n")
    return study


def planned(folder: Path, settings: str) -> Path:
    study = study_of(folder, settings)
    write_results(plan_study(read_study(study)), study.parent / "results")
    return study.parent


SECOND = (
    "budget = 3_000_000\npeople_per_hub = 9_500\n"
    "[choice.second_terminal]\nonce = 20_000\nmonthly = 1_000\npeople = 4_000"
)
SECOND_COST = 20_000 * (1 + 5 * 0.05) + 60 * 1_000
"""Over five years, with 5 % of upkeep a year."""


@pytest.fixture(scope="module")
def with_second(tmp_path_factory) -> Path:
    return planned(tmp_path_factory.mktemp("second") / "tiny", SECOND)


@pytest.fixture
def country(with_second, tmp_path) -> Path:
    return Path(shutil.copytree(with_second, tmp_path / "copy", ignore=lambda *_: ["figures"]))


def hubs_of(country: Path) -> pd.DataFrame:
    return pd.read_csv(country / "results" / "hubs.csv").set_index("site_id")


def run_of(country: Path) -> dict:
    return json.loads((country / "results" / "run.json").read_text("utf-8"))


def cover_up(country: Path, name: str) -> None:
    """Put the hash of a changed file into run.json, as a careful cheat would."""
    run = run_of(country)
    run["outputs"][name] = sha256_of(country / "results" / name)
    (country / "results" / "run.json").write_text(json.dumps(run), "utf-8")


def verify(country: Path, leohub) -> tuple[int, str]:
    code, out, _ = leohub("verify", country / "results", "--study", country / "study.toml")
    return code, " ".join(out.split())


def test_second_terminals_stand_where_one_is_too_few_and_the_budget_pays_for_all(with_second):
    hubs = hubs_of(with_second)
    two = hubs["terminals"] == 2
    assert two.any()
    assert not two.all()
    assert (hubs["assigned_people"][two] > LIMIT).all()
    assert (hubs["assigned_people"] <= LIMIT + 4_000 * two + 0.001).all()
    cost = hubs["whole_life"] - SECOND_COST * two
    assert np.allclose(cost, cost.iloc[0])
    assert hubs["whole_life"].sum() <= 3_000_000
    run = run_of(with_second)
    told = run["plan"]["capacity"]
    assert told["second_terminals"] == two.sum()
    assert told["terminals"] == hubs["terminals"].sum()
    assert run["plan"]["worth_people"] == pytest.approx(hubs["assigned_people"].sum(), abs=0.01)


def test_more_is_served_than_without_them_for_the_same_money(with_second, tmp_path):
    study = study_of(tmp_path / "tiny", "budget = 3_000_000\npeople_per_hub = 9_500")
    alone = choose(read_study(study))[1]
    assert run_of(with_second)["plan"]["worth_people"] > alone.worth_people + 1_000


def test_the_cost_of_the_programme_counts_them(with_second):
    hubs, plan = hubs_of(with_second), run_of(with_second)["plan"]
    page = (with_second / "results" / "report.html").read_text("utf-8").replace("\u00a0", " ")
    two = int((hubs["terminals"] == 2).sum())
    assert re.search(rf"{two} hubs? (have|has) a second terminal", page)
    account = json.dumps(run_of(with_second))
    assert plan["capacity"]["second_terminals"] == two
    capital = hubs["capital_usd"].sum()
    assert capital == pytest.approx(len(hubs) * hubs["capital_usd"].min() + two * 20_000 / 129)
    assert re.search(rf'"capital_usd": {capital:.3f}'[:-2], account)


def test_a_hub_with_two_serves_more_well_than_with_one(with_second):
    hubs = hubs_of(with_second)
    busy = hubs["sharing_people"] > 8_000
    two = busy & (hubs["terminals"] == 2)
    one = busy & (hubs["terminals"] == 1)
    assert two.any()
    assert one.any()
    assert hubs["served_well_people"][two].min() > 1.5 * hubs["served_well_people"][one].max()
    assert (hubs["served_well_people"] <= hubs["served_by_two_people"] + 1).all()


def test_verify_counts_the_price_and_the_people_of_second_terminals(country, leohub):
    code, said = verify(country, leohub)
    assert code == 0
    assert "Everything agrees" in said
    path = country / "results" / "hubs.csv"
    table = pd.read_csv(path)
    table.assign(terminals=2).to_csv(path, index=False)
    cover_up(country, "hubs.csv")
    code, said = verify(country, leohub)
    assert code == 1
    assert "with its second terminals the plan breaks a budget" in said
    table.assign(terminals=1).to_csv(path, index=False)
    cover_up(country, "hubs.csv")
    code, said = verify(country, leohub)
    assert code == 1
    assert "more people are assigned than there are or than fit" in said


def test_with_a_number_of_hubs_their_number_is_limited(tmp_path, leohub):
    country = planned(
        tmp_path / "tiny",
        "hubs = 5\npeople_per_hub = 5_000\n"
        "[choice.second_terminal]\nonce = 1\nmonthly = 1\nmost = 2",
    )
    hubs = hubs_of(country)
    assert (hubs["terminals"] == 2).sum() == 2
    inputs = read_inputs(read_study(country / "study.toml"))
    rows = inputs.sites.index.get_indexer(hubs.index)
    best = max(
        most_served(inputs, rows, 5_000 * (1 + np.isin(np.arange(5), pair)))
        for pair in combinations(range(5), 2)
    )
    assert hubs["assigned_people"].sum() == pytest.approx(best, abs=0.01)
    assert run_of(country)["plan"]["bound_people"] >= best - 0.01
    code, said = verify(country, leohub)
    assert code == 0
    assert "no plan that keeps to the rules can serve more" in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("hubs = 4\n[choice.second_terminal]\nmost = 1", "needs people_per_hub"),
        (
            "hubs = 4\npeople_per_hub = 9_500\n[choice.second_terminal]\nonce = 1\nmonthly = 1",
            "second_terminal.most is missing",
        ),
        (
            "hubs = 4\npeople_per_hub = 9_500\n[choice.second_terminal]\nonce = 1\nmost = 1",
            "once and monthly together",
        ),
        (
            'hubs = 4\npeople_per_hub = "modelled"\n[choice.second_terminal]\npeople = 3\nmost = 1',
            "does not go with people_per_hub",
        ),
        (
            "hubs = 4\npeople_per_hub = 9_500\n[choice.second_terminal]\nmost = 1",
            "no price line says whose terminal",
        ),
    ],
)
def test_half_a_second_terminal_is_refused(tmp_path, leohub, settings, words):
    code, _, err = leohub("check", study_of(tmp_path / "tiny", settings))
    assert code == 2
    assert words in " ".join(err.split())


def test_its_price_is_that_of_the_lines_that_name_the_operator(tmp_path):
    study = study_of(
        tmp_path / "tiny",
        "hubs = 4\npeople_per_hub = 9_500\n[choice.second_terminal]\nmost = 1",
    )
    change(study, 'item = "plan"\n', 'item = "plan"\noperator = "starlink"\n')
    second = read_inputs(read_study(study)).demands.second
    assert second is not None
    assert second.whole_life == pytest.approx(60 * 6_500)
    assert second.capital == 0


# --- The room of a service cell -------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 5_000), min_size=1, max_size=30),
    st.one_of(st.none(), st.floats(1, 4_000)),
)
def test_the_room_of_a_cell_is_that_of_trying_every_number(falling, people):
    each = np.sort(falling)[::-1]
    (room,) = room_of_cells(
        lambda together, terminals: each[np.asarray(together) - 1][None], 1, len(each), people
    )
    if people is not None:
        assert room == sum(1 for number in each if number >= people)
        return
    together = [float(round_people(np.array([(n + 1) * p]))[0]) for n, p in enumerate(each)]
    best = max(together)
    assert room == (together.index(best) + 1 if best > 0 else 0)


BUSY = '\n[load]\ngrowth = 2\n[assumptions]\n"use.threshold_mbps" = 10\n'


@pytest.fixture(scope="module")
def crowded(tmp_path_factory) -> Path:
    """Cells that others keep busy, so that each has room for few hubs that serve 800 people."""
    study = study_of(
        tmp_path_factory.mktemp("crowded") / "tiny",
        'hubs = 25\npeople_per_hub = 800\nmost_hubs_per_service_cell = "modelled"\n'
        "[choice.second_terminal]\nonce = 1\nmonthly = 1\nmost = 25",
    )
    study.write_text(study.read_text("utf-8") + BUSY, "utf-8")
    write_results(plan_study(read_study(study)), study.parent / "results")
    return study.parent


def test_the_room_is_the_largest_number_that_leaves_each_hub_enough(crowded):
    """Against the whole chain, followed for hubs of so many neighbours."""
    file = read_study(crowded / "study.toml")
    inputs = read_inputs(file)
    rooms = model_rooms(inputs, lambda stage, share: None)
    site = inputs.sites.iloc[[0]]
    situation = find_study_situation(
        file.study,
        inputs,
        places_at(site["lat_deg"], site["lon_deg"], site["height_m"] / 1000),
        np.full(1, 1e9),
        np.ones(1, dtype=np.intp),
        lambda share: None,
    )
    quantities = hub_quantities(file.study, inputs)
    values = {name: np.full((1, 1), value) for name, value in nominal(quantities).items()}

    def served(terminals_in_cell: int, terminals: int = 1) -> float:
        among = replace(
            situation,
            terminals=np.array([terminals]),
            terminals_in_cell=np.array([terminals_in_cell]),
        )
        return float(serve(values, among).crowd.served_well_people[0, 0])

    room = int(rooms.service_cell_hubs[0])
    assert room >= 1
    assert served(room) >= 800 > served(room + 1)
    both, one = served(max(room, 2), 2), served(room)
    assert rooms.first_people[0] == pytest.approx(one, rel=0.06)
    assert rooms.second_people[0] == pytest.approx(both - one, rel=0.15)


def test_no_service_cell_has_more_than_its_room(crowded):
    room = pd.read_csv(crowded / "results" / "service_cells.csv").set_index("site_id")
    hubs = hubs_of(crowded)
    cells = service_cells(hubs["lat_deg"], hubs["lon_deg"], CELL)
    used = hubs["terminals"].groupby(cells).sum()
    most = room["hubs_per_service_cell"][hubs.index].groupby(cells).min()
    assert (used <= most).all()
    assert (used == most).any(), "the rule holds hubs back"
    rents = pd.read_csv(crowded / "results" / "proof_capacity_rules.csv")
    assert rents["rule"].str.contains("as it has room for, as modelled: 5").any()
    assert not (crowded / "results" / "capacity.csv").exists(), "people_per_hub is given"


def test_verify_takes_the_room_from_the_run_and_says_so(crowded, tmp_path, leohub):
    country = Path(shutil.copytree(crowded, tmp_path / "copy", ignore=lambda *_: ["figures"]))
    code, said = verify(country, leohub)
    assert code == 0
    assert "has room for is taken from service_cells.csv, as the run modelled it" in said
    path = country / "results" / "service_cells.csv"
    table = pd.read_csv(path)
    table.assign(hubs_per_service_cell=0).to_csv(path, index=False)
    cover_up(country, "service_cells.csv")
    code, said = verify(country, leohub)
    assert code == 1
    assert "its rows are not those of the study's rules" in said
    table.iloc[1:].to_csv(path, index=False)
    cover_up(country, "service_cells.csv")
    assert "not the candidate places" in verify(country, leohub)[1]


def test_the_busier_the_others_the_less_room(crowded, tmp_path):
    study = tmp_path / "tiny" / "study.toml"
    shutil.copytree(crowded, study.parent, ignore=lambda *_: ["results"])

    def least(growth: float) -> float:
        text = (crowded / "study.toml").read_text("utf-8")
        study.write_text(text.replace("growth = 2", f"growth = {growth}"), "utf-8")
        file = read_study(study)
        rooms = model_rooms(read_inputs(file), lambda stage, share: None)
        return float(rooms.service_cell_hubs.min())

    rooms = [least(growth) for growth in (1, 2, 4)]
    assert rooms == sorted(rooms, reverse=True)
    assert rooms[0] > rooms[-1]


def test_a_goal_keeps_to_the_modelled_room_and_is_verified(tmp_path, leohub):
    study = study_of(
        tmp_path / "tiny",
        'hubs = 8\nmost_hubs_per_service_cell = "modelled"\nobjective = "largest-floor"\n'
        "time_limit_s = 2\n[fairness]\nrounds = 2\nsteps = 1",
    )
    study.write_text(study.read_text("utf-8") + BUSY.replace("2", "4"), "utf-8")
    write_results(plan_study(read_study(study)), study.parent / "results")
    room = pd.read_csv(study.parent / "results" / "service_cells.csv").set_index("site_id")
    hubs = hubs_of(study.parent)
    cells = service_cells(hubs["lat_deg"], hubs["lon_deg"], CELL)
    most = room["hubs_per_service_cell"][hubs.index].groupby(cells).min()
    assert (pd.Series(1, index=hubs.index).groupby(cells).sum() <= most).all()
    assert verify(study.parent, leohub)[0] == 0


def test_hubs_that_stand_take_their_part_of_the_room(tmp_path):
    study = study_of(tmp_path / "tiny", 'hubs = 4\nmost_hubs_per_service_cell = "modelled"')
    ids = [f"school:{number}" for number in range(100, 140, 3)]
    (study.parent / "standing.csv").write_text("site_id\n" + "\n".join(ids) + "\n", "utf-8")
    change(study, "[sky]", '[choice.existing]\nfile = "standing.csv"\n[sky]')
    posed = read_posed(read_study(study))
    sites = posed.sites
    none = np.zeros(len(sites))
    rules = with_rooms(posed, Rooms(none, none, np.full(len(sites), 3.0))).demands.rules
    cells = service_cells(sites["lat_deg"], sites["lon_deg"], CELL)
    rows = np.flatnonzero(rules.rule == len(rules.names) - 1)
    assert len(rows) > 3
    for row in rows.tolist():
        inside = rules.rows[[row]].toarray().ravel() > 0
        assert len(np.unique(cells[inside])) == 1
        assert rules.limits[row] == max(0, 3 - posed.standing[inside].sum())
    assert posed.standing.sum() == len(ids)


def test_a_cell_without_room_for_any_hub_is_refused(tmp_path, leohub):
    study = study_of(
        tmp_path / "tiny",
        'hubs = 8\nmost_hubs_per_service_cell = "modelled"\npeople_per_hub = 1_000_000',
    )
    code, _, err = leohub("plan", study)
    assert code != 0
    assert "no service cell has room" in " ".join(err.split())


def test_questions_without_a_sky_ask_for_a_number(tmp_path, leohub):
    study = study_of(tmp_path / "tiny", 'hubs = 8\nmost_hubs_per_service_cell = "modelled"')
    code, _, err = leohub("frontier", study)
    assert code == 2
    assert "Give a number for it" in " ".join(err.split())
