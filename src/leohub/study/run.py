"""The main path: a study in, results out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import xarray as xr

from leohub.errors import Problem
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.sky.service import day_service
from leohub.sky.visibility.places import places_at
from leohub.study.desk import Tick
from leohub.study.file import StudyFile
from leohub.study.hubs import compare_limits, describe_hubs, describe_regions
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.ready import make_ready
from leohub.study.results import Results
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
    inputs = read_inputs(file, known_problems=known_problems, tick=tick)
    plan = _choose(study, inputs, tick)
    make_ready(tick)
    service = _watch(study, inputs, plan, tick)
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
        hubs=describe_hubs(
            plan,
            inputs.sites,
            inputs.cells,
            inputs.coverage,
            inputs.regions,
            service,
            inputs.cost,
            inputs.resolution,
        ),
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
        sky=sky,
        cost=inputs.cost,
        thresholds=compare_limits(
            inputs.cells,
            inputs.coverage,
            plan,
            study.unserved.density_limit_per_km2,
            inputs.served,
        ),
        warnings=(*inputs.warnings, *_warnings(inputs, plan, service)),
        started=started,
    )


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


def _watch(study: Study, inputs: Inputs, plan: Plan, tick: Tick) -> xr.Dataset:
    hubs, horizon_deg = inputs.sites.iloc[plan.hubs], inputs.horizon_deg
    return day_service(
        inputs.overhead.screening.kept,
        places_at(
            hubs["lat_deg"],
            hubs["lon_deg"],
            hubs["height_m"] / 1000,
            horizon_deg=None if horizon_deg is None else horizon_deg[plan.hubs],
        ),
        inputs.overhead.rules,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        tick=lambda share: tick("watching the sky over every hub", share),
        **inputs.overhead.options(),
    )


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
