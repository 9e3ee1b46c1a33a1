"""SGP4: ours against python-sgp4, and which satellites are left to it."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sgp4.api import WGS72, Satrec, SatrecArray

from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.constellation import Constellation
from leohub.sky.motion.propagation import Orbits

DAY = np.datetime64("2026-08-22T00:00:00", "us")
MINUTE_US = 60_000_000
DAY_US = 86_400_000_000
SGP4_EPOCH = np.datetime64("1949-12-31T00:00:00", "us")
TOLERANCE_KM = 1e-6
MU_KM3_S2, EQUATOR_KM = 398_600.8, 6_378.135

# What an element set is: mean altitude [km], eccentricity, inclination, node, perigee and mean
# anomaly [°], drag term, epoch [µs after DAY].
ANGLES = st.floats(0, 360)
INCLINATIONS = st.floats(0, 179.5) | st.sampled_from([0, 0.01, 53, 63.4349, 90, 97.6, 180])
ECCENTRICITIES = st.floats(0, 0.0499) | st.sampled_from([0, 1e-7, 1e-4, 1.0001e-4, 0.0499])
DRAGS = st.floats(-1e-3, 1e-3) | st.sampled_from([0, 1e-11, 3e-4, -3e-4])


def element_sets(altitude_km, eccentricity, drag):
    return st.lists(
        st.tuples(
            altitude_km, eccentricity, INCLINATIONS, ANGLES, ANGLES, ANGLES, drag,
            st.integers(-DAY_US, DAY_US),
        ),
        min_size=1,
        max_size=12,
    )  # fmt: skip


def moments(days):
    return st.lists(st.integers(-days * DAY_US, days * DAY_US), min_size=1, max_size=4)


def constellation_of(elements):
    altitude, eccentricity, inclination, node, perigee, anomaly, drag, epoch_us = (
        np.array(column) for column in zip(*elements, strict=True)
    )
    count = len(altitude)
    rate = np.sqrt(MU_KM3_S2 / (EQUATOR_KM + altitude.astype(float)) ** 3)
    return Constellation(
        name="test",
        basis="measured",
        norad_id=np.arange(count) + 1,
        object_name=np.full(count, "TEST"),
        shell=np.full(count, ""),
        epoch=DAY + epoch_us.astype("timedelta64[us]"),
        inclination_deg=inclination.astype(float),
        raan_deg=node.astype(float),
        eccentricity=eccentricity.astype(float),
        arg_perigee_deg=perigee.astype(float),
        mean_anomaly_deg=anomaly.astype(float),
        mean_motion_rev_day=rate * 86_400 / (2 * np.pi),
        bstar=drag.astype(float),
    )


def satrecs_of(constellation):
    found = []
    for k in range(len(constellation)):
        satrec = Satrec()
        satrec.sgp4init(
            WGS72, "i", k + 1,
            int((constellation.epoch[k] - SGP4_EPOCH).astype(np.int64)) / DAY_US,
            constellation.bstar[k], 0.0, 0.0, constellation.eccentricity[k],
            *np.radians(
                [
                    constellation.arg_perigee_deg[k],
                    constellation.inclination_deg[k],
                    constellation.mean_anomaly_deg[k],
                ]
            ),
            constellation.mean_motion_rev_day[k] * (2 * np.pi / 1440),
            np.radians(constellation.raan_deg[k]),
        )  # fmt: skip
        found.append(satrec)
    return found


def by_minutes(constellation, times):
    """Positions by python-sgp4 from the minutes since each epoch: no Julian date rounds them."""
    found = np.full((len(times), 3, len(constellation)), np.nan)
    for s, satrec in enumerate(satrecs_of(constellation)):
        for k, since in enumerate((times - constellation.epoch[s]).astype(np.int64) / MINUTE_US):
            error, position, _ = satrec.sgp4_tsince(since)
            if error == 0:
                found[k, :, s] = position
    return found


def by_julian_dates(satrecs, times):
    """Positions by python-sgp4 as it is used everywhere."""
    elapsed = (times - times.astype("datetime64[D]")).astype("timedelta64[us]").astype(np.int64)
    midnight = times.astype("datetime64[D]").astype(np.int64) + 2_440_587.5
    error, position, _ = SatrecArray(satrecs).sgp4(midnight, elapsed / DAY_US)
    position[error != 0] = np.nan
    return position.transpose(1, 2, 0)


def assert_same(found, expected, tolerance_km=TOLERANCE_KM):
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    away = np.linalg.norm(found - expected, axis=1)
    assert np.nanmax(away, initial=0.0) <= tolerance_km


@settings(max_examples=150, deadline=None)
@given(elements=element_sets(st.floats(180, 5000), ECCENTRICITIES, DRAGS), times_us=moments(10))
@example(elements=[(550, 0, 53, 0, 0, 0, 0, 0)], times_us=[0])
def test_every_near_circular_orbit_is_that_of_python_sgp4(elements, times_us):
    # Epochs that are whole parts of a day in binary: python-sgp4 keeps them to the microsecond.
    grid_us = DAY_US // 2**13
    elements = [(*row[:-1], row[-1] // grid_us * grid_us) for row in elements]
    constellation = constellation_of(elements)
    times = DAY + np.array(times_us).astype("timedelta64[us]")
    assert_same(Orbits(constellation).teme(times), by_minutes(constellation, times))


@settings(max_examples=60, deadline=None)
@given(
    elements=element_sets(st.floats(400, 2000), st.floats(0, 0.02), st.floats(-1e-4, 1e-4)),
    times_us=moments(3),
)
def test_epochs_count_to_the_microsecond(elements, times_us):
    # A satellite flies 7 mm in a microsecond; Julian dates of python-sgp4 would lose half of one.
    constellation = constellation_of(elements)
    times = DAY + np.array(times_us).astype("timedelta64[us]")
    assert_same(Orbits(constellation).teme(times), by_minutes(constellation, times))


@settings(max_examples=40, deadline=None)
@given(
    low=element_sets(st.floats(400, 2000), st.floats(0, 0.04), st.floats(-1e-4, 1e-4)),
    deep=element_sets(st.floats(6000, 40_000), st.floats(0, 0.7), st.just(0.0)),
    eccentric=element_sets(st.floats(1000, 5000), st.floats(0.05, 0.9), DRAGS),
    times_us=moments(10),
)
def test_other_orbits_are_left_to_python_sgp4(low, deep, eccentric, times_us):
    constellation = constellation_of(low + deep + eccentric)
    times = DAY + np.array(times_us).astype("timedelta64[us]")
    theirs = by_julian_dates(satrecs_of(constellation), times)
    orbits, routed = Orbits(constellation), np.arange(len(low), len(constellation))
    np.testing.assert_array_equal(orbits.teme(times)[:, :, routed], theirs[:, :, routed])
    # Whoever is chosen, in whatever order, is the same.
    mixed = np.random.default_rng(len(routed)).permutation(len(constellation))
    np.testing.assert_array_equal(orbits.teme(times, mixed), orbits.teme(times)[:, :, mixed])


@pytest.mark.parametrize(
    ("altitude_km", "eccentricity"), [(225, 0.01), (250, 0.01), (300, 0.01), (350, 0.03)]
)
def test_heavy_drag_is_left_to_python_sgp4(altitude_km, eccentricity):
    dragged = constellation_of([(altitude_km, eccentricity, 53, 10, 20, 100, -0.05, 0)])
    times = DAY + np.array([3], dtype="timedelta64[D]").astype("timedelta64[us]")
    theirs = by_julian_dates(satrecs_of(dragged), times)
    assert np.isfinite(theirs).all()
    np.testing.assert_array_equal(Orbits(dragged).teme(times), theirs)


@pytest.mark.parametrize(
    ("altitude_km", "drag"), [(250, 0.01), (250, -0.02), (250, 0.05), (300, 0.05)]
)
def test_heavy_drag_of_circular_orbits_is_left_to_python_sgp4(altitude_km, drag):
    dragged = constellation_of([(altitude_km, e, 53, 10, 20, 100, drag, 0) for e in (0, 1e-3)])
    times = DAY + np.linspace(-10, 10, 81).astype("timedelta64[D]").astype("timedelta64[us]")
    assert_same(Orbits(dragged).teme(times), by_minutes(dragged, times))


def test_orbits_that_end_are_no_places():
    # Below the ground, far beyond their life, and one that is none.
    constellation = constellation_of(
        [
            (-300, 0.0, 53, 0, 0, 0, 0.0, 0),
            (200, 0.001, 53, 0, 0, 0, 0.05, 0),
            (300, 0.049, 97, 0, 10, 180, 1e-2, 0),
            (550, 0.0, 53, 0, 0, 0, 0.0, 0),
        ]
    )
    times = DAY + np.array([0, 10, 60], dtype="timedelta64[D]").astype("timedelta64[us]")
    found = Orbits(constellation).teme(times)
    assert_same(found, by_minutes(constellation, times))
    assert np.isnan(found[:, :, 0]).all()
    assert np.isnan(found[2, :, 1:3]).all()
    assert np.isfinite(found[:, :, 3]).all()


@pytest.mark.parametrize(("altitude_km", "days"), [(160, 0.2), (140, 0.1), (95, 0.02), (215, 3)])
def test_very_low_orbits_follow_the_short_theory(altitude_km, days):
    rows = [(altitude_km, e, 51.6, 20, 30, m, 1e-4, 0) for e in (0, 1e-3) for m in (0, 90, 250)]
    constellation = constellation_of(rows)
    times = DAY + (np.linspace(-days, days, 9) * DAY_US).astype("timedelta64[us]")
    assert_same(Orbits(constellation).teme(times), by_minutes(constellation, times))


def test_near_180_degrees_rounding_is_what_differs():
    # A division by 1 + cos(i) magnifies the last bit: 2 parts in 10¹⁶ become decimetres there.
    rows = [(550, 0.04, i, 20, 30, 40, 0.0, 0) for i in (179.9, 179.99, 179.999, 179.9999)]
    constellation = constellation_of(rows)
    times = DAY + np.arange(0, DAY_US, DAY_US // 7).astype("timedelta64[us]")
    assert_same(Orbits(constellation).teme(times), by_minutes(constellation, times), 1e-3)


def test_long_catalogue_numbers_do_not_trouble_sgp4():
    constellation = constellation_of([(5500, 0.3, 53, 0, 0, 0, 0.0, 0)] * 3)
    object.__setattr__(constellation, "norad_id", np.array([339_999, 340_000, 999_999_999]))
    assert np.isfinite(Orbits(constellation).teme(np.array([DAY]))).all()


def test_a_constellation_without_satellites_has_no_orbits():
    nobody = constellation_of([(550, 0, 53, 0, 0, 0, 0, 0)]).select(np.zeros(1, dtype=bool))
    with pytest.raises(ValueError, match="no satellites"):
        Orbits(nobody)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["starlink", "oneweb", "kuiper"])
def test_every_real_satellite(shared, name):
    path = shared / "data" / "sky" / f"{name}_20260822T1259Z.tle.gz"
    constellation, _ = read_elements(InputFile(path), name=name)
    with InputFile(path).unpacked() as text:
        lines = text.read_text().splitlines()
    theirs = [
        Satrec.twoline2rv(line, lines[k + 1], WGS72)
        for k, line in enumerate(lines)
        if line.startswith("1 ")
    ]
    assert len(theirs) == len(constellation)
    start = np.datetime64(dt.datetime(2026, 8, 22, 13), "us")
    times = start + np.array([-70, -9, 0, 7, 24, 61], dtype="timedelta64[h]")
    assert_same(Orbits(constellation).teme(times), by_julian_dates(theirs, times))
