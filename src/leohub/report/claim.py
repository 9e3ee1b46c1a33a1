"""What a results folder claims of its plan: the part of run.json that can be checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from leohub.errors import InputError, Problem, Problems
from leohub.study.posed import Posed
from leohub.study.rules import Demands, Goal

MULTIPLIERS: Final = "multipliers"
"""The bound of a plan is proven by what proof.csv grants: `leohub.plan.proof`."""

EXACT_SOLVER: Final = "exact solver"
"""The bound is lower than that, and rests on an exact solver in part."""

COUNTED_TO_PEOPLE: Final = 0.001
"""The choice counts people to a thousandth: what differs by less is the same."""

People = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    """A part of run.json; what else it holds is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ClaimedStudy(_Part):
    """The study as the run named it."""

    file: str
    sha256: str


class ClaimedInput(_Part):
    """An input as the run read it."""

    role: str
    file: str
    sha256: str


class ClaimedGoal(_Part):
    """What else the plan is said to be the best at; what it had to keep is a rule of it."""

    objective: Literal["largest-floor", "most-even", "average", "bad-part"]
    value: float
    ceiling: float
    certified_ceiling: float
    ceiling_rests_on: Literal["multipliers", "exact solver"]
    weighting: tuple[float, ...]
    least: float
    weightings: tuple[tuple[float, ...], ...] = ()

    @property
    def counts_people(self) -> bool:
        """Whether its numbers are people, and not shares."""
        return self.objective in {"average", "bad-part"}


class ClaimedCapacity(_Part):
    """What the plan is said to serve, where each hub serves only so many people."""

    served_people: People


class ClaimedPlan(_Part):
    """What the plan is said to reach, and what is said to be the most that can be."""

    hubs: Annotated[int, Field(ge=0)]
    objective_people: People
    bound_people: People
    certified_people: People
    bound_rests_on: Literal["multipliers", "exact solver"]
    goal: ClaimedGoal | None = None
    capacity: ClaimedCapacity | None = None


class Claim(_Part):
    """What run.json claims.

    Attributes
    ----------
    leohub : str
        Version that wrote it.
    study : ClaimedStudy
    inputs : tuple of ClaimedInput
    plan : ClaimedPlan
    outputs : dict of str to str
        SHA-256 of every other file of the folder.
    """

    leohub: str
    study: ClaimedStudy
    inputs: tuple[ClaimedInput, ...]
    plan: ClaimedPlan
    outputs: dict[str, str]


def goal_record(goal: Goal | None) -> dict[str, Any] | None:
    """Return a goal as run.json holds it."""
    if goal is None:
        return None
    lowered = goal.ceiling < goal.certified_ceiling * (1 - 1e-9)
    return {
        "objective": goal.objective,
        "value": goal.value,
        "ceiling": goal.ceiling,
        "certified_ceiling": goal.certified_ceiling,
        "ceiling_rests_on": EXACT_SOLVER if lowered else MULTIPLIERS,
        "weighting": [] if goal.proof is None else goal.proof.weighting.tolist(),
        "least": goal.least,
        "weightings": goal.weightings,
    }


def demands_of(posed: Posed, goal: ClaimedGoal | None) -> Demands:
    """Return what a plan had to keep to: the demands of its study, and its goal.

    Raises
    ------
    RefusalError
        If the study cannot have such a goal.
    ValueError
        If the goal does not fit the study.
    """
    if goal is None:
        return posed.demands
    # A plan without a goal is checked with as little code as can be.
    from leohub.study.questions.goals import with_goal

    claimed = {
        name: getattr(goal, name)
        for name in (
            "objective", "value", "ceiling", "certified_ceiling", "least", "weightings"
        )
    }  # fmt: skip
    return with_goal(posed, Goal(**claimed))


def rests_on(bound_people: float, certified_people: float) -> str:
    """Return what a bound rests on: `MULTIPLIERS` or `EXACT_SOLVER`."""
    lowered = bound_people < certified_people - COUNTED_TO_PEOPLE
    return EXACT_SOLVER if lowered else MULTIPLIERS


def read_claim(folder: Path) -> Claim:
    """Read what a results folder claims.

    Raises
    ------
    InputError
        When it is no results folder, or its run.json lacks something.
    """
    path = folder / "run.json"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise _no_results(folder, "there is no run.json in it that can be read") from None
    try:
        run = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_results(folder, "its run.json is no JSON") from None
    plan = run.get("plan") if isinstance(run, dict) else None
    if isinstance(plan, dict) and "certified_people" not in plan:
        remedy = "Plan the study again with this version: leohub plan STUDY"
        message = "it was written by a leohub that did not write a proof yet"
        raise InputError([Problem(str(folder), "", message, remedy)])
    try:
        return Claim.model_validate(run)
    except ValidationError as error:
        problems = Problems(str(path))
        for entry in error.errors():
            where = ".".join(map(str, entry["loc"]))
            message = entry["msg"][0].lower() + entry["msg"][1:]
            problems.add(where, message, "Get the folder as leohub wrote it")
        raise InputError(problems.found) from None


def _no_results(folder: Path, why: str) -> InputError:
    remedy = "Name the folder that leohub plan wrote"
    return InputError([Problem(str(folder), "", f"is no results folder: {why}", remedy)])
