"""The climate of places: built-in Kenya, a grid of one's own, the recommendations' own maps."""

import csv
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from itur.models import itu840

from leohub.errors import InputError
from leohub.io import extras
from leohub.io.builtin.climate import built_in_climate
from leohub.io.climate.extra import itur_climate, itur_ground_km
from leohub.io.climate.grid import read_climate
from leohub.io.provenance import InputFile
from leohub.sky.air.attenuation import total_attenuation
from leohub.sky.air.climate import Climate, ClimateGrid, p835_pressure_hpa
from leohub.sky.air.p840 import p840_cloud_attenuation_db
from tests.conftest import REPOSITORY

NAIROBI = (-1.29, 36.82, 1.7)
VALUES = {
    "rain_rate_001_mm_h": 50.0,
    "rain_height_km": 4.9,
    "wet_refractivity": 80.0,
    "temperature_k": 293.0,
    "vapour_density_g_m3": 12.0,
    "cloud_liquid_05_kg_m2": 0.7,
    "cloud_liquid_10_kg_m2": 0.4,
    "cloud_liquid_20_kg_m2": 0.2,
    "cloud_liquid_30_kg_m2": 0.1,
    "cloud_liquid_50_kg_m2": 0.02,
    "altitude_km": 1.2,
}


def points(**changes):
    """A grid of two latitudes and three longitudes; a change is a list of its six values."""
    table = pd.DataFrame({"lat_deg": [1.0, 1.0, 1.0, 2.0, 2.0, 2.0], "lon_deg": [30.0, 31, 32] * 2})
    return table.assign(**VALUES).assign(**changes)


def written(folder, table, name="climate.csv"):
    path = folder / name
    if path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False)
    return InputFile(path, named=name)


def problems_of(file):
    with pytest.raises(InputError) as wrong:
        read_climate(file)
    return "\n".join(map(str, wrong.value.problems))


@pytest.fixture(scope="module")
def kenya():
    return built_in_climate()[0]


# The type


def test_climate_spreads_and_is_picked_from(kenya):
    climate = kenya.at([-1.0, 0.0, 1.0], [36.0, 37.0, 38.0], [1.5, 1.0, 0.5])
    assert len(climate) == 3
    spread = climate.spread(2)
    assert spread.temperature_k.shape == spread.pressure_hpa.shape == (3, 1, 1)
    assert spread.cloud_liquid_kg_m2.shape == (3, 1, 1, 5)
    assert climate.cloud_liquid_kg_m2.shape == (3, 5)
    assert climate.take(np.array([2, 0])).rain_height_km.tolist() == [
        climate.rain_height_km[2],
        climate.rain_height_km[0],
    ]
    chosen = climate.take(climate.pressure_hpa > 870)
    assert len(chosen) == 2
    np.testing.assert_array_equal(chosen.cloud_liquid_kg_m2, climate.cloud_liquid_kg_m2[1:])
    nairobi = kenya.at(*NAIROBI)
    assert nairobi.temperature_k.shape == ()
    assert nairobi.cloud_liquid_kg_m2.shape == (5,)
    assert nairobi.spread(2).cloud_liquid_kg_m2.shape == (1, 1, 5)


def test_a_grid_is_bilinear():
    lat, lon = np.array([0.0, 1.0, 2.0]), np.array([10.0, 10.5, 11.0, 11.5])
    plane = 3 + 2 * lat[:, None] - lon[None, :] + 0.5 * lat[:, None] * lon[None, :]
    grid = ClimateGrid(lat, lon, np.array([plane * k for k in range(1, 11)]), plane / 10)
    random = np.random.default_rng(1)
    at_lat, at_lon = random.uniform(0, 2, (5, 7)), random.uniform(10, 11.5, (5, 7))
    climate = grid.at(at_lat, at_lon, 0.0)
    expected = 3 + 2 * at_lat - at_lon + 0.5 * at_lat * at_lon
    for k, found in enumerate(climate.maps, start=1):
        np.testing.assert_allclose(found, k * expected)
    np.testing.assert_allclose(climate.vapour_density_g_m3, 5 * expected)
    np.testing.assert_allclose(climate.cloud_liquid_kg_m2, expected[..., None] * np.arange(6, 11))
    ground = np.maximum(expected / 10, -0.4)
    assert ((ground == -0.4).any(), (ground > 0).any()) == (True, True)
    np.testing.assert_allclose(grid.ground_km(at_lat, at_lon), ground)
    np.testing.assert_allclose(grid.ground_km(1.0, at_lon), grid.ground_km([[1.0]], at_lon))
    corner = grid.at([0.0, 2.0, 2.0], [10.0, 11.5, 10.0], 0.0)
    np.testing.assert_allclose(corner.rain_rate_001_mm_h, plane[[0, -1, -1], [0, -1, 0]])


