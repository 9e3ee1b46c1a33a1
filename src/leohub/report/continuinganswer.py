"""An earlier plan changed as little as possible, told: words, tables, and what is written."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.plan.questions.continuing import GONE
from leohub.report.answerfolder import Answer, Shown
from leohub.report.answerwords import (
    counted_people,
    people_and_worth,
    remarks,
    worth_alone,
)
from leohub.report.continuingfigure import draw_continuing
from leohub.report.earlierhubs import EarlierHubs
from leohub.report.numerals import WEIGHTS, count, listed, percent, plural
from leohub.report.placerows import place_rows
from leohub.study.posed import Posed
from leohub.study.questions.continuing import ContinuingAnswer


def continuing_answer(posed: Posed, answer: ContinuingAnswer, earlier: EarlierHubs) -> Answer:
    """Return the changes as an answer."""
    table = continue_table(answer)
    return Answer(
        question="continue",
        title="An earlier plan, changed as little as possible",
        sentences=tuple(_sentences(posed, answer)),
        shown=(_shown(posed, answer),),
        tables={
            "continue": table,
            "continue_plan": _plan(posed, answer),
            "continue_out": _out(posed, answer, earlier),
        },
        draw=partial(draw_continuing, answer=answer, counted=counted_people(posed)),
        figures=_figures(answer, table),
    )


def continue_table(answer: ContinuingAnswer) -> pd.DataFrame:
    """Return a row for each number of changes: `continue`."""
    curve = answer.found.curve
    return pd.DataFrame(
        {
            "allowed_changes": [plan.allowed_changes for plan in curve],
            "changes": [len(plan.given_up) for plan in curve],
            "kept": [len(plan.kept) for plan in curve],
            "new": [len(plan.new) for plan in curve],
            "reached_people": [plan.reached_people for plan in curve],
            "worth_people": [plan.worth_people for plan in curve],
            "bound_people": [plan.bound_people for plan in curve],
            "chosen": [plan is answer.found.enough for plan in curve],
        }
    )


def _sentences(posed: Posed, answer: ContinuingAnswer) -> list[str]:
    found = answer.found
    enough, free = found.enough, found.curve[-1]
    what = [
        _so_many(len(answer.built), "stands by now", "stand by now"),
        _so_many(len(answer.refused), "must not be one any more", "must not be hubs any more"),
        _so_many(
            answer.gone, "has no candidate place any more", "have no candidate place any more"
        ),
        f"{count(len(found.possible))} may stay",
    ]
    anew = "a plan made anew" if answer.has_free_plan else "the best plan found"
    said = [
        f"Giving up {plural(len(enough.given_up), 'hub')} of the earlier plan that could stay is "
        f"enough: with {count(len(enough.kept))} kept and {count(len(enough.new))} new "
        f"{'one' if len(enough.new) == 1 else 'ones'} "
        f"{people_and_worth(posed, enough.reached_people, enough.worth_people)} are newly "
        f"reached, within {percent(answer.within_share)} of {anew}, which reaches "
        f"{people_and_worth(posed, free.reached_people, free.worth_people)}. Proven: no plan at "
        f"all can reach more than {worth_alone(posed, free.bound_people, 'people')}.",
        f"Of the earlier plan's {plural(len(answer.old), 'hub')}, "
        f"{listed([part for part in what if part])}. Those that may stay would, with nothing "
        f"beside them, reach {count(answer.left_people)} people newly.",
    ]
    if found.least_changes > 0:
        said.append(
            f"Proven: with fewer than {plural(found.least_changes, 'change')} no plan comes that "
            "near."
        )
    said.append(
        "Hubs that take the place of refused or vanished ones are no changes; a change is a hub "
        "that could stay and does not."
    )
    if posed.standing.any():
        said.append(
            f"{plural(int(posed.standing.sum()), 'hub')} stand; the study asks for "
            f"{'others' if posed.study.choice.hubs is None else count(posed.study.choice.hubs)} "
            "on top of them. Whom they reach counts for nobody else."
        )
    return said + remarks(posed, cut_short=answer.cut_short)


def _so_many(number: int, one: str, many: str) -> str:
    return plural(number, one, many) if number else ""


def _shown(posed: Posed, answer: ContinuingAnswer) -> Shown:
    weighed = posed.weight is not None
    heads = (
        "Allowed",
        "Given up",
        "Kept",
        "New",
        "Reached",
        *(("Weighed",) if weighed else ()),
        "At most",
        "",
    )
    title = (
        "What each further change is worth: hubs that may be given up, people newly reached, "
        f"{f'{WEIGHTS}, ' if weighed else ''}at most possible (proven)"
    )
    rows = tuple(
        (
            count(plan.allowed_changes),
            count(len(plan.given_up)),
            count(len(plan.kept)),
            count(len(plan.new)),
            count(plan.reached_people),
            *((count(plan.worth_people),) if weighed else ()),
            count(plan.bound_people),
            "← enough" if plan is answer.found.enough else "",
        )
        for plan in answer.found.curve
    )
    return Shown(title, heads, rows)


def _plan(posed: Posed, answer: ContinuingAnswer) -> pd.DataFrame:
    """Return the hubs of the plan with the fewest changes: `continue_plan`."""
    enough = answer.found.enough
    was_hub = np.isin(enough.hubs, answer.old)
    table = place_rows(posed, enough.hubs)
    table.insert(0, "status", np.where(was_hub, "kept", "new"))
    return table


def _out(posed: Posed, answer: ContinuingAnswer, earlier: EarlierHubs) -> pd.DataFrame:
    """Return the hubs of the earlier plan that are not in the new one: `continue_out`."""
    groups: tuple[tuple[str, NDArray[np.intp]], ...] = (
        ("dropped", answer.found.enough.given_up),
        ("refused", answer.refused),
        ("built", answer.built),
    )
    parts = [place_rows(posed, rows).assign(status=status) for status, rows in groups]
    if answer.gone:
        columns = [name for name in parts[0].columns if name != "status"]
        parts.append(earlier.finished.hubs.loc[answer.old == GONE, columns].assign(status="gone"))
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _figures(answer: ContinuingAnswer, table: pd.DataFrame) -> dict[str, object]:
    enough = answer.found.enough
    return {
        "old_hubs": len(answer.old),
        "built": len(answer.built),
        "refused": len(answer.refused),
        "gone": answer.gone,
        "may_stay": len(answer.found.possible),
        "changes": len(enough.given_up),
        "least_changes": answer.found.least_changes,
        "kept": len(enough.kept),
        "new": len(enough.new),
        "reached_people": enough.reached_people,
        "worth_people": enough.worth_people,
        "bound_people": enough.bound_people,
        "made_anew_people": answer.found.curve[-1].worth_people,
        "cut_short": answer.cut_short,
        "curve": table.to_dict(orient="records"),
    }
