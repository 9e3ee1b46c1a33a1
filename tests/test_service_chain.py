"""The chain from the sky to a person, and its estimate: what is promised of them."""

from dataclasses import replace
from itertools import product
from math import inf, isclose

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.quantities import Quantity, draws, nominal
from leohub.study.service import crowd as crowding
from leohub.study.service import estimate as estimating
from leohub.study.service.chain import serve
from leohub.study.service.estimate import OUTPUTS, SUMMED, estimate
from leohub.study.service.line import fit_load
from tests.sample_results import leaves, sample_cost, sample_estimate

HUBS = pd.DataFrame(
    {
        "lat_deg": [-1.3, 0.5, -3.9, 2.0, 0.1],
        "lon_deg": [36.8, 34.5, 39.6, 40.0, 36.2],
        "sharing_people": [23_000.0, 500.0, 12_000.0, 4_000.0, 8_000.0],
    }
)
SAMPLE = sample_estimate(HUBS, sample_cost())
SITUATION, QUANTITIES = SAMPLE.situation, SAMPLE.quantities
FOUND = 1e-6
"""By how much the people served well may miss: they are found to a tolerance."""


def usual(**changes: float) -> dict[str, np.ndarray]:
    """The values of all quantities, some changed: double underscores stand for points."""
    changed = {name.replace("__", "."): value for name, value in changes.items()}
    assert changed.keys() <= QUANTITIES.keys()
    return {n: np.full((1, 1), v) for n, v in (nominal(QUANTITIES) | changed).items()}


def chain_of(situation=SITUATION, **changes: float):
    return serve(usual(**changes), fit_load(situation, QUANTITIES))


def served_for(share):
    """Whether there is service at each of a hundred moments, shape (hubs, moments)."""
    return np.tile(np.arange(100) < round(100 * share), (len(HUBS), 1))


# --- Broadcasting --------------------------------------------------------------------------------


def test_draws_and_hubs_do_not_know_of_each_other():
    count = 4
    drawn = draws(QUANTITIES, count, seed=3)
    together = leaves(serve({n: v[:, None] for n, v in drawn.items()}, SITUATION))
    for row, hub in product(range(count), range(len(HUBS))):
        chosen = slice(hub, hub + 1)
        alone = leaves(
            serve(
                {name: values[row].reshape(1, 1) for name, values in drawn.items()},
                SITUATION.select(chosen),
            )
        )
        for name, values in together.items():
            spread = np.broadcast_to(values, (count, len(HUBS), *values.shape[2:]))
            error = FOUND if "served" in name else 1e-9
            assert spread[row, hub] == pytest.approx(alone[name][0, 0], rel=error), name


# --- What follows from what ----------------------------------------------------------------------


@settings(max_examples=25)
@given(
    load=st.floats(1.0, 100.0),
    usable=st.just(0.0) | st.floats(1e-6, 60.0),
    hubs=st.integers(1, 6),
    most=st.floats(20.0, 500.0),
)
def test_a_terminal_gets_the_least_of_its_share_a_channel_and_what_it_takes(
    load, usable, hubs, most
):
    situation = replace(
        SITUATION.select(slice(0, 1)),
        aspect=replace(SITUATION.aspect.select(slice(0, 1)), usable=np.array([usable])),
        terminals_in_cell=np.array([hubs]),
    )
    changes = {"load__down": load, "terminal__max_down_mbps": most}
    found = chain_of(situation, **changes)
    channel, beams = (
        float(found.line.down.clear_mbps[0, 0]),
        float(found.line.cell_down.beams[0, 0]),
    )
    share = beams * channel / (load + hubs - 1)
    assert float(found.line.cell_down.busy_mbps[0, 0]) == pytest.approx(min(share, channel, most))


