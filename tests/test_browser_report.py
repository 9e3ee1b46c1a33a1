"""The report in a real browser: it opens from disk, asks the network for nothing, and works."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from leohub.report.folder import write_results
from tests.sample_results import sample_results

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
WITHOUT_WEBGL = ["--no-sandbox", "--disable-gpu", "--disable-3d-apis"]
NAME = "=1+1 </script><b>Ŋaremara & Sons</b>"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no browser: sudo apt install chromium"),
]


@dataclass
class Opened:
    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("browser") / "plan"
    return write_results(sample_results(hubs=30), folder)


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserType]:
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Browser]:
    browser = chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


def open_report(browser: Browser, report: Path, state: str = "idle", **options) -> Opened:
    context = browser.new_context(**{"viewport": {"width": 1000, "height": 640}, **options})
    opened = Opened(context.new_page())
    page = opened.page
    page.on(
        "console",
        lambda said: opened.errors.append(said.text) if said.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: opened.errors.append(str(error)))
    page.on("request", lambda request: opened.requests.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector(f"#map[data-map-state={state}]", state="attached", timeout=60_000)
    return opened


@pytest.fixture(scope="module")
def opened_once(browser, report) -> Opened:
    return open_report(browser, report)


@pytest.fixture
def desk(opened_once) -> Opened:
    """The page as it was when it opened."""
    page = opened_once.page
    page.emulate_media(media="screen")
    page.check("input[value=density]")
    page.check("#show-sites")
    page.select_option("#find", "")
    page.evaluate(
        "() => { const { bounds } = JSON.parse(document.getElementById('plan').textContent);"
        "leohubMap.fitBounds(bounds, {duration: 0}); scrollTo(0, 0) }"
    )
    return opened_once


def settle(page: Page) -> None:
    page.evaluate(
        "() => new Promise(done => { leohubMap.once('idle', done); leohubMap.triggerRepaint() })"
    )


def shown_features(page: Page, layer: str) -> int:
    query = (
        "layer => new Set(leohubMap.queryRenderedFeatures({layers: [layer]}).map(f => f.id)).size"
    )
    return page.evaluate(query, layer)


def test_nothing_is_requested_and_nothing_goes_wrong(desk, report):
    desk.page.wait_for_timeout(300)
    outside = [url for url in desk.requests if not url.startswith(("data:", "blob:"))]
    assert outside == [report.as_uri()]
    assert desk.errors == []


def test_the_map_shows_hubs_candidates_hexagons_and_regions(desk):
    settle(desk.page)
    assert shown_features(desk.page, "hubs") == 30
    assert shown_features(desk.page, "sites") == 30
    assert shown_features(desk.page, "cells") > 200
    assert shown_features(desk.page, "names") >= 2


def test_a_hub_tells_its_details_under_the_pointer(desk):
    point = desk.page.evaluate(
        "() => { const hub = JSON.parse(document.getElementById('plan').textContent).hubs[0];"
        "leohubMap.jumpTo({center: [hub.lon_deg, hub.lat_deg], zoom: 10});"
        "return leohubMap.project([hub.lon_deg, hub.lat_deg]) }"
    )
    settle(desk.page)
    box = desk.page.locator("#map").bounding_box()
    desk.page.mouse.move(box["x"] + point["x"], box["y"] + point["y"])
    details = desk.page.locator("#details")
    details.wait_for(state="visible")
    assert details.get_attribute("data-kind") == "hubs"
    assert "People newly reached by it" in details.inner_text()
    assert details.inner_text().startswith("1. ")


def test_a_hexagon_tells_its_details_under_the_pointer(desk):
    box = desk.page.locator("#map").bounding_box()
    settle(desk.page)
    for step in range(40):
        x, y = box["width"] / 2 + 7 * (step % 8), box["height"] / 2 + 9 * (step // 8)
        desk.page.mouse.move(box["x"] + x, box["y"] + y)
        if desk.page.locator("#details[data-kind=cells]").is_visible():
            break
    assert "People per km²" in desk.page.locator("#details").inner_text()


def test_the_hexagons_can_show_something_else(desk):
    colour = "() => JSON.stringify(leohubMap.getPaintProperty('cells', 'fill-color'))"
    before, legend = desk.page.evaluate(colour), desk.page.locator("#legend").inner_text()
    desk.page.check("input[value=reached]")
    assert desk.page.evaluate(colour) != before
    assert desk.page.locator("#legend").inner_text() != legend


def test_candidates_can_be_hidden(desk):
    desk.page.uncheck("#show-sites")
    settle(desk.page)
    assert shown_features(desk.page, "sites") == 0
    assert shown_features(desk.page, "hubs") == 30


def test_a_hub_is_found_with_the_keyboard(desk):
    desk.page.locator("#find").focus()
    desk.page.keyboard.press("ArrowDown")
    desk.page.locator("#details[data-kind=hubs]").wait_for(state="visible")
    assert desk.page.evaluate("leohubMap.getZoom()") == pytest.approx(10)


def test_a_name_in_the_table_leads_to_the_map(desk):
    desk.page.locator("[data-hub='5']").click()
    desk.page.locator("#details[data-kind=hubs]").wait_for(state="visible")
    assert desk.page.locator("#details h3").inner_text().startswith("5. ")


def test_names_are_shown_as_they_are(desk):
    options = desk.page.locator("#find option").all_inner_texts()
    assert any(NAME in option for option in options)


def test_tables_sort(desk):
    unserved = desk.page.locator("#regions tbody tr td:nth-child(4)")

    def numbers() -> list[int]:
        return [int(text.replace(",", "")) for text in unserved.all_inner_texts()]

    button = desk.page.locator("#regions .sort").nth(3)
    button.click()
    assert numbers() == sorted(numbers(), reverse=True)
    button.click()
    assert numbers() == sorted(numbers())
    assert desk.page.locator("#regions th[aria-sort]").count() == 1
    desk.page.locator("#regions .sort").first.click()
    names = desk.page.locator("#regions tbody th").all_inner_texts()
    assert names == sorted(names)


def test_the_curve_can_be_read_off(desk):
    desk.page.locator(".plot").hover()
    assert "bound" in desk.page.locator(".readout").inner_text()


def test_a_phone_scrolls_only_down(browser, report):
    opened = open_report(
        browser, report, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    map_box = page.locator("#map").bounding_box()
    assert map_box["width"] == 390
    assert opened.errors == []
    page.context.close()


def test_dark_and_light_follow_the_reader(browser, report):
    opened = open_report(browser, report, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    land = "leohubMap.getPaintProperty('ground', 'background-color')"
    dark = opened.page.evaluate(ground), opened.page.evaluate(land)
    opened.page.emulate_media(color_scheme="light")
    settle(opened.page)
    light = opened.page.evaluate(ground), opened.page.evaluate(land)
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    opened.page.context.close()


def test_a_picture_stands_in_for_the_map_where_it_cannot_be_drawn(chromium, report):
    browser = chromium.launch(executable_path=CHROMIUM, args=WITHOUT_WEBGL)
    opened = open_report(browser, report, state="unavailable")
    assert opened.page.locator("#still").is_visible()
    assert opened.page.evaluate("document.getElementById('still').naturalWidth") > 400
    assert [error for error in opened.errors if "WebGL" not in error] == []
    browser.close()


def test_paper_gets_the_picture_too(desk):
    desk.page.emulate_media(media="print")
    assert desk.page.locator("#still").is_visible()
    assert not desk.page.locator("#controls").is_visible()
