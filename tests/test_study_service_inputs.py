"""What a study says of the service is checked before anything is planned, and told in words."""

import json
import random
from pathlib import Path

import pandas as pd
import pytest

from leohub.hub.power.months import MONTHS
from leohub.io.builtin.climate import built_in_climate
from leohub.io.builtin.sunshine import built_in_sunshine
from leohub.sky.air.climate import MAPPED
from leohub.study.service.assumptions import all_quantities
from tests.tiny_country import change, make_tiny_country

Told = list[dict[str, str]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


@pytest.fixture
def checked(study, leohub):
    """Add text to the study; return what `leohub check` says is wrong with it."""

    def check(text: str) -> Told:
        study.write_text(study.read_text("utf-8") + text, "utf-8")
        code, out, err = leohub("check", study, "--json")
        told: Told = json.loads(out).get("errors", [])
        assert code == (2 if told else 0), err
        assert all(len(problem["remedy"]) > 8 for problem in told)
        return told

    return check


def assume(**numbers: object) -> str:
    lines = (f'"{name}" = {number}' for name, number in numbers.items())
    return "\n[assumptions]\n" + "\n".join(lines) + "\n"


WRONG = {
    "starlink.down.gt_db": ("9", "not a quantity that leohub knows"),
    "use.object_mb": ("-1", "-1 MB is negative"),
    "use.think_s": ("{ value = 2, low = -1, high = 3 }", "-1 s is negative"),
    "use.month_users_pct": ("101", "101 % of people is above 100 %"),
    "use.busy_hour_share_pct": ("4", "from 4.17 %"),
    "use.threshold_chance_pct": ("100", "must be below 100"),
    "use.opening_h_per_day": ("25", "must be 24 at most, not 25"),
    "use.gb_per_user_month": ("9", "can not be set here"),
    "power.battery.price_kes_per_wh": ("-1", "-1 KES/Wh is negative"),
    "power.panel.tilt_deg": ("100", "tilt_deg 100 is outside 0 to 90"),
    "power.panel.albedo": ("1.5", "albedo must be 1 at most"),
    "power.opens_h": ("21", "opens before it closes"),
    "power.weather.sunshine_factor": ("0.5", "clearness"),
    "starlink.geometry.min_elevation_deg": ("30", "can not be set here"),
    "starlink.terminal.power_w": ("65000", "it may be in another unit"),
    "starlink.terminal.efficiency_factor": ("1.1", "efficiency 1.1 is outside 0 to 1"),
    "starlink.down.frequency_ghz": ("70", "frequency_ghz 70 is outside 4 to 55"),
    "starlink.up.frequency_ghz": ("{ value = 14, low = 0, high = 15 }", "greater than 0, not 0"),
    "starlink.down.overhead": ("1.2", "overhead must be 1 at most"),
    "starlink.latency.fibre_us_km": ("3", "at least 3.33564, not 3"),
    "starlink.latency.laser_factor": ("0.5", "at least 1, not 0.5"),
    "starlink.cell.area_km2": ("0", "area_km2 must be above 0"),
    "starlink.cell.resolution": ("4.5", "one whole number from 0 to 15"),
    "amazon-leo.up.frequency_ghz": ("3", "frequency_ghz 3 is outside 4 to 55"),
}
"""Names → numbers that no model takes, and what is said of each."""


def test_every_wrong_number_is_told_by_its_name_and_all_at_once(checked):
    told = checked(assume(**{name: number for name, (number, _) in WRONG.items()}))
    assert sorted(problem["where"] for problem in told) == sorted(
        f'[assumptions] "{name}"' for name in WRONG
    )
    for problem in told:
        _, message = WRONG[problem["where"].split('"')[1]]
        assert message in problem["message"]


UNREADABLE = {
    "use.object_mb": ("{ value = 2, low = 3, high = 4 }", "2 does not lie from 3 to 4"),
    "use.think_s": ("{ value = 2, low = 1 }", "is missing"),
    "use.month_users_pct": ("{ value = 2, low = 1, high = 3, top = 0 }", "is not a field"),
    "use.threshold_mbps": ('"2"', "valid number"),
    "use.user_max_mbps": ("true", "valid number"),
    "use.visits_per_month": ("nan", "finite"),
}
"""Names → what is neither a number nor a range, and what is said of it."""


def test_what_is_no_number_is_told_once_each(checked):
    told = checked(
        assume(**{name: text for name, (text, _) in UNREADABLE.items()})
        + "starlink.down.overhead = 0.9\n"
    )
    *values, dotted = told
    assert len(values) == len(UNREADABLE)
    for problem, (name, (_, message)) in zip(values, UNREADABLE.items(), strict=True):
        assert name in problem["where"]
        assert message in problem["message"]
    assert "names with dots in quotes" in dotted["remedy"]


def test_a_name_like_it_is_proposed(checked):
    (told,) = checked(assume(**{"starlink.down.gt_db": 9}))
    assert "starlink.down.gt_db_per_k" in told["remedy"]


def test_numbers_that_are_wrong_only_together_are_told_so(checked):
    both = {"use.opening_h_per_day": 6, "use.minutes_per_visit": 400}
    assert not checked("")
    (told,) = checked(assume(**both))
    assert told["where"] == "[assumptions]"
    assert "together: minutes_per_visit must not exceed the opening hours" in told["message"]


def test_a_rate_is_set_in_one_place(checked, study):
    change(study, 'currency = "KES"', 'currency = "KES"\nupkeep_pct_per_year = 4')
    (told,) = checked(assume(**{"cost.upkeep_pct_per_year": 6}))
    assert "is set in [cost] upkeep_pct_per_year, too" in told["message"]


def test_no_number_brings_check_down(study, leohub):
    """Studies that set quantities by lot to what nobody would are answered in words."""
    lot, text = random.Random(5), study.read_text("utf-8")
    for extreme in (0, 1e-9, 1e9):
        chosen = lot.sample(sorted(all_quantities()), 4)
        study.write_text(text + assume(**dict.fromkeys(chosen, extreme)), "utf-8")
        code, _, err = leohub("check", study)
        assert code in {0, 2}, err


# --- Tables --------------------------------------------------------------------------------------


def climate_table() -> pd.DataFrame:
    grid = built_in_climate()[0]
    rows = [
        (lat, lon, *grid.maps[:, i, j], grid.altitude_km[i, j])
        for i, lat in enumerate(grid.lat_deg[:6])
        for j, lon in enumerate(grid.lon_deg[:6])
    ]
    return pd.DataFrame(rows, columns=["lat_deg", "lon_deg", *MAPPED, "altitude_km"])


def test_a_wrong_climate_is_told_by_row_and_column(checked, study):
    table = climate_table()
    table.loc[3, "rain_rate_001_mm_h"] = -5.0
    table.to_csv(study.parent / "climate.csv", index=False)
    (told,) = checked('\n[climate]\nfile = "climate.csv"\n')
    assert told["file"] == "climate.csv"
    assert "rain_rate_001_mm_h" in told["where"] + told["message"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda table: table.drop(columns="cloud_liquid_20_kg_m2"), "cloud"),
        (lambda table: table.drop(index=7), "1 points of the grid of 36 are missing"),
    ],
)
def test_a_climate_with_a_hole_is_refused(checked, study, spoil, words):
    spoil(climate_table()).to_csv(study.parent / "climate.csv", index=False)
    (told,) = checked('\n[climate]\nfile = "climate.csv"\n')
    assert words in told["message"]


