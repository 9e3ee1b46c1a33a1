import gzip
import tempfile
from pathlib import Path

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from rasterio import Affine
from shapely import Polygon, box

from leohub.errors import InputError
from leohub.io.people import grid as module
from leohub.io.people import raster
from leohub.io.people.grid import read_people_grid
from leohub.io.people.raster import PixelMap
from leohub.io.provenance import InputFile

# No pixel centre of these tests lies on a border, where either side would be right.
LAKE = [(37.053, -0.953), (37.153, -0.953), (37.153, -0.853), (37.053, -0.853)]
REGIONS = gpd.GeoDataFrame(
    {"region": ["West", "East"]},
    geometry=[
        Polygon(box(36.6, -1.2, 37.2, -0.8).exterior.coords, [LAKE]),
        box(37.2, -1.2, 37.5, -0.8),
    ],
    index=["W", "E"],
    crs="EPSG:4326",
)
PIXEL = {"EPSG:4326": 0.02, "EPSG:32737": 2000.0, "ESRI:54009": 2000.0, "EPSG:3857": 2000.0}


def transform_at(crs, pixel, lat=-0.7, lon=36.5):
    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return Affine(pixel, 0, x, 0, -pixel, y)


def write_grid(folder, values, crs="EPSG:4326", transform=None, **profile):
    path = Path(folder) / "people.tif"
    values = np.asarray(values, dtype=profile.pop("dtype", "float64"))
    values = values if values.ndim == 3 else values[None]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[1],
        width=values.shape[2],
        count=len(values),
        dtype=values.dtype,
        crs=crs,
        transform=transform or transform_at(crs, PIXEL[crs]),
        **profile,
    ) as file:
        file.write(values)
    return path


def read(path, regions=REGIONS, resolution=7, snap_km=0.0, **options):
    return read_people_grid(
        InputFile(path), regions, resolution=resolution, snap_km=snap_km, **options
    )


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read(path, **options)
    return str(caught.value)


def by_region(values, crs):
    """People in each region by point in polygon, pixel centre by pixel centre."""
    row, col = np.indices(values.shape)
    transform = transform_at(crs, PIXEL[crs])
    x, y = transform.c + (col + 0.5) * transform.a, transform.f + (row + 0.5) * transform.e
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    people = np.nan_to_num(values)
    return {
        code: people[shapely.contains_xy(shape, lon, lat)].sum()
        for code, shape in REGIONS.geometry.items()
    }


@settings(max_examples=60, deadline=None)
@given(
    crs=st.sampled_from(sorted(PIXEL)),
    seed=st.integers(0, 10_000),
    resolution=st.integers(5, 8),
    rows=st.integers(1, 40),
)
def test_people_are_conserved(crs, seed, resolution, rows):
    rng = np.random.default_rng(seed)
    values = rng.lognormal(3, 2, (rows, 60)) * (rng.random((rows, 60)) < 0.7)
    values[rng.random((rows, 60)) < 0.1] = np.nan
    expected = by_region(values, crs)
    with tempfile.TemporaryDirectory() as folder:
        path = write_grid(folder, values, crs)
        if not sum(expected.values()):
            assert "none of the" in refused(path)
            return
        people, source = read(path, resolution=resolution)
    got = people.groupby("region_code")["people"].sum()
    for code, number in expected.items():
        assert got.get(code, 0.0) == pytest.approx(number, rel=1e-9)
    inside = sum(expected.values())
    assert people["people"].sum() == pytest.approx(inside, rel=1e-9)
    assert source.totals["people_in_file"] == pytest.approx(np.nansum(values), rel=1e-9)
    assert source.totals["people_inside"] == pytest.approx(inside, rel=1e-9)
    left_out = np.nansum(values) - inside
    assert source.totals["people_left_out"] == pytest.approx(left_out, abs=1e-6)
    assert not people.duplicated(["h3", "region_code"]).any()
    assert people["h3"].dtype == np.uint64
    assert {h3.get_resolution(int(cell)) for cell in people["h3"]} == {resolution}


