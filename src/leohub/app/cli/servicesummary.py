"""What `leohub service` prints and writes: figures, and a summary of them in words and bars."""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leohub import __version__
from leohub.io.builtin.operators import operator_parameters
from leohub.report.dictionary import lay_out
from leohub.report.files import appearing, check_file
from leohub.report.hubservice import HubService, promise, service_cautions
from leohub.report.numerals import about, count, plural, usd
from leohub.report.quantitywords import title
from leohub.report.serviceterminal import day_bars, day_legend
from leohub.report.servicewords import (
    MEASURE,
    MEASURES,
    growth_sentence,
    programme_said,
    service_summary,
)
from leohub.study.file import StudyFile
from leohub.study.service.planned import PlannedService
from leohub.study.service.why import Step, number

SHOWN: Final = 5
"""Hubs that are told as the slowest, and as the fastest."""

DRIVERS: Final = (
    "served_well_people",
    "terminal_mbps",
    "latency_server_ms",
    "rain_out_h_per_year",
    "cost_per_served_month_usd",
)
"""Outputs of which it is told what they hang on."""

MOST_DRIVERS: Final = 3
"""Quantities that are named for each of them."""

INDENT: Final = (0, 0, 0, 4)

YEAR_FIGURES: Final = {
    "out_h": "out by rain, h",
    "outages": "outages",
    "longest_h": "the longest, h",
}


def check_out(path: Path) -> None:
    """Refuse a path that no table can be written to: see `leohub.report.files.check_file`."""
    check_file(path, (".csv",), "a table of hubs")


def write_out(hubs: pd.DataFrame, path: Path) -> None:
    """Write the hubs as the data dictionary lays them out; whole or not at all."""
    table = lay_out(hubs, "hubs")
    # Every row says what it is; so it is known, too, that the file may be written anew.
    table.insert(0, "made_by", f"leohub {__version__}: service modelled")
    with appearing(path) as part:
        table.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")


def programme_figures(file: StudyFile, planned: PlannedService, out: Path | None) -> dict[str, Any]:
    """Return everything that is printed of all hubs, as numbers."""
    estimate, study = planned.estimate, file.study
    drivers = estimate.hangs_on[estimate.hangs_on["share"] > 0]
    ordered = planned.hubs.sort_values("terminal_mbps", kind="stable")
    return {
        "programme": study.programme.name,
        "operator": operator_parameters(study.sky.operator).name,
        "hubs": len(planned.hubs),
        "reached_people": planned.plan.reached_people,
        "service": service_summary(estimate),
        "hangs_on": {
            str(output): [
                {"quantity": name, "share_pct": 100 * share}
                for name, share in zip(rows["quantity"], rows["share"], strict=True)
            ]
            for output, rows in drivers.groupby("output")
        },
        "slowest": [_row(row) for row in _rows(ordered.head(SHOWN))],
        "fastest": [_row(row) for row in _rows(ordered.tail(SHOWN).iloc[::-1])],
        "warnings": list(planned.inputs.warnings),
        "limits": list(service_cautions(estimate.quantities, estimate.draws)),
        "out": _resolved(out),
    }


def hub_figures(story: HubService, picture: Path | None, out: Path | None) -> dict[str, Any]:
    """Return everything that is printed of one hub, as numbers."""
    named = dict.fromkeys(name for step in story.steps for name in step.inputs)
    years = story.years
    (hub,) = _rows(story.hub.to_frame().T.infer_objects())
    return {
        "operator": story.operator,
        "hub": _row(hub),
        "by_hour_mbps": dict(
            zip(("low", "value", "high"), story.by_hour_mbps.tolist(), strict=True)
        ),
        "why": [{**vars(step), "value": _finite(step.value)} for step in story.steps],
        "quantities": {name: vars(story.quantities[name]) for name in named},
        "rain_years": {
            "years": len(years.out_h),
            "step_s": years.step_s,
            "expected_h": years.expected_h,
            **{
                name: dict(zip(("p10", "median", "p90"), spread, strict=True))
                for name, spread in years.spread().items()
            },
        },
        "usable_pct": years.usable_pct,
        "without_satellite_h_per_year": years.without_satellite_h,
        "longest_gap_s": years.longest_gap_s,
        "draws": story.draws,
        "limits": list(service_cautions(story.quantities, story.draws)),
        "picture": _resolved(picture),
        "out": _resolved(out),
    }


def print_programme(file: StudyFile, planned: PlannedService, figures: Mapping[str, Any]) -> None:
    """Print what all hubs together get."""
    console, _ = _console()
    estimate = planned.estimate
    hubs = plural(figures["hubs"], "hub")
    console.print(Text(f"\n{hubs} under {figures['operator']}", style="bold"), end="")
    console.print(Text(f"  {figures['programme']}", style="dim"))
    console.print(
        f"They serve {programme_said(estimate, 'served_well_people')} well, of the "
        f"{about(figures['reached_people'])} newly reached: for the others they are potential "
        "reach only.\n"
    )
    table = _table("all hubs together", "", "low", "high", "")
    programme = estimate.programme.to_dict("index")
    for measure in MEASURES:
        told = programme[measure.output]
        table.add_row(
            measure.title,
            Text(measure.write(told["value"]), style="bold"),
            measure.write(told["low"]),
            measure.write(told["high"]),
            Text(measure.unit, style="dim"),
        )
    console.print(table)
    console.print(f"\n{growth_sentence(estimate)}")
    # Few hubs are all among the slowest.
    for kind in ("slowest", "fastest")[: 1 + (figures["hubs"] > SHOWN)]:
        console.print()
        console.print(_hubs(f"{kind} terminals", figures[kind]))
    console.print(Text("\nHow far it hangs on what is not known", style="dim"))
    for output in DRIVERS:
        _print_drivers(console, output, figures["hangs_on"].get(output, []))
    _print_limits(console, [*figures["warnings"], *figures["limits"]])
    study, slowest = (shlex.quote(said) for said in (file.name, figures["slowest"][0]["site_id"]))
    console.print(
        f"One hub, and why: leohub service {study} --hub {slowest}\n"
        f"The report:       leohub plan {study}",
        soft_wrap=True,
    )
    _print_written(console, figures)


