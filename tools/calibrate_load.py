"""Fit the load of Starlink's cells to published medians; say how well it predicts other countries.

``python tools/calibrate_load.py`` writes ``src/leohub/data/loads.toml`` and prints what it found;
with ``--check`` it only says whether the file is up to date. The sky is clear and stands for the
built-in shells over each country's capital; of speed tests only those of one publisher and period
are used together.
"""

from __future__ import annotations

import datetime as dt
import sys
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from scipy import optimize, stats

from leohub.io.builtin.links import down_link, up_link
from leohub.io.builtin.loads import TABLE, Way
from leohub.io.builtin.operators import (
    Operator,
    built_in_constellation,
    operator_parameters,
)
from leohub.io.builtin.quantities import built_in_quantities, to_quantity
from leohub.quantities import Quantity, nominal
from leohub.sky.cells.beams import beams_per_cell, loaded_cells
from leohub.sky.cells.calibration import (
    INTERVAL_PCT,
    CellDay,
    Floats,
    HeldOut,
    Pool,
    fit_load,
    leave_one_out,
    pool,
)
from leohub.sky.cells.hours import hourly_shares, local_hours, mean_by_hour, solar_offset_h
from leohub.sky.service import series
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules

FILE = Path(__file__).resolve().parents[1] / "src" / "leohub" / "data" / TABLE
DAY = dt.datetime(2026, 8, 22, tzinfo=dt.UTC)
STEP_S = 60.0
PERIOD = "2025-Q1"
BUSIEST_HOUR = Quantity(
    21,
    "h",
    "assumed",
    "local solar time: traffic of homes peaks in the evening (Amsterdam Internet Exchange: about "
    "21, webwereld.nl 3716128)",
    19,
    22,
)
TOLERANCE = 2e-3
"""By which figures may differ between machines: they are written with four digits."""
UNIT = "busy terminals in a cell"
HEAD = f"""\
# How full Starlink's cells are. Made by tools/calibrate_load.py: do not edit.
# A load is the number of terminals in a cell that are busy at once in the busiest hour, at which
# the model gives the published median. It is tied to the built-in satellites, beams and links of
# {DAY:%Y-%m-%d}: only throughput is meant, load and capacity cannot be told apart.
"""


class Calibration(NamedTuple):
    """What was fitted in one direction."""

    way: Way
    countries: list[str]
    published_mbps: Floats
    loads: Floats
    pool: Pool
    held_out: list[HeldOut]


def main() -> int:
    published = pd.read_csv(str(resources.files("leohub.data") / "published_throughput.csv"))
    operator = operator_parameters("starlink")
    sky = sky_above(operator, published)
    down = calibrate("down", published, operator, sky)
    # Two countries have no spread of their own that means anything: that of the downlink is taken.
    up = calibrate("up", published, operator, sky, spread=down.pool)
    for calibration in (down, up):
        print(table(calibration))
        print(compared(calibration.way, published, operator, sky))
    made = HEAD + "".join(entries((down, up)))
    if "--check" in sys.argv[1:]:
        good = FILE.is_file() and alike(FILE.read_text("utf-8"), made)
        print(f"{FILE.name} is {'up to date' if good else 'NOT up to date'}")
        return 0 if good else 1
    FILE.write_text(made, "utf-8")
    return 0


def sky_above(operator: Operator, published: pd.DataFrame) -> xr.Dataset:
    """Look at the sky of a day over each place."""
    places = published.drop_duplicates("place")
    rules = Rules(operator.min_elevation_deg, operator.arc_avoidance_deg)
    constellation, _ = built_in_constellation(operator.key, DAY)
    where = places_at(places["lat_deg"].to_numpy(), places["lon_deg"].to_numpy())
    day = series(constellation, where, rules, start=DAY, step_s=STEP_S)
    return day.assign_coords(place=places["place"].to_numpy())


