"""`leohub phases`: which hubs open in which wave, under the budgets of years."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError, Problem
from leohub.people.coverage import Coverage
from leohub.plan.questions.calendar import Calendar, calendar, hubs_per_period, yearly_budgets
from leohub.plan.questions.waves import NEVER, WaveAlone, Waves, compare_waves, phase_hubs
from leohub.plan.rules.money import budget
from leohub.plan.rules.numbers import at_most
from leohub.plan.rules.rules import Rules
from leohub.study.file import StudyFile
from leohub.study.posed import Posed
from leohub.study.questions.chooser import Chooser, given_or_chosen
from leohub.units import MONTHS_PER_YEAR

MOST_PERIODS = 120
"""Waves in all that a question may have."""

PLAN_SHARE = 0.6
"""Share of the time in which hubs are chosen, where they are not given."""

Floats = NDArray[np.float64]
Sites = NDArray[np.intp]


@dataclass(frozen=True)
class Period:
    """One wave: its place in time, and whose money pays for it.

    Attributes
    ----------
    phase : int
        From 0.
    name : str
        Of the phase.
    wave : int
        Of the phase, from 1.
    begins_months : float
        From the beginning of the first phase [months].
    months : float
        How long it lasts [months].
    """

    phase: int
    name: str
    wave: int
    begins_months: float
    months: float


@dataclass(frozen=True)
class PhasesAnswer:
    """Which hubs open when.

    Attributes
    ----------
    waves : Waves
        Its hubs are rows of the coverage.
    periods : tuple of Period
    alone : tuple of WaveAlone
        Some waves beside the best plans of their own size.
    opening, running_per_year : ndarray, shape (n_hubs,)
        What each hub costs to open, and each year from then on [currency].
    running_paid : bool
        Whether the budgets pay for running hubs, too.
    chosen : bool
        Whether the hubs were chosen for this question, and not given.
    cut_short : bool
    """

    waves: Waves
    periods: tuple[Period, ...]
    alone: tuple[WaveAlone, ...]
    opening: Floats
    running_per_year: Floats
    running_paid: bool
    chosen: bool
    cut_short: bool

    @property
    def spent(self) -> Floats:
        """What the budgets pay in each wave [currency], shape (n_periods,)."""
        opens, paid = self.waves.opens, np.zeros(len(self.periods))
        running = self.running_per_year * self.running_paid
        for number, period in enumerate(self.periods):
            paid[number] += self.opening[opens == number].sum()
            is_open = (opens != NEVER) & (opens <= number)
            paid[number] += running[is_open].sum() * period.months / MONTHS_PER_YEAR
        return paid

    def opened_in(self, number: int) -> int:
        """Return how many hubs open in a wave."""
        return int((self.waves.opens == number).sum())


def check_phases(file: StudyFile) -> None:
    """Refuse a study that says nothing of phases, before anything is read.

    Raises
    ------
    InputError
    """
    phases = file.study.phases
    message, remedy = "", ""
    if not phases:
        message = "is missing: leohub phases needs the years of the programme"
        remedy = 'Add [[phases]] with a name and a budget: name = "2027", budget = 10_000_000'
    elif sum(phase.waves for phase in phases) > MOST_PERIODS:
        message = f"has more than {MOST_PERIODS} waves in all"
        remedy = "Divide the phases into fewer waves"
    if message:
        raise InputError([Problem(file.name, "[[phases]]", message, remedy)])


def ask_phases(posed: Posed, chooser: Chooser, hubs: Sites | None) -> PhasesAnswer:
    """Find in which wave each hub should open.

    Parameters
    ----------
    posed : Posed
    chooser : Chooser
    hubs : ndarray of int, or None
        Rows of the coverage: those of a plan. None to choose them.

    Raises
    ------
    RefusalError
        If no plan was found.
    """
    chosen = hubs is None
    part = chooser.part(PLAN_SHARE, 1, "choosing hubs", weight=posed.weight)
    hubs = given_or_chosen(posed, hubs, part)
    periods = periods_of(posed)
    opening, running = split_costs(posed, hubs)
    chooser.tick("which hubs open when", 0.0)
    own = replace(posed.coverage, shares=posed.coverage.shares[hubs])
    waves = phase_hubs(
        own,
        np.arange(len(hubs)),
        _calendar(posed, periods, opening, running),
        weight=None if posed.weight is None else posed.weight[hubs],
    )
    waves = replace(waves, hubs=hubs)
    rules = _rules_alone(posed, waves, periods, opening)
    part = chooser.part(
        1.0, len(rules), "the best plans of the waves' own size", weight=posed.weight
    )
    alone = compare_waves(posed.coverage, waves, part, rules, weight=posed.weight)
    return PhasesAnswer(
        waves,
        periods,
        alone,
        opening,
        running,
        posed.study.phasing.running_costs,
        chosen,
        chooser.search.cut_short,
    )


def periods_of(posed: Posed) -> tuple[Period, ...]:
    """Return the waves of all phases, one after the other."""
    periods: list[Period] = []
    begins = 0.0
    for number, phase in enumerate(posed.study.phases):
        months = phase.months / phase.waves
        periods += [
            Period(number, phase.name, wave + 1, begins + wave * months, months)
            for wave in range(phase.waves)
        ]
        begins += phase.months
    return tuple(periods)


def split_costs(posed: Posed, hubs: Sites) -> tuple[Floats, Floats]:
    """Return what each hub costs to open, and a year from then on [currency].

    What a place costs over its life is split as the study's prices are: capital at the opening,
    the rest (running cost, repair, what wears out) evenly over the lifetime.
    """
    cost, whole = posed.cost, posed.demands.site_cost[hubs]
    share = cost.capital / cost.whole_life if cost.whole_life > 0 else 1.0
    return whole * share, whole * (1 - share) / cost.lifetime_years


def _calendar(
    posed: Posed, periods: tuple[Period, ...], opening: Floats, running: Floats
) -> Calendar:
    study = posed.study
    length_years = [period.months / MONTHS_PER_YEAR for period in periods]
    # More than everything together costs: a limit that nothing reaches.
    plenty = float(opening.sum() + running.sum() * sum(length_years)) + 1.0
    money = yearly_budgets(
        length_years,
        [period.phase for period in periods],
        [plenty if phase.budget is None else phase.budget for phase in study.phases],
        opening,
        running_cost_per_year=running if study.phasing.running_costs else None,
        carried_over=study.phasing.carried_over,
    )
    hands = [study.phases[period.phase].most_hubs_per_wave for period in periods]
    most = [len(opening) if hubs is None else hubs for hubs in hands]
    return calendar(length_years, [money, hubs_per_period(length_years, most, len(opening))])


def _rules_alone(
    posed: Posed, waves: Waves, periods: tuple[Period, ...], opening: Floats
) -> dict[int, Rules]:
    """Return what plans would keep to that ended with the first wave, and with each phase."""
    last = {period.phase: number for number, period in enumerate(periods)}
    looked_at = {0, *last.values()}
    return {
        number: _size_alone(posed, waves, number, opening)
        for number in sorted(looked_at)
        if len(waves.open_by(number))
    }


def _size_alone(posed: Posed, waves: Waves, number: int, opening: Floats) -> Rules:
    """Return the rule of as many hubs as are open, or as much money where their costs differ."""
    is_open = (waves.opens != NEVER) & (waves.opens <= number)
    rules, coverage = posed.demands.rules, posed.coverage
    if np.ptp(posed.demands.site_cost[rules.allowed]) > 0:
        of_all, _ = split_costs(posed, np.arange(len(posed.sites)))
        size = budget("what was spent on opening", of_all, float(opening[is_open].sum()))
    else:
        size = at_most("as many hubs", rules.allowed, int(is_open.sum()))
    return Rules.of([size], *_shape(coverage), forbidden=rules.forbidden)


def _shape(coverage: Coverage) -> tuple[int, int]:
    sites, cells = coverage.shares.shape
    return sites, cells
