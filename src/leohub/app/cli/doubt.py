"""`leohub doubt`: how sure a plan is."""

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
    help="Results folder of the plan that is asked about. Default: a plan is chosen anew.",
)
@out_option("doubt", "doubt.csv (place by place, for QGIS too), a figure and a page, doubt.html")
@time_limit_option
@json_option
def doubt(study: Path, results: Path | None, out: Path, time_limit_s: float, as_json: bool) -> None:
    """Show how sure the choice of hubs in STUDY is.

    [doubt] says how wrong the people, the take-up, the service or the radius may be. Worlds are
    drawn from these ranges, by a seed. How often is each place chosen, were one to know the world?
    What does the plan reach on average and in the worst tenth of the worlds, beside the plans that
    are the best at that, and beside what no plan can exceed? Which hubs are safe choices?

    \b
    A plan made before, held against 30 worlds:
      leohub doubt study.toml --results results --time-limit 600

    \b
    In the study, say that people may be a fifth fewer to a quarter more, partly everywhere at once:
      [doubt.people]
      low = 0.8
      high = 1.25
      everywhere = 0.2
      in_region = 0.5
    """  # noqa: D301 - click reads \b
    from leohub.report.doubtanswer import doubt_answer
    from leohub.study.questions.doubt import ask_doubt, check_doubt

    def ask(posed: Posed, chooser: Chooser, hubs: NDArray[np.intp] | None) -> Answer:
        return doubt_answer(posed, ask_doubt(posed, chooser, hubs))

    answer_about_plan(study, results, out, time_limit_s, as_json, ask, check_doubt)
