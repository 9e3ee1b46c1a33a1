"""Which hubs open when, told: words, tables, and what is written."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from leohub.plan.questions.waves import NEVER, WaveAlone
from leohub.report.answerfolder import Answer, Shown
from leohub.report.answerwords import (
    counted_people,
    people_and_worth,
    remarks,
    worth_alone,
)
from leohub.report.numerals import WEIGHTS, count, percent_at_most, plural
from leohub.report.phasesfigure import draw_phases
from leohub.report.placerows import place_rows
from leohub.study.posed import Posed
from leohub.study.questions.phases import PhasesAnswer


def phases_answer(posed: Posed, found: PhasesAnswer) -> Answer:
    """Return the waves as an answer."""
    return Answer(
        question="phases",
        title="Which hubs open when",
        sentences=tuple(_sentences(posed, found)),
        shown=(_shown_waves(posed, found), *_shown_money(posed, found)),
        tables={"phases": phases_table(posed, found), "waves": waves_table(found)},
        draw=partial(draw_phases, found=found, counted=counted_people(posed)),
        figures=_figures(found),
    )


def phases_table(posed: Posed, found: PhasesAnswer) -> pd.DataFrame:
    """Return a row for each hub, in the order in which they open: `phases`."""
    waves, periods = found.waves, found.periods
    opens = waves.opens
    table = place_rows(posed, waves.hubs).assign(
        phase=[periods[number].name if number != NEVER else "" for number in opens],
        wave=[periods[number].wave if number != NEVER else 0 for number in opens],
        opens_months=[
            periods[number].begins_months if number != NEVER else np.nan for number in opens
        ],
        opening_cost=found.opening,
        running_cost_per_year=found.running_per_year,
    )
    order = np.lexsort((np.arange(len(opens)), np.where(opens == NEVER, len(periods), opens)))
    return table.iloc[order].reset_index(drop=True)


def waves_table(found: PhasesAnswer) -> pd.DataFrame:
    """Return a row for each wave: `waves`."""
    alone = {each.period: each for each in found.alone}
    numbers = range(len(found.periods))
    looked_at = [alone.get(number) for number in numbers]
    return pd.DataFrame(
        {
            "phase": [period.name for period in found.periods],
            "wave": [period.wave for period in found.periods],
            "begins_months": [period.begins_months for period in found.periods],
            "new_hubs": [found.opened_in(number) for number in numbers],
            "open_hubs": [len(found.waves.open_by(number)) for number in numbers],
            "spent": found.spent,
            "reached_people": found.waves.reached_people,
            "worth_people": found.waves.worth_people,
            "best_alone_people": [one.best_people if one else np.nan for one in looked_at],
            "bound_alone_people": [one.bound_people if one else np.nan for one in looked_at],
        }
    )


def _sentences(posed: Posed, found: PhasesAnswer) -> list[str]:
    waves, currency = found.waves, posed.cost.currency
    opened = int((waves.opens != NEVER).sum())
    spent = count(float(found.spent.sum()))
    reached = people_and_worth(
        posed, float(waves.reached_people[-1]), float(waves.worth_people[-1])
    )
    said = [
        f"{plural(opened, 'hub')} open in {plural(len(found.periods), 'wave')} and in the end "
        f"reach {reached} newly, for {spent} {currency}. Over the whole time that is "
        f"{worth_alone(posed, waves.person_years, 'person-years')}, each "
        "person reached counted for as long as they are. Proven: no other order of these hubs "
        f"within the budgets has more than {count(waves.bound_person_years)}, so this one is at "
        f"most {percent_at_most(waves.gap)} below the best."
    ]
    if never := len(waves.hubs) - opened:
        said.append(
            f"{plural(never, 'hub')} of the plan never "
            f"{'opens' if never == 1 else 'open'}: the budgets or the hubs per wave leave no room, "
            "or others already reach everybody there. phases.csv lists them last."
        )
    if found.alone:
        said.append(_alone(posed, found, found.alone[0]))
    said.append(
        "Opening a hub costs its capital, and from then on each year its running cost with repair "
        "and what wears out, spread evenly over its life"
        + (
            "."
            if posed.study.phasing.running_costs
            else "; by phasing.running_costs = false the budgets pay for opening only."
        )
    )
    if found.chosen:
        said.append(
            "The hubs were chosen for this answer. To order those of a plan made before: --results."
        )
    return said + remarks(posed, cut_short=found.cut_short)


def _alone(posed: Posed, found: PhasesAnswer, first: WaveAlone) -> str:
    name = f"{found.periods[first.period].name}, wave {found.periods[first.period].wave}"
    return (
        f"Were there nothing after {name}, its {plural(first.hubs, 'hub')} would reach "
        f"{worth_alone(posed, first.worth_people, 'people')}; the best plan found of that size "
        f"reaches {count(first.best_people)}, and none can reach more than "
        f"{count(first.bound_people)}. So the first wave gives up {count(first.short_people)} "
        "people for the sake of later ones, as far as is known, and at most "
        f"{count(first.most_short_people)}."
    )


def _shown_waves(posed: Posed, found: PhasesAnswer) -> Shown:
    alone = {each.period: each for each in found.alone}
    weighed, spent, rows = posed.weight is not None, found.spent, []
    for number, period in enumerate(found.periods):
        one = alone.get(number)
        rows.append(
            (
                f"{period.name}, wave {period.wave}",
                f"{period.begins_months:g}",
                count(found.opened_in(number)),
                count(len(found.waves.open_by(number))),
                count(float(spent[number])),
                count(float(found.waves.reached_people[number])),
                *((count(float(found.waves.worth_people[number])),) if weighed else ()),
                count(one.short_people) if one else "",
                count(one.most_short_people) if one else "",
            )
        )
    heads = (
        "Wave",
        "Month",
        "New",
        "Open",
        f"Spent, {posed.cost.currency}",
        "Reached",
        *(("Weighed",) if weighed else ()),
        "Short",
        "At most",
    )
    title = (
        f"Wave by wave: hubs, people newly reached{f' ({WEIGHTS})' if weighed else ''}, and how "
        "many fewer than the best plan of just that size (found, and at most: proven)"
    )
    return Shown(title, heads, tuple(rows))


def _shown_money(posed: Posed, found: PhasesAnswer) -> tuple[Shown, ...]:
    spent, rows = found.spent, []
    for number, phase in enumerate(posed.study.phases):
        own = [place for place, period in enumerate(found.periods) if period.phase == number]
        of_phase = float(spent[own].sum())
        rows.append(
            (
                phase.name,
                count(phase.budget) if phase.budget is not None else "as much as it takes",
                count(of_phase),
                count(phase.budget - of_phase) if phase.budget is not None else "",
            )
        )
    heads = ("Phase", "Budget", f"Spent, {posed.cost.currency}", "Left")
    return (Shown("Budgets", heads, tuple(rows)),)


def _figures(found: PhasesAnswer) -> dict[str, object]:
    waves = found.waves
    return {
        "hubs": len(waves.hubs),
        "hubs_opened": int((waves.opens != NEVER).sum()),
        "person_years": waves.person_years,
        "bound_person_years": waves.bound_person_years,
        "gap": waves.gap,
        "cut_short": found.cut_short,
        "waves": waves_table(found).to_dict(orient="records"),
    }
