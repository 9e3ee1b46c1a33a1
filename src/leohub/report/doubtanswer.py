"""How sure a plan is, told: words, tables, and what is written."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from leohub.plan.questions.doubt import OPEN, OUT, SAFE
from leohub.report.answerfolder import Answer, Shown
from leohub.report.answerwords import counted_people, remarks, worth_alone
from leohub.report.doubtfigure import draw_doubt
from leohub.report.numerals import count, plural
from leohub.report.placerows import place_rows
from leohub.study.posed import Posed
from leohub.study.questions.doubt import DoubtAnswer, Held

WORDS: Final = {SAFE: "safe", OPEN: "open", OUT: "out"}

PLANS: Final = {
    "plan": "the plan",
    "average": "for the average",
    "bad-part": "for bad worlds",
}


def doubt_answer(posed: Posed, found: DoubtAnswer) -> Answer:
    """Return how sure a plan is as an answer."""
    return Answer(
        question="doubt",
        title="How sure the choice is",
        sentences=tuple(_sentences(posed, found)),
        shown=(_shown_plans(posed, found), _shown_open(posed, found)),
        tables={
            "doubt": doubt_table(posed, found),
            "doubt_plans": _plans(found),
            "doubt_worlds": _worlds(found),
        },
        draw=partial(draw_doubt, posed=posed, found=found),
        figures=_figures(found),
    )


def doubt_table(posed: Posed, found: DoubtAnswer) -> pd.DataFrame:
    """Return a row for each place that any plan has as a hub, the most often chosen first."""
    plans = {held.name: held.hubs for held in found.plans}
    named = np.unique(np.concatenate(list(plans.values())))
    rows = np.union1d(named, np.flatnonzero(found.each.frequency > 0))
    rows = rows[np.argsort(-found.each.frequency[rows], kind="stable")]
    return place_rows(posed, rows).assign(
        chosen_pct=100 * found.each.frequency[rows],
        chosen_low_pct=100 * found.low[rows],
        chosen_high_pct=100 * found.high[rows],
        sure=[WORDS[kind] for kind in found.sure[rows].tolist()],
        in_plan=np.isin(rows, plans["plan"]),
        in_average=np.isin(rows, plans.get("average", [])),
        in_bad_part=np.isin(rows, plans.get("bad-part", [])),
    )


def _sentences(posed: Posed, found: DoubtAnswer) -> list[str]:
    plan, doubt, worlds = found.plan, found.doubt, len(found.each.plans)
    sure = found.sure[plan.hubs]
    safe, is_open, out = (int((sure == kind).sum()) for kind in (SAFE, OPEN, OUT))
    said = [
        f"Of the plan's {plural(len(plan.hubs), 'hub')}, {count(safe)} are safe: they would be "
        f"chosen in at least {doubt.safe_pct:g} % of {worlds} equally likely worlds. "
        f"{count(is_open)} are open, and {count(out)} would be chosen in at most "
        f"{100 - doubt.safe_pct:g} %.",
        "An open place is not a bad one: neighbours that serve the same people share their votes. "
        "What the plan reaches beside the best ones below says whether that matters. The plans of "
        "single worlds are quick ones, so chance in the search adds to the doubt: "
        "doubt.time_limit_s and --time-limit give them more time.",
        f"Over all {doubt.draws} worlds the plan newly reaches "
        f"{worth_alone(posed, plan.mean_people, 'people')} on average, and "
        f"{count(plan.bad_people)} on average in its worst {doubt.bad_pct:g} %.",
    ]
    said += _against_best(found)
    knowing = float(found.each.bound_people.mean())
    own = float(plan.values[found.each.worlds].mean())
    said.append(
        f"Proven: even who knew beforehand which of the {worlds} worlds comes, and chose for it, "
        f"could reach no more than {count(knowing)} on average; the plan reaches {count(own)} in "
        f"them. So knowing more is worth at most {count(max(0.0, knowing - own))} people."
    )
    names = {held.name for held in found.plans}
    if found.without:
        missing = " or ".join(words for name, words in PLANS.items() if name not in names)
        said.append(f"There is no plan {missing} here: {found.without}.")
    if worlds < doubt.draws:
        said.append(
            f"In {count(doubt.draws - worlds)} of the {doubt.draws} worlds no plan was found, or "
            "there was no time for one; --time-limit gives more."
        )
    said.append(
        f"What is in doubt, as factors: {_ranges(found)}. The ranges are the study's assumptions, "
        "and the answer is as good as they are."
    )
    if posed.standing.any():
        said.append("What hubs that stand reach is taken as certain, as a share of each cell.")
    if found.chosen:
        said.append("The plan was chosen for this answer. To ask about one made before: --results.")
    return said + remarks(posed, cut_short=found.cut_short)


def _against_best(found: DoubtAnswer) -> list[str]:
    names = {held.name for held in found.plans}
    doubt, said = found.doubt, []
    if "average" in names:
        best = max(found.plans, key=lambda held: held.mean_people)
        said.append(
            f"The best plan found on average{_itself(best)} reaches {count(best.mean_people)}; "
            f"proven: none can reach more than {count(found.mean_bound_people)} on average over "
            "these worlds."
        )
    if "bad-part" in names:
        best = max(found.plans, key=lambda held: held.bad_people)
        said.append(
            f"The best plan found for bad worlds{_itself(best)} reaches {count(best.bad_people)} "
            f"in its worst {doubt.bad_pct:g} %; proven: none can reach more than "
            f"{count(found.bad_bound_people)} in its own."
        )
    return said


def _itself(best: Held) -> str:
    return ", which is this one," if best.name == "plan" else ""


def _ranges(found: DoubtAnswer) -> str:
    doubt = found.doubt
    named = {
        "people": doubt.people,
        "take-up": doubt.take_up,
        "service": doubt.service,
        "radius": doubt.radius,
    }
    return ", ".join(
        f"{name} {given.low:g} to {given.high:g}" for name, given in named.items() if given
    )


def _shown_plans(posed: Posed, found: DoubtAnswer) -> Shown:
    heads = ("Plan", "On average", "In bad worlds", "In the worst", "In the best", "Hubs shared")
    rows = tuple(
        (
            PLANS[held.name],
            count(held.mean_people),
            count(held.bad_people),
            count(float(held.values.min())),
            count(float(held.values.max())),
            count(_shared(found, held)),
        )
        for held in found.plans
    )
    title = f"Plans held against every world: {counted_people(posed)}"
    return Shown(title, heads, rows)


def _shown_open(posed: Posed, found: DoubtAnswer) -> Shown:
    """Show the hubs of the plan that are chosen the least often."""
    table = doubt_table(posed, found)
    table = table[table["in_plan"] & (table["sure"] != "safe")].iloc[::-1]
    columns = ["name", "site_id", "region", "chosen_pct", "chosen_low_pct", "chosen_high_pct"]
    rows = tuple(
        (
            str(name),
            str(site),
            str(region),
            f"{chosen:.0f} %",
            f"{low:.0f} to {high:.0f} %",
        )
        for name, site, region, chosen, low, high in table[columns].to_numpy().tolist()
    )
    heads = ("Hub", "Id", "Region", "Chosen", "Between (90 %)")
    return Shown("Hubs of the plan that are not safe, the least sure first", heads, rows, words=3)


def _shared(found: DoubtAnswer, held: Held) -> int:
    """Return how many hubs a plan has in common with the one that is asked about."""
    return len(np.intersect1d(held.hubs, found.plan.hubs))


def _plans(found: DoubtAnswer) -> pd.DataFrame:
    names = [held.name for held in found.plans]
    return pd.DataFrame(
        {
            "plan": names,
            "mean_people": [held.mean_people for held in found.plans],
            "bad_people": [held.bad_people for held in found.plans],
            "mean_bound_people": found.mean_bound_people,
            "bad_bound_people": found.bad_bound_people,
            "hubs": [len(held.hubs) for held in found.plans],
            "hubs_shared": [_shared(found, held) for held in found.plans],
        }
    )


def _worlds(found: DoubtAnswer) -> pd.DataFrame:
    bound = np.full(found.doubt.draws, np.nan)
    bound[found.each.worlds] = found.each.bound_people
    values = {held.name: held.values for held in found.plans}
    missing = np.full(found.doubt.draws, np.nan)
    return pd.DataFrame(
        {
            "world": np.arange(1, found.doubt.draws + 1),
            "plan_people": values["plan"],
            "average_people": values.get("average", missing),
            "bad_part_people": values.get("bad-part", missing),
            "bound_people": bound,
        }
    )


def _figures(found: DoubtAnswer) -> dict[str, object]:
    sure = found.sure[found.plan.hubs]
    return {
        "worlds": len(found.each.plans),
        "draws": found.doubt.draws,
        "hubs": len(sure),
        "hubs_safe": int((sure == SAFE).sum()),
        "hubs_open": int((sure == OPEN).sum()),
        "hubs_out": int((sure == OUT).sum()),
        "plans": _plans(found).to_dict(orient="records"),
        "knowing_bound_people": float(found.each.bound_people.mean()),
        "cut_short": found.cut_short,
    }
