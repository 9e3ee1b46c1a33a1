"""The plan in words, the account of people, and the packing of the map."""

import json
from dataclasses import replace
from itertools import pairwise

import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.plan.rules.numbers import at_least, at_most
from leohub.plan.rules.rules import Rules
from leohub.report.account import account
from leohub.report.curve import curve
from leohub.report.digest import digest
from leohub.report.hexagons import map_resolution
from leohub.report.html import html
from leohub.report.limits import assumptions
from leohub.report.mapdata import map_data, to_script
from leohub.report.numerals import duration, mark, percent, percent_at_most, short, usd
from leohub.report.palette import PEOPLE, PEOPLE_DARK, class_breaks
from leohub.report.summary import summary
from leohub.report.words import sentences
from tests.sample_results import sample_results, without_reach


@pytest.fixture(scope="module")
def results():
    return sample_results()


def test_every_unserved_person_is_accounted_for(results):
    figures = account(results)
    assert figures.reached_people + figures.left_out_people == pytest.approx(
        results.cells["unserved_people"].sum()
    )
    not_eligible = ~results.cells["eligible"]
    assert figures.served_area_people == pytest.approx(
        results.cells["unserved_people"][not_eligible].sum()
    )
    shares = results.coverage.shares
    never = np.asarray(shares.sum(axis=0)).ravel() == 0
    assert figures.beyond_candidates_people == pytest.approx(
        results.coverage.need_people[never].sum()
    )


def test_sentences_say_what_the_figures_say(results):
    figures, said = account(results), " ".join(sentences(results))
    for number in (figures.reached_people, figures.bound_people, figures.left_out_people):
        assert f"{number:,.0f}" in said
    assert "within 8 km" in said
    assert "Modelled, not measured, in this plan: sites." in said
    assert results.warnings[0] in said
    assert "potential reach, not use" in said


def test_a_proven_best_is_called_so(results):
    best = replace(results, plan=replace(results.plan, optimal=True))
    assert "no other choice" in " ".join(sentences(best))


def test_a_search_cut_short_is_told(results):
    cut = replace(results, plan=replace(results.plan, stopped_early=True))
    assert "cut short" in " ".join(sentences(cut))
    assert "cut short" not in " ".join(sentences(results))


def test_the_hours_computed_are_told(results):
    service = results.service.copy()
    service.attrs["hours"] = 6.0
    said = " ".join(sentences(replace(results, service=service)))
    assert "Over the 6 hours that were computed" in said
    assert "Over the 24 hours that were computed" in " ".join(sentences(results))
    (orbits,) = (
        item for item in assumptions(replace(results, service=service)) if item.what == "Satellites"
    )
    assert "for 6 hours" in orbits.words


def test_satellites_that_could_not_be_propagated_are_told(results):
    service = results.service.copy()
    service.attrs["satellites_not_propagated"] = 3
    lossy = replace(results, service=service)
    assert "Where 3 of the 40 are is not known" in " ".join(sentences(lossy))
    assert summary(lossy)["satellites_not_propagated"] == 3
    assert "not propagated by SGP4</th><td>3</td>" in html(digest(lossy))
    assert "not propagated" not in html(digest(results))
    assert "propagate" not in " ".join(sentences(results))


def test_radii_that_differ_among_the_hubs_are_not_given_as_one(results):
    wider = results.hubs["radius_km"].where(results.hubs["rank"] > 1, 12.0)
    said = sentences(replace(results, hubs=results.hubs.assign(radius_km=wider)))[0]
    assert "live within the service radius of a hub" in said
    sites = results.sites.assign(radius_km=np.linspace(1, 2, len(results.sites)))
    assert "within 8 km of a hub" in sentences(replace(results, sites=sites))[0]


def test_a_promise_exceeded_is_called_so(results):
    programme = results.study.programme.model_copy(update={"promise_people": 1000})
    study = results.study.model_copy(update={"programme": programme})
    assert "more than that" in " ".join(sentences(replace(results, study=study)))
    assert "more than that" not in " ".join(sentences(results))


def test_nobody_reached_is_said_without_a_price():
    nobody = without_reach(sample_results())
    assert "not defined" in " ".join(sentences(nobody))
    assert summary(nobody)["cost_per_person_month_usd"] is None


def test_summary_is_json_and_agrees_with_the_plan(results):
    figures = json.loads(json.dumps(summary(results), allow_nan=False))
    assert figures["reached_people"] == results.plan.reached_people
    assert figures["gap_pct"] == pytest.approx(100 * results.plan.gap)
    assert sum(region["hubs"] for region in figures["regions"].values()) == figures["hubs"]


