"""The sky over a country: hexagons all over it, true classes, whole words, the page's shapes."""

import datetime as dt
import re
from dataclasses import replace

import geopandas as gpd
import h3.api.numpy_int as h3
import matplotlib as mpl
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from leohub.report.countryfigure import outlines
from leohub.report.dictionary import columns_of, lay_out
from leohub.report.digest import digest
from leohub.report.figures import FIGURES
from leohub.report.html import html
from leohub.report.palette import GAPS, GAPS_DARK, PEOPLE, PEOPLE_DARK
from leohub.report.skymap import GAP_LABELS, SHADES, mean_breaks, shade_rules, sky_maps
from leohub.report.skymapfigure import page_maps
from leohub.report.slide import DPI, SIZE_IN, STYLE
from leohub.sky.screening import screen
from leohub.sky.service import day_service
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.study.overhead import Overhead
from leohub.study.skygrid import MOST_CELLS, country_cells, grid_resolution, watch_country
from tests.sample_results import sample_results
from tests.sample_scene import START, two_shells

RESULTS = sample_results()


def country(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4326")


def stretched(results, width: float):
    """The same country, wider."""
    regions = results.regions.copy()
    regions["geometry"] = regions.scale(width, 1, origin=(36, 0))
    return replace(results, regions=regions)


# --- The hexagons --------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    lat=st.floats(-60, 60),
    lon=st.floats(-150, 150),
    size_deg=st.floats(0.0005, 20),
)
def test_hexagons_cover_a_country_and_are_not_too_many(lat, lon, size_deg):
    box = shapely.box(lon, lat, lon + size_deg, lat + size_deg)
    ids = country_cells(country(box))
    assert (np.diff(ids.astype(np.int64)) > 0).all()
    assert 1 <= len(ids) <= 1.5 * MOST_CELLS + 40
    around = h3.grid_disk(h3.latlng_to_cell(lat, lon, h3.get_resolution(int(ids[0]))), 1)
    assert set(map(int, around)) & set(map(int, ids))


def test_islands_and_specks_have_hexagons_of_their_own():
    islands = shapely.union(shapely.box(0, 0, 5, 5), shapely.box(9, 9, 9.001, 9.001))
    speck = shapely.box(-20, -20, -19.9999, -19.9999)
    ids = country_cells(country(islands, speck))
    resolution = h3.get_resolution(int(ids[0]))
    assert h3.latlng_to_cell(-20, -20, resolution) in ids
    assert len(ids) > 100


@given(st.floats(0.01, 2e7))
def test_the_resolution_is_the_finest_that_is_not_too_many(area_km2):
    resolution = grid_resolution(area_km2)
    assert area_km2 <= MOST_CELLS * h3.average_hexagon_area(resolution, unit="km^2")
    finer = h3.average_hexagon_area(resolution + 1, unit="km^2")
    assert resolution == 9 or area_km2 > MOST_CELLS * finer


def test_the_country_is_watched_like_a_hub():
    screening = screen(two_shells(), at=START, min_altitude_km=400, max_element_age_days=3)
    start = START.replace(tzinfo=dt.UTC)
    overhead = Overhead(screening, start, Rules(40, 18, "longest"))
    regions = country(shapely.box(30, 20, 31, 21))
    told = []
    sky = watch_country(
        regions, overhead, hours=0.5, step_s=30, tick=lambda stage, share: told.append(stage)
    )
    columns = {column.name for column in columns_of("sky")}
    assert columns == {"h3", *sky.columns}
    assert set(told) == {"watching the sky over the country"}
    one = sky.iloc[7]
    alone = day_service(
        screening.kept,
        places_at(one["lat_deg"], one["lon_deg"]),
        Rules(40, 18),
        start=start,
        hours=0.5,
        step_s=30,
    ).isel(place=0)
    for name in columns - {"h3", "lat_deg", "lon_deg"}:
        assert one[name] == pytest.approx(float(alone[name])), name
    assert (sky["longest_gap_in_view_s"] <= sky["longest_gap_s"]).all()
    assert lay_out(sky, "sky")["h3"].str.len().eq(15).all()


