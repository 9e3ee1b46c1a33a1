"""`leohub cover`: solve a covering problem as its authors published it."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leohub.app.cli.options import Number, file_option
from leohub.app.cli.output import json_option, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from leohub.io.covering.problem import CoveringProblem
    from leohub.people.coverage import Coverage
    from leohub.plan.plan import Plan

_FORMATS = ["points", "table", "tsplib", "cordeau", "pmed", "scp", "rail"]
_METRICS = ["plane", "geodesic", "sphere"]
_EXACT_LIMIT_PAIRS = 2_000_000
"""Problems with at most so many pairs are given to the exact solver too."""


@click.command()
@click.argument("instance", type=click.Path(path_type=Path))
@file_option(
    "--demand",
    say="The demand of each point, one number each; or demand points of their own, with places. "
    "INSTANCE then has the sites.",
)
@click.option(
    "--hubs",
    type=click.IntRange(min=1),
    help="How many sites to choose at most. Default: what the file says, if it does.",
)
@click.option(
    "--radius",
    type=Number(0, min_open=True),
    help="A point at this distance or nearer is covered; as --metric measures it. Not for set "
    "covering instances, which list what is covered.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: as the text looks.")
@click.option(
    "--metric",
    type=click.Choice(_METRICS),
    help="How coordinates measure: plane (in their own unit), geodesic (latitude, longitude; km) "
    "or sphere (latitude, longitude; m). Default: as the file looks.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    type=Number(0, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="For the choice; a plan and its bound come in any case.",
)
@click.option(
    "--gap-pct",
    type=Number(0, 100),
    default=0.0,
    show_default=True,
    help="Stop as soon as the plan is proven to be this close to the best [%].",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Of the random part of the search: the same seed gives the same choice.",
)
@file_option("--out", say="Write the chosen sites to this CSV file.")
@json_option
def cover(
    instance: Path,
    demand: Path | None,
    hubs: int | None,
    radius: float | None,
    form: str | None,
    metric: str | None,
    time_limit_s: float,
    gap_pct: float,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Choose the sites of INSTANCE that together cover the most demand.

    For published benchmarks of the maximal covering location problem, and for data of your own.
    Prints what the chosen sites cover, what no choice of as many can exceed, and how that was
    found. INSTANCE is one of:

    \b
    points   plain coordinates, a point in each line: x y [demand], also with a number in front
    table    with headings: x and y, or lat and lon; demand, cost and id where there are any
    tsplib   TSPLIB (EUC_2D), with DEMAND_SECTION where there is one
    cordeau  Cordeau, Furini & Ljubic: F and C lines
    pmed     OR-Library p-median: a network; every node is a site and a demand point
    scp      OR-Library set covering, by rows (columns are the sites)
    rail     OR-Library set covering, by columns

    For example: `leohub cover SJC818.txt --hubs 80 --radius 150`, or with two files:
    `leohub cover sites.csv --demand villages.csv --hubs 12 --radius 5 --out chosen.csv`.
    """  # noqa: D301 - click reads the backspace: the lines after it stay as they are
    from leohub.app.cli.progress import Stages
    from leohub.io.covering.formats import read_problem
    from leohub.io.provenance import InputFile

    clock = _Stopwatch()
    try:
        with Stages() as stages:
            stages("reading the instance", 0.0)
            problem = read_problem(
                InputFile(instance),
                demand=InputFile(demand) if demand else None,
                format=form,
                metric=metric,
            )
            chosen = _number_of_hubs(problem, hubs)
            _check_radius(problem, radius)
            clock.lap("reading")
            stages("finding what each site covers", 0.0)
            coverage = problem.to_coverage(radius)
            clock.lap("coverage")
            plan = solve(
                coverage,
                chosen,
                seed=seed,
                time_limit_s=time_limit_s,
                gap=gap_pct / 100,
                tick=stages,
            )
            clock.lap("choice")
    except KeyboardInterrupt:
        click.echo("Nothing was written.", err=True)
        raise
    if out is not None:
        _write_chosen(problem, plan, out)
    figures = _figures(problem, coverage, plan, radius, clock.seconds)
    if as_json:
        print_json(figures)
    else:
        _print(problem, figures)
        if out is not None:
            click.echo(f"Chosen sites: {out}")


def solve(
    coverage: Coverage,
    hubs: int,
    *,
    seed: int,
    time_limit_s: float,
    gap: float,
    tick: Callable[[str, float], None] = lambda stage, share: None,
) -> Plan:
    """Choose hubs, as `leohub cover` does.

    Parameters
    ----------
    coverage : Coverage
    hubs : int
        Most sites to choose.
    seed : int
    time_limit_s : float
        Wall time for the choice [s].
    gap : float
        Good enough [0..1].
    tick : callable
        Told a stage and the share of it that is done [0..1].
    """
    from leohub.plan.choose import choose_hubs
    from leohub.plan.rules.numbers import hubs_at_most

    return choose_hubs(
        coverage,
        hubs_at_most(hubs, coverage),
        seed=seed,
        time_limit_s=time_limit_s,
        gap=gap,
        exact_limit_pairs=_EXACT_LIMIT_PAIRS,
        tick=tick,
    )


