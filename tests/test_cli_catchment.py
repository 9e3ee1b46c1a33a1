"""Catchments through the command line: decay, friction, roads, barriers, and bad input."""

import html
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from pyproj import Geod
from shapely import LineString, Point, box

from leohub.study.file import read_study
from leohub.study.inputs import Inputs, read_inputs
from tests.tiny_country import NORTH_DEG, SIZE_DEG, WEST_DEG, change, make_tiny_country

pytestmark = pytest.mark.usefixtures("sketched")

GEOD = Geod(ellps="WGS84")
MIDDLE_DEG = WEST_DEG + SIZE_DEG / 2


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_tiny_country(tmp_path / "tiny")


def with_catchment(study: Path, text: str) -> Path:
    change(study, "[choice]", f"radius_km = 6\n[service.catchment]\n{text}\n[choice]")
    return study


def inputs_of(study: Path) -> Inputs:
    return read_inputs(read_study(study))


def shares_of(study: Path) -> np.ndarray:
    return inputs_of(study).coverage.shares.toarray()


def distances_km(inputs: Inputs) -> np.ndarray:
    """From every place to every cell."""
    lat, lon = (
        np.broadcast_arrays(inputs.sites[name].to_numpy()[:, None], inputs.cells[name].to_numpy())
        for name in ("lat_deg", "lon_deg")
    )
    return np.asarray(GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]) / 1000


def write_friction(path: Path, minutes: np.ndarray, crs: str = "EPSG:4326", **options) -> None:
    """Minutes per metre over the tiny country and a margin of 0.1° around it."""
    rows, cols = minutes.shape[-2:]
    high, wide = (SIZE_DEG + 0.2) / rows, (SIZE_DEG + 0.2) / cols
    profile = {
        "driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": "float32",
        "nodata": -9999, "crs": crs,
        "transform": Affine(wide, 0, WEST_DEG - 0.1, 0, -high, NORTH_DEG + 0.1),
    } | options  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(np.where(np.isnan(minutes), -9999, minutes).astype("float32"), 1)


EVEN = np.full((120, 120), 0.012)
BY_FRICTION = 'by = "friction"\nfile = "friction.tif"\nminutes = 60\n'
BY_ROAD = 'by = "roads"\nfile = "roads.gpkg"\nminutes = 60\n'


def write_roads(path: Path, **columns: list[object]) -> None:
    """One road from west to east, and two paths to the north."""
    lines = [
        LineString([(WEST_DEG, 0.2), (MIDDLE_DEG, 0.2), (WEST_DEG + SIZE_DEG, 0.2)]),
        LineString([(MIDDLE_DEG, 0.2), (MIDDLE_DEG, 0.38)]),
        LineString([(WEST_DEG + 0.1, 0.2), (WEST_DEG + 0.1, 0.38)]),
        LineString([(WEST_DEG, 0.01), (WEST_DEG + SIZE_DEG, 0.01)]),
    ]
    classes = {"highway": ["primary", "path", "track", "construction"]}
    gpd.GeoDataFrame(classes | columns, geometry=lines, crs="EPSG:4326").to_file(path)


# --- What counts ---------------------------------------------------------------------------------


def test_the_default_is_everyone_within_the_radius(study):
    plain = shares_of(study)
    change(study, "[choice]", '[service.catchment]\nby = "distance"\n[choice]')
    np.testing.assert_array_equal(shares_of(study), plain)
    assert set(np.unique(plain)) == {0.0, 1.0}


def test_shares_fall_with_the_distance(study):
    inputs = inputs_of(with_catchment(study, 'decay = "linear"\nfull_pct = 25'))
    part = distances_km(inputs) / 6
    exact = np.clip((1 - part) / 0.75, 0, 1)
    shares = inputs.coverage.shares.toarray()
    assert (shares <= exact + 1e-6).all()
    assert (shares > exact - 0.05 - 1e-6).all()
    assert inputs.coverage.shares.data.min() >= 0.05


