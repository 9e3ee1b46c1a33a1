"""The end of a choice: its hubs in order of what they add, and the proof beside them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SolverError
from leohub.people.coverage import Coverage
from leohub.plan.clock import Clock
from leohub.plan.findings.curve import bound_curve
from leohub.plan.findings.order import Order
from leohub.plan.findings.rulecosts import find_rule_costs
from leohub.plan.plan import Plan
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.rules import Rules
from leohub.plan.stages.choice import OPTIMAL_WITHIN_PEOPLE, Choice
from leohub.plan.starts.draft import Draft
from leohub.plan.task import Task

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def make_plan(choice: Choice, coverage: Coverage, rules: Rules, costs_s: float) -> Plan:
    """Put the hubs in order of what they add, and the proof beside them.

    Parameters
    ----------
    choice : Choice
    coverage : Coverage
        Without weights: what is told of the plan are people.
    rules : Rules
        Over the cells of that.
    costs_s : float
        Longest time to find what each rule costs [s].

    Raises
    ------
    SolverError
        If the proof contradicts the plan.
    """
    weighed = choice.scope.task.coverage is not coverage
    counting = Instance.of(Task.of(coverage, rules)) if weighed else choice.scope.whole
    chosen = _needed(choice)
    in_order = Order(counting, chosen, rules.forbidden)
    hubs, added = in_order.hubs, in_order.added_people
    worth = choice.people() if weighed else float(added[: len(hubs)].sum())
    check_proof(worth, choice.bound_people)
    return Plan(
        hubs=hubs,
        added_people=added[: len(hubs)],
        reached_people=float(added[: len(hubs)].sum()),
        worth_people=worth,
        bound_people=max(choice.bound_people, worth),
        certified_people=choice.scope.certified_people(choice.prices),
        granted_people=_granted(choice),
        row_prices=_row_prices(choice),
        rule_costs_people=_rule_costs(choice, costs_s),
        curve=_curve(choice, counting, added, len(hubs), weighed),
        story=tuple(choice.story),
        optimal=bool(choice.bound_people - worth < OPTIMAL_WITHIN_PEOPLE),
        stopped_early=choice.clock.ran_out,
    )


def _needed(choice: Choice) -> Bools:
    """Return the plan without hubs that add nobody and that no rule needs."""
    scope, whole = choice.scope, choice.scope.whole
    chosen = scope.chosen(choice.is_hub)
    left = chosen[whole.sites]
    adding = Draft.empty(whole).open_best(int(chosen.sum()), among=left)
    idle = left & scope.task.rules.droppable[whole.sites]
    idle[adding] = False
    for hub in np.flatnonzero(idle).tolist():
        left[hub] = False
        # People who are worth nothing to the plan may count in a rule.
        left[hub] = not whole.keeps(left)
    chosen[whole.sites] = left
    return chosen


def _granted(choice: Choice) -> Floats:
    whole, of_rows = choice.scope.whole, choice.prices.rows
    left = whole.layer_worth(of_rows) - whole.layer_prices(
        choice.scope.whole_prices(choice.prices), of_rows
    )
    cells = len(choice.scope.task.worth)
    return np.bincount(whole.cells, np.maximum(left, 0.0), minlength=cells).astype(np.float64)


def _row_prices(choice: Choice) -> Floats:
    """Return the multiplier of each row of the rules; 0 for the size, which is none of them."""
    size = len(choice.scope.task.rules.limits) - len(choice.prices.rows)
    return np.concatenate([np.zeros(size), choice.prices.rows])


def _rule_costs(choice: Choice, costs_s: float) -> Floats:
    """Return what each rule costs; nan for the size, which is what the plan is about."""
    rules = choice.scope.task.rules
    size = len(rules.limits) - len(choice.prices.rows)
    costs = np.full(len(rules.names), np.nan)
    if choice.end is not None and len(choice.prices.rows):
        choice.tick("what the rules cost", 0.0)
        clock = Clock(0.0 if choice.interrupted else costs_s)
        costs = find_rule_costs(
            choice.instance, choice.end, rules.rule[size:], len(rules.names), clock
        )
    if size:
        costs[rules.rule[0]] = np.nan
    return costs


def _curve(choice: Choice, counting: Instance, added: Floats, hubs: int, weighed: bool) -> Floats:
    reached = np.cumsum(added)
    same = not weighed and choice.scope.whole.rows.is_number
    prices = (
        choice.scope.whole_prices(choice.prices)
        if not weighed
        else np.zeros_like(counting.need_people)
    )
    proven = bound_curve(counting, prices, hubs, len(added), choice.clock)
    if same:
        # What more hubs can not exceed, fewer can not either.
        proven[:hubs] = np.minimum(proven[:hubs], choice.bound_people)
    check_proof(reached, proven)
    return np.column_stack([np.arange(1, len(added) + 1), reached, np.maximum(proven, reached)])


def check_proof(reached_people: float | Floats, bound_people: float | Floats) -> None:
    """Refuse a bound that a known plan exceeds by more than the rounding of its sum."""
    if np.any(reached_people > np.asarray(bound_people) * (1 + 1e-9) + 1e-6):
        raise SolverError(
            f"a plan reaches {reached_people} people, but {bound_people} was proven to be the "
            "most: the proof is wrong"
        )
