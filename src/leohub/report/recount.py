"""What a plan reaches, serves and comes to, and what none can exceed, counted again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.errors import InputError, RefusalError
from leohub.people.coverage import Coverage
from leohub.plan.proof import bound_under_rules, value_people
from leohub.plan.rules.rules import reached_by_cell
from leohub.plan.task import Task
from leohub.report.auditcapacity import recount_served
from leohub.report.auditgoal import GoalRecount, goal_discrepancies, recount_goal
from leohub.report.capacityfile import capacity_files
from leohub.report.claim import COUNTED_TO_PEOPLE, EXACT_SOLVER, Claim, demands_of
from leohub.report.disagreement import DisagreementError, check_there, told
from leohub.report.goalfile import goal_files
from leohub.report.numerals import plural
from leohub.report.prooffile import proof_files, read_proof
from leohub.report.roomfile import room_files, with_written_rooms
from leohub.study.posed import Posed
from leohub.study.rules import Demands

HUBS = "hubs.csv"


@dataclass(frozen=True)
class Recount:
    """What was counted again.

    Attributes
    ----------
    sites : int
        Candidate places of the study.
    hubs : int
    rules : int
        Of the study besides the size of the plan; the plan keeps to all of them.
    low_people, high_people : float
        What the plan reaches lies between them.
    worth_low_people : float
        What it is worth at least, with the weights of kinds of places.
    bound_people : float
        No plan within the rules is worth more.
    served_people : float or None
        Where hubs serve only so many people: how many at least; that is what the plan is worth.
    goal : GoalRecount or None
        Where the plan was made the best at something else than people.
    modelled : tuple of str
        Files of the run that say what it modelled of hubs and service cells, and that are believed.
    """

    sites: int
    hubs: int
    rules: int
    low_people: float
    high_people: float
    worth_low_people: float
    bound_people: float
    served_people: float | None = None
    goal: GoalRecount | None = None
    modelled: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """At most this share is lost against the best plan [0..1]."""
        if self.bound_people <= 0:
            return 0.0
        return max(0.0, 1 - self.worth_low_people / self.bound_people)


def count_again(folder: Path, posed: Posed, claim: Claim) -> Recount:
    """Count what the hubs reach and what the proof proves."""
    hubs = _hub_rows(folder / HUBS, posed.sites, claim, posed.study.choice.hubs)
    demands = _demands(posed, claim)
    rules = demands.rules
    task = Task.of(posed.coverage, rules, demands.weight)
    check_there(proof_files(folder, rules), claim)
    try:
        certificate = read_proof(folder, posed.cells, task)
    except InputError as error:
        raise DisagreementError(*told(error)) from None
    chosen = np.isin(np.arange(len(posed.sites)), hubs)
    broken = rules.broken(chosen, reached_by_cell(posed.coverage, chosen))
    if broken:
        raise DisagreementError(
            *(f"the plan breaks a rule of the study: {name}" for name in broken)
        )
    low, high = value_people(posed.coverage, hubs)
    weighed = Coverage(task.coverage.shares, task.coverage.need_people * task.worth)
    worth_low, _ = value_people(weighed, hubs)
    recount = Recount(
        sites=len(posed.sites),
        hubs=len(hubs),
        rules=len(rules.names) - 1,
        low_people=low,
        high_people=high,
        worth_low_people=worth_low,
        bound_people=bound_under_rules(task, certificate.granted_people, certificate.row_prices),
    )
    recount = replace(recount, modelled=room_files(folder, posed.study))
    recount = replace(recount, goal=_goal(folder, posed, claim, hubs))
    return _with_served(recount, folder, posed, claim, hubs)


def _goal(folder: Path, posed: Posed, claim: Claim, hubs: NDArray[np.int64]) -> GoalRecount | None:
    """Return what the plan comes to by another objective; None where that is people."""
    claimed = claim.plan.goal
    if claimed is None:
        return None
    check_there(goal_files(folder), claim)
    try:
        return recount_goal(folder, posed, claimed, hubs)
    except InputError as error:
        raise DisagreementError(*told(error)) from None
    except ValueError as error:
        raise DisagreementError(f"the ceiling of the objective is not proven: {error}") from None


def with_run_rooms(folder: Path, posed: Posed, claim: Claim) -> Posed:
    """Return what the plan is counted with, with what its run modelled."""
    check_there(room_files(folder, posed.study), claim)
    try:
        return with_written_rooms(folder, posed)
    except InputError as error:
        raise DisagreementError(*told(error)) from None


def _with_served(
    recount: Recount, folder: Path, posed: Posed, claim: Claim, hubs: NDArray[np.int64]
) -> Recount:
    """Return the recount with the people served, where each hub serves only so many."""
    capacity, claimed = posed.demands.capacity, claim.plan.capacity
    if (capacity is None) != (claimed is None):
        raise DisagreementError(
            "study and run.json do not agree on whether hubs serve only so many people"
        )
    if capacity is None:
        return recount
    check_there(capacity_files(folder), claim)
    try:
        served, most = recount_served(folder, posed, capacity, hubs)
    except InputError as error:
        raise DisagreementError(*told(error)) from None
    except ValueError as error:
        raise DisagreementError(f"the people served cannot be counted: {error}") from None
    # Nobody is served who is not reached, so that both bounds hold.
    return replace(
        recount,
        worth_low_people=served,
        bound_people=min(most, recount.bound_people),
        served_people=served,
    )


def _demands(posed: Posed, claim: Claim) -> Demands:
    """Return what the plan had to keep to; its goal must be the study's."""
    goal, objective = claim.plan.goal, posed.study.choice.objective
    if (goal.objective if goal else "reach") != objective:
        raise DisagreementError(
            f"the study's objective is {objective}, run.json has "
            f"{goal.objective if goal else 'reach'}"
        )
    try:
        return demands_of(posed, goal)
    except (RefusalError, ValueError) as error:
        raise DisagreementError(f"the goal in run.json is none of the study: {error}") from None


