"""Prove: prices that bound what any plan can reach."""

from __future__ import annotations

from leohub.plan.bounds.bound import lagrangian
from leohub.plan.bounds.prices import Bound, find_bound
from leohub.plan.bounds.sifting import sift
from leohub.plan.clock import Clock
from leohub.plan.stages.choice import Choice

FIRST_ITERATIONS = 120
"""Iterations over all sites, which show which of them look good."""

ITERATIONS = 40_000
"""Most iterations over the good ones."""

SHARE = 0.4
"""Share of the remaining time that the search for prices may use up."""

NEAR = 0.02
"""Prices are good enough when they leave this share of the gap to be found."""

FINEST_TOLERANCE = 2e-5


def prove(choice: Choice, near: float = NEAR, share: float = SHARE) -> None:
    """Find a bound that no plan can exceed.

    Parameters
    ----------
    choice : Choice
    near : float
        Good enough are prices that leave this share of the gap to be found [0..1].
    share : float
        Most of the remaining time to use [0..1].
    """
    if choice.is_done():
        return
    clock = choice.clock.part(share)
    tolerance = max(near * max(choice.gap, choice.good_enough), FINEST_TOLERANCE)
    bound = _find(choice, tolerance, clock)
    choice.end = bound.end
    choice.clock.ran_out |= clock.ran_out
    if bound.people >= lagrangian(choice.instance, choice.prices):
        return
    choice.prices = bound.prices
    fixed_people = choice.scope.fixed_people
    choice.bound_people = min(choice.bound_people, fixed_people + bound.people)
    choice.tell(
        "bound",
        f"Lagrangian bound after {bound.iterations:,} iterations: no plan within the rules "
        f"reaches more than {fixed_people + bound.people:,.0f} people "
        f"(gap {100 * choice.gap:.2f} %); "
        "this kind of proof cannot show less than "
        f"{fixed_people + bound.fractional_people:,.0f}",
    )


def _find(choice: Choice, tolerance: float, clock: Clock) -> Bound:
    def tick(share: float) -> None:
        choice.tick("proof", share)

    at = choice.end
    if at is None:
        first = find_bound(
            choice.instance,
            tolerance=tolerance,
            iterations=FIRST_ITERATIONS,
            time_is_up=clock.is_up,
            tick=tick,
        )
        if first.people - first.fractional_people <= tolerance * first.people or first.end is None:
            return first
        at = first.end
    return sift(
        choice.instance,
        at,
        tolerance=tolerance,
        iterations=ITERATIONS,
        time_is_up=clock.is_up,
        tick=tick,
    )