def test_a_lake_between_place_and_people(study):
    lake = box(36.19, -0.1, 36.21, 0.5)
    gpd.GeoDataFrame(geometry=[lake], crs="EPSG:4326").to_file(study.parent / "lake.geojson")
    before = shares_of(study)
    with_catchment(study, '[service.catchment.barriers]\nfile = "lake.geojson"')
    inputs = inputs_of(study)
    shares = inputs.coverage.shares.toarray()
    west = inputs.sites["lon_deg"].to_numpy() < 36.2
    cells_west = inputs.cells["lon_deg"].to_numpy() < 36.2
    assert not shares[np.ix_(west, ~cells_west)].any()
    assert not shares[np.ix_(~west, cells_west)].any()
    assert before[np.ix_(west, ~cells_west)].any()
    on_land = np.abs(inputs.cells["lon_deg"].to_numpy() - 36.2) > 0.01
    near = distances_km(inputs) <= 6
    same_side = np.ix_(west & (inputs.sites["lon_deg"] < 36.19), cells_west & on_land)
    np.testing.assert_array_equal(shares[same_side] == 1, near[same_side])
    assert "barriers" in {source.role for source in inputs.sources}


def test_regions_are_not_left(study):
    inputs = inputs_of(with_catchment(study, 'borders = "regions"'))
    place, cell = inputs.coverage.shares.nonzero()
    assert len(place) > 100
    home = inputs.sites["region_code"].to_numpy()[place]
    assert (home == inputs.cells["region_code"].to_numpy()[cell]).all()


def test_the_country_is_left_by_no_straight_way_within_it(study):
    plain = shares_of(with_catchment(study, 'borders = "open"'))
    change(study, 'borders = "open"', 'borders = "country"')
    np.testing.assert_array_equal(shares_of(study), plain)


def test_even_friction_is_nearly_the_distance(study):
    write_friction(study.parent / "friction.tif", EVEN)
    inputs = inputs_of(with_catchment(study, BY_FRICTION.replace("60", "48")))
    served = inputs.coverage.shares.toarray() > 0
    distance = distances_km(inputs)
    # 48 minutes at 5 km/h are 4 km: fewer steps than eight directions make it 8.24 % shorter.
    assert not served[distance > 4.0 * 1.001].any()
    assert served[distance < 4.0 / 1.0824 - 0.3].all()
    (surface,) = (source for source in inputs.sources if source.role == "friction surface")
    assert surface.basis == "modelled"
    assert surface.totals["pixels_read"] > 0


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32637"])
def test_friction_at_any_latitude_and_in_any_projection(study, crs):
    """A projected surface of the same ground gives the same catchments, but for its pixels."""
    write_friction(study.parent / "friction.tif", EVEN)
    geographic = shares_of(with_catchment(study, BY_FRICTION))
    if crs != "EPSG:4326":
        # Around the country in UTM zone 37, 500 m pixels.
        transform = Affine(500, 0, 150_000, 0, -500, 60_000)
        with rasterio.open(
            study.parent / "friction.tif", "w", driver="GTiff", height=150, width=150, count=1,
            dtype="float32", crs=crs, transform=transform,
        ) as raster:  # fmt: skip
            raster.write(np.full((150, 150), 0.012, dtype="float32"), 1)
        other = shares_of(study)
        assert np.mean(other != geographic) < 0.02


def test_a_wall_of_water_in_the_friction_surface_is_not_crossed(study):
    walled = EVEN.copy()
    walled[:, 59:61] = np.nan
    write_friction(study.parent / "friction.tif", walled)
    inputs = inputs_of(with_catchment(study, BY_FRICTION))
    place, cell = inputs.coverage.shares.nonzero()
    west = inputs.sites["lon_deg"].to_numpy()[place] < 36.2
    assert (west == (inputs.cells["lon_deg"].to_numpy()[cell] < 36.2)).all()


