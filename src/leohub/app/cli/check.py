"""`leohub check`: says whether everything that a study names is there and sound."""

from __future__ import annotations

from pathlib import Path

import click

from leohub.app.cli.output import json_option, print_json
from leohub.app.cli.plan import results_folder


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@json_option
def check(study: Path, as_json: bool) -> None:
    """Read everything that STUDY names and say what is wrong with it, all at once.

    Prints what was read from each file: rows, people, what was left out and why.
    """
    from leohub.app.cli.progress import Stages
    from leohub.study.file import read_study
    from leohub.study.inputs import read_inputs

    file = read_study(study)
    _, problems = results_folder(file, None)
    with Stages() as stages:
        inputs = read_inputs(file, known_problems=problems, tick=stages)
    screening = inputs.overhead.screening
    if as_json:
        print_json(
            {
                "study": str(study),
                "ok": True,
                "sources": [vars(source) for source in inputs.sources],
                "satellites": {
                    "total": screening.total,
                    "kept": len(screening.kept),
                    "left_out": dict(screening.left_out),
                },
                "warnings": list(inputs.warnings),
            }
        )
        return
    for source in inputs.sources:
        totals = ", ".join(
            f"{value:,.0f} {name.replace('_', ' ')}" for name, value in source.totals.items()
        )
        click.echo(f"{click.style(source.role, bold=True)}: {source.file}")
        click.echo(f"    {totals} ({source.basis})")
        for note in source.notes:
            click.echo(f"    {note}")
    click.echo(
        f"{click.style('satellites', bold=True)}: {len(screening.kept):,} of {screening.total:,} "
        "can carry broadband"
    )
    for reason, count in screening.left_out.items():
        click.echo(f"    {count:,} left out: {reason}")
    for warning in inputs.warnings:
        click.echo(f"{click.style('Note', fg='yellow')}: {warning}")
    click.echo(f"{click.style('✓', fg='green')} {study} is sound. Plan it: leohub plan {study}")
