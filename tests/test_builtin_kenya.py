"""Built-in Kenya: facts as published, a surface that keeps them, studies that can be read."""

import csv
import gzip
import hashlib
import re
import tomllib
import typing
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import h3.api.numpy_int as h3
import numpy as np
import pandas as pd
import pytest
import rasterio
from pydantic import BaseModel

from leohub.errors import InputError
from leohub.hub.cost import HubCost
from leohub.io.builtin import surface as builtin_surface
from leohub.io.builtin.kenya import (
    builtin_census,
    builtin_people,
    builtin_prices,
    builtin_regions,
    builtin_sites,
)
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.sites.joining import join_sites
from leohub.people.lineage import parents
from leohub.study.settings import Study

REPOSITORY = Path(__file__).resolve().parents[1]
TEMPLATE = REPOSITORY / "src/leohub/data/kenya_study.toml"
EXAMPLE = REPOSITORY / "examples/kenya/study.toml"
EVERYBODY = 47_564_296


@pytest.fixture(scope="module")
def people():
    return builtin_people(8)[0]


def packaged(name):
    return pd.read_csv(files("leohub") / "data" / "kenya" / name)


# --- facts


def test_census_totals_are_the_published_ones():
    census, source = builtin_census()
    assert census["census_people"].sum() == EVERYBODY
    assert list(census.index) == [str(code) for code in range(1, 48)]
    assert census.loc["47", "internet_use_pct"] == 52.4
    assert source.basis == "measured"
    # Published nationally: 22.6 % of people aged 3 and over use the internet.
    share = np.average(census["internet_use_pct"], weights=census["census_people"])
    assert share == pytest.approx(22.6, abs=1.0)


@pytest.mark.parametrize(
    "name", ["counties.csv", "towns.csv", "outline.csv", "site_counts.csv", "prices.csv"]
)
def test_every_row_names_its_source(name):
    table = packaged(name)
    column = "origin" if name == "prices.csv" else "source"
    assert table[column].str.len().min() > 5


def test_towns_fit_into_their_counties():
    counties, towns = packaged("counties.csv"), packaged("towns.csv")
    in_towns = towns.groupby("county_code")["pop_2019"].sum()
    assert (in_towns <= counties.set_index("county_code")["pop_2019"].loc[in_towns.index]).all()
    assert not towns.duplicated(["town", "county_code"]).any()
    assert towns["pop_2019"].min() >= 2_000  # the census calls such places urban


def test_source_hash_is_of_the_packaged_bytes():
    _, source = builtin_census()
    data = (files("leohub") / "data" / "kenya" / "counties.csv").read_bytes()
    assert source.file == "built-in: kenya/counties.csv"
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert source.size_bytes == len(data)


# --- model


def test_outlines_have_the_published_areas():
    regions, source = builtin_regions()
    assert source.basis == "modelled"
    assert regions.crs.to_epsg() == 4326
    assert regions.is_valid.all()
    area = regions.to_crs("EPSG:6933").area / 1e6
    published = packaged("counties.csv").set_index(regions.index)["land_area_km2"]
    share = (area / area.sum()) / (published / published.sum())
    assert share.between(0.98, 1.02).all()
    assert area.sum() == pytest.approx(published.sum(), rel=0.01)


def test_lakes_are_not_land():
    land = builtin_regions()[0].union_all()
    places = gpd.points_from_xy([33.95, 36.15, 34.75, 36.82], [-0.6, 3.6, -0.09, -1.28])
    in_victoria, in_turkana, kisumu, nairobi = places.within(land)
    assert not in_victoria
    assert not in_turkana
    assert kisumu
    assert nairobi


def test_every_county_keeps_its_census_count(people):
    census, _ = builtin_census()
    counted = people.groupby("region_code")["people"].sum()
    assert (counted.loc[census.index] == census["census_people"]).all()
    assert people["people"].sum() == EVERYBODY
    assert people["h3"].dtype == np.uint64
    assert (people["people"] > 0).all()
    assert not people.duplicated(["h3", "region_code"]).any()


