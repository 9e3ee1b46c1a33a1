"""Bulletins of Earth orientation: both formats, every fault; UT1 runs on through leap seconds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.errors import InputError
from leohub.io.orbits.bulletin import read_bulletin
from leohub.io.provenance import InputFile
from leohub.sky.motion.orientation import EarthOrientation

HEADER = "DATE,MJD,X,Y,UT1-UTC,LOD,DPSI,DEPS,DX,DY,DAT,DATA_TYPE"
# Four days around the leap second at the end of 2016, as the IERS measured them.
DAYS = [
    "2016-12-30,57752,0.082700,0.262300,-0.4067310,0.0012,0,0,0,0,36,O",
    "2016-12-31,57753,0.081300,0.263000,-0.4080370,0.0013,0,0,0,0,36,O",
    "2017-01-01,57754,0.079800,0.263600,0.5906500,0.0014,0,0,0,0,37,O",
    "2017-01-02,57755,0.078200,0.264300,0.5892100,0.0014,0,0,0,0,37,P",
]
CSV = "\n".join([HEADER, *DAYS]) + "\n"
FINALS = """\
92 3 2 48683.00 I  0.006416 0.000153  0.116395 0.000159  I-0.2719443 0.0000093  2.3575 0.0080  I
92 3 3 48684.00 I  0.008416 0.000153  0.117395 0.000159  I-0.2742443 0.0000093  2.3575 0.0080  I
92 3 4 48685.00 P  0.009180 0.000600  0.119137 0.000401  P-0.2765919 0.0001080
92 3 5 48686.00
92 3 6 48687.00
"""


def read(tmp_path, text):
    path = tmp_path / "bulletin"
    path.write_text(text)
    return read_bulletin(InputFile(path, named="bulletin"))


def errors(tmp_path, text):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert all(problem.remedy for problem in caught.value.problems)
    return caught.value.problems


def moment(text):
    return np.datetime64(text, "us")


def test_the_table_of_celestrak(tmp_path):
    found, source = read(tmp_path, CSV)
    assert list(found.moment) == [moment(day[:10]) for day in DAYS]
    assert list(found.ut1_utc_s) == [-0.406731, -0.408037, 0.59065, 0.58921]
    assert list(found.xp_arcsec[:2]) == [0.0827, 0.0813]
    assert list(found.yp_arcsec[:2]) == [0.2623, 0.263]
    assert source.totals == {"days": 4}
    assert source.notes == ("covers 2016-12-30 to 2017-01-02, predicted from 2017-01-02 on",)


def test_the_fixed_columns_of_the_iers(tmp_path):
    found, source = read(tmp_path, FINALS)
    assert list(found.moment) == [moment(f"1992-03-0{day}") for day in (2, 3, 4)]
    assert list(found.ut1_utc_s) == [-0.2719443, -0.2742443, -0.2765919]
    assert list(found.xp_arcsec) == [0.006416, 0.008416, 0.00918]
    assert list(found.yp_arcsec) == [0.116395, 0.117395, 0.119137]
    assert source.notes == (
        "covers 1992-03-02 to 1992-03-04, predicted from 1992-03-04 on",
        "2 days at the end without predictions left out",
    )


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("\n \n", "", "no bulletin"),
        ("name,lat,lon\na,1,2\n", "", "no bulletin of Earth orientation"),
        ("<html><body>404</body></html>", "", "no bulletin"),
        (HEADER + "\n", "", "fewer than two days"),
        (CSV.replace("MJD", "DAY"), "row 1", "columns are missing: MJD"),
        (CSV.replace("-0.4080370", ""), "row 3", "UT1-UTC '' is not a number"),
        (CSV.replace("-0.4080370", "nan"), "row 3", "is not a number"),
        (CSV.replace("-0.4080370", "-4.08"), "row 3", "UT1-UTC -4.08 s is more than 1 s"),
        (CSV.replace("0.263000", "26.3"), "row 3", "the pole at 0.0813, 26.3 is more than 1"),
        (CSV.replace("57753", "7753"), "row 3", "MJD 7753 is no day of the years"),
        (CSV.replace("57753", "57753.5"), "row 3", "is no day"),
        ("\n".join([HEADER, DAYS[0], *DAYS[2:]]), "row 3", "days are missing before MJD 57754"),
        ("\n".join([HEADER, *DAYS, DAYS[-1]]), "row 6", "MJD 57755 comes after MJD 57755"),
        ("\n".join([HEADER, *DAYS[::-1]]), "row 3", "comes after"),
        (CSV + CSV, "row 6", "MJD 'MJD' is not a number"),
        (CSV[:-20], "row 5", "fields instead of 12"),
        (CSV.replace("36,O", '36,"O', 1), "row", "this is not CSV"),
        (FINALS.replace("0.117395", "        "), "row 2", "Y '' is not a number"),
        (FINALS.replace("48684.00", "48690.00"), "row 2", "days are missing"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, where, message):
    problems = errors(tmp_path, text)
    assert any(where in p.where and message in p.message for p in problems), problems


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "bulletin"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="not a text file"):
        read_bulletin(InputFile(path))


@given(share=st.floats(0, 1), day=st.integers(0, 2))
def test_ut1_runs_on_through_a_leap_second(share, day):
    """UT1 − TAI never jumps, at whatever moment of the four days it is asked for."""
    values = [line.split(",") for line in DAYS]
    orientation = EarthOrientation(
        np.array([moment(line[0]) for line in values]),
        *(np.array([float(line[column]) for line in values]) for column in (4, 2, 3)),
    )
    time = orientation.moment[day] + np.timedelta64(round(share * 86_400e6), "us")
    ut1_utc_s, xp_rad, yp_rad = orientation.at(np.array([time]))
    tai_utc_s = 36 if time < moment("2017-01-01") else 37
    days = (time - orientation.moment[0]) / np.timedelta64(1, "D")
    # The days of these four lose 1.3 to 1.44 ms each, so that a line is within a tenth of it.
    assert ut1_utc_s[0] - tai_utc_s == pytest.approx(-36.406731 - 0.001386 * days, abs=2e-4)
    assert np.degrees(xp_rad[0]) * 3600 == pytest.approx(0.0827 - 0.0015 * days, abs=2e-4)
    assert np.degrees(yp_rad[0]) * 3600 == pytest.approx(0.2623 + 0.00067 * days, abs=2e-4)


def test_the_step_is_at_midnight(tmp_path):
    found, _ = read(tmp_path, CSV)
    times = np.array(
        ["2016-12-31T12:00", "2016-12-31T23:59:59.999999", "2017-01-01", "2017-01-02"],
        dtype="datetime64[us]",
    )
    ut1_utc_s, _, _ = found.at(times)
    np.testing.assert_allclose(ut1_utc_s, [-0.4086935, -0.40935, 0.59065, 0.58921], atol=1e-8)


@pytest.mark.parametrize("time", ["2016-12-29T23:59:59", "2017-01-02T00:00:01"])
def test_a_moment_outside_is_refused(tmp_path, time):
    found, _ = read(tmp_path, CSV)
    with pytest.raises(ValueError, match="covers 2016-12-30"):
        found.at(np.array([moment(time)]))
