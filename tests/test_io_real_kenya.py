"""The readers on real data: totals that the publishers state."""

import pandas as pd
import pytest

from leohub.errors import InputError
from leohub.io.people.cell_table import read_people_table
from leohub.io.people.grid import read_people_grid
from leohub.io.provenance import InputFile
from leohub.io.regions.boundaries import read_regions
from leohub.io.regions.census import read_census
from leohub.io.sites.joining import join_sites
from leohub.io.sites.lists import read_sites
from leohub.people.cells import make_cells

pytestmark = pytest.mark.shared
PEOPLE_2019 = 47_564_296


@pytest.fixture(scope="module")
def kenya(shared):
    return shared / "data" / "kenya"


@pytest.fixture(scope="module")
def regions(kenya):
    return read_regions(
        InputFile(kenya / "kenya_counties.geojson"), code="county_code", name="county"
    )[0]


@pytest.fixture(scope="module")
def census(kenya, regions):
    return read_census(
        InputFile(kenya / "kenya_counties.csv"),
        regions,
        name="county",
        population="pop_2019",
        internet_use="internet_use_pct_2019",
    )[0]


def test_counties_and_census(regions, census):
    assert len(regions) == len(census) == 47
    assert regions.loc["47", "region"] == "Nairobi"
    assert census["census_people"].sum() == PEOPLE_2019
    assert census.loc["1", "internet_use_pct"] == 39.2


def test_the_grid_keeps_every_person_of_every_county(kenya, regions, census):
    people, source = read_people_grid(
        InputFile(kenya / "kenya_pop_2019_1km.tif"), regions, resolution=8, snap_km=10.0
    )
    assert people["people"].sum() == pytest.approx(PEOPLE_2019, rel=1e-6)
    assert source.totals["people_left_out"] == 0
    assert source.totals["pixels"] == 651_764
    by_county = people.groupby("region_code")["people"].sum()
    assert by_county.reindex(census.index).to_numpy() == pytest.approx(
        census["census_people"].to_numpy(), rel=0.01
    )
    cells = make_cells(people, census["internet_use_pct"])
    assert cells["people"].sum() == pytest.approx(PEOPLE_2019, rel=1e-6)
    expected = (by_county * (1 - census["internet_use_pct"] / 100)).sum()
    assert cells["unserved_people"].sum() == pytest.approx(expected, rel=1e-9)


def test_the_h3_table_agrees(kenya, regions):
    people, source = read_people_table(
        InputFile(kenya / "kenya_pop_2019_h3_res6.csv.gz"),
        regions,
        cell="h3",
        people="population",
        resolution=6,
        snap_km=10.0,
    )
    assert len(people) == source.totals["cells"] == 15_096
    assert people["people"].sum() == pytest.approx(PEOPLE_2019, rel=1e-6)


def test_candidate_places(kenya, regions):
    def read(filename, **options):
        return read_sites(InputFile(kenya / filename), radius_km=5.0, **options)

    lists = [
        read(
            "kenya_coffee_cooperatives.csv",
            kind="co-operative",
            id="id",
            name="name",
            lat="lat_approx",
            lon="lon_approx",
            skip_without_place=True,
        ),
        read("kenya_health_facilities_2020.csv.gz", kind="clinic", id="code", name="name"),
        read("kenya_schools_2016.csv.gz", kind="school", id="id", name="school_name"),
        read("kenya_post_offices_2016.csv", kind="post office", id="number", name="name"),
    ]
    assert [len(places) for places, _ in lists] == [607, 10_900, 37_930, 537]
    sites, sources = join_sites(lists, regions, outside_limit_pct=2.0)
    assert sites["merged"].sum() == 49_974 - sum(source.totals["outside"] for source in sources)
    assert sources[2].totals["outside"] == 46
    assert not sites.index.duplicated().any()
    assert not sites[["lat_deg", "lon_deg"]].round(5).duplicated().any()
    stated = pd.read_csv(kenya / "kenya_schools_2016.csv.gz").set_index("id")["county_code"]
    schools = sites[sites["kind"] == "school"]
    stated = stated.reindex(schools.index.str.removeprefix("school:").astype(float))
    assert (stated.astype("Int64").astype(str).to_numpy() == schools["region_code"]).mean() > 0.999


def test_swapped_coordinates_of_real_clinics_are_recognised(kenya, regions):
    clinics = read_sites(
        InputFile(kenya / "kenya_health_facilities_2020.csv.gz"),
        kind="clinic",
        radius_km=5.0,
        lat="lon",
        lon="lat",
    )
    with pytest.raises(InputError, match="probably swapped"):
        join_sites([clinics], regions, outside_limit_pct=2.0)
