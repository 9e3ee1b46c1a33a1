"""The choice of hubs: `Coverage` in, `Plan` out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.people.coverage import Coverage
from leohub.plan.clock import Clock
from leohub.plan.findings.outcome import make_plan
from leohub.plan.plan import Plan
from leohub.plan.rules.rules import Rules
from leohub.plan.solver.exact import Solver
from leohub.plan.stages.choice import Choice, Tick
from leohub.plan.stages.close import close
from leohub.plan.stages.divide import divide
from leohub.plan.stages.improve import improve, walk
from leohub.plan.stages.prove import prove
from leohub.plan.stages.scope import Scope
from leohub.plan.stages.start import start
from leohub.plan.task import Task

USUAL_LIMIT_S = 120.0
"""Whoever gives more time than that gets longer walks: they find more than many short ones."""

ROUGHLY = 0.1
"""Prices for the first walks need not be better than that share of the gap."""

MANY_SITES = 500
"""With more sites than this HiGHS will be needed, and starts while others work."""

COSTS_SHARE = 0.2
"""Share of the time limit that may be used to find what the rules cost, on top of it."""


def choose_hubs(
    coverage: Coverage,
    rules: Rules,
    *,
    weight: NDArray[np.float64] | None = None,
    seed: int,
    time_limit_s: float,
    gap: float,
    exact_limit_pairs: int,
    price_rules: bool = True,
    tick: Tick = lambda stage, share: None,
) -> Plan:
    """Choose the hubs that newly reach the most people, within rules.

    The problem is stated in `leohub.plan.problem.instance`, its proof in
    `leohub.plan.bounds.bound`. Ctrl-C ends the search, not the choice: the best plan so far is
    returned, and says that it stopped early.

    Parameters
    ----------
    coverage : Coverage
        Which site would serve which cell, and what each cell is worth [people].
    rules : Rules
        What the plan must keep to; the first rule is its size. Sites that add nobody are not
        chosen unless a rule needs them.
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site is worth, in (0, 1]. Default: 1.
    seed : int
        Of the random part of the search. The same seed gives the same plan, unless the plan says
        that it stopped early.
    time_limit_s : float
        Wall time for the whole choice [s]. A first plan is made in any case.
    gap : float
        Good enough: a proven gap of this size ends the search [0..1].
    exact_limit_pairs : int
        What the proof leaves open is given to the exact solver as a whole if it has at most so
        many site-cell pairs.
    price_rules : bool
        Whether to find what each rule costs, in up to a fifth of the time limit on top.
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Returns
    -------
    Plan

    Raises
    ------
    SolverError
        If the proof contradicts the plan.
    RefusalError
        If no plan is found that keeps to the rules.
    """
    clock = Clock(time_limit_s)
    task = Task.of(coverage, rules, weight)
    patience = max(1.0, time_limit_s / USUAL_LIMIT_S)
    with Solver() as solver:
        choice = Choice(Scope.of(task), clock, seed, gap, tick, patience, solver)
        start(choice)
        try:
            _search(choice, exact_limit_pairs)
        except KeyboardInterrupt:
            choice.interrupt()
    return make_plan(choice, coverage, rules, COSTS_SHARE * time_limit_s if price_rules else 0.0)


def _search(choice: Choice, exact_limit_pairs: int) -> None:
    if len(choice.instance.sites) > MANY_SITES:
        choice.solver.warm_up()
    prove(choice, near=ROUGHLY)
    walk(choice)
    prove(choice)
    divide(choice)
    improve(choice)
    prove(choice)
    close(choice, exact_limit_pairs)


def first_hubs(
    coverage: Coverage,
    rules: Rules,
    *,
    weight: NDArray[np.float64] | None = None,
    time_limit_s: float,
) -> NDArray[np.intp]:
    """Return the hubs that a choice begins with: quick, within the rules, without a proof.

    Parameters
    ----------
    coverage, rules, weight
        As for `choose_hubs`.
    time_limit_s : float
        For a plan within the rules, where a greedy one does not meet them, and for mending it [s].

    Returns
    -------
    ndarray of int
        Rows of the coverage, ascending.

    Raises
    ------
    RefusalError
        If no plan is found that keeps to the rules.
    """
    scope = Scope.of(Task.of(coverage, rules, weight))
    with Solver() as solver:
        choice = Choice(scope, Clock(time_limit_s), 0, 0.0, lambda stage, share: None, 1.0, solver)
        start(choice)
    return np.flatnonzero(scope.chosen(choice.is_hub))
