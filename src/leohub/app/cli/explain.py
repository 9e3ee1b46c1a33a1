"""`leohub explain`: why a candidate place is a hub or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.explainserved import explain_within_capacity
from leohub.app.cli.output import json_option, print_json

if TYPE_CHECKING:
    import pandas as pd

    from leohub.study.explanation import Explanation, Standing
    from leohub.study.file import StudyFile


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("site")
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="Results folder of STUDY: its hubs are explained, and nothing is chosen anew. Refused "
    "when the study or its inputs have changed since.",
)
@json_option
def explain(study: Path, site: str, results: Path | None, as_json: bool) -> None:
    """Say why SITE is a hub of STUDY or not, and what would bring it in.

    SITE is a candidate place: its id, its name or a part of it, or lat,lon for the nearest one.
    Whom it reaches and no other hub does, the runner-up it beat and by how much; or what it would
    add, whose place it could take, how many people or hubs more it would need; and what is proven
    of plans that decide otherwise. With people_per_hub in the study: whom it serves.

    \b
    The school in the hub list, from the plan made before (a few seconds):
      leohub explain study.toml school:112 --results results

    \b
    The place nearest to a point, choosing the hubs first; the two dashes because of the minus:
      leohub explain study.toml -- -1.2921,36.8219
    """  # noqa: D301 - click reads \b
    from leohub.report.explainwords import to_figures
    from leohub.study.explanation import explain_site
    from leohub.study.file import read_study
    from leohub.study.finding import find_site

    file = read_study(study)
    if file.study.choice.people_per_hub is not None:
        explain_within_capacity(file, site, results, as_json=as_json)
        return
    standing = _chosen_anew(file) if results is None else _chosen_before(file, results)
    why = explain_site(standing, find_site(standing.sites, site, "SITE"))
    if as_json:
        print_json(to_figures(standing.sites, why))
    else:
        _print(standing.sites, why)


def _chosen_anew(file: StudyFile) -> Standing:
    from leohub.app.cli.progress import Stages
    from leohub.study.chosen import choose
    from leohub.study.explanation import Standing

    with Stages() as stages:
        inputs, plan = choose(file, tick=stages)
    return Standing(
        inputs.sites,
        inputs.coverage,
        plan.hubs,
        inputs.demands,
        plan.granted_people,
        plan.row_prices,
        plan.bound_people,
    )


def _chosen_before(file: StudyFile, results: Path) -> Standing:
    from leohub.app.cli.progress import Stages
    from leohub.plan.task import Task
    from leohub.report.claim import demands_of, read_claim
    from leohub.report.finished import read_finished
    from leohub.report.prooffile import find_proof, read_proof
    from leohub.report.rerun import check_same_run, hub_rows
    from leohub.report.roomfile import with_written_rooms
    from leohub.study.explanation import Standing
    from leohub.study.posed import read_posed

    finished = read_finished(results, needs=[find_proof(results).name])
    with Stages() as stages:
        posed = read_posed(file, tick=stages)
    check_same_run(finished, file, posed.sources)
    posed = with_written_rooms(results, posed)
    demands = demands_of(posed, read_claim(results).plan.goal)
    task = Task.of(posed.coverage, demands.rules, demands.weight)
    certificate = read_proof(results, posed.cells, task)
    return Standing(
        posed.sites,
        posed.coverage,
        hub_rows(finished, posed.sites),
        demands,
        certificate.granted_people,
        certificate.row_prices,
        float(finished.run["plan"]["bound_people"]),
    )


def _print(sites: pd.DataFrame, why: Explanation) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from leohub.report.explainwords import explain_in_words, others_title
    from leohub.report.numerals import count
    from leohub.report.placewords import headline

    click.echo()
    click.echo(click.style(headline(sites, why.site, why.rank, why.hubs), bold=True))
    for sentence in explain_in_words(sites, why):
        click.echo(click.wrap_text(sentence, width=88, subsequent_indent="  "))
    if why.others.empty:
        return
    title, people = others_title(why)
    table = Table(title=f"\n{title}", title_justify="left", title_style="bold", box=None)
    for head in ("Place", "Id", "Kind"):
        table.add_column(head, overflow="fold")
    table.add_column(people, justify="right")
    for row in why.others.itertuples():
        words = [Text(str(word)) for word in (row.name, row.site_id, row.kind)]
        table.add_row(*words, count(float(str(row.people))))
    Console().print(table)
