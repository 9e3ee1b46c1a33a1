"""The plan in plain words and in figures: what it reaches, costs and leaves out."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from leohub.plan.findings.margin import margin
from leohub.report.account import Account, account
from leohub.report.capacitywords import (
    capacity_record,
    served_of_promise,
    served_sentence,
)
from leohub.report.catchmentwords import expected, within
from leohub.report.marginwords import margin_sentence
from leohub.report.numerals import WEIGHTS, count, duration, percent, percent_at_most, plural, usd
from leohub.report.partners import by_partner
from leohub.report.rulewords import rules_said
from leohub.report.servicewords import programme_said, service_sentence, service_summary
from leohub.report.storywords import story_lines
from leohub.study.results import Results

BUILT_IN = "built-in"
"""How the sources that come with the package are named."""


def sentences(results: Results, figures: Account | None = None) -> list[str]:
    """Return the answer in plain words, one sentence or two an item, most important first.

    Parameters
    ----------
    results : Results
    figures : Account, optional
        Its `account`, where that has been added up already.
    """
    figures = figures or account(results)
    said = [
        _dark(results),
        _reach(results, figures),
        served_sentence(results),
        service_sentence(results),
        _proof(results, figures),
        rules_said(results),
        margin_said(results),
        _promise(results, figures),
        _where(results, figures),
        _partners(results),
        _sky(results),
        _cost(results, figures),
        _budget(results, figures),
        _left_out(results, figures),
        _modelled(results),
        *results.warnings,
    ]
    return [sentence for sentence in said if sentence]


def summary(results: Results, figures: Account | None = None) -> dict[str, Any]:
    """Return the plan's figures under names that carry their units, ready for JSON.

    Parameters
    ----------
    results : Results
    figures : Account, optional
        Its `account`, where that has been added up already.
    """
    figures = figures or account(results)
    hubs = results.hubs
    return {
        "programme": results.study.programme.name,
        "country": results.study.programme.country,
        "hubs": figures.hubs,
        "candidate_sites": figures.sites,
        "people": figures.people,
        "unserved_people": figures.unserved_people,
        "need_people": figures.need_people,
        "reached_people": figures.reached_people,
        "reached_pct_of_unserved": 100 * figures.reached_share,
        "bound_people": figures.bound_people,
        "gap_pct": 100 * results.plan.gap,
        "capacity": capacity_record(results),
        "optimal": bool(results.plan.optimal),
        "stopped_early": bool(results.plan.stopped_early),
        "margin": asdict(margin(results.plan)),
        "story": story_lines(results.plan, weighed=results.demands.weighed),
        "promise_people": results.study.programme.promise_people,
        "left_out_served_area_people": figures.served_area_people,
        "left_out_beyond_candidates_people": figures.beyond_candidates_people,
        "left_out_beyond_hubs_people": figures.beyond_hubs_people,
        "budget": results.study.choice.budget,
        "currency": results.cost.currency,
        "whole_life": float(results.hubs["whole_life"].sum()),
        "capital_usd": figures.capital_usd,
        "monthly_usd": figures.monthly_usd,
        "cost_per_person_month_usd": _finite(figures.cost_per_person_month_usd),
        "service": service_summary(results.estimate),
        "satellites": results.screening.total,
        "satellites_kept": len(results.screening.kept),
        "satellites_left_out": dict(results.screening.left_out),
        "satellites_not_propagated": not_propagated(results),
        "satellites_by_shell": dict(results.screening.shells),
        "in_view_mean": float(hubs["in_view_mean"].mean()),
        "in_view_min": int(hubs["in_view_min"].min()),
        "usable_mean": float(hubs["usable_mean"].mean()),
        "usable_min": int(hubs["usable_min"].min()),
        "usable_pct": float(hubs["usable_pct"].mean()),
        "longest_gap_s": float(hubs["longest_gap_s"].max()),
        "regions": {
            str(row.region): {"hubs": int(row.hubs), "reached_people": float(row.reached_people)}
            for row in results.regions.itertuples()
        },
        "partners": by_partner(results),
        "warnings": list(results.warnings),
    }


def margin_said(results: Results) -> str:
    """Say what the last hubs of the plan add and what the next would."""
    rules = results.demands.rules.names
    return margin_sentence(margin(results.plan), ruled=len(rules) > 1)


def _dark(results: Results) -> str:
    """Say before all else that no hub would work."""
    if float(results.hubs["usable_pct"].max()) > 0:
        return ""
    return (
        "None of these hubs would work: no usable satellite at any moment. Look at gateways, "
        "lasers, horizons and min_elevation_deg in [sky]."
    )


def _reach(results: Results, figures: Account) -> str:
    parts = " ".join(filter(None, [expected(results), "This is potential reach, not use."]))
    return (
        f"{plural(figures.hubs, 'hub')} would newly reach {count(figures.reached_people)} of the "
        f"{count(figures.unserved_people)} unserved people of {results.study.programme.country} "
        f"({percent(figures.reached_share)}): people who do not use the internet today and live "
        f"within {within(results)} of a hub. {parts}"
    )


def _proof(results: Results, figures: Account) -> str:
    choice = f"{figures.hubs:,} of the {plural(figures.sites, 'candidate place')}"
    choice += " that keeps to the study's rules" * (len(results.demands.rules.names) > 1)
    served = results.plan.capacity is not None
    if results.demands.weighed:
        return _proof_by_weights(results, choice)
    if results.plan.optimal:
        return f"Proven: no other choice of {choice} {'serves' if served else 'reaches'} more."
    return (
        f"Proven: no choice of {choice} can {'serve' if served else 'reach'} more than "
        f"{count(results.plan.bound_people)}, so this plan is at most "
        f"{percent_at_most(results.plan.gap)} below the best there is.{_cut(results)}"
    )


def _proof_by_weights(results: Results, choice: str) -> str:
    plan = results.plan
    own = f"{WEIGHTS} these hubs come to {count(plan.worth_people)} people"
    if plan.optimal:
        return f"Proven: {own}, and no other choice of {choice} comes to more."
    return (
        f"Proven: {own}, and no choice of {choice} can come to more than "
        f"{count(plan.bound_people)}, so this plan is at most {percent_at_most(plan.gap)} below "
        f"the best there is.{_cut(results)}"
    )


def _cut(results: Results) -> str:
    return " The search was cut short; this is the best plan it found." * results.plan.stopped_early


def _promise(results: Results, figures: Account) -> str:
    promise = results.study.programme.promise_people
    if promise is None:
        return ""
    by = results.study.programme.promise_by
    when = f" by {by:%-d %B %Y}" if by else ""
    kept = figures.reached_people / promise
    bring = (
        f"more than that, {percent(kept)} of the promise"
        if kept > 1
        else f"{percent(kept)} of that"
    )
    return (
        f"The programme promised to reach {count(promise)} people{when}: these hubs would bring "
        f"{bring}{served_of_promise(results, promise)}."
    )


def _where(results: Results, figures: Account) -> str:
    regions = results.regions.sort_values("reached_people", ascending=False, kind="stable")
    top = [
        f"{row.region} ({count(row.reached_people)} with {plural(int(row.hubs), 'hub')})"
        for row in regions.head(3).itertuples()
        if row.reached_people > 0
    ]
    if not top:
        return ""
    listed = top[0] if len(top) == 1 else f"{', '.join(top[:-1])} and {top[-1]}"
    without = int((regions["hubs"] == 0).sum())
    none = f" {without} of the {len(regions)} regions get no hub." if without else ""
    return f"The most are reached in {listed}.{none}"


def _sky(results: Results) -> str:
    hubs = results.hubs
    gap = float(hubs["longest_gap_s"].max())
    worst = (
        "no hub is ever without one"
        if gap <= 0
        else f"a hub has a usable one {percent(hubs['usable_pct'].mean() / 100)} of the time, and "
        f"the longest time without one at any hub is {duration(gap)}"
    )
    hours = results.service.attrs["hours"]
    in_view, usable = hubs["in_view_mean"].mean(), hubs["usable_mean"].mean()
    return (
        f"{_screened(results)} Over the {hours:g} hours that were computed a hub has on average "
        f"{in_view:.1f} satellites in view and {usable:.1f} usable ones, at the worst moment of "
        f"the worst hub {int(hubs['usable_min'].min())}; {worst}."
    )


def _partners(results: Results) -> str:
    shares = by_partner(results)
    if not shares:
        return ""
    each = ", ".join(
        f"{name} {plural(int(share['hubs']), 'hub')} ({count(share['reached_people'])})"
        for name, share in shares.items()
    )
    return f"By partner, with the people newly reached: {each}."


def _screened(results: Results) -> str:
    screening = results.screening
    kept = len(screening.kept)
    lost = not_propagated(results)
    uncounted = (
        f" Where {count(lost)} of the {count(kept)} are is not known for all of the hours "
        "(decayed, or not covered); there they count as out of view."
        if lost
        else ""
    )
    if kept == screening.total:
        return f"All {count(kept)} satellites can carry broadband.{uncounted}"
    reasons = ", ".join(f"{count(number)} {why}" for why, number in screening.left_out.items())
    return (
        f"Of {count(screening.total)} satellites {count(kept)} can carry broadband; left out are "
        f"{reasons}.{uncounted}"
    )


def not_propagated(results: Results) -> int:
    """Return the kept satellites whose place is not known for all of the hours computed."""
    return int(results.service.attrs["satellites_not_propagated"])


def _cost(results: Results, figures: Account) -> str:
    years, rate = results.cost.lifetime_years, results.cost.discount_pct_per_year
    return (
        f"Building the hubs costs {usd(figures.capital_usd)} and running them "
        f"{usd(figures.monthly_usd)} a month; with the building, and what wears out, spread over "
        f"{years:g} years at {rate.value:g} % interest above inflation that is "
        f"{usd(figures.cost_per_person_month_usd)} a month for each person newly reached, "
        f"of whom a hub has {count(figures.reached_people / max(figures.hubs, 1))} on "
        f"average{_served_cost(results)}."
    )


def _served_cost(results: Results) -> str:
    if results.estimate is None:
        return ""
    said = programme_said(results.estimate, "cost_per_served_month_usd")
    return f", and {said} for each person served well"


def _budget(results: Results, figures: Account) -> str:
    budget, cost = results.study.choice.budget, results.cost
    if budget is None:
        return ""
    spent = float(results.hubs["whole_life"].sum())
    return (
        f"Of the budget of {cost.currency} {count(budget)} they take {count(spent)} over "
        f"{cost.lifetime_years:g} years; {count(budget - spent)} are left."
    )


def _left_out(results: Results, figures: Account) -> str:
    limit = results.study.unserved.density_limit_per_km2
    rules = [] if math.isinf(limit) else [f"above {limit:,.0f} people per km²"]
    if results.study.unserved.coverage_layer is not None:
        rules.append("inside the coverage layer")
    why = f"in cells {' or '.join(rules)}, taken as served by terrestrial networks"
    if not rules:
        why = "in cells taken as served"
    parts = (
        figures.served_area_people,
        figures.beyond_candidates_people,
        figures.beyond_hubs_people,
    )
    # The sum of the rounded parts, so that what is printed adds up.
    return (
        f"It leaves out {count(sum(round(part) for part in parts))} unserved people: "
        f"{count(figures.served_area_people)} {why}, "
        f"{count(figures.beyond_candidates_people)} out of reach of every candidate place, and "
        f"{count(figures.beyond_hubs_people)} that more hubs could reach."
    )


def _modelled(results: Results) -> str:
    modelled = [source for source in results.sources if source.basis == "modelled"]
    roles = dict.fromkeys(source.role for source in modelled)
    if not roles:
        return ""
    said = f"Modelled, not measured, in this plan: {', '.join(roles)}."
    if any(source.file.startswith(BUILT_IN) for source in modelled):
        said += " It shows the method; a plan to act on needs the real data."
    return said


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
