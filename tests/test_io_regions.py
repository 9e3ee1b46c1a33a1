import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

from leohub.errors import InputError
from leohub.io.provenance import InputFile
from leohub.io.regions.boundaries import read_regions
from leohub.io.regions.census import read_census
from leohub.io.regions.coverage_layer import read_coverage_layer

LOCAL = 'LOCAL_CS["site grid",UNIT["metre",1]]'
WEST, EAST = box(36, 0, 37, 1), box(37, 0, 38, 1)


def layer(geometries, codes=(1, 2), names=("Nairobi", "Murang'a"), crs="EPSG:4326"):
    return gpd.GeoDataFrame(
        {"code": list(codes), "name": list(names)}, geometry=geometries, crs=crs
    )


def read(path, **columns):
    return read_regions(InputFile(path), **({"code": "code", "name": "name"} | columns))


def refused(path, **columns):
    with pytest.raises(InputError) as caught:
        read(path, **columns)
    return str(caught.value)


@pytest.fixture
def regions(tmp_path):
    layer([WEST, EAST]).to_file(tmp_path / "regions.geojson")
    return read(tmp_path / "regions.geojson")[0]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32737", "ESRI:54009", "EPSG:3857"])
@pytest.mark.parametrize("name", ["r.gpkg", "r.parquet"])
def test_regions_in_any_projection(tmp_path, crs, name):
    given = layer([WEST.segmentize(0.01), EAST]).to_crs(crs)
    given.to_parquet(tmp_path / name) if name == "r.parquet" else given.to_file(tmp_path / name)
    regions, source = read(tmp_path / name)
    assert regions.index.tolist() == ["1", "2"]
    assert regions.columns.tolist() == ["region", "geometry"]
    assert regions.crs == "EPSG:4326"
    assert regions.geometry["1"].symmetric_difference(WEST).area < 1e-5
    assert source.role == "regions"
    assert source.totals == {"regions": 2}
    assert source.notes == ()


def test_rows_of_one_region_are_joined(tmp_path):
    layer([WEST, EAST, box(40, 0, 41, 1)], (1, 2, 1), ("A", "B", "A")).to_file(tmp_path / "r.gpkg")
    regions, source = read(tmp_path / "r.gpkg")
    assert regions.index.tolist() == ["1", "2"]
    assert isinstance(regions.geometry["1"], MultiPolygon)
    assert source.notes == ("3 rows were joined into 2 regions by their code",)


def test_a_bow_tie_is_made_valid_and_told(tmp_path):
    bow_tie = Polygon([(36, 0), (37, 1), (37, 0), (36, 1)])
    layer([bow_tie, EAST]).to_file(tmp_path / "r.gpkg")
    regions, source = read(tmp_path / "r.gpkg")
    assert regions.geometry.is_valid.all()
    assert regions.geometry["1"].area == pytest.approx(0.5)
    assert "1 polygons that cross themselves were made valid: rows 1" in source.notes[0]


def test_bad_regions(tmp_path):
    layer([WEST, EAST], (1, 1), ("A", "B")).to_file(tmp_path / "codes.gpkg")
    assert "row 2: code '1' stands for more than one region" in refused(tmp_path / "codes.gpkg")
    layer([WEST, EAST], (1, None), ("A", "")).to_file(tmp_path / "blank.gpkg")
    said = refused(tmp_path / "blank.gpkg")
    assert "row 2: column 'code' has no value" in said
    assert "row 2: column 'name' has no value" in said
    layer([WEST, LineString([(0, 0), (1, 1)])]).to_file(tmp_path / "line.gpkg")
    assert "row 2: the feature is a LineString" in refused(tmp_path / "line.gpkg")
    layer([WEST, None]).to_file(tmp_path / "none.gpkg")
    assert "row 2: it has no geometry" in refused(tmp_path / "none.gpkg")
    for name in ("empty.gpkg", "empty.parquet", "empty.geojson"):
        given = layer([WEST, Polygon()])
        parquet = name.endswith("parquet")
        given.to_parquet(tmp_path / name) if parquet else given.to_file(tmp_path / name)
        said = refused(tmp_path / name)
        assert "row 2: it has no geometry. Give each region its boundary" in said, name
    layer([WEST, Polygon([(0, 0), (1, 1), (2, 2)])]).to_file(tmp_path / "flat.gpkg")
    assert "row 2: the polygon encloses nothing" in refused(tmp_path / "flat.gpkg")
    layer([WEST, EAST]).to_file(tmp_path / "r.geojson")
    assert "Set `regions.name` to 'name'" in refused(tmp_path / "r.geojson", name="nam")
    pd.DataFrame({"code": [1], "name": ["A"]}).to_csv(tmp_path / "r.csv", index=False)
    assert "no polygons" in refused(tmp_path / "r.csv")


