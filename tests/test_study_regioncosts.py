"""What the hubs of a region cost: sums of its hubs, and a price per person that is theirs."""

import numpy as np
import pytest

from leohub.report.digest import digest
from leohub.report.html import html
from leohub.study.file import read_study
from leohub.study.regioncosts import with_costs
from leohub.study.results import Results
from leohub.study.run import plan_study
from tests.sample_results import sample_results
from tests.tiny_country import make_tiny_country


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Results:
    study = make_tiny_country(tmp_path_factory.mktemp("costs") / "tiny")
    with study.open("a", encoding="utf-8") as text:
        text.write('\n[[partners]]\nname = "Western ISP"\nregions = ["West"]\n')
    return plan_study(read_study(study))


def test_the_costs_of_all_regions_are_those_of_all_hubs(results):
    regions, hubs = results.regions, results.hubs
    for name in ("capital_usd", "monthly_usd", "whole_life", "sharing_people"):
        assert regions[name].sum() == pytest.approx(hubs[name].sum())
    assert regions["capital_usd"].to_numpy() == pytest.approx(
        regions["hubs"].to_numpy() * results.cost.capital_usd
    )


def test_a_region_without_hubs_costs_nothing_and_has_no_price(results):
    east = results.regions.set_index("region").loc["East"]
    assert (east["hubs"], east["capital_usd"], east["monthly_usd"]) == (0, 0, 0)
    assert np.isnan(east["cost_per_person_month_usd"])
    assert east["partner"] == ""


def test_the_price_is_what_those_who_share_the_hubs_would_pay(results):
    west = results.regions.set_index("region").loc["West"]
    assert west["partner"] == "Western ISP"
    assert west["cost_per_person_month_usd"] * west["sharing_people"] == pytest.approx(
        len(results.hubs) * results.cost.per_month_usd
    )


def test_hubs_may_differ_in_what_they_cost():
    results = sample_results()
    per_month = np.linspace(10, 40, len(results.hubs))
    regions = with_costs(results.regions, results.hubs, results.sites, per_month)
    paid = regions["cost_per_person_month_usd"] * regions["sharing_people"]
    assert paid.sum() == pytest.approx(per_month.sum())


def test_a_hub_that_nobody_shares_has_a_price_that_is_not_defined():
    results = sample_results()
    hubs = results.hubs.assign(sharing_people=0.0)
    regions = with_costs(results.regions, hubs, results.sites, 10.0)
    found = regions["cost_per_person_month_usd"]
    assert np.isinf(found[regions["hubs"] > 0]).all()


def test_the_page_ends_the_table_of_regions_with_their_sum():
    results = sample_results()
    page = html(digest(results))
    foot = page[page.index("<tfoot>") : page.index("</tfoot>")]
    assert f"{results.hubs['added_people'].sum():,.0f}" in foot
    assert f"<td>{len(results.hubs)}</td>" in foot
