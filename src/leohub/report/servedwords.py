"""Why a candidate place is a hub or not where hubs serve only so many, in words and figures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from leohub.report.numerals import count, plural
from leohub.report.placewords import named
from leohub.report.runnerup import by_how_much
from leohub.study.servedexplanation import ServedExplanation


def served_in_words(sites: pd.DataFrame, why: ServedExplanation) -> list[str]:
    """Return sentences that say why a place is in a plan or out, and what would change that."""
    said = _why_in(sites, why) if why.rank else _why_out(sites, why)
    return [*said, *_second(why), _proven(why)]


def served_figures(sites: pd.DataFrame, why: ServedExplanation) -> dict[str, Any]:
    """Return the same as numbers, ready for JSON."""
    site, reasons = sites.iloc[why.site], why.reasons
    return {
        "site_id": str(sites.index[why.site]),
        "name": str(site["name"]),
        "kind": str(site["kind"]),
        "lat_deg": float(site["lat_deg"]),
        "lon_deg": float(site["lon_deg"]),
        "hub": why.rank > 0,
        "rank": why.rank or None,
        "hubs": why.hubs,
        "candidate_sites": why.sites,
        "plan_served_people": why.served_people,
        "catchment_people": why.catchment_people,
        "terminals": reasons.terminals,
        "served_people": reasons.served_people,
        "room_people": reasons.room_people,
        "changes_people": reasons.changes_people,
        "second_terminal_people": reasons.second_people,
        "exchanged_with": str(sites.index[reasons.other]) if reasons.other >= 0 else None,
        "exchange_loses_people": reasons.exchange_loses_people if reasons.other >= 0 else None,
        "otherwise_at_most_people": why.ceiling_people,
        "proven": why.proven,
        "in_words": served_in_words(sites, why),
    }


def _why_in(sites: pd.DataFrame, why: ServedExplanation) -> Iterator[str]:
    reasons = why.reasons
    yield (
        f"Of the {count(why.catchment_people)} unserved people in its catchment it serves "
        f"{count(reasons.served_people)}, with {plural(reasons.terminals, 'terminal')} for at most "
        f"{count(reasons.room_people)}. Without it the other hubs would take up whom they have "
        f"room for, and the plan would serve {count(reasons.changes_people)} people fewer."
    )
    if reasons.other >= 0:
        yield (
            f"Its runner-up is {named(sites, reasons.other)}: with a hub of one terminal there "
            f"instead, the plan would serve {by_how_much(reasons.exchange_loses_people)} people."
        )
    else:
        yield "There is no other candidate place that could stand in for it."


def _why_out(sites: pd.DataFrame, why: ServedExplanation) -> Iterator[str]:
    reasons = why.reasons
    yield (
        f"{count(why.catchment_people)} unserved people whom a hub may claim live in its "
        f"catchment, of whom one there may serve {count(reasons.room_people)}. As one hub more the "
        f"plan would serve {count(reasons.changes_people)} people more with it."
    )
    if reasons.other >= 0:
        alike = " The two are worth the same." if round(reasons.exchange_loses_people) == 0 else ""
        yield (
            f"It would best take the place of {named(sites, reasons.other)}; the plan would then "
            f"serve {by_how_much(reasons.exchange_loses_people)} people.{alike}"
        )
    else:
        yield "The rules allow it in the place of no hub."


def _second(why: ServedExplanation) -> Iterator[str]:
    people = count(why.reasons.second_people)
    if why.reasons.terminals > 1:
        yield f"Its second terminal serves {people} of them: the plan would serve so many fewer."
    elif why.reasons.second_people >= 0.5:
        yield f"A second terminal there would serve {people} people more."


def _proven(why: ServedExplanation) -> str:
    does = "without a hub there" if why.rank else "with a hub there"
    if why.ceiling_people is None:
        lists = "must be hubs" if why.rank else "must not be hubs, or are already"
        return f"It is on a list of the study: it is one of the places that {lists}."
    most = f"no plan {does} serves more than {count(math.ceil(why.ceiling_people))} people"
    if why.proven:
        always = "has a hub there" if why.rank else "does without it"
        return (
            f"Proven: {most}, and this plan serves {count(why.served_people)}. Every plan that is "
            f"as good {always}."
        )
    otherwise = "do without it" if why.rank else "have it"
    return (
        f"Not proven: another plan that is as good may {otherwise}. What is proven is that {most}; "
        f"this plan serves {count(why.served_people)}."
    )
