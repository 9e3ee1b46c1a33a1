"""A service cell: who shares it, the beams it gets, the hours of its day."""

import datetime as dt

import h3.api.numpy_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.quantities import draws, nominal
from leohub.sky.cells.beams import beams_per_cell, footprint_km2, loaded_cells
from leohub.sky.cells.grouping import hubs_in_cell, service_cells
from leohub.sky.cells.hours import (
    hourly_shares,
    local_hours,
    mean_by_hour,
    relative_traffic,
    solar_offset_h,
)
from leohub.sky.service import series
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules

SATELLITE = {"beams_per_satellite": 48, "satellite_mbps": 96_000, "max_beams": 8}


def test_hubs_share_the_cell_that_they_lie_in():
    lat, lon = [-1.2864, -1.2870, 3.1, -1.2868], [36.8172, 36.8180, 35.6, 36.8170]
    cells = service_cells(lat, lon, 5)
    assert cells.dtype == np.uint64
    assert cells.tolist() == [h3.latlng_to_cell(a, b, 5) for a, b in zip(lat, lon, strict=True)]
    assert hubs_in_cell(cells).tolist() == [3, 3, 1, 3]


def test_no_hubs_share_no_cells():
    assert hubs_in_cell(service_cells([], [], 5)).shape == (0,)


def test_h3_has_no_other_resolution():
    with pytest.raises(ValueError, match="from 0 to 15, not 16"):
        service_cells([0.0], [0.0], 16)


@pytest.mark.parametrize(("altitude_km", "min_elevation_deg"), [(482, 25), (1200, 55), (630, 35)])
def test_a_footprint_is_where_the_satellite_stands_high_enough(altitude_km, min_elevation_deg):
    """Places spread evenly over the sphere, each asked for the elevation of the satellite."""
    random = np.random.default_rng(1)
    inner = 0.9  # cosine of the distance from the point below, within which places are drawn
    cosine = random.uniform(inner, 1, 400_000)
    radius, orbit = 6371.0088, 6371.0088 + altitude_km
    range_km = np.sqrt(radius**2 + orbit**2 - 2 * radius * orbit * cosine)
    elevation = np.degrees(np.arcsin((orbit * cosine - radius) / range_km))
    share = (elevation >= min_elevation_deg).mean()
    area = share * 2 * np.pi * radius**2 * (1 - inner)
    assert footprint_km2(altitude_km, min_elevation_deg) == pytest.approx(area, rel=0.02)


def test_a_satellite_has_loaded_cells_below_it():
    whole = footprint_km2(482, 25) / 379
    assert loaded_cells(482, 25, 379, 20) == pytest.approx(whole / 5)
    assert loaded_cells(482, 25, 1e9, 20) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 25, 379, 20), "altitude"),
        ((482, 91, 379, 20), "min_elevation_deg 91 is outside 0 to 90"),
        ((482, 25, 0, 20), "area"),
        ((482, 25, 379, 101), "loaded_share_pct"),
        ((482, 25, 379, 0), "loaded_share_pct"),
        ((np.nan, 25, 379, 20), "altitude"),
    ],
)
def test_a_footprint_out_of_range_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        loaded_cells(*arguments)


def test_beams_are_shared_evenly_up_to_what_the_satellites_carry():
    assert beams_per_cell(24, 500, 1152, **SATELLITE) == 1.0
    assert beams_per_cell(24, 500, 1152, **SATELLITE | {"satellite_mbps": 12_000}) == 0.5
    assert beams_per_cell(24, 500, 12, **SATELLITE) == 8
    assert beams_per_cell(0, 500, 1152, **SATELLITE) == 0


@given(
    usable=st.integers(0, 100),
    channel=st.floats(0, 1e3),
    loaded=st.floats(1, 1e4),
    beams=st.floats(0, 1e3),
    satellite=st.floats(0, 1e6),
    most=st.integers(0, 16),
)
def test_a_cell_never_gets_more_than_there_is(usable, channel, loaded, beams, satellite, most):
    got = beams_per_cell(
        usable, channel, loaded, beams_per_satellite=beams, satellite_mbps=satellite, max_beams=most
    )
    assert 0 <= got <= most
    assert got * loaded <= usable * beams * (1 + 1e-12) + 1e-9
    assert got * channel * loaded <= usable * satellite * (1 + 1e-9) + 1e-9


