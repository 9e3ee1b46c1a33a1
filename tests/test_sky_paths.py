"""Lasers, links and the shortest paths through them."""

import dataclasses
import datetime as dt
import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.constants import LIGHT_KM_S, WGS84_A_KM
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.constellation import join
from leohub.sky.gateways import Gateways, Outage, PointsOfPresence
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.motion.propagation import Orbits
from leohub.sky.network.lasers import grid_by_number, grid_links
from leohub.sky.network.links import (
    LinkRules,
    fibre_ms,
    find_ground_links,
    ground_stations,
    laser_lengths_km,
)
from leohub.sky.network.network import Network
from leohub.sky.network.paths import NO_PATH, path_at, shortest_paths
from leohub.sky.screening import screen
from leohub.sky.shells import OTHER, mean_altitude_km, walker
from leohub.sky.visibility.arc import arc_angle_deg
from leohub.sky.visibility.geometry import look_at
from leohub.sky.visibility.places import places_at

AT = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
NOW = np.datetime64("2026-08-22T13:00", "us")
TIMES = NOW + np.arange(0, 600, 120).astype("timedelta64[s]")
NAIROBI, MOMBASA, LONDON, POLE = (-1.29, 36.82), (-4.04, 39.67), (51.5, -0.1), (90.0, 0.0)
RULES = LinkRules(min_elevation_deg=25)


def places(*found):
    return places_at(*np.transpose(found))


def shell(planes=24, per_plane=20, **options):
    told = {"inclination_deg": 53.0, "altitude_km": 550.0, "epoch": AT, **options}
    return walker(satellites=planes * per_plane, planes=planes, **told)


def gateways(*found, pop=None, outages=()):
    lat, lon = np.transpose(found)
    return Gateways(
        name=np.array([f"gateway {k}" for k in range(len(found))]),
        lat_deg=lat,
        lon_deg=lon,
        height_km=np.zeros(len(found)),
        min_elevation_deg=np.full(len(found), 20.0),
        pop=np.array(pop or [""] * len(found)),
        outages=outages,
    )


def pops(**found):
    lat, lon = np.transpose(list(found.values()))
    codes = np.array(list(found))
    return PointsOfPresence(code=codes, city=codes, lat_deg=lat, lon_deg=lon)


# --- Shells --------------------------------------------------------------------------------------


def test_a_shell_by_mean_motion_has_that_mean_motion():
    made = walker(satellites=6, planes=2, inclination_deg=51.9, mean_motion_rev_day=14.8, epoch=AT)
    assert (made.mean_motion_rev_day == 14.8).all()
    assert made.shell[0] == "52°@630 km"
    assert mean_altitude_km(made.mean_motion_rev_day)[0] == pytest.approx(629.6, abs=0.5)


def test_phases_are_those_that_are_told():
    by_plane = shell(3, 4, phase_deg=[0.0, 30.0, 7.0])
    assert list(by_plane.mean_anomaly_deg[::4]) == [0.0, 30.0, 7.0]
    by_step = shell(3, 4, phase_deg=20.0)
    assert list(by_step.mean_anomaly_deg[::4]) == [0.0, 20.0, 40.0]
    by_walker = shell(3, 4, phasing=2)
    np.testing.assert_allclose(by_walker.mean_anomaly_deg[::4], [0.0, 60.0, 120.0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mean_motion_rev_day": 15.0}, "either an altitude or a mean motion"),
        ({"altitude_km": None}, "either an altitude or a mean motion"),
        ({"phase_deg": [1.0, 2.0]}, "2 phases for 24 planes"),
    ],
)
def test_a_shell_told_badly_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        shell(**options)


# --- Lasers --------------------------------------------------------------------------------------


@given(st.integers(3, 12), st.integers(3, 12), st.integers(-3, 3), st.integers(0, 50))
def test_every_satellite_of_a_grid_has_four_lasers(planes, per_plane, shift, first):
    links = grid_by_number(planes, per_plane, shift=shift, first=first)
    assert len(links) == 2 * planes * per_plane
    counts = np.bincount(links.ravel() - first)
    assert (counts == 4).all()
    plane = (links - first) // per_plane
    along = plane[:, 0] == plane[:, 1]
    assert along.sum() == planes * per_plane
    across = np.diff(plane[~along], axis=1)[:, 0] % planes
    assert set(across) <= {1, planes - 1}


