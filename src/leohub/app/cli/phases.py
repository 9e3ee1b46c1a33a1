"""`leohub phases`: which hubs open in which wave."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.answering import answer_about_plan, out_option, time_limit_option
from leohub.app.cli.output import json_option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leohub.report.answerfolder import Answer
    from leohub.study.posed import Posed
    from leohub.study.questions.chooser import Chooser


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    help="Results folder of a plan: its hubs are put in order. Default: hubs are chosen anew.",
)
@out_option("phases", "phases.csv (hub by hub), waves.csv, a figure and a page, phases.html")
@time_limit_option
@json_option
def phases(
    study: Path, results: Path | None, out: Path, time_limit_s: float, as_json: bool
) -> None:
    """Say which hubs of STUDY open when, under the budgets of its years.

    [[phases]] gives each year its name, its budget and its number of waves. Hubs open at the
    beginning of a wave, so that people are reached for the longest time, within what each year may
    spend on opening hubs and running them. No order of the hubs can do better than the bound that
    is proven. And for the first wave and the end of each year: how many people more the best plan
    of just that size would reach, which is what is lost if the rest never comes.

    \b
    The hubs of a plan made before, in quarters:
      leohub phases study.toml --results results --out phases

    \b
    In the study:
      [[phases]]
      name = "2027"
      waves = 4
      budget = 120_000_000
    """  # noqa: D301 - click reads \b
    from leohub.report.phasesanswer import phases_answer
    from leohub.study.questions.phases import ask_phases, check_phases

    def ask(posed: Posed, chooser: Chooser, hubs: NDArray[np.intp] | None) -> Answer:
        return phases_answer(posed, ask_phases(posed, chooser, hubs))

    answer_about_plan(study, results, out, time_limit_s, as_json, ask, check_phases)
