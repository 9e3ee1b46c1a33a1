"""`leohub compare`."""

import json
from pathlib import Path

import matplotlib.image
import pandas as pd
import pytest

from tests.tiny_country import WEST_DEG, change, make_tiny_country

FEW = ["--operators", "oneweb,starlink+oneweb,terawave", "--draws", "20"]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "80")
    return make_tiny_country(tmp_path / "tiny")


def test_the_table_fits_a_narrow_terminal_and_says_what_it_is_not(study, leohub):
    code, out, err = leohub("compare", study, *FEW)
    assert code == 0, err
    assert max(len(text) for text in out.splitlines()) <= 80
    words = " ".join(out.split())
    for part in (
        "Tiny programme: rivals side by side",
        "people who share 4 hubs, Starlink serves",
        "All figures are modelled",
        "filed, not modelled",
        "Only the throughput of Starlink is held to published medians",
        "No price of the study says whose terminal or plan it is",
    ):
        assert part in words
    assert "nan" not in words
    assert "inf" not in words


def test_a_wide_terminal_has_one_table(study, leohub, monkeypatch):
    monkeypatch.setenv("COLUMNS", "180")
    code, out, _ = leohub("compare", study, "--operators", "oneweb", "--draws", "20")
    assert code == 0
    assert sum(text.startswith("OneWeb ") for text in out.splitlines()) == 1


def test_json_tables_and_picture(study, leohub, tmp_path):
    files = [tmp_path / name for name in ("table.csv", "hubs.csv", "rivals.png")]
    out, hubs, picture = files
    again = ("compare", study, *FEW, "--out", out, "--hubs", hubs, "--picture", picture, "--json")
    code, told, err = leohub(*again)
    assert code == 0, err
    figures = json.loads(told, parse_constant=pytest.fail)
    keys = ["starlink", "oneweb", "starlink+oneweb", "terawave"]
    assert [row["alternative"] for row in figures["alternatives"]] == keys
    assert figures["compared_with"] == "starlink"
    own, _, _, filed = figures["alternatives"]
    assert own["served_well_people_low"] <= own["served_well_people_high"]
    assert filed["down_mbps"] is None
    table = pd.read_csv(out).set_index("alternative")
    assert list(table.index) == keys
    assert table.loc["oneweb", "down_mbps"] == pytest.approx(
        figures["alternatives"][1]["down_mbps"], rel=1e-4
    )
    assert len(pd.read_csv(hubs)) == 3 * 4
    assert matplotlib.image.imread(picture).shape == (1080, 1920, 4)
    # Files of ours are written anew, those of others are not.
    before = out.read_bytes(), hubs.read_bytes(), picture.read_bytes()
    assert leohub(*again)[0] == 0
    assert (out.read_bytes(), hubs.read_bytes(), picture.read_bytes()) == before
    out.write_text("mine", "utf-8")
    code, _, err = leohub("compare", study, "--out", out)
    assert code == 2
    assert out.read_text("utf-8") == "mine"


def test_unknown_operators_are_told_with_the_choices(study, leohub):
    code, _, err = leohub("compare", study, "--operators", "oneweb,kuiper")
    assert code == 2
    assert "'kuiper' is not known" in err
    assert "amazon-leo:filed" in err


def test_hubs_that_the_climate_does_not_hold_are_refused(study, leohub, tmp_path):
    grid = tmp_path / "climate.csv"
    change(study, "[cost]", f'[climate]\nfile = "{grid}"\n\n[cost]')
    from importlib.resources import files

    built_in = files("leohub.data").joinpath("kenya/climate.csv").read_text("utf-8")
    table = pd.read_csv(pd.io.common.StringIO(built_in))
    table[table["lon_deg"] > WEST_DEG + 2].to_csv(grid, index=False)
    code, _, err = leohub("compare", study, *FEW)
    assert code == 2
    assert "Traceback" not in err
