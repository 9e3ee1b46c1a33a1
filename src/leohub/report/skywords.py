"""What is said of the sky over a place: where, from what, how far it can be trusted."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

import pandas as pd

from leohub.report.numerals import listed, plural
from leohub.report.skyscene import Scene

POINTS: Final = tuple("N/NNE/NE/ENE/E/ESE/SE/SSE/S/SSW/SW/WSW/W/WNW/NW/NNW".split("/"))  # noqa: SIM905
"""Of the compass."""

TILTED: Final = {"OneWeb"}
"""Operators that clear the geostationary arc by tilting their satellites, not at the terminal."""

DOUBT: Final = (
    "counts and gaps hold, but which satellite serves does not: with Starlink elements 2 days old "
    "it is the right one in 77 % of the slots, its elevation right to 8.5° in 95 %."
)
"""Measured: see docs/sky.md and benchmarks/element_age.py."""


def where(lat_deg: float, lon_deg: float) -> str:
    """Write a place so that swapped coordinates are noticed: 1.29° S 36.82° E."""
    return f"{abs(lat_deg):g}° {'NS'[lat_deg < 0]} {abs(lon_deg):g}° {'EW'[lon_deg < 0]}"


def when(scene: Scene) -> str:
    """Write the first moment: 22 August 2026, 13:00:12 UTC."""
    return f"{pd.Timestamp(scene.day['time'].to_numpy()[0]):%-d %B %Y, %H:%M:%S} UTC"


def direction(azimuth_deg: float) -> str:
    """Write an azimuth as one of sixteen points of the compass: NNE."""
    return POINTS[round(azimuth_deg * len(POINTS) / 360) % len(POINTS)]


def elements(scene: Scene) -> str:
    """Write which satellites are shown, and how old what is known of them is."""
    source, screening = scene.source, scene.screening
    file = PurePath(source.file).name
    said = f"{file} ({source.basis}), {len(screening.kept):,} of {screening.total:,} satellites"
    if source.basis == "modelled":
        return said
    return (
        f"{said}, half of them at most {screening.age_median_h:.1f} h from their epoch, all at "
        f"most {screening.age_max_h:.1f} h"
    )


def cautions(scene: Scene) -> tuple[str, ...]:
    """Say how far what is shown can be trusted, and what is not in it."""
    return (identity(scene), limits(scene))


def identity(scene: Scene) -> str:
    """Say from when on it can not be told which satellite stands where."""
    if scene.source.basis == "modelled":
        return (
            "Modelled shells are spread more evenly than real satellites: mean counts are "
            "representative, worst moments and gaps are optimistic, and no satellite stands where "
            "shown."
        )
    if scene.identity_h <= 0:
        return f"The elements are more than a day from this moment: {DOUBT}"
    if scene.identity_h < scene.day.attrs["hours"]:
        begin = pd.Timestamp(scene.day["time"].to_numpy()[0]) + pd.Timedelta(scene.identity_h, "h")
        return f"From {begin:%-d %B, %H:%M} UTC on the elements are more than a day old: {DOUBT}"
    return (
        "All of it is within a day of the elements: counts hold, and so does which satellite "
        "serves in most slots."
    )


def limits(scene: Scene) -> str:
    """Say what usable means here, and what is left out of it."""
    asked = ["high enough"]
    if scene.rules.arc_avoidance_deg > 0:
        asked.append("clear of the geostationary arc")
    if scene.place.horizon_deg is not None:
        asked.append("above the horizon of the place")
    if scene.gateways is not None:
        over = " over laser links" if scene.rules.lasers else ""
        asked.append(f"reaching one of {plural(len(scene.gateways), 'gateway')}{over}")
    missing = ["which satellite the operator assigns", "how full it is", "rain"]
    if scene.place.horizon_deg is None:
        missing.append("hills or trees around the place")
    if scene.gateways is None:
        missing.append("gateways")
    if scene.operator in TILTED:
        missing.append("the tilting of its satellites near the equator")
    return f"Usable means {listed(asked)}. Not in it: {listed(missing)}."
