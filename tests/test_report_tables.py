"""Tables, workbook, GeoPackage and data package agree with the dictionary and with each other."""

import csv
import json
from pathlib import Path

import h3
import numpy as np
import pandas as pd
import pyogrio
import pytest
from openpyxl import load_workbook
from pyproj import Geod

from leohub.io.provenance import sha256_of
from leohub.report.dictionary import columns_of, lay_out
from leohub.report.digest import digest
from leohub.report.folder import write_results
from leohub.report.geopackage import write_geopackage
from leohub.report.tables import write_csv, write_workbook
from tests.sample_results import RADIUS_KM, sample_results, without_estimate, without_reach


@pytest.fixture(scope="module")
def results():
    return sample_results()


@pytest.fixture(scope="module")
def folder(results, tmp_path_factory) -> Path:
    return write_results(results, tmp_path_factory.mktemp("tables") / "plan").parent


def names_of(table: str) -> list[str]:
    return [column.name for column in columns_of(table)]


@pytest.mark.parametrize("table", ["hubs", "regions"])
def test_csv_has_the_columns_of_the_dictionary(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == names_of(table)
    assert all(len(row) == len(header) for row in rows)


def test_hubs_csv_keeps_names_and_sums_to_the_plan(results, folder):
    hubs = pd.read_csv(folder / "hubs.csv", dtype={"region_code": str}, keep_default_na=False)
    assert list(hubs["name"]) == list(results.hubs["name"])
    assert hubs["added_people"].sum() == pytest.approx(results.plan.reached_people, abs=0.01)
    assert b"\r" not in (folder / "hubs.csv").read_bytes()


def test_what_is_not_defined_is_left_empty():
    hubs = without_reach(sample_results()).hubs.assign(cost_per_person_month_usd=np.inf)
    assert lay_out(hubs, "hubs")["cost_per_person_month_usd"].isna().all()


def test_a_missing_column_is_not_passed_over(results):
    with pytest.raises(KeyError, match="kind"):
        lay_out(results.hubs.drop(columns="kind"), "hubs")


def test_workbook_opens_with_its_sheets_frozen_and_formatted(results, folder):
    book = load_workbook(folder / "hubs.xlsx")
    assert book.sheetnames == [
        "Summary",
        "Hubs",
        "Regions",
        "Service",
        "Hangs on",
        "Numbers",
        "Assumptions",
        "Sources",
        "Dictionary",
    ]
    hubs = book["Hubs"]
    assert [cell.value for cell in hubs[1]] == names_of("hubs")
    assert hubs.max_row == 1 + len(results.hubs)
    assert all(sheet.freeze_panes == "A2" for sheet in book)
    added = names_of("hubs").index("added_people")
    assert hubs[2][added].number_format == "#,##0"
    assert hubs[2][added].value == pytest.approx(results.plan.added_people[0], abs=0.001)


def test_workbook_formats_a_figure_by_its_unit(folder):
    hubs = load_workbook(folder / "hubs.xlsx")["Hubs"]
    formats = {
        column.value: cell.number_format for column, cell in zip(hubs[1], hubs[2], strict=True)
    }
    assert formats["cost_per_person_month_usd"] == "#,##0.0000"
    assert formats["monthly_usd"] == "#,##0.00"
    assert formats["terminal_mbps"] == formats["latency_pop_ms"] == "#,##0.0"
    assert formats["panel_w"] == formats["battery_wh"] == formats["hubs_in_cell"] == "#,##0"
    assert formats["worst_month"] == "0"


def test_workbook_tells_the_service_with_all_that_it_rests_on(results, folder):
    book, estimate = load_workbook(folder / "hubs.xlsx"), results.estimate
    service = {row[0]: row for row in book["Service"].iter_rows(min_row=2, values_only=True)}
    assert set(service) == set(estimate.programme.index)
    served = service["served_well_people"]
    assert served[1:3] == ("people", "sum")
    assert served[3:6] == pytest.approx(estimate.programme.loc["served_well_people"])
    assert served[6] == "modelled"
    numbers = {row[0]: row for row in book["Numbers"].iter_rows(min_row=2, values_only=True)}
    assert set(numbers) == set(estimate.quantities)
    assert numbers["use.object_mb"][2:7] == (3, 1, 10, "MB", "assumed")
    shares = pd.DataFrame(book["Hangs on"].iter_rows(min_row=2, values_only=True))
    assert shares.groupby(0)[3].sum().to_numpy() == pytest.approx(1)


def test_tables_are_written_without_a_service(results, tmp_path):
    told = digest(without_estimate(results))
    write_csv(told.results.hubs, "hubs", tmp_path / "hubs.csv")
    hubs = pd.read_csv(tmp_path / "hubs.csv")
    assert hubs[["terminal_mbps", "served_well_people_low", "worst_month"]].isna().all(axis=None)
    assert list(hubs.columns) == names_of("hubs")
    write_geopackage(told, tmp_path / "plan.gpkg")
    layer = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="hubs")
    assert layer["served_well_people"].isna().all()
    write_workbook(told, tmp_path / "hubs.xlsx")
    assert "Service" not in load_workbook(tmp_path / "hubs.xlsx").sheetnames


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path):
    results = sample_results(hubs=60)
    folder = write_results(results, tmp_path / "plan").parent
    column = names_of("hubs").index("name")
    cells = [row[column] for row in load_workbook(folder / "hubs.xlsx")["Hubs"].iter_rows()]
    (cell,) = [cell for cell in cells if str(cell.value).startswith("=1+1")]
    assert cell.data_type == "s"


