"""Why a candidate place is a hub or not, in words and as figures."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from leohub.report.numerals import WEIGHTS, count, plural
from leohub.report.placewords import named
from leohub.report.runnerup import by_how_much, by_worth
from leohub.study.explanation import MOST_HUBS_MORE, Explanation


def explain_in_words(sites: pd.DataFrame, why: Explanation) -> list[str]:
    """Return sentences that say why a place is in a plan or out, and what would change that.

    Parameters
    ----------
    sites : DataFrame
        The candidate places.
    why : Explanation
    """
    said = _why_in(sites, why) if why.rank else _why_out(sites, why)
    return [*said, *_rules(why), _proven(why), *_weights(why)]


def to_figures(sites: pd.DataFrame, why: Explanation) -> dict[str, Any]:
    """Return the same as numbers, ready for JSON."""
    site = sites.iloc[why.site]
    return {
        "site_id": str(sites.index[why.site]),
        "name": str(site["name"]),
        "kind": str(site["kind"]),
        "lat_deg": float(site["lat_deg"]),
        "lon_deg": float(site["lon_deg"]),
        "hub": why.rank > 0,
        "counted_by_weights": why.weighed,
        "rank": why.rank or None,
        "hubs": why.hubs,
        "candidate_sites": why.sites,
        "plan_reached_people": why.reached_people,
        "plan_worth_people": why.worth_people,
        "catchment_people": why.catchment_people,
        "newly_reached_people": why.only_people,
        "newly_reached_worth_people": why.only_worth_people,
        "place_in_queue": why.place_in_queue or None,
        "hubs_more": why.hubs_more,
        "exchanged_with": str(sites.index[why.other]) if why.other >= 0 else None,
        "exchange_loses_people": why.exchange_loses_people,
        "exchange_loses_worth_people": why.exchange_loses_worth_people,
        "otherwise_at_most_worth_people": why.ceiling_worth_people,
        "proven": why.proven,
        "rules": list(why.rules),
        "others": why.others.to_dict(orient="records"),
        "in_words": explain_in_words(sites, why),
    }


def others_title(why: Explanation) -> tuple[str, str]:
    """Return what the table of others shows, and the head of its last column."""
    if why.rank:
        does = "be worth" if why.weighed else "reach"
        return f"What would {does} the most in its place", "Would newly reach"
    return "Hubs that would serve its people too", "People in common"


def _weights(why: Explanation) -> list[str]:
    if not why.weighed:
        return []
    return [
        f"What plans and places are worth are people counted {WEIGHTS} of places, as the plan was "
        "chosen by it: whom a place of weight 0.8 reaches is worth four fifths as much. People are "
        "people."
    ]


def _rules(why: Explanation) -> list[str]:
    if not why.rules:
        return []
    listed = "; ".join(why.rules)
    if why.rank:
        return [f"Rules that keep it in the plan: {listed}."]
    return [f"Rules that keep it out as one hub more: {listed}."]


def _why_in(sites: pd.DataFrame, why: Explanation) -> list[str]:
    less = f", and be worth {by_worth(why.only_worth_people)}" if why.weighed else ""
    said = [
        f"{_catchment(why)} No other hub of the plan reaches {count(why.only_people)} of them: "
        f"the plan would lose these people with it{less}."
    ]
    if why.other < 0:
        return [
            *said,
            "There is no other candidate place that could stand in for it within the rules.",
        ]
    said.append(
        f"Its runner-up is {named(sites, why.other)}: with a hub there instead, the plan would "
        f"{_difference(why)}"
    )
    return said


def _why_out(sites: pd.DataFrame, why: Explanation) -> list[str]:
    if why.catchment_people < 0.5:
        return [
            "Nobody whom a hub may claim lives in its catchment: who lives there uses the internet "
            "or lives where cells are taken as served. Only unserved people there, by a higher "
            "density limit, a larger catchment or other data, would bring it in."
        ]
    shared = why.catchment_people - why.only_people
    reached = count(shared) if shared >= 0.5 else "none"
    said = [
        f"{_catchment(why)} The hubs of the plan already reach {reached} of them. As one "
        f"hub more it would add {count(why.only_people)} people: {'by worth, ' * why.weighed}"
        f"number {why.place_in_queue:,} of the {plural(why.sites - why.hubs, 'place')} that are "
        "not chosen."
    ]
    if why.other >= 0:
        said.append(
            f"It would best take the place of {named(sites, why.other)}; the plan would then "
            f"{_difference(why)}"
        )
    elif why.hubs:
        said.append("The rules let it take the place of no single hub.")
    return [*said, _what_would_bring_it_in(why)]


def _what_would_bring_it_in(why: Explanation) -> str:
    ways = []
    if why.other >= 0 and round(why.exchange_loses_worth_people) > 0:
        ways.append(
            f"more than {count(why.missing_people)} further unserved people in its "
            "catchment whom no hub of the plan reaches, for that exchange to pay"
        )
    if why.hubs_more is not None:
        hubs = plural(why.hubs_more, "hub more", "hubs more")
        ways.append(f"{hubs}, if the programme grows hub by hub and takes what adds the most")
    if not ways and why.other < 0:
        return _not_by_growing(why)
    if not ways:
        return "Nothing is lost by that exchange: the two are worth the same."
    if why.hubs_more is None:
        return f"What would bring it in: {ways[0]}. {_not_by_growing(why)}"
    return f"What would bring it in: {'; or '.join(ways)}."


def _not_by_growing(why: Explanation) -> str:
    if why.only_people < 0.5 or why.sites - why.hubs <= MOST_HUBS_MORE:
        return "More hubs alone would not: those near it have its people, or would have them first."
    return f"The next {MOST_HUBS_MORE:,} hubs alone would not."


def _catchment(why: Explanation) -> str:
    people = count(why.catchment_people)
    return f"{people} unserved people whom a hub may claim live in its catchment."


def _difference(why: Explanation) -> str:
    """Say what an exchange changes: "reach 340 fewer people and be worth 410 less."."""
    words = f"reach {by_how_much(why.exchange_loses_people)} people"
    if why.weighed:
        words += f" and be worth {by_worth(why.exchange_loses_worth_people)}"
    if round(why.exchange_loses_worth_people) >= 0:
        return f"{words}."
    return f"{words}: the choice is proven only to its gap, and more time may find this exchange."


def _proven(why: Explanation) -> str:
    does = "without a hub there" if why.rank else "with a hub there"
    comes, people = ("is worth", "") if why.weighed else ("reaches", " people")
    most = f"no plan of at most {plural(why.hubs, 'hub')} {does} {comes} more than"
    whole, own = count(math.ceil(why.ceiling_worth_people)), count(why.worth_people)
    if why.proven:
        always = "has a hub there" if why.rank else "does without it"
        return (
            f"Proven: {most} {whole}{people}, and this plan {comes} {own}. Every plan that is as "
            f"good {always}."
        )
    return (
        f"Not proven: another plan that is as good may {'do without it' if why.rank else 'have it'}"
        f". What is proven is that {most} {whole}{people}; this plan {comes} {own}."
    )
