import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse import csr_array

from leohub.people import coverage as module
from leohub.people.coverage import (
    Coverage,
    chord_km,
    find_distances,
    find_pairs,
    geodesic_km,
    largest_shares,
    serving_hub,
)

GEOD = Geod(ellps="WGS84")


def measured_km(lat_a, lon_a, lat_b, lon_b):
    return np.asarray(GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]) / 1000


@pytest.mark.parametrize(("distance_km", "error_km"), [(5.0, 1e-9), (100.0, 1e-5)])
def test_chord_against_geod(distance_km, error_km):
    lat, azimuth = (x.ravel() for x in np.meshgrid(np.linspace(-85, 85, 35), np.arange(0, 360, 15)))
    lon = np.full_like(lat, 37.0)
    lon_b, lat_b, _ = GEOD.fwd(lon, lat, azimuth, np.full_like(lat, 1000 * distance_km))
    straight = np.linalg.norm(module.ecef_km(lat, lon) - module.ecef_km(lat_b, lon_b), axis=1)
    assert np.abs(chord_km(distance_km, lat) - straight).max() < error_km


def scattered(n, seed, spread_deg=0.3):
    rng = np.random.default_rng(seed)
    return rng.uniform(-spread_deg, spread_deg, n), 37 + rng.uniform(-spread_deg, spread_deg, n)


@pytest.mark.parametrize("block_sites", [7, 1024])
def test_the_pairs_are_those_of_every_pair_measured(monkeypatch, block_sites):
    monkeypatch.setattr(module, "BLOCK_SITES", block_sites)
    site_lat, site_lon = scattered(60, 1)
    cell_lat, cell_lon = scattered(400, 2)
    rng = np.random.default_rng(3)
    radius = rng.uniform(1, 9, 60)
    got = find_pairs(site_lat, site_lon, radius, cell_lat, cell_lon)
    pairs = np.meshgrid(np.arange(60), np.arange(400), indexing="ij")
    distance = measured_km(
        site_lat[pairs[0]], site_lon[pairs[0]], cell_lat[pairs[1]], cell_lon[pairs[1]]
    )
    expected = distance <= radius[:, None]
    assert expected.any()
    np.testing.assert_array_equal(got.toarray(), expected.astype(float))
    for row in range(60):
        columns = got.indices[got.indptr[row] : got.indptr[row + 1]]
        assert (np.diff(columns) > 0).all()


def test_coverage_across_the_date_line_and_at_the_pole():
    shares = find_pairs([0.0, 90.0], [179.99, 0.0], 5.0, [0.0, 89.99], [-179.99, 123.0])
    assert shares.toarray().tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_nothing_to_cover():
    assert find_pairs([0.0], [37.0], 5.0, [], []).shape == (1, 0)
    assert find_pairs([], [], 5.0, [0.0], [37.0]).shape == (0, 1)
    assert find_pairs([0.0], [37.0], 5.0, [1.0], [37.0]).nnz == 0


@pytest.mark.parametrize("radius", [0.0, -1.0, np.nan])
def test_a_radius_must_be_positive(radius):
    with pytest.raises(ValueError, match="radius_km must be positive"):
        find_pairs([0.0], [37.0], radius, [0.0], [37.0])


def test_pairs_that_would_not_fit_are_counted_and_refused(monkeypatch):
    sites, cells = ([0.0, 0.0], [37.0, 37.01]), ([0.0, 0.01, 1.0], [37.0, 37.0, 37.0])
    monkeypatch.setattr(module, "MOST_PAIRS", 4)
    assert find_pairs(*sites, 5.0, *cells).nnz == 4
    monkeypatch.setattr(module, "MOST_PAIRS", 3)
    with pytest.raises(ValueError, match=r"^4 pairs .* at most 3 fit"):
        find_pairs(*sites, 5.0, *cells)


def test_every_cell_has_a_need():
    shares = find_pairs([0.0], [37.0], 5.0, [0.0, 0.01], [37.0, 37.0])
    with pytest.raises(ValueError, match="one need per column"):
        Coverage(shares, np.array([1.0]))


@pytest.mark.parametrize("need", [-1.0, np.nan])
def test_a_need_must_not_be_negative(need):
    shares = find_pairs([0.0], [37.0], 5.0, [0.0], [37.0])
    with pytest.raises(ValueError, match="need_people"):
        Coverage(shares, np.array([need]))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_hub_that_serves_is_the_nearest_of_those_that_serve_most(seed):
    hub_lat, hub_lon = scattered(12, seed)
    cell_lat, cell_lon = scattered(80, seed + 1)
    rng = np.random.default_rng(seed)
    share = rng.choice([0.0, 0.0, 0.5, 1.0], (12, 80))
    got = serving_hub(csr_array(share), hub_lat, hub_lon, cell_lat, cell_lon)
    for cell in range(80):
        most = share[:, cell].max()
        if most == 0:
            assert got[cell] == -1
            continue
        best = np.flatnonzero(share[:, cell] == most)
        here = np.full((2, len(best)), [[cell_lat[cell]], [cell_lon[cell]]])
        away = measured_km(*here, hub_lat[best], hub_lon[best])
        assert got[cell] == best[np.argmin(away)]
    np.testing.assert_array_equal(largest_shares(csr_array(share)), share.max(axis=0))


def test_equally_near_hubs_the_first():
    shares = csr_array(np.array([[1.0, 0.0], [1.0, 0.0]]))
    places = ([0.0, 0.0], [37.0, 37.0])
    assert serving_hub(shares, *places, [0.01, 1.0], [37.0, 37.0]).tolist() == [0, -1]


def test_no_hub_serves_nobody():
    shares = csr_array((0, 3))
    assert largest_shares(shares).tolist() == [0.0, 0.0, 0.0]
    assert serving_hub(shares, [], [], [0.0] * 3, [37.0] * 3).tolist() == [-1, -1, -1]


@given(st.integers(0, 10_000), st.floats(1.0, 200.0))
def test_distances_are_geodesics_and_those_of_the_pairs(seed, radius):
    site_lat, site_lon = scattered(8, seed, 0.8)
    cell_lat, cell_lon = scattered(40, seed + 1, 0.8)
    got = find_distances(site_lat, site_lon, radius, cell_lat, cell_lon)
    pairs = find_pairs(site_lat, site_lon, radius, cell_lat, cell_lon)
    np.testing.assert_array_equal(got.indices, pairs.indices)
    np.testing.assert_array_equal(got.indptr, pairs.indptr)
    assert (pairs.data == 1).all()
    site = np.repeat(np.arange(8), np.diff(got.indptr))
    true = measured_km(site_lat[site], site_lon[site], cell_lat[got.indices], cell_lon[got.indices])
    np.testing.assert_allclose(got.data, true, rtol=2e-6, atol=1e-9)


@given(st.floats(0, 200), st.floats(-89, 89))
def test_chord_and_geodesic_undo_each_other(distance_km, lat):
    assert geodesic_km(chord_km(distance_km, lat), lat) == pytest.approx(distance_km, abs=1e-9)
