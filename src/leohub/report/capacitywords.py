"""Hubs that serve only so many people: what the plan says of it, in words and in figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from leohub.plan.capacity.plan import CapacityPlan
from leohub.plan.plan import Plan
from leohub.plan.story import Stage, Step
from leohub.report.numerals import count, percent, plural, usd
from leohub.study.results import Results
from leohub.study.settings import MODELLED

FULL: Final = 0.999
"""Hubs that serve this share of what they may are full [0..1]."""


def capacity_record(results: Results) -> dict[str, Any] | None:
    """Return the figures under names that carry their units; None without such a limit."""
    found = results.plan.capacity
    if found is None:
        return None
    return {
        "served_people": float(results.plan.worth_people),
        "bound_people": float(results.plan.bound_people),
        "certified_people": float(found.certified_people),
        "reached_people": float(results.plan.reached_people),
        "reach_bound_people": float(results.plan.reach_bound_people),
        "people_per_hub": results.study.choice.people_per_hub,
        "full_hubs": _full_hubs(results, found),
        "terminals": int(found.terminals.sum()),
        "second_terminals": int((found.terminals > 1).sum()),
    }


def served_sentence(results: Results) -> str:
    """Say how many of the people in reach the hubs serve; empty without such a limit."""
    found = results.plan.capacity
    if found is None:
        return ""
    share = results.plan.worth_people / max(results.plan.reached_people, 1e-9)
    full = _full_hubs(results, found)
    return (
        f"They would serve {count(results.plan.worth_people)} of these people ({percent(share)}), "
        f"each at one hub: {limit_words(results)}. {_full_words(full, len(found.hubs))}"
        f"{_second_words(results, found)}{_crowded_words(results)}"
    )


def _full_words(full: int, hubs: int) -> str:
    """Say how many hubs are full, and what that means where all of them are."""
    if full < max(hubs, 1):
        return f"{plural(full, 'hub is', 'hubs are')} full."
    return (
        "Every hub is full: other places that fill up as well serve as many, and the search began "
        "with the places that reach the most."
    )


def _second_words(results: Results, found: CapacityPlan) -> str:
    """Say how many hubs have a second terminal, and what one costs."""
    second, number = results.demands.second, int((found.terminals > 1).sum())
    if second is None:
        return ""
    if not number:
        return " No hub has a second terminal: nowhere it serves enough more people for its price."
    return (
        f" {plural(number, 'hub has', 'hubs have')} a second terminal, at "
        f"{usd(second.capital_usd)} to build and {usd(second.monthly_usd)} a month to run each."
    )


def _crowded_words(results: Results) -> str:
    """Say where more hubs share a service cell than a modelled limit is for."""
    choice = results.study.choice
    known = choice.people_per_hub == MODELLED and choice.most_hubs_per_service_cell is None
    if not known or results.estimate is None:
        return ""
    crowded = int((results.estimate.hubs["hubs_in_cell"] > 1).sum())
    if not crowded:
        return ""
    return (
        f" {plural(crowded, 'hub shares', 'hubs share')} a service cell with more of the plan than "
        "that, and would serve fewer: most_hubs_per_service_cell keeps hubs apart."
    )


def served_of_promise(results: Results, promise_people: float) -> str:
    """Say which part of a promise is served; empty without such a limit."""
    if results.plan.capacity is None:
        return ""
    share = results.plan.worth_people / promise_people
    return f", and serve {percent(share)} of it within the limit"


def limit_words(results: Results) -> str:
    """Say where the limit comes from."""
    choice, found = results.study.choice, results.plan.capacity
    capacity = results.demands.capacity
    if found is None or capacity is None:
        return ""
    if choice.people_per_hub != MODELLED:
        more = f", or {capacity.second_people[0]:,.10g} more with a second terminal"
        return (
            f"by the study one hub serves at most {choice.people_per_hub:,.10g} people"
            f"{more if choice.second_terminal else ''}"
        )
    first = _span(capacity.first_people[found.hubs])
    second = _span(capacity.second_people[found.hubs])
    more = f", and a second one {second} more" if choice.second_terminal else ""
    return (
        f"as modelled, on assumed use, one terminal serves {first} people well at these "
        f"hubs{more}, if {_together_words(choice.most_hubs_per_service_cell)}"
    )


def _together_words(most: int | str | None) -> str:
    if isinstance(most, str):
        return "each service cell were as full of the plan's as it has room for"
    return f"{plural(most or 1, 'hub')} of the plan stood in each service cell"


def _span(people: NDArray[np.float64]) -> str:
    least, most = (count(float(end)) for end in (people.min(), people.max()))
    return least if least == most else f"{least} to {most}"


def _full_hubs(results: Results, found: CapacityPlan) -> int:
    capacity = results.demands.capacity
    assert capacity is not None
    second = capacity.second_people[found.hubs] * (found.terminals > 1)
    return int((found.served_people >= FULL * (capacity.first_people[found.hubs] + second)).sum())


def capacity_story(plan: Plan, found: CapacityPlan) -> Iterator[tuple[str, str]]:
    """Yield what the search for a plan within the limit did, stage by stage."""
    steps = plan.story[len(found.plain.story) :]
    yield (
        "No limit",
        f"hubs that would reach {count(found.plain.reached_people)} people serve "
        f"{count(steps[0].reached_people)} within the limit",
    )
    starts, searches = _of(steps, "start"), _of(steps, "search")
    if starts:
        yield "Start", f"{count(starts[-1].reached_people)} people served: these hubs, or others"
    bounds = _of(steps, "bound")
    if bounds:
        yield (
            "Bound",
            f"proven: no plan can serve more than {count(bounds[-1].bound_people)} people",
        )
    if searches:
        rounds = plural(len(searches), "round")
        yield "Search", f"{count(searches[-1].reached_people)} people served after {rounds}"
    if _of(steps, "stop"):
        yield "Close", "stopped by Ctrl-C before the end: this is the best plan so far"


def _of(steps: Sequence[Step], stage: Stage) -> list[Step]:
    return [step for step in steps if step.stage == stage]
