"""The hubs of an earlier plan, found among the candidate places of today's study."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError, Problem
from leohub.report.finished import Finished, read_finished
from leohub.study.file import StudyFile
from leohub.study.posed import Posed

GONE = -1
"""Stands for a hub whose place is no candidate any more."""


@dataclass(frozen=True)
class EarlierHubs:
    """Hubs of an earlier plan.

    Attributes
    ----------
    finished : Finished
    rows : ndarray of int, shape (k,)
        Rows of the candidate places in the order of hubs.csv; `GONE` for those that are none.
    """

    finished: Finished
    rows: NDArray[np.intp]

    @property
    def gone(self) -> pd.DataFrame:
        """Those whose place is no candidate any more, as in hubs.csv."""
        return pd.DataFrame(self.finished.hubs.loc[self.rows == GONE])


def read_earlier(results: Path) -> Finished:
    """Read the results folder of an earlier plan.

    Raises
    ------
    InputError
        When it is none, or was changed since leohub wrote it.
    """
    return read_finished(results)


def find_earlier(finished: Finished, posed: Posed) -> EarlierHubs:
    """Look the hubs of an earlier plan up among today's candidate places, by their ids."""
    ids = pd.Index(finished.hubs["site_id"].astype(str))
    rows = posed.sites.index.astype(str).get_indexer(ids).astype(np.intp)
    return EarlierHubs(finished, rows)


def rows_of_plan(finished: Finished, posed: Posed) -> NDArray[np.intp]:
    """Return the rows of a plan's hubs, all of which must be candidate places still.

    Hubs that stand by now are left out: nothing has to be opened there.

    Raises
    ------
    InputError
        When hubs.csv names places that the study does not have, or no hub is left.
    """
    found = find_earlier(finished, posed)
    remedy = "Plan again: leohub plan STUDY, or see what to change: leohub continue STUDY RESULTS"
    if len(found.gone):
        named = ", ".join(found.gone["site_id"].head(5))
        message = f"names {len(found.gone):,} places that the study does not have: {named}"
        raise InputError([Problem(str(finished.folder), "hubs.csv", message, remedy)])
    rows = found.rows[~posed.standing[found.rows]]
    if not len(rows):
        message = "has no hub that does not stand already"
        raise InputError([Problem(str(finished.folder), "hubs.csv", message, remedy)])
    return rows


def other_study(finished: Finished, file: StudyFile) -> str:
    """Return a note where the plan was made from another study, or this one as it was then."""
    if finished.run["study"].get("sha256") == file.sha256:
        return ""
    made = finished.run["study"].get("file", "another study")
    return (
        f"The hubs are those of {finished.folder}, which was made from {made} as it was then. What "
        "they reach and cost is counted by the study as it is now."
    )
