"""`leohub service`: what service the hubs of a study will get, and why."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leohub.app.cli.options import file_option
from leohub.app.cli.output import json_option, print_json
from leohub.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from leohub.study.file import StudyFile

YEARS: Final = 100
"""Years of rain that are drawn for a hub."""

DRAWING: Final = "drawing years of rain"


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--hub",
    "wanted",
    help="One hub: its site_id as in hubs.csv, or its rank in the plan. Default: all together.",
)
@click.option(
    "--draws",
    type=click.IntRange(20, 100_000),
    help="How often the assumed numbers are drawn. Default: the study's.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="Of the draws, of sunshine and of rain; the hubs stay the study's. Default: the study's.",
)
@file_option("--picture", say="Where to draw the hub that --hub names, .png or .svg.")
@file_option("--out", say="Where to write all hubs with their service, .csv: as hubs.csv.")
@json_option
def service(
    study: Path,
    wanted: str | None,
    draws: int | None,
    seed: int | None,
    picture: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Estimate the service that the hubs of STUDY will get, and say why.

    The hubs are chosen as by `leohub plan`. Every figure is modelled and stands with its interval:
    what a terminal downloads, how long rain cuts it off, the round trip, how many people it serves
    well, and what that costs.

    \b
    All hubs together, the slowest and the fastest, and what the answer hangs on:
      leohub service study.toml

    \b
    One hub: its day by hour, every link of the chain with its source, and a year of rain:
      leohub service study.toml --hub 1 --picture hub.png
    """  # noqa: D301 - click reads \b
    from leohub.app.cli.servicesummary import check_out
    from leohub.report.pictures import check_picture
    from leohub.study.file import read_study

    if picture is not None:
        if wanted is None:
            raise click.UsageError("--picture draws one hub: name it with --hub")
        check_picture(picture)
    if out is not None:
        check_out(out)
    file = read_study(study)
    if wanted is None:
        _tell_programme(file, draws, seed, out, as_json)
    else:
        _tell_hub(file, wanted, draws, seed, picture, out, as_json)


def _tell_programme(
    file: StudyFile, draws: int | None, seed: int | None, out: Path | None, as_json: bool
) -> None:
    from leohub.app.cli.progress import Stages
    from leohub.app.cli.servicesummary import print_programme, programme_figures, write_out
    from leohub.study.service.planned import plan_service

    with Stages() as stages:
        planned = plan_service(file, draws=draws, seed=seed, tick=stages)
    if out is not None:
        write_out(planned.hubs, out)
    figures = programme_figures(file, planned, out)
    if as_json:
        print_json(figures)
    else:
        print_programme(file, planned, figures)


def _tell_hub(
    file: StudyFile,
    wanted: str,
    draws: int | None,
    seed: int | None,
    picture: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    from leohub.app.cli.progress import Stages
    from leohub.app.cli.servicesummary import hub_figures, print_hub, write_out
    from leohub.report.hubservice import hub_service
    from leohub.report.pictures import write_picture
    from leohub.report.servicechart import draw_service
    from leohub.study.service.planned import plan_service
    from leohub.study.service.year import rain_years

    with Stages() as stages:
        planned = plan_service(file, draws=draws, seed=seed, tick=stages)
        place = find_hub(planned.hubs, wanted)
        stages(DRAWING, 0.0)
        years = rain_years(
            planned.estimate,
            place,
            planned.inputs.overhead,
            hours=file.study.sky.hours,
            count=YEARS,
            seed=file.study.seed if seed is None else seed,
        )
    story = hub_service(file.study, planned.hubs, planned.estimate, place, years)
    if picture is not None:
        write_picture(draw_service(story), picture)
    if out is not None:
        write_out(planned.hubs, out)
    figures = hub_figures(story, picture, out)
    if as_json:
        print_json(figures)
    else:
        print_hub(story, figures)


def find_hub(hubs: pd.DataFrame, wanted: str) -> int:
    """Return the position of the hub with a site_id, or else with a rank.

    Raises
    ------
    InputError
        If there is none: with those that are called alike.
    """
    ids = hubs["site_id"].astype(str).tolist()
    if wanted in ids:
        return ids.index(wanted)
    ranks = hubs["rank"].astype(str).tolist()
    if wanted in ranks:
        return ranks.index(wanted)
    names = dict(zip(hubs["name"].str.casefold(), ids, strict=True))
    near = [
        *get_close_matches(wanted, ids, n=3),
        *(names[name] for name in get_close_matches(wanted.casefold(), names, n=3)),
    ]
    remedy = f"Did you mean {' or '.join(dict.fromkeys(near))}" if near else "See hubs.csv"
    problem = Problem(
        "--hub",
        "",
        f"{wanted!r} is neither the site_id of one of the {len(ids):,} hubs of this plan nor a "
        f"rank from 1 to {len(ids):,}",
        f"{remedy}; --out hubs_service.csv lists all of them",
    )
    raise InputError([problem])
