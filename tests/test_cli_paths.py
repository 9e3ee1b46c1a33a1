"""`leohub paths`, and the page about it."""

import json
import re
import shlex
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from leohub.app.cli.paths import paths
from leohub.errors import InputError, OutputError

PAGE = Path(__file__).resolve().parents[1] / "docs" / "paths.md"
MANILA, DALIAN = "14.6042,120.9822", "38.913811,121.602322"
NAIROBI, LONDON = "-1.29,36.82", "51.5,-0.1"
KUIPER = shlex.split(
    "--planes 34 --per-plane 34 --inclination-deg 51.9 --mean-motion-rev-day 14.80 "
    "--phase alternate --epoch 2000-01-01 --max-range-km 1260"
)
SMALL = shlex.split(
    "--planes 20 --per-plane 20 --inclination-deg 53 --altitude-km 1100 --min-elevation-deg 20 "
    "--at 2026-08-22T13:00 --duration-s 120"
)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


def invoke(*arguments):
    return CliRunner().invoke(paths, [*map(str, arguments)], catch_exceptions=False)


def figures(*arguments):
    result = invoke(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# --- The page ------------------------------------------------------------------------------------


def documented() -> list[tuple[str, str]]:
    """Each command of the page with the output shown for it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return [(command, "\n".join(output)) for command, output in found]


def unpadded(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def test_the_commands_of_the_page_print_what_it_shows():
    steps = documented()
    assert sum(command.startswith("leohub paths") for command, _ in steps) == 3
    for command, shown in steps:
        if not command.startswith("leohub paths"):
            subprocess.run(["bash", "-c", command], check=True)
            continue
        result = invoke(*shlex.split(command)[2:])
        assert result.exit_code == 0, result.output
        pattern = ".*".join(re.escape(part) for part in unpadded(shown).split("..."))
        assert re.search(pattern, unpadded(result.stdout), re.DOTALL), result.stdout


def test_the_example_of_the_help_is_hypatias():
    text = invoke("--help").stdout
    assert "25.230 to 48.165 ms" in " ".join(text.split())
    example = re.search(r"leohub paths 14\.6042.*?200\n", text, re.DOTALL)
    asked = shlex.split(example[0].replace("\\\n", " "))[2:]
    asked[asked.index("--step-s") + 1] = "1"
    told = figures(*asked)
    assert told["rtt_ms"]["min"] == pytest.approx(25.23, abs=0.05)
    assert told["rtt_ms"]["max"] == pytest.approx(48.165, abs=0.05)


# --- What it prints ------------------------------------------------------------------------------


def test_the_figures_of_json_belong_together():
    told = figures(MANILA, DALIAN, *KUIPER, "--step-s", 20, "--duration-s", 200)
    assert told["moments"] == 10
    assert told["without_path"] == 0
    assert told["start"] == "2000-01-01T00:00:00.000Z"
    assert told["rtt_ms"]["min"] <= told["rtt_ms"]["median"] <= told["rtt_ms"]["max"]
    example = told["example"]
    assert example["rtt_ms"] == pytest.approx(29.42314, abs=0.0005)
    assert 2 * sum(example["leg_ms"]) == pytest.approx(example["rtt_ms"])
    assert len(example["nodes"]) == len(example["leg_ms"]) + 1 == 5
    assert (told["satellites"], told["lasers"]) == (1156, 2312)
    assert told["limits"]["max_range_km"] == 1260
    assert "Propagation only" in told["model"]
    assert told["picture"] is told["out"] is None


def test_a_shell_by_altitude_and_walkers_f():
    by_altitude = figures(NAIROBI, LONDON, *SMALL)
    again = figures(NAIROBI, LONDON, *SMALL, "--phase", "1")
    other = figures(NAIROBI, LONDON, *SMALL, "--phase", "7")
    assert by_altitude["rtt_ms"] == again["rtt_ms"]
    assert by_altitude["rtt_ms"] != other["rtt_ms"]
    assert by_altitude["shells"] == "20 × 20 satellites, 53°@1100 km"


def test_lasers_are_limited_as_told():
    whole = figures(NAIROBI, LONDON, *SMALL)
    short = figures(NAIROBI, LONDON, *SMALL, "--max-laser-km", 1500)
    none = figures(NAIROBI, LONDON, *SMALL, "--bent-pipe")
    assert whole["without_path"] == 0
    assert short["without_path"] == none["without_path"] == 8
    assert none["lasers"] == 0
    assert none["rtt_ms"] is none["example"] is None
    assert "There is no path" in invoke(NAIROBI, LONDON, *SMALL, "--bent-pipe").stdout


def test_relays_are_read_from_a_list(tmp_path):
    relays = tmp_path / "relays.csv"
    steps = [f"r{lat},{lat},{36.8 - 0.7 * (lat + 1.3):.2f}" for lat in range(3, 51, 4)]
    relays.write_text("\n".join(["id,lat,lon", *steps]) + "\n", "utf-8")
    told = figures(NAIROBI, LONDON, *SMALL, "--bent-pipe", "--relays", relays)
    assert "relay" in {node["kind"] for node in told["example"]["nodes"]}


def test_outages_and_points_of_presence_are_read_from_lists(tmp_path):
    (tmp_path / "g.csv").write_text("name,lat,lon\nA,-2,37\n", "utf-8")
    (tmp_path / "p.csv").write_text("code,city,lat,lon\nx,X,-2,37\n", "utf-8")
    (tmp_path / "o.csv").write_text(
        "gateway,begin,end\nA,2026-08-22T13:00:30Z,2026-08-22T13:01:00Z\n", "utf-8"
    )
    lists = ["--gateways", "g.csv", "--pops", "p.csv"]
    whole = figures(NAIROBI, *SMALL, *lists)
    assert whole["without_path"] == 0
    assert whole["example"]["nodes"][-1] == {"kind": "pop", "name": "x"}
    assert figures(NAIROBI, *SMALL, *lists, "--gateway-outages", "o.csv")["without_path"] == 2


def test_oneweb_has_no_lasers_and_no_published_gateways():
    told = figures(NAIROBI, LONDON, "--operator", "oneweb", "--duration-s", 30)
    assert told["lasers"] == 0
    with pytest.raises(InputError, match="not published"):
        invoke(NAIROBI, "--operator", "oneweb", "--duration-s", 30)


# --- What it writes ------------------------------------------------------------------------------


def test_every_moment_is_written_as_a_table_and_as_netcdf(tmp_path):
    told = figures(NAIROBI, LONDON, *SMALL, "--out", "x.csv")
    figures(NAIROBI, LONDON, *SMALL, "--out", "x.csv")
    table = pd.read_csv("x.csv")
    assert len(table) == told["moments"] == 8
    assert table["time_utc"][1] == "2026-08-22T13:00:15.000"
    assert table["rtt_ms"].min() == pytest.approx(told["rtt_ms"]["min"], abs=1e-6)
    figures(NAIROBI, LONDON, *SMALL, "--out", "x.nc")
    with xr.open_dataset("x.nc") as dataset:
        np.testing.assert_allclose(dataset["rtt_ms"][0], table["rtt_ms"], atol=1e-6)
        assert dataset["rtt_ms"].attrs["units"] == "ms"
        assert "Propagation only" in dataset.attrs["model"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv", "x.nc"]


@pytest.mark.parametrize("lasers", ["--lasers", "--bent-pipe"])
def test_the_picture_is_drawn_with_and_without_paths(lasers):
    invoke(NAIROBI, LONDON, *SMALL, lasers, "--picture", "x.png")
    assert matplotlib.image.imread("x.png").shape == (1080, 1920, 4)
    invoke(NAIROBI, LONDON, *SMALL, lasers, "--duration-s", 10, "--picture", "x.svg")
    assert ET.parse("x.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    "option", [("--picture", "x.gif"), ("--out", "x.txt"), ("--out", "n/x.nc")]
)
def test_files_that_cannot_be_written_are_refused_first(option):
    with pytest.raises(OutputError):
        invoke(NAIROBI, LONDON, *SMALL, *option)


# --- What it refuses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1", "2"], "neither an option nor a place like -1.29,36.82"),
        (["--pup", LONDON], "neither an option nor a place"),
        (["136.8,-1.29"], "Did you mean -1.29,136.8"),
        (["-95,-200"], "not on Earth"),
        (["nan,1"], "not on Earth"),
        ([NAIROBI, NAIROBI], "same place"),
        ([NAIROBI, LONDON, "--pop", "x"], "leave TO out"),
        ([NAIROBI, LONDON, "--planes", "3"], "needs --planes, --per-plane and --inclination-deg"),
        ([NAIROBI, LONDON, *SMALL, "--mean-motion-rev-day", "15"], "either --altitude-km or"),
        ([NAIROBI, LONDON, *KUIPER[:-2]], "how low places reach"),
        ([NAIROBI, LONDON, *SMALL, "--elements", "x.tle"], "exclude each other"),
        ([NAIROBI, LONDON, *SMALL, "--phase", "odd"], "neither a number nor alternate"),
        ([NAIROBI, "--duration-s", "604800", "--step-s", "0.1"], "more than 1,000,000 moments"),
        ([NAIROBI, "--pop", "nrbiken1"], "no gateway leads to nrbiken1"),
        ([NAIROBI, "--pop", "x"], "there is no point of presence x"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, message):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


@pytest.mark.shared
def test_real_satellites(shared):
    elements = shared / "data" / "sky" / "starlink_20260822T1259Z.tle.gz"
    day = ["--elements", elements, "--at", "2026-08-22T13:00", "--duration-s", 300]
    told = figures(NAIROBI, LONDON, *day)
    assert told["without_path"] == 0
    assert 45 < told["rtt_ms"]["min"] < told["rtt_ms"]["median"] < 75
    assert any("no operator" in note or "not published" in note for note in told["notes"])
