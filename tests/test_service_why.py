"""Why a hub's numbers are what they are, and years of its rain."""

import datetime as dt
from dataclasses import replace
from itertools import groupby
from math import isfinite

import numpy as np
import pandas as pd
import pytest

from leohub.constants import LIGHT_KM_S
from leohub.quantities import nominal
from leohub.sky.air.process import DAYS_PER_YEAR, draw_exceedance_pct, outage_hours
from leohub.sky.screening import Screening
from leohub.sky.shells import walker
from leohub.sky.visibility.rules import Rules
from leohub.study.overhead import Overhead
from leohub.study.service.why import why
from leohub.study.service.year import HOURS_PER_YEAR, rain_years
from tests.sample_results import sample_cost, sample_estimate

HUBS = pd.DataFrame(
    {
        "lat_deg": [-1.3, 0.5, -3.9],
        "lon_deg": [36.8, 34.5, 39.6],
        "sharing_people": [23_000.0, 900.0, 12_000.0],
    }
)
ESTIMATE = sample_estimate(HUBS, sample_cost())
VALUES = nominal(ESTIMATE.quantities)

COLUMNS = {
    "Out by rain": "rain_out_h_per_year",
    "Available": "availability_pct",
    "The cell carries": "cell_mbps",
    "A terminal downloads": "terminal_mbps",
    "A terminal uploads": "terminal_up_mbps",
    "Round trip to the point of presence": "latency_pop_ms",
    "Round trip to a server": "latency_server_ms",
    "People present": "present_people",
    "Each person's fetch": "active_mbps",
    "Chance of the stated quality": "threshold_chance_pct",
    "People served well": "served_well_people",
    "Solar panel": "panel_w",
    "Battery": "battery_wh",
    "Cost per person": "cost_per_person_month_usd",
    "Cost per person served well": "cost_per_served_month_usd",
}
"""Steps that are columns of hubs.csv."""


@pytest.fixture(params=range(len(HUBS)))
def hub(request) -> int:
    return request.param


def told(hub: int, estimate=ESTIMATE) -> dict[str, float]:
    return {step.what: step.value for step in why(estimate, hub)}


# --- The chain -----------------------------------------------------------------------------------


def test_every_step_says_what_how_and_whence(hub):
    steps = why(ESTIMATE, hub)
    assert len({step.what for step in steps}) == len(steps)
    for step in steps:
        assert isfinite(step.value), step
        assert step.unit, step
        assert len(step.how) > 10, step
        assert len(step.source) > 5, step
        assert set(step.inputs) <= ESTIMATE.quantities.keys(), step
        assert "nan" not in step.how.split()


def test_the_steps_are_the_columns_of_the_hub(hub):
    steps = told(hub)
    for what, column in COLUMNS.items():
        assert steps[what] == pytest.approx(ESTIMATE.hubs.loc[hub, column]), what


def test_the_sky_is_that_of_the_situation(hub):
    steps, aspect = told(hub), ESTIMATE.situation.aspect
    assert steps["Usable satellites"] == aspect.usable[hub]
    assert steps["Time with a usable satellite"] == 100 * aspect.served[hub]
    # Shares and classes of the sample.
    assert steps["Height of the serving satellite"] == pytest.approx(
        0.3 * 35 + 0.4 * 52.5 + 0.3 * 77.5
    )


def test_air_stands_between_its_neighbours_in_the_table(hub):
    steps, situation = told(hub), ESTIMATE.situation
    share = situation.aspect.share[hub]
    assert steps["Air of an ordinary hour"] == pytest.approx(share @ situation.down_db[hub, :, -1])
    percentages = np.geomspace(0.001, 50, 17)
    after = int(np.searchsorted(percentages, 0.01))
    harder, milder = (share @ situation.down_db[hub, :, k] for k in (after - 1, after))
    assert milder < steps["Air in hard rain"] < harder


def test_capacity_follows_from_beams_and_channel(hub):
    steps = told(hub)
    channel, cells = (
        steps["Rate of a channel, download"],
        steps["Cells with customers below a satellite"],
    )
    each = min(
        VALUES["cell.down.beams_per_satellite"], VALUES["cell.down.satellite_mbps"] / channel
    )
    beams = min(VALUES["cell.down.max_beams"], steps["Usable satellites"] / cells * each)
    assert steps["Beams of the cell"] == pytest.approx(beams)
    assert steps["The cell carries"] == pytest.approx(beams * channel)
    assert steps["Others at work, download"] == VALUES["load.down"] - 1
    ours = ESTIMATE.situation.hubs_in_cell[hub]
    share = beams * channel / (steps["Others at work, download"] + ours)
    assert steps["A terminal downloads"] == pytest.approx(
        min(share, channel, VALUES["terminal.max_down_mbps"])
    )


