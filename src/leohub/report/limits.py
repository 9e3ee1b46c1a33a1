"""What the plan assumes, and how sure each part is: measured, modelled, assumed or proven."""

from __future__ import annotations

import math
from dataclasses import dataclass

from leohub.hub.cost import assumed_lines
from leohub.report.catchmentwords import reached_means
from leohub.report.numerals import listed, plural
from leohub.report.servicewords import served_well_means
from leohub.study.results import Results
from leohub.study.service.estimate import Estimate


@dataclass(frozen=True)
class Assumption:
    """One thing the plan rests on.

    Attributes
    ----------
    what : str
    basis : str
        ``"measured"``, ``"modelled"``, ``"fitted"``, ``"assumed"`` or ``"proven"``.
    words : str
        What it says, and what it does not.
    """

    what: str
    basis: str
    words: str


def assumptions(results: Results) -> tuple[Assumption, ...]:
    """Return what the plan rests on, in the order in which it is worked out."""
    return (
        _people(results),
        Assumption(
            "Boundaries",
            results.boundaries_basis,
            "Outlines of the regions as published."
            if results.boundaries_basis == "published"
            else "Outlines worked out from the regions' areas and centres: not legal boundaries.",
        ),
        Assumption(
            "Unserved people",
            "modelled",
            "People of a cell × (1 − share of its region's people who use the internet). The share "
            "is the same all over a region and as old as its source: within a region, rural people "
            "are more often unserved than this says. Where internet use has grown since, fewer are "
            "unserved.",
        ),
        _eligible(results),
        Assumption("Reached", *reached_means(results)),
        Assumption(
            "Candidate places",
            _basis_of(results, "sites"),
            f"{plural(len(results.sites), 'place')} that could host a hub. Whether the owner "
            "agrees, and whether there is power and a clear view of the sky, has to be seen on the "
            "spot.",
        ),
        Assumption(
            "Choice",
            "proven",
            "The bound holds for these inputs and these candidate places: it says how good the "
            "choice is, not how good the inputs are.",
        ),
        *_sky(results),
        *_service(results.estimate),
        _prices(results),
    )


def _basis_of(results: Results, role: str) -> str:
    """Return the weakest basis among the sources of a role; assumed when there is none."""
    found = {source.basis for source in results.sources if source.role == role}
    return next(
        (basis for basis in ("assumed", "modelled", "measured") if basis in found), "assumed"
    )


def _people(results: Results) -> Assumption:
    basis = _basis_of(results, "people")
    words = {
        "measured": "From the population data named under Sources. Such grids are themselves "
        "estimates that spread census counts over the land.",
        "modelled": "Census counts by region, spread over the land by a model: where people live "
        "within a region is plausible, not observed.",
        "assumed": "Given with the study.",
    }
    return Assumption("Where people live", basis, words[basis])


def _eligible(results: Results) -> Assumption:
    unserved = results.study.unserved
    parts = []
    if math.isfinite(unserved.density_limit_per_km2):
        parts.append(f"cells above {unserved.density_limit_per_km2:,.0f} people per km²")
    if unserved.coverage_layer is not None:
        parts.append("cells inside the coverage layer")
    if not parts:
        return Assumption(
            "Who may be claimed", "assumed", "Every cell: nothing is taken as served."
        )
    return Assumption(
        "Who may be claimed",
        "assumed",
        f"Not {' and '.join(parts)}: terrestrial networks are taken to serve them. What another "
        "density limit would change is shown under Density limit.",
    )


def _sky(results: Results) -> tuple[Assumption, ...]:
    modelled = results.screening.kept.basis != "measured"
    hours = results.service.attrs["hours"]
    orbits = (
        "Shells with their satellites spread evenly. Mean counts are representative; worst moments "
        "and gaps are optimistic, because real satellites are less evenly spread; none is real."
        if modelled
        else f"Tracked mean elements, propagated with SGP4 for {hours:g} hours. Counts and gaps "
        "can be told so; beyond about a day from the elements, which satellite stands where can "
        "not. "
        "Counts of later days will differ as satellites are launched, moved and retired."
    )
    return (
        Assumption("Satellites", "modelled" if modelled else "measured", orbits),
        Assumption(
            "Service from the sky",
            "modelled",
            f"Geometry only: {geometry(results)}. A usable satellite is needed for service and "
            "does not promise a speed.",
        ),
    )


