"""The sky against skyfield, an independent implementation."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4.api import Satrec
from sgp4.exporter import export_tle
from skyfield.api import EarthSatellite, load, wgs84
from skyfield.timelib import Timescale

from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.visibility.geometry import look_at
from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.motion.propagation import (
    KNOT_S,
    interpolate,
    propagate_itrf,
    propagate_teme,
    to_satrecs,
)
from leohub.sky.shells import walker

EPOCH = dt.datetime(2026, 8, 22, 0, 49, 13, 250_000)
START = dt.datetime(2026, 8, 22, 13, 0, tzinfo=dt.UTC)

# Inclination [deg], mean motion [rev/day], eccentricity, drag, node, perigee, anomaly [deg].
ORBITS = [
    (43.0, 15.28, 0.0001, 3e-4, 10.0, 80.0, 280.0),
    (53.16, 15.61, 0.0005, 9e-4, 110.0, 76.0, 284.0),
    (97.28, 15.36, 0.0012, 2e-4, 230.0, 12.0, 33.0),
    (87.9, 13.16, 0.0002, 0.0, 300.0, 90.0, 190.0),
    (51.9, 14.8, 0.03, -1e-5, 77.0, 118.0, 241.0),
]


def tle_text() -> str:
    """Write the orbits as TLE, with the exporter of the sgp4 package."""
    lines = []
    epoch_days = (EPOCH - dt.datetime(1949, 12, 31)) / dt.timedelta(days=1)
    for number, (incl, motion, ecc, drag, node, perigee, anomaly) in enumerate(ORBITS, start=1):
        satrec = Satrec()
        satrec.sgp4init(
            0, "i", number, epoch_days, drag, 0.0, 0.0, ecc, *np.radians([perigee, incl, anomaly]),
            motion * 2 * np.pi / 1440, np.radians(node),
        )  # fmt: skip
        satrec.classification, satrec.intldesg = "U", "26001A"
        lines += [f"TEST {number}", *export_tle(satrec)]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def constellation(tmp_path_factory):
    path = tmp_path_factory.mktemp("elements") / "test.tle"
    path.write_text(tle_text())
    return read_elements(InputFile(path), name="test")[0]


@pytest.fixture(scope="module")
def skyfield_satellites():
    lines = tle_text().splitlines()
    scale = load.timescale(builtin=True)
    return [EarthSatellite(*lines[k + 1 : k + 3], lines[k], scale) for k in range(0, len(lines), 3)]


def without_ut1_difference() -> Timescale:
    """Make a time scale where UT1 is UTC over the years that matter."""
    builtin = load.timescale(builtin=True)
    day = np.array([2_451_545.0, 2_470_000.0])
    # TT - UTC is 69.184 s since 2017; delta T is TT - UT1.
    return Timescale((day, np.array([69.184, 69.184])), builtin.leap_dates, builtin.leap_offsets)


def separation_deg(elevation_a, azimuth_a, elevation_b, azimuth_b):
    a, b = (
        np.stack([np.cos(e) * np.cos(z), np.cos(e) * np.sin(z), np.sin(e)], axis=-1)
        for e, z in (
            (np.radians(elevation_a), np.radians(azimuth_a)),
            (np.radians(elevation_b), np.radians(azimuth_b)),
        )
    )
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def compare(constellation, satellites, scale, lat_deg, lon_deg, height_km, hours=24.0):
    """Return, for moments above the horizon, the differences in elevation, direction and range."""
    times = slot_times(to_datetime64(START), hours, 120.0)
    t = scale.from_datetimes([START + dt.timedelta(seconds=120 * k) for k in range(len(times))])
    position, _ = propagate_itrf(to_satrecs(constellation), times)
    place = wgs84.latlon(lat_deg, lon_deg, elevation_m=1000 * height_km)
    elevation, direction, distance = [], [], []
    for ours, theirs in zip(position, satellites, strict=True):
        look = look_at(ours, lat_deg, lon_deg, height_km)
        alt, az, range_ = (theirs - place).at(t).altaz()
        up = alt.degrees > 0
        elevation.append((look.elevation_deg - alt.degrees)[up])
        direction.append(
            separation_deg(look.elevation_deg, look.azimuth_deg, alt.degrees, az.degrees)[up]
        )
        distance.append((look.range_km - range_.km)[up])
    return [np.abs(np.concatenate(found)) for found in (elevation, direction, distance)]


PLACES = [(-1.2864, 36.8172, 1.7), (0.0, 0.0, 0.0), (51.5, -0.1, 0.0), (-54.8, -68.3, 0.4)]


@pytest.mark.parametrize(("lat_deg", "lon_deg", "height_km"), PLACES)
def test_the_same_physics_as_skyfield(
    constellation, skyfield_satellites, lat_deg, lon_deg, height_km
):
    elevation, direction, distance = compare(
        constellation, skyfield_satellites, without_ut1_difference(), lat_deg, lon_deg, height_km
    )
    assert len(elevation) > 100
    assert elevation.max() < 0.0001
    assert direction.max() < 0.0001
    assert distance.max() < 0.001


@pytest.mark.parametrize(("lat_deg", "lon_deg", "height_km"), PLACES)
def test_what_ut1_and_polar_motion_would_change(
    constellation, skyfield_satellites, lat_deg, lon_deg, height_km
):
    scale = load.timescale(builtin=True)
    # About the largest polar motion of the last decades: 0.3 and 0.55 arc seconds.
    scale.polar_motion_table = [0.0, 3e6], [0.3, 0.3], [0.55, 0.55]
    elevation, _, _ = compare(
        constellation, skyfield_satellites, scale, lat_deg, lon_deg, height_km
    )
    assert 1e-5 < elevation.max() < 0.01


def test_cubics_between_knots_follow_sgp4(constellation):
    satrecs = to_satrecs(constellation)
    knots = to_datetime64(START) + np.arange(61) * np.timedelta64(60, "s")
    position, velocity = propagate_itrf(satrecs, knots)
    offsets = np.arange(0.0, 3600.0, 7.0)
    exact, _ = propagate_itrf(
        satrecs, knots[0] + (offsets * 1e6).astype(np.int64).astype("timedelta64[us]")
    )
    found = np.empty((len(satrecs), 3))
    error_m = np.zeros(len(satrecs))
    for k, offset in enumerate(offsets):
        interpolate(position, velocity, KNOT_S, offset, found)
        error_m = np.maximum(error_m, 1000 * np.linalg.norm(found - exact[:, k], axis=1))
    circular = constellation.eccentricity < 0.002
    assert error_m[circular].max() < 0.5
    # SGP4's velocity is not quite the derivative of its position; it shows at e = 0.03.
    assert error_m[~circular].max() < 2.0


def test_long_catalogue_numbers_do_not_trouble_sgp4():
    shell = walker(satellites=3, planes=1, inclination_deg=53, altitude_km=550, epoch=EPOCH)
    object.__setattr__(shell, "norad_id", np.array([339_999, 340_000, 999_999_999]))
    position, _ = propagate_teme(to_satrecs(shell), np.array([to_datetime64(START)]))
    assert np.isfinite(position).all()


def test_moments_are_utc_even_beyond_the_years_of_python():
    east, west = (dt.timezone(dt.timedelta(hours=h)) for h in (5, -5))
    for moment, text in (
        (dt.datetime(2026, 8, 22, 16, 0, 0, 7), "2026-08-22T16:00:00.000007"),
        (dt.datetime(2026, 8, 22, 16, tzinfo=east), "2026-08-22T11:00:00"),
        (dt.datetime(1, 1, 1, tzinfo=east), "0000-12-31T19:00:00"),
        (dt.datetime(9999, 12, 31, 23, tzinfo=west), "10000-01-01T04:00:00"),
    ):
        assert to_datetime64(moment) == np.datetime64(text, "us")


def test_a_decayed_orbit_is_not_a_place(constellation):
    chosen = constellation.select(np.array([0]))
    object.__setattr__(chosen, "bstar", np.array([0.5]))
    later = np.array([to_datetime64(START) + np.timedelta64(60, "D")])
    assert np.isnan(propagate_teme(to_satrecs(chosen), later)[0]).all()


@settings(max_examples=40, deadline=None)
@given(
    lat_deg=st.floats(-90, 90),
    lon_deg=st.floats(-180, 180),
    elevation_deg=st.floats(-89, 89.9),
    azimuth_deg=st.floats(0, 359.99),
)
def test_a_direction_is_seen_where_it_was_put(lat_deg, lon_deg, elevation_deg, azimuth_deg):
    from leohub.sky.motion.frames import geodetic_to_itrf
    from leohub.sky.visibility.geometry import direction_of

    direction = direction_of(np.array([elevation_deg]), np.array([azimuth_deg]), lat_deg, lon_deg)
    place = geodetic_to_itrf(lat_deg, lon_deg, 0.3)
    look = look_at(place + 800 * direction, lat_deg, lon_deg, 0.3)
    assert look.elevation_deg[0] == pytest.approx(elevation_deg, abs=1e-6)
    assert look.range_km[0] == pytest.approx(800, abs=1e-8)
    turned = (look.azimuth_deg[0] - azimuth_deg + 180) % 360 - 180
    assert abs(turned) * np.cos(np.radians(elevation_deg)) < 1e-6
