"""A study as its choice, its questions and its checks see it: hubs that stand are taken out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.io.provenance import Source
from leohub.people.coverage import Coverage, largest_shares
from leohub.plan.rules.rules import reached_by_cell
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.question import Question, check_question, open_question
from leohub.study.rules import Demands
from leohub.study.settings import MODELLED, Study


@dataclass(frozen=True)
class Posed:
    """What a plan is counted with. Tables follow `data/dictionary.csv`.

    Attributes
    ----------
    study : Study
    regions : GeoDataFrame
        `region` and boundaries, indexed by `region_code`.
    census : DataFrame
        `census_people`, `internet_use_pct` by `region_code`.
    people : DataFrame
        `h3`, `region_code`, `people`: a cell on a border has a row for each region.
    cells, sites : DataFrame
    coverage : Coverage
        Rows follow `sites`, columns `cells`: whom each place would reach beyond hubs that stand.
        Every cell with people is in the pattern, eligible or not; what it is worth is its eligible
        unserved people.
    demands : Demands
        What every plan must keep to, beyond hubs that stand; places where one stands are forbidden.
    standing : ndarray of bool, shape (n_sites,)
        Where hubs stand.
    reached_already : ndarray, shape (n_cells,)
        Share of each cell's people in need whom those hubs reach [0..1].
    cost : HubCost
        Under the study's operator.
    sources : tuple of Source
        What was read.
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
    sources: tuple[Source, ...]
    warnings: tuple[str, ...]

    @property
    def weight(self) -> NDArray[np.float64] | None:
        """What reaching a person from each site is worth; None where all places are worth 1."""
        return self.demands.weight if self.demands.weighed else None

    @property
    def reached_already_people(self) -> float:
        """Whom hubs that stand reach [people]."""
        return float(self.cells["need_people"].to_numpy() @ self.reached_already)


def read_posed(file: StudyFile, *, tick: Tick = lambda stage, share: None) -> Posed:
    """Read what a plan is counted with, and nothing else: no satellites.

    Parameters
    ----------
    file : StudyFile
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        With every problem of every file.
    """
    desk = Desk(file)
    question = open_question(desk, file.study, tick)
    desk.problems.raise_if_any()
    return beyond_standing(desk, file.study, question)


def pose(file: StudyFile, *, tick: Tick = lambda stage, share: None) -> Posed:
    """Read what the questions of a study are about, as `read_posed`.

    Raises
    ------
    InputError
        Also for demands that no plan can meet, and those that the questions do not follow.
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
    if file.study.choice.most_hubs_per_service_cell == MODELLED:
        desk.problems.add(
            "[choice] most_hubs_per_service_cell",
            'this question looks at no satellites, which "modelled" needs',
            "Give a number for it: service_cells.csv of a plan has what was modelled",
        )
    desk.problems.raise_if_any()
    return beyond_standing(desk, file.study, question)


def beyond_standing(desk: Desk, study: Study, question: Question) -> Posed:
    """Take the hubs that stand out of a question without problems."""
    ground, demands = question.ground, question.demands
    assert ground is not None
    assert demands is not None
    standing = demands.rules.existing
    already = largest_shares(ground.coverage.shares[np.flatnonzero(standing)])
    reached = reached_by_cell(ground.coverage, standing)
    return Posed(
        study=study,
        regions=ground.regions,
        census=ground.census,
        people=ground.people,
        cells=ground.cells,
        sites=ground.sites,
        coverage=ground.coverage.beyond(already),
        demands=replace(demands, rules=demands.rules.beyond_existing(reached)),
        standing=standing,
        reached_already=already,
        cost=question.cost,
        sources=tuple(desk.sources),
        warnings=tuple(desk.warnings),
    )
