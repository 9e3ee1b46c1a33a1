"""Element set files: every format, every fault, all at once."""

import csv
import datetime as dt
import gzip
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgp4.api import Satrec

from leohub.errors import InputError
from leohub.io.orbits.elements import read_elements
from leohub.io.orbits.tle import checksum
from leohub.io.provenance import InputFile

KEYS = {
    "OBJECT_NAME": "TEST-1",
    "OBJECT_ID": "2026-001A",
    "EPOCH": "2026-08-22T00:49:13.250000",
    "MEAN_MOTION": 15.61165912,
    "ECCENTRICITY": 0.0005172,
    "INCLINATION": 53.1481,
    "RA_OF_ASC_NODE": 110.2629,
    "ARG_OF_PERICENTER": 75.9267,
    "MEAN_ANOMALY": 284.2321,
    "EPHEMERIS_TYPE": 0,
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": 270001,
    "ELEMENT_SET_NO": 999,
    "REV_AT_EPOCH": 37448,
    "BSTAR": 0.00089842,
    "MEAN_MOTION_DOT": 0.00077595,
    "MEAN_MOTION_DDOT": 0,
}


def line1(number="70001", epoch="26234.03417106", drag=" 89842-3"):
    body = f"1 {number}U 26001A   {epoch}  .00077595  00000+0 {drag} 0  999"
    return body + str(checksum(body))


def line2(number="70001", inclination=" 53.1481", eccentricity="0005172", motion="15.61165912"):
    body = f"2 {number} {inclination} 110.2629 {eccentricity}  75.9267 284.2321 {motion}37448"
    return body + str(checksum(body))


def tle(name="TEST-1", number="70001"):
    return [name, line1(number), line2(number)]


def read(tmp_path, content, name="elements.txt"):
    path = tmp_path / name
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return read_elements(InputFile(path, named=name), name="test")


def errors(tmp_path, content, name="elements.txt"):
    with pytest.raises(InputError) as caught:
        read(tmp_path, content, name)
    return caught.value.problems


