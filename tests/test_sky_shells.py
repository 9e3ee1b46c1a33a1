"""Shells and screening."""

import dataclasses
import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.errors import InputError
from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.constellation import join
from leohub.sky.screening import screen, screening_problem
from leohub.sky.shells import (
    OTHER,
    identify_shells,
    largest_first,
    mean_altitude_km,
    mean_motion_rev_day,
    walker,
)

AT = dt.datetime(2026, 8, 22, 13, 0, tzinfo=dt.UTC)


def measured(ages_days, altitude_km=500.0, names=None):
    """Make satellites with elements of given ages."""
    count = len(ages_days)
    shell = walker(
        satellites=count, planes=1, inclination_deg=53, altitude_km=altitude_km, epoch=AT
    )
    ages = (np.array(ages_days) * 86_400e6).astype(np.int64).astype("timedelta64[us]")
    return dataclasses.replace(
        shell,
        basis="measured",
        epoch=shell.epoch - ages,
        object_name=np.array(names or [f"SAT-{k}" for k in range(count)]),
        shell=np.full(count, ""),
    )


def test_a_walker_shell_is_even():
    shell = walker(satellites=66, planes=6, inclination_deg=86.4, altitude_km=780, epoch=AT)
    assert sorted(set(shell.raan_deg)) == pytest.approx([0, 60, 120, 180, 240, 300])
    first = np.sort(shell.mean_anomaly_deg[shell.raan_deg == 0])
    np.testing.assert_allclose(np.diff(first), 360 / 11)
    step = shell.mean_anomaly_deg[11] - shell.mean_anomaly_deg[0]
    assert step == pytest.approx(360 / 66)
    assert shell.basis == "modelled"
    np.testing.assert_allclose(mean_altitude_km(shell.mean_motion_rev_day), 780)


def test_planes_that_do_not_divide_the_satellites_differ_by_one():
    shell = walker(satellites=100, planes=7, inclination_deg=53, altitude_km=500, epoch=AT)
    _, sizes = np.unique(shell.raan_deg, return_counts=True)
    assert sorted(sizes) == [14] * 5 + [15] * 2
    assert len(np.unique(np.column_stack([shell.raan_deg, shell.mean_anomaly_deg]), axis=0)) == 100


def test_more_planes_than_satellites_are_refused():
    with pytest.raises(ValueError, match="3 satellites"):
        walker(satellites=3, planes=4, inclination_deg=53, altitude_km=500, epoch=AT)


def test_a_shell_may_be_given_by_its_mean_motion():
    options = {"satellites": 6, "planes": 2, "inclination_deg": 51.9, "epoch": AT}
    given = walker(mean_motion_rev_day=14.8, **options)
    np.testing.assert_array_equal(given.mean_motion_rev_day, 14.8)
    altitude_km = float(mean_altitude_km(np.array([14.8]))[0])
    same = walker(altitude_km=altitude_km, **options)
    np.testing.assert_allclose(same.mean_motion_rev_day, 14.8, rtol=1e-14)
    assert list(same.shell) == list(given.shell)
    for both_or_none in ({}, {"altitude_km": 630, "mean_motion_rev_day": 14.8}):
        with pytest.raises(ValueError, match="either an altitude or a mean motion"):
            walker(**both_or_none, **options)


def test_the_phase_of_planes_may_be_given():
    options = {"planes": 4, "inclination_deg": 53, "altitude_km": 550, "epoch": AT}
    walkers = walker(satellites=40, phasing=3, **options)
    np.testing.assert_allclose(walkers.mean_anomaly_deg[::10], np.arange(4) * 3 * 360 / 40)
    step = walker(satellites=40, phase_deg=12.0, **options)
    np.testing.assert_allclose(step.mean_anomaly_deg[::10], [0, 12, 24, 36])
    each = walker(satellites=40, phase_deg=[0, 18, 0, 18], raan_deg=300, **options)
    np.testing.assert_allclose(each.mean_anomaly_deg[::10], [0, 18, 0, 18])
    np.testing.assert_allclose(each.raan_deg[::10], [300, 30, 120, 210])
    with pytest.raises(ValueError, match="3 phases for 4 planes"):
        walker(satellites=40, phase_deg=[0, 1, 2], **options)


@given(altitude_km=st.floats(150, 40_000))
def test_altitude_and_mean_motion_are_each_others_inverse(altitude_km):
    altitude = np.array([altitude_km])
    np.testing.assert_allclose(mean_altitude_km(mean_motion_rev_day(altitude)), altitude)


def test_the_largest_shell_comes_first_and_the_others_last():
    shell = np.array(["b", "", "a", "b", OTHER, OTHER, OTHER, "c", "a"])
    names, number = largest_first(shell)
    assert list(names) == ["a", "b", "c", OTHER]
    assert list(names[number]) == ["b", OTHER, "a", "b", OTHER, OTHER, OTHER, "c", "a"]


def test_shells_are_clusters_of_a_hundredth():
    parts = [
        walker(satellites=n, planes=1, inclination_deg=i, altitude_km=a, epoch=AT)
        for n, i, a in ((300, 53.16, 462.7), (5, 42.96, 483.1), (2, 53.16, 505.0))
    ]
    shells = identify_shells(join("test", parts))
    names, counts = np.unique(shells, return_counts=True)
    assert dict(zip(names, counts, strict=True)) == {"53°@460 km": 300, "43°@480 km": 5, OTHER: 2}


def test_joined_shells_have_unique_ids():
    part = walker(satellites=4, planes=2, inclination_deg=53, altitude_km=500, epoch=AT)
    assert list(join("two", [part, part]).norad_id) == list(range(1, 9))