def test_names_that_several_regions_have_are_told_apart_by_their_code(tmp_path):
    layer([WEST, EAST], (1, 2), ("A", "A")).to_file(tmp_path / "names.gpkg")
    regions, source = read_regions(InputFile(tmp_path / "names.gpkg"), code="code", name="name")
    assert list(regions["region"]) == ["A (1)", "A (2)"]
    assert any("their code was added" in note for note in source.notes)


def test_missing_and_wrong_crs(tmp_path):
    layer([WEST, EAST], crs=None).to_parquet(tmp_path / "none.parquet")
    assert "does not say its coordinate reference system" in refused(tmp_path / "none.parquet")
    metres = layer([WEST, EAST]).to_crs("EPSG:32737").set_crs("EPSG:4326", allow_override=True)
    metres.to_file(tmp_path / "metres.geojson")
    assert "outside ±180° and ±90°" in refused(tmp_path / "metres.geojson")


def test_a_crs_without_a_place_on_earth(tmp_path):
    local = layer([WEST, EAST]).set_crs(LOCAL, allow_override=True)
    local.to_parquet(tmp_path / "r.parquet")
    said = refused(tmp_path / "r.parquet")
    assert "'site grid', has no known place on Earth" in said
    assert "Set the CRS" in said


def test_coordinates_that_are_not_numbers(tmp_path):
    with np.errstate(invalid="ignore"):
        open_ended = Polygon([(37, 0), (38, np.nan), (38, 1), (37, 1)])
        layer([WEST, open_ended]).to_parquet(tmp_path / "r.parquet")
    assert "outside ±180° and ±90°" in refused(tmp_path / "r.parquet")


CENSUS = {"internet_use": "pct", "name": "county", "population": "people"}


def census(regions, tmp_path, rows, aliases=None, **columns):
    path = tmp_path / "census.csv"
    pd.DataFrame(rows, columns=["code", "county", "people", "pct"]).to_csv(path, index=False)
    return read_census(InputFile(path), regions, aliases=aliases, **(CENSUS | columns))


def census_refused(*given, **columns):
    with pytest.raises(InputError) as caught:
        census(*given, **columns)
    return str(caught.value)


def test_census_by_code_and_by_name(regions, tmp_path):
    rows = [(2.0, "MURANGA", 10, 20), (1.0, " náirobi ", 30, 40)]
    for columns in ({}, {"code": "code"}):
        table, source = census(regions, tmp_path, rows, **columns)
        assert table.index.tolist() == ["1", "2"]
        assert table["census_people"].tolist() == [30, 10]
        assert table["internet_use_pct"].tolist() == [40, 20]
        assert source.totals == {"rows": 2, "regions": 2, "people": 40}


@pytest.mark.parametrize(
    ("census_name", "region_name"),
    [
        ("Elgeyo/Marakwet", "Elgeyo-Marakwet"),
        ("Côte d’Ivoire", "COTE D'IVOIRE"),
        ("Homabay", "Homa Bay"),
    ],
)
def test_names_are_compared_by_their_letters(tmp_path, census_name, region_name):
    layer([WEST], (1,), (region_name,)).to_file(tmp_path / "r.gpkg")
    table, _ = census(read(tmp_path / "r.gpkg")[0], tmp_path, [(1, census_name, 1, 5)])
    assert table["internet_use_pct"].tolist() == [5]


