"""`leohub frontier`: what fairness between regions costs in people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.answering import answer_study, out_option, time_limit_option
from leohub.app.cli.output import json_option

if TYPE_CHECKING:
    from leohub.report.answerfolder import Answer
    from leohub.study.file import StudyFile
    from leohub.study.posed import Posed
    from leohub.study.questions.chooser import Chooser


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@out_option("frontier", "frontier.html, .png and .svg, and tables of the plans, hubs and regions")
@time_limit_option
@json_option
def frontier(study: Path, out: Path, time_limit_s: float, as_json: bool) -> None:
    """Show what fairness between the regions of STUDY costs.

    The plan that reaches the most people may leave some regions with next to nothing. How large a
    share of the unserved people can be promised to every region, with as many hubs or as much
    money? No plan can promise more than the bound that is proven. And for each floor from 0 to the
    largest one: how many people are then newly reached, how unequal regions are (Gini index), and
    which hubs they are. How hard to look, and which regions to leave out, stands in [fairness].

    \b
    A page with a figure for a committee, in fairness/frontier.html:
      leohub frontier study.toml --out fairness

    \b
    Then make the plan with the largest floor, or one with a floor of your choice:
      objective = "largest-floor"        under [choice], or
      least_reach_pct = 5                under [[choice.regions]]
    """  # noqa: D301 - click reads \b
    answer_study(study, out, time_limit_s, as_json, _ask)


def _ask(file: StudyFile, posed: Posed, chooser: Chooser) -> Answer:
    from leohub.report.frontieranswer import frontier_answer
    from leohub.study.questions.frontier import ask_frontier

    return frontier_answer(posed, ask_frontier(posed, chooser))
