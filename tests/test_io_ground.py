"""Lists of places, gateways, points of presence and outages; horizons and obstruction maps."""

import dataclasses
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from leohub.errors import InputError
from leohub.io.ground.dishmap import EARTH_AXES, Attitude, outlook_of
from leohub.io.ground.gateways import read_gateways
from leohub.io.ground.horizons import read_horizons
from leohub.io.ground.obstruction import read_attitude, read_obstruction_map
from leohub.io.ground.outages import read_outages
from leohub.io.ground.places import read_places
from leohub.io.ground.pops import read_pops
from leohub.io.provenance import InputFile
from leohub.sky.gateways import PointsOfPresence

GATEWAYS = """name,type,status,lat,lon,height_m,min_elevation_deg,pop
Ikire,gateway,operational,7.37,4.18,250,10,lgosnga1
Lekki,,,6.47,3.6,,,
Accra,pop,operational,5.8,-0.1,,,
Thika,gateway,planned,,,,,
"""
SIZE = 123


def written(folder, text, name="t.csv"):
    path = folder / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return InputFile(path, named=name)


def refused(work, *arguments, **options):
    with pytest.raises(InputError) as caught:
        work(*arguments, **options)
    return str(caught.value)


# --- Gateways ------------------------------------------------------------------------------------


def test_gateways(tmp_path):
    gateways, source = read_gateways(written(tmp_path, GATEWAYS))
    assert gateways.name.tolist() == ["Ikire", "Lekki"]
    assert gateways.lat_deg.tolist() == [7.37, 6.47]
    assert gateways.lon_deg.tolist() == [4.18, 3.6]
    assert gateways.height_km.tolist() == [0.25, 0]
    assert gateways.min_elevation_deg.tolist() == [10, 25]
    assert gateways.pop.tolist() == ["lgosnga1", ""]
    assert gateways.outages == ()
    assert source.totals == {"rows": 4, "gateways": 2}
    assert source.notes == (
        "1 rows with the type 'pop' were left out",
        "1 rows with the status 'planned' were left out",
        "1 gateways without a lowest elevation get 25°",
    )


def test_the_same_gateways_from_every_format(tmp_path):
    table = pd.DataFrame({"Name": ["A", "B"], "LATITUDE": [1.0, -2.0], "Longitude deg": [37, -180]})
    table.to_csv(tmp_path / "g.csv", index=False)
    table.to_excel(tmp_path / "g.xlsx", index=False)
    table.to_parquet(tmp_path / "g.parquet")
    points = gpd.GeoDataFrame(
        table[["Name"]], geometry=[Point(37, 1), Point(-180, -2)], crs="EPSG:4326"
    )
    points.to_file(tmp_path / "g.geojson")
    points.to_file(tmp_path / "g.gpkg")
    for path in sorted(tmp_path.iterdir()):
        gateways, _ = read_gateways(InputFile(path), min_elevation_deg=5)
        assert gateways.name.tolist() == ["A", "B"], path
        np.testing.assert_allclose(gateways.lat_deg, [1, -2])
        np.testing.assert_allclose(gateways.lon_deg, [37, -180])
        assert gateways.min_elevation_deg.tolist() == [5, 5]


def test_a_gateway_list_without_coordinates_is_one_clear_error(tmp_path):
    said = refused(read_gateways, written(tmp_path, "name,city\nA,Nairobi\n"))
    assert said == (
        "t.csv: there is no column for the latitude and the longitude; the table has 'name', "
        "'city'. Name it 'lat' (or lat_deg, latitude, latitude_deg) and 'lon' (or lon_deg, lng, "
        "long, longitude, longitude_deg)."
    )


