"""What `leohub paths` prints and writes: figures, a summary of them in words, every moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from leohub import __version__
from leohub.app.cli.pathnetwork import Opened
from leohub.report.datasets import check_dataset, write_dataset
from leohub.report.files import appearing, check_file
from leohub.report.numerals import percent, plural
from leohub.sky.network.network import ANY_POP
from leohub.sky.network.paths import path_at

SUFFIXES = (".csv", ".nc")


def check_out(path: Path) -> None:
    """Refuse a path that no series can be written to: see `leohub.report.files.check_file`."""
    check_file(path, SUFFIXES, "a series of paths")


def write_out(series: xr.Dataset, path: Path) -> None:
    """Write every moment as a table (.csv) or as NetCDF (.nc); whole or not at all."""
    if path.suffix.lower() == ".nc":
        check_dataset(path)
        write_dataset(series, path)
        return
    table = series.to_dataframe().reset_index().drop(columns="pair")
    table.insert(0, "time_utc", np.datetime_as_string(table.pop("time").to_numpy(), unit="ms"))
    # Every row says what it is; so it is known, too, that the file may be written anew.
    table["made_by"] = f"leohub {__version__}: propagation only"
    with appearing(path) as part:
        table.to_csv(part, index=False, float_format="%.6f", lineterminator="\n")


def to_figures(
    opened: Opened, series: xr.Dataset, picture: Path | None, out: Path | None
) -> dict[str, Any]:
    """Return everything that is printed, as numbers.

    Parameters
    ----------
    opened : Opened
    series : Dataset
        Of the one pair.
    picture, out : Path, optional
        Where they were written.
    """
    rtt_ms = series["rtt_ms"].to_numpy()
    found = np.isfinite(rtt_ms)
    hops = series["hops"].to_numpy()[found]
    limits = {
        name: series.attrs[name]
        for name in ("min_elevation_deg", "max_range_km", "arc_avoidance_deg", "max_laser_km")
        if name in series.attrs
    }
    return {
        "begin": str(series["begin"].item()),
        "end": str(series["end"].item()),
        "start": f"{np.datetime_as_string(opened.times[0], unit='ms')}Z",
        "moments": len(rtt_ms),
        "without_path": int((~found).sum()),
        "rtt_ms": _spread(rtt_ms[found]),
        "hops": _spread(hops),
        "example": _example(opened, found),
        "satellites": len(opened.network.constellation),
        "lasers": series.attrs["lasers"],
        "limits": {**limits, "grazing_km": series.attrs["grazing_km"]},
        "fibre": {"detour": series.attrs["fibre_detour"], "speed": series.attrs["fibre_speed"]},
        "shells": opened.title,
        "sources": [
            {"role": source.role, "file": source.file, "sha256": source.sha256}
            for source in opened.sources
        ],
        "notes": list(opened.notes),
        "model": series.attrs["model"],
        "picture": None if picture is None else str(picture),
        "out": None if out is None else str(out),
    }


def provenance(opened: Opened) -> dict[str, str]:
    """Return where the numbers come from, as attributes of a dataset."""
    told = {"comment": " ".join(opened.notes), "title": opened.title}
    for source in opened.sources:
        role = source.role.replace(" ", "_")
        told |= {
            f"{role}_file": source.file,
            f"{role}_sha256": source.sha256,
            f"{role}_basis": source.basis,
            f"{role}_origin": source.origin,
        }
    return told


def _spread(values: NDArray[Any]) -> dict[str, float] | None:
    if not len(values):
        return None
    return {
        "min": float(values.min()),
        "median": float(np.median(values)),
        "max": float(values.max()),
    }


def _example(opened: Opened, found: NDArray[Any]) -> dict[str, Any] | None:
    """Return the first path of the series."""
    if not found.any():
        return None
    time = opened.times[int(found.argmax())]
    path = path_at(opened.network, time, opened.pair)
    assert path is not None
    return {
        "time": f"{np.datetime_as_string(time, unit='ms')}Z",
        "rtt_ms": 2 * path.one_way_ms,
        "nodes": [
            {"kind": kind, "name": name} for kind, name in zip(path.kind, path.name, strict=True)
        ],
        "leg_ms": path.leg_ms.tolist(),
    }


def print_summary(figures: dict[str, Any]) -> None:
    """Print what was found, in words."""
    console = Console(highlight=False)
    console.print(Text(f"{figures['begin']} → {_end(figures)}", style="bold"))
    console.print(
        f"{figures['shells']}, {figures['satellites']:,} satellites, {figures['lasers']:,} laser "
        f"links; {plural(figures['moments'], 'moment')} from {figures['start']}"
    )
    if figures["rtt_ms"] is None:
        console.print(
            "\nThere is no path at any of these moments: no satellite in reach sees a gateway or "
            "leads to one. Lasers (--lasers) or other --gateways may."
        )
    else:
        _print_spread(console, figures)
        _print_example(console, figures["example"])
    console.print()
    for note in (*figures["notes"], _fibre(figures), figures["model"]):
        if note:
            console.print(Text(note, style="dim"))
    for written in (figures["picture"], figures["out"]):
        if written:
            console.print(f"Written: {written}")


def _end(figures: dict[str, Any]) -> str:
    if figures["end"] == ANY_POP:
        return "the internet, at the point of presence reached the soonest"
    return str(figures["end"])


def _print_spread(console: Console, figures: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for heading in ("", "min", "median", "max"):
        table.add_column(heading, justify="left" if not heading else "right")
    rtt_ms, hops = figures["rtt_ms"], figures["hops"]
    names = ("min", "median", "max")
    table.add_row("round trip, ms", *(f"{rtt_ms[name]:.3f}" for name in names))
    table.add_row("hops", *(f"{hops[name]:g}" for name in names))
    console.print()
    console.print(table)
    if figures["without_path"]:
        share = figures["without_path"] / figures["moments"]
        console.print(f"no path at {figures['without_path']:,} moments ({percent(share)})")


def _print_example(console: Console, example: dict[str, Any]) -> None:
    console.print(f"\nThe path at {example['time']}, one way:")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 2))
    for begin, end, leg_ms in zip(
        example["nodes"][:-1], example["nodes"][1:], example["leg_ms"], strict=True
    ):
        told = f"{end['kind']} {end['name']}" if end["kind"] != "relay" else end["name"]
        table.add_row(f"{leg_ms:.3f} ms", f"by {_carrier(begin['kind'], end['kind'])} to", told)
    console.print(table)


def _carrier(begin: str, end: str) -> str:
    if begin == end == "satellite":
        return "laser"
    return "radio" if "satellite" in {begin, end} else "fibre"


def _fibre(figures: dict[str, Any]) -> str:
    if "gateway" not in {node["kind"] for node in (figures["example"] or {"nodes": []})["nodes"]}:
        return ""
    detour, speed = figures["fibre"]["detour"], figures["fibre"]["speed"]
    return (
        f"Fibres are assumed: {detour:g} times as long as the great circle from gateway to point "
        f"of presence, light in them at {speed:.2f} of its speed in vacuum."
    )