def as_csv(rows, keys=tuple(KEYS)):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, keys, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def as_xml(rows):
    def tags(row, keys):
        return "".join(f"<{key}>{row[key]}</{key}>" for key in keys if key in row)

    messages = "\n".join(
        '<omm id="CCSDS_OMM_VERS" version="2.0"><header/><body><segment><metadata>'
        + tags(row, ["OBJECT_NAME", "OBJECT_ID"])
        + "<CENTER_NAME>EARTH</CENTER_NAME><REF_FRAME>TEME</REF_FRAME>"
        "<TIME_SYSTEM>UTC</TIME_SYSTEM><MEAN_ELEMENT_THEORY>SGP4</MEAN_ELEMENT_THEORY>"
        "</metadata><data><meanElements>"
        + tags(row, list(KEYS)[2:9])
        + "</meanElements><tleParameters>"
        + tags(row, list(KEYS)[9:])
        + "</tleParameters></data></segment></body></omm>"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ndm>\n{messages}\n</ndm>\n'


FORMATS = {
    "json": lambda rows: json.dumps(rows, indent=1),
    "csv": as_csv,
    "xml": as_xml,
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("packed", ["", ".gz"])
def test_omm_in_every_format(tmp_path, format_, packed):
    rows = [KEYS, KEYS | {"NORAD_CAT_ID": 123456789, "OBJECT_NAME": "TEST & 2".replace("& ", "")}]
    rows[1]["EPOCH"] = "2026-08-22T00:49:13Z"
    found, source = read(tmp_path, FORMATS[format_](rows), f"x.{format_}{packed}")
    assert list(found.norad_id) == [270_001, 123_456_789]
    assert list(found.object_name) == ["TEST-1", "TEST 2"]
    assert found.epoch[0] == np.datetime64("2026-08-22T00:49:13.250000")
    assert found.epoch[1] == np.datetime64("2026-08-22T00:49:13")
    assert found.mean_motion_rev_day[0] == 15.61165912
    assert found.eccentricity[0] == 0.0005172
    assert found.inclination_deg[0] == 53.1481
    assert found.raan_deg[0] == 110.2629
    assert found.arg_perigee_deg[0] == 75.9267
    assert found.mean_anomaly_deg[0] == 284.2321
    assert found.bstar[0] == 0.00089842
    assert source.totals == {"satellites": 2}
    assert found.basis == source.basis == "measured"


def test_optional_fields_may_be_absent(tmp_path):
    needed = {
        key: value
        for key, value in KEYS.items()
        if key not in {"BSTAR", "OBJECT_NAME", "OBJECT_ID", "MEAN_MOTION_DOT", "REV_AT_EPOCH"}
    }
    found, _ = read(tmp_path, json.dumps(needed))
    assert found.bstar[0] == 0.0
    assert found.object_name[0] == ""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("named", [True, False])
def test_tle_agrees_with_the_sgp4_package(tmp_path, newline, named):
    lines = tle()
    found, _ = read(tmp_path, newline.join(lines if named else lines[1:]) + newline)
    satrec = Satrec.twoline2rv(*lines[1:])
    assert found.object_name[0] == ("TEST-1" if named else "")
    assert found.norad_id[0] == satrec.satnum
    np.testing.assert_allclose(found.mean_motion_rev_day[0], satrec.no_kozai * 720 / np.pi)
    np.testing.assert_allclose(found.bstar[0], satrec.bstar)
    np.testing.assert_allclose(found.eccentricity[0], satrec.ecco)
    np.testing.assert_allclose(
        np.radians([found.inclination_deg[0], found.raan_deg[0], found.arg_perigee_deg[0]]),
        [satrec.inclo, satrec.nodeo, satrec.argpo],
    )
    np.testing.assert_allclose(np.radians(found.mean_anomaly_deg[0]), satrec.mo)
    days = (found.epoch[0] - np.datetime64("2026-08-22")) / np.timedelta64(1, "D")
    assert days == pytest.approx(satrec.jdsatepochF, abs=1e-8)


@pytest.mark.parametrize(
    ("field", "number"), [("A0000", 100_000), ("J2931", 182_931), ("Z9999", 339_999), ("00005", 5)]
)
def test_alpha_5_ids(tmp_path, field, number):
    found, _ = read(tmp_path, "\n".join(tle(number=field)))
    assert found.norad_id[0] == number


def test_a_name_may_begin_like_an_element_line(tmp_path):
    found, _ = read(tmp_path, "\n".join(tle("0 1 WORLD") + tle("2 BE", "70002")))
    assert list(found.object_name) == ["1 WORLD", "2 BE"]


def test_every_fault_of_a_tle_file_is_told_at_once_with_its_row(tmp_path):
    bad_sum = line2("70002")
    bad_sum = bad_sum[:-1] + str((int(bad_sum[-1]) + 1) % 10)
    lines = [
        *tle("GOOD", "70001"),
        "BAD SUM", line1("70002"), bad_sum,
        "SHORT", line1("70003")[:-9], line2("70003"),
        "OTHER", line1("70004"), line2("70005"),
        *tle("AGAIN", "70001"),
        "NO LINE 2", line1("70006"),
        "TILTED", line1("70007"), line2("70007", inclination="190.0000"),
        "CUT", line1("70008"),
    ]  # fmt: skip
    problems = errors(tmp_path, "\n".join(lines))
    told = {(problem.where, problem.message.split(":")[0].split(",")[0]) for problem in problems}
    assert ("row 6", f"the checksum is {bad_sum[-1]}") in told
    assert ("row 8", "line 1 has 60 characters instead of 69") in told
    assert ("row 11", "line 1 is of satellite 70004") in told
    assert ("row 14", "AGAIN (70001)") in told
    assert ("row 17", "line 1 of a satellite without line 2 after it") in told
    assert ("row 19", "TILTED (70007)") in told
    assert ("row 22", "the last satellite has no line 2") in told
    assert len(problems) == 7
    assert any("also in row 2 (GOOD (70001))" in problem.message for problem in problems)
    assert all(problem.remedy for problem in problems)


def test_a_file_cut_in_a_name_is_told(tmp_path):
    (problem,) = errors(tmp_path, "\n".join([*tle(), "TEST-2"]))
    assert (problem.where, problem.message) == ("row 4", "'TEST-2' is followed by no element lines")


@pytest.mark.parametrize("cut", range(10, 206, 7))
def test_a_cut_off_tle_is_never_read_as_sound(tmp_path, cut):
    text = "\n".join(tle() + tle("TEST-2", "70002"))
    assert errors(tmp_path, text[: len(text) // 2 + cut - 60])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("ECCENTRICITY", 1.2, "eccentricity 1.2 is impossible"),
        ("INCLINATION", 181, "inclination 181 is impossible"),
        ("MEAN_MOTION", 0, "mean motion 0 is impossible"),
        ("MEAN_MOTION", "fast", "MEAN_MOTION 'fast' is not a number"),
        ("MEAN_ANOMALY", None, "MEAN_ANOMALY is missing"),
        ("EPOCH", "yesterday", "EPOCH 'yesterday' is not a date and time"),
        ("EPOCH", "1956-12-31T23:59:59", "is not in the years 1957 to 2100"),
        ("EPOCH", "2101-01-01", "is not in the years 1957 to 2100"),
        ("EPOCH", "0001-01-01T00:00:00+05:00", "is not in the years 1957 to 2100"),
        ("EPOCH", "9999-12-31T23:00:00-05:00", "is not in the years 1957 to 2100"),
        pytest.param("MEAN_MOTION", 10**4000, "… is not a number", id="long motion"),
        ("MEAN_MOTION", True, "MEAN_MOTION True is not a number"),
        pytest.param("NORAD_CAT_ID", 10**4000, "… is not a catalogue number", id="long id"),
        ("NORAD_CAT_ID", "12x", "NORAD_CAT_ID '12x' is not a catalogue number"),
        ("MEAN_ELEMENT_THEORY", "DSST", "MEAN_ELEMENT_THEORY is 'DSST', not SGP4"),
        ("RA_OF_ASC_NODE", float("nan"), "right ascension of the node nan is impossible"),
    ],
)
def test_impossible_omm_values(tmp_path, field, value, message):
    rows = [KEYS | {"NORAD_CAT_ID": 1, "OBJECT_NAME": "FINE"}, KEYS | {field: value}]
    (problem,) = errors(tmp_path, "\n".join(["[", ",\n".join(map(json.dumps, rows)), "]"]))
    assert problem.where == "row 3"
    assert message in problem.message
    assert "TEST-1" in problem.message
    assert len(problem.message) < 120


@pytest.mark.parametrize("format_", FORMATS)
def test_one_id_twice(tmp_path, format_):
    (problem,) = errors(tmp_path, FORMATS[format_]([KEYS, KEYS]))
    first, again = {"json": (2, 21), "csv": (2, 3), "xml": (3, 4)}[format_]
    assert problem.where == f"row {again if format_ != 'json' else 21}"
    assert f"also in row {first}" in problem.message


@pytest.mark.parametrize("format_", FORMATS)
def test_cut_off_omm(tmp_path, format_):
    text = FORMATS[format_]([KEYS, KEYS | {"NORAD_CAT_ID": 2}])
    (problem,) = errors(tmp_path, text[:-30].rstrip())
    assert "row" in problem.where or problem.where == ""
    assert "fetch it again" in problem.remedy


def test_omm_csv_below_blank_lines_and_a_byte_order_mark(tmp_path):
    text = "\ufeff\r\n\r\n" + as_csv([KEYS, KEYS | {"NORAD_CAT_ID": 2, "ECCENTRICITY": 3}])
    (problem,) = errors(tmp_path, text)
    assert problem.where == "row 5"


@pytest.mark.parametrize("epoch", ["-1234.03417106", "+1234.03417106", "x1234.03417106"])
def test_a_tle_year_is_two_digits(tmp_path, epoch):
    (problem,) = errors(tmp_path, "\n".join(["TEST", line1(epoch=epoch), line2()]))
    assert (problem.where, problem.message) == ("row 2", f"{epoch!r} is not an epoch")


def test_missing_columns(tmp_path):
    (problem,) = errors(tmp_path, as_csv([KEYS], [key for key in KEYS if key != "INCLINATION"]))
    assert "INCLINATION" in problem.message


def test_many_faults_of_a_kind_are_counted(tmp_path):
    rows = [KEYS | {"NORAD_CAT_ID": k, "ECCENTRICITY": 2.0} for k in range(1, 41)]
    problems = errors(tmp_path, as_csv(rows))
    assert len(problems) == 6
    assert "35 more rows" in problems[-1].message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("GP data has not updated since your last download", "not orbital elements"),
        ("name,lat,lon\na,1,2\n", "not orbital elements"),
        ("<!DOCTYPE html><html><body>404</body></html>", "this is a web page"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><ndm>&a;</ndm>', "DOCTYPE"),
        ("<html><body>404</body></html>", "this is a web page"),
        ("[]", "no element sets"),
        ("[1, 2]", "not an object"),
        ('[{"EPOCH": [[1]]}]', "not an object"),
        pytest.param("[" * 100_000, "nested too deeply", id="deep list"),
        pytest.param('{"EPOCH": ' + "[" * 100_000, "nested too deeply", id="deep value"),
        ("[" + "9" * 5000 + "]", "thousands of digits"),
        (as_csv([KEYS]).replace(",", ";"), "the columns are not separated by commas"),
        (as_csv([KEYS | {"OBJECT_NAME": "x" * 131_073}]), "row 2: a field has more than 131,072"),
        (as_csv([KEYS | {"OBJECT_NAME": "X"}]).replace("X", '"X'), "row 2: this is not CSV"),
        (b"\xff\xfe\x00\x01\x80", "not a text file"),
    ],
)
def test_files_that_are_not_elements(tmp_path, content, message):
    problems = errors(tmp_path, content)
    assert message in str(problems[0])
    assert problems[0].remedy


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_elements(InputFile(tmp_path / "nothing.tle"), name="test")


@pytest.mark.shared
def test_real_files(shared):
    folder = shared / "data" / "sky"
    for name, count in (
        ("starlink_20260822T1259Z.tle.gz", 10_746),
        ("oneweb_20260822T0602Z.tle.gz", 651),
        ("starlink_omm_20250525T0159Z.json.gz", 7_483),
    ):
        found, source = read_elements(InputFile(folder / name), name="test")
        assert len(found) == source.totals["satellites"] == count


def test_an_epoch_by_day_of_the_year(tmp_path):
    """CCSDS 502.0-B allows both forms: day 234 of 2026 is 22 August."""
    by_day, _ = read(tmp_path, as_csv([KEYS | {"EPOCH": "2026-234T04:08:00"}]))
    by_date, _ = read(tmp_path, as_csv([KEYS | {"EPOCH": "2026-08-22T04:08:00"}]))
    assert by_day.epoch == by_date.epoch
    (problem,) = errors(tmp_path, as_csv([KEYS | {"EPOCH": "2026-366T04:08:00"}]))
    assert "is not a date and time" in str(problem)


def test_elements_of_another_model_are_refused(tmp_path):
    name, first, second = tle()
    body = f"{first[:62]}4{first[63:68]}"
    (problem,) = errors(tmp_path, "\n".join([name, body + str(checksum(body)), second]))
    assert "SGP4-XP" in str(problem)


# --- Files put together from others --------------------------------------------------------------

OTHER = KEYS | {"NORAD_CAT_ID": 2, "OBJECT_NAME": "TEST-2"}


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (as_csv([KEYS]) + as_csv([OTHER]), "row 3", "the header comes again"),
        (as_csv([KEYS]) + "\n".join(tle()), "row 4", "this is a line of a TLE"),
        (as_csv([KEYS]) + json.dumps([OTHER]), "row 3", "is not a date and time"),
        ("\n".join(tle()) + "\n" + as_csv([OTHER]), "row 4", "followed by no element lines"),
        ("\n".join(tle()) + "\n" + json.dumps([OTHER]), "row 4", "followed by no element lines"),
        (json.dumps([KEYS]) + "\n" + json.dumps([OTHER]), "row 2", "after the end of the list"),
        (json.dumps(KEYS) + "\n" + json.dumps(OTHER), "row 2", "after the end of the list"),
        (json.dumps([KEYS]) + "\n" + "\n".join(tle()), "row 2", "comes 'TEST-1'"),
        (json.dumps([KEYS, OTHER]).replace("}, {", "} {"), "row 1", "the list is not closed"),
        (json.dumps([KEYS])[:-1] + ",]", "row 1", "not complete JSON"),
        (as_xml([KEYS]) + as_xml([OTHER]), "row 5", "not complete XML"),
        ("\n".join(tle() + tle()), "row 5", "its id is also in row 2"),
    ],
)
def test_files_put_together_are_told(tmp_path, text, where, message):
    problems = errors(tmp_path, text)
    assert any(p.where == where and message in p.message for p in problems), problems


