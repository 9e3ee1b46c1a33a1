"""`leohub sky --places`: many places, here or on a cluster, into a table or a store."""

import errno
import json
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

pytest.importorskip("distributed")
pytest.importorskip("zarr")

from leohub.io import extras
from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.report import placesstore
from leohub.sky.service import MEANING, day_service, series
from leohub.sky.visibility.places import places_at
from leohub.study.overhead import find_overhead
from tests.tiny_cluster import LAT_DEG, LON_DEG, START, local_cluster

HOURS = 0.5
ASKED = ["--operator", "oneweb", "--at", "2026-08-22T13:00Z", "--hours", HOURS]
HEIGHT_M = np.arange(40) * 10.0
IDS = [f"school-{number}" for number in range(40)]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A list of places in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    listed = {"id": IDS, "name": "Ecole", "lat": LAT_DEG, "lon": LON_DEG, "height_m": HEIGHT_M}
    table = pd.DataFrame(listed)
    table.loc[39, "name"] = "École d’en haut"
    table.to_csv("places.csv", index=False)
    return tmp_path


@pytest.fixture(scope="module")
def expected():
    """What the model says of these places: figures, and every slot."""
    constellation, source = built_in_constellation("oneweb", START)
    overhead = find_overhead(
        constellation, source.file, operator=operator_parameters("oneweb"), start=START,
        max_element_age_days=3,
    )  # fmt: skip
    asked = (
        overhead.screening.kept,
        places_at(LAT_DEG, LON_DEG, HEIGHT_M / 1000),
        overhead.rules,
    )
    return day_service(*asked, start=START, hours=HOURS), series(*asked, start=START, hours=HOURS)


@pytest.fixture(scope="module")
def cluster():
    with local_cluster() as cluster:
        yield cluster


def many(leohub, out, *more):
    return leohub("sky", "--places", "places.csv", "--out", out, *ASKED, *more)


def written(leohub, out, *more):
    code, said, err = many(leohub, out, *more)
    assert code == 0, err
    return said


def is_alone(folder):
    """Nothing but the list of places is there, not even hidden."""
    return [path.name for path in folder.iterdir()] == ["places.csv"]


def opened(path):
    return xr.open_zarr(path, chunks=None).load()


# --- What is written -----------------------------------------------------------------------------


def test_a_table_has_a_row_for_each_place_in_the_order_of_the_list(leohub, expected):
    written(leohub, "sky.parquet")
    table = pd.read_parquet("sky.parquet")
    assert table["place_id"].tolist() == IDS
    assert table["name"].tolist() == ["Ecole"] * 39 + ["École d’en haut"]
    figures = expected[0].to_dataframe().reset_index(drop=True)
    pd.testing.assert_frame_equal(table.drop(columns=["place_id", "name"]), figures)


def test_parquet_says_where_it_comes_from_and_what_its_columns_mean(leohub, folder):
    written(leohub, "sky.parquet")
    schema = pq.read_schema("sky.parquet")
    about = json.loads(schema.metadata[b"leohub"])
    elements, places = json.loads(about["inputs"])
    assert elements["file"] == "built-in: shells.csv"
    assert elements["basis"] == about["elements_basis"] == "modelled"
    assert places["sha256"] == sha256((folder / "places.csv").read_bytes()).hexdigest()
    assert "leohub sky --places places.csv" in about["history"]
    assert about["title"] == "OneWeb over 40 places"
    for field in schema:
        if field.name in MEANING:
            meant = {key.decode(): value.decode() for key, value in field.metadata.items()}
            assert (meant["units"], meant["long_name"]) == MEANING[field.name]


def test_csv_has_the_numbers_of_parquet(leohub):
    written(leohub, "sky.parquet")
    written(leohub, "sky.csv")
    table = pd.read_csv("sky.csv")
    pd.testing.assert_frame_equal(table, pd.read_parquet("sky.parquet"), check_dtype=False)