def test_all_that_is_wrong_with_gateways_at_once(tmp_path):
    text = (
        "name,lat,lon,height_m,min_elevation_deg,pop\n"
        "A,1,37,,,nrbiken1\n"
        "A,1,38,9001,95,nrbiken2\n"
        ",x,200,-600,,\n"
        "C,,37,,,\n"
    )
    pops = PointsOfPresence(np.array(["nrbiken1"]), np.array([""]), np.zeros(1), np.zeros(1))
    said = refused(read_gateways, written(tmp_path, text), pops=pops).splitlines()
    for row, words in (
        (3, "column 'name': the name 'A' is already in row 2"),
        (4, "column 'name': the name is missing"),
        (4, "column 'lat': 'x' is not a number"),
        (4, "column 'lon': 200 is above 180"),
        (5, "the gateway has no coordinates"),
        (3, "column 'height_m': 9,001 is above 9,000"),
        (4, "column 'height_m': -600 is below -500"),
        (3, "column 'min_elevation_deg': 95 is above 90"),
        (3, "no point of presence 'nrbiken2'. The closest is 'nrbiken1'"),
    ):
        assert any(line.startswith(f"t.csv, row {row}: ") and words in line for line in said), words
    assert len(said) == 9


def test_swapped_coordinates_are_suspected(tmp_path):
    text = "name,lat,lon\nA,144.3,-37.9\nB,149.5,-33.4\n"
    said = refused(read_gateways, written(tmp_path, text))
    assert "probably swapped" in said
    assert len(said.splitlines()) == 1


def test_no_gateway_in_use(tmp_path):
    said = refused(read_gateways, written(tmp_path, "name,status,lat,lon\nA,planned,1,37\n"))
    assert "no row is in use: 1 rows with the status 'planned' were left out" in said


def test_two_columns_for_one_thing(tmp_path):
    said = refused(read_gateways, written(tmp_path, "name,lat,Latitude,lon\nA,1,2,37\n"))
    assert "columns 'lat', 'Latitude': each of them could be the latitude" in said


# --- Points of presence --------------------------------------------------------------------------


def test_points_of_presence(tmp_path):
    text = "code,city,lat,lon,type\nnrbiken1,Nairobi,-1.35,36.75,netfac\nx,Here,1,2,gateway\n"
    pops, source = read_pops(written(tmp_path, text))
    assert (pops.code.tolist(), pops.city.tolist()) == (["nrbiken1"], ["Nairobi"])
    assert (pops.lat_deg.tolist(), pops.lon_deg.tolist()) == ([-1.35], [36.75])
    assert source.totals == {"rows": 2, "points_of_presence": 1}


def test_points_of_presence_without_codes_go_by_their_city(tmp_path):
    pops, _ = read_pops(written(tmp_path, "name,lat,lon\nNairobi,-1.35,36.75\n"))
    assert (pops.code.tolist(), pops.city.tolist()) == (["Nairobi"], ["Nairobi"])
    said = refused(read_pops, written(tmp_path, "lat,lon\n-1.35,36.75\n"))
    assert "no column for the code or the city" in said
    said = refused(read_pops, written(tmp_path, "code,lat,lon\na,1,2\na,1,2\n,,\n ,1,\n"))
    assert "the code 'a' is already in row 2" in said
    assert "row 5: column 'code': the code is missing" in said
    assert "row 5: the point of presence has no coordinates" in said


# --- Outages -------------------------------------------------------------------------------------


def test_outages(tmp_path):
    gateways, _ = read_gateways(written(tmp_path, GATEWAYS))
    text = (
        "gateway,begin,end\n"
        "Lekki,2026-09-23T21:00,2026-09-23 22:00:00Z\n"
        "Ikire,2026-09-24,2026-09-24T03:00+03:00\n"
    )
    said = refused(read_outages, written(tmp_path, text), gateways)
    assert "row 3: the end, 2026-09-24 00:00:00 UTC, is not after the begin" in said
    outages, source = read_outages(
        written(tmp_path, text.replace("03:00+03:00", "03:00")), gateways
    )
    assert [outage.gateway for outage in outages] == [1, 0]
    assert source.totals == {"outages": 2, "gateways": 2}
    times = np.array(
        ["2026-09-23T20:59:45", "2026-09-23T21:00", "2026-09-23T22:00"], dtype="M8[us]"
    )
    working = dataclasses.replace(gateways, outages=outages).working(times)
    assert working.tolist() == [[True, True, True], [True, False, True]]


