"""Who counts as reached, in words: by distance or travel time, and what stops people."""

from __future__ import annotations

from leohub.report.numerals import listed
from leohub.study.results import Results
from leohub.study.settings import Catchment

_POTENTIAL = "It is potential reach: nobody has been asked whether they will walk, pay or use it"


def within(results: Results) -> str:
    """Say how far people live from a hub: "5 km", "60 minutes' walk and 5 km"."""
    radius = results.hubs["radius_km"].to_numpy()
    alike = radius.min() == radius.max()
    return _with_time(results, f"{radius.min():g} km" if alike else "the service radius")


def within_meaning(results: Results) -> str:
    """Say the same where the meaning of a word is explained: "the service radius"."""
    return _with_time(results, "the service radius")


def expected(results: Results) -> str:
    """Say that people further away count in part; "" where everyone counts in full."""
    given = results.study.service.catchment
    if given.decay == "none":
        return ""
    return (
        "Those who live further away count in part, by an assumed rule "
        f"({_rule(given)}): this is how many are expected, not how many live there."
    )


def reached_means(results: Results) -> tuple[str, str]:
    """Return the basis of what counts as reached, and what it says and does not say."""
    given = results.study.service.catchment
    who = _who(given)
    ignored = _ignored(given)
    words = [who, *_stops(given)]
    if given.decay != "none":
        words.append(expected(results))
    words.append(f"{_POTENTIAL}, and {ignored}. A person near two hubs counts once.")
    return ("modelled" if given.decay == "none" else "assumed"), " ".join(words)


def _with_time(results: Results, radius: str) -> str:
    given = results.study.service.catchment
    return radius if given.minutes is None else f"{_time(given)} and {radius}"


def _time(given: Catchment) -> str:
    way = "walk" if given.mode == "walking" else "travel"
    return f"{given.minutes:g} minutes' {way}"


def _who(given: Catchment) -> str:
    if given.by == "distance":
        return (
            "Everyone in need whose cell's centre lies within the service radius of a hub, as the "
            "crow flies."
        )
    over = {
        "friction": "over the friction surface named under Sources",
        "roads": f"along the roads named under Sources ({_speeds(given)})",
    }[given.by]
    return (
        f"Everyone in need whose cell's centre is no more than {_time(given)} from a hub, {over}, "
        "and lies within its service radius."
    )


def _speeds(given: Catchment) -> str:
    off = f"{given.off_road_km_h:g} km/h across country, assumed"
    if given.mode == "walking":
        return f"{given.walking_km_h:g} km/h on foot, {off}"
    return f"speeds of their class, assumed; {off}"


def _rule(given: Catchment) -> str:
    end = "the longest time" if given.minutes is not None else "the service radius"
    full = f"all up to {given.full_pct:g} % of {end}, " if given.full_pct else ""
    if given.decay == "linear":
        return f"{full}then evenly fewer, none at its end"
    here = "there" if given.full_pct else f"of {end}"
    return f"{full}half of them at {given.half_pct:g} % {here}, half of those after as much again"


def _stops(given: Catchment) -> list[str]:
    stops = []
    if given.barriers is not None:
        stops.append("the water named under Sources")
    if given.borders != "open":
        whose = {"country": "the country's border", "regions": "the regions' borders"}
        stops.append(whose[given.borders])
    if not stops:
        return []
    named = listed(stops)
    return [f"{named[0].upper()}{named[1:]} {'stop' if len(stops) > 1 else 'stops'} people."]


def _ignored(given: Catchment) -> str:
    if given.by == "friction":
        return "rain, rivers in flood and fares are not looked at"
    if given.by == "roads":
        return "hills, rain, rivers in flood and fares are not looked at"
    rivers = "" if given.barriers is not None else "rivers "
    return f"hills, {rivers}and roads are not looked at".replace("hills, and", "hills and")
