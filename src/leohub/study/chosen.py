"""The hubs of a study: read what it names, choose them, and look at the sky above them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd
import xarray as xr

from leohub.errors import Problem
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.sky.service import day_service
from leohub.sky.visibility.places import Places, places_at
from leohub.study.capacity import choose_for_served
from leohub.study.desk import Tick
from leohub.study.file import StudyFile
from leohub.study.hubs import describe_hubs
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.questions.goalsearch import choose_for_goal
from leohub.study.ready import make_ready
from leohub.study.rules import Demands
from leohub.study.service.rooms import with_modelled_rooms
from leohub.study.settings import Study


@dataclass(frozen=True)
class Chosen:
    """The hubs of a study.

    Attributes
    ----------
    inputs : Inputs
        What the study names, as read.
    plan : Plan
    places : Places
        Where the hubs stand, in the plan's order.
    sky : xarray.Dataset
        What each of them sees over the hours computed: `leohub.sky.service.day_service`.
    hubs : DataFrame
        `hubs` of the data dictionary, but for their service.
    """

    inputs: Inputs
    plan: Plan
    places: Places
    sky: xr.Dataset
    hubs: pd.DataFrame


def choose_and_look(
    file: StudyFile,
    *,
    known_problems: Iterable[Problem] = (),
    tick: Tick = lambda stage, share: None,
) -> Chosen:
    """Choose the hubs of a study and look at the sky above them.

    Parameters and errors as for `leohub.study.run.plan_study`.
    """
    inputs, plan = choose(file, known_problems=known_problems, tick=tick)
    make_ready(tick)
    places = hub_places(inputs, plan)
    sky = day_service(
        inputs.overhead.screening.kept,
        places,
        inputs.overhead.rules,
        hours=file.study.sky.hours,
        step_s=file.study.sky.step_s,
        tick=lambda share: tick("watching the sky over every hub", share),
        **inputs.overhead.options(),
    )
    hubs = describe_hubs(
        plan,
        inputs.sites,
        inputs.cells,
        inputs.coverage,
        inputs.demands,
        inputs.regions,
        sky,
        inputs.cost,
        inputs.resolution,
    )
    return Chosen(inputs, plan, places, sky, hubs)


def choose(
    file: StudyFile,
    *,
    known_problems: Iterable[Problem] = (),
    tick: Tick = lambda stage, share: None,
) -> tuple[Inputs, Plan]:
    """Read what a study names and choose its hubs; as for `leohub.study.run.plan_study`."""
    inputs, study = read_inputs(file, known_problems=known_problems, tick=tick), file.study
    inputs = with_modelled_rooms(inputs, tick)
    if study.choice.objective == "reach":
        return inputs, _choose(study, inputs, inputs.demands, tick)
    demands, plan = choose_for_goal(
        inputs, lambda demands: _choose(study, inputs, demands, tick), tick
    )
    return replace(inputs, demands=demands), plan


def hub_places(inputs: Inputs, plan: Plan) -> Places:
    """Return where the hubs of a plan stand, and what hides their sky."""
    hubs, horizon_deg = inputs.sites.iloc[plan.hubs], inputs.horizon_deg
    return places_at(
        hubs["lat_deg"],
        hubs["lon_deg"],
        hubs["height_m"] / 1000,
        horizon_deg=None if horizon_deg is None else horizon_deg[plan.hubs],
    )


def _choose(study: Study, inputs: Inputs, demands: Demands, tick: Tick) -> Plan:
    if demands.capacity is not None:
        return choose_for_served(study, inputs.coverage, demands, tick)
    return choose_hubs(
        inputs.coverage,
        demands.rules,
        weight=demands.weight,
        seed=study.seed,
        time_limit_s=study.choice.time_limit_s,
        gap=study.choice.gap_pct / 100,
        exact_limit_pairs=study.choice.exact_limit_pairs,
        tick=lambda stage, share: tick(f"choosing hubs: {stage}", share),
    )
