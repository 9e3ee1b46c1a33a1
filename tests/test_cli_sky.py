"""`leohub sky`."""

import json
import xml.etree.ElementTree as ET

import matplotlib.image
import pytest
import xarray as xr
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
    place = {"lat_deg": float(lat), "lon_deg": float(lon), "height_km": 0}
    assert json.loads(result.stdout)["place"] == place


def test_the_summary_says_what_was_computed_from_what(tmp_path):
    result = invoke("-1.29", "36.82", *SHORT)
    assert result.exit_code == 0, result.output
    words = " ".join(result.stdout.split())
    for part in (
        "OneWeb over 1.29° S 36.82° E",
        "22 August 2026, 13:00:00 UTC, looking up: east is on the left",
        "The next 30.0 min",
        "in view, above 55°",
        "88°@1200 km",
        "modelled",
        "spread evenly over 1 shell;",
        "worst moments and gaps are optimistic",
    ):
        assert part in words
    assert matplotlib.image.imread(tmp_path / "sky.png").shape == (1080, 1920, 4)
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
    assert "1 gap, the longest 30.0 min" in result.stdout
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
    assert figures["start"] == "2026-08-22T12:59:57Z"  # the slot that 13:00 lies in
    assert figures["elements"]["satellites"] == 10_746
    assert sum(figures["elements"]["left_out"].values()) + figures["elements"]["kept"] == 10_746
    with pytest.raises(InputError, match="more than 3 days old"):
        invoke(*arguments, "2026-09-22")
    with pytest.raises(InputError, match="are for more than 3 days after 2026-07-22T00:00 UTC"):
        invoke(*arguments, "2026-07-22")


def test_what_stands_around_the_place_and_behind_the_satellites_is_taken_in(tmp_path):
    (tmp_path / "hill.csv").write_text(
        "azimuth_deg,elevation_deg\n0,80\n90,80\n180,0\n270,0\n", "utf-8"
    )
    (tmp_path / "gateways.csv").write_text("name,lat,lon\nHere,-1,37\nThere,50,10\n", "utf-8")
    (tmp_path / "out.csv").write_text(
        "gateway,begin,end\nHere,2026-08-22T13:10,2026-08-22T13:20\n", "utf-8"
    )
    (tmp_path / "eop.csv").write_text(
        "DATE,MJD,X,Y,UT1-UTC,LOD,DPSI,DEPS,DX,DY,DAT,DATA_TYPE\n"
        + "".join(
            f"2026-08-{day},{61_272 + day - 20},0.1,0.3,0.02,0,0,0,0,0,37,O\n"
            for day in range(20, 25)
        ),
        "utf-8",
    )
    low = ["--min-elevation-deg", "25", "--json"]
    plain = json.loads(invoke("-1.29", "36.82", *SHORT, *low).stdout)
    hidden = json.loads(invoke("-1.29", "36.82", *SHORT, *low, "--horizon", "hill.csv").stdout)
    assert hidden["now"]["in_view"] == plain["now"]["in_view"]
    assert hidden["day"]["usable_mean"] < plain["day"]["usable_mean"]
    given = ["--gateways", "gateways.csv", "--gateway-outages", "out.csv", "--bulletin", "eop.csv"]
    bent = json.loads(invoke("-1.29", "36.82", *SHORT, *low, *given, "--bent-pipe").stdout)
    assert "2 gateways, seen directly" in bent["gateways"]
    assert bent["earth_orientation"] == "bulletin"
    assert {"begin": "2026-08-22T13:10:00Z", "lasts_s": 600.0} in bent["gaps"]
    assert set(bent["other_inputs"]) == {"gateways", "gateway outages", "Earth orientation"}
    lasers = json.loads(invoke("-1.29", "36.82", *SHORT, *low, *given, "--lasers").stdout)
    assert lasers["gaps"] == plain["gaps"]


def test_who_serves_follows_the_policy():
    figures = {
        policy: json.loads(
            invoke(
                "48", "11", *SHORT, "--operator", "starlink", "--policy", policy, "--json"
            ).stdout
        )
        for policy in ("highest", "longest", "random")
    }
    handovers = {policy: told["day"]["handovers"] for policy, told in figures.items()}
    assert handovers["longest"] < handovers["highest"] < handovers["random"]
    for told in figures.values():
        assert told["serving"][0]["begin"] == "2026-08-22T12:59:57Z"
        assert told["day"]["usable_mean"] == figures["highest"]["day"]["usable_mean"]


def test_a_height_moves_the_place_up():
    places = [
        json.loads(invoke("-1.29", "36.82", *SHORT, "--height-m", height, "--json").stdout)
        for height in (0, 8000)
    ]
    assert places[1]["place"]["height_km"] == 8
    ranges = [told["day"]["serving_range_mean_km"] for told in places]
    assert 4 < ranges[0] - ranges[1] < 10


