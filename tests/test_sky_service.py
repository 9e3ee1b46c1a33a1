"""A day of service: the fast count against a plain one, published geometry, real elements."""

import datetime as dt

import numpy as np
import pytest
import xarray as xr
from skyfield.api import EarthSatellite, load, wgs84

from leohub.constants import WGS84_A_KM
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.visibility.arc import arc_angle_deg
from leohub.sky.constellation import join
from leohub.sky.visibility.geometry import coverage_angle_rad, look_at
from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.motion.propagation import propagate_itrf, to_satrecs
from leohub.sky.screening import screen
from leohub.sky.service import day_service, timeline, totals
from leohub.sky.shells import walker
from leohub.sky.visibility.view import sky_at

START = dt.datetime(2026, 8, 22, 13, 0)
NAIROBI = (-1.2864, 36.8172)


def two_shells():
    return join(
        "test",
        [
            walker(satellites=1584, planes=72, inclination_deg=53, altitude_km=550, epoch=START),
            walker(satellites=101, planes=7, inclination_deg=97.3, altitude_km=480, epoch=START),
        ],
    )


def plain_counts(constellation, lat_deg, lon_deg, times, min_elevation_deg, arc_avoidance_deg):
    """Count with SGP4 at every slot, every satellite, no shortcut."""
    position, _ = propagate_itrf(to_satrecs(constellation), times)
    in_view, usable = [], []
    for slot in range(len(times)):
        look = look_at(position[:, slot], lat_deg, lon_deg, 0.0)
        up = look.elevation_deg >= min_elevation_deg
        angle = arc_angle_deg(look.direction[up], lat_deg, lon_deg)
        in_view.append(up.sum())
        usable.append((~(angle < arc_avoidance_deg)).sum())
    return np.array(in_view), np.array(usable)


@pytest.mark.parametrize(("min_elevation_deg", "arc_avoidance_deg"), [(25, 18), (0, 0), (60, 40)])
def test_the_fast_count_is_the_plain_count(min_elevation_deg, arc_avoidance_deg):
    random = np.random.default_rng(7)
    constellation = two_shells()
    lat = np.append(random.uniform(-90, 90, 9), [0.0, 88.0])
    lon = np.append(random.uniform(-180, 180, 9), [179.9, 12.0])
    found = day_service(
        constellation,
        lat,
        lon,
        start=START,
        hours=1.3,
        step_s=40,
        min_elevation_deg=min_elevation_deg,
        arc_avoidance_deg=arc_avoidance_deg,
    )
    times = slot_times(to_datetime64(START), 1.3, 40)
    assert len(times) == 117
    for place in range(len(lat)):
        in_view, usable = plain_counts(
            constellation, lat[place], lon[place], times, min_elevation_deg, arc_avoidance_deg
        )
        row = found.isel(place=place)
        # Interpolation moves a satellite by less than a metre: at most a slot may differ.
        assert float(row.in_view_mean) == pytest.approx(in_view.mean(), abs=1.01 / len(times))
        assert float(row.usable_mean) == pytest.approx(usable.mean(), abs=1.01 / len(times))
        assert float(row.usable_pct) == pytest.approx(100 * (usable > 0).mean(), abs=0.9)
        assert abs(float(row.longest_gap_s) - longest_gap_s(usable, 40)) <= 40


def test_a_small_region_sees_what_each_place_sees():
    constellation = two_shells()
    settings = {"start": START, "hours": 2, "min_elevation_deg": 25, "arc_avoidance_deg": 18}
    together = day_service(constellation, [-4.0, 0.5, 4.5], [34.0, 36.0, 41.5], **settings)
    for place in range(3):
        row = together.isel(place=place)
        alone = timeline(constellation, float(row.lat_deg), float(row.lon_deg), **settings)
        assert float(row.in_view_mean) == pytest.approx(float(alone.in_view.mean()))
        assert int(row.in_view_min) == int(alone.in_view.min())
        assert float(row.usable_mean) == pytest.approx(float(alone.usable.mean()))
        assert int(row.usable_min) == int(alone.usable.min())
        assert float(row.longest_gap_s) == longest_gap_s(alone.usable.values, 15)


def test_the_timeline_starts_with_the_sky_of_now_and_sums_over_shells():
    constellation = two_shells()
    limits = {"min_elevation_deg": 25, "arc_avoidance_deg": 18}
    day = timeline(constellation, *NAIROBI, start=START, hours=0.5, **limits)
    above = sky_at(constellation, *NAIROBI, at=START, **limits)
    assert int(day.in_view[0]) == above["in_view"].sum() > 0
    assert int(day.usable[0]) == above["usable"].sum()
    assert list(day.shell.values) == ["53°@550 km", "97°@480 km"]
    np.testing.assert_array_equal(day.in_view_by_shell.sum("shell"), day.in_view)
    np.testing.assert_array_equal(day.usable_by_shell.sum("shell"), day.usable)
    assert above["elevation_deg"].is_monotonic_decreasing
    assert (above["elevation_deg"] >= 0).all()
    assert (above.loc[above["usable"], "arc_angle_deg"] >= 18).all()


def test_progress_ends_at_one_and_attributes_say_what_was_done():
    shares = []
    found = day_service(
        two_shells(), [0.0], [0.0], start=START.replace(tzinfo=dt.timezone(dt.timedelta(hours=3))),
        hours=1, min_elevation_deg=25, arc_avoidance_deg=18, tick=shares.append,
    )  # fmt: skip
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert found.attrs["start"] == "2026-08-22T10:00:00Z"
    assert found.attrs["elements_basis"] == "modelled"
    assert found["longest_gap_s"].attrs["units"] == "s"