def test_barriers_and_borders_stop_people_on_friction_too(study):
    write_friction(study.parent / "friction.tif", EVEN)
    lake = box(36.095, -0.2, 36.105, 0.6)
    gpd.GeoDataFrame(geometry=[lake], crs="EPSG:4326").to_file(study.parent / "lake.geojson")
    with_catchment(
        study,
        BY_FRICTION + 'borders = "regions"\n[service.catchment.barriers]\nfile="lake.geojson"',
    )
    inputs = inputs_of(study)
    place, cell = inputs.coverage.shares.nonzero()
    for line in (36.1, 36.2):
        west = inputs.sites["lon_deg"].to_numpy()[place] < line
        across = west != (inputs.cells["lon_deg"].to_numpy()[cell] < line)
        away = np.abs(inputs.cells["lon_deg"].to_numpy()[cell] - line) > 0.01
        assert not (across & away).any()


def test_roads_bring_people_from_further_away(study):
    write_roads(study.parent / "roads.gpkg")
    with_catchment(study, BY_ROAD)
    inputs = inputs_of(study)
    on_foot = inputs.coverage.shares.toarray() > 0
    distance = distances_km(inputs)
    assert not on_foot[distance > 5.0 * 1.001].any()  # an hour on a road, at 5 km/h
    assert on_foot[distance <= 3.0].all()  # an hour across country, at 3 km/h
    beyond = on_foot & (distance > 3.0)
    assert beyond.any()
    near_road = np.abs(inputs.cells["lat_deg"].to_numpy() - 0.2) < 0.02
    assert near_road[np.nonzero(beyond)[1]].mean() > near_road.mean()
    change(study, "minutes = 60", 'minutes = 60\nmode = "motor"')
    by_motor = shares_of(study) > 0
    assert (by_motor >= on_foot).all()
    assert by_motor.sum() > on_foot.sum()
    notes = next(source.notes for source in inputs.sources if source.role == "roads")
    assert "construction (1)" in notes[0]


def test_roads_end_at_borders_and_lead_over_water(study):
    write_roads(study.parent / "roads.gpkg")
    with_catchment(study, BY_ROAD + 'borders = "regions"')
    inputs = inputs_of(study)
    place, cell = inputs.coverage.shares.nonzero()
    home = inputs.sites["region_code"].to_numpy()[place]
    assert (home == inputs.cells["region_code"].to_numpy()[cell]).all()


def test_a_speed_of_its_own_goes_before_that_of_the_class(study):
    write_roads(study.parent / "roads.gpkg", kmh=[1.0, np.nan, np.nan, 5.0])
    with_catchment(study, BY_ROAD)
    before = shares_of(study)
    change(study, "minutes = 60", 'minutes = 60\nroad_speed = "kmh"')
    assert shares_of(study).sum() < before.sum()


# --- What is said --------------------------------------------------------------------------------


def figures_of(leohub, study: Path) -> tuple[dict[str, object], str]:
    code, out, err = leohub("plan", study, "--json")
    assert code == 0, err
    report = (study.parent / "results" / "report.html").read_text("utf-8")
    return json.loads(out), " ".join(html.unescape(report).split())


def test_a_plan_by_walking_time_says_so(study, leohub):
    write_friction(study.parent / "friction.tif", EVEN)
    with_catchment(study, BY_FRICTION + 'borders = "country"')
    figures, report = figures_of(leohub, study)
    assert 0 < figures["reached_people"] <= figures["bound_people"]
    assert "live within 60 minutes' walk and 6 km of a hub" in report
    assert "as the crow flies" not in report
    assert "The country's border stops people" in report
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")
    assert figures["reached_people"] == pytest.approx(hubs["sharing_people"].sum(), abs=0.01)