def test_all_that_is_wrong_with_outages_at_once(tmp_path):
    gateways, _ = read_gateways(written(tmp_path, GATEWAYS))
    text = "gateway,begin,end\nLeki,2026-09-23,soon\nThika,,2026-09-24\n,1900-01-01,2026-01-01\n"
    said = refused(read_outages, written(tmp_path, text), gateways)
    assert "row 2: there is no gateway 'Leki'. The closest is 'Lekki'" in said
    assert "row 3: there is no gateway 'Thika'" in said
    assert "row 4: the gateway is missing" in said
    assert "row 2: column 'end': 'soon' is not a time" in said
    assert "row 3: column 'begin': '' is not a time" in said
    assert "row 4: column 'begin': '1900-01-01' is not in the years 1957 to 2100" in said
    assert len(said.splitlines()) == 6


def test_times_of_spreadsheets_and_parquet(tmp_path):
    gateways, _ = read_gateways(written(tmp_path, GATEWAYS))
    table = pd.DataFrame(
        {
            "name": ["Ikire"],
            "start": pd.to_datetime(["2026-09-23 21:00"]),
            "end": pd.to_datetime(["2026-09-24"]),
        }
    )
    table.to_excel(tmp_path / "o.xlsx", index=False)
    table.to_parquet(tmp_path / "o.parquet")
    for name in ("o.xlsx", "o.parquet"):
        (outage,), _ = read_outages(InputFile(tmp_path / name), gateways)
        assert outage.begin == np.datetime64("2026-09-23T21:00")
        assert outage.end == np.datetime64("2026-09-24")


# --- Places --------------------------------------------------------------------------------------


def test_places(tmp_path):
    text = (
        "id,name,lat,lon,height_m\nP1,Pole,90,12,\n,Line,0,-180,1700\n7.0,Dead Sea,31.5,35.5,-430\n"
    )
    table, places, source = read_places(written(tmp_path, text))
    assert table.index.tolist() == ["P1", "row 3", "7"]
    assert table["name"].tolist() == ["Pole", "Line", "Dead Sea"]
    assert table["row"].tolist() == [2, 3, 4]
    assert places.lat_deg.tolist() == [90, 0, 31.5]
    assert places.lon_deg.tolist() == [12, -180, 35.5]
    assert places.height_km.tolist() == [0, 1.7, -0.43]
    assert places.horizon_deg is None
    assert source.totals == {"places": 3}
    assert source.notes == (
        "1 places without a height stand on the ellipsoid",
        "1 places at a pole: azimuths follow the meridian of the longitude",
    )


def test_places_without_ids_go_by_their_rows(tmp_path):
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(37, 1)], crs="EPSG:4326")
    points.to_file(tmp_path / "p.geojson")
    table, places, _ = read_places(InputFile(tmp_path / "p.geojson"))
    assert (table.index.tolist(), table["name"].tolist()) == (["1"], [""])
    assert (places.lat_deg.tolist(), places.lon_deg.tolist()) == ([1], [37])


def test_all_that_is_wrong_with_places_at_once(tmp_path):
    text = (
        "id,lat,lon,height_m\n1,90.5,0,\n1,0,180.5,\n3,0,359,-6000\n4,,1,\n5,1,2,high\n6,inf,3,\n"
    )
    said = refused(read_places, written(tmp_path, text))
    for words in (
        "row 2: column 'lat': latitude 90.5 is beyond ±90",
        "row 3: column 'lon': 180.5 is above 180",
        "row 4: column 'lon': 359 is above 180. Give degrees of WGS 84",
        "row 4: column 'height_m': -6,000 is below -500. Give metres above the WGS-84 ellipsoid",
        "row 5: the place has no coordinates",
        "row 6: column 'height_m': 'high' is not a number",
        "row 7: column 'lat': inf is above 180",
        "row 3: column 'id': id '1' is already in row 2",
    ):
        assert words in said
    assert len(said.splitlines()) == 8


