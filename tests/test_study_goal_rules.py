"""A plan for the worlds of `[doubt]` keeps rules for the study's own people: all plans tried."""

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
from leohub.plan.questions.draws import mean_world
from leohub.plan.rules.rules import reached_by_cell
from leohub.study.file import read_study
from leohub.study.posed import Posed, pose
from leohub.study.questions.worlds import draw_worlds
from tests.tiny_country import change, make_few_places

PLACES, HUBS = 12, 3
SETTINGS = """
[[choice.regions]]
regions = ["East"]
least_reach_pct = 10.5

[fairness]
rounds = 3
steps = 2

[doubt]
draws = 8
[doubt.people]
low = 0.3
high = 1.0
in_region = 0.7
"""
SHARES = {"average": 1.0, "bad-part": 0.1}


@pytest.fixture(scope="module", params=sorted(SHARES))
def planned(request, tmp_path_factory) -> tuple[str, Path]:
    """A study of 3 hubs at 12 places, where there are fewer people in every world than it says."""
    study = make_few_places(tmp_path_factory.mktemp("goal"), PLACES, HUBS, SETTINGS)
    change(study, f"hubs = {HUBS}\n", f'hubs = {HUBS}\nobjective = "{request.param}"\n')
    run = CliRunner().invoke(cli, ["plan", str(study)])
    assert run.exit_code == 0, run.output
    return request.param, study


def keeping(posed: Posed, coverage) -> list[np.ndarray]:
    """All plans that keep to the rules for the people of a coverage."""
    plans = [np.array(one) for k in range(1, HUBS + 1) for one in combinations(range(PLACES), k)]
    masks = [mask_of(plan, PLACES) for plan in plans]
    rules = posed.demands.rules
    return [
        plan
        for plan, mask in zip(plans, masks, strict=True)
        if rules.holds(mask, reached_by_cell(coverage, mask))
    ]


def test_the_ceiling_holds_for_every_plan_within_the_rules_of_the_study(planned, leohub):
    objective, study = planned
    posed = pose(read_study(study))
    draws = draw_worlds(posed)
    kept = keeping(posed, posed.coverage)
    best = bad_mean(values_across(draws, kept), SHARES[objective]).max()
    in_mean = keeping(posed, mean_world(draws))
    assert not in_mean, "in worlds of fewer people the rule could not be kept"
    goal = json.loads((study.parent / "results" / "run.json").read_text("utf-8"))["plan"]["goal"]
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")["site_id"]
    plan = np.sort(posed.sites.index.get_indexer(pd.Index(hubs)))
    assert any(np.array_equal(plan, one) for one in kept)
    own = bad_mean(values_across(draws, [plan]), SHARES[objective])[0]
    assert goal["value"] == pytest.approx(own)
    assert goal["value"] == pytest.approx(best, rel=1e-3)
    assert best <= goal["ceiling"] * (1 + 1e-9)
    assert best <= goal["certified_ceiling"] * (1 + 1e-9)
    code, out, err = leohub("verify", study.parent / "results", "--study", study)
    assert code == 0, err + out
