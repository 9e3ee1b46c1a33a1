"""The fit of loads to published medians, and the loads that the package brings."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import leohub
from leohub.io.builtin.loads import built_in_busiest_hour, built_in_load
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import draws
from leohub.sky.cells.calibration import (
    CellDay,
    fit_load,
    leave_one_out,
    median_mbps,
    pool,
    weighted_median,
)
from leohub.sky.cells.hours import hourly_shares

REPOSITORY = Path(__file__).resolve().parents[1]
PUBLISHED = pd.read_csv(Path(leohub.__file__).parent / "data" / "published_throughput.csv")
LOADS, _, _ = built_in_quantities("loads.toml")


def some_days(count, seed=0):
    random = np.random.default_rng(seed)
    return CellDay(
        random.uniform(0.6, 3, (count, 24)),
        random.uniform(400, 600, (count, 24)),
        np.broadcast_to(hourly_shares(8, 21), (count, 24)),
        np.full(count, 310.0),
    )


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=1, max_size=12))
def test_a_weighted_median_is_that_of_repeated_values(pairs):
    values, weights = (np.array(column) for column in zip(*pairs, strict=True))
    repeated = np.sort(np.repeat(values, weights))
    assert weighted_median(values, weights) == repeated[(repeated.size - 1) // 2]


@given(st.lists(st.floats(1, 150), min_size=1, max_size=20), st.integers(0, 5))
def test_the_fit_gives_the_medians_back(medians, seed):
    days = some_days(len(medians), seed)
    loads = fit_load(np.array(medians), days)
    assert np.allclose(median_mbps(days, loads), medians, rtol=1e-9)


def test_a_slower_country_is_fuller():
    days = CellDay(*(np.repeat(values[:1], 30, axis=0) for values in some_days(1)))
    assert (np.diff(fit_load(np.linspace(1, 200, 30), days)) < 0).all()


def test_tests_are_as_frequent_as_the_traffic():
    """The median over tests is drawn too: an hour for each test, by the shares of the day."""
    (day,) = (CellDay(*(values[0] for values in some_days(1))),)
    random = np.random.default_rng(5)
    load = fit_load(60.0, day)
    hours = random.choice(24, 100_000, p=day.shares)
    busy = 1 + day.shares / day.shares.max() * (load - 1)
    rates = np.minimum(310, np.minimum(1, day.beams / busy) * day.channel_mbps)
    assert np.median(rates[hours]) == pytest.approx(60, rel=1e-6)


@pytest.mark.parametrize(
    ("median", "message"), [(0, "above 0"), (np.nan, "above 0"), (311, "311 Mbps is more than")]
)
def test_a_median_that_no_load_gives_is_refused(median, message):
    with pytest.raises(ValueError, match=message):
        fit_load(np.array([median]), some_days(1))


def test_a_pool_predicts_one_more_country_as_often_as_it_says():
    random = np.random.default_rng(3)
    held = 0
    for _ in range(4000):
        *known, one_more = np.exp(random.normal(2.5, 0.3, 8))
        low, high = pool(known).interval(80)
        held += low <= one_more <= high
    assert held / 4000 == pytest.approx(0.80, abs=0.02)


def test_a_pool_of_few_takes_its_spread_from_one_of_more():
    many = pool([8.0, 9.0, 12.0, 15.0])
    few = pool([10.0], many)
    assert few.load == pytest.approx(10)
    assert (few.sd_log, few.freedom) == (many.sd_log, 3)
    with pytest.raises(ValueError, match="too few loads to pool: 1, needed: 2"):
        pool([10.0])
    with pytest.raises(ValueError, match="above 0"):
        pool([10.0, 0.0])


def test_a_country_held_out_has_no_say_in_its_prediction():
    days, medians = some_days(5), np.array([40.0, 60.0, 80.0, 55.0, 70.0])
    first = leave_one_out(medians, days)
    again = leave_one_out(np.array([110.0, *medians[1:]]), days)
    assert again[0].predicted_mbps == first[0].predicted_mbps
    assert first[0].low_mbps < first[0].predicted_mbps < first[0].high_mbps
    assert first[0].error_pct == pytest.approx(100 * (first[0].predicted_mbps / 40 - 1))
    assert first[0].inside == (first[0].low_mbps <= 40 <= first[0].high_mbps)


@pytest.fixture(scope="module")
def tool():
    path = REPOSITORY / "tools" / "calibrate_load.py"
    spec = importlib.util.spec_from_file_location("calibrate_load", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sky(tool):
    return tool.sky_above(tool.operator_parameters("starlink"), PUBLISHED)


def test_the_built_in_loads_are_up_to_date(tool, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["calibrate_load.py", "--check"])
    assert tool.main() == 0, "run python tools/calibrate_load.py"
    printed = held_out_printed(capsys.readouterr().out)
    kept = {name.removeprefix("held_out.down."): LOADS[name] for name in LOADS if "held" in name}
    assert printed.keys() == kept.keys()
    for country, (predicted, error) in printed.items():
        assert float(predicted) == pytest.approx(kept[country].value, abs=0.06)
        assert error == error_of(kept[country])


def held_out_printed(text):
    """Country → predicted median and error, as the table shows them."""
    row = re.compile(r"^\| ([^|]+) \|.*\| ([\d.]+) \|[^|]*\| ([+-]\d+) % \|$", re.MULTILINE)
    return {country: (predicted, error) for country, predicted, error in row.findall(text)}


def error_of(quantity):
    return re.search(r"error ([+-]\d+) %", quantity.source)[1]


@pytest.mark.parametrize("way", ["down", "up"])
def test_the_built_in_loads_give_the_published_medians(tool, sky, way):
    rows = PUBLISHED[(PUBLISHED["way"] == way) & (PUBLISHED["use"] == "fitted")]
    days = tool.cell_days(way, tool.operator_parameters("starlink"), sky, rows["place"])
    loads = [built_in_load(country, way).value for country in rows["country"]]
    assert np.allclose(median_mbps(days, loads), rows["median_mbps"], rtol=1e-3)


def test_kenya_at_its_launch_is_possible_with_a_light_load(tool, sky):
    """Over 200 Mbps in July 2023 (Ookla)."""
    place = pd.Series(["Nairobi"])
    days = tool.cell_days("down", tool.operator_parameters("starlink"), sky, place)
    assert median_mbps(days, np.array([1.0]))[0] > 200
    assert fit_load(np.array([200.0]), days)[0] < built_in_load("Kenya").low


def test_publishers_and_periods_are_never_mixed():
    fitted = PUBLISHED[PUBLISHED["use"] == "fitted"]
    assert set(fitted["publisher"]) == {"Ookla"}
    assert set(fitted["period"]) == {"2025-Q1"}
    assert not fitted.duplicated(["country", "way"]).any()


def test_most_intervals_hold_the_country_that_was_held_out():
    rows = PUBLISHED[(PUBLISHED["way"] == "down") & (PUBLISHED["use"] == "fitted")]
    inside = 0
    for country, truth in zip(rows["country"], rows["median_mbps"], strict=True):
        predicted = LOADS[f"held_out.down.{country}"]
        error = 100 * (predicted.value / truth - 1)
        assert int(error_of(predicted)) == pytest.approx(error, abs=0.51)
        inside += predicted.low <= truth <= predicted.high
    assert inside >= 0.8 * len(rows)


def test_a_country_has_its_own_load_or_the_pooled_one():
    kenya = built_in_load("kenya")
    assert kenya == LOADS["load.down.Kenya"]
    assert kenya.basis == "fitted"
    assert "47 Mbps" in kenya.source
    other = built_in_load("Peru")
    assert other.value == LOADS["pooled_load.down"].value
    assert other.source.startswith("no published figure for Peru")
    assert other.low < kenya.value < other.high


def test_draws_of_a_pooled_load_spread_as_its_prediction_does():
    """One in ten draws lies below the interval of 80 %, and one in ten above."""
    loads = [q.value for name, q in LOADS.items() if name.startswith("load.down.")]
    low, high = pool(loads).interval(80)
    drawn = draws({"load": built_in_load("Peru")}, 4000, seed=1)["load"]
    assert (drawn < low).mean() == pytest.approx(0.1, abs=0.003)
    assert (drawn > high).mean() == pytest.approx(0.1, abs=0.003)


def test_the_busiest_hour_lies_in_the_day():
    assert 0 <= built_in_busiest_hour().low < built_in_busiest_hour().high < 24


@pytest.mark.shared
def test_the_medians_are_those_that_were_published(shared):
    table = pd.read_csv(shared / "data" / "link" / "starlink_throughput.csv")
    table["way"] = table["metric"].str.contains("_dl").map({True: "down", False: "up"})
    keys = ["country", "period", "way"]
    theirs = table.replace({"country": {"US": "United States"}}).set_index(keys)["value"]
    ours = PUBLISHED.set_index(keys)["median_mbps"]
    assert ours.to_dict() == theirs.to_dict()
