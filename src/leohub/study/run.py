"""The main path: a study in, results out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from leohub.hub.cost import HubCost, hubs_within
from leohub.people.coverage import Coverage, build_coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.plan import Plan
from leohub.sky.service import day_service
from leohub.study.file import StudyFile
from leohub.study.hubs import compare_limits, describe_hubs, describe_regions
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.results import Results
from leohub.study.settings import Study

Tick = Callable[[str, float], None]


def plan_study(file: StudyFile, *, tick: Tick = lambda stage, share: None) -> Results:
    """Choose the hubs of a study and say what they reach, what they see and what they cost.

    Parameters
    ----------
    file : StudyFile
    tick : callable
        Told each stage and the share of it that is done [0..1].

    Raises
    ------
    InputError
        If anything that the study names cannot be used.
    """
    started = dt.datetime.now(dt.UTC)
    study = file.study
    inputs = read_inputs(file, tick=tick)
    coverage = _coverage(inputs, tick)
    plan = _choose(study, coverage, inputs.cost, tick)
    chosen = inputs.sites.iloc[plan.hubs]
    service = day_service(
        inputs.overhead.screening.kept,
        chosen["lat_deg"].to_numpy(),
        chosen["lon_deg"].to_numpy(),
        0.0,
        start=inputs.overhead.start,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        min_elevation_deg=inputs.overhead.min_elevation_deg,
        arc_avoidance_deg=inputs.overhead.arc_avoidance_deg,
        tick=lambda share: tick("watching the sky over every hub", share),
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
            coverage,
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
            coverage,
        ),
        boundaries_basis=inputs.boundaries_basis,
        coverage=coverage,
        plan=plan,
        screening=inputs.overhead.screening,
        service=service,
        cost=inputs.cost,
        thresholds=compare_limits(
            inputs.cells, coverage, plan, study.unserved.density_limit_per_km2, inputs.served
        ),
        warnings=inputs.warnings,
        started=started,
    )


def _coverage(inputs: Inputs, tick: Tick) -> Coverage:
    """Every cell with people is in the pattern; the eligible unserved give it its worth."""
    tick("finding who lives near which place", 0.0)
    pattern = build_coverage(
        inputs.sites["lat_deg"],
        inputs.sites["lon_deg"],
        inputs.sites["radius_km"],
        inputs.cells["lat_deg"],
        inputs.cells["lon_deg"],
        inputs.cells["people"],
    )
    return Coverage(pattern.shares, inputs.cells["need_people"].to_numpy())


def _choose(study: Study, coverage: Coverage, cost: HubCost, tick: Tick) -> Plan:
    return choose_hubs(
        coverage,
        hubs_to_choose(study, cost),
        seed=study.seed,
        time_limit_s=study.choice.time_limit_s,
        gap=study.choice.gap_pct / 100,
        exact_limit_pairs=study.choice.exact_limit_pairs,
        tick=lambda stage, share: tick(f"choosing hubs: {stage}", share),
    )


def hubs_to_choose(study: Study, cost: HubCost) -> int:
    """Return the number of hubs asked for, or that the budget pays for."""
    if study.choice.hubs is not None:
        return study.choice.hubs
    assert study.choice.budget is not None
    return hubs_within(study.choice.budget, cost)
