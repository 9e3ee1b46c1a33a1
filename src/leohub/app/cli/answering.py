"""What the commands share that answer a question about the choice with many choices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leohub.app.cli.options import Number
from leohub.app.cli.output import print_json
from leohub.app.cli.quiet import solvers_silent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leohub.report.answerfolder import Answer, Shown
    from leohub.report.finished import Finished
    from leohub.study.file import StudyFile
    from leohub.study.posed import Posed
    from leohub.study.questions.chooser import Chooser

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

TIME_LIMIT_S = 150.0

LONGEST = 24
"""Rows of a table that are printed; the files have all."""

Ask = Callable[["StudyFile", "Posed", "Chooser"], "Answer"]
AskAbout = Callable[["Posed", "Chooser", "NDArray[np.intp] | None"], "Answer"]
Check = Callable[["StudyFile"], None]


def time_limit_option(command: Decorated) -> Decorated:
    """Add ``--time-limit``."""
    return click.option(
        "--time-limit",
        "time_limit_s",
        type=Number(1, 1e7),
        default=TIME_LIMIT_S,
        show_default=True,
        metavar="SECONDS",
        help="For all choices together, after the inputs were read; they share it. Ctrl-C ends "
        "the search and keeps what was found, a second Ctrl-C gives up.",
    )(command)


def out_option(name: str, holds: str) -> Callable[[Decorated], Decorated]:
    """Add ``--out``, a folder."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=Path(name),
        show_default=True,
        help=f"Folder to write to: {holds}.",
    )


def answer_study(
    study: Path,
    out: Path,
    time_limit_s: float,
    as_json: bool,
    ask: Ask,
    check: Check = lambda file: None,
) -> None:
    """Read a study, ask, write the answer and print it.

    Parameters
    ----------
    study, out : Path
    time_limit_s : float
        For all choices together [s].
    as_json : bool
    ask : callable
        Finds the answer.
    check : callable
        Raises `InputError` where the study cannot be asked this, before its files are read.
    """
    from leohub.app.cli.progress import Stages
    from leohub.report.answerfolder import check_answer_folder, plain, write_answer
    from leohub.study.file import read_study
    from leohub.study.posed import pose
    from leohub.study.questions.chooser import Chooser

    check_answer_folder(out)
    file = read_study(study)
    check(file)
    try:
        with Stages() as stages:
            posed = pose(file, tick=stages)
            chooser = Chooser(file.study, time_limit_s, stages)
            with chooser.search.listening(), solvers_silent():
                answer = ask(file, posed, chooser)
            stages("writing the answer", 0.0)
            write_answer(answer, posed, file, out)
    except KeyboardInterrupt:
        click.echo("Nothing was written.", err=True)
        raise
    page = out.resolve() / f"{answer.question}.html"
    if as_json:
        print_json(plain({**answer.figures, "in_words": answer.sentences, "page": str(page)}))
        return
    _print(answer, posed)
    click.echo(f"\nPage for a committee: {click.style(page.as_uri(), bold=True)}")
    click.echo(f"Tables: {', '.join(f'{name}.csv' for name in answer.tables)} in {out}")


def answer_about_plan(
    study: Path,
    results: Path | None,
    out: Path,
    time_limit_s: float,
    as_json: bool,
    ask: AskAbout,
    check: Check,
) -> None:
    """As `answer_study`, about the hubs of an earlier plan where there is one.

    Parameters
    ----------
    study, out : Path
    results : Path or None
        Folder of that plan, read before the study's files are.
    time_limit_s, as_json, check
        As for `answer_study`.
    ask : callable
        Given the plan's hubs, or None to choose some.
    """
    from leohub.report.earlierhubs import other_study, read_earlier, rows_of_plan

    read: list[Finished] = []

    def check_both(file: StudyFile) -> None:
        check(file)
        if results is not None:
            read.append(read_earlier(results))

    def ask_about(file: StudyFile, posed: Posed, chooser: Chooser) -> Answer:
        if not read:
            return ask(posed, chooser, None)
        answer = ask(posed, chooser, rows_of_plan(read[0], posed))
        return answer.noting(other_study(read[0], file))

    answer_study(study, out, time_limit_s, as_json, ask_about, check_both)


def _print(answer: Answer, posed: Posed) -> None:
    click.echo()
    for sentence in answer.sentences:
        click.echo(click.wrap_text(sentence, width=88, subsequent_indent="  "))
    for shown in answer.shown:
        _print_table(shown)
    for warning in posed.warnings:
        note = f"{click.style('Note', fg='yellow')}: {warning}"
        click.echo(click.wrap_text(note, width=88, subsequent_indent="  "))


def _print_table(shown: Shown) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    click.echo()
    click.echo(click.style(click.wrap_text(shown.title, width=88), bold=True))
    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(shown.heads):
        words = number < shown.words
        table.add_column(
            head, justify="left" if words else "right", overflow="fold", no_wrap=not words
        )
    for row in shown.rows[:LONGEST]:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)
    if len(shown.rows) > LONGEST:
        click.echo(f"  … and {len(shown.rows) - LONGEST} more, on the page")
