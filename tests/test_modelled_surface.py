"""The pure models behind built-in Kenya: outlines, people, places, and the H3 ids between them."""

import h3.api.numpy_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leohub.people.lineage import children, parents
from leohub.people.places import model_places
from leohub.people.surface import Facts, apportion, hash_bits, hash_normal, model_surface
from leohub.people.territory import model_outlines, to_degrees, to_equal_area_km

SQUARE = shapely.box(0, 0, 300, 200)


# --- outlines


@given(
    st.lists(st.tuples(st.integers(1, 14), st.integers(1, 9)), min_size=2, max_size=9, unique=True),
    st.data(),
)
@settings(max_examples=30, deadline=None)
def test_outlines_have_their_areas_and_share_the_land(points, data):
    centroid = np.array(points, dtype=float) * 20
    size = np.array(
        data.draw(st.lists(st.floats(1, 5), min_size=len(points), max_size=len(points)))
    )
    outlines = model_outlines(centroid, size / size.sum(), SQUARE)
    area = np.array([outline.area for outline in outlines])
    assert area == pytest.approx(SQUARE.area * size / size.sum(), rel=2e-3)
    assert area.sum() == pytest.approx(SQUARE.area)
    assert shapely.union_all(outlines).area == pytest.approx(SQUARE.area)


def test_regions_that_can_be_convex_are_found_again():
    # Four unequal rectangles: a power diagram can be exactly this.
    truth = [
        shapely.box(0, 0, 100, 80),
        shapely.box(100, 0, 300, 80),
        shapely.box(0, 80, 100, 200),
        shapely.box(100, 80, 300, 200),
    ]
    centroid = np.array([[box.centroid.x, box.centroid.y] for box in truth])
    share = np.array([box.area for box in truth]) / SQUARE.area
    found = model_outlines(centroid, share, SQUARE)
    common = sum(a.intersection(b).area for a, b in zip(found, truth, strict=True))
    assert common / SQUARE.area > 0.95


@pytest.mark.parametrize(
    ("points", "size"),
    [
        # A border that runs exactly through a corner of the frame.
        ([(5, 5), (2, 2), (5, 9)], [1.0, 1.0, 1.0]),
        # Corners of neighbours that differ in the last bit: GEOS loses a third of the union.
        ([(1, 4), (5, 9), (11, 5)], [2.4272177223199263, 2.427734375, 1.5]),
    ],
)
def test_outlines_in_awkward_positions(points, size):
    share = np.array(size) / sum(size)
    outlines = model_outlines(np.array(points, dtype=float) * 20, share, SQUARE)
    assert [o.area for o in outlines] == pytest.approx(SQUARE.area * share, rel=2e-3)
    assert shapely.union_all(outlines).area == pytest.approx(SQUARE.area)


def test_a_centroid_given_twice_is_refused():
    centroid = np.array([[50.0, 50.0], [50.0, 50.0], [200.0, 100.0]])
    with pytest.raises(ValueError, match="centroid"):
        model_outlines(centroid, np.full(3, 1 / 3), SQUARE)


@given(st.floats(-60, 60), st.floats(-179, 179))
def test_degrees_survive_the_projection(lat_deg, lon_deg):
    there = to_equal_area_km(np.array([lat_deg]), np.array([lon_deg]))
    assert to_degrees(there)[0] == pytest.approx([lat_deg, lon_deg], abs=1e-9)


def test_projection_keeps_areas():
    # A zone of the mean sphere: 2 π R² (sin 5° - sin -5°) × 10/360.
    corners = to_equal_area_km(np.array([-5.0, -5, 5, 5]), np.array([34.0, 44, 44, 34]))
    exact = 2 * np.pi * 6371.0088**2 * 2 * np.sin(np.radians(5)) * 10 / 360
    assert shapely.Polygon(corners).area == pytest.approx(exact)


# --- people


def some_facts(region_people=(60_000, 9_000), town_people=(20_000, 3_000, 1_000)):
    return Facts(
        region_km=np.array([[10.0, 10.0], [30.0, 10.0]]),
        region_people=np.array(region_people),
        region_area_km2=np.array([400.0, 400.0]),
        town_km=np.array([[8.0, 12.0], [2.0, 2.0], [60.0, 60.0]]),
        town_people=np.array(town_people),
        town_region=np.array([0, 0, 1]),
    )


def some_cells():
    x, y = np.meshgrid(np.arange(0.5, 40), np.arange(0.5, 20))
    km = np.column_stack([x.ravel(), y.ravel()])
    ids = (np.arange(len(km)) + 10**15).astype(np.uint64)
    return ids, km, (km[:, 0] > 20).astype(np.intp)


def test_every_region_and_town_keeps_its_count():
    facts, (ids, km, region) = some_facts(), some_cells()
    surface = model_surface(facts, ids, km, region)
    people = surface["town_people"] + surface["rural_people"]
    assert people.groupby(region).sum().tolist() == [60_000, 9_000]
    assert surface["town_people"].groupby(region).sum().tolist() == [23_000, 1_000]
    assert (surface >= 0).all(axis=None)