def test_a_store_has_every_slot_and_what_they_come_to(leohub, expected):
    written(leohub, "sky.zarr")
    store = opened("sky.zarr")
    summary, every_slot = expected
    assert dict(store.sizes) == {"place": 40, "time": 120}
    for name in every_slot.data_vars:
        np.testing.assert_array_equal(store[name], every_slot[name])
    for name in summary.data_vars:
        np.testing.assert_array_equal(store[name], summary[name])
    np.testing.assert_array_equal(store["time"], every_slot["time"])
    assert store["place_id"].values.tolist() == IDS
    assert store["name"].values[-1] == "École d’en haut"


def test_a_store_is_small_and_speaks_cf(leohub):
    written(leohub, "sky.zarr")
    store = opened("sky.zarr")
    assert store.attrs["Conventions"] == "CF-1.11"
    assert store.attrs["featureType"] == "timeSeries"
    assert store["place_id"].attrs["cf_role"] == "timeseries_id"
    assert {"place_id", "name", "lat_deg", "lon_deg", "height_km", "time"} == set(store.coords)
    for name, standard in (("lat_deg", "latitude"), ("time", "time")):
        assert store[name].attrs["standard_name"] == standard
    assert store["time"].encoding["units"].startswith("seconds since 2026-08-22")
    for name in store.data_vars:
        assert store[name].attrs["units"], name
        assert store[name].attrs["long_name"], name
    sizes = {store[name].dtype.itemsize for name in store if "time" in store[name].dims}
    assert sizes == {2, 4}
    assert store["serving"].dtype == np.int32, "numbers, not NaN where nobody serves"


def test_a_list_that_is_one_chunk_and_a_bit_is_written_whole(leohub, monkeypatch):
    """Chunks of the store and of the work end at the same slots."""
    written(leohub, "one.zarr")
    monkeypatch.setattr(placesstore, "PLACES", 7)
    written(leohub, "many.zarr")
    xr.testing.assert_equal(opened("one.zarr"), opened("many.zarr"))


@pytest.mark.parametrize("out", ["sky.parquet", "sky.zarr"])
def test_a_cluster_writes_what_one_process_writes(leohub, cluster, out, folder):
    written(leohub, f"here-{out}")
    said = written(leohub, f"there-{out}", "--scheduler", cluster.scheduler_address)
    assert f"there-{out}" in said
    if out.endswith("zarr"):
        here, there = opened(f"here-{out}"), opened(f"there-{out}")
        xr.testing.assert_equal(there, here)
        for name in {*here.attrs} - {"history"}:
            assert there.attrs[name] == here.attrs[name]
    else:
        here, there = pd.read_parquet(f"here-{out}"), pd.read_parquet(f"there-{out}")
        pd.testing.assert_frame_equal(there, here, check_exact=True)
    assert not list(folder.glob(".*"))


# --- What is said --------------------------------------------------------------------------------


def test_the_summary_says_what_was_computed_from_what(leohub, expected):
    said = " ".join(written(leohub, "sky.csv").split())
    gap_s = expected[0]["longest_gap_s"].to_numpy()
    for part in (
        "OneWeb over 40 places, from 2026-08-22T13:00:00Z, 0.5 h in slots of 15 s",
        "in view, above 55°",
        f"gaps: at {np.count_nonzero(gap_s)} of 40 places",
        f"at {IDS[gap_s.argmax()]}",
        "Satellites: 648 of 648, built-in: shells.csv (modelled)",
        "worst slots and gaps are optimistic",
        "sky.csv",
    ):
        assert part in said


def test_json_has_the_figures(leohub, expected):
    figures = json.loads(written(leohub, "sky.csv", "--json"))
    summary = expected[0]
    assert figures["places"] == 40
    assert figures["usable_mean"] == pytest.approx(float(summary["usable_mean"].mean()))
    assert figures["longest_gap_s"] == float(summary["longest_gap_s"].max())
    assert figures["out"].endswith("sky.csv")
    assert [source["role"] for source in figures["inputs"]] == ["elements", "places"]