def test_many_places(tmp_path):
    count = 100_000
    pd.DataFrame(
        {
            "id": np.arange(count),
            "lat": np.linspace(-90, 90, count),
            "lon": np.linspace(-180, 180, count),
        }
    ).to_parquet(tmp_path / "p.parquet")
    table, places, source = read_places(InputFile(tmp_path / "p.parquet"))
    assert len(table) == len(places) == source.totals["places"] == count
    assert source.notes[1].startswith("2 places at a pole")


# --- Horizons ------------------------------------------------------------------------------------


def test_one_profile_for_all_places(tmp_path):
    file = written(tmp_path, "Azimuth,elevation\n350,10\n90,0\n180,-3\n10,30\n")
    horizon, source = read_horizons(file)
    assert horizon.shape == (1, 360)
    expected = {350: 10, 0: 20, 10: 30, 50: 15, 90: 0, 135: 0, 180: 0, 265: 5, 355: 15}
    assert {azimuth: horizon[0, azimuth] for azimuth in expected} == pytest.approx(expected)
    assert source.totals == {"profiles": 1, "rows": 4}
    assert source.notes == (
        "directions are at most 170° apart, linear in between",
        "1 elevations below 0° count as 0°",
    )
    many, _ = read_horizons(file, [str(k) for k in range(100_000)])
    assert many.shape == (100_000, 360)
    np.testing.assert_array_equal(many[-1], horizon[0])


def test_a_profile_for_each_place(tmp_path):
    text = "place,azimuth_deg,elevation_deg\n" + "".join(
        f"{place},{azimuth},{elevation}\n"
        for place, elevation in (("b", 5), ("a", 20))
        for azimuth in (0, 120, 240, 360)
    )
    horizon, source = read_horizons(written(tmp_path, text), ["a", "b", "c"])
    np.testing.assert_array_equal(horizon, np.array([[20], [5], [0]]).repeat(360, axis=1))
    assert "1 places without a profile: nothing hides their sky" in source.notes
    assert source.totals == {"profiles": 2, "rows": 6}
    said = refused(read_horizons, written(tmp_path, text), ["a", "c"])
    assert "row 2: there is no place 'b'" in said
    assert "has no id" in refused(read_horizons, written(tmp_path, text))


def test_profiles_of_places_that_are_not_looked_at_are_counted(tmp_path):
    rows = [f"{place},{azimuth},10" for place in ("a", "gone") for azimuth in (0, 120, 240)]
    file = written(tmp_path, "place,azimuth_deg,elevation_deg\n" + "\n".join(rows))
    horizon, source = read_horizons(file, ["a", "b"], all_known=False)
    assert horizon[0].tolist() == [10.0] * 360
    assert not horizon[1].any()
    assert any("1 places that are not looked at" in note for note in source.notes)
    said = refused(read_horizons, file, ["school:7"], all_known=False)
    assert "like 'school:7'" in said


def test_all_that_is_wrong_with_horizons_at_once(tmp_path):
    text = "azimuth_deg,elevation_deg\n-10,5\n10,95\n,5\n20,x\n"
    said = refused(read_horizons, written(tmp_path, text))
    assert "row 2: column 'azimuth_deg': -10 is below 0" in said
    assert "PVGIS" in said
    assert "row 3: column 'elevation_deg': 95 is above 90" in said
    assert "row 4: column 'azimuth_deg' has no value" in said
    assert "row 5: column 'elevation_deg': 'x' is not a number" in said
    said = refused(read_horizons, written(tmp_path, "az,el\n0,5\n360,6\n90,1\n"))
    assert "row 3: azimuth 0° has another elevation in an earlier row" in said
    assert "the profile has 2 of at least 3 directions" in said
    said = refused(read_horizons, written(tmp_path, "az\n0\n"))
    assert "no column for the elevation" in said