def print_hub(story: HubService, figures: Mapping[str, Any]) -> None:
    """Print what one hub gets, and why."""
    console, ascii_only = _console()
    hub = story.hub
    console.print(Text(f"\n{hub['name']}", style="bold"), end="")
    console.print(
        Text(
            f"  {hub['kind']} in {hub['region']}, hub {hub['rank']} of the plan, {hub['site_id']}",
            style="dim",
        )
    )
    console.print(promise(story))
    console.print(
        f"In the busiest hour it downloads {story.said('terminal_mbps')} under {story.operator}.\n"
    )
    console.print(Text("What a terminal downloads by local hour, Mbps", style="dim"))
    console.print(day_bars(story.by_hour_mbps, console.width - 1, ascii_only=ascii_only))
    console.print(day_legend(ascii_only=ascii_only))
    console.print(Text("\nWhy: link by link", style="dim"))
    for step in story.steps:
        _print_step(console, step)
    _print_years(console, story)
    _print_second(console, hub)
    _print_limits(console, figures["limits"])
    _print_written(console, figures)


def _console() -> tuple[Console, bool]:
    console = Console(highlight=False)
    ascii_only = console.options.ascii_only
    if ascii_only and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # degrees, for one, are not ASCII
    return console, ascii_only


def _hubs(heading: str, rows: Iterable[Mapping[str, Any]]) -> Table:
    table = _table(heading, "Mbps", "people served well", "of", "rain, h a year")
    for row in rows:
        table.add_row(
            f"{row['site_id']}, {row['region']}",
            about(row["terminal_mbps"]),
            about(row["served_well_people"]),
            count(row["sharing_people"]),
            about(row["rain_out_h_per_year"]),
        )
    return table


def _print_drivers(console: Console, output: str, drivers: list[Mapping[str, Any]]) -> None:
    told = [
        f"{title(driver['quantity'])} {driver['share_pct']:.0f} %"
        for driver in drivers[:MOST_DRIVERS]
    ]
    console.print(f"  {MEASURE[output].title}:")
    console.print(Padding(Text("; ".join(told) or "nothing above chance"), INDENT, expand=False))


def _print_step(console: Console, step: Step) -> None:
    line = Table.grid(padding=(0, 1), expand=False)
    line.add_column(width=39)
    line.add_column(justify="right", width=9)
    line.add_column()
    line.add_row(step.what, Text(number(step.value), style="bold"), step.unit)
    console.print(line)
    console.print(Padding(Text(step.how, style="dim"), INDENT, expand=False))
    console.print(Padding(Text(f"[{step.source}]", style="dim italic"), INDENT, expand=False))


def _print_years(console: Console, story: HubService) -> None:
    years = story.years
    console.print()
    table = _table(
        f"{len(years.out_h)} years of rain, drawn", "1 in 10 below", "median", "1 in 10 above"
    )
    for name, (low, middle, high) in years.spread().items():
        table.add_row(YEAR_FIGURES[name], *(number(value) for value in (low, middle, high)))
    console.print(table)
    console.print(
        Text(
            f"Mean of endlessly many: {number(years.expected_h)} h. Looked at every "
            f"{years.step_s:g} s. Without a usable satellite: "
            f"{number(years.without_satellite_h)} h a year, the longest "
            f"{number(years.longest_gap_s)} s.",
            style="dim",
        )
    )


def _print_second(console: Console, hub: pd.Series) -> None:
    one, two = hub["served_well_people"], hub["served_by_two_people"]
    further_usd = hub["cost_per_further_person_month_usd"]
    console.print("\nA second terminal", style="dim")
    if hub["terminals"] > 1:
        console.print(f"It has one: both serve {about(two)} people well.")
        return
    if not two > one:
        console.print("It would serve nobody more well.")
        return
    price = "" if np.isnan(further_usd) else f", at {usd(further_usd)} a month for each of them"
    console.print(
        f"Both would serve {about(two)} people well, {about(two - one)} more than one{price}; "
        "power for the second is left out."
    )


def _print_limits(console: Console, limits: Iterable[str]) -> None:
    console.print()
    for limit in limits:
        console.print(Text(limit, style="dim"))
    console.print()


def _print_written(console: Console, figures: Mapping[str, Any]) -> None:
    for label, name in (("Picture", "picture"), ("Hubs", "out")):
        if figures.get(name) is not None:
            console.print(f"{label}: ", Text(figures[name], style="bold"), sep="", soft_wrap=True)


def _table(*headings: str) -> Table:
    """Return a table without lines, the first column on the left."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for place, heading in enumerate(headings):
        last = place == len(headings) - 1 and not heading
        table.add_column(heading, justify="left" if place == 0 or last else "right")
    return table


def _rows(hubs: pd.DataFrame) -> list[dict[str, Any]]:
    """Return hubs as the data dictionary lays them out."""
    return [
        {str(name): value for name, value in row.items()}
        for row in lay_out(hubs, "hubs").to_dict("records")
    ]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON has it: nothing where a figure is not defined."""
    return {
        name: _finite(value) if isinstance(value, float) else value for name, value in row.items()
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _resolved(path: Path | None) -> str | None:
    return None if path is None else str(path.resolve())