@pytest.mark.parametrize(("planes", "per_plane", "links"), [(1, 1, 0), (1, 2, 1), (2, 2, 4)])
def test_small_grids_join_nobody_twice(planes, per_plane, links):
    found = grid_by_number(planes, per_plane)
    assert len(found) == links
    assert (found[:, 0] < found[:, 1]).all()


@pytest.mark.parametrize("phasing", [0, 5, 13])
def test_lasers_lead_to_the_satellites_that_stay_nearest(phasing):
    made = shell(phasing=phasing)
    links = grid_links(made, AT)
    assert (np.bincount(links.ravel()) == 4).all()
    plane = links // 20
    across = links[plane[:, 0] != plane[:, 1]]
    revolution = NOW + np.arange(0, 5736, 239).astype("timedelta64[s]")
    position = Orbits(made).itrf(revolution)

    def mean_cosine(one, others):
        return np.einsum("kj,nkj->n", position[one], position[others])

    for one, other in across[::37]:
        next_plane = other // 20 * 20 + np.arange(20)
        best = next_plane[mean_cosine(one, next_plane).argmax()]
        assert best == other


def test_planes_are_found_where_the_numbers_are_mixed_and_across_zero():
    made = shell(raan_deg=359.9)
    order = np.random.default_rng(1).permutation(len(made))
    mixed = grid_links(made.select(order), AT)
    np.testing.assert_array_equal(
        np.unique(np.sort(order[mixed], axis=1), axis=0), grid_links(made, AT)
    )


def test_elements_of_other_moments_lead_to_the_same_lasers():
    made = shell(phasing=5)
    later = AT + dt.timedelta(days=2)
    np.testing.assert_array_equal(grid_links(made, AT), grid_links(made, later))


def test_no_lasers_between_shells_and_none_for_others():
    both = join("two", [shell(), shell(10, 12, altitude_km=1100.0)])
    links = grid_links(both, AT)
    assert (both.shell[links[:, 0]] == both.shell[links[:, 1]]).all()
    assert len(links) == 2 * len(both)
    lost = dataclasses.replace(both, shell=np.where(np.arange(len(both)) < 480, both.shell, OTHER))
    assert grid_links(lost, AT).max() < 480
    unnamed = dataclasses.replace(both, shell=np.full(len(both), ""))
    np.testing.assert_array_equal(grid_links(unnamed, AT), links)


def test_satellites_without_lasers_are_passed_over():
    made = shell()
    equipped = np.arange(len(made)) % 20 != 3
    links = grid_links(made, AT, equipped=equipped)
    assert equipped[links].all()
    assert [2, 4] in links.tolist()


@pytest.mark.shared
def test_lasers_of_real_satellites(shared):
    path = shared / "data" / "sky" / "starlink_20260822T1259Z.tle.gz"
    constellation, _ = read_elements(InputFile(path), name="starlink")
    kept = screen(constellation, at=AT, min_altitude_km=400, max_element_age_days=3).kept
    links = grid_links(kept, AT)
    counts = np.bincount(links.ravel(), minlength=len(kept))
    assert counts.max() <= 4
    assert (counts[kept.shell == OTHER] == 0).all()
    assert np.mean(counts >= 3) > 0.8
    length_km = laser_lengths_km(Orbits(kept).itrf(TIMES[:1])[:, 0], links, RULES)
    assert np.nanmedian(length_km) < 1500
    assert np.nanmax(length_km) < 2 * np.sqrt((WGS84_A_KM + 600) ** 2 - (WGS84_A_KM + 80) ** 2)


# --- Links ---------------------------------------------------------------------------------------


@given(st.floats(200, 2000), st.floats(200, 2000), st.floats(1, 179), st.floats(0, 150))
def test_no_laser_grazes_the_atmosphere(one_km, other_km, angle_deg, grazing_km):
    begin = np.array([WGS84_A_KM + one_km, 0.0, 0.0])
    angle = np.radians(angle_deg)
    end = (WGS84_A_KM + other_km) * np.array([np.cos(angle), np.sin(angle), 0.0])
    rules = LinkRules(min_elevation_deg=25, grazing_km=grazing_km)
    length_km = laser_lengths_km(np.stack([begin, end]), np.array([[0, 1]]), rules)[0]
    along = np.linspace(begin, end, 4001)
    lowest_km = np.linalg.norm(along, axis=1).min() - WGS84_A_KM
    if abs(lowest_km - grazing_km) > 0.1:
        assert np.isfinite(length_km) == (lowest_km > grazing_km)
    if np.isfinite(length_km):
        assert length_km == pytest.approx(np.linalg.norm(end - begin))