def test_several_rows_for_one_region_are_weighted_by_people(regions, tmp_path):
    rows = [(0, "Nairobi North", 100, 80), (0, "Nairobi West", 300, 40), (0, "Murang'a", 5, 1)]
    aliases = {"Nairobi North": "Nairobi", "nairobi west": "Nairobi"}
    table, source = census(regions, tmp_path, rows, aliases)
    assert table.loc["1"].tolist() == [400, pytest.approx(50)]
    assert source.notes == ("3 rows were joined into 2 regions",)
    assert "Set `census.population`" in census_refused(
        regions, tmp_path, rows, aliases, population=None
    )


def test_without_population_only_shares(regions, tmp_path):
    table, source = census(
        regions, tmp_path, [(1, "Nairobi", 1, 4), (2, "Muranga", 1, 5)], population=None
    )
    assert np.isnan(table["census_people"]).all()
    assert table["internet_use_pct"].tolist() == [4, 5]
    assert "people" not in source.totals


def test_everything_unmatched_is_told_at_once(regions, tmp_path):
    rows = [(0, "Nairobbi", 100, 80), (0, "Total", 300, 140), (0, "", -3, "x")]
    said = census_refused(regions, tmp_path, rows, {"Total": "Kenya"})
    assert "alias 'Total': there is no region 'Kenya'" in said
    assert "row 2: 'Nairobbi' is not one of the regions. The closest is 'Nairobi'" in said
    assert "row 3: 'Total' is not one of the regions" in said
    assert "row 4: no region is named" in said
    assert "region 'Nairobi' (1): the census has no row for it. The closest is 'Nairobbi'" in said
    assert 'region "Murang\'a" (2): the census has no row for it' in said
    assert "row 3: column 'pct': 140 is above 100" in said
    assert "row 4: column 'pct': 'x' is not a number" in said
    assert "row 4: column 'people': -3 is below 0" in said


def test_a_census_needs_something_to_join_by(regions, tmp_path):
    assert "Set `census.code` or `census.name`" in census_refused(
        regions, tmp_path, [(1, "Nairobi", 1, 4)], name=None
    )


def test_shares_given_as_fractions_are_refused(regions, tmp_path):
    for shares in ((0.2, 0.4), (0, 1)):
        rows = [(1, "Nairobi", 1, shares[0]), (2, "Muranga", 1, shares[1])]
        said = census_refused(regions, tmp_path, rows)
        assert "column 'pct': no value is above 1" in said
        assert "in % of people. Multiply the column by 100" in said
    for shares in ((0, 0), (0.2, 1.1)):
        rows = [(1, "Nairobi", 1, shares[0]), (2, "Muranga", 1, shares[1])]
        assert census(regions, tmp_path, rows)[0]["internet_use_pct"].tolist() == list(shares)


def test_a_coverage_layer_of_points_is_told_in_its_own_words(tmp_path):
    layer([Point(36.5, 0.5), Point(37.5, 0.5)]).to_file(tmp_path / "masts.gpkg")
    with pytest.raises(InputError) as caught:
        read_coverage_layer(InputFile(tmp_path / "masts.gpkg"), np.array([0.5]), np.array([36.5]))
    said = str(caught.value)
    assert "row 1: the feature is a Point, not a polygon. Give the areas that are served" in said
    assert "region" not in said


def test_coverage_layer(tmp_path):
    layer([WEST, EAST]).to_crs("EPSG:3857").to_file(tmp_path / "served.gpkg")
    file = InputFile(tmp_path / "served.gpkg")
    served, source = read_coverage_layer(file, np.array([0.5, 0.5]), np.array([36.5, 39.0]))
    assert served.tolist() == [True, False]
    assert source.totals == {"polygons": 2, "cells_served": 1}
    with pytest.raises(InputError, match="holds the centre of no cell"):
        read_coverage_layer(file, np.array([50.0]), np.array([36.5]))
