"""`leohub sky --places`: what the sky gives to many places, computed here or on a cluster."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import xarray as xr

from leohub.app.cli.output import print_json
from leohub.app.cli.progress import Stages
from leohub.app.cli.skyinputs import Reading, read_satellites, read_surroundings
from leohub.errors import OutputError
from leohub.io.ground.horizons import read_horizons
from leohub.io.ground.places import read_places
from leohub.io.provenance import InputFile
from leohub.report import placesstore, placestable
from leohub.report.files import check_file
from leohub.report.numerals import duration, listed, plural
from leohub.report.placesabout import Origin, about, caution, inputs
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.rules import Policy
from leohub.study.overhead import Overhead
from leohub.study.ready import make_ready
from leohub.study.skyplaces.chunks import Found
from leohub.study.skyplaces.cluster import on_cluster
from leohub.study.skyplaces.extra import needs
from leohub.study.skyplaces.survey import Survey, gather, look_here, plan_survey

Look = Callable[[Survey], Iterator[Found]]

SUFFIXES = (*placestable.SUFFIXES, placesstore.SUFFIX)


@dataclass(frozen=True)
class Asked:
    """What was asked for on the command line: see the options of `leohub sky`."""

    places: Path
    scheduler: str | None
    out: Path | None
    elements: Path | None
    operator: str
    at: dt.datetime | None
    hours: float
    step_s: float
    min_elevation_deg: float | None
    arc_avoidance_deg: float | None
    max_element_age_days: float
    horizon: Path | None
    gateways: Path | None
    gateway_outages: Path | None
    lasers: bool | None
    policy: Policy
    seed: int
    bulletin: Path | None
    as_json: bool


@dataclass(frozen=True)
class _Opened:
    table: pd.DataFrame
    places: Places
    overhead: Overhead
    origin: Origin


def sky_places(given: Mapping[str, Any]) -> None:
    """Compute what the sky gives to many places, write it, and print what it comes to.

    Parameters
    ----------
    given : mapping
        The parameters of `leohub sky`, by name.

    Raises
    ------
    click.UsageError
        If options do not go together.
    InputError, OutputError
        If an input file, the cluster or the place to write to can not be used.
    """
    _refuse_one_place(given)
    asked = Asked(**{field.name: given[field.name] for field in fields(Asked)})
    out = _checked(asked.out)
    opened = _open(asked)
    survey = plan_survey(
        opened.overhead.screening.kept,
        opened.places,
        opened.overhead.rules,
        hours=asked.hours,
        step_s=asked.step_s,
        with_series=_is_store(out),
        **opened.overhead.options(),
    )
    try:
        with Stages() as stages, _workers(asked.scheduler, stages) as look:
            summary = _write(survey, look, out, opened, stages)
    except KeyboardInterrupt:
        click.echo("Nothing was written.", err=True)
        raise
    figures = _to_figures(summary, asked, opened, out)
    if asked.as_json:
        print_json(figures)
    else:
        _print_summary(figures)


def _refuse_one_place(given: Mapping[str, Any]) -> None:
    """Refuse what is said of one place."""
    told = [
        name
        for name, is_given in (
            ("LAT LON", given["lat"] is not None),
            ("--height-m", given["height_m"] != 0),
            ("--dish-status", given["dish_status"] is not None),
            ("--picture", given["picture"] is not None),
        )
        if is_given
    ]
    if told:
        raise click.UsageError(f"{listed(told)}: of one place; --places has a list of them")


def _checked(out: Path | None) -> Path:
    """Return where to write, refusing what can not be written before anything is computed."""
    if out is None:
        raise click.UsageError(
            "--places needs --out: a file .parquet or .csv for a row for each place, or a folder "
            ".zarr for every slot"
        )
    if out.exists():
        raise OutputError(f"{out} is there already. Name another file, or move it away")
    check_file(out, SUFFIXES, "what the sky gives to places")
    if _is_store(out):
        needs("zarr", what="writing Zarr")
    return out


def _is_store(out: Path) -> bool:
    return out.suffix.lower() == placesstore.SUFFIX


def _open(asked: Asked) -> _Opened:
    """Read all inputs; what is wrong with any of them is told at once."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    start = asked.at or now
    reading = Reading()
    table, places = _read_places(reading, asked)
    # Of one place nothing is asked here: gateways and the bulletin are the same for all.
    around = read_surroundings(
        reading,
        0.0,
        0.0,
        operator=asked.operator,
        height_m=0.0,
        start=start,
        hours=asked.hours,
        horizon=None,
        dish_status=None,
        gateways=asked.gateways,
        outages=asked.gateway_outages,
        bulletin=asked.bulletin,
    )
    operator, source, overhead = read_satellites(
        reading,
        asked.elements,
        asked.operator,
        start=start,
        hours=asked.hours,
        max_element_age_days=asked.max_element_age_days,
        min_elevation_deg=asked.min_elevation_deg,
        arc_avoidance_deg=asked.arc_avoidance_deg,
        policy=asked.policy,
        seed=asked.seed,
        lasers=asked.lasers,
        around=around,
    )
    origin = Origin(
        operator=operator.name,
        screening=overhead.screening,
        sources=(source, *around.sources),
        command=shlex.join(["leohub", *sys.argv[1:]]),
        at=now,
    )
    return _Opened(table, places, overhead, origin)


