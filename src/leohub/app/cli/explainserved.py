"""`leohub explain` of a plan whose hubs serve only so many people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.output import print_json

if TYPE_CHECKING:
    from leohub.study.file import StudyFile
    from leohub.study.servedexplanation import ServedStanding


def explain_within_capacity(
    file: StudyFile, place: str, results: Path | None, *, as_json: bool
) -> None:
    """Say why a place is a hub of a study or not.

    Parameters
    ----------
    file : StudyFile
    place : str
        As the user names it.
    results : Path or None
        Folder of the plan that is explained; None: choose anew.
    as_json : bool
    """
    from leohub.report.placewords import headline
    from leohub.report.servedwords import served_figures, served_in_words
    from leohub.study.finding import find_site
    from leohub.study.servedexplanation import explain_served

    standing = _chosen_anew(file) if results is None else _chosen_before(file, results)
    sites = standing.posed.sites
    why = explain_served(standing, find_site(sites, place, "SITE"))
    if as_json:
        print_json(served_figures(sites, why))
        return
    click.echo()
    click.echo(click.style(headline(sites, why.site, why.rank, why.hubs), bold=True))
    for sentence in served_in_words(sites, why):
        click.echo(click.wrap_text(sentence, width=88, subsequent_indent="  "))


def _chosen_anew(file: StudyFile) -> ServedStanding:
    import numpy as np

    from leohub.app.cli.progress import Stages
    from leohub.study.chosen import choose
    from leohub.study.servedexplanation import ServedStanding

    with Stages() as stages:
        inputs, plan = choose(file, tick=stages)
    found = plan.capacity
    assert found is not None, "the study limits how many people a hub serves"
    return ServedStanding(
        inputs,
        plan.hubs,
        found.terminals[np.searchsorted(found.hubs, plan.hubs)].astype(np.int64),
        plan.worth_people,
        plan.bound_people,
        found.certificate,
    )


def _chosen_before(file: StudyFile, results: Path) -> ServedStanding:
    from leohub.app.cli.progress import Stages
    from leohub.report.capacityfile import capacity_files, read_capacity_proof
    from leohub.report.finished import read_finished
    from leohub.report.rerun import check_same_run, hub_rows
    from leohub.report.roomfile import with_written_rooms
    from leohub.study.posed import read_posed
    from leohub.study.servedexplanation import ServedStanding

    finished = read_finished(results, needs=list(capacity_files(results)))
    with Stages() as stages:
        posed = read_posed(file, tick=stages)
    check_same_run(finished, file, posed.sources)
    posed = with_written_rooms(results, posed)
    return ServedStanding(
        posed,
        hub_rows(finished, posed.sites),
        finished.hubs["terminals"].to_numpy(dtype="int64"),
        float(finished.run["plan"]["worth_people"]),
        float(finished.run["plan"]["bound_people"]),
        read_capacity_proof(results, posed.cells, posed.demands.rules),
    )
