"""`leohub phases`: hubs in waves, every budget kept, as a planner sees it."""

import json
import os
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from leohub.app.cli.main import cli
from leohub.app.cli.quiet import solvers_silent
from leohub.study.file import read_study
from leohub.study.posed import pose
from leohub.study.questions.phases import periods_of, split_costs
from tests.tiny_country import change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

BUDGET = 250_000
PHASES = f"""
[[phases]]
name = "2027"
waves = 2
budget = {BUDGET}
[[phases]]
name = "2028"
months = 6
waves = 1
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A study with two phases; the first one's budget pays for two hubs at most."""
    study = make_tiny_country(tmp_path_factory.mktemp("phased") / "tiny")
    study.write_text(study.read_text("utf-8") + PHASES, "utf-8")
    return study


@pytest.fixture(scope="module")
def asked(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("answer") / "phases"
    run = CliRunner().invoke(cli, ["phases", str(made), "--out", str(out), "--json"])
    assert run.exit_code == 0, run.output
    return out, json.loads(run.stdout[run.stdout.index("{") :])


def test_every_budget_is_kept_and_no_order_is_better(asked, made):
    folder, said = asked
    posed = pose(read_study(made))
    hubs = pd.read_csv(folder / "phases.csv", dtype={"phase": str})
    rows = posed.sites.index.get_indexer(pd.Index(hubs["site_id"]))
    opening, running = split_costs(posed, rows)
    np.testing.assert_allclose(hubs["opening_cost"], opening, rtol=1e-6)
    begins, months = np.array([0.0, 6.0, 12.0]), np.array([6.0, 6.0, 6.0])
    shares, need = posed.coverage.shares.toarray()[rows], posed.coverage.need_people

    def worth(opens: tuple[int, ...]) -> float:
        """Person-years of an order; 3 is never. Below 0 where a budget is exceeded."""
        spent = total = 0.0
        for period in range(3):
            is_open = np.array(opens) <= period
            spent += opening[np.array(opens) == period].sum() * (period < 2)
            spent += running[is_open].sum() * months[period] / 12 * (period < 2)
            total += need @ (shares * is_open[:, None]).max(axis=0) * months[period] / 12
        return total if spent <= BUDGET * (1 + 1e-9) else -1.0

    own = tuple(np.searchsorted(begins, hubs["opens_months"].fillna(18.0)).tolist())
    best = max(worth(opens) for opens in product(range(4), repeat=len(rows)))
    assert worth(own) == pytest.approx(best)
    assert said["person_years"] == pytest.approx(best)
    assert said["bound_person_years"] == pytest.approx(best)
    assert 0 < (hubs["opens_months"] < 12).sum() < len(hubs)


def test_waves_add_up(asked, made):
    folder, said = asked
    waves = pd.read_csv(folder / "waves.csv")
    hubs = pd.read_csv(folder / "phases.csv")
    assert waves["phase"].tolist() == [2027, 2027, 2028]
    assert waves["begins_months"].tolist() == [0, 6, 12]
    assert waves["new_hubs"].sum() == len(hubs) == said["hubs_opened"]
    assert waves["open_hubs"].tolist() == waves["new_hubs"].cumsum().tolist()
    assert waves["spent"].iloc[:2].sum() <= BUDGET * (1 + 1e-9)
    assert (np.diff(waves["reached_people"]) >= 0).all()
    looked_at = waves.dropna(subset="bound_alone_people")
    assert (looked_at["bound_alone_people"] >= looked_at["best_alone_people"] - 1e-3).all()
    assert (looked_at["best_alone_people"] >= looked_at["reached_people"] - 1e-3).all()


def test_costs_are_split_as_the_prices_are(made):
    posed = pose(read_study(made))
    opening, running = split_costs(posed, np.array([0]))
    assert opening[0] == pytest.approx(posed.cost.capital)
    assert opening[0] + running[0] * posed.cost.lifetime_years == pytest.approx(
        posed.cost.whole_life
    )


def test_periods_follow_each_other(made):
    periods = periods_of(pose(read_study(made)))
    assert [(period.phase, period.wave) for period in periods] == [(0, 1), (0, 2), (1, 1)]
    assert [period.begins_months for period in periods] == [0, 6, 12]
    assert [period.months for period in periods] == [6, 6, 6]


def copied(made: Path, folder: Path) -> Path:
    return Path(shutil.copytree(made.parent, folder / "country")) / made.name


def test_the_hubs_of_a_plan_made_before_are_put_in_order(made, tmp_path, leohub, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    study = copied(made, tmp_path)
    results = study.parent / "results"
    assert leohub("plan", study)[0] == 0
    change(study, f"budget = {BUDGET}", f"budget = {2 * BUDGET}")
    code, out, err = leohub("phases", study, "--results", results, "--out", tmp_path / "out")
    assert code == 0, err
    words = " ".join(out.split())
    for part in ("open in 3 waves", "Proven: no other order", "as it was then", "2027, wave 1"):
        assert part in words, part
    planned = set(pd.read_csv(results / "hubs.csv")["site_id"])
    assert set(pd.read_csv(tmp_path / "out" / "phases.csv")["site_id"]) == planned
    assert (tmp_path / "out" / "phases.svg").is_file()
    schools = pd.read_csv(study.parent / "schools.csv")
    left = schools[~("school:" + schools["code"].astype(str)).isin(planned)]
    left.to_csv(study.parent / "schools.csv", index=False)
    code, _, err = leohub("phases", study, "--results", results, "--out", tmp_path / "out")
    assert code == 2
    assert "names 4 places that the study does not have" in " ".join(err.split())


def test_hubs_that_no_budget_pays_for_are_told(made, tmp_path, leohub):
    study = copied(made, tmp_path)
    change(
        study, "months = 6\nwaves = 1", "months = 6\nwaves = 1\nbudget = 0\nmost_hubs_per_wave = 1"
    )
    code, out, err = leohub("phases", study, "--out", tmp_path / "out")
    assert code == 0, err
    assert "never open" in " ".join(out.split())
    hubs = pd.read_csv(tmp_path / "out" / "phases.csv")
    assert hubs["phase"].isna().any()
    assert hubs["phase"].isna().is_monotonic_increasing


def test_a_study_without_phases_is_refused_at_once(tmp_path, leohub):
    study = make_tiny_country(tmp_path / "tiny")
    code, out, err = leohub("phases", study)
    assert code == 2
    assert "[[phases]]" in err
    assert "reading" not in out + err
    study.write_text(study.read_text("utf-8") + PHASES, "utf-8")
    code, _, err = leohub("phases", study, "--results", tmp_path / "nowhere")
    assert code == 2
    assert "is not there" in err
    change(study, "waves = 1", "waves = 52")
    text = study.read_text("utf-8") + '[[phases]]\nname = "2029"\nwaves = 52\n' * 2
    study.write_text(text, "utf-8")
    code, _, err = leohub("phases", study)
    assert code == 2
    assert "more than 120 waves" in err


def test_what_a_library_prints_past_python_stays_out_of_the_figures(capfd):
    with solvers_silent():
        os.write(1, b"noise of a solver")
    print("figures")
    assert capfd.readouterr().out == "figures\n"
