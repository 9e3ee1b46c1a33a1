"""What places see, against every satellite from every place in double precision."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways, Outage
from leohub.sky.motion.knots import to_knots
from leohub.sky.motion.moments import slot_times
from leohub.sky.motion.propagation import Orbits
from leohub.sky.shells import walker
from leohub.sky.visibility import sweep as sweep_module
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Sweep
from leohub.sky.visibility.watch import all_sightings
from tests.plain_sky import exact_positions, knotted_positions, look, reaching

START = np.datetime64("2026-08-22T13:00:12", "us")
MU_KM3_S2, EQUATOR_KM = 398_600.8, 6_378.135
POLES_AND_EDGES = [
    (90.0, 0.0, 0.0), (-90.0, 120.0, 0.0), (89.9999, -45.0, 0.0), (0.0, 180.0, 0.0),
    (0.0, -180.0, 0.0), (-17.0, 179.9999, 0.0), (-17.0, -179.9999, 0.0), (31.5, 35.5, -0.4),
    (28.0, 86.9, 8.0), (0.0, 0.0, 0.0), (0.0, 360.0, 0.0), (-54.8, -68.3, 0.4),
]  # fmt: skip


def random_constellation(random, count):
    """Low and high, circular and eccentric, prograde and retrograde, and some that are no more."""
    usual_km = [350.0, 550, 1200, 2000, 8000, 20_200, 35_786]
    altitude = random.choice(usual_km, count) * random.uniform(0.9, 1.1, count)
    eccentricity = np.where(random.random(count) < 0.8, 0.002, 0.04) * random.random(count)
    high = (altitude > 7000) & (random.random(count) < 0.5)
    eccentricity[high] = random.uniform(0.05, 0.5, high.sum())
    # Below the ground there is no orbit any more.
    gone = random.random(count) < 0.1
    altitude[gone], eccentricity[gone] = -300.0, 0.0
    return Constellation(
        name="random",
        basis="measured",
        norad_id=random.permutation(count) + 60_000,
        object_name=np.full(count, "TEST"),
        shell=random.choice(["53°@550 km", "97°@480 km", "other", ""], count),
        epoch=START - random.integers(0, 86_400 * 10**6, count).astype("timedelta64[us]"),
        inclination_deg=random.choice([0, 33, 53, 97.5, 120, 175], count) + random.random(count),
        raan_deg=random.uniform(0, 360, count),
        eccentricity=eccentricity,
        arg_perigee_deg=random.uniform(0, 360, count),
        mean_anomaly_deg=random.uniform(0, 360, count),
        mean_motion_rev_day=np.sqrt(MU_KM3_S2 / (EQUATOR_KM + altitude) ** 3) * 86_400 / 2 / np.pi,
        bstar=random.uniform(-1e-4, 3e-4, count),
    )


def random_places(random, *, crowd):
    """Anywhere, the edges of the map, and a crowd with some that stand on the same spot."""
    some = [POLES_AND_EDGES[k] for k in random.choice(len(POLES_AND_EDGES), 4, replace=False)]
    lat, lon, height = np.array(some).T
    centre = random.uniform([-85, -180], [85, 180])
    wide = random.choice([0.01, 1.0, 8.0])
    near = centre + random.uniform(-wide, wide, (crowd, 2)) / 2
    near[: crowd // 3] = near[-1]
    anywhere = random.uniform([-90, -180], [90, 180], (3, 2))
    where = np.concatenate([np.stack([lat, lon], axis=-1), near, anywhere])
    heights = np.concatenate([height, random.uniform(-0.4, 8, crowd), np.zeros(3)])
    order = random.permutation(len(where))
    return places_at(where[order, 0].clip(-90, 90), where[order, 1], heights[order])


def random_horizon(random, places):
    """Hills all around, some of them steep, and a wall to the north."""
    hills = random.uniform(0, 40, (len(places), 360)) * random.choice([0.1, 1.0], (len(places), 1))
    hills[:, :3] = 70.0
    return dataclasses.replace(places, horizon_deg=hills)


def random_gateways(random, times, count=3):
    outages = (
        Outage(0, times[len(times) // 3], times[-1]),
        Outage(1, times[0] - np.timedelta64(1, "h"), times[len(times) // 2]),
    )
    return Gateways(
        name=np.array([f"G{k}" for k in range(count)]),
        lat_deg=random.uniform(-60, 60, count),
        lon_deg=random.uniform(-180, 180, count),
        height_km=random.uniform(0, 2, count),
        min_elevation_deg=random.choice([5.0, 10.0, 25.0], count),
        pop=np.full(count, ""),
        outages=outages,
    )


def evenly(slots, step_s):
    return START + (np.arange(slots) * round(step_s * 1e6)).astype("timedelta64[us]")


def seen_by(sweep):
    """Return what a sweep sees, in the order of the places; arrays of shape (slots, places)."""
    back = np.argsort(sweep.order)
    blocks = [block.seen for block in sweep.blocks()]
    return type(blocks[0])(*(np.concatenate(parts)[:, back] for parts in zip(*blocks, strict=True)))


def assert_same_sky(seen, plain, usable):
    """Counts exactly; the serving satellite is a usable one at the highest elevation."""
    np.testing.assert_array_equal(seen.in_view, plain.in_view.sum(axis=2))
    np.testing.assert_array_equal(seen.usable, usable.sum(axis=2))
    np.testing.assert_array_equal(seen.serving >= 0, usable.any(axis=2))
    slot, place = np.nonzero(seen.serving >= 0)
    one = seen.serving[slot, place]
    assert usable[slot, place, one].all()
    highest = np.where(usable, plain.elevation_deg, -90).max(axis=2)
    assert_close_directions(seen, plain, slot, place, one)
    served = plain.elevation_deg[slot, place, one]
    # Two satellites may stand equally high, seen from a pole.
    np.testing.assert_allclose(served, highest[slot, place], atol=1e-9)
    nobody = seen.serving < 0
    for values in (seen.elevation_deg, seen.azimuth_deg, seen.range_km):
        np.testing.assert_array_equal(np.isnan(values), nobody)


def assert_close_directions(seen, plain, slot, place, one):
    elevation = plain.elevation_deg[slot, place, one]
    np.testing.assert_allclose(seen.elevation_deg[slot, place], elevation, atol=1e-4)
    turned = (seen.azimuth_deg[slot, place] - plain.azimuth_deg[slot, place, one] + 180) % 360 - 180
    assert (np.abs(turned) * np.cos(np.radians(elevation)) < 1e-4).all()
    assert ((seen.azimuth_deg[slot, place] >= 0) & (seen.azimuth_deg[slot, place] <= 360)).all()
    np.testing.assert_allclose(
        seen.range_km[slot, place], plain.range_km[slot, place, one], atol=1e-3, rtol=1.2e-7
    )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    min_elevation_deg=st.floats(0, 89) | st.sampled_from([0, 25, 89]),
    arc_avoidance_deg=st.floats(0, 40) | st.sampled_from([0, 18]),
    step_s=st.sampled_from([15.0, 1.0, 97.5, 600.0, 1800.0]),
    horizon=st.booleans(),
    crowd=st.sampled_from([1, 7, 70]),
)
def test_counts_and_the_serving_satellite(
    seed, min_elevation_deg, arc_avoidance_deg, step_s, horizon, crowd
):
    random = np.random.default_rng(seed)
    orbits = Orbits(random_constellation(random, random.integers(1, 250)))
    places = random_places(random, crowd=crowd)
    places = random_horizon(random, places) if horizon else places
    times = evenly(5, step_s)
    rules = Rules(min_elevation_deg, arc_avoidance_deg)
    sweep = Sweep(orbits, places, rules, times)
    plain = look(knotted_positions(orbits, times), places, rules)
    assert_same_sky(seen_by(sweep), plain, plain.usable)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    min_elevation_deg=st.sampled_from([0.0, 10.0, 25.0]),
    arc_avoidance_deg=st.sampled_from([0.0, 18.0]),
    lasers=st.booleans(),
    horizon=st.booleans(),
)
def test_only_satellites_that_reach_a_working_gateway(
    seed, min_elevation_deg, arc_avoidance_deg, lasers, horizon
):
    random = np.random.default_rng(seed)
    orbits = Orbits(random_constellation(random, 150))
    places = random_places(random, crowd=3)
    places = random_horizon(random, places) if horizon else places
    times = evenly(9, 60.0)
    gateways = random_gateways(random, times)
    rules = Rules(min_elevation_deg, arc_avoidance_deg, lasers=lasers)
    sweep = Sweep(orbits, places, rules, times, gateways)
    position = knotted_positions(orbits, times)
    plain = look(position, places, rules)
    allowed = reaching(position, orbits.constellation, gateways, times, lasers=lasers)
    assert_same_sky(seen_by(sweep), plain, plain.usable & allowed[:, None])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), arc_avoidance_deg=st.floats(0, 40))
def test_sightings_are_the_satellites_that_are_counted(seed, arc_avoidance_deg):
    random = np.random.default_rng(seed)
    orbits = Orbits(random_constellation(random, 120))
    places = random_horizon(random, random_places(random, crowd=5))
    times = evenly(7, 45.0)
    gateways = random_gateways(random, times)
    rules = Rules(20.0, arc_avoidance_deg)
    sweep = Sweep(orbits, places, rules, times, gateways)
    position = knotted_positions(orbits, times)
    plain = look(position, places, rules)
    allowed = reaching(position, orbits.constellation, gateways, times, lasers=False)
    found, _ = all_sightings(sweep)
    listed = np.zeros_like(plain.in_view)
    listed[found.slot, found.place, found.satellite] = True
    assert listed.sum() == len(found)
    np.testing.assert_array_equal(listed, plain.in_view)
    usable = (plain.usable & allowed[:, None])[found.slot, found.place, found.satellite]
    np.testing.assert_array_equal(found.usable, usable)
    row = (found.slot, found.place, found.satellite)
    np.testing.assert_allclose(found.elevation_deg, plain.elevation_deg[row], atol=1e-4)
    assert (np.diff(found.slot) >= 0).all()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    min_elevation_deg=st.sampled_from([0.0, 10.0, 25.0, 60.0]),
    arc_avoidance_deg=st.sampled_from([0.0, 18.0, 22.0]),
)
def test_knots_change_nothing_outside_a_thousandth_of_a_degree(
    seed, min_elevation_deg, arc_avoidance_deg
):
    random = np.random.default_rng(seed)
    constellation = random_constellation(random, 250)
    orbits = Orbits(constellation)
    places, times = random_places(random, crowd=4), evenly(11, 75.0)
    rules = Rules(min_elevation_deg, arc_avoidance_deg)
    seen = seen_by(Sweep(orbits, places, rules, times))
    plain = look(exact_positions(orbits, times), places, rules)
    at_mask = np.abs(plain.elevation_deg - min_elevation_deg) < 1e-3
    at_arc = plain.in_view & (np.abs(plain.arc_deg - arc_avoidance_deg) < 1e-3)
    assert (np.abs(seen.in_view - plain.in_view.sum(axis=2)) <= at_mask.sum(axis=2)).all()
    unsure = (at_mask | at_arc).sum(axis=2)
    assert (np.abs(seen.usable - plain.usable.sum(axis=2)) <= unsure).all()
    served = (seen.serving >= 0) & plain.usable.any(axis=2) & (unsure == 0)
    slot, place = np.nonzero(served)
    highest = np.where(plain.usable, plain.elevation_deg, -90).max(axis=2)[slot, place]
    one = plain.elevation_deg[slot, place, seen.serving[slot, place]]
    assert (highest - one < 1e-3).all()


@pytest.mark.parametrize("policy", ["highest", "random"])
@pytest.mark.parametrize("lasers", [None, False, True])
def test_chunks_change_nothing(monkeypatch, policy, lasers):
    random = np.random.default_rng(5)
    orbits = Orbits(random_constellation(random, 400))
    places, times = random_places(random, crowd=20), evenly(75, 15.0)
    gateways = None if lasers is None else random_gateways(random, times, 6)
    rules = Rules(15.0, 18.0, policy=policy, lasers=bool(lasers))
    whole = seen_by(Sweep(orbits, places, rules, times, gateways))
    for slots in (1, 7, 16):
        monkeypatch.setattr(sweep_module, "_CHUNK_VALUES", slots * len(places))
        cut = Sweep(orbits, places, rules, times, gateways)
        assert cut.length == slots
        for one, other in zip(whole, seen_by(cut), strict=True):
            np.testing.assert_array_equal(one, other)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), policy=st.sampled_from(["highest", "random"]))
def test_a_place_sees_the_same_whoever_else_looks(seed, policy):
    random = np.random.default_rng(seed)
    orbits = Orbits(random_constellation(random, 300))
    places = random_horizon(random, random_places(random, crowd=9))
    rules, times = Rules(10.0, 18.0, policy=policy, seed=seed), evenly(20, 15.0)
    together = seen_by(Sweep(orbits, places, rules, times))
    chosen = random.choice(len(places), 3, replace=False)
    apart = seen_by(Sweep(orbits, places.select(chosen), rules, times))
    for some, all_of_them in zip(apart, together, strict=True):
        np.testing.assert_array_equal(some, all_of_them[:, chosen])


def test_places_on_the_same_spot_see_the_same():
    random = np.random.default_rng(3)
    orbits = Orbits(random_constellation(random, 300))
    # The antimeridian and both poles have more than one name.
    places = places_at(
        [20, 20, 20, 90, 90, -90, -90, 5, 5], [180, -180, 180, 0, 77, 10, -100, 361 - 360, 1.0]
    )
    seen = seen_by(Sweep(orbits, places, Rules(5.0, 18.0), evenly(20, 15.0)))
    for one, other in ((0, 1), (0, 2), (3, 4), (5, 6), (7, 8)):
        for values in (seen.in_view, seen.usable, seen.serving, seen.elevation_deg):
            np.testing.assert_array_equal(values[:, one], values[:, other])


def test_satellites_that_are_no_more_are_counted_as_lost():
    random = np.random.default_rng(4)
    constellation = random_constellation(random, 300)
    lost = int(np.isnan(Orbits(constellation).teme(np.array([START]))[0, 0]).sum())
    assert lost > 10
    sweep = Sweep(Orbits(constellation), places_at([0.0], [0.0]), Rules(25.0), evenly(3, 15.0))
    assert {block.lost for block in sweep.blocks()} == {lost}


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_nobody_is_seen_where_no_position_is_known(seed):
    # Orbits that come out of the ground and go into it again: SGP4 knows them on part of the way.
    random = np.random.default_rng(seed)
    constellation = random_constellation(random, 100)
    constellation.mean_motion_rev_day[:] = random.uniform(14, 17, 100)
    constellation.eccentricity[:] = random.uniform(0, 0.3, 100)
    constellation.bstar[:] = 0.0
    orbits, places = Orbits(constellation), random_places(random, crowd=4)
    times, rules = evenly(15, 60.0), Rules(0.0)
    exact = look(exact_positions(orbits, times), places, rules)
    sweep = Sweep(orbits, places, rules, times)
    found, _ = all_sightings(sweep)
    listed = np.zeros_like(exact.in_view)
    listed[found.slot, found.place, found.satellite] = True
    assert (exact.elevation_deg[listed] > -1e-2).all()
    # A satellite that is known in the middle of a chunk is only missed where a knot is unknown.
    known = ~np.isnan(exact_positions(orbits, times[7:8])[0, 0])
    between = look(knotted_positions(orbits, times), places, rules).in_view
    np.testing.assert_array_equal(listed, between & known)


def test_who_serves_from_the_very_horizon_is_usable():
    epoch = dt.datetime(2026, 8, 22, 13, 0, 12)
    shell = walker(satellites=40, planes=2, inclination_deg=53, altitude_km=550, epoch=epoch)
    orbits, bare, rules, rising = Orbits(shell), places_at(10.0, 20.0), Rules(0.0), 3
    before = evenly(400, 15.0)
    elevation_deg = look(exact_positions(orbits, before), bare, rules).elevation_deg[:, 0, rising]
    k = int(np.flatnonzero((elevation_deg[:-1] < 0) & (elevation_deg[1:] >= 0))[0])
    below, above = before[k], before[k + 1]
    while above - below > np.timedelta64(1, "us"):
        moment = below + (above - below) // 2
        position = exact_positions(orbits, np.array([moment]))
        is_up = look(position, bare, rules).elevation_deg[0, 0, rising] >= 0
        below, above = (below, moment) if is_up else (moment, above)
    times = above + np.arange(-150, 150).astype("timedelta64[us]")
    position = knotted_positions(orbits, times)
    plain = look(position, bare, rules)
    # Hills hide every other satellite.
    hills = np.zeros(360)
    for s in np.flatnonzero(plain.elevation_deg[0, 0] > 0.1):
        hills[(int(plain.azimuth_deg[0, 0, s]) + np.arange(-1, 3)) % 360] = 90.0
    places = places_at(10.0, 20.0, horizon_deg=hills)
    seen = seen_by(Sweep(orbits, places, rules, times))
    usable = look(position, places, rules).usable
    np.testing.assert_array_equal(seen.usable, usable.sum(axis=2))
    slot = np.flatnonzero(seen.serving[:, 0] >= 0)
    assert len(slot) > 50
    assert usable[slot, 0, seen.serving[slot, 0]].all()


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "height_km"),
    [(91, 0, 0), (np.nan, 0, 0), (0, 361, 0), (0, 0, -13), (0, 0, 101), (0, np.nan, 0)],
)
def test_places_off_the_earth_are_refused(lat_deg, lon_deg, height_km):
    with pytest.raises(ValueError, match="must lie between"):
        places_at([0, lat_deg], [0, lon_deg], [0, height_km])


@pytest.mark.parametrize("horizon_deg", [[1.0] * 359, [-1.0] * 360, [91.0] * 360, [np.nan] * 360])
def test_horizons_that_are_none_are_refused(horizon_deg):
    with pytest.raises(ValueError, match="360 elevations"):
        places_at([0], [0], horizon_deg=horizon_deg)


def test_knots_stand_at_the_same_moments_whatever_is_asked():
    day = slot_times(START, 24, 15.0)
    knots, _, _ = to_knots(day)
    for part in (day[:1], day[7:70], day[5_000:]):
        assert np.isin(to_knots(part)[0], knots).all()