@given(st.dictionaries(st.integers(0, 359).map(float), st.floats(0, 90), min_size=3, max_size=40))
@settings(max_examples=25, deadline=None)
def test_a_profile_goes_through_its_points_and_never_beyond(tmp_path_factory, points):
    folder = tmp_path_factory.mktemp("horizon")
    rows = "".join(f"{azimuth!r},{elevation!r}\n" for azimuth, elevation in points.items())
    (horizon,), _ = read_horizons(written(folder, "azimuth,elevation\n" + rows))
    assert horizon[[int(azimuth) for azimuth in points]] == pytest.approx([*points.values()])
    assert horizon.min() >= min(points.values()) - 1e-9
    assert horizon.max() <= max(points.values()) + 1e-9


# --- Obstruction maps ----------------------------------------------------------------------------


def answer(quality, frame="FRAME_EARTH", **changes):
    inner = {
        "numRows": len(quality),
        "numCols": len(quality),
        "snr": np.asarray(quality).ravel().tolist(),
        "minElevationDeg": 10,
        "maxThetaDeg": 80,
        "mapReferenceFrame": frame,
    }
    return {"apiVersion": "42", "dishGetObstructionMap": inner | changes}


def directions():
    """Azimuth and elevation [°] of the middle of every pixel in the frame of the Earth."""
    row, column = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
    theta = np.hypot(row, column) * 80 / (SIZE / 2)
    return np.degrees(np.arctan2(column, -row)) % 360, 90 - theta


def test_a_wall_in_the_east(tmp_path):
    azimuth, elevation = directions()
    wall = (np.abs(azimuth - 90) < 30) & (elevation < 40)
    quality = np.where(elevation < 10, -1.0, np.where(wall, 0.2, 1.0))
    horizon, source = read_obstruction_map(written(tmp_path, answer(quality), "map.json"))
    np.testing.assert_allclose(horizon[64:117], 40, atol=1.3)
    assert (horizon[122:] == 0).all()
    assert (horizon[:59] == 0).all()
    # The sky above 10° is 1 - sin 10° of it all; the wall is a sixth of its ring up to 40°.
    assert source.totals["seen_pct"] == pytest.approx(100 * (1 - np.sin(np.radians(10))), abs=1)
    ring = np.sin(np.radians(40)) - np.sin(np.radians(10))
    share = 100 * ring / 6 / (1 - np.sin(np.radians(10)))
    assert source.totals["blocked_pct"] == pytest.approx(share, abs=0.5)
    assert source.totals["given_up_pct"] < 0.7
    inner = answer(quality)["dishGetObstructionMap"]
    again, _ = read_obstruction_map(written(tmp_path, inner, "inner.json"))
    np.testing.assert_array_equal(again, horizon)


def test_a_branch_gives_up_what_is_clear_below_it(tmp_path):
    azimuth, elevation = directions()
    branch = (np.abs(azimuth - 200) < 10) & (elevation > 60) & (elevation < 65)
    quality = np.where(branch, 0.0, 1.0)
    horizon, source = read_obstruction_map(written(tmp_path, answer(quality), "map.json"))
    np.testing.assert_allclose(horizon[194:207], 65, atol=1.3)
    assert source.totals["given_up_pct"] > 4 * source.totals["blocked_pct"]
    assert "is clear but below something blocked, and counts as hidden" in source.notes[1]


