"""The geostationary arc: exact angles against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.visibility.arc import (
    NO_ARC,
    arc_angle_deg,
    arc_limits,
    is_near_arc,
    smallest_angle_rad,
    trace_arc,
    visible_arcs,
)
from leohub.sky.visibility.geometry import direction_of
from tests.plain_sky import place_axes, place_itrf, plain_arc_deg

LATITUDES = st.floats(-90, 90) | st.sampled_from([0.0, 1e-9, 81.1, 81.25, 81.3, -81.2, 90.0])
LONGITUDES = st.floats(-180, 180)
HEIGHTS = st.floats(-0.4, 8)
SEEDS = st.integers(0, 2**32 - 1)


def some_directions(seed, lat_deg, lon_deg, count=40, lowest_deg=0.0):
    random = np.random.default_rng(seed)
    return direction_of(
        random.uniform(lowest_deg, 90, count), random.uniform(0, 360, count), lat_deg, lon_deg
    )


def directions_near_the_arc(seed, lat_deg, lon_deg, height_km, count=40):
    """Make directions around points of the arc and its ends, and along its meridian."""
    random = np.random.default_rng(seed)
    azimuth, elevation = trace_arc(lat_deg, lon_deg, height_km, points=33)
    if not len(azimuth):
        return some_directions(seed, lat_deg, lon_deg, count)
    one = random.choice([0, 32, *range(33)], count)
    wide = random.choice([1e-4, 1.0, 20.0], count)
    return direction_of(
        np.clip(elevation[one] + random.normal(0, wide), -5, 90),
        azimuth[one] + random.normal(0, wide),
        lat_deg,
        lon_deg,
    )


def place_of(lat_deg, lon_deg, height_km=0.0):
    return place_itrf(lat_deg, lon_deg, height_km), place_axes(lat_deg, lon_deg)[2]


@settings(max_examples=80, deadline=None)
@given(lat_deg=LATITUDES, lon_deg=LONGITUDES, height_km=HEIGHTS, seed=SEEDS)
def test_angles_are_those_of_brute_force(lat_deg, lon_deg, height_km, seed):
    direction = np.concatenate(
        [
            some_directions(seed, lat_deg, lon_deg),
            directions_near_the_arc(seed, lat_deg, lon_deg, height_km),
        ]
    )
    expected = plain_arc_deg(direction, *place_of(lat_deg, lon_deg, height_km))
    found = arc_angle_deg(direction, lat_deg, lon_deg, height_km)
    np.testing.assert_allclose(np.radians(found), np.radians(expected), atol=1e-6)


@settings(max_examples=80, deadline=None)
@given(
    lat_deg=LATITUDES,
    lon_deg=LONGITUDES,
    height_km=HEIGHTS,
    avoid_deg=st.floats(0.1, 60) | st.sampled_from([18.0, 22.0]),
    seed=SEEDS,
)
def test_the_short_cut_never_changes_the_answer(lat_deg, lon_deg, height_km, avoid_deg, seed):
    direction = np.concatenate(
        [
            some_directions(seed, lat_deg, lon_deg),
            directions_near_the_arc(seed, lat_deg, lon_deg, height_km),
        ]
    )
    place, up = place_of(lat_deg, lon_deg, height_km)
    limits = arc_limits(place[None], up[None], np.radians(avoid_deg))[0]
    exact = arc_angle_deg(direction, lat_deg, lon_deg, height_km)
    assert (limits[1] == NO_ARC) == np.isnan(exact).all()
    for row, angle in enumerate(exact):
        if not abs(angle - avoid_deg) < 1e-6:
            near = is_near_arc(*limits, *place[:2], *direction[row])
            assert near == (angle < avoid_deg)


@settings(max_examples=40, deadline=None)
@given(lat_deg=st.floats(-81, 81), lon_deg=LONGITUDES, seed=SEEDS)
def test_the_declination_alone_keeps_a_direction_away(lat_deg, lon_deg, seed):
    direction = some_directions(seed, lat_deg, lon_deg)
    place, up = place_of(lat_deg, lon_deg)
    _, _, low, high = visible_arcs(place[None], up[None])[0]
    declination = np.degrees(np.arcsin(direction[:, 2]))
    outside = np.maximum(np.degrees(low) - declination, declination - np.degrees(high))
    assert (arc_angle_deg(direction, lat_deg, lon_deg) >= outside - 1e-6).all()


def test_straight_along_the_axis_of_the_earth():
    # No meridian is the direction's own there.
    place, up = place_of(60.0, 20.0)
    lon, half, _, _ = visible_arcs(place[None], up[None])[0]
    found = np.degrees(smallest_angle_rad(*place, 0.0, 0.0, 1.0, lon, half))
    expected = plain_arc_deg(np.array([[0.0, 0.0, 1.0]]), place, up)[0]
    assert found == pytest.approx(expected, abs=1e-6)
    for avoid_deg in (found - 0.01, found + 0.01):
        limits = arc_limits(place[None], up[None], np.radians(avoid_deg))[0]
        assert is_near_arc(*limits, *place[:2], 0.0, 0.0, 1.0) == (found < avoid_deg)


def test_no_avoidance_refuses_nothing():
    place, up = place_of(10.0, 20.0)
    limits = arc_limits(place[None], up[None], 0.0)[0]
    for direction in directions_near_the_arc(3, 10.0, 20.0, 0.0):
        assert not is_near_arc(*limits, *place[:2], *direction)


@given(lat_deg=st.floats(-81, 81), lon_deg=LONGITUDES, height_km=HEIGHTS)
def test_the_visible_arc_ends_at_the_horizon(lat_deg, lon_deg, height_km):
    azimuth, elevation = trace_arc(lat_deg, lon_deg, height_km)
    assert np.abs(elevation[[0, -1]]).max() < 1e-6
    assert (elevation > -1e-6).all()
    assert elevation.argmax() == pytest.approx(90, abs=1)
    # The whole of it is nowhere away from itself.
    direction = direction_of(elevation, azimuth, lat_deg, lon_deg)
    assert arc_angle_deg(direction, lat_deg, lon_deg, height_km).max() < 1e-5


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
    position = geodetic_to_itrf(lat_deg, 10.0, 0.0)[None]
    limits = arc_limits(position, local_axes(lat_deg, 10.0)[2][None], np.radians(40))[0]
    assert limits[1] == NO_ARC
