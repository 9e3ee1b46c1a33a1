"""The geostationary arc: exact angles against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.constants import GEOSTATIONARY_RADIUS_KM
from leohub.sky.visibility.arc import NO_ARC, arc_angle_deg, is_near_arc, trace_arc, visible_arcs
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.visibility.geometry import direction_of


def brute_force_deg(direction, lat_deg, lon_deg, height_km=0.0, points=40_001):
    """Smallest angle to many points of the whole ring that are above the horizon."""
    place = geodetic_to_itrf(lat_deg, lon_deg, height_km)
    up = local_axes(lat_deg, lon_deg)[2]
    ring = np.radians(lon_deg) + np.linspace(-np.pi, np.pi, points)
    lines = (
        GEOSTATIONARY_RADIUS_KM * np.stack([np.cos(ring), np.sin(ring), 0 * ring], axis=-1) - place
    )
    lines = lines[lines @ up >= 0]
    if not len(lines):
        return np.full(len(direction), np.nan)
    lines /= np.linalg.norm(lines, axis=1, keepdims=True)
    return np.degrees(np.arccos(np.clip((direction @ lines.T).max(axis=1), -1, 1)))


def some_directions(seed, lat_deg, lon_deg, count=40):
    random = np.random.default_rng(seed)
    return direction_of(
        random.uniform(0, 90, count), random.uniform(0, 360, count), lat_deg, lon_deg
    )


@settings(max_examples=40, deadline=None)
@given(lat_deg=st.floats(-80, 80), lon_deg=st.floats(-180, 180), seed=st.integers(0, 2**20))
def test_angles_are_those_of_brute_force(lat_deg, lon_deg, seed):
    direction = some_directions(seed, lat_deg, lon_deg)
    expected = brute_force_deg(direction, lat_deg, lon_deg)
    found = arc_angle_deg(direction, lat_deg, lon_deg)
    # The brute force only samples the ring: never nearer, and hardly farther.
    assert (found <= expected + 1e-5).all()
    np.testing.assert_allclose(found, expected, atol=0.02)


@settings(max_examples=40, deadline=None)
@given(
    lat_deg=st.floats(-89.9, 89.9),
    lon_deg=st.floats(-180, 180),
    avoid_deg=st.floats(0.1, 60),
    seed=st.integers(0, 2**20),
)
def test_the_short_cut_never_changes_the_answer(lat_deg, lon_deg, avoid_deg, seed):
    direction = some_directions(seed, lat_deg, lon_deg)
    place = geodetic_to_itrf(lat_deg, lon_deg, 0.0)
    lon, half, low, high = visible_arcs(place[None], local_axes(lat_deg, lon_deg)[2][None])[0]
    exact = arc_angle_deg(direction, lat_deg, lon_deg)
    if half == NO_ARC:
        assert np.isnan(exact).all()
        return
    declination = np.degrees(np.arcsin(direction[:, 2]))
    for row, angle in enumerate(exact):
        if abs(angle - avoid_deg) > 1e-6:
            near = is_near_arc(*place, *direction[row], lon, half, np.radians(avoid_deg))
            assert near == (angle < avoid_deg)
        outside = max(np.degrees(low) - declination[row], declination[row] - np.degrees(high))
        assert angle >= outside - 1e-6


def test_the_arc_passes_through_the_zenith_of_the_equator():
    up = direction_of(np.array([90.0]), np.array([0.0]), 0.0, 36.8)
    assert arc_angle_deg(up, 0.0, 36.8)[0] == pytest.approx(0.0, abs=1e-4)
    azimuth, elevation = trace_arc(0.0, 36.8)
    assert elevation.max() == pytest.approx(90.0, abs=0.5)
    assert np.abs(elevation[[0, -1]]).max() < 1e-9
    assert sorted(np.round(azimuth[[0, -1]])) == [90, 270]


def test_the_arc_is_south_of_a_northern_place():
    # Against the look-angle formula on a sphere.
    _, elevation = trace_arc(50.0, 8.0)
    sphere = np.degrees(
        np.arctan2(np.cos(np.radians(50)) - 6378.137 / 42164.17, np.sin(np.radians(50)))
    )
    assert elevation.max() == pytest.approx(sphere, abs=0.3)


@pytest.mark.parametrize("lat_deg", [82.0, -85.0, 90.0])
def test_beyond_81_degrees_there_is_no_arc(lat_deg):
    assert len(trace_arc(lat_deg, 10.0)[0]) == 0
    assert np.isnan(arc_angle_deg(some_directions(1, lat_deg, 10.0), lat_deg, 10.0)).all()