# --- The maps ------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 300), min_size=1, max_size=20).map(np.array),
)
def test_breaks_hold_all_values_in_few_round_classes(values):
    breaks = mean_breaks(values)
    assert 2 <= len(breaks) <= SHADES + 1
    assert breaks[0] <= values.min() + 1e-9  # a value that rounds to a break is on it
    assert breaks[-1] >= values.max() - 1e-9
    assert np.allclose(np.diff(breaks), breaks[1] - breaks[0])


def test_every_hexagon_has_the_class_that_its_value_is_in():
    means, gaps = sky_maps(RESULTS)
    limits = {
        shade: [float(limit) for limit in label.split(" – ")] for shade, label in means.legend
    }
    for one, column in zip(means.maps, ("in_view_mean", "usable_mean"), strict=True):
        for shade, value in zip(one.shades, RESULTS.sky[column], strict=True):
            low, high = limits[shade]
            assert low <= value <= high
    shades = dict(zip(RESULTS.sky["longest_gap_s"], gaps.maps[1].shades, strict=True))
    assert {gap: GAP_LABELS[shade] for gap, shade in shades.items()} == {
        0.0: "none",
        15.0: "≤ 1 min",
        90.0: "≤ 5 min",
        5000.0: "≤ 4 h",
    }
    assert gaps.maps[0].said == "none anywhere"
    assert gaps.maps[1].said == "up to 83.3 min"


def test_where_no_arc_is_avoided_it_is_said():
    service = RESULTS.service.assign_attrs(arc_avoidance_deg=0.0)
    means, _ = sky_maps(replace(RESULTS, service=service))
    assert [one.title for one in means.maps] == ["all in view", "no arc is avoided"]


@pytest.mark.parametrize("width", [0.3, 1.0, 3.0])
def test_no_words_of_the_figure_are_cut_off(width):
    told = digest(stretched(RESULTS, width))
    figure = Figure(figsize=SIZE_IN, dpi=DPI)
    FigureCanvasAgg(figure)
    with mpl.rc_context(STYLE):
        FIGURES["sky"](figure, told)
        figure.draw_without_rendering()
    marks = {
        label
        for axes in figure.axes
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels())
    }
    texts = [text for text in set(figure.findobj(Text)) - marks if text.get_text()]
    titles = [text for text in texts if text.get_text().startswith(("all in view", "clear of"))]
    assert len(titles) == 4
    for text in texts:
        place = text.get_window_extent()
        assert figure.bbox.contains(place.x0, place.y0), text.get_text()
        assert figure.bbox.contains(place.x1, place.y1), text.get_text()
    extents = [text.get_window_extent() for text in titles]
    assert not any(
        one.overlaps(other) for place, one in enumerate(extents) for other in extents[:place]
    )


def test_regions_of_several_parts_have_all_their_outlines():
    parts = shapely.MultiPolygon([shapely.box(36, 0, 36.2, 0.2), shapely.box(36.4, 0, 36.5, 0.1)])
    regions = RESULTS.regions.copy()
    regions.loc["1", "geometry"] = parts
    assert len(outlines(regions)) == len(RESULTS.regions) + 1


def test_the_page_draws_every_hexagon_once_in_each_map():
    maps = page_maps(RESULTS)
    for group in maps.paths:
        for one in group:
            assert sum(path.count("M") for _, path in one) == len(RESULTS.sky)
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", maps.outline)]
    assert min(numbers) >= 0
    assert max(numbers) <= max(maps.width, maps.height)
    page = html(digest(RESULTS))
    assert page.count('clip-path="url(#country)"') == 4
    assert "up to 83.3\N{NO-BREAK SPACE}min" in page
    assert shade_rules() in page


def test_all_shades_have_colours_on_light_and_dark_ground():
    assert len(PEOPLE) == len(PEOPLE_DARK) == len(GAPS) == len(GAPS_DARK) == len(GAP_LABELS)
    rules = shade_rules()
    for colours in (PEOPLE, PEOPLE_DARK, GAPS, GAPS_DARK):
        for shade, colour in enumerate(colours):
            assert f".s{shade} {{ --shade: {colour}; }}" in rules
