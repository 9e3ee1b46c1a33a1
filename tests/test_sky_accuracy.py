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
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.motion.knots import interpolate, to_knots
from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.propagation import Orbits
from leohub.sky.shells import walker
from leohub.sky.visibility.geometry import direction_of, look_at
from tests.plain_sky import place_axes, place_itrf

EPOCH = dt.datetime(2026, 8, 22, 0, 49, 13, 250_000)
START = dt.datetime(2026, 8, 22, 13, 0, tzinfo=dt.UTC)
TT_UTC_S = 69.184
"""Since 2017."""

# Inclination [deg], mean motion [rev/day], eccentricity, drag, node, perigee, anomaly [deg].
ORBITS = [
    (43.0, 15.28, 0.0001, 3e-4, 10.0, 80.0, 280.0),
    (53.16, 15.61, 0.0005, 9e-4, 110.0, 76.0, 284.0),
    (97.28, 15.36, 0.0012, 2e-4, 230.0, 12.0, 33.0),
    (87.9, 13.16, 0.0002, 0.0, 300.0, 90.0, 190.0),
    (51.9, 14.8, 0.03, -1e-5, 77.0, 118.0, 241.0),
    (63.4, 2.006, 0.71, 0.0, 190.0, 270.0, 20.0),
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


def scale_of(days_jd, ut1_utc_s):
    """Make a time scale with UT1 − UTC at Julian dates, linear in between."""
    builtin = load.timescale(builtin=True)
    table = np.asarray(days_jd, dtype=float), TT_UTC_S - np.asarray(ut1_utc_s)
    return Timescale(table, builtin.leap_dates, builtin.leap_offsets)


def without_ut1_difference() -> Timescale:
    """Make a time scale where UT1 is UTC over the years that matter."""
    return scale_of([2_451_545.0, 2_470_000.0], [0.0, 0.0])


def separation_deg(elevation_a, azimuth_a, elevation_b, azimuth_b):
    a, b = (
        np.stack([np.cos(e) * np.cos(z), np.cos(e) * np.sin(z), np.sin(e)], axis=-1)
        for e, z in (
            (np.radians(elevation_a), np.radians(azimuth_a)),
            (np.radians(elevation_b), np.radians(azimuth_b)),
        )
    )
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(axis=-1)))


def compare(constellation, satellites, scale, lat_deg, lon_deg, height_km, orientation=None):
    """Return, for moments above the horizon, the differences in elevation, direction and range."""
    times = slot_times(to_datetime64(START), 24.0, 120.0)
    t = scale.from_datetimes([START + dt.timedelta(seconds=120 * k) for k in range(len(times))])
    position = Orbits(constellation, orientation).itrf(times)
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


@settings(max_examples=10, deadline=None)
@given(
    ut1_utc_s=st.tuples(st.floats(-0.9, 0.9), st.floats(-0.002, 0.002)),
    pole_arcsec=st.tuples(st.floats(-0.6, 0.6), st.floats(-0.6, 0.6), st.floats(-0.01, 0.01)),
    lat_deg=st.floats(-90, 90),
    lon_deg=st.floats(-180, 180),
    height_km=st.floats(-0.4, 8),
)
def test_with_a_bulletin_the_same_as_skyfield_with_it(
    constellation, skyfield_satellites, ut1_utc_s, pole_arcsec, lat_deg, lon_deg, height_km
):
    days = np.arange(4)
    ut1 = ut1_utc_s[0] + days * ut1_utc_s[1]
    x, y = (pole_arcsec[k] + days * pole_arcsec[2] for k in range(2))
    moment = np.datetime64("2026-08-21", "us") + days.astype("timedelta64[D]")
    first_jd = 2_461_273.5
    assert (moment[0] - np.datetime64("1970-01-01", "us")) / np.timedelta64(1, "D") == (
        first_jd - 2_440_587.5
    )
    scale = scale_of(first_jd + days + TT_UTC_S / 86_400, ut1)
    scale.polar_motion_table = first_jd + days + TT_UTC_S / 86_400, x, y
    elevation, direction, distance = compare(
        constellation, skyfield_satellites, scale, lat_deg, lon_deg, height_km,
        EarthOrientation(moment, ut1, x, y),
    )  # fmt: skip
    assert max(elevation.max(), direction.max()) < 0.0001
    assert distance.max() < 0.001


def test_between_the_entries_of_a_bulletin_and_over_a_leap_second():
    days = np.array(["2016-12-30", "2016-12-31", "2017-01-01", "2017-01-02"], "datetime64[us]")
    zero = np.zeros(4)
    bulletin = EarthOrientation(days, np.array([-0.407, -0.408, 0.591, 0.590]), zero, zero)
    hours = np.array([0, 12, 24, 47, 48, 72], dtype="timedelta64[h]")
    ut1_utc_s, _, _ = bulletin.at(days[0] + hours)
    np.testing.assert_allclose(
        ut1_utc_s, [-0.407, -0.4075, -0.408, -0.408 - 0.001 * 23 / 24, 0.591, 0.590], atol=1e-9
    )


