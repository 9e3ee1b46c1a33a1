"""Published ephemerides: read, turned to the ground as skyfield does it, and found in between."""

import datetime as dt
import gzip
import zipfile
from functools import partial
from pathlib import Path

import erfa
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sgp4.api import Satrec
from sgp4.exporter import export_tle
from skyfield.api import EarthSatellite, load
from skyfield.framelib import ICRS_to_J2000, itrs
from skyfield.timelib import Timescale

from leohub.errors import InputError
from leohub.io.builtin.operators import operator_parameters
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.constellation import join
from leohub.sky.motion.moments import julian_date
from leohub.sky.motion.orientation import EarthOrientation, j2000_to_itrf
from leohub.sky.motion.published import PublishedPositions, join_published, published_itrf
from leohub.sky.service import day_service
from leohub.sky.shells import mean_altitude_km, walker
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.study.overhead import find_overhead

START = dt.datetime(2026, 9, 11, 1, 42, 42)
HOURS = 6
ORBITS = {
    # Inclination [deg], mean motion [rev/day], eccentricity, node, perigee, anomaly [deg].
    "STARLINK-38128": (53.16, 15.30, 0.0002, 110.0, 76.0, 284.0),
    "ONEWEB-0012": (87.9, 13.16, 0.0003, 300.0, 90.0, 190.0),
    "STARLINK_36331": (97.3, 15.06, 0.001, 10.0, 10.0, 0.0),
}
COVARIANCE = "\n".join([" ".join(["4.6343390768e-07"] * 7)] * 3)


def satrec(orbit) -> Satrec:
    inclination, motion, eccentricity, node, perigee, anomaly = orbit
    made = Satrec()
    days = (START - dt.datetime(1949, 12, 31)) / dt.timedelta(days=1)
    made.sgp4init(
        0, "i", 1, days, 1e-5, 0.0, 0.0, eccentricity,
        *np.radians([perigee, inclination, anomaly]), motion * 2 * np.pi / 1440, np.radians(node),
    )  # fmt: skip
    made.classification, made.intldesg = "U", "26001A"
    return made


def scale(ut1_utc_s: float = 0.0) -> Timescale:
    """Make skyfield's time scale with one UT1 − UTC for all time."""
    builtin = load.timescale(builtin=True)
    day = np.array([2_451_545.0, 2_470_000.0])
    delta = np.full(2, 69.184 - ut1_utc_s)
    return Timescale((day, delta), builtin.leap_dates, builtin.leap_offsets)


def truth(name: str, seconds: np.ndarray, ut1_utc_s: float = 0.0):
    """Positions and velocities at seconds after START by skyfield: in J2000, and on the ground."""
    clock = scale(ut1_utc_s)
    satellite = EarthSatellite(*export_tle(satrec(ORBITS[name])), name, clock)
    at = satellite.at(clock.utc(2026, 9, 11, 1, 42, 42 + seconds))
    turned = [(ICRS_to_J2000 @ part).T for part in (at.position.km, at.velocity.km_per_s)]
    return (*turned, at.frame_xyz(itrs).km.T)


def stamp(moment: dt.datetime) -> str:
    return f"{moment:%Y%j%H%M%S}.{moment.microsecond // 1000:03d}"


def meme_text(name: str, *, step_s: int = 60, covariance: bool = True, newline: str = "\n") -> str:
    count = HOURS * 3600 // step_s + 1
    position, velocity, _ = truth(name, np.arange(count) * float(step_s))
    stop = START + dt.timedelta(seconds=step_s * (count - 1))
    lines = [
        "created:2026-09-11 01:55:52 UTC",
        f"ephemeris_start:{START} UTC ephemeris_stop:{stop} UTC step_size:{step_s}",
        "ephemeris_source:blend",
        "UVW",
    ]
    for k in range(count):
        numbers = " ".join(f"{value:.10f}" for value in (*position[k], *velocity[k]))
        lines.append(f"{stamp(START + dt.timedelta(seconds=step_s * k))} {numbers}")
        if covariance:
            lines += COVARIANCE.split("\n")
    return newline.join(lines) + newline


