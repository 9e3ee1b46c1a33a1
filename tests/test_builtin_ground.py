"""The gateways and points of presence that the package brings."""

import csv
import re
from importlib.resources import files

import numpy as np
import pytest

from leohub.errors import InputError
from leohub.io.builtin.ground import built_in_gateways, built_in_pops
from leohub.io.ground.horizons import read_horizons
from leohub.io.ground.outages import read_outages
from leohub.io.provenance import InputFile
from tests.conftest import REPOSITORY

NAIROBI = (-1.29, 36.82)
HOW_TO = REPOSITORY / "docs" / "how-to" / "gateways-and-horizons.md"


def rows_of(name):
    text = files("leohub.data").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


@pytest.mark.parametrize(("name", "key"), [("gateways.csv", "name"), ("pops.csv", "code")])
def test_every_row_is_a_place_once_with_its_source(name, key):
    rows = rows_of(name)
    assert len({row[key] for row in rows}) == len(rows)
    for row in rows:
        assert -90 <= float(row["lat_deg"]) <= 90
        assert -180 <= float(row["lon_deg"]) <= 180
        assert row["basis"] == "published"
        assert all(row[column] for column in ("operator", "country", "position", "source"))


def test_gateways():
    gateways, source = built_in_gateways("starlink")
    assert len(gateways) == source.totals["gateways"] == 213
    assert (gateways.min_elevation_deg == 25).all()
    assert "MIT, © 2026 Julien Simon" in source.origin
    assert not any("Kenya" in name for name in gateways.name)


def test_points_of_presence():
    pops, source = built_in_pops("starlink")
    assert len(pops) == source.totals["points_of_presence"] == 51
    nairobi = np.flatnonzero(pops.code == "nrbiken1").item()
    assert pops.city[nairobi] == "Nairobi"
    assert pops.lat_deg[nairobi] == pytest.approx(-1.35008, abs=1e-4)
    assert pops.lon_deg[nairobi] == pytest.approx(36.749228, abs=1e-4)
    assert {"lgosnga1", "jhngzaf1", "frntdeu1", "dohaqat1"} <= set(pops.code)


@pytest.mark.parametrize("built_in", [built_in_gateways, built_in_pops])
@pytest.mark.parametrize(
    ("operator", "words"),
    [
        ("oneweb", "OneWeb is built in: their places are not published. Give a list of your own"),
        ("amazon-leo", "their places are not published"),
        ("terawave", "filed, not modelled"),
        ("nobody", "operator 'nobody' is not known"),
    ],
)
def test_nothing_is_made_up(built_in, operator, words):
    with pytest.raises(InputError, match=words):
        built_in(operator)


def test_facts_agree_with_their_source(shared):
    path = shared / "data" / "sky" / "starlink_ground_stations_20260320.csv"
    with path.open(encoding="utf-8") as stream:
        published = {row["name"]: row for row in csv.DictReader(stream) if row["type"] == "gateway"}
    for row in rows_of("gateways.csv"):
        if "starlink-viz" not in row["source"] or row["name"].startswith("Hoofddorp"):
            continue
        fact = published[row["name"]]
        assert fact["status"] == "operational"
        assert float(row["lat_deg"]) == pytest.approx(float(fact["lat"]), abs=1e-4)
        assert float(row["lon_deg"]) == pytest.approx(float(fact["lon"]), abs=1e-4)


def test_the_manual_shows_files_that_can_be_read(tmp_path):
    text = HOW_TO.read_text("utf-8")
    for number, block in enumerate(re.findall(r"```csv\n(.*?)```", text, flags=re.DOTALL)):
        (tmp_path / f"{number}.csv").write_text(block, "utf-8")
    horizon, _ = read_horizons(InputFile(tmp_path / "0.csv"), ["school-7"])
    assert horizon[0, 80] == 31
    gateways, _ = built_in_gateways("starlink")
    (outage,), _ = read_outages(InputFile(tmp_path / "1.csv"), gateways)
    assert gateways.name[outage.gateway] == "Lekki, Nigeria"
    for count, what in ((len(gateways), "gateways"), (len(built_in_pops("starlink")[0]), "points")):
        assert f"**{count} {what}" in text
