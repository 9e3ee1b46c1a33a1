"""Start: a plan made greedily, mended by moving one hub at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leohub.errors import RefusalError
from leohub.plan.conflict.feasible import find_any_plan
from leohub.plan.stages.choice import Choice
from leohub.plan.starts.draft import Draft
from leohub.plan.starts.fitting import open_fitting


def start(choice: Choice) -> None:
    """Make a first plan.

    Raises
    ------
    RefusalError
        If no plan is found that keeps to the rules.
    """
    choice.tick("greedy start", 0.0)
    rules, rows = choice.scope.task.rules, choice.instance.rows
    contradictory = bool(np.any(rules.required & rules.forbidden))
    if not rows.is_number or rows.room < 0 or contradictory:
        _start_by_rules(choice, contradictory)
        return
    draft = Draft.empty(choice.instance)
    draft.open_best(int(rows.room))
    choice.keep("start", "greedy start", draft.is_hub)
    moves = 0
    while not choice.clock.is_up() and (moved := draft.swap()):
        moves += moved
    choice.keep("start", f"{moves:,} swaps", draft.is_hub)


def _start_by_rules(choice: Choice, contradictory: bool) -> None:
    rules, coverage = choice.scope.task.rules, choice.scope.task.coverage
    is_hub = open_fitting(choice.instance)
    if choice.instance.keeps(is_hub) and not contradictory:
        choice.is_hub = is_hub
        told = f"greedy start within the rules: {choice.people():,.0f} people"
        choice.tell("start", told)
        return
    left_s = max(1.0, choice.clock.remaining_s())
    left = choice.scope.chosen(np.ones_like(choice.is_hub))
    found = find_any_plan(
        replace(rules, forbidden=rules.forbidden | ~left), coverage, time_limit_s=left_s
    )
    if found is None:
        raise RefusalError(
            "no plan was found that keeps to all rules of the study, and none was proven to be "
            f"impossible: {'; '.join(rules.names)}. Relax some of them, or give the choice "
            "more time: [choice] time_limit_s"
        )
    choice.is_hub = found[choice.scope.rows]
    choice.tell("start", f"HiGHS found a plan within the rules: {choice.people():,.0f} people")