def test_places_outside_the_grid_are_refused(kenya):
    words = (
        r"2 of 3 places lie outside the climate grid \(latitude -5 to 5.5, longitude 33.5 to 42\); "
        r"the first is at latitude 6, longitude 36"
    )
    with pytest.raises(ValueError, match=words):
        kenya.at([0.0, 6.0, 0.0], [36.0, 36.0, 43.0], 0.0)
    with pytest.raises(ValueError, match=words):
        kenya.ground_km([0.0, 6.0, 0.0], [36.0, 36.0, 43.0])
    with pytest.raises(ValueError, match="1 of 1 places"):
        kenya.at(np.nan, 36.0, 0.0)


def test_pressure_of_the_standard_atmosphere():
    # US Standard Atmosphere 1976, table I, geometric height.
    assert p835_pressure_hpa([0.0, 1.0, 2.0, 5.0, 10.0]) == pytest.approx(
        [1013.25, 898.76, 795.01, 540.48, 265.00], abs=0.02
    )
    with pytest.raises(ValueError, match=r"height_km 12 is outside -0\.5 to 11"):
        p835_pressure_hpa(12.0)


# Built in


def test_built_in_kenya(kenya):
    grid, source = built_in_climate()
    assert grid.maps.shape == (10, 43, 35)
    assert source.totals == {"points": 1505.0}
    assert source.basis == "modelled"
    assert "itur" in source.origin
    nairobi = grid.at(*NAIROBI)
    assert nairobi.rain_rate_001_mm_h == pytest.approx(45, abs=10)
    assert nairobi.temperature_k == pytest.approx(292, abs=3)
    assert nairobi.pressure_hpa == pytest.approx(825.2, abs=0.5)
    assert np.isfinite(grid.maps).all()
    assert np.isfinite(grid.altitude_km).all()


def test_the_ground_of_kenya(kenya):
    # Nairobi, Eldoret, Mombasa, Lodwar and the ocean: elevations of their airports, about.
    ground = kenya.ground_km([-1.32, 0.40, -4.03, 3.12, -4.5], [36.93, 35.24, 39.59, 35.61, 41.0])
    assert ground == pytest.approx([1.62, 2.15, 0.06, 0.52, 0.0], abs=0.15)


def test_between_the_points_the_ground_is_near_that_of_the_map(kenya):
    random = np.random.default_rng(7)
    lat, lon = random.uniform(-5, 5.5, 5000), random.uniform(33.5, 42, 5000)
    off = kenya.ground_km(lat, lon) - itur_ground_km(lat, lon)
    assert np.sqrt(np.mean(off**2)) < 0.12
    assert np.abs(off).max() < 2.0


@pytest.mark.shared
def test_built_in_kenya_agrees_with_published_maps(kenya, shared):
    path = shared / "data" / "itu" / "kenya_itu_rain_0p25deg.csv"
    published = pd.read_csv(path)
    climate = kenya.at(published["lat"], published["lon"], 0.0)
    assert len(published) == 1505
    rain, height = published["R001_mm_h"], published["rain_height_km"]
    assert np.abs(climate.rain_rate_001_mm_h - rain).max() < 0.006
    assert np.abs(climate.rain_height_km - height).max() < 0.0006
    ground = kenya.ground_km(published["lat"], published["lon"])
    assert np.abs(ground - published["altitude_km"]).max() < 0.0006
    maps = itur_ground_km(published["lat"], published["lon"])
    assert np.abs(maps - published["altitude_km"]).max() < 0.0001