def test_same_people_at_every_resolution(people):
    census, _ = builtin_census()
    for resolution in (4, 6, 9):
        other, source = builtin_people(resolution)
        counted = other.groupby("region_code")["people"].sum()
        assert counted.to_numpy() == pytest.approx(census["census_people"].loc[counted.index])
        assert h3.get_resolution(int(other["h3"].iloc[0])) == resolution
        assert source.totals["people"] == pytest.approx(EVERYBODY)
    nairobi = h3.latlng_to_cell(-1.2864, 36.8172, 6)
    coarse = builtin_people(6)[0]
    inside = parents(people["h3"].to_numpy(), 6) == nairobi
    assert coarse.loc[coarse["h3"] == nairobi, "people"].sum() == people["people"][inside].sum()


def test_too_fine_a_resolution_is_refused():
    with pytest.raises(InputError, match="no detail at H3 resolution 10") as caught:
        builtin_people(10)
    assert caught.value.problems[0].remedy


def test_people_live_where_kenyans_live(people):
    lat, lon = np.array([h3.cell_to_latlng(int(i)) for i in people["h3"].iloc[::7]]).T
    some = people["people"].iloc[::7].to_numpy()
    west = some[(lon < 36) & (np.abs(lat) < 1)].sum()
    north_east = some[(lon > 38) & (lat > 1)].sum()
    assert west > 4 * north_east


def test_surface_is_the_same_every_time(people):
    builtin_surface.settled_cells.cache_clear()
    builtin_surface.county_outlines.cache_clear()
    again, _ = builtin_people(8)
    pd.testing.assert_frame_equal(again, people)


def test_results_are_copies(people):
    for table in (builtin_people(8)[0], builtin_census()[0]):
        table.loc[:, table.columns[-1]] = 0.0
    assert builtin_people(8)[0]["people"].sum() == EVERYBODY
    assert (builtin_census()[0]["internet_use_pct"] > 0).all()


def test_sites_are_modelled_and_say_so():
    sites, source = builtin_sites(3.0)
    assert source.basis == "modelled"
    assert sites.index.is_unique
    assert sites["name"].str.startswith("Modelled ").all()
    assert (sites["radius_km"] == 3.0).all()
    wanted = packaged("site_counts.csv").set_index("kind")["modelled"]
    assert sites["kind"].value_counts().to_dict() == wanted.to_dict()
    assert sites.loc["school:0123", "name"].startswith("Modelled school 0123, ")


def test_sites_stand_in_the_county_they_name():
    sites, source = builtin_sites()
    regions, _ = builtin_regions()
    joined, _ = join_sites([(sites, source)], regions, outside_limit_pct=0)
    assert len(joined) == len(sites)
    assert (joined["region_code"] == sites["region_code"]).all()
    named = sites["name"].str.split(", ", n=1).str[1]
    assert (named == sites["region_code"].map(regions["region"])).all()


def test_default_hub():
    lines, source = builtin_prices()
    assert {line.charged for line in lines} == {"once", "monthly"}
    assert source.totals["published"] + source.totals["assumed"] == len(lines)
    # A dish, a mast and a day's power cost more than a bicycle and less than a car.
    assumed = built_in_quantities("hub/cost.toml")[0]
    rates = {name.removeprefix("cost."): quantity for name, quantity in assumed.items()}
    cost = HubCost(lines, "KES", 129, 5, **rates)
    assert 500 < cost.capital_usd < 5_000
    assert 50 < cost.monthly_usd < 300
    assert all(line.low and line.high for line in lines if line.basis == "assumed")
    assert all(item.source for item in cost.quantities.values())
    undated = [line.item for line in lines if line.basis == "published" and not line.date]
    assert undated == ["Starlink Residential plan"]


