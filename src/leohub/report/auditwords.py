"""What a check of a results folder found, in plain words and as figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from leohub.report.audit import Audit
from leohub.report.auditgoal import in_words, slack
from leohub.report.claim import COUNTED_TO_PEOPLE, EXACT_SOLVER
from leohub.report.numerals import plural
from leohub.report.recount import Recount
from leohub.report.roomfile import CELLS, PEOPLE


def audit_sentences(audit: Audit) -> Iterator[str]:
    """Yield what was checked and what was counted, one sentence or two an item."""
    if audit.same:
        yield (
            f"Checked: the study ({audit.study}) and {plural(len(audit.same), 'input')} are those "
            "that the plan was made from, to the byte."
        )
    if audit.not_checked:
        yield (
            f"Not checked, because no such file is here: {', '.join(audit.not_checked)}. Neither "
            "value nor bound depends on them."
        )
    if audit.recount is None:
        yield "Value and bound were not counted: they would not be those of this plan."
        return
    yield from _counted(audit, audit.recount)


def _counted(audit: Audit, recount: Recount) -> Iterator[str]:
    claimed = audit.claim.plan
    hubs = f"{recount.hubs:,}"
    yield (
        f"Value: {plural(recount.hubs, 'hub')} of the {recount.sites:,} candidate places newly "
        f"reach {recount.low_people:,.3f} people (claimed: {claimed.objective_people:,.3f})."
    )
    if recount.served_people is not None:
        yield (
            f"Served: within what each hub may serve at most, they serve "
            f"{recount.served_people:,.3f} of them, each at one hub; bound and gap are about that."
        )
    elif recount.worth_low_people < recount.low_people - COUNTED_TO_PEOPLE:
        yield (
            f"Weights: counted by the weights of kinds of places that is worth "
            f"{recount.worth_low_people:,.3f} people; bound and gap are about that."
        )
    yield from _believed(recount)
    does = "reach" if recount.served_people is None else "serve"
    which = f"no {hubs} of these places can"
    if recount.rules:
        yield f"Rules: the plan keeps to {plural(recount.rules, 'rule')} besides its size."
        which = "no plan that keeps to the rules can"
    yield (
        f"Bound: {which} {does} more than {_above(recount.bound_people)} "
        f"people (claimed: {claimed.bound_people:,.3f})."
    )
    yield f"Gap: the plan is {_how_good(recount)}: proven here, without any solver."
    yield from _goal(audit, recount)
    if _rests_on_solver(audit, recount):
        yield (
            f"The plan claims a lower bound, {claimed.bound_people:,.3f}: "
            f"{_above(recount.bound_people)} is proven by the multipliers; the rest, "
            f"{recount.bound_people - claimed.bound_people:,.3f} people, rests on the exact solver "
            "and is not proven here."
        )


def _believed(recount: Recount) -> Iterator[str]:
    """Say what is taken from the run."""
    said = {
        PEOPLE: "How many a hub may serve at each place",
        CELLS: "How many hubs a service cell has room for",
    }
    for name in recount.modelled:
        yield (
            f"{said[name.removesuffix('.gz')]} is taken from {name}, as the run modelled it on "
            "assumed use; it is not worked out again here."
        )


def _goal(audit: Audit, recount: Recount) -> Iterator[str]:
    """Say what was counted of another objective than people."""
    claimed, counted = audit.claim.plan.goal, recount.goal
    if claimed is None or counted is None:
        return
    yield (
        f'Objective: by "{claimed.objective}" the plan comes to '
        f"{in_words(claimed, counted.value, math.floor)} (claimed: "
        f"{in_words(claimed, claimed.value)}); no plan that keeps to the study's rules comes to "
        f"more than {in_words(claimed, counted.ceiling, math.ceil)} (claimed: "
        f"{in_words(claimed, claimed.ceiling)}). Bound and gap above are about people, among plans "
        "that come to as much."
    )
    lower = claimed.ceiling < counted.ceiling - slack(claimed, counted.ceiling)
    if lower and claimed.ceiling_rests_on == EXACT_SOLVER:
        yield "By what the claimed one is lower it rests on the exact solver, not proven here."


def _how_good(recount: Recount) -> str:
    if recount.bound_people - recount.worth_low_people <= COUNTED_TO_PEOPLE:
        return "the best there is, to a thousandth of a person"
    return f"at most {percent_above(recount.gap)} below the best there is"


def _rests_on_solver(audit: Audit, recount: Recount) -> bool:
    claimed = audit.claim.plan
    lower = claimed.bound_people < recount.bound_people - COUNTED_TO_PEOPLE
    return lower and claimed.bound_rests_on == EXACT_SOLVER


def audit_figures(audit: Audit) -> dict[str, Any]:
    """Return the same for programs."""
    recount, claimed = audit.recount, audit.claim.plan
    figures: dict[str, Any] = {
        "agrees": not audit.discrepancies,
        "discrepancies": list(audit.discrepancies),
        "study": audit.study,
        "inputs_checked": list(audit.same),
        "inputs_not_checked": list(audit.not_checked),
        "claimed": claimed.model_dump(),
        "counted": None,
    }
    if recount is not None:
        figures["counted"] = {
            "candidate_sites": recount.sites,
            "hubs": recount.hubs,
            "value_low_people": recount.low_people,
            "value_high_people": recount.high_people,
            "served_people": recount.served_people,
            "bound_people": recount.bound_people,
            "gap_pct": 100 * recount.gap,
            "goal": None if recount.goal is None else asdict(recount.goal),
            "rest_on_exact_solver_people": (
                recount.bound_people - claimed.bound_people
                if _rests_on_solver(audit, recount)
                else 0.0
            ),
        }
    return figures


def percent_above(share: float) -> str:
    """Write an upper limit of a share of 1, never rounded down: 2.766 %."""
    return f"{math.ceil(share * 1e5) / 1e3:.3f} %"


def _above(people: float) -> str:
    """Write a count that is at most so many, to 1/1000, never rounded down."""
    return f"{math.ceil(people * 1_000) / 1_000:,.3f}"
