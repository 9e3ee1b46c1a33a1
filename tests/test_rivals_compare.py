"""Rivals side by side: pairs of terminals, what they cost, and what stays the same for all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.errors import InputError
from leohub.hub.cost import HubCost, PriceLine
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantity
from leohub.study.chosen import choose_and_look
from leohub.study.file import read_study
from leohub.study.inputs import read_inputs
from leohub.study.rivals.alternatives import SKIES, read_alternatives, usual_alternatives
from leohub.study.rivals.compare import RANGED, compare_study
from leohub.study.rivals.offer import Offer, times_of, two
from leohub.study.rivals.prices import cost_under
from leohub.study.service.hubs import estimate_hubs
from tests.tiny_country import change, make_tiny_country

ONEWEB = built_in_quantities("operators/oneweb.toml")[0]
KNOWN = Quantity(0.0, "%", "assumed", "a test", 0.0, 0.0)
shares = st.floats(0, 1)
percentages = st.floats(0, 100)


# --- Two terminals at one hub --------------------------------------------------------------------


def offer(rain_out_pct=1.0, latency_ms=40.0, mbps=50.0):
    def array(value):
        return np.full((1, 1), value)

    return Offer(
        array(rain_out_pct), array(latency_ms), array(latency_ms + 9), array(mbps), array(mbps / 5)
    )


def test_satellites_are_counted_moment_by_moment():
    mornings = np.array([[True, True, False, False]])
    assert times_of(mornings, ~mornings).any == 1  # not 1 - 0.5 * 0.5
    assert times_of(mornings, mornings).any == 0.5
    alone = times_of(mornings)
    assert (alone.any, alone.only_first, alone.both) == (0.5, 0.5, 0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1), percentages, percentages)
def test_the_same_rain_falls_on_both(moments, first_pct, second_pct):
    served = np.array(moments)[:, None, :].T  # terminal, hub, moment
    first, second = served
    together = two(
        offer(first_pct), offer(second_pct), times_of(first, second), standby=False
    ).rain_out_pct.item()
    # The heaviest rain of the year comes first: a terminal is cut off by so much of it.
    wettest = (np.arange(4000) + 0.5)[:, None] / 40
    works = (first[0] & (wettest >= first_pct)) | (second[0] & (wettest >= second_pct))
    up = (first | second).mean()
    expected = 100 * (1 - works.mean() / up) if up else 0
    assert together == pytest.approx(expected, abs=0.05)
    assert together <= max(first_pct, second_pct) + 1e-9


@given(st.floats(0, 500), st.floats(0, 500))
def test_both_carry_traffic_or_the_better_one_does(one_mbps, other_mbps):
    always = times_of(np.ones((1, 5), bool), np.ones((1, 5), bool))
    quick, slow = offer(latency_ms=25, mbps=one_mbps), offer(latency_ms=60, mbps=other_mbps)
    both = two(quick, slow, always, standby=False)
    assert both.down_mbps == one_mbps + other_mbps
    assert both.latency_pop_ms == 25
    spare = two(quick, slow, always, standby=True)
    assert spare.down_mbps == max(one_mbps, other_mbps)
    assert spare.latency_pop_ms == (25 if one_mbps >= other_mbps else 60)


def test_where_one_has_no_way_to_the_internet_the_latency_is_that_of_the_other():
    always = times_of(np.ones((1, 5), bool), np.ones((1, 5), bool))
    both = two(offer(latency_ms=np.nan), offer(latency_ms=60), always, standby=False)
    assert both.latency_pop_ms == 60


# --- Prices --------------------------------------------------------------------------------------


def line(item, amount, charged="once", **more):
    return PriceLine(item, amount, charged, 1.0, "published", "a test", "", **more)


KIT = line("kit", 49_900, lasts_years=4.0, operator="starlink")
PLAN = line("plan", 6_500, "monthly", operator="starlink")
MAST = line("mast", 15_000)


def hub_cost(*lines):
    return HubCost(lines, "KES", 129.0, 5.0, KNOWN, KNOWN, KNOWN)


def items(cost):
    return [(each.item, each.amount) for each in cost.lines]


def test_another_operator_brings_its_own_terminal_and_plan():
    cost = cost_under(hub_cost(KIT, PLAN, MAST), (KIT, PLAN, MAST), {"oneweb": ONEWEB}, "starlink")
    assert items(cost) == [
        ("mast", 15_000),
        ("OneWeb terminal", 5000 * 129),
        ("OneWeb plan", 600 * 129),
    ]
    terminal, plan = cost.lines[1:]
    assert (terminal.low, terminal.high) == (2000 * 129, 15_000 * 129)
    assert (terminal.basis, plan.basis) == ("assumed", "assumed")
    assert terminal.lasts_years == 4  # as the terminal that it stands for
    assert plan.lasts_years is None
    # Without interest: 600 a month, two terminals and a mast over five years.
    assert cost.per_month_usd == pytest.approx(600 + (2 * 5000 + 15_000 / 129) / 60)


def test_prices_of_the_study_come_before_those_that_are_assumed():
    offered = line("OneWeb offer", 100_000, "monthly", operator="oneweb")
    prices = (KIT, PLAN, MAST, offered)
    cost = cost_under(hub_cost(KIT, PLAN, MAST), prices, {"oneweb": ONEWEB}, "starlink")
    assert items(cost)[1:] == [("OneWeb offer", 100_000), ("OneWeb terminal", 5000 * 129)]
    own = cost_under(hub_cost(KIT, PLAN, MAST), prices, {"starlink": {}}, "starlink")
    assert items(own) == items(hub_cost(MAST, KIT, PLAN))


def test_two_terminals_cost_both():
    prices = (KIT, PLAN, MAST)
    terminals = {"starlink": {}, "oneweb": ONEWEB}
    both = cost_under(hub_cost(*prices), prices, terminals, "starlink")
    alone = cost_under(hub_cost(*prices), prices, {"starlink": {}}, "starlink")
    assert both.per_month_usd == pytest.approx(alone.per_month_usd + 600 + 2 * 5000 / 60)


def test_prices_that_say_nothing_are_those_of_the_studys_operator():
    unmarked = (replace(KIT, operator=""), replace(PLAN, operator=""))
    own = cost_under(hub_cost(*unmarked), unmarked, {"starlink": {}}, "starlink")
    assert items(own) == items(hub_cost(*unmarked))


def test_the_terminals_of_others_are_not_in_the_cost_of_the_plan(tmp_path: Path):
    study = make_tiny_country(tmp_path)
    change(study, 'item = "kit"', 'item = "kit"\noperator = "starlink"')
    with study.open("a", encoding="utf-8") as text:
        text.write(
            '\n[[cost.prices]]\nitem = "theirs"\namount = 9e6\ncharged = "once"\n'
            'operator = "oneweb"\n'
        )
    inputs = read_inputs(read_study(study))
    assert [each.item for each in inputs.cost.lines] == ["kit", "plan"]
    assert [each.item for each in inputs.prices] == ["kit", "plan", "theirs"]


def test_built_in_prices_are_of_an_operator_or_of_any():
    from leohub.io.builtin.kenya import builtin_prices

    lines, _ = builtin_prices()
    assert {each.operator for each in lines} == {"", "starlink"}


# --- What can be compared ------------------------------------------------------------------------


def test_usual_alternatives_are_every_operator_and_pairs_with_the_studys_own():
    for own in ("starlink", "oneweb", "amazon-leo"):
        found = usual_alternatives(own)
        assert found[0].key == own
        assert {each.key for each in found if len(each.skies) == 1} == set(SKIES)
        pairs = [each for each in found if len(each.skies) == 2]
        assert {each.skies[0] for each in pairs} == {own}
        assert len(pairs) == 4


def test_the_studys_own_operator_is_always_first_and_nothing_comes_twice():
    found = read_alternatives(["oneweb", "starlink", "oneweb"], "starlink")
    assert [each.key for each in found] == ["starlink", "oneweb"]


def test_names_say_who_carries_the_traffic():
    found = read_alternatives(["starlink+amazon-leo:filed", "starlink/oneweb"], "starlink")
    assert [each.name for each in found[1:]] == [
        "Starlink + Amazon Leo as filed",
        "Starlink or OneWeb",
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("starlnk", "Did you mean starlink"),
        ("", "Choose from starlink, oneweb"),
        ("starlink:filed", "not known"),
        ("starlink+oneweb+amazon-leo", "more than two"),
        ("starlink+starlink", "two terminals of one operator"),
        ("amazon-leo/amazon-leo:filed", "two terminals of one operator"),
        ("starlink+terawave", "not modelled"),
    ],
)
def test_what_can_not_be_compared_is_told_with_the_choices(key, words):
    with pytest.raises(InputError) as error:
        read_alternatives([key, "nobody"], "starlink")
    assert len(error.value.problems) == 2
    assert words in str(error.value.problems[0])


# --- The same hubs -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    study = make_tiny_country(tmp_path_factory.mktemp("compared"))
    change(study, "draws = 100", "draws = 60")
    return read_study(study)


@pytest.fixture(scope="module")
def comparison(file):
    return compare_study(file, usual_alternatives("starlink"))


def test_the_studys_own_row_is_its_plan(file, comparison):
    planned = estimate_hubs(file.study, choose_and_look(file)).programme
    own = comparison.table.loc["starlink"]
    for here, there in {
        "down_mbps": "terminal_mbps",
        "up_mbps": "terminal_up_mbps",
        "latency_server_ms": "latency_server_ms",
        "rain_out_h_per_year": "rain_out_h_per_year",
        "availability_pct": "availability_pct",
        "served_well_people": "served_well_people",
    }.items():
        assert own[here] == pytest.approx(planned.loc[there, "value"])
        # Ends are those of one of the draws here, and between two of them there.
        assert own[f"{here}_low"] == pytest.approx(planned.loc[there, "low"], rel=0.1)
        assert own[f"{here}_high"] == pytest.approx(planned.loc[there, "high"], rel=0.1)


def test_terawave_has_a_row_without_figures(comparison):
    row = comparison.table.loc["terawave"]
    assert "filed, not modelled" in row["not_modelled"]
    assert "5,280 satellites" in row["not_modelled"]
    assert row[[*RANGED, "usable_pct", "satellites"]].isna().all()
    assert "terawave" not in set(comparison.hubs["alternative"])


def test_a_second_terminal_never_takes_anything_away(comparison):
    table = comparison.table
    for pair in (each for each in comparison.alternatives if len(each.skies) == 2):
        both = table.loc[pair.key]
        for sky in pair.skies:
            alone = table.loc[sky]
            assert both["availability_pct"] >= alone["availability_pct"] - 1e-9
            assert both["usable_pct"] >= alone["usable_pct"]
            assert both["served_well_people"] >= alone["served_well_people"] - 0.1
            assert both["down_mbps"] >= alone["down_mbps"] - 1e-9
            assert both["cost_per_hub_month_usd"] > alone["cost_per_hub_month_usd"] - 1e-9 or (
                sky != "starlink"  # whose prices say nothing: others come on top of them
            )
        assert both["panel_w"] > table.loc[pair.skies[0], "panel_w"]


def test_hubs_and_people_are_drawn_alike_for_all(comparison):
    # One more terminal serves more in every draw, but for those in which nobody or everybody is
    # served anyway. Drawn apart, it would in little more than half of them.
    assert comparison.table.loc["starlink+oneweb", "more_served_pct"] > 85
    assert np.isnan(comparison.table.loc["starlink", "more_served_pct"])


def test_alternatives_have_the_satellites_that_fly_or_are_filed(comparison):
    table = comparison.table
    assert table.loc["amazon-leo:filed", "satellites"] == 3236
    assert table.loc["amazon-leo:filed", "sky"] == "filed, spread evenly"
    assert table.loc["amazon-leo", "usable_pct"] < table.loc["amazon-leo:filed", "usable_pct"]
    assert table.loc["starlink", "load_basis"] == "fitted"
    assert table.loc["oneweb", "load_basis"] == "assumed"


def test_every_hub_has_a_row_under_every_alternative(comparison):
    figured = [each.key for each in comparison.alternatives if not each.not_modelled]
    assert comparison.hubs["alternative"].value_counts().to_dict() == dict.fromkeys(figured, 4)
    sums = comparison.hubs.groupby("alternative")["served_well_people"].sum()
    np.testing.assert_allclose(
        sums[figured], comparison.table.loc[figured, "served_well_people"].to_numpy(float)
    )


def test_settings_of_the_sky_hold_for_the_studys_operator_alone(file, tmp_path):
    study = make_tiny_country(tmp_path)
    change(study, "[sky]", '[sky]\noperator = "oneweb"\nmin_elevation_deg = 30')
    change(study, 'country = "Tinyland"', 'country = "Kenya"')
    text = study.read_text("utf-8")
    study.write_text(f'{text}\n[assumptions]\n"starlink.latency.access_ms" = 50\n', "utf-8")
    table = compare_study(
        read_study(study), read_alternatives(["starlink"], "oneweb"), draws=20
    ).table
    assert list(table.index) == ["oneweb", "starlink"]
    # From 30° up OneWeb is always there; Starlink goes by its own rules, and in Kenya to Nairobi.
    assert table.loc["oneweb", "usable_pct"] == 100
    assert 50 < table.loc["starlink", "latency_pop_ms"] < 60
