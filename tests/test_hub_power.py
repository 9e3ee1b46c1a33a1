"""Solar power of a hub: its load, a battery hour by hour, and the cheapest sizes that do."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.hub.power.battery import Equipment, loss_of_load_pct, monthly_loss_of_load_pct
from leohub.hub.power.months import DAYS_OF_MONTH, monthly_means
from leohub.hub.power.panel import load_by_hour_w, panel_output_w
from leohub.hub.power.sizing import BATTERY_STEP_WH, PANEL_STEP_W, size_supply
from leohub.hub.power.sunshine import sun_years
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.builtin.sunshine import built_in_sunshine
from leohub.quantities import draws, nominal

QUANTITIES, _, CONTENT = built_in_quantities("hub/power.toml")
VALUES = nominal(QUANTITIES)
EQUIPMENT = Equipment(0.8, 0.95, 0.9, 0.75)
PERFECT = Equipment(1.0, 1.0, 1.0, 1.0)
DAY = np.maximum(np.sin(np.pi * (np.arange(24) - 5.5) / 12), 0) * 900
PRICES = {"panel_price_per_w": 100.0, "battery_price_per_wh": 40.0}


@pytest.fixture(scope="module")
def sun():
    """Four years at Nairobi, Lodwar and Mombasa."""
    sunshine, _ = built_in_sunshine()
    some = [sunshine.name.tolist().index(name) for name in ("Nairobi", "Lodwar", "Mombasa")]
    return sun_years(
        sunshine.lat_deg[some],
        sunshine.lon_deg[some],
        sunshine.kwh_m2_day[some],
        tilt_deg=10.0,
        albedo=0.2,
        persistence=0.29,
        years=4,
        seed=7,
    )


def lost_by_hand(panel_w, battery_wh, load_w, sun_w_m2, equipment):
    """One hub and one year, in plain steps; the share of hours that are lost."""
    full = battery_wh * equipment.depth_of_discharge
    stored, lost = full, 0
    for hour, light in enumerate(sun_w_m2):
        made = panel_w * light / 1000 * equipment.performance_ratio
        left = made - load_w[hour % 24]
        if left >= 0:
            stored = min(stored + left * equipment.charge_efficiency, full)
        elif -left / equipment.discharge_efficiency > stored + 1e-6:
            stored, lost = 0.0, lost + 1
        else:
            stored = max(stored + left / equipment.discharge_efficiency, 0.0)
    return 100 * lost / len(sun_w_m2)


# --- Load and panel ------------------------------------------------------------------------------


def test_the_load_follows_the_opening_hours():
    load = load_by_hour_w(80.0, 5.0, 7.5, 18.0)
    assert load.shape == (24,)
    assert load[[6, 7, 8, 17, 18]].tolist() == [5, 42.5, 80, 80, 5]
    assert load.sum() == pytest.approx(80 * 10.5 + 5 * 13.5)
    assert np.all(load_by_hour_w(80.0, 5.0, 0, 24) == 80)
    assert load_by_hour_w(np.array([45.0, 80.0]), 5.0, 8, [18, 20]).shape == (2, 24)


@pytest.mark.parametrize("hours", [(-1, 18), (8, 25), (18, 8)])
def test_hours_outside_the_day_are_refused(hours):
    with pytest.raises(ValueError, match="from 0 to 24 h"):
        load_by_hour_w(80.0, 5.0, *hours)
    with pytest.raises(ValueError, match="open_w must not be negative"):
        load_by_hour_w(-80.0, 5.0, 8, 18)


def test_a_panel_gives_its_rated_power_in_full_sun():
    assert panel_output_w(600.0, 1000.0, 1.0) == 600
    assert panel_output_w(600.0, [0, 500], 0.8).tolist() == [0, 240]


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01])
def test_shares_of_equipment_lie_within_0_to_1(share):
    for field in dataclasses.fields(Equipment):
        with pytest.raises(ValueError, match=f"{field.name} must be (greater than 0|1 at most)"):
            dataclasses.replace(EQUIPMENT, **{field.name: share})


# --- Battery -------------------------------------------------------------------------------------


@given(
    st.floats(0, 1500),
    st.floats(0, 5000),
    st.floats(0, 150),
    st.integers(0, 23),
    st.integers(0, 1000),
)
@settings(max_examples=40)
def test_a_battery_runs_as_by_hand(panel_w, battery_wh, open_w, opens_h, seed):
    light = (DAY * np.random.default_rng(seed).uniform(0.1, 1.2, (20, 1))).ravel()
    load = load_by_hour_w(open_w, 5.0, opens_h, 24)
    found = loss_of_load_pct(panel_w, battery_wh, load, light[None], EQUIPMENT)
    assert found == pytest.approx(lost_by_hand(panel_w, battery_wh, load, light, EQUIPMENT))


def test_without_sun_a_battery_lasts_as_long_as_it_holds():
    load = np.full(24, 10.0)
    dark = np.zeros((1, 240))
    # 1,000 Wh, of which 75 % are used and 90 % of these arrive: 67.5 hours of 10 W.
    assert loss_of_load_pct(0.0, 1000.0, load, dark, EQUIPMENT) == pytest.approx(
        100 * (240 - 67) / 240
    )
    assert loss_of_load_pct(0.0, 2400.0, load, dark, PERFECT) == 0
    assert loss_of_load_pct(0.0, 0.0, np.zeros(24), dark, PERFECT) == 0


def test_sun_that_meets_the_load_needs_no_battery():
    light = np.full((1, 48), 1000.0)
    assert loss_of_load_pct(100.0, 0.0, np.full(24, 80.0), light, EQUIPMENT) == 0
    assert loss_of_load_pct(99.0, 0.0, np.full(24, 80.0), light, EQUIPMENT) == 100


@given(st.floats(100, 1500), st.floats(100, 4000), st.floats(1, 2), st.floats(1, 2))
@settings(max_examples=20)
def test_more_of_anything_never_loses_more(panel_w, battery_wh, more_panel, more_battery):
    random = np.random.default_rng(3).uniform(0.1, 1.2, (3, 30, 1))
    light = (DAY * random).reshape(3, -1)
    load = np.full(24, 80.0)
    small = loss_of_load_pct(panel_w, battery_wh, load, light, EQUIPMENT)
    large = loss_of_load_pct(
        panel_w * more_panel, battery_wh * more_battery, load, light, EQUIPMENT
    )
    assert large <= small
    scaled = loss_of_load_pct(panel_w * 3, battery_wh * 3, load * 3, light, EQUIPMENT)
    assert scaled == pytest.approx(small, abs=0.2)


def test_draws_hubs_and_sizes_broadcast(sun):
    drawn = draws(QUANTITIES, 5, seed=1)
    equipment = Equipment.from_values({name: value[:, None] for name, value in drawn.items()})
    open_w = 65 + drawn["power.wifi_w"][:, None] * np.ones(3)
    load = load_by_hour_w(open_w, 5.0, 6.0, np.array([18.0, 20.0, 22.0]))
    panel = np.array([300.0, 400.0, 500.0])
    loss = monthly_loss_of_load_pct(panel, 1500.0, load, sun, equipment)
    assert loss.shape == (5, 3, 12)
    one = Equipment.from_values({name: value[4] for name, value in drawn.items()})
    alone = monthly_loss_of_load_pct(500.0, 1500.0, load[4, 2], sun[2], one)
    assert loss[4, 2] == pytest.approx(alone)
    whole = loss_of_load_pct(500.0, 1500.0, load[4, 2], sun[2], one)
    assert whole == pytest.approx(np.average(alone, weights=DAYS_OF_MONTH))
    years = [loss_of_load_pct(500.0, 1500.0, load[4, 2], sun[2, [y]], one) for y in range(4)]
    assert whole == pytest.approx(np.mean(years))


def test_wrong_shapes_and_sizes_are_refused(sun):
    with pytest.raises(ValueError, match="48 hours of sun and 24 of load, where 8760 and 24"):
        monthly_loss_of_load_pct(1.0, 1.0, np.ones(24), np.ones((1, 48)), EQUIPMENT)
    with pytest.raises(ValueError, match="battery_wh must not be negative"):
        loss_of_load_pct(1.0, -1.0, np.ones(24), np.ones((1, 48)), EQUIPMENT)
    with pytest.raises(ValueError, match="50 hours of sun"):
        loss_of_load_pct(1.0, 1.0, np.ones(24), np.ones((1, 50)), EQUIPMENT)


# --- Sizes ---------------------------------------------------------------------------------------


def test_the_cheapest_pair_is_that_of_a_search_over_all(sun):
    load = load_by_hour_w(np.array([30.0, 40.0, 30.0]), 2.0, 6.0, 22.0)
    target_pct = np.array([1.0, 1.0, 20.0])
    found = size_supply(load, sun, EQUIPMENT, **PRICES, target_pct=target_pct)
    panel = PANEL_STEP_W * np.arange(1, 17)
    battery = BATTERY_STEP_WH * np.arange(1, 21)
    loss = monthly_loss_of_load_pct(
        panel[:, None, None],
        battery[None, :, None],
        load,
        sun,
        EQUIPMENT,
    ).max(axis=-1)
    cost = panel[:, None, None] * 100 + battery[None, :, None] * 40 + 0 * loss
    cheapest = np.where(loss <= target_pct, cost, np.inf).min(axis=(0, 1))
    assert found.cost.tolist() == cheapest.tolist()
    assert np.all(found.cost == found.panel_w * 100 + found.battery_wh * 40)


def test_what_sizes_come_to_is_told(sun):
    load = np.full(24, 80.0)
    found = size_supply(load, sun, EQUIPMENT, **PRICES, target_pct=1.0)
    loss = monthly_loss_of_load_pct(found.panel_w, found.battery_wh, load, sun, EQUIPMENT)
    assert found.loss_of_load_worst_pct == pytest.approx(loss.max(axis=-1))
    assert np.all(found.loss_of_load_worst_pct <= 1)
    assert np.all(found.loss_of_load_typical_pct <= found.loss_of_load_worst_pct)
    sites = np.arange(3)
    assert loss[sites, found.worst_month - 1] == pytest.approx(found.loss_of_load_worst_pct)
    assert loss[sites, found.typical_month - 1] == pytest.approx(found.loss_of_load_typical_pct)
    daily = sun.mean(axis=1).reshape(3, 365, 24).mean(axis=-1)
    typical = monthly_means(daily)[sites, found.typical_month - 1]
    assert np.all((monthly_means(daily) < typical[:, None]).sum(axis=-1) == 5)
    assert found.autonomy_days == pytest.approx(found.battery_wh * 0.75 * 0.9 / 1920)
    # Nairobi has dull months that Lodwar has not.
    assert found.cost[0] > found.cost[1]


def test_a_hub_has_the_sizes_it_would_have_alone(sun):
    load = np.array([[30.0] * 24, [45.0] * 24, [60.0] * 24])
    together = size_supply(load, sun, EQUIPMENT, **PRICES, target_pct=[1.0, 2.0, 5.0])
    alone = size_supply(load[1], sun[1], EQUIPMENT, **PRICES, target_pct=2.0)
    assert (together.panel_w[1], together.battery_wh[1]) == (alone.panel_w, alone.battery_wh)
    looser = size_supply(load[1], sun[1], EQUIPMENT, **PRICES, target_pct=10.0)
    assert looser.cost < alone.cost


def test_what_can_not_be_sized_is_refused(sun):
    load = np.full(24, 80.0)
    with pytest.raises(ValueError, match="keeps the loss of load within 1 %"):
        size_supply(load, sun[0] * (np.arange(8760) < 4000), EQUIPMENT, **PRICES, target_pct=1.0)
    with pytest.raises(ValueError, match="too large for a hub"):
        size_supply(1000 * load, sun, EQUIPMENT, **PRICES, target_pct=1.0)
    with pytest.raises(ValueError, match="0 W needs no panel"):
        size_supply(np.zeros(24), sun, EQUIPMENT, **PRICES, target_pct=1.0)
    with pytest.raises(ValueError, match="must not be negative"):
        size_supply(
            load, sun, EQUIPMENT, panel_price_per_w=-1.0, battery_price_per_wh=40.0, target_pct=1.0
        )
    with pytest.raises(ValueError, match="must be 100 at most"):
        size_supply(load, sun, EQUIPMENT, **PRICES, target_pct=101.0)


# --- Quantities ----------------------------------------------------------------------------------


BARE = ("ratio", "albedo", "efficiency", "depth_of_discharge", "persistence", "factor")
"""How the names of numbers without a unit end."""


def test_every_number_of_the_power_supply_says_where_it_comes_from():
    assert CONTENT
    for name, quantity in QUANTITIES.items():
        assert name.startswith("power."), name
        assert quantity.source, name
        assert quantity.unit or name.endswith(BARE), name


def test_prices_and_load_are_those_of_the_default_hub():
    lines = {line.item: line for line in builtin_prices()[0]}
    assert VALUES["power.panel.price_kes_per_w"] == lines["Solar power installed [W]"].amount
    assert VALUES["power.battery.price_kes_per_wh"] * 1000 == lines["Battery [kWh]"].amount
    terminal_w = built_in_quantities("operators/starlink.toml")[0]["terminal.power_w"].value
    assert terminal_w + VALUES["power.wifi_w"] + VALUES["power.router_w"] == 80