def test_a_column_that_comes_twice(tmp_path):
    text = as_csv([KEYS]).replace("EPHEMERIS_TYPE", "EPOCH")
    (problem,) = errors(tmp_path, text)
    assert (problem.where, problem.message) == ("row 1", "columns come twice: EPOCH")


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "OBJECT_NAME": st.text("ABC-&19 ,\"'", max_size=12).map(str.strip),
                "NORAD_CAT_ID": st.integers(1, 999_999_999),
                "INCLINATION": st.floats(0, 180).map(lambda value: round(value, 4)),
                "ECCENTRICITY": st.floats(0, 0.9).map(lambda value: round(value, 7)),
                "MEAN_MOTION": st.floats(1, 17).map(lambda value: round(value, 8)),
                "EPOCH": st.datetimes(dt.datetime(1957, 1, 1), dt.datetime(2100, 12, 31)).map(
                    dt.datetime.isoformat
                ),
                "BSTAR": st.sampled_from([None, "", 0, 1e-4, -2.5e-3]),
            }
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row["NORAD_CAT_ID"],
    )
)
def test_json_and_csv_say_the_same(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("omm")
    rows = [KEYS | row for row in rows]
    from_json, _ = read(folder, json.dumps(rows), "x.json")
    from_csv, _ = read(folder, as_csv(rows), "x.csv")
    for name in ("norad_id", "object_name", "epoch", "inclination_deg", "eccentricity", "bstar"):
        np.testing.assert_array_equal(getattr(from_json, name), getattr(from_csv, name))
    assert from_json.norad_id.tolist() == [row["NORAD_CAT_ID"] for row in rows]
    assert from_json.epoch.tolist() == [dt.datetime.fromisoformat(row["EPOCH"]) for row in rows]


# --- Satellites that a TLE cannot hold -----------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "epoch", "noted"),
    [
        ("69998", "26234.03417106", True),
        ("69998", "26150.03417106", False),
        ("A0001", "26234.03417106", False),
    ],
)
def test_tle_of_today_say_what_is_missing(tmp_path, number, epoch, noted):
    _, source = read(tmp_path, "\n".join(["TEST", line1(number, epoch=epoch), line2(number)]))
    assert any("are missing; JSON or CSV" in note for note in source.notes) == noted


def test_omm_is_complete(tmp_path):
    _, source = read(tmp_path, json.dumps([KEYS | {"NORAD_CAT_ID": 69_998}]))
    assert len(source.notes) == 1
