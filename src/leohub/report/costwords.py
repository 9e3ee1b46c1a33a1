"""What the hubs of a plan cost, in plain words."""

from __future__ import annotations

from leohub.report.account import Account
from leohub.report.numerals import count, usd
from leohub.report.servicewords import programme_said
from leohub.study.results import Results


def cost_sentence(results: Results, figures: Account) -> str:
    """Say what building and running the hubs costs, in all and for each person."""
    years, rate = results.cost.lifetime_years, results.cost.discount_pct_per_year
    return (
        f"Building the hubs costs {usd(figures.capital_usd)} and running them "
        f"{usd(figures.monthly_usd)} a month; with the building, and what wears out, spread over "
        f"{years:g} years at {rate.value:g} % interest above inflation that is "
        f"{usd(figures.cost_per_person_month_usd)} a month for each person newly reached, "
        f"of whom a hub has {count(figures.reached_people / max(figures.hubs, 1))} on "
        f"average{_served_cost(results)}."
    )


def _served_cost(results: Results) -> str:
    if results.estimate is None:
        return ""
    said = programme_said(results.estimate, "cost_per_served_month_usd")
    return f", and {said} for each person served well"


def budget_sentence(results: Results, figures: Account) -> str:
    """Say what of the budget the hubs take; nothing where none is given."""
    budget, cost = results.study.choice.budget, results.cost
    if budget is None:
        return ""
    spent = float(results.hubs["whole_life"].sum())
    return (
        f"Of the budget of {cost.currency} {count(budget)} they take {count(spent)} over "
        f"{cost.lifetime_years:g} years; {count(budget - spent)} are left."
    )
