"""`leohub diff`: two plans side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leohub.app.cli.output import json_option, print_json

if TYPE_CHECKING:
    from leohub.report.difference import Difference


@click.command()
@click.argument("results_a", type=click.Path(path_type=Path))
@click.argument("results_b", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("difference.html"),
    show_default=True,
    help="Where to write the page with both plans on one map, .html.",
)
@json_option
def diff(results_a: Path, results_b: Path, out: Path, as_json: bool) -> None:
    """Lay two plans side by side on one map.

    RESULTS_A and RESULTS_B are results folders that `leohub plan` wrote. Says which hubs are in
    both, which only in one; what each plan reaches, at most could reach, and costs; which regions
    gain and lose; and in which settings and inputs the two studies differ. The page opens from
    disk, without a network.

    \b
    What do 50 hubs more bring, and to whom?
      leohub diff results-450 results-500 --out fifty-more.html
    """  # noqa: D301 - click reads \b
    from leohub.errors import InputError, Problems
    from leohub.report.difference import compare_plans
    from leohub.report.differencepage import check_page, write_difference
    from leohub.report.differencewords import to_figures
    from leohub.report.finished import read_finished
    from leohub.report.page import check_libraries

    check_libraries()
    check_page(out)
    problems, read = Problems(""), []
    for folder in (results_a, results_b):
        try:
            read.append(read_finished(folder, needs=["plan.gpkg"]))
        except InputError as error:
            problems.extend(error.problems)
    problems.raise_if_any()
    found = compare_plans(*read)
    write_difference(found, out)
    if as_json:
        print_json({**to_figures(found), "page": str(out.resolve())})
    else:
        _print(found, out)


def _print(found: Difference, out: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from leohub.report.differencewords import (
        difference_in_words,
        folder_names,
        side_by_side,
    )

    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name, folder in zip("AB", folder_names(found), strict=True):
        table.add_column(f"{name}: {folder}", justify="right", overflow="fold")
    for row in side_by_side(found):
        table.add_row(*row)
    click.echo()
    Console(highlight=False, markup=False).print(table)
    click.echo()
    for sentence in difference_in_words(found):
        click.echo(click.wrap_text(sentence, width=88, subsequent_indent="  "))
    if found.unlike:
        click.echo("\nNot the same in both, besides the hubs:")
        for words in found.unlike:
            click.echo(click.wrap_text(words, 88, initial_indent="  - ", subsequent_indent="    "))
    click.echo(f"\nMap: {click.style(out.resolve().as_uri(), bold=True)}")