def _hub_rows(
    path: Path, sites: pd.DataFrame, claim: Claim, asked: int | None
) -> NDArray[np.int64]:
    """Return the rows of the coverage that are hubs."""
    try:
        ids = pd.read_csv(path, dtype=str, keep_default_na=False)["site_id"]
    except (OSError, ValueError, KeyError):
        raise DisagreementError(f"{path.name} is missing, or is no table with a site_id") from None
    rows = np.asarray(sites.index.get_indexer(pd.Index(ids)), dtype=np.int64)
    wrong = [f"hub {name!r} is no candidate place of the study" for name in ids[rows < 0]]
    wrong += [f"hub {name!r} is in {path.name} twice" for name in ids[ids.duplicated()]]
    if len(ids) != claim.plan.hubs:
        wrong.append(
            f"{path.name} has {plural(len(ids), 'hub')}, run.json claims {claim.plan.hubs:,}"
        )
    if asked is not None and len(ids) > asked:
        wrong.append(f"the plan has {plural(len(ids), 'hub')}, the study asks for {asked:,}")
    if wrong:
        raise DisagreementError(*wrong)
    return rows


def number_discrepancies(recount: Recount, claim: Claim) -> Iterator[str]:
    """Say which claims are better than what was counted."""
    claimed = claim.plan
    if claimed.objective_people > recount.high_people + COUNTED_TO_PEOPLE:
        yield (
            f"the plan is said to reach {claimed.objective_people:,.3f} people, but it reaches "
            f"{recount.high_people:,.3f}"
        )
    served = claimed.capacity.served_people if claimed.capacity is not None else 0.0
    if served > (recount.served_people or 0.0) + COUNTED_TO_PEOPLE:
        yield (
            f"the plan is said to serve {served:,.3f} people, but it serves "
            f"{recount.served_people or 0.0:,.3f}"
        )
    least = recount.bound_people - COUNTED_TO_PEOPLE
    if claimed.certified_people < least:
        yield (
            f"the multipliers are said to prove that {claimed.certified_people:,.3f} people are "
            f"the most, but they prove {recount.bound_people:,.3f}"
        )
    if claimed.bound_people < least and claimed.bound_rests_on != EXACT_SOLVER:
        yield (
            f"{claimed.bound_people:,.3f} people are said to be the most, but what is proven is "
            f"{recount.bound_people:,.3f}"
        )
    if claimed.bound_people < recount.worth_low_people - COUNTED_TO_PEOPLE:
        yield (
            f"{claimed.bound_people:,.3f} people are said to be the most, but the plan itself "
            f"{'reaches' if recount.served_people is None else 'serves'} "
            f"{recount.worth_low_people:,.3f}"
        )
    if recount.goal is not None and claimed.goal is not None:
        yield from goal_discrepancies(recount.goal, claimed.goal)
