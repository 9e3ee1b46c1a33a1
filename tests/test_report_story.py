"""The story of the search and the worth of the last hubs, as a planner reads them."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from leohub.people.coverage import largest_shares
from leohub.plan.findings.margin import Margin, margin
from leohub.plan.story import Step
from leohub.report.digest import digest
from leohub.report.html import html
from leohub.report.marginwords import margin_sentence
from leohub.report.storywords import story_lines
from leohub.report.summary import summary
from leohub.report.words import sentences
from leohub.study.file import read_study
from leohub.study.run import plan_study
from tests.sample_results import sample_results
from tests.tiny_country import change, make_tiny_country

TITLES = ["Reduce", "Start", "Bound", "Search", "Close", "Gap"]


@pytest.fixture(scope="module")
def results():
    return sample_results()


def told(results, *story: Step, **changes) -> dict[str, str]:
    return story_lines(replace(results.plan, story=story, **changes))


def test_a_planner_reads_six_lines_at_most_each_a_line_long(results):
    lines = story_lines(results.plan)
    assert list(lines) == TITLES
    assert max(map(len, lines.values())) <= 100


def test_the_lines_say_what_the_steps_found(results):
    lines = story_lines(results.plan)
    plan, start = results.plan, results.plan.story[1]
    assert lines["Reduce"] == "300 cells to 120 that matter and differ, 60 places to 58"
    assert f"{start.reached_people:,.0f}" in lines["Start"]
    assert f"{plan.story[2].bound_people:,.0f}" in lines["Bound"]
    assert f"{plan.reached_people - start.reached_people:,.0f} more" in lines["Search"]
    assert "20 places ruled out, 3 certain, 35 too many to solve" in lines["Close"]
    assert f"{plan.bound_people - plan.reached_people:,.0f}" in lines["Gap"]


def test_the_bound_that_closing_lowers_is_told(results):
    before, after = results.plan.story[-2].bound_people, results.plan.bound_people
    assert f"bound down by {before - after:,.0f} people" in story_lines(results.plan)["Close"]


def test_what_was_solved_exactly_is_called_so(results):
    *story, close = results.plan.story
    exact = Step("exact", "HiGHS", close.reached_people, close.reached_people)
    lines = told(results, *story, close, exact, optimal=True)
    assert lines["Close"].endswith("3 certain, 35 solved exactly")
    assert lines["Gap"] == "none: no plan reaches more"
    unfinished = replace(exact, bound_people=close.reached_people + 5)
    assert "solved exactly" not in told(results, *story, close, unfinished)["Close"]


def test_what_there_was_no_need_for_is_left_out(results):
    reduce, start, bound, *_ = results.plan.story
    assert list(told(results, reduce, start, bound)) == ["Reduce", "Start", "Bound", "Gap"]
    assert list(told(results)) == ["Gap"]


def test_who_stopped_the_search_is_told(results):
    reduce, start, *_ = results.plan.story
    stop = Step("stop", "stopped", start.reached_people, start.bound_people)
    lines = told(results, reduce, start, stop, stopped_early=True)
    assert "Ctrl-C" in lines["Close"]
    assert "time was up" not in lines["Close"]


def test_nothing_ruled_out_is_not_dressed_up(results):
    *story, close = results.plan.story
    nothing = replace(close, counts={"shut": 0, "sure": 0, "open": 35})
    assert "35 places, none ruled out" in told(results, *story, nothing)["Close"]


MARGIN = Margin(450, 50, 600_000.0, 500_000.0, 50, 550_000.0, 690_000.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            "The last 50 hubs add 600,000 people (12,000 each); any choice of 400 places reaches "
            "at least 500,000 fewer. The next 50 would add 550,000 people (11,000 each); no choice "
            "of 500 places can reach more than 690,000 beyond this plan.",
        ),
        ({"last_least_people": 0.0}, "add 600,000 people (12,000 each). The next"),
        ({"last_hubs": 1, "next_hubs": 1}, "The last hub adds 600,000 people; any choice of 449"),
        ({"hubs": 1, "last_hubs": 1}, "The last hub adds 600,000 people. The next"),
        ({"next_hubs": 0, "next_people": 0.0}, "No further place would add anybody."),
        ({"next_hubs": 1}, "The next one would add 550,000 people; no choice of 451 places"),
    ],
)
def test_the_margin_in_words(changes, said):
    assert said in margin_sentence(replace(MARGIN, **changes))


def test_rules_that_the_next_hubs_may_break_are_named():
    said = margin_sentence(MARGIN, ruled=True)
    assert "would add 550,000 people (11,000 each) if no rule stood in the way; no choice" in said


def test_a_plan_without_hubs_says_nothing_of_them():
    assert margin_sentence(replace(MARGIN, hubs=0)) == ""


def test_page_and_figures_tell_story_and_margin(results):
    page, figures = html(digest(results)).replace("\N{NO-BREAK SPACE}", " "), summary(results)
    assert list(figures["story"]) == TITLES
    for title, words in figures["story"].items():
        assert f"<dt>{title}</dt><dd>{words}</dd>" in page
    for step in results.plan.story:
        assert f"<li>{step.words}</li>" in page
    (said,) = [sentence for sentence in sentences(results) if sentence.startswith("The last")]
    assert said in page
    assert f"{figures['margin']['last_people']:,.0f}" in said


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    study = make_tiny_country(tmp_path_factory.mktemp("story") / "tiny")
    change(study, "hubs = 4", "hubs = 8")
    return study


def test_plan_prints_the_story_and_says_what_the_last_hubs_are_worth(study, leohub):
    code, out, _ = leohub("plan", study)
    assert code == 0
    block = re.search(r"\nHow the plan was found:\n(.*?)\n\nReport:", out, re.DOTALL)
    assert block is not None
    titles = re.findall(r"^  (\w+) ", block[1], re.MULTILINE)
    assert titles == [title for title in TITLES if title in titles]
    assert {"Reduce", "Start", "Gap"} <= set(titles)
    assert max(map(len, block[1].splitlines())) <= 88
    assert "The last 2 hubs add" in out
    run = json.loads((study.parent / "results" / "run.json").read_text("utf-8"))
    assert list(run["summary"]["story"]) == titles
    assert len(run["plan"]["story"]) >= len(titles) - 1
    assert all(isinstance(line, str) for line in run["plan"]["story"])


def test_the_margin_of_a_plan_is_what_its_places_would_add(study):
    planned = plan_study(read_study(study))
    found, coverage = margin(planned.plan), planned.coverage
    sites = np.arange(len(planned.sites))

    def people(chosen) -> float:
        return float(largest_shares(coverage.shares[chosen]) @ coverage.need_people)

    chosen = planned.plan.hubs.tolist()
    here = people(chosen)
    assert found.last_people == pytest.approx(here - people(chosen[:-2]), abs=0.01)
    for _ in range(found.next_hubs):
        chosen = max(([*chosen, site] for site in sites), key=people)
    assert found.next_people == pytest.approx(people(chosen) - here, abs=0.01)
    assert found.next_most_people >= found.next_people
    assert found.last_least_people <= found.last_people + 1e-6
