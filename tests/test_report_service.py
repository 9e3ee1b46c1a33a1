"""The service of the hubs in the report: words, charts, and what the answer hangs on."""

import json
import re
from dataclasses import replace
from html import unescape
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.io.builtin.operators import OPERATORS
from leohub.quantities import Quantity
from leohub.report.crowd import MOST_GROUPS, crowd
from leohub.report.daychart import day_chart
from leohub.report.digest import digest
from leohub.report.drivers import MOST_DRIVERS, cost_tornado, drivers
from leohub.report.html import HUBS_SHOWN, html
from leohub.report.limits import assumptions
from leohub.report.mapdata import map_data
from leohub.report.numerals import about
from leohub.report.quantitywords import span, title, with_unit
from leohub.report.servicepage import service_page
from leohub.report.summary import summary
from leohub.report.words import sentences
from leohub.study.service.assumptions import hub_quantities, operator_quantities
from tests.sample_results import sample_results, without_estimate, without_reach


@pytest.fixture(scope="module")
def results():
    return sample_results(hubs=30)


@pytest.fixture(scope="module")
def page(results) -> str:
    return unescape(html(digest(results))).replace("\N{NO-BREAK SPACE}", " ")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_the_sentence_says_how_many_are_served_well_and_that_the_rest_is_reach(results):
    said = " ".join(sentences(results))
    ends = results.estimate.programme.loc["served_well_people"]
    assert (
        f"{about(ends['value'])} people ({about(ends['low'])} to {about(ends['high'])}) well"
        in said
    )
    assert "at least 5 Mbps on average, and for 80 % of what is fetched in the busiest hour" in said
    assert "potential reach only" in said
    assert "All of this is modelled" in said
    assert "for each person served well" in said


def test_where_all_are_served_well_nobody_is_called_potential_reach_only(results):
    programme = results.estimate.programme.copy()
    programme.loc["served_well_people"] = results.plan.reached_people
    served = replace(results, estimate=replace(results.estimate, programme=programme))
    assert "potential reach only" not in " ".join(sentences(served))
    shown = words(html(digest(served)))
    assert "potential reach only" not in shown
    assert "not for all whom it reaches" not in shown


def test_without_an_estimate_the_reason_is_told_and_no_figure(results):
    without = without_estimate(results)
    said, page = " ".join(sentences(without)), html(digest(without))
    assert "The service of the hubs is not estimated: no climate is known there." in said
    assert "served well" not in said
    assert "The service of the hubs is not estimated: no climate is known there." in page
    assert 'id="inputs"' not in page
    assert summary(without)["service"] is None
    (capacity,) = (item for item in assumptions(without) if item.what == "Capacity")
    assert capacity.basis == "assumed"
    assert "Not estimated" in capacity.words


def test_summary_has_every_output_with_its_interval(results):
    service = json.loads(json.dumps(summary(results)["service"], allow_nan=False))
    for output, ends in results.estimate.programme.iterrows():
        assert service[output] == pytest.approx(ends.to_dict())
    assert service["basis"] == "modelled"
    assert (service["interval_pct"], service["draws"]) == (80, results.estimate.draws)


def test_a_price_by_nobody_is_not_defined():
    nobody = without_reach(sample_results())
    assert summary(nobody)["service"]["cost_per_served_month_usd"]["value"] is None
    assert "USD 0.00 for each person" not in " ".join(sentences(nobody))
    assert "not defined" in html(digest(nobody))


def test_the_load_of_others_says_how_it_is_known(results):
    def capacity(estimate):
        found = assumptions(replace(results, estimate=estimate))
        return next(item for item in found if item.what == "Capacity")

    estimate = results.estimate
    assert capacity(estimate).basis == "fitted"
    assert "not known apart" in capacity(estimate).words
    guess = Quantity(12.0, "terminals", "assumed", "", 1.0, 20.0)
    unpublished = {**estimate.quantities, "load.down": guess}
    assert capacity(replace(estimate, quantities=unpublished)).basis == "assumed"
    load = pd.Series([3.0], index=[1])
    mapped = replace(estimate, situation=replace(estimate.situation, load=load))
    assert "the map of the study" in capacity(mapped).words


def test_the_page_shows_each_hub_with_its_day_and_its_chain(results, page):
    section = page[page.index('<section id="service">') : page.index('<section id="drivers">')]
    assert section.count('class="spark"') == section.count('class="why"') == HUBS_SHOWN
    hub = results.hubs.iloc[0]
    low, high = hub["served_well_people_low"], hub["served_well_people_high"]
    assert f"{about(hub['served_well_people'])}<small>{about(low)} to {about(high)}" in section
    for step in service_page(results, 1).hubs[0].steps:
        assert section.count(f'data-step="{step.what}"') == HUBS_SHOWN


def test_every_step_of_a_chain_names_numbers_that_the_page_gives_a_source_for(results, page):
    inputs = json.loads(re.search(r'id="inputs">(.*?)</script>', page, re.DOTALL)[1])
    names = re.findall(r'data-number="([^"]+)"', page)
    assert len(names) == len(results.estimate.quantities)
    for numbers in inputs.values():
        for row, called, *_, basis in numbers:
            assert title(names[row]) == called
            assert results.estimate.quantities[names[row]].basis == basis


def test_the_page_names_the_quantities_source_once(results, page):
    source = results.estimate.quantities["use.think_s"].source
    assert page.count(source) == 1


