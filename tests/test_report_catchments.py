"""Catchments as shapes: true to the cells that hubs serve, and small enough for a page."""

import json
from dataclasses import replace
from pathlib import Path

import h3
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.report.catchments import MOST_EDGES, catchments, simplified
from leohub.report.digest import digest
from leohub.report.geopackage import write_geopackage
from leohub.report.mapdata import map_data
from leohub.study.results import Results
from leohub.study.settings.catchment import Catchment
from tests.sample_results import sample_results


def by_time(results: Results) -> Results:
    """The same results where the catchments are walking times, cut by an accident of the land."""
    service = results.study.service.model_copy(
        update={"catchment": Catchment(by="friction", file="friction.tif", minutes=60)}
    )
    study = results.study.model_copy(update={"service": service})
    near = results.coverage.shares.toarray()
    west = results.cells["lon_deg"].to_numpy() < results.sites["lon_deg"].to_numpy()[:, None]
    hidden = near * ~(west & (np.arange(near.shape[0]) % 2 == 0)[:, None])
    coverage = replace(results.coverage, shares=csr_array(hidden))
    return replace(results, study=study, coverage=coverage)


def with_standing(results: Results, number: int) -> Results:
    """The same results where hubs stand at the first sites that are not chosen."""
    places = np.setdiff1d(np.arange(len(results.sites)), results.plan.hubs)[:number]
    return replace(results, standing=np.isin(np.arange(len(results.sites)), places))


SAMPLE = by_time(sample_results(hubs=20))
SHAPES = catchments(SAMPLE)
IDS = SAMPLE.cells.index.to_numpy(np.uint64)
EDGE_DEG = h3.average_hexagon_edge_length(6, "km") / 111


@pytest.fixture(scope="module")
def results() -> Results:
    return SAMPLE


def cells_inside(results: Results, shape) -> np.ndarray:
    lon, lat = results.cells["lon_deg"], results.cells["lat_deg"]
    return shapely.contains_xy(shape, lon, lat)


def test_where_the_radius_alone_decides_there_are_no_shapes():
    plain = sample_results()
    assert catchments(plain) is None
    assert map_data(digest(plain))["areas"] is None


def test_a_shape_holds_the_cells_that_the_hub_serves_and_no_others(results):
    shapes = catchments(results)
    served = results.coverage.shares[results.plan.hubs].toarray() > 0
    assert len(shapes) == len(results.hubs)
    for shape, cells in zip(shapes, served, strict=True):
        inside = cells_inside(results, shape)
        assert not (cells & ~inside).any()
        assert (inside & ~cells).sum() <= 3, "only a hole as small as that is filled"
        assert shape.is_valid


def test_the_area_is_that_of_the_cells(results):
    shapes = catchments(results)
    hub = int(np.argmax([shape.area for shape in shapes]))
    row = results.coverage.shares[results.plan.hubs[[hub]]].toarray().ravel() > 0
    cells = [h3.int_to_str(int(cell)) for cell in results.cells.index[row]]
    polygons = [shapely.Polygon([(b, a) for a, b in h3.cell_to_boundary(cell)]) for cell in cells]
    assert shapes[hub].area == pytest.approx(shapely.union_all(polygons).area, rel=1e-6)


def ring_of(cells: int) -> Results:
    """One hub that serves a disc of cells but for the first ones in its middle."""
    results = by_time(sample_results(hubs=1))
    middle = h3.latlng_to_cell(0.5, 36.5, 6)
    disc = [h3.str_to_int(cell) for cell in h3.grid_disk(middle, 4)]
    hole = [h3.str_to_int(cell) for cell in h3.grid_disk(middle, 1)][:cells]
    served = results.cells.index.isin(disc) & ~results.cells.index.isin(hole)
    shares = csr_array(np.tile(served.astype(float), (len(results.sites), 1)))
    return replace(results, coverage=replace(results.coverage, shares=shares))