def test_every_assumption_says_how_sure_it_is(results):
    found = assumptions(results)
    assert {item.basis for item in found} <= {
        "measured",
        "modelled",
        "fitted",
        "assumed",
        "proven",
        "published",
    }
    assert {"Reached", "Capacity", "Unserved people", "Prices"} <= {item.what for item in found}
    assert "Solar power" in next(item.words for item in found if item.what == "Prices")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (short(5_432_100), "5.43 million"),
        (short(11_696_412), "11.7 million"),
        (short(250e6), "250 million"),
        (short(36_900), "36,900"),
        (short(999_600), "1.00 million"),
        (mark(2_500_000), "2.5 million"),
        (mark(750_000), "750,000"),
        (percent(0.147), "14.7 %"),
        (percent(0.0004), "0.04 %"),
        (percent(0.0), "0.0 %"),
        (percent(1e-9), "less than 0.001 %"),
        (percent_at_most(1e-9), "0.001 %"),
        (percent_at_most(0.0), "0.0 %"),
        (percent_at_most(0.147), "14.7 %"),
        (usd(1e-6), "less than USD 0.001"),
        (usd(0.001), "USD 0.001"),
        (usd(0.0), "USD 0.00"),
        (usd(0.0042), "USD 0.0042"),
        (usd(0.31), "USD 0.31"),
        (usd(1250), "USD 1,250"),
        (usd(np.inf), "not defined"),
        (duration(0), "none"),
        (duration(45), "45 s"),
        (duration(210), "3.5 min"),
        (duration(9000), "2.5 h"),
        (duration(86400), "24 h"),
    ],
)
def test_figures_are_written_to_be_read(written, expected):
    assert written == expected


def test_hexagons_are_few_and_lose_nobody(results, monkeypatch):
    monkeypatch.setattr("leohub.report.hexagons.MOST_HEXAGONS", 80)
    frame = digest(results).hexagons
    assert map_resolution(results.cells.index.to_numpy(np.uint64)) == 5
    assert len(frame) <= 80
    for column in ("people", "unserved_people", "need_people"):
        assert frame[column].sum() == pytest.approx(results.cells[column].sum())
    assert frame["reached_people"].sum() == pytest.approx(results.plan.reached_people)


@given(st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=200))
def test_class_breaks_rise_and_are_not_too_many(values):
    breaks = class_breaks(values)
    assert all(low < high for low, high in pairwise(breaks))
    assert 1 <= len(breaks) < len(PEOPLE) == len(PEOPLE_DARK)


@given(st.lists(st.floats(1e-3, 1e7), min_size=1, max_size=200))
def test_class_breaks_are_neighbours_in_the_series(values):
    breaks = class_breaks(values)
    assert all(f"{limit:e}"[:8] in {"1.000000", "2.000000", "5.000000"} for limit in breaks)
    assert all(high / low < 2.6 for low, high in pairwise(breaks))


def test_class_breaks_stand_in_the_middle_of_a_wide_span():
    assert class_breaks(np.geomspace(1, 1000, 500)) == [10, 20, 50, 100, 200, 500]


def test_class_breaks_of_nothing():
    assert class_breaks([0.0, np.nan]) == [1.0]


def test_map_data_unpacks_to_the_plan(results):
    data = map_data(digest(results))
    ids = [h3.str_to_int(cell.ljust(15, "f")) for cell in data["cells"]["h3"]]
    assert ids == results.cells.index.tolist()
    lat = np.cumsum(data["sites"]["lat"]) / 1e4
    others = results.sites.drop(index=results.hubs["site_id"])
    assert np.sort(others["lat_deg"]) == pytest.approx(lat, abs=1e-4)
    assert len(data["hubs"]) == len(results.hubs)
    # What a candidate would add cannot exceed what it reaches alone.
    assert all(
        adds <= alone
        for adds, alone in zip(data["sites"]["adds"], data["sites"]["alone"], strict=True)
    )


def test_names_cannot_break_out_of_the_page(results):
    text = to_script({"name": "</script><script>alert(1)</script>\u2028"})
    assert "<" not in text
    assert json.loads(text)["name"].startswith("</script>")


def test_curve_is_thinned_but_keeps_the_plan(results):
    found = curve(results.plan)
    assert found.points[0] == (0, 0, 0)
    here = len(results.plan.hubs)
    (reached,) = [point[1] for point in found.points if point[0] == here]
    assert reached == round(results.plan.reached_people)
    long = np.column_stack([np.arange(1, 3001), np.arange(1, 3001) * 9, np.arange(1, 3001) * 10])
    assert len(curve(replace(results.plan, curve=long)).points) < 300


def test_that_no_hub_would_work_is_said_first(results):
    dark = replace(results, hubs=results.hubs.assign(usable_pct=0.0))
    assert sentences(dark)[0].startswith("None of these hubs would work")
    assert not any("would work" in sentence for sentence in sentences(results))


def test_what_the_rules_cost_is_said_the_dearest_first():
    results = sample_results()
    sites, cells = results.coverage.shares.shape
    every = np.ones(sites, dtype=bool)
    rules = Rules.of(
        [
            at_most("at most 10 hubs in all", every, 10),
            at_least("at least 2 hubs in Northwest", every, 2),
            at_least("at least 3 hubs in Southwest", every, 3),
            at_most("at most 9 hubs of Western ISP", every, 9),
        ],
        sites,
        cells,
    )
    costs = np.array([np.nan, 12.4, 4_100.0, 0.0])
    ruled = replace(
        results,
        demands=replace(results.demands, rules=rules, where=("",) * 4),
        plan=replace(results.plan, rule_costs_people=costs),
    )
    (said,) = [sentence for sentence in sentences(ruled) if "What the rules cost" in sentence]
    dear, less = said.index("Southwest” about 4,100 people"), said.index("Northwest” about 12 peop")
    assert dear < less < said.index("1 rule nothing")
    assert "modelled" in said
    assert not any("rules cost" in sentence for sentence in sentences(results))
