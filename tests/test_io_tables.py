import gzip
import hashlib
import os
import zipfile

import geopandas as gpd
import openpyxl
import openpyxl.chart
import pandas as pd
import pytest
from shapely import Point

from leohub.errors import InputError
from leohub.io import provenance
from leohub.io.columns import numbers, require_columns, texts
from leohub.io.provenance import InputFile
from leohub.io.tables import read_table

TABLE = pd.DataFrame({"code": ["01", "2"], "people": [10, 20]})


def refused(path, **options):
    with pytest.raises(InputError) as caught:
        read_table(InputFile(path, **options))
    return str(caught.value)


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_table_from_every_format(tmp_path):
    TABLE.to_csv(tmp_path / "t.csv", index=False)
    TABLE.to_csv(tmp_path / "t.csv.gz", index=False)
    TABLE.to_csv(tmp_path / "semicolon.csv", index=False, sep=";")
    TABLE.to_excel(tmp_path / "t.xlsx", index=False)
    TABLE.to_parquet(tmp_path / "t.parquet")
    points = gpd.GeoDataFrame(TABLE, geometry=[Point(37, 1), Point(38, 2)], crs="EPSG:4326")
    points.to_file(tmp_path / "t.geojson")
    points.to_file(tmp_path / "t.gpkg")
    points.to_parquet(tmp_path / "g.parquet")
    (tmp_path / "t.geojson.gz").write_bytes(gzip.compress((tmp_path / "t.geojson").read_bytes()))
    files = sorted(tmp_path.iterdir())
    assert len(files) == 9
    for path in files:
        table = read_table(InputFile(path))
        geographic = any(mark in path.name for mark in ("geojson", "gpkg", "g.parquet"))
        assert isinstance(table, gpd.GeoDataFrame) == geographic
        assert texts(table["code"]).tolist() == ["01", "2"], path
        assert texts(table["people"]).tolist() == ["10", "20"], path
        header = 1 if path.name.startswith(("t.csv", "semi", "t.xlsx")) else 0
        assert table.index.tolist() == [1 + header, 2 + header], path


def test_rows_are_numbered_as_an_editor_does(tmp_path):
    path = written(tmp_path, "t.csv", 'a,b\n1,"two\nlines"\n\n , \n5,6\n')
    assert read_table(InputFile(path)).index.tolist() == [2, 6]


def test_rows_of_a_sheet_with_a_gap(tmp_path):
    gap = pd.DataFrame({"a": [1, None, 3], "b": [1, None, 3]})
    gap.to_excel(tmp_path / "t.xlsx", index=False)
    assert read_table(InputFile(tmp_path / "t.xlsx")).index.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", "", "the file is empty"),
        ("t.csv", "a,b\n", "no rows"),
        ("t.csv", "a,b\n1,2\n1,2,3\n4\n", "2 rows do not have the header's 2 fields: rows 3, 4"),
        ("t.csv", 'a,b\n1,"2\n', "is not CSV"),
        ("t.csv", "a,a\n1,2\n", "columns appear twice: 'a'"),
        ("t.csv", ";;\n\n", "no rows"),
        ("t.csv", '"name;lat"\n"a;1"\n', "row 1: the whole header is one column, 'name;lat'"),
        ("t.csv", "a,b\n1," + "x" * 131_073 + "\n", "row 2: a field has more than 131,072 char"),
        ("t.dbf", "x", ".dbf is not a known format. Give CSV"),
        ("table", "x", "it has no suffix. Give CSV"),
        ("t.geojson", "[" * 100_000, "nested too deeply"),
        ("t.geojson", '{"n": ' + "9" * 5000 + "}", "a number in it has thousands of digits"),
        ("t.csv", "n\n\n" + "9" * 5000 + ",\n", "1 rows do not have the header's 1 fields: rows 3"),
        ("t.geojson", '{"type": "Feat', "row 1: this is not complete JSON"),
        ("t.xlsx", "x", "cannot be read as XLSX"),
        ("t.gpkg", "x", "cannot be read as GeoPackage"),
        ("t.parquet", "x", "cannot be read as Parquet"),
        ("t.csv.gz", "x", "damaged or incomplete"),
    ],
)
def test_unreadable_files(tmp_path, name, text, message):
    assert message in refused(written(tmp_path, name, text))