def test_places_outside_the_climate_are_planned_without_their_service(study, leohub):
    climate_table().assign(lat_deg=lambda table: table["lat_deg"] - 20).to_csv(
        study.parent / "climate.csv", index=False
    )
    study.write_text(study.read_text("utf-8") + '\n[climate]\nfile = "climate.csv"\n', "utf-8")
    code, out, err = leohub("plan", study, "--json")
    assert code == 0, err
    (said,) = [words for words in json.loads(out)["warnings"] if "not estimated" in words]
    assert "4 of 4 places lie outside the climate grid" in said


def test_a_wrong_sunshine_is_told_by_row(checked, study):
    sunshine = built_in_sunshine()[0]
    table = pd.DataFrame(sunshine.kwh_m2_day, columns=list(MONTHS)).assign(
        name=sunshine.name, lat_deg=sunshine.lat_deg, lon_deg=sunshine.lon_deg
    )
    table.loc[1, "feb"], table.loc[2, "mar"] = -1.0, 21.0  # the second in MJ/m²
    table.to_csv(study.parent / "sun.csv", index=False)
    told = checked('\n[sunshine]\nfile = "sun.csv"\n')
    assert len(told) == 2
    assert all("MJ/m² divided by 3.6" in problem["remedy"] for problem in told)


def test_a_cell_twice_on_the_map_of_load_is_refused(checked, study):
    (study.parent / "load.csv").write_text(
        "lat_deg,lon_deg,busy_terminals\n0.1,36.1,3\n0.1001,36.1001,4\n", "utf-8"
    )
    (told,) = checked('\n[load]\nfile = "load.csv"\n')
    assert told["where"] == "row 3"


def test_an_unknown_point_of_presence_is_refused(checked):
    (told,) = checked('\n[latency]\nhome_pops = ["nowhere1"]\n')
    assert told["where"] == "[latency]"
    assert "unknown points of presence: nowhere1" in told["message"]


def test_files_that_are_not_there_are_all_missed(checked):
    told = checked(
        "".join(
            f'\n[{section}]\n{field} = "nowhere.csv"\n'
            for section, field in (
                ("climate", "file"),
                ("sunshine", "file"),
                ("load", "file"),
                ("latency", "gateways"),
            )
        )
    )
    assert len(told) == 4
