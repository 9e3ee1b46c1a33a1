"""Catchments: what falls with distance, what travel takes, what stops people."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from leohub.people.catchment.barriers import Barriers, Ways, edges_of, outline_of
from leohub.people.catchment.decay import SHARE_STEP, Decay
from leohub.people.catchment.friction import Patch, travel_minutes
from leohub.people.catchment.roads import Access, Roads, road_minutes

FLAT = 0.012  # 5 km/h
LIMIT = 1e6

# --- Decay ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decay", "part", "share"),
    [
        (Decay(), [0, 0.5, 1, 1.0001, np.inf], [1, 1, 1, 0, 0]),
        (Decay("linear"), [0, 0.25, 0.5, 0.94, 0.96, 1], [1, 0.75, 0.5, 0.05, 0, 0]),
        (Decay("linear", full=0.5), [0.5, 0.75, 0.9, 1], [1, 0.5, 0.2, 0]),
        (Decay("exponential", half=0.25), [0, 0.25, 0.5, 0.75, 1], [1, 0.5, 0.25, 0.1, 0.05]),
        (Decay("exponential", full=0.2, half=0.6), [0.2, 0.6, 1.0], [1, 0.5, 0.25]),
    ],
)  # fmt: skip
def test_shares_by_hand(decay, part, share):
    assert decay.shares(part).tolist() == share


@given(
    form=st.sampled_from(["none", "linear", "exponential"]),
    full=st.floats(0, 0.9),
    beyond=st.floats(0.01, 2),
    part=st.lists(st.floats(0, 2), min_size=2, max_size=30).map(sorted),
)
def test_shares_fall_in_steps_and_never_promise_more(form, full, beyond, part):
    decay = Decay(form, full, full + beyond)
    share = decay.shares(part)
    assert (np.diff(share) <= 0).all()
    assert ((share >= 0) & (share <= 1)).all()
    np.testing.assert_array_equal(np.round(share / SHARE_STEP) / 20, share)
    x = np.array(part)
    exact = {
        "none": np.ones_like(x),
        "linear": np.where(x <= full, 1, (1 - x) / (1 - full)),
        "exponential": np.where(x <= full, 1, 2.0 ** (-(x - full) / beyond)),
    }[form]
    exact = np.where(x <= 1, exact, 0)
    assert (share <= exact + 1e-8).all()
    assert (share > exact - SHARE_STEP).all()


@pytest.mark.parametrize("wrong", [("linear", 1.0), ("linear", -0.1), ("exponential", 0.5, 0.5)])
def test_a_rule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="must lie"):
        Decay(*wrong)


# --- Friction ------------------------------------------------------------------------------------


def patch_of(minutes, east_m=1000.0, south_m=1000.0, zone=None):
    minutes = np.asarray(minutes, dtype=np.float32)
    step = [east_m, south_m, np.hypot(east_m, south_m)]
    zones = np.zeros(minutes.shape, dtype=np.int32) if zone is None else zone
    return Patch(minutes, zones, np.tile(step, (len(minutes), 1)))


def minutes_between(patch, site, cells, limit=LIMIT, half=(99, 99)):
    return travel_minutes(
        patch, np.array([site]), np.array([half]), limit, np.array([0, len(cells)]), np.array(cells)
    )


def by_scipy(patch, start):
    """All pixels' minutes from the centre of one, by another library on an explicit graph."""
    rows, cols = patch.minutes_per_m.shape
    east, south, diagonal = patch.step_m[0]
    friction = patch.minutes_per_m.astype(float)
    graph = {}
    for r in range(rows):
        for c in range(cols):
            for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
                a, b = (r, c), (r + down, c + right)
                if b[0] >= rows or not 0 <= b[1] < cols:
                    continue
                if np.isnan(friction[a]) or np.isnan(friction[b]):
                    continue
                if down and right and np.isnan(friction[r, b[1]]) and np.isnan(friction[b[0], c]):
                    continue
                length = {(0, 1): east, (1, 0): south}.get((down, right), diagonal)
                mean = (friction[a] + friction[b]) / 2
                graph[r * cols + c, b[0] * cols + b[1]] = length * mean
    i, j = np.array(list(graph)).T if graph else np.empty((2, 0), dtype=int)
    matrix = coo_array((list(graph.values()), (i, j)), shape=(rows * cols, rows * cols))
    return dijkstra(matrix.tocsr(), directed=False, indices=start[0] * cols + start[1])


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(0, 0.5))
def test_ways_are_the_quickest_of_all(seed, wet):
    rng = np.random.default_rng(seed)
    friction = FLAT * rng.uniform(1, 8, (9, 11))
    friction[rng.random(friction.shape) < wet] = np.nan
    friction[4, 5] = FLAT
    patch = patch_of(friction, 900.0, 1100.0)
    row, col = np.indices(friction.shape)
    centres = np.column_stack([row.ravel(), col.ravel()]) + 0.5
    got = minutes_between(patch, (4.5, 5.5), centres)
    dry = ~np.isnan(friction.ravel())
    np.testing.assert_allclose(got[dry], by_scipy(patch, (4, 5))[dry], rtol=1e-5)


