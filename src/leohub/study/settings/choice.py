"""How many hubs, where they must and must not be, and who runs them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from leohub.study.settings.base import (
    Money,
    Positive,
    Provenance,
    Section,
    Share,
    required,
    setting,
)

Hubs = Annotated[int, Field(ge=0, le=1_000_000)]
PeoplePerHub = Annotated[float, Field(gt=0, le=1e9)]

Objective = Literal["reach", "largest-floor", "most-even", "average", "bad-part"]
"""What the plan is the best at: people reached, the share of the region that is worst off, the mean
share times 1 less its Gini coefficient, people on average or in the worst worlds of the doubt."""

MODELLED: Final = "modelled"
"""Stands for what the service model says."""


class PlaceList(Provenance):
    """Some of the candidate places, by id or by coordinates (the nearest within 500 m)."""

    file: str = required("Table or points (CSV, XLSX, Parquet, GeoJSON, GeoPackage), a row each.")
    id: str | None = setting(
        None,
        "Column with the id as in hubs.csv, kind and id (`school:7`). Default: `site_id`, if there "
        "is one. Rows without an id are found by their coordinates.",
    )
    lat: str = setting("lat", "Column with the latitude (files without geometry).", "° WGS 84")
    lon: str = setting("lon", "Column with the longitude (files without geometry).", "° WGS 84")


class RegionDemand(Section):
    """What the plan must do in some regions: in each of them, or in all of them together."""

    regions: Annotated[list[str], Field(min_length=1)] = required("Regions, by code or name.")
    together: bool = setting(
        False, "Whether the numbers are for these regions together. Default: for each of them."
    )
    least_hubs: Hubs | None = setting(None, "At least so many hubs, standing ones too.", "hubs")
    most_hubs: Hubs | None = setting(None, "At most so many hubs, standing ones too.", "hubs")
    least_reach_pct: Share | None = setting(
        None,
        "At least this share of the unserved people is reached, of all of them: those count, too, "
        "whom no hub may claim.",
        "% of unserved people",
    )

    @model_validator(mode="after")
    def _demands_something(self) -> RegionDemand:
        if (self.least_hubs, self.most_hubs, self.least_reach_pct) == (None, None, None):
            raise ValueError("give least_hubs, most_hubs or least_reach_pct")
        _check_order(self.least_hubs, self.most_hubs)
        return self


class KindDemand(Section):
    """What hubs at one kind of place are worth, and how many of them there are."""

    kind: str = required("The kind, as in the lists of candidate places: school, clinic …")
    weight: Annotated[float, Field(gt=0, le=1)] = setting(
        1.0,
        "What reaching a person from there is worth in the choice, where 1 is a full person: 0.8 "
        "takes such a place only where it reaches a quarter more people than another would. Plans "
        "and questions follow it; people reached are reported without weights, and rules count "
        "them so.",
        "people/person",
    )
    least_hubs: Hubs | None = setting(None, "At least so many hubs, standing ones too.", "hubs")
    most_hubs: Hubs | None = setting(None, "At most so many hubs, standing ones too.", "hubs")

    @model_validator(mode="after")
    def _in_order(self) -> KindDemand:
        _check_order(self.least_hubs, self.most_hubs)
        return self


class SecondTerminal(Section):
    """A second terminal: it takes its part of a budget, and of the room of its service cell."""

    once: Money | None = setting(
        None,
        "Price of the terminal, charged once. Default: with `monthly`, the lines of the price "
        "table that name their `operator`.",
        "currency",
    )
    monthly: Money | None = setting(None, "Price of its plan.", "currency/month")
    people: PeoplePerHub | None = setting(
        None,
        "How many people more a hub serves with it. Default: as many as with the first; or, with "
        '`people_per_hub = "modelled"`, what the model says of two terminals that are busy in the '
        "same service cell.",
        "people/hub",
    )
    most: Hubs | None = setting(
        None,
        "At most so many hubs get one. Required with `hubs`: a number of hubs does not say what "
        "more terminals may cost.",
        "hubs",
    )

    @model_validator(mode="after")
    def _whole_price(self) -> SecondTerminal:
        if (self.once is None) != (self.monthly is None):
            raise ValueError("give once and monthly together, or neither")
        return self


class Choice(Section):
    """How many hubs, what the plan must keep to, and how hard to look for the best one."""

    hubs: Annotated[int, Field(gt=0, le=1_000_000)] | None = setting(
        None, "How many hubs to choose, on top of those that stand.", "hubs"
    )
    budget: Annotated[float, Field(gt=0, le=1e15)] | None = setting(
        None,
        "Or: what all hubs together may cost, capital plus running cost over "
        "`cost.lifetime_years`. Hubs that stand cost nothing.",
        "currency",
    )
    objective: Objective = setting(
        "reach",
        "What the plan is the best at. `reach`: people. `largest-floor`: the share of the unserved "
        "people reached in the region that is worst off. `most-even`: the mean of these shares "
        "times 1 less their Gini coefficient. `average` and `bad-part`: people reached on average, "
        "and in the worst of the worlds drawn from `[doubt]`. For all but `reach` two searches are "
        "made, each with its own `time_limit_s`: for the goal, and for the most people among plans "
        "that meet it.",
    )
    cost_per_person_max: Annotated[Money, Field(gt=0)] | None = setting(
        None,
        "What all new hubs together may cost for each person whom they newly reach, over "
        "`cost.lifetime_years`.",
        "currency/person",
    )
    min_km_between_hubs: Annotated[float, Field(gt=0, le=1000)] | None = setting(
        None,
        "New hubs stand at least so far from each other and from those that stand, as the crow "
        "flies.",
        "km",
    )
    most_hubs_per_service_cell: Hubs | Literal["modelled"] | None = setting(
        None,
        "At most so many hubs, standing ones too, in an area that beams of the operator serve "
        "together (`cell.resolution` of the quantities): what it has room for beside its other "
        "subscribers. A second terminal counts as a hub. Operators do not publish their cells; "
        "cells of about their size stand for them. "
        'Or `"modelled"`, by the beams of the cell and the terminals of others that are busy there '
        "in the busiest hour (`[load]`), on assumed use: as many hubs as each still serve "
        "`people_per_hub` people well, if that is a number; or else as many as serve the most "
        "people well together, since more of them would share the same beams.",
        "hubs",
    )
    people_per_hub: PeoplePerHub | Literal["modelled"] | None = setting(
        None,
        "How many newly reached people one hub serves at most at the quality that is promised; or "
        '`"modelled"`: as many as the service model says are served well, at every place, on '
        "assumed use, with as many hubs in a service cell as `most_hubs_per_service_cell` allows, "
        "or one. "
        "The plan is then the best by people served within that limit, each at one hub; whom it "
        "reaches is told beside it. Two searches are made, each with its own `time_limit_s`: "
        "without the limit, and with it. Hubs that stand are taken to serve all whom they reach. "
        "Rules, weights and objectives that count people reached (`least_reach_pct`, "
        "`cost_per_person_max`, `weight`, `objective`) do not go with it. Default: no limit.",
        "people/hub",
    )
    second_terminal: SecondTerminal | None = setting(
        None,
        "Hubs may have a second terminal, where that serves enough people more; but for those that "
        "stand.",
    )
    required: PlaceList | None = setting(None, "Places that must be hubs.")
    forbidden: PlaceList | None = setting(None, "Places that must not be hubs.")
    existing: PlaceList | None = setting(
        None,
        "Places that are hubs already. They stay, cost nothing again, and come on top of `hubs`; "
        "whom they reach is not reached newly by others.",
    )
    regions: list[RegionDemand] = setting(
        [], "Demands on regions, each as a `[[choice.regions]]` table."
    )
    kinds: list[KindDemand] = setting(
        [], "Demands on kinds of places, each as a `[[choice.kinds]]` table."
    )
    time_limit_s: Positive = setting(
        120.0, "Longest time to spend on the choice; the best plan found is kept.", "s"
    )
    gap_pct: Share = setting(0.1, "Good enough: stop when the proven gap is this small.", "%")
    exact_limit_pairs: Annotated[int, Field(ge=0)] = setting(
        200_000,
        "Largest number of site-cell pairs that is also given to the exact solver (HiGHS). "
        "Larger problems of this kind give it no answer within minutes.",
        "pairs",
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Choice:
        if (self.hubs is None) == (self.budget is None):
            raise ValueError("give exactly one of hubs or budget")
        return self

    @model_validator(mode="after")
    def _second_terminal_serves(self) -> Choice:
        second = self.second_terminal
        if second is None:
            return self
        if self.people_per_hub is None:
            raise ValueError(
                "second_terminal needs people_per_hub: without it a hub serves all in reach"
            )
        if self.people_per_hub == MODELLED and second.people is not None:
            raise ValueError(
                'second_terminal.people does not go with people_per_hub = "modelled": take it out'
            )
        if self.budget is None and second.most is None:
            raise ValueError("second_terminal.most is missing: hubs does not limit terminals")
        return self

    @model_validator(mode="after")
    def _counts_people_once(self) -> Choice:
        counting = self.counting_people
        if self.people_per_hub is not None and counting:
            raise ValueError(
                f"people_per_hub does not go with {', '.join(counting)}: people who are served and "
                "people who are reached would both be counted. Take one or the other out"
            )
        return self

    @property
    def counting_people(self) -> tuple[str, ...]:
        """The settings that are given and count people reached: rules of them, and weights."""
        named = {
            f'objective = "{self.objective}"': self.objective != "reach",
            "cost_per_person_max": self.cost_per_person_max is not None,
        }
        for number, demand in enumerate(self.regions, start=1):
            named[f"regions.{number}.least_reach_pct"] = demand.least_reach_pct is not None
        for number, kind in enumerate(self.kinds, start=1):
            named[f"kinds.{number}.weight"] = kind.weight != 1
        return tuple(name for name, given in named.items() if given)


class Partner(Section):
    """A local organisation that runs hubs, and its territory."""

    name: str = required("Name of the partner.")
    regions: list[str] = required("Regions of its territory, by code or name.")
    least_hubs: Hubs | None = setting(None, "It runs at least so many hubs.", "hubs")
    most_hubs: Hubs | None = setting(None, "It can run at most so many hubs.", "hubs")

    @model_validator(mode="after")
    def _in_order(self) -> Partner:
        _check_order(self.least_hubs, self.most_hubs)
        return self


def _check_order(least: int | None, most: int | None) -> None:
    if least is not None and most is not None and least > most:
        raise ValueError(f"least_hubs, {least:,}, is above most_hubs, {most:,}")