def test_beams_broadcast():
    usable = np.arange(6.0).reshape(1, 2, 3)
    channel = np.array([100.0, 0.0, 900.0])
    got = beams_per_cell(usable, channel, np.full((4, 1, 1), 300.0), **SATELLITE)
    assert got.shape == (4, 2, 3)
    assert got[3, 1, 2] == beams_per_cell(5, 900, 300, **SATELLITE)


@pytest.mark.parametrize("bad", [-1, np.nan])
def test_missing_satellites_are_refused(bad):
    with pytest.raises(ValueError, match="usable must be at least 0"):
        beams_per_cell(bad, 500, 1152, **SATELLITE)


@given(share=st.floats(100 / 24, 50), busiest=st.floats(0, 23.999))
def test_the_busiest_hour_has_its_share_of_the_day(share, busiest):
    shares = hourly_shares(share, busiest)
    assert shares.sum() == pytest.approx(1)
    assert shares.max() == pytest.approx(share / 100, rel=1e-6)
    assert shares[int(busiest)] == shares.max()
    assert (shares >= 0).all()


def test_traffic_falls_evenly_on_both_sides_of_the_busiest_hour():
    shares = hourly_shares(8, 21)
    falling = np.roll(shares, -21)
    assert np.allclose(falling[1:], falling[:0:-1])
    assert (np.diff(falling[:13]) < 0).all()
    assert relative_traffic(shares).max() == 1


def test_profiles_broadcast():
    shares = hourly_shares(np.array([[5.0], [8.0]]), np.array([20, 21, 22]))
    assert shares.shape == (2, 3, 24)
    assert np.allclose(shares[1, 2], hourly_shares(8, 22))


@pytest.mark.parametrize(("share", "busiest"), [(4.1, 21), (51, 21), (np.nan, 21), (8, 24)])
def test_a_day_that_cannot_be_is_refused(share, busiest):
    with pytest.raises(ValueError, match="lies from"):
        hourly_shares(share, busiest)


def test_local_hours_follow_the_sun_or_a_zone():
    times = np.array(["2026-08-22T00:00", "2026-08-22T20:59", "2026-08-22T23:30"], "datetime64[us]")
    assert local_hours(times, 3).tolist() == [3, 23, 2]
    both = local_hours(times, solar_offset_h([36.8, -77.0]))
    assert both.tolist() == [[2, 23, 1], [18, 15, 18]]


def test_hours_are_averaged_each_by_itself():
    times = np.datetime64("2026-08-22", "us") + np.arange(48) * np.timedelta64(30, "m")
    values = np.array([np.arange(48.0), np.ones(48)])
    means = mean_by_hour(values, local_hours(times, np.array([0, 3])))
    assert np.allclose(means[0], np.arange(24) * 2 + 0.5)
    assert np.allclose(means[1], 1)
    with pytest.raises(ValueError, match="has no moment"):
        mean_by_hour(values[:, :10], local_hours(times[:10], 0))


@pytest.mark.parametrize("operator", ["starlink", "oneweb", "amazon-leo"])
def test_every_operator_has_what_a_cell_rests_on(operator):
    """Each draw from its table gives the cell of a real sky a capacity, and never too much."""
    known = operator_parameters(operator)
    day = dt.datetime(2026, 8, 22, tzinfo=dt.UTC)
    constellation, _ = built_in_constellation(operator, day)
    rules = Rules(known.min_elevation_deg, known.arc_avoidance_deg)
    sky = series(constellation, places_at(-1.286, 36.817), rules, start=day, step_s=1800)
    usable = sky["usable"].to_numpy()[0]
    drawn = {name: values[:, None] for name, values in draws(known.quantities, 50, 1).items()}
    values = nominal(known.quantities)
    service_cells([-1.286], [36.817], int(values["cell.resolution"]))
    for way in ("down", "up"):
        beams = beams_per_cell(
            usable,
            100.0,
            loaded_cells(
                drawn["cell.altitude_km"],
                known.min_elevation_deg,
                drawn["cell.area_km2"],
                drawn["cell.loaded_share_pct"],
            ),
            beams_per_satellite=drawn[f"cell.{way}.beams_per_satellite"],
            satellite_mbps=drawn[f"cell.{way}.satellite_mbps"],
            max_beams=drawn[f"cell.{way}.max_beams"],
        )
        assert beams.shape == (50, usable.size)
        assert ((beams > 0) == (usable > 0)).all()
        assert (beams <= drawn[f"cell.{way}.max_beams"]).all()