@given(st.floats(20, 30), st.floats(20, 30), st.floats(0, 50), st.floats(0, 50))
def test_even_ground_takes_the_time_of_eight_directions(row, col, to_row, to_col):
    patch = patch_of(np.full((50, 50), FLAT), 300.0, 500.0)
    (got,) = minutes_between(patch, (row, col), [(min(to_row, 49.99), min(to_col, 49.99))])
    away = np.hypot((min(to_row, 49.99) - row) * 500, (min(to_col, 49.99) - col) * 300) * FLAT
    assert away * (1 - 1e-5) <= got
    # Pixels that are not square add to the 8.24 % of square ones, and both ends to the way.
    assert got <= 1.15 * away + FLAT * np.hypot(500, 300)


def test_the_octile_distance_on_square_pixels():
    patch = patch_of(np.full((40, 40), FLAT), 100.0, 100.0)
    cells = [(5.5 + down, 5.5 + right) for down in range(0, 30, 3) for right in range(0, 30, 4)]
    steps = np.array(cells) - 5.5
    octile = 100 * (steps.max(axis=1) + (np.sqrt(2) - 1) * steps.min(axis=1))
    got = minutes_between(patch, (5.5, 5.5), cells)
    np.testing.assert_allclose(got, octile * FLAT, rtol=1e-6)
    assert (got <= 1.0824 * np.hypot(*steps.T) * 100 * FLAT + 1e-9).all()


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_nobody_is_quicker_than_the_fastest_pixel_straight(seed):
    rng = np.random.default_rng(seed)
    friction = FLAT * rng.uniform(1, 20, (20, 20))
    friction[rng.random(friction.shape) < 0.2] = np.nan
    site, cells = rng.uniform(0, 20, 2), rng.uniform(0, 20, (50, 2))
    got = minutes_between(patch_of(friction, 700.0, 900.0), site, cells)
    straight = np.hypot(*((cells - site) * [900, 700]).T)
    assert (got >= straight * np.nanmin(friction) * (1 - 1e-5)).all()


def test_a_wall_is_walked_around_through_its_gap():
    friction = np.full((21, 21), FLAT)
    friction[10, :] = np.nan
    across = [(12.5, 10.5)]
    assert np.isinf(minutes_between(patch_of(friction), (8.5, 10.5), across)).all()
    friction[10, 2] = FLAT
    (through,) = minutes_between(patch_of(friction), (8.5, 10.5), across)
    # Down to the gap 8 columns away and back: two diagonal steps and six straight ones each.
    assert through == pytest.approx(1000 * FLAT * (2 * (6 + 2 * np.sqrt(2))), rel=1e-6)
    assert np.isinf(minutes_between(patch_of(friction), (8.5, 10.5), across, half=(5, 5))).all()
    assert np.isinf(minutes_between(patch_of(friction), (8.5, 10.5), across, limit=200.0)).all()


def test_a_slanting_wall_has_no_holes():
    friction = np.full((12, 12), FLAT)
    friction[np.arange(12), np.arange(12)] = np.nan
    assert np.isinf(minutes_between(patch_of(friction), (8.5, 2.5), [(2.5, 8.5)])).all()


def test_zones_are_not_left():
    zone = np.zeros((5, 10), dtype=np.int32)
    zone[:, 5:] = 1
    got = minutes_between(
        patch_of(np.full((5, 10), FLAT), zone=zone), (2.5, 3.5), [(2.5, 4.9), (2.5, 5.1)]
    )
    assert np.isfinite(got).tolist() == [True, False]