@pytest.mark.parametrize("rule", ['"linear"\nfull_pct = 30', '"exponential"\nhalf_pct = 40'])
def test_a_plan_with_decay_counts_expected_people(study, leohub, rule):
    with_catchment(study, f"decay = {rule}")
    change(study, "hubs = 4", "hubs = 4\ngap_pct = 0")
    figures, report = figures_of(leohub, study)
    assert "this is how many are expected, not how many live there" in report
    inputs = inputs_of(study)
    hubs = pd.read_csv(study.parent / "results" / "hubs.csv")
    rows = inputs.sites.index.get_indexer(hubs["site_id"])
    shares = inputs.coverage.shares.toarray()[rows]
    need = inputs.coverage.need_people
    best = shares.max(axis=0)
    assert figures["reached_people"] == pytest.approx((best * need).sum(), rel=1e-9)
    assert hubs["sharing_people"].sum() == pytest.approx((best * need).sum(), abs=0.01)
    second = np.sort(shares, axis=0)[-2]
    alone = np.where(shares == best, best - second, 0) @ need
    assert hubs["only_people"].to_numpy() == pytest.approx(alone, abs=0.01)
    regions = pd.read_csv(study.parent / "results" / "regions.csv")
    assert regions["reached_people"].sum() == pytest.approx((best * need).sum(), abs=0.01)
    full = shares_of_everyone(study)
    assert figures["reached_people"] < full


def shares_of_everyone(study: Path) -> float:
    """The need within the radius of any place."""
    inputs = inputs_of(study)
    near = (distances_km(inputs) <= 6).any(axis=0)
    return float(inputs.coverage.need_people[near].sum())


# --- Bad input -----------------------------------------------------------------------------------


def write_two_bands(study: Path) -> None:
    with rasterio.open(
        study.parent / "friction.tif", "w", driver="GTiff", height=9, width=9, count=2,
        dtype="float32", crs="EPSG:4326", transform=Affine(0.1, 0, 36, 0, -0.1, 0.5),
    ) as raster:  # fmt: skip
        raster.write(np.full((2, 9, 9), 0.012, dtype="float32"))


def write_km_per_h(study: Path) -> None:
    write_friction(study.parent / "friction.tif", np.where(EVEN > 0, 5.0, 0))


def write_zeros(study: Path) -> None:
    some = EVEN.copy()
    some[50, 60:70] = 0.0
    write_friction(study.parent / "friction.tif", some)


def write_motor_speeds(study: Path) -> None:
    some = EVEN.copy()
    some[60, :] = 0.06 / 80
    write_friction(study.parent / "friction.tif", some)


def write_elsewhere(study: Path) -> None:
    write_friction(study.parent / "friction.tif", EVEN, transform=Affine(0.01, 0, 10, 0, -0.01, 50))


def write_text(study: Path) -> None:
    (study.parent / "friction.tif").write_text("no raster", "ascii")


def write_nothing(study: Path) -> None:
    del study


BAD_FRICTION = {
    write_two_bands: ("friction.tif", "2 bands", "minutes per metre"),
    write_km_per_h: ("friction.tif", "another unit", "0.06 / value"),
    write_zeros: ("friction.tif", "row 50, column 60", "no time at all", "nodata"),
    write_motor_speeds: ("friction.tif", "80 km/h", 'mode = "motor"'),
    write_elsewhere: ("friction.tif", "no candidate place lies on", "this country"),
    write_text: ("friction.tif", "cannot be read as a raster"),
    write_nothing: ("friction.tif", "no such file"),
}


def refused(leohub, study: Path, words: tuple[str, ...]) -> None:
    code, out, err = leohub("check", study)
    assert code == 2, out
    said = " ".join(err.split())
    for word in words:
        assert word in said, said
    assert "→" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("spoil", BAD_FRICTION, ids=lambda spoil: spoil.__name__)
def test_a_bad_friction_surface_is_told(study, leohub, spoil):
    spoil(study)
    refused(leohub, with_catchment(study, BY_FRICTION), BAD_FRICTION[spoil])


def write_points(study: Path) -> None:
    gpd.GeoDataFrame(
        {"highway": ["bus_stop", "path"]},
        geometry=[Point(36.1, 0.1), LineString([(36, 0), (36.1, 0.1)])],
        crs="EPSG:4326",
    ).to_file(study.parent / "roads.gpkg")


def write_other_classes(study: Path) -> None:
    write_roads(study.parent / "roads.gpkg", highway=["raceway", "proposed", "", "x"])