def test_availability_is_the_product_of_its_parts(hub):
    steps = told(hub)
    dark_pct = ESTIMATE.situation.supply.loss_of_load_typical_pct[hub]
    dry = 1 - steps["Out by rain"] / HOURS_PER_YEAR
    wanted = steps["Time with a usable satellite"] * dry * (1 - dark_pct / 100)
    assert steps["Available"] == pytest.approx(wanted)


def test_round_trips_add_up(hub):
    steps = told(hub)
    radio_km, laser_km, hops, fibre_km, server_km = (
        values[hub] for values in vars(ESTIMATE.situation.route).values()
    )
    fibre_ms_km = VALUES["latency.fibre_factor"] * VALUES["latency.fibre_us_km"] / 1000
    space_ms = (radio_km + VALUES["latency.laser_factor"] * laser_km) / LIGHT_KM_S * 1000
    one_way = space_ms + hops * VALUES["latency.hop_ms"] + fibre_km * fibre_ms_km
    pop_ms = VALUES["latency.access_ms"] + 2 * one_way
    assert steps["Round trip to the point of presence"] == pytest.approx(pop_ms)
    assert steps["Round trip to a server"] == pytest.approx(
        pop_ms + 2 * server_km * fibre_ms_km + VALUES["latency.beyond_ms"]
    )


def test_people_and_their_costs_follow(hub):
    steps, people = told(hub), HUBS.loc[hub, "sharing_people"]
    busy = max(VALUES["use.busy_hour_share_pct"] / 100, 1 / VALUES["use.opening_h_per_day"])
    visits_a_day = VALUES["use.visits_per_month"] / VALUES["use.open_days_per_month"]
    each = VALUES["use.month_users_pct"] / 100 * visits_a_day
    each *= VALUES["use.minutes_per_visit"] / 60 * busy
    assert steps["People present"] == pytest.approx(people * each)
    well = min(people, steps["Present and all served well"] / each)
    # Interpolated over throughputs in the chain.
    assert steps["People served well"] == pytest.approx(well, rel=0.1)
    assert steps["Cost per person"] == pytest.approx(steps["Cost of the hub"] / people)
    assert steps["Cost per person served well"] == pytest.approx(
        steps["Cost of the hub"] / steps["People served well"]
    )


def test_words_hold_the_numbers_they_are_made_of():
    by_what = {step.what: step for step in why(ESTIMATE, 0)}
    assert "240 MHz" in by_what["Rate of a channel, download"].how
    assert "3 of them ours" in why(ESTIMATE, 2)[17].how
    assert "23,000" in by_what["People present"].how
    assert "5 Mbps with 80 % chance" in by_what["Present and all served well"].how
    assert "25°" in by_what["Cells with customers below a satellite"].how


def test_a_map_of_the_load_is_named_as_the_source():
    situation = ESTIMATE.situation
    load = pd.Series([7.0], index=situation.cells[1:2])
    mapped = replace(ESTIMATE, situation=replace(situation, load=load))
    sources = [
        next(step for step in why(mapped, hub) if step.what == "Others at work, download")
        for hub in (0, 1)
    ]
    assert sources[0].inputs == ("load.down",)
    assert sources[1].inputs == ()
    assert "map of the load" in sources[1].source


@pytest.mark.parametrize("place", [-1, len(HUBS)])
def test_a_hub_that_is_not_there_is_refused(place):
    with pytest.raises(IndexError, match="there are 3 hubs"):
        why(ESTIMATE, place)


# --- Years of rain -------------------------------------------------------------------------------

START = dt.datetime(2026, 8, 22, tzinfo=dt.UTC)
STEPS = round(DAYS_PER_YEAR * 24 * 60)


def sky(satellites: int) -> Overhead:
    """A shell over the sample's hubs; few satellites leave gaps."""
    shell = walker(
        satellites=satellites,
        planes=satellites // 20,
        inclination_deg=10,
        altitude_km=550,
        epoch=START,
    )
    kept = Screening(shell, len(shell), {}, {}, 0.0, 0.0)
    return Overhead(kept, START, Rules(min_elevation_deg=25.0, arc_avoidance_deg=0.0))


