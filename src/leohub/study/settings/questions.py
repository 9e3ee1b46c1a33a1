"""Questions beside the plain choice: how fair, in which order, with how few changes, how sure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from leohub.study.settings.base import Money, Positive, Section, Share, required, setting
from leohub.study.settings.choice import Hubs

Factor = Annotated[float, Field(ge=0, le=1)]
FactorAbove = Annotated[float, Field(ge=1, le=10)]


class Fairness(Section):
    """How evenly the plan reaches the unserved people of regions."""

    frontier_steps: Annotated[int, Field(ge=2, le=50)] = setting(
        8,
        "How many floors under the worst region's share are tried, from 0 to the largest one, to "
        "show what fairness costs in people. Each of them takes a choice of its own.",
    )
    least_reachable_pct: Share = setting(
        0.0,
        "Regions of which hubs at all candidate places together would reach no more than this are "
        "left out of floors, and named: they would make every floor 0.",
        "% of unserved people",
    )
    rounds: Annotated[int, Field(ge=1, le=200)] = setting(
        12, "Most choices that prove how fair a plan can be."
    )
    steps: Annotated[int, Field(ge=0, le=100)] = setting(
        8, "Most choices that look for a fairer plan after that."
    )
    tolerance_pct: Annotated[float, Field(gt=0, le=100)] = setting(
        0.1,
        "Good enough: a plan this near to what is proven to be the fairest ends the search.",
        "% of unserved people",
    )


class Phase(Section):
    """A budget year of the programme, or another span of time with money of its own."""

    name: str = required("How it is called: 2027, first year …")
    months: Annotated[float, Field(gt=0, le=240)] = setting(12.0, "How long it lasts.", "months")
    waves: Annotated[int, Field(ge=1, le=52)] = setting(
        4, "Into how many waves of equal length it is divided: hubs open when a wave begins."
    )
    budget: Money | None = setting(
        None,
        "What may be spent in it on opening hubs and on running those that are open. Default: as "
        "much as it takes.",
        "currency",
    )
    most_hubs_per_wave: Hubs | None = setting(
        None, "At most so many hubs open in each wave: as many as can be built.", "hubs"
    )


class Phasing(Section):
    """How money and time are counted when hubs open in waves: with `[[phases]]`."""

    carried_over: bool = setting(
        False, "Whether what is left of a phase's budget may be spent in later ones."
    )
    running_costs: bool = setting(
        True, "Whether budgets also pay for running the hubs that are open, or for opening only."
    )


class Continuing(Section):
    """How an earlier plan is changed as little as possible: `leohub continue`."""

    within_pct: Share = setting(
        1.0,
        "The fewest changes are looked for that reach all but this share of the people whom a plan "
        "made anew would reach.",
        "% of people",
    )
    changes: list[Hubs] = setting(
        [0, 1, 2, 5, 10, 20, 50, 100, 200, 500],
        "Numbers of changes for which a plan is shown. A change is a hub of the earlier plan that "
        "could stay and does not.",
        "hubs",
    )


class Doubted(Section):
    """What one number may be: factors of the value that the study has for it."""

    low: Factor = required("Low end of the range, as a factor.", "-")
    high: FactorAbove = required("High end of the range, as a factor.", "-")
    everywhere: Factor = setting(
        0.0, "How much of the doubt is the same everywhere: the correlation of any two places."
    )
    in_region: Factor = setting(0.0, "What comes on top of that for two places of one region.")

    @model_validator(mode="after")
    def _sums_to_one(self) -> Doubted:
        if self.everywhere + self.in_region > 1:
            raise ValueError("everywhere and in_region together are at most 1")
        return self


class Doubt(Section):
    """What is not known for certain, and how plans are held against it."""

    draws: Annotated[int, Field(ge=2, le=10_000)] = setting(
        30,
        "How many equally likely worlds are drawn. A plan is chosen in each; with 30 of them, a "
        "hub that is chosen in all would be chosen in at least 92 % of all worlds.",
    )
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = setting(1, "Of the draws.")
    people: Doubted | None = setting(None, "Of the unserved people of each cell.")
    take_up: Doubted | None = setting(
        None, "Of the share of those in reach who would come, for each cell."
    )
    service: Doubted | None = setting(
        None, "Of the share of each cell's people whom a hub serves, for each place."
    )
    radius: Doubted | None = setting(None, "Of the service radius, for each place.")
    bad_pct: Annotated[float, Field(gt=0, le=100)] = setting(
        10.0, "Which share of the worlds, the worst for a plan, counts as bad.", "% of draws"
    )
    safe_pct: Annotated[float, Field(gt=50, le=100)] = setting(
        90.0, "A hub that is chosen in so many of the worlds is called safe.", "% of draws"
    )
    time_limit_s: Positive = setting(5.0, "Longest time to spend on the choice in one world.", "s")

    @model_validator(mode="after")
    def _doubts_something(self) -> Doubt:
        if (self.people, self.take_up, self.service, self.radius) == (None, None, None, None):
            raise ValueError("give a range of people, take_up, service or radius")
        return self
