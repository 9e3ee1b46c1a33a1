"""The page of two plans in a real browser: it opens from disk, asks for nothing, and works."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from leohub.report.catchments import simplified
from leohub.report.difference import compare_plans
from leohub.report.differencepage import write_difference
from leohub.report.finished import read_finished
from leohub.report.folder import write_results
from leohub.report.planlayers import read_standing
from tests.sample_results import sample_results
from tests.test_browser_report import (
    CHROMIUM,
    WITHOUT_WEBGL,
    browser,  # noqa: F401 - a fixture
    chromium,  # noqa: F401 - a fixture
    open_report,
    pytestmark,  # noqa: F401 - marks of this module
    settle,
    shown_features,
)
from tests.test_report_catchments import IDS, SAMPLE, SHAPES, with_standing


@pytest.fixture(scope="module")
def page_file(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    for name, hubs in (("a", 12), ("b", 20)):
        write_results(sample_results(hubs=hubs), folder / name)
    a, b = (read_finished(folder / name, needs=["plan.gpkg"]) for name in "ab")
    # Three hubs that only A has.
    found = compare_plans(a, replace(b, hubs=b.hubs.drop(index=[1, 4, 7])))
    write_difference(found, folder / "two.html")
    return folder / "two.html"


@pytest.fixture(scope="module")
def opened(browser, page_file):  # noqa: F811
    return open_report(browser, page_file)


def test_nothing_is_requested_nothing_goes_wrong_and_all_hubs_are_drawn(opened, page_file):
    page = opened.page
    settle(page)
    assert shown_features(page, "hubs") == 20
    assert shown_features(page, "regions") == 4
    page.emulate_media(color_scheme="dark")
    settle(page)
    page.emulate_media(color_scheme="light")
    settle(page)
    outside = [url for url in opened.requests if not url.startswith(("data:", "blob:"))]
    assert outside == [page_file.as_uri()]
    assert opened.errors == []


def test_each_group_has_a_sign_of_its_own_shape_and_can_be_hidden(opened):
    page = opened.page
    settle(page)
    shapes = {
        group: page.evaluate(
            "name => { const { data } = leohubMap.getImage(name);"
            "const solid = [...data.data].filter((_, i) => i % 4 === 3).map(a => Number(a > 128));"
            "return solid.join('') }",
            group,
        )
        for group in ("both", "only-a", "only-b")
    }
    assert len(set(shapes.values())) == 3, "told apart by shape, not by colour alone"
    page.uncheck("#show-both")
    settle(page)
    assert shown_features(page, "hubs") == 11
    page.uncheck("#show-only-b")
    settle(page)
    assert shown_features(page, "hubs") == 3
    page.check("#show-both")
    page.check("#show-only-b")


def test_hubs_and_regions_tell_what_they_are(opened):
    page = opened.page
    page.emulate_media(reduced_motion="reduce")
    page.locator("[data-hub]").first.click()
    page.wait_for_selector("#details[data-kind=hubs]:not([hidden])")
    words = page.locator("#details").inner_text()
    assert "Hub only of A" in words
    assert "Rank in A" in words
    assert "Rank in B" not in words
    page.evaluate("() => leohubMap.jumpTo({center: [36.02, 0.98], zoom: 12})")
    settle(page)
    page.evaluate("() => scrollTo({top: 0, behavior: 'instant'})")
    box = page.locator("#map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2)
    page.wait_for_selector("#details[data-kind=regions]:not([hidden])")
    assert "Change from A to B" in page.locator("#details").inner_text()


def test_the_table_of_regions_sorts(opened):
    page = opened.page
    page.locator("#regions button.sort", has_text="Region").click()
    names = page.locator("#regions tbody th").all_inner_texts()
    assert names == sorted(names)


def test_the_land_of_hubs_and_hubs_that_stand_are_drawn(browser, tmp_path):  # noqa: F811
    a, b = with_standing(SAMPLE, 3), with_standing(sample_results(hubs=24), 5)
    for name, results in (("a", a), ("b", b)):
        write_results(results, tmp_path / name)
    read = [read_finished(tmp_path / name, needs=["plan.gpkg"]) for name in "ab"]
    write_difference(compare_plans(*read), tmp_path / "two.html")
    opened = open_report(browser, tmp_path / "two.html", reduced_motion="reduce")
    page = opened.page
    drawn = page.evaluate("() => leohubMap.getSource('areas').getData()")["features"]
    kinds = {(area["properties"]["plan"], area["geometry"]["type"]) for area in drawn}
    assert kinds == {("a", "MultiPolygon"), ("b", "Polygon")}
    shapes = [area["geometry"] for area in drawn if area["properties"]["plan"] == "a"]
    for shape, expected in zip(shapes, simplified(SHAPES, IDS), strict=True):
        found = shapely.from_geojson(json.dumps(shape))
        assert shapely.hausdorff_distance(found, expected) < 2e-2
    assert shown_features(page, "areas") == len(drawn)
    page.uncheck("#show-both")
    settle(page)
    new = {area["id"] for area in drawn if area["properties"]["group"] == "only-b"}
    query = "() => leohubMap.queryRenderedFeatures({layers: ['areas']}).map(f => f.id)"
    assert set(page.evaluate(query)) == new
    standing = {site for plan in read for site in read_standing(plan)["site_id"]}
    assert shown_features(page, "standing") == len(standing) > 5
    words = page.locator("#controls").inner_text()
    assert "stand already" in words
    assert "where unlike" in words
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert opened.errors == []
    page.context.close()


def test_without_webgl_a_picture_takes_the_place_of_the_map(chromium, page_file):  # noqa: F811
    plain = chromium.launch(executable_path=CHROMIUM, args=WITHOUT_WEBGL)
    opened = open_report(plain, page_file, state="unavailable")
    assert opened.page.locator("#still").is_visible()
    plain.close()
