"""Hold the latency of Starlink against published round trips; say what each of them would want.

``python tools/calibrate_latency.py`` prints the tables of ``docs/model.md``. Two figures fit a
constant each, ``latency.laser_factor`` and ``latency.beyond_ms`` of
``src/leohub/data/operators/starlink.toml``; with ``--check`` it fails when these are not what the
figures want. The other figures fit nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from importlib import resources
from typing import NamedTuple

import numpy as np
import pandas as pd

from leohub.io.builtin.ground import built_in_gateways, built_in_pops
from leohub.io.builtin.networks import built_in_backhaul
from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.io.builtin.tables import table
from leohub.quantities import nominal
from leohub.sky.latency.backhaul import Backhaul
from leohub.sky.latency.roundtrip import latency_parameters, round_trip_ms
from leohub.sky.latency.routes import Route, bent_pipe_pct, find_routes, mean_route
from leohub.sky.motion.moments import Times
from leohub.sky.network.lasers import grid_links
from leohub.sky.network.links import LinkRules
from leohub.sky.visibility.places import Places, places_at

DAY = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
FIRST = np.datetime64("2026-08-22T13:00", "us")
KENYA_TIMES = FIRST + np.arange(48) * np.timedelta64(30, "m")
"""Half an hour apart, for a day."""
STATES_TIMES = FIRST + np.arange(4) * np.timedelta64(15, "m")
STATES = np.array(
    [
        *[(40.7, -74.0), (34.1, -118.2), (41.9, -87.6), (29.8, -95.4), (33.4, -112.1)],
        *[(32.8, -96.8), (47.6, -122.3), (39.7, -105.0), (45.0, -93.3), (25.8, -80.2)],
        *[(33.7, -84.4), (42.4, -71.1), (38.6, -90.2), (35.5, -97.5), (46.9, -114.0)],
    ]
)
"""New York, Los Angeles, Chicago, Houston, Phoenix, Dallas, Seattle, Denver, Minneapolis, Miami,
Atlanta, Boston, Saint Louis, Oklahoma City, Missoula."""
WANTED = {
    ("before", "pop"): "laser_factor",
    ("before", "server"): "fibre_factor",
    ("after", "pop"): "access_ms",
    ("after", "server"): "beyond_ms",
    ("states", "pop"): "access_ms",
    ("states", "server"): "beyond_ms",
}
"""The least known of the constants that a figure hangs on."""
PERIODS = {
    ("Kenya", "before January 2025"): "before",
    ("Kenya", "since January 2025"): "after",
    ("Kenya", "mid-2025"): "after",
    ("United States", "July 2025"): "states",
    ("United States", "June 2025"): "states",
}
TOLERANCE = 0.03
"""Constants are written with two or three digits, and rounding may differ between machines."""


class Compared(NamedTuple):
    """A published figure and the model's."""

    row: pd.Series[str]
    modelled_ms: float
    constant: str
    wants: float
    """Value of the constant that would give the published figure."""


def main() -> int:
    ways = {**kenya_ways(), "states": states_ways()}
    with resources.files("leohub.data").joinpath("published_latency.csv").open() as file:
        published = pd.read_csv(file)
    used = published[published["role"] != "not used"]
    found = [compare(row, ways) for _, row in used.iterrows()]
    print(way_table(ways))
    print(comparison(found))
    wrong = [one for one in found if one.row["role"].startswith("fits") and not fits(one)]
    for one in wrong:
        print(f"latency.{one.constant} is not fitted: {one.wants:.4g} would be")
    return 1 if wrong and "--check" in sys.argv[1:] else 0


def kenya_ways() -> dict[str, Route]:
    """Return the ways from the centres of the counties, before and after Nairobi's gateway."""
    counties = table("counties.csv")
    places = places_at(counties["lat_deg"], counties["lon_deg"])
    return {
        when: find(places, built_in_backhaul(f"kenya-{when}")[0], KENYA_TIMES)
        for when in ("before", "after")
    }


