"""A country of 0.4° × 0.4° made on disk, small enough to plan in a second."""

import gzip
from pathlib import Path
from textwrap import dedent

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from affine import Affine
from shapely import box

WEST_DEG, NORTH_DEG, SIZE_DEG, PIXELS = 36.0, 0.4, 0.4, 40
TLE = """\
STARLINK-1008
1 44714U 19074B   26234.17284867  .00077595  00000+0  89842-3 0  9997
2 44714  53.1481 110.2629 0005172  75.9267 284.2321 15.61165912374481
"""

STUDY = """\
results = "results"

[programme]
name = "Tiny programme"
country = "Tinyland"
promise_people = 20000

[people]
grid = "people.tif"
resolution = 7
licence = "CC0"

[regions]
file = "regions.geojson"

[census]
file = "census.csv"
name = "region"
population = "people"
internet_use = "internet_pct"
aliases = { "Old East" = "East" }

[unserved]
density_limit_per_km2 = 1000

[[sites.lists]]
kind = "school"
file = "schools.csv"
id = "code"
name = "school"

[service]
draws = 100

[choice]
hubs = 4

[sky]
hours = 1
start = 2026-08-22T13:00:00Z

[cost]
currency = "KES"
currency_per_usd = 129

[[cost.prices]]
item = "kit"
amount = 49900
charged = "once"
basis = "published"
origin = "list price"
date = "2025"

[[cost.prices]]
item = "plan"
amount = 6500
charged = "monthly"
"""


def make_tiny_country(folder: Path) -> Path:
    """Write the country's files and a study of it; return the study."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(7)
    people = random.gamma(0.6, 250, (PIXELS, PIXELS))
    people[10:16, 25:31] += 3_000  # a town, too dense for hubs
    write_people(folder / "people.tif", people)
    middle = WEST_DEG + SIZE_DEG / 2
    south, east = NORTH_DEG - SIZE_DEG, WEST_DEG + SIZE_DEG
    gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": ["West", "East"]},
        geometry=[box(WEST_DEG, south, middle, NORTH_DEG), box(middle, south, east, NORTH_DEG)],
        crs="EPSG:4326",
    ).to_file(folder / "regions.geojson")
    (folder / "census.csv").write_text(
        "region,people,internet_pct\nWest,120000,20\nOld East,120000,30\n", "utf-8"
    )
    places = random.random((40, 2)) * (SIZE_DEG - 0.02) + 0.01
    pd.DataFrame(
        {
            "code": np.arange(100, 140),
            "school": [f"School {number}" for number in range(40)],
            "lat": (south + places[:, 0]).round(5),
            "lon": (WEST_DEG + places[:, 1]).round(5),
        }
    ).to_csv(folder / "schools.csv", index=False)
    (folder / "starlink.tle").write_text(TLE, "ascii")
    study = folder / "study.toml"
    study.write_text(dedent(STUDY), "utf-8")
    return study


def make_few_places(folder: Path, places: int, hubs: int, more: str = "") -> Path:
    """Make the country with only so many candidate places, few enough to try all plans.

    Parameters
    ----------
    folder : Path
    places, hubs : int
    more : str
        Settings added at the end of the study.
    """
    study = make_tiny_country(folder)
    schools = pd.read_csv(folder / "schools.csv").head(places)
    schools.to_csv(folder / "schools.csv", index=False)
    change(study, "hubs = 4", f"hubs = {hubs}")
    study.write_text(study.read_text("utf-8") + more, "utf-8")
    return study


def write_people(path: Path, people: np.ndarray, crs: str | None = "EPSG:4326") -> None:
    """Write people per pixel as a GeoTIFF over the tiny country."""
    pixel_deg = SIZE_DEG / PIXELS
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=people.shape[0],
        width=people.shape[1],
        count=1,
        dtype="float32",
        nodata=-9999,
        crs=crs,
        transform=Affine(pixel_deg, 0, WEST_DEG, 0, -pixel_deg, NORTH_DEG),
    ) as raster:
        raster.write(people.astype("float32"), 1)


def change(study: Path, old: str, new: str) -> None:
    """Replace a piece of the study's text, which must be there."""
    text = study.read_text("utf-8")
    assert old in text
    study.write_text(text.replace(old, new), "utf-8")


def pack(path: Path) -> Path:
    """Compress a file to ``.gz`` and remove it."""
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed
