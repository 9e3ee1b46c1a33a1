"""Maps of the load: read into the cells of an operator, or refused by row and column."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.errors import InputError
from leohub.io.loadmap import read_load_map
from leohub.io.provenance import InputFile
from leohub.sky.cells.grouping import service_cells

RESOLUTION = 5
ROWS = pd.DataFrame(
    {"lat_deg": [-1.3, 0.5, 3.1], "lon_deg": [36.8, 35.3, 35.6], "busy_terminals": [12.5, 0, 3]}
)


def read(folder, table, name="load.csv", resolution=RESOLUTION):
    path = folder / name
    if path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False)
    return read_load_map(InputFile(path, named=name), resolution)


def problems_of(folder, table):
    with pytest.raises(InputError) as wrong:
        read(folder, table)
    return [str(problem) for problem in wrong.value.problems]


@pytest.mark.parametrize("name", ["load.csv", "load.parquet"])
def test_every_row_is_the_load_of_its_cell(tmp_path, name):
    load, source = read(tmp_path, ROWS, name)
    cells = service_cells(ROWS["lat_deg"], ROWS["lon_deg"], RESOLUTION)
    assert load[cells].tolist() == [12.5, 0, 3]
    assert source.role == "load"
    assert source.totals == {"cells": 3, "busy_terminals": 15.5}


@given(st.permutations(range(3)))
def test_rows_may_stand_in_any_order(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("load")
    load, _ = read(folder, ROWS.iloc[order])
    assert load.sort_index().equals(read(folder, ROWS)[0].sort_index())


def test_two_rows_are_one_cell_only_where_cells_are_large(tmp_path):
    near = ROWS.assign(lat_deg=[0.5, 0.52, 3.1], lon_deg=[35.3, 35.32, 35.6])
    assert len(read(tmp_path, near, resolution=8)[0]) == 3
    (told,) = problems_of(tmp_path, near)
    assert "load.csv, row 3" in told
    assert "row 2" in told
    assert "one row for each cell of resolution 5" in told


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"busy_terminals": [1, -2, 3]}, ["row 3", "busy_terminals"]),
        ({"busy_terminals": [1, None, 3]}, ["row 3", "busy_terminals"]),
        ({"busy_terminals": ["1", "many", "3"]}, ["row 3", "many"]),
        ({"busy_terminals": [1, 2e6, 3]}, ["row 3", "busy_terminals"]),
        ({"lat_deg": [-1.3, 91, 3.1]}, ["row 3", "91"]),
        ({"lon_deg": [36.8, None, 35.6]}, ["row 3"]),
    ],
)
def test_a_wrong_value_is_told_by_its_row(tmp_path, changed, words):
    told = "\n".join(problems_of(tmp_path, ROWS.assign(**changed)))
    assert all(word in told for word in words), told


@pytest.mark.parametrize("column", ROWS.columns)
def test_a_missing_column_is_told_by_name(tmp_path, column):
    (told,) = problems_of(tmp_path, ROWS.drop(columns=column))
    assert column.removesuffix("_deg") in told


def test_all_problems_are_told_at_once(tmp_path):
    wrong = ROWS.assign(busy_terminals=[-1, 2, 3], lat_deg=[-1.3, 0.5, 200])
    assert len(problems_of(tmp_path, wrong)) == 2
