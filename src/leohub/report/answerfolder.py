"""The answer to a question of a study as a folder: tables, a figure, a page, and its sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from leohub import __version__
from leohub.errors import OutputError
from leohub.io.provenance import sha256_of
from leohub.report.dictionary import lay_out
from leohub.report.folder import appearing_folder, folder_problem
from leohub.report.mapfigure import to_data_uri
from leohub.report.page import asset, environment
from leohub.report.slide import DPI, SIZE_IN, STYLE
from leohub.study.file import StudyFile
from leohub.study.posed import Posed

Draw = Callable[[Figure], None]

BASES: Final = {"modelled", "assumed"}
"""What is not measured."""


@dataclass(frozen=True)
class Shown:
    """A table as people read it: on screen and in the page.

    Attributes
    ----------
    title : str
    heads : tuple of str
    rows : tuple of tuple of str
    words : int
        How many of the first columns are words; the others are numbers.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True)
class Answer:
    """What a question was answered with, ready to be written.

    Attributes
    ----------
    question : str
        The command: ``"frontier"``; the name of the page, the figure and the first table.
    title : str
    sentences : tuple of str
        The answer in words, the most important first.
    shown : tuple of Shown
    tables : mapping of str to DataFrame
        Name in the data dictionary → table; written as NAME.csv.
    draw : callable or None
        Draws the figure; None where there is nothing to draw.
    figures : mapping
        Everything as numbers, ready for JSON.
    """

    question: str
    title: str
    sentences: tuple[str, ...]
    shown: tuple[Shown, ...]
    tables: Mapping[str, pd.DataFrame]
    draw: Draw | None
    figures: Mapping[str, Any] = field(default_factory=dict)

    def noting(self, sentence: str) -> Answer:
        """Return the answer with one more sentence, if there is one."""
        return replace(self, sentences=(*self.sentences, *([sentence] if sentence else [])))


def check_answer_folder(folder: Path) -> None:
    """Say now, before anything is computed, whether an answer can be written to a folder.

    Raises
    ------
    OutputError
        When it is a file, holds something else than an answer, or nothing may be written there.
    """
    problem = folder_problem(folder, str(folder), "")
    if problem is not None:
        raise OutputError(f"{problem.message}. {problem.remedy}.")


def write_answer(answer: Answer, posed: Posed, file: StudyFile, folder: Path) -> None:
    """Write an answer; whole or not at all.

    Raises
    ------
    OutputError
        As `check_answer_folder`; also when the disk is full.
    """
    check_answer_folder(folder)
    folder = folder.resolve()
    try:
        with appearing_folder(folder) as new:
            for name, table in answer.tables.items():
                lay_out(table, name).to_csv(new / f"{name}.csv", index=False, lineterminator="\n")
            _write_figure(answer, new)
            (new / f"{answer.question}.html").write_text(page(answer, posed), "utf-8")
            _write_run(answer, posed, file, new)
    except OSError as error:
        raise OutputError(
            f"{folder}: the answer cannot be written ({error}). "
            "Free some space, or name another folder."
        ) from error


def page(answer: Answer, posed: Posed) -> str:
    """Return the page of an answer: one file that opens from disk and asks nothing of a network."""
    still = None
    if answer.draw is not None:
        with mpl.rc_context(STYLE):
            still = to_data_uri(_drawn(answer.draw))
    return (
        environment()
        .get_template("answer.html.j2")
        .render(
            version=__version__,
            answer=answer,
            programme=posed.study.programme,
            still=still,
            warnings=posed.warnings,
            modelled=modelled(posed),
            style=Markup(asset("report.css") + asset("answer.css")),
        )
    )


def modelled(posed: Posed) -> list[str]:
    """Return the inputs that are not measured, by their role."""
    return sorted({source.role for source in posed.sources if source.basis in BASES})


def _drawn(draw: Draw) -> Figure:
    figure = Figure(figsize=SIZE_IN, dpi=DPI, facecolor="white")
    draw(figure)
    return figure


def _write_figure(answer: Answer, folder: Path) -> None:
    if answer.draw is None:
        return
    with mpl.rc_context(STYLE):
        figure = _drawn(answer.draw)
        figure.savefig(folder / f"{answer.question}.png", metadata={"Software": None})
        vector = folder / f"{answer.question}.svg"
        figure.savefig(vector, metadata={"Date": None, "Creator": "leohub"})


def _write_run(answer: Answer, posed: Posed, file: StudyFile, folder: Path) -> None:
    run = {
        "leohub": __version__,
        "question": answer.question,
        "study": {
            "file": file.name,
            "sha256": file.sha256,
            "settings": file.study.model_dump(mode="json"),
        },
        "inputs": [
            {
                "role": source.role,
                "file": source.file,
                "sha256": source.sha256,
                "basis": source.basis,
                "origin": source.origin,
                "date": source.date,
                "licence": source.licence,
            }
            for source in posed.sources
        ],
        "answer": plain(answer.figures),
        "outputs": {path.name: sha256_of(path) for path in sorted(folder.iterdir())},
    }
    text = json.dumps(run, indent=2, ensure_ascii=False, allow_nan=False, default=str)
    (folder / "run.json").write_text(text + "\n", "utf-8")


def plain(value: Any) -> Any:  # noqa: ANN401
    """Return figures as JSON has them: no nan, no infinity, no numbers of numpy."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