def _read_places(reading: Reading, asked: Asked) -> tuple[pd.DataFrame, Places]:
    """Read the list of places, and what hides the sky there.

    Raises
    ------
    InputError
        When the list can not be used: without it, little can be said of the other files.
    """
    table, places, source = read_places(InputFile(asked.places))
    reading.sources.append(source)
    if asked.horizon is None:
        return table, places
    file = InputFile(asked.horizon)
    if file.suffix == ".json":
        raise file.error(
            "the map of one dish does not hold for many places",
            "Give a table of horizons, with the id of the place in each row",
        )
    horizon_deg = reading.read(lambda: read_horizons(file, [str(one) for one in table.index]))
    return table, places if horizon_deg is None else replace(places, horizon_deg=horizon_deg)


def _workers(scheduler: str | None, stages: Stages) -> AbstractContextManager[Look]:
    if scheduler is None:
        make_ready(stages)
        return nullcontext(look_here)
    return on_cluster(scheduler)


def _write(survey: Survey, look: Look, out: Path, opened: _Opened, stages: Stages) -> xr.Dataset:
    """Look at all chunks and write what is found; return what the slots come to."""
    stage = f"watching the sky over {plural(len(survey.places), 'place')}"
    stages(stage, 0.0)

    def tick(share: float) -> None:
        stages(stage, share)

    if _is_store(out):
        with placesstore.appearing_store(out, survey) as store:
            summary = gather(survey, look(survey), keep=store.keep, tick=tick)
            store.finish(summary, opened.table, about(summary, opened.origin))
        return summary
    summary = gather(survey, look(survey), tick=tick)
    table = placestable.to_table(summary, opened.table)
    placestable.write_table(table, summary, out, about(summary, opened.origin))
    return summary


def _to_figures(summary: xr.Dataset, asked: Asked, opened: _Opened, out: Path) -> dict[str, Any]:
    """Return everything that is printed, as numbers."""
    screening = opened.overhead.screening
    gap_s = summary["longest_gap_s"].to_numpy()
    worst = int(gap_s.argmax())
    return {
        "places": summary.sizes["place"],
        **{name: summary.attrs[name] for name in ("start", "hours", "step_s")},
        "operator": opened.origin.operator,
        **{
            name: summary.attrs[name]
            for name in ("min_elevation_deg", "arc_avoidance_deg", "policy", "gateways")
        },
        "in_view_mean": float(summary["in_view_mean"].mean()),
        "usable_mean": float(summary["usable_mean"].mean()),
        "usable_mean_lowest": float(summary["usable_mean"].min()),
        "places_with_a_gap": int(np.count_nonzero(gap_s)),
        "longest_gap_s": float(gap_s[worst]),
        "longest_gap_at": str(opened.table.index[worst]) if gap_s[worst] > 0 else None,
        "satellites": screening.total,
        "satellites_kept": len(screening.kept),
        "left_out": dict(screening.left_out),
        "age_median_h": screening.age_median_h,
        "age_max_h": screening.age_max_h,
        "inputs": inputs(opened.origin.sources),
        "scheduler": asked.scheduler,
        "out": str(out.resolve()),
        "caution": caution(summary, screening),
    }


def _print_summary(figures: dict[str, Any]) -> None:
    """Print the figures of `_to_figures` for people."""
    places = figures["places"]
    click.echo(
        f"{figures['operator']} over {plural(places, 'place')}, from {figures['start']}, "
        f"{figures['hours']:g} h in slots of {figures['step_s']:g} s"
    )
    click.echo(
        f"    in view, above {figures['min_elevation_deg']:g}°: {figures['in_view_mean']:.1f} "
        f"satellites, mean of all places and slots"
    )
    click.echo(
        f"    usable: {figures['usable_mean']:.1f}, {figures['usable_mean_lowest']:.1f} at the "
        "place with the fewest"
    )
    if figures["places_with_a_gap"]:
        click.echo(
            f"    gaps: at {figures['places_with_a_gap']:,} of {places:,} places, the longest "
            f"{duration(figures['longest_gap_s'])} at {figures['longest_gap_at']}"
        )
    else:
        click.echo("    gaps: none, a usable satellite at every place in every slot")
    elements = figures["inputs"][0]
    aged = (
        "" if elements["basis"] == "modelled" else f", median age {figures['age_median_h']:.1f} h"
    )
    click.echo(
        f"Satellites: {figures['satellites_kept']:,} of {figures['satellites']:,}, "
        f"{elements['file']} ({elements['basis']}{aged})"
    )
    for source in figures["inputs"]:
        for note in source["notes"]:
            click.echo(f"    {note}")
    click.echo(click.wrap_text(figures["caution"], width=88))
    click.echo(f"Written: {click.style(figures['out'], bold=True)}")
