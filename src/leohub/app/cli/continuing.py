"""`leohub continue`: an earlier plan when reality has changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.answering import answer_study, out_option, time_limit_option
from leohub.app.cli.output import json_option

if TYPE_CHECKING:
    from leohub.report.answerfolder import Answer
    from leohub.report.finished import Finished
    from leohub.study.file import StudyFile
    from leohub.study.posed import Posed
    from leohub.study.questions.chooser import Chooser


@click.command("continue")
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("results", type=click.Path(path_type=Path))
@out_option("continue", "continue_plan.csv, what drops out, a figure and a page, continue.html")
@time_limit_option
@json_option
def continuing(study: Path, results: Path, out: Path, time_limit_s: float, as_json: bool) -> None:
    """Change an earlier plan as little as possible.

    RESULTS is the folder of the earlier plan, STUDY the world as it is now: hubs that were built
    stand in its [choice.existing], places that were refused in [choice.forbidden], places that
    moved or came in its lists, and choice.hubs says how many are still to be built. How many people
    are reached when no hub of the earlier plan is given up that could stay, and with 1, 2, 5 …
    changes; and which fewest changes come within 1 % of a plan made anew.

    \b
    After the first year, with what was built and refused written into the study:
      leohub continue study.toml results --out second-year

    \b
    Then the plan with its report and proof: in the study
      [choice.required]
      file = "second-year/continue_plan.csv"
    """  # noqa: D301 - click reads \b
    from leohub.report.continuinganswer import continuing_answer
    from leohub.report.earlierhubs import find_earlier, read_earlier
    from leohub.study.questions.continuing import ask_continuing

    read: list[Finished] = []

    def check(file: StudyFile) -> None:
        read.append(read_earlier(results))

    def ask(file: StudyFile, posed: Posed, chooser: Chooser) -> Answer:
        earlier = find_earlier(read[0], posed)
        return continuing_answer(posed, ask_continuing(posed, chooser, earlier.rows), earlier)

    answer_study(study, out, time_limit_s, as_json, ask, check)
