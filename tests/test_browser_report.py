"""The report in a real browser: it opens from disk, asks the network for nothing, and works."""

import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
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
    page = desk.page
    page.wait_for_timeout(300)
    box = page.locator("#map").bounding_box()
    for step in range(5):
        page.mouse.move(box["x"] + box["width"] * (0.4 + step / 20), box["y"] + box["height"] / 2)
    for layer in ("need", "reached"):
        page.check(f"input[value={layer}]")
    page.locator(".maplibregl-ctrl-zoom-in").click()
    settle(page)
    page.emulate_media(color_scheme="dark")
    settle(page)
    page.locator("#curve .plot").hover()
    page.emulate_media(color_scheme="light")
    settle(page)
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


def test_a_chain_unfolds_and_leads_to_its_sources(browser, report):
    opened = open_report(browser, report, reduced_motion="reduce")
    page = opened.page
    chain = page.locator(".why details").first
    assert not chain.locator(".chain").is_visible()
    chain.locator("summary").click()
    step = chain.locator("tr", has_text="People served well").first
    step.wait_for(state="visible")
    number = step.locator(".inputs a").first
    name = number.inner_text()
    assert not page.locator(".numbers table").is_visible()
    number.click()
    row = page.locator("tr:target")
    row.wait_for(state="visible")
    assert row.locator("th").inner_text().startswith(name)
    assert opened.errors == []
    page.context.close()