def test_a_published_median_holds_whatever_a_satellite_is_thought_to_carry():
    """With twice the beams, twice as many terminals of others must have been busy."""
    alone = replace(SITUATION, terminals_in_cell=np.ones(len(HUBS), dtype=int))
    few = chain_of(alone, cell__down__beams_per_satellite=30.0)
    many = chain_of(alone, cell__down__beams_per_satellite=60.0)
    assert many.line.cell_down.cell_mbps == pytest.approx(2 * few.line.cell_down.cell_mbps)
    assert many.line.cell_down.busy_mbps == pytest.approx(few.line.cell_down.busy_mbps)


def test_a_map_of_the_load_overrides_what_is_fitted():
    load = pd.Series([2.0], index=SITUATION.cells[:1])
    mapped = chain_of(replace(SITUATION, load=load))
    assert mapped.line.cell_down.others[0, 0] == 2
    assert mapped.line.cell_down.others[0, 1:] == pytest.approx(
        nominal(QUANTITIES)["load.down"] - 1
    )
    assert mapped.line.cell_down.busy_mbps[0, 0] > chain_of().line.cell_down.busy_mbps[0, 0]


@pytest.mark.parametrize("more_db", [3.0, 12.0])
def test_harder_air_never_helps(more_db):
    harder = replace(
        SITUATION, down_db=SITUATION.down_db + more_db, up_db=SITUATION.up_db + more_db
    )
    before, after = chain_of(), chain_of(harder)
    assert (after.line.rain_out_pct > before.line.rain_out_pct).all()
    assert (after.availability_pct < before.availability_pct).all()
    assert (after.line.cell_down.busy_mbps <= before.line.cell_down.busy_mbps + 1e-9).all()


@settings(max_examples=25)
@given(share=st.integers(0, 100).map(lambda pct: pct / 100), dark_pct=st.floats(0.0, 100.0))
def test_a_hub_works_while_satellite_air_and_power_all_do(share, dark_pct):
    situation = replace(
        SITUATION,
        aspect=replace(SITUATION.aspect, served_at=served_for(share)),
        supply=replace(SITUATION.supply, loss_of_load_typical_pct=np.full(len(HUBS), dark_pct)),
    )
    found = chain_of(situation)
    dry = 1 - found.line.rain_out_pct / 100
    assert found.availability_pct == pytest.approx(share * dry * (100 - dark_pct), abs=1e-9)


@settings(max_examples=25)
@given(people=st.floats(1.0, 100_000.0))
def test_more_people_are_more_present_and_no_fewer_served_well(people):
    def with_people(number):
        return chain_of(replace(SITUATION, people=np.full(len(HUBS), number)))

    some, more = with_people(people), with_people(2 * people)
    assert more.crowd.present_people == pytest.approx(2 * some.crowd.present_people)
    assert (more.crowd.served_well_people >= some.crowd.served_well_people - 1e-9).all()
    assert (some.crowd.served_well_people <= people).all()
    assert (more.crowd.active_mbps <= some.crowd.active_mbps + 1e-9).all()
    assert ((some.crowd.threshold_chance_pct >= 0) & (some.crowd.threshold_chance_pct <= 100)).all()


@pytest.mark.parametrize("hub", range(len(HUBS)))
def test_those_served_well_could_all_come_and_no_more_could(hub):
    """So many people have the chance of the stated quality; somewhat more do not."""
    wanted_pct = nominal(QUANTITIES)["use.threshold_chance_pct"]
    crowd = replace(SITUATION, people=np.full(len(HUBS), 1e6))
    well = chain_of(crowd).crowd.served_well_people
    full = chain_of(replace(SITUATION, people=well[0]))
    assert full.crowd.threshold_chance_pct[0, hub] >= wanted_pct - 0.1
    more = chain_of(replace(SITUATION, people=1.03 * well[0]))
    assert more.crowd.threshold_chance_pct[0, hub] < wanted_pct + 0.1


def test_a_hub_that_never_sees_a_satellite_has_no_service():
    def first(values, value):
        changed = values.copy()
        changed[0] = value
        return changed

    aspect = SITUATION.aspect
    blind = replace(
        aspect,
        share=first(aspect.share, 0.0),
        served_at=first(aspect.served_at, False),
        usable=first(aspect.usable, 0.0),
    )
    found = chain_of(replace(SITUATION, aspect=blind))
    for values in (
        found.availability_pct,
        found.line.cell_down.busy_mbps,
        found.crowd.served_well_people,
    ):
        assert values[0, 0] == 0
        assert (values[0, 1:] > 0).all()
    assert found.crowd.cost_per_served_month_usd[0, 0] == inf


