"""What the questions of a study are asked about: everything that the choice counts with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.io.provenance import Source
from leohub.people.coverage import Coverage
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.question import Asked, beyond_standing, check_question, open_question
from leohub.study.rules import Demands
from leohub.study.settings import Study

if TYPE_CHECKING:
    # It brings the satellites, which a check of a plan does without.
    from leohub.study.inputs import Inputs


@dataclass(frozen=True)
class Posed:
    """A study as its questions see it. Tables follow `data/dictionary.csv`.

    Attributes
    ----------
    study : Study
    regions, census, people, cells, sites : DataFrame
        As in `leohub.study.inputs.Inputs`.
    coverage : Coverage
        Rows follow `sites`, columns `cells`: whom each place would reach beyond hubs that stand.
    demands : Demands
        What every plan must keep to, beyond hubs that stand.
    standing : ndarray of bool, shape (n_sites,)
    reached_already : ndarray, shape (n_cells,)
        Share of each cell's people in need whom hubs that stand reach [0..1].
    cost : HubCost
    sources : tuple of Source
    warnings : tuple of str
    """

    study: Study
    regions: gpd.GeoDataFrame
    census: pd.DataFrame
    people: pd.DataFrame
    cells: pd.DataFrame
    sites: pd.DataFrame
    coverage: Coverage
    demands: Demands
    standing: NDArray[np.bool_]
    reached_already: NDArray[np.float64]
    cost: HubCost
    sources: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def reached_already_people(self) -> float:
        """Whom hubs that stand reach [people]."""
        return float(self.cells["need_people"].to_numpy() @ self.reached_already)


def pose(file: StudyFile, *, tick: Tick = lambda stage, share: None) -> Posed:
    """Read what the questions of a study are about: no satellites.

    Parameters
    ----------
    file : StudyFile
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        With every problem of every file, and demands that no plan can meet.
    """
    desk = Desk(file)
    question = open_question(desk, file.study, tick)
    check_question(desk, question, tick)
    if file.study.choice.people_per_hub is not None:
        desk.problems.add(
            "[choice] people_per_hub",
            "this question is answered in people reached; it does not follow how many a hub serves",
            "Take people_per_hub out for it",
        )
    desk.problems.raise_if_any()
    return posed_by(file.study, beyond_standing(desk, question))


def posed_by(study: Study, asked: Asked) -> Posed:
    """Return the questions of a study that was read for its choice."""
    ground = asked.ground
    return Posed(
        study=study,
        regions=ground.regions,
        census=ground.census,
        people=ground.people,
        cells=asked.cells,
        sites=asked.sites,
        coverage=asked.coverage,
        demands=asked.demands,
        standing=asked.standing,
        reached_already=asked.reached_already,
        cost=asked.cost,
        sources=asked.sources,
        warnings=asked.warnings,
    )


def posed_within(study: Study, inputs: Inputs) -> Posed:
    """Return the questions of a study that was read whole."""
    return Posed(
        study=study,
        regions=inputs.regions,
        census=inputs.census,
        people=inputs.people,
        cells=inputs.cells,
        sites=inputs.sites,
        coverage=inputs.coverage,
        demands=inputs.demands,
        standing=inputs.standing,
        reached_already=inputs.reached_already,
        cost=inputs.cost,
    )
