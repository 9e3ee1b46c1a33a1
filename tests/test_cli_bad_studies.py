"""Studies that make no sense are refused, or warned of, before anything is planned."""

import json
from pathlib import Path

import pytest

from tests.tiny_country import TLE, change, make_tiny_country


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
        "[choice]",
        "[service]\nradius_km = 0.02\n[choice]",
        "radius_km",
    ),
    "a radius in metres": ("[choice]", "[service]\nradius_km = 5000\n[choice]", "200"),
    "an infinite radius": ("[choice]", "[service]\nradius_km = inf\n[choice]", "finite"),
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