def test_the_header_may_stand_below_blank_lines(tmp_path):
    path = written(tmp_path, "t.csv", "\ufeff\n ; ;\n\na;b;c\n1;2,5;3\n\n4;5;6\n")
    table = read_table(InputFile(path))
    assert table.columns.tolist() == ["a", "b", "c"]
    assert table.index.tolist() == [5, 7]
    assert table["b"].tolist() == ["2,5", "5"]
    ragged = written(tmp_path, "r.csv", "\n\na,b\n1,2\n3\n")
    said = refused(ragged)
    assert "header's 2 fields: rows 5." in said
    assert "the header is row 3" in said


def test_a_byte_order_mark_is_no_part_of_the_table(tmp_path):
    path = written(tmp_path, "t.csv", '\ufeff"a",b\n1,2\n')
    assert read_table(InputFile(path)).columns.tolist() == ["a", "b"]
    points = gpd.GeoDataFrame(TABLE, geometry=[Point(37, 1), Point(38, 2)], crs="EPSG:4326")
    written(tmp_path, "t.geojson", "\ufeff" + points.to_json())
    assert len(read_table(InputFile(tmp_path / "t.geojson"))) == 2


def test_a_separator_within_quotes_does_not_separate(tmp_path):
    path = written(tmp_path, "t.csv", '"people; 2019; all",lat\n1,2\n')
    assert read_table(InputFile(path)).columns.tolist() == ["people; 2019; all", "lat"]


