"""How fast the sky model is, beside what people use: ratios of one run on one machine.

``python benchmarks/sky.py`` measures processor time (all threads together), after the compiled code
has been loaded:

1. positions: our SGP4 beside python-sgp4's array, one thread each;
2. satellites above 25° over places in Kenya at 15 s slots, counted by leohub, by python-sgp4 with a
   numpy matrix product, by python-sgp4 with a KD-tree, and by skyfield's ``altaz`` on a small
   sample, because it would take hours; all count the same, and the counts are compared;
3. whole days: 10,000 satellites over 450 places of Kenya, 10,000 places of the globe and 100,000,
   each in a process of its own, with its largest memory;
4. reading element sets, the whole way from the file to checked satellites;
5. paths: ``benchmarks/paths.py``.

``--quick`` leaves out the 100,000 places.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from sgp4.api import SatrecArray
from skyfield.api import EarthSatellite, load, wgs84

from leohub.io.builtin.kenya import builtin_sites
from leohub.io.builtin.operators import built_in_constellation
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.constellation import Constellation, join
from leohub.sky.motion.frames import geodetic_to_itrf, gmst82_rad, local_axes
from leohub.sky.motion.moments import Times, julian_date, slot_times
from leohub.sky.motion.propagation import Orbits, to_satrecs
from leohub.sky.service import day_service, series
from leohub.sky.visibility.places import Places, places_at
from leohub.sky.visibility.rules import Rules

START = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
MIN_ELEVATION_DEG = 25.0
SINE = np.sin(np.radians(MIN_ELEVATION_DEG))
SATELLITES = 10_000
RECORDS = 50_000
PLACES = 450
HOURS = 0.5
STEP_S = 15.0
PEER_SLOTS = 20
SKYFIELD_SATELLITES, SKYFIELD_PLACES = 40, 2
LARGEST_RANGE_KM = 1_350.0
"""No satellite below 640 km is further away at 25°."""

Floats = NDArray[np.float64]


def sky() -> Constellation:
    """Return 10,000 satellites: Starlink's shells as flying, filled up from Amazon's as filed."""
    flying, _ = built_in_constellation("starlink", START)
    filed, _ = built_in_constellation("amazon-leo", START, status="filed")
    return join("10,000", [flying, filed.select(np.arange(SATELLITES - len(flying)))])


def kenya(count: int) -> Places:
    sites, _ = builtin_sites()
    chosen = sites.iloc[:: len(sites) // count][:count]
    return places_at(chosen["lat_deg"], chosen["lon_deg"])


def globe(count: int) -> Places:
    """Return places spread over the globe by lot, as many everywhere."""
    lot = np.random.default_rng(1)
    return places_at(
        np.degrees(np.arcsin(lot.uniform(-1, 1, count))), lot.uniform(-180, 180, count)
    )


def rules(arc_deg: float) -> Rules:
    return Rules(MIN_ELEVATION_DEG, arc_deg)


def timed(work: Callable[[], object], again: int = 1) -> tuple[float, object]:
    """Return the least processor time of some runs [s], and what the work returned."""
    least, result = np.inf, None
    for _ in range(again):
        start = time.process_time()
        result = work()
        least = min(least, time.process_time() - start)
    return float(least), result


def compare_propagation(whole: Constellation) -> None:
    orbits, theirs = Orbits(whole), SatrecArray(to_satrecs(whole))
    times = slot_times(np.datetime64(START.replace(tzinfo=None), "us"), 2.0, 120.0)
    moments = julian_date(times)
    orbits.teme(times)
    ours_s, found = timed(lambda: orbits.teme(times), again=3)
    theirs_s, answer = timed(lambda: theirs.sgp4(*moments), again=3)
    positions = len(whole) * len(times)
    away_km = np.linalg.norm(found - answer[1].transpose(1, 2, 0), axis=1).max()
    print("1. positions, one thread")
    print(f"  leohub       {1e9 * ours_s / positions:8.1f} ns each")
    print(f"  python-sgp4  {1e9 * theirs_s / positions:8.1f} ns each (velocities, too)")
    print(f"  leohub is {theirs_s / ours_s:.1f} ×; largest difference {1e6 * away_km:.4f} mm\n")


def positions_by_sgp4(whole: Constellation, times: Times) -> Floats:
    """Return Earth-fixed positions by python-sgp4, shape (slots, satellites, 3) [km]."""
    _, found, _ = SatrecArray(to_satrecs(whole)).sgp4(*julian_date(times))
    angle = gmst82_rad(*julian_date(times))
    x, y, z = np.moveaxis(found, (2, 1), (0, 1))
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.stack([cos * x + sin * y, cos * y - sin * x, z], axis=-1)


def by_matrix_product(whole: Constellation, places: Places, times: Times) -> Floats:
    place_km = geodetic_to_itrf(places.lat_deg, places.lon_deg, places.height_km)
    up = local_axes(places.lat_deg, places.lon_deg)[2]
    counts = []
    for satellites_km in positions_by_sgp4(whole, times):
        height = up @ satellites_km.T - (up * place_km).sum(axis=1)[:, None]
        squares = (
            (satellites_km**2).sum(axis=1)
            - 2 * place_km @ satellites_km.T
            + (place_km**2).sum(axis=1)[:, None]
        )
        counts.append((height > SINE * np.sqrt(squares)).sum(axis=1))
    return np.array(counts).T


def by_tree(whole: Constellation, places: Places, times: Times) -> Floats:
    place_km = geodetic_to_itrf(places.lat_deg, places.lon_deg, places.height_km)
    up = local_axes(places.lat_deg, places.lon_deg)[2]
    counts = np.zeros((len(places), len(times)))
    for slot, satellites_km in enumerate(positions_by_sgp4(whole, times)):
        near = cKDTree(satellites_km).query_ball_point(place_km, LARGEST_RANGE_KM)
        for place, found in enumerate(near):
            away = satellites_km[found] - place_km[place]
            counts[place, slot] = (away @ up[place] > SINE * np.linalg.norm(away, axis=1)).sum()
    return counts


def by_skyfield(few: Constellation, places: Places, times: Times) -> int:
    timescale = load.timescale(builtin=True)
    moments = timescale.utc(2026, 8, 22, 13, 0, STEP_S * np.arange(len(times)))
    satellites = [EarthSatellite.from_satrec(s, timescale) for s in to_satrecs(few)]
    count = 0
    for lat, lon in zip(places.lat_deg, places.lon_deg, strict=True):
        place = wgs84.latlon(lat, lon)
        for satellite in satellites:
            altitude, _, _ = (satellite - place).at(moments).altaz()
            count += int((altitude.degrees > MIN_ELEVATION_DEG).sum())
    return count


def compare_counts(whole: Constellation) -> None:
    places = kenya(PLACES)
    times = slot_times(np.datetime64(START.replace(tzinfo=None), "us"), HOURS, STEP_S)
    some = times[:PEER_SLOTS]
    few = whole.select(np.arange(SKYFIELD_SATELLITES))
    two = places.select(slice(SKYFIELD_PLACES))
    options = {"start": START, "hours": HOURS, "step_s": STEP_S}
    checks = len(whole) * len(places)
    small = SKYFIELD_SATELLITES * SKYFIELD_PLACES * len(some)
    day_service(whole, two, rules(18.0), **options)
    runs: dict[str, tuple[int, int, Callable[[], object]]] = {
        "leohub": (
            checks * len(times), 3, lambda: day_service(whole, places, rules(0.0), **options),
        ),
        "leohub, arc avoided": (
            checks * len(times), 3, lambda: day_service(whole, places, rules(18.0), **options),
        ),
        "sgp4 + matrix product": (
            checks * len(some), 1, lambda: by_matrix_product(whole, places, some),
        ),
        "sgp4 + KD-tree": (checks * len(some), 1, lambda: by_tree(whole, places, some)),
        "skyfield altaz": (small, 1, lambda: by_skyfield(few, two, some)),
    }  # fmt: skip
    print(
        f"2. counts over {len(places)} places in Kenya, {STEP_S:g} s slots; checks are satellite × "
        f"place × slot\n   (leohub {len(times)} slots; peers {len(some)}; skyfield "
        f"{SKYFIELD_SATELLITES} satellites and {SKYFIELD_PLACES} places of them)"
    )
    speed, found = {}, {}
    for name, (number, again, work) in runs.items():
        seconds, found[name] = timed(work, again)
        speed[name] = number / seconds
        ratio = speed["leohub"] / speed[name]
        print(f"  {name:22} {speed[name]:16,.0f} checks/s   leohub is {ratio:10,.1f} ×")
    ours = series(whole, places, rules(0.0), start=START, hours=HOURS, step_s=STEP_S)
    for name in ("sgp4 + matrix product", "sgp4 + KD-tree"):
        differ = found[name] != ours["in_view"].to_numpy()[:, : len(some)]
        print(f"  counts that differ from {name}: {differ.sum()} of {differ.size:,}")
    print()


def whole_day(where: str, count: int, arc_deg: float) -> None:
    """Count a day in this process; print processor time, largest memory and the mean."""
    places = kenya(count) if where == "kenya" else globe(count)
    whole = sky()
    day_service(whole, places.select(slice(2)), rules(18.0), start=START, hours=0.1)
    seconds, service = timed(lambda: day_service(whole, places, rules(arc_deg), start=START))
    memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    mean = float(service["usable_mean"].mean())
    what = "arc avoided" if arc_deg else "in view"
    print(
        f"  {count:7,} places, {where:6} {what:12} {seconds:7.1f} s of processor time, "
        f"{memory_gb:.2f} GB, mean {mean:.2f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="without 100,000 places")
    parser.add_argument("--day", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.day:
        where, count, arc_deg = given.day
        whole_day(where, int(count), float(arc_deg))
        return
    whole = sky()
    print(f"{processor()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(f"{len(whole):,} satellites\n")
    compare_propagation(whole)
    compare_counts(whole)
    print("3. a day of 5,760 slots, in a process of its own", flush=True)
    days = [("kenya", 450, 0.0), ("kenya", 450, 18.0), ("globe", 10_000, 0.0)]
    days += [("globe", 10_000, 18.0)]
    days += [] if given.quick else [("globe", 100_000, 0.0)]
    for day in days:
        command = [sys.executable, __file__, "--day", *map(str, day)]
        subprocess.run(command, check=True)
    print(flush=True)
    compare_reading(whole)
    print("5. paths", flush=True)
    paths = Path(__file__).with_name("paths.py")
    subprocess.run([sys.executable, str(paths)], check=True)


def compare_reading(whole: Constellation) -> None:
    """Write the satellites as OMM, several times over, and read them."""
    table = pd.DataFrame(
        {
            "OBJECT_NAME": whole.object_name,
            "NORAD_CAT_ID": 0,
            "EPOCH": "2026-08-22T13:00:00.000000",
            "MEAN_MOTION": whole.mean_motion_rev_day,
            "ECCENTRICITY": whole.eccentricity,
            "INCLINATION": whole.inclination_deg,
            "RA_OF_ASC_NODE": whole.raan_deg,
            "ARG_OF_PERICENTER": whole.arg_perigee_deg,
            "MEAN_ANOMALY": whole.mean_anomaly_deg,
            "BSTAR": whole.bstar,
        }
    )
    table = pd.concat([table] * (RECORDS // len(table)), ignore_index=True)
    table["NORAD_CAT_ID"] = np.arange(1, len(table) + 1) + 270_000
    print("4. reading")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("elements.csv", "elements.json"):
            path = Path(folder) / name
            if path.suffix == ".csv":
                table.to_csv(path, index=False)
            else:
                table.to_json(path, orient="records")
            seconds, _ = timed(lambda file=InputFile(path): read_elements(file, name="x"), again=2)
            print(f"  {name:14} {len(table) / seconds:12,.0f} records/s")
    print()


def processor() -> str:
    """Return the name of the processor, as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
