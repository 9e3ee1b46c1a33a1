import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from leohub.people import coverage as module
from leohub.people.coverage import build_coverage, chord_km, nearest_hub

GEOD = Geod(ellps="WGS84")


def geodesic_km(lat_a, lon_a, lat_b, lon_b):
    return np.asarray(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]) / 1000


@pytest.mark.parametrize(("distance_km", "error_km"), [(5.0, 1e-9), (100.0, 1e-5)])
def test_chord_against_geod(distance_km, error_km):
    lat, azimuth = (x.ravel() for x in np.meshgrid(np.linspace(-85, 85, 35), np.arange(0, 360, 15)))
    lon = np.full_like(lat, 37.0)
    lon_b, lat_b, _ = GEOD.fwd(lon, lat, azimuth, np.full_like(lat, 1000 * distance_km))
    straight = np.linalg.norm(module._ecef_km(lat, lon) - module._ecef_km(lat_b, lon_b), axis=1)
    assert np.abs(chord_km(distance_km, lat) - straight).max() < error_km


def scattered(n, seed, spread_deg=0.3):
    rng = np.random.default_rng(seed)
    return rng.uniform(-spread_deg, spread_deg, n), 37 + rng.uniform(-spread_deg, spread_deg, n)


@pytest.mark.parametrize("block_sites", [7, 1024])
def test_coverage_is_that_of_every_pair_measured(monkeypatch, block_sites):
    monkeypatch.setattr(module, "BLOCK_SITES", block_sites)
    site_lat, site_lon = scattered(60, 1)
    cell_lat, cell_lon = scattered(400, 2)
    rng = np.random.default_rng(3)
    radius = rng.uniform(1, 9, 60)
    need = rng.integers(0, 3, 400) * 10.0
    got = build_coverage(site_lat, site_lon, radius, cell_lat, cell_lon, need)
    pairs = np.meshgrid(np.arange(60), np.arange(400), indexing="ij")
    distance = geodesic_km(
        site_lat[pairs[0]], site_lon[pairs[0]], cell_lat[pairs[1]], cell_lon[pairs[1]]
    )
    expected = (distance <= radius[:, None]) & (need > 0)
    assert expected.any()
    np.testing.assert_array_equal(got.shares.toarray(), expected.astype(float))
    for row in range(60):
        columns = got.shares.indices[got.shares.indptr[row] : got.shares.indptr[row + 1]]
        assert (np.diff(columns) > 0).all()
    np.testing.assert_array_equal(got.need_people, need)


def test_cells_without_need_keep_their_column():
    coverage = build_coverage([0.0], [37.0], 5.0, [0.0, 0.01], [37.0, 37.0], [0.0, 4.0])
    assert coverage.shares.toarray().tolist() == [[0.0, 1.0]]


def test_coverage_across_the_date_line_and_at_the_pole():
    coverage = build_coverage(
        [0.0, 90.0], [179.99, 0.0], 5.0, [0.0, 89.99], [-179.99, 123.0], [1.0, 1.0]
    )
    assert coverage.shares.toarray().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_nothing_to_cover():
    assert build_coverage([0.0], [37.0], 5.0, [], [], []).shares.shape == (1, 0)
    assert build_coverage([], [], 5.0, [0.0], [37.0], [1.0]).shares.shape == (0, 1)
    assert build_coverage([0.0], [37.0], 5.0, [0.0], [37.0], [0.0]).shares.nnz == 0


@pytest.mark.parametrize("radius", [0.0, -1.0, np.nan])
def test_a_radius_must_be_positive(radius):
    with pytest.raises(ValueError, match="radius_km"):
        build_coverage([0.0], [37.0], radius, [0.0], [37.0], [1.0])


@pytest.mark.parametrize("need", [-1.0, np.nan])
def test_a_need_must_not_be_negative(need):
    with pytest.raises(ValueError, match="need_people"):
        build_coverage([0.0], [37.0], 5.0, [0.0], [37.0], [need])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_nearest_hub_is_the_nearest_that_reaches(seed):
    hub_lat, hub_lon = scattered(12, seed)
    cell_lat, cell_lon = scattered(80, seed + 1)
    radius = np.random.default_rng(seed).uniform(3, 30, 12)
    got = nearest_hub(hub_lat, hub_lon, radius, cell_lat, cell_lon)
    pairs = np.meshgrid(np.arange(80), np.arange(12), indexing="ij")
    distance = geodesic_km(
        cell_lat[pairs[0]], cell_lon[pairs[0]], hub_lat[pairs[1]], hub_lon[pairs[1]]
    )
    distance = np.where(distance <= radius, distance, np.inf)
    expected = np.where(np.isfinite(distance.min(axis=1)), distance.argmin(axis=1), -1)
    np.testing.assert_array_equal(got, expected)


def test_equally_near_hubs_the_first(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_SITES", 1)
    assert nearest_hub([0.0, 0.0], [37.0, 37.0], 5.0, [0.01, 1.0], [37.0, 37.0]).tolist() == [0, -1]