def cell_days(way: Way, operator: Operator, sky: xr.Dataset, places: pd.Series) -> CellDay:
    """Return a day of the cell at each place, in clear sky."""
    values = nominal(operator.quantities)
    here = sky.sel(place=places.to_numpy())
    link = (down_link if way == "down" else up_link)(values)
    channel = link.rate_mbps(here["serving_elevation_deg"], here["serving_range_km"], 0.0)
    beams = beams_per_cell(
        here["usable"].to_numpy(),
        channel,
        loaded_cells(
            values["cell.altitude_km"],
            operator.min_elevation_deg,
            values["cell.area_km2"],
            values["cell.loaded_share_pct"],
        ),
        beams_per_satellite=values[f"cell.{way}.beams_per_satellite"],
        satellite_mbps=values[f"cell.{way}.satellite_mbps"],
        max_beams=values[f"cell.{way}.max_beams"],
    )
    hours = local_hours(here["time"].to_numpy(), solar_offset_h(here["lon_deg"].to_numpy()))
    shares = hourly_shares(busy_hour_share_pct(), BUSIEST_HOUR.value)
    return CellDay(
        mean_by_hour(beams, hours),
        mean_by_hour(channel, hours),
        np.broadcast_to(shares, (len(places), len(shares))),
        np.full(len(places), values[f"terminal.max_{way}_mbps"]),
    )


def busy_hour_share_pct() -> float:
    return built_in_quantities("hub/use.toml")[0]["use.busy_hour_share_pct"].value


def calibrate(
    way: Way,
    published: pd.DataFrame,
    operator: Operator,
    sky: xr.Dataset,
    spread: Pool | None = None,
) -> Calibration:
    """Fit the countries of one publisher and period, and hold each of them out."""
    rows = published[(published["way"] == way) & (published["use"] == "fitted")]
    if set(rows["period"]) != {PERIOD} or rows["publisher"].nunique() != 1:
        raise SystemExit("medians of different publishers or periods are not comparable")
    days = cell_days(way, operator, sky, rows["place"])
    medians = rows["median_mbps"].to_numpy(dtype=np.float64)
    loads = fit_load(medians, days)
    held_out = [] if spread else leave_one_out(medians, days)
    return Calibration(way, rows["country"].tolist(), medians, loads, pool(loads, spread), held_out)


