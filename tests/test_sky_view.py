"""The sky at one moment: the same as the count, and every state for its own reason."""

import numpy as np
import pytest

from leohub.sky.gateways import Gateways
from leohub.sky.service import timeline
from leohub.sky.shells import OTHER
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.view import (
    HIDDEN,
    LOW,
    NEAR_ARC,
    NO_GATEWAY,
    STATES,
    USABLE,
    hidden_below_deg,
    sky_at,
    trails,
)
from tests.sample_scene import NAIROBI, START, two_shells

NOW = np.datetime64(START, "us")
HILL = np.clip(40 * np.cos(np.radians(np.arange(360) - 90)), 0, None)  # in the east


def gateways(*places: tuple[float, float], height_km: float = 0.0) -> Gateways:
    lat, lon = np.array(places).T
    count = len(places)
    return Gateways(
        name=np.array([f"G{number}" for number in range(count)]),
        lat_deg=lat,
        lon_deg=lon,
        height_km=np.full(count, height_km),
        min_elevation_deg=np.full(count, 25.0),
        pop=np.full(count, ""),
    )


@pytest.mark.parametrize("lasers", [False, True])
@pytest.mark.parametrize("ground", [None, gateways((-5.0, 37.0), (9.0, 30.0))])
@pytest.mark.parametrize("horizon_deg", [None, HILL])
def test_the_view_is_the_first_slot_of_the_count(horizon_deg, ground, lasers):
    rules = Rules(25, 18, lasers=lasers)
    place = places_at(*NAIROBI, 1.7, horizon_deg)
    constellation = two_shells()
    day = timeline(constellation, place, rules, start=START, hours=0.01, gateways=ground)
    above = sky_at(constellation, place, rules, at=NOW, gateways=ground)
    first = day.isel(time=0)
    assert above["in_view"].sum() == first["in_view"]
    assert above["usable"].sum() == first["usable"]
    best = above[above["usable"]].iloc[0]
    assert best["norad_id"] == first["serving"]
    assert best["elevation_deg"] == pytest.approx(float(first["serving_elevation_deg"]), abs=1e-3)
    assert best["azimuth_deg"] == pytest.approx(float(first["serving_azimuth_deg"]), abs=1e-2)
    assert best["range_km"] == pytest.approx(float(first["serving_range_km"]), abs=0.01)


def test_every_state_has_its_reason():
    place, rules = places_at(*NAIROBI, horizon_deg=HILL), Rules(25, 18)
    above = sky_at(two_shells(), place, rules, at=NOW, gateways=gateways((-12.0, 40.0)))
    assert set(above["state"]) == set(STATES)
    hill_deg = hidden_below_deg(place, above["azimuth_deg"].to_numpy())
    low = above["elevation_deg"] < 25
    hidden = ~low & (above["elevation_deg"] < hill_deg)
    near = ~low & ~hidden & (above["arc_angle_deg"] < 18)
    for state, chosen in ((LOW, low), (HIDDEN, hidden), (NEAR_ARC, near)):
        assert ((above["state"] == state) == chosen).all()
    assert (above["usable"] == (above["state"] == USABLE)).all()
    assert (above["in_view"] == ~low).all()
    assert above["elevation_deg"].is_monotonic_decreasing


def test_lasers_bring_a_shell_to_the_gateway_that_one_of_its_satellites_sees():
    constellation, place = two_shells(), places_at(*NAIROBI)
    far = gateways((40.0, -100.0))
    bent = sky_at(constellation, place, Rules(25), at=NOW, gateways=far)
    linked = sky_at(constellation, place, Rules(25, lasers=True), at=NOW, gateways=far)
    assert set(bent.loc[bent["in_view"], "state"]) == {NO_GATEWAY}
    served = linked[linked["in_view"]].groupby("shell")["state"].unique()
    assert all(len(states) == 1 for states in served)
    assert served["53°@550 km"][0] == USABLE
    assert OTHER not in served


def test_nothing_is_above_where_nothing_flies():
    above = sky_at(two_shells().select(np.arange(3)), places_at(89, 0), Rules(25), at=NOW)
    assert above.empty
    assert above["usable"].dtype == bool


def test_trails_end_where_the_satellites_are():
    constellation, place = two_shells(), places_at(*NAIROBI)
    above = sky_at(constellation, place, Rules(25), at=NOW)
    azimuth_deg, elevation_deg = trails(
        constellation, place, above["norad_id"].to_numpy(), until=NOW, length_s=60, step_s=20
    )
    assert azimuth_deg.shape == (len(above), 4)
    assert elevation_deg[:, -1] == pytest.approx(above["elevation_deg"].to_numpy(), abs=1e-6)
    earlier = sky_at(constellation, place, Rules(25), at=NOW - np.timedelta64(60, "s"))
    both = above.reset_index().merge(earlier, on="norad_id")
    assert elevation_deg[both["index"], 0] == pytest.approx(both["elevation_deg_y"], abs=1e-6)


def test_a_horizon_is_linear_between_its_degrees_and_around_north():
    place = places_at(0, 0, horizon_deg=np.arange(360.0) / 4)
    found = hidden_below_deg(place, np.array([0.0, 10.5, 359.0, 359.5]))
    assert found == pytest.approx([0.0, 2.625, 89.75, 44.875])
