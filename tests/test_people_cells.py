import h3 as h3_text
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.people.cells import (
    cells_at,
    centres,
    default_resolution,
    make_cells,
    resolves,
    to_hex,
)
from leohub.people.unserved import mark_eligible

NAIROBI = cells_at([-1.2864], [36.8172], 8)[0]
NEIGHBOUR = cells_at([-1.2864], [36.8372], 8)[0]
INTERNET_PCT = pd.Series({"1": 25.0, "2": 50.0})


def people(*rows):
    return pd.DataFrame(rows, columns=["h3", "region_code", "people"]).astype({"h3": "uint64"})


@pytest.mark.parametrize(
    ("radius_km", "resolution"), [(5.0, 8), (10.0, 7), (2.0, 9), (1.0, 10), (0.1, 10), (500.0, 4)]
)
def test_default_resolution(radius_km, resolution):
    assert default_resolution(radius_km) == resolution


@given(st.floats(0.53, 700))
def test_default_resolution_is_the_coarsest_that_resolves(radius_km):
    def spacing_km(resolution):
        return np.sqrt(3) * h3_text.average_hexagon_edge_length(resolution, unit="km")

    resolution = default_resolution(radius_km)
    assert spacing_km(resolution) <= radius_km / 4
    assert resolution == 4 or spacing_km(resolution - 1) > radius_km / 4


@pytest.mark.parametrize(
    ("resolution", "radius_km", "enough"),
    [(8, 5.0, True), (7, 5.0, True), (6, 5.0, False), (8, 1.9, True), (8, 1.8, False)],
)
def test_resolves_when_centres_lie_within_half_the_radius(resolution, radius_km, enough):
    assert resolves(resolution, radius_km) is enough


def test_a_border_cell_keeps_both_shares_and_the_larger_region():
    cells = make_cells(
        people((NAIROBI, "1", 100.0), (NAIROBI, "2", 300.0), (NEIGHBOUR, "1", 8.0)), INTERNET_PCT
    )
    border = cells.loc[NAIROBI]
    assert border["region_code"] == "2"
    assert border["people"] == 400
    assert border["unserved_people"] == pytest.approx(100 * 0.75 + 300 * 0.5)
    assert cells.loc[NEIGHBOUR, "unserved_people"] == 6
    assert list(cells.index) == sorted(cells.index)
    assert cells.index.dtype == np.uint64


def test_equal_parts_go_to_the_first_code():
    for rows in [("2", "1"), ("1", "2")]:
        cells = make_cells(people(*((NAIROBI, code, 50.0) for code in rows)), INTERNET_PCT)
        assert cells["region_code"].tolist() == ["1"]


def test_area_centre_and_density_are_those_of_the_cell():
    cells = make_cells(people((NAIROBI, "1", 100.0)), INTERNET_PCT).iloc[0]
    name = h3_text.int_to_str(int(NAIROBI))
    assert cells["area_km2"] == h3_text.cell_area(name, unit="km^2")
    assert (cells["lat_deg"], cells["lon_deg"]) == h3_text.cell_to_latlng(name)
    assert cells["density_per_km2"] == pytest.approx(100 / cells["area_km2"])


def test_rows_without_people_make_no_cell():
    assert make_cells(people((NAIROBI, "1", 0.0), (NEIGHBOUR, "1", 1.0)), INTERNET_PCT).index == [
        NEIGHBOUR
    ]


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_wrong_people_are_refused(wrong):
    with pytest.raises(ValueError, match="negative or missing"):
        make_cells(people((NAIROBI, "1", wrong)), INTERNET_PCT)


def test_a_region_without_a_share_is_refused():
    with pytest.raises(ValueError, match="'9'"):
        make_cells(people((NAIROBI, "9", 1.0)), INTERNET_PCT)


@given(
    st.lists(
        st.tuples(
            st.floats(-90, 90), st.floats(-180, 180), st.sampled_from("12"), st.floats(0, 1e6)
        ),
        max_size=30,
    )
)
def test_people_and_unserved_are_conserved(rows):
    ids = cells_at([row[0] for row in rows], [row[1] for row in rows], 5)
    table = people(*((cell, row[2], row[3]) for cell, row in zip(ids, rows, strict=True)))
    cells = make_cells(table.astype({"people": float}), INTERNET_PCT)
    assert cells["people"].sum() == pytest.approx(sum(row[3] for row in rows), rel=1e-9)
    unserved = sum(row[3] * (1 - INTERNET_PCT[row[2]] / 100) for row in rows)
    assert cells["unserved_people"].sum() == pytest.approx(unserved, rel=1e-9)


def test_hex_is_that_of_h3():
    ids = cells_at([0.0, -4.0, 70.0], [37.0, 39.7, -150.0], 8)
    assert to_hex(ids).tolist() == [h3_text.int_to_str(int(i)) for i in ids]


def test_the_centre_of_a_cell_is_in_the_cell():
    ids = cells_at([0.0, -4.0, 70.0], [37.0, 39.7, -150.0], 8)
    assert cells_at(*centres(ids), 8).tolist() == ids.tolist()


def test_empty_tables_make_no_cells():
    assert make_cells(people().astype({"people": float}), INTERNET_PCT).empty


def test_eligibility():
    cells = pd.DataFrame(
        {"density_per_km2": [10.0, 1000.0, 1000.1, 10.0], "unserved_people": [1.0, 2.0, 3.0, 4.0]}
    )
    served = np.array([False, False, False, True])
    marked = mark_eligible(cells, density_limit_per_km2=1000.0, served=served)
    assert marked["eligible"].tolist() == [True, True, False, False]
    assert marked["need_people"].tolist() == [1.0, 2.0, 0.0, 0.0]
    assert "eligible" not in cells
    assert mark_eligible(cells, density_limit_per_km2=None)["need_people"].sum() == 10
