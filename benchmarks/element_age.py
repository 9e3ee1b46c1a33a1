"""What the age of elements does to a forecast: two sets of the same satellites, compared.

``LEOHUB_SHARED=… python benchmarks/element_age.py`` propagates the Starlink elements of 06:02 and
of 12:59 UTC on 22 August 2026 to the same slots over Kenya and prints how far they put satellites
with new elements apart, how often the sets agree on the serving satellite, and how well on counts.
The later set stands for the truth.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np

from leohub.io.builtin.operators import operator_parameters
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile
from leohub.sky.constellation import Constellation
from leohub.sky.motion.moments import to_datetime64
from leohub.sky.motion.propagation import Orbits
from leohub.sky.screening import screen
from leohub.sky.service import series
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules

START = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
AHEAD_DAYS = (0, 1, 2, 4)


def broadband(name: str) -> Constellation:
    folder = Path(os.environ.get("LEOHUB_SHARED", "../shared")) / "data" / "sky"
    elements, _ = read_elements(InputFile(folder / name), name="Starlink")
    operator = operator_parameters("starlink")
    return screen(
        elements, at=START, min_altitude_km=operator.min_altitude_km, max_element_age_days=3
    ).kept


def both(early: Constellation, late: Constellation) -> tuple[Constellation, Constellation]:
    """Return the satellites that are in both sets, in the same order."""
    _, a, b = np.intersect1d(early.norad_id, late.norad_id, return_indices=True)
    return early.select(a), late.select(b)


def main() -> None:
    early, late = both(
        broadband("starlink_20260822T0602Z.tle.gz"), broadband("starlink_20260822T1259Z.tle.gz")
    )
    renewed = early.epoch != late.epoch
    gap_h = np.median((late.epoch - early.epoch)[renewed] / np.timedelta64(1, "h"))
    print(
        f"{renewed.sum():,} of {len(late):,} satellites have new elements, "
        f"{gap_h:.1f} h newer in the median"
    )
    lot = np.random.default_rng(1)
    places = places_at(lot.uniform(-4, 4, 40), lot.uniform(34.5, 41, 40))
    rules = Rules(25.0, 18.0)
    for days in AHEAD_DAYS:
        start = START + dt.timedelta(days=days)
        moment = np.array([to_datetime64(start)])
        apart_km = np.linalg.norm(
            (Orbits(early).itrf(moment) - Orbits(late).itrf(moment))[renewed, 0], axis=1
        )
        p50, p90, p99 = np.nanpercentile(apart_km, [50, 90, 99])
        a, b = (series(each, places, rules, start=start, hours=2) for each in (early, late))
        same = 100 * float((a["serving"] == b["serving"]).mean())
        off_deg = np.abs(a["serving_elevation_deg"] - b["serving_elevation_deg"])
        counts = np.abs(a["usable"] - b["usable"])
        mean = abs(float(a["usable"].mean() / b["usable"].mean()) - 1)
        print(
            f"{days} days ahead: {p50:.1f} / {p90:.0f} / {p99:.0f} km apart (p50/p90/p99); serving "
            f"satellite the same in {same:.0f} % of slots, its elevation off by "
            f"{float(np.nanpercentile(off_deg, 95)):.1f}° (p95); usable count off by "
            f"{float(counts.mean()):.2f} in a slot, {100 * mean:.2f} % in the mean"
        )


if __name__ == "__main__":
    main()
