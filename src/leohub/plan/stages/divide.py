"""Divide: the best hubs of every region at the rents that the prices ask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.errors import SolverError
from leohub.plan.clock import Clock
from leohub.plan.regions.relaxation import Relaxation
from leohub.plan.regions.shareout import share_out
from leohub.plan.regions.tighten import Tightened, tighten
from leohub.plan.stages.choice import OPTIMAL_WITHIN_PEOPLE, Choice
from leohub.plan.starts.draft import Draft

HUBS_EACH = (6.0, 12.0, 24.0, 36.0, 48.0)
"""Hubs of a region, round by round."""

SHARE = 0.4
"""Share of the remaining time that regions may use up before the search."""

TIGHTER = 0.9
"""A round is worth the next one if it leaves at most this share of the gap."""

HOPEFUL = 0.01
"""With a larger gap the relaxation is too loose for regions to close it: walks come first."""

CLOSE_TO_BOUND = 6e-4
"""A gap this small is closed by regions and the exact solver, not by a search for other plans."""

BORDERS = 0.25
"""Hubs are shared out where at most this share of the gap is due to cells on borders."""


def divide(choice: Choice) -> None:
    """Solve region by region, in larger and larger regions, as long as they are easy.

    That bounds what any plan can reach, shows which sites are in no better plan, and makes a plan
    of the best hubs of every region.
    """
    if choice.is_settled() or choice.gap > HOPEFUL:
        return
    clock = choice.clock.part(SHARE)
    for hubs_each in HUBS_EACH:
        before = choice.gap
        easy = solve_regions(choice, hubs_each, clock, if_easy=True)
        if choice.is_done() or clock.is_up() or not easy:
            return
        choice.easy_hubs = hubs_each
        if not pays(before, choice.gap):
            return


def pays(before: float, after: float) -> bool:
    """Tell whether larger regions are worth their time, by the gaps around the last round."""
    return after <= CLOSE_TO_BOUND or after <= min(TIGHTER * before, HOPEFUL)


def solve_regions(choice: Choice, hubs_each: float, clock: Clock, *, if_easy: bool) -> bool:
    """Solve region by region: a bound, sites to shut, a plan. Tell whether that was easy.

    Parameters
    ----------
    choice : Choice
    hubs_each : float
        Most hubs of a region.
    clock : Clock
    if_easy : bool
        Whether to stop when HiGHS cannot solve most regions soon.
    """
    choice.shut |= choice.settled()[0]
    try:
        tightened = tighten(
            choice.instance,
            choice.prices,
            choice.fractional,
            choice.is_hub,
            ~choice.shut,
            choice.people() - choice.scope.fixed_people,
            tolerance_people=OPTIMAL_WITHIN_PEOPLE,
            hubs_each=hubs_each,
            if_easy=if_easy,
            patience=choice.patience,
            solver=choice.solver,
            clock=clock,
            tick=lambda share: choice.tick("region by region", share),
        )
        _take(choice, tightened)
        if tightened.easy and _is_for_sharing(choice, tightened.relaxation):
            _share_out(choice, tightened.relaxation, clock)
    except SolverError as error:
        # The plan and its proof stand without HiGHS.
        choice.tell("close", str(error))
        return False
    finally:
        choice.clock.ran_out |= clock.ran_out
    return tightened.easy


def _take(choice: Choice, tightened: Tightened) -> None:
    # Sites that were left out are in no plan that reaches more than this one.
    choice.lower_bound_to(tightened.people)
    choice.shut |= tightened.shut
    choice.keep("search", "the best of every region", _within_rows(choice, tightened.is_hub))
    choice.tell(
        "close",
        f"Bound by {tightened.regions:,} regions, {tightened.solved:,} of them tightened by "
        f"HiGHS: {choice.bound_people:,.0f} people (gap {100 * choice.gap:.3f} %)",
    )


def _is_for_sharing(choice: Choice, relaxation: Relaxation) -> bool:
    """Tell whether what is left open is how many hubs each region gets."""
    if not choice.instance.rows.is_number or relaxation.rent <= 0 or choice.is_done():
        return False
    spare_people = relaxation.people - (choice.people() - choice.scope.fixed_people)
    is_close = choice.gap <= CLOSE_TO_BOUND
    return is_close and relaxation.people_at_borders <= BORDERS * spare_people


def _share_out(choice: Choice, relaxation: Relaxation, clock: Clock) -> None:
    """Share the hubs out among regions that are solved: a bound, sites to shut, a plan."""
    shared = share_out(
        relaxation,
        choice.people() - choice.scope.fixed_people,
        tolerance_people=OPTIMAL_WITHIN_PEOPLE,
        solver=choice.solver,
        clock=clock,
        tick=lambda share: choice.tick("sharing hubs out", share),
    )
    sites = relaxation.part.sites
    choice.lower_bound_to(shared.people)
    choice.shut[sites[shared.shut]] = True
    is_hub = np.zeros_like(choice.is_hub)
    is_hub[sites[shared.is_hub]] = True
    choice.keep("search", "shared out among regions", _within_rows(choice, is_hub))
    choice.tell(
        "close",
        f"Bound by how many hubs each region gets, which took {shared.questions:,} questions to "
        f"HiGHS: {choice.bound_people:,.0f} people (gap {100 * choice.gap:.3f} %)",
    )


def _within_rows(choice: Choice, is_hub: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a plan with as many hubs as there is room for; the present one if rules differ."""
    rows = choice.instance.rows
    if not rows.is_number:
        return is_hub if choice.instance.keeps(is_hub) else choice.is_hub
    draft = Draft.empty(choice.instance)
    draft.open_best(int(rows.room), among=is_hub)
    draft.open_best(int(rows.room) - int(draft.is_hub.sum()))
    while not choice.clock.is_up() and draft.swap():
        pass
    return draft.is_hub