def test_who_is_drawn_in_the_water_stands_on_its_shore():
    friction = np.full((9, 9), np.nan)
    friction[:, :3] = FLAT
    friction[:, 6:] = FLAT
    patch = patch_of(friction)
    # Sites on the near edge of the water walk from the shore; nobody walks from amid the lake.
    (own_side, other_side) = minutes_between(patch, (4.5, 3.1), [(4.5, 1.5), (4.5, 7.5)])
    assert own_side == pytest.approx(1600 * FLAT, rel=1e-6)
    assert np.isinf(other_side)
    assert np.isinf(minutes_between(patch, (4.5, 4.5), [(4.5, 1.5), (4.5, 7.5)])).all()


def test_places_beyond_the_surface_reach_nobody():
    patch = patch_of(np.full((4, 4), FLAT))
    assert np.isinf(minutes_between(patch, (-1e6, 2.0), [(2.0, 2.0)])).all()
    assert np.isinf(minutes_between(patch, (2.0, 2.0), [(-1e6, -1e6)])).all()


def test_a_patch_is_of_one_size():
    with pytest.raises(ValueError, match="same pixels"):
        Patch(np.zeros((2, 2), np.float32), np.zeros((2, 3), np.int32), np.zeros((2, 3)))


# --- Roads ---------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(5, 60))
def test_road_times_are_those_of_another_library(seed, limit):
    rng = np.random.default_rng(seed)
    nodes, roads, sites, cells = 40, 70, 6, 30
    lat, lon = rng.uniform(0, 0.1, (2, nodes))
    start, end = rng.integers(0, nodes, (2, roads))
    minutes = rng.uniform(1, 20, roads)
    network = Roads.from_edges(lat, lon, start, end, minutes)
    site = Access(rng.integers(0, nodes, sites), rng.uniform(0, 10, sites))
    cell = Access(rng.integers(0, nodes, sites * cells), rng.uniform(0, 10, sites * cells))
    first = np.arange(sites + 1) * cells
    got = road_minutes(network, site, np.full(sites, 1e6), limit, first, cell)
    shortest = np.full((nodes, nodes), np.inf)
    np.minimum.at(shortest, (start, end), minutes)
    i, j = np.nonzero(np.isfinite(shortest))
    graph = coo_array((shortest[i, j], (i, j)), shape=(nodes, nodes)).tocsr()
    between = dijkstra(graph, directed=False)
    own = np.repeat(np.arange(sites), cells)
    expected = site.minutes[own] + between[site.node[own], cell.node] + cell.minutes
    np.testing.assert_allclose(got, np.where(expected <= limit, expected, np.inf), rtol=1e-12)


def test_roads_that_lead_far_away_are_not_followed():
    # A hairpin: 0.5° out and back, to a place beside the start.
    lat, lon = np.array([0.0, 0.0, 0.01]), np.array([37.0, 37.5, 37.0])
    network = Roads.from_edges(lat, lon, np.array([0, 1]), np.array([1, 2]), np.array([5.0, 5.0]))
    ends = (Access(np.array([0]), np.zeros(1)), Access(np.array([2]), np.zeros(1)))
    for far_km, expected in ((100.0, 10.0), (20.0, np.inf)):
        got = road_minutes(network, ends[0], np.array([far_km]), 60.0, np.array([0, 1]), ends[1])
        assert got.tolist() == [expected]
    node, away_km = network.nearest(np.array([0.011]), np.array([37.0]))
    assert node.tolist() == [2]
    assert away_km == pytest.approx(0.1106, abs=1e-3)


# --- Barriers ------------------------------------------------------------------------------------

LAKE = shapely.box(36.4, -0.1, 36.6, 0.1)
NO_BORDERS = np.empty((0, 2, 2))


def ways(barriers, *pairs):
    ends = np.array(pairs, dtype=float)
    return Ways(*(barriers.on_map(ends[:, side, 0], ends[:, side, 1]) for side in (0, 1)))


