"""Whether a results folder still is what its study and inputs would give."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError, Problem, Problems
from leohub.io.provenance import Source
from leohub.report.finished import Finished
from leohub.study.file import StudyFile

AGAIN = "Plan again: leohub plan STUDY"


def check_same_run(finished: Finished, file: StudyFile, sources: Iterable[Source]) -> None:
    """Refuse results that another study, or other inputs, gave.

    Raises
    ------
    InputError
        With everything whose hash is not the one that the results were made with.
    """
    problems = Problems(str(finished.folder))
    study = finished.run["study"]
    if study.get("sha256") != file.sha256:
        made = study.get("file", "another study")
        problems.add("", f"was made from {made} as it was then, not from {file.name}", AGAIN)
    used = {(entry.get("role"), entry.get("sha256")) for entry in finished.run.get("inputs", [])}
    for source in sources:
        if (source.role, source.sha256) not in used:
            problems.add("", f"was made with another {source.file} than is there now", AGAIN)
    problems.raise_if_any()


def hub_rows(finished: Finished, sites: pd.DataFrame) -> NDArray[np.intp]:
    """Return the rows of the candidate places that are hubs, in the plan's order.

    Raises
    ------
    InputError
        When hubs.csv names a place that the study does not have.
    """
    ids = finished.hubs["site_id"]
    rows = sites.index.astype(str).get_indexer(pd.Index(ids)).astype(np.intp)
    gone = ids[rows < 0].tolist()
    if gone:
        message = f"names places that the study does not have: {', '.join(gone[:5])}"
        raise InputError([Problem(str(finished.folder), "hubs.csv", message, AGAIN)])
    return rows