def test_built_in_kenya_is_what_the_maps_say():
    command = [sys.executable, "tools/kenya_climate.py", "--check"]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


def test_between_the_points_attenuation_is_near_that_of_the_maps(kenya):
    random = np.random.default_rng(6)
    lat, lon = random.uniform(-4.7, 5, 500), random.uniform(34, 41.9, 500)
    height = random.uniform(0, 2, 500)
    maps, _ = itur_climate(lat, lon, height)
    ours, theirs = (
        total_attenuation(
            climate,
            lat_deg=lat,
            height_km=height,
            elevation_deg=50.0,
            frequency_ghz=12.0,
            tilt_deg=45.0,
            diameter_m=0.5,
            exceeded_pct=0.1,
        ).total_db
        for climate in (kenya.at(lat, lon, height), maps)
    )
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.1
    assert np.abs(ours - theirs).max() < 0.6


def test_between_the_points_clouds_are_near_those_of_itur(kenya):
    random = np.random.default_rng(8)
    lat, lon = random.uniform(-5, 5.5, 1200), random.uniform(33.5, 42, 1200)
    frequency, elevation = random.uniform(4, 55, 1200), random.uniform(5, 90, 1200)
    exceeded = random.uniform(5, 50, 1200)
    each = zip(lat, lon, elevation, frequency, exceeded, strict=True)
    theirs = np.array([itu840.cloud_attenuation(*one).value.item() for one in each])
    liquid = kenya.at(lat, lon, 0.0).cloud_liquid_kg_m2
    off = p840_cloud_attenuation_db(frequency, elevation, exceeded, liquid) - theirs
    assert np.sqrt(np.mean(off**2)) < 0.01
    assert np.abs(off).max() < 0.1


# A grid of one's own


@pytest.mark.parametrize("name", ["climate.csv", "climate.parquet"])
def test_a_grid_is_read_in_any_order(tmp_path, name):
    table = points(rain_rate_001_mm_h=[10.0, 20, 30, 40, 50, 60]).sample(frac=1, random_state=1)
    grid, source = read_climate(written(tmp_path, table, name))
    assert source.role == "climate"
    assert source.totals == {"points": 6}
    climate = grid.at([1.0, 2.0, 1.5], [32.0, 30.0, 30.5], 0.0)
    assert climate.rain_rate_001_mm_h.tolist() == [30, 40, 30]
    assert grid.ground_km([1.0, 2.0], [32.0, 30.5]) == pytest.approx(1.2)
    assert isinstance(climate, Climate)


def test_the_built_in_table_is_an_example(kenya):
    path = REPOSITORY / "src" / "leohub" / "data" / "kenya" / "climate.csv"
    grid, _ = read_climate(InputFile(path))
    assert (grid.maps == kenya.maps).all()
    assert (grid.altitude_km == kenya.altitude_km).all()


def test_missing_columns_are_named(tmp_path):
    table = points().drop(columns=["altitude_km", "wet_refractivity"])
    told = problems_of(written(tmp_path, table))
    assert "no column for the wet refractivity and the height of the ground" in told
    assert "Name it 'wet_refractivity' and 'altitude_km'" in told


def test_all_wrong_values_are_told_at_once(tmp_path):
    table = points(
        rain_rate_001_mm_h=[50.0, -1, 50, 300, 50, 50],
        rain_height_km=[4.9, 4.9, 4900, 4.9, 4.9, 4.9],
        temperature_k=[20.0] * 6,
        cloud_liquid_05_kg_m2=[0.7, -0.1, 0.7, 0.7, 700, 0.7],
        cloud_liquid_20_kg_m2=[0.2, 0.2, 0.2, 0.2, 0.2, np.nan],
        altitude_km=[-0.5, 9.0, -0.6, 1200, 1.2, 1.2],
    )
    told = problems_of(written(tmp_path, table))
    assert "row 3: column 'rain_rate_001_mm_h': -1 is below 0" in told
    assert "row 5: column 'rain_rate_001_mm_h': 300 is above 250" in told
    assert "row 4: column 'rain_height_km': 4,900 is above 7. Give kilometres" in told
    assert "row 2: column 'temperature_k': 20 is below 200. Give kelvin" in told
    assert "row 3: column 'cloud_liquid_05_kg_m2': -0.1 is below 0" in told
    assert "row 6: column 'cloud_liquid_05_kg_m2': 700 is above 10. Give kilograms" in told
    assert "row 7: column 'cloud_liquid_20_kg_m2' has no value" in told
    assert "row 4: column 'altitude_km': -0.6 is below -0.5" in told
    assert "row 5: column 'altitude_km': 1,200 is above 9. Give kilometres" in told
    assert told.count("'altitude_km'") == 2


