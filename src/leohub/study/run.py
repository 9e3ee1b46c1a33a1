"""The main path: a study in, results out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd
import xarray as xr

from leohub.errors import Problem, RefusalError
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.sky.service import day_service
from leohub.sky.visibility.places import Places, places_at
from leohub.study.desk import Tick
from leohub.study.file import StudyFile
from leohub.study.hubs import compare_limits, describe_hubs, describe_regions
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.ready import make_ready
from leohub.study.results import Results
from leohub.study.service.estimate import Estimate, no_estimate
from leohub.study.service.hubs import estimate_hubs
from leohub.study.settings import Study
from leohub.study.skygrid import watch_country


def plan_study(
    file: StudyFile,
    *,
    known_problems: Iterable[Problem] = (),
    tick: Tick = lambda stage, share: None,
) -> Results:
    """Choose the hubs of a study and say what they reach, what they see and what they cost.

    Parameters
    ----------
    file : StudyFile
    known_problems : iterable of Problem
        Found before, to be told together with what is wrong with the inputs.
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        If anything that the study names cannot be used.
    """
    started = dt.datetime.now(dt.UTC)
    study = file.study
    inputs, plan = choose(file, known_problems=known_problems, tick=tick)
    make_ready(tick)
    service = _watch(study, inputs, plan, tick)
    hubs = describe_hubs(
        plan,
        inputs.sites,
        inputs.cells,
        inputs.coverage,
        inputs.regions,
        service,
        inputs.cost,
        inputs.resolution,
    )
    estimate, refusal = _estimate(study, inputs, plan, hubs, tick)
    sky = watch_country(
        inputs.regions, inputs.overhead, hours=study.sky.hours, step_s=study.sky.step_s, tick=tick
    )
    tick("comparing density limits", 0.0)
    return Results(
        study=study,
        study_file=file.name,
        study_sha256=file.sha256,
        sources=inputs.sources,
        cells=inputs.cells,
        sites=inputs.sites,
        hubs=hubs.join(no_estimate(hubs.index) if estimate is None else estimate.hubs),
        regions=describe_regions(
            inputs.regions,
            inputs.census,
            inputs.people,
            inputs.cells,
            inputs.sites,
            plan,
            inputs.coverage,
        ),
        boundaries_basis=inputs.boundaries_basis,
        coverage=inputs.coverage,
        plan=plan,
        screening=inputs.overhead.screening,
        service=service,
        estimate=estimate,
        sky=sky,
        cost=inputs.cost,
        thresholds=compare_limits(
            inputs.cells,
            inputs.coverage,
            plan,
            study.unserved.density_limit_per_km2,
            inputs.served,
        ),
        warnings=(*inputs.warnings, *_warnings(inputs, plan, service), *refusal),
        started=started,
    )


def choose(
    file: StudyFile,
    *,
    known_problems: Iterable[Problem] = (),
    tick: Tick = lambda stage, share: None,
) -> tuple[Inputs, Plan]:
    """Read what a study names and choose its hubs; parameters and errors as for `plan_study`."""
    inputs = read_inputs(file, known_problems=known_problems, tick=tick)
    return inputs, _choose(file.study, inputs, tick)


def _choose(study: Study, inputs: Inputs, tick: Tick) -> Plan:
    return choose_hubs(
        inputs.coverage,
        inputs.hubs,
        seed=study.seed,
        time_limit_s=study.choice.time_limit_s,
        gap=study.choice.gap_pct / 100,
        exact_limit_pairs=study.choice.exact_limit_pairs,
        tick=lambda stage, share: tick(f"choosing hubs: {stage}", share),
    )


def hub_places(inputs: Inputs, plan: Plan) -> Places:
    """Return where the hubs of a plan stand, and what hides their sky."""
    hubs, horizon_deg = inputs.sites.iloc[plan.hubs], inputs.horizon_deg
    return places_at(
        hubs["lat_deg"],
        hubs["lon_deg"],
        hubs["height_m"] / 1000,
        horizon_deg=None if horizon_deg is None else horizon_deg[plan.hubs],
    )


def _watch(study: Study, inputs: Inputs, plan: Plan, tick: Tick) -> xr.Dataset:
    return day_service(
        inputs.overhead.screening.kept,
        hub_places(inputs, plan),
        inputs.overhead.rules,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        tick=lambda share: tick("watching the sky over every hub", share),
        **inputs.overhead.options(),
    )


def _estimate(
    study: Study, inputs: Inputs, plan: Plan, hubs: pd.DataFrame, tick: Tick
) -> tuple[Estimate | None, tuple[str, ...]]:
    """Estimate the service of the hubs, or say why it is not."""
    try:
        return estimate_hubs(
            study,
            inputs.service,
            inputs.overhead,
            inputs.cost,
            hub_places(inputs, plan),
            hubs["sharing_people"].to_numpy(),
            tick=tick,
        ), ()
    except RefusalError as refusal:
        return None, (f"The service of the hubs is not estimated: {refusal}.",)


def _warnings(inputs: Inputs, plan: Plan, service: xr.Dataset) -> list[str]:
    """Return what the planner should know before trusting the plan."""
    warnings = []
    if len(plan.hubs) < inputs.hubs:
        warnings.append(
            f"{inputs.hubs:,} hubs were possible, but {len(plan.hubs):,} already reach everyone "
            "whom any candidate place can reach; the others would add nobody."
        )
    blind = int((service["usable_pct"] == 0).sum())
    if blind:
        warnings.append(f"{blind:,} hubs have no usable satellite at any moment of the day.")
    return warnings
