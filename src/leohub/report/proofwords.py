"""How good the plan is proven to be, in plain words."""

from __future__ import annotations

from leohub.report.account import Account
from leohub.report.numerals import WEIGHTS, count, percent_at_most, plural
from leohub.study.results import Results


def proof_sentence(results: Results, figures: Account) -> str:
    """Say how much better another plan could be at most."""
    choice = f"{figures.hubs:,} of the {plural(figures.sites, 'candidate place')}"
    choice += " that keeps to the study's rules" * (len(results.demands.rules.names) > 1)
    served = results.plan.capacity is not None
    if results.demands.weighed:
        return _proof_by_weights(results, choice)
    if results.plan.optimal:
        return f"Proven: no other choice of {choice} {'serves' if served else 'reaches'} more."
    return (
        f"Proven: no choice of {choice} can {'serve' if served else 'reach'} more than "
        f"{count(results.plan.bound_people)}, so this plan is at most "
        f"{percent_at_most(results.plan.gap)} below the best there is.{_cut(results)}"
    )


def _proof_by_weights(results: Results, choice: str) -> str:
    plan = results.plan
    own = f"{WEIGHTS} these hubs come to {count(plan.worth_people)} people"
    if plan.optimal:
        return f"Proven: {own}, and no other choice of {choice} comes to more."
    return (
        f"Proven: {own}, and no choice of {choice} can come to more than "
        f"{count(plan.bound_people)}, so this plan is at most {percent_at_most(plan.gap)} below "
        f"the best there is.{_cut(results)}"
    )


def _cut(results: Results) -> str:
    return " The search was cut short; this is the best plan it found." * results.plan.stopped_early