def test_swapped_coordinates_are_told(tmp_path):
    table = points(lat_deg=[130.0, 131, 132] * 2, lon_deg=[1.0, 1, 1, 2, 2, 2])
    assert "probably swapped" in problems_of(written(tmp_path, table))


def test_points_missing_and_repeated_are_told(tmp_path):
    table = points(lat_deg=[1.0, 1, 1, 2, 2, 1])
    told = problems_of(written(tmp_path, table))
    assert "row 7: the point at (1.0, 32.0) is already in row 4" in told
    assert "1 points of the grid of 6 are missing, the first at latitude 2, longitude 32" in told


def test_an_uneven_grid_is_told(tmp_path):
    lon = pd.concat([points(), points().assign(lat_deg=points()["lat_deg"] + 3)])
    told = problems_of(written(tmp_path, lon))
    assert "the latitudes are 1° apart, but 2 and 4 are 2° apart" in told
    told = problems_of(written(tmp_path, points().iloc[:3]))
    assert "there is only one of the latitudes: 1" in told


def test_rounded_coordinates_are_even_enough(tmp_path):
    table = points(lon_deg=[30.33, 30.67, 31.0] * 2)
    grid, _ = read_climate(written(tmp_path, table))
    assert grid.lon_deg.tolist() == [30.33, 30.67, 31.0]


# The maps themselves


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("itu_ITURP837-7_rainfall_rate_R001.csv", "rain_rate_001_mm_h"),
        ("itu_ITURP839-4_rain_height.csv", "rain_height_km"),
    ],
)
def test_maps_agree_with_the_validation_tables(shared, name, attribute):
    path = shared / "data" / "itu" / "validation" / name
    with path.open(encoding="latin-1") as stream:
        rows = np.array(list(csv.reader(stream))[2:], dtype=float)
    climate, _ = itur_climate(rows[:, 0], rows[:, 1], 0.0)
    assert np.abs(getattr(climate, attribute) - rows[:, 3]).max() < 1e-6


def test_the_maps_take_one_place_and_many():
    many, source = itur_climate([-1.29, 51.5], [36.82, -0.14], [1.7, 0.03])
    one, _ = itur_climate(*NAIROBI)
    assert len(one) == 1
    assert one.maps[:, 0] == pytest.approx(many.maps[:, 0])
    assert one.pressure_hpa[0] == pytest.approx(many.pressure_hpa[0])
    assert source.basis == "modelled"
    assert source.file.startswith("itur ")
    higher, _ = itur_climate(-1.29, 36.82, 3.0)
    assert higher.vapour_density_g_m3 < one.vapour_density_g_m3
    assert (np.diff(many.cloud_liquid_kg_m2, axis=-1) < 0).all()


def test_the_map_of_the_ground_takes_one_place_and_many():
    many = itur_ground_km([-1.29, 27.99, 0.0], [[36.82], [86.93]])
    assert many.shape == (2, 3)
    assert itur_ground_km(-1.29, 36.82) == pytest.approx(many[0, :1])
    assert many[1, 1] > 5  # At Mount Everest.
    assert (many >= 0).all()


def test_places_that_the_maps_do_not_know_are_refused():
    with pytest.raises(InputError, match=r"clouds over 1 of 2 places; the first is at latitude 88"):
        itur_climate([-1.29, 88.0], [36.82, 100.0], 0.0)


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    remedy = r"pip install 'leohub\[itur\]', or give a climate grid that holds the places"
    with pytest.raises(InputError, match=rf"needs itur, .* {remedy}"):
        itur_climate(*NAIROBI)
    with pytest.raises(InputError, match=rf"height of the ground .* needs itur, .* {remedy}"):
        itur_ground_km(*NAIROBI[:2])
