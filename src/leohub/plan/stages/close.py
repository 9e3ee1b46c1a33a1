"""Close: leave out what cannot be in the best plan, and solve the rest exactly if it is small."""

from __future__ import annotations

from leohub.errors import SolverError
from leohub.plan.problem.instance import Instance
from leohub.plan.solver.highs import Answer, Job
from leohub.plan.stages.choice import Choice
from leohub.plan.stages.divide import HUBS_EACH, pays, solve_regions

FEW_SITES = 500
"""So few sites are taken as easy for HiGHS, region by region."""


def close(choice: Choice, exact_limit_pairs: int) -> None:
    """Settle site by site, region by region, and at last as a whole.

    Parameters
    ----------
    choice : Choice
    exact_limit_pairs : int
        What is left open is given to HiGHS as a whole if it has at most so many pairs.
    """
    if choice.is_done() or choice.is_hub.all():
        return
    if choice.is_hub.any():
        _tighten(choice)
    if not choice.is_done():
        _solve_rest(choice, exact_limit_pairs)


def _tighten(choice: Choice) -> None:
    """Solve region by region once more, in larger regions than those that were easy so far."""
    for hubs_each in HUBS_EACH:
        if hubs_each <= choice.easy_hubs:
            continue
        if choice.clock.is_up():
            return
        before = choice.gap
        is_tried = choice.easy_hubs == 0 and len(choice.instance.sites) > FEW_SITES
        easy = solve_regions(choice, hubs_each, choice.clock, if_easy=is_tried)
        if choice.is_done() or (is_tried and not easy) or not pays(before, choice.gap):
            return


def _solve_rest(choice: Choice, exact_limit_pairs: int) -> None:
    settled, sure = choice.settled()
    shut = choice.shut | settled
    sure &= ~shut
    rest = choice.instance.only(~shut & ~sure, fixed=sure)
    found = (
        f"{int(shut.sum()):,} sites cannot be in the best plan and {int(sure.sum()):,} must "
        f"be: {len(rest.sites):,} sites with {rest.pairs:,} pairs are left"
    )
    counts = {"shut": int(shut.sum()), "sure": int(sure.sum()), "open": len(rest.sites)}
    if rest.pairs > exact_limit_pairs:
        too_large = f"{found}, above the limit of {exact_limit_pairs:,} for HiGHS"
        choice.tell("close", too_large, counts)
        return
    if choice.clock.is_up():
        choice.tell("close", f"{found}; no time left for HiGHS", counts)
        return
    choice.tell("close", found, counts)
    choice.tick("exact solver", 0.0)
    answer = _ask(choice, rest)
    if answer is not None:
        is_hub = sure.copy()
        is_hub[rest.sites[answer.is_hub]] = True
        bound = choice.instance.people_reached(sure) + answer.bound_people
        # Sites that were left out are in no plan that reaches more than this one.
        choice.lower_bound_to(bound)
        told = f"HiGHS (bound {choice.scope.fixed_people + bound:,.0f})"
        choice.keep("exact", told, is_hub)


def _ask(choice: Choice, rest: Instance) -> Answer | None:
    job = Job(rest, choice.is_hub[rest.sites], choice.clock.remaining_s())
    try:
        answer = choice.solver.solve(job)
    except SolverError as error:
        # The plan and its proof stand without HiGHS.
        choice.tell("close", str(error))
        return None
    if answer is None or not answer.in_time:
        choice.clock.ran_out = True
    if answer is None:
        choice.tell("close", "HiGHS gave no answer in the time that was left")
    return answer
