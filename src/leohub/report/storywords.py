"""The story of the search for a plan, in a few lines that a planner can follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from leohub.plan.plan import Plan
from leohub.plan.story import Stage, Step
from leohub.report.capacitywords import capacity_story
from leohub.report.numerals import WEIGHTS, count, percent_at_most, plural

WHOLE: Final = 0.5
"""Less than this is nobody [people]."""


def story_lines(plan: Plan, *, weighed: bool = False) -> dict[str, str]:
    """Return what the choice did, stage by stage, most of a line each.

    Parameters
    ----------
    plan : Plan
    weighed : bool
        Whether kinds of places have weights, by which the choice counts people.

    Returns
    -------
    dict of str to str
        Title → words, in the order of the work: at most `Count`, `Reduce`, `Start`, `Bound`,
        `Search`, `Close` and `Gap`; `No limit` where hubs serve only so many people.
        Stages that there was no need or time for are left out.
    """
    if plan.capacity is not None:
        reduced = _reduced(plan.capacity.plain.story)
        return {
            **({"Reduce": reduced} if reduced else {}),
            **dict(capacity_story(plan, plan.capacity)),
            "Gap": _gap(plan),
        }
    told = {
        "Count": f"people count {WEIGHTS} of places" if weighed else "",
        "Reduce": _reduced(plan.story),
        "Start": _started(plan.story),
        "Bound": _bounded(plan.story),
        "Search": _searched(plan.story),
        "Close": _closed(plan.story),
        "Gap": _gap(plan),
    }
    return {title: words for title, words in told.items() if words}


def _of(story: Sequence[Step], *stages: Stage) -> list[Step]:
    return [step for step in story if step.stage in stages]


def _reduced(story: Sequence[Step]) -> str:
    for step in _of(story, "reduce"):
        said = {name: count(number) for name, number in step.counts.items()}
        return (
            f"{said['cells']} cells to {said['groups']} that matter and differ, "
            f"{said['sites']} places to {said['sites_left']}"
        )
    return ""


def _started(story: Sequence[Step]) -> str:
    starts = _of(story, "start")
    if not starts:
        return ""
    return (
        f"{count(starts[-1].reached_people)} people: the best place, then the next best, "
        "then single hubs moved"
    )


def _bounded(story: Sequence[Step]) -> str:
    bounds = _of(story, "bound")
    if not bounds:
        return ""
    return f"proven: no plan can reach more than {count(bounds[-1].bound_people)} people"


def _searched(story: Sequence[Step]) -> str:
    starts, searches = _of(story, "start"), _of(story, "search")
    if not (starts and searches):
        return ""
    found = searches[-1].reached_people
    more = found - starts[-1].reached_people
    rounds = plural(len(searches), "round")
    return f"{count(found)} people after {rounds}: {count(more)} more than the start"


def _closed(story: Sequence[Step]) -> str:
    """Say what was done to bring plan and bound together at last."""
    if _of(story, "stop"):
        return "stopped by Ctrl-C before the end: this is the best plan so far"
    closing = _of(story, "close", "exact")
    if not closing:
        return ""
    before = next(step for step in reversed(story) if step.stage not in ("close", "exact"))
    lowered = before.bound_people - closing[-1].bound_people
    parts = [f"bound down by {count(lowered)} people"] if lowered >= WHOLE else []
    parts += [_settled(step, story) for step in closing if step.counts][-1:]
    return "; ".join(parts) or "nothing more could be proven"


def _settled(step: Step, story: Sequence[Step]) -> str:
    """Say how many places are decided, and what became of the others."""
    shut, sure, still_open = (step.counts[name] for name in ("shut", "sure", "open"))
    solved = any(exact.bound_people - exact.reached_people < WHOLE for exact in _of(story, "exact"))
    fate = "solved exactly" if solved else "too many to solve exactly in time"
    if not shut + sure:
        return f"{plural(still_open, 'place')}, none ruled out: {fate}"
    return f"{count(shut)} places ruled out, {count(sure)} certain, {count(still_open)} {fate}"


def _gap(plan: Plan) -> str:
    """Say what is left between the plan and the bound."""
    if plan.optimal:
        return f"none: no plan {'reaches' if plan.capacity is None else 'serves'} more"
    left = max(0.0, plan.bound_people - plan.worth_people)
    cut = "; the time was up" * plan.stopped_early
    return (
        f"at most {count(left)} people ({percent_at_most(plan.gap)}) below the best there is{cut}"
    )