def table(found: Calibration) -> str:
    """Say what was fitted and how wrong the predictions are, as a table of a document."""
    low, high = found.pool.interval(INTERVAL_PCT)
    lines = [
        f"\n{found.way}link, medians of {PERIOD} [Mbps]\n",
        f"| country | published | load | predicted from the others | {INTERVAL_PCT:.0f} % "
        "interval | error |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    blank = [None] * len(found.countries)
    for country, median, load, out in zip(
        found.countries, found.published_mbps, found.loads, found.held_out or blank, strict=True
    ):
        predicted = (
            f"{out.predicted_mbps:.1f} | {out.low_mbps:.1f} to {out.high_mbps:.1f}"
            f"{'' if out.inside else ' (missed)'} | {out.error_pct:+.0f} %"
            if out
            else "too few to hold one out | | "
        )
        lines.append(f"| {country} | {median:g} | {load:.2f} | {predicted} |")
    lines.append(f"| any other | | {found.pool.load:.2f} ({low:.2f} to {high:.2f}) | | | |")
    if found.held_out:
        errors = np.abs([out.error_pct for out in found.held_out])
        inside = sum(out.inside for out in found.held_out)
        lines.append(
            f"\n{inside} of {len(errors)} intervals hold the truth; the error is "
            f"{errors.mean():.0f} % on average and {errors.max():.0f} % at most."
        )
    return "\n".join(lines)


def compared(way: Way, published: pd.DataFrame, operator: Operator, sky: xr.Dataset) -> str:
    """Say what load earlier medians would mean under the present satellites."""
    rows = published[(published["way"] == way) & (published["use"] == "compared")]
    days = cell_days(way, operator, sky, rows["place"])
    loads = fit_load(rows["median_mbps"].to_numpy(dtype=np.float64), days)
    told = [
        f"{row.country} {row.period} ({row.published_as}): load {load:.2f}"
        for row, load in zip(rows.itertuples(), loads, strict=True)
    ]
    return "\nEarlier medians [Mbps], used for nothing: " + "; ".join(told)


def entries(found: Iterable[Calibration]) -> list[str]:
    """Return the tables of the file."""
    texts = [entry("day.busiest_hour", BUSIEST_HOUR)]
    for way, countries, medians, loads, pooled, held_out in found:
        factor = float(np.exp(stats.norm.ppf(0.5 + INTERVAL_PCT / 200) * pooled.sd_log))
        for country, median, load in zip(countries, medians, loads, strict=True):
            source = (
                f"fitted to Ookla's median of {PERIOD}, {median:g} Mbps {way}; range: cells of a "
                f"country are taken to differ as countries do (assumed)"
            )
            own = _between(load, load / factor, load * factor, source)
            texts.append(entry(f'load.{way}."{country}"', own))
        source = (
            f"geometric mean of the loads of {pooled.count} countries ({', '.join(countries)}), "
            f"fitted to Ookla's medians of {PERIOD}; range: so that {INTERVAL_PCT:.0f} % of its "
            "draws lie where as many of other countries are expected (Student's t of the logarithm)"
        )
        shared = _between(pooled.load, *pooled.interval(INTERVAL_PCT), source)
        texts.append(entry(f"pooled_load.{way}", shared))
        source = (
            f"sample standard deviation of the natural logarithm of {pooled.freedom + 1} loads down"
        )
        spread = Quantity(pooled.sd_log, "nepers", "fitted", source, pooled.sd_log, pooled.sd_log)
        texts.append(entry(f"pooled_spread.{way}", spread))
        for country, median, out in zip(countries, medians, held_out, strict=False):
            source = (
                f"median predicted from the other countries, with the interval of "
                f"{INTERVAL_PCT:.0f} %; published: {median:g} Mbps, error {out.error_pct:+.0f} %"
            )
            predicted = Quantity(
                out.predicted_mbps, "Mbps", "fitted", source, out.low_mbps, out.high_mbps
            )
            texts.append(entry(f'held_out.{way}."{country}"', predicted))
    return texts


def _between(load: float, low: float, high: float, source: str) -> Quantity:
    """Return a load whose draws lie below `low`, and above `high`, as often as an interval says."""
    tail = 0.5 - INTERVAL_PCT / 200

    def missed(ends: Floats) -> Floats:
        width = ends[1] - ends[0]
        below = (low - ends[0]) ** 2 / (width * (load - ends[0]))
        above = (ends[1] - high) ** 2 / (width * (ends[1] - load))
        return np.array([below - tail, above - tail])

    start = np.array([low - (load - low) / 2, high + (high - load) / 2])
    found = optimize.root(missed, start)
    if not found.success or not 0 < found.x[0] < low < high < found.x[1]:
        raise ValueError(f"no triangle about {load:g} has the interval {low:g} to {high:g}")
    return Quantity(load, UNIT, "fitted", source, *map(float, found.x))


def entry(name: str, quantity: Quantity) -> str:
    ends = "" if quantity.known else f"low = {quantity.low:.4g}\nhigh = {quantity.high:.4g}\n"
    return (
        f"\n[{name}]\nvalue = {quantity.value:.4g}\n{ends}"
        f'unit = "{quantity.unit}"\nbasis = "{quantity.basis}"\nsource = "{quantity.source}"\n'
    )


def alike(written: str, made: str) -> bool:
    """Say whether two files hold the same entries, but for the last digits."""
    old, new = flat(tomllib.loads(written)), flat(tomllib.loads(made))
    return old.keys() == new.keys() and all(
        (old[name].unit, old[name].basis) == (quantity.unit, quantity.basis)
        and np.allclose(numbers(old[name]), numbers(quantity), rtol=TOLERANCE)
        for name, quantity in new.items()
    )


def flat(tables: dict[str, Any], path: str = "") -> dict[str, Quantity]:
    if "value" in tables:
        return {path: to_quantity(tables)}
    parts = [flat(inside, f"{path}.{name}") for name, inside in tables.items()]
    return {name: quantity for part in parts for name, quantity in part.items()}


def numbers(quantity: Quantity) -> list[float]:
    return [quantity.value, quantity.low, quantity.high]


if __name__ == "__main__":
    sys.exit(main())