def test_geopackage_layers_have_their_columns_and_a_reference_system(results, folder):
    path = folder / "plan.gpkg"
    kinds = dict(pyogrio.list_layers(path))
    assert kinds == {
        "hexagons": "Polygon",
        "regions": "MultiPolygon",
        "sites": "Point",
        "service_areas": "Polygon",
        "hubs": "Point",
    }
    for layer in kinds:
        assert pyogrio.read_info(path, layer=layer)["crs"] == "EPSG:4326"
    for layer in ("hubs", "sites", "regions", "hexagons"):
        assert list(pyogrio.read_info(path, layer=layer)["fields"]) == names_of(layer)
    hubs = pyogrio.read_dataframe(path, layer="hubs")
    assert hubs.geometry.x.to_numpy() == pytest.approx(results.hubs["lon_deg"], abs=1e-6)


def test_geopackage_hexagons_hold_everybody(results, folder):
    cells = pyogrio.read_dataframe(folder / "plan.gpkg", layer="hexagons")
    assert all(map(h3.is_valid_cell, cells["h3"]))
    outline = h3.cell_to_boundary(cells["h3"][0])
    assert {(round(x, 9), round(y, 9)) for x, y in cells.geometry[0].exterior.coords} == {
        (round(lon, 9), round(lat, 9)) for lat, lon in outline
    }
    assert cells["people"].sum() == pytest.approx(results.cells["people"].sum(), abs=1)
    assert cells["reached_people"].sum() == pytest.approx(results.plan.reached_people, abs=1)


def test_service_areas_are_as_wide_as_the_radius(folder):
    areas = pyogrio.read_dataframe(folder / "plan.gpkg", layer="service_areas")
    hubs = pyogrio.read_dataframe(folder / "plan.gpkg", layer="hubs")
    for area, hub in zip(areas.geometry, hubs.geometry, strict=True):
        lon, lat = np.array(area.exterior.coords).T
        away = Geod(ellps="WGS84").inv(np.full_like(lon, hub.x), np.full_like(lat, hub.y), lon, lat)
        assert away[2] == pytest.approx(RADIUS_KM * 1000, abs=1)


def test_datapackage_describes_the_files_that_are_there(results, folder):
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - {"datapackage.json"}
    for resource in package["resources"]:
        path = folder / resource["path"]
        if path.name == "run.json":
            continue
        assert resource["hash"] == f"sha256:{sha256_of(path)}"
        assert resource["bytes"] == path.stat().st_size
    assert len({resource["name"] for resource in package["resources"]}) == len(paths)
    assert [source["licence"] for source in package["sources"]] == ["CC BY 4.0"] * 4
    assert package["name"] == "four-squares-online"


@pytest.mark.parametrize("table", ["hubs", "regions", "proof"])
def test_datapackage_schema_is_true_of_the_csv(folder, table):
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    (resource,) = [r for r in package["resources"] if r["path"] == f"{table}.csv"]
    fields = resource["schema"]["fields"]
    names = [field["name"] for field in fields]
    assert names == [name for name in names_of(table) if name in names]
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        assert reader.fieldnames == names
        rows = list(reader)
    number = lambda text: float(text or "nan")  # noqa: E731  empty where it is not defined
    parse = {"integer": int, "number": number, "string": str, "boolean": lambda text: text}
    for field in fields:
        for row in rows:
            parse[field["type"]](row[field["name"]])
    key = resource["schema"]["primaryKey"]
    assert len({row[key] for row in rows}) == len(rows)
