"""What other density limits change: within the rules, by weights, against all plans tried."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from leohub.people.unserved import mark_eligible
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.plan.questions.asking import mask_of
from leohub.plan.rules.rules import reached_by_cell
from leohub.study.densitylimits import compare_limits, rules_under
from leohub.study.file import StudyFile, read_study
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.posed import Posed, read_posed
from tests.tiny_country import make_few_places

PLACES, HUBS, OWN = 12, 3, 1000.0
RULES = """
[[sites.lists]]
kind = "bar"
file = "bars.csv"
id = "code"
name = "school"

[[choice.kinds]]
kind = "bar"
weight = 0.7

[[choice.regions]]
regions = ["East"]
least_reach_pct = 7
[[choice.regions]]
regions = ["West"]
most_hubs = 2
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A study of 3 hubs at 12 places, six of them bars, with rules about hubs and people."""
    folder = tmp_path_factory.mktemp("limits")
    study = make_few_places(folder, PLACES, HUBS, RULES)
    places = pd.read_csv(folder / "schools.csv")
    places.iloc[::2].to_csv(folder / "bars.csv", index=False)
    places.iloc[1::2].to_csv(folder / "schools.csv", index=False)
    return study


def asked(study: Path) -> tuple[StudyFile, Inputs, Plan]:
    file = read_study(study)
    inputs = read_inputs(file)
    demands = inputs.demands
    plan = choose_hubs(
        inputs.coverage,
        demands.rules,
        weight=demands.weight,
        seed=1,
        time_limit_s=20.0,
        gap=0.0,
        exact_limit_pairs=10_000,
    )
    return file, inputs, plan


def under(study: Path, limit: float) -> Posed:
    """The study itself, written for another limit."""
    other = study.with_name(f"limit{limit:g}.toml")
    text = study.read_text("utf-8")
    before = f"density_limit_per_km2 = {OWN:g}"
    assert before in text
    other.write_text(text.replace(before, f"density_limit_per_km2 = {limit:g}"), "utf-8")
    return read_posed(read_study(other))


def worth_of(posed: Posed, hubs, weight: np.ndarray) -> float:
    each = posed.coverage.shares.toarray() * weight[:, None]
    return float(each[list(hubs)].max(axis=0, initial=0.0) @ posed.coverage.need_people)


def keeps(posed: Posed, hubs) -> bool:
    chosen = mask_of(np.array(hubs, dtype=np.intp), len(posed.sites))
    return posed.demands.rules.holds(chosen, reached_by_cell(posed.coverage, chosen))


def test_hubs_for_another_limit_keep_to_its_rules_and_are_worth_no_less(made):
    file, inputs, plan = asked(made)
    table = compare_limits(file, inputs, plan)
    assert (inputs.demands.weight < 1).sum() == PLACES / 2
    ones = np.ones(PLACES)
    differ = 0
    for row in table.itertuples():
        posed = under(made, row.density_limit_per_km2)
        weight = posed.demands.weight
        assert row.eligible_people == pytest.approx(posed.coverage.need_people.sum())
        assert row.reached_people == pytest.approx(worth_of(posed, plan.hubs, ones))
        assert row.reached_worth_people == pytest.approx(worth_of(posed, plan.hubs, weight))
        plans = [
            one
            for size in range(HUBS + 1)
            for one in combinations(range(PLACES), size)
            if keeps(posed, one)
        ]
        assert row.without == ""
        told = [
            one
            for one in plans
            if worth_of(posed, one, weight) == pytest.approx(row.replanned_worth_people)
            and worth_of(posed, one, ones) == pytest.approx(row.replanned_people)
            and len(set(one) & set(plan.hubs.tolist())) == row.hubs_kept
        ]
        assert told, "no plan within the rules of this limit comes to what is told"
        best = max(worth_of(posed, one, weight) for one in plans)
        assert row.replanned_worth_people >= 0.8 * best
        if keeps(posed, plan.hubs):
            assert row.replanned_worth_people >= row.reached_worth_people - 1e-6
        differ += row.replanned_people != pytest.approx(row.replanned_worth_people)
    assert differ, "weights must matter somewhere"


def test_a_limit_that_makes_rules_impossible_says_so_in_its_row(made, tmp_path):
    study = made.with_name("east.toml")
    text = made.read_text("utf-8").replace("least_reach_pct = 7", "least_reach_pct = 12")
    own, high = f"density_limit_per_km2 = {OWN:g}", "density_limit_per_km2 = 2000"
    study.write_text(text.replace(own, high), "utf-8")
    file, inputs, plan = asked(study)
    table = compare_limits(file, inputs, plan).set_index("density_limit_per_km2")
    refused = table[table["without"] != ""]
    assert refused.index.tolist() == [250, 500, 1000]
    east = "at least 12 % of the unserved people of East reached"
    assert refused["without"].str.startswith(f"no plan can keep to this: {east}").sum() == 1
    assert refused["without"].str.contains("at most 3 hubs in all").sum() == 2
    assert refused["without"].str.contains(east).all()
    assert refused["replanned_people"].isna().all()
    assert (refused["hubs_kept"] == 0).all()
    told = table[table["without"] == ""]
    assert (told["replanned_people"] > 0).all()


def test_rules_about_people_are_written_anew_beyond_hubs_that_stand(made):
    study = made.with_name("standing.toml")
    first = read_posed(read_study(made)).sites.index[0]
    (made.parent / "built.csv").write_text(f"site_id\n{first}\n", "utf-8")
    text = made.read_text("utf-8")
    study.write_text(text + '[choice.existing]\nfile = "built.csv"\n', "utf-8")
    file = read_study(study)
    inputs = read_inputs(file)
    for limit in (250.0, 2000.0):
        cells = mark_eligible(inputs.cells, density_limit_per_km2=limit, served=inputs.served)
        found, expected = rules_under(file, inputs, cells), under(study, limit).demands.rules
        assert sorted(found.names) == sorted(expected.names)
        for number, name in enumerate(found.names):
            one, other = found.only([number]), expected.only([expected.names.index(name)])
            np.testing.assert_allclose(one.rows.toarray(), other.rows.toarray())
            np.testing.assert_allclose(one.reach_rows.toarray(), other.reach_rows.toarray())
            np.testing.assert_allclose(one.limits, other.limits)
    assert inputs.reached_already.any()