def test_the_longest_laser_is_a_parameter():
    satellites = np.array([[7000.0, 0, 0], [6900.0, 1000, 0], [6600.0, 2000.0, 0]])
    links = np.array([[0, 1], [0, 2]])
    found = laser_lengths_km(satellites, links, dataclasses.replace(RULES, max_laser_km=1500))
    assert list(np.isfinite(found)) == [True, False]


@settings(max_examples=25)
@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 60), st.floats(500, 3000))
def test_ground_links_are_what_brute_force_finds(lat, lon, elevation_deg, range_km):
    satellites = Orbits(shell()).itrf(TIMES[:1])[:, 0]
    satellites[7] = np.nan
    found = find_ground_links(
        ground_stations(places((lat, lon)), elevation_deg, range_km), satellites
    )
    look = look_at(satellites, lat, lon, 0.0)
    expected = (look.elevation_deg >= elevation_deg) & (look.range_km <= range_km)
    np.testing.assert_array_equal(found[1], np.flatnonzero(expected))
    np.testing.assert_allclose(found[2], look.range_km[expected])


def test_a_range_alone_may_lead_below_the_horizon():
    satellites = Orbits(shell()).itrf(TIMES[:1])[:, 0]
    _, seen, length_km = find_ground_links(
        ground_stations(places(NAIROBI), None, 5000.0), satellites
    )
    assert length_km.max() > 4500
    assert look_at(satellites[seen], *NAIROBI, 0.0).elevation_deg.min() < -10


def test_many_links_are_all_found():
    satellites = Orbits(shell()).itrf(TIMES[:1])[:, 0]
    everywhere = places(*[(0.0, lon) for lon in range(-180, 180, 10)])
    station, _, _ = find_ground_links(ground_stations(everywhere, None, 20_000.0), satellites)
    assert len(station) == 36 * len(satellites)


def test_the_arc_and_the_horizon_are_respected():
    satellites = Orbits(shell(72, 22)).itrf(TIMES[:1])[:, 0]
    look = look_at(satellites, *NAIROBI, 0.0)
    arc_deg = arc_angle_deg(look.direction, *NAIROBI)
    high = look.elevation_deg >= 25
    _, found, _ = find_ground_links(ground_stations(places(NAIROBI), 25.0, None, 18.0), satellites)
    np.testing.assert_array_equal(found, np.flatnonzero(high & (arc_deg >= 18)))
    horizon_deg = np.where(np.arange(360) < 180, 60.0, 0.0)
    hidden = places_at(*NAIROBI, 0.0, horizon_deg)
    _, found, _ = find_ground_links(ground_stations(hidden, 25.0, None), satellites)
    clear = (look.azimuth_deg > 180) & (look.azimuth_deg < 359) | (look.elevation_deg >= 60)
    sure = (look.azimuth_deg < 179) | clear
    expected = np.flatnonzero(high & clear)
    assert set(expected) <= set(found)
    assert not set(found) & set(np.flatnonzero(sure & ~clear))
    assert 0 < len(expected) < high.sum()


def test_a_fibre_is_a_detour_and_slow():
    rules = LinkRules(min_elevation_deg=25, fibre_detour=2.0, fibre_speed=0.5)
    quarter_km = np.pi / 2 * 6371.0088
    found = fibre_ms(np.array([0.0]), np.array([0.0]), np.array([0.0]), np.array([90.0]), rules)
    assert found[0] == pytest.approx(4 * quarter_km / LIGHT_KM_S * 1e3)


@pytest.mark.parametrize(
    "options",
    [{}, {"max_range_km": 1000, "fibre_detour": 0.9}, {"max_range_km": 1000, "fibre_speed": 1.1}],
)
def test_rules_without_a_limit_or_beyond_light_are_refused(options):
    with pytest.raises(ValueError, match=r"links to the ground|a fibre is"):
        LinkRules(**options)


# --- Paths ---------------------------------------------------------------------------------------