@given(seed=st.integers(0, 2**31), blocked=st.floats(0, 0.02), frame=st.sampled_from("EU"))
@settings(max_examples=20, deadline=None)
def test_everything_blocked_is_hidden_and_all_seen_above_is_clear(seed, blocked, frame):
    rng = np.random.default_rng(seed)
    quality = np.where(rng.random((SIZE, SIZE)) < blocked, 0.0, 1.0)
    quality[rng.random((SIZE, SIZE)) < 0.3] = -1
    azimuth, elevation = directions()
    axes = EARTH_AXES
    if frame == "U":
        axes = Attitude(*rng.uniform([0, 40, -180], [360, 90, 180])).axes()
        theta, turn = np.radians(90 - elevation), np.radians(azimuth)
        flat = np.stack([np.sin(turn), -np.cos(turn)], axis=-1) * np.sin(theta)[..., None]
        east, north, up = np.moveaxis(np.dstack([flat, np.cos(theta)]) @ axes, -1, 0)
        azimuth = np.degrees(np.arctan2(east, north)) % 360
        elevation = np.degrees(np.arcsin(np.clip(up, -1, 1)))
    outlook = outlook_of(quality, 80.0, axes)
    on_map = (directions()[1] > 10.5) & (elevation > 0.5)
    limit = np.interp(azimuth, np.arange(360), outlook.horizon_deg, period=360)
    assert (elevation <= limit)[(quality == 0) & on_map].all()
    assert outlook.clear_pct + outlook.blocked_pct == pytest.approx(100)
    # No horizon without something blocked at its height, within a degree and a pixel.
    for degree in np.flatnonzero(outlook.horizon_deg)[::40]:
        top = outlook.horizon_deg[degree]
        apart = np.abs((azimuth - degree + 180) % 360 - 180) * np.cos(np.radians(elevation))
        assert ((quality == 0) & (np.abs(elevation - top) < 1.5) & (apart < 3)).any()


def test_the_frame_of_a_dish_that_looks_at_the_zenith():
    """Turned by half a turn and seen from below, it is the frame of the Earth."""
    below_north = Attitude(azimuth_deg=0, elevation_deg=90).axes()
    np.testing.assert_allclose(below_north, [[1, 0, 0], [0, 1, 0], [0, 0, 1]], atol=1e-12)
    below_east = Attitude(azimuth_deg=90, elevation_deg=90).axes()
    np.testing.assert_allclose(below_east, [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-12)
    rolled = Attitude(azimuth_deg=0, elevation_deg=90, roll_deg=90).axes()
    np.testing.assert_allclose(rolled, below_east, atol=1e-12)


def test_a_map_in_the_frame_of_the_dish_needs_to_know_how_it_stands(tmp_path):
    quality = np.ones((SIZE, SIZE))
    quality[SIZE // 2 - 1 : SIZE // 2 + 2, SIZE // 2 - 1 : SIZE // 2 + 2] = 0
    file = written(tmp_path, answer(quality, "FRAME_UT"), "map.json")
    said = refused(read_obstruction_map, file)
    assert "in the frame of the dish (FRAME_UT)" in said
    assert "get_status" in said
    horizon, _ = read_obstruction_map(file, attitude=Attitude(azimuth_deg=300, elevation_deg=60))
    assert horizon[300] == pytest.approx(62, abs=0.5)
    assert np.flatnonzero(horizon).min() > 290
    assert np.flatnonzero(horizon).max() < 310


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mapReferenceFrame": "FRAME_UNKNOWN"}, "does not say which way it is turned"),
        ({"numRows": 2}, "numRows 2 is not a number from 3"),
        ({"numCols": 124}, "not square: 123 rows, 124 columns"),
        ({"snr": [1, 0]}, "snr has 2 values instead of 123 × 123 = 15,129"),
        ({"snr": None}, "snr has 0 values"),
        ({"snr": [1] * 15_128 + ["x"]}, "snr[15128]: 1 values of snr are not numbers"),
        ({"snr": [float("nan")] * 15_129}, "15,129 values of snr are not numbers"),
        ({"snr": [-1] * 15_129}, "nothing in the map was seen clear"),
        ({"snr": [0] * 15_129}, "nothing in the map was seen clear"),
        ({"maxThetaDeg": None}, "maxThetaDeg is missing"),
        ({"maxThetaDeg": True}, "maxThetaDeg True is not a number from 10 to 180"),
    ],
)
def test_a_damaged_map(tmp_path, changes, words):
    given_map = answer(np.ones((SIZE, SIZE)), **changes)
    assert words in refused(read_obstruction_map, written(tmp_path, given_map, "map.json"))


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', '{"dishGetObstructionMap": 1}', "{", '"x"'])
def test_no_map_at_all(tmp_path, text):
    said = refused(read_obstruction_map, written(tmp_path, text, "map.json"))
    assert "Ask the dish again (grpcurl, dish_get_obstruction_map)" in said
    (tmp_path / "map.json").write_bytes(b"\xff\xfe{")
    said = refused(read_obstruction_map, InputFile(tmp_path / "map.json"))
    assert "not UTF-8" in said


