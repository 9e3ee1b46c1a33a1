"""Everything that a study names, read and checked; all problems of all files at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.errors import Problem
from leohub.hub.cost import PriceLine
from leohub.study.desk import Desk, Tick
from leohub.study.file import StudyFile
from leohub.study.groundside import open_horizons
from leohub.study.land import compare_with_census
from leohub.study.overhead import Overhead, open_overhead
from leohub.study.posed import Posed, beyond_standing
from leohub.study.question import check_question, open_question
from leohub.study.service.opening import ServiceInputs, open_service
from leohub.study.service.trial import try_numbers
from leohub.study.settings import Study

BUILT_IN_PRICES_OF = "starlink"
"""Whose terminal and plan are among the built-in prices."""


@dataclass(frozen=True)
class Inputs(Posed):
    """What a plan rests on, with the service of its hubs.

    Attributes
    ----------
    boundaries_basis : str
        ``"published"`` or ``"modelled"``.
    served : ndarray of bool or None
        Cells that a coverage layer says terrestrial networks serve.
    resolution : int
        H3 resolution of the cells.
    hubs : int
        How many hubs are asked for, or paid for by the budget, on top of those that stand.
    overhead : Overhead
        The satellites and how they are used.
    horizon_deg : ndarray, shape (sites, 360), or None
        What hides the sky at each candidate place: `leohub.sky.visibility.places.Places`.
    prices : tuple of PriceLine
        All that are given, those of other operators' terminals and plans too.
    service : ServiceInputs
        What the service of hubs is estimated from.
    """

    boundaries_basis: str
    served: NDArray[np.bool_] | None
    resolution: int
    hubs: int
    overhead: Overhead
    horizon_deg: NDArray[np.float64] | None
    prices: tuple[PriceLine, ...]
    service: ServiceInputs


def read_inputs(
    file: StudyFile,
    *,
    known_problems: Iterable[Problem] = (),
    tick: Tick = lambda stage, share: None,
) -> Inputs:
    """Read everything a study names.

    Parameters
    ----------
    file : StudyFile
    known_problems : iterable of Problem
        Found before, to be told together with those found here.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        With every problem of every file, and of how they fit together.
    """
    desk, study = Desk(file), file.study
    desk.problems.extend(known_problems)
    question = open_question(desk, study, tick)
    land = question.land
    tick("reading satellites", 0.0)
    overhead = open_overhead(desk, study.sky)
    horizon_deg = open_horizons(desk, study.sky, land.sites)
    service = open_service(desk, study, land.sites, question.own)
    if service is not None and question.own:
        tick("trying the study's numbers", 0.0)
        try_numbers(desk, study, service, question.cost)
    check_question(desk, question, tick)
    desk.problems.raise_if_any()
    assert land.regions is not None
    assert land.census is not None
    assert land.people is not None
    assert overhead is not None
    assert service is not None
    compare_with_census(desk, land.people, land.census, land.regions)
    _compare_with_operator(desk, study)
    return Inputs(
        **vars(beyond_standing(desk, study, question)),
        boundaries_basis="modelled" if study.people.builtin else "published",
        served=question.served.by_terrestrial,
        resolution=land.resolution,
        hubs=question.hubs,
        overhead=overhead,
        horizon_deg=horizon_deg,
        prices=question.prices,
        service=service,
    )


def _compare_with_operator(desk: Desk, study: Study) -> None:
    if study.cost.builtin is not None and study.sky.operator != BUILT_IN_PRICES_OF:
        desk.warn(
            f"The built-in prices are those of Starlink, but the sky is that of "
            f"{study.sky.operator}: give prices of that operator in [[cost.prices]]."
        )
