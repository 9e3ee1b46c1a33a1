"""How fast the sky model is, beside what people use: ratios of one run on one machine.

``python benchmarks/sky.py`` counts the satellites above 25° over places in Kenya, at 15 s slots, by

- leohub (`day_service`, without and with the geostationary arc),
- python-sgp4 for every satellite and slot, and a numpy matrix product for the elevations,
- python-sgp4 for every satellite and slot, and a KD-tree of the satellites for each slot,
- skyfield's `altaz`, on few satellites and slots, because it would take hours.

All count the same things, and the counts are compared. The figure is satellite × place × slot
checks per second of processor time; the first call of compiled code is not in it.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from skyfield.api import EarthSatellite, load, wgs84

from leohub.io.builtin.kenya import builtin_sites
from leohub.io.builtin.operators import built_in_constellation
from leohub.sky.constellation import Constellation
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.motion.moments import slot_times
from leohub.sky.motion.propagation import propagate_itrf, to_satrecs
from leohub.sky.service import day_service

START = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
MIN_ELEVATION_DEG = 25.0
SINE = np.sin(np.radians(MIN_ELEVATION_DEG))
PLACES = 200
HOURS = 1.0
STEP_S = 15.0
SKYFIELD_SATELLITES, SKYFIELD_SLOTS, SKYFIELD_PLACES = 40, 20, 2
LARGEST_RANGE_KM = 1_200.0
"""No satellite below 600 km is further away at 25°."""

Counts = NDArray[np.float64]


def by_leohub(
    sky: Constellation, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], arc_deg: float
) -> Counts:
    service = day_service(
        sky,
        lat_deg,
        lon_deg,
        start=START,
        hours=HOURS,
        step_s=STEP_S,
        min_elevation_deg=MIN_ELEVATION_DEG,
        arc_avoidance_deg=arc_deg,
    )
    return service["in_view_mean"].to_numpy()


def positions(sky: Constellation) -> NDArray[np.float64]:
    """Return every satellite at every slot, by python-sgp4, shape (slots, satellites, 3) [km]."""
    times = slot_times(np.datetime64(START.replace(tzinfo=None), "us"), HOURS, STEP_S)
    return np.moveaxis(propagate_itrf(to_satrecs(sky), times)[0], 0, 1)


def places(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where places are, and their up, each of shape (places, 3)."""
    return geodetic_to_itrf(lat_deg, lon_deg, 0.0), local_axes(lat_deg, lon_deg)[2]


def by_matrix_product(
    sky: Constellation, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
) -> Counts:
    place_km, up = places(lat_deg, lon_deg)
    count = np.zeros(len(lat_deg))
    slots = positions(sky)
    for satellites_km in slots:
        height = up @ satellites_km.T - (up * place_km).sum(axis=1)[:, None]
        squares = (
            (satellites_km**2).sum(axis=1)
            - 2 * place_km @ satellites_km.T
            + (place_km**2).sum(axis=1)[:, None]
        )
        count += (height > SINE * np.sqrt(squares)).sum(axis=1)
    return count / len(slots)


def by_tree(
    sky: Constellation, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
) -> Counts:
    place_km, up = places(lat_deg, lon_deg)
    count = np.zeros(len(lat_deg))
    slots = positions(sky)
    for satellites_km in slots:
        near = cKDTree(satellites_km).query_ball_point(place_km, LARGEST_RANGE_KM)
        for place, found in enumerate(near):
            away = satellites_km[found] - place_km[place]
            count[place] += (away @ up[place] > SINE * np.linalg.norm(away, axis=1)).sum()
    return count / len(slots)


def by_skyfield(
    sky: Constellation, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
) -> int:
    timescale = load.timescale(builtin=True)
    times = timescale.utc(2026, 8, 22, 13, 0, STEP_S * np.arange(SKYFIELD_SLOTS))
    satellites = [EarthSatellite.from_satrec(s, timescale) for s in to_satrecs(sky)]
    count = 0
    for lat, lon in zip(lat_deg, lon_deg, strict=True):
        place = wgs84.latlon(lat, lon)
        for satellite in satellites:
            altitude, _, _ = (satellite - place).at(times).altaz()
            count += int((altitude.degrees > MIN_ELEVATION_DEG).sum())
    return count


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Return the processor time of all threads [s], and what the work returned."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    sky, _ = built_in_constellation("starlink", START)
    sites, _ = builtin_sites()
    chosen = sites.iloc[:: len(sites) // PLACES][:PLACES]
    lat_deg, lon_deg = chosen["lat_deg"].to_numpy(), chosen["lon_deg"].to_numpy()
    slots = int(HOURS * 3600 / STEP_S)
    checks = len(sky) * len(lat_deg) * slots
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors")
    print(f"{len(sky):,} satellites × {len(lat_deg)} places × {slots} slots\n")
    by_leohub(sky, lat_deg[:2], lon_deg[:2], 18.0)

    few = sky.select(np.arange(SKYFIELD_SATELLITES))
    runs = {
        "leohub": (checks, lambda: by_leohub(sky, lat_deg, lon_deg, 0.0)),
        "leohub, arc avoided": (checks, lambda: by_leohub(sky, lat_deg, lon_deg, 18.0)),
        "sgp4 + matrix product": (checks, lambda: by_matrix_product(sky, lat_deg, lon_deg)),
        "sgp4 + KD-tree": (checks, lambda: by_tree(sky, lat_deg, lon_deg)),
        "skyfield altaz": (
            SKYFIELD_SATELLITES * SKYFIELD_PLACES * SKYFIELD_SLOTS,
            lambda: by_skyfield(few, lat_deg[:SKYFIELD_PLACES], lon_deg[:SKYFIELD_PLACES]),
        ),
    }
    speed, counts = {}, {}
    for name, (number, work) in runs.items():
        seconds, counts[name] = timed(work)
        speed[name] = number / seconds
        ratio = speed["leohub"] / speed[name]
        print(f"{name:24} {speed[name]:16,.0f} checks/s   leohub is {ratio:10,.1f} ×")
    for name in ("sgp4 + matrix product", "sgp4 + KD-tree", "leohub, arc avoided"):
        difference = np.abs(np.asarray(counts[name]) - np.asarray(counts["leohub"])).max()
        print(f"mean in view, largest difference to {name}: {difference:.4f}")


if __name__ == "__main__":
    main()
