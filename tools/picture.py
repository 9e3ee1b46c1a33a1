"""Photograph the first screen of a report for the README.

``python tools/picture.py results/report.html docs/images/report.png`` needs Debian's chromium.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

COLOURS = 128
"""A palette this large shows the map without bands and keeps the repository small."""


def main() -> int:
    report, picture = (Path(argument) for argument in sys.argv[1:3])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 860})
        page.goto(report.resolve().as_uri())
        page.wait_for_selector("#map[data-map-state=idle]", state="attached", timeout=60_000)
        shot = page.screenshot()
        browser.close()
    with Image.open(io.BytesIO(shot)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