def test_a_lake_stops_people_and_is_not_in_the_way_elsewhere():
    barriers = Barriers([LAKE], NO_BORDERS, lat_deg=0)
    got = barriers.block(
        ways(
            barriers,
            ((0, 36.3), (0, 36.7)),  # across
            ((0.2, 36.3), (0.2, 36.7)),  # past it
            ((0, 36.3), (0.05, 36.35)),  # on one side
            ((0.12, 36.38), (0.08, 36.42)),  # over a corner
        )
    )
    assert got.tolist() == [True, False, False, True]


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_ways_through_water_are_those_that_meet_it(seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
    radius = rng.uniform(0.05, 0.3, 9)
    lake = shapely.Polygon(np.column_stack([37 + radius * np.cos(angle), radius * np.sin(angle)]))
    if not lake.is_valid:
        return
    ends = rng.uniform([-0.5, 36.5], [0.5, 37.5], (60, 2, 2))
    lines = shapely.linestrings(ends[:, :, ::-1])
    on_land = ~shapely.intersects(lake, shapely.points(ends[:, :, ::-1])).any(axis=1)
    barriers = Barriers([lake], NO_BORDERS, lat_deg=0)
    got = barriers.block(ways(barriers, *ends[on_land]))
    np.testing.assert_array_equal(got, shapely.intersects(lake, lines[on_land]))


def test_who_is_drawn_in_the_water_is_put_ashore_or_afloat():
    barriers = Barriers([LAKE], NO_BORDERS, lat_deg=0)
    place = barriers.on_map(np.array([0.0, 0.0, 0.0]), np.array([36.3, 36.405, 36.5]))
    moved, afloat = barriers.ashore(place)
    assert afloat.tolist() == [False, False, True]
    np.testing.assert_array_equal(moved[0], place[0])
    assert moved[1, 0] == pytest.approx(36.4 * 111.2, abs=0.01)
    landward = barriers.on_map(np.array([0.0]), np.array([36.3]))
    assert barriers.block(Ways(moved[1:2], landward)).tolist() == [False]
    far_shore = barriers.on_map(np.array([0.0]), np.array([36.7]))
    assert barriers.block(Ways(moved[1:2], far_shore)).tolist() == [True]


def test_an_island_left_out_of_the_water_is_cut_off():
    lake = shapely.difference(LAKE, shapely.box(36.49, -0.01, 36.51, 0.01))
    barriers = Barriers([lake], NO_BORDERS, lat_deg=0)
    _, afloat = barriers.ashore(barriers.on_map(np.array([0.0]), np.array([36.5])))
    assert not afloat.any()
    got = barriers.block(ways(barriers, ((0, 36.3), (0, 36.5)), ((0.005, 36.5), (0, 36.5))))
    assert got.tolist() == [True, False]


def test_a_way_that_leaves_the_country_and_comes_back_is_none():
    horseshoe = shapely.difference(shapely.box(36, 0, 37, 1), shapely.box(36.4, 0.5, 36.6, 1.1))
    barriers = Barriers([], outline_of(np.array([horseshoe])), lat_deg=0.5)
    got = barriers.block(
        ways(
            barriers,
            ((0.8, 36.3), (0.8, 36.7)),  # through what lies between
            ((0.3, 36.3), (0.3, 36.7)),  # within
            ((0.8, 35.99), (0.8, 36.2)),  # from a place drawn a little outside
        )
    )
    assert got.tolist() == [True, False, False]
    assert barriers.crosses_border(ways(barriers, ((0.8, 35.99), (0.8, 36.2)))).tolist() == [True]


def test_a_crossing_at_a_corner_counts_once():
    halves = np.array([shapely.box(36, 0, 37, 1), shapely.box(36, 1, 37, 2)])
    barriers = Barriers([], edges_of(halves), lat_deg=0.5)
    # The border between them is drawn twice, and the way meets it where it ends.
    assert barriers.block(ways(barriers, ((0.5, 36.5), (1.5, 37.5)))).tolist() == [False]


def test_slivers_between_regions_are_no_border():
    west = shapely.Polygon([(36, 0), (36.5, 0), (36.499, 0.5), (36.5, 1), (36, 1)])
    east = shapely.box(36.5, 0, 37, 1)
    barriers = Barriers([], outline_of(np.array([west, east])), lat_deg=0.5)
    assert not barriers.block(ways(barriers, ((0.5, 36.3), (0.5, 36.7)))).any()
    gap = shapely.Polygon([(36, 0), (36.5, 0), (36.4, 0.5), (36.5, 1), (36, 1)])
    barriers = Barriers([], outline_of(np.array([gap, east])), lat_deg=0.5)
    assert barriers.block(ways(barriers, ((0.5, 36.3), (0.5, 36.7)))).all()


def test_only_places_near_barriers_need_a_look():
    barriers = Barriers([LAKE], NO_BORDERS, lat_deg=0)
    place = barriers.on_map(np.array([0.0, 0.0]), np.array([36.35, 35.0]))
    assert barriers.near(place, np.array([6.0, 6.0])).tolist() == [True, False]
