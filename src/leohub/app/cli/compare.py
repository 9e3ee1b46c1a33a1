"""`leohub compare`: the same hubs under other operators, side by side."""

from __future__ import annotations

from pathlib import Path

import click

from leohub.app.cli.options import file_option
from leohub.app.cli.output import json_option, print_json


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "--operators",
    metavar="A,B+C,…",
    help="What to compare the study's own operator with, with commas between: starlink, oneweb, "
    "amazon-leo (today's satellites), amazon-leo:filed (all it has filed for), terawave (filed, "
    "not modelled), or two terminals at every hub: a+b both carry traffic, a/b the better one does "
    "and the other stands by. Default: all of them, and the study's own with each.",
)
@click.option(
    "--draws",
    type=click.IntRange(20, 100_000),
    help="How often the assumed numbers are drawn. Default: the study's.",
)
@file_option("--picture", say="Where to draw all of them, .png, .svg or .pdf.")
@file_option("--out", say="Where to write a row for each alternative, .csv.")
@file_option("--hubs", say="Where to write a row for each alternative and hub, .csv.")
@json_option
def compare(
    study: Path,
    operators: str | None,
    draws: int | None,
    picture: Path | None,
    out: Path | None,
    hubs: Path | None,
    as_json: bool,
) -> None:
    """Compare what the hubs of STUDY would get from other operators.

    The hubs are chosen as by `leohub plan`, and stay the same. For each operator, and for two
    terminals at every hub: how often there is service, latency, throughput, how many people are
    served well, what that costs, and how likely it is better than the study's own operator.

    \b
    Everything, and a picture for slides:
      leohub compare study.toml --picture rivals.png

    \b
    A second operator beside Starlink, both in use or one standing by:
      leohub compare study.toml --operators starlink+oneweb,starlink/oneweb
    """  # noqa: D301 - click reads \b
    from leohub.app.cli.comparesummary import check_out, print_summary, to_figures, write_out
    from leohub.app.cli.progress import Stages
    from leohub.report.comparechart import draw_comparison
    from leohub.report.pictures import check_picture, write_picture
    from leohub.study.file import read_study
    from leohub.study.rivals.alternatives import read_alternatives, usual_alternatives
    from leohub.study.rivals.compare import compare_study

    if picture is not None:
        check_picture(picture)
    for path in (out, hubs):
        if path is not None:
            check_out(path)
    file = read_study(study)
    own, programme = file.study.sky.operator, file.study.programme.name
    alternatives = (
        usual_alternatives(own)
        if operators is None
        else read_alternatives([key.strip() for key in operators.split(",")], own)
    )
    with Stages() as stages:
        comparison = compare_study(file, alternatives, draws=draws, tick=stages)
    if picture is not None:
        write_picture(draw_comparison(comparison, programme), picture)
    if out is not None:
        write_out(comparison.table.reset_index(), out)
    if hubs is not None:
        write_out(comparison.hubs, hubs)
    written = {"picture": picture, "out": out, "hubs_out": hubs}
    if as_json:
        print_json(to_figures(programme, comparison, written))
    else:
        print_summary(programme, comparison, [path for path in written.values() if path])
