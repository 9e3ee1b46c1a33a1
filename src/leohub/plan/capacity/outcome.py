"""The end of a choice of hubs of limited capacity: a `Plan` like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.capacity.choice import Tick, choose_with_capacity
from leohub.plan.capacity.plan import CapacityPlan
from leohub.plan.capacity.room import Capacity
from leohub.plan.instance import Instance
from leohub.plan.order import Order
from leohub.plan.plan import Plan
from leohub.plan.rules.rules import Rules
from leohub.plan.stages import OPTIMAL_WITHIN_PEOPLE
from leohub.plan.task import Task

SERVED_PEOPLE = 0.001
"""A hub that serves fewer is none: people are counted to a thousandth."""


def choose_within_capacity(
    coverage: Coverage,
    capacity: Capacity,
    rules: Rules,
    *,
    choose: Callable[[Coverage, Rules], Plan],
    seed: int,
    time_limit_s: float,
    gap: float,
    tick: Tick = lambda stage, share: None,
) -> Plan:
    """Choose the hubs that serve the most people, and tell of them as of any plan.

    What the plan is worth, its bound and gap are about people served; `reached_people`,
    `added_people` and the curve about all who live in reach of a hub, served or not. Parameters and
    errors as for `leohub.plan.capacity.choice.choose_with_capacity`.
    """
    found = choose_with_capacity(
        coverage,
        capacity,
        rules,
        choose=choose,
        seed=seed,
        time_limit_s=time_limit_s,
        gap=gap,
        tick=tick,
    )
    return _as_plan(coverage, rules, _needed(found, rules))


def _needed(found: CapacityPlan, rules: Rules) -> CapacityPlan:
    """Leave out hubs that serve nobody and that no rule needs."""
    kept = ~rules.droppable[found.hubs] | (found.served_people >= SERVED_PEOPLE)
    if kept.all():
        return found
    assigned = found.assigned_people[np.flatnonzero(kept)]
    return replace(
        found,
        hubs=found.hubs[kept],
        terminals=found.terminals[kept],
        assigned_people=assigned,
        reached_people=float(assigned.sum()),
    )


def _as_plan(coverage: Coverage, rules: Rules, found: CapacityPlan) -> Plan:
    instance = Instance.of(Task.of(coverage, rules))
    chosen = np.zeros(coverage.shares.shape[0], dtype=np.bool_)
    chosen[found.hubs] = True
    order = Order(instance, chosen, rules.forbidden)
    number = len(order.hubs)
    reached = float(order.added_people[:number].sum())
    return replace(
        found.plain,
        hubs=order.hubs,
        added_people=order.added_people[:number],
        reached_people=reached,
        worth_people=found.reached_people,
        bound_people=max(found.bound_people, found.reached_people),
        # Nobody is served who is not reached: the smaller one of both certificates holds.
        certified_people=min(found.certified_people, found.plain.certified_people),
        rule_costs_people=np.full(len(rules.names), np.nan),
        curve=_curve(instance, found.plain, order),
        story=found.story,
        optimal=bool(found.bound_people - found.reached_people < OPTIMAL_WITHIN_PEOPLE),
        stopped_early=found.stopped_early or found.plain.stopped_early,
        capacity=found,
    )


def _curve(instance: Instance, plain: Plan, order: Order) -> NDArray[np.float64]:
    """Return people reached by these hubs, and further ones, under the bound of the plain choice.

    Beyond the numbers of hubs that the plain choice has a bound for, everyone in reach of any site
    is one.
    """
    reached = np.cumsum(order.added_people)
    bound = np.full(len(reached), float(instance.need_people.sum()))
    known = min(len(reached), len(plain.curve))
    bound[:known] = plain.curve[:known, 2]
    numbers = np.arange(1, len(reached) + 1)
    return np.column_stack([numbers, reached, np.maximum(bound, reached)])
