"""What `leohub sky` prints: the figures, and a summary of them in words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from leohub.io.builtin.operators import Operator
from leohub.io.provenance import Source
from leohub.sky.screening import Screening
from leohub.sky.service import totals

AHEAD = {
    "measured": "Over the hours ahead the counts are dependable; which satellite stands where is "
    "not beyond about a day.",
    "modelled": "Modelled shells are spread more evenly than real satellites: mean counts are "
    "representative, worst moments and gaps are optimistic, and no satellite stands where shown.",
}
LIMITS = (
    "Usable means free of the geostationary arc. Which satellite the operator assigns, how full "
    "it is, rain, and hills or trees around the place are not in it.",
)


def to_figures(
    above: pd.DataFrame,
    day: xr.Dataset,
    parameters: Operator,
    source: Source,
    screening: Screening,
    picture: Path | None,
) -> dict[str, Any]:
    """Return everything that is printed, as numbers."""
    shells = {
        str(shell): {
            "satellites": screening.shells[str(shell)],
            "in_view_now": int((above["in_view"] & (above["shell"] == shell)).sum()),
            "in_view_mean": float(day["in_view_by_shell"].sel(shell=shell).mean()),
            "usable_mean": float(day["usable_by_shell"].sel(shell=shell).mean()),
        }
        for shell in day["shell"].values
    }
    return {
        "place": {key: day.attrs[key] for key in ("lat_deg", "lon_deg")},
        "start": day.attrs["start"],
        "hours": day.attrs["hours"],
        "step_s": day.attrs["step_s"],
        "operator": parameters.name,
        "min_elevation_deg": day.attrs["min_elevation_deg"],
        "arc_avoidance_deg": day.attrs["arc_avoidance_deg"],
        "parameter_sources": dict(parameters.sources),
        "elements": {
            "file": source.file,
            "sha256": source.sha256,
            "basis": source.basis,
            "satellites": screening.total,
            "left_out": dict(screening.left_out),
            "kept": len(screening.kept),
            "age_median_h": screening.age_median_h,
            "age_max_h": screening.age_max_h,
            "not_propagated": day.attrs["satellites_not_propagated"],
            "notes": list(source.notes),
        },
        "now": {"in_view": int(above["in_view"].sum()), "usable": int(above["usable"].sum())},
        "day": totals(day),
        "shells": shells,
        "picture": None if picture is None else str(picture.resolve()),
        "limits": [AHEAD[source.basis], *LIMITS],
    }


def print_summary(figures: Mapping[str, Any]) -> None:
    """Print the figures of `to_figures` for people."""
    console = Console(highlight=False)
    now, day, elements = figures["now"], figures["day"], figures["elements"]
    place = _compass(figures["place"]["lat_deg"], figures["place"]["lon_deg"])
    console.print()
    console.print(Text(f"{figures['operator']} over {place}", style="bold"))
    console.print(Text(f"from {_clock(figures['start'])}, {figures['hours']:g} h", style="dim"))
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for heading in ("satellites", "now", "mean", "worst slot"):
        table.add_column(heading, justify="left" if heading == "satellites" else "right")
    for label, key in (
        (f"in view, above {figures['min_elevation_deg']:g}°", "in_view"),
        (f"usable, {figures['arc_avoidance_deg']:g}° clear of the arc", "usable"),
    ):
        table.add_row(label, f"{now[key]}", f"{day[f'{key}_mean']:.1f}", f"{day[f'{key}_min']}")
    console.print(table)
    console.print(Text(_gap(figures), style="green" if day["longest_gap_s"] == 0 else "yellow"))
    console.print()
    shells = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for heading in ("shell", "satellites", "in view now", "mean", "usable, mean"):
        shells.add_column(heading, justify="left" if heading == "shell" else "right")
    for name, row in figures["shells"].items():
        shells.add_row(
            name,
            f"{row['satellites']:,}",
            f"{row['in_view_now']}",
            f"{row['in_view_mean']:.1f}",
            f"{row['usable_mean']:.1f}",
        )
    console.print(shells)
    console.print()
    console.print(Text(_elements(elements)))
    for reason, count in elements["left_out"].items():
        console.print(Text(f"    left out: {count:,} {reason}"))
    for note in elements["notes"]:
        console.print(Text(f"    {note}"))
    if elements["not_propagated"]:
        console.print(Text(f"    {elements['not_propagated']:,} have decayed and are not counted"))
    for limit in figures["limits"]:
        console.print(Text(limit, style="dim"))
    console.print()
    console.print("Picture: ", Text(figures["picture"], style="bold"), sep="", soft_wrap=True)


def _gap(figures: Mapping[str, Any]) -> str:
    gap_s = figures["day"]["longest_gap_s"]
    if gap_s == 0:
        return f"No gap: a usable satellite in every {figures['step_s']:g} s slot"
    share = figures["day"]["usable_pct"]
    return f"Longest gap {gap_s / 60:.1f} min; a usable satellite in {share:.1f} % of the slots"


def _elements(elements: Mapping[str, Any]) -> str:
    text = f"Elements: {elements['file']} ({elements['basis']}), "
    text += f"{elements['kept']:,} of {elements['satellites']:,} satellites"
    if elements["basis"] == "measured":
        text += (
            f", median age {elements['age_median_h']:.1f} h, oldest {elements['age_max_h']:.1f} h"
        )
    return text


def _compass(lat_deg: float, lon_deg: float) -> str:
    """Write a place so that swapped coordinates are noticed: 1.29° S 36.82° E."""
    return f"{abs(lat_deg):g}° {'NS'[lat_deg < 0]} {abs(lon_deg):g}° {'EW'[lon_deg < 0]}"


def _clock(start: str) -> str:
    return start.replace("T", " ").removesuffix("Z") + " UTC"