def test_screening_counts_each_satellite_once():
    names = ["A [DTC]", "B", "C", "D", "E"]
    constellation = measured([10.0, 0.5, 4.0, -4.0, 1.5], names=names)
    altitude = mean_altitude_km(constellation.mean_motion_rev_day)
    assert altitude.min() > 499
    screening = screen(constellation, at=AT, min_altitude_km=400, max_element_age_days=3)
    assert list(screening.kept.object_name) == ["B", "E"]
    assert sum(screening.left_out.values()) + len(screening.kept) == screening.total == 5
    assert list(screening.left_out.values()) == [1, 1, 1]
    assert screening.age_median_h == pytest.approx(24.0)
    assert screening.age_max_h == pytest.approx(36.0)
    assert screening.shells == {"53°@500 km": 2}


def test_low_satellites_are_left_out():
    constellation = join("test", [measured([0.1] * 3, 350.0), measured([0.1] * 2, 480.0)])
    screening = screen(constellation, at=AT, min_altitude_km=400, max_element_age_days=3)
    assert screening.left_out == {"below 400 km (raising or decaying)": 3}


def test_old_elements_are_a_problem_when_they_are_most():
    limits = {"at": AT, "max_element_age_days": 3.0}
    half = screen(measured([5.0, 5.0, 0.1, 0.1]), min_altitude_km=400, **limits)
    assert screening_problem(half, file="x.tle", **limits) is None
    most = screen(measured([5.0, 5.0, 5.0, 0.1]), min_altitude_km=400, **limits)
    problem = screening_problem(most, file="x.tle", **limits)
    assert problem is not None
    assert "3 of the 4 element sets of broadband satellites are more than 3 days old" in str(
        problem
    )


def test_elements_of_the_future_are_a_problem_as_old_ones_are():
    limits = {"at": AT, "max_element_age_days": 3.0}

    def problem(*ages_days):
        screening = screen(measured([*ages_days]), min_altitude_km=400, **limits)
        return screening_problem(screening, file="x.tle", **limits)

    assert problem(-5, -5, 0, 0) is None
    ahead = str(problem(-5, -5, -5, 0))
    assert "3 of the 4 element sets of broadband satellites" in ahead
    assert "for more than 3 days after 2026-08-22T13:00 UTC" in ahead
    assert "Fetch elements of that time" in ahead
    assert " old" not in ahead
    both = str(problem(5, 5, -5, 0))
    assert "2 of the 4 element sets of broadband satellites are more than 3 days old" in both
    assert "; 1 of the 4" in both
    assert "after" not in str(problem(5, 5, 5, 0))


def test_no_satellite_left_is_a_problem():
    limits = {"at": AT, "max_element_age_days": 3.0}
    screening = screen(measured([0.1] * 3), min_altitude_km=1100, **limits)
    problem = screening_problem(screening, file="x.tle", **limits)
    assert problem is not None
    assert "3 below 1100 km" in problem.message
    assert (screening.age_median_h, screening.age_max_h) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("operator", "satellites"), [("starlink", 9459), ("oneweb", 648), ("amazon-leo", 322)]
)
def test_built_in_shells_pass_their_own_screening(operator, satellites):
    parameters = operator_parameters(operator)
    constellation, source = built_in_constellation(operator, AT)
    screening = screen(
        constellation,
        at=AT + dt.timedelta(days=20),
        min_altitude_km=parameters.min_altitude_km,
        max_element_age_days=3,
    )
    assert len(screening.kept) == source.totals["satellites"] == satellites
    assert OTHER not in screening.shells
    assert set(screening.shells) == set(constellation.shell)
    assert source.basis == "modelled"
    assert source.file == "built-in: shells.csv"


def test_filed_shells_of_amazon_leo():
    constellation, _ = built_in_constellation("amazon-leo", AT, status="filed")
    assert len(constellation) == 3236


@pytest.mark.parametrize("operator", ["terawave", "skylink"])
def test_operators_that_cannot_be_modelled_are_refused(operator):
    with pytest.raises(InputError) as caught:
        built_in_constellation(operator, AT)
    expected = "not modelled" if operator == "terawave" else "not known"
    assert expected in str(caught.value)


def test_every_operator_parameter_has_a_basis_and_a_source():
    sources = operator_parameters("starlink").sources
    for parameter in ("min_elevation_deg", "arc_avoidance_deg", "min_altitude_km"):
        basis, source = sources[parameter].split(": ", 1)
        assert basis in {"measured", "filed", "assumed"}
        assert len(source) > 20


@pytest.mark.shared
def test_starlink_of_august_2026(shared):
    path = shared / "data" / "sky" / "starlink_20260822T1259Z.tle.gz"
    constellation, _ = read_elements(InputFile(path), name="starlink")
    screening = screen(constellation, at=AT, min_altitude_km=400, max_element_age_days=30)
    assert screening.total == 10_746
    assert screening.left_out == {
        "direct-to-cell ([DTC] in the name)": 639,
        "below 400 km (raising or decaying)": 869 - 639,
    }
    shells = dict(screening.shells)
    assert shells.pop(OTHER) == 418
    assert shells == {
        "43°@480 km": 3231,
        "53°@460 km": 2837,
        "53°@470 km": 1200,
        "97°@470 km": 1042,
        "70°@570 km": 699,
        "97°@550 km": 173,
        "53°@540 km": 148,
        "53°@480 km": 129,
    }
    built_in, _ = built_in_constellation("starlink", AT)
    names, counts = np.unique(built_in.shell, return_counts=True)
    assert dict(zip(names, counts, strict=True)) == shells