def test_a_chain_stays_under_its_hub_when_the_table_is_sorted(desk):
    rows = desk.page.locator(".hubservice > tbody > tr")
    names = "rows => rows.map(row => row.querySelector('th').textContent)"
    under = "rows => rows.map(row => row.querySelector('summary span').textContent)"
    button = desk.page.locator("#service .hubservice .sort", has_text="Sharing it")
    for _ in range(2):
        button.click()
        kinds = rows.evaluate_all("rows => rows.map(row => row.className)")
        assert kinds == ["", "why"] * (len(kinds) // 2)
        hubs = desk.page.locator(".hubservice > tbody > tr:not(.why)").evaluate_all(names)
        chains = desk.page.locator(".hubservice > tbody > tr.why").evaluate_all(under)
        assert [f" these numbers: {hub}" for hub in hubs] == chains
    shared = desk.page.locator(".hubservice > tbody > tr:not(.why) > td:nth-child(3)")
    values = shared.evaluate_all("cells => cells.map(cell => Number(cell.dataset.value))")
    assert values == sorted(values)


def test_without_javascript_a_chain_can_be_read(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    page.locator(".why summary").nth(1).click()
    assert page.locator(".chain").nth(1).is_visible()
    assert "Mbps" in page.locator(".chain").nth(1).inner_text()
    context.close()


def test_the_map_tells_what_service_a_hub_gives(desk):
    told = show_details(desk.page, 0)
    assert "Served well" in told
    assert "Busiest hour, Mbps" in told


def test_the_curve_can_be_read_off(desk):
    desk.page.locator("#curve .plot").hover()
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
    assert desk.page.locator(".charts figure").first.is_visible()
    assert not desk.page.locator(".why").first.is_visible()
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 1000


def test_without_motion_each_chosen_hub_tells_its_own_details(browser, report):
    opened = open_report(browser, report, reduced_motion="reduce")
    details = opened.page.locator("#details")
    for number in (2, 5):
        opened.page.select_option("#find", str(number))
        details.wait_for(state="visible", timeout=5_000)
        assert details.inner_text().startswith(f"{number + 1}. ")
    opened.page.context.close()


def test_the_hub_chosen_last_is_the_one_that_is_told(browser, report):
    opened = open_report(browser, report, reduced_motion="no-preference")
    opened.page.select_option("#find", "2")
    opened.page.wait_for_timeout(100)
    opened.page.select_option("#find", "5")
    opened.page.wait_for_function("() => !leohubMap.isMoving()")
    assert opened.page.locator("#details").inner_text().startswith("6. ")
    opened.page.context.close()


def show_details(page: Page, hub: int) -> str:
    page.evaluate("leohubMap.jumpTo({zoom: 5})")
    page.select_option("#find", str(hub))
    page.wait_for_function("() => !leohubMap.isMoving()")
    details = page.locator("#details")
    details.wait_for(state="visible")
    return details.inner_text()


@pytest.fixture(scope="module")
def odd_report(tmp_path_factory) -> Path:
    """A report of few people, odd names, many regions, and a hub that nobody shares."""
    results = sample_results(hubs=10)
    programme = results.study.programme.model_copy(
        update={"name": "<i>Net</i> & " + "x" * 90, "country": "</title>Land"}
    )
    names = [f"Region {number} <u>&</u>" for number in range(400)]
    corners = [(36 + 0.05 * (n % 20), 0.05 * (n // 20)) for n in range(400)]
    regions = gpd.GeoDataFrame(
        results.regions.iloc[[n % 4 for n in range(400)]]
        .drop(columns="geometry")
        .set_axis(pd.Index([str(n + 1) for n in range(400)], name="region_code")),
        geometry=[shapely.box(x, y, x + 0.05, y + 0.05) for x, y in corners],
        crs="EPSG:4326",
    ).assign(region=names)
    price = results.hubs["cost_per_person_month_usd"].where(results.hubs["rank"] != 3)
    hubs = results.hubs.assign(cost_per_person_month_usd=price, longest_gap_s=86400.0)
    hubs.loc[0, "name"] = NAME
    people = ["people", "unserved_people", "need_people"]
    cells = results.cells.assign(**{name: results.cells[name] / 1e5 for name in people})
    folder = tmp_path_factory.mktemp("odd") / "plan"
    return write_results(
        replace(
            results,
            study=results.study.model_copy(update={"programme": programme}),
            regions=regions,
            hubs=hubs,
            cells=cells,
        ),
        folder,
    )


@pytest.fixture(scope="module")
def odd(browser, odd_report) -> Opened:
    return open_report(browser, odd_report, reduced_motion="reduce")


def test_names_are_shown_as_they_are_in_title_tables_and_details(odd):
    page = odd.page
    assert page.title() == "<i>Net</i> & " + "x" * 90 + ": 10 hubs for </title>Land"
    assert NAME in page.locator("#hubs tbody tr").first.inner_text()
    assert NAME in page.locator("#find").inner_text()
    assert "Region 0 <u>&</u>" in page.locator("#regions tbody").inner_text()
    assert show_details(page, 0).startswith(f"1. {NAME}")


def test_too_many_names_are_left_off_the_map_without_complaint(odd):
    odd.page.evaluate("leohubMap.fitBounds([36, 0, 37, 1], {duration: 0})")
    settle(odd.page)
    assert shown_features(odd.page, "names") == 0
    assert shown_features(odd.page, "hubs") == 10
    assert odd.errors == []


def test_the_map_writes_amounts_and_times_as_the_tables_do(odd):
    rows = odd.page.locator("#hubs tbody tr")
    price = rows.nth(0).locator("td").last.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    told = show_details(odd.page, 0)
    assert price in told
    assert "24 h" in told
    assert "not defined" in show_details(odd.page, 2)


def test_what_is_not_defined_is_sorted_last(odd):
    price = odd.page.locator("#hubs thead th").last.locator(".sort")
    for _ in range(2):
        price.click()
        values = odd.page.locator("#hubs tbody td:last-child").evaluate_all(
            "cells => cells.map(cell => Number(cell.dataset.value))"
        )
        assert math.isnan(values[-1])
        assert values[:-1] == sorted(values[:-1], reverse=values[0] > values[-2])
    assert values[0] != values[-2]


def test_limits_of_few_people_are_not_all_nought(odd):
    ticks = odd.page.locator("#legend .ticks span").all_inner_texts()[:-1]
    assert len(set(ticks)) == len(ticks) > 1
    assert "0" not in ticks


def test_long_names_do_not_widen_the_page(browser, odd_report):
    opened = open_report(
        browser, odd_report, viewport={"width": 390, "height": 844}, is_mobile=True
    )
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    opened.page.context.close()


def test_a_mistake_in_the_map_is_not_taken_for_missing_webgl(browser, report, tmp_path):
    broken = tmp_path / "report.html"
    text = report.read_text("utf-8")
    broken.write_text(text.replace("new maplibregl.Map({", "new maplibregl.Nap({"), "utf-8")
    opened = open_report(browser, broken, state="unavailable")
    assert opened.page.locator("#still").is_visible()
    assert any("Nap" in error for error in opened.errors)
    opened.page.context.close()
