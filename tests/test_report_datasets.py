"""The sky over a place as NetCDF: every reader finds the same numbers, with units and sources."""

import datetime as dt

import numpy as np
import pytest
import rasterio
import xarray as xr
from scipy.io import netcdf_file

from leohub.errors import OutputError
from leohub.report.datasets import check_dataset, to_cf, write_dataset
from leohub.sky.visibility.rules import Rules
from tests.sample_scene import sample_scene

AT = dt.datetime(2026, 8, 22, 14, 0, tzinfo=dt.UTC)
COMMAND = "leohub sky -1.29 36.82 --out sky.nc"


@pytest.fixture(scope="module")
def scene():
    return sample_scene(rules=Rules(55, 18), hours=2)  # high enough to have gaps


@pytest.fixture(scope="module")
def path(scene, tmp_path_factory):
    path = tmp_path_factory.mktemp("nc") / "sky.nc"
    write_dataset(to_cf(scene, command=COMMAND, at=AT), path)
    return path


def test_xarray_reads_what_was_computed(scene, path):
    day = scene.day
    assert (day["serving"] == -1).any()
    with xr.open_dataset(path) as found:
        assert (found["time"].to_numpy() == day["time"].to_numpy()).all()
        for name in ("in_view", "usable"):
            assert (found[name] == day[name].to_numpy()).all()
            by_shell = found[f"{name}_by_shell"].transpose("time", "shell")
            assert (by_shell.to_numpy() == day[f"{name}_by_shell"].to_numpy()).all()
        assert found["shell_name"].to_numpy().tolist() == day["shell"].to_numpy().tolist()
        serving = found["serving"].to_numpy()
        assert np.isnan(serving).sum() == (day["serving"] == -1).sum()
        names = dict(
            zip(found["satellite_norad_id"].values, found["satellite_name"].values, strict=True)
        )
        assert names == scene.names
        for name in ("serving_elevation_deg", "serving_azimuth_deg", "serving_range_km"):
            np.testing.assert_array_equal(found[name], day[name])
        place = [float(found[name]) for name in ("lat_deg", "lon_deg", "height_km")]
        assert place == [-1.2864, 36.8172, 0.0]


def test_scipy_reads_it_without_xarray(scene, path):
    with netcdf_file(path, mmap=False) as found:
        assert found.version_byte == 2
        assert found.Conventions == b"CF-1.11"
        assert found.variables["serving"].typecode() == "i"
        assert found.variables["serving"]._FillValue == -1
        assert found.variables["serving"].data.tolist() == scene.day["serving"].values.tolist()
        seconds = found.variables["time"].data
        assert (np.diff(seconds) == 15).all()
        assert found.variables["time"].units.startswith(b"seconds since 2026-08-22")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_gdal_reads_it(scene, path):
    with rasterio.open(f"netcdf:{path}:usable_by_shell") as found:
        shape = (scene.day.sizes["shell"], scene.day.sizes["time"])
        assert found.shape == shape
        assert found.tags()["NC_GLOBAL#Conventions"] == "CF-1.11"


def test_every_variable_says_what_it_is_and_every_attribute_is_there(scene, path):
    with xr.open_dataset(path, decode_cf=False) as found:
        for name, variable in found.variables.items():
            assert variable.attrs["long_name"], name
            assert variable.dtype != np.int64, name
            if variable.dtype.kind in "if":
                assert variable.attrs["units"], name
            if "time" in variable.dims and name != "time":
                assert variable.dims[-1] == "time"
                assert variable.attrs["cell_methods"] == "time: point"
        standard = {v.attrs.get("standard_name") for v in found.variables.values()}
        assert {"time", "latitude", "longitude", "height_above_reference_ellipsoid"} <= standard
        assert found["station"].attrs["cf_role"] == "timeseries_id"
        about = found.attrs
    assert about["featureType"] == "timeSeries"
    assert about["title"] == "Testlink over 1.2864° S 36.8172° E"
    assert about["history"].startswith("2026-08-22T14:00:00Z leohub ")
    assert about["history"].endswith(COMMAND)
    assert about["source"].startswith("leohub ")
    assert about["license"] == "elements: CC0"
    assert about["elements_sha256"] == "ab" * 32
    assert about["elements_basis"] == "measured"
    assert about["elements_epoch_first"] == about["elements_epoch_last"] == "2026-08-22T13:00:00Z"
    assert about["min_elevation_deg"] == 55
    assert about["policy"] == "highest"
    assert about["outages"] == scene.day.attrs["outages"] > 0
    assert "Usable means" in about["comment"]


def test_catalogue_numbers_of_nine_digits_stay_whole(scene, tmp_path):
    number = 999_999_999
    day = scene.day.assign(serving=scene.day["serving"] * 0 + number)
    changed = type(scene)(**{**vars(scene), "day": day, "names": {number: "STARLINK-99999"}})
    path = tmp_path / "nine.nc"
    write_dataset(to_cf(changed, command=COMMAND, at=AT), path)
    with xr.open_dataset(path) as found:
        assert (found["serving"] == number).all()


def test_a_file_of_ours_is_replaced_and_any_other_is_not(scene, path, tmp_path):
    check_dataset(path)
    for name, message in (("sky.csv", "a dataset is written as .nc"), ("no/sky.nc", "no folder")):
        with pytest.raises(OutputError, match=message):
            check_dataset(tmp_path / name)
    theirs = tmp_path / "theirs.nc"
    theirs.write_bytes(b"CDF\x01 somebody's")
    with pytest.raises(OutputError, match="would be lost"):
        write_dataset(to_cf(scene, command=COMMAND, at=AT), theirs)
    assert theirs.read_bytes() == b"CDF\x01 somebody's"