def by_hand(satellites, lasers, begin, end, min_elevation_deg, relays=()):
    """Shortest distance by a plain Dijkstra over plain lists, with geometry of its own [km]."""
    ground = [begin, *relays, end]
    n = len(satellites)
    edges = {node: [] for node in range(n + len(ground))}
    for a, b in lasers:
        line = satellites[b] - satellites[a]
        share = min(max(-(satellites[a] @ line) / (line @ line), 0), 1)
        if np.linalg.norm(satellites[a] + share * line) >= WGS84_A_KM + 80:
            edges[a].append((b, np.linalg.norm(line)))
            edges[b].append((a, np.linalg.norm(line)))
    for number, (lat, lon) in enumerate(ground):
        line = satellites - geodetic_to_itrf(lat, lon, 0.0)
        away_km = np.linalg.norm(line, axis=1)
        up = local_axes(lat, lon)[2]
        for seen in np.flatnonzero(line @ up >= np.sin(np.radians(min_elevation_deg)) * away_km):
            edges[n + number].append((seen, away_km[seen]))
            edges[seen].append((n + number, away_km[seen]))
    shortest = {}
    queue = [(0.0, n)]
    while queue:
        far, node = heapq.heappop(queue)
        if node not in shortest:
            shortest[node] = far
            for other, length in edges[node]:
                heapq.heappush(queue, (far + length, other))
    return shortest.get(n + len(ground) - 1, np.nan)


PLACE = st.tuples(st.floats(-60, 60), st.floats(-180, 180))


@settings(max_examples=20, deadline=None)
@given(PLACE, PLACE, PLACE, st.booleans(), st.integers(0, 6000))
def test_paths_are_those_of_a_plain_dijkstra(begin, end, relay, with_lasers, second):
    made = shell()
    lasers = grid_by_number(24, 20) if with_lasers else None
    time = NOW + np.timedelta64(second, "s")
    network = Network(made, places(begin, end), RULES, lasers=lasers, relays=places(relay))
    satellites = Orbits(made).itrf(np.array([time]))[:, 0]
    links = [] if lasers is None else lasers
    expected_km = by_hand(satellites, links, begin, end, 25, [relay])
    found = shortest_paths(network, np.array([time]), [(0, 1)])
    assert found["one_way_ms"].item() == pytest.approx(expected_km / LIGHT_KM_S * 1e3, nan_ok=True)
    path = path_at(network, time, (0, 1))
    if path is None:
        assert np.isnan(expected_km)
        assert found["hops"].item() == NO_PATH
        return
    assert path.one_way_ms == pytest.approx(found["one_way_ms"].item())
    assert path.hops == found["hops"].item() == len(path.leg_ms)
    assert path.kind[0] == path.kind[-1] == "place"
    if with_lasers and "relay" not in path.kind:
        joined = {tuple(link) for link in lasers.tolist()}
        steps = zip(path.satellites[:-1].tolist(), path.satellites[1:].tolist(), strict=True)
        assert all(tuple(sorted(step)) in joined for step in steps)


def test_the_way_back_is_the_way_there():
    network = Network(
        shell(), places(NAIROBI, LONDON, MOMBASA), RULES, lasers=grid_by_number(24, 20)
    )
    pairs = [(0, 1), (1, 0), (0, 2), (2, 1)]
    found = shortest_paths(network, TIMES, pairs)
    np.testing.assert_allclose(found["rtt_ms"][0], found["rtt_ms"][1])
    np.testing.assert_array_equal(found["hops"][0], found["hops"][1])
    for pair, series in zip(pairs, found["rtt_ms"].to_numpy(), strict=True):
        alone = shortest_paths(network, TIMES, [pair])
        np.testing.assert_allclose(alone["rtt_ms"][0], series)
    there, back = (path_at(network, NOW, pair) for pair in pairs[:2])
    assert there.name == back.name[::-1]
    np.testing.assert_allclose(there.leg_ms, back.leg_ms[::-1])


def test_a_place_without_satellites_has_no_path():
    network = Network(shell(), places(NAIROBI, POLE), RULES, lasers=grid_by_number(24, 20))
    found = shortest_paths(network, TIMES, [(0, 1)])
    assert found["rtt_ms"].isnull().all()
    assert (found["hops"] == NO_PATH).all()
    assert path_at(network, NOW, (0, 1)) is None


