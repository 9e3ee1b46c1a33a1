"""Which satellites carry traffic to the ground."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.sky.constellation import join
from leohub.sky.gateways import Gateways, Outage
from leohub.sky.motion.propagation import Orbits
from leohub.sky.service import day_service, series
from leohub.sky.shells import OTHER, walker
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Sweep
from leohub.sky.visibility.view import NO_GATEWAY, sky_at
from tests.plain_sky import knotted_positions, look, reaching

START = dt.datetime(2026, 8, 22, 13, 0)
MOMENT = np.datetime64(START, "us")
NAIROBI = (-1.2864, 36.8172)


def shells(second="97°@480 km"):
    """One shell, and another whose satellites may belong together or not."""
    return join(
        "test",
        [
            walker(satellites=400, planes=20, inclination_deg=53, altitude_km=550, epoch=START),
            dataclasses.replace(
                walker(satellites=120, planes=8, inclination_deg=97, altitude_km=480, epoch=START),
                shell=np.full(120, second),
            ),
        ],
    )


def gateways_at(*places, outages=()):
    lat, lon, elevation = np.array(places, dtype=float).T
    return Gateways(
        name=np.array([f"G{k}" for k in range(len(places))]),
        lat_deg=lat,
        lon_deg=lon,
        height_km=np.zeros(len(places)),
        min_elevation_deg=elevation,
        pop=np.full(len(places), ""),
        outages=tuple(outages),
    )


def at(minutes):
    return MOMENT + np.timedelta64(round(minutes * 60e6), "us")


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.sampled_from([1, 4, 80]),
    lasers=st.booleans(),
    outages=st.lists(
        st.tuples(st.integers(0, 79), st.floats(-10, 20), st.floats(-5, 20)), max_size=6
    ),
)
def test_allowed_are_those_that_a_working_gateway_tracks(seed, count, lasers, outages):
    random = np.random.default_rng(seed)
    constellation = shells(random.choice(["97°@480 km", OTHER, ""]))
    around = random.uniform([-90, -180], [90, 180])
    # Spread over the Earth, or a crowd around one spot; some track down to the horizon.
    spread = random.choice([0.01, 5.0, 180.0])
    lat = np.clip(around[0] + random.uniform(-spread, spread, count) / 2, -90, 90)
    lon = np.clip(around[1] + random.uniform(-spread, spread, count), -180, 180)
    gateways = gateways_at(
        *zip(lat, lon, random.choice([0.0, 5, 10, 25, 70], count), strict=True),
        outages=[Outage(g, at(a), at(a + b)) for g, a, b in outages if g < count],
    )
    times = MOMENT + np.arange(12) * np.timedelta64(75, "s")
    rules = Rules(25.0, lasers=lasers)
    sweep = Sweep(Orbits(constellation), places_at(*NAIROBI), rules, times, gateways)
    position = knotted_positions(Orbits(constellation), times)
    expected = reaching(position, constellation, gateways, times, lasers=lasers)
    flight, near, _ = sweep.flight(0)
    assert lasers == (len(near) == len(constellation))
    np.testing.assert_array_equal(flight.allowed, expected[: sweep.length, near])


def test_traffic_comes_down_on_the_other_side_of_the_earth_only_over_lasers():
    gateways = gateways_at((40.0, -143.0, 10.0))
    options = {"start": START, "hours": 0.5, "gateways": gateways}
    place, constellation = places_at(*NAIROBI), shells()
    bent = series(constellation, place, Rules(25.0), **options)
    laser = series(constellation, place, Rules(25.0, lasers=True), **options)
    free = series(constellation, place, Rules(25.0), start=START, hours=0.5)
    assert int(bent.usable.max()) == 0
    assert (bent.serving == -1).all()
    np.testing.assert_array_equal(bent.in_view, free.in_view)
    np.testing.assert_array_equal(laser.usable, free.usable)
    np.testing.assert_array_equal(laser.serving, free.serving)
    assert "over laser links" in laser.attrs["gateways"]
    assert "bent pipe" in bent.attrs["gateways"]


@pytest.mark.parametrize("none", ["", OTHER])
def test_satellites_of_no_shell_have_no_links(none):
    gateways = gateways_at((40.0, -143.0, 10.0))
    constellation = shells(none)
    rules, place = Rules(10.0, lasers=True), places_at(*NAIROBI)
    found = series(constellation, place, rules, start=START, hours=1, gateways=gateways)
    assert (found.serving.values <= 400).all()
    only = series(
        constellation.select(np.arange(400)), place, rules, start=START, hours=1, gateways=gateways
    )
    np.testing.assert_array_equal(found.usable, only.usable)


def test_an_outage_holds_from_its_begin_until_just_before_its_end():
    gateways = gateways_at((0.0, 36.0, 5.0), outages=[Outage(0, at(10), at(20))])
    place, rules = places_at(*NAIROBI), Rules(25.0)
    day = series(shells(), place, rules, start=START, hours=0.5, gateways=gateways)
    free = series(
        shells(), place, rules, start=START, hours=0.5, gateways=gateways_at((0.0, 36.0, 5.0))
    )
    out = (day.time.values >= at(10)) & (day.time.values < at(20))
    assert out.sum() == 40
    assert (day.usable.values[0, out] == 0).all()
    np.testing.assert_array_equal(day.usable.values[0, ~out], free.usable.values[0, ~out])
    assert free.usable.values[0, out].all()
    figures = day_service(shells(), place, rules, start=START, hours=0.5, gateways=gateways)
    assert float(figures.longest_gap_s[0]) >= 600


def test_a_second_gateway_stands_in():
    both = gateways_at((0.0, 36.0, 5.0), (0.1, 36.1, 5.0), outages=[Outage(0, at(0), at(60))])
    one = gateways_at((0.1, 36.1, 5.0))
    found, expected = (
        series(shells(), places_at(*NAIROBI), Rules(25.0), start=START, hours=0.5, gateways=g)
        for g in (both, one)
    )
    np.testing.assert_array_equal(found.usable, expected.usable)


@pytest.mark.parametrize("lasers", [False, True])
def test_the_sky_of_a_moment_agrees(lasers):
    gateways = gateways_at((-5.0, 30.0, 25.0), (20.0, 90.0, 10.0))
    rules, place = Rules(20.0, 18.0, lasers=lasers), places_at(*NAIROBI)
    constellation = shells(OTHER)
    day = series(constellation, place, rules, start=START, hours=0.01, gateways=gateways)
    above = sky_at(constellation, place, rules, at=MOMENT, gateways=gateways)
    assert int(above["usable"].sum()) == int(day.usable[0, 0])
    assert int(above["in_view"].sum()) == int(day.in_view[0, 0])
    assert lasers or (above["state"] == NO_GATEWAY).any()


def test_gateways_see_what_places_see():
    # A gateway is a place: what it tracks is what a terminal there has in view.
    gateway, times = gateways_at((51.0, 5.0, 25.0)), MOMENT + np.arange(3) * np.timedelta64(60, "s")
    orbits = Orbits(shells())
    position = knotted_positions(orbits, times)
    seen = look(position, places_at(51.0, 5.0), Rules(25.0)).in_view[:, 0]
    np.testing.assert_array_equal(
        reaching(position, orbits.constellation, gateway, times, lasers=False), seen
    )


def test_without_any_gateway_nothing_is_usable():
    nobody = gateways_at((0.0, 0.0, 0.0))
    nobody = dataclasses.replace(
        nobody,
        **{
            field.name: getattr(nobody, field.name)[:0]
            for field in dataclasses.fields(nobody)
            if field.name != "outages"
        },
    )
    day = series(
        shells(), places_at(*NAIROBI), Rules(25.0), start=START, hours=0.1, gateways=nobody
    )
    assert int(day.usable.max()) == 0
    assert int(day.in_view.max()) > 0