def test_how_a_dish_stands(tmp_path):
    # Half a turn about north: x stays north, y is west, z is up. Below in its map is -y, so east.
    turned = {"ned2dishQuaternion": {"qX": 1.0}}
    attitude = read_attitude(written(tmp_path, {"dishGetStatus": turned}, "s.json"))
    south, east, up = [0, -1, 0], [1, 0, 0], [0, 0, 1]
    np.testing.assert_allclose(attitude.axes(), [south, east, up], atol=1e-12)
    assert read_attitude(written(tmp_path, turned, "inner.json")) == attitude
    for quaternion, words in (
        (None, "has no ned2dishQuaternion"),
        ({"qX": 0.5}, "length 0.500 instead of 1"),
        ({"qX": "a"}, "'a' is not a number"),
    ):
        status = {"dishGetStatus": {"ned2dishQuaternion": quaternion}}
        assert words in refused(read_attitude, written(tmp_path, status, "s.json"))


# --- Real files ----------------------------------------------------------------------------------


def test_a_recorded_map(shared):
    folder = shared / "data" / "telemetry" / "starlink_local_api"
    horizon, source = read_obstruction_map(InputFile(folder / "dish_get_obstruction_map.json"))
    # The blocked pixels are 25 to 31 rows above the middle and 37 to 40 columns right of it.
    hidden = np.flatnonzero(horizon)
    assert (hidden.min(), hidden.max()) == (49, 58)
    assert 28 <= horizon[hidden].min() <= horizon.max() <= 30
    assert source.totals["seen_pct"] == pytest.approx(36, abs=1)
    assert source.totals["blocked_pct"] < 0.2


def test_a_recorded_map_ends_at_the_lowest_elevation_of_its_operator(shared):
    """The edge of the map is the outer edge of its pixels: then what was seen ends at 25°."""
    folder = shared / "data" / "telemetry" / "starlink_local_api"
    inner = json.loads((folder / "dish_get_obstruction_map.json").read_text("utf-8"))
    quality = np.array(inner["dishGetObstructionMap"]["snr"]).reshape(SIZE, SIZE)
    _, elevation = directions()
    assert elevation[quality >= 0].min() == pytest.approx(25, abs=0.7)


def test_a_recorded_attitude(shared):
    path = shared / "data" / "telemetry" / "starlink_local_api" / "get_status.json"
    attitude = read_attitude(InputFile(path))
    status = json.loads(path.read_text("utf-8"))["dishGetStatus"]
    assert attitude.azimuth_deg == pytest.approx(status["boresightAzimuthDeg"], abs=1e-4)
    assert attitude.elevation_deg == pytest.approx(status["boresightElevationDeg"], abs=1e-4)


def test_a_published_list(shared):
    file = InputFile(shared / "data" / "sky" / "starlink_ground_stations_20260320.csv")
    gateways, source = read_gateways(file)
    assert source.totals == {"rows": 357, "gateways": 214}
    assert "93 rows with the status 'planned' were left out" in source.notes
    assert len(read_pops(file)[0]) == 35
    assert {"Ikire, Nigeria", "Lekki, Nigeria"} <= set(gateways.name)
