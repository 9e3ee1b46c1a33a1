"""Weights of kinds in the questions of a study: each of them takes a bar for less than a school."""

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from leohub.app.cli.main import cli
from leohub.plan.questions.asking import mask_of
from leohub.plan.questions.doubt import bad_mean, values_across
from leohub.study.file import read_study
from leohub.study.posed import Posed, pose
from leohub.study.questions.regions import find_region_shares
from leohub.study.questions.worlds import draw_worlds
from tests.tiny_country import make_few_places

pytestmark = pytest.mark.usefixtures("sketched")

FEW, HUBS = 12, 3
SETTINGS = """
[[sites.lists]]
kind = "bar"
file = "bars.csv"
id = "code"
name = "school"

[[choice.kinds]]
kind = "bar"
weight = 0.9

[fairness]
rounds = 3
steps = 2
frontier_steps = 2

[[phases]]
name = "2027"
waves = 2
budget = 250_000

[continuing]
within_pct = 0.0
changes = [0, 1]

[doubt]
draws = 6
[doubt.people]
low = 0.3
high = 3.0
in_region = 0.7
"""
BY_WEIGHTS = "by the weights of kinds"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A study of 3 hubs at 12 places, six of them bars, and a plan of 3 of them."""
    folder = tmp_path_factory.mktemp("weighed")
    study = make_few_places(folder, FEW, HUBS, SETTINGS)
    places = pd.read_csv(folder / "schools.csv")
    places.iloc[:6].to_csv(folder / "bars.csv", index=False)
    places.iloc[6:].to_csv(folder / "schools.csv", index=False)
    run = CliRunner().invoke(cli, ["plan", str(study)])
    assert run.exit_code == 0, run.output
    return study


@pytest.fixture(scope="module")
def posed(made) -> Posed:
    found = pose(read_study(made))
    assert sorted(found.weight) == [0.9] * 6 + [1.0] * 6
    return found


@pytest.fixture(scope="module")
def worth(posed) -> pd.Series:
    """What each plan of 3 hubs is worth, by the definition alone."""
    plans = list(combinations(range(FEW), HUBS))
    return pd.Series(
        [worth_of(posed, plan) for plan in plans], index=pd.MultiIndex.from_tuples(plans)
    )


def worth_of(posed: Posed, hubs, weight: np.ndarray | None = None) -> float:
    each = posed.coverage.shares.toarray() * (posed.weight if weight is None else weight)[:, None]
    return float(each[list(hubs)].max(axis=0, initial=0.0) @ posed.coverage.need_people)


def rows(posed: Posed, hubs: pd.DataFrame) -> list[int]:
    return sorted(posed.sites.index.get_indexer(pd.Index(hubs["site_id"])).tolist())


def ask(question: str, study: Path, out: Path, *more: object) -> tuple[dict, str]:
    arguments = [question, study, *more, "--out", out, "--json"]
    run = CliRunner().invoke(cli, [str(word) for word in arguments])
    assert run.exit_code == 0, run.output
    said = json.loads(run.stdout[run.stdout.index("{") :])
    words = " ".join(said["in_words"])
    assert "Kinds of places have weights" in words
    assert BY_WEIGHTS in words
    assert BY_WEIGHTS in (out / f"{question}.html").read_text("utf-8")
    return said, words


def test_weights_change_the_plan(posed, worth):
    people = worth.copy()
    people[:] = [worth_of(posed, plan, np.ones(FEW)) for plan in worth.index]
    assert worth.idxmax() != people.idxmax()


def test_what_is_proven_of_a_plan_is_proven_by_weights(made, worth, tmp_path, leohub):
    code, out, err = leohub("plan", made, "--results", tmp_path / "again")
    assert code == 0, err
    said = " ".join(out.split())
    assert f"Proven: {BY_WEIGHTS} these hubs come to {worth.max():,.0f} people" in said
    assert f"Count people count {BY_WEIGHTS} of places" in said
    assert "places reaches more" not in said
    page = (tmp_path / "again" / "report.html").read_text("utf-8")
    assert f"no other choice of places reaches more {BY_WEIGHTS}" in page


def test_what_a_plan_could_reach_without_weights_is_not_denied(made, posed, worth):
    run = json.loads((made.parent / "results" / "run.json").read_text("utf-8"))
    most = max(worth_of(posed, plan, np.ones(FEW)) for plan in worth.index)
    assert most <= run["summary"]["bound_people"] * (1 + 1e-9)


def test_why_a_place_is_in_or_out_is_told_by_weights(made, posed, worth, leohub):
    best = set(worth.idxmax())
    people = worth.copy()
    people[:] = [worth_of(posed, plan, np.ones(FEW)) for plan in worth.index]
    for site, name in enumerate(posed.sites.index):
        code, out, err = leohub(
            "explain", made, name, "--results", made.parent / "results", "--json"
        )
        assert code == 0, err
        told = json.loads(out)
        other = max(value for plan, value in worth.items() if (site in plan) != (site in best))
        assert told["hub"] == (site in best)
        assert told["plan_worth_people"] == pytest.approx(worth.max())
        assert told["plan_reached_people"] == pytest.approx(people[worth.idxmax()])
        assert told["otherwise_at_most_worth_people"] >= other - 1e-6
        assert not told["proven"] or other < worth.max()
        exchanges = {
            plan: value
            for plan, value in worth.items()
            if len(best & set(plan)) == 2 and (site in plan) != (site in best)
        }
        swapped = max(exchanges, key=exchanges.get)
        loses = told["exchange_loses_worth_people"]
        assert worth.max() - loses == pytest.approx(exchanges[swapped])
        fewer = people[worth.idxmax()] - told["exchange_loses_people"]
        assert fewer == pytest.approx(people[swapped])
        words = " ".join(told["in_words"])
        assert "people counted by the weights of kinds of places" in words
        assert f"and be worth {loses:,.0f} less" in words


def test_people_that_would_bring_a_place_in_count_by_its_weight(made, posed, worth, leohub):
    best = set(worth.idxmax())
    bars = np.flatnonzero(posed.weight < 1)
    bar = next(site for site in bars.tolist() if site not in best)
    results = made.parent / "results"
    code, out, err = leohub("explain", made, posed.sites.index[bar], "--results", results, "--json")
    assert code == 0, err
    told = json.loads(out)
    missing = told["exchange_loses_worth_people"] / 0.9
    assert f"more than {missing:,.0f} further unserved people" in " ".join(told["in_words"])


def test_the_table_of_hubs_tells_people_and_worth_of_the_runner_up(made, posed, worth):
    hubs = pd.read_csv(made.parent / "results" / "hubs.csv")
    plan = rows(posed, hubs)
    for hub in hubs.itertuples():
        left = [site for site in plan if posed.sites.index[site] != hub.site_id]
        instead = {s: worth_of(posed, [*left, s]) for s in set(range(FEW)) - set(plan)}
        runner_up = posed.sites.index.get_loc(hub.runner_up)
        assert instead[runner_up] == pytest.approx(max(instead.values()))
        less = worth.max() - instead[runner_up]
        assert hub.beats_by_worth_people == pytest.approx(less, abs=0.01)
        before, after = (worth_of(posed, p, np.ones(FEW)) for p in (plan, [*left, runner_up]))
        assert hub.beats_by_people == pytest.approx(before - after, abs=0.01)
    assert not np.allclose(hubs["beats_by_people"], hubs["beats_by_worth_people"])


def test_the_frontier_follows_weights(made, posed, worth, tmp_path):
    said, _ = ask("frontier", made, tmp_path / "out")
    first = said["frontier"][0]
    table = pd.read_csv(tmp_path / "out" / "frontier_hubs.csv")
    hubs = rows(posed, table[table["floor_pct"] == 0])
    assert first["worth_people"] == pytest.approx(worth.max())
    assert first["bound_people"] == pytest.approx(worth.max())
    assert worth_of(posed, hubs) == pytest.approx(worth.max())
    assert first["reached_people"] == pytest.approx(worth_of(posed, hubs, np.ones(FEW)))
    assert first["reached_people"] > first["worth_people"]


def test_waves_follow_weights(made, posed, worth, tmp_path):
    ask("phases", made, tmp_path / "out")
    hubs = pd.read_csv(tmp_path / "out" / "phases.csv")
    waves = pd.read_csv(tmp_path / "out" / "waves.csv")
    assert worth_of(posed, rows(posed, hubs)) == pytest.approx(worth.max())
    for _, wave in waves.iterrows():
        is_open = rows(posed, hubs[hubs["opens_months"] <= wave["begins_months"]])
        assert wave["worth_people"] == pytest.approx(worth_of(posed, is_open))
        assert wave["reached_people"] == pytest.approx(worth_of(posed, is_open, np.ones(FEW)))
    alone = [worth_of(posed, [site]) for site in range(FEW)]
    assert waves["new_hubs"].iloc[0] == 1
    assert waves["bound_alone_people"].iloc[0] == pytest.approx(max(alone))


def test_changes_follow_weights(made, posed, worth, tmp_path):
    old = rows(posed, pd.read_csv(made.parent / "results" / "hubs.csv"))
    assert worth_of(posed, old) == pytest.approx(worth.max())
    refused = posed.sites.index[old[0]]
    later = made.with_name("later.toml")
    (made.parent / "refused.csv").write_text(f"site_id\n{refused}\n", "utf-8")
    later.write_text(
        made.read_text("utf-8") + '[choice.forbidden]\nfile = "refused.csv"\n', "utf-8"
    )
    said, _ = ask("continue", later, tmp_path / "out", made.parent / "results")
    left = worth[[old[0] not in plan for plan in worth.index]]
    kept = left[[set(old[1:]) <= set(plan) for plan in left.index]]
    assert said["curve"][0]["worth_people"] == pytest.approx(kept.max())
    assert said["curve"][-1]["worth_people"] == pytest.approx(left.max())
    assert said["made_anew_people"] == pytest.approx(left.max())


def test_doubt_follows_weights(made, posed, worth, tmp_path):
    said, _ = ask("doubt", made, tmp_path / "out")
    plans = [np.array(plan) for plan in worth.index]
    values = values_across(draw_worlds(posed), plans, posed.weight)
    worlds = pd.read_csv(tmp_path / "out" / "doubt_worlds.csv")
    np.testing.assert_allclose(worlds["bound_people"], values.max(axis=0), rtol=1e-6)
    told = {plan["plan"]: plan for plan in said["plans"]}
    assert told["average"]["mean_people"] == pytest.approx(values.mean(axis=1).max(), rel=1e-6)
    assert bad_mean(values).max() <= told["plan"]["bad_bound_people"] * (1 + 1e-9)
    assert told["bad-part"]["bad_people"] >= told["average"]["bad_people"] - 1e-6


def test_plans_across_worlds_keep_rules_about_people_while_weights_count(made, posed, tmp_path):
    study = made.with_name("both.toml")
    west = find_region_shares(posed)
    shares = {
        plan: west.shares(posed.coverage, mask_of(np.array(plan), FEW))[west.names.index("West")]
        for plan in combinations(range(FEW), HUBS)
    }
    least_pct = round(100 * sorted(shares.values())[-6], 3) - 0.001
    rule = f'[[choice.regions]]\nregions = ["West"]\nleast_reach_pct = {least_pct}\n'
    study.write_text(made.read_text("utf-8") + rule, "utf-8")
    said, words = ask("doubt", study, tmp_path / "out")
    assert "There is no plan" not in words
    kept = [np.array(plan) for plan, share in shares.items() if share >= least_pct / 100]
    values = values_across(draw_worlds(posed), kept, posed.weight)
    told = {plan["plan"]: plan for plan in said["plans"]}
    assert sorted(told) == ["average", "bad-part", "plan"]
    assert told["average"]["mean_people"] == pytest.approx(values.mean(axis=1).max(), rel=1e-5)
    assert bad_mean(values).max() <= told["plan"]["bad_bound_people"] * (1 + 1e-9)
    assert told["bad-part"]["bad_people"] <= bad_mean(values).max() * (1 + 1e-9)
    assert told["bad-part"]["bad_people"] >= told["average"]["bad_people"] - 1e-6


def test_among_plans_as_fair_weights_decide(made, posed, worth, tmp_path, leohub):
    study = made.with_name("fair.toml")
    text = made.read_text("utf-8")
    study.write_text(text.replace("hubs = 3\n", 'hubs = 3\nobjective = "largest-floor"\n'), "utf-8")
    code, out, err = leohub("plan", study, "--results", tmp_path / "fair")
    assert code == 0, err
    assert "it is the best found by people times weight" in " ".join(out.split())
    hubs = tuple(rows(posed, pd.read_csv(tmp_path / "fair" / "hubs.csv")))
    regions = find_region_shares(posed)
    floor = {
        plan: regions.shares(posed.coverage, mask_of(np.array(plan), FEW)).min()
        for plan in worth.index
    }
    assert floor[hubs] == pytest.approx(max(floor.values()), rel=1e-6)
    as_fair = [plan for plan in worth.index if floor[plan] >= floor[hubs] * (1 - 1e-9)]
    assert worth[hubs] == pytest.approx(worth[as_fair].max())
    code, out, err = leohub("verify", tmp_path / "fair")
    assert code == 0, err + out
