import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from leohub.errors import InputError
from leohub.io.provenance import InputFile
from leohub.io.sites.joining import join_sites
from leohub.io.sites.lists import read_sites

REGIONS = gpd.GeoDataFrame(
    {"region": ["West", "East"]},
    geometry=[box(36, -1, 37, 1), box(37, -1, 38, 1)],
    index=pd.Index(["W", "E"], name="region_code"),
    crs="EPSG:4326",
)
SCHOOLS = """id,name,level,lat,lon
1.0,Alpha,Primary,0.5,36.5
2.0,,Primary,0.25,37.5
,Gamma,Secondary,0,37.1
"""


def listed(folder, text, filename="sites.csv", **options):
    (folder / filename).write_text(text, encoding="utf-8")
    options = {"kind": "school", "radius_km": 5.0, "id": "id", "name": "name"} | options
    return read_sites(InputFile(folder / filename, named=filename), **options)


def refused(work, *given, **options):
    with pytest.raises(InputError) as caught:
        work(*given, **options)
    return str(caught.value)


def test_a_list(tmp_path):
    sites, source = listed(tmp_path, SCHOOLS)
    assert sites.index.tolist() == ["school:1", "school:2", "school:row 4"]
    assert sites.index.name == "site_id"
    assert sites["name"].tolist() == ["Alpha", "school 2", "Gamma"]
    assert sites["lat_deg"].tolist() == [0.5, 0.25, 0.0]
    assert sites["lon_deg"].tolist() == [36.5, 37.5, 37.1]
    assert sites["radius_km"].tolist() == [5.0] * 3
    assert sites["row"].tolist() == [2, 3, 4]
    assert source.totals == {"rows": 3, "places": 3}
    assert source.notes == ("1 rows without an id are known by their row number",)


def test_points_in_any_projection(tmp_path):
    points = gpd.GeoDataFrame(
        {"id": [1, 2]}, geometry=[Point(36.5, 0.5), Point(37.5, 0.25)], crs="EPSG:4326"
    )
    points.to_file(tmp_path / "s.geojson")
    points.to_crs("EPSG:32737").to_file(tmp_path / "s.gpkg")
    for name in ("s.geojson", "s.gpkg"):
        sites, _ = read_sites(InputFile(tmp_path / name), kind="market", radius_km=3, id="id")
        assert sites["lat_deg"].tolist() == pytest.approx([0.5, 0.25])
        assert sites["lon_deg"].tolist() == pytest.approx([36.5, 37.5])
        assert sites["name"].tolist() == ["market 1", "market 2"]


def test_areas_are_no_points(tmp_path):
    areas = gpd.GeoDataFrame({"id": [1]}, geometry=[box(36, 0, 37, 1)], crs="EPSG:4326")
    areas.to_file(tmp_path / "s.gpkg")
    said = refused(read_sites, InputFile(tmp_path / "s.gpkg"), kind="market", radius_km=3)
    assert "row 1: the place is a Polygon, not a point" in said


def test_rows_without_a_place(tmp_path):
    text = SCHOOLS + "5,Delta,Primary,,36.4\n6,Epsilon,Primary,NA,\n"
    said = refused(listed, tmp_path, text)
    assert "row 5: the place has no coordinates" in said
    assert "skip_without_place = true" in said
    sites, source = listed(tmp_path, text, skip_without_place=True)
    assert len(sites) == 3
    assert "2 rows without coordinates were left out" in source.notes
    said = refused(listed, tmp_path, "id,name,lat,lon\n1,a,,\n", skip_without_place=True)
    assert "none of the 1 rows has coordinates" in said


def test_points_without_a_place(tmp_path):
    points = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[Point(36.5, 0.5), None], crs="EPSG:4326")
    points.to_file(tmp_path / "s.gpkg")
    file = InputFile(tmp_path / "s.gpkg")
    assert "row 2: the place has no coordinates" in refused(
        read_sites, file, kind="market", radius_km=3
    )
    sites, _ = read_sites(file, kind="market", radius_km=3, skip_without_place=True)
    assert len(sites) == 1


def test_only_rows_asked_for(tmp_path):
    sites, source = listed(tmp_path, SCHOOLS, where={"level": ["Secondary"]})
    assert sites["name"].tolist() == ["Gamma"]
    assert "2 rows that the study does not ask for were left out" in source.notes
    said = refused(listed, tmp_path, SCHOOLS, where={"level": ["secondary", "Primary"]})
    assert "no row has the value 'secondary'" in said
    assert "The closest is 'Secondary'" in said
    said = refused(listed, tmp_path, SCHOOLS, where={"level": ["Primary"], "name": ["Gamma"]})
    assert "no row has all the values" in said
    assert "Set `where.level` to {}" not in refused(listed, tmp_path, SCHOOLS, where={"levle": []})


