"""The report's map in a real browser: catchments in their true shape, and hubs that stand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser, sync_playwright

from leohub.report.catchments import simplified
from leohub.report.digest import digest
from leohub.report.html import html
from leohub.study.results import Results
from tests.sample_results import sample_results
from tests.test_browser_report import ARGUMENTS, CHROMIUM, Opened, open_report, settle
from tests.test_browser_report import pytestmark as pytestmark
from tests.test_report_catchments import IDS, SAMPLE, SHAPES, with_standing

STANDING = 5
SMALL = {"viewport": {"width": 700, "height": 500}, "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def page_of(results: Results, path: Path) -> Path:
    path.write_text(html(digest(results)), "utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory) -> Opened:
    path = tmp_path_factory.mktemp("catchments") / "report.html"
    return open_report(browser, page_of(with_standing(SAMPLE, STANDING), path), **SMALL)


def test_the_map_draws_the_cells_that_hubs_serve(opened):
    page = opened.page
    drawn = page.evaluate("() => leohubMap.getSource('areas').getData()")
    assert len(drawn["features"]) == 20
    assert {feature["geometry"]["type"] for feature in drawn["features"]} == {"MultiPolygon"}
    expected = simplified(SHAPES, IDS)
    for feature, shape in zip(drawn["features"], expected, strict=True):
        found = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shapely.hausdorff_distance(found, shape) < 1e-4
    assert "Catchment" in page.locator("#controls").inner_text()


def test_hubs_that_stand_are_shown_and_told(opened):
    page = opened.page
    settle(page)
    query = "() => leohubMap.queryRenderedFeatures({layers: ['standing']}).map(f => f.id)"
    assert set(page.evaluate(query)) == set(range(STANDING))
    assert f"{STANDING} hubs stand already" in page.locator("#controls").inner_text()
    page.evaluate(
        "() => { const plan = JSON.parse(document.getElementById('plan').textContent);"
        "const hub = plan.standing[0];"
        "leohubMap.jumpTo({center: [hub.lon_deg, hub.lat_deg], zoom: 12}) }"
    )
    settle(page)
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    details = page.locator("#details")
    details.wait_for(state="visible")
    assert "Stands already" in details.inner_text()


def test_light_and_dark_have_diamonds_of_their_own_and_nothing_goes_wrong(opened):
    page = opened.page
    icon = "() => leohubMap.getLayoutProperty('standing', 'icon-image')"
    page.emulate_media(color_scheme="dark")
    settle(page)
    dark = page.evaluate(icon)
    page.emulate_media(color_scheme="light")
    settle(page)
    assert {dark, page.evaluate(icon)} == {"diamond-dark", "diamond-light"}
    assert opened.errors == []


def test_the_curve_shows_the_last_hubs_and_the_next(opened):
    worth = opened.page.locator("#curve .worth").all_inner_texts()
    assert [text.split(":")[0] for text in worth] == ["last 5", "next 5"]


def test_where_nothing_stands_and_the_radius_decides_all_is_as_before(browser, tmp_path):
    opened = open_report(browser, page_of(sample_results(), tmp_path / "report.html"), **SMALL)
    page = opened.page
    drawn = page.evaluate("() => leohubMap.getSource('areas').getData()")
    assert {len(feature["geometry"]["coordinates"][0]) for feature in drawn["features"]} == {73}
    words = page.locator("#controls").inner_text()
    assert "stand already" not in words
    assert "Service radius" in words
    assert opened.errors == []
    page.context.close()