def states_ways() -> Route:
    """Return the ways from cities of the United States to the nearest point of presence.

    Speed tests have a server at each of them: no fibre leads further.
    """
    gateways, pops = built_in_gateways("starlink")[0], built_in_pops("starlink")[0]
    amid = Backhaul(gateways, pops, *STATES.mean(axis=0).tolist())
    route = find(places_at(*STATES.T), amid, STATES_TIMES)
    return dataclasses.replace(route, server_fibre_km=np.zeros_like(route.radio_km))


def find(places: Places, backhaul: Backhaul, times: Times) -> Route:
    constellation, _ = built_in_constellation("starlink", DAY)
    operator = operator_parameters("starlink")
    rules = LinkRules(
        min_elevation_deg=operator.min_elevation_deg, arc_avoidance_deg=operator.arc_avoidance_deg
    )
    lasers = grid_links(constellation, DAY)
    return find_routes(constellation, places, rules, backhaul, times, lasers=lasers)


def constants() -> dict[str, float]:
    values = latency_parameters(nominal(operator_parameters("starlink").quantities))
    return {name: float(np.asarray(value)) for name, value in values.items()}


def modelled_ms(route: Route, when: str, to: str, known: dict[str, float]) -> float:
    """Return the mean over Kenya, or the median over the United States, as they were published."""
    trip = round_trip_ms(route, **known)
    each = trip.pop_ms if to == "pop" else trip.server_ms
    return float(np.median(each) if when == "states" else each.mean())


def compare(row: pd.Series[str], ways: dict[str, Route]) -> Compared:
    when, to = PERIODS[row["place"], row["period"]], row["to"]
    known, constant = constants(), WANTED[when, to]
    now_ms = modelled_ms(ways[when], when, to, known)
    # A round trip rises in a straight line with each constant.
    more_ms = modelled_ms(ways[when], when, to, {**known, constant: known[constant] + 1}) - now_ms
    wants = known[constant] + (middle_ms(row) - now_ms) / more_ms
    return Compared(row, now_ms, constant, wants)


def middle_ms(row: pd.Series[str]) -> float:
    return (float(row["low_ms"]) + float(row["high_ms"])) / 2


def fits(one: Compared) -> bool:
    return abs(one.wants / constants()[one.constant] - 1) <= TOLERANCE


def way_table(ways: dict[str, Route]) -> str:
    """Say what the ways are like, as a table of a document."""
    names = {
        "before": "Kenya, before January 2025",
        "after": "Kenya, since January 2025",
        "states": "United States, 15 cities",
    }
    lines = [
        "| one way, mean | bent pipes | radio | lasers | hops | fibre to the point of presence "
        "| on to the server |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for when, route in ways.items():
        mean = mean_route(route)
        told = [
            f"{bent_pipe_pct(route).mean():.0f} %",
            f"{mean.radio_km.mean():,.0f} km",
            f"{mean.laser_km.mean():,.0f} km",
            f"{mean.hops.mean():.1f}",
            f"{mean.fibre_km.mean():,.0f} km",
            f"{mean.server_fibre_km.mean():,.0f} km",
        ]
        lines.append(f"| {names[when]} | {' | '.join(told)} |")
    return "\n".join([*lines, ""])


def comparison(found: list[Compared]) -> str:
    """Say how far the model is from each figure, as a table of a document."""
    lines = [
        "| published | to | published [ms] | model [ms] | error | used for | would want |",
        "|---|---|---:|---:|---:|---|---:|",
    ]
    for one in found:
        row, model_ms, constant, wants = one
        low, high = float(row["low_ms"]), float(row["high_ms"])
        figure = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        error = f"{round(100 * (model_ms / low - 1)):+d} %" if low == high else beside(one)
        lines.append(
            f"| {row['place']}, {row['period']}: {row['what']} | {row['to']} | {figure} | "
            f"{model_ms:.1f} | {error} | {row['role'].replace('fits ', 'fit of ')} | "
            f"{constant} {wants:.2f} |"
        )
    return "\n".join(lines)


def beside(one: Compared) -> str:
    """Say how far beside a published range the model is."""
    low, high = float(one.row["low_ms"]), float(one.row["high_ms"])
    if one.modelled_ms < low:
        return f"{low - one.modelled_ms:.1f} ms below"
    return f"{one.modelled_ms - high:.1f} ms above" if one.modelled_ms > high else "within"


if __name__ == "__main__":
    sys.exit(main())
