"""`Study`: all tables of a study file together."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, model_validator

from leohub.study.settings.base import (
    Positive,
    Section,
    required,
    setting,
)
from leohub.study.settings.choice import Choice, Partner
from leohub.study.settings.cost import Cost
from leohub.study.settings.land import Census, People, Regions, Sites, Unserved
from leohub.study.settings.questions import Continuing, Doubt, Fairness, Phase, Phasing
from leohub.study.settings.service import Climate, Latency, Load, Range, Service, Sunshine
from leohub.study.settings.sky import Sky


class Programme(Section):
    """What is promised, to whom, by when."""

    name: str = required("Name of the programme, as it should stand on the report.")
    country: str = required("Country or area that is planned for.")
    promise_people: Positive | None = setting(
        None, "How many people the programme has promised to reach.", "people"
    )
    promise_by: dt.date | None = setting(None, "The day by which it promised that.", "date")


class Study(Section):
    """A plan to be made: everything a planner decides, and every file it rests on."""

    programme: Programme = required("The programme.")
    people: People = required("Where people live.")
    regions: Regions | None = setting(None, "Regions with boundaries.")
    census: Census | None = setting(None, "Census figures by region.")
    unserved: Unserved = setting(Unserved(), "Who is unserved.")
    sites: Sites = required("Candidate places.")
    service: Service = setting(Service(), "Whom a hub serves.")
    choice: Choice = required("How many hubs.")
    sky: Sky = setting(Sky(), "The constellation.")
    climate: Climate = setting(Climate(), "Rain, cloud and air.")
    sunshine: Sunshine = setting(Sunshine(), "What the sun gives.")
    latency: Latency = setting(Latency(), "Where traffic leads to.")
    load: Load = setting(Load(), "How busy the cells are.")
    assumptions: dict[str, float | Range] = setting(
        {},
        "Numbers of your own instead of those that come with leohub, by the names of the "
        "reference of quantities: a number, taken as known, or value, low and high.",
    )
    cost: Cost = setting(Cost(), "What a hub costs.")
    partners: list[Partner] = setting(
        [],
        "Partners and territories, each as a `[[partners]]` table. When given, places outside "
        "every territory are left out.",
    )
    fairness: Fairness = setting(Fairness(), "How evenly regions are reached.")
    phases: list[Phase] = setting(
        [], "Years of the programme with their budgets, each as a `[[phases]]` table."
    )
    phasing: Phasing = setting(Phasing(), "How money is counted when hubs open in waves.")
    continuing: Continuing = setting(Continuing(), "How an earlier plan is changed.")
    doubt: Doubt | None = setting(None, "What is not known for certain.")
    seed: Annotated[int, Field(ge=0, lt=2**32)] = setting(1, "Seed of everything random.", "")
    results: str = setting("results", "Folder that the results are written to.")

    @model_validator(mode="after")
    def _complete(self) -> Study:
        builtin = self.people.builtin is not None
        if not builtin and self.regions is None:
            raise ValueError("[regions] is missing: it is needed with people.grid or people.table")
        if not builtin and self.census is None and self.unserved.internet_use_pct is None:
            raise ValueError("give [census] or unserved.internet_use_pct: who is unserved?")
        if builtin and (self.regions is not None or self.census is not None):
            raise ValueError(
                "[regions] and [census] do not go with people.builtin, which brings its own"
            )
        if (builtin or self.census is not None) and self.unserved.internet_use_pct is not None:
            raise ValueError(
                "unserved.internet_use_pct is for countries without a census table; here there is "
                "one, so take it out"
            )
        if self.sites.builtin is None and not self.sites.lists:
            raise ValueError("[sites] names no candidate places: give builtin or [[sites.lists]]")
        if self.choice.objective in {"average", "bad-part"} and self.doubt is None:
            raise ValueError(
                f'[doubt] is missing: choice.objective = "{self.choice.objective}" needs to know '
                "what is in doubt"
            )
        if self.cost.builtin is None and not self.cost.prices:
            raise ValueError("[cost] has no prices: give builtin or [[cost.prices]]")
        return self
