"""Studies that make no sense are refused, or warned of, before anything is planned."""

import csv
import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

from leohub.io.orbits.tle import checksum
from tests.tiny_country import TLE, change, make_few_places, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


SKY = "start = 2026-08-22T13:00:00Z"
REFUSED = {
    "no exchange rate": ("currency_per_usd = 129", "", "currency_per_usd is missing"),
    "a rate without a currency": ('currency = "KES"', "", "the currency is USD"),
    "an unnamed publisher": ('origin = "list price"', "", "needs its origin"),
    "cells coarser than the radius": ("resolution = 7", "resolution = 4", "too coarse"),
    "a radius below every cell": (
        "[service]",
        "[service]\nradius_km = 0.02",
        "radius_km",
    ),
    "a radius in metres": ("[service]", "[service]\nradius_km = 5000", "200"),
    "an infinite radius": ("[service]", "[service]\nradius_km = inf", "finite"),
    "an infinite budget": ("hubs = 4", "budget = inf", "finite"),
    "an infinite price": ("amount = 6500", "amount = inf", "finite"),
    "not a number": ("promise_people = 20000", "promise_people = nan", "finite"),
    "a seed beyond 32 bits": ('results = "results"', 'results = "r"\nseed = 4294967296', "seed"),
    "a text for a number": ("hubs = 4", 'hubs = "4"', "integer"),
    "a truth for a number": ("hubs = 4", "hubs = true", "integer"),
    "a year without satellites": (SKY, "start = 0001-01-01T00:00:00+05:00", "1957"),
    "elements and shells": (
        SKY,
        f'{SKY}\nelements = "x"\n[[sky.shells]]\ninclination_deg = 53\naltitude_km = 550\n'
        "satellites = 10\nplanes = 2\n",
        "not both",
    ),
    "more planes than satellites": (
        SKY,
        f"{SKY}\n[[sky.shells]]\ninclination_deg = 53\naltitude_km = 550\nsatellites = 1\n"
        "planes = 2\n",
        "planes",
    ),
    "a share beside a census": ("[unserved]", "[unserved]\ninternet_use_pct = 9", "census"),
    "columns of no table": ("resolution = 7", 'table_cell = "h3"', "table_cell"),
    "a budget below one hub": ("hubs = 4", "budget = 5", "does not pay for one hub"),
    "nobody to claim": (
        "density_limit_per_km2 = 1000",
        "density_limit_per_km2 = 0.001",
        "a hub may claim",
    ),
    "a path with a null": ('grid = "people.tif"', 'grid = "a\\u0000b"', "is no path"),
    "a stranger's home": ('grid = "people.tif"', 'grid = "~nosuchuser/x.tif"', "not known here"),
    "results onto a file": ('results = "results"', 'results = "people.tif"', "is a file"),
    "results without a variable": (
        'results = "results"',
        'results = "${LEOHUB_NOT_SET}/results"',
        "LEOHUB_NOT_SET",
    ),
    "a number without end": ("hubs = 4", "hubs = 1" + "0" * 5000, "not valid TOML"),
    "a nest without end": ("hubs = 4", "hubs = " + "[" * 5000, "not valid TOML"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_words(case, study, leohub):
    old, new, words = REFUSED[case]
    change(study, old, new)
    for command in ("check", "plan"):
        code, out, err = leohub(command, study)
        assert code == 2, out + err
        assert words in err
        assert "→" in err
        assert "Traceback" not in err
    assert not (study.parent / "results").exists()


def test_a_name_over_two_lines_leaves_the_tables_whole(tmp_path, leohub):
    study = make_few_places(tmp_path / "tiny", places=3, hubs=3)
    change(study.parent / "schools.csv", "School 1,", '"School\r1\x07 a",')
    assert leohub("plan", study)[0] == 0
    with (study.parent / "results" / "hubs.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table))
    assert len(rows) == 4
    assert len({len(row) for row in rows}) == 1


def test_elements_of_another_operator_are_refused(study, leohub):
    change(study, SKY, f'{SKY}\noperator = "oneweb"\nelements = "starlink.tle"')
    code, _, err = leohub("check", study)
    assert code == 2
    assert "100 % of the satellites are called STARLINK" in err


def test_regions_on_both_sides_of_180_degrees_are_refused(study, leohub):
    regions = gpd.read_file(study.parent / "regions.geojson")
    regions.geometry = [box(179, 0, 180, 0.4), box(-180, 0, -179, 0.4)]
    regions.to_file(study.parent / "regions.geojson")
    code, _, err = leohub("check", study)
    assert code == 2
    assert "180th meridian" in err


def test_one_mistaken_epoch_does_not_move_the_day(study, leohub):
    line1, line2 = TLE.splitlines()[1:]
    sets = []
    for number in range(120):
        day = "27001.00000000" if number == 60 else line1[18:32]
        first = f"1 {44714 + number}U{line1[8:18]}{day}{line1[32:68]}"
        second = f"2 {44714 + number}{line2[7:68]}"
        sets += [f"STARLINK-{number}"]
        sets += [f"{line}{checksum(line + '0')}" for line in (first, second)]
    (study.parent / "starlink.tle").write_text("\n".join(sets) + "\n", "ascii")
    change(study, SKY, 'elements = "starlink.tle"\nmin_altitude_km = 200')
    told = json.loads(leohub("check", study, "--json")[1])
    assert told["satellites"]["kept"] == 119


def test_prices_of_another_operator_are_warned_of(study, leohub):
    change(study, SKY, f'{SKY}\noperator = "oneweb"')
    change(study, 'currency = "KES"', 'currency = "KES"\nbuiltin = "kenya"')
    told = json.loads(leohub("check", study, "--json")[1])
    assert any("prices are those of Starlink" in warning for warning in told["warnings"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('country = "Tinyland"', "country = Tinyland", "text in quotes"),
        ("hubs = 4", "budget = 40,000,000", "numbers without commas"),
        ("promise_people = 20000", 'promise_by = "end of 2027"', "2027-12-31"),
        (SKY, 'start = "22.8.2026"', "2026-08-22T13:00:00Z"),
        ('name = "school"', 'where = { level = "Primary" }', '["one", "another"]'),
    ],
)
def test_how_a_value_is_written_is_said(study, leohub, old, new, words):
    change(study, old, new)
    code, _, err = leohub("check", study)
    assert code == 2
    assert words in err


def test_the_folder_is_told_together_with_the_inputs(study, leohub):
    change(study, 'results = "results"', 'results = "people.tif"')
    change(study, "hubs = 4", "hubs = 400")
    _, _, err = leohub("plan", study)
    assert "is a file" in err
    assert "400 hubs" in err


def test_files_are_missed_even_where_the_regions_are(study, leohub):
    for name in ("regions.geojson", "people.tif", "census.csv"):
        (study.parent / name).unlink()
    _, _, err = leohub("check", study)
    for name in ("regions.geojson", "people.tif", "census.csv"):
        assert name in err


def test_a_study_saved_with_a_byte_order_mark_is_read(study, leohub):
    study.write_bytes(b"\xef\xbb\xbf" + study.read_bytes())
    assert leohub("check", study)[0] == 0


def test_fewer_hubs_than_asked_are_explained(study, leohub):
    change(study, "hubs = 4", "hubs = 40")
    code, out, _ = leohub("plan", study)
    assert code == 0
    assert "40 hubs were possible" in out


def test_a_budget_beyond_all_places_is_no_mistake(study, leohub):
    change(study, "hubs = 4", "budget = 1e9")
    assert leohub("check", study)[0] == 0


def test_a_day_long_past_is_warned_of(study, leohub):
    change(study, SKY, 'elements = "starlink.tle"\nmin_altitude_km = 200')
    (study.parent / "starlink.tle").write_text(TLE, "ascii")
    told = json.loads(leohub("check", study, "--json")[1])
    assert any("22 August 2026" in warning for warning in told["warnings"])


def test_hubs_without_a_satellite_are_warned_of(study, leohub):
    change(study, SKY, 'elements = "starlink.tle"\nmin_altitude_km = 200')
    figures = json.loads(leohub("plan", study, "--json")[1])
    assert any("no usable satellite" in warning for warning in figures["warnings"])


def test_usage_errors_are_json_too(leohub):
    code, out, _ = leohub("sky", "1", "2", "--hours", "nan", "--json")
    assert code == 2
    assert "not a number" in json.loads(out)["errors"][0]["message"]


def test_a_mistake_of_ours_is_owned_and_not_thrown_at_the_user(study, leohub, monkeypatch):
    def broken(*given, **options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("leohub.study.inputs.read_inputs", broken)
    monkeypatch.delenv("LEOHUB_DEBUG", raising=False)
    code, _, err = leohub("check", study)
    assert code == 70
    assert "a mistake in leohub" in err
    assert "LEOHUB_DEBUG" in err