def longest_gap_s(usable, step_s):
    """Longest run of empty slots, counted by letters instead of by arrays."""
    runs = "".join("." if count else "x" for count in usable).split(".")
    return max(map(len, runs)) * step_s


@pytest.mark.parametrize(
    ("usable", "gap_s"),
    [([1, 0, 0, 2, 0], 30), ([0, 0, 0], 45), ([3, 1], 0), ([1, 0, 0, 0], 45)],
)
def test_gaps_are_runs_of_empty_slots(usable, gap_s):
    counts = np.array(usable, dtype=np.int32)
    day = xr.Dataset({"in_view": ("time", counts + 1), "usable": ("time", counts)})
    day.attrs["step_s"] = 15.0
    found = totals(day)
    assert found["longest_gap_s"] == longest_gap_s(usable, 15) == gap_s
    assert found["usable_pct"] == pytest.approx(100 * np.mean(counts > 0))
    assert found["in_view_min"] == counts.min() + 1


def test_published_geometry_of_550_km_at_25_degrees():
    # On the equator the ellipsoid is a circle, so that the spherical figures hold there.
    away = float(coverage_angle_rad(WGS84_A_KM + 550, 25))
    satellite_km = (WGS84_A_KM + 550) * np.array([np.cos(away), np.sin(away), 0.0])
    look = look_at(satellite_km, 0.0, 0.0, 0.0)
    assert float(look.elevation_deg) == pytest.approx(25, abs=1e-9)
    assert float(look.range_km) == pytest.approx(1123.4, abs=0.05)
    for radius_km in (6371.0088, 6378.137):
        arc_km = radius_km * float(coverage_angle_rad(radius_km + 550, 25, radius_km))
        assert 940.4 < arc_km < 940.8


def sphere_mean(lat_deg, radius_km, grid=1200):
    """Mean of the textbook shell in view above 25° on a sphere, by integration over the orbits."""
    along = np.linspace(0, 2 * np.pi, grid, endpoint=False)[:, None]
    node = along.T + np.pi / grid
    incl, lat = np.radians([53.0, lat_deg])
    towards = np.cos(lat) * (
        np.cos(along) * np.cos(node) - np.sin(along) * np.cos(incl) * np.sin(node)
    ) + np.sin(lat) * np.sin(incl) * np.sin(along)
    reach = float(coverage_angle_rad(6378.137 + 550, 25, radius_km))
    return 1584 * float((towards >= np.cos(reach)).mean())


@pytest.mark.parametrize(
    ("lat_deg", "sphere"), [(0.0, 7.03), (40.0, 12.18), (50.0, 19.32), (70.0, 0.0)]
)
def test_mean_in_view_of_the_textbook_shell(lat_deg, sphere):
    shell = walker(satellites=1584, planes=72, inclination_deg=53, altitude_km=550, epoch=START)
    found = day_service(
        shell,
        np.full(12, lat_deg),
        np.arange(0.0, 360.0, 30.0),
        start=START,
        step_s=97,
        min_elevation_deg=25,
        arc_avoidance_deg=18,
    )
    mean = float(found.in_view_mean.mean())
    # Figures for a spherical Earth: the ellipsoid and J2 change them by up to two per cent.
    assert mean == pytest.approx(sphere, rel=0.02)
    if lat_deg == 0:
        # On the equator the ellipsoid's up is the sphere's: integrating over the orbits on its
        # radius must agree but for what J2 does to the orbits.
        assert mean == pytest.approx(sphere_mean(0.0, 6378.137), rel=0.006)


def read(shared, name):
    path = shared / "data" / "sky" / f"{name}_20260822T1259Z.tle.gz"
    return read_elements(InputFile(path), name=name)[0]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "mean"), [("starlink", 37.2), ("oneweb", 7.4), ("kuiper", 2.0)])
def test_nairobi_in_real_elements(shared, name, mean):
    day = timeline(
        read(shared, name), *NAIROBI, start=START, min_elevation_deg=25, arc_avoidance_deg=18
    )
    assert float(day.in_view.mean()) == pytest.approx(mean, abs=0.06)


@pytest.mark.shared
def test_nairobi_through_broadband_satellites_only(shared):
    screening = screen(
        read(shared, "starlink"), at=START, min_altitude_km=400, max_element_age_days=30
    )
    settings = {"start": START, "min_elevation_deg": 25}
    losses = []
    for avoid_deg in (18, 22):
        day = timeline(screening.kept, *NAIROBI, arc_avoidance_deg=avoid_deg, **settings)
        assert float(day.in_view.mean()) == pytest.approx(35.4, abs=0.06)
        losses.append(1 - float(day.usable.mean()) / float(day.in_view.mean()))
    # Near the equator 18 to 22 degrees of avoidance cost 30 to 37 per cent of what is in view.
    assert losses == pytest.approx([0.30, 0.366], abs=0.005)
    assert longest_gap_s(day.usable.values, 15) == 0


@pytest.mark.shared
def test_skyfield_sees_the_same_satellites_of_a_real_file(shared):
    import gzip

    path = shared / "data" / "sky" / "kuiper_20260822T1259Z.tle.gz"
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    scale = load.timescale(builtin=True)
    t = scale.utc(2026, 8, 22, 13, np.arange(0, 1440, 30))
    place = wgs84.latlon(*NAIROBI)
    expected = sum(
        (EarthSatellite(*lines[k + 1 : k + 3], lines[k], scale) - place).at(t).altaz()[0].degrees
        >= 25
        for k in range(0, len(lines), 3)
    )
    day = timeline(
        read(shared, "kuiper"), *NAIROBI, start=START, min_elevation_deg=25, arc_avoidance_deg=0
    )
    np.testing.assert_array_equal(day.in_view.values[::120], expected)
