"""The hubs of a study with their service, without all else that a plan tells."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from leohub.plan.plan import Plan
from leohub.study.chosen import choose_and_look
from leohub.study.desk import Tick
from leohub.study.file import StudyFile
from leohub.study.inputs import Inputs
from leohub.study.service.estimate import Estimate
from leohub.study.service.hubs import estimate_hubs, with_service


@dataclass(frozen=True)
class PlannedService:
    """Hubs and the service they will get.

    Attributes
    ----------
    inputs : Inputs
        What the study names, as read.
    plan : Plan
    hubs : DataFrame
        `hubs` of the data dictionary, in the plan's order.
    estimate : Estimate
    """

    inputs: Inputs
    plan: Plan
    hubs: pd.DataFrame
    estimate: Estimate


def plan_service(
    file: StudyFile,
    *,
    draws: int | None = None,
    seed: int | None = None,
    tick: Tick = lambda stage, share: None,
) -> PlannedService:
    """Choose the hubs of a study and estimate their service.

    Parameters
    ----------
    file : StudyFile
    draws : int, optional
        Instead of the study's.
    seed : int, optional
        Of the draws and of the weather that power is sized for, instead of the study's; the hubs
        are chosen by the study's own.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        If anything that the study names cannot be used.
    RefusalError
        If something that the service rests on is not known at the hubs.
    """
    study = file.study
    chosen = choose_and_look(file, tick=tick)
    asked = study.model_copy(
        update={
            "seed": study.seed if seed is None else seed,
            "service": study.service.model_copy(
                update={"draws": study.service.draws if draws is None else draws}
            ),
        }
    )
    estimate = estimate_hubs(asked, chosen, tick=tick)
    hubs = with_service(chosen.hubs, estimate)
    return PlannedService(chosen.inputs, chosen.plan, hubs, estimate)