def _service(estimate: Estimate | None) -> tuple[Assumption, ...]:
    """Return what the service of the hubs rests on, or that it is not known."""
    if estimate is None:
        return (
            Assumption(
                "Capacity",
                "assumed",
                "Not estimated for this plan: a hub counts everyone in its catchment, however "
                "many they are. How many it serves well depends on the terminal, its cell, the "
                "service plan and the Wi-Fi.",
            ),
        )
    return (
        Assumption(
            "Link and air",
            "modelled",
            "Signal and noise by what operators have filed and what is assumed of their "
            "antennas; rain, cloud, gases and scintillation by the recommendations of the ITU-R, "
            "from maps of the climate of many years: not the weather of a year, and not measured "
            "at a hub.",
        ),
        _load(estimate),
        Assumption(
            "Latency",
            "modelled",
            "Light over the shortest ways by radio, laser and fibre, and times for access and for "
            "what lies beyond the operator's network. What is not published of these is assumed "
            "or fitted to published round trips.",
        ),
        Assumption(
            "Served well",
            "assumed",
            f"It means {served_well_means(estimate)}. How many people come, how often, for how "
            "long, and what they fetch is assumed: no measured study of such a hub was found. All "
            "of them share the terminals and one Wi-Fi.",
        ),
        Assumption(
            "Power",
            "modelled",
            "Panel and battery are sized for the terminal, Wi-Fi and router over 20 drawn years of "
            "sunshine. What is paid for them is in the price lines of the study, not in this size.",
        ),
        Assumption(
            "Intervals",
            "assumed",
            f"Every number that is not known has a range. Between the ends of an interval lie four "
            f"of five of {estimate.draws:,} draws of all of them, each on its own. What the model "
            "leaves out is not in it.",
        ),
    )


def _load(estimate: Estimate) -> Assumption:
    """Say how the load of other users is known."""
    if len(estimate.situation.load):
        return Assumption(
            "Capacity",
            "assumed",
            "How busy each service cell is comes from the map of the study; elsewhere it is "
            "that of the country.",
        )
    if estimate.quantities["load.down"].basis != "fitted":
        return Assumption(
            "Capacity",
            "assumed",
            "How busy others keep a service cell is assumed: no speeds of this operator are "
            "published that it could be fitted to.",
        )
    return Assumption(
        "Capacity",
        "fitted",
        "How busy others keep a service cell is fitted, so that the speeds published for countries "
        "come out. Only the speed is known so: what a cell carries and how many share it are not "
        "known apart, and one cell may be far from the middle of its country.",
    )


def usable_means(results: Results, *, everywhere: bool = False) -> str:
    """Say what a satellite in view must be to be usable; `everywhere`: also where no hub is."""
    sky, attrs = results.study.sky, results.service.attrs
    asked = []
    if attrs["arc_avoidance_deg"] > 0:
        asked.append(f"clear of the arc by {attrs['arc_avoidance_deg']:g}°")
    if sky.gateways is not None:
        asked.append("reaching a gateway")
    if sky.horizons is not None and not everywhere:
        asked.append("above the horizon of the place")
    return listed(asked) if asked else "no arc is avoided"


def geometry(results: Results) -> str:
    """Say what makes a satellite usable in this study, and what is not asked."""
    sky = results.study.sky
    asked, missing = ["elevation", "distance from the geostationary arc"], ["rain", "capacity"]
    (missing if sky.horizons is None else asked).append("what hides the sky at a place")
    (missing if sky.gateways is None else asked).append("gateways")
    missing.append("the load of other users")
    return f"{listed(asked)} are in it; {listed(missing)} are not"


def _prices(results: Results) -> Assumption:
    assumed = assumed_lines(results.cost.lines)
    if not assumed:
        return Assumption("Prices", "measured", "Every price line is published; see Cost.")
    return Assumption(
        "Prices",
        "assumed",
        f"{len(assumed)} of {plural(len(results.cost.lines), 'price line')} are assumed: "
        f"{', '.join(assumed)}. All are of today, without inflation; taxes and staff of the "
        "programme itself are not in it unless a line says so.",
    )
