"""`leohub sky`."""

import json
import xml.etree.ElementTree as ET

import matplotlib.image
import pytest
from click.testing import CliRunner

from leohub.app.cli.sky import sky
from leohub.errors import InputError, OutputError

SHORT = ["--at", "2026-08-22T13:00Z", "--hours", "0.5", "--operator", "oneweb"]


def invoke(*arguments):
    result = CliRunner().invoke(sky, [*map(str, arguments)], catch_exceptions=False)
    return result


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("lat", "lon"), [("-1.29", "36.82"), ("40", "-75.5"), ("-33.9", "-70.7")])
def test_negative_coordinates_are_places(lat, lon):
    result = invoke(lat, lon, *SHORT, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["place"] == {"lat_deg": float(lat), "lon_deg": float(lon)}


def test_the_summary_says_what_was_computed_from_what(tmp_path):
    result = invoke("-1.29", "36.82", *SHORT)
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    for part in (
        "OneWeb over 1.29° S 36.82° E",
        "2026-08-22 13:00:00 UTC, 0.5 h",
        "in view, above 55°",
        "88°@1200 km",
        "modelled",
        "spread evenly over 1 shell;",
        "worst moments and gaps are optimistic",
    ):
        assert part in words
    assert matplotlib.image.imread(tmp_path / "sky.png").shape == (900, 1600, 4)
    assert not list(tmp_path.glob(".*"))


def test_the_figures_of_json_add_up():
    result = invoke("-1.29", "36.82", *SHORT, "--json", "--min-elevation-deg", 25)
    figures = json.loads(result.stdout)
    assert figures["picture"] is None
    assert figures["min_elevation_deg"] == 25
    assert figures["elements"]["kept"] == figures["elements"]["satellites"] == 648
    shells = figures["shells"].values()
    assert sum(shell["in_view_now"] for shell in shells) == figures["now"]["in_view"]
    mean = sum(shell["in_view_mean"] for shell in shells)
    assert mean == pytest.approx(figures["day"]["in_view_mean"])
    assert 0 < figures["day"]["in_view_min"] <= mean


def test_the_picture_may_be_svg(tmp_path):
    path = tmp_path / "over.svg"
    result = invoke("52", "5", *SHORT, "--picture", path, "--json")
    assert json.loads(result.stdout)["picture"] == str(path)
    first = path.read_bytes()
    assert ET.fromstring(first).tag.endswith("svg")
    invoke("52", "5", *SHORT, "--picture", path)
    assert path.read_bytes() == first


def test_beyond_the_arc_and_without_satellites_there_is_still_a_picture(tmp_path):
    result = invoke("88", "0", *SHORT, "--operator", "amazon-leo", "--picture", "pole.png")
    assert result.exit_code == 0
    assert "Longest gap 30.0 min" in result.stdout
    assert (tmp_path / "pole.png").exists()


@pytest.mark.parametrize(
    ("lat", "lon", "message"),
    [
        ("136.8", "-1.29", "Did you mean -1.29 136.8"),
        ("-91", "181", "longitude 181"),
        ("nan", "3", "latitude nan"),
    ],
)
def test_places_off_the_earth_are_refused(lat, lon, message):
    with pytest.raises(InputError, match=message):
        invoke(lat, lon, *SHORT)


def test_terawave_is_not_modelled():
    with pytest.raises(InputError, match="filed, not modelled"):
        invoke("0", "0", "--operator", "terawave")


@pytest.mark.parametrize(
    ("picture", "message"), [("sky.gif", "png or .svg"), ("nowhere/sky.png", "no folder")]
)
def test_pictures_that_cannot_be_written_are_refused_first(picture, message):
    with pytest.raises(OutputError, match=message):
        invoke("0", "0", "--picture", picture)


def test_a_time_that_is_none_is_refused():
    result = invoke("0", "0", "--at", "noon")
    assert result.exit_code == 2
    assert "2026-08-22T13:00" in result.stderr


@pytest.mark.shared
def test_real_elements_and_their_age(shared):
    path = shared / "data" / "sky" / "starlink_20260822T1259Z.tle.gz"
    arguments = ["-1.29", "36.82", "--elements", path, "--hours", "0.2", "--json", "--at"]
    figures = json.loads(invoke(*arguments, "2026-08-22T16:00+03:00").stdout)
    assert figures["start"] == "2026-08-22T13:00:00Z"
    assert figures["elements"]["satellites"] == 10_746
    assert sum(figures["elements"]["left_out"].values()) + figures["elements"]["kept"] == 10_746
    with pytest.raises(InputError, match="more than 3 days old"):
        invoke(*arguments, "2026-09-22")
    with pytest.raises(InputError, match="are for more than 3 days after 2026-07-22T00:00 UTC"):
        invoke(*arguments, "2026-07-22")