def test_solar_panels_feed_the_hub_day_and_night():
    lines = {line.item: line for line in builtin_prices()[0]}
    assert lines["Solar power installed [W]"].quantity == pytest.approx(
        (65 + 15) * 24 / (4.5 * 0.7), abs=1
    )
    assert lines["Battery [kWh]"].quantity == pytest.approx((65 + 15) * 12 / 0.8 / 1000)


# --- studies


@pytest.mark.parametrize("path", [TEMPLATE, EXAMPLE], ids=["template", "example"])
def test_study_is_valid(path):
    study = Study.model_validate(tomllib.loads(path.read_text("utf-8")))
    assert study.choice.hubs == 450
    assert study.service.radius_km == 5
    assert study.unserved.density_limit_per_km2 == 1000
    assert study.cost.currency == "KES"


def sections_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Sections named in a type, also within lists and choices of types."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from sections_in(part)


def settings_of(model: type[BaseModel]) -> set[str]:
    """Names of all settings in a section and the sections below it."""
    names = set(model.model_fields)
    for field in model.model_fields.values():
        for section in sections_in(field.annotation):
            names |= settings_of(section)
    return names


def test_template_shows_every_setting_and_no_other():
    lines = TEMPLATE.read_text("utf-8").splitlines()
    shown = {
        found[1]
        for line in lines
        if (found := re.match(r"#?\[{0,2}(?:\w+\.)*(\w+)(?:\]| =)", line))
    }
    assert shown == settings_of(Study)


def test_settings_that_are_commented_out_are_valid_toml():
    off = [
        line[1:] for line in TEMPLATE.read_text("utf-8").splitlines() if re.match(r"#[\w\[]", line)
    ]
    assert len(off) > 50
    for line in off:
        tomllib.loads(line)


def test_template_with_own_files_is_valid():
    text = TEMPLATE.read_text("utf-8")
    # What a planner does: everything on, what is built in off, one of each pair of alternatives.
    text = re.sub(r"^#(?=[\w\[])", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"^(builtin|table\w*|budget|people_per_hub|internet_use_pct|elements|network) = .*\n",
        "",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r"^\[choice\.second_terminal\]\n(\w.*\n|# .*\n)+", "", text, flags=re.MULTILINE)
    study = Study.model_validate(tomllib.loads(text))
    assert study.people.grid == "population_1km.tif"
    assert study.sites.lists[0].radius_km == 3
    assert study.partners[0].regions == ["Nakuru", "Laikipia", "Nyandarua"]
    assert study.sky.shells[0].satellites == 1584


def test_example_prices_are_the_built_in_ones():
    study = Study.model_validate(tomllib.loads(EXAMPLE.read_text("utf-8")))
    built_in = {line.item: (line.amount, line.quantity) for line in builtin_prices()[0]}
    assert {p.item: (p.amount, p.quantity) for p in study.cost.prices} == built_in
    dates = {line.item: (line.basis, line.date) for line in builtin_prices()[0]}
    assert {p.item: (p.basis, p.date) for p in study.cost.prices} == dates


# --- against the real data


@pytest.mark.shared
def test_facts_agree_with_the_collected_tables(shared):
    theirs = pd.read_csv(shared / "data/kenya/kenya_counties.csv").set_index("county_code")
    mine = packaged("counties.csv").set_index("county_code")
    for column in ("pop_2019", "households_2019", "land_area_km2", "internet_use_pct_2019"):
        assert (mine[column] == theirs[column]).all(), column
    urban = pd.read_csv(shared / "data/kenya/kenya_census_2019_urban_centres.csv")
    counts = set(zip(urban["urban_centre"].str.lower(), urban["population"], strict=True))
    towns = packaged("towns.csv")
    assert set(zip(towns["town"].str.lower(), towns["pop_2019"], strict=True)) <= counts


