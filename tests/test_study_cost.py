"""The cost section of a study: ranges, mistakes, what is assumed where it is silent."""

from pathlib import Path

import pytest

from leohub.errors import InputError
from leohub.io.builtin.quantities import built_in_quantities
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from tests.tiny_country import change, make_tiny_country

KIT = 'amount = 49900\ncharged = "once"'
PLAN = 'amount = 6500\ncharged = "monthly"'


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        (PLAN, PLAN.replace("6500", "-1"), "[cost.prices.2] amount", "-1"),
        (PLAN, f"{PLAN}\nlow = -5", "[cost.prices.2] low", "-5"),
        (PLAN, f"{PLAN}\nlow = 7000", "[cost.prices.2] low", "above amount, 6500: give 6500 or l"),
        (KIT, f"{KIT}\nhigh = 5", "[cost.prices.1] high", "below amount, 49900: give 49900 or m"),
        (KIT, f"{KIT}\nlasts_years = 0", "[cost.prices.1] lasts_years", "0.1"),
        (KIT, f"{KIT}\nlasts_low_years = 3", "[cost.prices.1] lasts_low_years", "lasts_years"),
        (
            KIT,
            f"{KIT}\nlasts_years = 3\nlasts_high_years = 2",
            "[cost.prices.1] lasts_high_years",
            "below lasts_years, 3",
        ),
        (PLAN, f"{PLAN}\nlasts_years = 3", "[cost.prices.2] lasts_years", "not bought again"),
        ("[cost]", "[cost]\ndiscount_pct_per_year = -100", "[cost] discount_pct_per_year", "-100"),
        ("[cost]", "[cost]\ndiscount_pct_per_year = 101", "[cost] discount_pct_per_year", "100"),
        ("[cost]", "[cost]\nupkeep_pct_per_year = 101", "[cost] upkeep_pct_per_year", "100"),
        ("[cost]", "[cost]\nresidual_pct = 100.5", "[cost] residual_pct", "100"),
        ("[cost]", "[cost]\nlifetime_years = 0", "[cost] lifetime_years", "greater than 0"),
    ],
)
def test_a_mistake_is_told_with_its_field(study, old, new, where, words):
    change(study, old, new)
    with pytest.raises(InputError) as error:
        read_study(study)
    (problem,) = error.value.problems
    assert problem.file == str(study)
    assert problem.where.startswith("line ")
    assert problem.where.endswith(where)
    assert words in problem.message
    assert problem.remedy


def test_all_mistakes_are_told_at_once(study):
    change(study, "[cost]", "[cost]\nupkeep_pct_per_year = 101")
    change(study, KIT, f"{KIT}\nhigh = 5")
    change(study, PLAN, f"{PLAN}\nlow = 7000")
    with pytest.raises(InputError) as error:
        read_study(study)
    assert len(error.value.problems) == 3


def test_ranges_and_lives_of_a_study_reach_the_cost(study):
    change(study, KIT, f"{KIT}\nlow = 30000\nlasts_years = 2\nlasts_high_years = 4")
    cost = read_inputs(read_study(study)).cost
    price, life = cost.quantities["cost.price.kit"], cost.quantities["cost.lasts_years.kit"]
    assert (price.low, price.value, price.high) == (30_000, 49_900, 49_900)
    assert (life.low, life.value, life.high) == (2, 2, 4)
    assert cost.replacement == 2 * 49_900


def test_what_a_study_says_is_known_and_the_rest_is_assumed(study):
    assumed = built_in_quantities("hub/cost.toml")[0]
    change(study, "[cost]", "[cost]\ndiscount_pct_per_year = 6")
    cost = read_inputs(read_study(study)).cost
    assert cost.discount_pct_per_year.known
    assert cost.discount_pct_per_year.value == 6
    assert cost.discount_pct_per_year.source == "the study"
    assert cost.upkeep_pct_per_year == assumed["cost.upkeep_pct_per_year"]
    assert cost.residual_pct == assumed["cost.residual_pct"]


def test_the_way_it_was_without_interest_and_renewal_can_be_asked_for(study):
    change(study, "[cost]", "[cost]\ndiscount_pct_per_year = 0\nupkeep_pct_per_year = 10")
    cost = read_inputs(read_study(study)).cost
    monthly = 6_500 + 4_990 / 12
    assert cost.whole_life == pytest.approx(49_900 + 60 * monthly)
    assert cost.per_month == pytest.approx(49_900 / 60 + monthly)


def test_a_budget_has_to_pay_for_what_wears_out(study):
    change(study, "hubs = 4", "budget = 2_000_000")
    assert read_inputs(read_study(study)).hubs == 4  # of 452,375 KES each
    change(study, KIT, f"{KIT}\nlasts_years = 1")
    assert read_inputs(read_study(study)).hubs == 3  # of 651,975 KES each