def test_everything_wrong_at_once(tmp_path):
    text = 'id,name,lat,lon\n1,a,0.5,36.5\n1,b,95,36.5\n2,c,-1.5,"36,5"\n3,d,4,181\n4,e,4,\n'
    said = refused(listed, tmp_path, text)
    assert "sites.csv, row 3: column 'id': id '1' is already in row 2" in said
    assert "row 3: column 'lat': latitude 95 is beyond ±90" in said
    assert "row 4: column 'lon': '36,5' is not a number" in said
    assert "row 5: column 'lon': 181 is above 180" in said
    assert "row 6: the place has no coordinates" in said
    assert len(said.splitlines()) == 5


def test_missing_columns(tmp_path):
    said = refused(listed, tmp_path, SCHOOLS.replace("lat,lon", "latitude,lng"), name="title")
    for setting in ("name", "lat", "lon"):
        assert f"`{setting}`" in said
    assert "Set `lat` to 'latitude'" in said


def test_an_empty_list(tmp_path):
    assert "no rows" in refused(listed, tmp_path, "id,name,lat,lon\n")


def test_latitudes_that_are_longitudes(tmp_path):
    said = refused(listed, tmp_path, "id,name,lat,lon\n1,a,101.5,3\n2,b,102,4\n")
    assert "probably swapped" in said
    assert "lat = 'lon' and lon = 'lat'" in said


def test_join_finds_the_region_and_merges(tmp_path):
    schools = listed(tmp_path, SCHOOLS)
    text = "id,name,lat,lon\n1,Clinic,0.500001,36.500001\n2,Far,0.5,36.50002\n"
    clinics = listed(tmp_path, text, "clinics.csv", kind="clinic", radius_km=3)
    sites, sources = join_sites([schools, clinics], REGIONS, outside_limit_pct=2)
    assert sites.columns.tolist() == [
        "name", "kind", "lat_deg", "lon_deg", "height_m", "radius_km", "region_code", "partner",
        "merged",
    ]  # fmt: skip
    assert sites["region_code"].tolist() == ["W", "E", "E", "W"]
    assert sites["merged"].tolist() == [2, 1, 1, 1]
    assert sites.index.tolist() == ["school:1", "school:2", "school:row 4", "clinic:2"]
    assert sources[0].totals["merged"] == 0
    assert sources[1].totals["merged"] == 1
    assert sources[1].notes == ("1 places were merged into an earlier one at the same coordinate",)


def rows_of(places):
    return "id,name,lat,lon\n" + "".join(f"{i},p{i},{a},{b}\n" for i, (a, b) in enumerate(places))


def spread(n):
    return [(-0.9 + 1.8 * i / n, 36.1 + 1.7 * i / n) for i in range(n)]


def test_some_places_in_the_sea_are_left_out_and_told(tmp_path):
    some = listed(tmp_path, rows_of([*spread(99), (0.5, 41.0)]))
    sites, (source,) = join_sites([some], REGIONS, outside_limit_pct=2)
    assert len(sites) == 99
    assert source.totals["outside"] == 1
    assert "1 places outside every region" in source.notes[0]
    assert "rows 101" in source.notes[0]


def test_too_many_places_in_the_sea_are_refused(tmp_path):
    some = listed(tmp_path, rows_of([*spread(90), *[(0.5, 41.0 + i) for i in range(10)]]))
    said = refused(join_sites, [some], REGIONS, outside_limit_pct=2)
    assert "sites.csv: 10 of 100 places lie outside every region" in said
    assert "row 92: lat 0.5, lon 41 is in the sea or in another country" in said
    assert "5 more rows" in said
    assert join_sites([some], REGIONS, outside_limit_pct=10)[1][0].totals["outside"] == 10


def test_swapped_coordinates_are_recognised(tmp_path):
    swapped = listed(tmp_path, rows_of([(lon, lat) for lat, lon in spread(50)]))
    good = listed(tmp_path, rows_of(spread(50)), "good.csv", kind="clinic")
    said = refused(join_sites, [swapped, good], REGIONS, outside_limit_pct=2)
    assert said.startswith("sites.csv, columns of lat and lon: 50 of 50 places lie outside")
    assert "probably swapped" in said
    assert len(said.splitlines()) == 1


def test_two_lists_with_the_same_ids_are_refused(tmp_path):
    first = listed(tmp_path, rows_of(spread(3)), "first.csv")
    second = listed(tmp_path, rows_of([(0.9, 36.9)]), "second.csv")
    said = refused(join_sites, [first, second], REGIONS, outside_limit_pct=2)
    assert "second.csv, row 2: 'school:0' is already in row 2 of first.csv" in said


def test_no_places_at_all(tmp_path):
    assert "no candidate places" in refused(join_sites, [], REGIONS, outside_limit_pct=2)
    sea = listed(tmp_path, rows_of([(0.5, 45.0)]))
    assert "no candidate places" in refused(join_sites, [sea], REGIONS, outside_limit_pct=100)


def test_lists_without_rows_are_counted(tmp_path):
    sites, source = listed(tmp_path, rows_of([*spread(99), (0.5, 41.0)]))
    _, (source,) = join_sites([(sites.drop(columns="row"), source)], REGIONS, outside_limit_pct=2)
    assert "rows 100" in source.notes[0]