def with_air(change, classes: slice = slice(None)):
    """The sample in harder air, for some classes of elevations."""
    situation = ESTIMATE.situation
    down_db = situation.down_db.copy()
    down_db[:, classes] = change(down_db[:, classes])
    return replace(ESTIMATE, situation=replace(situation, down_db=down_db))


def wet(classes: slice = slice(None)):
    return with_air(lambda table_db: 3 * table_db, classes)


def test_years_are_those_of_the_process_at_the_worse_of_two_ways():
    """With one limit for all moments the process itself can be asked."""
    situation = ESTIMATE.situation
    flat = replace(situation, down_db=np.repeat(3 * situation.down_db[:, :1], 3, axis=1))
    same_range = replace(flat.aspect, range_km=np.full_like(flat.aspect.range_km, 600.0))
    # A link of constant flux loses by its scan alone; none here.
    quantities = {
        **ESTIMATE.quantities,
        "down.scan_exponent": ESTIMATE.quantities["down.scan_exponent"].at(0.0),
    }
    steady = replace(ESTIMATE, situation=replace(flat, aspect=same_range), quantities=quantities)
    found = rain_years(steady, 0, sky(1_000), hours=1, count=3, seed=5)
    assert found.usable_pct == 100
    limit_pct = 100 * found.expected_h / HOURS_PER_YEAR
    assert limit_pct > 0.02
    hours, outages = outage_hours(np.full(1440, limit_pct), 3, 5)
    assert found.out_h == pytest.approx(hours)
    assert found.outages.tolist() == outages.tolist()
    drawn = np.concatenate(list(draw_exceedance_pct(3, STEPS, 60.0, 5)), axis=1)
    for year in range(3):
        runs = [sum(1 for _ in run) for out, run in groupby(drawn[year] < limit_pct) if out]
        assert len(runs) == found.outages[year]
        assert max(runs) / 60 == pytest.approx(found.longest_h[year])


def test_the_mean_of_many_years_is_what_is_expected():
    found = rain_years(wet(), 2, sky(1_000), hours=2, count=60, seed=1)
    error = found.out_h.std() / np.sqrt(60)
    assert abs(found.out_h.mean() - found.expected_h) < 4 * error
    low, middle, high = found.spread()["out_h"]
    assert 0 < low < middle < high
    assert (found.longest_h <= found.out_h).all()
    assert (found.outages <= found.out_h * 60 + 1e-6).all()


def test_only_the_air_below_which_a_satellite_serves_matters():
    """A thousand satellites over the equator always leave a high one, sixty do not."""

    def expected_h(estimate, satellites):
        return rain_years(estimate, 2, sky(satellites), hours=2, count=1, seed=1).expected_h

    low = wet(slice(0, 1))
    assert expected_h(low, 1_000) == expected_h(ESTIMATE, 1_000)
    assert expected_h(low, 60) > expected_h(ESTIMATE, 60) > expected_h(ESTIMATE, 1_000)


def test_gaps_are_no_rain_and_are_told_apart():
    full, thin = (rain_years(wet(), 0, sky(n), hours=6, count=1, seed=1) for n in (1_000, 60))
    assert full.without_satellite_h == full.longest_gap_s == 0
    assert 0 < thin.usable_pct < 100
    served = thin.usable_pct / 100
    assert thin.without_satellite_h == pytest.approx(HOURS_PER_YEAR * (1 - served))
    assert thin.longest_gap_s >= 60


def test_air_that_no_link_bears_takes_all_the_time_that_satellites_serve():
    drowned = with_air(lambda table_db: table_db + 200)
    found = rain_years(drowned, 0, sky(60), hours=6, count=2, seed=1)
    served = found.usable_pct / 100
    assert found.expected_h == pytest.approx(HOURS_PER_YEAR * served)
    assert found.out_h == pytest.approx(HOURS_PER_YEAR * served, rel=1e-3)


def test_years_are_seeded_and_a_further_one_leaves_the_others():
    two, three, other = (
        rain_years(wet(), 1, sky(1_000), hours=1, count=count, seed=seed)
        for count, seed in ((2, 1), (3, 1), (2, 2))
    )
    assert two.out_h.tolist() == three.out_h[:2].tolist()
    assert two.longest_h.tolist() == three.longest_h[:2].tolist()
    assert two.out_h.tolist() != other.out_h.tolist()


def test_no_years_are_refused():
    with pytest.raises(ValueError, match="one or more years"):
        rain_years(ESTIMATE, 0, sky(60), hours=1, count=0, seed=1)
