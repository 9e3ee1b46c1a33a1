"""`leohub plan` and `leohub demo`: from a study to a results folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.output import json_option, print_json
from leohub.errors import InputError, Problem

if TYPE_CHECKING:
    from leohub.study.file import StudyFile

results_option = click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="Folder to write to, instead of the study's `results`.",
)


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@results_option
@json_option
def plan(study: Path, results: Path | None, as_json: bool) -> None:
    """Choose the hubs of STUDY and write the results folder.

    Says in words what the plan reaches, costs and leaves out, how good it provably is, what the
    last hubs add and what more would, and, stage by stage, how it was found; the folder holds
    report.html, hubs.csv, hubs.xlsx, plan.gpkg, figures, datapackage.json, run.json.
    """
    from leohub.study.file import read_study

    _plan(read_study(study), results, as_json)


@click.command()
@results_option
@json_option
def demo(results: Path | None, as_json: bool) -> None:
    """Plan 450 hubs for Kenya from built-in data, offline.

    The census counts, internet use, towns and prices are published facts; where people live
    between the towns and where schools, clinics, co-operatives and markets stand is modelled.
    """
    from leohub.study.file import built_in_study

    _plan(built_in_study(), results, as_json)


def _plan(file: StudyFile, results: Path | None, as_json: bool) -> None:
    from leohub.app.cli.progress import Stages
    from leohub.report.folder import write_results
    from leohub.report.storywords import story_lines
    from leohub.report.summary import summary
    from leohub.report.words import sentences
    from leohub.study.run import plan_study

    folder, problems = results_folder(file, results)
    try:
        with Stages() as stages:
            found = plan_study(file, known_problems=problems, tick=stages)
            stages("writing the results", 0.0)
            write_results(found, folder)
    except KeyboardInterrupt:
        click.echo("Nothing was written.", err=True)
        raise
    report = (folder / "report.html").resolve()
    if as_json:
        print_json({**summary(found), "results": str(folder.resolve())})
        return
    click.echo()
    for sentence in sentences(found):
        click.echo(click.wrap_text(_kept_together(sentence), width=88, subsequent_indent="  "))
    _print_story(story_lines(found.plan, weighed=found.demands.weighed))
    click.echo(f"\nReport: {click.style(report.as_uri(), bold=True)}")


def _print_story(lines: dict[str, str]) -> None:
    """Print what each stage of the search did, a line each."""
    click.echo("\nHow the plan was found:")
    widest = max(map(len, lines))
    for title, words in lines.items():
        start = f"  {title:<{widest}}  "
        said = click.wrap_text(
            _kept_together(words),
            width=88,
            initial_indent=start,
            subsequent_indent=" " * len(start),
        )
        click.echo(said)


def results_folder(file: StudyFile, given: Path | None) -> tuple[Path, list[Problem]]:
    """Return where the results go, and why they cannot."""
    from leohub.report.folder import folder_problem
    from leohub.report.page import check_libraries

    check_libraries()
    if given is not None:
        problem = folder_problem(given, "--results", "")
        return given, [problem] if problem else []
    try:
        folder = file.path(file.study.results, "results")
    except InputError as error:
        return Path(), list(error.problems)
    problem = folder_problem(folder, file.name, "results")
    return folder, [problem] if problem else []


def _kept_together(sentence: str) -> str:
    """Keep a number and its unit on one line."""
    return re.sub(r"(?<=\d) (?=%|km|million)|(?<=USD) (?=\d)", "\N{NO-BREAK SPACE}", sentence)