def test_broken_lasers_carry_nothing():
    made = shell()
    whole = Network(made, places(NAIROBI, LONDON), RULES, lasers=grid_by_number(24, 20))
    path = path_at(whole, NOW, (0, 1))
    working = np.ones(len(made), dtype=bool)
    working[path.satellites[1]] = False
    broken = dataclasses.replace(whole, lasers_working=working)
    around = path_at(broken, NOW, (0, 1))
    assert path.satellites[1] not in around.satellites[:-1]
    assert around.one_way_ms > path.one_way_ms
    none = dataclasses.replace(whole, lasers_working=np.zeros(len(made), dtype=bool))
    assert path_at(none, NOW, (0, 1)) is None


def test_links_given_twice_do_not_count_twice():
    lasers = grid_by_number(24, 20)
    once = Network(shell(), places(NAIROBI, LONDON), RULES, lasers=lasers)
    twice = dataclasses.replace(once, lasers=np.concatenate([lasers, lasers[:, ::-1]]))
    assert path_at(twice, NOW, (0, 1)).one_way_ms == path_at(once, NOW, (0, 1)).one_way_ms


def test_shells_meet_only_on_the_ground():
    low, high = shell(), shell(24, 20, altitude_km=1100.0)
    both = join("both", [low, high])
    lasers = np.concatenate([grid_by_number(24, 20), grid_by_number(24, 20, first=480)])
    network = Network(both, places(NAIROBI, LONDON), RULES, lasers=lasers)
    series = shortest_paths(network, TIMES, [(0, 1)])["rtt_ms"].to_numpy()
    alone = [
        shortest_paths(
            Network(one, places(NAIROBI, LONDON), RULES, lasers=grid_by_number(24, 20)),
            TIMES,
            [(0, 1)],
        )["rtt_ms"].to_numpy()
        for one in (low, high)
    ]
    np.testing.assert_allclose(series, np.fmin(*alone))
    pairs = np.stack([np.arange(480), np.arange(480, 960)], axis=1)
    asked = dataclasses.replace(network, lasers=np.concatenate([lasers, pairs]))
    across = shortest_paths(asked, TIMES, [(0, 1)])["rtt_ms"].to_numpy()
    assert (across <= series + 1e-9).all()
    assert (across < series - 0.1).any()


# --- The way to the internet ---------------------------------------------------------------------


def internet(lasers=None, **options):
    made = shell(72, 22)
    return Network(
        made,
        places(NAIROBI, MOMBASA, LONDON),
        RULES,
        lasers=lasers,
        pops=pops(nbo=(-1.35, 36.75), lon=(51.5, 0.0)),
        **options,
    )


def test_a_bent_pipe_goes_over_one_satellite_that_sees_both():
    network = internet(gateways=gateways((-3.0, 38.0), (52.0, -1.0)))
    path = path_at(network, NOW, (0, network.pop("nbo")))
    assert path.kind == ("place", "satellite", "gateway", "pop")
    assert path.name[2:] == ("gateway 0", "nbo")
    assert path.hops == 2
    assert path_at(network, NOW, (0, network.pop("lon"))) is None
    satellite = Orbits(network.constellation).itrf(np.array([NOW]))[path.satellites[0], 0]
    ends = geodetic_to_itrf(np.array([NAIROBI[0], -3.0]), np.array([NAIROBI[1], 38.0]), 0.0)
    radio_km = np.linalg.norm(ends - satellite, axis=1)
    np.testing.assert_allclose(path.leg_ms[:2], radio_km / LIGHT_KM_S * 1e3)
    land = fibre_ms(np.array([-3.0]), np.array([38.0]), np.array([-1.35]), np.array([36.75]), RULES)
    assert path.leg_ms[2] == pytest.approx(land[0])


def test_the_soonest_point_of_presence_is_the_best_of_all():
    network = internet(grid_by_number(72, 22), gateways=gateways((-3.0, 38.0), (52.0, -1.0)))
    ends = [network.pop("nbo"), network.pop("lon"), network.any_pop]
    for place in (0, 1, 2):
        found = shortest_paths(network, TIMES, [(place, end) for end in ends])
        rtt_ms = found["rtt_ms"].to_numpy()
        np.testing.assert_allclose(rtt_ms[2], np.fmin(rtt_ms[0], rtt_ms[1]))
    assert list(found["end"].to_numpy()) == ["nbo", "lon", "internet"]
    path = path_at(network, NOW, (2, network.any_pop))
    assert path.kind[-2:] == ("gateway", "pop")
    assert path.name[-1] == "lon"
    back = path_at(network, NOW, (network.any_pop, 2))
    assert back.name == path.name[::-1]
    many = shortest_paths(network, TIMES, [(place, network.any_pop) for place in (0, 1, 2)])
    np.testing.assert_allclose(many["rtt_ms"][2], rtt_ms[2])