def test_every_slot_is_written_as_netcdf(tmp_path):
    result = invoke("-1.29", "36.82", *SHORT, "--out", "sky.nc", "--json")
    figures = json.loads(result.stdout)
    assert figures["dataset"] == str(tmp_path / "sky.nc")
    with xr.open_dataset(tmp_path / "sky.nc") as found:
        assert found.sizes["time"] == 120
        assert float(found["usable"].mean()) == pytest.approx(figures["day"]["usable_mean"])


def test_only_files_of_ours_are_replaced(tmp_path):
    (tmp_path / "sky.png").write_bytes(b"a holiday")
    for arguments in ([], ["--picture", "a.svg", "--out", "b.nc"]):
        (tmp_path / "b.nc").write_bytes(b"measured at great cost")
        with pytest.raises(OutputError, match="was not written by leohub"):
            invoke("0", "0", *SHORT, *arguments)
    assert (tmp_path / "sky.png").read_bytes() == b"a holiday"
    first = invoke("0", "0", *SHORT, "--picture", "ours.png")
    assert "replaced" not in first.stdout
    second = invoke("0", "0", *SHORT, "--picture", "ours.png")
    assert "ours.png (replaced)" in second.stdout.replace("\n", "")


def test_everything_wrong_with_all_files_is_told_at_once(tmp_path):
    (tmp_path / "hill.csv").write_text("azimuth_deg,elevation_deg\n0,95\n90,x\n", "utf-8")
    with pytest.raises(InputError) as told:
        invoke(
            *("0", "0", *SHORT, "--horizon", "hill.csv", "--gateways", "none.csv"),
            *("--elements", "none.tle", "--bulletin", "none.txt"),
        )
    files = {problem.file for problem in told.value.problems}
    assert files == {"hill.csv", "none.csv", "none.tle", "none.txt"}
    with pytest.raises(InputError) as told:
        invoke("0", "0", *SHORT, "--gateway-outages", "a.csv", "--dish-status", "b.json")
    assert [problem.where for problem in told.value.problems] == [
        "--dish-status",
        "--gateway-outages",
    ]


def test_a_bulletin_of_other_days_is_refused(tmp_path):
    (tmp_path / "eop.csv").write_text(
        "DATE,MJD,X,Y,UT1-UTC,LOD,DPSI,DEPS,DX,DY,DAT,DATA_TYPE\n"
        "2020-01-01,58849,0.1,0.3,0.02,0,0,0,0,0,37,O\n"
        "2020-01-02,58850,0.1,0.3,0.02,0,0,0,0,0,37,O\n",
        "utf-8",
    )
    with pytest.raises(InputError, match="covers 2020-01-01 to 2020-01-02"):
        invoke("0", "0", *SHORT, "--bulletin", "eop.csv")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_terminals_that_know_few_letters_get_those(encoding, tmp_path):
    result = CliRunner(charset=encoding).invoke(
        sky, ["52", "5", *SHORT, "--min-elevation-deg", "25"], catch_exceptions=False
    )
    shown = result.stdout_bytes.decode(encoding)
    assert ("●" in shown) == (encoding == "utf-8")
    assert "\x1b[" not in shown  # no colours where nobody sees them


def test_a_narrow_terminal_has_the_words_under_the_sky(monkeypatch):
    for width, beside in ((60, False), (120, True)):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = invoke("52", "5", *SHORT, "--min-elevation-deg", "25").stdout.splitlines()
        assert max(len(line) for line in lines if not line.startswith("Picture")) <= width
        (serves,) = [line for line in lines if line.rstrip().endswith("serves")]
        assert (len(serves.rstrip()) > 45) == beside


@pytest.mark.shared
def test_who_serves_is_told_for_a_day_only(shared):
    path = shared / "data" / "sky" / "oneweb_20260822T1259Z.tle.gz"
    arguments = ["-1.29", "36.82", "--operator", "oneweb", "--elements", path, "--hours", "0.1"]
    near = json.loads(invoke(*arguments, "--at", "2026-08-22T13:00Z", "--json").stdout)
    assert near["identity_known_for_h"] == near["hours"]
    far = json.loads(invoke(*arguments, "--at", "2026-08-24T06:00Z", "--json").stdout)
    assert far["identity_known_for_h"] == 0
    assert "77 % of the slots" in far["limits"][0]


@pytest.mark.shared
def test_the_map_of_a_dish_is_a_horizon(shared):
    path = shared / "data" / "telemetry" / "starlink_local_api" / "dish_get_obstruction_map.json"
    figures = json.loads(invoke("52", "5", *SHORT, "--horizon", path, "--json").stdout)
    assert "36.1 % of the sky was seen" in figures["other_inputs"]["horizon"]["notes"][0]
