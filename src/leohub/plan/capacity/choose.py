"""`choose_within_capacity`: `Coverage` in, `Plan` of hubs that serve only so many people out."""

from __future__ import annotations

from collections.abc import Callable

from leohub.people.coverage import Coverage
from leohub.plan.capacity.outcome import make_plan
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.room import Capacity
from leohub.plan.capacity.stages import BOUND_SHARE, Choice, Tick
from leohub.plan.clock import Clock
from leohub.plan.plan import Plan
from leohub.plan.rules.rules import Rules


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
    """Choose the hubs that serve the most people when each serves only so many.

    The problem is stated in `leohub.plan.capacity.problem`, its proof in
    `leohub.plan.capacity.bound`. First the hubs are chosen as if there were no limit. If those can
    serve everyone whom they reach, they are the answer, with their own bound. If not, the search
    begins there. Ctrl-C ends it and keeps the best plan so far.

    Parameters
    ----------
    coverage : Coverage
    capacity : Capacity
    rules : Rules
        Without rules about people reached.
    choose : callable
        Chooses hubs without a limit to capacity that keep the rules.
    seed : int
        Of the random part of the search.
    time_limit_s : float
        Wall time for what follows that choice [s].
    gap : float
        Good enough: a proven gap of this size ends the search [0..1].
    tick : callable
        Told a stage and the share of it that is done [0..1].

    Returns
    -------
    Plan
        What it is worth, its bound and gap are about people served; `reached_people`,
        `added_people` and the curve about all who live in reach of a hub, served or not.

    Raises
    ------
    ValueError
        If a rule counts people reached, or the parts are not of one problem.
    SolverError
        If the proof contradicts the plan.
    """
    problem = Problem.of(coverage, capacity, rules)
    plain = choose(coverage, rules)
    choice = Choice(problem, coverage, plain, Clock(time_limit_s), seed, gap, tick)
    if not choice.everyone_is_served:
        try:
            choice.start()
            choice.prove(BOUND_SHARE)
            choice.improve()
            choice.prove(1.0)
        except KeyboardInterrupt:
            choice.interrupt()
    return make_plan(choice, rules)