def test_a_sheet_with_blank_rows_above_and_ragged_ones_below(tmp_path):
    book = openpyxl.Workbook()
    for row in ([], [None, None], ["a", "b"], [1, 2], [], [3, 4, "beside"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    table = read_table(InputFile(tmp_path / "t.xlsx"))
    assert table.index.tolist() == [4, 6]
    assert table.columns.tolist() == ["a", "b", "column 3"]


def test_damaged_books_are_told(tmp_path):
    TABLE.to_excel(tmp_path / "t.xlsx", index=False)
    for part, content, message in (
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row", "cannot be read as XLSX"),
        ("xl/worksheets/sheet1.xml", b"<worksheet></worksheet>", "its first sheet has no table"),
        ("xl/workbook.xml", b"<workbook><", "cannot be read as XLSX (unclosed token"),
        ("xl/styles.xml", b"", "cannot be read as XLSX"),
    ):
        damaged = tmp_path / "damaged.xlsx"
        with zipfile.ZipFile(tmp_path / "t.xlsx") as sound, zipfile.ZipFile(damaged, "w") as made:
            for name in sound.namelist():
                made.writestr(name, content if name == part else sound.read(name))
        assert message in refused(damaged), part


@pytest.mark.parametrize("drawn", [True, False])
def test_a_chart_may_stand_before_the_table(tmp_path, drawn):
    book = openpyxl.Workbook()
    chart = book.create_chartsheet("chart", index=0)
    for row in (["a", "b"], [1, 2]):
        book["Sheet"].append(row)
    if drawn:
        bars = openpyxl.chart.BarChart()
        bars.add_data(openpyxl.chart.Reference(book["Sheet"], min_col=1, min_row=1, max_row=2))
        chart.add_chart(bars)
        book.save(tmp_path / "t.xlsx")
        assert read_table(InputFile(tmp_path / "t.xlsx")).columns.tolist() == ["a", "b"]
    else:
        book.save(tmp_path / "t.xlsx")
        assert "cannot be read as XLSX (" in refused(tmp_path / "t.xlsx")


def test_paths_that_are_no_files(tmp_path):
    assert "no such file" in refused(tmp_path / "a\u0000b")
    assert "no such file" in refused(tmp_path / "a\u0000b.csv.gz")
    written(tmp_path, "t.csv", "a\n1\n")
    assert "no such file" in refused(tmp_path / "t.csv" / "t.csv")
    assert "cannot be opened (File name too long)" in refused(tmp_path / ("x" * 300 + ".csv"))
    os.mkfifo(tmp_path / "pipe.csv")
    assert "a pipe or a device" in refused(tmp_path / "pipe.csv")
    (tmp_path / "folder").mkdir()
    assert "this is a folder" in refused(tmp_path / "folder")
    assert "no such file" in refused(tmp_path / "nothing")


def test_a_gz_that_has_no_room_is_told(tmp_path, monkeypatch):
    def fill(*_):
        raise OSError(28, "No space left on device")

    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    monkeypatch.setattr(provenance.shutil, "copyfileobj", fill)
    assert "(No space left on device)" in refused(tmp_path / "t.csv.gz")


def test_missing_files_folders_and_other_encodings(tmp_path):
    assert "no such file" in refused(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    assert "this is a folder" in refused(tmp_path / "folder.csv")
    (tmp_path / "latin.csv").write_bytes("name\nKéricho\n".encode("latin-1"))
    assert "not UTF-8. Save the table as CSV UTF-8" in refused(tmp_path / "latin.csv")
    (tmp_path / "latin.geojson").write_bytes('{"name": "Kéricho"}'.encode("latin-1"))
    assert "Export it again as GeoJSON in UTF-8" in refused(tmp_path / "latin.geojson")
    assert refused(tmp_path / "none.csv", named="my.csv").startswith("my.csv: ")


def test_a_cut_off_gz_is_refused(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 10000)[:-20])
    assert "damaged or incomplete" in refused(tmp_path / "t.csv.gz")


def test_a_geopackage_with_two_layers_is_refused(tmp_path):
    points = gpd.GeoDataFrame(TABLE, geometry=[Point(37, 1), Point(38, 2)], crs="EPSG:4326")
    for layer in ("first", "second"):
        points.to_file(tmp_path / "t.gpkg", layer=layer)
    assert "2 layers (first, second)" in refused(tmp_path / "t.gpkg")


def test_a_missing_column_names_the_closest():
    problems = InputFile("t.csv").problems()
    table = pd.DataFrame({"county_code": ["1"], "people": ["2"]})
    wanted = {"census.code": "countycode", "census.name": None, "census.population": "zzz"}
    assert not require_columns(table, wanted, problems)
    first, second = (str(problem) for problem in problems.found)
    assert "'countycode': there is no such column; the table has 'county_code', 'people'" in first
    assert "Set `census.code` to 'county_code'" in first
    assert "Set `census.population` to one of these" in second


def test_numbers_name_the_rows():
    problems = InputFile("t.csv").problems()
    table = pd.DataFrame({"pct": ["1.5", "x", "", "101", "-1", "NA"]}, index=range(2, 8))
    values = numbers(table, "pct", problems, low=0, high=100)
    assert values.notna().tolist() == [True, False, False, False, False, False]
    said = "\n".join(str(problem) for problem in problems.found)
    assert "row 3: column 'pct': 'x' is not a number" in said
    assert "row 4: column 'pct' has no value" in said
    assert "row 5: column 'pct': 101 is above 100" in said
    assert "row 6: column 'pct': -1 is below 0" in said
    assert "row 7: column 'pct' has no value" in said


def test_infinite_numbers_are_out_of_range():
    problems = InputFile("t.csv").problems()
    numbers(pd.DataFrame({"n": ["inf"]}, index=[2]), "n", problems, low=0, high=1)
    assert len(problems.found) == 1


def test_numbers_of_thousands_of_digits_are_no_numbers():
    problems = InputFile("t.csv").problems()
    table = pd.DataFrame({"n": ["9" * 5000]}, index=[2])
    numbers(table, "n", problems, low=0, high=1)
    assert "row 2" in problems.found[0].where


def test_codes_are_the_same_text_whatever_the_type():
    assert texts(pd.Series([1, 2])).tolist() == ["1", "2"]
    assert texts(pd.Series([1.0, None])).tolist() == ["1", ""]
    assert texts(pd.Series([" 1.0", "01", "1.5", "KE.1"])).tolist() == ["1", "01", "1.5", "KE.1"]


def test_a_source_says_where_a_file_came_from(tmp_path):
    path = written(tmp_path, "t.csv", "a\n1\n")
    file = InputFile(path, named="t.csv", origin="Bureau", date="2019", licence="CC BY 4.0")
    source = file.source("census", totals={"rows": 1.0})
    assert source.sha256 == hashlib.sha256(b"a\n1\n").hexdigest()
    assert (source.file, source.size_bytes, source.origin) == ("t.csv", 4, "Bureau")
    assert (source.date, source.licence, source.basis) == ("2019", "CC BY 4.0", "measured")