def test_a_horizon_changes_its_own_place_only(leohub):
    profile = [{"place": IDS[7], "azimuth_deg": az, "elevation_deg": 80} for az in (0, 120, 240)]
    pd.DataFrame(profile).to_csv("horizons.csv", index=False)
    written(leohub, "open.parquet")
    written(leohub, "hidden.parquet", "--horizon", "horizons.csv")
    before, after = pd.read_parquet("open.parquet"), pd.read_parquet("hidden.parquet")
    changed = (before["usable_mean"] != after["usable_mean"]).to_numpy()
    assert np.flatnonzero(changed).tolist() == [7]


# --- What can go wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--places", "places.csv"], "--places needs --out"),
        ([], "give a place, LAT LON in degrees, or a list of places"),
        (["1", "2", "--places", "places.csv", "--out", "a.csv"], "LAT LON: of one place"),
        (
            ["--places", "places.csv", "--picture", "a.png", "--height-m", "5", "--out", "a.csv"],
            "--height-m and --picture: of one place",
        ),
        (["1", "2", "--scheduler", "tcp://x:1"], "give --places instead of LAT LON"),
        (["--places", "places.csv", "--out", "a.nc"], "written as .parquet or .csv or .zarr"),
        (["--places", "places.csv", "--out", "no/a.zarr"], "there is no folder no; make it first"),
        (["--places", "places.csv", "--out", "places.csv"], "places.csv is there already"),
        (["--places", "none.csv", "--out", "a.csv"], "there is no such file"),
        (
            ["--places", "places.csv", "--out", "a.csv", "--horizon", "map.json"],
            "the map of one dish does not hold for many places",
        ),
        (
            ["--places", "places.csv", "--out", "a.csv", "--scheduler", "nonsense"],
            "no scheduler can be reached there",
        ),
    ],
)
def test_what_can_not_be_done_is_told_before_anything_is_computed(leohub, arguments, said, folder):
    code, out, err = leohub("sky", *arguments)
    assert code == 2
    assert said in " ".join(err.split())
    assert not out
    assert is_alone(folder)


def test_a_result_is_never_replaced(leohub, folder):
    written(leohub, "sky.zarr")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, _, err = many(leohub, "sky.zarr")
    assert code == 2
    assert "sky.zarr is there already. Name another file, or move it away" in err
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_problem_of_the_files_is_told_at_once(leohub, folder):
    (folder / "horizons.csv").write_text("azimuth_deg,elevation_deg\n0,5\n", "utf-8")
    (folder / "gateways.csv").write_text("name,lat\nA,1\n", "utf-8")
    code, _, err = many(
        leohub, "sky.csv", "--horizon", "horizons.csv", "--gateways", "gateways.csv"
    )
    assert code == 2
    assert "horizons.csv" in err
    assert "gateways.csv" in err


def test_without_zarr_it_is_said_what_to_install(leohub, folder, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    code, _, err = many(leohub, "sky.zarr")
    assert code == 2
    assert "writing Zarr needs zarr" in err
    assert "pip install 'leohub[cluster]'" in err
    assert is_alone(folder)


def test_ctrl_c_leaves_nothing_behind(leohub, folder, monkeypatch):
    def interrupted(self, found):
        raise KeyboardInterrupt

    monkeypatch.setattr(placesstore.Store, "keep", interrupted)
    code, _, err = many(leohub, "sky.zarr")
    assert code == 130
    assert "Nothing was written." in err
    assert is_alone(folder)


def test_a_full_disk_leaves_nothing_behind(leohub, folder, monkeypatch):
    def full(self, found):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(placesstore.Store, "keep", full)
    code, _, err = many(leohub, "sky.zarr")
    assert code == 2
    assert "sky.zarr can not be written (No space left on device)" in err
    assert is_alone(folder)