def test_a_gateway_goes_where_it_says():
    network = internet(gateways=gateways((-3.0, 38.0), (-3.0, 38.0), pop=["lon", ""]))
    assert list(network.pop_of_gateway) == [1, 0]
    assert path_at(network, NOW, (0, network.pop("lon"))).name[2] == "gateway 0"
    assert path_at(network, NOW, (0, network.any_pop)).name[2:] == ("gateway 1", "nbo")


def test_a_gateway_beside_its_point_of_presence_costs_no_fibre():
    network = internet(gateways=gateways((-1.35, 36.75)))
    path = path_at(network, NOW, (0, network.any_pop))
    assert path.leg_ms[-1] == 0
    assert path.kind[-1] == "pop"


def test_outages_of_gateways_are_respected():
    out = Outage(gateway=0, begin=TIMES[1], end=TIMES[3])
    whole = internet(gateways=gateways((-3.0, 38.0)))
    broken = internet(gateways=gateways((-3.0, 38.0), outages=(out,)))
    pair = [(0, whole.any_pop)]
    expected = shortest_paths(whole, TIMES, pair)["rtt_ms"].to_numpy()[0]
    expected[1:3] = np.nan
    np.testing.assert_allclose(
        shortest_paths(broken, TIMES, pair)["rtt_ms"].to_numpy()[0], expected
    )


def test_gateways_do_not_pass_traffic_back_up():
    network = internet(gateways=gateways((20.0, 25.0), (35.0, 10.0)))
    assert shortest_paths(network, TIMES, [(0, 2)])["rtt_ms"].isnull().all()


def test_relays_take_the_place_of_lasers():
    made = shell(72, 22)
    steps = [(lat, 36.8 - 0.7 * (lat + 1.3)) for lat in np.arange(3.0, 51.0, 4.0)]
    network = Network(made, places(NAIROBI, LONDON), RULES, relays=places(*steps))
    path = path_at(network, NOW, (0, 1))
    assert path.kind[1::2] == ("satellite",) * (len(path.kind) // 2)
    assert set(path.kind[2:-1:2]) == {"relay"}
    assert path.hops == len(path.leg_ms)


# --- What is said --------------------------------------------------------------------------------


def test_the_dataset_says_what_it_is():
    network = Network(shell(), places(NAIROBI, LONDON), RULES, lasers=grid_by_number(24, 20))
    told = []
    found = shortest_paths(network, TIMES, [(0, 1)], tick=told.append)
    assert found["rtt_ms"].dims == ("pair", "time")
    assert found["rtt_ms"].attrs["units"] == "ms"
    np.testing.assert_array_equal(found["rtt_ms"], 2 * found["one_way_ms"])
    assert "Propagation only" in found.attrs["model"]
    assert found.attrs["lasers"] == 960
    assert found["begin"].item() == "-1.29,36.82"
    assert told[-1] == 1.0
    assert len(told) == len(TIMES)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([(0, 0)], "two different ends"),
        ([(0, 2)], "ends of this network are 0 to 1"),
        ([(-1, 1)], "ends of this network"),
        ([0, 1], "shape"),
        (np.empty((0, 2)), "shape"),
    ],
)
def test_pairs_that_are_none_are_refused(pairs, message):
    network = Network(shell(), places(NAIROBI, LONDON), RULES)
    with pytest.raises(ValueError, match=message):
        shortest_paths(network, TIMES, pairs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lasers": np.array([[0, 480]])}, "not in the constellation"),
        ({"gateways": gateways(NAIROBI)}, "together"),
        (
            {"gateways": gateways(NAIROBI, pop=["abc"]), "pops": pops(nbo=NAIROBI)},
            "unknown points of presence: abc",
        ),
    ],
)
def test_networks_that_do_not_fit_together_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Network(shell(), places(NAIROBI), RULES, **options)


def test_an_unknown_point_of_presence_is_refused():
    network = internet(gateways=gateways((-3.0, 38.0)))
    with pytest.raises(ValueError, match="no point of presence xyz"):
        network.pop("xyz")