class _Stopwatch:
    """Wall time of each part of the work."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last_s = time.monotonic()

    def lap(self, part: str) -> None:
        """Note the time since the last part ended."""
        now_s = time.monotonic()
        self.seconds[part] = round(now_s - self._last_s, 3)
        self._last_s = now_s


def _number_of_hubs(problem: CoveringProblem, asked: int | None) -> int:
    hubs = asked or problem.hubs
    if hubs is None:
        raise click.UsageError("the instance does not say how many sites to choose: give --hubs")
    return hubs


def _check_radius(problem: CoveringProblem, radius: float | None) -> None:
    if problem.needs_radius and radius is None:
        raise click.UsageError(f"give --radius, {_in_unit(problem.reach.unit)}")
    if problem.needs_radius and radius is not None and not math.isfinite(radius):
        raise click.UsageError("--radius must be a finite number")
    if not problem.needs_radius and radius is not None:
        raise click.UsageError("this instance lists what each site covers: leave --radius out")


def _in_unit(unit: str) -> str:
    return unit if unit.startswith("in ") else f"in {unit}"


def _write_chosen(problem: CoveringProblem, plan: Plan, out: Path) -> None:
    """Write the chosen sites in the order of what they add."""
    import pandas as pd

    from leohub.errors import OutputError
    from leohub.io.covering.globe import Globe, Sphere
    from leohub.io.covering.plane import Plane

    table = pd.DataFrame(
        {
            "rank": range(1, len(plan.hubs) + 1),
            "site": plan.hubs + 1,
            "adds": plan.added_people,
        }
    )
    if problem.site_names is not None:
        table.insert(2, "id", problem.site_names[plan.hubs])
    if isinstance(problem.reach, Plane | Globe | Sphere):
        table[list(problem.reach.axes)] = problem.reach.sites[plan.hubs]
    try:
        table.to_csv(out, index=False)
    except OSError as error:
        raise OutputError(f"{out} cannot be written ({error.strerror})") from None


def _figures(
    problem: CoveringProblem,
    coverage: Coverage,
    plan: Plan,
    radius: float | None,
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Return what was found; the value is counted anew from the coverage."""
    sites, points = coverage.shares.shape
    best_share = coverage.shares[plan.hubs].max(axis=0).toarray().ravel()
    return {
        "instance": problem.name,
        "format": problem.format,
        "sites": sites,
        "points": points,
        "pairs": int(coverage.shares.nnz),
        "demand": float(coverage.need_people.sum()),
        "hubs": len(plan.hubs),
        "radius": radius,
        "value": float(best_share @ coverage.need_people),
        "bound": float(plan.bound_people),
        "gap_pct": 100 * plan.gap,
        "optimal": plan.optimal,
        "stopped_early": plan.stopped_early,
        "seconds": seconds,
        "chosen": (plan.hubs + 1).tolist(),
        "story": [step.words for step in plan.story],
        "notes": list(problem.notes),
    }


def _print(problem: CoveringProblem, figures: dict[str, Any]) -> None:
    unit = problem.reach.unit
    within = "" if figures["radius"] is None else f" of radius {figures['radius']:g}"
    if unit in ("km", "m") and within:
        within += f" {unit}"
    share = 100 * figures["value"] / figures["demand"] if figures["demand"] else 0.0
    click.echo(
        f"{figures['instance']} ({figures['format']}): {figures['sites']:,} sites, "
        f"{figures['points']:,} points with a demand of {_number(figures['demand'])}"
    )
    for note in figures["notes"]:
        click.echo(f"  Note: {note}.")
    for line in figures["story"]:
        click.echo(f"  {line}")
    click.echo(
        click.style(
            f"{figures['hubs']:,} sites{within} cover {_number(figures['value'])} ({share:.2f} %).",
            bold=True,
        )
    )
    click.echo(_proof(figures))
    click.echo(
        "Time: " + ", ".join(f"{part} {value:.2f} s" for part, value in figures["seconds"].items())
    )


def _proof(figures: dict[str, Any]) -> str:
    if figures["optimal"]:
        return "Proven: no choice of as many sites covers more."
    early = " The time limit ended the search." if figures["stopped_early"] else ""
    return (
        f"Proven: no choice of as many sites covers more than {_number(figures['bound'])}, so at "
        f"most {figures['gap_pct']:.3f} % could be gained.{early}"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.3f}"