@pytest.mark.shared
def test_towns_lie_in_their_counties(shared):
    real = gpd.read_file(shared / "data/kenya/kenya_counties.geojson").set_index("county_code")
    towns = packaged("towns.csv")
    places = gpd.GeoSeries(gpd.points_from_xy(towns["lon_deg"], towns["lat_deg"]), crs=4326)
    own = real.geometry.loc[towns["county_code"]].reset_index(drop=True)
    astray = towns["town"][~places.within(own, align=False)]
    # Two stand on a border: by the coordinates, in Ethiopia and in Uasin Gishu.
    assert sorted(astray) == ["Moyale", "Timboroa"]


@pytest.mark.shared
def test_modelled_surface_resembles_the_grid(shared, people, capsys):
    path = shared / "data/kenya/kenya_pop_2019_h3_res6.csv.gz"
    grid = pd.read_csv(path)
    ids = np.array([int(text, 16) for text in grid["h3"]], dtype=np.uint64)
    report, measured = [], {}
    for resolution in (4, 5, 6):
        real = grid["population"].groupby(parents(ids, resolution)).sum()
        model = people["people"].groupby(parents(people["h3"].to_numpy(), resolution)).sum()
        both = pd.concat([real, model], axis=1, keys=["real", "model"]).fillna(0)
        r = both.corr().iloc[0, 1]
        misplaced = (both["real"] - both["model"]).abs().sum() / 2 / EVERYBODY
        measured[resolution] = r
        report.append(f"H3 resolution {resolution}: r {r:.2f}, misplaced {100 * misplaced:.0f} %")
    area = np.array([h3.cell_area(int(i)) for i in people["h3"].iloc[::5]])
    some = people["people"].iloc[::5].to_numpy()
    rural = some[some / area < 1000].sum() / some.sum()
    with rasterio.open(shared / "data/kenya/kenya_pop_2019_1km.tif") as raster:
        pixels = raster.read(1)[raster.read(1) > 0].astype(np.float64)
        pixel_km2 = (111.2 * raster.res[0]) ** 2
    rural_in_grid = pixels[pixels / pixel_km2 < 1000].sum() / pixels.sum()
    real_outlines = gpd.read_file(shared / "data/kenya/kenya_counties.geojson")
    theirs = real_outlines.sort_values("county_code").to_crs("EPSG:6933").make_valid()
    mine = builtin_regions()[0].to_crs("EPSG:6933")
    common = sum(
        a.intersection(b).area for a, b in zip(mine.geometry, theirs.geometry, strict=True)
    )
    overlap = common / mine.area.sum()
    report.append(
        f"people in cells under 1,000 per km²: {100 * rural:.0f} %, "
        f"in pixels of the grid {100 * rural_in_grid:.0f} %"
    )
    report.append(f"land in the right county: {100 * overlap:.0f} %")
    with capsys.disabled():
        print("", *report, sep="\n  ")
    assert measured[4] > 0.95
    assert measured[5] > 0.9
    assert measured[6] > 0.75
    assert rural == pytest.approx(rural_in_grid, abs=0.06)
    assert overlap > 0.85


@pytest.mark.shared
def test_example_names_files_and_columns_that_exist(shared):
    study = Study.model_validate(tomllib.loads(EXAMPLE.read_text("utf-8")))

    def found(written):
        path = Path(written.replace("${LEOHUB_SHARED:-../../../shared}", str(shared)))
        assert path.is_file(), path
        return path

    found(study.people.grid)
    found(study.sky.elements)
    regions = gpd.read_file(found(study.regions.file), rows=1)
    assert {study.regions.code, study.regions.name} <= set(regions.columns)
    census = pd.read_csv(found(study.census.file), nrows=1)
    assert {study.census.code, study.census.population, study.census.internet_use} <= set(census)
    rows = {}
    for places in study.sites.lists:
        path = found(places.file)
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as stream:
            header, *body = csv.reader(stream)
        assert {places.id, places.name, places.lat, places.lon, *places.where} <= set(header)
        rows[places.kind] = len(body)
    assert rows == {"school": 37_930, "clinic": 10_900, "post office": 537, "co-operative": 1_362}