@pytest.mark.parametrize("crs", sorted(PIXEL))
def test_people_stay_where_they_are(tmp_path, crs):
    values = np.zeros((25, 40))
    values[12, 20] = 1000.0
    people, _ = read(write_grid(tmp_path, values, crs), resolution=9)
    transform = transform_at(crs, PIXEL[crs])
    to_wgs84 = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    corners = [transform @ corner for corner in [(20, 12), (21, 12), (21, 13), (20, 13)]]
    pixel = Polygon([to_wgs84.transform(*corner) for corner in corners])
    centres = shapely.points([h3.cell_to_latlng(int(cell))[::-1] for cell in people["h3"]])
    edge_deg = h3.average_hexagon_edge_length(9) / 110
    assert shapely.contains(pixel.buffer(1.1 * edge_deg), centres).all()
    # Every cell well inside the pixel has people, by its area.
    whole = people[shapely.contains(pixel.buffer(-2 * edge_deg), centres)]
    expected = (
        1000
        * h3.average_hexagon_area(9)
        / (abs(Geod(ellps="WGS84").geometry_area_perimeter(pixel)[0]) / 1e6)
    )
    assert len(whole) > 5
    assert whole["people"].to_numpy() == pytest.approx(expected, rel=0.45)


def test_small_batches_and_bands_give_the_same(tmp_path, monkeypatch):
    rng = np.random.default_rng(5)
    path = write_grid(tmp_path, rng.random((40, 60)))
    expected, source = read(path)
    monkeypatch.setattr(module, "BATCH_PARTS", 50)
    monkeypatch.setattr(raster, "BAND_PIXELS", 100)
    told = []
    got, again = read(path, tick=told.append)
    assert got["h3"].equals(expected["h3"])
    assert got["region_code"].equals(expected["region_code"])
    assert got["people"].to_numpy() == pytest.approx(expected["people"].to_numpy(), rel=1e-12)
    assert again.totals == pytest.approx(source.totals)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) == 3


def test_nodata_masks_and_gz(tmp_path):
    values = np.full((25, 40), 10.0)
    values[:, :20] = -9999
    path = write_grid(tmp_path, values, nodata=-9999)
    packed = tmp_path / "people.tif.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for file in (path, packed):
        _, source = read(file)
        assert source.totals["people_in_file"] == 5000
        assert source.totals["pixels"] == 500
        assert source.size_bytes == file.stat().st_size


def test_integers_with_a_scale(tmp_path):
    path = write_grid(tmp_path, np.full((25, 40), 7), dtype="int16")
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (1.0,)
    assert read(path)[1].totals["people_in_file"] == 4500


def test_a_turned_raster(tmp_path):
    turned = transform_at("EPSG:4326", 0.02, -1.0, 36.9) @ Affine.rotation(30)
    people, source = read(write_grid(tmp_path, np.ones((5, 5)), transform=turned))
    assert people["people"].sum() == pytest.approx(25)
    assert source.totals["people_left_out"] == 0


def test_snapping(tmp_path):
    # Pixels of 0.02°: centres at 36.51, 36.53 … outside the western border at 36.6.
    values = np.zeros((25, 40))
    values[15, [0, 4, 10]] = [1.0, 2.0, 4.0]  # 10 km out, 1.1 km out, inside
    path = write_grid(tmp_path, values)
    people, source = read(path, snap_km=5.0)
    assert people.groupby("region_code")["people"].sum().to_dict() == pytest.approx({"W": 6.0})
    assert source.totals["people_snapped"] == pytest.approx(2)
    assert source.totals["people_left_out"] == pytest.approx(1)
    assert source.notes == (
        "1 pixels with 2 people outside every region were counted in the nearest one, within 5 km",
        "1 pixels with 1 people further outside were left out",
    )
    assert read(path, snap_km=0.0)[1].totals["people_inside"] == pytest.approx(4)
    assert read(path, snap_km=20.0)[1].totals["people_left_out"] == pytest.approx(0)