@pytest.mark.parametrize("away", [-1, 3 * 86_400 * 10**6 + 1])
def test_beyond_a_bulletin_there_is_no_orientation(constellation, away):
    days = np.datetime64("2026-08-21", "us") + np.arange(4).astype("timedelta64[D]")
    orbits = Orbits(constellation, EarthOrientation(days, *np.zeros((3, 4))))
    with pytest.raises(ValueError, match="covers 2026-08-21"):
        orbits.itrf(days[:1] + np.timedelta64(away, "us"))


def knot_errors_m(orbits, hours=6, step_s=7.0):
    """Return by how much positions between knots miss those at the moments, shape (k, n) [m]."""
    times = slot_times(to_datetime64(START), hours, step_s)
    moments, first, weights = to_knots(times)
    knots, exact = orbits.columns(moments), orbits.columns(times)
    found = np.empty((3, len(orbits)))
    error = np.empty((len(times), len(orbits)))
    for k in range(len(times)):
        interpolate(knots, first[k], weights[k], found)
        error[k] = 1000 * np.linalg.norm(found - exact[k], axis=0)
    return error


def test_polynomials_between_knots_follow_sgp4(constellation):
    error_m = knot_errors_m(Orbits(constellation)).max(axis=0)
    circular = constellation.eccentricity < 0.002
    assert error_m[circular].max() < 0.5
    assert error_m[constellation.eccentricity == 0.03].max() < 1.0


def test_the_lower_the_worse_between_knots():
    low, high = (
        walker(satellites=60, planes=6, inclination_deg=53, altitude_km=altitude, epoch=EPOCH)
        for altitude in (300, 1200)
    )
    assert 0.1 < knot_errors_m(Orbits(low), 2).max() < 0.6
    assert knot_errors_m(Orbits(high), 2).max() < 0.2


@given(
    slots=st.integers(1, 60),
    step_s=st.sampled_from([1.0, 7.5, 15.0, 120.0, 333.0]),
    numbers=st.lists(st.floats(-1, 1), min_size=6, max_size=6),
)
def test_a_polynomial_of_the_fifth_degree_is_met_exactly(slots, step_s, numbers):
    times = slot_times(to_datetime64(START), slots * step_s / 3600, step_s)
    moments, first, weights = to_knots(times)
    offset_s, knots_s = ((at - times[0]) / np.timedelta64(1, "s") for at in (times, moments))
    assert first.max() + 6 == len(knots_s)
    # Two knots before each moment, and the third is not after it.
    assert (knots_s[first + 2] <= offset_s).all()
    assert (knots_s[first + 3] > offset_s).all()
    # Scaled, so that its values stay near one.
    polynomial = np.polynomial.Polynomial(numbers, domain=[knots_s[0], knots_s[-1]])
    values = polynomial(knots_s)
    found = [weights[k] @ values[first[k] : first[k] + 6] for k in range(len(times))]
    np.testing.assert_allclose(found, polynomial(offset_s), atol=1e-9)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-12)


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
    assert np.isnan(Orbits(chosen).itrf(later)).all()


LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@settings(max_examples=60, deadline=None)
@given(
    lat_deg=LATITUDES,
    lon_deg=LONGITUDES,
    elevation_deg=st.floats(-89, 89.9),
    azimuth_deg=st.floats(0, 359.99),
)
def test_a_direction_is_seen_where_it_was_put(lat_deg, lon_deg, elevation_deg, azimuth_deg):
    direction = direction_of(np.array([elevation_deg]), np.array([azimuth_deg]), lat_deg, lon_deg)
    place = geodetic_to_itrf(lat_deg, lon_deg, 0.3)
    look = look_at(place + 800 * direction, lat_deg, lon_deg, 0.3)
    assert look.elevation_deg[0] == pytest.approx(elevation_deg, abs=1e-6)
    assert look.range_km[0] == pytest.approx(800, abs=1e-8)
    turned = (look.azimuth_deg[0] - azimuth_deg + 180) % 360 - 180
    assert abs(turned) * np.cos(np.radians(elevation_deg)) < 1e-6


@given(lat_deg=LATITUDES, lon_deg=LONGITUDES, height_km=st.floats(-12, 100))
def test_places_stand_on_the_ellipsoid_of_skyfield(lat_deg, lon_deg, height_km):
    theirs = wgs84.latlon(lat_deg, lon_deg, elevation_m=1000 * height_km).itrs_xyz.km
    found = geodetic_to_itrf(lat_deg, lon_deg, height_km)
    np.testing.assert_allclose(found, theirs, atol=1e-9)
    np.testing.assert_allclose(found, place_itrf(lat_deg, lon_deg, height_km), atol=1e-9)
    axes = np.stack(local_axes(lat_deg, lon_deg))
    np.testing.assert_allclose(axes, place_axes(lat_deg, lon_deg), atol=1e-12)