def write_other_column(study: Path) -> None:
    gpd.GeoDataFrame(
        {"fclass": ["path"]}, geometry=[LineString([(36, 0), (36.1, 0.1)])], crs="EPSG:4326"
    ).to_file(study.parent / "roads.gpkg")


def write_bad_speeds(study: Path) -> None:
    write_roads(study.parent / "roads.gpkg", kmh=["fast", "900", "", "-1"])
    change(study, "minutes = 60", 'minutes = 60\nroad_speed = "kmh"')


def write_table_of_roads(study: Path) -> None:
    (study.parent / "roads.csv").write_text("highway\npath\n", "utf-8")
    change(study, "roads.gpkg", "roads.csv")


BAD_ROADS = {
    write_points: ("roads.gpkg", "row 1", "is a Point, not a line"),
    write_other_classes: ("roads.gpkg", "no line is a road", "'raceway'"),
    write_other_column: ("roads.gpkg", "column 'highway'", "road_class", "fclass"),
    write_bad_speeds: ("roads.gpkg", "row 1", "'fast' is not a number", "row 2", "above 150"),
    write_table_of_roads: ("roads.csv", "no lines"),
    write_nothing: ("roads.gpkg", "no such file"),
}


@pytest.mark.parametrize("spoil", BAD_ROADS, ids=lambda spoil: spoil.__name__)
def test_bad_roads_are_told(study, leohub, spoil):
    with_catchment(study, BY_ROAD)
    spoil(study)
    refused(leohub, study, BAD_ROADS[spoil])


BAD_SETTINGS = {
    'by = "friction"': ("[service] catchment", "needs file and minutes"),
    'by = "roads"\nfile = "x.gpkg"': ("needs minutes",),
    "minutes = 60": ('minutes: only with by = "friction" or "roads"',),
    f'{BY_FRICTION}road_class = "x"': ('road_class: only with by = "roads"',),
    "full_pct = 10": ("full_pct: only with decay",),
    'decay = "linear"\nhalf_pct = 10': ('half_pct: only with decay = "exponential"',),
    'decay = "exponential"\nfull_pct = 50': ("half_pct must be above full_pct",),
    'decay = "quadratic"': ("quadratic",),
    "walk_km_h = 5": ("is not a field", "walking_km_h"),
    "[service.catchment.barriers]\nfile = 'lake.geojson'": ("lake.geojson", "no such file"),
}


@pytest.mark.parametrize("text", BAD_SETTINGS)
def test_settings_that_do_not_fit_together_are_told(study, leohub, text):
    refused(leohub, with_catchment(study, text), BAD_SETTINGS[text])


def test_barriers_that_are_lines_are_told(study, leohub):
    line = gpd.GeoDataFrame(geometry=[LineString([(36, 0), (36.4, 0.4)])], crs="EPSG:4326")
    line.to_file(study.parent / "river.geojson")
    with_catchment(study, '[service.catchment.barriers]\nfile = "river.geojson"')
    refused(leohub, study, ("river.geojson", "row 1", "LineString", "fords and bridges"))


def test_all_files_of_a_catchment_are_looked_at_with_the_others(study, leohub):
    with_catchment(study, BY_ROAD + '[service.catchment.barriers]\nfile = "lake.geojson"')
    (study.parent / "people.tif").unlink()
    refused(leohub, study, ("people.tif", "roads.gpkg", "lake.geojson"))


def test_a_country_under_water_has_nobody_to_reach(study, leohub):
    lake = gpd.GeoDataFrame(geometry=[box(35, -1, 38, 2)], crs="EPSG:4326")
    lake.to_file(study.parent / "sea.geojson")
    with_catchment(study, '[service.catchment.barriers]\nfile = "sea.geojson"')
    refused(leohub, study, ("no candidate place has an unserved person within its catchment",))


def test_what_cannot_be_seen_from_the_plan_is_warned_of(study, leohub):
    write_friction(study.parent / "friction.tif", EVEN)
    with_catchment(study, BY_FRICTION.replace("60", "90"))
    told = json.loads(leohub("check", study, "--json")[1])
    assert any("radius_km ends the catchment" in warning for warning in told["warnings"])