def test_town_is_densest_in_its_middle_and_pulls_people():
    facts, (ids, km, region) = some_facts(town_people=(20_000, 100, 1_000)), some_cells()
    surface = model_surface(facts, ids, km, region)
    away = np.hypot(*(km - facts.town_km[0]).T)
    assert away[surface["town_people"].argmax()] < 1
    mine = region == 0
    near, far = (surface["rural_people"][mine & band].mean() for band in (away < 4, away > 11))
    assert near > 1.4 * far


def test_town_outside_its_region_goes_to_the_edge():
    facts, (ids, km, region) = some_facts(), some_cells()
    surface = model_surface(facts, ids, km, region)
    there = surface["town_people"][region == 1]
    assert there.max() == 1_000
    assert km[there.idxmax()] == pytest.approx([39.5, 19.5])


def test_surface_follows_the_cell_not_its_place_in_the_table():
    facts, (ids, km, region) = some_facts(), some_cells()
    order = np.argsort(hash_bits(ids, 7))
    surface = model_surface(facts, ids, km, region)
    shuffled = model_surface(facts, ids[order], km[order], region[order])
    # Where shares tie, the first in the table is served first: one person here or there.
    moved = np.abs(shuffled.to_numpy() - surface.to_numpy()[order])
    assert moved.max() <= 1
    assert moved.sum() < 0.001 * 69_000


def test_more_people_in_towns_than_in_the_region_is_refused():
    ids, km, region = some_cells()
    with pytest.raises(ValueError, match="more people than the region"):
        model_surface(some_facts(region_people=(22_999, 9_000)), ids, km, region)


weights = hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(1e-3, 1e3))


@given(st.integers(0, 10**7), weights)
def test_apportioned_parts_add_up_and_stay_near_their_shares(total, weight):
    part = apportion(total, weight)
    assert part.sum() == total
    assert np.abs(part - total * weight / weight.sum()).max() < 1 + 1e-6


def test_last_bits_of_the_weights_do_not_decide():
    weight = np.exp(hash_normal(np.arange(20_000, dtype=np.uint64)))
    disturbed = weight * (1 + 1e-15 * np.where(np.arange(20_000) % 2, 1, -1))
    assert (apportion(1_000_000, weight) == apportion(1_000_000, disturbed)).all()


def test_hash_is_splitmix64():
    # First outputs for seeds 0 and 1234567, from the authors' reference code.
    key = np.array([0, 1234567], dtype=np.uint64)
    assert hash_bits(key, 1).tolist() == [0xE220A8397B1DCDAF, 6457827717110365317]
    assert hash_bits(key, 2)[1] == 3203168211198807973


def test_hashed_normal_is_nearly_normal():
    sample = hash_normal(np.arange(100_000, dtype=np.uint64))
    assert sample.mean() == pytest.approx(0, abs=0.01)
    assert sample.std() == pytest.approx(1, abs=0.01)
    assert np.abs(sample).max() < 2 * np.sqrt(3)


# --- places


def test_places_follow_people():
    ids, km, region = some_cells()
    people = np.where(km[:, 1] < 10, 30, 10) * (1 + region)
    lat_lon = to_degrees(km)
    places = model_places(1_200, 3, ids, people, lat_lon, region, 0.4)
    assert np.bincount(places["region"]).tolist() == [400, 800]
    south = km[places["cell"], 1] < 10
    assert south.mean() == pytest.approx(0.75, abs=0.01)
    moved = to_equal_area_km(places["lat_deg"].to_numpy(), places["lon_deg"].to_numpy())
    away = np.hypot(*(moved - km[places["cell"]]).T)
    assert away.max() < 0.41
    assert away.mean() > 0.2
    assert not places.duplicated(["lat_deg", "lon_deg"]).any()


def test_no_place_where_nobody_lives():
    ids, km, region = some_cells()
    people = np.where(region == 0, np.arange(len(ids)) % 2, 0)
    places = model_places(500, 3, ids, people, to_degrees(km), region, 0.4)
    assert (people[places["cell"]] > 0).all()
    assert len(places) == 500


# --- lineage

PLACES = st.tuples(st.floats(-5, 5.5), st.floats(33.5, 42))


@given(st.lists(PLACES, min_size=1, max_size=20), st.integers(0, 9))
def test_parents_agree_with_h3(places, resolution):
    ids = np.array([h3.latlng_to_cell(*place, 9) for place in places], dtype=np.uint64)
    assert parents(ids, resolution).tolist() == [h3.cell_to_parent(i, resolution) for i in ids]


@given(PLACES, st.integers(3, 11))
def test_children_agree_with_h3(place, resolution):
    cell = h3.latlng_to_cell(*place, resolution)
    mine = children(np.array([cell], dtype=np.uint64), resolution + 1)[0]
    assert sorted(mine.tolist()) == sorted(h3.cell_to_children(cell).tolist())