@pytest.mark.parametrize("crs", sorted(PIXEL))
def test_impossible_pixels_are_named(tmp_path, crs):
    values = np.ones((25, 40))
    values[3, 5], values[7, 9], values[8, 9] = -4.0, 1e8, np.inf
    said = refused(write_grid(tmp_path, values, crs))
    assert "pixel row 3, column 5 (from 0; lat -0.7" in said
    assert "-4 people is negative" in said
    assert "pixel row 7, column 9" in said
    assert "pixel row 8, column 9" in said
    assert len(said.splitlines()) == 3


def test_many_impossible_pixels_are_counted(tmp_path):
    said = refused(write_grid(tmp_path, np.full((25, 40), -9999.0)))
    assert "995 more such pixels" in said
    assert "gdal_edit.py -a_nodata" in said


def test_dense_but_possible_is_taken(tmp_path):
    _, area_km2 = PixelMap(transform_at("EPSG:4326", 0.02), CRS(4326)).size_km(
        np.array([12.5]), np.array([20.5])
    )
    for share, possible in ((0.99, True), (1.01, False)):
        values = np.zeros((25, 40))
        values[12, 20] = 1_300_000 * area_km2[0] * share
        path = write_grid(tmp_path, values)
        assert read(path)[1].totals["pixels"] == 1 if possible else refused(path)


@pytest.mark.parametrize("crs", sorted(PIXEL))
def test_pixel_areas_against_geod(crs):
    transform = transform_at(crs, PIXEL[crs])
    side, area = PixelMap(transform, CRS(crs)).size_km(np.array([20.5]), np.array([30.5]))
    to_wgs84 = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    corners = [transform @ corner for corner in [(30, 20), (31, 20), (31, 21), (30, 21)]]
    pixel = Polygon([to_wgs84.transform(*corner) for corner in corners])
    expected = abs(Geod(ellps="WGS84").geometry_area_perimeter(pixel)[0]) / 1e6
    assert area[0] == pytest.approx(expected, rel=1e-5)
    assert side[0] ** 2 >= area[0] * (1 - 1e-9)


def test_another_country_or_a_wrong_crs(tmp_path):
    elsewhere = transform_at("EPSG:4326", 0.02, 50.0, 8.0)
    said = refused(write_grid(tmp_path, np.ones((5, 5)), transform=elsewhere), snap_km=10)
    assert "none of the 25 people in the raster live in the regions" in said
    northern = Affine(2000, 0, 300_000, 0, -2000, 9_900_000)  # metres of UTM south, called north
    said = refused(write_grid(tmp_path, np.ones((5, 5)), "EPSG:32637", northern), snap_km=10)
    assert "coordinate reference system" in said
    assert "none of the 0 people" in refused(write_grid(tmp_path, np.zeros((5, 5))))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_rasters_that_cannot_be_used(tmp_path):
    values = np.ones((25, 40))
    no_crs = write_grid(tmp_path, values, None, transform_at("EPSG:4326", 0.02))
    assert "does not say its coordinate reference system" in refused(no_crs)
    assert "does not say its position" in refused(
        write_grid(tmp_path, values, transform=Affine.identity())
    )
    assert "has 2 bands" in refused(write_grid(tmp_path, np.stack([values, values])))
    (tmp_path / "text.tif").write_text("no raster")
    assert "cannot be read as a raster" in refused(tmp_path / "text.tif")
    assert "no such file" in refused(tmp_path / "none.tif")


def test_a_cut_off_raster(tmp_path):
    values = np.random.default_rng(1).random((400, 400))
    path = write_grid(tmp_path, values, transform=transform_at("EPSG:4326", 0.002))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "Fetch it again" in refused(path)


def test_pixels_without_size_are_refused(tmp_path):
    sheared = Affine(0.02, 0.02, 36.5, 0.02, 0.02, -0.7)
    path = write_grid(tmp_path, np.ones((4, 4)), transform=sheared)
    assert "the raster's pixels have no size" in refused(path)


def test_a_raster_on_a_local_grid_is_refused(tmp_path):
    path = write_grid(
        tmp_path,
        np.ones((4, 4)),
        crs='LOCAL_CS["site grid",UNIT["metre",1]]',
        transform=Affine(100, 0, 0, 0, -100, 0),
    )
    said = refused(path)
    assert "'site grid', has no known place on Earth" in said
    assert "gdal_edit.py -a_srs" in said
