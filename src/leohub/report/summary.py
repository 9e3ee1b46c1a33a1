"""The figures of a plan under names that carry their units, ready for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from leohub.plan.findings.margin import margin
from leohub.report.account import Account, account
from leohub.report.capacitywords import capacity_record
from leohub.report.partners import by_partner
from leohub.report.satellitewords import not_propagated
from leohub.report.servicewords import service_summary
from leohub.report.storywords import story_lines
from leohub.study.results import Results


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


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
