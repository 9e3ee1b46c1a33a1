"""The main path: a study in, results out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import geopandas as gpd

from leohub.errors import Problem, RefusalError
from leohub.study.chosen import Chosen, choose_and_look
from leohub.study.densitylimits import compare_limits
from leohub.study.desk import Tick
from leohub.study.file import StudyFile
from leohub.study.hubs import describe_regions
from leohub.study.inputs import Inputs
from leohub.study.questions.goals import goal_sentence
from leohub.study.regioncosts import with_costs
from leohub.study.results import Results
from leohub.study.secondterminal import cost_of_seconds
from leohub.study.service.estimate import Estimate
from leohub.study.service.hubs import estimate_hubs, with_service
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
    chosen = choose_and_look(file, known_problems=known_problems, tick=tick)
    inputs, plan = chosen.inputs, chosen.plan
    estimate, refusal = _estimate(study, chosen, tick)
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
        hubs=with_service(chosen.hubs, estimate),
        regions=_describe_regions(chosen),
        boundaries_basis=inputs.boundaries_basis,
        coverage=inputs.coverage,
        standing=inputs.standing,
        demands=inputs.demands,
        plan=plan,
        screening=inputs.overhead.screening,
        service=chosen.sky,
        estimate=estimate,
        sky=sky,
        cost=inputs.cost,
        thresholds=compare_limits(file, inputs, plan),
        warnings=(*inputs.warnings, *_warnings(chosen), *refusal),
        started=started,
    )


def _describe_regions(chosen: Chosen) -> gpd.GeoDataFrame:
    inputs = chosen.inputs
    regions = describe_regions(
        inputs.regions,
        inputs.census,
        inputs.people,
        inputs.cells,
        inputs.sites,
        chosen.plan,
        inputs.coverage,
        inputs.reached_already,
    )
    seconds = cost_of_seconds(inputs.demands.second, chosen.hubs["terminals"].to_numpy())
    per_month_usd = inputs.cost.per_month_usd + seconds.per_month_usd
    return with_costs(regions, chosen.hubs, inputs.sites, per_month_usd)


def _estimate(study: Study, chosen: Chosen, tick: Tick) -> tuple[Estimate | None, tuple[str, ...]]:
    """Estimate the service of the hubs, or say why it is not."""
    try:
        return estimate_hubs(study, chosen, tick=tick), ()
    except RefusalError as refusal:
        return None, (f"The service of the hubs is not estimated: {refusal}.",)


def _warnings(chosen: Chosen) -> list[str]:
    """Return what the planner should know before trusting the plan."""
    warnings = []
    inputs, plan = chosen.inputs, chosen.plan
    if inputs.standing.any():
        people = float(inputs.cells["need_people"].to_numpy() @ inputs.reached_already)
        warnings.append(
            f"The hubs that stand already, {int(inputs.standing.sum()):,}, reach {people:,.0f} "
            "unserved people; the plan comes on top of them and counts nobody whom they reach."
        )
    if inputs.demands.weighed:
        warnings.append(
            "Kinds of places have weights: the plan is the best by people times weight "
            f"({plan.worth_people:,.0f}, at most {plan.bound_people:,.0f} are possible); what is "
            "told elsewhere are people without weights, unless it says so."
        )
    if inputs.demands.goal is not None:
        warnings.append(goal_sentence(inputs.demands.goal, weighed=inputs.demands.weighed))
    if len(plan.hubs) < inputs.hubs and _only_a_number(inputs) and plan.capacity is None:
        warnings.append(
            f"{inputs.hubs:,} hubs were possible, but {len(plan.hubs):,} already reach everyone "
            "whom any candidate place can reach; the others would add nobody."
        )
    blind = int((chosen.sky["usable_pct"] == 0).sum())
    if blind:
        warnings.append(f"{blind:,} hubs have no usable satellite at any moment of the day.")
    return warnings


def _only_a_number(inputs: Inputs) -> bool:
    """Tell whether nothing but the number of hubs limits the plan."""
    return len(inputs.demands.rules.names) == 1