def meme_name(name: str, norad_id: int) -> str:
    return f"MEME_{norad_id}_{name}_2540142_Operational_1473385380_UNCLASSIFIED.txt"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {
        meme_name(name, norad_id): meme_text(name)
        for name, norad_id in zip(ORBITS, (100_001, 61_613, 799_501_571), strict=True)
    }


@pytest.fixture
def folder(texts, tmp_path) -> Path:
    made = tmp_path / "meme"
    made.mkdir()
    for name, text in texts.items():
        (made / name).write_text(text)
    return made


def read(path: Path, **options):
    return read_elements(InputFile(path, named=path.name), name="test", **options)


def errors(path: Path):
    with pytest.raises(InputError) as caught:
        read(path)
    assert all(problem.remedy for problem in caught.value.problems)
    return caught.value.problems


def wrong(tmp_path: Path, text: str):
    path = tmp_path / meme_name("STARLINK-38128", 100_001)
    path.write_text(text)
    return errors(path)


# --- What is read --------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", ["folder", "zip", "folder of .gz"])
def test_many_satellites_are_read(folder, packing, tmp_path):
    path = folder
    (folder / "MANIFEST.txt").write_text("names")
    if packing == "zip":
        path = tmp_path / "SpaceX_Ephemeris.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"inside/{file.name}")
    elif packing == "folder of .gz":
        for file in folder.glob("MEME*"):
            (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
    found, source = read(path)
    assert dict(zip(found.norad_id.tolist(), found.object_name.tolist(), strict=True)) == {
        100_001: "STARLINK-38128",
        61_613: "ONEWEB-0012",
        799_501_571: "STARLINK_36331",
    }
    assert found.published is not None
    assert found.published.position.shape == (3, HOURS * 60 + 1, 3)
    assert set(found.epoch) == {np.datetime64("2026-09-11T01:42:42")}
    assert source.totals == {"satellites": 3, "positions": 3 * (HOURS * 60 + 1)}
    assert any("other names, left out: 1" in note for note in source.notes)
    assert any(
        "all of them from 2026-09-11 01:42 to 2026-09-11 07:42" in note for note in source.notes
    )
    assert len(source.sha256) == 64
    assert source.size_bytes > 1000
    assert found.basis == "measured"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("covariance", [True, False])
def test_one_satellite_is_read(tmp_path, newline, covariance):
    path = tmp_path / meme_name("ONEWEB-0012", 61_613)
    text = meme_text("ONEWEB-0012", covariance=covariance, newline=newline)
    path.write_bytes(text.encode())
    found, _ = read(path)
    assert (found.norad_id[0], len(found)) == (61_613, 1)


@pytest.mark.parametrize(
    ("name", "norad_id", "object_name"),
    [
        ("MEME_25544_ISS_1651200_oper__unclassified.txt", 25_544, "ISS"),
        ("MEME_25544_ISS(ZARYA)_1651200_operational_nomnvr_UNCLASSIFIED.txt", 25_544, "ISS(ZARYA)"),
        ("MEME_12345_MY_SAT_A_0010530_Special_burn02_UNCLASSIFIED.txt", 12_345, "MY_SAT_A"),
    ],
)
def test_names_of_files_tell_the_satellite(tmp_path, texts, name, norad_id, object_name):
    path = tmp_path / name
    path.write_text(next(iter(texts.values())))
    found, _ = read(path)
    assert (found.norad_id[0], found.object_name[0]) == (norad_id, object_name)


def test_satellites_may_have_more_positions_than_others(folder):
    step_s = {"ONEWEB-0012": 120, "STARLINK-38128": 60, "STARLINK_36331": 30}
    for file in folder.iterdir():
        name = next(name for name in step_s if name in file.name)
        file.write_text(meme_text(name, step_s=step_s[name], covariance=False))
    found, source = read(folder)
    counts = [HOURS * 3600 // step_s[name] + 1 for name in found.object_name]
    assert found.published.count.tolist() == counts
    assert np.isfinite(found.published.position[:, :, 0]).sum(axis=1).tolist() == counts
    assert source.totals["positions"] == sum(counts)
    times = np.datetime64(START, "us") + np.arange(0, 3600, 77).astype("timedelta64[s]")
    for k, name in enumerate(found.object_name):
        theirs = truth(name, np.arange(0, 3600.0, 77))[2]
        ours = published_itrf(found.published, times, np.array([k]))[0]
        assert np.abs(ours - theirs).max() < 1e-4


def bulletin_of(first: str) -> EarthOrientation:
    days = np.datetime64(first, "us") + np.arange(4) * np.timedelta64(1, "D")
    return EarthOrientation(days, np.full(4, -0.4), np.full(4, 0.2), np.full(4, 0.35))


def test_a_bulletin_turns_the_earth(folder):
    """UT1 that is 0.4 s behind leaves the Earth 0.4 s short: satellites stand further east."""
    plain, _ = read(folder)
    turned, _ = read(folder, orientation=bulletin_of("2026-09-10"))
    x, y, _ = np.moveaxis(plain.published.position, -1, 0)
    x2, y2, _ = np.moveaxis(turned.published.position, -1, 0)
    east_s = np.angle((x2 + 1j * y2) / (x + 1j * y)) / 7.2921e-5
    equatorial = np.abs(plain.published.position[:, :, 2]) < 1000
    np.testing.assert_allclose(east_s[equatorial], 0.4, atol=0.01)


def test_a_bulletin_of_other_days_is_told(folder):
    with pytest.raises(InputError, match="the bulletin covers 2026-09-12"):
        read(folder, orientation=bulletin_of("2026-09-12"))


def test_elements_tell_the_shell(folder):
    found, _ = read(folder)
    for k, name in enumerate(found.object_name):
        inclination, motion, _, node, *_ = ORBITS[name]
        assert found.inclination_deg[k] == pytest.approx(inclination, abs=0.05)
        assert found.raan_deg[k] == pytest.approx(node, abs=0.1)
        altitude = mean_altitude_km(np.array([motion, found.mean_motion_rev_day[k]]))
        assert altitude[1] == pytest.approx(altitude[0], abs=1.5)
        assert found.eccentricity[k] < 0.004


# --- Where they are ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ORBITS)
def test_positions_in_between_are_those_of_skyfield(folder, name):
    """Precession, nutation, sidereal time and interpolation together: 8 mm were measured."""
    found, _ = read(folder)
    seconds = np.concatenate([np.linspace(0, HOURS * 3600, 977), [0.5, 29.9, HOURS * 3600 - 0.5]])
    seconds = np.round(seconds, 3)
    times = np.datetime64(START, "us") + (seconds * 1e6).astype("timedelta64[us]")
    chosen = np.flatnonzero(found.object_name == name)
    ours = published_itrf(found.published, times, chosen)
    _, _, theirs = truth(name, seconds)
    away_m = 1000 * np.linalg.norm(ours[0] - theirs, axis=1)
    assert away_m.max() < 0.05


def test_ut1_and_the_pole_are_those_of_skyfield():
    """Matrices with a bulletin, against skyfield with the same UT1 and the same pole."""
    seconds = np.arange(0.0, 86_400.0, 3_333.0)
    times = np.datetime64(START, "us") + (seconds * 1e6).astype("timedelta64[us]")
    bulletin = bulletin_of("2026-09-10")
    clock = scale(-0.4)
    clock.polar_motion_table = (
        np.array([2_461_000.0, 2_462_000.0]),
        np.full(2, 0.2),
        np.full(2, 0.35),
    )
    moment = clock.utc(2026, 9, 11, 1, 42, 42 + seconds)
    theirs = np.moveaxis(itrs.rotation_at(moment), -1, 0) @ ICRS_to_J2000.T
    away_m = 1000 * 6_950 * np.abs(j2000_to_itrf(times, bulletin) - theirs).max()
    assert away_m < 0.05


def test_the_hourly_celestial_pole_is_the_exact_one():
    times = np.datetime64("2026-09-11T01:42:42", "us") + np.arange(0, 86_400, 411).astype(
        "timedelta64[s]"
    )
    exact = np.stack(
        [
            erfa.c2t06a(day, part + 69.184 / 86_400, day, part, 0.0, 0.0)
            @ erfa.bp06(day, part)[0].T
            for day, part in zip(*julian_date(times), strict=True)
        ]
    )
    assert 7e6 * np.abs(j2000_to_itrf(times) - exact).max() < 0.001


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    step_s=st.sampled_from([10.0, 60.0, 120.0, 180.0]),
    radius_km=st.floats(6_700, 8_000),
    tilt=st.floats(0, np.pi),
    count=st.integers(8, 60),
    share=st.floats(0, 1),
)
def test_between_positions_on_a_circle(step_s, radius_km, tilt, count, share):
    start = np.datetime64("2026-09-11T00:00:00", "us")

    def circle(seconds):
        angle = np.sqrt(398_600.4 / radius_km**3) * np.asarray(seconds)
        flat = np.stack([np.cos(angle), np.sin(angle) * np.cos(tilt), np.sin(angle) * np.sin(tilt)])
        return radius_km * flat.T

    published = PublishedPositions(
        np.array([start]), np.array([step_s]), np.array([count]),
        circle(np.arange(count) * step_s)[None],
    )  # fmt: skip
    moment = start + np.timedelta64(round(share * (count - 1) * step_s * 1e6), "us")
    (found,) = published_itrf(published, np.array([moment]))[0]
    away_m = 1000 * np.linalg.norm(found - circle((moment - start) / np.timedelta64(1, "s")))
    assert away_m < (0.001 if step_s <= 60 else 1.0)


def test_outside_there_is_nothing_and_at_the_ends_there_is():
    one = PublishedPositions(
        np.array(["2026-09-11T00:00:00"], dtype="datetime64[us]"),
        np.array([60.0]), np.array([9]), np.arange(27.0).reshape(1, 9, 3),
    )  # fmt: skip
    two = PublishedPositions(
        np.array(["2026-09-11T00:10:00"], dtype="datetime64[us]"),
        np.array([60.0]), np.array([20]), np.ones((1, 20, 3)),
    )  # fmt: skip
    both = join_published([one, two])
    times = np.array(
        [f"2026-09-{t}" for t in ("10T23:59:59.9", "11T00:00", "11T00:08", "11T00:08:00.1",
                                  "11T00:10", "11T00:29")], dtype="datetime64[us]",
    )  # fmt: skip
    seen = np.isfinite(published_itrf(both, times)[:, :, 0])
    assert seen.tolist() == [
        [False, True, True, False, False, False],
        [False, False, False, False, True, True],
    ]
    np.testing.assert_allclose(published_itrf(both, times)[0, 1:3], [[0, 1, 2], [24, 25, 26]])
    assert np.isnan(both.position[0, 9:]).all()
    np.testing.assert_array_equal(
        published_itrf(both, times, np.array([1])),
        published_itrf(both.select(np.array([False, True])), times),
    )


def test_a_constellation_carries_what_is_published(folder):
    found, _ = read(folder)
    last = found.select(np.array([2]))
    np.testing.assert_array_equal(last.published.position, found.published.position[2:])
    joined = join("both", [last, found.select(np.array([True, True, False]))])
    np.testing.assert_array_equal(joined.published.position[0], found.published.position[2])
    shell = walker(satellites=3, planes=1, inclination_deg=53, altitude_km=550, epoch=START)
    assert shell.select(np.array([0])).published is None
    with pytest.raises(ValueError, match="others do not"):
        join("mixed", [found, shell])


# --- What is wrong with them ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        (lambda s: s[: len(s) // 2], "row", "is cut off"),
        (lambda s: "\n".join(s.split("\n")[:804]) + "\n", "", "the last state is of"),
        (lambda s: "\n".join(s.split("\n")[:800]) + "\n", "", "the last state is of"),
        (lambda s: s.replace("created:", "made:", 1), "", "do not have 'created:'"),
        (lambda s: s.replace("step_size:60", ""), "", "do not have 'ephemeris_start:"),
        (lambda s: s.replace("step_size:60", "step_size:30"), "row 9", "instead of 30 s"),
        (lambda s: s.replace("step_size:60", "step_size:900"), "", "900 s apart"),
        (lambda s: s.replace("2026254014342.000 ", "2026254014342.000 x"), "row 9", "not a state"),
        (lambda s: s.replace("2026254014342.000 ", "2026254014342.000 nan "), "row 9", "state"),
        (lambda s: s.replace("2026254014342.000 ", "2026254016142.000 "), "row 9", "not a moment"),
        (lambda s: s.replace("2026254014342.000", "2026999014342.000"), "row 9", "not a moment"),
        (lambda s: s.replace("2026254014342.000", "2026254014343.000"), "row 9", "61 s after"),
        (lambda s: s.replace("start:2026-09-11 01", "start:2026-09-11 00"), "", "the first state"),
        (lambda s: "\n".join(s.split("\n")[:5]), "", "fewer than two states"),
        (lambda s: "\n".join(s.split("\n")[:4]), "", "fewer than two states"),
        (lambda s: "STARLINK\n1 00005U\n", "", "do not have"),
        (lambda s: s + s.split("UVW\n")[1], "row", "instead of 60 s"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, texts, change, where, message):
    problems = wrong(tmp_path, change(next(iter(texts.values()))))
    assert any(p.where.startswith(where) and message in p.message for p in problems), problems
    assert all("UNCLASSIFIED.txt" in problem.file for problem in problems)


def test_metres_are_not_kilometres(tmp_path, texts):
    lines = next(iter(texts.values())).split("\n")
    words = lines[4].split()
    lines[4] = " ".join([words[0], *(str(float(word) * 1000) for word in words[1:])])
    (problem,) = wrong(tmp_path, "\n".join(lines))
    assert (problem.where, "is no orbit" in problem.message) == ("row 5", True)


def test_all_files_with_faults_are_told(folder, texts):
    for number in range(7):
        (folder / meme_name("STARLINK-1", 70_000 + number)).write_text("created: never")
    (folder / meme_name("STARLINK-2", 100_001)).write_text(next(iter(texts.values())))
    (folder / meme_name("STARLINK-3", 100_003)).write_bytes(b"")
    (folder / meme_name("STARLINK-4", 100_004)).write_bytes(b"\xff\xfe\x00")
    problems = errors(folder)
    told = "\n".join(map(str, problems))
    assert "the file is empty" in told
    assert "more files are wrong" in told
    assert "satellite 100001 is in 2 files" in told
    assert any(problem.file.startswith("meme/MEME_70000") for problem in problems)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04 no"), "damaged"),
        (lambda path: zipfile.ZipFile(path, "w").close(), "no ephemerides"),
    ],
)
def test_a_zip_that_is_none(tmp_path, make, message):
    path = tmp_path / "x.zip"
    make(path)
    (problem,) = errors(path)
    assert message in problem.message


