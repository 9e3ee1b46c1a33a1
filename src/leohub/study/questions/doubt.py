"""`leohub doubt`: how sure a plan is when people, take-up, service or radius are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError, Problem, RefusalError
from leohub.plan.plan import Plan
from leohub.plan.questions.balance import Balanced
from leohub.plan.questions.doubt import (
    InEachWorld,
    bad_mean,
    choose_for_average,
    choose_for_bad_part,
    choose_in_each,
    frequency_interval,
    sureness,
    values_across,
)
from leohub.plan.questions.draws import Draws
from leohub.study.file import StudyFile
from leohub.study.posed import Posed
from leohub.study.questions.chooser import Chooser, given_or_chosen
from leohub.study.questions.frontier import people_effort_of
from leohub.study.questions.worlds import draw_worlds
from leohub.study.settings.questions import Doubt

PLAN_SHARE, EACH_SHARE, AVERAGE_SHARE = 0.15, 0.6, 0.4
"""Shares of the time that is left for the plan itself, the worlds one by one, and the average."""

Floats = NDArray[np.float64]
Sites = NDArray[np.intp]


@dataclass(frozen=True)
class Held:
    """A plan held against every world. People count by the weights of kinds, where there are any.

    Attributes
    ----------
    name : str
        ``"plan"``, ``"average"`` or ``"bad-part"``.
    hubs : ndarray of int
        Rows of the coverage.
    values : ndarray, shape (n_draws,)
        Whom it reaches in each world [people].
    mean_people, bad_people : float
        On average over all worlds, and over its own worst ones.
    """

    name: str
    hubs: Sites
    values: Floats
    mean_people: float
    bad_people: float


@dataclass(frozen=True)
class DoubtAnswer:
    """How sure a plan is.

    Attributes
    ----------
    doubt : Doubt
    plans : tuple of Held
        The plan that is asked about; then those for the average and for bad worlds, where found.
    mean_bound_people, bad_bound_people : float
        No plan reaches more on average, or in its own worst worlds. Proven; inf where not looked
        for.
    each : InEachWorld
    low, high : ndarray, shape (n_sites,)
        Between which the frequency in endlessly many worlds may lie (90 %) [0..1].
    sure : ndarray of int, shape (n_sites,)
        `leohub.plan.questions.doubt.SAFE`, `OPEN` or `OUT`.
    without : str
        Why there is no plan for the average or for bad worlds; empty where there is.
    chosen : bool
        Whether the plan was chosen for this question, and not given.
    cut_short : bool
    """

    doubt: Doubt
    plans: tuple[Held, ...]
    mean_bound_people: float
    bad_bound_people: float
    each: InEachWorld
    low: Floats
    high: Floats
    sure: NDArray[np.int8]
    without: str
    chosen: bool
    cut_short: bool

    @property
    def plan(self) -> Held:
        """The plan that is asked about."""
        return self.plans[0]


def check_doubt(file: StudyFile) -> None:
    """Refuse a study that does not say what is in doubt, before anything is read.

    Raises
    ------
    InputError
    """
    if file.study.doubt is None:
        message = "is missing: what is not known, and how wrong may it be?"
        remedy = "Add [doubt.people] with low = 0.8 and high = 1.25, or another range"
        raise InputError([Problem(file.name, "[doubt]", message, remedy)])


def ask_doubt(posed: Posed, chooser: Chooser, hubs: Sites | None) -> DoubtAnswer:
    """Hold a plan against worlds that are drawn from what is not known.

    Parameters
    ----------
    posed : Posed
    chooser : Chooser
    hubs : ndarray of int, or None
        Rows of the coverage: those of a plan. None to choose them.

    Raises
    ------
    RefusalError
        If no plan was found, or the study's doubt does not go with its catchments.
    """
    draws, rules, given = draw_worlds(posed), posed.demands.rules, posed.study.doubt
    if given is None:
        raise RefusalError("the study does not say what is in doubt: give [doubt]")
    weight = posed.weight
    first = chooser.part(PLAN_SHARE, 1, "the plan without doubt", weight=weight)
    own = given_or_chosen(posed, hubs, first)
    part = chooser.part(
        EACH_SHARE, draws.count, "world by world", weight=weight, most_s=given.time_limit_s
    )
    each = choose_in_each(draws, rules, part)
    if not each.plans:
        raise chooser.search.no_plan("no plan was found in any of the worlds: give more time")
    average, bad, without = _best_across(posed, chooser, draws, given)
    found = [("plan", own)]
    found += [("average", average.hubs)] if average is not None else []
    found += [("bad-part", bad.hubs)] if bad is not None else []
    held = _hold(draws, found, weight, given.bad_pct / 100)
    low, high = frequency_interval(each.frequency, len(each.plans))
    return DoubtAnswer(
        given,
        held,
        np.inf if average is None else average.bound_people,
        np.inf if bad is None else bad.ceiling,
        each,
        low,
        high,
        sureness(each.frequency, given.safe_pct / 100),
        without,
        hubs is None,
        chooser.search.cut_short,
    )


def _best_across(
    posed: Posed, chooser: Chooser, draws: Draws, given: Doubt
) -> tuple[Plan | None, Balanced | None, str]:
    """Find the best plans on average and in bad worlds, or say why they are not looked for."""
    rules, effort = posed.demands.rules, people_effort_of(posed)
    mean = chooser.part(AVERAGE_SHARE, 1, "the best plan on average", weight=posed.weight)
    try:
        average = choose_for_average(draws, rules, mean)
    except ValueError as error:
        # Worlds with catchments of their own are laid side by side.
        return None, None, f"{error}: draw fewer worlds (doubt.draws)"
    part = chooser.part(1.0, effort.rounds + 2 * effort.steps, "the best plan in bad worlds")
    bad = choose_for_bad_part(
        draws,
        rules,
        part,
        share=given.bad_pct / 100,
        weight=posed.weight,
        effort=effort,
        refutes=part.refutes,
    )
    without = "" if average is not None and bad is not None else "the time did not last for them"
    return average, bad, without


def _hold(
    draws: Draws, found: list[tuple[str, Sites]], weight: Floats | None, share: float
) -> tuple[Held, ...]:
    values = values_across(draws, [hubs for _, hubs in found], weight)
    bad = bad_mean(values, share)
    return tuple(
        Held(name, hubs, row, float(row.mean()), float(worst))
        for (name, hubs), row, worst in zip(found, values, bad, strict=True)
    )