def test_the_first_screen_tells_reach_from_service(page):
    first = words(page[: page.index("<main>")])
    assert "of them served well (" in first
    assert "not for all whom it reaches" in first


def test_a_second_terminal_is_told_where_it_is_known(results, page):
    with_second = results.hubs.assign(served_by_two_people=4321.0)
    without = results.hubs.drop(columns="served_by_two_people", errors="ignore")
    assert service_page(replace(results, hubs=with_second), 1).second
    assert not service_page(replace(results, hubs=without), 1).second
    assert ("By two terminals" in page) == ("served_by_two_people" in results.hubs)


def test_the_map_tells_the_service_of_a_hub(results):
    (hub, *_) = map_data(digest(results))["hubs"]
    row = results.hubs.iloc[0]
    assert hub["terminal_mbps"].startswith(f"{about(row['terminal_mbps'])} (")
    (hub, *_) = map_data(digest(without_estimate(results)))["hubs"]
    assert hub["terminal_mbps"] is None


@given(st.lists(st.floats(0.1, 500), min_size=24, max_size=24))
def test_a_day_is_drawn_inside_its_box(mbps):
    usual = np.array(mbps)
    chart = day_chart(np.array([0.5 * usual, usual, 2 * usual]), float(2 * usual.max()))
    line, band = (
        np.array([pair.split(",") for pair in points.split()], dtype=float)
        for points in (chart.line, chart.band)
    )
    assert len(line) == 24
    assert len(band) == 48
    assert ((band >= 0) & (band <= 100)).all()
    assert line[:, 1] == pytest.approx(100 - 50 * usual / usual.max(), abs=0.051)
    assert f"at {int(usual.argmin())} h, the busiest hour" in chart.said


@given(st.integers(1, 700), st.integers(0, 99))
def test_a_crowd_keeps_everybody(hubs, seed):
    people = np.random.default_rng(seed).uniform(0, 9_000, hubs)
    ends = {
        f"served_well_people{end}": part * people
        for end, part in (("_low", 0.1), ("", 0.2), ("_high", 0.3))
    }
    groups = crowd(pd.DataFrame({"sharing_people": people, **ends}))
    sizes = np.diff([0, *groups["end"]])
    assert len(groups) == min(hubs, MOST_GROUPS)
    assert np.ptp(sizes) <= 1
    assert (groups["sharing"] * sizes).sum() == pytest.approx(people.sum())
    assert (groups["served"] * sizes).sum() == pytest.approx(0.2 * people.sum())
    assert all(more >= fewer for more, fewer in pairwise(groups["sharing"]))


def test_the_largest_drivers_come_first_and_all_shares_make_a_whole(results):
    found = drivers(results.estimate)
    assert found[0].title == "People served well"
    for one in found:
        shares = [driver.share for driver in one.largest]
        assert 1 <= len(shares) <= MOST_DRIVERS
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) + one.others == pytest.approx(1)
    assert drivers(None) == []


def test_the_tornado_moves_one_number_at_a_time(results):
    found = cost_tornado(results)
    (bar,) = (bar for bar in found.bars if "Solar" in bar.title)
    # What 400 W cost for 5 years at 8 % above inflation, besides upkeep of 5 % a year.
    rate = 1.08 ** (1 / 12) - 1
    months = (1 - (1 + rate) ** -60) / rate
    each = 400 * (1 / months + 0.05 / 12) / 129 * len(results.hubs) / results.plan.reached_people
    widest = (150 - 70) * each
    usual = results.cost.per_month_usd * len(results.hubs) / results.plan.reached_people
    assert found.value == f"USD {usual:.2g}"
    assert bar.at_low == f"USD {usual - 30 * each:.2g}"
    assert bar.at_high == f"USD {usual + 50 * each:.2g}"
    ends = [place for bar in found.bars for place in (bar.low_place, bar.high_place)]
    assert (min(ends), max(ends)) == pytest.approx((0, 100))
    scale = (bar.high_place - bar.low_place) / widest
    assert found.place == pytest.approx(bar.low_place + 30 * each * scale)


def test_there_is_no_tornado_where_nobody_is_reached():
    assert cost_tornado(without_reach(sample_results())) is None


def test_every_number_that_comes_with_leohub_has_a_name_in_words():
    names = {*hub_quantities(), *(n for o in OPERATORS for n in operator_quantities(o))}
    assert [name for name in sorted(names) if title(name) == name] == []


def test_a_price_line_is_called_by_what_is_bought():
    assert title("cost.price.Battery [kWh]") == "Price: Battery [kWh]"
    assert title("something.new") == "something.new"


def test_numbers_are_written_as_they_were_given():
    quantity = Quantity(-146.8, "dB(W/m²) in 4 kHz", "filed", "", -149.0, -145.0)
    assert with_unit(quantity.value, quantity.unit) == "-146.8 dB(W/m²) in 4 kHz"
    assert span(quantity) == "-149 to -145"
    assert span(quantity.at(-146.8)) == ""
    assert with_unit(96000.0, "Mbps") == "96,000 Mbps"
    assert with_unit(25.0, "°") == "25°"
    assert with_unit(0.93, "") == "0.93"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (33.19, "33"),
        (0.4643, "0.46"),
        (3302.8, "3,300"),
        (299_093, "300,000"),
        (996_000, "1 million"),
        (1_486_278, "1.5 million"),
        (0, "0"),
        (np.inf, "not defined"),
    ],
)
def test_figures_of_a_model_are_written_with_two_digits(value, written):
    assert about(value) == written