def test_a_zip_cut_off_or_damaged_inside(tmp_path, texts):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert "damaged" in errors(path)[0].message
    path.write_bytes(whole[:2000] + bytes(50) + whole[2050:])
    assert "damaged" in errors(path)[0].message


def test_a_bomb_is_not_unpacked(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(meme_name("BIG", 5), bytes(65 << 20))
    (problem,) = errors(path)
    assert "too many for one satellite" in problem.message


def test_an_empty_folder(tmp_path):
    (problem,) = errors(tmp_path)
    assert "there are no ephemerides in it" in problem.message


def test_a_file_without_its_name(tmp_path, texts):
    path = tmp_path / "ephemeris.txt"
    path.write_text(next(iter(texts.values())))
    (problem,) = errors(path)
    assert "the name does not tell the satellite" in problem.message


def test_a_day_that_is_not_covered_is_refused(folder):
    everybody, _ = read(folder)
    constellation = everybody.select(np.char.startswith(everybody.object_name, "STARLINK"))
    operator = operator_parameters("starlink")
    begin = constellation.published.start.max().astype("datetime64[s]").item()
    for hours_on, hours, covered in ((1, 1, True), (0, 1, False), (1, 500, False)):
        start = begin + dt.timedelta(hours=hours_on)
        work = partial(
            find_overhead, constellation, "folder", operator=operator, start=start, hours=hours,
            max_element_age_days=30, min_altitude_km=0,
        )  # fmt: skip
        if covered:
            assert len(work().screening.kept) == len(constellation)
        else:
            with pytest.raises(InputError, match="do not cover"):
                work()


def test_what_is_not_published_counts_as_lost(folder):
    constellation, _ = read(folder)
    published = constellation.published
    begin = published.start.max()
    for start, lost in ((begin + np.timedelta64(1, "h"), 0), (begin, len(constellation))):
        day = day_service(
            constellation, places_at(0, 0), Rules(25.0), hours=0.1,
            start=start.astype("datetime64[s]").item(),
        )  # fmt: skip
        assert day.attrs["satellites_not_propagated"] == lost