# --- The estimate --------------------------------------------------------------------------------


def known(quantities):
    return {name: quantity.at(quantity.value) for name, quantity in quantities.items()}


def test_the_same_seed_gives_the_same_and_another_gives_another():
    one, same, other = (estimate(SITUATION, QUANTITIES, count=40, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.hubs, same.hubs)
    pd.testing.assert_frame_equal(one.hangs_on, same.hangs_on)
    assert not np.allclose(one.hubs["terminal_mbps_low"], other.hubs["terminal_mbps_low"])
    assert one.hubs["terminal_mbps"].equals(other.hubs["terminal_mbps"])


def test_how_it_is_cut_into_pieces_changes_nothing(monkeypatch):
    whole = estimate(SITUATION, QUANTITIES, count=40, seed=1)
    monkeypatch.setattr(estimating, "HUBS_AT_ONCE", 2)
    monkeypatch.setattr(estimating, "DRAWS_AT_ONCE", 7)
    pieces = estimate(SITUATION, QUANTITIES, count=40, seed=1)
    for name in whole.hubs:
        error = FOUND if "served" in name else 1e-5
        assert pieces.hubs[name].to_numpy() == pytest.approx(
            whole.hubs[name].to_numpy(), rel=error, nan_ok=True
        )
    assert pieces.by_hour_mbps == pytest.approx(whole.by_hour_mbps, rel=1e-5)


def test_the_programme_is_what_its_hubs_come_to():
    for name in OUTPUTS:
        hubs = SAMPLE.hubs[name]
        wanted = hubs.sum() if name in SUMMED else hubs.mean()
        row = SAMPLE.programme.loc[name]
        if name.startswith("cost"):
            continue  # what all cost together by all who are served, or the mean: see its own test
        assert isclose(row["value"], wanted, rel_tol=1e-9), name
        assert row["low"] <= row["high"]


def test_the_day_is_that_of_the_busiest_hour():
    low, value, high = SAMPLE.by_hour_mbps
    assert (low <= value + 1e-6).all()
    assert (value <= high + 1e-6).all()
    busiest = int(nominal(QUANTITIES)["day.busiest_hour"])
    assert (value.argmin(axis=1) == busiest).all()
    assert value[:, busiest] == pytest.approx(SAMPLE.hubs["terminal_mbps"].to_numpy())


def test_an_answer_hangs_on_nothing_that_is_not_in_its_chain():
    found = estimate(SITUATION, QUANTITIES, count=400, seed=1)
    shares = found.hangs_on.pivot(index="quantity", columns="output", values="share")
    assert (shares.loc[shares.index.str.startswith("cost."), "terminal_mbps"] == 0).all()
    assert (shares.loc[shares.index.str.startswith("use."), "latency_pop_ms"] == 0).all()
    assert shares["terminal_mbps"].idxmax() == "load.down"
    sums = shares.sum()
    assert ((sums == 0) | np.isclose(sums, 1)).all()


def test_the_one_thing_that_is_uncertain_carries_everything():
    alone = known(QUANTITIES) | {"latency.access_ms": QUANTITIES["latency.access_ms"]}
    found = estimate(SITUATION, alone, count=60, seed=1)
    assert set(found.hangs_on["quantity"]) == {"latency.access_ms"}
    shares = found.hangs_on.set_index("output")["share"]
    assert shares["latency_pop_ms"] == shares["latency_server_ms"] == pytest.approx(1)
    assert shares["terminal_mbps"] == 0


def test_intervals_are_those_of_the_draws():
    """A round trip is linear in the wait for access: its quantiles can be told beforehand."""
    access = Quantity(20.0, "ms", "assumed", "", 10.0, 30.0)
    alone = known(QUANTITIES) | {"latency.access_ms": access}
    found = estimate(SITUATION, alone, count=2_000, seed=1)
    # A tenth of a triangle from 10 to 30 with its peak at 20 lies below 10 + √(0.1 · 20 · 10).
    tenth = 10 + np.sqrt(0.1 * 20 * 10)
    rest = found.hubs["latency_pop_ms"] - 20
    assert (found.hubs["latency_pop_ms_low"] - rest).to_numpy() == pytest.approx(tenth, abs=0.05)
    assert (found.hubs["latency_pop_ms_high"] - rest).to_numpy() == pytest.approx(
        40 - tenth, abs=0.05
    )


def test_a_hub_that_nobody_shares_costs_nobody_anything():
    empty = replace(SITUATION, people=np.where(np.arange(len(HUBS)) == 0, 0.0, SITUATION.people))
    found = estimate(empty, QUANTITIES, count=25, seed=1)
    assert found.hubs.loc[0, "served_well_people"] == 0
    assert found.hubs.loc[0, "cost_per_person_month_usd"] == inf
    assert np.isfinite(found.programme.to_numpy()).all()


def test_without_anything_uncertain_the_intervals_are_points():
    found = estimate(SITUATION, known(QUANTITIES), count=25, seed=1)
    for name in OUTPUTS:
        for end in ("low", "high"):
            assert found.hubs[f"{name}_{end}"].to_numpy() == pytest.approx(
                found.hubs[name].to_numpy(), rel=FOUND if "served" in name else 1e-5
            )
    assert found.hangs_on.empty


def test_where_no_hub_ever_sees_a_satellite_there_is_no_service():
    classes = len(SITUATION.aspect.elevation_deg)
    blind = replace(
        SITUATION.select(slice(0, 1)),
        aspect=replace(
            SITUATION.aspect.select(slice(0, 1)),
            share=np.zeros((1, classes)),
            range_km=np.full((1, classes), np.nan),
            served_at=np.zeros((1, 1), dtype=bool),
            usable=np.zeros(1),
        ),
    )
    found = chain_of(blind)
    assert (
        found.availability_pct
        == found.line.cell_down.busy_mbps
        == found.crowd.served_well_people
        == 0
    )
    assert found.crowd.cost_per_served_month_usd == inf


# --- Many draws, and numbers of one's own --------------------------------------------------------


def test_interpolating_who_is_served_well_misses_little(monkeypatch):
    count = 40
    values = {name: drawn[:, None] for name, drawn in draws(QUANTITIES, count, seed=5).items()}
    exact = serve(values, SITUATION).crowd.served_well_people
    monkeypatch.setattr(crowding, "FEW", 0)
    quick = serve(values, SITUATION).crowd.served_well_people
    assert not np.array_equal(quick, exact)
    assert quick == pytest.approx(exact, rel=0.01, abs=1.0)


def test_a_number_of_ones_own_leaves_the_published_median_as_a_draw_of_it_does():
    name = "cell.down.beams_per_satellite"
    twice = QUANTITIES[name].at(2 * QUANTITIES[name].value)
    own = estimate(SITUATION, {**QUANTITIES, name: twice}, count=25, seed=1)
    usual_mbps = SAMPLE.hubs["terminal_mbps"].to_numpy()
    # Our own hubs in a cell do not become more with its beams.
    assert (own.hubs["terminal_mbps"] < 1.35 * usual_mbps).all()
    assert own.hubs["cell_mbps"].to_numpy() == pytest.approx(2 * SAMPLE.hubs["cell_mbps"])


def test_rain_and_gateways_count_only_while_there_is_a_satellite():
    half = replace(SITUATION, aspect=replace(SITUATION.aspect, served_at=served_for(0.5)))
    always, some = chain_of(), chain_of(half)
    assert some.rain_out_h_per_year == pytest.approx(always.rain_out_h_per_year / 2)
    assert some.availability_pct == pytest.approx(always.availability_pct / 2)
    cut_off = chain_of(replace(SITUATION, reached=np.zeros(len(HUBS))))
    assert (cut_off.availability_pct == 0).all()