@pytest.mark.parametrize(("cells", "holes"), [(0, 0), (1, 0), (3, 0), (4, 1), (7, 1)])
def test_only_small_holes_are_filled(cells, holes):
    (shape,) = catchments(ring_of(cells))
    assert sum(len(part.interiors) for part in shape.geoms) == holes


def test_a_hub_that_serves_nobody_has_an_empty_shape(results):
    nothing = csr_array(results.coverage.shares.shape)
    empty = replace(results, coverage=replace(results.coverage, shares=nothing))
    assert all(shape.is_empty for shape in catchments(empty))
    assert map_data(digest(empty))["areas"] == [[]] * len(results.hubs)


def test_shapes_are_simplified_by_half_a_cell_where_there_is_room(results):
    ids = results.cells.index.to_numpy(np.uint64)
    shapes = catchments(results)
    simple = simplified(shapes, ids)
    edge_deg = h3.average_hexagon_edge_length(6, "km") / 111
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(shapes).sum()
    assert (shapely.hausdorff_distance(shapes, simple) < 0.75 * edge_deg).all()


@given(st.integers(1, 600))
def test_more_corners_than_a_page_carries_are_never_kept_if_rougher_ones_do(most):
    simple = simplified(SHAPES, IDS, most)
    roughest = shapely.simplify(SHAPES, EDGE_DEG * MOST_EDGES * 1.5)
    corners = shapely.get_num_coordinates(simple).sum()
    assert corners <= max(most, shapely.get_num_coordinates(roughest).sum() + 4 * len(SHAPES))
    assert not shapely.is_empty(simple).any()


def unpacked(rings: list[list[int]]) -> shapely.Polygon:
    """As the page's script reads them."""
    shell, *holes = [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) / 1e4 for ring in rings]
    return shapely.Polygon(shell, holes)


def test_what_the_page_carries_unpacks_to_the_shapes(results):
    areas = json.loads(json.dumps(map_data(digest(results))["areas"]))
    simple = simplified(catchments(results), IDS)
    for parts, shape in zip(areas, simple, strict=True):
        drawn = shapely.MultiPolygon([unpacked(rings) for rings in parts])
        assert shapely.hausdorff_distance(drawn, shape) < 1e-4
    assert len(json.dumps(areas, separators=(",", ":"))) < 600 * len(areas)


def test_the_geopackage_has_them_to_the_cell(results, tmp_path: Path):
    path = tmp_path / "plan.gpkg"
    write_geopackage(digest(results), path)
    layer = pyogrio.read_dataframe(path, layer="service_areas")
    assert set(layer.geometry.geom_type) == {"MultiPolygon"}
    assert layer["site_id"].tolist() == results.hubs["site_id"].tolist()
    assert shapely.area(layer.geometry.to_numpy()) == pytest.approx(
        [shape.area for shape in catchments(results)]
    )


def test_standing_hubs_are_a_layer_of_their_own_where_there_are_any(results, tmp_path: Path):
    stand = with_standing(results, 3)
    for name, found, expected in (("with", stand, True), ("without", results, False)):
        path = tmp_path / f"{name}.gpkg"
        write_geopackage(digest(found), path)
        assert ("standing" in pyogrio.list_layers(path)[:, 0]) == expected
    layer = pyogrio.read_dataframe(tmp_path / "with.gpkg", layer="standing")
    sites = stand.sites[stand.standing]
    assert layer.geometry.x.to_numpy() == pytest.approx(sites["lon_deg"].to_numpy())
    assert set(layer["region"]) <= set(results.regions["region"])


def test_a_hub_that_stands_is_no_candidate_on_the_map(results):
    stand = with_standing(results, 3)
    data, before = map_data(digest(stand)), map_data(digest(results))
    names = stand.sites[stand.standing]["name"].tolist()
    assert [record["name"] for record in data["standing"]] == names
    assert sorted(data["sites"]["name"] + names) == sorted(before["sites"]["name"])
    assert before["standing"] == []
