"""The end of a choice of hubs of limited capacity: a `Plan` like any other, and who goes where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.bounds.bound import ROUNDING
from leohub.plan.capacity.certificate import Certificate
from leohub.plan.capacity.flow import assign
from leohub.plan.capacity.plan import CapacityPlan
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.stages import Choice
from leohub.plan.capacity.state import PARTS, State
from leohub.plan.findings.order import Order
from leohub.plan.findings.outcome import check_proof
from leohub.plan.plan import Plan
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.rules import Rules
from leohub.plan.stages.choice import OPTIMAL_WITHIN_PEOPLE

Floats = NDArray[np.float64]

SERVED_PEOPLE = 0.001
"""A hub that serves fewer is none: people are counted to a thousandth."""


def make_plan(choice: Choice, rules: Rules) -> Plan:
    """Lead people to the hubs once more, put them in order, and the proof beside them.

    Hubs that serve nobody and that no rule needs are left out.

    Raises
    ------
    SolverError
        If the proof contradicts the plan.
    """
    plain, instance = choice.plain, choice.problem.instance
    capacity = _capacity_plan(choice, rules)
    worth = float(capacity.assigned_people.sum())
    check_proof(worth, choice.bound_people)
    chosen = np.zeros(choice.problem.sites, dtype=np.bool_)
    chosen[capacity.hubs] = True
    order = Order(instance, chosen, rules.forbidden)
    number = len(order.hubs)
    bound = max(choice.bound_people, worth)
    return replace(
        plain,
        hubs=order.hubs,
        added_people=order.added_people[:number],
        reached_people=float(order.added_people[:number].sum()),
        worth_people=worth,
        bound_people=bound,
        # Nobody is served who is not reached: the smaller one of both certificates holds.
        certified_people=min(choice.certified_people, plain.certified_people),
        rule_costs_people=np.full(len(rules.names), np.nan),
        curve=_curve(instance, plain, order),
        story=tuple(choice.story),
        optimal=bool(bound - worth < OPTIMAL_WITHIN_PEOPLE),
        stopped_early=choice.clock.ran_out or plain.stopped_early,
        capacity=capacity,
    )


def _capacity_plan(choice: Choice, rules: Rules) -> CapacityPlan:
    state = assign(choice.problem, choice.terminals)
    hubs = np.flatnonzero(choice.terminals)
    assigned = _assigned(choice.problem, state, hubs, choice.coverage)
    served = np.asarray(assigned.sum(axis=1), dtype=np.float64)
    kept = np.flatnonzero(~rules.droppable[hubs] | (served >= SERVED_PEOPLE))
    return CapacityPlan(
        plain=choice.plain,
        hubs=hubs[kept],
        terminals=_needed(choice, hubs, served)[kept],
        assigned_people=assigned[kept],
        certified_people=choice.certified_people,
        certificate=_certificate(choice),
    )


def _needed(choice: Choice, hubs: NDArray[np.intp], served: Floats) -> NDArray[np.int8]:
    """Return the terminals at each hub, without second ones whose people the first would serve."""
    enough = served <= choice.problem.first_people[hubs] * (1 + ROUNDING)
    return np.where(enough, 1, choice.terminals[hubs]).astype(np.int8)


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


def _assigned(
    problem: Problem, state: State, hubs: NDArray[np.intp], coverage: Coverage
) -> csr_array:
    """Return how many people of each cell go to each hub: each layer as its group."""
    instance = problem.instance
    shape = (problem.sites, len(problem.need_people))
    flow = csr_array((state.flow / PARTS, problem.site_cells, problem.site_start), shape=shape)
    part = instance.layer_people / problem.need_people[instance.group]
    to_cells = csr_array(
        (part, (instance.group, instance.cells)), shape=(shape[1], coverage.shares.shape[1])
    )
    assigned = csr_array(flow[hubs] @ to_cells)
    assigned.eliminate_zeros()
    assigned.sort_indices()
    return assigned


def _certificate(choice: Choice) -> Certificate:
    problem, coverage = choice.problem, choice.coverage
    instance = problem.instance
    granted = np.clip(1 - choice.prices / problem.need_people, 0.0, 1.0)[instance.group]
    # The layers of the instance stand by cell, and end at each share that some site serves.
    by_cell = coverage.shares.tocsc()
    cell = np.repeat(np.arange(by_cell.shape[1]), np.diff(by_cell.indptr))
    ends = np.unique(np.column_stack([cell, by_cell.data]), axis=0)
    ends = ends[coverage.need_people[ends[:, 0].astype(np.intp)] > 0]
    return Certificate(instance.cells, ends[:, 1], granted, choice.rents)
