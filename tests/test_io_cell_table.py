import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
from shapely import box

from leohub.errors import InputError
from leohub.io.people.cell_table import read_people_table
from leohub.io.provenance import InputFile

REGIONS = gpd.GeoDataFrame(
    {"region": ["West", "East"]},
    geometry=[box(36, -1, 37, 1), box(37, -1, 38, 1)],
    index=["W", "E"],
    crs="EPSG:4326",
)
WEST = h3.latlng_to_cell(0.5, 36.5, 7)
EAST = h3.latlng_to_cell(0.5, 37.5, 7)
SEA = h3.latlng_to_cell(0.5, 39.0, 7)


def read(folder, rows, name="cells.csv", **options):
    table = pd.DataFrame(rows, columns=["cell", "people"])
    path = folder / name
    table.to_parquet(path) if name.endswith("parquet") else table.to_csv(path, index=False)
    options = {"cell": "cell", "people": "people", "resolution": 7, "snap_km": 0.0} | options
    return read_people_table(InputFile(path, named=name), REGIONS, **options)


def refused(*given, **options):
    with pytest.raises(InputError) as caught:
        read(*given, **options)
    return str(caught.value)


@pytest.mark.parametrize("name", ["cells.csv", "cells.csv.gz", "cells.parquet"])
@pytest.mark.parametrize("as_number", [False, True])
def test_text_and_number_ids(tmp_path, name, as_number):
    rows = [(h3.str_to_int(cell) if as_number else cell, n) for cell, n in [(EAST, 4.5), (WEST, 2)]]
    people, source = read(tmp_path, rows, name)
    assert people["h3"].dtype == np.uint64
    found = dict(
        zip(people["h3"].map(lambda cell: h3.int_to_str(cell)), people["people"], strict=True)
    )
    assert found == {WEST: 2, EAST: 4.5}
    assert dict(zip(people["region_code"], people["people"], strict=True)) == {"W": 2, "E": 4.5}
    assert source.totals == {
        "rows": 2, "people_in_file": 6.5, "people_inside": 6.5, "people_snapped": 0,
        "people_left_out": 0, "cells": 2,
    }  # fmt: skip


def test_finer_cells_go_to_their_parents(tmp_path):
    children = list(h3.cell_to_children(WEST, 9))
    people, source = read(tmp_path, [(child, 2) for child in children])
    assert people["people"].tolist() == [98]
    assert people["h3"].tolist() == [h3.str_to_int(WEST)]
    assert source.totals["cells"] == 1


def test_cells_outside(tmp_path):
    shore = h3.latlng_to_cell(0.5, 38.02, 7)
    rows = [(WEST, 1), (shore, 10), (SEA, 100)]
    people, source = read(tmp_path, rows, snap_km=5.0)
    assert people.groupby("region_code")["people"].sum().to_dict() == {"W": 1, "E": 10}
    assert source.totals["people_snapped"] == 10
    assert source.totals["people_left_out"] == 100
    assert "1 cells with 10 people" in source.notes[0]
    assert "1 cells with 100 people further outside were left out" in source.notes[1]
    assert "none of the 100 people" in refused(tmp_path, [(SEA, 100)])


def test_everything_wrong_at_once(tmp_path):
    rows = [
        (WEST, 1),
        ("866a58", 2),
        (WEST, 3),
        (EAST, -5),
        ("", "x"),
        (h3.cell_to_parent(SEA, 5), 1),
    ]
    said = refused(tmp_path, rows)
    assert "cells.csv, row 3: '866a58' is not an H3 cell" in said
    assert f"row 4: cell '{WEST}' is already in row 2" in said
    assert "several resolutions: 1 of 5, 3 of 7" in said
    assert "row 5: column 'people': -5 is below 0" in said
    assert "row 6: '' is not an H3 cell" in said
    assert "row 6: column 'people': 'x' is not a number" in said


def test_coarser_cells_and_absurd_people(tmp_path):
    said = refused(tmp_path, [(WEST, 1)], resolution=8)
    assert "For service radii of 4.9 km or more set `people.resolution` to 7" in said
    assert "row 2: 10,000,000 people is more than can live in this cell" in refused(
        tmp_path, [(WEST, 1e7)]
    )
    assert "Set `people.table_cell` to 'cell'" in refused(tmp_path, [(WEST, 1)], cell="cel")
