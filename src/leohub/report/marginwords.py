"""What the last hubs of a plan add and what a few more would, in words."""

from __future__ import annotations

from leohub.plan.findings.margin import Margin
from leohub.report.numerals import count, plural


def margin_sentence(found: Margin, *, ruled: bool = False) -> str:
    """Say what the last hubs add, what the next would, and what is proven of both.

    Parameters
    ----------
    found : Margin
    ruled : bool
        Whether the plan keeps to rules besides its size, which the next hubs were not asked for.
    """
    if found.hubs == 0:
        return ""
    return f"{_last(found)} {_next(found, ' if no rule stood in the way' * ruled)}"


def _last(found: Margin) -> str:
    several = found.last_hubs > 1
    said = (
        f"The last {found.last_hubs} hubs add {_with_each(found.last_people, found.last_hubs)}"
        if several
        else f"The last hub adds {count(found.last_people)} people"
    )
    fewer = found.hubs - found.last_hubs
    if round(found.last_least_people) == 0 or fewer == 0:
        return f"{said}."
    return (
        f"{said}; any choice of {plural(fewer, 'place')} reaches at least "
        f"{count(found.last_least_people)} fewer."
    )


def _next(found: Margin, unless: str) -> str:
    if found.next_hubs == 0 or round(found.next_people) == 0:
        return "No further place would add anybody."
    more = found.next_hubs
    said = (
        f"The next {more} would add {_with_each(found.next_people, more)}{unless}"
        if more > 1
        else f"The next one would add {count(found.next_people)} people{unless}"
    )
    return (
        f"{said}; no choice of {plural(found.hubs + more, 'place')} can reach more than "
        f"{count(found.next_most_people)} beyond this plan."
    )


def _with_each(people: float, hubs: int) -> str:
    return f"{count(people)} people ({count(people / hubs)} each)"
