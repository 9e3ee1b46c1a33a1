"""Make the pictures of the documents.

``python tools/picture.py results/report.html docs/images/report.png`` photographs the first screen
of a report, which needs Debian's chromium; ``python tools/picture.py sky.png docs/images/sky.png``
takes a picture that `leohub sky` drew. Both come out small.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

COLOURS = 256
"""A palette this large shows the map without bands and keeps the repository small."""


def main() -> int:
    source, picture = (Path(argument) for argument in sys.argv[1:3])
    content = source.read_bytes() if source.suffix == ".png" else photograph(source)
    with Image.open(io.BytesIO(content)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            picture, optimize=True
        )
    return 0


def photograph(report: Path) -> bytes:
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
    return shot


if __name__ == "__main__":
    sys.exit(main())
