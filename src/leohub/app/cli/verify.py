"""`leohub verify`: a results folder checked by anybody, without any solver."""

from __future__ import annotations

from pathlib import Path

import click

from leohub.app.cli.options import file_option
from leohub.app.cli.output import json_option, print_json

DISAGREES = 1
"""Exit code when something does not agree."""


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@file_option(
    "--study",
    say="The study file of the plan, where it is no longer where it was, nor beside RESULTS.",
)
@json_option
def verify(results: Path, study: Path | None, as_json: bool) -> None:
    """Count again what the plan in RESULTS reaches, and what no plan can exceed.

    Compares the study, its inputs and the files of the folder with the hashes in run.json, reads
    the inputs, looks up the hubs of hubs.csv among the candidate places, and counts value and
    bound, every rounding against the plan. The bound follows from proof.csv by a sum that takes
    three lines to prove (docs/how-to/verify.md); neither a solver nor the search for the plan has a
    part in it.

    Ends with exit code 1, and a sentence for each thing that does not agree.
    """
    from leohub.app.cli.progress import Stages
    from leohub.report.audit import audit
    from leohub.report.auditwords import audit_figures, audit_sentences

    with Stages() as stages:
        found = audit(results, study, tick=stages)
    if as_json:
        print_json(audit_figures(found))
    else:
        for sentence in audit_sentences(found):
            click.echo(click.wrap_text(sentence, width=88, subsequent_indent="  "))
        for sentence in found.discrepancies:
            mark = click.style("✗", fg="red")
            click.echo(f"{mark} {sentence[0].upper()}{sentence[1:]}.")
        if not found.discrepancies:
            click.echo(f"{click.style('✓', fg='green')} Everything agrees with {results}.")
    if found.discrepancies:
        click.get_current_context().exit(DISAGREES)
