"""What `leohub sky` prints: the figures, and a summary of them in words and signs."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leohub.io.builtin.operators import Operator
from leohub.io.provenance import Source
from leohub.report.datasets import COORDINATES
from leohub.report.numerals import duration, plural
from leohub.report.skyscene import NOBODY, Scene, passes, runs
from leohub.report.skystyle import SERVES, SIGNS, meanings
from leohub.report.skyterminal import dome, dome_width, hours_ahead, letter_of
from leohub.report.skywords import cautions, direction, elements, when, where
from leohub.sky.service import MEANING
from leohub.sky.visibility.view import LOW

NEXT = 8
"""Times of service that are told."""

DOME_ROWS = 21
BESIDE = 46
"""Letters that are needed beside the dome for words to stand there."""


def to_figures(
    scene: Scene, parameters: Operator, picture: Path | None, out: Path | None
) -> dict[str, Any]:
    """Return everything that is printed, as numbers."""
    day, above, source, screening = scene.day, scene.above, scene.source, scene.screening
    served = passes(scene)
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
        "place": {name: float(getattr(scene.place, name)[0]) for name in COORDINATES},
        "start": day.attrs["start"],
        "hours": day.attrs["hours"],
        "step_s": day.attrs["step_s"],
        "operator": scene.operator,
        "min_elevation_deg": scene.rules.min_elevation_deg,
        "arc_avoidance_deg": scene.rules.arc_avoidance_deg,
        "policy": scene.rules.policy,
        "gateways": day.attrs["gateways"],
        "earth_orientation": day.attrs["earth_orientation"],
        "parameter_sources": dict(parameters.sources),
        "elements": {
            **_told(source),
            "satellites": screening.total,
            "left_out": dict(screening.left_out),
            "kept": len(screening.kept),
            "age_median_h": screening.age_median_h,
            "age_max_h": screening.age_max_h,
            "not_propagated": day.attrs["satellites_not_propagated"],
        },
        "other_inputs": {other.role: _told(other) for other in scene.others},
        "now": {"in_view": int(above["in_view"].sum()), "usable": int(above["usable"].sum())},
        "day": {
            name: _finite(day.attrs[name])
            for name in MEANING
            if name in day.attrs and name not in COORDINATES
        },
        "shells": shells,
        "serving": [_pass(row) for row in served.head(NEXT).to_dict("records")],
        "gaps": _gaps(scene),
        "identity_known_for_h": scene.identity_h,
        "picture": None if picture is None else str(picture.resolve()),
        "dataset": None if out is None else str(out.resolve()),
        "limits": list(cautions(scene)),
    }


def print_summary(scene: Scene, figures: Mapping[str, Any], replaced: Sequence[Path]) -> None:
    """Print the figures of `to_figures` for people, under a chart of the sky."""
    console = Console(highlight=False)
    ascii_only = console.options.ascii_only
    if ascii_only and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # degrees, for one, are not ASCII
    place = where(figures["place"]["lat_deg"], figures["place"]["lon_deg"])
    console.print()
    console.print(Text(f"{scene.operator} over {place}", style="bold"))
    console.print(Text(f"{when(scene)}, looking up: east is on the left", style="dim"))
    chart = dome(scene, DOME_ROWS, ascii_only=ascii_only)
    words = Group(_legend(scene, ascii_only), Text(), _counts(scene, figures), Text(), _who(scene))
    if console.width >= dome_width(DOME_ROWS) + BESIDE:
        beside = Table.grid(padding=(0, 2, 0, 0))
        beside.add_row(chart, Group(Text("\n"), words))
        console.print(beside)
    else:
        console.print(chart, words, sep="\n")
    console.print()
    hours = duration(3600 * figures["hours"])
    console.print(Text(f"The next {hours}, each bar its worst slot", style="dim"))
    console.print(hours_ahead(scene, console.width - 1, ascii_only=ascii_only))
    console.print(_gap(figures))
    console.print()
    console.print(_shells(figures))
    console.print()
    _print_elements(console, scene, figures)
    for limit in figures["limits"]:
        console.print(Text(limit, style="dim"))
    console.print()
    for label, path in (("Picture", figures["picture"]), ("Dataset", figures["dataset"])):
        if path is not None:
            again = " (replaced)" if Path(path) in {one.resolve() for one in replaced} else ""
            console.print(f"{label}: ", Text(path, style="bold"), again, sep="", soft_wrap=True)


def _legend(scene: Scene, ascii_only: bool) -> RenderableType:
    counts = scene.above["state"].value_counts()
    table = _table()
    table.add_row(Text(letter_of(SERVES, ascii_only=ascii_only), style="bold"), "", "serves")
    for state, words in meanings(scene.rules).items():
        if state in counts:
            sign = SIGNS[state]
            letter = " " if state == LOW else letter_of(sign, ascii_only=ascii_only)
            shown = " (not drawn)" if state == LOW else ""
            table.add_row(Text(letter, style=sign.colour), f"{counts[state]}", f"{words}{shown}")
    return table


def _counts(scene: Scene, figures: Mapping[str, Any]) -> RenderableType:
    table = _table("satellites", "now", "mean", "worst slot")
    for name, label in (
        ("in_view", f"in view, above {scene.rules.min_elevation_deg:g}°"),
        ("usable", "usable"),
    ):
        day = figures["day"]
        now, mean, worst = figures["now"][name], day[f"{name}_mean"], day[f"{name}_min"]
        table.add_row(label, f"{now}", f"{mean:.1f}", f"{worst}")
    return table


def _who(scene: Scene) -> RenderableType:
    """Tell who serves now and after that."""
    table = _table("serves from", "for", "satellite", "height", "in the", "km")
    for row in passes(scene).head(NEXT).to_dict("records"):
        begin, lasts = f"{row['begin']:%H:%M:%S}", duration(row["lasts_s"])
        if row["norad_id"] == NOBODY:
            table.add_row(begin, lasts, Text("none", style="bold red"), "", "", "")
        else:
            table.add_row(
                begin,
                lasts,
                row["object_name"],
                f"{row['elevation_deg']:.0f}°",
                direction(row["azimuth_deg"]),
                f"{row['range_km']:,.0f}",
            )
    return table


def _gap(figures: Mapping[str, Any]) -> Text:
    day = figures["day"]
    handovers = plural(int(day["handovers"]), "handover")
    if day["longest_gap_s"] == 0:
        said = f"No gap: a usable satellite in every {figures['step_s']:g} s slot"
        return Text(f"{said}; {handovers}", style="green")
    return Text(
        f"{plural(int(day['outages']), 'gap')}, the longest {duration(day['longest_gap_s'])}; a "
        f"usable satellite in {day['usable_pct']:.1f} % of the slots; {handovers}",
        style="yellow",
    )


def _shells(figures: Mapping[str, Any]) -> RenderableType:
    table = _table("shell", "satellites", "in view now", "mean", "usable, mean")
    for name, row in figures["shells"].items():
        table.add_row(
            name,
            f"{row['satellites']:,}",
            f"{row['in_view_now']}",
            f"{row['in_view_mean']:.1f}",
            f"{row['usable_mean']:.1f}",
        )
    return table


def _print_elements(console: Console, scene: Scene, figures: Mapping[str, Any]) -> None:
    """Tell what was read, and what was done to it."""
    told = figures["elements"]
    notes = [f"left out: {count:,} {reason}" for reason, count in told["left_out"].items()]
    if told["not_propagated"]:
        notes.append(f"{told['not_propagated']:,} are decayed or not covered, and not counted")
    _print_noted(console, f"Elements: {elements(scene)}", [*notes, *told["notes"]])
    for role, other in figures["other_inputs"].items():
        _print_noted(console, f"{role[:1].upper()}{role[1:]}: {other['file']}", other["notes"])


def _print_noted(console: Console, said: str, notes: Sequence[str]) -> None:
    console.print(Text(said))
    for note in notes:
        console.print(Padding(Text(note), (0, 0, 0, 4)))


def _table(*headings: str) -> Table:
    """Return a table without lines, the first and the textual columns on the left."""
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
        show_header=bool(headings),
    )
    for place, heading in enumerate(headings):
        left = place == 0 or heading in {"satellite", "in the"}
        table.add_column(heading, justify="left" if left else "right", no_wrap=True)
    return table


def _told(source: Source) -> dict[str, Any]:
    return {
        "file": source.file,
        "sha256": source.sha256,
        "basis": source.basis,
        "notes": list(source.notes),
    }


def _pass(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row of `passes` as JSON has it."""
    return {
        "begin": f"{row['begin'].isoformat()}Z",
        "lasts_s": float(row["lasts_s"]),
        "norad_id": None if row["norad_id"] == NOBODY else int(row["norad_id"]),
        "object_name": str(row["object_name"]),
        **{name: _finite(row[name]) for name in ("elevation_deg", "azimuth_deg", "range_km")},
    }


def _gaps(scene: Scene) -> list[dict[str, Any]]:
    day = scene.day
    none = day["usable"].to_numpy() == 0
    first, length = runs(none)
    return [
        {
            "begin": f"{np.datetime_as_string(day['time'].to_numpy()[slot], unit='s')}Z",
            "lasts_s": int(slots) * day.attrs["step_s"],
        }
        for slot, slots in zip(first[none[first]], length[none[first]], strict=True)
    ]


def _finite(value: float) -> float | int | None:
    """Return a figure as JSON has it: nothing where it is not defined."""
    if not np.isfinite(value):
        return None
    return value if isinstance(value, int) else float(value)
